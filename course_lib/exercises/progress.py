"""The learner's progress: a small SQLite file on this computer, and nowhere else.

A row is one attempt: an exercise solved, a question answered, a reason written down. SQLite writes a row whole or not
at all, even if the kernel dies in the middle of it, and lets two notebooks write in turn.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import astuple, dataclass, field, fields
from datetime import UTC, datetime
from importlib import metadata
from itertools import count
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

VARIABLE = "COURSE_LIB_PROGRESS"  # names another file
PATIENCE = 20.0  # seconds to wait for another notebook that writes
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True)
class Attempt:
    """`time` is UTC in ISO 8601; `answer` is the letter chosen, or what was written; `sure` is 0, 1 or 2."""

    time: str
    kind: str  # exercise, prediction, review, why
    item: str
    answer: str | None = None
    correct: bool | None = None
    sure: int | None = None
    version: str | None = None  # of the course


NAMES = tuple(field.name for field in fields(Attempt))
SELECT = f"SELECT {', '.join(NAMES)} FROM attempts"
INSERT = f"INSERT OR IGNORE INTO attempts ({', '.join(NAMES)}) VALUES ({', '.join('?' * len(NAMES))})"
# The same attempt is written once, however often it is tried.
CREATE = f"CREATE TABLE attempts ({', '.join(NAMES)}, UNIQUE (time, kind, item))"


@dataclass
class Progress:
    """All attempts, the oldest first."""

    attempts: list[Attempt] = field(default_factory=list)

    @property
    def solved(self) -> set[str]:
        """Ids of the exercises that are solved."""
        return {one.item for one in self.attempts if one.kind == "exercise" and one.correct}

    @property
    def first(self) -> dict[str, Attempt]:
        """The first answer to each question before its experiment: only that one is a prediction."""
        return {one.item: one for one in reversed(self.attempts) if one.kind == "prediction"}


class ProgressFile:
    """Reads and adds; what the file does not take is kept in memory and tried again, with a sentence in `notes`."""

    def __init__(self, path: str | os.PathLike | None = None) -> None:
        self._given = path
        self._waiting: list[Attempt] = []  # attempts that the file has not taken
        self._said: set[str] = set()
        self._lock = threading.RLock()  # buttons call from a thread of their own
        self.notes: list[str] = []
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def path(self) -> Path:
        return self._place.with_suffix(".sqlite")

    @property
    def old(self) -> Path:
        """The file of an earlier version of the course: one line of JSON for each event."""
        return self._place if self._place.suffix != ".sqlite" else self._place.with_suffix(".jsonl")

    @property
    def _place(self) -> Path:
        if given := self._given or os.environ.get(VARIABLE):
            place = Path(given).expanduser()
            return place if place.name else place / "progress"
        from platformdirs import user_data_path

        return user_data_path("course_lib", appauthor=False) / "progress.sqlite"

    def read(self) -> Progress:
        with self._lock:
            rows = dict.fromkeys([*self._stored(), *self._waiting])
        return Progress(sorted(rows, key=lambda one: one.time))

    def add(
        self, kind: str, item: str, answer: str | None = None, correct: bool | None = None, sure: int | None = None
    ) -> None:
        attempt = Attempt(self.now().isoformat(), kind, item, answer, correct, sure, _version())
        with self._lock:
            self._waiting.append(attempt)
            try:
                self._write()
            except (OSError, sqlite3.Error) as error:
                self._say(f"Your progress cannot be saved in {self.path} ({error}); it is kept until the kernel stops.")

    def solve(self, id: str) -> None:
        """Only the first time counts."""
        with self._lock:
            if id not in self.read().solved:
                self.add("exercise", id, correct=True)

    def forget(self) -> int:
        """Delete every attempt, the files of earlier versions and the damaged ones too; return how many there were."""
        with self._lock:
            attempts = len(self.read().attempts)
            self._waiting.clear()
            for path in self.path.parent.glob(f"{self.path.name}*"):
                path.unlink()
            if _from_old(self.old):
                self.old.unlink()
        return attempts

    def take_notes(self) -> list[str]:
        """The sentences not yet told, each of them once."""
        notes, self.notes = self.notes, []
        return notes

    def _write(self) -> None:
        self._do(lambda file: file.executemany(INSERT, map(astuple, self._waiting)))
        self._waiting.clear()

    def _stored(self) -> list[Attempt]:
        if not os.path.exists(self.path) and not os.path.exists(self.old):
            return []  # looking does not make a file
        try:
            return self._do(lambda file: _attempts(file.execute(SELECT)))
        except (OSError, sqlite3.Error) as error:
            if not os.path.exists(self.path):
                return _from_old(self.old)
            self._say(f"Your progress in {self.path} cannot be read ({error}).")
            return _readable(self.path)[0]

    def _do(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `action`, in one transaction; a damaged file is mended first."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(4):  # once, unless the file is damaged and other notebooks mend it too
            before = self.path.stat() if os.path.exists(self.path) else None
            try:
                with closing(_opened(self.path)) as file:
                    if not _columns(file).issuperset(NAMES):
                        self._begin(file)
                    with file:
                        result = action(file)
                if before is None or os.path.samestat(before, self.path.stat()):
                    return result
            except FileNotFoundError:  # another notebook moved it aside, perhaps before `action` was done
                continue
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in DAMAGED:
                    raise
                self._mend()
        raise sqlite3.OperationalError("the file is damaged")

    def _begin(self, file: sqlite3.Connection) -> None:
        """A new file starts with what the old one holds; one of another version gets the columns of this one."""
        with file:
            file.execute("BEGIN IMMEDIATE")
            there = _columns(file)  # another notebook may have been quicker
            if not there:
                file.execute(CREATE)
                file.executemany(INSERT, map(astuple, _from_old(self.old)))
            for name in NAMES:
                if there and name not in there:
                    file.execute(f"ALTER TABLE attempts ADD COLUMN {name}")

    def _mend(self) -> None:
        """Move a damaged file aside.  What can be read of it waits for the new one."""
        with closing(_opened(self.path.with_name(f"{self.path.name}.mending"))) as alone:
            alone.execute("BEGIN EXCLUSIVE")  # a lock that goes with the process
            attempts, whole = _readable(self.path)
            if whole:
                return  # another notebook has mended it meanwhile
            names = (self.path.with_name(f"{self.path.name}.damaged{number or ''}") for number in count())
            aside = next(name for name in names if not name.exists())
            journal = self.path.with_name(f"{self.path.name}-journal")
            if journal.exists():  # it belongs to the damaged file
                os.replace(journal, f"{aside}-journal")
            os.replace(self.path, aside)
            self._waiting[:0] = attempts
            with closing(_opened(self.path)) as file:
                self._begin(file)  # before another notebook looks whether all is well
        self._say(
            f"The progress file was damaged: {len(attempts)} entries could be read and were kept. "
            f"The damaged file is now {aside}."
        )
        self._write()

    def _say(self, note: str) -> None:
        if note not in self._said:
            self._said.add(note)
            self.notes.append(note)


def _opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=PATIENCE)
    file.text_factory = lambda data: data.decode(errors="replace")
    return file


def _columns(file: sqlite3.Connection) -> set[str]:
    return {row[1] for row in file.execute("PRAGMA table_info(attempts)")}


def _attempts(rows: Iterable[tuple]) -> list[Attempt]:
    return [Attempt(*row) for row in rows if all(isinstance(text, str) for text in row[:3])]


def _readable(path: Path) -> tuple[list[Attempt], bool]:
    """What can be read from the front and from the back, and whether the file is whole."""
    attempts: dict[Attempt, None] = {}
    whole = True
    for query in (SELECT, f"{SELECT} ORDER BY rowid DESC"):
        try:
            with closing(_opened(path)) as file:
                for row in file.execute(query) if _columns(file) else ():
                    attempts.update(dict.fromkeys(_attempts([row])))
                whole &= file.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        except sqlite3.Error:
            whole = False
    return list(attempts), whole


def _from_old(path: Path) -> list[Attempt]:
    """The events of an old file, all at the time of its last change.  A line that is none of them is passed over."""
    try:
        time = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    attempts = []
    for line in lines:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and isinstance(event.get("solved"), str):
            attempts.append(Attempt(time, "exercise", event["solved"], correct=True))
        if isinstance(event, dict) and isinstance(event.get("predicted"), str):
            attempts.append(Attempt(time, "prediction", event["predicted"], correct=event.get("right") is True))
    return attempts


def _version() -> str | None:
    try:
        return metadata.version("course-lib")
    except metadata.PackageNotFoundError:
        return None
