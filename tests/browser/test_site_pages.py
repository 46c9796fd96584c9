"""The built website holds everything that is stored, says what its pictures show, and asks no server for anything."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from course_lib.stills import PICTURE
from static_explorers import explorer_call
from static_probe import MOVING
from tools.site.staging import place_of

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LIGHT_PAGE = 1e6  # bytes that a page may weigh before an explorer is touched


class Page(HTMLParser):
    """What a page holds: levels of headings, (address, alt text) of pictures, links, ids, and what it loads."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.text = file.read_text(encoding="utf-8")
        self.levels, self.pictures, self.links, self.ids, self.loads = [], [], [], set(), []
        self.feed(self.text)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        attribute = dict(attributes)
        self.ids.add(attribute.get("id"))
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "img":
            self.pictures.append((attribute["src"], attribute.get("alt")))
        if tag == "a" and "href" in attribute:
            self.links.append(attribute["href"])
        self.loads += [attribute[name] for name in ("src", "srcset", "data", "poster") if name in attribute]
        if tag == "link" and attribute.get("rel") not in ("index", "search", "next", "prev", "canonical"):
            self.loads.append(attribute["href"])


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {file.relative_to(site).as_posix(): Page(file) for file in site.rglob("*.html")}


def test_everything_is_there(pages: dict[str, Page]) -> None:
    sources = [*NOTEBOOKS, *(ROOT / "docs").glob("*.md")]
    expected = {file.relative_to(ROOT).with_suffix(".html").as_posix() for file in sources}
    assert expected | {"index.html", "how_to_run.html", "search.html"} <= set(pages)
    for notebook in NOTEBOOKS:
        page = pages[f"notebooks/{notebook.stem}.html"]
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        assert {place_of(notebook, cell["id"]) for cell in cells} <= page.ids
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        alts = [one["metadata"]["image/png"]["alt"] for one in outputs if "image/png" in one.get("data", {})]
        assert [alt for _, alt in page.pictures] == [html.unescape(alt).removesuffix(PICTURE).rstrip() for alt in alts]


def test_the_reference_shows_docstrings_as_they_are_written(pages: dict[str, Page]) -> None:
    pages = [page.text for name, page in pages.items() if name.startswith("reference/")]
    text = re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", " ".join(pages))))
    for package in ("data", "experiments", "nn"):
        for file in (ROOT / "course_lib" / package).glob("[!_]*.py"):
            assert f" {package}.{file.stem} " in text
    assert "θ ← θ − α ∇J_batch(θ) for each batch of rows" in re.sub(" +", " ", text)
    assert "h²/8 · max |f″| with the width" in text
    assert "Raises : ValueError if trials is not a square number." in text


def test_explorers_of_these_chapters_move(pages: dict[str, Page]) -> None:
    for notebook in NOTEBOOKS:
        page = pages[f"notebooks/{notebook.stem}.html"]
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        calls = [cell for cell in cells if explorer_call("".join(cell["source"]))]
        keys = re.findall(r'data-key="([^"]+)"', page.text)
        assert bool(keys) == notebook.stem.startswith(MOVING) and len(keys) <= len(calls), notebook.stem
        for key in keys:
            script = page.file.parents[1] / "_static" / "explorers" / f"{key}.js"
            assert script.read_text(encoding="utf-8").startswith(f'explorerFrames("{key}", {{')


def test_a_page_is_light_until_an_explorer_is_touched(pages: dict[str, Page]) -> None:
    """What a page loads at once, and every picture that it may load while one scrolls."""
    for name, page in pages.items():
        files = {
            (page.file.parent / unquote(address.partition("?")[0])) for address in page.loads if ":" not in address
        }
        assert sum(file.stat().st_size for file in files if file.is_file()) + len(page.text) < LIGHT_PAGE, name


def test_pages_read_well_aloud(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert all(alt and alt.strip() for _, alt in page.pictures), f"{name}: a picture without alt text"
        assert page.levels[0] == 1 and page.levels.count(1) == 1, f"{name}: not one title, first"
        steps = [(above, below) for above, below in zip(page.levels, page.levels[1:]) if below > above + 1]
        assert not steps, f"{name}: headings leave out a level: {steps}"


def test_links_lead_somewhere(pages: dict[str, Page]) -> None:
    places = {page.file.resolve(): page.ids for page in pages.values()}
    for name, page in pages.items():
        for link in page.links:
            path, _, place = unquote(link).partition("#")
            if re.match(r"[a-z]+:", path):
                continue
            file = (page.file.parent / path).resolve() if path else page.file.resolve()
            assert file.exists(), f"{name} links to {link}"
            assert not place or place in places[file], f"{name} links to {link}"


def test_nothing_comes_from_elsewhere(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert not [address for address in page.loads if re.match(r"(?!data:)[a-z]+:|//", address)], name
    folder = pages["index.html"].file.parent
    for sheet in folder.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_formulas_are_mathml(pages: dict[str, Page]) -> None:
    for notebook in NOTEBOOKS:
        page = pages[f"notebooks/{notebook.stem}.html"]
        assert "<math" in page.text and "$$" not in page.text


def test_students_find_no_instructors_guide(pages: dict[str, Page]) -> None:
    assert not [name for name, page in pages.items() if "INSTRUCTORS" in name or "INSTRUCTORS.html" in page.text]
