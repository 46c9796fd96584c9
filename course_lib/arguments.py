"""Validate arguments against their annotations: types, `Literal`, and bounds and predicates of annotated-types.

Beyond what the annotation says, a float is finite, an array consists of numbers, and a sequence or array is not empty.
A list given for an array becomes one, and any sequence given for a tuple becomes a tuple, which a cache can take.
"""

import inspect
import math
import operator
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from numbers import Real
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from annotated_types import DocInfo, Predicate

from course_lib.annotations import OneOf
from course_lib.inputs import floats, numbers, short


def _is_finite(number: Real) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond 1e308
        return False


Thing = TypeVar("Thing", bound=Callable[..., Any])
INVALID = object()
_BOUNDS = {"Ge": "{0.ge} or more", "Gt": "above {0.gt}", "Le": "{0.le} or less", "Lt": "below {0.lt}"}
_PLAIN: dict[Any, tuple[str, Callable[[Any], Any]]] = {
    int: ("a whole number", lambda v: hasattr(v, "__index__") and not isinstance(v, bool | np.bool_ | np.ndarray)),
    float: ("a finite number", lambda v: isinstance(v, Real) and not isinstance(v, bool) and _is_finite(v)),
    str: ("a name in quotes", lambda v: isinstance(v, str)),
    bool: ("True or False", lambda v: isinstance(v, bool | np.bool_)),
    type(None): ("None", lambda v: v is None),
    np.ndarray: ("an array of numbers", lambda v: numbers(v) is not None and np.size(v)),
    Callable: ("a function", callable),
}


def checked(thing: Thing) -> Thing:
    """A function or class whose arguments are validated when it is called; a `ValueError` names the first wrong one.

    What has no annotation passes, and so does the default. What the function itself raises is left alone.
    """
    if isinstance(thing, type):
        thing.__init__ = _validating(thing.__init__, thing.__name__)  # type: ignore[misc]
        wrapper = thing
    else:
        wrapper = _validating(thing, thing.__qualname__.rpartition("<locals>.")[2].removesuffix(".__init__"))
    if thing.__doc__:
        gap = "\n" if "\nRaises: " in (doc := inspect.cleandoc(thing.__doc__)) else "\n\n"
        wrapper.__doc__ = f"{doc}{gap}Raises: ValueError if an argument is not what its annotation asks for."
    return wrapper


