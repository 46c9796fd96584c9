"""A prediction: one question before the experiment, answered with one click that also says how sure one is.

Only then come the reasons, that of the chosen option first. Where there is no kernel the question reads as text, and
the answer is folded away under it.
"""

import html
from collections.abc import Callable
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

from course_lib import large_print, stills
from course_lib.exercises.shown import Shown

# A button of ipywidgets has one line, and cuts off what is longer.
ANSWERS = """<style>
.course-answer { white-space: normal; text-align: left; line-height: 1.4; padding: 5px 10px; margin: 3px 4px 3px 0;
  flex: 1 1 240px; }
.course-sure { padding: 5px 8px; margin: 3px 2px; line-height: 1.4; }
</style>"""
SURE = ("guess", "think so", "sure")
HOW_SURE = (
    f"One click on {SURE[0]}, {SURE[1]} or {SURE[2]} answers. Or click the answer, and leave open how sure you are."
)


@dataclass(frozen=True)
class Option:
    """One possible answer. `why` says in a sentence or two why it is right, or what is wrong with it."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Answer(Option):
    """The right option."""

    right: bool = True


class Prediction:
    """A question with options, exactly one of them right."""

    def __init__(self, id: str, question: str, *options: Option, occasion: str = "Predict") -> None:
        right = sum(option.right for option in options)
        if len(options) < 2 or right != 1:
            raise ValueError(
                f"Prediction {id} needs at least two options and exactly one right one; "
                f"it has {len(options)} and {right}."
            )
        self.id, self.question, self.options, self.occasion = id, question, options, occasion

    @property
    def title(self) -> str:
        return f"{self.occasion} {self.id}"

    @property
    def right(self) -> str:
        """The letter of the right option."""
        return next(letter for letter, option in self.lettered() if option.right)

    def lettered(self) -> list[tuple[str, Option]]:
        return list(zip(ascii_lowercase, self.options))

    def feedback(self, letter: str) -> str:
        """What the learner reads after choosing `letter`."""
        option = dict(self.lettered())[letter]
        return f"{letter}) {'Right.' if option.right else 'Not so.'} {option.why}".rstrip()

    def text(self) -> str:
        options = [f"  {letter}) {option.text}" for letter, option in self.lettered()]
        whys = [f"  {self.feedback(letter)}" for letter, _ in self.lettered()]
        return "\n".join([f"{self.title}. {self.question}", *options, f"Answer: {self.right})", *whys])

    def html(self) -> str:
        # The letters are written out: JupyterLab and code hosts drop the `type` of a list and would number it.
        options = "<br>".join(f"{letter}) {html.escape(option.text)}" for letter, option in self.lettered())
        whys = "".join(f"<p>{html.escape(self.feedback(letter))}</p>" for letter, _ in self.lettered())
        return (
            f"<div><p><strong>{self.title}.</strong> {html.escape(self.question)}</p>"
            f"<p>{options}</p>"
            f"<details><summary>Answer</summary><p><strong>{self.right})</strong></p>{whys}</details>"
            f'<p class="how-live">{stills.QUESTION}</p></div>'
        )


def recall(chapter: str, *questions: tuple[str, tuple[str, ...], str]) -> tuple[Prediction, ...]:
    """Short questions for reviews, each as question, options with the right one first, and why that is right."""
    return tuple(
        Prediction(
            f"{chapter}.r{number}",
            question,
            Answer(right, why),
            *(Option(text, "") for text in wrong),
            occasion="Review",
        )
        for number, (question, (right, *wrong), why) in enumerate(questions, 1)
    )


class Question(Shown):
    """A prediction on show.  `answered(letter, sure)` is told the answer, once; `sure` indexes `SURE` or is None.

    Without `feedback` it only says that the answer was kept.
    """

    def __init__(
        self,
        prediction: Prediction,
        answered: Callable[[str, int | None], None] = lambda *_: None,
        feedback: bool = True,
    ) -> None:
        self.prediction, self.feedback = prediction, feedback
        self._answered = answered
        self._open = True

    def __repr__(self) -> str:
        return self.prediction.text()

    def html(self) -> str:
        return self.prediction.html()

    def widget(self) -> Any:
        import ipywidgets as widgets

        from course_lib.aria import Aria

        question = f"<strong>{self.prediction.title}.</strong> {html.escape(self.prediction.question)}"
        head = widgets.HTML(
            f'{ANSWERS}<p style="margin:0;line-height:1.4">{question}</p><p><small>{HOW_SURE}</small></p>'
        )
        # One layout and one style for all buttons: every widget is a message to the page.
        row, fit = widgets.Layout(flex_flow="row wrap"), widgets.Layout(width="auto", height="auto")
        style = widgets.ButtonStyle()
        self.buttons, self.sure, rows = {}, {}, []
        for letter, option in self.prediction.lettered():
            answer = widgets.Button(description=f"{letter}) {option.text}", layout=fit, style=style)
            answer.add_class("course-answer")
            answer.on_click(lambda _, letter=letter: self._choose(letter, None))
            self.buttons[letter] = answer
            for sure, word in enumerate(SURE):
                button = widgets.Button(description=word, tooltip=f"{word}: {letter}", layout=fit, style=style)
                button.add_class("course-sure")
                button.on_click(lambda _, letter=letter, sure=sure: self._choose(letter, sure))
                self.sure[letter, sure] = button
            rows.append(widgets.HBox([answer, *(self.sure[letter, sure] for sure in range(len(SURE)))], layout=row))
        self.answer = widgets.HTML()
        options = widgets.VBox(rows)
        root = widgets.VBox([head, options, self.answer], layout={"max_width": "860px", "margin": "4px 0 8px 0"})
        Aria().beside(root, options)
        self._open = True
        if large_print.on:
            root.add_class("large-print").add_class("question")
            root.children = (*root.children, widgets.HTML(large_print.STYLE))
        return root

    def leave(self) -> None:
        if self._root is not None:
            self.answer.value += f"<p>{stills.RAN_AGAIN}</p>"
        super().leave()

    def _choose(self, letter: str, sure: int | None) -> None:
        if not self._open:
            return
        self._open = False
        shown = (letter, self.prediction.right) if self.feedback else ()
        for other in shown:
            right = other == self.prediction.right
            self.buttons[other].button_style = "success" if right else "danger"
            self.buttons[other].icon = "check" if right else "times"
        if not self.feedback:
            self.buttons[letter].button_style = "info"
        if sure is not None:
            self.sure[letter, sure].button_style = "info"
        for button in (*self.buttons.values(), *self.sure.values()):
            button.disabled = True
        self.answer.value = self._reasons(letter, sure) if self.feedback else '<p role="status">Kept.</p>'
        self._answered(letter, sure)

    def _reasons(self, letter: str, sure: int | None) -> str:
        others = (other for other in self.buttons if other != letter)
        how = f" ({SURE[sure]})" if sure is not None else ""
        then = f"<p>You said {letter}{how}: look whether what follows shows it.</p>"
        reasons = "".join(f"<p>{html.escape(self.prediction.feedback(other))}</p>" for other in others)
        return (
            '<div style="line-height:1.4"><p role="status" aria-live="polite">'
            f"<strong>{html.escape(self.prediction.feedback(letter))}</strong></p>{reasons}"
            f"{then if self.prediction.occasion == 'Predict' else ''}</div>"
        )
