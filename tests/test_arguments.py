"""Every argument is what its annotation says, or one sentence says what to give instead."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from annotated_types import Ge, Le, Lt, Predicate
from hypothesis import given, settings
from hypothesis import strategies as st

import course_lib
from course_lib.annotations import (
    Count,
    Finite,
    Natural,
    Network,
    OneOf,
    Positive,
    Precision,
    Rng,
    Rows,
    Seed,
    Strength,
)
from course_lib.arguments import INVALID, checked, coerced, words
from course_lib.nn.network import MLP


@checked
def everything(
    n: Natural = 1,
    x: float = 0.5,
    name: str = "tanh",
    on: bool = False,
    seed: Natural | None = None,
    rates: tuple[float, ...] = (0.1,),
    sizes: Sequence[Natural] = (1, 2),
    ends: tuple[float, float] = (0.0, 1.0),
    either: bool | str = False,
    data: np.ndarray = (0.0,),
    mode: Literal["before", "after"] = "after",
    beta: Annotated[float, Ge(0), Lt(1)] = 0.9,
    size: Annotated[Natural, Le(9)] = 1,
    rate: Annotated[float, OneOf((0.5, 1.0))] = 1.0,
    rule: Annotated[str, OneOf({"sgd": 1, "adam": 2})] = "sgd",
    free: object = None,
):
    """All kinds of arguments."""
    return n, x, name, on, seed, rates, sizes, ends, either, free


@pytest.mark.parametrize(
    "argument, values",
    [
        ("n", [0, 7, np.int64(3), np.array(3)]),
        ("x", [0, -2.5, np.float32(1), np.array(2.5), Fraction(1, 2)]),
        ("name", ["", "relu"]),
        ("on", [True, np.False_]),
        ("seed", [None, 3]),
        ("sizes", [[3], (1, 2), range(4), np.arange(2)]),
        ("either", [True, "before"]),
        ("data", [[1, 2], np.ones((2, 2)), 3.0]),
        ("mode", ["before"]),
        ("beta", [0, 0.5]),
        ("size", [0, 9, np.int8(3)]),
        ("rate", [0.5, 1, np.float32(0.5)]),
        ("rule", ["adam"]),
        ("free", [None, "x", {}]),
    ],
)
def test_what_fits_passes_unchanged(argument, values):
    for value in values:
        names = ["n", "x", "name", "on", "seed", "rates", "sizes", "ends", "either", "free"]
        got = dict(zip(names, everything(**{argument: value}))).get(argument, value)
        assert got is value or got == value


def test_a_list_becomes_the_tuple_a_cache_needs():
    assert everything(rates=[1, 2.5])[5] == (1, 2.5)
    assert everything(rates=np.array([1.0, 2.0]))[5] == (1.0, 2.0)


@pytest.mark.parametrize(
    "argument, values, what",
    [
        ("n", [-1, 2.5, float("nan"), "three", None, True, [], np.zeros(2)], "a whole number, 0 or more"),
        (
            "x",
            [
                float("nan"),
                float("inf"),
                10**400,
                np.longdouble("1e400"),
                np.array(np.nan),
                "1",
                None,
                True,
                [1.0],
                1j,
                np.complex128(1),
            ],
            "a finite number",
        ),
        ("name", [1, None, ["tanh"]], "a name in quotes"),
        ("on", [1, "yes", None], "True or False"),
        ("seed", ["a", -1], "a whole number, 0 or more, or None"),
        (
            "rates",
            [[], 0.1, "0.1", [float("nan")], np.zeros((2, 2)), {0.1: 1}],
            "a list of one or more, each a finite number",
        ),
        ("sizes", [[1, -2], ()], "a list of one or more, each a whole number, 0 or more"),
        ("ends", [(1.0,), (1.0, 2.0, 3.0), "ab"], "a list of 2, each a finite number"),
        ("either", [1, None], "True or False, or a name in quotes"),
        ("data", ["abc", None, [], [[1, 2], [3]], ["a"]], "an array of numbers"),
        ("mode", ["Before", 1, None], "one of 'before', 'after'"),
        ("beta", [1, -0.1], "a finite number, 0 or more, below 1"),
        ("size", [-1, 10, 1.5], "a whole number from 0 to 9"),
        ("rate", [0.7, "1", True], "one of 0.5, 1.0"),
        ("rule", ["Adam", 1, ["sgd"]], "one of sgd, adam"),
    ],
)
def test_what_does_not_fit_gets_one_sentence(argument, values, what):
    for value in values:
        with pytest.raises(ValueError) as caught:
            everything(**{argument: value})
        said = str(caught.value)
        assert said.startswith(f"{argument} of everything must be {what}, not ")
        assert said.endswith(".") and "\n" not in said and len(said) < 200


def test_the_function_is_still_itself():
    assert everything.__name__ == "everything"
    assert everything.__doc__.splitlines()[::2] == [  # and says what is new
        "All kinds of arguments.",
        "Raises: ValueError if an argument is not what its annotation asks for.",
    ]
    with pytest.raises(TypeError, match=r"^everything\(\) .*unexpected keyword argument 'm'"):
        everything(m=1)


@checked
def early(thing: Later, n: int = 1):
    return thing, n


Later = int


def test_hints_may_name_what_is_defined_later():
    assert early(2, n=3) == (2, 3)


@checked
def earlier(moves: tuple[tuple, ...] = ()):
    return moves


def test_the_default_may_be_handed_over():
    assert earlier() == earlier(()) == ()
    with pytest.raises(ValueError, match="^moves of earlier must be a list of one or more"):
        earlier([])


@pytest.mark.parametrize(
    "hint, right, wrong",
    [
        (Count, [1, np.int8(3)], [0, 1.0]),
        (Positive, [1, 1e-300], [0, float("inf")]),
        (Strength, [0, 0.5, [0.0, 1.0]], [-1, [0.0, -1.0], [np.nan]]),
        (Finite, [[1], [[1.5]]], [[np.inf], [], ["a"]]),
        (Rows, [[[1.0]]], [[1.0], [[[1.0]]]]),
        (Network, [MLP((2, 2))], [MLP, None]),
        (Rng, [np.random.default_rng(0), np.random.RandomState(0)], [np.random.Generator, 0]),
        (Seed, [0, np.random.default_rng(0)], [-1, "0"]),
        (Precision, [np.float32, "float64", np.dtype("f4"), float], [int, "float16", None]),
    ],
)
def test_the_named_annotations(hint, right, wrong):
    assert all(coerced(hint, value) is not INVALID for value in right)
    assert all(coerced(hint, value) is INVALID for value in wrong)


def callables() -> Iterator[tuple[str, Callable]]:
    """Whatever in the library validates its arguments."""
    for module in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        for name, thing in vars(importlib.import_module(module.name)).items():
            if getattr(thing, "__module__", None) == module.name:
                members = vars(thing) if isinstance(thing, type) else {}
                for label, member in {name: thing, **{f"{name}.{m}": f for m, f in members.items()}}.items():
                    if inspect.isfunction(member) and hasattr(member, "hints"):
                        yield f"{module.name}.{label}", member


CHECKED = dict(callables())
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(object)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.just(np.zeros((2, 3, 4)))
)


def test_what_a_learner_calls_is_checked():
    explorers = [name for name in CHECKED if name.startswith("course_lib.experiments.")]
    assert len(explorers) > 46, "an experiment for every explorer"
    assert {"course_lib.nn.network.MLP.__init__", "course_lib.nn.training.train_frames"} <= CHECKED.keys()


def test_draws_begin_with_seed_0():
    others = {"network_update": 3, "grid_vs_random": 3}  # whose texts follow one draw
    for name, thing in CHECKED.items():
        if "seed" in (parameters := inspect.signature(thing).parameters):
            assert parameters["seed"].default in (others.get(name.rpartition(".")[2], 0), None, inspect._empty), name


@pytest.mark.parametrize("name", sorted(CHECKED))
@settings(max_examples=25, deadline=None)
@given(value=ANYTHING)
def test_whatever_it_is_given(name, value):
    """A value that does not fit is refused by name and with one sentence, before anything is computed."""
    thing = CHECKED[name]
    for argument, parameter in inspect.signature(thing).parameters.items():
        hint = thing.hints().get(argument, Any)
        any_number = parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        if any_number or value is parameter.default or coerced(hint, value) is not INVALID:
            continue
        with pytest.raises(ValueError) as caught:
            thing(**{argument: value})
        said = str(caught.value)
        assert said.startswith(f"{argument} of ") and f"must be {words(hint)}, not " in said
        assert said.endswith(".") and "\n" not in said and len(said) < 300, said


def is_plain(hint: Any) -> bool:
    """Whether numbers, names and lists of them are all it takes."""
    base, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if base is Annotated:
        return is_plain(inner[0]) and not any(isinstance(one, Predicate | OneOf) for one in inner[1:])
    nested = base in (tuple, list, Sequence, types.UnionType, typing.Union)
    return (
        bool(inner) and all(map(is_plain, inner))
        if nested
        else base in (int, float, str, bool, type(None), Literal, Ellipsis)
    )


def is_sound(value: Any) -> bool:
    """The rules beyond annotations: floats are finite, sequences not empty."""
    if isinstance(value, list | tuple):
        return bool(value) and all(map(is_sound, value))
    return not isinstance(value, float) or np.isfinite(value)


PLAIN = {repr(hint): hint for thing in CHECKED.values() for hint in thing.hints().values() if is_plain(hint)}


@pytest.mark.parametrize("hint", sorted(PLAIN))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_hypothesis_makes_of_an_annotation_fits(hint, data):
    assert coerced(PLAIN[hint], data.draw(st.from_type(PLAIN[hint]).filter(is_sound))) is not INVALID
