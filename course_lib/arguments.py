"""What a function is given is what its annotations say, or one sentence says what to give it instead.

A learner who calls an experiment with a NaN, a word or an empty list must not get a picture of nonsense, nor an error
from deep inside NumPy. Names, and ranges that depend on other arguments, stay the business of each function.

`checked` looks before the function runs. Where a look would cost more than the work, `explained` lets the function
run as it is and only when it fails says what it wants.
"""

from __future__ import annotations

import inspect
import math
import operator
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from typing import Annotated, Any, NamedTuple, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])


class Unfit(Exception):
    """The value is not what is asked for."""


class Kind(NamedTuple):
    """What an argument must be, in words and as a function that returns the value, or raises Unfit.

    `Annotated[float, Kind("a number above 3", …)]` asks for it; the usual ones have names at the end of this room.
    """
    what: str
    fit: Callable[[Any], Any]


def checked(thing: Function) -> Function:
    """A function or class whose arguments are looked at before it runs; a `ValueError` names the first that is unfit.

    An int is a whole number from 0 on; a float is finite; a sequence has at least one entry, and where the annotation
    says tuple it becomes one, so that a cache can take it; an array consists of numbers, and a list becomes one; of
    another class the value is an instance. What has no annotation passes. A class is looked at when it is called.
    """
    if isinstance(thing, type):
        thing.__init__ = _looking(thing.__init__, thing.__name__)
        return thing
    return _looking(thing, thing.__name__)


def _looking(function: Callable, name: str) -> Callable:
    signature = inspect.signature(function)
    places = [p.name for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    kinds = cache(lambda: kinds_of(function))  # at the first call: names may be defined further down

    def fitted(argument: str, value: Any) -> Any:
        kind = kinds().get(argument)
        if kind is None:
            return value
        try:
            return kind.fit(value)
        except Unfit:
            raise ValueError(f"{argument} of {name} must be {kind.what}, not {short(value)}.") from None

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        args = [*map(fitted, places, args), *args[len(places):]]
        kwargs = {argument: fitted(argument, value) for argument, value in kwargs.items()}
        try:
            return function(*args, **kwargs)
        except TypeError:
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"{name}: {error}.") from None
            raise

    return wrapper


def explained(wants: str) -> Callable[[Function], Function]:
    """A function that is called too often to be looked at: it runs as it is, and if it fails one sentence says why.

    The sentence is that of the function itself, if it raised one, or else what it `wants` and what it was given.
    """
    def decorated(function: Function) -> Function:
        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                raise explanation(error, function, wants, *args, **kwargs) from None

        return wrapper

    return decorated


def explanation(error: Exception, function: Callable, wants: str, *args: Any, **kwargs: Any) -> Exception:
    """The error to raise instead of one from inside NumPy; the same if it is a sentence already."""
    name = function.__qualname__
    try:
        given = inspect.signature(function).bind(*args, **kwargs).arguments
    except TypeError as unbound:
        return TypeError(f"{name}: {unbound}.")
    if type(error) is ValueError and str(error).endswith("."):
        return error
    told = " and ".join(f"{argument} {short(value, 40)}" for argument, value in given.items() if argument in wants)
    return ValueError(f"{name} wants {wants}, not {told}.")


def kinds_of(function: Callable) -> dict[str, Kind]:
    """The kinds of those arguments about which the annotations of `function` say something."""
    function, found = inspect.unwrap(function), {}
    for name, parameter in inspect.signature(function).parameters.items():
        hint = parameter.annotation
        if isinstance(hint, str):
            try:
                hint = eval(hint, function.__globals__)
            except NameError:  # imported for type checkers only
                continue
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) and (kind := kind_of(hint)):
            found[name] = kind
    return found


def kind_of(hint: Any) -> Kind | None:
    """How to look at a value with this annotation; None if nothing is known about it."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return next((extra for extra in inner[1:] if isinstance(extra, Kind)), None) or kind_of(inner[0])
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
        number = {None: "a list of one or more", 2: "a pair"}.get(size, f"a list of {size}")
        what = f"{number}, each {each.what}" if each.what else number
        return Kind(what, lambda value: _sequence(value, each, size, origin))
    if (origin or hint) is Callable:
        return Kind("a function", lambda value: _if(callable(value), value))
    if (origin or hint) in (dict, Mapping):
        return Kind("a dict", lambda value: _if(isinstance(value, Mapping), value))
    if origin is None and isinstance(hint, type) and hint not in (Any, object, type, inspect.Parameter.empty):
        article = "an" if hint.__name__[0] in "AEIOU" else "a"
        return Kind(f"{article} {hint.__name__}", lambda value: _if(isinstance(value, hint), value))
    return None


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
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Sequence | np.ndarray) or not np.size(value):
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
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise Unfit from None
    if array.dtype.kind not in "biuf" or not array.size:
        raise Unfit
    return array if isinstance(value, (list, tuple)) else value


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
    return hasattr(value, "standard_normal")


Count = only(int, "a whole number, 1 or more", lambda n: n >= 1)
Positive = only(float, "a positive number", lambda x: x > 0)
NotNegative = only(float, "a number, 0 or more", lambda x: x >= 0)
Finite = only(np.ndarray, "an array of finite numbers", lambda a: np.isfinite(a).all())
Rows = only(Finite, "an array (examples, features) of finite numbers", lambda a: np.ndim(a) == 2)
Strength = only(float | Finite, "a number, 0 or more, or an array of them", lambda a: np.all(np.asarray(a) >= 0))
Functions = only(Any, "a list of functions",
                 lambda list_: isinstance(list_, (list, tuple)) and all(map(callable, list_)))
Generator = only(Any, "a random generator such as np.random.default_rng(0)", _generator)
Random = Annotated[Any, Kind("a seed (a whole number, 0 or more) or a random generator",
                             lambda value: value if _generator(value) else _whole(value))]
Precision = only(Any, "np.float32 or np.float64", lambda dtype: isinstance(dtype, (str, type, np.dtype))
                 and str(getattr(dtype, "__name__", dtype)) in ("float32", "float64", "float"))


def short(value: Any, letters: int = 60) -> str:
    """A value in a few letters, for a sentence."""
    if isinstance(value, np.ndarray) and value.ndim:
        of = "" if value.dtype.kind in "biuf" else f" of {value.dtype}"
        return f"an array of shape {value.shape}{of}" if value.size else "an empty array"
    text = " ".join(repr(value).split())
    return text if len(text) <= letters else f"{text[:letters - 3]}..."
