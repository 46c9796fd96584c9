"""One notebook as one HTML file with slides: which cell stands on which slide, and the page around them."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path

from nbformat import NotebookNode

from slide_markup import code_html, markdown_html, math_font
from slide_pictures import Snapshot, snapshot
from static_explorers import StaticExplorer, markup

PAGE = Path(__file__).with_name("slides")
QUIET_CALLS = re.compile(r"^(predict|show_source|check|hint|solution|progress|review|why|table)\(", re.MULTILINE)
SHORT = 12  # lines: a longer source belongs into the speaker's notes
LISTING = 24  # lines of the library: a longer listing, too
HEADING = re.compile(r"(#{2,} .+)\n+\*\d+ minutes?, difficulty \d(, optional)?\*")  # of a part
FOR_READERS = re.compile(r"^Time: \d+ minutes.*?(\n\n|\Z)", re.DOTALL | re.MULTILINE)
FOLDED = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)


@dataclass
class Part:
    """What one cell puts on a slide. `step` counts the fragments; None is there from the start."""

    html: str
    step: int | None = None


@dataclass
class Slide:
    """`level` "slide" begins a new column, "subslide" goes on below; `notes` is HTML for the speaker."""

    level: str
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Deck:
    title: str
    page: str
    slides: int
    sharp: int
    problems: list[str]


def build(notebook: NotebookNode, name: str, explorers: Mapping[str, StaticExplorer] | None = None) -> Deck:
    """The deck of a notebook as it is stored; nothing is run. `explorers` are those that move, by cell."""
    moving = explorers or {}
    pictures: dict[str, Snapshot] = {}
    slides = slides_of(notebook, pictures, moving)
    body = "\n".join(column(group) for group in columns(slides))
    titles = (
        re.search(r"^# (.+)$", cell.source, re.MULTILINE) for cell in notebook.cells if cell.cell_type == "markdown"
    )
    title = next((found[1] for found in titles if found), name)
    page = fill(
        (PAGE / "deck.html").read_text(encoding="utf-8"),
        {
            "title": html.escape(title),
            "reveal-style": reveal("dist/reset.css") + reveal("dist/reveal.css"),
            "explorers-style": PAGE.with_name("explorers.css").read_text(encoding="utf-8"),
            "style": (PAGE / "deck.css").read_text(encoding="utf-8").replace("MATH-FONT", math_font(body)),
            "body": body,
            "frames": frames(one for one in moving.values() if f'data-key="{one.cell.key}"' in body),
            "explorers": script(PAGE.with_name("explorers.js").read_text(encoding="utf-8")),
            "reveal": script(reveal("dist/reveal.js")),
            "notes": script(reveal("plugin/notes/notes.js")),
            "script": script((PAGE / "deck.js").read_text(encoding="utf-8")),
        },
    )
    problems = [f"cell {cell}: the picture {one.problem}" for cell, one in pictures.items() if one.problem]
    return Deck(title, page, len(slides), sum(one.sharp for one in pictures.values()), problems)


def frames(explorers: Iterable[StaticExplorer]) -> str:
    """The pictures of explorers, inside the page: read when one is touched."""
    scripts = {name: data.replace("</", "<\\/") for one in explorers for name, data in one.scripts().items()}
    return "\n".join(
        f'<script type="application/json" id="frames-{name}">{data}</script>' for name, data in scripts.items()
    )


def lecture(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """The cells that are shown or noted, each with its slide type: all but skipped ones and optional parts."""
    skipping = optional = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("##"):
            optional = bool((heading := HEADING.match(cell.source)) and heading[2])
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        skipping = kind == "skip" or (kind == "-" and skipping)
        if not skipping and not optional:
            yield kind, cell


def slides_of(
    notebook: NotebookNode, pictures: dict[str, Snapshot], explorers: Mapping[str, StaticExplorer]
) -> list[Slide]:
    """The cells on their slides, by the slide type that each cell's metadata name; `pictures` gets those of cells."""
    slides: list[Slide] = []
    step = 0
    for kind, cell in lecture(notebook):
        if kind in ("slide", "subslide") or not slides:
            slides.append(Slide(kind if kind in ("slide", "subslide") else "slide"))
            step = 0
        step += kind == "fragment"
        shown, notes = markdown_cell(cell) if cell.cell_type == "markdown" else code_cell(cell, pictures, explorers)
        if kind == "notes":
            shown, notes = "", [f"<div>{shown}</div>", *notes]
        slides[-1].notes += notes
        if shown:
            slides[-1].parts.append(Part(shown, step if kind == "fragment" else None))
        elif slides[-1].parts:  # what it announced is in the notes
            slides[-1].parts[-1].html = re.sub(r":</p>\s*$", ".</p>", slides[-1].parts[-1].html)
    return [slide for slide in slides if slide.parts]


