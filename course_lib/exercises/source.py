"""The source of a piece of the library, shown in a notebook instead of being typed there again."""

import ast
import functools
import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from course_lib.exercises.values import shortened

# They look at the arguments, and are no part of the equation.
_GUARDS = re.compile(
    r"^ *@(checked|arrays\(.*\)|scores_first|names_the_layer|takes_(x|dy|inputs)|needs_two_values)\n", re.MULTILINE
)


@dataclass(frozen=True, repr=False)
class Source:
    """Python source that a notebook shows highlighted in its own theme, and a terminal as plain text.

    With a `title` the notebook shows that alone, until the reader opens it.
    """

    text: str
    title: str = ""

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        # Not IPython's Code: its HTML brings light-theme colours that VS Code shows on dark paper, a style sheet
        # per cell, and markup that changes with the version of Pygments. A fence is highlighted everywhere.
        fence = f"```python\n{self.text}\n```"
        return f"<details><summary>{self.title}</summary>\n\n{fence}\n\n</details>" if self.title else fence


def show_source(obj: Callable, *, docstring: bool = False, title: str = "") -> Source:
    """The lines that define `obj`, a function, method or class, under a comment that names their module.

    Docstrings are left out unless `docstring` is true: in a notebook the text around already tells what they say.
    With a `title` they stay folded under it until the reader opens them.
    """
    while isinstance(obj, functools.partial):
        obj = obj.func
    try:
        text = textwrap.dedent(inspect.getsource(obj))
    except (TypeError, OSError) as error:
        raise ValueError(
            "show_source shows functions, methods and classes written in Python, "
            f"not {type(obj).__name__} {shortened(obj)}."
        ) from error
    text = re.sub(_GUARDS, "", text)
    if not docstring:
        text = _without_docstrings(text)
    return Source(f"# {obj.__module__}\n{text.strip()}", title)


def _without_docstrings(text: str) -> str:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a lambda in the middle of an expression
        return text
    lines: list[str | None] = [*text.splitlines()]
    for node in ast.walk(tree):
        if (
            not isinstance(node, ast.FunctionDef | ast.ClassDef)
            or ast.get_docstring(node) is None
            or len(node.body) == 1
        ):
            continue
        body: list[Any] = node.body
        end = body[1].lineno - 1  # a blank line after the docstring goes with it
        if getattr(body[1], "decorator_list", None):
            end = body[1].decorator_list[0].lineno - 1
        between = lines[body[0].end_lineno : end]
        keep = [line for line in between if line and line.strip()]  # a comment stays
        lines[body[0].lineno - 1 : end] = [*keep, *[None] * (end - body[0].lineno + 1 - len(keep))]
    return "\n".join(line for line in lines if line is not None)
