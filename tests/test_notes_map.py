"""The map of the notes is complete and up to date: every line has its cells, and every link leads to one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import notebooks
import notes_map
import notes_pages
from notes_map import Place

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)?)\)")


def test_the_lists_are_whole() -> None:
    assert [topic.key for topic in notes_map.topics()] == [str(n) for n in range(1, 222)]
    assert [one.key for one in notes_map.corrections()] == [f"E{n:02}" for n in range(1, 68)]
    for one in [*notes_map.topics(), *notes_map.corrections()]:
        assert one.chapter in notes_map.CHAPTERS and one.text, one.key


def test_every_line_has_its_cells_and_every_tag_its_line() -> None:
    assert not (wrong := notes_map.problems()), "\n".join(wrong)


@pytest.mark.parametrize("name", notes_pages.PAGES)
def test_the_page_is_up_to_date(name: str) -> None:
    up_to_date = (ROOT / "docs" / name).read_text(encoding="utf-8") == notes_pages.PAGES[name]()
    assert up_to_date, "run `make map`"


@pytest.mark.parametrize("name", notes_pages.PAGES)
def test_every_link_leads_to_a_cell_a_file_or_a_heading(name: str) -> None:
    cells = {
        f"../notebooks/{path.name}#cell-id={cell.id}"
        for path in (ROOT / "notebooks").glob("*.ipynb")
        for cell in notebooks.read(path).cells
    }
    anchors = {
        f"{page}#{notes_pages.slug(one.heading)}" for one in notes_map.corrections() for page in ("corrections.md", "")
    }
    links = LINK.findall(notes_pages.PAGES[name]())
    assert len(links) > 67
    for link in links:
        file = ROOT / "docs" / link
        assert link in cells | anchors or ("#" not in link and file.is_file()), f"{link} leads nowhere"


def test_anchors_are_those_of_the_headings() -> None:
    assert notes_pages.slug("E05 Saturated is not vanishing") == "e05-saturated-is-not-vanishing"
    assert (
        notes_pages.slug("E06 Xavier does not save the sigmoid's gradient, and 1/t")
        == "e06-xavier-does-not-save-the-sigmoids-gradient-and-1t"
    )
    headings = [notes_pages.slug(one.heading) for one in notes_map.corrections()]
    assert len(set(headings)) == len(headings)


def test_marks_of_tests() -> None:
    assert list(notes_map.numbers("36, 38-40, E51")) == ["36", "38", "39", "40", "E51"]
    with pytest.raises(ValueError, match="wants numbers, ranges and E-numbers"):
        list(notes_map.numbers("chapter 5"))


CELL = Place(
    "taught",
    "05",
    "Too large",
    "../notebooks/05_initialization.ipynb#cell-id=a",
    frozenset({"114", "E05"}),
    frozenset({"E05"}),
)
BAD = {
    "no cell teaches or shows 115": [CELL],
    "is marked 222, which the lists do not have": [CELL, Place("shown", "05", "table", "b", frozenset({"222"}))],
    "without the tag E67": [CELL, Place("taught", "05", "x", "c", frozenset(), frozenset({"E67"}))],
    "no cell names (E06)": [CELL, Place("shown", "05", "table", "d", frozenset({"E06"}))],
}


@pytest.mark.parametrize("complaint", BAD)
def test_every_rule_bites(complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes_map, "places", lambda: tuple(BAD[complaint]))
    wrong = "\n".join(notes_map.problems())
    assert complaint in wrong and "E05" not in wrong


def test_two_cells_of_one_section_count_once_and_the_one_that_names_the_correction_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = (
        Place("taught", "05", "Too large", link, frozenset({"E05"}), frozenset(cited))
        for link, cited in (("a", []), ("b", ["E05"]))
    )
    monkeypatch.setattr(notes_map, "places", lambda: (first, second))
    assert notes_map.of("E05", "taught") == [second] and notes_map.of("E05", "shown") == []
