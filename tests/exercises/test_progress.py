"""Progress survives a kill, a damaged file, a file that cannot be written, and several writers at once."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.exercises.progress import Progress, ProgressFile

progress = sys.modules[ProgressFile.__module__]  # the package has a function of that name

OLD = (
    '{"solved": "5.1"}\n{"solv\x00\n\n{"predicted": "5.a", "right": true}\n[1, 2]\n{"certificate": 1}\n{"solved": "5.3'
)


@pytest.fixture
def path(progress_file):
    return progress_file.with_suffix(".sqlite")


def answers(file):
    return {id: one.correct for id, one in file.read().first.items()}


def test_nothing_yet(path):
    file = ProgressFile()
    assert file.path == path
    assert file.read() == Progress()
    assert file.take_notes() == []
    assert not path.exists()  # looking does not write


@pytest.mark.parametrize(
    ("given", "path"),
    [(".", "progress.sqlite"), ("/", "/progress.sqlite"), ("~/mine", "{home}/mine.sqlite"), ("a%b/ü", "a%b/ü.sqlite")],
)
def test_the_variable_may_name_any_place(given, path, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("COURSE_LIB_PROGRESS", given)
    assert ProgressFile().path == Path(path.format(home=tmp_path))


def test_what_is_written_is_read_by_the_next_kernel():
    file = ProgressFile()
    file.solve("5.1")
    file.add("prediction", "5.a", "b", False, 2)
    file.add("prediction", "5.a", "c", True, 0)  # the second answer is no prediction any more
    file.solve("5.1")
    there = ProgressFile().read()
    assert there.solved == {"5.1"}
    assert [(one.kind, one.item, one.answer, one.correct, one.sure) for one in there.attempts] == [
        ("exercise", "5.1", None, True, None),
        ("prediction", "5.a", "b", False, 2),
        ("prediction", "5.a", "c", True, 0),
    ]
    assert there.first["5.a"].answer == "b"
    assert there.attempts[0].version and there.attempts == sorted(there.attempts, key=lambda one: one.time)


def test_the_directory_is_made(tmp_path):
    place = tmp_path / "a" / "b" / "progress.sqlite"
    ProgressFile(place).solve("5.1")
    assert ProgressFile(place).read().solved == {"5.1"}


def test_an_old_file_is_read_once_and_kept(progress_file, path):
    progress_file.write_text(OLD)
    assert ProgressFile().read().solved == {"5.1"} and answers(ProgressFile()) == {"5.a": True}
    assert path.exists() and progress_file.read_text() == OLD
    progress_file.write_text('{"solved": "5.2"}')  # not read any more
    assert ProgressFile().read().solved == {"5.1"}


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ("ALTER TABLE attempts DROP COLUMN sure", {"1.a", "1.b"}),  # as an earlier version made it
        ("ALTER TABLE attempts ADD COLUMN teacher", {"1.a", "1.b"}),  # as a later one may
        ("PRAGMA user_version = 99", {"1.a", "1.b"}),
        ("ALTER TABLE attempts RENAME TO others", {"1.b"}),
    ],
)
def test_a_file_of_another_version_is_read_and_goes_on(path, change, kept):
    ProgressFile().add("prediction", "1.a", "a", True)
    with closing(sqlite3.connect(path)) as other:
        other.execute(change)
        other.commit()
    file = ProgressFile()
    file.add("prediction", "1.b", "b", False, 2)
    assert file.notes == []
    assert set(ProgressFile().read().first) == kept
    assert ProgressFile().read().first["1.b"].sure == 2


def test_an_old_file_counts_where_nothing_can_be_written(progress_file, monkeypatch):
    progress_file.write_text(OLD)

    def refuse(*args, **kwargs):
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(progress, "_opened", refuse)
    file = ProgressFile()
    file.solve("5.2")
    assert file.read().solved == {"5.1", "5.2"} and answers(file) == {"5.a": True}


def fill(path, rows=400):
    file = ProgressFile(path)
    with sqlite3.connect(path) as raw:
        file.solve("5.1")
        raw.executemany(
            progress.INSERT, [(f"2026-01-01T{i:06}", "prediction", f"5.{i}", "a", 1, 0, "1") for i in range(rows)]
        )
    raw.close()
    return rows


def test_a_file_that_is_no_database_is_moved_aside(path):
    path.write_text("nonsense" * 99)
    file = ProgressFile()
    file.solve("5.2")
    assert ProgressFile().read().solved == {"5.2"}
    aside = path.with_name("progress.sqlite.damaged")
    assert aside.read_text() == "nonsense" * 99
    assert file.take_notes() == [
        f"The progress file was damaged: 0 entries could be read and were kept. The damaged file is now {aside}."
    ]
    path.write_text("other nonsense" * 99)
    assert ProgressFile().read() == Progress()
    assert path.with_name("progress.sqlite.damaged1").exists()  # the older one is still there
    assert aside.read_text() == "nonsense" * 99


def test_what_can_be_read_of_a_damaged_file_is_kept(path):
    rows = fill(path)
    data = bytearray(path.read_bytes())
    page = 4096
    assert len(data) > 8 * page
    data[4 * page : 5 * page] = b"\xff" * page  # one page in the middle
    path.write_bytes(data)
    file = ProgressFile()
    file.add("prediction", "7.a", "b", True)
    kept = ProgressFile().read().first
    assert "7.a" in kept and len(kept) > rows / 2
    if any("damaged" in note for note in file.take_notes()):
        assert path.with_name("progress.sqlite.damaged").read_bytes() == bytes(data)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2**16), st.booleans())
def test_any_bytes_in_the_file_are_survived(tmp_path_factory, data, at, whole):
    place = tmp_path_factory.getbasetemp() / "any" / "progress.sqlite"
    shutil.rmtree(place.parent, ignore_errors=True)
    place.parent.mkdir()
    if whole:
        place.write_bytes(data)
    else:
        fill(place, 30)
        sound = bytearray(place.read_bytes())
        at %= len(sound)
        sound[at : at + len(data)] = data
        place.write_bytes(sound)
    file = ProgressFile(place)
    file.solve("5.2")
    assert "5.2" in file.read().solved


def blocked_by_a_file(tmp_path):
    (tmp_path / "home").write_text("not a directory")
    return tmp_path / "home" / "course_lib" / "progress.sqlite"


def is_a_directory(tmp_path):
    (tmp_path / "progress.sqlite").mkdir()
    return tmp_path / "progress.sqlite"


@pytest.mark.parametrize("place", [blocked_by_a_file, is_a_directory])
def test_where_nothing_can_be_written_it_lives_in_memory_and_says_so_once(tmp_path, place):
    path = place(tmp_path)
    file = ProgressFile(path)
    file.solve("5.1")
    file.add("prediction", "5.a", "b", True)
    file.solve("5.2")
    assert file.read().solved == {"5.1", "5.2"} and answers(file) == {"5.a": True}
    cannot = [note for note in file.take_notes() if "cannot be saved" in note]
    assert len(cannot) == 1 and str(path) in cannot[0] and "until the kernel stops" in cannot[0]
    file.solve("5.3")
    assert file.take_notes() == []


def test_what_waited_in_memory_is_written_when_it_can_be(tmp_path):
    path = is_a_directory(tmp_path)
    file = ProgressFile(path)
    file.solve("5.1")
    path.rmdir()
    file.solve("5.2")
    assert ProgressFile(path).read().solved == {"5.1", "5.2"}


@pytest.mark.skipif(os.name != "posix", reason="limits are those of POSIX")
@pytest.mark.parametrize("kind", ["read-only", "full"])
def test_a_read_only_home_and_a_full_disk(tmp_path, kind):
    """In a process of its own: a limit on the size of files, or an ordinary user's rights."""
    fill(tmp_path / "progress.sqlite")
    before = (tmp_path / "progress.sqlite").read_bytes()
    (tmp_path / "progress.sqlite").chmod(0o444)
    tmp_path.chmod(0o555)
    limits = {
        "full": f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before)}, {len(before)}))",
        # Python itself may lie where an ordinary user cannot read, so nothing may need an import after this.
        "read-only": "import os; os.geteuid() or os.setuid(65534); sys.meta_path.clear()",
    }
    for parent in (tmp_path, *tmp_path.parents):  # pytest keeps them for this user alone
        if Path(tempfile.gettempdir()) in parent.parents:
            parent.chmod(parent.stat().st_mode | 0o055)
    code = (
        f"import sys; sys.path.insert(0, {str(Path(progress.__file__).parent)!r}); import progress\n"
        f"progress._version()\n{limits[kind]}\n"
        f"file = progress.ProgressFile({str(tmp_path / 'progress.sqlite')!r})\n"
        "for i in range(300): file.add('prediction', f'9.{i}', 'x' * 99, True)\n"
        "print(len(file.read().first), *file.take_notes())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == "" and done.stdout.startswith("700 Your progress cannot be saved in")
    assert done.stdout.count("cannot be saved") == 1
    tmp_path.chmod(0o755)
    (tmp_path / "progress.sqlite").chmod(0o644)
    assert len(ProgressFile(tmp_path / "progress.sqlite").read().first) >= 400


def test_a_damaged_file_that_cannot_be_moved(path, monkeypatch):
    path.write_text("nonsense" * 99)

    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    file = ProgressFile()
    file.solve("5.1")
    assert file.read().solved == {"5.1"}
    assert any("Permission denied" in note for note in file.take_notes())
    monkeypatch.undo()
    assert path.read_text() == "nonsense" * 99


def test_many_threads():
    files = [ProgressFile(), ProgressFile()]
    threads = [threading.Thread(target=files[i % 2].solve, args=(f"5.{i}",)) for i in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ProgressFile().read().solved == {f"5.{i}" for i in range(60)}
    assert [file.take_notes() for file in files] == [[], []]


@pytest.mark.parametrize("before", ["nothing", "old", "damaged"])
def test_two_kernels_at_once(progress_file, path, before):
    if before == "old":
        progress_file.write_text('{"solved": "1.1"}')
    if before == "damaged":
        ProgressFile().solve("1.1")
        path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192)
    code = (
        "import sys; from course_lib.exercises.progress import ProgressFile; file = ProgressFile()\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for i in range(100): file.solve(f'{sys.argv[1]}.{i}'); file.add('prediction', f'{sys.argv[1]}.p{i}', 'a')"
    )
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", code, chapter],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for chapter in "57"
    ]
    for kernel in kernels:
        assert kernel.stdout.readline() == "ready\n"
    for kernel in kernels:
        kernel.stdin.write("go\n")
        kernel.stdin.flush()
    for kernel in kernels:
        _, errors = kernel.communicate(timeout=600)
        assert kernel.returncode == 0 and errors == ""
    done = ProgressFile().read()
    assert done.solved - {"1.1"} == {f"{chapter}.{i}" for chapter in "57" for i in range(100)}
    assert ("1.1" in done.solved) == (before == "old")
    assert done.first.keys() == {f"{chapter}.p{i}" for chapter in "57" for i in range(100)}
    asides = [file.name for file in path.parent.glob("*damaged*")]
    assert asides == ["progress.sqlite.damaged"] * (before == "damaged")


