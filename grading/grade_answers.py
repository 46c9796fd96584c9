"""Finds a student's answers in a notebook, and of the notebook's code just what each answer needs.

An answer is what stands in the last `check("5.1", …)`. Everything else, the explorers, the tables, the student's
experiments, is run only where a name in the answer leads back to it. Outputs are never looked at.
"""

import ast
import re
import symtable
from dataclasses import dataclass
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from course_lib.exercises import __all__ as FOR_STUDENTS

TIMED = re.compile(r"\A\s*%%(time|capture)\b.*\n")  # magics whose cell is ordinary code
MODULES = re.compile(r"course_lib\.exercises\.\w+")


@dataclass(frozen=True)
class Answer:
    """`code` ends in the call of `check`; `problem` says why there is none; `remark` is for the instructor's eye."""

    code: str = ""
    problem: str = ""
    remark: str = ""


@dataclass(frozen=True)
class _Statement:
    text: str
    needs: frozenset[str]
    gives: frozenset[str]
    checks: frozenset[str]
    settles: bool  # gives its names whatever stood before


def exercise_ids(notebook: NotebookNode) -> set[str]:
    """The exercises that the notebook's code speaks of, in a cell that can be read or not."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return set(re.findall(r"""\bcheck\(\s*["'](\d+\.\d+)["']""", code))


def answer(notebook: NotebookNode, id: str) -> Answer:
    """The code to run for exercise `id`."""
    statements: list[_Statement] = []
    broken = ""
    last = -1
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            source = TransformerManager().transform_cell(TIMED.sub("", cell.source))
            for node in ast.parse(source).body:
                statements.append(_statement(node))
                if id in statements[-1].checks:
                    last, broken = len(statements) - 1, ""
        except (SyntaxError, ValueError, RecursionError) as error:
            if id in exercise_ids(NotebookNode(cells=[cell])):
                where = f", line {line}" if (line := getattr(error, "lineno", None)) else ""
                broken = f"The cell is not valid Python{where}: {getattr(error, 'msg', error)}."
    if broken:
        return Answer(problem=broken)
    if last < 0:
        return Answer(problem="not attempted yet: the notebook has no such check.")
    code = "\n".join(_slice(statements[: last + 1]))
    found = _beside_the_references(code)
    remark = f"Look at the code: it names {found}, where the reference answers are." if found else ""
    return Answer(code, remark=remark)


def _beside_the_references(code: str) -> str:
    """What `code` names of the package that holds the reference answers, beyond what students are given from it."""
    if found := MODULES.search(code):
        return found[0]
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            start = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for name in (f"{start}{alias.name}" for alias in node.names):
                package, _, last = name.rpartition(".")
                if name == "course_lib.exercises" or package == "course_lib.exercises" and last not in FOR_STUDENTS:
                    return name
    return ""


def _slice(statements: list[_Statement]) -> list[str]:
    """The last statement and those before it that give what it needs, in their order."""
    *before, target = statements
    needed, kept = set(target.needs), [target.text]
    for statement in reversed(before):
        if statement.gives & needed or "*" in statement.gives:
            kept.append(statement.text)
            if statement.settles:
                needed -= statement.gives
            needed |= statement.needs
    return kept[::-1]


def _statement(node: ast.stmt) -> _Statement:
    text = ast.unparse(node)
    table = symtable.symtable(text, "cell", "exec")
    needs = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()} | _globals(table)
    gives = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    gives |= {_root(target) for part in ast.walk(node) for target in getattr(part, "targets", [])} - {""}
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        gives = {"*"}
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)]
    checks = {
        call.args[0].value
        for call in calls
        if getattr(call.func, "id", "") == "check" and call.args and isinstance(call.args[0], ast.Constant)
    }
    plain = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)
    plain |= isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets)
    return _Statement(text, frozenset(needs), frozenset(gives), frozenset(map(str, checks)), plain)


def _globals(table: symtable.SymbolTable) -> set[str]:
    """Names that functions and classes inside look up outside."""
    found = {
        symbol.get_name()
        for child in table.get_children()
        for symbol in child.get_symbols()
        if symbol.is_global() and symbol.is_referenced()
    }
    return found.union(*(_globals(child) for child in table.get_children()))


def _root(target: ast.expr) -> str:
    """The name that `settings["lr"] = 1` changes."""
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def student_of(path: Path, folder: Path) -> str:
    """Who handed in `path`: the folder it lies in, or what its name says beside the chapter's."""
    inside = path.relative_to(folder)
    rest = re.sub(r"\d\d_(start_here|[a-z]+(_centring)?)", "", path.stem).strip(" _-.()")
    name = inside.parts[0] if len(inside.parts) > 1 else rest or path.stem
    return name.encode(errors="backslashreplace").decode()  # a name of a file may be no text
