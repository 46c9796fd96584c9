"""The learner's progress: which exercises are solved and which predictions answered, kept in a file on this computer.

One line of JSON per event, appended in one write. So two notebooks may write at the same time without a lock, and
a line that was cut off by a crash costs nothing but itself.
"""

import errno
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

VARIABLE = "COURSE_LIB_PROGRESS"  # names another file


@dataclass
class Progress:
    """`solved` are ids of exercises; `first` maps a prediction's id to whether the first click was right."""

    solved: set[str] = field(default_factory=set)
    first: dict[str, bool] = field(default_factory=dict)

    def add(self, event: dict) -> None:
        """Take in one event.  What a newer version of the course may have written is passed over."""
        if isinstance(event.get("solved"), str):
            self.solved.add(event["solved"])
        if isinstance(event.get("predicted"), str):
            self.first.setdefault(event["predicted"], event.get("right") is True)


class ProgressFile:
    """Reads and appends; when the file fails, keeps what happens in memory and leaves a sentence in `notes`."""

    def __init__(self, path: str | os.PathLike | None = None) -> None:
        self._path = path
        self._memory: list[dict] = []  # events the file did not take
        self._said: set[str] = set()
        self._lock = threading.RLock()  # buttons call from a thread of their own
        self.notes: list[str] = []

    @property
    def path(self) -> Path:
        return Path(self._path or os.environ.get(VARIABLE) or data_directory() / "progress.jsonl")

    def read(self) -> Progress:
        progress = Progress()
        with self._lock:
            for event in [*self._events(), *self._memory]:
                progress.add(event)
        return progress

    def solve(self, id: str) -> None:
        with self._lock:
            if id not in self.read().solved:
                self._append([{"solved": id}])

    def predict(self, id: str, right: bool) -> None:
        """Only the first answer counts: it is the prediction."""
        with self._lock:
            if id not in self.read().first:
                self._append([{"predicted": id, "right": right}])

    def take_notes(self) -> list[str]:
        """The sentences not yet told, each of them once."""
        notes, self.notes = self.notes, []
        return notes

    def _append(self, events: list[dict]) -> None:
        # The line break comes first: it ends a line that a crash may have left unfinished.
        data = "".join("\n" + json.dumps(event) for event in events).encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            for _ in range(3):  # once, unless another notebook is mending the file
                if self._written(data):
                    break
        except OSError as error:
            self._memory += events
            self._say(
                f"Your progress cannot be saved in {self.path} ({error.strerror}); it is kept until the kernel stops."
            )

    def _written(self, data: bytes) -> bool:
        """False if another notebook moved the file aside meanwhile: then it may have been read before `data` came."""
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
        try:
            with _alone(file):
                if os.write(file, data) < len(data):  # a disk that became full
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return os.path.samestat(os.fstat(file), os.stat(self.path))
        except FileNotFoundError:
            return False
        finally:
            os.close(file)

    def _events(self) -> list[dict]:
        try:
            events, damaged = _parse(self.path.read_bytes())
        except FileNotFoundError:
            return []
        except OSError as error:
            self._say(f"Your progress in {self.path} cannot be read ({error.strerror}).")
            return []
        return self._without_damage(events) if damaged else events

    def _without_damage(self, events: list[dict]) -> list[dict]:
        """Start a new file from the good lines of a damaged one, which is kept under another name."""
        try:
            aside = self._moved_aside()
            events, damaged = _parse(aside.read_bytes())  # again: another notebook may have appended meanwhile
        except FileNotFoundError:  # another notebook is doing the same
            return events
        except OSError as error:
            self._say(f"The progress file {self.path} is damaged and cannot be moved aside ({error.strerror}).")
            return events
        if events:
            self._append(events)
        if damaged:
            self._say(
                f"The progress file was damaged: {len(events)} entries were kept, {damaged} could not be read. "
                f"The damaged file is now {aside}."
            )
        else:  # another notebook has mended it before
            aside.unlink()
        return events

    def _moved_aside(self) -> Path:
        """The file under a name that nobody else has, not even another notebook that does the same right now."""
        for number in count():
            aside = self.path.with_name(f"{self.path.name}.damaged{number or ''}")
            try:
                os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
                break
            except FileExistsError:
                continue
        try:
            os.replace(self.path, aside)
        except OSError:
            aside.unlink()
            raise
        return aside

    def _say(self, note: str) -> None:
        if note not in self._said:
            self._said.add(note)
            self.notes.append(note)


@contextmanager
def _alone(file: int) -> Iterator[None]:
    """On Windows appending is two steps, seeking and writing: another notebook waits until both are done."""
    if sys.platform != "win32":
        yield
        return
    import msvcrt

    far = 2**31 - 2  # behind everything that is read, since nobody reads what is locked
    os.lseek(file, far, os.SEEK_SET)
    msvcrt.locking(file, msvcrt.LK_LOCK, 1)
    try:
        yield
    finally:
        os.lseek(file, far, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)


def data_directory() -> Path:
    """Where this platform wants an application to keep a user's data."""
    home = Path(os.path.expanduser("~"))  # unlike Path.home(), never raises
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or home / ".local" / "share"
    return Path(base) / "course_lib"


def _parse(data: bytes) -> tuple[list[dict], int]:
    """The events in `data`, and how many lines hold none."""
    events, damaged = [], 0
    for line in data.decode(errors="replace").splitlines():
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            event = None
        if isinstance(event, dict):
            events.append(event)
        else:
            damaged += 1
    return events, damaged
