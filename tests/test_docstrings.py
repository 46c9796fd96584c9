"""Docstrings say what is computed, in which shapes, with which errors and from which source; shapes are measured.

The form: what is computed, as an equation where there is one; `name (m, n)` for an array argument; the comment
`#: (m, n)` behind an array field of a result; and the lines `Returns:` (functions), `Raises:` and `Source:`, the last
for a whole module if it has one source. Units stand with the quantity. `checked` adds what it raises itself.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import course_lib
from course_lib.data import mnist
from course_lib.experiments.playground_capstone import Recipe

LIBRARY = Path(course_lib.__file__).parent
MODULES = [
    import_module(f"course_lib.{package}.{path.stem}")
    for package in ("data", "nn", "experiments")
    for path in sorted((LIBRARY / package).glob("*.py"))
    if path.stem != "__init__"
]
ARRAY = re.compile(r"\b(ndarray|Finite|Rows)\b")
Definition = ast.FunctionDef | ast.ClassDef


def public(body: list[ast.stmt], *kinds: type) -> Iterator[Any]:
    return (node for node in body if isinstance(node, kinds) and not node.name.startswith("_"))  # type: ignore


@cache
def source(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def documented() -> Iterator[tuple[ModuleType, Definition, str]]:
    """Every public function, class, method and property, with its docstring; what overrides a method keeps its."""
    for module in MODULES:
        for node in public(source(module).body, ast.FunctionDef, ast.ClassDef):
            thing = getattr(module, node.name)
            yield module, node, inspect.getdoc(thing) or ""
            if isinstance(node, ast.ClassDef):
                inherited = {name for base in thing.__mro__[1:] for name in vars(base)}
                for method in (one for one in public(node.body, ast.FunctionDef) if one.name not in inherited):
                    yield module, method, inspect.getdoc(getattr(thing, method.name)) or ""


THINGS = {f"{module.__name__}:{node.lineno} {node.name}": (module, node, doc) for module, node, doc in documented()}
each = pytest.mark.parametrize(("module", "node", "doc"), THINGS.values(), ids=THINGS.keys())


def raises(module: ModuleType, node: ast.AST, seen: frozenset[str] = frozenset()) -> bool:
    """Whether it has a `raise`, or calls a private function of its module that has one."""
    helpers = {one.name: one for one in source(module).body if isinstance(one, ast.FunctionDef)}
    for part in ast.walk(node):
        if isinstance(part, ast.Raise) and "NotImplementedError" not in ast.unparse(part):
            return True
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            name = part.func.id
            if name.startswith("_") and name in helpers and name not in seen:
                if raises(module, helpers[name], seen | {name}):
                    return True
    return False


def lacks(module: ModuleType, node: Definition, doc: str) -> list[str]:
    """What the docstring should say and does not."""
    if not doc:
        return ["docstring"]
    wanting = []
    said = f"{doc}\n{module.__doc__}"  # what all functions of a module share stands in its docstring
    if isinstance(node, ast.FunctionDef):
        arguments = [*node.args.args, *node.args.kwonlyargs]
        for name in (
            one.arg
            for one in arguments
            if one.annotation and re.search(ARRAY, re.sub(r"Callable\[.*", "", ast.unparse(one.annotation)))
        ):
            if not re.search(rf"(?<!\w){name}(, (and )?\w+| and \w+)* \([^()]*\)", said):
                wanting.append(f"shape of {name}")
        is_method = any(one.arg == "self" for one in node.args.args)
        shaped = r"\([^()]*,[^()]*\)" if is_method else r"(?m)^Returns: .*(\(.*\)|the shape of )"
        if node.returns and ARRAY.search(ast.unparse(node.returns)) and not re.search(shaped, said):
            wanting.append("Returns: with a shape")
        own = not any("checked" in ast.unparse(one) for one in node.decorator_list)
        if raises(module, node) and doc.count("Raises: ") < 2 - own:
            wanting.append("Raises:")
    elif shapeless := [name for name, shape in fields(module, node) if shape is None]:
        wanting.append(f"shapes of {', '.join(shapeless)}")
    if "Source: " not in said:
        wanting.append("Source:")
    return wanting


def fields(module: ModuleType, node: ast.ClassDef) -> Iterator[tuple[str, str | None]]:
    """The array fields of a class, each with the shape its comment gives."""
    lines = inspect.getsource(module).splitlines()
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and re.match(r"np.ndarray", ast.unparse(field.annotation)):
            said = re.search(r"#: (\([^()]*\))", lines[field.lineno - 1])
            yield ast.unparse(field.target), said and said[1]


@each
def test_docstring_says_what_a_reader_needs(module: ModuleType, node: Definition, doc: str) -> None:
    assert not lacks(module, node, doc), f"{module.__name__}.{node.name} lacks: {'; '.join(lacks(module, node, doc))}"


def results() -> Iterator[tuple[Callable[[], Any], dict[str, str]]]:
    """Every experiment that runs without being told anything, with the shapes that its result claims."""
    for module in (one for one in MODULES if one is not mnist):  # which is not fetched here
        classes = {node.name: node for node in public(source(module).body, ast.ClassDef)}
        for node in public(source(module).body, ast.FunctionDef):
            parameters = inspect.signature(run := getattr(module, node.name)).parameters.values()
            if all(one.default is not one.empty or one.kind is one.VAR_KEYWORD for one in parameters):
                if node.returns and (found := classes.get(ast.unparse(node.returns))):
                    if claimed := {name: shape for name, shape in fields(module, found) if shape}:
                        yield run, claimed


QUICK: dict[str, dict[str, Any]] = {  # the defaults take long
    "activation_race": {"epochs": 2},
    "digits_race": {"steps": 20},
    "final_look": {"recipe": Recipe(epochs=1, members=2), "splits": (0, 1)},
    "initialization_race": {"steps": 20},
    "leakage": {"seeds": 2},
    "learned_slope": {"epochs": 2},
    "compared": {"searches": 1},
    "memorisation": {"steps": 2},
    "network_signs": {"steps": 50},
    "shift_race": {"shifts": (0.5,)},
    "symmetry": {"steps": 20},
    "tune_rates": {"lrs": (0.1, 0.3), "epochs": 1},
}


@pytest.mark.parametrize(
    ("run", "claimed"), [pytest.param(*one, id=f"{one[0].__module__}.{one[0].__name__}") for one in results()]
)
def test_shapes_are_those_the_comments_give(run: Callable[[], Any], claimed: dict[str, str]) -> None:
    """A number is that number, a name the same length throughout a result, and an expression what it comes to."""
    result = run(**QUICK.get(run.__name__, {}))
    lengths = {name: value for name, value in vars(import_module(run.__module__)).items() if isinstance(value, int)}
    lengths |= {name: value for name, value in vars(result).items() if isinstance(value, int)}
    named: dict[str, int] = {}
    later = []
    for name, shape in claimed.items():
        if (array := getattr(result, name)) is None or array.size == 0:
            continue  # what the settings have no use for
        entries = [one.strip() for one in shape.strip("()").split(",") if one.strip()]
        assert array.ndim == len(entries), f"{name} is said to be {shape} and is {array.shape}"
        for entry, length in zip(entries, array.shape, strict=True):
            if entry.isidentifier() and not entry.isupper():
                assert named.setdefault(entry, length) == length, f"{name} {shape} is {array.shape}"
            else:
                later.append((name, shape, array.shape, entry, length))
    for name, shape, actual, entry, length in later:
        code = re.sub(r"(\w)²", r"\1**2", entry.replace("·", "*"))
        try:
            expected = eval(code, {}, lengths | named)
        except (NameError, SyntaxError):
            continue
        assert expected == length, f"{name} is said to be {shape} and is {actual}"
