"""Each package imports only from those below it, `nn` and `data` need NumPy alone, and nothing imports pyplot."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "course_lib"

BELOW = {
    "data": set(),
    "nn": set(),
    "exercises": {"nn", "data"},
    "experiments": {"nn", "data"},
    "plots": {"experiments", "nn", "data"},
    "explorers": {"plots", "experiments", "nn", "data"},
}
GROUND = {path.stem for path in LIBRARY.glob("*.py")}  # modules under all layers
NUMPY_ONLY = {"nn", "data"}
FORBIDDEN = {
    "nn": {"matplotlib", "ipywidgets", "IPython"},
    "data": {"matplotlib", "ipywidgets", "IPython"},
    "exercises": {"matplotlib.pyplot"},
    "experiments": {"matplotlib", "ipywidgets", "IPython"},
    "plots": {"ipywidgets", "IPython", "matplotlib.pyplot"},
    "explorers": {"matplotlib.pyplot"},
}
RANDOM_NAMES = {"default_rng", "RandomState", "Generator", "SeedSequence"}


def modules(package: str) -> list[Path]:
    return sorted((LIBRARY / package).rglob("*.py"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = [path for package in BELOW for path in modules(package)]
by_name = pytest.mark.parametrize("path", MODULES, ids=[module_name(path) for path in MODULES])


def python(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


# One fresh interpreter per package is as strict as one per module, since nothing leaves sys.modules again;
# looking after each import names the module that brought a module in.
WHO_LOADS_WHAT = """
import importlib, json, sys
seen, brought = set(sys.modules), {}
for name in sys.argv[1:]:
    importlib.import_module(name)
    brought[name] = sorted(set(sys.modules) - seen)
    seen = set(sys.modules)
print(json.dumps(brought))
"""


@pytest.mark.parametrize("package", BELOW)
def test_what_a_package_loads(package: str) -> None:
    brought = json.loads(python(WHO_LOADS_WHAT, *map(module_name, modules(package))))
    wrong = [
        f"{importer} loads {module}"
        for importer, loaded in brought.items()
        for module in loaded
        if module in FORBIDDEN[package]
    ]
    if package in NUMPY_ONLY:
        known = set(sys.stdlib_module_names) | {"numpy", "annotated_types", "typing_extensions", "course_lib"}
        known |= {"cython_runtime"}  # of numpy.random
        wrong += [
            f"{importer} loads {module}"
            for importer, loaded in brought.items()
            for module in loaded
            if module.split(".")[0] not in known and not module.startswith("_")
        ]
    assert not wrong, "\n".join(wrong)


# A process per module, forked from one that holds its package, which Python imports before it, and that from one that
# holds only the packages of others: fresh and quick.
EACH_ALONE = """
import importlib, os, sys, traceback
import numpy, matplotlib.figure, ipywidgets

def fails(name, modules=()):
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] != 0
    try:
        importlib.import_module(name)
        os._exit(any([fails(module) for module in modules]))
    except BaseException:
        print(f"{name} cannot be imported first", file=sys.stderr)
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)

packages = {}
for name in sys.argv[1:]:
    packages.setdefault(name.rpartition(".")[0], []).append(name)
sys.exit(any([fails(package, modules) for package, modules in packages.items()]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_every_module_can_be_imported_first() -> None:
    python(EACH_ALONE, *map(module_name, MODULES))


@by_name
def test_imports_go_down_only(path: Path) -> None:
    package = path.relative_to(LIBRARY).parts[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write the full name instead of a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            assert not name.startswith("matplotlib.pyplot"), f"line {node.lineno}: draw on a Figure, not with pyplot"
            if name.startswith("course_lib."):
                target = name.split(".")[1]
                allowed = {package} | BELOW[package] | GROUND
                assert target in allowed, f"line {node.lineno}: {package} may not import {name}"


@by_name
def test_the_first_line_says_why_the_file_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name == "__init__.py":
        assert not text or path.parent.name in ("explorers", "exercises", "nn", "plots"), "package files stay empty"
    elif text:
        assert ast.get_docstring(ast.parse(text))


@by_name
def test_randomness_is_an_argument(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
            assert node.attr in RANDOM_NAMES, f"line {node.lineno}: np.random.{node.attr} draws from a global state"


def test_every_package_is_known() -> None:
    packages = {path.name for path in LIBRARY.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert packages == set(BELOW)
