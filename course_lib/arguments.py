"""What a function is given is what its annotations say, or one sentence says what to give it instead.

A learner who calls an experiment with a NaN, a word or an empty list must not get a picture of nonsense, nor an error
from deep inside NumPy. Names, and ranges that depend on other arguments, stay the business of each function.

`checked` looks before the function runs; what the function itself raises is left alone.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

from course_lib.inputs import short
from course_lib.kinds import Kind, Unfit, kind_of

Function = TypeVar("Function", bound=Callable[..., Any])


def checked(thing: Function) -> Function:
    """A function or class whose arguments are looked at before it runs; a `ValueError` names the first that is unfit.

    An int is a whole number from 0 on; a float is finite; a sequence or tuple has at least one entry, and where the
    annotation says tuple it becomes one, so that a cache can take it; an array consists of numbers, and a list becomes
    one; of another class the value is an instance. What has no annotation passes. A class is looked at when called.
    """
    if isinstance(thing, type):
        thing.__init__ = _looking(thing.__init__, thing.__name__)
        return thing
    return _looking(thing, _name(thing))


def _looking(function: Callable, name: str) -> Callable:
    signature = inspect.signature(function)
    places = [p.name for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    kinds = cache(lambda: kinds_of(function))  # at the first call: names may be defined further down

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        known, fitted = kinds(), list(args)
        for place, (argument, value) in enumerate(zip(places, args)):
            if argument in known:
                fitted[place] = fit(known[argument], argument, name, value)
        for argument in [one for one in kwargs if one in known]:
            kwargs[argument] = fit(known[argument], argument, name, kwargs[argument])
        try:
            return function(*fitted, **kwargs)
        except TypeError:
            try:
                signature.bind(*fitted, **kwargs)
            except TypeError as error:
                raise TypeError(f"{name}: {error}.") from None
            raise

    return wrapper


def fit(kind: Kind, argument: str, name: str, value: Any) -> Any:
    """The value, or a sentence that says what this argument of `name` must be."""
    try:
        return kind.fit(value)
    except Unfit:
        raise ValueError(f"{argument} of {name} must be {kind.what}, not {short(value)}.") from None


def kinds_of(function: Callable) -> dict[str, Kind]:
    """The kinds of those arguments about which the annotations of `function` say something."""
    function, found = inspect.unwrap(function), {}
    hints = typing.get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        known = kind_of(hints.get(name, Any))
        if known and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            found[name] = _or_default(known, parameter.default)
    return found


def _or_default(kind: Kind, default: Any) -> Kind:
    """The default may be handed over too, even an empty list where a list of one or more is asked for."""
    return kind._replace(fit=lambda value: value if value is default else kind.fit(value))


def _name(function: Callable) -> str:
    """Bowl.f for a method, Bowl for its making, f for a function."""
    return function.__qualname__.rpartition("<locals>.")[2].removesuffix(".__init__")
