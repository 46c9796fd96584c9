"""Notebooks tell and the library does: what no notebook of the course may contain, and what each one must."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import notebooks

ROOT = Path(__file__).resolve().parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CELL_LINES = 20
FILE_LIMIT = 2_500_000
SHORTEST_ALT = 20
CLOCKS = {
    "repeat",
    "timeit",
    "perf_counter",
    "time.perf_counter",
    "process_time",
    "time.process_time",
    "activation_cost",
}

# A rule looks at a notebook and yields what is wrong with it, naming the cell. Rules of code that ruff knows
# (star imports, commented-out code, unused names) are ruff's: see [tool.ruff] in pyproject.toml.


def code_cells(notebook) -> Iterator[tuple[str, nbformat.NotebookNode]]:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield f"cell [{cell.execution_count}] {cell.source.splitlines()[0]!r}", cell


def tree(cell) -> ast.Module:
    """The cell's code; one that is no plain Python is found by `plain_python`."""
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return ast.Module([], [])


def one_title_and_headings_in_order(notebook) -> Iterator[str]:
    level = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL)
            for marks, text in re.findall(r"^(#{1,6}) +(.+)$", prose, flags=re.MULTILINE):
                if len(marks) > level + 1:
                    yield f"heading {text!r} jumps from level {level} to level {len(marks)}"
                if len(marks) == 1 and level > 0:
                    yield f"{text!r} is a second title"
                level = len(marks)
    if not level or notebook.cells[0].cell_type != "markdown" or not notebook.cells[0].source.startswith("# "):
        yield "the first cell must begin with the title, `# ...`"


def plain_python(notebook) -> Iterator[str]:
    for where, cell in code_cells(notebook):
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield f"{where}: not plain Python ({error.msg}): no magics, no shell lines"


def no_tricks_with_imports(notebook) -> Iterator[str]:
    for where, cell in code_cells(notebook):
        for word in ("sys.path", "pyplot", "importlib", "%matplotlib"):
            if word in cell.source:
                yield f"{where}: {word} has no business in a notebook"


def short_cells(notebook) -> Iterator[str]:
    for where, cell in code_cells(notebook):
        imports = sum(
            node.end_lineno - node.lineno + 1
            for node in tree(cell).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        )
        if (lines := len(cell.source.splitlines()) - imports) > CELL_LINES:
            yield f"{where}: {lines} lines; what takes more than {CELL_LINES} belongs into the library"


def nothing_defined_twice(notebook) -> Iterator[str]:
    defined = Counter(
        node.name
        for _, cell in code_cells(notebook)
        for node in tree(cell).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )
    for name, times in defined.items():
        if times > 1:
            yield f"{name} is defined {times} times"


def explorers_leave_a_picture(notebook) -> Iterator[str]:
    for where, cell in code_cells(notebook):
        last = tree(cell).body[-1:]
        called = isinstance(last[0], ast.Expr) and isinstance(last[0].value, ast.Call) if last else False
        name = ast.unparse(last[0].value.func).split(".")[-1] if called else ""
        if name.endswith("_explorer") or name == "playground":
            if not any("image/png" in output.get("data", {}) for output in cell.outputs):
                yield f"{where}: no stored picture of {name}"


def pictures_have_alt_text(notebook) -> Iterator[str]:
    for where, cell in code_cells(notebook):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                alt = output.metadata.get("image/png", {}).get("alt", "")
                if len(alt) < SHORTEST_ALT:
                    yield f"{where}: a picture whose alt text is {alt!r}"
            if {"image/svg+xml", "image/jpeg", "image/gif"} & set(output.get("data", {})):
                yield f"{where}: pictures are stored as PNG"
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (re.search(r"!\[\s*\]\(", cell.source) or "<img" in cell.source):
            yield f"a picture in the text needs the form ![what it shows](file): {cell.source[:60]!r}"


def nothing_of_one_machine(notebook) -> Iterator[str]:
    for where, cell in code_cells(notebook):
        text = cell.source + str([output.get("text", output.get("data", {})) for output in cell.outputs])
        if found := re.search(r"/(home|Users|tmp|root|opt)/|[A-Z]:\\\\", text):
            yield f"{where}: a path of one machine ({found[0]})"


