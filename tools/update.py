"""Brings a newer course from where this copy was cloned, and keeps what was typed into its notebooks.

    python tools/update.py

Notebooks are merged cell by cell. A cell the learner changed keeps the learner's text; if the course has changed it
too, both stay, the learner's marked and right after the course's. Cells of the learner's own stay where they are.
Everything else, outputs included, comes from the course. The notebooks as they were are kept in `backup`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from course_lib.jupyter import without_live_only

ROOT = Path(__file__).resolve().parents[1]
YOURS = {
    "changed": "Yours, from before the update; the course has a new version of it, just above.",
    "gone": "Yours, from before the update; the course no longer has this cell.",
}
ANEW = "clone the course into a new folder, and copy your notebooks there under names of their own."
Cell = dict[str, Any]


class Stop(Exception):
    """Why there is no update, in one sentence for the learner. Nothing has been changed."""


def merged(base: dict, mine: dict, theirs: dict) -> tuple[dict, int, int]:
    """The newer notebook `theirs` with what `mine` made of `base`; how many cells of mine; how many of them marked."""
    my_cells = with_ids(mine["cells"], base["cells"])
    before = {cell["id"]: said(cell) for cell in base["cells"]}
    own, new = ({cell["id"]: cell for cell in cells} for cells in (my_cells, theirs["cells"]))
    cells: list[Cell] = []
    last: dict[str, Cell] = {}  # id of a cell of mine -> the cell of the result after which the next one of mine goes
    kept = marks = 0

    def taken(cell: Cell) -> Cell:
        nonlocal kept
        kept += 1
        without_live_only({"cells": [cell]})
        return cell

    def marked(cell: Cell, why: str) -> Cell:
        nonlocal marks
        marks += 1
        ids = {*before, *own, *new}
        free = next(name for n in range(len(ids) + 1) if (name := f"{cell['id'][:50]}-yours{n or ''}") not in ids)
        return {**taken(cell), "id": free, "source": with_mark(cell, YOURS[why])}

    for cell in theirs["cells"]:
        name, yours = cell["id"], own.get(cell["id"])
        unchanged = before.get(name) == said(cell)
        if yours is None:
            cells += [] if unchanged else [cell]
            continue
        if said(yours) in (said(cell), before.get(name)):
            cells.append(cell)
        elif unchanged:
            cells.append(taken(yours))
        else:
            cells += [cell, marked(yours, "changed")]
        last[name] = cells[-1]
    after: Cell | None = None
    for name, cell in own.items():
        if name not in new:
            if name not in before and said(cell)[1]:
                last[name] = taken(cell)
            elif before.get(name) not in (None, said(cell)):
                last[name] = marked(cell, "gone")
            else:
                continue
            at = next((i + 1 for i, one in enumerate(cells) if one is after), 0)
            cells.insert(at, last[name])
        after = last.get(name, after)
    return {**theirs, "cells": cells}, kept, marks


def said(cell: Cell) -> tuple[str, str]:
    return cell["cell_type"], "".join(cell["source"]).replace("\r\n", "\n").rstrip()


def with_ids(cells: list[Cell], base: list[Cell]) -> list[Cell]:
    """`cells`, each with an id of its own: an editor may have dropped the ids, then equal text finds them again."""
    taken = {cell["id"] for cell in cells if "id" in cell}
    known = {said(cell): cell["id"] for cell in reversed(base) if cell["id"] not in taken}
    result: dict[str, Cell] = {}
    for number, cell in enumerate(cells):
        name = cell.get("id") or known.pop(said(cell), f"own-{number}")
        while name in result:
            name += "-again"
        result[name] = {**cell, "id": name}
    return list(result.values())


def with_mark(cell: Cell, words: str) -> str:
    kind, text = said(cell)
    if kind != "code":
        return f"*{words}*\n\n{text}"
    first, line, rest = text.partition("\n")
    return f"{first}\n# {words}{line}{rest}" if first.startswith("%%") else f"# {words}\n{text}"


def git(*arguments: str, root: Path) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, check=True, env={**os.environ, "LC_ALL": "C"}
        )
    except FileNotFoundError:
        raise Stop("The update needs git, which was not found: install it and try again.") from None
    except subprocess.CalledProcessError as error:
        raise Stop(f"git says: {reason(error)}") from None
    return done.stdout.decode("utf-8", "surrogateescape")  # names of files may be anything


def names(*arguments: str, root: Path) -> set[str]:
    return set(filter(None, git(*arguments, "-z", root=root).split("\0")))


def reason(error: subprocess.CalledProcessError) -> str:
    """The first thing git complained of, with the files it names."""
    said = re.search(r"(?m)^(?:fatal|error): (.*(?:\n\t.*)*)", error.stderr.decode(errors="replace"))
    return " ".join((said[1] if said else "it gave no reason").split()).rstrip(".") + "."


def update(root: Path) -> str:
    """Do it and say what was done; `Stop` if nothing was."""
    if not (root / ".git").exists():
        raise Stop(f"This folder was not cloned with git, so nothing says what is yours in it: {ANEW}")
    merging = (root / git("rev-parse", "--git-path", "MERGE_HEAD", root=root).strip()).exists()
    if (unmerged := names("diff", "--name-only", "--diff-filter=U", root=root)) or merging:
        of = f" of {', '.join(sorted(unmerged))}" if unmerged else ""
        raise Stop(f"git is still merging two versions{of}: end that first (`git status` says how), and try again.")
    if not git("branch", "--show-current", root=root).strip():
        raise Stop("This copy is on no branch, so it has nothing to follow: `git switch main`, and try again.")
    newest = ""
    with suppress(Stop):
        newest = git("rev-parse", "--symbolic-full-name", "@{upstream}", root=root).strip()
    if not newest.startswith("refs/remotes/"):
        raise Stop(
            "git does not know from where this copy gets a newer course: it has no remote branch to follow "
            "(see `git branch --set-upstream-to`)."
        )
    newest = newest.removeprefix("refs/remotes/")
    try:
        git("fetch", "--prune", root=root)  # from where this branch comes, whatever that is called
    except Stop as stop:
        raise Stop(f"The newer course could not be fetched; is there a network? {stop}") from None
    try:
        new = names("diff", "--name-only", "--no-renames", "HEAD...@{upstream}", root=root)
    except Stop:
        raise Stop(f"{newest}, which this copy follows, is gone or has begun anew: {ANEW}") from None
    if not new:
        return "You have the newest course."
    if git("rev-list", "@{upstream}..HEAD", root=root):
        raise Stop(f"This copy has commits of its own, which only you can merge: `git merge {newest}`.")
    changed = names("diff", "--name-only", "--no-renames", "HEAD", root=root)
    here, there = (names("ls-tree", "-r", "--name-only", at, root=root) for at in ("HEAD", "@{upstream}"))
    both = sorted(name for name in changed & new if (root / name).exists())
    in_the_way = [name for name in both if not name.endswith(".ipynb") or name not in here & there]
    in_the_way += sorted(names("ls-files", "--others", root=root) & there)
    if in_the_way:
        raise Stop(
            f"You have changed or made {', '.join(in_the_way)}, and the newer course changes or removes what "
            "has this name: move yours out of the folder, put the course's back with "
            "`git restore --staged --worktree NAME`, and try again."
        )
    texts, report = {}, []
    for name in both:
        try:
            mine = json.loads((root / name).read_text(encoding="utf-8-sig"))
            base, theirs = (json.loads(git("show", f"{at}:{name}", root=root)) for at in ("HEAD", "@{upstream}"))
            notebook, kept, marks = merged(base, mine, theirs)
            texts[name] = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            texts[name].encode()  # half a character can be read, but not written
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            raise Stop(f"{name} is no notebook any more: move it out of the folder, and try again.") from None
        if kept:
            beside = f", {marks} of them marked, because the course has changed them too" if marks else ""
            report.append(f"{name}: {kept} of your cells kept{beside}.")
    backup = put(texts, root)
    saved = [f"As they were before: {backup.relative_to(root)}"] if backup else []
    return "\n".join([f"You have the newest course now ({len(new)} files).", *report, *saved])


def put(texts: dict[str, str], root: Path) -> Path | None:
    """Put the notebooks in place and take everything else from the course; the folder with the notebooks as they were.

    The learner's text is in its place at any time. Where this is broken off, the next update goes on from there.
    """
    backup = root / "backup" / time.strftime("%Y-%m-%d-%H%M%S")
    try:
        for name, text in texts.items():
            (backup / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, backup / name)
            beside = (backup / name).with_suffix(".new")
            beside.write_text(text, encoding="utf-8", newline="\n")
            os.replace(beside, root / name)
        for name in texts:  # says to git that the newer notebook is here, so that it leaves ours alone
            mode, _, blob = git("ls-tree", "@{upstream}", "--", name, root=root).split()[:3]
            git("update-index", "--cacheinfo", f"{mode},{blob},{name}", root=root)
        git("merge", "--ff-only", "@{upstream}", root=root)
    except (Stop, OSError) as error:
        for name in texts:
            if (backup / name).exists():
                shutil.copy2(backup / name, root / name)
            subprocess.run(["git", "reset", "--quiet", "HEAD", "--", name], cwd=root, capture_output=True, check=False)
        raise Stop(f"The newer course could not be put in place. {error}") from None
    return backup if texts else None


def main(root: Path = ROOT) -> int:
    try:
        print(update(root))
    except Stop as stop:
        print(f"{stop} Nothing was changed.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
