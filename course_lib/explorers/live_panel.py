"""The widgets of a live explorer: those of every explorer, and buttons to play, pause, step and restart.

The clock is in the page: an `ipywidgets.Play`, kept out of sight, asks for every frame, and does not ask again before
the last one has come. So training stops when the page is left, sliders are heard between two frames, and no thread of
ours runs on in the kernel.
"""

from __future__ import annotations

import signal
import time
import weakref
from typing import Any

import ipywidgets as widgets

from course_lib.explorers.panel import Panel

INTERVAL = 50  # milliseconds between two frames at least: 20 a second, and the browser keeps time to paint
LEASE = 40  # frames a page may ask for without an answer: then its clock stops by itself, the kernel is not there
ASLEEP = 2.0  # seconds without a question after which the page counts as gone
PLAYING = "Running. Pause it to read the numbers."

_playing: weakref.WeakSet[LivePanel] = weakref.WeakSet()


class LivePanel(Panel):
    """A panel whose explorer is a `LiveExplorer`."""

    def __init__(self, explorer: Any) -> None:
        self.clock = widgets.Play(max=LEASE, interval=INTERVAL, layout={"display": "none"})
        alike = {"layout": widgets.Layout(width="auto"), "style": widgets.ButtonStyle()}
        self.play_button = widgets.Button(description="Play", tooltip="Train, frame by frame", **alike)
        self.play_button.button_style = "primary"  # in colour: what to press first
        self.step_button = widgets.Button(description="Step", tooltip="Train one frame further", **alike)
        self.restart_button = widgets.Button(description="Restart", tooltip="Train anew from the start", **alike)
        self.interrupted = False
        self._asked = 0.0
        super().__init__(explorer)
        self.clock.observe(self._ticked, names="value")
        self.clock.observe(self._stopped, names="playing")
        self.play_button.on_click(lambda _: self._pressed(self.pause if self._runs() else self.play))
        self.step_button.on_click(lambda _: self._pressed(self._step))
        self.restart_button.on_click(lambda _: self._pressed(explorer.restart))

    def _extra_buttons(self) -> list[widgets.Widget]:
        return [self.play_button, self.step_button, self.restart_button, self.clock]

    def play(self) -> None:
        """Let the page ask for frames."""
        _playing.discard(self)
        self.clock.playing = False  # a page that was closed while it played left it on; the page acts on a change
        self._asked, self.interrupted = time.monotonic(), False
        self.clock.max = self.clock.value + LEASE
        self.clock.playing = True
        self.play_button.description = "Pause"
        _playing.add(self)
        _hear_interrupts()

    def pause(self, message: str = "") -> None:
        """No more frames for now; the run can go on later."""
        _playing.discard(self)
        self.clock.playing = False
        self.play_button.description = "Play"
        self.explorer.message = message or self.explorer.message
        self._say(self.explorer.description(), self.explorer.message)

    def show_result(self) -> None:
        self.image.value = self.explorer.picture.png()
        if self.clock.playing:  # a line that changes ten times a second can be neither read nor read out
            self._say(PLAYING, "")
        else:
            self._say(self.explorer.description(), self.explorer.message)

    def close(self) -> None:
        _playing.discard(self)
        self.clock.playing = False
        super().close()

    def _runs(self) -> bool:
        return self.clock.playing and time.monotonic() - self._asked < ASLEEP

    def _step(self) -> None:
        self.pause()
        self.explorer.step()
        self._say(self.explorer.description(), self.explorer.message)

    def _ticked(self, change: dict[str, Any]) -> None:
        self._free_from_cells()
        self._asked = time.monotonic()
        if self not in _playing:
            return  # it was told to stop, but a question was on its way
        if self.interrupted:
            self.pause("Interrupted. Play goes on from here.")
        elif not self.explorer.step():
            self.pause()
        elif self.clock.max < self.clock.value + LEASE // 2:
            self.clock.max = self.clock.value + LEASE

    def _stopped(self, change: dict[str, Any]) -> None:
        """A page whose lease ended while the kernel was busy has answered: play on."""
        if not change["new"] and self in _playing:
            self.play()


def _hear_interrupts() -> None:
    """*Interrupt kernel* pauses what plays.

    Between cells ipykernel ignores the signal, and frames are made in a thread, where no signal arrives. So the thread
    that may, the main one, is asked to listen as soon as it is free.
    """
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    loop = getattr(kernel, "io_loop", None)
    if loop is not None:
        loop.add_callback(signal.signal, signal.SIGINT, _interrupted)


def _interrupted(*_: Any) -> None:
    for panel in list(_playing):
        panel.interrupted = True
