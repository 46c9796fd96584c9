"""Copies what the website shows into one folder and puts everything where Sphinx looks for it.

- the alt text of a picture goes from the output's metadata to the cell's, where MyST-NB reads it;
- every cell becomes a place one can link to: `05_initialization.ipynb#cell-id=1e6c322d`, as in JupyterLab;
- a link to a file of the project leads to a page that shows it; a link to what is not there becomes plain text.
"""

import base64
import html
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from course_lib.explorers.strip import without_strip
from tools.site.reference import pages
from tools.static_explorers import StaticExplorer, markup

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LINK = re.compile(r"(?<!!)\[((?:[^][]|\[[^][]*\])*)\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[[^]]*\]\(([^)\s]+)\)")
GUIDE = "INSTRUCTORS.md"
CONTENTS = {
    "Chapters": "notebooks/*.ipynb",
    "To look things up": "docs/*.md",
    "To run and to teach": "[!iR]*.md",
    "The library": "reference/*.md",
}
STILL = (
    "```{note}\nOn this page the pictures stand still. Sliders move, and exercises are checked, when you\n"
    "[run the course](../how_to_run.md).\n```"
)
MOVING = (
    "```{note}\nSliders and buttons of this page choose among pictures that were drawn in advance; on a phone, a tap\n"
    "on a picture enlarges it. Everything moves, and exercises are checked, when you\n"
    "[run the course](../how_to_run.md).\n```"
)
FRAMES = "_static/explorers"  # of the website
ASKED = re.compile(r"(predict|why|review|hint|solution|show_source)\([^\n]*\)")  # calls that nobody can make on a page
OPENING = "<!-- explorer -->"  # the place in pages/index.md of this explorer, or of the first that moves
OPENING_EXPLORER = "initialization_explorer"
LANGUAGES = {".py": "python", ".sh": "sh", ".toml": "toml", ".yml": "yaml", ".md": "markdown"}


def stage(folder: Path, instructors: bool = False, explorers: Mapping[str, StaticExplorer] | None = None) -> None:
    """All sources of the website in `folder`, which must not exist yet; for `instructors` with their guide.

    `explorers` are those that move, by chapter and cell.
    """
    shutil.copytree(HERE / "pages", folder)
    linked: set[Path] = set()
    guide = [ROOT / GUIDE] if instructors else []
    for page in filter(Path.exists, [ROOT / "README.md", *guide, *sorted((ROOT / "docs").glob("*.md"))]):
        text = page.read_text(encoding="utf-8")
        for picture in PICTURE.findall(text):
            target = folder / (page.parent / picture).resolve().relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(page.parent / picture, target)
        write(folder / page.relative_to(ROOT), relinked(text, page.parent, linked))
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        write(
            folder / notebook.relative_to(ROOT),
            json.dumps(readable(notebook, linked, explorers or {}, folder / FRAMES)),
        )
    for file in linked:
        write(folder / "source" / f"{file.relative_to(ROOT)}.md", listing(file))
    pages(folder / "reference")
    index = (
        (folder / "index.md").read_text(encoding="utf-8").replace(OPENING, opening(explorers or {}, folder / FRAMES))
    )
    index += "".join(contents(caption, sorted(folder.glob(pattern)), folder) for caption, pattern in CONTENTS.items())
    write(folder / "index.md", index)


def readable(file: Path, linked: set[Path], explorers: Mapping[str, StaticExplorer], frames: Path) -> dict:
    """The notebook with its alt texts and places where MyST-NB finds them; what its explorers need goes to `frames`."""
    notebook, cells, moves = json.loads(file.read_text(encoding="utf-8")), [], False
    for cell in notebook["cells"]:
        place = f"({place_of(file, cell['id'])})=\n"
        if cell["cell_type"] == "markdown":
            text = relinked("".join(cell["source"]), file.parent, linked)
            if text.startswith("<"):  # a place cannot stand at raw HTML
                place += "```{container}\n<!-- -->\n```\n\n"
            cell["source"] = place + text
        else:
            cells.append({"cell_type": "markdown", "id": f"at-{cell['id']}", "metadata": {}, "source": place})
            cell["metadata"]["tags"] = folded(cell)
            pictures = [alone(output) for output in cell["outputs"] if "image/png" in output.get("data", {})]
            if len(pictures) > 1:
                raise ValueError(f"{file.name}, cell {cell['id']} shows several pictures: give each a cell of its own")
            if pictures:
                if not pictures[0]:
                    raise ValueError(f"{file.name}, cell {cell['id']}: the picture has no alt text")
                cell["metadata"]["mystnb"] = {"image": {"alt": pictures[0]}}
                if one := explorers.get(f"{file.stem}-{cell['id']}"):
                    moves = True
                    cell["outputs"] = [moving(output, one, pictures[0], frames) for output in cell["outputs"]]
        cells.append(cell)
    cells.insert(1, {"cell_type": "markdown", "id": "still", "metadata": {}, "source": MOVING if moves else STILL})
    return {**notebook, "cells": cells}


