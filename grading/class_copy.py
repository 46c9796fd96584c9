"""Builds the copy of the course that a class works with: the same chapters, without the solutions.

    python -m grading.class_copy [--to FOLDER]      into build/class

Left out are the cells that call `solution`, everything only an instructor or a developer needs, and outputs of
exercises. Of docs/ the glossary and the corrections come along, to which the chapters lead. `solution("5.1")` there
says that the instructor keeps the solutions. The reference answers themselves stay in course_lib/exercises, because
`check` compares with them: who searches will find them.
"""

import argparse
import ast
import re
import shutil
import sys
from pathlib import Path

from nbformat import NotebookNode

from tools import notebooks

ROOT = Path(__file__).resolve().parents[1]
WHOLE = (
    "course_lib tools/jupyterlab tools/environment.sh tools/prompt_socket.py tools/update.py requirements/lab.lock "
    "pyproject.toml setup.py environment.yml LICENSE LICENSE-CONTENT CITATION.cff"
).split()
NOT = shutil.ignore_patterns("__pycache__", "*.pyc", ".ipynb_checkpoints", "*.egg-info")
DOCS = ("docs/glossary.md", "docs/corrections.md")
LINK = re.compile(r"\[([^][]*(?:\[[^][]*\][^][]*)*)\]\(([^)#\s:]+)(#cell-id=[^)\s]+)?\)")
EDITION = "course_lib/exercises/edition.py"

README = """# Training neural networks

You need Python 3.11 or newer, make and git. In this folder:

    make lab

installs the course (once, a few minutes) and opens the first notebook. *Run → Run All Cells* makes the sliders live.
With conda or mamba: `mamba env create -f environment.yml`, `mamba activate training-neural-networks`, `jupyter lab`.

Do the exercises in the notebooks: replace the `...`, run the cell, read what `check` says. `hint("5.1")` helps. Hand in
the notebook file itself, saved, under its own name. Its answers will be run again, so what counts is the code; the
outputs need not be there. An answer may use everything defined above it in the same notebook.

Your instructor keeps the solutions.
"""


def without_solutions(notebook: NotebookNode) -> NotebookNode:
    """The notebook without cells that call `solution`, and without a sentence that only led up to one."""
    kept: list[NotebookNode] = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and calls_solution(cell.source):
            if kept and kept[-1].cell_type == "markdown" and leads_on(kept[-1].source):
                kept.pop()
            continue
        if cell.cell_type == "code" and "check(" in cell.source:
            cell.outputs = []
        kept.append(cell)
    notebook.cells = kept
    return notebook


def calls_solution(source: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "solution"
        for node in ast.walk(ast.parse(source))
    )


def leads_on(source: str) -> bool:
    return source.rstrip().endswith(":") and "\n" not in source.strip() and not source.startswith("#")


def lab_only(makefile: str) -> str:
    """The Makefile with `help`, `lab`, `update` and nothing else."""
    head, _, rest = makefile.partition(".PHONY:")
    targets = {block.split(":")[0]: block for block in rest.split("\n\n") if ":" in block}
    names = ("help", "lab", "update")
    return "\n\n".join([f"{head}.PHONY: {' '.join(names)}", *map(targets.__getitem__, names)]) + "\n"


def build(to: Path) -> list[Path]:
    """The copy in `to`, which is emptied first if an earlier copy is there; the notebooks in it."""
    paths = sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))
    notebooks.refuse_unstored(paths)
    notebooks.folder_to_write(to.parent)
    if to.exists():
        if any(to.iterdir()) and not (to / EDITION).exists():
            raise ValueError(f"{to} holds something that is no copy of the course: choose another folder.")
        shutil.rmtree(to)
    for name in WHOLE:
        source, target = ROOT / name, to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=NOT)
        else:
            shutil.copy2(source, target)
    edition = (ROOT / EDITION).read_text(encoding="utf-8")
    (to / EDITION).write_text(edition.replace("SOLUTIONS = True", "SOLUTIONS = False"), encoding="utf-8")
    (to / "Makefile").write_text(lab_only((ROOT / "Makefile").read_text(encoding="utf-8")), encoding="utf-8")
    (to / "README.md").write_text(README, encoding="utf-8")
    ignored = (".venv/", "__pycache__/", ".ipynb_checkpoints/", "*.egg-info/", "backup/")
    (to / ".gitignore").write_text("\n".join(ignored) + "\n", encoding="utf-8")
    (to / "notebooks").mkdir()
    written = []
    for path in paths:
        target = to / "notebooks" / path.name
        notebooks.store(target, without_solutions(notebooks.read(path)))
        written.append(target)
    (to / "docs").mkdir()
    for name in DOCS:
        text = (ROOT / name).read_text(encoding="utf-8")
        (to / name).write_text(relinked(text, to / "docs"), encoding="utf-8")
    return written


def relinked(text: str, folder: Path) -> str:
    """`text` of a file in `folder` of the copy; a link to what the copy does not hold becomes plain words."""

    def link(match: re.Match) -> str:
        words, target, place = match.groups()
        file = folder / target
        cell = place and place.removeprefix("#cell-id=")
        holds = file.is_file() and (not cell or f'"id": "{cell}"' in file.read_text(encoding="utf-8"))
        return match[0] if holds else words

    return LINK.sub(link, text)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "class", help="the folder to write")
    given = parser.parse_args(arguments)
    try:
        written = build(given.to)
    except ValueError as error:
        sys.exit(str(error))
    print(f"{len(written)} notebooks without solutions, and all they need, are in {given.to}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