def nbval_looks_at_every_output(notebook) -> Iterator[str]:
    for where, cell in code_cells(notebook):
        if "NBVAL_" in cell.source:
            yield f"{where}: say it with a tag, nbval-ignore-output, instead of a comment the reader must skip"
        if cell.source.endswith(";"):
            yield f"{where}: a trailing semicolon hides the output here but not from nbval"


def times_are_not_compared(notebook) -> Iterator[str]:
    """What a clock says is for the reader, not for nbval: on a busy machine it says something else."""
    for where, cell in code_cells(notebook):
        called = {ast.unparse(node.func) for node in ast.walk(tree(cell)) if isinstance(node, ast.Call)}
        if called & CLOCKS and "nbval-ignore-output" not in cell.metadata.get("tags", ()):
            yield f"{where}: it times something and needs the tag nbval-ignore-output"


def links_lead_somewhere(notebook) -> Iterator[str]:
    """A chapter that is still to come may be linked where the text says that it is in preparation."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", cell.source)]
            files = [file for file in links if file and not re.match(r"https?:|mailto:|attachment:", file)]
            missing = [file for file in files if not (ROOT / "notebooks" / file).exists()]
            announced = "in preparation" in cell.source
            for file in missing:
                if not (announced and re.fullmatch(r"\d\d_\w+\.ipynb", file)):
                    yield f"the link to {file} leads nowhere, and its cell does not say 'in preparation'"
            if announced and not missing:
                yield f"says 'in preparation', but everything is there: {cell.source[:60]!r}"


RULES = [
    value
    for value in list(globals().values())
    if callable(value) and getattr(value, "__annotations__", {}).get("return") == "Iterator[str]"
]


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_notebook(path: Path) -> None:
    assert notebooks.is_stored_form(path), "not in stored form: run `make notebooks`"
    assert path.stat().st_size < FILE_LIMIT, "too large for git"
    notebook = notebooks.read(path)
    wrong = [complaint for rule in RULES for complaint in rule(notebook)]
    assert not wrong, "\n".join(wrong)


def test_a_function_is_defined_in_one_notebook_only() -> None:
    everything = NotebookNode(cells=[cell for path in PATHS for cell in notebooks.read(path).cells])
    assert not list(nothing_defined_twice(everything))


# Every rule must bite: one small notebook that breaks it, and one good notebook that breaks none.

PICTURE = new_output(
    "display_data",
    data={"image/png": "…", "text/plain": "scale_explorer()"},
    metadata={"image/png": {"alt": "A curve that rises from 0 to 1."}},
)
GOOD = [new_markdown_cell("# Title\n\n## Part"), new_code_cell("scale_explorer()", outputs=[PICTURE])]
BAD = {
    "one_title_and_headings_in_order": [new_markdown_cell("# Title\n\n### Too deep")],
    "plain_python": [new_code_cell("%timeit f()")],
    "no_tricks_with_imports": [new_code_cell("import matplotlib.pyplot as plt")],
    "short_cells": [new_code_cell("\n".join("abcdefghijklmnopqrstuvwxyz"))],
    "nothing_defined_twice": [new_code_cell("def f():\n    ..."), new_code_cell("def f():\n    ...")],
    "explorers_leave_a_picture": [new_code_cell("scale_explorer(scale=2)")],
    "pictures_have_alt_text": [new_code_cell("x", outputs=[new_output("display_data", data={"image/png": "…"})])],
    "nothing_of_one_machine": [new_code_cell("x", outputs=[new_output("stream", text="/home/ada/course")])],
    "nbval_looks_at_every_output": [new_code_cell("f();")],
    "times_are_not_compared": [new_code_cell("repeat(f)")],
    "links_lead_somewhere": [new_markdown_cell("[next](99_nowhere.ipynb)")],
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_bites(rule) -> None:
    assert not list(rule(new_notebook(cells=GOOD)))
    assert list(rule(new_notebook(cells=BAD[rule.__name__])))


@pytest.mark.parametrize(("code", "rule"), [("from numpy import *\n", "F403"), ("x = 1\n# y = f(x) + 2\n", "ERA001")])
def test_ruff_reads_notebooks(tmp_path: Path, code: str, rule: str) -> None:
    path = tmp_path / "bad.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(code)]), path)
    command = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1 and rule in result.stdout
