"""What a function is given is what its annotations say, or one sentence says what to give it instead.

A learner who calls an experiment with a NaN, a word or an empty list must not get a picture of nonsense, nor an error
from deep inside NumPy. Ranges and names stay the business of each function: only it knows them.
"""

from __future__ import annotations

import inspect
import math
import operator
import types
import typing
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])


class _Unfit(Exception):
    """The value is not what is asked for."""


def checked(function: Function) -> Function:
    """`function`, with every argument looked at before it runs; a `ValueError` names the first that does not fit.

    An int is a whole number from 0 on; a float is finite; a sequence has at least one entry, and where the annotation
    says tuple it becomes one, so that a cache can take it; an array consists of numbers. What has another annotation
    passes.
    """
    signature = inspect.signature(function)

    @cache
    def kinds() -> dict[str, _Kind]:
        hints = typing.get_type_hints(function)  # at the first call: names may be defined further down
        return {name: kind for name in signature.parameters if (kind := _kind(hints.get(name, Any)))}

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            given = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{function.__name__}: {error}.") from None
        for name, kind in kinds().items():
            if name in given.arguments:
                try:
                    given.arguments[name] = kind.fit(given.arguments[name])
                except _Unfit:
                    value = _short(given.arguments[name])
                    raise ValueError(f"{name} of {function.__name__} must be {kind.what}, not {value}.") from None
        return function(*given.args, **given.kwargs)

    return wrapper


class _Kind(typing.NamedTuple):
    what: str
    fit: Callable[[Any], Any]  # the value, or _Unfit


def _kind(hint: Any) -> _Kind | None:
    """How to look at a value with this annotation; None if nothing is known about it."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin in (typing.Union, types.UnionType):
        kinds = [_kind(one) for one in inner]
        if None in kinds:
            return None
        return _Kind(", or ".join(kind.what for kind in kinds), lambda value: _first_fit(kinds, value))
    if origin in (tuple, Sequence) and inner and (each := _kind(inner[0])):
        size = len(inner) if origin is tuple and Ellipsis not in inner else None
        number = {None: "a list of one or more, each", 2: "a pair, each"}.get(size, f"a list of {size}, each")
        return _Kind(f"{number} {each.what}", lambda value: _sequence(value, each, size, origin))
    return None


def _first_fit(kinds: list[_Kind], value: Any) -> Any:
    for kind in kinds:
        try:
            return kind.fit(value)
        except _Unfit:
            continue
    raise _Unfit


def _sequence(value: Any, each: _Kind, size: int | None, origin: type) -> Any:
    if isinstance(value, (str, bytes, dict)) or not hasattr(value, "__len__") or np.ndim(value) > 1 or not len(value):
        raise _Unfit
    fitted = [each.fit(one) for one in value]
    if size not in (None, len(fitted)):
        raise _Unfit
    return tuple(fitted) if origin is tuple else value


def _whole(value: Any) -> int:
    if isinstance(value, (bool, np.bool_)):
        raise _Unfit
    try:
        number = operator.index(value)
    except TypeError:
        raise _Unfit from None
    if number < 0:
        raise _Unfit
    return number


def _number(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        raise _Unfit
    if not math.isfinite(value):
        raise _Unfit
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise _Unfit
    return value


def _nothing(value: Any) -> None:
    if value is not None:
        raise _Unfit


def _array(value: Any) -> Any:
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise _Unfit from None
    if array.dtype.kind not in "biuf" or not array.size:
        raise _Unfit
    return value


_PLAIN = {
    int: _Kind("a whole number, 0 or more", _whole),
    float: _Kind("a finite number", _number),
    str: _Kind("a name in quotes", _text),
    bool: _Kind("True or False", _truth),
    type(None): _Kind("None", _nothing),
    np.ndarray: _Kind("an array of numbers", _array),
}


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}" if value.size else "an empty array"
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
