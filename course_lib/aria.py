"""What `ipywidgets` leaves out for screen readers and the keyboard, as a few lines of JavaScript: see aria.js."""

from __future__ import annotations

from pathlib import Path

import anywidget
import ipywidgets as widgets


class Aria(anywidget.AnyWidget):
    """An invisible widget that names the controls, and describes the picture, of the box that `beside` puts it in."""

    _esm = Path(__file__).with_name("aria.js").read_text("utf-8")

    def beside(self, root: widgets.Box) -> None:
        # In a box that is not shown: where the JavaScript cannot be loaded the page would show an error here.
        self.box = widgets.Box([self], layout={"display": "none"})
        root.add_class("course-aria")
        root.children = (*root.children, self.box)
