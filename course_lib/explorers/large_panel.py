"""What lecture mode does to a panel: one screen holds it, and its presets stand in one list.

The space is that of a projector of 1280 x 720 pixels. A picture can be as wide as the page with the controls above it,
or higher with the controls beside it: whichever shows it larger.
"""

import math
from typing import Any

import ipywidgets as widgets

from course_lib.large_print import STYLE

WIDTH, HEIGHT = 1230, 650  # pixels of that screen for an explorer
ROW, LINE = 32, 21  # pixels of a row of controls and of a line of the caption
COLUMN = 310  # width of a slider, and of the column with all of them
LETTER = 7.8  # width of a letter of the caption
PRESETS = "presets"


def enlarge(panel: Any) -> list[widgets.Widget]:
    """Put `panel`, just built, into large print; the widgets that this adds and that are moved by hand."""
    inputs, presses, picture, caption, *_ = panel.root.children
    for box, name in ((inputs, "inputs"), (presses, "presses"), (picture, "picture"), (caption, "caption")):
        box.add_class(name)
    panel.root.add_class("large-print").add_class("explorer")
    if _stands_better_beside(panel):
        panel.root.add_class("beside")
    panel.root.children = (*panel.root.children, widgets.HTML(STYLE))
    if not panel.buttons:
        return []
    chooser = _chooser(panel)
    presses.children = [chooser, *(button for button in presses.children if button not in panel.buttons.values())]
    while panel.buttons:
        panel.buttons.popitem()[1].close()
    return [chooser]


def _stands_better_beside(panel: Any) -> bool:
    """Whether the picture is larger with the controls beside it."""
    width, height = panel.explorer.picture.size
    letters = LETTER * len(panel.explorer.description())
    rows = math.ceil(len(panel.inputs) / (WIDTH // COLUMN)) + 1
    above = min(WIDTH / width, (HEIGHT - ROW * rows - LINE * math.ceil(letters / WIDTH)) / height)
    beside = WIDTH - COLUMN
    return min(beside / width, (HEIGHT - LINE * math.ceil(letters / beside)) / height) > above


def _chooser(panel: Any) -> widgets.Dropdown:
    """A list instead of the preset buttons: it names the preset in force, until something else is moved."""
    explorer = panel.explorer
    chooser = widgets.Dropdown(options=[PRESETS, *panel.buttons], layout={"width": "auto", "flex": "1 1 auto"})
    in_force: dict[str, Any] = {}

    def chosen(change: dict[str, Any]) -> None:
        if change["new"] != PRESETS:
            in_force.clear()
            panel._pressed(lambda: explorer.preset(change["new"]))
            in_force.update(explorer.settings)

    def moved(_: Any) -> None:
        if in_force and explorer.settings != in_force:
            chooser.value = PRESETS

    chooser.observe(chosen, names="value")
    for widget in panel.inputs.values():
        widget.observe(moved, names="value")
    return chooser
