"""The widgets of one explorer: sliders, buttons, the picture and a line of text.

A panel exists only while its explorer is looked at. Running a cell again replaces the panels the cell showed
before, so nothing piles up. JupyterLab, Notebook and VS Code draw what `ipywidgets` offers; `aria` adds names for
screen readers and the keyboard.
"""

from __future__ import annotations

import contextlib
import html
import threading
import time
from functools import partial
from typing import Any

import ipywidgets as widgets

from course_lib import stills
from course_lib.aria import Aria
from course_lib.comms import hear_beside_cells
from course_lib.explorers.controls import LAYOUT

REST = 0.15  # seconds after which a hand rests, once a move is drawn; longer where moves themselves take long

# The panels each cell shows: cell id -> (execution count, panels). See `_replace_older`.
_SHOWN: dict[str, tuple[int, list[Panel]]] = {}


def kernel_is_running() -> bool:
    """Whether widgets can live here: inside an IPython kernel, not in a plain interpreter."""
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


class Panel:
    """Binds the controls of `explorer` to widgets, and its picture to an image that follows them."""

    def __init__(self, explorer: Any) -> None:
        self.explorer = explorer
        self._timer: threading.Timer | None = None
        self.more: list[widgets.Widget] = []  # what lecture mode adds
        named = [explorer.settings, explorer._start, *explorer.presets.values()]  # sliders stop there too
        first = list(explorer.controls)[: explorer.first]
        folds = len(first) < len(explorer.controls)
        flexible = widgets.Layout(**LAYOUT)
        folded = widgets.Layout(**LAYOUT, display="none") if folds else flexible
        self.inputs = {
            name: control.widget(
                flexible if name in first else folded, *(settings[name] for settings in named if name in settings)
            )
            for name, control in explorer.controls.items()
        }
        self._handlers = {name: partial(self._moved, name) for name in self.inputs}
        alike = {"layout": widgets.Layout(width="auto"), "style": widgets.ButtonStyle()}
        self.buttons = {label: widgets.Button(description=label, **alike) for label in explorer.presets}
        self.reset_button = widgets.Button(description="Reset", **alike)
        self.fold = [self._fold(folded, len(self.inputs) - len(first), alike)] if folds else []
        width = f"{explorer.picture.size[0] * explorer.picture.style.screen:.0f}px"
        self.image = widgets.Image(format="png", layout={"width": "100%", "max_width": width, "min_width": "620px"})
        self.caption = widgets.HTML(layout={"max_width": width, "min_width": "0"})
        row = widgets.Layout(display="flex", flex_flow="row wrap", align_items="center", max_width=width)
        inputs = list(self.inputs.values())
        self._hands = [
            widgets.Box([*inputs[: len(first)], *self.fold, *inputs[len(first) :]], layout=row),
            widgets.Box([*self._extra_buttons(), *self.buttons.values(), self.reset_button], layout=row),
        ]
        self._shown = [widgets.Box([self.image], layout={"overflow": "auto hidden", "max_width": "100%"}), self.caption]
        self.root = widgets.VBox([*self._hands, *self._shown])
        self.aria = Aria()
        self.aria.beside(self.root, *self._hands)
        self.aria.on_msg(lambda _, content, buffers: self._typed(**content))
        self.show_settings()
        self.show_result()
        for name, widget in self.inputs.items():
            widget.observe(self._handlers[name], names="value")
        for label, button in self.buttons.items():
            button.on_click(lambda _, label=label: self._pressed(lambda: explorer.preset(label)))
        self.reset_button.on_click(lambda _: self._pressed(explorer.reset))
        if explorer.picture.style.screen > 100:
            from course_lib.explorers.large_panel import enlarge

            self.more = enlarge(self)

    @staticmethod
    def _fold(folded: widgets.Layout, count: int, alike: dict[str, Any]) -> widgets.Button:
        """The button that shows and hides the controls whose layout is `folded`; its words say which it will do."""
        words = {"none": f"More controls ({count})", None: "Fewer controls"}
        button = widgets.Button(description=words["none"], **alike)

        def turn(_: Any) -> None:
            folded.display = None if folded.display else "none"
            button.description = words[folded.display]

        button.on_click(turn)
        return button

    def _extra_buttons(self) -> list[widgets.Widget]:
        """What a special panel has to press before the presets."""
        return []

    def _heard(self) -> list[widgets.Widget]:
        """Everything a learner moves or presses."""
        pressed = [*self._extra_buttons(), *self.buttons.values(), self.reset_button, *self.fold, *self.more]
        return [*self.inputs.values(), *pressed, self.aria]

    def view(self) -> dict[str, Any]:
        """The widget-view bundle, for this cell."""
        self._replace_older()
        self._free_from_cells()
        return self.root._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"]

    def show_settings(self) -> None:
        """Move every widget to where its control stands."""
        for name, widget in self.inputs.items():
            value = self.explorer.settings[name]
            if widget.value == value:
                continue
            if isinstance(widget, widgets.SelectionSlider) and value not in (shown := dict(widget.options).values()):
                widget.unobserve(self._handlers[name], names="value")  # the widget goes to its low end first
                with widget.hold_sync():
                    widget.options = self.explorer.controls[name].options(value, *shown)
                    widget.value = value
                widget.observe(self._handlers[name], names="value")
            widget.value = value
        self._free_from_cells()

    def show_result(self) -> None:
        """Send the picture and its description."""
        self.image.value = self.explorer.picture.png()
        self._say(self.explorer.description(), self.explorer.message)

    def close(self) -> None:
        """Take the panel away from every page."""
        if self._timer is not None:
            self._timer.cancel()
        for part in list(stills.tree(self.root)):
            part.close()

    def leave(self) -> None:
        """Leave picture and text on the pages that show them, without controls, and forget the panel."""
        self._say(f"{self.explorer.description()} {stills.RAN_AGAIN}", "")
        rest = [child for child in self.root.children if child not in self._shown]
        self.root.children = self._shown
        stills.let_go(self.root)
        self.root.children = rest
        self.close()

    def _free_from_cells(self) -> None:
        hear_beside_cells(self._heard())

    def _moved(self, name: str, change: dict[str, Any]) -> None:
        self._free_from_cells()
        if change["new"] == self.explorer.settings[name]:
            return  # not a hand: `show_settings` put the widget there
        if self._timer is not None:
            self._timer.cancel()
        began = time.monotonic()
        if self.explorer.drag({name: change["new"]}):
            self._timer = threading.Timer(REST + time.monotonic() - began, self.explorer.settle)
            self._timer.daemon = True
            self._timer.start()
        if self.explorer.message:
            self._say("", self.explorer.message)

    def _typed(self, slider: int, text: str) -> None:
        """A number, or the name of a stop, typed over the readout of one of the sliders."""
        sliders = [name for name, one in self.inputs.items() if isinstance(one, widgets.SelectionSlider)]
        value: Any = dict(self.inputs[sliders[slider]].options).get(text.strip(), text)
        with contextlib.suppress(ValueError):  # what is no number either is refused with a sentence
            value = float(value) if isinstance(value, str) else value
        self._pressed(lambda: self.explorer.set(**{sliders[slider]: value}))

    def _pressed(self, action: Any) -> None:
        try:
            action()
        except ValueError as error:
            self._say("", str(error))

    def _say(self, text: str, message: str) -> None:
        warning = f"<strong>{html.escape(message)}</strong> " if message else ""
        style = "margin:0;line-height:1.4"
        self.caption.value = f'<p role="status" aria-live="polite" style="{style}">{warning}{html.escape(text)}</p>'

    def _replace_older(self) -> None:
        """Let go of what an earlier run of this cell showed: `ipywidgets` itself would keep it for ever."""
        from IPython import get_ipython

        shell = get_ipython()
        cell = shell.kernel.get_parent().get("metadata", {}).get("cellId")
        if cell is None:
            return
        run, panels = _SHOWN.get(cell, (shell.execution_count, []))
        if run != shell.execution_count:
            for panel in panels:
                if panel is not self:
                    panel.explorer.close(leave_picture=True)
            panels = []
        _SHOWN[cell] = (shell.execution_count, [*panels, self])
