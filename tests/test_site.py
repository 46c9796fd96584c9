"""The website holds everything that is stored, says what its pictures show, and asks no server for anything."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from course_lib.stills import PICTURE
from tools.mathml import mathml
from tools.site import __main__ as building
from tools.site.staging import folded, place_of, relinked, stage
from tools.static_explorers import CACHE

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOVING = ("00", "10")  # chapters whose explorers move: sliders, choices, switches, and a recorded run
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
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    folder = tmp_path_factory.mktemp("site") / "built site"
    command = [sys.executable, "-m", "tools.site", str(folder), "--moving", *MOVING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {file.relative_to(folder).as_posix(): Page(file) for file in folder.rglob("*.html")}


def test_everything_is_there(site: dict[str, Page]) -> None:
    sources = [*NOTEBOOKS, *(ROOT / "docs").glob("*.md")]
    expected = {file.relative_to(ROOT).with_suffix(".html").as_posix() for file in sources}
    assert expected | {"index.html", "how_to_run.html", "search.html"} <= set(site)
    for notebook in NOTEBOOKS:
        page = site[f"notebooks/{notebook.stem}.html"]
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        assert {place_of(notebook, cell["id"]) for cell in cells} <= page.ids
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        alts = [one["metadata"]["image/png"]["alt"] for one in outputs if "image/png" in one.get("data", {})]
        assert [alt for _, alt in page.pictures] == [html.unescape(alt).removesuffix(PICTURE).rstrip() for alt in alts]


def test_the_reference_shows_docstrings_as_they_are_written(site: dict[str, Page]) -> None:
    pages = [page.text for name, page in site.items() if name.startswith("reference/")]
    text = re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", " ".join(pages))))
    for package in ("data", "experiments", "nn"):
        for file in (ROOT / "course_lib" / package).glob("[!_]*.py"):
            assert f" {package}.{file.stem} " in text
    assert "θ ← θ − α ∇J_batch(θ) for each batch of rows" in re.sub(" +", " ", text)
    assert "h²/8 · max |f″| with the width" in text
    assert "Raises : ValueError for an unknown activation, or if w1, w2 or b is not finite." in text


def test_explorers_of_these_chapters_move(site: dict[str, Page]) -> None:
    for notebook in NOTEBOOKS:
        page = site[f"notebooks/{notebook.stem}.html"]
        calls = [
            one
            for one in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
            if "_explorer(" in str(one["source"])
        ]
        keys = re.findall(r'data-key="([^"]+)"', page.text)
        assert bool(keys) == notebook.stem.startswith(MOVING) and len(keys) <= len(calls), notebook.stem
        for key in keys:
            script = page.file.parents[1] / "_static" / "explorers" / f"{key}.js"
            assert script.read_text(encoding="utf-8").startswith(f'explorerFrames("{key}", {{')


def test_code_of_pictures_and_tables_is_folded() -> None:
    """Open stays what is to be read or written; a call that asks for what is shown is left out."""
    printed = {"outputs": [{"data": {"text/plain": "576"}}]}
    table = {"outputs": [{"data": {"text/html": "<table></table>", "text/plain": "n"}}]}
    said = {"outputs": [{"output_type": "stream", "text": "x"}]}
    assert folded({"source": "conv_fan_in(64, 3, 3)", **printed}) == []
    assert folded({"source": ["def f(x):\n", "    return ...\n", 'check("1.1", f)'], **said}) == []
    assert (
        folded({"source": "table({})", **table}) == folded({"source": "import numpy", "outputs": []}) == ["hide-input"]
    )
    assert folded({"source": 'predict("3.a")', **table}) == ["remove-input"]


def test_a_page_is_light_until_an_explorer_is_touched(site: dict[str, Page]) -> None:
    """What a page loads at once, and every picture that it may load while one scrolls."""
    for name, page in site.items():
        files = {
            (page.file.parent / unquote(address.partition("?")[0])) for address in page.loads if ":" not in address
        }
        assert sum(file.stat().st_size for file in files if file.is_file()) + len(page.text) < LIGHT_PAGE, name


def test_students_find_no_instructors_guide(site: dict[str, Page], tmp_path: Path) -> None:
    assert not [name for name, page in site.items() if "INSTRUCTORS" in name or "INSTRUCTORS.html" in page.text]
    stage(tmp_path / "source", instructors=True)
    assert (tmp_path / "source" / "INSTRUCTORS.md").is_file()
    assert "\nINSTRUCTORS\n" in (tmp_path / "source" / "index.md").read_text(encoding="utf-8")


def test_a_notebook_that_was_changed_and_saved_is_refused_by_name(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "notebooks").mkdir()
    for notebook in NOTEBOOKS:
        text = notebook.read_text(encoding="utf-8")
        (tmp_path / "notebooks" / notebook.name).write_text(text + " " * (notebook.stem[:2] == "03"), encoding="utf-8")
    monkeypatch.setattr(building, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"^Not in stored form: 03_zero_centring\.ipynb; .*`make notebooks`.*\.$"):
        building.main(tmp_path / "built")
    assert not (tmp_path / "built").exists()


def test_pages_read_well_aloud(site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert all(alt and alt.strip() for _, alt in page.pictures), f"{name}: a picture without alt text"
        assert page.levels[0] == 1 and page.levels.count(1) == 1, f"{name}: not one title, first"
        steps = [(above, below) for above, below in zip(page.levels, page.levels[1:]) if below > above + 1]
        assert not steps, f"{name}: headings leave out a level: {steps}"


def test_links_lead_somewhere(site: dict[str, Page]) -> None:
    places = {page.file.resolve(): page.ids for page in site.values()}
    for name, page in site.items():
        for link in page.links:
            path, _, place = unquote(link).partition("#")
            if re.match(r"[a-z]+:", path):
                continue
            file = (page.file.parent / path).resolve() if path else page.file.resolve()
            assert file.exists(), f"{name} links to {link}"
            assert not place or place in places[file], f"{name} links to {link}"


def test_nothing_comes_from_elsewhere(site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert not [address for address in page.loads if re.match(r"(?!data:)[a-z]+:|//", address)], name
    folder = site["index.html"].file.parent
    for sheet in folder.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_a_fork_publishes_what_make_site_builds() -> None:
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "pages.yml").read_text(encoding="utf-8"))["jobs"][
        "publish"
    ]
    uses = {step.get("uses", step.get("run")).partition("@")[0]: step.get("with", {}) for step in steps["steps"]}
    assert "make site" in uses and uses["actions/upload-pages-artifact"]["path"] == "build/site"
    assert uses["actions/cache"]["path"] == CACHE.relative_to(ROOT).as_posix()


def test_formulas_are_mathml(site: dict[str, Page]) -> None:
    for notebook in NOTEBOOKS:
        page = site[f"notebooks/{notebook.stem}.html"]
        assert "<math" in page.text and "$$" not in page.text


@pytest.mark.parametrize(
    ("tex", "block", "says"),
    [
        (r"\mathrm{Var}(w)", False, r"<mtext>Var</mtext>"),
        (r"\mathrm{E}[x]", False, r"<mtext>E</mtext>"),
        (r"\mathbb{1}\{J > 0\}", False, "𝟙"),
        (r"\mathbf 1_y", False, "𝟏"),
        (r"\lVert\mu\rVert", False, r'<mo[^>]* stretchy="false"[^>]*>‖</mo>'),
        ("|a|/b", False, r'<mo[^>]*lspace="0" rspace="0"[^>]*>/</mo>'),
        ("v = -x", False, r'<mo form="prefix">−</mo>'),
        ("a - x", False, r"<mo>−</mo>"),
        (r"\max_k x_k", True, r"<munder><mo[^>]*>max</mo>"),
        (r"\frac{1}{2}", True, r'display="block".*<mfrac>'),
    ],
)
def test_formula(tex: str, block: bool, says: str) -> None:
    assert re.search(says, mathml(tex, block))


@pytest.mark.parametrize("tex", [r"\nosuchcommand x", "x^2^2"])
def test_formula_that_cannot_be_read(tex: str) -> None:
    with pytest.raises(ValueError, match="latex2mathml"):
        mathml(tex)


def test_links_of_the_staged_copy() -> None:
    linked: set[Path] = set()
    text = (
        "[a](05_initialization.ipynb#cell-id=1e6c322d) [b](gone.ipynb) [c](../course_lib/nn/layers.py) "
        "[d](https://example.org) [e](#heading) ![f](no.png)"
    )
    assert relinked(text, ROOT / "notebooks", linked) == (
        "[a](05_initialization.ipynb#cell-05-1e6c322d) b [c](../source/course_lib/nn/layers.py.md) "
        "[d](https://example.org) [e](#heading) ![f](no.png)"
    )
    assert linked == {ROOT / "course_lib/nn/layers.py"}
