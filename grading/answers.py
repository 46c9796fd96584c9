"""What a class answered: reads the tables that `progress(export="name.csv")` writes, one for each learner.

    python -m grading.answers FOLDER

FOLDER holds the tables; a file's name stands for the learner and need not be a real name. Who took both forms of the
inventory counts for the gain: the form taken first is *before*, the other *after*. For each of its questions there is
the share of right answers before and after, the discrimination (how the answer after the course goes with the score
on all other questions, a correlation), and the most common wrong option. The same option is named for each prediction.
"""

import argparse
import csv
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_lib.exercises import _tutor
from course_lib.exercises.inventory import inventory_form
from course_lib.exercises.progress import NAMES
from course_lib.exercises.variant import ITEMS

FEW = 10  # learners: with fewer, an interval or a correlation says nothing
RESAMPLES = 10_000


@dataclass(frozen=True)
class Answer:
    learner: str
    kind: str
    item: str
    letter: str
    right: bool


@dataclass(frozen=True)
class Gain:
    """Mean shares right over learners, and the gain with the ends of its 95 % interval."""

    learners: int
    before: float
    after: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Item:
    """`before` and `after` are shares right; `discrimination` is NaN where all answered alike."""

    id: str
    before: float
    after: float
    discrimination: float
    wrong: str


def read(folder: Path) -> list[Answer]:
    """The first answer of every learner to every question, from all tables in `folder`."""
    answers: dict[tuple[str, str, str], Answer] = {}
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = list(csv.DictReader(line.replace("\0", "") for line in file))
        rows = [row for row in rows if set(NAMES) <= row.keys()]  # a table of another kind, grades say, has none
        for row in sorted(rows, key=lambda row: row["time"] or ""):
            kind, item = row["kind"] or "", row["item"] or ""
            if kind == "prediction" or kind.startswith("inventory "):
                one = Answer(str(path.relative_to(folder)), kind, item, row["answer"] or "", row["correct"] == "1")
                answers.setdefault((one.learner, kind, item), one)
    return list(answers.values())


def sheets(answers: list[Answer]) -> tuple[np.ndarray, np.ndarray]:
    """Right or not (learners, items) before and after; a question left out counts as not right.

    The order of `answers` within a learner is that of time.
    """
    taken: dict[str, dict[str, dict[str, bool]]] = {}
    for one in answers:
        if one.kind.startswith("inventory "):
            taken.setdefault(one.learner, {}).setdefault(one.kind, {})[one.item] = one.right
    both = [list(forms.values())[:2] for forms in taken.values() if len(forms) == 2]
    table = np.array([[[form.get(id, False) for id in ITEMS] for form in forms] for forms in both], dtype=float)
    table = table.reshape(-1, 2, len(ITEMS))
    return table[:, 0], table[:, 1]


def gain(before: np.ndarray, after: np.ndarray) -> Gain:
    """The interval is the bootstrap's over learners, percentiles, seed fixed."""
    each = after.mean(axis=1) - before.mean(axis=1)
    rng = np.random.default_rng(0)
    means = each[rng.integers(len(each), size=(RESAMPLES, len(each)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Gain(len(each), float(before.mean()), float(after.mean()), float(each.mean()), float(low), float(high))


def discrimination(sheet: np.ndarray) -> np.ndarray:
    """Correlation of each item with the score on all others (items,)."""
    rest = sheet.sum(axis=1, keepdims=True) - sheet
    item, rest = sheet - sheet.mean(axis=0), rest - rest.mean(axis=0)
    with np.errstate(invalid="ignore"):
        return (item * rest).sum(axis=0) / np.sqrt((item**2).sum(axis=0) * (rest**2).sum(axis=0))


def items(answers: list[Answer]) -> list[Item]:
    before, after = sheets(answers)
    wrong = common_wrong([one for one in answers if one.kind.startswith("inventory ")])
    return [
        Item(id, float(first), float(last), float(telling), wrong.get(id, ""))
        for id, first, last, telling in zip(ITEMS, before.mean(axis=0), after.mean(axis=0), discrimination(after))
    ]


def common_wrong(answers: list[Answer]) -> dict[str, str]:
    """For each question the wrong option that most chose, as "b, 12 of 30"; nothing where none did."""
    chosen: dict[str, Counter[str]] = {}
    total = Counter(one.item for one in answers)
    for one in answers:
        if not one.right and one.letter:
            chosen.setdefault(one.item, Counter())[one.letter] += 1
    most = {id: min(letters.items(), key=lambda pair: (-pair[1], pair[0])) for id, letters in chosen.items()}
    return {id: f"{letter}, {count} of {total[id]}" for id, (letter, count) in most.items()}


def predictions(answers: list[Answer]) -> list[str]:
    """A line for each prediction that somebody missed, with the words of the most common wrong option."""
    lines = []
    wrong = common_wrong([one for one in answers if one.kind == "prediction"])
    for id, question in _tutor.predictions.items():
        option = dict(question.lettered()).get(wrong.get(id, "")[:1])
        if option:
            lines.append(f"{id:6} {wrong[id]}: {option.text}")
    return lines


def report(answers: list[Answer]) -> str:
    lines = []
    before, after = sheets(answers)
    if len(before) >= FEW:
        result = gain(before, after)
        lines += [
            f"{result.learners} learners took both forms: {result.before:.0%} right before, {result.after:.0%} after.",
            f"Gain {100 * result.gain:.1f} points, 95 % interval {100 * result.low:.1f} to {100 * result.high:.1f}.",
            "",
            "item   before  after  discrimination  most common wrong option",
            *(
                f"{one.id:6} {one.before:6.0%} {one.after:6.0%} {one.discrimination:15.2f}  {one.wrong}"
                for one in items(answers)
            ),
            "",
        ]
    else:
        lines += [f"{len(before)} learners took both forms; {FEW} are needed to say anything about gain.", ""]
    lines += ["Predictions, most common wrong option:", *(predictions(answers) or ["  none"])]
    return "\n".join(lines)


def form_text(form: str) -> str:
    """A form on paper, with its key at the end."""
    questions = [question for question, _ in inventory_form(form)]
    asked = [
        f"{number}. ({one.id}) {one.question}\n" + "\n".join(f"   {letter}) {o.text}" for letter, o in one.lettered())
        for number, one in enumerate(questions, 1)
    ]
    key = ", ".join(f"{number} {one.right}" for number, one in enumerate(questions, 1))
    return "\n\n".join([f"Form {form}", *asked, f"Key: {key}"])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="the tables of the class")
    parser.add_argument("--form", choices=("A", "B"), help="print this form with its key, for paper")
    given = parser.parse_args(arguments)
    if given.form:
        print(form_text(given.form))
    elif given.folder and given.folder.is_dir():
        print(report(read(given.folder)))
    else:
        parser.error("say which folder holds the tables, or which --form to print")
    return 0


if __name__ == "__main__":
    sys.exit(main())