def folded(cell: dict) -> list[str]:
    """Tags by which MyST-NB folds the code of a picture or table, and leaves out a call that asks for what is shown.

    Open stays what is to be read or written: an exercise, and code beside what it prints.
    """
    kinds = {kind for output in cell["outputs"] for kind in output.get("data", {"stream": ""})} - {"text/plain"}
    source = "".join(cell["source"])
    if ASKED.fullmatch(source):
        return ["remove-input"]
    return [] if kinds <= {"stream"} and cell["outputs"] else ["hide-input"]


def alone(output: dict) -> str:
    """The alt text of the picture in `output`, which loses its strip: here nothing can be run."""
    alt = output["metadata"].get("image/png", {}).get("alt", "").strip()
    output["data"]["image/png"], alt = without_strip("".join(output["data"]["image/png"]).strip(), html.unescape(alt))
    return alt


def moving(output: dict, explorer: StaticExplorer, alt: str, frames: Path) -> dict:
    """`output` with the explorer instead of its picture, which the page shows until the explorer is touched."""
    if "image/png" not in output.get("data", {}):
        return output
    key = explorer.cell.key
    frames.mkdir(parents=True, exist_ok=True)
    (frames / f"{key}.png").write_bytes(base64.b64decode(output["data"].pop("image/png")))
    for name, data in explorer.scripts().items():
        write(frames / f"{name}.js", f'explorerFrames("{name}", {data});\n')
    output["data"]["text/html"] = shown(explorer, alt, "../")
    return output


def shown(explorer: StaticExplorer, alt: str, top: str, loading: str = "lazy") -> str:
    """The explorer on a page; `top` leads from its folder to that of the website."""
    source, (width, height) = f"{top}{FRAMES}/{explorer.cell.key}", explorer.size
    size = f'width="{width}" height="{height}" loading="{loading}"'
    return markup(explorer, f'<img src="{source}.png" alt="{html.escape(alt)}" {size}>', f"{source}.js")


def opening(explorers: Mapping[str, StaticExplorer], frames: Path) -> str:
    """The explorer of the front page, whose pictures those of its chapter are."""
    there = [one for key, one in sorted(explorers.items()) if (frames / f"{key}.js").is_file()]
    if not there:
        return ""
    one = min(there, key=lambda one: (one.cell.explorer != OPENING_EXPLORER, len(one.cell.arguments)))
    alt = one.states[0][1][one.at][2]
    return f"Move a slider, or press a button:\n\n```{{raw}} html\n{shown(one, alt, '', 'eager')}\n```"


def place_of(notebook: Path, cell_id: str) -> str:
    """The name of a cell, one of its own in the whole course, spelt as docutils spells names in addresses."""
    return re.sub(r"[^a-z0-9]+", "-", f"cell {notebook.name[:2]} {cell_id}".lower()).strip("-")


def relinked(text: str, folder: Path, linked: set[Path]) -> str:
    """`text` of a file in `folder` with links that hold on the website; `linked` gets the files that need a page."""

    def link(match: re.Match) -> str:
        words, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        path, _, place = target.partition("#")
        file = Path(os.path.normpath(folder / path))
        if not file.is_file() or not file.is_relative_to(ROOT) or file.name == GUIDE:  # students' pages have no guide
            return words
        if re.fullmatch(r"notebooks/[^/]+\.ipynb|docs/[^/]+\.md", file.relative_to(ROOT).as_posix()):
            if place.startswith("cell-id="):
                place = place_of(file, place.removeprefix("cell-id="))
            return f"[{words}]({path}{'#' + place if place else ''})"
        linked.add(file)
        here = Path(os.path.relpath(ROOT, folder)) / "source" / f"{file.relative_to(ROOT)}.md"
        return f"[{words}]({here.as_posix()})"

    return LINK.sub(link, text)


def listing(file: Path) -> str:
    """A page that shows a file of the project."""
    text = file.read_text(encoding="utf-8")
    fence = "`" * (max(map(len, re.findall("`+", text)), default=2) + 3)
    language, name = LANGUAGES.get(file.suffix, "text"), file.relative_to(ROOT).as_posix()
    return f"---\norphan: true\nnosearch: true\n---\n# {name}\n\n{fence}{language}\n{text.rstrip()}\n{fence}\n"


def contents(caption: str, pages: list[Path], folder: Path) -> str:
    names = "\n".join(page.relative_to(folder).with_suffix("").as_posix() for page in pages)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{names}\n```\n" if pages else ""


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
