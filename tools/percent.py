"""Notebook cells as a plain script with `# %%` lines, for authors who like their editor.

The form is the one that Jupytext, VS Code and Spyder read:

    # %% [markdown] id="why" tags=["slide"]      a text cell: lines behind "# ", or one triple-quoted string
    # %% tags=["nbval-ignore-output"]            a code cell; what follows the marker is its metadata

The notebook is what git keeps; the script is thrown away once it is imported.
"""

from __future__ import annotations

import ast
import difflib
import json
import re

import nbformat
from nbformat import NotebookNode

MARKER = re.compile(r"^# %%(?: (?P<kind>\[markdown\]|\[md\]|\[raw\]))?(?P<rest>(?: .*)?)$")
PAIR = re.compile(r"\s*(\w+)=")


def to_notebook(script: str, old: NotebookNode) -> NotebookNode:
    """Notebook with the cells of `script`; a cell that `old` has too keeps its id and outputs."""
    cells = [cell for cell in parse(script) if cell["source"]]
    inherit(cells, old.cells)
    return nbformat.from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def parse(script: str) -> list[dict]:
    """Cells in order; what stands before the first marker belongs to no cell."""
    cells: list[dict] = []
    lines: list[str] = []
    for line in script.splitlines():
        if match := MARKER.match(line):
            metadata = pairs(match["rest"])
            identifier = metadata.pop("id", None)
            kind = {None: "code", "[raw]": "raw"}.get(match["kind"], "markdown")
            cells.append({"cell_type": kind, "metadata": metadata, "id": identifier, "source": (lines := [])})
        else:
            lines.append(line)
    for cell in cells:
        text = "\n".join(cell["source"]).strip("\n")
        cell["source"] = (text if cell["cell_type"] == "code" else uncommented(text)).rstrip()
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return cells


def pairs(text: str) -> dict:
    """`tags=["a"] id="b"` -> {"tags": ["a"], "id": "b"}; values are JSON."""
    found, at = {}, 0
    while match := PAIR.match(text, at):
        try:
            found[match[1]], at = json.JSONDecoder().raw_decode(text, match.end())
        except json.JSONDecodeError:
            raise ValueError(f"'# %%{text}': the values in a cell marker are JSON, strings in double quotes") from None
    return found


def uncommented(text: str) -> str:
    if text.lstrip("rR")[:3] in ('"""', "'''"):
        return ast.literal_eval(text).strip("\n")
    return "\n".join(re.sub(r"^# ?", "", line) for line in text.splitlines())


def inherit(cells: list[dict], old: list[NotebookNode]) -> None:
    """Unchanged cells keep id and outputs; a changed cell in the same place and of the same kind keeps its id."""
    before, after = ([(c["cell_type"], c["source"]) for c in group] for group in (old, cells))
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for was, now in zip(old[i1:i2], cells[j1:j2]) if tag in ("equal", "replace") else ():
            if was["cell_type"] == now["cell_type"]:
                now["id"] = now["id"] or was.get("id")
                if tag == "equal" and now["cell_type"] == "code":
                    now["outputs"], now["execution_count"] = was["outputs"], was["execution_count"]


def to_script(notebook: NotebookNode) -> str:
    """The script from which `to_notebook` makes the same cells again."""
    blocks = []
    for cell in notebook.cells:
        kind = {"code": "", "markdown": " [markdown]", "raw": " [raw]"}[cell.cell_type]
        about = {"id": cell.get("id"), **cell.metadata}
        rest = "".join(f" {key}={json.dumps(value, ensure_ascii=False)}" for key, value in about.items() if value)
        source = cell.source
        if kind:
            source = "\n".join(f"# {line}".rstrip() for line in source.splitlines())
        blocks.append(f"# %%{kind}{rest}\n{source}\n")
    return "\n".join(blocks)
