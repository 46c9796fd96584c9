"""Pictures sharp enough for a projector.

A notebook stores its pictures with 100 dots per inch, so that git stays small. A cell that does nothing but call an
explorer says which picture it shows, so the library can draw that picture again, larger and finer. It is taken only
when, drawn as it is stored, it is the same picture up to rounding.
"""

import base64
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from course_lib.explorers import all_explorers
from course_lib.plots.style import LIGHT, built_in
from same_picture import Drawn, as_drawn, same_picture
from static_explorers import explorer_call

SHARP = replace(LIGHT.large(), dpi=200.0)  # twice the stored dots: 1920 to 2000 across


@dataclass(frozen=True)
class Snapshot:
    """PNG in base64 with its alternative text; `presets` are the buttons under the live explorer."""

    png: str
    alt: str
    sharp: bool
    presets: tuple[str, ...] = ()
    problem: str = ""


def snapshot(cell: NotebookNode, output: NotebookNode) -> Snapshot:
    """The picture in `output`: drawn again if the library draws the same, else as it is stored."""
    before = as_drawn(output)
    stored = Snapshot(base64.b64encode(before.png).decode(), before.text, sharp=False)
    called = explorer_call(cell.source)
    if called is None:
        return replace(stored, problem="is not a plain call of an explorer")
    name, settings = called
    try:
        with built_in(LIGHT):
            usual = all_explorers()[name](**settings)
            drawn = Drawn(usual.picture.png(), usual.text)
        with built_in(SHARP):
            explorer = all_explorers()[name](**settings)
            png = explorer.picture.png(compress_level=9)
    except Exception as error:
        return replace(stored, problem=f"can no longer be drawn ({type(error).__name__}: {error})")
    presets = tuple(explorer.presets)
    if not same_picture(before, drawn, cell.source):
        problem = "is no longer what the library draws (run `make notebooks`)"
        return replace(stored, presets=presets, problem=problem)
    return Snapshot(base64.b64encode(png).decode(), explorer.text, True, presets)
