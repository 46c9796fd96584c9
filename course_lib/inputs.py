"""What an array is and what a label is: the right value, or one sentence that says what to give instead.

Numbers are computed with in floating point, whatever they arrive in: float32 stays float32, every other type of number
becomes float64. Data (inputs, targets) must be finite; what a network computed (scores, signals, gradients) may be NaN
or infinite, because that is how a run that diverged shows itself.
"""

import inspect
import math
from collections.abc import Callable
from functools import partial, wraps
from numbers import Real
from typing import Any

import numpy as np

from course_lib.annotations import RandomGenerator, Seed

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))  # in this machine's byte order


def short(value: Any) -> str:
    """A value in at most 60 letters, for a sentence."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}{_contents(value)}" if value.size else "an empty array"
    try:
        text = " ".join(repr(value).split())
    except Exception:  # the learner's __repr__ is not what the sentence is about
        text = f"an object of class {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _contents(array: np.ndarray) -> str:
    """What may be wrong with the numbers of an array."""
    if hides_entries(array):
        return " with masked entries"
    if array.dtype.kind not in "biuf":
        return " of text" if array.dtype.kind in "SUT" else f" of {array.dtype}"
    wrong = array.size - np.count_nonzero(np.isfinite(array))
    return f" with {wrong} NaN or infinite" if wrong else f" from {array.min():g} to {array.max():g}"


def hides_entries(value: Any) -> bool:
    """Whether entries of an array are masked, or of one in a list of arrays."""
    parts = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(part, np.ma.MaskedArray) and np.ma.is_masked(part) for part in parts)


def numbers(value: Any) -> np.ndarray | None:
    """`value` as a plain array of numbers in their own type; None if it is not made of numbers or hides some."""
    if type(value) is np.ndarray and value.dtype.kind in "biuf":
        return value
    if hides_entries(value):
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and array.size and all(isinstance(number, Real) for number in array.flat):
            array = array.astype(np.float64)
    except (ValueError, OverflowError):  # rows of different lengths; a whole number beyond 1e308
        return None
    return array if array.dtype.kind in "biuf" else None


def floats(value: Any, name: str, ndim: int = 0, of: str = "numbers") -> np.ndarray:
    """`value` as a plain array of float32, if it is that, or else of float64, with at least `ndim` axes."""
    array = numbers(value)
    if array is None or array.ndim < ndim or ndim and not array.size:
        raise ValueError(f"{name} must be an array of {of}, not {short(value)}.")
    if array.dtype not in FLOATS:
        return cast(array, np.float64)
    return array if array.flags.aligned else array.copy()


def broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether an array of this shape can be combined with one of the shape `to` in place."""
    return len(shape) <= len(to) and all(a in (1, b) for a, b in zip(shape[::-1], to[::-1], strict=False))


def write(values: Any, here: np.ndarray, name: str) -> None:
    """Copy numbers, as far as they broadcast, into an array.

    Raises: ValueError if they are no numbers or do not fit.
    """
    values = floats(values, name)
    if not broadcasts(values.shape, here.shape):
        raise ValueError(f"{name} must be numbers of shape {here.shape}, not {short(values)}.")
    here[...] = values


def cast(array: np.ndarray, dtype: Any) -> np.ndarray:
    """The array in this precision, in which what is too large for it is infinite."""
    with np.errstate(over="ignore"):
        return array.astype(dtype, copy=False)


def like(given: Any, x: np.ndarray, name: str, number: bool = False) -> np.ndarray:
    """What a function of the learner's gave for x, as an array of the shape and precision of x, or a number if allowed.

    Raises: ValueError if it is something else.
    """
    if type(given) is np.ndarray and given.dtype == x.dtype and given.shape == x.shape:
        return given
    array = numbers(given)
    if array is None or array.shape != x.shape and not (number and not array.ndim):
        raise ValueError(f"{name} must give numbers of shape {x.shape}, not {short(given)}.")
    return cast(array, x.dtype)


def true_or_not(given: Any, name: str) -> bool:
    """The answer of a function of the learner's to a question; nothing is no.

    Raises: ValueError if it is something else.
    """
    if given is None or isinstance(given, bool | np.bool_):
        return bool(given)
    raise ValueError(f"{name} must give True or False, or nothing, not {short(given)}.")


def finite(array: np.ndarray, name: str) -> np.ndarray:
    """The array, if all of it is finite."""
    # the sum of squares is quicker than a test of each number; where it overflows, the test decides, and for numbers
    # that a message brought to an odd address, with which old kernels of OpenBLAS end the process
    if not (array.flags.aligned and math.isfinite(np.vdot(array, array))) and not np.isfinite(array).all():
        wrong = np.count_nonzero(~np.isfinite(array))
        raise ValueError(f"{name} must consist of finite numbers ({array.dtype}); {wrong} are not.")
    return array


_NUMBERED = "np.unique(…, return_inverse=True) numbers classes"