def markdown_cell(cell: NotebookNode) -> tuple[str, list[str]]:
    """The text of a cell; what the chapter folds is for the speaker."""
    notes = [f"<div>{markdown_html(f'**{title}**{text}')}</div>" for title, text in FOLDED.findall(cell.source)]
    text = HEADING.sub(r"\1", FOR_READERS.sub("", FOLDED.sub("", cell.source)))
    return markdown_html(text.strip()), notes


def code_cell(
    cell: NotebookNode, pictures: dict[str, Snapshot], explorers: Mapping[str, StaticExplorer]
) -> tuple[str, list[str]]:
    """What a code cell shows, and what the speaker should know. Code that only makes a picture or a table is a note."""
    shown, notes = [], []
    for output in cell.outputs:
        data = output.get("data", {"text/plain": output.get("text", "")})
        if "image/png" in data:
            picture = pictures[cell.id] = snapshot(cell, output)
            notes += [f"Presets: {' · '.join(picture.presets)}"] * bool(picture.presets) + [picture.alt]
            alt = html.escape(picture.alt, quote=True)
            image = f'<img src="data:image/png;base64,{picture.png}" alt="{alt}">'
            if picture.sharp and cell.id in explorers:
                image = markup(explorers[cell.id], image)
            shown.append(f"<figure>{image}</figure>")
        elif "text/html" in data:
            unstyled = re.sub(r' style="[^"]*"', "", data["text/html"])
            shown.append(f'<div class="output">{unstyled}</div>')
        elif "text/markdown" in data and data["text/markdown"].count("\n") > LISTING:
            notes.append(data["text/markdown"])
        elif "text/markdown" in data:
            shown.append(markdown_html(data["text/markdown"]))
        else:
            shown.append(f'<pre class="output">{html.escape(data["text/plain"].rstrip())}</pre>')
    plain_text_only = all("output" in part and "<pre" in part for part in shown)
    quiet = QUIET_CALLS.search(cell.source) or "import " in cell.source
    steps = re.search(r"^for ", cell.source, re.MULTILINE)  # a computation written out, not one call in a table
    if (steps or (plain_text_only and not quiet)) and len(cell.source.splitlines()) <= SHORT:
        shown.insert(0, code_html(cell.source))
    elif not re.match(r"\w+\([^\n]*\)$", cell.source):
        notes.append(cell.source)
    return "\n".join(shown), [f"<pre>{html.escape(note)}</pre>" for note in notes]


def columns(slides: list[Slide]) -> list[list[Slide]]:
    groups: list[list[Slide]] = []
    for slide in slides:
        if slide.level == "slide" or not groups:
            groups.append([])
        groups[-1].append(slide)
    return groups


def column(group: list[Slide]) -> str:
    """One `##` section of the notebook: slides below one another."""
    where = re.search(r"<h[12][^>]*>(.*?)</h[12]>", "".join(part.html for part in group[0].parts), re.DOTALL)
    label = html.escape(re.sub(r"<[^>]+>", "", where[1]), quote=True) if where else ""
    return "<section>" + "\n".join(section(slide, label) for slide in group) + "</section>"


def section(slide: Slide, label: str) -> str:
    parts = "\n".join(
        f'<div class="part"{"" if part.step is None else f" data-step={part.step}"}>\n{part.html}</div>'
        for part in slide.parts
    )
    aside = f'<aside class="notes">{"".join(slide.notes)}</aside>' if slide.notes else ""
    return f'<section data-where="{label}">\n{parts}{aside}\n</section>'


def reveal(file: str) -> str:
    """A file of reveal.js, from the package in the Python environment that carries it."""
    path = distribution("sphinx-revealjs").locate_file(f"sphinx_revealjs/_static/revealjs/{file}")
    return Path(str(path)).read_text(encoding="utf-8")


def script(text: str) -> str:
    """JavaScript that may stand inside a page: its own `</script>` would end the element."""
    return re.sub(r"</(script)", r"<\\/\1", text, flags=re.IGNORECASE).replace("<!--", "<\\!--")


def fill(template: str, values: dict[str, str]) -> str:
    """`{{name}}` replaced, all at once: what is put in is not looked at again."""
    return re.sub(r"\{\{([a-z-]+)\}\}", lambda match: values[match[1]], template)
