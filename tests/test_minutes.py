"""Each part of a chapter says how long it takes and how hard it is; the chapter's own time is the sum of its parts.

The minutes follow one rule: 150 words a minute, two and a half minutes for an explorer, one for a question, half of
that for a why line, three quarters for any other cell. What is folded is not counted.
"""

import re
from pathlib import Path

import nbformat
import pytest

from course_lib.exercises import _tutor

PATHS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
CHAPTERS = [path for path in PATHS if path.stem[:2] != "00"]
UNTIMED = {"Exercises", "Summary", "Reading", "What next"}
SPINE = range(40, 63)
by_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])


def parts(path):
    """Heading -> its cells."""
    found: dict[str, list] = {}
    for cell in nbformat.read(path, 4).cells:
        prose = re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL)
        assert cell.cell_type == "code" or not re.search(r"\n#{2,3} ", prose), f"a heading inside a cell: {cell.source}"
        heading = re.match(r"#{2,3} (.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading:
            found[heading[1]] = []
        if found:
            found[list(found)[-1]].append(cell)
    return {heading: cells for heading, cells in found.items() if heading not in UNTIMED}


def said(cells):
    """Minutes, and whether the part is optional."""
    line = re.match(r"#+ .+\n\n\*(\d+) minutes?, difficulty [123](, optional)?\*(\n|\Z)", cells[0].source)
    assert cells[0].source.count(", difficulty ") == 1
    assert line, f"no minutes under {cells[0].source.splitlines()[0]}"
    return int(line[1]), bool(line[2])


def by_rule(cells):
    minutes = 0.0
    for cell in cells:
        if cell.cell_type == "markdown":
            minutes += len(re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL).split()) / 150
        elif re.match(r"\w+_explorer\(|playground\(", cell.source):
            minutes += 2.5
        elif not cell.source.startswith(("review(", "import ", "from ")):
            minutes += {"pre": 1.0, "why": 0.5}.get(cell.source[:3], 0.75)
    return minutes


@by_chapter
def test_each_part_says_its_minutes_and_they_follow_the_rule(path):
    for heading, cells in parts(path).items():
        assert said(cells)[0] == pytest.approx(by_rule(cells), abs=1.5), heading
        assert said(cells)[1] or not heading.startswith("Optional"), heading


@by_chapter
def test_the_time_of_a_chapter_is_the_sum_of_its_parts(path):
    cells = nbformat.read(path, 4).cells
    spine = sum(minutes for minutes, optional in map(said, parts(path).values()) if not optional)
    optional = sum(minutes for minutes, optional in map(said, parts(path).values()) if optional)
    text = "\n".join(cell.source for cell in cells)
    titles = re.findall(r"(?m)^\*\*(\d+\.\d+) [^*]+\*\*(.*)$", text)
    chapter = f"{int(path.stem[:2])}."
    assert [id for id, _ in titles] == [id for id in _tutor.exercises if id.startswith(chapter)]
    minutes = [re.match(r" \*\((\d+) minutes, difficulty [123]\)\*", after) for _, after in titles]
    assert all(minutes)
    exercises = sum(int(one[1]) for one in minutes)
    also = f", {optional} for the optional parts" if optional else ""
    assert f"Time: {spine} minutes, {exercises} more for the exercises{also}." in cells[0].source
    assert spine in SPINE
