"""The long exercise: the learner's own way from raw digits to one look at the test set, judged by how it was done.

There is no one right number here. What can be judged is the conduct: was the sealed test set opened once, does the
answer for one digit depend on the other digits, is the reported number the one that was seen, and is it good enough?
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from course_lib.data.digits import load_digits
from course_lib.exercises.exercise import Exercise, Verdict, call, sentence_on
from course_lib.exercises.values import numbers, shortened

SPLIT, GOOD = 11, 0.96


@dataclass
class Envelope:
    """The sealed test digits: `look(predict)` opens it and gives the share that predict(x) -> classes gets right."""

    x: np.ndarray
    y: np.ndarray
    seen: list[float] = field(default_factory=list)
    nondeterministic: bool = False  # the same images, another answer
    depends_on_batch: bool = False  # the same images among others, another answer

    def __call__(self, predict: Callable[[np.ndarray], np.ndarray]) -> float:
        if not callable(predict):
            raise ValueError("look takes your function predict(images) -> classes, not its answers.")
        everything, alike = np.ones(len(self.y), bool), self.y == 1
        # Images of one digit first: what is fitted to the first images that come has not their mean and spread.
        among_alike = self._ask(predict, alike)
        said = self._ask(predict, everything)
        self.seen.append(float(np.mean(said == self.y)))
        self.nondeterministic |= not np.array_equal(said, self._ask(predict, everything))
        self.depends_on_batch |= not np.array_equal(said[alike], among_alike)
        return self.seen[-1]

    def _ask(self, predict: Callable, which: np.ndarray) -> np.ndarray:
        x = self.x[which]
        answer = predict(x.copy())
        try:
            said = numbers(answer)
        except ValueError as error:
            raise ValueError(f"predict must return one class per image. {error}") from error
        if said.shape != (len(x),):
            raise ValueError(f"predict must return one class per image, shape ({len(x)},), not {said.shape}.")
        if not np.all(np.isfinite(said)):
            raise ValueError("predict must return one class per image, from 0 to 9, not NaN or infinity.")
        if np.any(said != np.round(said)):
            raise ValueError(
                "predict must return whole numbers. Classes cannot be averaged: average the members' probabilities, "
                "then take the argmax."
            )
        return said


@dataclass
class Tried:
    """One run of a pipeline: what it returned, what the envelope saw, and the error that ended it, if one did."""

    envelope: Envelope
    value: Any = None
    problem: str = ""

    def returned(self) -> float | None:
        """The number it returned, or None if that is no number."""
        try:
            value = numbers(self.value)
        except ValueError:
            return None
        return float(value) if value.ndim == 0 else None


FAULTS: tuple[Callable[[Tried], bool], ...] = (
    lambda tried: len(tried.envelope.seen) > 1,
    lambda tried: not tried.envelope.seen,
    lambda tried: tried.envelope.nondeterministic,
    lambda tried: tried.envelope.depends_on_batch,
    lambda tried: tried.envelope.seen[0] < 0.85,
    lambda tried: tried.envelope.seen[0] < GOOD,
    lambda tried: not abs((tried.returned() or math.inf) - tried.envelope.seen[0]) <= 1e-6,  # nor NaN; float32 will do
)


@dataclass(frozen=True)
class PipelineExercise(Exercise):
    """An exercise without one right answer: `mistakes[i]` is made where `FAULTS[i]` is found, the first of them counts.

    `cases` holds a single tuple with words for what the pipeline is given.
    """

    def _try_all(self, yours: Any, attempts: list[Any]) -> None:
        self._refuse_if_unusable(yours)
        digits = load_digits(seed=SPLIT, scaled=False)
        tried = Tried(Envelope(digits.x_test, digits.y_test))
        with threadpool_limits(1, user_api="blas"):  # where two cores are busy, more would be far slower
            tried.value, error = call(yours, digits.x_train, digits.y_train, digits.x_val, digits.y_val, tried.envelope)
        if error is not None:
            tried.problem = sentence_on(error)
        attempts.append(tried)

    def _verdict(self, attempts: list[Any]) -> Verdict:
        tried = attempts[0]
        if tried.problem:
            return Verdict(False, f"{self.id}: not yet. {tried.problem}")
        for found, mistake in zip(FAULTS, self.mistakes, strict=True):
            if found(tried):
                seen = ", ".join(f"{share:.6g}" for share in tried.envelope.seen[:5]) or "nothing"
                lines = f"  {'seen':<10}{seen}\n  {'returned':<10}{shortened(tried.value)}"
                return Verdict(False, f"{self.id}: not yet. {mistake.message}\n{lines}", mistake)
        good = f"One look, and {tried.envelope.seen[0]:.1%} of {len(tried.envelope.y)} test digits are right."
        unseen = "Whether the digits you chose on were kept out of the training, only you know."
        return Verdict(True, f"{self.id}: solved. {good} {unseen} Leave it at that: the next look would be the second.")
