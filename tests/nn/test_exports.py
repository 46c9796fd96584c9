"""What `course_lib.nn` exports: every name is that of its module, and nothing is imported before it is asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import course_lib.nn as nn


@pytest.mark.parametrize("name", nn.__all__)
def test_a_name_is_what_its_module_defines(name):
    thing = getattr(nn, name)
    assert thing is getattr(sys.modules[f"course_lib.nn.{nn._MODULE_OF.get(name, 'optimizers')}"], name)
    assert getattr(thing, "__name__", name) == name and name in dir(nn)


def test_an_unknown_name_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="^module 'course_lib.nn' has no attribute 'Perceptron'$"):
        nn.Perceptron  # noqa: B018
    with pytest.raises(ImportError, match="^cannot import name 'Perceptron'"):
        from course_lib.nn import Perceptron  # noqa: F401


def test_a_module_is_imported_when_it_is_asked_for():
    code = (
        "import sys, course_lib.nn as nn; loaded = lambda: {n for n in sys.modules if n.startswith('course_lib.nn.')}; "
        "print(loaded()); nn.SGD; print('course_lib.nn.optimizers' in loaded(), 'course_lib.nn.network' in loaded())"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["set()", "True False"]


def test_type_checkers_read_the_same_names():
    """What stands under TYPE_CHECKING brings every exported name from its module."""
    block = next(node for node in ast.parse(Path(nn.__file__).read_text()).body if isinstance(node, ast.If))
    brought = {(node.module, alias.name) for node in block.body for alias in node.names}
    missing = [
        name
        for name, module in nn._MODULE_OF.items()
        if not {(f"course_lib.nn.{module}", "*"), (f"course_lib.nn.{module}", name)} & brought
    ]
    assert not missing and len(brought) >= len(nn._NAMES)
