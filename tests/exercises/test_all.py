"""What holds for every exercise of the course: right against its reference, every known mistake named as itself."""

import numpy as np
import pytest

from course_lib.exercises import _desk

ALL = list(_desk.exercises.values())
MISTAKES = [pytest.param(exercise, mistake, id=f"{exercise.id}-{number}")
            for exercise in ALL for number, mistake in enumerate(exercise.mistakes)]  # fmt: skip


def test_there_are_three_for_each_chapter_but_the_first():
    assert len(ALL) >= 33


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
def test_the_reference_passes_its_own_check(exercise):
    verdict = exercise.judge(exercise.answer)
    assert verdict.solved, verdict.message


@pytest.mark.parametrize("exercise, mistake", MISTAKES)
def test_every_known_mistake_gets_its_own_message(exercise, mistake):
    verdict = exercise.judge(mistake.answer)
    assert verdict.mistake is mistake, verdict.message
    assert [other for other in exercise.mistakes if other.message in verdict.message] == [mistake]
    assert " at 0x" not in verdict.message


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
def test_three_hints_three_mistakes(exercise):
    assert len(set(exercise.hints)) == 3
    assert len({mistake.message for mistake in exercise.mistakes}) == len(exercise.mistakes) >= 3
    assert exercise.answer.__doc__


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
@pytest.mark.parametrize("constant", [0.0, 1.0, -1.0])
def test_no_constant_solves_an_exercise(exercise, constant):
    assert not exercise.judge(lambda *args: np.full_like(exercise.answer(*args), constant)).solved
