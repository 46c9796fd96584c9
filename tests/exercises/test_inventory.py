"""The two forms are parallel, give no feedback, and no review asks with their numbers."""

import pytest

from course_lib.exercises import _tutor, initialization
from course_lib.exercises.inventory import TRANSFER, inventory_form
from course_lib.exercises.spaced_review import variants
from course_lib.exercises.tutor import Tutor
from course_lib.exercises.variant import ITEMS

A, B = ({question.id: question for question, _ in inventory_form(form)} for form in "AB")


def test_three_for_each_chapter_and_three_for_transfer():
    assert len(ITEMS) == len(set(ITEMS)) == len(A) == len(B) == 36
    chapters = [id.split(".")[0] for id in ITEMS]
    assert {chapter: chapters.count(chapter) for chapter in chapters} == {str(i): 3 for i in range(1, 13)}
    assert set(ITEMS) - _tutor.predictions.keys() <= TRANSFER.keys() == set(ITEMS[-3:])


@pytest.mark.parametrize("id", ITEMS)
def test_the_forms_differ_in_their_numbers_and_in_nothing_else(id):
    variant = (variants() | TRANSFER)[id]
    first, *middle, last = variant.all()
    assert len(A[id].options) == len(B[id].options)
    assert A[id].question == variant.ask(first).question != variant.ask(last).question == B[id].question
    right, same = ([option.right for option in variant.ask(numbers).options] for numbers in (first, last))
    assert right == same, "both forms must tempt with the same thoughts"
    assert all(first[name] != last[name] for name in first)
    if id not in TRANSFER:
        assert variant.for_review() == middle
        assert len(middle) >= 2, "a review needs numbers of its own, and others the next time"


def test_options_stand_in_an_order_that_gives_nothing_away():
    for form in (A, B):
        places = [question.right for question in form.values()]
        assert all(6 <= places.count(letter) <= 20 for letter in "abc")


def test_what_is_chosen_is_kept_and_nothing_is_told(progress_file):
    tutor = Tutor([initialization])
    shown = tutor.inventory("A")
    shown._repr_mimebundle_()
    assert len(shown.questions) == 36
    question = shown.questions[12]
    wrong = next(letter for letter, option in question.prediction.lettered() if not option.right)
    question.sure[wrong, 0].click()
    assert "Kept." in question.answer.value and "Not so" not in question.answer.value
    assert question.buttons[question.prediction.right].button_style == ("info" if wrong == "" else "")
    (kept,) = tutor.file.read().attempts
    assert (kept.kind, kept.item, kept.correct, kept.sure) == ("inventory A", question.prediction.id, 0, 0)
    options = dict(question.prediction.lettered())
    first = next(iter(variants()[kept.item].all()))
    stored = variants()[kept.item].ask(first).options["abc".index(kept.answer)]
    assert stored.text == options[wrong].text
    assert tutor._due() == []  # a test is no review
    shown.close()


@pytest.mark.parametrize("form", ["C", "", None])
def test_another_form_is_refused(form):
    with pytest.raises(ValueError, match='The form is "A" or "B"'):
        Tutor([initialization]).inventory(form)
