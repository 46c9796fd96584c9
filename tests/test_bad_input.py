"""Nonsense given to any experiment, data set or part of `nn` gets one sentence; mostly before anything is computed."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import itertools
import pkgutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import course_lib.data
import course_lib.experiments
import course_lib.nn
from course_lib import arguments
from course_lib.kinds import Kind

_spec = importlib.util.spec_from_file_location("calls", Path(__file__).with_name("experiments") / "calls.py")
calls = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(calls)

NONSENSE = (float("nan"), float("inf"), -1, "nonsense", None, [], np.array([]), np.zeros((2, 3, 4)), {}, object)
PLAIN_VALUES = (1, "a", [1], [1, 2], True)


def public_functions(*packages) -> dict[str, Callable]:
    found = {}
    for package in packages or (course_lib.experiments, course_lib.data):
        for room in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{room.name}")
            for name, thing in vars(module).items():
                if name.startswith("_") or not callable(thing) or getattr(thing, "__module__", None) != module.__name__:
                    continue
                if not isinstance(thing, type):
                    found[f"{room.name}.{name}"] = thing
                elif hasattr(thing.__init__, "__wrapped__"):  # its making is checked
                    found[f"{room.name}.{name}"] = partial(thing)
    return found


def kinds(function: Callable) -> dict[str, Kind | None]:
    known = arguments.kinds_of(function.func.__init__ if isinstance(function, partial) else function)
    return {
        name: known.get(name)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD or not isinstance(function, partial)
    }


def plain(function: Callable) -> bool:
    """Whether numbers, names and lists of them are all it takes; arrays and networks come from other functions."""
    known = kinds(function).values()
    return bool(known) and all(
        kind and "array" not in kind.what and any(kind.fits(value) for value in PLAIN_VALUES) for kind in known
    )


PLAIN = {
    name: function
    for name, function in public_functions(course_lib.experiments, course_lib.data, course_lib.nn).items()
    if plain(function)
}


def test_there_are_many():
    assert len(PLAIN) > 90


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_nonsense_gets_one_sentence(name: str) -> None:
    function = PLAIN[name]
    for argument, kind in kinds(function).items():
        for value in NONSENSE:
            if kind.fits(value):
                continue
            rest = {
                other: parameter.default
                for other, parameter in inspect.signature(function).parameters.items()
                if parameter.default is not parameter.empty and other != argument
            }
            needed = {
                other: _something(kinds(function)[other])
                for other in inspect.signature(function).parameters
                if other not in rest and other != argument
            }
            with pytest.raises(ValueError) as caught:
                function(**needed, **{argument: value})
            said = str(caught.value)
            assert argument in said and said.endswith(".") and "\n" not in said and len(said) < 250, said


def _something(kind: Kind) -> object:
    return next(value for value in PLAIN_VALUES if kind.fits(value))


def test_it_is_said_how_the_others_are_called() -> None:
    with_arguments = {name for name, function in public_functions().items() if inspect.signature(function).parameters}
    assert with_arguments - set(PLAIN) == set(calls.CALLS) - set(PLAIN), "say in experiments/calls.py how it is called"


@pytest.mark.parametrize("name", sorted(calls.CALLS))
def test_nonsense_among_arrays_gets_one_sentence(name: str) -> None:
    function = public_functions()[name]
    if name not in calls.SLOW:
        function(**calls.CALLS[name]())
    for argument, kind in kinds(function).items():
        for value in (*NONSENSE, [[1], [1, 2]], np.array(["a", "b"])):
            if kind is None or kind.fits(value):
                continue
            with pytest.raises(ValueError) as caught:
                result = function(**{**calls.CALLS[name](), argument: value})
                if isinstance(result, Iterator):
                    list(itertools.islice(result, 3))
            said = str(caught.value)
            assert argument in said and said.endswith(".") and "\n" not in said and len(said) < 250, said
