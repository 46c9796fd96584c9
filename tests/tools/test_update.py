"""`make update` on real repositories: what was typed stays, the rest is the newer course's, or nothing changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import update

NOTEBOOK = "notebooks/01.ipynb"
VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/html": ["<p>1</p>"]}
OLD = {"title": "# Title", "text": "The old text.", "task": "def f():\n    ...\n\n\ncheck(f)", "last": "hint(1)"}
IDENTITY = ["-c", "user.name=course", "-c", "user.email=course@example.org"]


def written(cells: dict[str, str], outputs: str = "course") -> str:
    """A notebook in the form that git keeps; the id of a cell is its key."""
    made = []
    for name, source in cells.items():
        code = "(" in source
        cell = {
            "cell_type": "code" if code else "markdown",
            "id": name,
            "metadata": {},
            "source": source.splitlines(keepends=True),
        }
        if code:
            text = {"output_type": "stream", "name": "stdout", "text": [outputs]}
            shown = {"output_type": "display_data", "metadata": {}, "data": VIEW}
            cell |= {"execution_count": 1, "outputs": [text] if outputs == "course" else [text, shown]}
        made.append(cell)
    notebook = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


class Course:
    """The course's own repository, and a learner's clone of it."""

    def __init__(self, folder: Path) -> None:
        self.origin, self.clone = folder / "origin", folder / "my clone"
        (self.origin / "notebooks").mkdir(parents=True)
        git(self.origin, "init", "--quiet", "--initial-branch=main")
        (self.origin / ".gitignore").write_text("backup/\n")
        self.publish({NOTEBOOK: written(OLD), "README.md": "old\n"})
        git(folder, "clone", "--quiet", str(self.origin), str(self.clone))

    def publish(self, files: dict[str, str | None]) -> None:
        for name, text in files.items():
            if text is None:
                (self.origin / name).unlink()
            else:
                (self.origin / name).write_text(text, encoding="utf-8")
        git(self.origin, "add", "--all")
        git(self.origin, "commit", "--quiet", "--message", "x")

    def write(self, cells: dict[str, str] | None, name: str = NOTEBOOK, outputs: str = "mine") -> None:
        (self.clone / name).write_text(written(cells, outputs), encoding="utf-8")

    def cells(self) -> list[tuple[str, str]]:
        return [(cell["id"], "".join(cell["source"])) for cell in self.notebook()["cells"]]

    def notebook(self) -> dict:
        return json.loads((self.clone / NOTEBOOK).read_text(encoding="utf-8"))

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.clone)): path.read_bytes()
            for path in self.clone.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(self.clone).parts
        }

    def is_at_newest(self) -> bool:
        return git(self.clone, "rev-parse", "HEAD") == git(self.origin, "rev-parse", "HEAD")

    def refuses(self, *words: str) -> None:
        """The update stops with a sentence, and not a byte of the clone is another."""
        before, head = self.files(), git(self.clone, "rev-parse", "HEAD")
        with pytest.raises(update.Stop) as stop:
            update.update(self.clone)
        assert all(word in str(stop.value) for word in words), stop.value
        after = {name: data for name, data in self.files().items() if not name.startswith("backup")}
        assert after == {name: data for name, data in before.items() if not name.startswith("backup")}
        assert git(self.clone, "rev-parse", "HEAD") == head


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


def test_nothing_new(course: Course) -> None:
    course.write({**OLD, "task": "f = print(1)"})
    before = course.files()
    assert update.update(course.clone) == "You have the newest course."
    assert course.files() == before


def test_an_untouched_clone(course: Course) -> None:
    course.publish({NOTEBOOK: written({**OLD, "text": "The new text."}), "new.md": "new\n", "README.md": None})
    assert update.update(course.clone) == "You have the newest course now (3 files)."
    assert course.is_at_newest() and not git(course.clone, "status", "--porcelain")
    assert not (course.clone / "backup").exists()


def test_saved_outputs_only(course: Course) -> None:
    """Run and saved, nothing typed: an empty cell at the end is what JupyterLab leaves behind."""
    course.write({**OLD, "empty": ""})
    course.publish({NOTEBOOK: written({**OLD, "text": "The new text."})})
    update.update(course.clone)
    assert course.is_at_newest() and not git(course.clone, "status", "--porcelain")
    assert list((course.clone / "backup").rglob("*.ipynb"))


def test_an_answer_stays_and_the_text_around_it_is_new(course: Course) -> None:
    mine = "def f():\n    return 1\n\n\ncheck(f)"
    course.write({**OLD, "task": mine})
    before = (course.clone / NOTEBOOK).read_bytes()
    course.publish({NOTEBOOK: written({"first": "New.", **OLD, "text": "The new text."})})
    said = update.update(course.clone)
    assert course.cells() == [("first", "New."), *{**OLD, "text": "The new text.", "task": mine}.items()]
    assert f"{NOTEBOOK}: 1 of your cells kept." in said
    outputs = {cell["id"]: cell["outputs"] for cell in course.notebook()["cells"] if cell["cell_type"] == "code"}
    assert outputs["last"][0]["text"] == ["course"]
    assert outputs["task"][0]["text"] == ["mine"], "what an answer printed belongs to it"
    assert set(outputs["task"][1]["data"]) == {"text/html"}
    (copy,) = (course.clone / "backup").rglob("*.ipynb")
    assert copy.read_bytes() == before
    assert course.is_at_newest() and git(course.clone, "status", "--porcelain") == f" M {NOTEBOOK}\n"


def test_changed_by_both_stays_twice(course: Course) -> None:
    mine, new = "def f():\n    return 1\n\n\ncheck(f)", "def f(x):\n    ...\n\n\ncheck(f)"
    course.write({**OLD, "title": "# My title", "task": mine, "last": "%%time\nhint(2)"})
    course.publish({NOTEBOOK: written({**OLD, "title": "# Better", "task": new, "last": "hint(3)"})})
    said = update.update(course.clone)
    words = update.YOURS["changed"]
    assert course.cells() == [
        ("title", "# Better"),
        ("title-yours", f"*{words}*\n\n# My title"),
        ("text", OLD["text"]),
        ("task", new),
        ("task-yours", f"# {words}\n{mine}"),
        ("last", "hint(3)"),
        ("last-yours", f"%%time\n# {words}\nhint(2)"),
    ]
    assert "3 of your cells kept, 3 of them marked" in said
    course.publish({NOTEBOOK: written({**OLD, "task": new + "  # newer"})})
    update.update(course.clone)
    assert [name for name, _ in course.cells()] == [
        "title",
        "title-yours",
        "text",
        "task",
        "task-yours",
        "last",
        "last-yours",
    ], "nothing is doubled by the next update"


def test_cells_of_ones_own_stay_in_their_place(course: Course) -> None:
    course.write(
        {
            "mine0": "At the top.",
            "title": OLD["title"],
            "text": OLD["text"],
            "mine1": "Mine.",
            "mine2": "f(2)",
            "task": OLD["task"],
            "last": OLD["last"],
            "mine3": "At the end.",
        }
    )
    course.publish({NOTEBOOK: written({"title": OLD["title"], "new": "New.", "task": OLD["task"], "last": "hint(9)"})})
    update.update(course.clone)
    names = [name for name, _ in course.cells()]
    assert names == ["mine0", "title", "mine1", "mine2", "new", "task", "last", "mine3"]


def test_deleted_cells(course: Course) -> None:
    """Deleted by the learner: gone, unless the course has changed it. By the course: gone, unless the learner has."""
    course.write({"text": OLD["text"], "task": "f(1)"})
    course.publish({NOTEBOOK: written({"title": "# Better", "last": OLD["last"]})})
    update.update(course.clone)
    assert course.cells() == [("task-yours", f"# {update.YOURS['gone']}\nf(1)"), ("title", "# Better")]


def test_ids_that_an_editor_dropped(course: Course) -> None:
    mine = json.loads(written({**OLD, "task": "f(1)"}))
    for cell in mine["cells"]:
        del cell["id"]
    (course.clone / NOTEBOOK).write_text(json.dumps(mine))
    course.publish({NOTEBOOK: written({**OLD, "text": "The new text."})})
    update.update(course.clone)
    assert [text for _, text in course.cells()] == [OLD["title"], "The new text.", "f(1)", OLD["last"]]


def test_broken_off_at_any_point_and_tried_again(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    mine, new = {**OLD, "task": "f(1)"}, {**OLD, "task": "f(2)", "text": "The new text."}
    wanted = [
        ("title", OLD["title"]),
        ("text", "The new text."),
        ("task", "f(2)"),
        ("task-yours", f"# {update.YOURS['changed']}\nf(1)"),
        ("last", OLD["last"]),
    ]
    course.write(mine)
    course.publish({NOTEBOOK: written(new), "README.md": "new\n"})
    run = update.git
    for point in ("ls-tree", "update-index", "merge"):

        def broken(*arguments: str, root: Path, point: str = point) -> str:
            if arguments[0] == point and "-r" not in arguments:
                raise Killed
            return run(*arguments, root=root)

        monkeypatch.setattr(update, "git", broken)
        with pytest.raises(Killed):
            update.update(course.clone)
        assert any("f(1)" in text for _, text in course.cells())
    monkeypatch.setattr(update, "git", run)
    update.update(course.clone)
    assert course.cells() == wanted
    assert course.is_at_newest() and git(course.clone, "status", "--porcelain") == f" M {NOTEBOOK}\n"


def test_other_files_that_both_have_changed(course: Course) -> None:
    course.write({**OLD, "task": "f(1)"})
    (course.clone / "README.md").write_text("mine\n")
    course.publish({NOTEBOOK: written({**OLD, "text": "new"})})
    update.update(course.clone)
    assert (course.clone / "README.md").read_text() == "mine\n", "the course has not changed it"
    course.publish({"README.md": "new\n"})
    course.refuses("README.md")


@pytest.mark.parametrize("name", ["README.md", "notebooks/02.ipynb"])
@pytest.mark.parametrize("staged", [True, False])
def test_a_file_of_the_course_where_the_learner_has_one(course: Course, name: str, staged: bool) -> None:
    course.write(OLD, name)
    if staged:
        git(course.clone, "add", "--all")
    course.publish({name: written({**OLD, "text": "new"})})
    course.refuses("You have changed or made", name)
    shutil.move(course.clone / name, course.clone / "backup")
    with suppress(subprocess.CalledProcessError):  # where the course has none yet there is nothing to put back
        git(course.clone, "restore", "--staged", "--worktree", name)
    update.update(course.clone)
    assert course.is_at_newest()


def test_a_notebook_that_the_course_no_longer_has(course: Course) -> None:
    course.write({**OLD, "task": "f(1)"})
    course.publish({NOTEBOOK: None})
    course.refuses(NOTEBOOK)


HALF_A_CHARACTER = written({**OLD, "task": "x = '?'"}).replace("?", "\\ud83d")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"cells": null}', '{"cells": [1]}', '{"cells": ["x"]}', HALF_A_CHARACTER, None]
)
def test_a_notebook_that_is_none(course: Course, content: str | None) -> None:
    (course.clone / NOTEBOOK).unlink()
    if content is None:
        (course.clone / NOTEBOOK).mkdir()
    else:
        (course.clone / NOTEBOOK).write_text(content)
    course.publish({NOTEBOOK: written({**OLD, "text": "new"})})
    course.refuses(NOTEBOOK, "no notebook")


def test_an_answer_that_another_editor_saved_with_a_byte_order_mark(course: Course) -> None:
    (course.clone / NOTEBOOK).write_text(written({**OLD, "task": "f(1)"}), encoding="utf-8-sig")
    course.publish({NOTEBOOK: written({**OLD, "text": "new"})})
    update.update(course.clone)
    assert ("task", "f(1)") in course.cells() and ("text", "new") in course.cells()


def test_what_git_complains_of_is_said_with_the_file(course: Course) -> None:
    git(course.clone, "mv", NOTEBOOK, "mine.ipynb")
    course.publish({NOTEBOOK: written({**OLD, "text": "new"})})
    course.refuses("would be overwritten", NOTEBOOK)


def test_a_notebook_the_learner_deleted_comes_back(course: Course) -> None:
    (course.clone / NOTEBOOK).unlink()
    course.publish({NOTEBOOK: written({**OLD, "text": "new"})})
    update.update(course.clone)
    assert dict(course.cells())["text"] == "new"


def test_when_git_fails_everything_is_put_back(course: Course) -> None:
    course.write({**OLD, "task": "f(1)"})
    course.publish({NOTEBOOK: written({**OLD, "text": "new"})})
    (course.clone / ".git" / "index.lock").touch()  # another git at work
    course.refuses("index.lock")


def test_commits_of_ones_own(course: Course) -> None:
    course.write({**OLD, "task": "f(1)"})
    git(course.clone, "commit", "--quiet", "--all", "--message", "mine")
    course.publish({NOTEBOOK: written({**OLD, "text": "new"})})
    course.refuses("git merge origin/main")


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        (["checkout --detach"], "git switch"),
        (["switch --create mine"], "no remote branch"),
        (["switch --create mine --track main"], "no remote branch"),
        (["commit --all --message mine", "pull --no-rebase"], f"two versions of {NOTEBOOK}"),
        (["commit --all --message mine", "pull --rebase"], f"two versions of {NOTEBOOK}"),
        (["stash", "pull", "stash pop"], f"two versions of {NOTEBOOK}"),
        (["switch --create a", "commit -am mine", "switch main", "merge --no-ff --no-commit a"], "two versions:"),
    ],
)
def test_where_git_stands_elsewhere(course: Course, commands: list[str], words: str) -> None:
    course.write({**OLD, "task": "f(1)"})
    course.publish({NOTEBOOK: written({**OLD, "task": "f(2)"})})
    for command in commands:
        with suppress(subprocess.CalledProcessError):  # a conflict
            git(course.clone, *command.split())
    course.publish({"README.md": "new\n"})
    course.refuses(words)


@pytest.mark.parametrize("command", ["branch --move other", "commit --amend --message other"])
def test_what_it_follows_is_gone_or_another(course: Course, command: str) -> None:
    course.write({**OLD, "task": "f(1)"})
    git(course.origin, *command.split())
    course.refuses("origin/main, which this copy follows")


def test_any_name_of_the_remote_and_of_files(course: Course) -> None:
    git(course.clone, "remote", "rename", "origin", "team/course")
    if sys.platform == "linux":  # elsewhere all names are Unicode
        Path(os.fsdecode(os.fsencode(course.clone) + b"/\xe9")).touch()
    course.publish({NOTEBOOK: written({**OLD, "text": "new"})})
    update.update(course.clone)
    assert course.is_at_newest()


def test_a_folder_that_cannot_be_written(course: Course) -> None:
    (course.clone / "backup").touch()
    course.write({**OLD, "task": "f(1)"})
    course.publish({NOTEBOOK: written({**OLD, "text": "new"})})
    course.refuses("could not be put in place", "backup")


def test_no_network(course: Course) -> None:
    course.publish({"README.md": "new\n"})
    shutil.move(course.origin, course.origin.with_name("away"))
    course.refuses("could not be fetched")


def test_no_remote(course: Course) -> None:
    git(course.clone, "remote", "remove", "origin")
    course.refuses("no remote branch")


def test_not_cloned(course: Course, capsys: pytest.CaptureFixture) -> None:
    shutil.rmtree(course.clone / ".git", onerror=lambda remove, path, _: (os.chmod(path, 0o700), remove(path)))
    before = course.files()
    assert update.main(course.clone) == 1
    assert "was not cloned with git" in capsys.readouterr().err
    assert course.files() == before
