"""The mechanism: `judge` finds the right answer right, names known mistakes, and survives anything."""

import os
import signal
import threading

import numpy as np
import pytest

from course_lib.exercises.exercise import Exercise, Mistake

LONG = 600  # seconds: only a test that would hang meets it


def double(values, offset):
    return 2 * np.asarray(values) + offset


TASK = Exercise(
    "9.1",
    "Doubling",
    "Return twice the values, plus the offset.",
    double,
    cases=((np.array([1.0, 2.0, 3.0]), 1.0), (np.array([1.0]), 0.0), (np.arange(40.0), 0.5)),
    mistakes=(
        Mistake(lambda values, offset: values**2 + offset, "That is the square."),
        Mistake(lambda values, offset: 2 * values, "The offset is missing."),
    ),
    hints=("Add.",),
    seconds=2.0,
)


def judge(yours):
    verdict = TASK.judge(yours)
    assert verdict.message.startswith("9.1: ")
    return verdict


@pytest.mark.parametrize(
    "yours",
    [
        double,
        lambda values, offset: [2 * v + offset for v in values],
        lambda values, offset: (2 * values + offset).astype(np.float32),
        lambda *args: 2 * args[0] + args[1],
        lambda values, offset, factor=2: factor * values + offset,
    ],
)
def test_right_answers_in_any_form(yours):
    verdict = judge(yours)
    assert verdict.solved
    assert verdict.message == "9.1: solved. Your function agrees with the reference in all 3 cases."


def returns_dots(values, offset):
    """Write it."""
    return ...


def bare(values, offset): ...


def passes(values, offset):
    """Write it."""
    pass


def raises(values, offset):
    raise NotImplementedError("write it")


@pytest.mark.parametrize("stub", [..., returns_dots, bare, passes, raises, lambda values, offset: None])
def test_a_stub_is_not_attempted(stub):
    verdict = judge(stub)
    assert verdict.message == "9.1: not attempted yet."
    assert not verdict.solved


def test_a_forgotten_return_is_not_a_stub():
    def forgets(values, offset):
        values * 2 + offset

    assert "`return` missing" in judge(forgets).message


def test_a_known_mistake_gets_its_message_and_the_smallest_failing_case():
    verdict = judge(lambda values, offset: values * values + offset)
    assert verdict.mistake is TASK.mistakes[0]
    assert verdict.message.splitlines() == [
        "9.1: not yet. That is the square.",
        "  values    [1]",
        "  offset    0",
        "  expected  [2]",
        "  got       [1]",
    ]


def test_a_mistake_that_agrees_in_some_cases_shows_one_where_it_fails():
    verdict = judge(lambda values, offset: 2 * values)
    assert verdict.message.splitlines()[0] == "9.1: not yet. The offset is missing."
    assert "  offset    1" in verdict.message  # with offset 0 the answer happens to be right


def test_an_unknown_wrong_answer_is_no_known_mistake():
    verdict = judge(lambda values, offset: 2 * values + offset + (len(values) == 40))
    assert verdict.mistake is None
    assert verdict.message.splitlines()[:2] == [
        "9.1: not yet. The numbers differ, the first at [0]: 1.5 where 0.5 is expected.",
        "  values    an array of shape (40,), from 0 to 39",
    ]


def test_a_wrong_place_among_many_is_named():
    verdict = judge(lambda values, offset: 2 * values + offset + 2 * (values == 17))
    assert "1 of 40 numbers differs, the first at [17]: 36.5 where 34.5 is expected." in verdict.message


def test_print_options_of_the_learner_change_no_message():
    answers = (lambda values, offset: 0.0, lambda values, offset: values / 3, lambda values, offset: values[:1])
    messages = [judge(yours).message for yours in answers]
    with np.printoptions(precision=1, suppress=True, threshold=2, legacy="1.13", formatter={"float": lambda x: "?"}):
        assert [judge(yours).message for yours in answers] == messages


def test_a_difference_far_behind_the_point_is_visible():
    message = judge(lambda values, offset: (2 * values + offset) * 1.0001).message
    expected, got = message.splitlines()[-2:]
    assert expected == "  expected  [2]" and got == "  got       [2.0002]"