def _validating(function: Any, name: str) -> Any:
    parameters = inspect.signature(function).parameters.values()
    named = {p.name: p.default for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    hints = cache(lambda: typing.get_type_hints(function, include_extras=True))  # may name what is defined further down

    def valid(argument: str, value: Any) -> Any:
        if argument not in named or argument not in hints() or value is named[argument]:
            return value
        return validated(hints()[argument], argument, name, value)

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        given = [*map(valid, named, args), *args[len(named) :]]
        return function(*given, **{argument: valid(argument, value) for argument, value in kwargs.items()})

    wrapper.hints = hints  # type: ignore[attr-defined]
    return wrapper


def validated(hint: Any, argument: str, name: str, value: Any) -> Any:
    """The value in the form its annotation asks for; else `ValueError` with a sentence that says what to give."""
    found = coerced(hint, value)
    if found is INVALID:
        raise ValueError(f"{argument} of {name} must be {words(hint)}, not {_wrong(hint, value)}.")
    return found


def _wrong(hint: Any, value: Any) -> str:
    """What was given; of a list with one part that is wrong, that part too."""
    inner = typing.get_args(hint)
    if isinstance(value, list | tuple) and len(inner) == 1:
        parts = [short(one) for one in value if coerced(inner[0], one) is INVALID]
        return f"a list with {parts[0]} in it" if parts else short(value)
    return short(value)


def coerced(hint: Any, value: Any) -> Any:
    """The value in the form the annotation asks for, or INVALID."""
    base, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if base is Annotated:
        found = coerced(inner[0], value)
        return found if found is not INVALID and all(_holds(one, found) for one in inner[1:]) else INVALID
    if base in (typing.Union, types.UnionType):
        return next((found for one in inner if (found := coerced(one, value)) is not INVALID), INVALID)
    if base is Literal:
        return next((one for one in inner if alike(one, value)), INVALID)
    if base in (tuple, list, Sequence):
        listed = value.ndim if isinstance(value, np.ndarray) else isinstance(value, Sequence)
        if not listed or isinstance(value, str | bytes) or not (len(value) or base is list):
            return INVALID
        fixed = base is tuple and inner and Ellipsis not in inner
        found = [coerced(*pair) for pair in zip(inner if fixed else (inner or (Any,))[:1] * len(value), value)]
        wrong = fixed and len(inner) != len(value) or any(one is INVALID for one in found)
        return INVALID if wrong else tuple(found) if base is tuple else found if base is list else value
    if base in _PLAIN:
        if base in (int, float) and isinstance(value, np.ndarray) and not value.ndim:
            value = value[()]
        if not _PLAIN[base][1](value):
            return INVALID
        if base is np.ndarray and inner:  # an array of floats
            return INVALID if np.asarray(value).dtype == bool else floats(value, "value")
        # NumPy's own numbers would be computed with in their own type, eight bits perhaps
        made = {int: operator.index, np.ndarray: numbers, float: lambda v: v if type(v) in (int, float) else float(v)}
        return made.get(base, lambda v: v)(value)
    if base in (Any, object) or not isinstance(base, type):
        return value
    if base is type:
        return value if isinstance(value, type) and issubclass(value, inner) else INVALID
    if isinstance(value, base) and not isinstance(value, type):
        return value
    for name in getattr(base, "__annotations__", ()):  # of a protocol: its absence may be an error in a property
        if isinstance(getattr(type(value), name, None), property):
            getattr(value, name)
    return INVALID


def alike(option: Any, value: Any) -> bool:
    """Whether the value means the option: NumPy's numbers and texts mean what Python's do, and True is no 1."""
    if isinstance(value, np.generic):
        value = value.item()
    numbers = isinstance(option, int | float) and isinstance(value, int | float)
    comparable = type(option) is type(value) or numbers and not isinstance(option, bool) and not isinstance(value, bool)
    return comparable and option == value


def _holds(constraint: Any, value: Any) -> bool:
    bound = type(constraint).__name__
    if isinstance(constraint, OneOf):
        return any(alike(option, value) for option in constraint.options)
    if bound in _BOUNDS:
        return bool(np.all(getattr(operator, bound.lower())(value, getattr(constraint, bound.lower()))))
    return not isinstance(constraint, Predicate) or bool(np.all(constraint.func(value)))


def words(hint: Any) -> str:
    """What an annotation asks for, such as "a whole number, 1 or more"; `doc` inside Annotated[…] says it instead."""
    base, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if base is Annotated:
        said = [one.documentation for one in inner[1:] if isinstance(one, DocInfo)]
        said += [f"one of {', '.join(map(str, one.options))}" for one in inner[1:] if isinstance(one, OneOf)]
        bounds = {type(one).__name__: one for one in inner[1:] if type(one).__name__ in _BOUNDS}
        if not said and bounds.keys() == {"Ge", "Le"}:
            return f"{words(inner[0])} from {bounds['Ge'].ge} to {bounds['Le'].le}"
        limits = [_BOUNDS[name].format(one) for name, one in bounds.items()]
        return said[-1] if said else ", ".join([words(inner[0]), *limits])
    if base in (typing.Union, types.UnionType):
        return ", or ".join(dict.fromkeys(map(words, inner)))
    if base is Literal:
        return f"one of {', '.join(map(repr, inner))}"
    if base in (tuple, list, Sequence):
        fixed = base is tuple and inner and Ellipsis not in inner
        size = f" of {len(inner)}" if fixed else "" if base is list else " of one or more"
        return f"a list{size}" + (f", each {words(inner[0])}" if inner and inner[0] is not Any else "")
    if base is type:
        return f"a class of {inner[0].__name__}"
    return _PLAIN[base][0] if base in _PLAIN else "a dict" if base is Mapping else f"a value of type {base.__name__}"
