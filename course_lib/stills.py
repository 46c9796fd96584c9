"""What stays on a page when no kernel stands behind it any more: a still picture, and a sentence how to make it live.

Needs `ipywidgets` only where a widget is given.
"""

import html
from collections.abc import Iterable, Iterator
from typing import Any

PICTURE = "A still picture. Run → Run All Cells brings the sliders."
QUESTION = "Run → Run All Cells makes these answers buttons."
STOPPED = "No kernel answers here. Run → Run All Cells makes it live again."
RAN_AGAIN = "This cell has run again, perhaps in another window. Run it here to go on."

# After a restart `ipywidgets` marks every view of a widget; in the other cases aria.js marks the box. The last lines
# are for pages in two colours, and for narrow ones: a slider without room beside its name goes below it.
_STYLE = """<style>
.course-aria:not(.course-stopped, .jupyter-widgets-disconnected) > .when-stopped { display: none; }
.course-aria > .when-stopped { order: -1; }
.course-aria:is(.course-stopped, .jupyter-widgets-disconnected) > .controls { position: relative; }
.course-aria:is(.course-stopped, .jupyter-widgets-disconnected) > .controls::after { content: ""; position: absolute;
  inset: 0; background: var(--jp-layout-color0, white); opacity: 0.6; z-index: 9; }
.course-aria .jupyter-widgets-disconnected::before { content: none; }
@media (forced-colors: active) { .course-aria :is(button, .noUi-target) { border: 1px solid; } }
.course-aria:not(.large-print) .widget-hslider { flex-wrap: wrap; height: auto; }
.course-aria:not(.large-print) .widget-hslider > .slider-container { flex: 1 1 48px; min-width: 48px; }
</style>"""


def when_stopped(controls: Iterable[Any]) -> Any:
    """A widget to put beside `controls`: once their kernel is gone it says so, and they are greyed."""
    import ipywidgets as widgets

    for widget in controls:
        widget.add_class("controls")
    sentence = f'<p role="status" style="margin:0;line-height:1.4"><strong>{html.escape(STOPPED)}</strong></p>'
    shown = widgets.HTML(_STYLE + sentence)
    shown.add_class("when-stopped")
    return shown


def tree(widget: Any) -> Iterator[Any]:
    """`widget` with all that is in it, layouts and styles too, which are widgets and would stay for ever."""
    for child in getattr(widget, "children", ()):
        yield from tree(child)
    for part in ("layout", "style"):
        if getattr(widget, part, None) is not None:
            yield getattr(widget, part)
    yield widget


def let_go(root: Any) -> None:
    """Forget `root` and all that is in it, without a word to the pages that show it.

    Closing a widget takes it away from every page, also from another window on the same notebook, whose reader did
    nothing.
    """
    import comm
    from ipywidgets.widgets.widget import _instances

    for widget in tree(root):
        if widget.comm is not None:
            _instances.pop(widget.model_id, None)
            comm.get_comm_manager().unregister_comm(widget.comm)
            widget.comm._closed = True  # else it would still say goodbye when Python clears it away
            widget.comm = None
