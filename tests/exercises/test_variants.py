"""Right answers pass in every form in which people write them; wrong ones do not, and hear what is wrong with them.

Each module in `variants` holds a chapter's answers, written out as a learner would write them:
RIGHT[id][name] = function, and WRONG[id][name] = (function, words of the message of its own, or "" if it has none).
"""

import runpy
from pathlib import Path

import numpy as np
import pytest

from course_lib.exercises import _tutor
from course_lib.exercises.exercise import Mistake, _made

CHAPTERS = [runpy.run_path(str(path)) for path in sorted(Path(__file__).with_name("variants").glob("*.py"))]
RIGHT = {id: answers for chapter in CHAPTERS for id, answers in chapter["RIGHT"].items()}
WRONG = {id: answers for chapter in CHAPTERS for id, answers in chapter["WRONG"].items()}
EXERCISES = _tutor.exercises


def each(table):
    return [
        pytest.param(EXERCISES[id], answer, id=f"{id}-{name}")
        for id, answers in table.items()
        for name, answer in answers.items()
    ]


def judged(exercise, answer):
    verdict = exercise.judge(answer)
    assert "not attempted" not in verdict.message and "must take" not in verdict.message
    return verdict


@pytest.mark.parametrize("exercise, answer", each(RIGHT))
def test_a_right_answer_passes_in_every_form(exercise, answer):
    verdict = judged(exercise, answer)
    assert verdict.solved, verdict.message


@pytest.mark.parametrize("exercise, answer_and_words", each(WRONG))
def test_a_wrong_answer_does_not_pass_and_no_other_mistake_is_named(exercise, answer_and_words):
    answer, words = answer_and_words
    verdict = judged(exercise, answer)
    assert not verdict.solved
    assert words in verdict.message
    assert words or verdict.mistake is None, verdict.message


@pytest.mark.parametrize("id", EXERCISES)
def test_every_exercise_has_large_tables_and_half_of_the_mistakes_have_words(id):
    words = [words for _, words in WRONG[id].values()]
    assert len(RIGHT[id]) >= 6 and len(words) >= 10
    assert sum(map(bool, words)) >= len(words) / 2


@pytest.mark.parametrize("id", [id for id in EXERCISES if id != "11.3"])  # there what was done counts, not the code
@np.errstate(all="ignore")
def test_every_known_mistake_is_made_by_code_written_out(id):
    """Else a mistake's code might compute anything, whatever its message says."""
    exercise = EXERCISES[id]
    tried = [[exercise._try(answer, case) for case in exercise.cases] for answer, words in WRONG[id].values() if words]
    for mistake in exercise.mistakes:
        for number, code in enumerate((mistake.answer, *mistake.also)):
            assert any(_made(Mistake(code, ""), attempts) for attempts in tried), (number, mistake.message)


def test_every_fault_of_the_pipeline_is_committed():
    made = {EXERCISES["11.3"].judge(answer).mistake for answer, words in WRONG["11.3"].values() if words}
    assert made >= set(EXERCISES["11.3"].mistakes)
