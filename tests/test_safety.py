"""What runs on a learner's machine: no door opened to others, no code from elsewhere, nothing evaluated from text."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = sorted((ROOT / "course_lib").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

CALLS = {"eval", "exec", "compile", "__import__", "system", "popen", "Popen", "spawn", "fork"}
MODULES = {"pickle", "cPickle", "dill", "shelve", "marshal", "subprocess", "ctypes", "code", "pty", "ftplib"}
ALLOWED = {"sandbox.py": {"ctypes"}}  # to stop a learner's endless loop
OPEN_DOORS = r"token\s*=\s*(''|\"\")|disable_check_xsrf|allow_origin|allow_remote_access|0\.0\.0\.0"


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_library_evaluates_and_starts_nothing(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            module = getattr(getattr(node.func, "value", None), "id", "")
            assert name not in CALLS or module == "re", f"line {node.lineno}: {name}(...)"
            pickled = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}.get("allow_pickle")
            assert pickled in (None, "False"), f"line {node.lineno}: allow_pickle"
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        foreign = MODULES & {name.split(".")[0] for name in names}
        assert foreign <= ALLOWED.get(path.name, set()), f"line {node.lineno}: {names}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_brings_no_code_of_others(path: Path) -> None:
    """Neither scripts nor frames, and no picture or style that a page would fetch."""
    notebook = nbformat.read(path, 4)
    shown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert not {"application/javascript", "application/vnd.jupyter.widget-state+json"} & set(data), cell.id
            shown += [str(data[kind]) for kind in ("text/html", "text/markdown", "image/svg+xml") if kind in data]
    for text in shown:
        assert not re.search(
            r"<\s*(script|iframe|object|embed|link|base|form)\b|javascript:|\son\w+\s*=\s*[\"']", text, re.IGNORECASE
        ), text[:200]
        assert not re.search(r"(src\s*=\s*[\"']?|!\[[^\]]*\]\()\s*(https?:)?//", text, re.IGNORECASE), text[:200]


def test_lab_listens_on_this_machine_only_and_keeps_its_token() -> None:
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8")
    lab = next(block for block in recipes.split("\n\n") if block.startswith("lab:"))
    assert "--ServerApp.ip=localhost" in lab
    for path in [ROOT / "Makefile", *sorted((ROOT / "tools").rglob("*.*"))]:
        if path.suffix in (".py", ".sh", ".json", "") and path.is_file():
            assert not re.search(OPEN_DOORS, path.read_text(encoding="utf-8")), path


def test_what_is_downloaded_is_checked_by_hash() -> None:
    """The only door to a network is `load_mnist`, through pooch, with SHA-256 of every file."""
    doors = [
        path.name
        for path in LIBRARY
        if re.search(r"\b(import pooch|urllib|requests|http\.client|socket)\b", path.read_text(encoding="utf-8"))
    ]
    assert doors == ["mnist.py"]
    from course_lib.data.mnist import SHA256

    assert len(SHA256) == 4 and all(re.fullmatch(r"[0-9a-f]{64}", checksum) for checksum in SHA256.values())


def test_nothing_but_this_machine_can_be_reached_in_the_notebook_tests() -> None:
    """The guard itself: a test that could not fail would guard nothing."""
    code = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)"
    guarded = {**os.environ, "OFFLINE": "1", "PYTHONPATH": str(ROOT / "tests" / "surroundings")}
    outcome = subprocess.run([sys.executable, "-c", code], env=guarded, capture_output=True, text=True, check=False)
    assert "The tests run without a network" in outcome.stderr
    assert "OFFLINE=1 PYTHONPATH=tests/surroundings" in (ROOT / "Makefile").read_text(encoding="utf-8")
