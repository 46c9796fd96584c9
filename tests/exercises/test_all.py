"""What holds for every exercise of the course: right against its reference, every known mistake named as itself."""

import copy

import numpy as np
import pytest

from course_lib.exercises import _desk

ALL = list(_desk.exercises.values())
MISTAKES = [pytest.param(exercise, mistake, id=f"{exercise.id}-{number}")
            for exercise in ALL for number, mistake in enumerate(exercise.mistakes)]  # fmt: skip
CHAPTERS = sorted({int(exercise.id.split(".")[0]) for exercise in ALL})
every_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)


def test_there_are_three_for_each_chapter_but_the_first():
    assert CHAPTERS == list(range(1, 12))
    assert [exercise.id for exercise in ALL] == [f"{chapter}.{n}" for chapter in CHAPTERS for n in (1, 2, 3)]


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
