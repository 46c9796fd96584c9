"""The glossary is sorted, its entries are whole, and each link opens the section that introduces the term."""

from __future__ import annotations

import re
from pathlib import Path

import notebooks
from notes_pages import slug

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
ENTRY = re.compile(r"^### (?P<term>.+)\n\n(?P<facts>.+)\n\n(?P<meaning>.+)\n", re.MULTILINE)
ENTRIES = [match.groupdict() for match in ENTRY.finditer(TEXT)]
PLACE = re.compile(r"\[(?P<label>.+)\]\((?P<link>\.\./notebooks/[\w.]+#cell-id=[\w-]+)\)$")
NAMES = {"AdamW", "n·Var(w)"}  # what Chinese texts call so, too


def test_every_entry_has_its_parts() -> None:
    assert len(ENTRIES) == TEXT.count("\n### ") > 150
    for entry in ENTRIES:
        assert PLACE.search(entry["facts"]), f"{entry['term']}: no section"
        chinese = entry["facts"].split(" · ")[0]
        assert chinese in NAMES or re.search(r"[\u4e00-\u9fff]", chinese), f"{entry['term']}: no Chinese name"
        sentences = re.findall(r"[.?](?: |$)", entry["meaning"])
        assert 1 <= len(sentences) <= 3 and entry["meaning"].endswith("."), f"{entry['term']}: two plain sentences"


def test_terms_are_sorted_under_their_letters_and_stand_once() -> None:
    order = [re.sub(r"[^a-z0-9 ]", "", entry["term"].lower()) for entry in ENTRIES]
    assert order == sorted(order)
    assert len(set(map(slug, order))) == len(order)
    letter = ""
    for level, text in re.findall(r"^(##|###) (.+)$", TEXT, re.MULTILINE):
        if level == "##":
            assert text > letter, f"{text} stands after {letter}"
            letter = text
        else:
            assert text.upper().startswith(letter), f"{text} stands under {letter}"


def test_every_link_opens_the_section_that_it_names() -> None:
    sections = {
        f"[{path.name[:2]} {heading}](../notebooks/{path.name}#cell-id={cell.id})"
        for path in (ROOT / "notebooks").glob("*.ipynb")
        for cell in notebooks.read(path).cells
        if cell.cell_type == "markdown"
        for heading in re.findall(r"^#{2,} +(.+)$", cell.source, re.MULTILINE)
    }
    places = {entry["term"]: PLACE.search(entry["facts"])[0] for entry in ENTRIES}
    assert not {term: place for term, place in places.items() if place not in sections}
