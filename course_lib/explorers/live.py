"""An explorer whose experiment trains before the learner's eyes: it pulls frames from a generator, one at a time.

The viewer sets the pace. In a notebook the page asks for every frame (see `live_panel`), so that training stops when
nobody looks; without a page nothing runs at all, and the explorer shows a fixed number of frames like any picture.
"""

import logging
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from itertools import islice
from typing import Any, Self

from course_lib.explorers.controls import Control
from course_lib.explorers.explorer import Explorer, Settings, one_blas_thread, usual_arithmetic
from course_lib.plots.picture import Picture


class LiveExplorer(Explorer):
    """`frames(**settings)` trains and yields a result per frame; `picture().update(result)` draws it.

    frames    generator function: the first frame is the untrained state; `changes = yield frame` hands in the controls
              of `during` moved since, as a dict or None; it returns when training is over or has diverged
    during    names of the controls that act while training runs; moving any other begins a new run
    preview   how many frames after the first are run for the picture that is there before anybody presses Play
    draft     how many of them while a slider is dragged; all if None
    foreword  what is said before the words of that picture; {preview} in it is how many frames it stands for
    before    settings of `frames` that no control moves, for the preview alone
    options   linked and first, as for every explorer

    Until `step` is called the explorer is one like all others, with the preview as its experiment. From then on there
    is a live run: `result` is its present frame, `set` does what the hand does, `reset` ends it.
    """

    def __init__(
        self,
        name: str,
        frames: Callable[..., Any],
        picture: type[Picture],
        controls: Sequence[Control],
        presets: Mapping[str, Settings] | None = None,
        start: Settings | None = None,
        *,
        during: Sequence[str] = (),
        preview: int = 20,
        draft: int | None = None,
        foreword: str = "",
        before: Settings | None = None,
        **options: Any,
    ) -> None:
        few = {"preview": draft} if draft else None
        super().__init__(name, self._preview, picture, controls, presets, start, draft=few, **options)
        self.frames = frames
        self.during = frozenset(during)
        self.preview, self.foreword, self.before = preview, foreword, dict(before or {})
        self.over = False  # the run has come to its end by itself
        self._training: Generator[Any, Settings | None, None] | None = None
        self._changes: Settings = {}

    @property
    def is_live(self) -> bool:
        """Whether the picture is that of a live run, not the preview."""
        return self._training is not None

    @property
    def text(self) -> str:
        return self._said(super().text)

    def description(self) -> str:
        return self._said(super().description())

    def _said(self, words: str) -> str:
        if self.is_live or not self.foreword:
            return words
        shown = self.draft.get("preview", self.preview) if self._is_draft else self.preview
        return f"{self.foreword.format(preview=shown)} {words}"

    def step(self) -> bool:
        """One more frame, or the first of a new run. Returns whether there may be another.

        Never raises: when training fails, `message` says so, and the last good picture stays.
        """
        with self._lock:
            if self._training is None or self.over:
                return self.restart()
            training, changes, self._changes = self._training, self._changes, {}
            return self._pull(lambda: training.send(changes))

    def restart(self) -> bool:
        """A new run with the present settings, at its first frame. Returns whether there may be another."""
        with self._lock:
            self._end()
            self._moves += 1  # what still refines a preview must not take the place of the run
            return self._pull(self._first)

    def set(self, **settings: Any) -> Self:
        """Move controls from code, exactly as by hand: in a live run some act at the next frame, others begin anew."""
        with self._lock:
            if self._training is None:
                return super().set(**settings)
            self._move(self._checked(self.settings, settings))
        return self

    def reset(self) -> Self:
        """End the live run and show the preview of the settings the explorer was made with."""
        with self._lock:
            self._end()
            if self._panel is not None:
                self._panel.pause()
            return super().set(**self._start)

    def preset(self, label: str) -> Self:
        """What the button `label` does; in a live run it begins a new one."""
        with self._lock:
            if self._training is None or label not in self.presets:
                return super().preset(label)
            self._show(self._checked(self.settings, {**self._start, **self.presets[label]}))
            self.restart()
        return self

    def drag(self, settings: Settings) -> bool:
        with self._lock:
            if self._training is None:
                return super().drag(settings)
            try:
                self._move(self._checked(self.settings, settings))
            except ValueError as error:
                self.message = str(error)
            return False

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_training": None, "_changes": {}, "over": False}

    def close(self, leave_picture: bool = False) -> None:
        with self._lock:
            self._end()
        super().close(leave_picture)

    def _move(self, wanted: Settings) -> None:
        moved = {name: value for name, value in wanted.items() if value != self.settings[name]}
        self._show(wanted)
        if moved.keys() <= self.during:
            self._changes.update(moved)
        else:
            self.restart()

    def _show(self, wanted: Settings) -> None:
        self._moves += 1
        self.settings, self.message = wanted, ""
        if self._panel is not None:
            self._panel.show_settings()

    def _first(self) -> Any:
        self._training = training = self.frames(**self.settings)
        return next(training)

    def _pull(self, ask: Callable[[], Any]) -> bool:
        """Ask the run for a frame and draw it."""
        try:
            with one_blas_thread(), usual_arithmetic():
                frame = ask()
        except StopIteration:
            self.over = True
            self.message = "This run is over; Restart begins a new one."
            return False
        except ValueError as error:
            return self._failed(str(error))
        except Exception as error:  # a defect of ours must not become a traceback under a button
            logging.getLogger(__name__).exception("%s failed at %s", self.name, self.settings)
            return self._failed(f"Training failed ({type(error).__name__}: {error}).")
        except KeyboardInterrupt:
            return self._failed("Interrupted in the middle of an update.")
        self._accept(frame, draft=False)
        return True

    def _failed(self, sentence: str) -> bool:
        self.over = True
        self.message = f"{sentence} The last good picture stays; Restart begins a new run."
        return False

    def _end(self) -> None:
        if self._training is not None:
            self._training.close()
        self._training, self._changes, self.over = None, {}, False

    def _preview(self, preview: int | None = None, **settings: Any) -> Any:
        run = self.frames(**settings, **self.before)
        return deque(islice(run, (preview or self.preview) + 1), maxlen=1).pop()

    def _make_panel(self) -> Any:
        from course_lib.explorers.live_panel import LivePanel

        return LivePanel(self)
