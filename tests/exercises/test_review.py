"""What is due comes back, in another form, the most urgent first; variants are right whatever their numbers.

`STORE=1` in the environment writes the options of all variants anew: read the difference, then commit it.
"""

import json
import os
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from fsrs import Card, Rating, Scheduler

from course_lib.exercises import _tutor
from course_lib.exercises.prediction import Prediction
from course_lib.exercises.progress import Attempt, Progress
from course_lib.exercises.spaced_review import (
    CHAPTERS,
    asked_again,
    due,
    histories,
    to_ask,
    variants,
)
from course_lib.exercises.tutor import Tutor
from course_lib.exercises.variant import Claim, Variant, variants_in, written

NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
START = datetime(2026, 9, 1, 8, tzinfo=UTC)
OPTIONS = Path(__file__).with_name("options.json")
BY_ID = variants()
QUESTIONS = _tutor.predictions


def attempt(days, item, correct, sure=1, kind="review"):
    return Attempt((START + timedelta(days=days)).isoformat(), kind, item, "a", correct, sure)


def test_there_are_enough_variants_each_of_a_question_of_the_course():
    assert len(BY_ID) >= 60 and BY_ID.keys() <= QUESTIONS.keys()


@pytest.mark.parametrize("variant", BY_ID.values(), ids=lambda variant: variant.id)
def test_whatever_its_numbers_a_variant_has_one_right_option_and_none_of_the_stored_numbers(variant):
    """`ask` computes the truth, and refuses options of which not exactly one claims it."""
    stored = QUESTIONS[variant.id]
    known = {float(number.replace(",", "")) for number in NUMBER.findall(stored.question)}
    asked, offered = set(), {}
    for numbers in variant.all():
        question = variant.ask(numbers)
        asked.add(question.question)
        offered[", ".join(f"{name} {value}" for name, value in numbers.items())] = " | ".join(
            f"{option.text} (right)" if option.right else option.text for option in question.options
        )
        for values in numbers.values():
            for value in values if isinstance(values, tuple) else (values,):
                assert not isinstance(value, int | float) or isinstance(value, bool) or abs(value) not in known
        assert question.options != stored.options and question.id == stored.id
        assert all(option.why for option in question.options)
    assert len(asked) == len(list(variant.all())) >= 2  # every choice of numbers is another question
    assert stored.question not in asked
    read = json.loads(OPTIONS.read_text(encoding="utf-8"))
    if os.environ.get("STORE"):
        read |= {variant.id: offered}
        OPTIONS.write_text(json.dumps(read, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert offered == read[variant.id]  # what tempts is worth something only if it comes from a thought one can have


@pytest.mark.parametrize("claims", [(1.0, 2.0, 3.0), (4.0, 4.0, 1.0), (4.0, 4.1, 1.0), (4.0, "4", 1.0)])
def test_options_of_which_not_exactly_one_is_true_are_refused(claims):
    variant = Variant("5.b", lambda n: ("?", 2.0 * n, *(Claim(value, "so") for value in claims)), {"n": (2,)})
    with pytest.raises(ValueError, match="the options do not differ enough"):
        variant.ask({"n": 2})


def test_a_question_has_one_variant():
    chapter = SimpleNamespace(one=Variant("5.b", print, {}), other=Variant("5.b", print, {}))
    with pytest.raises(ValueError, match="'5.b' is taken"):
        variants_in(chapter)


@pytest.mark.parametrize(
    "value, text",
    [
        (3.0, "3"),
        (-0.75, "−0.75"),
        (1234567.0, "1.23 · 10^6"),
        (12345, "12,345"),
        (0.0000456, "4.56 · 10^−5"),
        (0, "0"),
    ],
)
def test_numbers_are_written_as_one_writes_them(value, text):
    assert written(value) == text


@pytest.mark.parametrize("id", ["5.b", "5.a", "8.g", "0.a"])
def test_what_is_asked_again_is_in_another_order_and_each_time_another(id):
    forms = []
    for times in range(1, 8):
        question, order = asked_again(QUESTIONS[id], BY_ID.get(id), times)
        again, _ = asked_again(QUESTIONS[id], BY_ID.get(id), times)
        assert vars(question) == vars(again)  # a cell that runs again asks the same
        assert sorted(order) == [letter for letter, _ in question.lettered()]
        assert question.options != QUESTIONS[id].options
        forms.append(vars(question))
    assert len(set(map(repr, forms))) > 1


def test_a_question_without_a_variant_keeps_its_words():
    question, order = asked_again(QUESTIONS["7.b"], None, 1)
    assert question.question == QUESTIONS["7.b"].question
    assert [QUESTIONS["7.b"].lettered()["abc".index(letter)][1] for letter in order] == list(question.options)


class Learner:
    """Remembers with probability (1 + 0.23 t/S)^−0.5 after t days; S triples when right, and is a day when not."""

    def __init__(self, seed):
        self.chance, self.strength, self.seen = random.Random(seed), {}, {}

    def answers(self, id, day):
        strength = self.strength.get(id, 0.5)
        right = self.chance.random() < (1 + 0.23 * (day - self.seen.get(id, day - 3)) / strength) ** -0.5
        self.strength[id], self.seen[id] = (3 * strength if right else 1.0), day
        return right, self.chance.randrange(3)


@pytest.mark.parametrize("seed", range(3))
def test_a_learner_gets_what_fsrs_says_is_due(seed):
    """Sixty days of one chapter after the other; an own set of cards is kept beside the attempts and compared."""
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    learner, cards, last, attempts = Learner(seed), {}, {}, []

    def answer(id, day, kind):
        now = START + timedelta(days=day)
        right, sure = learner.answers(id, day)
        attempts.append(attempt(day, id, right, sure, kind))
        rating = (Rating.Hard, Rating.Good, Rating.Easy)[sure] if right else Rating.Again
        cards[id], _ = scheduler.review_card(cards.get(id, Card(card_id=1, due=now)), rating, now)
        last[id] = (right, sure)

    new = list(QUESTIONS)
    reviews = 0
    for day in range(60):
        now = START + timedelta(days=day)
        expected = [id for id, card in cards.items() if card.due <= now]
        expected.sort(
            key=lambda id: (
                last[id] != (False, 2),
                last[id][0],
                scheduler.get_card_retrievability(cards[id], now),
                id,
            )
        )
        got = to_ask(Progress(list(attempts)), QUESTIONS, (), now)
        assert got == expected[:3] and len(set(got)) == len(got)
        for id in got:
            answer(id, day, "review")
            reviews += 1
            assert id not in due(histories(Progress(attempts)), now + timedelta(hours=8))  # not twice in a session
        for _ in range(3):
            if new:
                answer(new.pop(0), day, "prediction")
    assert reviews > 60


def test_the_most_urgent_come_first():
    answers = {
        "5.a": [attempt(0, "5.a", True, 0)],
        "5.b": [attempt(0, "5.b", False, 0)],
        "5.c": [attempt(0, "5.c", False, 2)],
    }
    assert due(answers, START + timedelta(days=30)) == ["5.c", "5.b", "5.a"]
    assert due(answers, START + timedelta(hours=5)) == []


def test_only_the_first_answer_before_an_experiment_counts():
    attempts = [
        attempt(0, "5.a", False, 2, "prediction"),
        attempt(1, "5.a", True, 2, "prediction"),
        attempt(2, "5.a", True, 1),
        attempt(3, "5.a", None, None, "why"),
        attempt(3, "5.1", True, None, "exercise"),
    ]
    assert {id: [one.correct for one in all_] for id, all_ in histories(Progress(attempts)).items()} == {
        "5.a": [False, True]
    }


def test_recall_questions_fill_what_is_left_from_chapters_begun_on_another_day():
    recall = ["4.r1", "5.r1", "5.r2", "5.r3", "5.r4", "6.r1"]
    known = [*QUESTIONS, *recall]
    done = Progress([attempt(0, "5.a", False, 2, "prediction"), attempt(1, "6.a", True, 2, "prediction")])
    assert to_ask(done, known, recall, START + timedelta(days=1, hours=1)) == ["5.a", "5.r1", "5.r2"]
    assert to_ask(Progress(), known, recall, START) == []


@pytest.mark.parametrize("time", ["yesterday", "", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00", "2099-01-01Z"])
def test_what_a_newer_course_wrote_and_times_that_are_none_are_no_trouble(time):
    strange = Attempt(time, "review", "5.a", None, None, 7)
    done = Progress([strange, attempt(0, "99.z", False, 2)])
    assert to_ask(done, QUESTIONS, (), START + timedelta(days=40)) == ["5.a"]


@pytest.fixture
def tutor(progress_file):
    modules = [sys.modules[f"course_lib.exercises.initialization{part}"] for part in ("", "_questions")]
    tutor = Tutor(modules)
    tutor.file.now = lambda: START
    return tutor


def test_review_asks_at_most_three_and_keeps_what_was_chosen(tutor):
    for id in ("5.a", "5.b", "5.c", "5.d"):
        tutor.file.add("prediction", id, "x", False, 2)
    tutor.file.now = lambda: START + timedelta(days=9)
    shown = tutor.review()
    shown._repr_mimebundle_()
    assert [question.prediction.id for question in shown.questions] == ["5.a", "5.b", "5.c"]
    question = shown.questions[1]
    stored = [claim.text or written(claim.value) for claim in asked_claims(question)]
    question.sure[question.prediction.right, 1].click()
    assert "You said" not in question.answer.value  # no experiment follows
    kept = tutor.file.read().attempts[-1]
    assert (kept.kind, kept.item, kept.correct, kept.sure) == ("review", "5.b", 1, 1)
    right = dict(question.prediction.lettered())[question.prediction.right].text
    assert stored["abc".index(kept.answer)] == right  # the letter it has in every form, not the one on the page
    again = tutor.review()
    again._repr_mimebundle_()
    assert "5.b" not in [one.prediction.id for one in again.questions]
    again.close()


def asked_claims(question):
    """The claims of the variant with the numbers that were drawn, in their own order."""
    variant = BY_ID[question.prediction.id]
    numbers = next(one for one in variant.all() if variant.ask(one).question == question.prediction.question)
    return variant.make(**numbers)[2:]


def test_the_report_names_what_is_due(tutor):
    tutor.file.add("prediction", "5.a", "x", False, 2)
    assert "To be asked again" not in str(tutor.progress())
    tutor.file.now = lambda: START + timedelta(days=9)
    assert "To be asked again: 5.a." in tutor.progress().personal_html()


def test_what_a_notebook_stores_is_the_same_for_everybody(tutor):
    before = tutor.review()._repr_mimebundle_()
    tutor.file.add("prediction", "5.a", "x", False, 2)
    tutor.file.now = lambda: START + timedelta(days=9)
    after = tutor.review()._repr_mimebundle_()
    assert before["text/plain"] == after["text/plain"] and before["text/html"] == after["text/html"]
    tutor._shown["review"].close()


def test_nothing_of_it_is_imported_before_it_is_asked_for():
    code = (
        "from course_lib.exercises import predict, review; predict('5.a'); review(); import sys\n"
        "print([name for name in sys.modules if name in ('fsrs', 'platformdirs') or name.endswith('_variants')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_chapter_has_ten_recall_questions():
    by_chapter = {}
    for id, question in _tutor.recall.items():
        assert isinstance(question, Prediction) and re.fullmatch(r"\d+\.r\d+", id)
        by_chapter.setdefault(id.split(".")[0], []).append(question)
    assert {chapter: len(all_) for chapter, all_ in by_chapter.items()} == {str(i): 10 for i in range(1, len(CHAPTERS))}
    texts = [question.question for all_ in by_chapter.values() for question in all_]
    assert len(set(texts)) == len(texts) and not set(texts) & {one.question for one in QUESTIONS.values()}
    for all_ in by_chapter.values():
        for question in all_:
            assert dict(question.lettered())[question.right].why
            assert len({option.text for option in question.options}) == len(question.options)
