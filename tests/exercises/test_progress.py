"""Progress survives a damaged file, a file that cannot be written, and several writers at once."""

import json
import os
import shutil
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.exercises.progress import Progress, ProgressFile, data_directory


def test_nothing_yet(progress_file):
    file = ProgressFile()
    assert file.path == progress_file
    assert file.read() == Progress(set(), {})
    assert file.take_notes() == []
    assert not progress_file.exists()  # looking does not write


def test_what_is_written_is_read_by_the_next_kernel(progress_file):
    file = ProgressFile()
    file.solve("5.1")
    file.predict("5.a", right=False)
    file.predict("5.a", right=True)  # the second click is no prediction any more
    file.solve("5.1")
    assert ProgressFile().read() == Progress({"5.1"}, {"5.a": False})
    assert progress_file.read_text() == '\n{"solved": "5.1"}\n{"predicted": "5.a", "right": false}'


def test_the_directory_is_made(tmp_path):
    path = tmp_path / "a" / "b" / "progress.jsonl"
    ProgressFile(path).solve("5.1")
    assert ProgressFile(path).read().solved == {"5.1"}


def test_a_damaged_file_is_moved_aside_and_its_good_lines_stay(progress_file):
    content = '{"solved": "5.1"}\n{"solv\x00\n\n{"predicted": "5.a", "right": true}\n[1, 2]\n{"solved": "5.3'
    progress_file.write_text(content)
    file = ProgressFile()
    assert file.read() == Progress({"5.1"}, {"5.a": True})
    aside = progress_file.with_name("progress.jsonl.damaged")
    assert aside.read_text() == content
    assert file.take_notes() == [
        f"The progress file was damaged: 2 entries were kept, 3 could not be read. The damaged file is now {aside}."
    ]
    assert file.take_notes() == []
    assert ProgressFile().read() == Progress({"5.1"}, {"5.a": True})
    progress_file.write_bytes(b"\xff\xfe\x00")
    assert ProgressFile().read() == Progress()
    assert progress_file.with_name("progress.jsonl.damaged1").exists()  # the older one is still there
    assert aside.read_text() == content


def test_a_line_cut_off_by_a_crash_costs_only_itself(progress_file):
    progress_file.write_text('{"solved": "5.1"}\n{"solved": "5.')
    file = ProgressFile(progress_file)
    file._append([{"solved": "5.3"}])
    assert file.read().solved == {"5.1", "5.3"}


