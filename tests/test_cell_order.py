"""After its first code cell, the cells of a chapter run in any order: none needs a name that another one makes."""

from __future__ import annotations

import ast
import builtins
import os
import random
import symtable
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
GIVEN = {*dir(builtins), "display", "get_ipython"}


def code_cells(path: Path) -> list:
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def bound(source: str) -> set[str]:
    """Names that a cell leaves behind."""
    return {
        symbol.get_name()
        for symbol in symtable.symtable(source, "cell", "exec").get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }


def needed(source: str) -> set[str]:
    """Names that a cell reads at its own level or inside its functions, and does not make itself."""

    def globals_of(table: symtable.SymbolTable) -> set[str]:
        own = {s.get_name() for s in table.get_symbols() if s.is_global() or table.get_type() == "module"}
        return own.union(*(globals_of(child) for child in table.get_children()))

    caught = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler) and node.name}
    return globals_of(symtable.symtable(source, "cell", "exec")) - bound(source) - caught


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_leans_on_another(path: Path) -> None:
    first, *others = code_cells(path)
    known = GIVEN | bound(first.source)
    assert {cell.id: missing for cell in others if (missing := needed(cell.source) - known)} == {}


@pytest.mark.soak
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_run_in_any_order(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("COURSE_LIB_PROGRESS", str(tmp_path / "progress.jsonl"))
    first, *others = code_cells(path)
    random.Random(int(os.environ.get("SOAK_SEED", 0))).shuffle(others)
    shell = InteractiveShell()
    for cell in (first, *others):
        outcome = shell.run_cell(cell.source)
        assert outcome.success, f"{cell.id}: {outcome.error_before_exec or outcome.error_in_exec!r}"
