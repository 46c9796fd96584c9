"""Which cell teaches which line of the notes: collects the tags of the cells, and builds the pages that show them.

    python tools/notes_map.py            write docs/notes_map.md and docs/corrections.md
    python tools/notes_map.py --check    name what is missing or out of date

The lines of the notes stand in docs/notes/topics.csv, what is wrong in them in docs/notes/corrections.toml. A cell
carries the tag `note-114` if it teaches, shows or exercises line 114, and `E05` if it says or shows that correction. A
test carries the comment `# notes: 114, 116-118, E05` on the line above it.
"""

import argparse
import csv
import functools
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import notebooks
from course_lib.exercises.spaced_review import CHAPTERS

ROOT = Path(__file__).resolve().parents[1]
TAG = re.compile(r"note-(\d+)|(E\d\d)")
MARK = re.compile(r"#\s*notes:\s*(.+)")
RANGE = re.compile(r"(\d+)(?:-(\d+))?|E\d\d")


@dataclass(frozen=True)
class Topic:
    """One line of the notes; `key` is the end of its tag, "114"."""

    key: str
    chapter: str
    kind: str
    where: str
    text: str
    corrections: tuple[str, ...]


@dataclass(frozen=True)
class Correction:
    """One thing that the notes get wrong; `key` is its tag, "E05"."""

    key: str
    chapter: str
    where: str
    title: str
    says: str
    true: str
    source: str

    @property
    def text(self) -> str:
        return self.title

    @property
    def heading(self) -> str:
        return f"{self.key} {self.title}"


@dataclass(frozen=True)
class Place:
    """A cell or a test that stands for `keys`, as the pages link it."""

    way: str  # taught, shown, exercised, tested
    number: str  # of the chapter, "05"; "" for a test
    label: str
    link: str
    keys: frozenset[str]
    cited: frozenset[str] = frozenset()  # corrections that its text names: (E05)

    def __str__(self) -> str:
        return f"[{self.label}]({self.link})"


def topics() -> list[Topic]:
    with open(ROOT / "docs/notes/topics.csv", encoding="utf-8", newline="") as file:
        return [
            Topic(key=row.pop("number"), corrections=tuple(row.pop("corrections").split()), **row)
            for row in csv.DictReader(file)
        ]


def corrections() -> list[Correction]:
    with open(ROOT / "docs/notes/corrections.toml", "rb") as file:
        return [Correction(key, **entry) for key, entry in tomllib.load(file).items()]


def notebook_of(chapter: str) -> Path:
    name = f"{CHAPTERS.index(chapter):02}_*.ipynb"
    for path in (ROOT / "notebooks").glob(name):
        return path
    sys.exit(f"CHAPTERS names {chapter!r}, but there is no notebooks/{name} yet: write it, then run `make map`.")


@functools.cache
def places() -> tuple[Place, ...]:
    """All of them, chapter by chapter, then the tests."""
    return tuple(place for chapter in CHAPTERS for place in cells(notebook_of(chapter))) + tuple(tests())


def cells(path: Path) -> Iterator[Place]:
    """The tagged cells of one notebook, in order."""
    section = ""
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "markdown" and (heading := re.match(r"#+ +(.+)", cell.source)):
            section = heading[1].replace("|", "∣")
        keys = frozenset(match[1] or match[2] for tag in cell.metadata.get("tags", []) if (match := TAG.fullmatch(tag)))
        cited = frozenset(re.findall(r"\bE\d\d\b", cell.source)) if cell.cell_type == "markdown" else frozenset()
        if keys or (cited and ">" in cell.source):
            link = f"../notebooks/{path.name}#cell-id={cell.id}"
            yield Place(*way_and_label(cell, section, path.name[:2]), link, keys, cited)


def way_and_label(cell, section: str, chapter: str) -> tuple[str, str, str]:
    source = cell.source
    if cell.cell_type == "markdown":
        task = re.search(r"^\*\*(\d+\.\d) ", source, re.MULTILINE)
        return ("exercised", chapter, f"exercise {task[1]}") if task else ("taught", chapter, section)
    if done := re.search(r"^(predict|check)\(\"([\w.]+)\"", source, re.MULTILINE):
        return "exercised", chapter, f"{'guess' if done[1] == 'predict' else 'exercise'} {done[2]}"
    if code := re.match(r"show_source\((?:[a-z_]+\.)*?(([A-Z]\w+\.)?\w+)\)", source):
        return "shown", chapter, f"code of `{code[1]}`"
    explorer = re.search(r"^(\w+_explorer|playground)\(", source, re.MULTILINE)
    what = explorer[1].replace("_", " ") if explorer else "table" if "table(" in source else "cell"
    return "shown", chapter, f"{what} [{cell.execution_count}]"


def tests() -> Iterator[Place]:
    """The tests with a mark above them."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        marked: frozenset[str] = frozenset()
        link = f"../{path.relative_to(ROOT).as_posix()}"
        for line in path.read_text(encoding="utf-8").splitlines():
            if mark := MARK.fullmatch(line):
                marked = frozenset(numbers(mark[1]))
            elif marked and (name := re.match(r"def test_(\w+)", line)):
                label = re.sub(r"^(\d) (\w) ", r"\1.\2 ", name[1].replace("_", " "))  # exercise 2_1, prediction 0_a
                yield Place("tested", "", label, link, marked)
                marked = frozenset()


def numbers(text: str) -> Iterator[str]:
    """ "36, 38-40, E51" -> 36 38 39 40 E51"""
    for part in text.split(","):
        if not (match := RANGE.fullmatch(part.strip())):
            raise ValueError(f"`# notes: {text}` wants numbers, ranges and E-numbers: 114, 116-118, E05")
        first, last = match[1], match[2] or match[1]
        yield from (str(n) for n in range(int(first), int(last) + 1)) if first else [match[0]]


def of(key: str, *ways: str) -> list[Place]:
    """Places that carry `key`; the text and the stub of one exercise, or two cells of one section, count once."""
    found: dict[tuple[str, ...], Place] = {}
    for place in places():
        if key in place.keys and place.way in ways:
            same = (place.number, place.label, place.link if place.way == "tested" else "")
            if same not in found or (key in place.cited and key not in found[same].cited):
                found[same] = place
    return list(found.values())


def problems() -> list[str]:
    """What is wrong with tags and marks."""
    wanted: list[Any] = [*topics(), *corrections()]
    known = {one.key for one in wanted}
    complaints = []
    for place in places():
        complaints += [
            f"{place.link}: {place.label} is marked {key}, which the lists do not have"
            for key in sorted(place.keys - known)
        ]
        complaints += [f"{place.link}: says (E…) without the tag {key}" for key in sorted(place.cited - place.keys)]
    for one in wanted:
        if not of(one.key, "taught", "shown"):
            complaints.append(f"no cell teaches or shows {one.key}: {one.text}")
        elif one.key.startswith("E") and not any(one.key in place.cited for place in places()):
            complaints.append(f"no cell names ({one.key}): {one.text}")
    for topic in topics():
        complaints += [f"{topic.key} names {key}, which is no correction" for key in set(topic.corrections) - known]
    return complaints


def main(arguments: list[str] | None = None) -> int:
    from notes_pages import PAGES  # imported here because it imports this module

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, name what is missing or out of date")
    check = parser.parse_args(arguments).check
    complaints = problems()
    for name, page in PAGES.items():
        path, text = ROOT / "docs" / name, page()
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            complaints.append(f"docs/{name} is out of date: run `make map`")
    print("\n".join(complaints) or "every line of the notes has its cells")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
