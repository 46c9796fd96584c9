"""The runs under other processors: a name that none of them has is refused, not left out."""

import sys

import pytest

import processors


def test_a_name_that_nothing_here_has_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(processors, "configurations", lambda: {"jitter-1": {}, "blas-Nehalem": {}})
    monkeypatch.setattr(sys, "argv", ["processors.py", "--list", "jitter", "Nehalem"])
    assert processors.main() == 0 and capsys.readouterr().out.split() == ["jitter-1", "blas-Nehalem"]
    monkeypatch.setattr(sys, "argv", ["processors.py", "--list", "jitter-1", "Zen"])
    with pytest.raises(SystemExit):
        processors.main()
    assert "nothing here is called Zen; there are jitter-1, blas-Nehalem" in capsys.readouterr().err
