"""A sandbox: where a learner's code runs with a time limit, so that an endless loop ends.

The work runs in a thread of its own and is stopped from outside; this needs no signals, so it is the same on every
platform and in a widget's callback. Code that never comes back to Python (a long sleep) cannot be stopped; its
thread is left behind and ends with the kernel.
"""

import contextvars
import ctypes
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
TRIES = 10  # at stopping what does not want to be stopped, a tenth of a second each


class OutOfTime(SystemExit):
    """The work did not end in time.

    Not an `Exception`, because `except Exception` in the learner's own loop must not swallow it; a `SystemExit`,
    because that is the one exception Python does not report when it ends a thread.
    """


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work()` returns, or raises; `OutOfTime` if it has not ended after `seconds`."""
    outcome: list[tuple[Any, BaseException | None]] = []

    def run() -> None:
        try:
            outcome.append((work(), None))
        except BaseException as error:
            outcome.append((None, error))

    context = contextvars.copy_context()  # carries settings such as np.errstate into the thread
    thread = threading.Thread(target=context.run, args=(run,), daemon=True)
    try:
        thread.start()
        thread.join(seconds)
    finally:  # also when the learner presses stop
        _stop(thread)
    value: Any
    value, error = outcome[0] if outcome else (None, OutOfTime())
    if error is not None:
        raise error
    return value


def _stop(thread: threading.Thread) -> None:
    """Raise `OutOfTime` inside `thread` until it ends: a bare `except:` may swallow the first few."""
    for _ in range(TRIES):
        if not thread.is_alive():
            return
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(OutOfTime))
        thread.join(0.1)
