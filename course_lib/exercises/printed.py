"""What a learner's function prints while it is checked: shown, but only the beginning of it.

A loop that prints fills a browser within seconds, and a server that then cuts the output off cuts off the verdict too.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

MOST = 2_000  # characters


def say(text: object) -> None:
    """Print, whatever the terminal can show: an error's text may hold half a character, and a console know no √."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(str(text).encode(encoding, errors="replace").decode(encoding))


class Tap:
    """Passes on to `stream` what is written: the first `MOST` characters and, once `open` was called, everything."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self.dropped = stream, 0
        self._left: int | None = MOST

    def write(self, text: str) -> int:
        shown = text if self._left is None else text[: self._left]
        if self._left is not None:
            self._left -= len(shown)
            self.dropped += len(text) - len(shown)
        if shown:
            self._stream.write(shown)
        return len(text)

    def open(self) -> None:
        """Pass on everything from now on: a thread that was left behind may hold this tap for good."""
        self._left = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def only_the_beginning() -> Iterator[None]:
    """Show at most `MOST` characters of what is printed inside, and say how many are missing."""
    taps = Tap(sys.stdout), Tap(sys.stderr)
    try:
        with redirect_stdout(taps[0]), redirect_stderr(taps[1]):
            yield
    finally:
        for tap in taps:
            tap.open()
        if dropped := sum(tap.dropped for tap in taps):
            print(f"\n… and {dropped} more characters, which are not shown.")
