"""Change one thing in the library, run its tests, and see whether one fails: the share of changes that are noticed.

    python tools/mutants.py --seed 1 --number 60 --packages nn plots

Each mutant is one random change of one module in a copy of the course, never in the course itself. It meets the test
files that import its module and the tests of the explorers that lead to it, one after the other until one fails.
A mutant that behaves like the original survives too, so survivors are printed with their lines, to be judged by eye.
"""

import argparse
import ast
import copy
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

import hypothesis  # noqa: F401
import ipywidgets  # noqa: F401
import matplotlib.figure  # noqa: F401
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ["nn", "experiments", "plots", "exercises", "explorers", "data"]
MANY = 8  # explorers, of those that lead to a module; what leads to all of them shows in a few
OF_EVERY_EXPLORER = """plots/test_picture.py::test_axes_words_and_colours_follow_the_result_as_was_looked_at
plots/test_picture.py::test_numbers_at_ticks_stand_where_they_belong
plots/test_picture.py::test_the_numbers_of_its_artists_are_those_of_the_result
explorers/test_captions.py::test_captions_are_those_that_were_read
explorers/test_captions.py::test_pictures_are_those_that_were_looked_at
explorers/test_captions.py::test_a_button_leads_picture_sliders_and_code_to_its_preset
plots/test_picture.py::test_blitting_draws_what_a_fresh_picture_draws
plots/test_picture.py::test_every_number_of_the_result_shows
explorers/test_explorers.py::test_a_hand_leads_each_control_to_its_ends_and_options_and_each_changes_something
explorers/test_explorers.py::test_what_a_slider_says_is_the_value_in_force
explorers/test_explorers.py::test_it_starts_where_its_experiment_does
explorers/test_explorers.py::test_a_slider_goes_in_whole_steps_from_end_to_end""".splitlines()
OF_ALL_EXPLORERS = "tests/explorers/test_captions.py::test_controls_and_presets_are_those_that_were_read"
BROKEN, ENDLESS = "an import, or the process", "a test without an end"  # what fails where no test does
SECONDS = 600  # a test that takes longer runs in circles: noticed
BECOMES = """Add Sub, Sub Add, Mult Div, Div Mult, FloorDiv Mult, Mod Add, Pow Mult, MatMult Add,
Lt GtE, GtE Lt, Gt LtE, LtE Gt, Eq NotEq, NotEq Eq, Is IsNot, IsNot Is, In NotIn, NotIn In, And Or, Or And"""
SWAPPED = {getattr(ast, one): getattr(ast, other) for one, other in map(str.split, BECOMES.split(","))}
LOOKS = set(
    "alpha borderaxespad borderpad bbox_to_anchor columnspacing dashes figsize fontsize gridspec_kw handlelength "
    "handletextpad height_ratios hspace labelpad labelspacing left linespacing linewidth linewidths lw markeredgewidth "
    "markersize pad rotation size top width_ratios wspace zorder".split()
)
SYMMETRIC = set("clip min max minimum maximum hypot array_equal logaddexp isclose allclose gcd".split())
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "argmin": "argmax", "argmax": "argmin"}


def mutated(node: ast.AST) -> ast.AST | None:
    """The node with one thing changed, None where nothing is to be changed."""
    new = copy.deepcopy(node)
    match new:
        case ast.BinOp() | ast.BoolOp() if type(new.op) in SWAPPED:
            new.op = SWAPPED[type(new.op)]()
        case ast.Compare():
            new.ops[0] = SWAPPED[type(new.ops[0])]()
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            return new.operand
        case ast.Constant(value=bool()):
            new.value = not new.value
        case ast.Constant(value=int(value)):
            new.value = value + 1
        case ast.Constant(value=float(value)):
            new.value = 2 * value + 0.1
        case ast.Name(id=name) if name in NAMES:
            new.id = NAMES[name]
        case ast.Attribute(attr=name) if name in NAMES:
            new.attr = NAMES[name]
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[_, _, *_]) if name in SYMMETRIC:
            return None
        case ast.Call(args=[first, second, *_]) if ast.dump(first) != ast.dump(second):
            new.args[:2] = [second, first]
        case ast.IfExp():
            new.body, new.orelse = new.orelse, new.body
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            return ast.Pass()
        case _:
            return None
    return new


