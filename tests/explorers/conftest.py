"""A hand rests when a test says so, not when a clock does: what a test sees of a draft depends on no busy processor."""

import threading

import pytest

from course_lib.explorers import panel

NEVER = 86400.0  # seconds


@pytest.fixture(autouse=True)
def resting(monkeypatch):
    """No draft settles by itself; `resting(panel)` does now what the timer of the last move would do."""
    monkeypatch.setattr(panel, "REST", NEVER)

    def rest(shown):
        shown._timer.cancel()
        shown._timer.function()

    yield rest
    for one in threading.enumerate():
        if isinstance(one, threading.Timer) and one.interval == NEVER:
            one.cancel()
