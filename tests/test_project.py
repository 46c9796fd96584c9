"""The project's papers agree with each other, and a newcomer who lacks something is told so in one sentence."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
NEEDED = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
EXTRA = [Requirement(text) for group in EXTRAS.values() for text in group]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "jupyter-server": "jupyter_server"}
BY_PIP = {"fsrs"}  # not sought on conda-forge: comes with `pip: -e .`
MODULES = {
    "annotated-types": "annotated_types",
    "pillow": "PIL",
    "jupyter-server": "jupyter_server",
    "ipython": "IPython",
    "pyyaml": "yaml",
    "fonttools": "fontTools",
    "jupyter-client": "jupyter_client",
    "axe-playwright-python": "axe_playwright_python",
    "pytest-xdist": "xdist",
}
OPTIONAL_PEERS = {"torch", "sklearn"}  # scripts that made stored values, and peers in benchmarks: skipped when absent
posix = pytest.mark.skipif(os.name != "posix", reason="the make targets are for POSIX systems")
CODE = [
    path
    for folder in ("course_lib", "tools", "tests", "benchmarks", "grading")
    for path in (ROOT / folder).rglob("*.py")
]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def locked(name: str) -> dict[str, list[Version]]:
    """Package -> the versions that the lock holds, more than one where they differ by Python."""
    versions: dict[str, list[Version]] = {}
    for package, version in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", read(f"requirements/{name}.lock"), re.MULTILINE):
        versions.setdefault(package, []).append(Version(version))
    return versions


def test_conda_and_pyproject_are_in_step() -> None:
    listed = [line for line in yaml.safe_load(read("environment.yml"))["dependencies"] if isinstance(line, str)]
    expected = {
        f"{CONDA_NAMES.get(need.name, need.name)}{need.specifier}" for need in NEEDED if need.name not in BY_PIP
    }
    assert set(listed) == expected | {f"python{PROJECT['project']['requires-python']}", "pip"}


def test_lock_holds_what_is_needed() -> None:
    lab, site, everything = locked("lab"), locked("site"), locked("test")
    for need in [*NEEDED, *(Requirement(text) for text in PROJECT["build-system"]["requires"])]:
        assert lab[need.name] and all(version in need.specifier for version in lab[need.name])
    for need in EXTRA:
        assert everything[need.name] and all(version in need.specifier for version in everything[need.name])
    assert {Requirement(text).name for text in EXTRAS["site"]} <= set(site)
    assert lab.items() <= site.items() <= everything.items(), "the locks differ: run `make lock`"


@pytest.mark.parametrize("name", ["lab", "site", "test"])
def test_lock_names_no_place_and_has_every_hash(name: str) -> None:
    text = read(f"requirements/{name}.lock")
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", text)[1:])


def test_what_the_code_imports_is_declared() -> None:
    declared = {MODULES.get(need.name, need.name) for need in NEEDED + EXTRA} | OPTIONAL_PEERS
    folders = (ROOT / "tools", ROOT / "tests" / "surroundings")
    own = {
        "course_lib",
        "benchmarks",
        "grading",
        "tools",
        *(path.stem for folder in folders for path in folder.glob("*.py")),
    }
    declared |= {"packaging", "setuptools", "jupyterlab_server", *own, *sys.stdlib_module_names}  # JupyterLab's own
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in names:
                assert name.split(".")[0] in declared, f"{path.relative_to(ROOT)}: {name} is not in pyproject.toml"


@posix
def test_help_lists_every_target() -> None:
    targets = set(re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)[1].split())
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(re.search(rf"^ +{target} +\S", said, re.MULTILINE) for target in targets)


def test_readme_tells_what_stands() -> None:
    """A chapter is linked exactly when its notebook is there; every other link and every make target exists too."""
    text = read("README.md")
    numbers = re.findall(r"^\| (\d\d) \|", text, re.MULTILINE)
    assert numbers == [f"{i:02}" for i in range(len(numbers))]
    linked = set(re.findall(r"^\| \d\d \| \[[^]]+\]\(notebooks/(\d\d_\w+\.ipynb)\)", text, re.MULTILINE))
    assert linked == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert text.count("(in preparation)") == len(numbers) - len(linked)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_targets_and_files_that_are_named_exist(name: str) -> None:
    text = read(name)
    code = re.findall(r"`([^`\n]+)`", text)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        assert target.startswith("http") or (ROOT / target).exists(), target
    for target in re.findall(r"\bmake ([a-z-]+)", " ".join(code)):
        assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE), f"make {target}"
    for path in re.findall(r"\b(?:course_lib|tools|tests|docs)/[\w/.]+\.\w+\b", " ".join(code)):
        assert "name" in path or (ROOT / path).exists(), path


@pytest.mark.skipif(not shutil.which("git") or not (ROOT / ".git").exists(), reason="needs git and a clone")
def test_a_clone_that_asks_for_other_line_ends_is_sound(tmp_path: Path) -> None:
    """As Git for Windows is set up."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "-c", "core.autocrlf=true", str(ROOT), str(clone)], check=True)
    ends = subprocess.run(["git", "ls-files", "--eol"], cwd=clone, capture_output=True, text=True, check=True).stdout
    assert re.findall(r".*w/(?:crlf|mixed).*", ends) == []
    kept = {line.split("\t")[1] for line in ends.splitlines() if "attr/-text" in line}
    assert kept == {line.split("\t")[1] for line in ends.splitlines() if line.startswith("i/-text")}, ".gitattributes"
    for name in kept:
        assert (clone / name).read_bytes() == (ROOT / name).read_bytes(), name
    for script in [*(clone / "tools").glob("*.sh"), clone / ".ci" / "run"] if os.name == "posix" else []:
        subprocess.run(["bash", "-n", str(script)], check=True)
    subprocess.run([sys.executable, "tools/notebooks.py", "check"], cwd=clone, check=True)