def changeable(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """What may be mutated: no annotations, no widths of lines and other looks, which are right if they please the eye,
    no inputs in the cases of an exercise, for which others are as good, no `strict` of a zip, which can only raise, and
    no f-strings, whose parts have no place of their own before Python 3.12."""
    free = isinstance(tree, ast.keyword) and (tree.arg in LOOKS or tree.arg in ("cases", "strict"))
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list") or free or isinstance(tree, ast.JoinedStr):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST):
                if isinstance(node, ast.expr | ast.stmt) and mutated(node) is not None:
                    yield node
                yield from changeable(node)


def replaced(source: str, node: ast.expr | ast.stmt) -> str:
    """The source with the mutant in the place of `node`."""
    new = mutated(node)
    assert new is not None and node.end_lineno is not None
    lines = source.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: node.end_lineno - 1])) + (node.end_col_offset or 0)
    text = ast.unparse(new)
    text = f"({text})" if isinstance(new, ast.expr) else text
    return b"".join(lines)[:start].decode() + text + b"".join(lines)[end:].decode()


@cache
def imports(path: Path) -> frozenset[Path]:
    """The modules of the library that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
    files = {ROOT / f"{name.replace('.', '/')}.py" for name in names if name and name.startswith("course_lib")}
    return frozenset(file for file in files if file.exists())


@cache
def statements(path: Path) -> dict[str, ast.stmt]:
    """The statements of a module, by the names that they define."""
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path.exists() else []:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = node
            case ast.Import() | ast.ImportFrom():
                found |= {one.asname or one.name: node for one in node.names}
            case _:
                stored = [one for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
                found |= {one.id: node for one in stored}
    return found


@cache
def used(path: Path, name: str) -> set[tuple[Path, str]]:
    """The names that the statement of a name uses, each with the module that defines it."""
    node = statements(path).get(name)
    if not isinstance(node, ast.ImportFrom):
        return {(path, one.id) for one in ast.walk(node or ast.Pass()) if isinstance(one, ast.Name)}
    original = next(one.name for one in node.names if name == (one.asname or one.name))
    package = ROOT / (node.module or "").replace(".", "/")
    if (module := package / f"{original}.py").exists():
        return {(module, one) for one in statements(module)}
    return {(package / "__init__.py" if package.is_dir() else package.with_suffix(".py"), original)}


def led_from(module: Path, line: int) -> list[str]:
    """The explorers that a line of a module is part of: they use what it stands in, or what they use does.

    Read without an import: what is imported here no mutant can change.
    """
    table = statements(ROOT / "course_lib/explorers/__init__.py")["_NAMES"]
    assert isinstance(table, ast.Assign)
    around = {
        (module, name) for name, node in statements(module).items() if node.lineno <= line <= (node.end_lineno or 0)
    }
    found = []
    for stem, names in ast.literal_eval(table.value).items():
        for name in names.split():
            seen = left = {(ROOT / f"course_lib/explorers/{stem}.py", name)}
            while left:
                left = {one for place in left for one in used(*place)} - seen
                seen = seen | left
            if seen & around:
                found.append(name)
    return found[:: -(-len(found) // MANY) or 1]


def tests_of(module: Path, line: int = 0) -> list[str]:
    """What pytest is given, most likely to notice first: tests of its name, others that import it, its explorers'."""
    tests = [p for p in sorted(ROOT.glob("tests/*/test_*.py")) if p.parent.name != "browser" and module in imports(p)]
    tests.sort(
        key=lambda path: (path.stem.removeprefix("test_") != module.stem, path.parent.name != module.parent.name)
    )
    if module.parent.name == "exercises":  # laws over all exercises and questions
        tests += [
            p for p in sorted(ROOT.glob("tests/exercises/test_*.py")) if "_tutor" in p.read_text(encoding="utf-8")
        ]
    chosen = [str(path.relative_to(ROOT)) for path in tests]
    if module.parent.name != "nn":
        names = led_from(module, line)
        chosen += [OF_ALL_EXPLORERS] if names else []
        chosen += [f"tests/{test}[{name}]" for test in OF_EVERY_EXPLORER for name in names]
    return list(dict.fromkeys([*chosen, "tests/test_arguments.py::test_draws_begin_with_seed_0"]))


