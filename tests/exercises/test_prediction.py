"""A prediction reads as stable text, folds its answer away in HTML, and answers clicks with a reason."""

from html.parser import HTMLParser

import pytest
from ipywidgets.widgets.widget import _instances

from course_lib.exercises import _tutor
from course_lib.exercises.prediction import SURE, Answer, Option, Prediction, Question
from course_lib.exercises.shown import WIDGET

ASK = Prediction(
    "9.a",
    "Is 1 < 2 & true?",
    Option("No", "Count <again>."),
    Answer("Yes", "One comes first."),
)
ASKED = [one for one in _tutor.predictions.values() if one.id.startswith(("0.", "5."))]


class Reader(HTMLParser):
    """What is to be read before and after the fold, and whether every tag is closed."""

    def __init__(self, html):
        super().__init__()
        self.stack, self.open, self.folded = [], "", ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if "details" in self.stack and "summary" not in self.stack:
            self.folded += data
        else:
            self.open += data


def test_the_text():
    assert ASK.text() == (
        "Predict 9.a. Is 1 < 2 & true?\n  a) No\n  b) Yes\nAnswer: b)\n"
        "  a) Not so. Count <again>.\n  b) Right. One comes first."
    )


@pytest.mark.parametrize("prediction", [ASK, *ASKED], ids=lambda p: p.id)
def test_html_shows_the_question_and_folds_the_reasons(prediction):
    reader = Reader(prediction.html())
    assert not reader.stack
    assert prediction.question in reader.open
    for letter, option in prediction.lettered():
        assert f"{letter}) {option.text}" in reader.open
        assert option.why in reader.folded and option.why not in reader.open
        assert f"{letter}) {'Right.' if option.right else 'Not so.'} " in reader.folded


@pytest.mark.parametrize("prediction", ASKED, ids=lambda p: p.id)
def test_the_stored_form_is_the_same_in_every_run(prediction):
    first, second = (Question(prediction) for _ in range(2))
    one, two = first._repr_mimebundle_(), second._repr_mimebundle_()
    first.buttons["a"].click()
    again = first._repr_mimebundle_()
    for key in ("text/plain", "text/html"):
        assert one[key] == two[key] == again[key]
    assert repr(first) == one["text/plain"]
    assert set(one) == {"text/plain", "text/html", WIDGET}
    first.close()
    second.close()


@pytest.mark.parametrize("sure", [None, 0, 1, 2])
def test_one_click_answers_and_brings_the_reasons_that_of_the_choice_first(sure):
    told = []
    question = Question(ASK, lambda *answer: told.append(answer))
    question._repr_mimebundle_()
    assert question.answer.value == ""
    (question.buttons["b"] if sure is None else question.sure["b", sure]).click()
    page = question.answer.value
    assert page.index("b) Right. One comes first.") < page.index("a) Not so. Count &lt;again&gt;.")
    assert f"You said b{'' if sure is None else f' ({SURE[sure]})'}: look whether" in page
    assert (question.buttons["b"].button_style, question.buttons["b"].icon) == ("success", "check")
    assert (question.buttons["a"].button_style, question.buttons["a"].icon) == ("", "")
    question.buttons["a"].click()  # too late
    assert question.answer.value == page and told == [("b", sure)]
    assert all(button.disabled for button in (*question.buttons.values(), *question.sure.values()))
    question.close()


def test_a_wrong_choice_is_marked_and_so_is_the_right_option():
    question = Question(ASK)
    question._repr_mimebundle_()
    question.sure["a", 2].click()
    assert question.answer.value.index("a) Not so.") < question.answer.value.index("b) Right.")
    assert [button.button_style for button in question.buttons.values()] == ["danger", "success"]
    question.close()


def test_buttons_can_be_read_without_seeing_them():
    question = Question(ASK)
    question._repr_mimebundle_()
    assert [button.description for button in question.buttons.values()] == ["a) No", "b) Yes"]
    assert [button.description for button in question.sure.values()] == [*SURE, *SURE]
    assert len({button.tooltip for button in question.sure.values()}) == 6  # the accessible name: see aria.js
    assert 'role="status" aria-live="polite"' in (question.buttons["a"].click() or question.answer.value)
    question.close()


def test_closing_leaves_no_widget_behind():
    before = set(_instances)
    question = Question(ASK)
    question._repr_mimebundle_()
    assert set(_instances) > before
    question.close()
    assert set(_instances) == before
    question._repr_mimebundle_()  # shown again, it is built again
    question.close()


@pytest.mark.parametrize(
    "options",
    [
        (),
        (Answer("Yes", "So."),),
        (Option("Yes", "So."), Option("No", "Not.")),
        (Answer("Yes", "So."), Answer("Also", "So.")),
    ],
)
def test_a_question_without_exactly_one_right_answer_is_refused(options):
    with pytest.raises(ValueError, match="exactly one right one"):
        Prediction("9.b", "Really?", *options)
