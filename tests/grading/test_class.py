"""A class: a copy of the course without solutions, and grades that trust nothing a student wrote but the code."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import notebooks
import slides
from course_lib.exercises.exercise import Exercise, Verdict
from course_lib.explorers import all_explorers
from grading import class_copy, grade, grade_answers

RIGHT = "def he_weights(z):\n    return z * np.sqrt(2 / len(z))\n\n\ncheck('5.1', he_weights)"
WRONG = "def he_weights(z):\n    return z / np.sqrt(len(z))\n\n\ncheck('5.1', he_weights)"


# The copy for students ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("class") / "copy"
    class_copy.build(place)
    return place


def in_copy(copy: Path, code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COURSE_LIB_PROGRESS": str(copy.parent / "progress"), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_no_notebook_of_the_copy_shows_a_solution(copy: Path) -> None:
    written = sorted((copy / "notebooks").glob("*.ipynb"))
    assert [path.name for path in written] == sorted(path.name for path in notebooks.NOTEBOOKS.glob("*.ipynb"))
    for path in written:
        assert notebooks.is_stored_form(path)
        for cell in notebooks.read(path).cells:
            if cell.cell_type == "code":
                assert not class_copy.calls_solution(cell.source)
                assert "check(" not in cell.source or not cell.outputs


def test_everything_else_of_a_chapter_stays(copy: Path) -> None:
    for path in sorted(notebooks.NOTEBOOKS.glob("*.ipynb")):
        whole, left = notebooks.read(path).cells, notebooks.read(copy / "notebooks" / path.name).cells
        ids = {cell.id for cell in left}
        gone = [cell for cell in whole if cell.id not in ids]
        assert all(
            class_copy.leads_on(cell.source) if cell.cell_type == "markdown" else class_copy.calls_solution(cell.source)
            for cell in gone
        )
        assert {id for cell in whole for id in grade_answers.exercise_ids(new_notebook(cells=[cell]))} == {
            id for cell in left for id in grade_answers.exercise_ids(new_notebook(cells=[cell]))
        }


def test_solution_says_who_keeps_it_and_check_works(copy: Path) -> None:
    said = in_copy(
        copy,
        "import numpy as np, course_lib; from course_lib.exercises import check, hint, solution\n"
        "print(course_lib.__path__[0]); print(solution('5.1')); "
        "hint('5.1')\n" + RIGHT,
    )
    assert said.startswith(str(copy)) and "your instructor keeps the solutions" in said
    assert "he_weights(z: np" not in said and "5.1: solved." in said


def test_the_copy_holds_nothing_for_instructors_or_developers(copy: Path) -> None:
    names = {path.name for path in copy.iterdir()}
    assert not names & {"INSTRUCTORS.md", "tests", "benchmarks", ".git", ".github", ".ci"}
    assert {path.name for path in (copy / "docs").iterdir()} == {"corrections.md", "glossary.md"}
    assert "grade" not in (copy / "Makefile").read_text(encoding="utf-8")
    assert not list(copy.rglob("*grade*.py")) and not list(copy.rglob("__pycache__"))


def test_every_link_of_the_copy_leads_somewhere(copy: Path) -> None:
    texts = [(path, path.read_text(encoding="utf-8")) for path in copy.rglob("*.md")]
    texts += [
        (path, cell.source)
        for path in (copy / "notebooks").glob("*.ipynb")
        for cell in notebooks.read(path).cells
        if cell.cell_type == "markdown"
    ]
    followed = 0
    for path, text in texts:
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, place = unquote(link).partition("#")
            file = (path.parent / target) if target else path
            assert file.is_file() and file.resolve().is_relative_to(copy.resolve()), f"{path.name} links to {link}"
            if place.startswith("cell-id="):
                ids = {cell.id for cell in notebooks.read(file).cells}
                assert place.removeprefix("cell-id=") in ids, f"{path.name} links to {link}"
            elif place and file.suffix == ".md":
                assert place in places(file), f"{path.name} links to {link}"
            followed += 1
    assert followed > 200


def places(file: Path) -> set[str]:
    """What the headings of a Markdown file are called in addresses."""
    headings = re.findall(r"^#+ +(.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_a_notebook_that_was_changed_and_saved_is_refused_by_name(tmp_path: Path, monkeypatch) -> None:
    """As JupyterLab saves it after a lecture: with a cell more, timings and views of widgets."""
    for path in notebooks.NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(path, tmp_path)
    saved = notebooks.read(tmp_path / "05_initialization.ipynb")
    view = new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "1"}})
    saved.cells.insert(1, new_code_cell("lecture_mode()", outputs=[view]))
    nbformat.write(saved, tmp_path / "05_initialization.ipynb")
    (tmp_path / "06_batchnorm.ipynb").write_text("[]")
    for module in (
        class_copy.notebooks,
        notebooks,
    ):  # a module of the package tools, and as the scripts there import it
        monkeypatch.setattr(module, "NOTEBOOKS", tmp_path)
    built = tmp_path / "built"
    for make in (class_copy.main, slides.main):
        with pytest.raises(SystemExit) as refused:
            make(["--to", str(built)])
        said = str(refused.value)
        assert re.fullmatch(
            r"Not in stored form: 05_initialization\.ipynb, 06_batchnorm\.ipynb; [^.]*`git restore notebooks`[^.]*\.",
            said,
        )
    assert not built.exists()


@pytest.mark.skipif(os.name != "posix", reason="the make targets are for POSIX systems")
def test_make_in_the_copy_offers_what_is_there(copy: Path) -> None:
    said = subprocess.run(["make", "help"], cwd=copy, capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in said.splitlines()[1:]] == ["help", "lab", "update"]
    lab = subprocess.run(["make", "-n", "lab"], cwd=copy, capture_output=True, text=True, check=True).stdout
    assert "jupyterlab" in lab


def test_an_earlier_copy_is_replaced_and_nothing_else(copy: Path, tmp_path: Path) -> None:
    (copy / "old").touch()
    class_copy.build(copy)
    assert not (copy / "old").exists()
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ValueError, match="no copy of the course"):
        class_copy.build(tmp_path)
    assert (tmp_path / "thesis.tex").exists()
    for make in (class_copy.main, slides.main):
        with pytest.raises(SystemExit, match=r"^Nothing can be written into .*thesis\.tex.*\.$"):
            make(["--to", str(tmp_path / "thesis.tex" / "built")])


# What an answer needs -------------------------------------------------------------------------------------------------


def book(*cells: str):
    return new_notebook(cells=[new_code_cell(cell) for cell in cells])


def test_only_what_the_answer_needs_is_run() -> None:
    notebook = book(
        "import numpy as np\nfrom course_lib.exercises import check",
        "runs = [expensive() for _ in range(100)]",
        "def root(x):\n    y = runs_nothing = 1\n    return np.sqrt(x)",
        "%matplotlib inline\nx = runs",
        "factor = 3",
        "factor = 2",
        "def he_weights(z):\n    x = root(factor / len(z))\n    return z * x",
        "check('5.1', he_weights)",
        "check('5.2', root)",
    )
    code = grade_answers.answer(notebook, "5.1").code
    assert "expensive" not in code and "factor = 3" not in code and "5.2" not in code
    assert [line for line in code.splitlines() if line and not line.startswith(" ")] == [
        "import numpy as np",
        "from course_lib.exercises import check",
        "def root(x):",
        "factor = 2",
        "def he_weights(z):",
        "check('5.1', he_weights)",
    ]


def test_the_last_check_counts_and_a_changed_setting_goes_with_it() -> None:
    notebook = book("s = {}\ns['a'] = 2", "check('5.1', old)", "def new(z):\n    return s['a'] * z\ncheck('5.1', new)")
    code = grade_answers.answer(notebook, "5.1").code
    assert "old" not in code and "s['a'] = 2" in code


def test_what_cannot_be_read_is_said() -> None:
    assert "not valid Python, line 1" in grade_answers.answer(book("def f(:\n  check('5.1', f)"), "5.1").problem
    assert "not attempted" in grade_answers.answer(book("1"), "5.1").problem
    copied = "from course_lib.exercises.initialization import he_weights as mine\ncheck('5.1', mine)"
    assert "reference answers" in grade_answers.answer(book(copied), "5.1").remark


@pytest.mark.parametrize(
    ("place", "student"),
    [
        ("anna/05_initialization.ipynb", "anna"),
        ("anna/week 3/05_initialization.ipynb", "anna"),
        ("05_initialization_anna.ipynb", "anna"),
        ("anna-03_zero_centring.ipynb", "anna"),
        ("05_initialization.ipynb", "05_initialization"),
        ("\udcff/05_initialization.ipynb", r"\udcff"),
    ],
)
def test_who_handed_it_in(place: str, student: str) -> None:
    assert grade_answers.student_of(Path("/x") / place, Path("/x")) == student


# Grades ---------------------------------------------------------------------------------------------------------------

LIAR = new_code_cell("check('5.2', ...)", outputs=[new_output("stream", text="5.2: solved. Your function agrees.")])
HEAD = "import numpy as np\nfrom course_lib.exercises import check"
CLASS = {
    "right": [HEAD, RIGHT],
    "wrong": [HEAD, WRONG],
    "liar": [HEAD, LIAR],
    "loop": [HEAD, "def f(z):\n    while True:\n        pass\ncheck('5.1', f)"],
    "hog": [HEAD, "def f(z):\n    return bytearray(1 << 40)\ncheck('5.1', f)"],
    "exit": [HEAD, "import os\ndef f(z):\n    os._exit(0)\ncheck('5.1', f)"],
    "raises": [HEAD, "def f(z):\n    return z.nothing\ncheck('5.1', f)"],
    "forger": [
        HEAD,
        "import sys\nfrom course_lib.exercises import exercise\n"
        "exercise.Exercise.judge = lambda *a: exercise.Verdict(True, 'solved')\n"
        "def f(z):\n    exercise\n    return z\ncheck('5.1', f)",
    ],
    "number": [HEAD, "check('5.1', 3.5)"],
    "arguments": [HEAD, "def f(z, n):\n    return z\ncheck('5.1', f)"],
    "imports": [HEAD, "from course_lib.exercises.initialization import he_weights\ncheck('5.1', he_weights)"],
    "writes": [HEAD, "def f(z):\n    z *= np.sqrt(2 / len(z))\n    return z\ncheck('5.1', f)"],
    "none": [HEAD, "def f(z):\n    z * 2\ncheck('5.1', f)"],
    "no text": [HEAD, "def f(z):\n    raise ValueError('\\ud800')\ncheck('5.1', f)"],
    "timed": [HEAD, f"%%time\n{WRONG}"],
    "stub": [HEAD, "def f(z):\n    return ...\ncheck('5.1', f)"],
    "prints": [HEAD, RIGHT.replace("    return", "    print('{\"value\": 1}')\n    return")],
    "before": [HEAD, "scale = 1 / 0", "def f(z):\n    return scale\ncheck('5.1', f)"],
}
SAYS = {
    "wrong": "ReLU then zeroes half",
    "liar": "not attempted",
    "loop": "still running after",
    "exit": "process ended",
    "raises": "raised AttributeError",
    "number": "pass the function itself, not 3.5",
    "arguments": "must take (z)",
    "writes": "changes its input",
    "none": "Is a `return` missing?",
    "no text": r"ValueError: \ud800",
    "timed": "ReLU then zeroes half",
    "stub": "not attempted yet",
    "before": "ZeroDivisionError",
    "forger": "",
    "hog": "MemoryError",
}


LONG = 600.0  # seconds: only a test that would hang meets it


@pytest.fixture(scope="module")
def patient() -> Iterator[None]:
    """On a busy machine too an answer gets the time it needs; only the endless loop is up against its limit."""

    def judged(exercise: Exercise, code: str) -> Verdict:
        return in_time(exercise if "while True" in code else replace(exercise, seconds=LONG), code)

    in_time = grade.judged
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "judged", judged)
        patch.setattr(grade, "SETUP_SECONDS", LONG)
        yield


@pytest.fixture(scope="module")
def graded(report: tuple[dict, str]) -> dict[tuple[str, str], dict[str, str]]:
    return report[0]


@pytest.fixture(scope="module")
def printed(report: tuple[dict, str]) -> str:
    return report[1]


@pytest.fixture(scope="module")
def report(patient: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[tuple, dict[str, str]], str]:
    """The table by student and exercise, and what was printed."""
    folder = tmp_path_factory.mktemp("handed in")
    for student, cells in CLASS.items():
        (folder / student).mkdir()
        cells = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        nbformat.write(new_notebook(cells=[new_markdown_cell("# 05"), *cells]), folder / student / "05_x.ipynb")
    (folder / "=broken").mkdir()
    nbformat.write(book("x = 1"), folder / "05_unlike.ipynb")
    (folder / "=broken" / "05_x.ipynb").write_text("not JSON", encoding="utf-8")
    (folder / "twice").mkdir()
    for name, cell in (("a", WRONG), ("b", RIGHT), ("c", WRONG)):
        nbformat.write(book(HEAD, cell), folder / "twice" / f"05_{name}.ipynb")
    with_mark = nbformat.writes(book(HEAD, RIGHT))  # as Windows editors save it
    (folder / "05_marked.ipynb").write_text(with_mark, encoding="utf-8-sig")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert grade.main([str(folder)]) == 0
    with (folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert tuple(table[0]) == grade.COLUMNS
    return {(row["student"], row["exercise"]): row for row in table}, printed.getvalue()


def test_right_answers_pass_and_no_others(graded) -> None:
    passed = {key for key, row in graded.items() if row["passed"] == "yes"}
    assert passed == {("right", "5.1"), ("prints", "5.1"), ("twice", "5.1"), ("imports", "5.1"), ("05_marked", "5.1")}


def test_an_answer_that_imports_the_reference_is_marked_for_review(graded, printed: str) -> None:
    marked = {key for key, row in graded.items() if row["review"]}
    assert marked == {("imports", "5.1"), ("forger", "5.1")} and graded["imports", "5.1"]["review"] == "yes"
    assert re.search(r"^imports +1 of 3 +review 5\.1$", printed, re.MULTILINE)
    assert re.search(r"^right +1 of 3$", printed, re.MULTILINE)


def test_every_exercise_of_a_chapter_handed_in_has_a_line(graded) -> None:
    for student in CLASS:
        assert {id for who, id in graded if who == student} == {"5.1", "5.2", "5.3"}


@pytest.mark.parametrize("student", SAYS)
def test_what_the_student_reads(graded, student: str) -> None:
    if student == "hog" and sys.platform != "linux":
        pytest.skip("the limit on memory is kept by Linux only")
    row = graded[student, "5.2" if student == "liar" else "5.1"]
    assert SAYS[student] in row["message"] and "answer(" not in row["message"] and "\n" not in row["message"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("from course_lib.exercises import check", ""),
        ("from course_lib.nn import layers", ""),
        ("from course_lib.exercises import check, initialization", "course_lib.exercises.initialization"),
        ("from course_lib.exercises.initialization import he_weights", "course_lib.exercises.initialization"),
        ("import course_lib.exercises as e", "course_lib.exercises"),
        ("from course_lib import exercises", "course_lib.exercises"),
        (
            "m = __import__('importlib').import_module('course_lib.exercises.initialization')",
            "course_lib.exercises.initialization",
        ),
    ],
)
def test_ways_to_the_reference_answers(line: str, named: str) -> None:
    assert grade_answers._beside_the_references(line) == named


def test_a_file_that_is_no_notebook_is_said_and_no_name_is_a_formula(graded) -> None:
    assert "cannot be read as a notebook" in graded["'=broken", ""]["message"]
    assert graded["05_unlike", ""]["message"] == "No check of an exercise is in what was handed in."


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a process an empty network")
def test_an_answer_finds_no_network_where_the_system_can_take_it_away(patient: None) -> None:
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system gives no network of one's own")
    code = (
        "import socket\nfrom course_lib.exercises import check\ndef f(z):\n"
        "    socket.create_connection(('127.0.0.1', 9), 1)\ncheck('5.1', f)"
    )
    verdict = grade.judged(grade._tutor.exercises["5.1"], code)
    assert "raised OSError" in verdict.message and "unreachable" in verdict.message


def test_a_table_that_cannot_be_written_is_said(tmp_path: Path, capsys) -> None:
    with pytest.raises(SystemExit):
        grade.main([str(tmp_path), "--csv", str(tmp_path)])
    assert "the table cannot be written" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_said(capsys) -> None:
    for folder in ("", "/nowhere"):
        with pytest.raises(SystemExit):
            grade.main([folder])
        assert "make grade CLASS=folder" in capsys.readouterr().err


def one_of_each_form() -> list[str]:
    """Exercises that have between them an argument of every form there is; each argument travels by itself."""

    def form(thing: object) -> tuple:
        if isinstance(thing, list | tuple):
            return type(thing), *map(form, thing)
        return ("function",) if callable(thing) else (type(thing), getattr(thing, "dtype", None))

    chosen, known = [], set()
    for id, exercise in grade._tutor.exercises.items():
        forms = {form(argument) for case in exercise.cases for argument in case}
        if not forms <= known or id == "11.3":  # it gets functions to call, and hands one over
            chosen.append(id)
            known |= forms
    return chosen


@pytest.mark.parametrize("id", one_of_each_form())
def test_the_reference_itself_passes_through_the_other_process(patient: None, id: str) -> None:
    """What the arguments of a case are, every one of them finds its way there and back."""
    exercise = grade._tutor.exercises[id]
    module, name = exercise.answer.__module__, exercise.answer.__name__
    code = (
        f"from course_lib.exercises import check\nimport importlib\n"
        f"check({id!r}, getattr(importlib.import_module({module!r}), {name!r}))"
    )
    verdict = grade.judged(exercise, code)
    assert verdict.solved, verdict.message


# The instructor's guide -----------------------------------------------------------------------------------------------

GUIDE = Path(__file__).resolve().parents[2] / "INSTRUCTORS.md"


def test_the_guide_has_a_section_for_every_chapter_with_questions_buttons_and_an_exercise() -> None:
    chapters = re.split(r"^## (?=\d\d )", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    written = sorted(path.name[:2] for path in notebooks.NOTEBOOKS.glob("*.ipynb"))
    assert [chapter[:2] for chapter in chapters] == written
    for chapter in chapters:
        number = str(int(chapter[:2]))
        assert re.search(r"^\d+ minutes", chapter.split("\n\n")[1])
        assert len(re.findall(rf"^\| {number}\.[a-z] ", chapter, re.MULTILINE)) >= (2 if number == "0" else 5)
        assert len(re.findall(r"\*\*[^*]+\*\*", chapter)) >= 1
        assert number == "0" or re.search(rf"\b{number}\.[123]\b", chapter)


def test_the_guide_follows_the_notebooks_and_marks_what_is_optional() -> None:
    asked: list[tuple[str, bool]] = []
    for path in sorted(notebooks.NOTEBOOKS.glob("*.ipynb")):
        optional = False
        for cell in nbformat.read(path, 4).cells:
            if cell.source.startswith("#"):
                optional = ", optional*" in cell.source
            asked += [(id, optional) for id in re.findall(r'^predict\("(.+)"\)', cell.source)]
    rows = re.findall(r"^\| (\d+\.[a-z]) (\(opt\.\))?", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    said = {id: bool(mark) for id, mark in rows}
    assert list(said.items()) == [(id, optional) for id, optional in asked if id in said]


def test_the_guide_speaks_of_questions_exercises_and_buttons_that_exist() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    chapters = text[text.index("## 00 ") :]
    for id in re.findall(r"^\| (\d+\.[a-z]) ", chapters, re.MULTILINE):
        assert id in grade._tutor.predictions
    for id in re.findall(r"\b(\d{1,2}\.[1-3])\b(?=[ ,;.)])", re.sub(r"^\|.*$", "", chapters, flags=re.MULTILINE)):
        assert id in grade._tutor.exercises
    makers, pressed = all_explorers(), 0
    for cell in re.findall(r"\|([^|\n]*)\|$|^((?!\|).+)$", chapters, re.MULTILINE):
        for name, after in re.findall(r"`(\w+_explorer|playground)`([^`|]*)", "".join(cell)):
            presets = makers[name]().presets
            for label in re.findall(r"\*\*([^*]+)\*\*", after):
                assert label in presets, f"{name} has no button {label!r}"
                pressed += 1
    assert pressed > 90
