"""The two pages that show what tools/notes_map.py collects: the map of the notes, and what the notes got wrong."""

import re
from collections.abc import Iterable

import notebooks
from course_lib.exercises.spaced_review import CHAPTERS
from notes_map import Place, corrections, notebook_of, of, places, topics

WAYS = ("taught", "shown", "exercised", "tested")

MAP = """\
# The map of the notes

Everything that the five sets of notes say, and where this course teaches it, shows it, lets you do it and tests it.
*Taught* is text, *shown* an explorer, a table or a piece of the library, *exercised* a guess or a task, and *tested*
a test that holds the statement on its own; besides these, `make test` runs all notebooks again and compares every
printed number and table with what they show. *Put right* leads to [what the notes got wrong](corrections.md).

A link opens the notebook at its cell in JupyterLab. *Where* gives set and line:

| set | what it is |
|---|---|
| I | notes on a newer CS231n lecture, *Training neural networks I* (2018 and later) |
| II | notes on CS231n 2017, lecture 6, whole |
| III | notes on the first half of CS231n 2017, lecture 6, with passages of the course notes |
| IV | the CS224n sheet |
| V | Saito, *Deep learning from scratch*, chapter 6 |

This page is built from the tags of the cells and the marks of the tests: `make map`.
"""

CORRECTIONS = """\
# What the notes got wrong

The course grew from five sets of lecture notes. Most of what they say is right. These are the places where it is not,
where it is said too strongly, or where a word got lost in translation. The links open the cells that show it.

Roman numbers are the sets of notes and the lines in them, as in [the map of the notes](notes_map.md), which leads the
other way, from the notes to the cells. The chapters cite an entry by its number: (E05).

Five of them change what one does: {first}.
"""
FIRST = ("E05", "E07", "E02", "E14", "E61")  # saturation, He's factor, batch norm's modes, dropout's scale, the figure


def slug(heading: str) -> str:
    """The anchor that code hosts give to a heading of a Markdown page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def title_of(chapter: str) -> str:
    return notebooks.read(notebook_of(chapter)).cells[0].source.splitlines()[0].removeprefix("# ")


def links(found: Iterable[Place]) -> str:
    """Links, with the number of the chapter once in front of those of one chapter."""
    chapters: dict[str, list[str]] = {}
    for place in found:
        chapters.setdefault(place.number, []).append(str(place))
    return "; ".join(f"{number} {', '.join(group)}".strip() for number, group in chapters.items())


def seen(key: str) -> list[str]:
    return [links(of(key, way)) for way in WAYS]


def row(*columns: str) -> str:
    return f"| {' | '.join(column or '–' for column in columns)} |"


def anchors() -> dict[str, str]:
    return {one.key: f"[{one.key}](corrections.md#{slug(one.heading)})" for one in corrections()}


def map_page() -> str:
    right = anchors()
    page = [MAP]
    for chapter in CHAPTERS:
        if lines := [topic for topic in topics() if topic.chapter == chapter]:
            page += [
                f"\n## {title_of(chapter)}\n",
                row(" ", "what the notes say", "where", *WAYS, "put right"),
                "|---|---|---|---|---|---|---|---|",
            ]
            for one in lines:
                put_right = ", ".join(right[key] for key in one.corrections)
                page.append(row(one.key, one.text, one.where, *seen(one.key), put_right))
    page += ["\n## Corrections\n", row(" ", "put right", "where", *WAYS), "|---|---|---|---|---|---|---|"]
    page += [row(right[one.key], one.title, one.where, *seen(one.key)) for one in corrections()]
    return "\n".join(page) + "\n"


def corrections_page() -> str:
    order = {key: at for at, place in reversed([*enumerate(places())]) for key in place.keys}
    titles = {one.key: one.heading for one in corrections()}
    page = [CORRECTIONS.format(first=", ".join(f"[{titles[key]}](#{slug(titles[key])})" for key in FIRST))]
    for chapter in CHAPTERS:
        entries = [one for one in corrections() if one.chapter == chapter]
        if entries:
            page.append(f"\n## {title_of(chapter)}\n")
        for one in sorted(entries, key=lambda one: order.get(one.key, len(order))):
            page += [
                f"### {one.heading}\n",
                f"**The notes** ({one.where}): {one.says}\n",
                f"**True:** {one.true}\n",
                f"*Source:* {one.source}.{seen_in(one.key, f'{CHAPTERS.index(chapter):02}')}\n",
            ]
    return "\n".join(page).rstrip("\n") + "\n"


def seen_in(key: str, home: str) -> str:
    """Where it is told and shown, the home chapter first."""
    told, shown = (sorted(of(key, way), key=lambda place: place.number != home) for way in WAYS[:2])
    told = [place for place in told if key in place.cited] or told
    return (f" *Told in* {links(told)}." if told else "") + (f" *Shown by* {links(shown)}." if shown else "")


PAGES = {"notes_map.md": map_page, "corrections.md": corrections_page}
