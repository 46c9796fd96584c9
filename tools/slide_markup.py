"""The text of a notebook as HTML that needs nothing from anywhere: formulas become MathML, code is coloured at once."""

import base64
import html
import io
import re
from importlib.metadata import distribution

from fontTools import subset
from fontTools.ttLib import TTFont
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, TextLexer

from mathml import mathml

MATH_FONT = distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")


class _Renderer(IPythonRenderer):
    """Markdown as nbconvert reads it, with formulas and links that work in a single file."""

    def block_math(self, body: str) -> str:
        return mathml(html.unescape(body), block=True)

    def inline_math(self, body: str) -> str:
        return mathml(html.unescape(body))

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(html.unescape(rf"\begin{{{name}}}{body}\end{{{name}}}"), block=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        chapter = re.fullmatch(r"(\w+)\.ipynb(#.*)?", url)
        if chapter:
            url = f"{chapter[1]}.html"
        elif not re.match(r"https?://", url):
            return text  # another page of the course: it does not travel with the deck
        return super().link(text, url, title)

    def block_code(self, code: str, info: str | None = None) -> str:
        return code_html(code, python=(info or "").startswith("python"))


def markdown_html(text: str) -> str:
    """Markdown with formulas."""
    renderer = _Renderer(escape=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(text)


def code_html(code: str, python: bool = True) -> str:
    """Python in colours."""
    return highlight(code, PythonLexer() if python else TextLexer(), HtmlFormatter(cssclass="code"))


def math_font(text: str) -> str:
    """STIX Two Math with no more letters than the formulas in `text` need, as a data URI.

    A formula needs a font that knows how brackets and roots grow, and not every computer has one.
    """
    needed = set(html.unescape(" ".join(re.findall(r"<math.*?</math>", text, re.DOTALL))))
    needed |= set(map(chr, range(32, 127))) | set("√−′″¯ˆ˜")  # a root is a sign that stands in no text
    needed |= {letter for base in (0x1D434, 0x1D6A8) for letter in map(chr, range(base, base + 58))}  # italics
    options = subset.Options(flavor="woff", layout_features=["*"], notdef_outline=True, glyph_names=False)
    font = TTFont(str(MATH_FONT))
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(letter) for letter in needed])
    subsetter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    return "data:font/woff;base64," + base64.b64encode(out.getvalue()).decode()
