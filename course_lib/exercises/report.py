"""The report on a learner's progress: a bar for every chapter, what is due, what was sure and wrong.

What a notebook stores is the same for everybody, a list of the exercises: it must not carry one learner's progress
to all others. The learner's own table is a live widget, which is not stored.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from course_lib.exercises.exercise import Exercise
from course_lib.exercises.prediction import Prediction
from course_lib.exercises.progress import Progress
from course_lib.exercises.shown import Shown

CELL = '<td style="text-align:left;padding:2px 14px 2px 0">'
HEAD = CELL.replace("<td", '<th scope="col"')


class Report(Shown):
    """`due` are ids to be asked again, `notes` sentences about the file; `where` is its path."""

    def __init__(
        self,
        exercises: Mapping[str, Exercise],
        predictions: Mapping[str, Prediction],
        progress: Progress,
        due: Sequence[str],
        notes: Sequence[str],
        where: str,
    ) -> None:
        self.exercises, self.predictions = exercises, predictions
        self.solved = progress.solved & exercises.keys()
        self.first = {id: one for id, one in progress.first.items() if id in predictions}
        self.due, self.notes, self.where = due, notes, where

    def __repr__(self) -> str:
        return "\n".join(["Exercises:", *(f"  {e.id}  {e.title}" for e in self.exercises.values())])

    def __str__(self) -> str:
        states = [f"  {e.id}  {self._state(e):<7} {e.title}" for e in self.exercises.values()]
        return "\n".join([self.summary(), *states, *self._sentences(), *self.notes])

    def summary(self) -> str:
        """Two sentences with the counts."""
        return (
            f"Solved: {len(self.solved)} of {len(self.exercises)} exercises. Predictions answered: {len(self.first)} "
            f"of {len(self.predictions)}, {sum(bool(one.correct) for one in self.first.values())} of them right."
        )

    def html(self) -> str:
        how_live = '<p class="how-live">Run this cell to see which of them you have solved.</p>'
        return self._table(with_state=False) + how_live

    def personal_html(self) -> str:
        """The learner's own bars and table."""
        sentences = "".join(f"<p>{html.escape(text)}</p>" for text in (*self._sentences(), *self.notes))
        return (
            f"<p>{self.summary()}</p>{self._bars()}{sentences}"
            f"<details><summary>The exercises one by one</summary>{self._table(with_state=True)}</details>"
            f"<p>All of this stays on this computer, in {html.escape(self.where)}. Nothing is sent anywhere. "
            "<code>progress(export=&quot;progress.csv&quot;)</code> writes it as a table, <code>forget()</code> "
            "deletes it. Run this cell again to bring it up to date.</p>"
        )

    def widget(self) -> Any:
        import ipywidgets as widgets

        return widgets.HTML(self.personal_html())

    def _sentences(self) -> list[str]:
        wrong = [id for id, one in self.first.items() if one.sure == 2 and not one.correct]
        said = [f"To be asked again: {', '.join(self.due)}. review() asks them."] if self.due else []
        return said + ([f"You were sure, and it was not so: {', '.join(wrong)}."] if wrong else [])

    def _state(self, exercise: Exercise) -> str:
        return "solved" if exercise.id in self.solved else "open"

    def _bars(self) -> str:
        rows = []
        for chapter in dict.fromkeys(id.split(".")[0] for id in (*self.predictions, *self.exercises)):
            row = f'<th scope="row" style="text-align:left">{chapter:0>2}</th>'
            for done, all_ in ((self.first, self.predictions), (self.solved, self.exercises)):
                there, of = (sum(id.split(".")[0] == chapter for id in ids) for ids in (done, all_))
                bar = f'<progress value="{there}" max="{of}" aria-label="{there} of {of}"></progress> '
                row += f"{CELL}{bar}{there} of {of}</td>" if of else f"{CELL}none</td>"
            rows.append(f"<tr>{row}</tr>")
        head = "".join(f"{HEAD}{name}</th>" for name in ("Chapter", "Predictions", "Exercises"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"

    def _table(self, with_state: bool) -> str:
        rows = []
        for exercise in self.exercises.values():
            values = [exercise.id, html.escape(exercise.title)]
            if with_state:
                state = self._state(exercise)
                values.append(f"<strong>✓ {state}</strong>" if state == "solved" else state)
            rows.append("<tr>" + "".join(f"{CELL}{value}</td>" for value in values) + "</tr>")
        head = "".join(f"{HEAD}{name}</th>" for name in ("Exercise", "Title", "State")[: 2 + with_state])
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
