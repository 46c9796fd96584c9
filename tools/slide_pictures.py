"""Pictures sharp enough for a projector.

A notebook stores its pictures with 100 dots per inch, so that git stays small. A cell that does nothing but call an
explorer says which picture it shows, so the library can draw that picture again, larger and finer. The stored
description holds the numbers of the picture: only when the new one says the same is it taken.
"""
from __future__ import annotations

import ast
import base64
import html
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode

from course_lib.explorers import all_explorers
from course_lib.explorers.strip import without_strip
from course_lib.plots.style import LIGHT, built_in

SHARP = replace(LIGHT.large(), dpi=200.0)  # twice the stored dots: 1920 to 2000 across
_ARITHMETIC = (ast.Expression, ast.Constant, ast.UnaryOp, ast.USub, ast.BinOp, ast.operator)


@dataclass(frozen=True)
class Snapshot:
    """PNG in base64 with its alternative text; `presets` are the buttons under the live explorer."""

    png: str
    alt: str
    sharp: bool
    presets: tuple[str, ...] = ()
    problem: str = ""


def explorer_call(source: str) -> tuple[str, dict[str, Any]] | None:
    """The explorer and the settings of a cell that ends in a plain call of one, like `neuron_explorer(w1=2.0)`."""
    try:
        last = ast.parse(source).body[-1]
    except (SyntaxError, IndexError):
        return None
    call = last.value if isinstance(last, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in all_explorers()):
        return None
    if call.args or not all(keyword.arg and _is_plain(keyword.value) for keyword in call.keywords):
        return None
    return call.func.id, {keyword.arg: _value(keyword.value) for keyword in call.keywords}


def snapshot(cell: NotebookNode, output: NotebookNode) -> Snapshot:
    """The picture in `output`: drawn again if the library draws the same, else as it is stored."""
    alt = html.unescape(output.metadata.get("image/png", {}).get("alt", ""))
    stored, alt = without_strip(output.data["image/png"].strip(), alt)
    called = explorer_call(cell.source)
    if called is None:
        return Snapshot(stored, alt, False, problem="is not a plain call of an explorer")
    name, settings = called
    try:
        with built_in(SHARP):
            explorer = all_explorers()[name](**settings)
            png = explorer.picture.png(compress_level=9)
    except Exception as error:
        return Snapshot(stored, alt, False, problem=f"can no longer be drawn ({type(error).__name__}: {error})")
    presets = tuple(explorer.presets)
    if explorer.text != alt:
        return Snapshot(stored, alt, False, presets, "is no longer what the library draws (run `make notebooks`)")
    return Snapshot(base64.b64encode(png).decode(), alt, True, presets)


def _is_plain(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return all(isinstance(node, _ARITHMETIC) for node in ast.walk(value))  # 10**-2.5
    return True


def _value(value: ast.expr) -> Any:
    try:
        return ast.literal_eval(value)
    except ValueError:
        return eval(compile(ast.Expression(value), "settings", "eval"), {"__builtins__": {}})
