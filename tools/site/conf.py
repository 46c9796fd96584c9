"""How Sphinx makes the website: notebooks through MyST-NB, never run; the Furo theme; nothing from another server."""

import html
import json
import re
from pathlib import Path

from sphinx.application import Sphinx

from tools.mathml import visit_block, visit_inline

project = html_title = "Training neural networks"
author = "The authors of the course"
project_copyright = "the authors of the course. Text and pictures: CC BY 4.0. Code: MIT"
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "tools.site.reference"]
autodoc_typehints = "none"  # the defaults say as much in less space
add_module_names = False
exclude_patterns = ["README.md"]  # its parts are included where they belong
smartquotes = False

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_merge_streams = True
highlight_language = "text"  # of a block that names no language: a diagram, say

html_theme = "furo"
html_math_renderer = "mathml"
html_static_path = ["static", "../explorers.js", "../explorers.css"]
html_favicon = "static/favicon.svg"
html_css_files = ["course.css", "explorers.css"]
html_js_files = [(file, {"defer": "defer"}) for file in ("course.js", "explorers.js", "predictions.js")]
html_copy_source = False
html_show_sphinx = False
html_use_index = False
html_show_search_summary = False  # excerpts.js brings the words around a hit, from the disk too
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# What a screen reader needs and theme or Markdown leave out; tests/browser/test_site.py holds the built pages to it.
ACCESSIBLE = {
    ' role="heading"': "",  # captions of the sidebar: a heading has a level, and these stand before the first
    '<aside class="sidebar-drawer"': '<aside aria-label="Search and chapters" class="sidebar-drawer"',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
    '<th class="head"><p></p></th>': '<td class="head"></td>',  # the empty corner of a table heads nothing
    "<th></th>": "<td></td>",
    '<div id="search-results">': '<h1>Search</h1><div id="search-results">',
}
TO_THE_TOP = re.compile('<a href="#" class="back-to-top.*?</a>', re.DOTALL)  # stands in no landmark of the theme
CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")
SEARCH = "search.html"
# What no excerpt shows, and what stands between two sentences.
UNSAID = re.compile(
    r"<(pre|script|style|svg|button|select|details)\b.*?</\1>|<a class=\"headerlink\".*?</a>", re.DOTALL
)
BREAK = re.compile(r"</?(p|li|t[dhr]|h\d|div|section|br)\b[^>]*>")


def words(page: str) -> str:
    """What a page says, in one line."""
    article = page[page.index("<article") : page.rindex("</article>")]
    text = re.sub(r"<[^>]+>", "", BREAK.sub(" ", UNSAID.sub(" ", article)))
    return " ".join(html.unescape(text).split())


def write_excerpts(folder: Path) -> None:
    """The texts of all pages for excerpts.js, in a script: no other file can be read by a page from the disk."""
    pages = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*.html"))}
    texts = {
        name: words(file.read_text(encoding="utf-8"))
        for name, file in pages.items()
        if not name.startswith(("source/", "reference/")) and name != SEARCH
    }
    script = f"const TEXTS = {json.dumps(texts, ensure_ascii=False)};\n"
    (folder / "_static" / "texts.js").write_text(script, encoding="utf-8")
    scripts = "".join(f'<script defer src="_static/{name}.js"></script>' for name in ("texts", "excerpts"))
    search = pages[SEARCH].read_text(encoding="utf-8")
    pages[SEARCH].write_text(search.replace("</head>", f"{scripts}</head>"), encoding="utf-8")


def finish(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        write_excerpts(Path(app.outdir))
        make_accessible(app)


def make_accessible(app: Sphinx) -> None:
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for found, better in ACCESSIBLE.items():
            text = text.replace(found, better)
        text = TO_THE_TOP.sub(r'<nav aria-label="Top of the page">\g<0></nav>', text)
        text = re.sub(">[^<>]+<", lambda words: CHINESE.sub(r'<span lang="zh">\g<0></span>', words[0]), text)
        page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("build-finished", finish)
