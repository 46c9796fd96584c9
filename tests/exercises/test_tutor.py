"""What a notebook calls: check, hint, solution, predict, progress, by id."""

import csv
import dataclasses
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

from course_lib.exercises import initialization, initialization_questions, neurons_questions, start_questions
from course_lib.exercises.initialization import he_weights
from course_lib.exercises.shown import WIDGET
from course_lib.exercises.tutor import Hints, Tutor
from course_lib.nn.activations import ACTIVATIONS
from course_lib.registry import registered

MODULES = [start_questions, initialization, initialization_questions]


@pytest.fixture
def tutor(progress_file):
    return Tutor(MODULES)


def test_check_prints_one_message_and_remembers(tutor, capsys):
    assert tutor.check("5.1", he_weights) is None
    assert capsys.readouterr().out == "5.1: solved. Your function agrees with the reference in all 6 cases.\n"
    assert tutor.file.read().solved == {"5.1"}
    assert Tutor(MODULES).file.read().solved == {"5.1"}


@pytest.mark.parametrize("yours", [..., lambda z: ...])
def test_check_of_a_stub(tutor, capsys, yours):
    tutor.check("5.1", yours)
    tutor.check("5.1")
    assert capsys.readouterr().out == "5.1: not attempted yet.\n" * 2
    assert not tutor.file.path.exists()


@pytest.mark.parametrize("id", ["9.9", "", "5.a", "5" * 10**6])
def test_check_with_a_wrong_id_says_what_there_is(tutor, capsys, id):
    tutor.check(id, he_weights)
    assert capsys.readouterr().out == "There is no such exercise; there are 5.1 to 5.3.\n"


def test_a_wrong_id_is_told_the_last_letter_wherever_it_stands(progress_file):
    with pytest.raises(ValueError, match="1.a to 1.k"):
        Tutor([neurons_questions]).predict("1.x")


@pytest.mark.parametrize("id", [9.9, None, [], {}, np.zeros(3), he_weights])
def test_check_with_something_else_before_the_id(tutor, capsys, id):
    tutor.check(id, "5.1")
    said = 'There is no such exercise; there are 5.1 to 5.3. The id comes first, in quotes: "5.1".\n'
    assert capsys.readouterr().out == said


@pytest.mark.parametrize("id", [5.1, "5,1", " 5.1", "Exercise 5.1", ["5.1"]])
def test_check_guesses_a_misspelt_id(tutor, capsys, id):
    tutor.check(id, he_weights)
    assert capsys.readouterr().out == 'There is no such exercise. Did you mean "5.1"? Write it so, in quotes.\n'


@pytest.mark.parametrize("given, named", [((), {}), (("5.1", he_weights, 3), {}), (("5.1",), {"answer": he_weights})])
def test_check_called_in_another_form(tutor, capsys, given, named):
    tutor.check(*given, **named)
    said = 'check takes an id and your function, in this form: check("5.1", your_function).\n'
    assert capsys.readouterr().out == said
    assert not tutor.file.path.exists()


def test_check_prints_text_that_no_encoding_can_hold(tutor, capsys):
    def half(z):
        raise ValueError("\ud800")

    tutor.check("5.1", half)
    assert "ValueError: ?" in capsys.readouterr().out


def test_check_says_once_that_progress_cannot_be_saved(progress_file, capsys):
    progress_file.with_suffix(".sqlite").mkdir()
    tutor = Tutor(MODULES)
    tutor.check("5.1", he_weights)
    assert capsys.readouterr().out.count("cannot be saved") == 1
    tutor.check("5.1", he_weights)
    tutor.check("5.2", tutor.exercises["5.2"].answer)
    assert "cannot be saved" not in capsys.readouterr().out
    assert "Solved: 2 of 3" in str(tutor.progress())


def test_a_notebook_shows_hints_and_solutions_closed(tutor):
    hints = tutor.hint("5.2")
    shown = hints._repr_html_()
    assert shown.count("<details><summary>") == 3 and " open" not in shown.split("<p>")[0]
    titles, texts = zip(*(line.split(": ", 1) for line in repr(hints).splitlines()), strict=True)
    assert titles == ("5.2, hint 1 of 3", "5.2, hint 2 of 3", "5.2, hint 3 of 3")
    assert texts == tutor.exercises["5.2"].hints
    solution = tutor.solution("5.1")._repr_markdown_()
    assert solution.startswith("<details><summary>5.1: a solution</summary>\n\n```python\n")
    assert "def he_weights(" in solution and solution.endswith("\n```\n\n</details>")


def test_a_hint_with_signs_of_html_is_shown_as_it_is(tutor):
    exercise = dataclasses.replace(tutor.exercises["5.1"], hints=("Is a < b & c?",))
    assert "<p>Is a &lt; b &amp; c?</p>" in Hints(exercise)._repr_html_()


@pytest.mark.parametrize("id", ["5.1", "5.2", "5.3"])
def test_the_solution_is_the_function_that_check_uses(tutor, id, capsys):
    scope = {"np": np, "math": __import__("math")}
    exec(repr(tutor.solution(id)), scope)
    tutor.check(id, scope[tutor.exercises[id].answer.__name__])
    assert f"{id}: solved." in capsys.readouterr().out
    assert '"""' in repr(tutor.solution(id))


