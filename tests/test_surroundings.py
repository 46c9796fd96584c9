"""The course shows the same wherever it lies: decimal commas, a home nobody may write in, a folder of any name."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMAS = "de_DE.UTF-8"
ELSEWHERE = ["COURSE_LIB_PROGRESS", "MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"]

# Prints what the course shows, in words and as a digest of the picture, and what a check says.
SHOWN = """
import hashlib, locale, sys
locale.setlocale(locale.LC_ALL, "")
import course_lib
from course_lib.exercises import _desk, check
from course_lib.explorers import gradient_chain_explorer, neuron_explorer
for make in (neuron_explorer, gradient_chain_explorer):
    explorer = make()
    explorer.drag({control.name: control.extremes()[-1] for control in list(explorer.controls.values())[:1]})
    print(explorer.description(), repr(explorer), hashlib.sha256(explorer.picture.png()).hexdigest())
check("5.1", _desk.exercises["5.1"].answer)
print(f"{1.5:n}", course_lib.__path__[0], file=sys.stderr)
"""


def shown(folder: Path = ROOT, **surroundings: str) -> tuple[str, str]:
    """What that prints in an interpreter with this folder and these environment variables; and its errors."""
    told = { "PYTHONPATH": str(folder), "PYTHONUTF8": "1", **surroundings}
    environment = {**os.environ, **told}
    done = subprocess.run([sys.executable, "-c", SHOWN], cwd=folder, capture_output=True, encoding="utf-8",
                          env={name: value for name, value in environment.items() if value})
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> str:
    words, _ = shown(LC_ALL="C.UTF-8", COURSE_LIB_PROGRESS=str(tmp_path_factory.mktemp("usual") / "progress.jsonl"))
    assert words.count("\n") == 3 and "solved" in words
    return words


def test_a_locale_with_decimal_commas(usual: str, tmp_path: Path) -> None:
    if shutil.which("localedef") is None:
        pytest.skip("needs localedef")
    made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(tmp_path / COMMAS)], check=False)
    if made.returncode > 1:  # 1: with warnings
        pytest.skip("needs the package `locales`")
    words, errors = shown(LOCPATH=str(tmp_path), LC_ALL=COMMAS, COURSE_LIB_PROGRESS=str(tmp_path / "progress.jsonl"))
    assert "1,5" in errors, "the locale is not the one to try"
    assert words == usual


def test_a_home_that_nobody_may_write_in(usual: str, tmp_path: Path) -> None:
    """Not even root makes a folder below a file."""
    (tmp_path / "file").touch()
    nowhere = str(tmp_path / "file" / "home")
    unset = dict.fromkeys(ELSEWHERE, "")
    words, _ = shown(HOME=nowhere, LC_ALL="C.UTF-8", **unset)
    assert words.startswith(usual)
    assert "cannot be saved" in words.removeprefix(usual)


def test_a_folder_of_any_name(usual: str, tmp_path: Path) -> None:
    folder = tmp_path / "Kurs é 课程 (2)"
    shutil.copytree(ROOT / "course_lib", folder / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    words, errors = shown(folder, LC_ALL="C.UTF-8", COURSE_LIB_PROGRESS=str(folder / "progress.jsonl"))
    assert "课程" in errors, "it is the copy that was tried"
    assert words == usual
