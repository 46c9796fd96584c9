"""A line of one's own is kept, and stands beside the course's answer."""

import pytest

from course_lib.exercises import initialization, initialization_questions, start_questions
from course_lib.exercises.tutor import Tutor


@pytest.fixture
def tutor(progress_file):
    return Tutor([start_questions, initialization, initialization_questions])


def test_a_line_is_kept_and_shown_beside_the_courses_answer(tutor):
    why = tutor.why("5.b")
    why._repr_mimebundle_()
    assert why.beside.value == ""
    why.line.value = " variances <add> "
    why.button.click()  # the same line again
    page = why.beside.value
    assert "You wrote: variances &lt;add&gt;</p>" in page and "The course says: It doubles. Var(w·x)" in page
    assert [(one.kind, one.item, one.answer) for one in tutor.file.read().attempts] == [
        ("why", "5.b", "variances <add>")
    ]
    again = Tutor([start_questions, initialization, initialization_questions]).why("5.b")
    again._repr_mimebundle_()
    assert again.beside.value == page
    again.line.value = "because √4 = 2"
    assert "√4" in again.beside.value and len(tutor.file.read().attempts) == 2
    for one in (why, again):
        one.close()


def test_nothing_is_kept_of_an_empty_line(tutor):
    why = tutor.why("5.b")
    why._repr_mimebundle_()
    why.line.value = "   "
    why.button.click()
    assert why.beside.value == "" and not tutor.file.path.exists()
    why.close()


def test_what_is_stored_is_the_same_for_everybody_and_folds_the_answer_away(tutor):
    before = tutor.why("5.b")._repr_mimebundle_()
    tutor.file.add("why", "5.b", "mine")
    after = tutor.why("5.b")._repr_mimebundle_()
    assert before["text/plain"] == after["text/plain"] and before["text/html"] == after["text/html"]
    assert before["text/html"].index("<details>") < before["text/html"].index("It doubles.")
    assert "It doubles" not in before["text/plain"]


def test_a_line_is_no_answer_to_be_reviewed(tutor):
    tutor.file.add("why", "5.b", "mine")
    assert tutor._due() == [] and "Predictions answered: 0" in str(tutor.progress())