def test_what_is_written_while_another_notebook_moves_the_file_aside(path):
    ProgressFile().solve("5.1")
    moved = []

    class Slow(ProgressFile):
        def _do(self, action):
            def later(file):
                result = action(file)
                if not moved:
                    moved.append(os.replace(path, path.with_name("elsewhere")))
                return result

            return super()._do(later)

    file = Slow()
    file.add("exercise", "5.3", correct=True)
    assert moved
    assert ProgressFile().read().solved == {"5.3"}


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_file_that_another_notebook_has_just_mended_stays(path):
    ProgressFile().solve("1.1")
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192)
    first, second = ProgressFile(), ProgressFile()
    first._write = second._mend  # the second comes when the first has moved the file, and not yet written
    first._mend()
    assert ProgressFile().read().solved == set()
    path.unlink()
    second._mend()  # so early that there is nothing
    assert [file.name for file in path.parent.glob("*damaged*")] == ["progress.sqlite.damaged"]


def test_kill_in_the_middle_of_a_write(path):
    """60 times: what was told to be written is there, nothing is damaged, and the next writer goes on."""
    code = (
        f"import sys; sys.path.insert(0, {str(Path(progress.__file__).parent)!r}); import progress\n"
        f"file = progress.ProgressFile({str(path)!r})\n"
        "for i in range(10**6): file.add('prediction', f'{sys.argv[1]}.{i}', 'a' * 2000); print(i, flush=True)"
    )
    chance, cut_off = random.Random(0), 0
    for turn in range(60):
        writer = subprocess.Popen([sys.executable, "-S", "-c", code, str(turn)], stdout=subprocess.PIPE, text=True)
        told = [writer.stdout.readline()]
        threading.Event().wait(chance.random() * 0.02)
        writer.kill()
        told += writer.stdout.readlines()
        writer.wait()
        writer.stdout.close()
        cut_off += path.with_name(f"{path.name}-journal").exists()
        file = ProgressFile(path)
        there = {int(id.split(".")[1]) for id in file.read().first if id.split(".")[0] == str(turn)}
        done = {int(line) for line in told if line.endswith("\n")}
        assert done <= there <= done | {len(done)}
        assert file.take_notes() == []
        if turn % 20 == 19:  # the file stays small, so that killing is all that takes time
            with sqlite3.connect(path) as raw:
                assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                raw.execute("DELETE FROM attempts")
            raw.close()
    assert cut_off > 0  # some were killed between the first byte and the last
    assert list(path.parent.glob("*damaged*")) == []


def test_forgetting(progress_file, path):
    progress_file.write_text('{"solved": "5.1"}')
    file = ProgressFile()
    file.solve("5.2")
    assert file.forget() == 2
    assert ProgressFile().read() == Progress() and not progress_file.exists() and not path.exists()


def test_forgetting_deletes_no_file_of_somebody_else(progress_file):
    progress_file.write_text("my shopping list")
    ProgressFile().solve("5.1")
    ProgressFile().forget()
    assert progress_file.read_text() == "my shopping list"


def test_where_this_platform_keeps_data(monkeypatch):
    import platformdirs

    monkeypatch.delenv(progress.VARIABLE)
    assert ProgressFile().path == Path(platformdirs.user_data_dir("course_lib", False)) / "progress.sqlite"
    assert ProgressFile().old.name == "progress.jsonl"
