"""What an argument may be: how an annotation is read as a condition on values, and names for the usual conditions."""

from __future__ import annotations

import inspect
import math
import operator
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np

from course_lib.inputs import numbers


class Unfit(Exception):
    """The value is not what is asked for."""


class Kind(NamedTuple):
    """What an argument must be, in words and as a function that returns the value, or raises Unfit.

    `Annotated[float, Kind("a number above 3", …)]` asks for it; the usual ones have names.
    """

    what: str
    fit: Callable[[Any], Any]

    def fits(self, value: Any) -> bool:
        try:
            self.fit(value)
        except Unfit:
            return False
        return True


def kind_of(hint: Any) -> Kind | None:
    """How to look at a value with this annotation; None if nothing is known about it."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        kinds = [extra for extra in inner if isinstance(extra, Kind)]
        return kinds[-1] if kinds else kind_of(inner[0])  # an annotation of an annotation is one, the narrowest last
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin in (typing.Union, types.UnionType):
        kinds = [kind_of(one) for one in inner]
        if None in kinds:
            return None
        return Kind(", or ".join(dict.fromkeys(kind.what for kind in kinds)), lambda value: _first_fit(kinds, value))
    if origin in (tuple, list, Sequence):
        each = kind_of(inner[0]) or _ANYTHING
        size = len(inner) if origin is tuple and Ellipsis not in inner else None
        any_number = "a list" if origin is list else "a list of one or more"
        number = {None: any_number, 2: "a pair"}.get(size, f"a list of {size}")
        what = f"{number}, each {each.what}" if each.what else number
        return Kind(what, lambda value: _sequence(value, each, size, origin))
    if origin is type:
        return Kind(f"a class of {inner[0].__name__}", lambda value: _if(_is_a(value, inner[0]), value))
    if (origin or hint) is Callable:
        return Kind("a function", lambda value: _if(callable(value), value))
    if (origin or hint) in (dict, Mapping):
        return Kind("a dict", lambda value: _if(isinstance(value, Mapping), value))
    base = origin or hint
    if isinstance(base, type) and base not in (Any, object, type, inspect.Parameter.empty):
        article = "an" if base.__name__[0] in "AEIOU" else "a"
        return Kind(f"{article} {base.__name__}", lambda value: _if(isinstance(value, base), value))
    return None


def _is_a(value: Any, base: type) -> bool:
    return isinstance(value, type) and issubclass(value, base)


def _if(fits: Any, value: Any) -> Any:
    if not fits:
        raise Unfit
    return value


def _first_fit(kinds: list[Kind], value: Any) -> Any:
    for kind in kinds:
        try:
            return kind.fit(value)
        except Unfit:
            continue
    raise Unfit


def _sequence(value: Any, each: Kind, size: int | None, origin: type) -> Any:
    listed = value.ndim if isinstance(value, np.ndarray) else isinstance(value, Sequence)
    if not listed or isinstance(value, (str, bytes)) or not len(value) and origin is not list:
        raise Unfit
    fitted = [each.fit(one) for one in value]
    if size not in (None, len(fitted)):
        raise Unfit
    return tuple(fitted) if origin is tuple else value


def _whole(value: Any) -> int:
    if isinstance(value, (bool, np.bool_)):
        raise Unfit
    try:
        number = operator.index(value)
    except TypeError:
        raise Unfit from None
    return _if(number >= 0, number)


def _number(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        raise Unfit
    return _if(math.isfinite(value), value)


def _array(value: Any) -> Any:
    array = numbers(value)
    if array is None or not array.size:
        raise Unfit
    return array


_PLAIN = {
    int: Kind("a whole number, 0 or more", _whole),
    float: Kind("a finite number", _number),
    str: Kind("a name in quotes", lambda value: _if(isinstance(value, str), value)),
    bool: Kind("True or False", lambda value: _if(isinstance(value, (bool, np.bool_)), value)),
    type(None): Kind("None", lambda value: _if(value is None, value)),
    np.ndarray: Kind("an array of numbers", _array),
}
_ANYTHING = Kind("", lambda value: value)


def only(hint: Any, what: str, holds: Callable[[Any], Any]) -> Any:
    """The annotation for those values of `hint` for which something holds, said in words."""
    wider = kind_of(hint) or _ANYTHING

    def fit(value: Any) -> Any:
        value = wider.fit(value)
        return _if(holds(value), value)

    return Annotated[hint, Kind(what, fit)]


def _generator(value: Any) -> bool:
    return not isinstance(value, type) and hasattr(value, "uniform")


Count = only(int, "a whole number, 1 or more", lambda n: n >= 1)
Positive = only(float, "a positive number", lambda x: x > 0)
NotNegative = only(float, "a number, 0 or more", lambda x: x >= 0)
Finite = only(np.ndarray, "an array of finite numbers", lambda a: np.isfinite(a).all())
Rows = only(Finite, "an array (examples, features) of finite numbers", lambda a: np.ndim(a) == 2)
Strength = only(float | Finite, "a number, 0 or more, or an array of them", lambda a: np.all(np.asarray(a) >= 0))
Functions = only(
    Any, "a list of functions", lambda list_: isinstance(list_, (list, tuple)) and all(map(callable, list_))
)
Network = only(Any, "a network such as MLP", lambda net: hasattr(net, "loss_and_grad") and not isinstance(net, type))
Rng = only(Any, "a random generator such as np.random.default_rng(0)", _generator)
Random = Annotated[
    Any,
    Kind(
        "a seed (a whole number, 0 or more) or a random generator",
        lambda value: value if _generator(value) else _whole(value),
    ),
]
Precision = only(
    Any,
    "np.float32 or np.float64",
    lambda dtype: (
        isinstance(dtype, (str, type, np.dtype))
        and str(getattr(dtype, "__name__", dtype)) in ("float32", "float64", "float")
    ),
)
