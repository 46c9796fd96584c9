"""The tutor: takes answers, gives hints and solutions by id, and remembers what was done.

Everything a notebook calls here is a method of one tutor; `exercises/__init__` hands them out.
"""

import csv
import functools
import html
import inspect
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from course_lib.exercises import edition, spaced_review
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.inventory import Inventory, inventory_form
from course_lib.exercises.prediction import Prediction, Question
from course_lib.exercises.printed import only_the_beginning, say
from course_lib.exercises.progress import NAMES, ProgressFile
from course_lib.exercises.report import Report
from course_lib.exercises.shown import Shown
from course_lib.exercises.source import Source, show_source
from course_lib.exercises.values import shortened
from course_lib.exercises.why import Why
from course_lib.registry import registered

T = TypeVar("T", bound=Shown)


@dataclass(frozen=True, repr=False)
class Hints:
    """The hints of one exercise: closed in a notebook, so that *Run All* gives none away; as lines in a terminal."""

    exercise: Exercise

    def _titled(self) -> Iterator[tuple[str, str]]:
        for number, text in enumerate(self.exercise.hints, 1):
            yield f"{self.exercise.id}, hint {number} of {len(self.exercise.hints)}", text

    def __repr__(self) -> str:
        return "\n".join(f"{title}: {text}" for title, text in self._titled())

    def _repr_html_(self) -> str:
        return "".join(
            f"<details><summary>{title}</summary><p>{html.escape(text)}</p></details>" for title, text in self._titled()
        )


def _never_raises(check: Callable[..., None]) -> Callable[..., None]:
    """Say what is wrong with the call itself, too: arguments left out, or too many."""

    @functools.wraps(check)
    def checked(*given: Any, **named: Any) -> None:
        try:
            inspect.signature(check).bind(*given, **named)
        except TypeError:
            print('check takes an id and your function, in this form: check("5.1", your_function).')
        else:
            check(*given, **named)

    return checked


