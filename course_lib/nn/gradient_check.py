"""Is a gradient right? Compare it with the slope measured by taking a small step to either side.

check = check_gradients(net, x, y);   check.worst, check.verdict

Source: CS231n notes, "Neural Networks Part 3", section "Gradient checks".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Predicate, doc

from course_lib.annotations import Finite, Natural, NotNegative, Positive
from course_lib.arguments import checked
from course_lib.inputs import arrays, numbers, short
from course_lib.nn.normalization import BatchNorm
from course_lib.nn.sequential import Sequential

# CS231n notes, neural-networks-3: relative errors in float64 with h near 1e-5
VERDICTS = ((1e-7, "right"), (1e-4, "right if there are kinks in the loss, doubtful if not"), (1e-2, "doubtful"))
STEPS = {"float64": 1e-5, "float32": 5e-3}


def _is_float_array(theta: np.ndarray) -> bool:
    return theta.dtype.name in STEPS and theta.flags.writeable and bool(np.isfinite(theta).all())


Theta = Annotated[
    np.ndarray,
    Predicate(_is_float_array),
    doc("an array of floats (float32 or float64), all finite and not read-only"),
]


@checked
def numerical_gradient(f: Callable[[np.ndarray], float], theta: Theta, h: Positive | None = None) -> np.ndarray:
    """∂f/∂θᵢ ≈ (f(θ + h eᵢ) − f(θ − h eᵢ))/2h,   which is off by O(h²) and by rounding errors of about u f/h.

    theta (any shape) is the caller's: it is changed for each call of f and put back afterwards. u is 1e-16 in float64
    and 6e-8 in float32; h is near the cube root of u, where both errors are smallest, unless you say another.

    Returns: the shape of theta (…).
    Raises: ValueError if f gives no number.
    """
    gradient = np.empty(theta.shape, theta.dtype.name)

    def measured(theta: np.ndarray) -> float:
        before = theta.copy()
        value = f(theta)
        if not np.array_equal(theta, before):
            theta[...] = before
            raise ValueError("f must leave theta as it is: let it work on theta.copy().")
        if (number := numbers(value)) is None or number.ndim:
            raise ValueError(f"f must give a number for theta, not {short(value)}.")
        too_coarse = number.dtype.kind == "f" and number.dtype.itemsize < theta.itemsize
        if number.dtype == np.float16 or too_coarse and h is None:
            raise ValueError(f"f gives {number.dtype}, which keeps too few digits to see a slope: compute in float64.")
        return np.float64(number)

    step = STEPS[theta.dtype.name] if h is None else h
    if h is None and np.spacing(np.abs(theta)).max() > 0.01 * step:
        raise ValueError(f"A step of {step:g} is lost in the rounding of so large a theta, {short(theta)}: give h.")
    for index in np.ndindex(theta.shape):
        gradient[index] = _slope(measured, theta, index, step)
    return gradient


@arrays("a", "n", together=True)
def relative_error(a: np.ndarray, n: np.ndarray, floor: float = 0.0) -> np.ndarray:
    """|a − n| / max(|a|, |n|),   element by element; 0 where both are 0.

    `floor` is the least the denominator may be: below it, numbers count as rounding noise around 0.

    Returns: the shape to which a, n (…) broadcast.
    """
    size = np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
    return np.abs(np.subtract(a, n)) / np.where(size > 0.0, size, 1.0)


def verdict(error: float) -> str:
    """What a relative error means, by the thresholds of the CS231n notes: 1e-7, 1e-4, 1e-2."""
    return next((words for limit, words in VERDICTS if error <= limit), "wrong")


@dataclass(frozen=True)
class GradientCheck:
    """Backpropagation beside measurement, for k of the P parameters (with T trials every array is (T, k))."""

    indices: np.ndarray  #: (k,) places in theta
    analytic: np.ndarray  #: (k,) what backpropagation says
    numeric: np.ndarray  #: (k,) what central differences say
    errors: np.ndarray  #: (k,) relative errors

    @property
    def worst(self) -> float:
        """The largest relative error."""
        return float(np.max(self.errors))

    @property
    def verdict(self) -> str:
        """What the largest error means."""
        return verdict(self.worst)


@checked
def check_gradients(
    net: Annotated[Sequential, doc("a network such as MLP")],
    x: Finite,
    y: Finite,
    h: Positive = 1e-5,
    indices: np.ndarray | Natural | None = None,
    train: bool = True,
    floor: NotNegative = 1e-3,
) -> GradientCheck:
    """Check net's gradient at the parameters `indices` (None: all of them) on the batch x, y.

    It works on a copy in float64, whatever the precision of net, in training mode with the same random masks always. A
    kink (ReLU at 0) closer than h spoils a comparison. Gradients smaller than `floor` times the largest are compared
    with that size. A difference that the rounding of J explains, up to 4 ε J / h with ε = 2.2e-16, counts as an
    error of at most 1e-7, unless h is so small that this is a hundredth of the largest gradient.
    x (m, n_in), y (m,) or (m, n_out), indices (k,).
    Raises: ValueError if indices are no places in theta, the loss is not finite, or a batch for batch normalisation is
        smaller than 4.
    """
    examples = np.shape(x)[-2] if np.ndim(x) > 1 else 1
    if train and examples < 4 and any(isinstance(layer, BatchNorm) for layer in net.layers):
        raise ValueError(
            f"A gradient check through batch normalisation needs at least 4 examples, not {examples}: "
            "with fewer the gradients below it are small (with one they are 0), and wrong code may pass."
        )
    twin = net.copy(np.float64)
    count = twin.theta.shape[-1]
    indices = np.arange(count) if indices is None else np.atleast_1d(indices)
    if (
        indices.ndim > 1
        or not indices.size
        or indices.dtype.kind not in "iu"
        or not ((indices >= -count) & (indices < count)).all()
    ):
        raise ValueError(f"indices must be places in net.theta, whole numbers below {count}, not {short(indices)}.")
    with twin.preserved_state(), np.errstate(all="ignore"):
        J = np.abs(twin.loss_and_grad(x, y, train))[..., None]
        analytic = twin.grad[..., indices].copy()

    def loss(theta: np.ndarray) -> Any:
        with twin.preserved_state():  # every call draws the same masks
            return twin.loss(x, y, train)

    with np.errstate(all="ignore"):  # overflow is a loss that is not finite, of which a sentence tells
        slopes = [_slope(loss, twin.theta, (..., i), h) for i in indices]
    numeric = np.stack(slopes, axis=-1)
    if not np.isfinite(numeric).all():
        raise ValueError("The loss is not finite at these parameters, so that its gradient cannot be measured.")
    largest, rounding = np.max(np.abs(analytic)), 4.0 * np.finfo(float).eps * J / h
    errors = relative_error(analytic, numeric, floor * largest)
    explained = (np.abs(analytic - numeric) <= rounding) & (rounding <= 0.01 * largest)
    errors = np.where(explained, np.minimum(errors, VERDICTS[0][0]), errors)
    return GradientCheck(indices, analytic, numeric, errors)


def _slope(f: Callable[[np.ndarray], float], theta: np.ndarray, index: tuple, h: float) -> Any:
    here = theta[index].copy()
    try:
        theta[index] = here + h
        above = f(theta)
        theta[index] = here - h
        below = f(theta)
    finally:
        theta[index] = here
    return (above - below) / (2.0 * h)
