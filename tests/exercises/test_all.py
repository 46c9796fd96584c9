"""What holds for every exercise of the course: right against its reference, every known mistake named as itself."""

import copy
import inspect
from collections import Counter

import numpy as np
import pytest

from course_lib.exercises import _tutor, spaced_review
from course_lib.exercises.values import agree

ALL = list(_tutor.exercises.values())
MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.id}-{number}")
    for exercise in ALL
    for number, mistake in enumerate(exercise.mistakes)
]
DECIDED_BY_A_DIGIT = {"1.3", "11.3"}
every_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)


def test_there_are_three_or_more_for_each_chapter_but_the_first():
    numbers = Counter(exercise.id.split(".")[0] for exercise in ALL)
    assert list(numbers) == [str(chapter) for chapter in range(1, len(spaced_review.CHAPTERS))]
    assert [exercise.id for exercise in ALL] == [f"{i}.{n}" for i, last in numbers.items() for n in range(1, last + 1)]
    assert min(numbers.values()) >= 3


@every_exercise
def test_the_reference_passes_its_own_check(exercise):
    verdict = exercise.judge(exercise.answer)
    assert verdict.solved, verdict.message


@pytest.mark.parametrize("exercise, mistake", MISTAKES)
def test_every_known_mistake_gets_its_own_message(exercise, mistake):
    verdict = exercise.judge(mistake.answer)
    assert verdict.mistake is mistake, verdict.message
    assert mistake.message in verdict.message and " at 0x" not in verdict.message
    assert not any(other.message in verdict.message for other in exercise.mistakes if other is not mistake)


@every_exercise
def test_three_hints_three_mistakes(exercise):
    assert len(exercise.hints) == len(set(exercise.hints)) == 3
    assert len({mistake.message for mistake in exercise.mistakes}) == len(exercise.mistakes) >= 3
    assert exercise.answer.__doc__


@every_exercise
def test_no_constant_solves_an_exercise(exercise):
    """Nor does the right answer to one case, given to all of them."""
    if exercise.id == "11.3":  # its one case holds words: the answer is how the sealed digits were looked at
        rights = []
    else:
        rights = [np.array(exercise.answer(*copy.deepcopy(case))) for case in exercise.cases]

    def constant(value):
        return lambda *given: np.full(np.shape(rights and exercise.answer(*given)), value)

    for value in (0.0, 1.0, -1.0, *(right.flat[0] for right in rights)):
        assert not exercise.judge(constant(value)).solved, value
    for right in rights:
        assert not exercise.judge(lambda *given, right=right: right.copy()).solved, right


def is_data(value):
    return isinstance(value, np.ndarray) and value.dtype == np.float64


def in_single_precision(value):
    return value.astype(np.float32) if is_data(value) else value


@every_exercise
def test_an_answer_in_single_precision_passes(exercise):
    if exercise.id in DECIDED_BY_A_DIGIT:
        pytest.skip("a difference of two losses, a score compared as it is")

    def answer(*args):
        return np.float32(exercise.answer(*map(in_single_precision, args)))

    answer.__signature__ = inspect.signature(exercise.answer)
    verdict = exercise.judge(answer)
    assert verdict.solved, verdict.message


@every_exercise
def test_no_case_asks_for_rounding_noise(exercise):
    """Inputs that differ in the last digit give a result that agrees: else right answers are refused."""
    if exercise.id == "11.3":
        pytest.skip("it trains on images")
    for case in exercise.cases:
        moved = [value * (1 + 1e-15) if is_data(value) else value for value in copy.deepcopy(case)]
        with np.errstate(all="ignore"):
            got, expected = (np.array(exercise.answer(*args)) for args in (moved, copy.deepcopy(case)))
        assert agree(got, expected)
