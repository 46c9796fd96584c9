"""The course shows the same wherever it lies: decimal commas, a home nobody may write in, a folder of any name, a full
disk. What is wrong with an installation costs at most a plain sentence, and nothing is written in red."""

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
from course_lib.exercises import _tutor, check
from course_lib.explorers import gradient_chain_explorer, neuron_explorer
for make in (neuron_explorer, gradient_chain_explorer):
    explorer = make()
    explorer.drag({control.name: control.extremes()[-1] for control in list(explorer.controls.values())[:1]})
    print(explorer.description(), repr(explorer), hashlib.sha256(explorer.picture.png()).hexdigest())
check("5.1", _tutor.exercises["5.1"].answer)
print(f"{1.5:n}", course_lib.__path__[0], file=sys.stderr)
"""


def shown(folder: Path = ROOT, **surroundings: str) -> tuple[str, str]:
    """What that prints in an interpreter with this folder and these environment variables; and its errors."""
    told = {"PYTHONPATH": str(folder), "PYTHONUTF8": "1", **surroundings}
    environment = {**os.environ, **told}
    done = subprocess.run(
        [sys.executable, "-c", SHOWN],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={name: value for name, value in environment.items() if value},
    )
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


def home(folder: Path | str) -> dict[str, str]:
    """Environment variables that make this the home of the learner, on any platform."""
    return {**dict.fromkeys(ELSEWHERE, ""), **dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA"), str(folder))}


def nowhere(folder: Path) -> Path:
    """A place where nobody can write: not even root makes a folder below a file."""
    (folder / "file").touch()
    return folder / "file" / "home"


def test_a_home_that_nobody_may_write_in(usual: str, tmp_path: Path) -> None:
    words, errors = shown(LC_ALL="C.UTF-8", **home(nowhere(tmp_path)))
    assert words.startswith(usual)
    assert "cannot be saved" in words.removeprefix(usual)
    assert len(errors.splitlines()) == 1, "only what SHOWN writes there"


def test_a_folder_of_any_name(usual: str, tmp_path: Path) -> None:
    folder = tmp_path / "Kurs é 课程 (2)"
    shutil.copytree(ROOT / "course_lib", folder / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    words, errors = shown(folder, LC_ALL="C.UTF-8", COURSE_LIB_PROGRESS=str(folder / "progress.jsonl"))
    assert "课程" in errors, "it is the copy that was tried"
    assert words == usual


# The first notebook under strict nbval, for which a word in red is a failure. ---------------------------------------

# The list of fonts takes long to make, so that Matplotlib says so.
SLOW_FONTS = """
import threading
Timer = threading.Timer
threading.Timer = lambda seconds, *rest: Timer(0 if seconds == 5 else seconds, *rest)
"""


def start_here(folder: Path, before: str = "", **surroundings: str) -> str:
    """What strict nbval says of notebook 00; `before` is shell code that prepares a file system of the test's own."""
    (folder / "sitecustomize.py").write_text(SLOW_FONTS, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
        str(ROOT / "notebooks" / "00_start_here.ipynb"),
    ]
    if before:
        command = ["unshare", "-rm", "sh", "-ec", f'{before}\nexec "$@"', "sh", *command]
    runtime = folder / "runtime"  # without one Jupyter itself does not start
    runtime.mkdir()
    told = {"PYTHONPATH": str(folder), "JUPYTER_RUNTIME_DIR": str(runtime), **surroundings}
    environment = {name: value for name, value in {**os.environ, **told}.items() if value}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_first_notebook_where_no_usual_folder_can_be_written_in(tmp_path: Path) -> None:
    place = nowhere(tmp_path)
    assert " passed" in start_here(tmp_path, **home(place) | {"MPLCONFIGDIR": str(place), "TMPDIR": str(place)})


def test_first_notebook_in_a_new_home_with_another_alphabet(tmp_path: Path) -> None:
    """Nothing is cached there yet."""
    place = tmp_path / "Zoë 王"
    place.mkdir()
    assert " passed" in start_here(tmp_path, **home(place))
    assert list(place.rglob("fontlist*.json"))


def test_first_notebook_on_a_full_disk_from_a_course_that_is_read_only(tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("needs a system where a process may have mounts of its own")
    full, ipython = tmp_path / "full", tmp_path / "ipython"  # IPython itself does not start without a folder
    full.mkdir()
    before = (
        f"mount --bind '{ROOT}' '{ROOT}'\nmount -o remount,ro,bind '{ROOT}'\n"
        f"mount -t tmpfs -o size=64k full '{full}'\ncat /dev/zero >'{full}/zeros' 2>&1 || true\n"
        f"! touch '{ROOT}/written' 2>&1"
    )
    assert " passed" in start_here(tmp_path, before, **home(full), TMPDIR=str(full), IPYTHONDIR=str(ipython))
