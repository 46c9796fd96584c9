"""Nonsense into every check: one clear sentence, nothing solved, nothing raised, and a right answer still passes."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course_lib.exercises import _tutor, check, hint, predict, progress, show_source, solution
from course_lib.exercises.exercise import Exercise

ALL = list(_tutor.exercises.values())
SEALED = _tutor.exercises["11.3"]  # it has no one right answer: what counts is how the sealed digits were looked at


def right(exercise: Exercise, given: tuple) -> np.ndarray:
    return np.array(exercise.answer(*given))


def nearest(x_train, y_train, x_val, y_val, look):
    """An honest answer to 11.3 that takes no time: the class of the nearest training digit."""
    squares = (x_train**2).sum(axis=1)
    return look(lambda x: y_train[np.argmin(squares - 2 * x @ x_train.T, axis=1)])


class Mine:
    """A class where a function is asked for."""


class Caller:
    """Callable, but its `__call__` takes nothing."""

    def __call__(self) -> float:
        return 0.0


itself: list = []
itself.append(itself)

# What is handed over instead of a function, and what the learner must read.
NO_FUNCTION = {
    "a result": (lambda _: np.array([0.97]), "pass the function itself, not array([0.97])"),
    **{
        repr(value)[:20]: (lambda _, value=value: value, "pass the function itself, not ")
        for value in (
            None,
            3,
            np.nan,
            np.inf,
            "x",
            [],
            {},
            [1, [2]],
            np.zeros(3),
            np.zeros((3000, 3000)),
            itself,
            np,
            Mine,
            Mine(),
            int,
            (n for n in itertools.count()),
            NotImplemented,
        )
    },
    "nothing yet": (lambda _: ..., "not attempted yet"),
    "takes nothing": (lambda _: lambda: 3, "it takes nothing"),
    "an object": (lambda _: Caller(), "it takes nothing"),
    "takes more": (lambda exercise: lambda *more, extra: 3, "it takes (*more, extra)"),
}


def shaped(value: float) -> Callable:
    return lambda exercise, given: np.full(right(exercise, given).shape, value)


def endless(*given: Any) -> Any:
    return endless(*given)


def written_into(exercise: Exercise, given: tuple) -> float:
    for one in given:
        if isinstance(one, np.ndarray):
            one[...] = 0
    return np.zeros((7, 6, 5))


def printed(exercise: Exercise, given: tuple) -> str:
    print("x" * 3_000_000)
    return "x"


# What the function returns, and what the learner must read.
RETURNED = {
    "NaN": (shaped(np.nan), "NaN"),
    "infinity": (shaped(np.inf), "infinity"),
    "minus infinity": (shaped(-np.inf), "infinity"),
    "text": (lambda *_: "x", "It returned text"),
    "numbers as text": (lambda *case: right(*case).astype(str), "It returned text"),
    "an empty list": (lambda *_: [], "It returned an array of shape (0,)"),
    "an empty array": (lambda *_: np.empty((0, 3)), "It returned an array of shape (0, 3)"),
    "another shape": (lambda *case: right(*case)[None], "; expected is "),
    "objects": (lambda *_: np.array([None, {}]), "with None in it"),
    "ragged": (lambda *_: [[1.0], [1.0, 2.0]], "of 2 parts of shapes (1,), (2,)"),
    "ragged deep down": (lambda *_: [[[1.0], [1.0, 2.0]]], "does not make an array of numbers"),
    "inside itself": (lambda *_: itself, "It returned a list"),
    "complex": (lambda *case: right(*case) + 0j, "complex numbers"),
    "a generator": (lambda *_: (n for n in itertools.count()), "It returned a generator"),
    "a dict": (lambda *_: {"a": 1}, "It returned a dict"),
    "a set": (lambda *_: {1, 2}, "It returned a set"),
    "a function": (lambda *_: endless, "It returned a function"),
    "a class": (lambda *_: Mine, "It returned a class"),
    "an object": (lambda *_: Mine(), "It returned a Mine"),
    "truth": (lambda *case: right(*case) > 0, "True or False"),
    "dates": (lambda *_: np.array(["2020-01-01"], "M8[D]"), "dates"),
    "huge": (lambda *_: np.broadcast_to(0.0, (10**6, 10**6)), "an array of shape (1000000, 1000000)"),
    "masked": (lambda *case: np.ma.array(right(*case), mask=True), "masked"),
    "masked rows": (lambda *case: [np.ma.array(right(*case), mask=True)], "masked"),
    "beyond 1e308": (lambda *_: [10**400], "does not make an array of numbers"),
    "its input, spoilt": (written_into, "expected is "),
    "much that is printed": (printed, "It returned text"),
}

# Right numbers in another dress are right.
DRESSED = {
    "lists": lambda numbers: numbers.tolist(),
    "objects": lambda numbers: numbers.astype(object),
    "a subclass": lambda numbers: numbers.view(np.recarray),
    "nothing masked": np.ma.array,
    "more digits": lambda numbers: numbers.astype(np.longdouble),
    "column by column": lambda numbers: numbers.copy(order="F"),
}

# An interrupt that the function raises is its own error; a real one, which stops the check, comes to the main thread.
RAISED = (
    ValueError("bad"),
    ZeroDivisionError(),
    KeyboardInterrupt(),
    SystemExit(3),
    RecursionError(),
    MemoryError(),
    StopIteration(),
    GeneratorExit(),
    Warning("w" * 10_000),
    Exception("\ud800"),
)


def heard(exercise: Exercise, yours: Any, capsys) -> str:
    """What `check` says, after the law: short, plain, not solved, nothing remembered."""
    assert check(exercise.id, yours) is None
    out, err = capsys.readouterr()
    said = out[out.rindex(f"{exercise.id}: ") :]
    first, *lines = said.splitlines()
    assert err == "" and "Traceback" not in out and len(out) < 6000
    assert 15 < len(first) < 420 and first.endswith((".", "?")) and len(lines) < 60
    assert "solved" not in first and " at 0x" not in said
    assert not _tutor.file.path.exists()
    return said


def passes(exercise: Exercise, yours: Callable, capsys) -> None:
    check(exercise.id, yours)
    assert capsys.readouterr().out.startswith(f"{exercise.id}: solved.")
    assert _tutor.file.read().solved == {exercise.id}


every_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
with_one_answer = pytest.mark.parametrize("exercise", [e for e in ALL if e is not SEALED], ids=lambda e: e.id)


@every_exercise
def test_what_is_no_function_of_the_right_form(exercise, capsys):
    for make, words in NO_FUNCTION.values():
        assert words in heard(exercise, make(exercise), capsys)


@every_exercise
def test_a_function_that_raises(exercise, capsys):
    """The first and the one of another kind meet every error, the others, whose code is the first's, one each."""
    chapter, number = map(int, exercise.id.split("."))
    every = exercise is ALL[0] or exercise is SEALED
    for error in RAISED if every else [RAISED[(chapter + 3 * number) % len(RAISED)]]:

        def throws(*given, error=error):
            raise error

        assert f"Your function raised {type(error).__name__}" in heard(exercise, throws, capsys)


