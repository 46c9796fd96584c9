"""Values a learner's function returned: are they numbers, do they agree with the expected ones, how are they shown."""

import re
import reprlib
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from course_lib.inputs import hides_entries

FEW = 12  # numbers that are still shown one by one
SIDE = 8  # of a matrix that is still shown as such
MOST = 10_000_000  # numbers; of a larger answer only the shape is looked at, for a copy might not fit into memory
RTOL = 1e-5  # far tighter than any mistake
# Of the largest number expected: where large numbers cancel, what is left carries their rounding.
ATOL = {np.dtype(np.float32): 1e-5}


# As NumPy prints by default, whatever the learner has set: NumPy 2.0 has no name for its defaults.
PRINTED: dict[str, Any] = {
    "precision": 8,
    "threshold": 1000,
    "edgeitems": 3,
    "linewidth": 75,
    "suppress": False,
    "nanstr": "nan",
    "infstr": "inf",
    "sign": "-",
    "formatter": None,
    "floatmode": "maxprec",
    "legacy": False,
}


def numbers(value: Any) -> np.ndarray:
    """`value` as an array of real numbers, a copy; a scalar has shape (). `ValueError` says what it is instead."""
    if hides_entries(value):
        raise ValueError("It returned a masked array, in which some numbers are hidden. Return a plain one.")
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and array.size <= MOST and all(isinstance(item, Real) for item in array.flat):
            array = array.astype(float)
    except Exception as error:
        raise ValueError(f"It returned {_parts(value)}, which does not make an array of numbers.") from error
    if array.size > MOST:
        raise ValueError(f"It returned {_shape(array)}: far more numbers than expected.")
    if array.dtype.kind not in "iuf":
        raise ValueError(f"It returned {_instead(value, array)} where real numbers are expected.")
    return array.copy()


def agree(got: np.ndarray, expected: np.ndarray) -> bool:
    """Same shape, and equal up to rounding: |got − expected| ≤ 1e-5·|expected| + 1e-9·max|expected|  (float32: 1e-5).

    NaN agrees with NaN, so that a known mistake may overflow.
    """
    return got.shape == expected.shape and bool(np.all(_close(got, expected)))


