"""The process in which a student's code runs: it answers in JSON lines, and is believed in nothing but numbers.

The reference answers are computed elsewhere and never come here, nor does the verdict: this process gets the arguments
of a case and returns what the student's function made of them. An argument that is a function stays on the other side
and is called from here by its number; so is a function that the student's code hands over.
"""

import base64
import builtins
import ctypes
import inspect
import io
import json
import linecache
import os
import pickle
import sys
import traceback
from contextlib import suppress
from typing import Any

MEMORY = 4 << 30  # bytes of address space; NumPy's own libraries reserve a part
FILE = 10 << 20  # bytes of the largest file
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def confine(seconds: int) -> None:
    """Limits that the system keeps, where it can: time, memory, file size, and no network."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, value in {"CPU": seconds, "AS": MEMORY, "FSIZE": FILE, "CORE": 0}.items():
        with suppress(ValueError, OSError):  # a stricter limit stands already, or the system has none of this kind
            resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (value, value))
    with suppress(OSError, AttributeError):  # an empty network of its own: Linux, where users may have one
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)


def load(code: str, id: str) -> Any:
    """Run the student's code and return what it handed to `check`, which here only takes note."""
    import course_lib.exercises

    tutor: Any = course_lib.exercises
    handed: dict[str, Any] = {}
    for name in tutor.__all__:
        setattr(tutor, name, lambda *anything, **named: None)
    tutor.check = lambda id, yours=..., *rest: handed.__setitem__(id, yours)
    linecache.cache["<notebook>"] = (len(code), None, code.splitlines(True), "<notebook>")
    scope = {"__name__": "__main__", "check": tutor.check, "hint": tutor.hint}
    exec(compile(code, "<notebook>", "exec"), scope)
    return handed.get(id, ...)


def about(yours: Any) -> dict[str, Any]:
    """What the judge may know of an answer before it is called."""
    from course_lib.exercises.exercise import is_stub
    from course_lib.exercises.values import shortened

    if yours is None or yours is ...:
        return {"missing": True}
    if not callable(yours):
        return {"not_callable": shortened(yours)}
    try:
        signed = inspect.signature(yours).parameters.values()
        parameters = [(one.name, int(one.kind), one.default is not one.empty) for one in signed]
    except (TypeError, ValueError):
        parameters = None
    return {"parameters": parameters, "stub": is_stub(yours)}


class Side:
    """The two directions of the conversation."""

    def __init__(self, questions: Any, replies: Any) -> None:
        self.questions, self.replies = questions, replies
        self.functions: list[Any] = []  # what may be called from outside; the answer itself is number 0

    def say(self, message: dict[str, Any]) -> None:
        self.replies.write(json.dumps(message) + "\n")
        self.replies.flush()

    def serve(self) -> Any:
        """Answer calls, until what comes is the reply to a question of ours; None at the end."""
        for line in self.questions:
            message = json.loads(line)
            if "call" not in message:
                return message
            self.say(self.call(self.functions[message["call"]], tuple(map(self.received, message["arguments"]))))
        return None

    def received(self, argument: dict[str, Any]) -> Any:
        if "pickle" in argument:
            return pickle.loads(base64.b64decode(argument["pickle"]))
        return lambda *given: self.ask(argument["function"], given)

    def ask(self, number: int, given: tuple) -> Any:
        """What a function on the other side returns."""
        self.say({"callback": number, "arguments": [self.sent(value) for value in given]})
        reply = self.serve() or {"raised": "SystemExit"}
        if "raised" in reply:
            kind = getattr(builtins, reply["raised"], Exception)
            raise kind(reply.get("text", ""))
        return pickle.loads(base64.b64decode(reply["pickle"]))

    def sent(self, value: Any) -> dict[str, Any]:
        if callable(value):
            self.functions.append(value)
            return {"function": len(self.functions) - 1}
        return {"array": packed(value)}

    def call(self, function: Any, arguments: tuple) -> dict[str, Any]:
        """One call: the numbers, or what went wrong, and which arguments were written into."""
        import numpy as np

        from course_lib.exercises.values import numbers

        before = [one.copy() if isinstance(one, np.ndarray) else None for one in arguments]
        try:
            value = function(*arguments)
        except NotImplementedError:
            return {"not_attempted": True}
        except BaseException as error:
            return {"raised": type(error).__name__, "text": str(error)[:200], "line": _line(error)}
        if value is ... or value is NotImplemented:
            return {"not_attempted": True}
        if value is None:
            return {"none": True}
        changed = {
            place: packed(now)
            for place, (now, then) in enumerate(zip(arguments, before))
            if then is not None and not np.array_equal(now, then, equal_nan=True)
        }
        try:
            return {"value": packed(numbers(value)), "changed": changed}
        except ValueError as error:
            return {"unusable": str(error)}


def _line(error: BaseException) -> str:
    own = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<notebook>"]
    return own[-1] if own and own[-1] else ""


def packed(array: Any) -> str:
    import numpy as np

    out = io.BytesIO()
    np.save(out, np.asarray(array), allow_pickle=False)
    return base64.b64encode(out.getvalue()).decode()


def main() -> None:
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what the student prints goes nowhere
    os.dup2(nowhere, 2)
    questions = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.path.pop(0)  # the folder of this file

    side = Side(questions, replies)
    first = json.loads(questions.readline())
    import course_lib.exercises  # noqa: F401  before the limits: it is ours

    confine(int(first["seconds"]))
    try:
        yours = load(first["code"], first["id"])
    except BaseException as error:
        side.say({"failed": f"{type(error).__name__}: {str(error)[:200]}", "line": _line(error)})
        return
    side.functions.append(yours)
    side.say(about(yours))
    side.serve()


if __name__ == "__main__":
    main()
