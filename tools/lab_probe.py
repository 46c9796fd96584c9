"""Loaded into the kernel of a notebook under test: says which explorers are on show and how they stand."""

import gc
import hashlib
import html
import re
import sys
from typing import Any

import comm
import ipywidgets as widgets

from course_lib.explorers import all_explorers
from course_lib.explorers.explorer import Explorer
from course_lib.explorers.panel import _SHOWN, Panel
from course_lib.plots.picture import Picture

_twins: dict[tuple, Explorer] = {}


def shown() -> list[dict[str, Any]]:
    """Every explorer on show, from the first cell to the last."""
    return [
        {
            "cell": cell,
            "place": place,
            "name": panel.explorer.name,
            "presets": list(panel.explorer.presets),
            "controls": [_control(panel, name) for name in panel.inputs],
        }
        for cell, (_, panels) in _SHOWN.items()
        for place, panel in enumerate(panels)
    ]


def _control(panel: Panel, name: str) -> dict[str, Any]:
    control, widget = panel.explorer.controls[name], panel.inputs[name]
    kind = {widgets.Dropdown: "choice", widgets.Checkbox: "toggle"}.get(type(widget), "slider")
    options = [str(label) for label, _ in widget.options] if kind == "choice" else []
    return {"name": name, "label": control.label, "kind": kind, "options": options}


def state(cell: str, place: int) -> dict[str, Any]:
    """How one explorer stands; `stop` is where each slider must be seen, `index` which option of each choice."""
    panel = _SHOWN[cell][1][place]
    explorer = panel.explorer
    with explorer._lock:
        return {
            "settings": dict(explorer.settings),
            "draft": explorer._is_draft,
            "message": explorer.message,
            "stop": {name: _stop(widget, explorer.settings[name]) for name, widget in panel.inputs.items()},
            "readout": {
                name: widget.options[widget.index][0]
                for name, widget in panel.inputs.items()
                if isinstance(widget, widgets.SelectionSlider)
            },
            "caption": " ".join(html.unescape(re.sub(r"<[^>]+>", "", panel.caption.value)).split()),
            "picture": hashlib.sha256(panel.image.value).hexdigest(),
        }


def start(cell: str, place: int) -> dict[str, Any]:
    """The settings that Reset brings back."""
    return _SHOWN[cell][1][place].explorer._start


def truth(cell: str, place: int, preset: str | None = None) -> dict[str, Any]:
    """Text and picture of another explorer with the same settings; with `preset`, with those of that button."""
    explorer = _SHOWN[cell][1][place].explorer
    key = cell, place, explorer.name
    if key not in _twins:
        _twins[key] = all_explorers()[explorer.name](**explorer._start)
    twin = _twins[key].preset(preset) if preset else _twins[key].set(**explorer.settings)
    return {
        "settings": twin.settings,
        "text": " ".join(twin.text.split()),
        "picture": hashlib.sha256(twin.picture.png()).hexdigest(),
    }


def _stop(widget: widgets.Widget, value: Any) -> Any:
    if isinstance(widget, (widgets.SelectionSlider, widgets.Dropdown)):
        return [option for _, option in widget.options].index(value)
    return value


def living() -> dict[str, int]:
    """How much the kernel holds on to."""
    gc.collect()
    things = gc.get_objects()
    return {
        "widgets": len(comm.get_comm_manager().comms),
        "panels": sum(isinstance(thing, Panel) for thing in things),
        "pictures": sum(isinstance(thing, Picture) for thing in things),
    }


def imported(module: str) -> bool:
    return module in sys.modules
