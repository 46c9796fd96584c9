"""Why the mean of the inputs costs time even when signs may mix: it stretches the loss.

Symbols: loss L = ½ E[(w·x − y)²] with Hessian H = E[xxᵀ], eigenvalues λ, condition number κ = λ_max/λ_min, error
e = w − w*. White inputs shifted by μ have H = I + μμᵀ: λ_max = 1 + ‖μ‖² along μ, all others 1.

Source: LeCun et al. 1998, Efficient BackProp, sections 4.3 and 5.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np

from course_lib.annotations import FrozenSeed, Natural, OneOf, Positive
from course_lib.arguments import checked
from course_lib.data.digits import load_digits

DIMENSIONS = (2, 5, 10, 20, 50, 100)
MEANS = np.linspace(-2, 2, 81)
SAMPLES, STEPS, NEAR = 4000, 1000, 0.05
START = np.array([1.0, 1.0])


@dataclass(frozen=True)
class Conditioning:
    """Gradient descent with all examples on shifted white inputs, seen in the plane of two directions of w."""

    mean: float  #: of every input, in standard deviations
    dimension: int
    rate: float  #: learning rate times λ_max
    bias: bool
    hessian: np.ndarray  #: (2, 2) along μ, and across μ (or the bias)
    largest: float
    smallest: float
    measured: float  #: κ of 4000 random examples
    curve: np.ndarray  #: (81,) κ at each of `MEANS`, without a bias
    curve_bias: np.ndarray  #: (81,) the same with a bias
    path: np.ndarray  #: (1001, 2) e, from (1, 1)
    distance: np.ndarray  #: (1001,) ‖e‖ relative to the first; inf where it overflows
    steps_needed: int | None  #: until the distance is 5 % of the first, if within 1000

    @property
    def condition(self) -> float:
        """κ = λ_max/λ_min."""
        return self.largest / self.smallest

    @property
    def lr(self) -> float:
        """η = rate/λ_max."""
        return self.rate / self.largest

    @property
    def turns(self) -> bool:
        """Whether e changes its sign along the steepest direction at every step: the zig-zag of the full batch."""
        return self.rate > 1

    @property
    def diverges(self) -> bool:
        """Whether the rate is above 2, by more than rounding."""
        return self.rate > 2 + 1e-9


@checked
def conditioning(
    mean: float = 1.0,
    dimension: Annotated[int, OneOf(DIMENSIONS)] = 10,
    rate: Positive = 1.9,
    bias: bool = False,
    seed: FrozenSeed = 0,
) -> Conditioning:
    """e ← e − η H e  with η = rate/λ_max,   H = I + μμᵀ,   μ = mean·(1, …, 1)   (LeCun et al. 1998 sec. 4.3, 5.1)

    With a bias the inputs are (x, 1), and the steepest and the flattest direction lie in the plane of μ and the bias,
    where H = [[1 + s², s], [s, 1]], s = ‖μ‖, so that κ = λ₊²  with  λ₊ = ½(2 + s² + s√(s² + 4)).
    """
    s = abs(mean) * math.sqrt(dimension)
    hessian = np.array([[1 + s * s, s], [s, 1.0]]) if bias else np.diag([1 + s * s, 1.0])
    (smallest, largest), vectors = np.linalg.eigh(hessian)
    with np.errstate(all="ignore"):  # a rate above 2 diverges
        shrink = (1 - rate / largest * np.array([smallest, largest])) ** np.arange(STEPS + 1)[:, None]
        along = shrink * (START @ vectors)
        distance = np.hypot(*along.T) / math.hypot(*START)
    reached = distance <= NEAR
    steps_needed = int(reached.argmax()) if reached.any() else None
    valley = hessian, float(largest), float(smallest), sample_condition(mean, dimension, bias, seed)
    shifts = MEANS * math.sqrt(dimension)
    curves = condition_of_shift(shifts), condition_of_shift(shifts, bias=True)
    return Conditioning(mean, dimension, rate, bias, *valley, *curves, along @ vectors.T, distance, steps_needed)


@checked
def condition_of_shift(s: np.ndarray | float, bias: bool = False) -> np.ndarray:
    """κ = 1 + s²;   with a bias κ = λ₊², λ₊ = ½(2 + s² + |s|√(s² + 4));   s = ‖μ‖ in standard deviations

    Returns: the shape of s (…).
    """
    s = np.abs(s)
    return (0.5 * (2 + s**2 + s * np.sqrt(s**2 + 4))) ** 2 if bias else 1 + s**2


@checked
def sample_condition(mean: float, dimension: Natural, bias: bool = False, seed: FrozenSeed = 0) -> float:
    """κ of the mean of xxᵀ over 4000 examples x = mean + z, z ~ N(0, I).

    A sample is never quite white: with d = 100, κ is 1.8 to 1.9 even where the mean is 0.
    """
    second, first = _moments(seed)
    first = first[:dimension]
    h = second[:dimension, :dimension] + mean * (first + first[:, None]) + mean**2
    if bias:
        column = (first + mean)[:, None]
        h = np.block([[h, column], [column.T, np.ones((1, 1))]])
    eigenvalues = np.linalg.eigvalsh(h)
    return float(eigenvalues[-1] / eigenvalues[0])


@lru_cache(maxsize=2)
def _moments(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean of zzᵀ (100, 100) and of z (100,) over the sample."""
    z = np.random.RandomState(seed).standard_normal((SAMPLES, DIMENSIONS[-1]))
    return z.T @ z / SAMPLES, z.mean(axis=0)


@dataclass(frozen=True)
class DigitsHessian:
    """Eigenvalues of E[xxᵀ] for x = pixels − mean + shift·mean, one row per shift."""

    shifts: tuple[float, ...]
    eigenvalues: np.ndarray  #: (shifts, 64), descending

    @property
    def largest_lr(self) -> np.ndarray:
        """2/λ_max per shift, (shifts,): below it gradient descent on a squared error is stable."""
        return 2 / self.eigenvalues[:, 0]

    def condition(self, directions: int = 20) -> np.ndarray:
        """κ among the steepest directions, (shifts,); some pixels never change, so over all of them it is infinite."""
        return self.eigenvalues[:, 0] / self.eigenvalues[:, directions - 1]


@checked
def digits_hessian(shifts: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0)) -> DigitsHessian:
    """Input Hessians of the training digits: shift 0 is centred, shift 1 the raw pixels from 0 to 1."""
    x = load_digits().x_train
    mean = x.mean(axis=0)
    covariance = (x - mean).T @ (x - mean) / len(x)
    hessians = [covariance + shift**2 * np.outer(mean, mean) for shift in shifts]
    return DigitsHessian(tuple(shifts), np.linalg.eigvalsh(hessians)[:, ::-1])
