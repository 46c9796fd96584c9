"""Every argument is what its annotation says, or one sentence says what to give instead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from course_lib.arguments import checked


@checked
def everything(
    n: int = 1,
    x: float = 0.5,
    name: str = "tanh",
    on: bool = False,
    seed: int | None = None,
    rates: tuple[float, ...] = (0.1,),
    sizes: Sequence[int] = (1, 2),
    ends: tuple[float, float] = (0.0, 1.0),
    either: bool | str = False,
    data: np.ndarray = (0.0,),
    free: object = None,
):
    """All kinds of arguments."""
    return n, x, name, on, seed, rates, sizes, ends, either, free


@pytest.mark.parametrize(
    "argument, values",
    [
        ("n", [0, 7, np.int64(3)]),
        ("x", [0, -2.5, np.float32(1)]),
        ("name", ["", "relu"]),
        ("on", [True, np.False_]),
        ("seed", [None, 3]),
        ("sizes", [[3], (1, 2), range(4), np.arange(2)]),
        ("either", [True, "before"]),
        ("data", [[1, 2], np.ones((2, 2)), 3.0]),
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
        ("x", [float("nan"), float("inf"), "1", None, True, [1.0], np.array([])], "a finite number"),
        ("name", [1, None, ["tanh"]], "a name in quotes"),
        ("on", [1, "yes", None], "True or False"),
        ("seed", ["a", -1], "a whole number, 0 or more, or None"),
        (
            "rates",
            [[], 0.1, "0.1", [float("nan")], np.zeros((2, 2)), {0.1: 1}],
            "a list of one or more, each a finite number",
        ),
        ("sizes", [[1, -2], ()], "a list of one or more, each a whole number, 0 or more"),
        ("ends", [(1.0,), (1.0, 2.0, 3.0), "ab"], "a pair, each a finite number"),
        ("either", [1, None], "True or False, or a name in quotes"),
        ("data", ["abc", None, [], [[1, 2], [3]], ["a"]], "an array of numbers"),
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
    assert everything.__name__ == "everything" and everything.__doc__ == "All kinds of arguments."
    with pytest.raises(TypeError, match=r"^everything: .*unexpected keyword argument 'm'"):
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
