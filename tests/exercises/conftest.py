"""No test may touch the progress of whoever runs it, and no check is stopped because the machine is busy."""

import threading
import time
from types import SimpleNamespace

import pytest

from course_lib.exercises import sandbox

LONG = 600  # seconds: only a test that would hang meets it


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("COURSE_LIB_PROGRESS", str(path))
    return path


@pytest.fixture(autouse=True)
def time_is_up(monkeypatch):
    """An event: when it is set, the time of the check that runs is up, whatever the exercise's limit."""
    up = threading.Event()

    class Thread(threading.Thread):
        def join(self, timeout=None):
            end = time.monotonic() + LONG
            while self.is_alive() and not up.is_set() and time.monotonic() < end:
                super().join(0.02)
            super().join(timeout if up.is_set() else 0)

    monkeypatch.setattr(sandbox, "threading", SimpleNamespace(Thread=Thread))
    return up
