"""No test may touch the progress of whoever runs it."""

import pytest


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("COURSE_LIB_PROGRESS", str(path))
    return path