def run(folder: Path, module: Path, chosen: list[str], found: Connection) -> None:
    """In a process of its own: send each failing test, "" for one that passes, and None at the end."""
    chapters = set(re.findall(r'"(\d+)\.\d"', module.read_text(encoding="utf-8")))

    class Noticed:
        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            """Of an exercise's module only the tests of its exercises."""
            if module.parent.name == "exercises" and chapters:
                of = {item: re.search(r"\[(\d+)\.\d", item.nodeid) for item in items}
                items[:] = [item for item in items if not (one := of[item]) or one[1] in chapters]

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            found.send(report.nodeid if report.failed else "")

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                found.send(BROKEN)

    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # none is needed, and they take seconds
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    code = pytest.main(["-q", "--tb=no", "-p", "no:cacheprovider", *chosen], plugins=[Noticed()])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        found.send(BROKEN)
    found.send(None)


def failures(folder: Path, module: Path, chosen: list[str]) -> Generator[str, None, None]:
    """Failing tests, one by one. The fork has NumPy, Matplotlib and pytest already, but not the course."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=run, args=(folder, module, chosen, theirs))
    process.start()
    theirs.close()
    try:
        while (failed := ours.recv() if ours.poll(SECONDS) else ENDLESS) is not None:
            if failed:
                yield failed
            if failed == ENDLESS:
                break
    except EOFError:
        yield BROKEN
    finally:
        process.kill()
        process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--number", type=int, default=60, help="how many mutants; 60 take a quarter of an hour of one core"
    )
    parser.add_argument("--packages", nargs="+", default=PACKAGES, choices=PACKAGES)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    chosen: dict[str, list[tuple[Path, ast.expr | ast.stmt]]] = {}
    for package in asked.packages:
        paths = sorted((ROOT / "course_lib" / package).glob("*.py"))
        places = [(path, node) for path in paths for node in changeable(ast.parse(path.read_text(encoding="utf-8")))]
        chosen[package] = rng.sample(places, len(places))
    tried: list[tuple[str, str]] = []  # a package, and the first test that failed
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(".*", "build", "__pycache__", "dist"))
        for number in range(asked.number):
            package = asked.packages[number % len(asked.packages)]
            path, node = chosen[package].pop()
            place = path.relative_to(ROOT)
            source = (course / place).read_text(encoding="utf-8")
            (course / place).write_text(replaced(source, node), encoding="utf-8")
            start = time.perf_counter()
            with closing(failures(course, path, tests_of(path, node.lineno))) as failing:
                failed = next(failing, "")
            (course / place).write_text(source, encoding="utf-8")
            tried.append((package, failed))
            took = time.perf_counter() - start
            change = f"{ast.unparse(node)!r} → {ast.unparse(mutated(node) or node)!r}"
            said = "noticed " if failed else "SURVIVED"
            print(f"{said} {took:4.0f} s {place}:{node.lineno}: {change} {failed}", flush=True)
        seen = sorted({failed for *_, failed in tried if "::" in failed})
        broken = set(failures(course, ROOT / "course_lib/__init__.py", seen)) if seen else set()
    for failed in sorted(broken):
        print(f"{failed} fails without a mutant, too: what it noticed does not count.")
    for package in asked.packages:
        counted = [failed for one, failed in tried if one == package and failed not in broken]
        if counted:
            noticed, by_test = sum(map(bool, counted)), sum("::" in failed for failed in counted)
            print(f"{package}: {noticed} of {len(counted)} noticed, {noticed / len(counted):.0%}", end=" ")
            print(f"({by_test} by a test, {counted.count(BROKEN)} broke {BROKEN}, {counted.count(ENDLESS)} {ENDLESS})")


if __name__ == "__main__":
    main()
