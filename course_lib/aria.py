"""What `ipywidgets` leaves out for screen readers and the keyboard, as a few lines of JavaScript: see aria.js."""

from pathlib import Path

import anywidget
import ipywidgets as widgets

from course_lib import stills


class Aria(anywidget.AnyWidget):
    """An invisible widget beside controls: names them, describes their picture, tells when their kernel is gone."""

    _esm = Path(__file__).with_name("aria.js").read_text("utf-8")
    # On a narrow page no preset and no choice ends in "…": one has several lines, the other goes below its name.
    _css = """.course-aria .widget-button { white-space: normal; height: auto; }
        @media (max-width: 500px) { .course-aria .widget-dropdown { flex-wrap: wrap; height: auto; } }"""

    def beside(self, root: widgets.Box, *controls: widgets.Widget) -> None:
        """Into `root`, with the sentence that no kernel answers; `controls` are those of its children to grey then."""
        # In a box that is not shown: where the JavaScript cannot be loaded the page would show an error here.
        self.box = widgets.Box([self], layout={"display": "none"})
        root.add_class("course-aria")
        root.children = (*root.children, stills.when_stopped(controls), self.box)
