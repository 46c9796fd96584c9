"""How widgets hear the page while a cell runs: in a thread of their own, and leaving the cell's figures alone."""

from collections.abc import Iterable
from functools import partial
from typing import Any


def hear_beside_cells(widgets: Iterable[Any]) -> None:
    """Let each of these `ipywidgets` be heard at once and alone, whatever cell is running.

    ipykernel 7.4 hands a widget's message to the thread where the widget last spoke, and asks for no other: for a new
    widget that is the cell that made it, so the first move would wait for all cells in the queue.

    `comm` treats a message like a cell: before and after it, IPython calls those who wait for the end of a cell, among
    them the inline backend, which shows and closes all figures of pyplot. With a cell still drawing in another thread
    these would come out blank or half drawn. A move of a slider is not a cell: its handler is called and nobody else.

    `ipywidgets` sends each new value back to the page that sent it: a fifth of the messages of a move, and no news.
    """
    for widget in widgets:
        comm = widget.comm
        if hasattr(comm, "__dict__"):
            comm.__dict__.pop("_reply_subshell_id", None)
            comm.handle_msg = widget._handle_msg
        widget.trait_metadata = partial(_without_echo, type(widget).trait_metadata, widget)


def _without_echo(metadata: Any, widget: Any, trait: str, key: str, default: Any = None) -> Any:
    return False if key == "echo_update" else metadata(widget, trait, key, default)