def _close(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    largest = np.max(np.abs(expected), where=np.isfinite(expected), initial=0.0)
    return np.isclose(got, expected, rtol=RTOL, atol=ATOL.get(got.dtype, 1e-9) * largest, equal_nan=True)


def difference(got: np.ndarray, expected: np.ndarray) -> str:
    """One sentence on how `got` differs from `expected`; empty if the two agree."""
    if agree(got, expected):
        return ""
    if got.shape != expected.shape:
        return f"It returned {_shape(got)}; expected is {_shape(expected)}."
    if np.any(np.isnan(got)):
        return "The result contains NaN: 0/0, ∞ − ∞ and the logarithm or root of a negative number give it."
    if np.any(np.isinf(got)):
        return "The result contains infinity: a division by 0, log(0) and numbers beyond 1e308 give it."
    if got.dtype == np.float16:
        return "It returned float16, which keeps three digits: too few to compare. Compute in float64."
    wrong = np.flatnonzero(~_close(got, expected))
    some = f"{len(wrong)} of {got.size} numbers differ{'s' * (len(wrong) == 1)}"
    count = "The numbers differ" if len(wrong) == got.size else some
    if got.size <= FEW:
        return f"{count}."
    place = np.unravel_index(wrong[0], got.shape)
    yours, right = show_both(got[place + (...,)], expected[place + (...,)])
    return f"{count}, the first at [{', '.join(map(str, place))}]: {yours} where {right} is expected."


def rearranged(pairs: list[tuple[Any, np.ndarray]]) -> str:
    """One sentence on how what was returned must be arranged to be what is expected, the same in all pairs; or ""."""
    return next((sentence for arrange, sentence in ARRANGED if all(_agrees(arrange, *pair) for pair in pairs)), "")


def _agrees(arrange: Callable[[Any, np.ndarray], tuple[Any, Any]], returned: Any, expected: np.ndarray) -> bool:
    try:
        got, wanted = arrange(returned if isinstance(returned, list | tuple) else numbers(returned), expected)
        return agree(numbers(got), np.asarray(wanted))
    except Exception:  # it cannot be arranged in this way
        return False


ARRANGED: tuple[tuple[Callable[[Any, np.ndarray], tuple[Any, Any]], str], ...] = (
    (lambda got, right: (np.transpose(got), right), "Transposed, your numbers are right."),
    (lambda got, right: (np.reshape(got, right.shape), right), "The numbers are right, only the shape is not."),
    (lambda got, right: (np.hstack(got), right), "The parts are right: put them side by side with np.hstack."),
    (lambda got, right: (np.vstack(got), right), "The parts are right: stack them with np.vstack."),
    (lambda got, right: (got[::-1], right), "The numbers are right, in the reverse order."),
    (lambda got, right: (got[0], right), "The first of these is the answer: return it alone."),
    (lambda got, right: (got[1], right), "The second of these is the answer: return it alone."),
    (lambda got, right: (got[-1], right), "The last of these is the answer: return it alone."),
    (lambda got, right: (got[1:], right), "Leave out the first of these and it is right."),
    (lambda got, right: (got[:-1], right), "Leave out the last of these and it is right."),
    (lambda got, right: (np.asarray(got)[..., 1:], right), "Leave out the first column and it is right."),
    (lambda got, right: (np.asarray(got)[..., :-1], right), "Leave out the last column and it is right."),
    (lambda got, right: (got, right[0]), "This is right, but only the first of what is asked for."),
    (lambda got, right: (got, right[-1]), "This is right, but only the last of what is asked for."),
)


def show(value: Any, digits: int = 4) -> str:
    """A few lines on `value`: all of a few numbers or of a small matrix, the shape and range of more; never raises."""
    if isinstance(value, np.ndarray) and not _one_by_one(value):
        return f"{_shape(value)}, from {np.min(value) + 0.0:.{digits}g} to {np.max(value) + 0.0:.{digits}g}"
    if isinstance(value, np.ndarray):
        width = max((len(f"{x:.{digits}g}") for x in value.flat), default=0) if value.size > FEW else 0
        written: Any = {"all": lambda x: f"{x + 0.0:{width}.{digits}g}"}  # + 0.0: no "-0"
        return np.array2string(value, formatter=written, separator=", ", max_line_width=200 if width else None)
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    if isinstance(value, tuple) and len(value) > 1:
        return f"({', '.join(show(v, digits) for v in value)})"
    return shortened(value)


def show_both(got: np.ndarray, expected: np.ndarray) -> tuple[str, str]:
    """`show` of both, with as many digits as it takes to see that they differ; of many, one that differs."""
    pairs = ((show(got, digits), show(expected, digits)) for digits in (4, 6, 9))
    yours, right = next((pair for pair in pairs if pair[0] != pair[1]), (show(got, 17), show(expected, 17)))
    if got.shape == expected.shape and not _one_by_one(got) and not agree(got, expected):
        place = np.unravel_index(np.flatnonzero(~_close(got, expected))[0], got.shape)
        at = f"; at [{', '.join(map(str, place))}]: "
        here, there = show_both(got[place + (...,)], expected[place + (...,)])
        return yours + at + here, right + at + there
    return yours, right


def _one_by_one(value: np.ndarray) -> bool:
    shape = [n for n in value.shape if n != 1]
    return value.size <= FEW or (len(shape) == 2 and max(shape) <= SIDE)


def shortened(value: Any) -> str:
    """`repr(value)` in one line of at most 80 characters, or its type where `repr` fails."""
    try:
        return one_line(re.sub(r" at 0x[0-9a-fA-F]+", "", _REPR.repr(value)))
    except Exception:
        return _kind(value)


def one_line(text: str) -> str:
    """`text` in one line of at most 80 characters."""
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."


_REPR = reprlib.Repr()  # looks at the beginning only: the whole of a long list takes seconds
_REPR.maxlist = _REPR.maxtuple = _REPR.maxset = _REPR.maxdict = _REPR.maxarray = 20
_REPR.maxstring, _REPR.maxother = 200, 10_000


def _kind(value: Any) -> str:
    name = type(value).__name__
    known = {"NoneType": "None", "ndarray": "an array", "str": "text", "type": "a class"}
    return known.get(name, f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}")


def _instead(value: Any, array: np.ndarray) -> str:
    """What `value` holds that is no real number."""
    known = {"b": "True or False", "c": "complex numbers", "U": "text", "S": "bytes", "M": "dates"}
    if array.dtype.kind != "O" or array.ndim == 0:
        return known.get(array.dtype.kind, _kind(value))
    return f"{_kind(value)} with {_kind(next(item for item in array.flat if not isinstance(item, Real)))} in it"


def _parts(value: Any) -> str:
    """A list or tuple whose parts do not fit together, with their shapes."""
    try:
        shapes = [str(np.shape(part)) for part in value] if isinstance(value, list | tuple) else []
    except Exception:
        shapes = []
    if len(set(shapes)) < 2:
        return _kind(value)
    return f"{_kind(value)} of {len(shapes)} parts of shapes {', '.join(shapes[:4])}{', …' * (len(shapes) > 4)}"


def _shape(array: np.ndarray) -> str:
    return f"an array of shape {array.shape}" if array.ndim else "a single number"
