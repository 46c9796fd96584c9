"""The weekly question whether the course's packages exist for the Python inside a browser."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

import pyodide_wheels

ROOT = Path(__file__).resolve().parents[2]
NONE = "ERROR: No matching distribution found for x"


@pytest.mark.parametrize(
    ("there", "status"),
    [
        ({"contourpy"}, 0),
        ({"contourpy", "numpy"}, 1),
        ({"contourpy", *pyodide_wheels.MISSING}, 1),
        (set(), 2),
    ],
)
def test_the_status_says_whether_the_page_is_still_true(there, status, monkeypatch, capsys) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess:
        return subprocess.CompletedProcess(command, int(command[-1] not in there), "", NONE)

    monkeypatch.setattr(subprocess, "run", run)
    assert pyodide_wheels.main() == status
    said = capsys.readouterr()
    assert ("numpy: there" in said.out) == ("numpy" in there)
    assert ("newer Pyodide" in said.err) == (status == 2)


def test_no_network_is_no_answer(monkeypatch, capsys) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "", "no route to host"))
    assert pyodide_wheels.main() == 2
    assert "no route to host" in capsys.readouterr().err


def test_the_page_names_what_is_missing_and_the_question_is_asked() -> None:
    page = (ROOT / "tools" / "site" / "pages" / "how_to_run.md").read_text(encoding="utf-8")
    assert all(package in page for package in (pyodide_wheels.THERE, *pyodide_wheels.MISSING))
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    assert {"run": "python tools/pyodide_wheels.py"} in jobs["pyodide"]["steps"]