class Tutor:
    """`modules` are the chapters' modules, with `EXERCISES`, or with `QUESTIONS` and `RECALL`."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        chapters = list(modules)
        self.exercises, self.predictions, self.recall = (
            registered(one for module in chapters for one in getattr(module, kind, ()))
            for kind in ("EXERCISES", "QUESTIONS", "RECALL")
        )
        self.file = ProgressFile()
        self._shown: dict[str, Shown] = {}

    @_never_raises
    def check(self, id: str, yours: Any = ...) -> None:
        """Say in one message whether `yours` solves exercise `id`, and if not, what is wrong.  Never raises."""
        try:
            exercise = _find(self.exercises, id, "exercise")
        except ValueError as error:
            say(error)
            return
        with only_the_beginning():
            verdict = exercise.judge(yours)
        say(verdict.message)
        if verdict.solved:
            self.file.solve(exercise.id)
            for note in self.file.take_notes():
                say(note)

    def hint(self, id: str) -> Hints:
        """The hints for exercise `id`, each under a title to open: first a nudge, at last nearly the answer."""
        return Hints(_find(self.exercises, id, "exercise"))

    def solution(self, id: str) -> Source | None:
        """The course's own answer to exercise `id`, folded: the very function that `check` compares with."""
        exercise = _find(self.exercises, id, "exercise")
        if not edition.SOLUTIONS:
            print(f'{exercise.id}: your instructor keeps the solutions. hint("{exercise.id}") may help.')
            return None
        return show_source(exercise.answer, docstring=True, title=f"{exercise.id}: a solution")

    def predict(self, id: str) -> Question:
        """The question `id` with buttons for every option.  Your first answer goes into your progress."""
        prediction = _find(self.predictions, id, "prediction")

        def answered(letter: str, sure: int | None) -> None:
            if prediction.id not in self.file.read().first:
                self.file.add("prediction", prediction.id, letter, letter == prediction.right, sure)

        return self._show(prediction.id, Question(prediction, answered))

    def why(self, id: str) -> Why:
        """One line of your own on why the answer to question `id` is what it is.  It may be skipped."""
        prediction = _find(self.predictions, id, "prediction")
        written = [one.answer for one in self.file.read().attempts if (one.kind, one.item) == ("why", prediction.id)]
        last = str(written[-1]) if written else ""
        return self._show(
            f"why {prediction.id}", Why(prediction, last, lambda text: self.file.add("why", prediction.id, text))
        )

    def progress(self, *, export: str | Path | None = None) -> Report | None:
        """What you have done so far; `progress(export="progress.csv")` writes it as a table instead."""
        done = self.file.read()
        if export is None:
            notes, where = self.file.take_notes(), str(self.file.path)
            known = self.predictions | self.recall
            again = [id for id in spaced_review.due(spaced_review.histories(done), self.file.now()) if id in known]
            return self._show("progress", Report(self.exercises, self.predictions, done, again, notes, where))
        try:
            with Path(export).open("w", encoding="utf-8", errors="replace", newline="") as file:
                csv.writer(file).writerows([NAMES, *map(astuple, done.attempts)])
            print(f"{export} now holds {len(done.attempts)} attempts, without your name.")
        except (OSError, ValueError, TypeError) as error:  # no name of a file is a ValueError, no text a TypeError
            print(f"{export} cannot be written ({getattr(error, 'strerror', error)}).")
        return None

    def review(self) -> spaced_review.Review:
        """At most three questions that are due, in another form than before.  It may be skipped."""
        return self._show("review", spaced_review.Review(self._due))

    def _due(self) -> list[Question]:
        variants, known = spaced_review.variants(), self.predictions | self.recall
        done = self.file.read()
        answers = spaced_review.histories(done)

        def question(id: str) -> Question:
            asked, order = spaced_review.asked_again(known[id], variants.get(id), len(answers.get(id, ())))
            return self._shuffled("review", asked, order)

        return [question(id) for id in spaced_review.to_ask(done, known, self.recall, self.file.now())]

    def inventory(self, form: str) -> Inventory:
        """Form "A" or "B" of the test before and after the course: 36 questions, without feedback."""
        questions = [self._shuffled(f"inventory {form}", *one, feedback=False) for one in inventory_form(form)]
        return self._show("inventory", Inventory(form, questions))

    def _shuffled(self, kind: str, asked: Prediction, order: str, feedback: bool = True) -> Question:
        """A question whose options stand in another `order`; the letter that is kept is that before."""
        return Question(
            asked,
            lambda letter, sure: self.file.add(
                kind, asked.id, order["abcdefgh".index(letter)], letter == asked.right, sure
            ),
            feedback,
        )

    def forget(self) -> None:
        """Delete all of your progress on this computer.  It cannot be brought back."""
        try:
            print(f"Deleted: {self.file.forget()} attempts, and the file {self.file.path}.")
        except OSError as error:
            print(f"{self.file.path} cannot be deleted ({error.strerror}). Is another notebook writing?")

    def _show(self, place: str, new: T) -> T:
        """Let go of what an earlier run of the same cell showed."""
        if place in self._shown:
            self._shown[place].leave()
        self._shown[place] = new
        return new


def _find(items: dict, id: Any, kind: str) -> Any:
    if isinstance(id, str) and id in items:
        return items[id]
    meant = re.search(r"\d+[.,]\w", shortened(id))  # 5.1 without quotes, or "Exercise 5.1"
    if meant and (near := meant[0].replace(",", ".")) in items:
        raise ValueError(f'There is no such {kind}. Did you mean "{near}"? Write it so, in quotes.')
    grouped = itertools.groupby(items, key=lambda id: id.split(".")[0])
    chapters = [sorted(ids, key=lambda id: (len(id), id)) for _, ids in grouped]
    there_are = ", ".join(f"{ids[0]} to {ids[-1]}" for ids in chapters) or "none"
    first = "" if isinstance(id, str) else f' The id comes first, in quotes: "{next(iter(items), "5.1")}".'
    raise ValueError(f"There is no such {kind}; there are {there_are}.{first}")
