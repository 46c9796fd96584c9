"""The environment check must find what is wrong, and be the same text wherever nothing is."""

import sys
from importlib import metadata

import pytest

from course_lib.exercises import environment
from course_lib.exercises.environment import check_environment


def test_here_everything_is_found():
    found = check_environment()
    assert found.good
    assert {"Python", "numpy", "matplotlib", "ipywidgets", "jupyterlab"} <= {need.name for need in found.needs}
    assert repr(found).startswith("Everything is here: Python, ")
    assert not any(character.isdigit() for character in repr(found)), "versions differ from machine to machine"


def test_extras_are_not_asked_for():
    assert not {"pytest", "dask", "playwright"} & {need.name for need in check_environment().needs}


@pytest.mark.parametrize("version", [None, "1.0"])
def test_a_missing_or_old_package_is_named_with_the_remedy(monkeypatch, version):
    real = environment.metadata_of
    monkeypatch.setattr(environment, "metadata_of", lambda name: version if name == "numpy" else real(name))
    text = repr(check_environment())
    assert text.splitlines()[0] == f"numpy {_asked('numpy')} is needed, {version or 'nothing'} was found."
    assert "make lab" in text


def test_an_old_python_is_named(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert "Python >=3.11 is needed, 3.9.1 was found." in repr(check_environment())


def _asked(name):
    from packaging.requirements import Requirement

    return str(next(r.specifier for r in map(Requirement, metadata.requires("course-lib")) if r.name == name))
