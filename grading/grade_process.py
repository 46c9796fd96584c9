"""The other end of `grade_worker`: starts a process for one student's answer, talks with it, and ends it."""

import base64
import io
import json
import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import numpy as np

WORKER = Path(__file__).with_name("grade_worker.py")
LONGEST_REPLY = 50_000_000  # characters


class Stopped(Exception):
    """The student's process ended, or said nothing in time."""


class Worker:
    """A process with one student's answer to one exercise; a context manager."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True)
        home = self._folder.name
        kept = ("PATH", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONPATH", "LANG")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {"HOME": home, "TMPDIR": home, "COURSE_LIB_PROGRESS": os.path.join(home, "progress")}
        environment |= dict.fromkeys(("PYTHONDONTWRITEBYTECODE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self._process: Any = subprocess.Popen(
            [sys.executable, "-X", "utf8", str(WORKER)],
            cwd=home,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name == "posix",
        )
        self._replies: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def _listen(self) -> None:
        while line := self._process.stdout.readline(LONGEST_REPLY):
            self._replies.put(line)
        self._replies.put(b"")

    def say(self, message: dict[str, Any]) -> None:
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise Stopped("Its process ended without an answer.") from None

    def hear(self, seconds: float) -> dict[str, Any]:
        """The next message. The wait is in small pieces, so that the judge's own time limit can end it."""
        for _ in range(int(seconds / 0.05)):
            try:
                line = self._replies.get(timeout=0.05)
            except queue.Empty:
                continue
            try:
                message = json.loads(line)
            except ValueError:
                message = None
            if not isinstance(message, dict):
                raise Stopped("Its process ended without an answer (too much memory or time, or an exit).")
            return message
        raise Stopped(f"It was still running after {seconds:g} seconds and was stopped.")

    def call(self, number: int, arguments: tuple, seconds: float) -> dict[str, Any]:
        """Call a function there. While it runs it may call those among its arguments that are functions here."""
        here = [one for one in arguments if _stays_here(one)]
        sent = [{"function": here.index(one)} if _stays_here(one) else _pickled(one) for one in arguments]
        self.say({"call": number, "arguments": sent})
        while "callback" in (message := self.hear(seconds)):
            try:
                given = [self._received(one, seconds) for one in message["arguments"]]
                self.say(_pickled(here[message["callback"]](*given)))
            except Stopped:
                raise
            except Exception as error:
                self.say({"raised": type(error).__name__, "text": str(error)})
        return message

    def _received(self, argument: dict[str, Any], seconds: float) -> Any:
        if "array" in argument:
            return unpacked(argument["array"])
        return lambda *given: unpacked(self.call(int(argument["function"]), given, seconds)["value"])

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):  # it has ended by itself
            if os.name == "posix":
                os.killpg(self._process.pid, 9)
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()
        self._folder.cleanup()


def _stays_here(argument: Any) -> bool:
    return callable(argument) and not isinstance(argument, type)


def _pickled(value: Any) -> dict[str, str]:
    """For the way there only: nothing that comes back is ever unpickled."""
    return {"pickle": base64.b64encode(pickle.dumps(value)).decode()}


def unpacked(text: str) -> np.ndarray:
    return np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False)
