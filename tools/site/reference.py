"""The reference of the library: a page for `nn`, one for `data`, one for each chapter's experiments.

Sphinx reads the docstrings. They are plain text with equations, in which `*` and `|` mean themselves.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

LIBRARY = Path(__file__).resolve().parents[2] / "course_lib"
FIELD = re.compile(r"(Returns|Raises|Source): ")
SPACE = "\u2003"  # an em wide, so that columns stand apart
ALIGNED = re.compile(r"^ |\S {2,}\S")  # equations and lists of arguments, whose lines and columns are meant


def pages(folder: Path) -> None:
    """Write the pages into `folder`, as Markdown that Sphinx fills from the docstrings."""
    folder.mkdir(parents=True, exist_ok=True)
    groups: dict[str, list[str]] = {}
    for package in ("nn", "data", "experiments"):
        for module in sorted(path.stem for path in (LIBRARY / package).glob("*.py") if path.stem != "__init__"):
            groups.setdefault(group_of(package, module), []).append(f"course_lib.{package}.{module}")
    for name, modules in groups.items():
        parts = [f"# {name}\n", *map(section, modules)]
        (folder / f"{name.replace(' ', '_').replace(':', '')}.md").write_text("\n".join(parts), encoding="utf-8")


def group_of(package: str, module: str) -> str:
    """The page of a module: that of its package, or among experiments that of its chapter."""
    if package != "experiments":
        return f"course_lib.{package}"
    chapters = (path.stem[3:] for path in (LIBRARY.parent / "notebooks").glob("*.ipynb"))
    chapter = next((one for one in chapters if module.startswith(one)), "several chapters")
    return f"Experiments: {chapter.replace('_', ' ')}"


def section(module: str) -> str:
    name = module.removeprefix("course_lib.")
    return f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n   :member-order: bysource\n```\n"


def as_rst(lines: list[str]) -> list[str]:
    """A docstring as reStructuredText: sections become fields, aligned lines stay lines, signs stay signs."""
    result: list[str] = []
    for paragraph in re.split(r"\n\s*\n", "\n".join(lines)):
        rows = paragraph.strip("\n").split("\n")
        aligned, within = any(map(ALIGNED.search, rows)), False
        for row in rows:
            if field := FIELD.match(row):
                result += ["", f":{field[1]}: {escaped(row[field.end() :])}"]
                aligned, within = False, True
            elif aligned:
                indent = SPACE * ((len(row) - len(row.lstrip())) // 4)
                result.append("| " + indent + escaped(re.sub("  +", SPACE, row.strip())))
            else:
                result.append(("   " if within else "") + escaped(row.strip()))
        result.append("")
    return result


def escaped(text: str) -> str:
    """`text` with what reStructuredText would take for markup made plain; code stays code."""
    parts = re.split(r"`([^`]+)`", text)
    plain = [re.sub(r"([\\*|`_])", r"\\\1", part) for part in parts[::2]]
    code = [f"\\ ``{part}``\\ " for part in parts[1::2]]
    return "".join(one for pair in zip(plain, [*code, ""], strict=True) for one in pair)


def setup(app: Sphinx) -> None:
    def rewrite(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
        lines[:] = as_rst(lines)

    app.connect("autodoc-process-docstring", rewrite)
