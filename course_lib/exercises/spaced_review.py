"""What is due for review: questions answered before, asked again when they are about to be forgotten.

When that is, `fsrs` computes from all answers to a question and how sure they were.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from course_lib.exercises.prediction import Prediction, Question
from course_lib.exercises.progress import Attempt, Progress
from course_lib.exercises.shown import Shown
from course_lib.exercises.variant import Variant, variants_in

AT_MOST = 3
A_WHILE = timedelta(hours=12)  # what was answered since is not asked again
CHAPTERS = (
    "start",
    "neurons",
    "activations",
    "zero_centring",
    "preprocessing",
    "initialization",
    "batchnorm",
    "optimizers",
    "regularization",
    "babysitting",
    "search",
    "playground",
)


def variants() -> dict[str, Variant]:
    """By the id of the question."""
    return variants_in(*(import_module(f"course_lib.exercises.{chapter}_variants") for chapter in CHAPTERS))


def histories(progress: Progress) -> dict[str, list[Attempt]]:
    """The answers to each question, the oldest first."""
    answers: dict[str, list[Attempt]] = {}
    first = progress.first
    for one in progress.attempts:
        if one.kind == "review" or one == first.get(one.item):
            answers.setdefault(one.item, []).append(one)
    return answers


def due(answers: Mapping[str, list[Attempt]], now: datetime) -> list[str]:
    """Ids of what is due: first what was answered surely and wrongly, then what was missed, then what fades most."""
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    ratings = {None: Rating.Good, 0: Rating.Hard, 1: Rating.Good, 2: Rating.Easy}
    order = []
    for id, attempts in answers.items():
        card = Card(card_id=0, due=now)
        for one in attempts:
            rating = ratings.get(one.sure, Rating.Good) if one.correct else Rating.Again
            card, _ = scheduler.review_card(card, rating, at(one, now))
        last = attempts[-1]
        if card.due <= now and at(last, now) <= now - A_WHILE:
            missed = not last.correct
            urgency = (not (missed and last.sure == 2), not missed, scheduler.get_card_retrievability(card, now))
            order.append((urgency, id))
    return [id for _, id in sorted(order)]


def begun(answers: Mapping[str, list[Attempt]], now: datetime) -> set[str]:
    """Chapters of which something was answered a while ago."""
    return {id.split(".")[0] for id, attempts in answers.items() if at(attempts[0], now) <= now - A_WHILE}


def to_ask(progress: Progress, known: Iterable[str], recall: Iterable[str], now: datetime) -> list[str]:
    """At most three: what is due, then recall questions not asked yet from chapters that were begun."""
    answers = {id: attempts for id, attempts in histories(progress).items() if id in set(known)}
    chapters = begun(answers, now)
    fresh = [id for id in recall if id not in answers and id.split(".")[0] in chapters]
    return (due(answers, now) + fresh)[:AT_MOST]


def at(attempt: Attempt, now: datetime) -> datetime:
    """UTC; a time that cannot be read, or is still to come, is long ago."""
    try:
        time = datetime.fromisoformat(attempt.time).astimezone(UTC)
    except (ValueError, OverflowError):
        time = now + A_WHILE
    return time if time <= now else datetime(2000, 1, 1, tzinfo=UTC)


def asked_again(stored: Prediction, variant: Variant | None, times: int) -> tuple[Prediction, str]:
    """The question in another form, and where its options stood before they were shuffled.

    The form depends only on how often it was asked, so that a cell that runs again asks the same.
    """
    chance = random.Random(f"{stored.id} {times}")
    return shuffled(variant.drawn(chance) if variant else stored, chance)


def shuffled(question: Prediction, chance: random.Random, occasion: str = "Review") -> tuple[Prediction, str]:
    """The options in a random order, another one than in the notebook, and the letters they had before."""
    options = dict(question.lettered())
    order = list(options)
    chance.shuffle(order)
    while question.occasion == "Predict" and order == list(options):
        chance.shuffle(order)
    other = [options[letter] for letter in order]
    return Prediction(question.id, question.question, *other, occasion=occasion), "".join(order)


class Review(Shown):
    """`questions()` gives what to ask when the page is there to show it."""

    def __init__(self, questions: Callable[[], list[Question]]) -> None:
        self._questions = questions
        self.questions: list[Question] = []

    def __repr__(self) -> str:
        return f"Review: up to {AT_MOST} questions from earlier chapters, as they fall due. It may be skipped."

    def html(self) -> str:
        return f'<p>{self!r}</p><p class="how-live">Run this cell to see what is due for you.</p>'

    def widget(self) -> Any:
        import ipywidgets as widgets

        self.questions = self._questions()
        said = "Review. These are due:" if self.questions else "Review. Nothing is due today."
        return widgets.VBox([widgets.HTML(f"<p>{said}</p>"), *(one.widget() for one in self.questions)])
