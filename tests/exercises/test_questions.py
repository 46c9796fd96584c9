"""Over all questions of the course neither the place nor the length of an answer says which one is right."""

import json
import re
from collections import Counter
from itertools import groupby
from pathlib import Path
from string import ascii_lowercase

import pytest

from course_lib.exercises import _tutor

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
QUESTIONS = list(_tutor.predictions.values())
CHAPTERS = {
    chapter: list(asked) for chapter, asked in groupby(QUESTIONS, key=lambda question: question.id.split(".")[0])
}


def share_of_the_commonest_letter(questions) -> float:
    letters = Counter(letter for question in questions for letter, option in question.lettered() if option.right)
    return max(letters.values()) / letters.total()


def share_at(extreme, questions) -> float:
    """How often the right answer is the longest (`max`) or the shortest (`min`) of its question."""
    hits = 0
    for question in questions:
        (right,) = (len(option.text) for option in question.options if option.right)
        hits += right == extreme(len(option.text) for option in question.options)
    return hits / len(questions)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_letters_run_on_and_every_answer_is_explained(chapter):
    asked = CHAPTERS[chapter]
    assert sorted(question.id for question in asked) == [f"{chapter}.{a}" for a in ascii_lowercase[: len(asked)]]
    assert all(len(option.why) > 15 for question in asked for option in question.options)


def test_no_letter_is_right_more_often_than_two_times_in_five():
    assert share_of_the_commonest_letter(QUESTIONS) <= 0.4


@pytest.mark.parametrize("chapter", [chapter for chapter, asked in CHAPTERS.items() if len(asked) > 5])
def test_nor_within_a_chapter(chapter):
    assert share_of_the_commonest_letter(CHAPTERS[chapter]) <= 0.4


@pytest.mark.parametrize("extreme", [max, min])
def test_the_right_answer_is_not_known_by_its_length(extreme):
    assert share_at(extreme, QUESTIONS) <= 0.45


def test_the_right_answer_of_a_recall_question_is_not_known_by_its_length():
    longest = 0
    asked = _tutor.recall.values()
    for question in asked:
        *_, second, first = sorted(question.options, key=lambda option: len(option.text))
        longest += first.right and len(first.text) > len(second.text)
    assert longest / len(asked) <= 0.45


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_notebook_holds_its_questions_as_they_are_asked(chapter):
    (path,) = NOTEBOOKS.glob(f"{int(chapter):02d}_*.ipynb")
    outputs = [output for cell in json.loads(path.read_text("utf-8"))["cells"] for output in cell.get("outputs", ())]
    held = "\n".join("".join(output.get("data", {}).get("text/plain", "")) for output in outputs)
    assert not [question.id for question in CHAPTERS[chapter] if question.text() not in held]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_number_of_the_right_answer_stands_right_above_its_question(chapter):
    (path,) = NOTEBOOKS.glob(f"{int(chapter):02d}_*.ipynb")
    read = ["", "", ""]
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        asked = re.match(r'predict\("(.+)"\)', source)
        if asked:
            question = _tutor.predictions[asked[1]]
            (right,) = (option.text for option in question.options if option.right)
            numbers = {number for number in re.findall(r"\d[\d .]*\d", right) if number not in question.question}
            told = [number for number in numbers if re.search(rf"(?<![\d.]){number}(?!\d)", "\n".join(read[-3:]))]
            assert not told, (question.id, told)
        printed = ["".join(output.get("data", {}).get("text/plain", "")) for output in cell.get("outputs", ())]
        read.append("" if asked else "\n".join([source, *printed]))
