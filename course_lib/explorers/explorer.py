"""An explorer is an experiment, a picture and some controls.

It holds the settings, asks the experiment for the result, and lets the picture draw it. By hand the sliders move it, by
code `set` and `reset` do the same. Where there is a kernel it shows live widgets (see `panel`), elsewhere its picture.
"""

import copy
import html
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Self

import numpy as np

from course_lib import stills
from course_lib.explorers.controls import Control
from course_lib.plots.picture import Picture
from course_lib.registry import registered

Settings = dict[str, Any]


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()  # looks through all loaded libraries, so once is enough


def one_blas_thread() -> AbstractContextManager:
    """A context in which matrix products use one thread.

    Kernel and browser share the cores. With one core busy, a product on two threads takes up to five times longer
    than on one, because each half waits for the other.
    """
    return _blas().limit(limits=1, user_api="blas")


def usual_arithmetic() -> AbstractContextManager:
    """A context in which NumPy takes overflow and the like as it does by default, whatever the learner has set."""
    return np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")


class Explorer:
    """`experiment(**settings)` gives a result, `picture().update(result)` draws it, `controls` move the settings.

    name        as the factory function is called; used in the text form
    experiment  pure function; a `ValueError` it raises is shown as one sentence and the last good picture stays
    picture     the class of the picture; it is built when first needed
    controls    one per argument the learner can move
    presets     button text -> settings
    start       settings of the controls that do not start at their defaults
    draft       settings that replace the learner's while a slider is dragged (fewer samples, say); at rest the full
                experiment is run
    linked      `linked(settings, changed) -> settings to adjust`, for controls that depend on each other; `changed` is
                the set of names just moved
    first       how many of the controls stand open; the others fold behind a button (None: all are open)
    """

    def __init__(
        self,
        name: str,
        experiment: Callable[..., Any],
        picture: type[Picture],
        controls: Sequence[Control],
        presets: Mapping[str, Settings] | None = None,
        start: Settings | None = None,
        *,
        draft: Settings | None = None,
        linked: Callable[[Settings, set[str]], Settings] | None = None,
        first: int | None = None,
    ) -> None:
        self.name = name
        self.experiment = experiment
        self.controls = registered(controls, "name")
        self.presets = dict(presets or {})
        self.draft = dict(draft or {})
        self.first = first
        self._linked = linked
        self._make_picture = picture
        self._picture: Picture | None = None
        self._lock = threading.RLock()  # sliders call from a thread of their own (ipykernel 7)
        self._moves = 0
        self._result: Any = None
        self._is_draft = False
        self._panel: Any = None
        self.message = ""
        self._defaults = {control.name: control.default for control in controls}
        self._start = self._checked(dict(self._defaults), start or {})
        self.settings = dict(self._start)

    def set(self, **settings: Any) -> Self:
        """Move controls from code, exactly as by hand; returns the explorer.

        A name or value that does not fit raises `ValueError` and changes nothing.
        """
        with self._lock:
            wanted = self._checked(self.settings, settings)
            result = self._run(wanted)
            self._moves += 1
            self.settings = wanted
            if self._panel is not None:
                self._panel.show_settings()
            self._accept(result, draft=False)
        return self

    def reset(self) -> Self:
        """Back to the settings the explorer was made with."""
        return self.set(**self._start)

    def preset(self, label: str) -> Self:
        """What the button `label` does: the settings it names, everything else as at the start."""
        if not isinstance(label, str) or label not in self.presets:
            raise ValueError(f"There is no preset {label!r}; there are: {', '.join(self.presets) or 'none'}.")
        return self.set(**{**self._start, **self.presets[label]})

    @property
    def result(self) -> Any:
        """The full result for the present settings (never a draft)."""
        with self._lock:
            if self._result is None or self._is_draft:
                self._accept(self._run(self.settings), draft=False)
            return self._result

    @property
    def picture(self) -> Picture:
        """The picture of the present result."""
        with self._lock:
            if self._picture is None:
                result = self.result
                self._picture = self._make_picture().update(result)
            return self._picture

    @property
    def text(self) -> str:
        """What the picture of the full result shows, in words and numbers."""
        return self.picture.caption(self.result)

    def description(self) -> str:
        """The same of what is drawn now, which may be a draft."""
        return self.picture.caption(self._result)

    def drag(self, settings: Settings) -> bool:
        """A learner moves controls: draw a draft at once. Returns whether `settle` should follow when the hand rests.

        Never raises: what is wrong becomes `message`, and the last good picture stays.
        """
        with self._lock:
            self._moves += 1
            move = self._moves
            try:
                before, wanted = self.settings, self._checked(self.settings, settings)
            except ValueError as error:
                self.message = str(error)
                return False
            self.settings, self._is_draft = wanted, True  # until it is drawn, `result` must not hand out the old one
            if self._panel is not None and set(settings) != {k for k, v in wanted.items() if before[k] != v}:
                self._panel.show_settings()  # a linked control moved as well
        result, message = self._tried({**wanted, **self.draft})
        with self._lock:
            if move != self._moves:  # a later move has been drawn meanwhile: it wins
                return False
            if message:
                self.message = message
            else:
                self._accept(result, draft=bool(self.draft))
            return bool(self.draft) and not message

    def settle(self) -> bool:
        """Replace the draft by the full result, unless another move came first. Returns whether it did."""
        with self._lock:
            move, wanted = self._moves, dict(self.settings)
        result, message = self._tried(wanted)  # outside the lock, so that a new drag need not wait
        with self._lock:
            if move != self._moves or message:
                return False
            self._accept(result, draft=False)
            return True

    def close(self, leave_picture: bool = False) -> None:
        """Let go of widgets and pixels; the settings stay, and showing the explorer again rebuilds both.

        `leave_picture` leaves the last picture on the pages that show it.
        """
        with self._lock:
            panel, self._panel = self._panel, None
            if panel is not None:
                panel.leave() if leave_picture else panel.close()
            self._picture = self._result = None

    def __getstate__(self) -> dict[str, Any]:
        # a copy or a pickle has the settings, and draws for itself
        shown = dict.fromkeys(("_lock", "_picture", "_panel", "_result"))
        return {**vars(self), **shown, "_is_draft": False, "message": ""}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.RLock())

    def __copy__(self) -> Self:
        return copy.deepcopy(self)  # the experiment may be a method of this very explorer

    def _checked(self, before: Settings, changes: Settings) -> Settings:
        """`before` with `changes` made and linked controls adjusted."""
        unknown = [name for name in changes if name not in self.controls]
        if unknown:
            raise ValueError(f"{self.name} has no control {unknown[0]!r}; it has: {', '.join(self.controls)}.")
        after = {**before, **{name: self.controls[name].check(value) for name, value in changes.items()}}
        if self._linked is not None:
            after.update(self._linked(after, set(changes)))
        return after

    def _run(self, settings: Settings) -> Any:
        with one_blas_thread(), usual_arithmetic():
            return self.experiment(**settings)

    def _tried(self, settings: Settings) -> tuple[Any, str]:
        """The result and no message, or no result and what was wrong."""
        try:
            return self._run(settings), ""
        except ValueError as error:
            return None, str(error)
        except Exception as error:  # a defect of ours must not become a traceback under a slider
            logging.getLogger(__name__).exception("%s failed at %s", self.name, settings)
            return None, f"This setting failed ({type(error).__name__}: {error}). The last good picture stays."

    def _accept(self, result: Any, draft: bool) -> None:
        """Take `result` as the present one, draw it where it is looked at, and tell the panel."""
        self._result, self._is_draft = result, draft
        self.message = ""
        if self._picture is not None:
            self._picture.update(result)
        if self._panel is not None:
            self._panel.show_result()

    def _make_panel(self) -> Any:
        from course_lib.explorers.panel import Panel

        return Panel(self)

    def __repr__(self) -> str:
        moved = {name: value for name, value in self.settings.items() if value != self._defaults[name]}
        linked = self._checked(self._defaults, moved)  # a control that another one would take along is said, too
        moved = {name: value for name, value in self.settings.items() if name in moved or value != linked[name]}
        return f"{self.name}({', '.join(f'{name}={_short(value)}' for name, value in moved.items())})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Live widgets where a kernel runs; the picture with alternative text and stable plain text everywhere."""
        from course_lib.explorers.panel import kernel_is_running
        from course_lib.explorers.strip import with_strip

        with self._lock:
            bundle: dict[str, Any] = {
                "text/plain": repr(self),
                "image/png": with_strip(self.picture.png(), self.picture.style),
            }
            metadata = {"image/png": {"alt": html.escape(f"{self.text} {stills.PICTURE}", quote=True)}}
            if kernel_is_running():
                if self._panel is None:
                    self._panel = self._make_panel()
                bundle["application/vnd.jupyter.widget-view+json"] = self._panel.view()
        return bundle, metadata


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else repr(value)
