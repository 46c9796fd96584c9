"""The report on a learner's progress: a table of every exercise, solved or open.

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


class Report(Shown):
    """`notes` are sentences about the file; `where` is its path."""

    def __init__(
        self,
        exercises: Mapping[str, Exercise],
        predictions: Mapping[str, Prediction],
        progress: Progress,
        notes: Sequence[str] = (),
        where: str = "",
    ) -> None:
        self.exercises, self.predictions, self.progress = exercises, predictions, progress
        self.notes, self.where = notes, where

    def __repr__(self) -> str:
        return "\n".join(["Exercises:", *(f"  {e.id}  {e.title}" for e in self.exercises.values())])

    def __str__(self) -> str:
        states = [f"  {e.id}  {self._state(e):<7} {e.title}" for e in self.exercises.values()]
        return "\n".join([self.summary(), *states, *self.notes])

    def summary(self) -> str:
        """Two sentences with the counts."""
        first = [right for id, right in self.progress.first.items() if id in self.predictions]
        solved = sum(id in self.progress.solved for id in self.exercises)
        return (
            f"Solved: {solved} of {len(self.exercises)} exercises. Predictions answered: {len(first)} of "
            f"{len(self.predictions)}, {sum(first)} of them right at the first click."
        )

    def html(self) -> str:
        how_live = '<p class="how-live">Run this cell to see which of them you have solved.</p>'
        return self._table(with_state=False) + how_live

    def personal_html(self) -> str:
        """The learner's own table."""
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        where = f"<p>Kept in {html.escape(self.where)}. Run this cell again to bring the table up to date.</p>"
        return f"<p>{self.summary()}</p>{self._table(with_state=True)}{notes}{where}"

    def widget(self) -> Any:
        import ipywidgets as widgets

        return widgets.HTML(self.personal_html())

    def _state(self, exercise: Exercise) -> str:
        return "solved" if exercise.id in self.progress.solved else "open"

    def _table(self, with_state: bool) -> str:
        cell = '<td style="text-align:left;padding:2px 14px 2px 0">'
        rows = []
        for exercise in self.exercises.values():
            values = [exercise.id, html.escape(exercise.title)]
            if with_state:
                state = self._state(exercise)
                values.append(f"<strong>✓ {state}</strong>" if state == "solved" else state)
            rows.append("<tr>" + "".join(f"{cell}{value}</td>" for value in values) + "</tr>")
        head = "".join(
            cell.replace("<td", '<th scope="col"') + f"{name}</th>"
            for name in ("Exercise", "Title", "State")[: 2 + with_state]
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
