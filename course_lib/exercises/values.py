"""Values a learner's function returned: are they numbers, do they agree with the expected ones, how are they shown."""

from typing import Any

import numpy as np

FEW = 12  # numbers that are still shown one by one
RTOL = 1e-5  # loose enough for float32, far tighter than any mistake


def numbers(value: Any) -> np.ndarray:
    """`value` as an array of real numbers, a copy; a scalar has shape (). `ValueError` says what it is instead."""
    try:
        array = np.array(value)
    except Exception as error:
        raise ValueError(f"It returned {_kind(value)}, which does not make an array of numbers.") from error
    if array.dtype.kind not in "iuf":
        kind = {"b": "True or False", "c": "complex numbers"}.get(array.dtype.kind, _kind(value))
        raise ValueError(f"It returned {kind} where real numbers are expected.")
    return array


def agree(got: np.ndarray, expected: np.ndarray) -> bool:
    """Same shape, and equal up to rounding: |got − expected| ≤ 1e-5·|expected| + 1e-9·max|expected|.

    NaN agrees with NaN, so that a known mistake may overflow.
    """
    if got.shape != expected.shape:
        return False
    largest = np.max(np.abs(expected), where=np.isfinite(expected), initial=0.0)
    return np.allclose(got, expected, rtol=RTOL, atol=1e-9 * largest, equal_nan=True)


def difference(got: np.ndarray, expected: np.ndarray) -> str:
    """One sentence on how `got` differs from `expected`; empty if the two agree."""
    if agree(got, expected):
        return ""
    if got.shape != expected.shape:
        return f"It returned {_shape(got)}; expected is {_shape(expected)}."
    if not np.all(np.isfinite(got)):
        return "The result contains NaN or infinity."
    return "The numbers differ."


def show(value: Any, digits: int = 4) -> str:
    """A few lines on `value`: all of a few numbers, the shape and range of many; never raises."""
    if isinstance(value, np.ndarray) and value.size > FEW:
        return f"{_shape(value)}, from {np.min(value):.{digits}g} to {np.max(value):.{digits}g}"
    if isinstance(value, np.ndarray):
        return np.array2string(value, formatter={"all": lambda x: f"{x:.{digits}g}"}, separator=", ")
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    if isinstance(value, tuple) and len(value) > 1:
        return f"({', '.join(show(v, digits) for v in value)})"
    return shortened(value)


def show_both(got: np.ndarray, expected: np.ndarray) -> tuple[str, str]:
    """`show` of both, with as many digits as it takes to see that they differ."""
    pairs = ((show(got, digits), show(expected, digits)) for digits in (4, 6, 9))
    return next((pair for pair in pairs if pair[0] != pair[1]), (show(got, 17), show(expected, 17)))


def shortened(value: Any) -> str:
    """`repr(value)` in one line of at most 80 characters, or its type where `repr` fails."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        return _kind(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _shape(array: np.ndarray) -> str:
    return f"an array of shape {array.shape}" if array.ndim else "a single number"
