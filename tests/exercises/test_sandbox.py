"""The sandbox gives back what the work gives, and ends what does not end."""

import contextvars
import threading
import time

import numpy as np
import pytest

from course_lib.exercises import sandbox
from course_lib.exercises.sandbox import OutOfTime, within

LONG = 600  # seconds: only a test that would hang meets it


@pytest.fixture(autouse=True)
def time_is_up():
    """Here the limit itself is tried, on a real clock."""


def test_the_value_comes_back():
    assert within(LONG, lambda: 42) == 42
    assert within(LONG, lambda: None) is None


def test_the_exception_comes_back():
    with pytest.raises(ZeroDivisionError):
        within(LONG, lambda: 1 / 0)


def test_settings_of_the_caller_hold_inside():
    variable = contextvars.ContextVar("variable", default="outside")
    variable.set("carried")
    assert within(LONG, variable.get) == "carried"
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        within(LONG, lambda: np.float64(1.0) / np.float64(0.0))


def test_a_bare_except_does_not_keep_the_loop_alive(monkeypatch):
    def stubborn():
        refused = 0
        while refused < 3:
            try:
                while True:
                    time.sleep(0.001)
            except:  # noqa: E722  what a learner may well write
                refused += 1

    def work():
        ran_in.append(threading.current_thread())
        stubborn()
        while True:
            time.sleep(0.001)

    ran_in = []
    monkeypatch.setattr(sandbox, "TRIES", 10_000)
    with pytest.raises(OutOfTime):
        within(0.1, work)
    assert not ran_in[0].is_alive()


def test_it_works_in_a_thread_of_a_widget():
    seen = []

    def loop():
        while True:
            pass

    def callback():
        try:
            within(0.1, loop)
        except OutOfTime:
            seen.append("stopped")

    thread = threading.Thread(target=callback)
    thread.start()
    thread.join()
    assert seen == ["stopped"]


def test_many_short_pieces_of_work_near_the_limit():
    """Work that ends just as it is stopped either counts or is out of time, and disturbs nobody later."""
    outcomes = set()
    for _ in range(60):
        try:
            outcomes.add(within(0.002, lambda: time.sleep(0.002) or "done"))
        except OutOfTime:
            outcomes.add("out of time")
    assert outcomes <= {"done", "out of time"}
    assert within(LONG, lambda: "fine") == "fine"