def test_what_a_newer_course_wrote_is_left_alone(progress_file):
    progress_file.write_text('{"certificate": 1}\n{"solved": "5.1"}\n{"solved": 7, "predicted": ["x"]}')
    assert ProgressFile().read() == Progress({"5.1"}, {})
    assert "certificate" in progress_file.read_text()


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_any_bytes_in_the_file_are_survived(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any" / "progress.jsonl"
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir()
    path.write_bytes(data)
    file = ProgressFile(path)
    file.solve("5.2")
    assert "5.2" in file.read().solved
    assert "5.2" in ProgressFile(path).read().solved
    assert len(file.take_notes()) <= 1


def blocked_by_a_file(tmp_path):
    (tmp_path / "home").write_text("not a directory")
    return tmp_path / "home" / "course_lib" / "progress.jsonl"


def is_a_directory(tmp_path):
    return tmp_path


@pytest.mark.parametrize("place", [blocked_by_a_file, is_a_directory])
def test_where_nothing_can_be_written_it_lives_in_memory_and_says_so_once(tmp_path, place):
    path = place(tmp_path)
    file = ProgressFile(path)
    file.solve("5.1")
    file.predict("5.a", right=True)
    file.solve("5.2")
    assert file.read() == Progress({"5.1", "5.2"}, {"5.a": True})
    cannot = [note for note in file.take_notes() if "cannot be saved" in note]
    assert len(cannot) == 1 and str(path) in cannot[0] and "until the kernel stops" in cannot[0]
    file.solve("5.3")
    assert file.take_notes() == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home(tmp_path):
    tmp_path.chmod(0o500)
    file = ProgressFile(tmp_path / "course_lib" / "progress.jsonl")
    file.solve("5.1")
    assert file.read().solved == {"5.1"}
    assert len(file.take_notes()) == 1


def test_a_damaged_file_that_cannot_be_moved(progress_file, monkeypatch):
    progress_file.write_text('{"solved": "5.1"}\nnonsense')

    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    file = ProgressFile()
    assert file.read().solved == {"5.1"}
    assert file.take_notes() == [
        f"The progress file {progress_file} is damaged and cannot be moved aside (Permission denied)."
    ]


def test_many_threads(progress_file):
    files = [ProgressFile(), ProgressFile()]
    threads = [threading.Thread(target=files[i % 2].solve, args=(f"5.{i}",)) for i in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ProgressFile().read().solved == {f"5.{i}" for i in range(60)}


@pytest.mark.parametrize("before", ['{"solved": "1.1"}', '{"solved": "1.1"}\n{"solv'], ids=["sound", "damaged"])
def test_two_kernels_at_once(progress_file, before):
    progress_file.write_text(before)
    code = (
        "import sys; from course_lib.exercises.progress import ProgressFile; file = ProgressFile()\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for i in range(100): file.solve(f'{sys.argv[1]}.{i}'); file.predict(f'{sys.argv[1]}.p{i}', i % 2)"
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
    assert done.solved == {"1.1", *(f"{chapter}.{i}" for chapter in "57" for i in range(100))}
    assert done.first.keys() == {f"{chapter}.p{i}" for chapter in "57" for i in range(100)}
    asides = [file.name for file in progress_file.parent.glob("*damaged*")]
    assert asides == ["progress.jsonl.damaged"] * before.endswith('{"solv')
    if asides:
        assert progress_file.with_name(asides[0]).read_text().startswith(before)


def just_before_the_write(monkeypatch, do):
    write = os.write

    def later(file, data):
        monkeypatch.setattr(os, "write", write)
        do()
        return write(file, data)

    monkeypatch.setattr(os, "write", later)


def test_what_is_written_while_another_notebook_moves_the_file_aside(progress_file, monkeypatch):
    progress_file.write_text('{"solved": "5.1"}\nnonsense')
    just_before_the_write(monkeypatch, ProgressFile().read)
    ProgressFile()._append([{"solved": "5.3"}])
    assert ProgressFile().read().solved == {"5.1", "5.3"}


def test_an_event_that_a_full_disk_takes_in_part_is_not_lost(progress_file, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:5]))
    file = ProgressFile()
    file.solve("5.1")
    assert file.read().solved == {"5.1"}
    assert any("cannot be saved" in note for note in file.take_notes())


def test_two_notebooks_find_the_same_damage(progress_file, monkeypatch):
    content = '{"solved": "5.1"}\nnonsense'
    progress_file.write_text(content)
    replace, second = os.replace, ProgressFile()

    def later(*names):
        monkeypatch.setattr(os, "replace", replace)
        assert ProgressFile().read().solved == {"5.1"}
        replace(*names)

    monkeypatch.setattr(os, "replace", later)
    assert second.read().solved == ProgressFile().read().solved == {"5.1"}
    assert second.take_notes() == []  # the other one has told
    asides = list(progress_file.parent.glob("*damaged*"))
    assert [aside.read_text() for aside in asides] == [content]


@pytest.mark.parametrize(
    "platform, variable, expected",
    [
        ("win32", "LOCALAPPDATA", "{}/course_lib"),
        ("linux", "XDG_DATA_HOME", "{}/course_lib"),
        ("linux", None, "{}/.local/share/course_lib"),
        ("darwin", None, "{}/Library/Application Support/course_lib"),
    ],
)
def test_where_each_platform_keeps_data(platform, variable, expected, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    for home in [variable] if variable else ["HOME", "USERPROFILE"]:
        monkeypatch.setenv(home, str(tmp_path))
    assert data_directory().as_posix() == expected.format(tmp_path.as_posix())