@pytest.mark.parametrize(
    "yours, sentence",
    [
        (3.5, 'pass the function itself, not 3.5: check("9.1", double), its name without brackets.'),
        (None, "pass the function itself, not None"),
        (dict, "pass the function itself, not <class 'dict'>"),
        (double([1.0], 0.0), "pass the function itself, not array([2.])"),
        ("double", "pass the function itself, not 'double'"),
        (lambda values: 0, "your function must take (values, offset); it takes (values)."),
        (lambda a, b, c: 0, "your function must take (values, offset); it takes (a, b, c)."),
        (lambda values, offset: "two", "It returned text where real numbers are expected."),
        (lambda values, offset: {"a": 1}, "It returned a dict where real numbers are expected."),
        (lambda values, offset: (v for v in values), "It returned a generator where real numbers are expected."),
        (lambda values, offset: values > 0, "It returned True or False where real numbers are expected."),
        (lambda values, offset: values + 1j, "It returned complex numbers where real numbers are expected."),
        (
            lambda values, offset: [[1.0], [1.0, 2.0]],
            "It returned a list of 2 parts of shapes (1,), (2,), which does not make an array of numbers.",
        ),
        (lambda values, offset: [None], "It returned a list with None in it where real numbers are expected."),
        (
            lambda values, offset: np.broadcast_to(0.0, (10**6, 10**6)),
            "It returned an array of shape (1000000, 1000000)",
        ),
        (lambda values, offset: np.ma.array(values, mask=values > 0), "It returned a masked array"),
        (lambda values, offset: 2.0, "It returned a single number; expected is an array of shape (1,)."),
        (
            lambda values, offset: values[:, None],
            "It returned an array of shape (1, 1); expected is an array of shape (1,).",
        ),
        (lambda values, offset: values * np.nan, "The result contains NaN: 0/0"),
        (lambda values, offset: values / 0.0, "The result contains infinity: a division by 0"),
        (lambda *, values, offset: 0, "it takes (*, values, offset)."),
        (lambda: 0, "it takes nothing."),
        (lambda values, offset: np.sum(), "Your function raised TypeError: sum() missing"),
        (np.linalg.inv, "it takes (a)"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(yours, sentence):
    verdict = judge(yours)
    assert sentence in verdict.message
    assert not verdict.solved


def test_an_error_names_the_line_it_came_from():
    def divides(values, offset):
        total = values.sum()
        return np.int64(1) + [][int(total)]

    message = judge(divides).message
    assert "raised IndexError: list index out of range at `return np.int64(1) + [][int(total)]`." in message


@pytest.mark.parametrize(
    "error",
    [
        SystemExit("bye"),
        KeyboardInterrupt(),
        GeneratorExit(),
        RecursionError("deep"),
        MemoryError(),
        StopIteration(),
        Exception("x" * 10_000),
        Exception("\ud800"),
    ],
)
def test_every_kind_of_exception_is_caught(error):
    def throws(values, offset):
        raise error

    message = judge(throws).message
    assert f"raised {type(error).__name__}" in message
    assert len(message) < 600


def test_inputs_are_copies_and_changing_them_is_said():
    def in_place(values, offset):
        values *= 2
        values += offset
        return values

    before = TASK.cases[0][0].copy()
    verdict = judge(in_place)
    assert "The numbers are right, but your function changes its input values." in verdict.message
    assert not verdict.solved
    np.testing.assert_array_equal(TASK.cases[0][0], before)
    assert judge(double).solved  # the cases are unharmed
    assert "It also changes its input values." in judge(lambda values, offset: values.fill(3) or values - 7).message


def test_a_result_buffer_used_again_does_not_overwrite_earlier_results():
    buffer = np.empty(40)

    def reuses(values, offset):
        out = buffer[: len(values)]
        np.multiply(values, 2, out=out)
        out += offset
        return out

    assert judge(reuses).solved


def test_warnings_of_the_learners_code_do_not_add_to_the_message(recwarn):
    assert judge(lambda values, offset: 2 * values + offset + 0 * np.mean(np.divide(0.0, np.zeros(1)) > 0)).solved
    assert not recwarn.list


def for_ever(looping):
    while True:
        looping()


def for_ever_swallowing(looping):
    while True:
        try:
            looping()
        except Exception:
            pass


def for_ever_in_the_second_case(looping, values=(), offset=0):
    while len(values) == 1:
        looping()
    return 2 * values + offset


@pytest.mark.parametrize("yours", [for_ever, for_ever_swallowing, for_ever_in_the_second_case])
def test_an_endless_loop_is_stopped(yours, time_is_up):
    task, ran_in = Exercise(**{**vars(TASK), "seconds": 0.2}), []

    def answer(values, offset):
        ran_in.append(threading.current_thread())
        return yours(time_is_up.set, *([values, offset] if yours is for_ever_in_the_second_case else []))

    verdict = task.judge(answer)
    assert "still running after 0.2 seconds" in verdict.message
    ran_in[0].join(LONG)
    assert not ran_in[0].is_alive()  # nothing goes on burning the processor
    assert ("values    [1]\n" in verdict.message) == (yours is for_ever_in_the_second_case)


def test_code_that_cannot_be_stopped_is_left_behind(time_is_up):
    released = threading.Event()
    verdict = TASK.judge(lambda values, offset: time_is_up.set() or released.wait(LONG))
    assert "still running after 2 seconds" in verdict.message
    released.set()


@pytest.mark.skipif(os.name != "posix", reason="an interrupt cannot be sent here")
def test_the_learner_may_stop_the_check():
    ran_in = []

    def yours(values, offset):
        ran_in.append(threading.current_thread())
        os.kill(os.getpid(), signal.SIGINT)
        for_ever(lambda: None)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background a shell lets it be ignored
    try:
        assert TASK.judge(yours).message == "9.1: you stopped the check."
    finally:
        signal.signal(signal.SIGINT, before)
    ran_in[0].join(LONG)
    assert len(ran_in) == 1 and not ran_in[0].is_alive()
