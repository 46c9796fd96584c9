"""One line of the learner's own on why something is so, kept on this computer and shown beside the course's answer."""

import html
from collections.abc import Callable
from typing import Any

from course_lib.exercises.prediction import Prediction
from course_lib.exercises.shown import Shown


class Why(Shown):
    """`written` is what was kept before; `keep(text)` takes a new line."""

    def __init__(self, prediction: Prediction, written: str, keep: Callable[[str], None]) -> None:
        self.prediction, self.written, self._keep = prediction, written, keep

    def __repr__(self) -> str:
        return f"Why? In one line of your own: {self.prediction.question}"

    def html(self) -> str:
        return (
            f"<p><strong>Why?</strong> In one line of your own: {html.escape(self.prediction.question)}</p>"
            f"<details><summary>The course's answer</summary><p>{html.escape(self._course())}</p></details>"
        )

    def widget(self) -> Any:
        import ipywidgets as widgets

        from course_lib.aria import Aria

        words = f"<p><strong>Why?</strong> In one line of your own: {html.escape(self.prediction.question)}</p>"
        self.line = widgets.Text(
            description="Because", placeholder="kept on this computer only; may be left empty", continuous_update=False
        )
        self.line.layout.width = "98%"
        self.button = widgets.Button(
            description="Keep and compare", layout={"width": "auto", "align_self": "flex-start"}
        )
        self.beside = widgets.HTML(self._both() if self.written else "")
        self.line.observe(lambda change: self._take(change.new), "value")  # Enter, or on to something else
        self.button.on_click(lambda _: self._take(self.line.value))
        own = widgets.VBox([self.line, self.button])
        root = widgets.VBox([widgets.HTML(words), own, self.beside], layout={"max_width": "860px"})
        Aria().beside(root, own)
        return root

    def _take(self, text: str) -> None:
        text = text.strip()
        if text and text != self.written:
            self._keep(text)
            self.written = text
        if text:
            self.beside.value = self._both()

    def _both(self) -> str:
        return (
            f'<div role="status" aria-live="polite"><p>You wrote: {html.escape(self.written)}</p>'
            f"<p>The course says: {html.escape(self._course())}</p></div>"
        )

    def _course(self) -> str:
        option = dict(self.prediction.lettered())[self.prediction.right]
        return f"{option.text} {option.why}"
