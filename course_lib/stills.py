"""What stays on a page when no kernel stands behind it any more: a still picture, and a sentence how to make it live.

Needs `ipywidgets` only where a widget is given.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from string import Template
from typing import Any
from uuid import uuid4

PICTURE = "A still picture. Run → Run All Cells brings the sliders."
QUESTION = "Run → Run All Cells makes these answers buttons."
STOPPED = "No kernel answers here. Run → Run All Cells makes it live again."
RAN_AGAIN = "This cell has run again, perhaps in another window. Run it here to go on."

_KERNEL = uuid4().hex[:8]  # one per kernel process

# A page says in two ways that a kernel has gone. After a restart, or when it died, `ipywidgets` marks every view of a
# widget. After a shutdown JupyterLab and Notebook show it in the toolbar, and only until another kernel starts: so the
# value "block", once taken, stays; to go back it waits for ten years. It stays for this kernel's widgets: those of the
# next have a variable of their own. It stands at the cell, because a page does not style what is out of sight.
# "unknown" is also the state while a lost connection comes back, so it counts as long as it lasts.
_STOPPED = Template("""<style>
@property --gone-$kernel { syntax: "*"; inherits: true; initial-value: none; }
.jp-Cell:has(.kernel-$kernel) { transition: --gone-$kernel 0s 315360000s allow-discrete; }
.jp-NotebookPanel:has(.jp-Notebook-ExecutionIndicator:is([data-status=terminating], [data-status=dead]))
  .jp-Cell:has(.kernel-$kernel) { --gone-$kernel: block; transition: none; }
.jp-NotebookPanel:has(.jp-Notebook-ExecutionIndicator[data-status=unknown]) .kernel-$kernel,
.kernel-$kernel.jupyter-widgets-disconnected { --gone-$kernel: block; }
.kernel-$kernel > .when-stopped { order: -1; display: var(--gone-$kernel); }
.kernel-$kernel > .controls { position: relative; }
.kernel-$kernel > .controls::after { content: ""; display: var(--gone-$kernel); position: absolute; inset: 0;
  background: var(--jp-layout-color0, white); opacity: 0.6; z-index: 9; }
.kernel-$kernel .jupyter-widgets-disconnected::before { content: none; }
</style><p role="status" style="margin:0;line-height:1.4"><strong>$sentence</strong></p>""")


def when_stopped(root: Any, *controls: Any) -> Any:
    """A widget to put into `root`: once the kernel is gone it says so, and greys its children `controls`."""
    import ipywidgets as widgets

    for widget in controls:
        widget.add_class("controls")
    root.add_class(f"kernel-{_KERNEL}")
    sentence = widgets.HTML(_STOPPED.substitute(kernel=_KERNEL, sentence=html.escape(STOPPED)))
    sentence.add_class("when-stopped")
    return sentence


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