def labels(value: Any, shape: tuple[int, ...], classes: int, name: str) -> np.ndarray:
    """Class numbers 0 … classes − 1 for examples of this shape, (m,) or (T, m); T networks may share them.

    Whole numbers of any type, and a column (m, 1), are taken; words, one-hot rows and numbers of no class are not.
    """
    wanted = f"{name} must be one class number from 0 to {classes - 1} for each of {shape[-1]} examples"
    array = numbers(value)
    if not shape[-1]:
        raise ValueError(f"There are no examples for which {name} could be class numbers.")
    if array is None:
        cure = "fill in or leave out what is masked" if hides_entries(value) else _NUMBERED
        raise ValueError(f"{wanted}, not {short(value)}; {cure}.")
    fits = [shape[start:] for start in range(len(shape))]
    if array.shape not in fits and array.shape[-1:] == (1,) and array.shape[:-1] in fits:
        array = array[..., 0]
    if array.shape not in fits or not array.size:
        rows = "; of one-hot rows take .argmax(axis=-1)" if array.shape[-2:] == (shape[-1], classes) else ""
        raise ValueError(f"{wanted}, not {'numbers of shape ' + str(array.shape) if array.ndim else array}{rows}.")
    with np.errstate(invalid="ignore"):
        none = (array < 0) | (array >= classes) | (array != np.floor(array))
    none |= ~np.isfinite(array)
    if none.any():
        raise ValueError(f"{wanted}; the first that is not is {array[none][0]}.")
    return array.astype(np.intp, copy=False)


def as_raised(error: Exception) -> Exception:
    """The error itself; of a StopIteration that a generator turned into a RuntimeError, the StopIteration."""
    turned = isinstance(error, RuntimeError) and str(error) == "generator raised StopIteration"
    return error.__cause__ if turned and isinstance(error.__cause__, StopIteration) else error


def generator(seed: Seed) -> Any:
    """The random generator itself, or one made from the seed."""
    return seed if isinstance(seed, RandomGenerator) else np.random.default_rng(seed)


def arrays(*names: str, ndim: int = 0, of: str = "numbers", together: bool = False) -> Callable[[Callable], Callable]:
    """A function whose arguments of these names (its first) reach it as arrays of float32 or float64.

    together: they must broadcast. An argument `axis` must be None or one of the axes of the first.
    What the function itself raises is left alone. `bare` of the result is the function, for callers that have arrays.
    """

    def decorated(function: Callable) -> Callable:
        parameters = inspect.signature(function).parameters
        order = list(parameters)
        places = [(order.index(name), name) for name in names or order[:1]]
        settings = [(order.index(name), name) for name in order if parameters[name].annotation == "float"]
        label = function.__qualname__.rpartition("<locals>.")[2]
        axis_at = order.index("axis") if "axis" in order else len(order)

        @wraps(function)
        def taking_arrays(*args: Any, **kwargs: Any) -> Any:
            given, taken = list(args), list[Any]()
            for place, name in places:
                if place >= len(given) and name not in kwargs:
                    continue  # the function says that it is missing
                value = given[place] if place < len(given) else kwargs[name]
                usual = type(value) is np.ndarray and value.dtype in FLOATS and value.flags.aligned
                if not usual or value.ndim < ndim or not value.size:
                    value = floats(value, f"{name} of {label}", ndim, of)
                if together and taken and not value.ndim:
                    value = float(value)  # keeps float32, which an array of one number would not
                taken.append(value)
                if place < len(given):
                    given[place] = value
                else:
                    kwargs[name] = value
            for place, name in settings:
                value = given[place] if place < len(given) else kwargs.get(name, 0.0)
                if type(value) is float and math.isfinite(value):
                    continue
                number = numbers(value)
                if number is None or number.ndim or number.dtype == bool or not np.isfinite(number):
                    raise ValueError(f"{name} of {label} must be a finite number, not {short(value)}.")
            axis = given[axis_at] if axis_at < len(given) else kwargs.get("axis")
            if axis is not None and taken and not _is_axis(axis, taken[0].ndim):
                raise ValueError(f"axis of {label} must be a whole number below {taken[0].ndim}, not {short(axis)}.")
            if together:
                _broadcast([np.shape(value) for value in taken], label)
            return function(*given, **kwargs)

        return with_bare(taking_arrays, function)

    return decorated


def _is_axis(axis: Any, ndim: int) -> bool:
    return hasattr(axis, "__index__") and not isinstance(axis, bool | np.ndarray) and -ndim <= axis < ndim


def _broadcast(shapes: list[tuple[int, ...]], label: str) -> None:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        given = " and ".join(map(str, shapes))
        raise ValueError(f"The arrays of {label} must have shapes that broadcast, not {given}.") from None


def with_bare(function: Any, body: Callable) -> Any:
    """The function, with what it validates the arguments of as its attribute `bare`."""
    function.bare = body
    return function


def bare(function: Any) -> Any:
    """The function itself, without the validation of its arguments; of None, None.

    A decorator of the learner's around it stays, though `functools.wraps` copied the attribute.
    """
    if isinstance(function, partial):
        body = bare(function.func)
        return function if body is function.func else partial(body, *function.args, **function.keywords)
    body = getattr(function, "bare", function)
    return body if getattr(function, "__wrapped__", body) is body else function