@pytest.mark.parametrize("call", ["hint", "solution", "predict"])
def test_an_unknown_id_is_a_clear_error(tutor, call):
    there_are = r"(exercise; there are 5.1 to 5.3|prediction; there are 0.a to 0.b, 5.a to 5.\w)"
    with pytest.raises(ValueError, match=rf"^There is no such {there_are}\.$"):
        getattr(tutor, call)("9.9")


def test_the_first_click_of_a_prediction_is_remembered(tutor):
    question = tutor.predict("5.d")
    question._repr_mimebundle_()
    question.sure["a", 2].click()
    again = tutor.predict("5.d")
    again._repr_mimebundle_()
    again.buttons["c"].click()
    (only,) = tutor.file.read().attempts
    assert (only.kind, only.item, only.answer, only.correct, only.sure) == ("prediction", "5.d", "a", False, 2)
    assert "Predictions answered: 1 of 11, 0 of them right." in str(tutor.progress())


def test_running_a_cell_again_leaves_no_widget_behind(tutor):
    def shown():
        for thing in (tutor.predict("5.a"), tutor.predict("5.b"), tutor.progress()):
            thing._repr_mimebundle_()
        return len(_instances)

    assert shown() == shown() == shown()


def test_progress_as_stored_is_the_same_for_everybody(tutor):
    before = tutor.progress()._repr_mimebundle_()
    tutor.check("5.1", he_weights)
    after = tutor.progress()._repr_mimebundle_()
    assert before["text/plain"] == after["text/plain"]
    assert before["text/html"] == after["text/html"]
    assert set(before) == {"text/plain", "text/html", WIDGET}
    for exercise in tutor.exercises.values():
        assert exercise.id in after["text/html"] and exercise.title in after["text/html"]


def test_progress_live_is_the_learners_own(tutor):
    assert "✓" not in tutor.progress().personal_html()
    tutor.check("5.1", he_weights)
    report = tutor.progress()
    report._repr_mimebundle_()
    table = report._root.value
    assert table == report.personal_html()
    assert table.count("✓ solved") == 1 and table.count(">open<") == 2
    assert "Solved: 1 of 3 exercises." in table and str(tutor.file.path) in table
    assert "  5.1  solved  Where the factor of two belongs" in str(report)


def test_progress_tells_of_a_damaged_file(tutor, progress_file):
    progress_file.with_suffix(".sqlite").write_text("nonsense" * 99)
    report = tutor.progress()
    assert "The progress file was damaged: 0 entries could be read" in str(report)
    assert "The progress file was damaged: 0 entries could be read" in report.personal_html()
    assert "Solved: 0 of 3" in str(report)


def test_progress_has_a_bar_for_every_chapter_and_names_what_was_sure_and_wrong(tutor):
    tutor.file.add("prediction", "5.a", "a", False, 2)
    tutor.file.add("prediction", "5.b", "a", False, 1)
    tutor.file.add("prediction", "5.c", "c", True, 2)
    tutor.file.add("prediction", "99.a", "c", False, 2)  # of a newer course
    page = tutor.progress().personal_html()
    assert re.findall(r'<progress value="(\d+)" max="(\d+)"', page) == [("0", "2"), ("3", "9"), ("0", "3")]
    assert "You were sure, and it was not so: 5.a.</p>" in page
    assert "stays on this computer" in page


def test_progress_is_exported(tutor, tmp_path, capsys):
    tutor.check("5.1", he_weights)
    tutor.file.add("why", "5.a", "because, I think, 2 > 1")
    assert tutor.progress(export=tmp_path / "p.csv") is None
    assert "p.csv now holds 2 attempts" in capsys.readouterr().out
    with open(tmp_path / "p.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["kind"], row["item"], row["answer"], row["correct"]) for row in rows] == [
        ("exercise", "5.1", "", "1"),
        ("why", "5.a", "because, I think, 2 > 1", ""),
    ]
    for no_name in (3, "a\0b", ["p.csv"]):
        tutor.progress(export=no_name)
        assert " cannot be written (" in capsys.readouterr().out
    tutor.progress(export=tmp_path)
    assert "cannot be written" in capsys.readouterr().out


def test_forget(tutor, capsys):
    tutor.check("5.1", he_weights)
    tutor.forget()
    assert "Deleted: 1 attempts" in capsys.readouterr().out
    assert "Solved: 0 of 3" in str(tutor.progress())


def test_ids_are_unique():
    module = SimpleNamespace(EXERCISES=initialization.EXERCISES)
    with pytest.raises(ValueError, match="'5.1' is taken"):
        Tutor([module, module])


@pytest.mark.parametrize(
    ("things", "by"),
    [
        (list(initialization.EXERCISES), "id"),
        (list(initialization_questions.QUESTIONS), "id"),
        (list(ACTIVATIONS.values()), "name"),
    ],
)
def test_a_name_used_twice_is_refused_where_things_are_listed(things, by):
    assert list(registered(things, by).values()) == things
    with pytest.raises(ValueError, match=re.escape(f"{getattr(things[0], by)!r} is taken")):
        registered([*things, things[0]], by)


def test_the_notebook_gets_its_names_and_no_widgets_before_it_shows_one():
    code = (
        "from course_lib.exercises import check, hint, predict, progress, show_source, solution\n"
        "check('5.1'); print(predict('5.a'))\n"
        "import sys; print('ipywidgets' in sys.modules, 'IPython' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[0] == "5.1: not attempted yet."
    assert out.splitlines()[-1] == "False False"
