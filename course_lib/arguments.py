"""What a function is given is what its annotations say, or one sentence says what to give it instead.

A learner who calls an experiment with a NaN, a word or an empty list must not get a picture of nonsense, nor an error
from deep inside NumPy. Names, and ranges that depend on other arguments, stay the business of each function.

`checked` looks before the function runs. Where a look would cost more than the work, `explained` lets the function
run as it is and only when it fails says what it wants.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

import numpy as np

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

        @wraps(function)
        def generator(*args: Any, **kwargs: Any) -> Any:
            try:
                return (yield from function(*args, **kwargs))
            except Exception as error:
                raise explanation(error, function, wants, *args, **kwargs) from None

        return generator if inspect.isgeneratorfunction(function) else wrapper

    return decorated


def explanation(error: Exception, function: Callable, wants: str, *args: Any, **kwargs: Any) -> Exception:
    """The error to raise instead of one from inside NumPy; the same if it is a sentence already."""
    name = _name(function)
    signature = inspect.signature(function)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError as unbound:
        return TypeError(f"{name}: {unbound}.")
    if type(error) is ValueError and str(error).endswith(".") and not str(error).startswith(_NUMPY_SENTENCES):
        return error
    told = " and ".join(f"{argument} {short(value, 24)}" for argument, value in given.items()
                        if argument != "self" and value is not signature.parameters[argument].default)
    return ValueError(f"{name} wants {wants}, not {told}.")


_NUMPY_SENTENCES = ("setting an array element", "The truth value of")


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


def short(value: Any, letters: int = 60) -> str:
    """A value in a few letters, for a sentence."""
    if isinstance(value, np.ndarray) and value.ndim:
        of = "" if value.dtype.kind in "biuf" else f" of {value.dtype}"
        return f"an array of shape {value.shape}{of}" if value.size else "an empty array"
    text = " ".join(repr(value).split())
    return text if len(text) <= letters else f"{text[:letters - 3]}..."