# What a newcomer is told when something is missing: one sentence, in a folder with a difficult name.


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    place = tmp_path / "mein Kürs"
    place.mkdir()
    for name in ("tools", "requirements"):
        shutil.copytree(ROOT / name, place / name)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, place)
    return place


def make_lab(place: Path, *arguments: str, **environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "PYTHON")}
    result = subprocess.run(
        ["make", "lab", *arguments], cwd=place, env=clean | environment, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    said = [line for line in result.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1, result.stderr
    return said[0]


def fake_python(folder: Path, name: str, version: tuple[int, int], modules: bool = True) -> None:
    """A program that answers like a Python of that version, with or without what makes virtual environments."""
    folder.mkdir(exist_ok=True)
    script = folder / name
    script.write_text(
        f"""#!/bin/sh
case "$*" in
    --version) echo "Python {version[0]}.{version[1]}.0" ;;
    *version_info*) exit {int(version < (3, 11))} ;;
    *ensurepip*) exit {int(not modules)} ;;
    *) echo "{name} was chosen" >&2; exit 1 ;;
esac
""",
        encoding="utf-8",
    )
    script.chmod(0o755)


def path_with(folder: Path) -> str:
    """The programs that make needs, and no Python but those in `folder`."""
    for name in ("sh", "env", "awk", "cat", "cksum", "dirname", "grep", "id", "tail", "make", "git"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    return str(folder)


@posix
@pytest.mark.parametrize(
    ("pythons", "says"),
    [
        ([], "needs Python 3.11 or newer and found no Python"),
        ([("python3", (3, 9), True)], "needs Python 3.11 or newer and found Python 3.9.0"),
        ([("python3", (3, 12), False)], "apt-get install python3-venv"),
    ],
)
def test_no_usable_python(fresh: Path, tmp_path: Path, pythons, says: str) -> None:
    (tmp_path / "bin").mkdir()
    for python in pythons:
        fake_python(tmp_path / "bin", *python)
    assert says in make_lab(fresh, PATH=path_with(tmp_path / "bin"))


@posix
def test_the_best_python_is_found(fresh: Path, tmp_path: Path) -> None:
    for python in [("python3", (3, 9), True), ("python3.13", (3, 13), False), ("python3.12", (3, 12), True)]:
        fake_python(tmp_path / "bin", *python)
    result = subprocess.run(
        ["make", "lab"],
        cwd=fresh,
        env={"PATH": path_with(tmp_path / "bin")},
        check=False,
        capture_output=True,
        text=True,
    )
    assert "python3.12 was chosen" in result.stderr


@posix
def test_the_chosen_python_is_too_old(fresh: Path, tmp_path: Path) -> None:
    fake_python(tmp_path / "bin", "old python", (3, 8))
    chosen = tmp_path / "bin" / "old python"
    assert make_lab(fresh, f"PYTHON={chosen}").startswith(f"PYTHON={chosen} is not a Python 3.11")


@posix
@pytest.mark.skipif(not (ROOT / ".venv" / "lab.stamp").exists(), reason="needs what make lab installs")
def test_a_home_that_cannot_be_written() -> None:
    nowhere = f"{os.devnull}/jupyter"
    assert make_lab(ROOT, JUPYTER_RUNTIME_DIR=nowhere).startswith(f"JupyterLab cannot write to {nowhere}: ")


@posix
def test_no_network_at_the_first_installation(fresh: Path) -> None:
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "1",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
    assert make_lab(fresh, f"PYTHON={sys.executable}", **nowhere).startswith("No network: ")
