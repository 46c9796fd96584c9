"""A test before and after the course, in two forms that differ in their numbers only; its answers are computed.

Three questions for each of the chapters 01 to 11, and three that carry something over to another subject. A
question of a chapter 12 may have the id of one of these: attempts at the inventory are kept apart.
"""

import math
from random import Random
from typing import Any

import numpy as np

from course_lib.exercises import spaced_review
from course_lib.exercises.prediction import Prediction, Question
from course_lib.exercises.shown import Shown
from course_lib.exercises.variant import ITEMS, Claim, percent, variant
from course_lib.nn.initializers import conv_fan_in
from course_lib.registry import registered

FORMS = ("A", "B")


@variant("12.a", channels=(32, 128), side=(3, 5))
def convolution(channels: int, side: int) -> tuple:
    n = side * side * channels
    return (
        f"A convolution with ReLU sees {channels} channels through a window of {side} × {side}. Which std of its "
        "weights keeps the size of the signal?",
        math.sqrt(2 / conv_fan_in(channels, side, side)),
        Claim(math.sqrt(2 / n), "Each output adds up all numbers in the window."),
        Claim(math.sqrt(2 / channels), "The window counts as well as the channels."),
        Claim(math.sqrt(1 / n), "ReLU takes half."),
    )


@variant("12.b", times=(100, 1000))
def units_of_measurement(times: int) -> tuple:
    x = np.array([0.5, 1.5, 2.0])
    return (
        f"A price is fitted by one weight times an area, by gradient descent. You give the area in a unit {times:,} "
        "times smaller, so that its numbers are larger. By what must the largest stable learning rate be multiplied?",
        (2 / np.mean((times * x) ** 2)) / (2 / np.mean(x**2)),
        Claim(1 / times**2, "The curvature is the mean of x²."),
        Claim(1 / times, "The input enters the gradient, and the prediction once more."),
        Claim(1.0, "The fit is the same; the curvature is not."),
    )


@variant("12.c", share=(0.3, 0.2), people=(400, 1600))
def poll(share: float, people: int) -> tuple:
    spread = math.sqrt(share * (1 - share) / people)
    return (
        f"{percent(share)} of all people prefer a product. How far from that is a poll of {people:,}, typically?",
        np.std([1.0] * round(10 * share) + [0.0] * round(10 * (1 - share))) / math.sqrt(people),
        Claim(spread, "√(p(1 − p)/n).", percent(spread)),
        Claim(1 / people, "That is one person.", percent(1 / people)),
        Claim(share / math.sqrt(people), "The spread is √(p(1 − p)), not p.", percent(share / math.sqrt(people))),
    )


TRANSFER = registered((convolution, units_of_measurement, poll))


def inventory_form(form: str) -> list[tuple[Prediction, str]]:
    """The 36 questions, and in which order their options stand; no review asks with these numbers."""
    if form not in FORMS:
        raise ValueError(f'The form is "A" or "B", not {form!r}.')
    variants = spaced_review.variants() | TRANSFER
    chosen = {id: list(variants[id].all())[FORMS.index(form) * -1] for id in ITEMS}
    return [spaced_review.shuffled(variants[id].ask(chosen[id]), Random(f"{id} {form}"), "Question") for id in ITEMS]


class Inventory(Shown):
    """All questions of a form, one below the other."""

    def __init__(self, form: str, questions: list[Question]) -> None:
        self.form, self.questions = form, questions

    def __repr__(self) -> str:
        return f"Inventory, form {self.form}: {len(self.questions)} questions, asked where there is a kernel."

    def html(self) -> str:
        return f"<p>{self!r}</p>"

    def widget(self) -> Any:
        import ipywidgets as widgets

        words = (
            f"<p>Form {self.form}: {len(self.questions)} questions. Nobody knows all of them: choose <em>guess</em> "
            "where you guess. You are told no answers, and what you choose stays on this computer.</p>"
        )
        return widgets.VBox([widgets.HTML(words), *(question.widget() for question in self.questions)])