def test_a_function_that_calls_itself_for_ever(capsys):
    said = heard(_tutor.exercises["5.1"], endless, capsys)
    assert "Your function raised RecursionError: maximum recursion depth exceeded at `return endless(*given)`." in said


@with_one_answer
def test_a_function_that_returns_no_numbers_and_then_a_right_one(exercise, capsys):
    for make, words in RETURNED.values():
        assert words in heard(exercise, lambda *given, make=make: make(exercise, given), capsys)
    for dressed in DRESSED.values():
        assert exercise.judge(lambda *given, dressed=dressed: dressed(right(exercise, given))).solved
    passes(exercise, exercise.answer, capsys)


def test_the_sealed_digits_are_not_opened_by_nonsense(capsys):
    for value in (np.nan, "x", [], itself, Mine, np.zeros((3000, 3000)), (n for n in itertools.count())):
        assert "You never looked." in heard(SEALED, lambda *given, value=value: value, capsys)
    passes(SEALED, nearest, capsys)


def test_a_function_that_never_ends_and_prints(capsys, time_is_up):
    def for_ever(z):
        while True:
            print("still here")
            time_is_up.set()

    assert "still running after 5 seconds and was stopped" in heard(_tutor.exercises["5.1"], for_ever, capsys)


@pytest.mark.parametrize("call", [hint, solution, predict])
@pytest.mark.parametrize("id", [None, 5.1, "5.9", "", [], np.zeros((300, 300)), endless, "x" * 10**6, itself], ids=type)
def test_the_other_calls_say_which_ids_there_are(call, id):
    with pytest.raises(ValueError, match="^There is no such (exercise|prediction)") as error:
        call(id)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize("thing", [None, 3, "tanh", [], np.zeros((300, 300)), np.tanh, len, itself, Mine()], ids=type)
def test_show_source_says_what_it_shows(thing):
    with pytest.raises(ValueError, match="^show_source shows functions, methods and classes") as error:
        show_source(thing)
    assert len(str(error.value)) < 200


def test_progress_takes_nothing():
    with pytest.raises(TypeError):
        progress("5.1")
