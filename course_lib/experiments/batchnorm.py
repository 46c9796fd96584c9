"""Batch normalisation of one column, by hand: what it changes in a batch of numbers, and what it leaves.

Source: Ioffe & Szegedy 2015 (arXiv 1502.03167), algorithm 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np

from course_lib.annotations import FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.nn.normalization import BatchNorm

MOST = 1000
SHAPES = {
    "normal": lambda rng: rng.standard_normal(MOST),
    "uniform": lambda rng: rng.uniform(size=MOST),
    "exponential": lambda rng: -np.log1p(-rng.uniform(size=MOST)),
    "two bumps": lambda rng: rng.standard_normal(MOST) + np.where(rng.uniform(size=MOST) < 0.5, 4.0, -4.0),
    "ReLU of a normal": lambda rng: np.maximum(rng.standard_normal(MOST), 0.0),
    "constant": lambda rng: np.ones(MOST),
}


@dataclass(frozen=True)
class Moments:
    """Mean, biased variance, skewness E[z³] and excess kurtosis E[z⁴] − 3 of the standardised numbers z.

    Numbers that are all equal have no shape: their skewness and kurtosis are NaN.
    """

    mean: float
    variance: float
    skewness: float
    kurtosis: float


@dataclass(frozen=True)
class BatchNormByHand:
    """One unit on a batch: m numbers x before and y after, with what was measured of each."""

    shape: str
    x: np.ndarray  #: (m,)
    y: np.ndarray  #: (m,)
    gamma: float
    beta: float
    eps: float
    restored: bool  #: γ and β were chosen to give the input back
    before: Moments
    after: Moments

    @property
    def error(self) -> float:
        """The largest |y − x|."""
        return float(np.abs(self.y - self.x).max())


@checked
def batchnorm_by_hand(
    shape: Annotated[str, OneOf(SHAPES)] = "exponential",
    size: Natural = 100,
    mean: float = 2.0,
    spread: float = 1.5,
    gamma: float = 1.0,
    beta: float = 0.0,
    eps: float = 1e-5,
    restore: bool = False,
    seed: FrozenSeed = 0,
) -> BatchNormByHand:
    """μ = 1/m Σx,  σ² = 1/m Σ(x − μ)²,  x̂ = (x − μ)/√(σ² + ε),  y = γx̂ + β   (Ioffe & Szegedy 2015, algorithm 1)

    The batch is the first `size` of 1000 numbers drawn once from one of `SHAPES`, centred near `mean`, with a standard
    deviation near `spread` ("constant": all equal `mean`). `restore` takes γ = √(σ² + ε) and β = μ instead of yours.

    Raises: ValueError for a size outside 2 to 1000.
    """
    if not 2 <= size <= MOST:
        why = ": a batch of one has no spread, so x̂ is 0 whatever x is" if size == 1 else ""
        raise ValueError(f"size must be 2 to {MOST}, not {size}{why}.")
    x = mean + spread * _draw(shape, seed)[:size]
    layer = BatchNorm(1, eps=eps)
    if restore:
        gamma, beta = float(np.sqrt(x.var() + eps)), float(x.mean())
    layer.params["gamma"][...], layer.params["beta"][...] = gamma, beta
    y = layer.forward(x[:, None], train=True)[:, 0]
    return BatchNormByHand(shape, x, y, gamma, beta, eps, restore, moments(x), moments(y))


def moments(x: np.ndarray) -> Moments:
    """The four moments of x (m,)."""
    mean, variance = float(x.mean()), float(x.var())
    if variance <= 1e-24 * (1 + mean**2):  # nothing but rounding
        return Moments(mean, 0.0, float("nan"), float("nan"))
    z = (x - mean) / np.sqrt(variance)
    return Moments(mean, variance, float(np.mean(z**3)), float(np.mean(z**4) - 3))


@lru_cache
def _draw(shape: str, seed: int) -> np.ndarray:
    """1000 numbers with mean 0 and standard deviation 1; all 0 if they are equal."""
    draw = SHAPES[shape](np.random.RandomState(seed))
    return (draw - draw.mean()) / max(draw.std(), 1e-12)


@checked
def shape_survives(samples: Natural = 100_000, seed: FrozenSeed = 0) -> dict[str, tuple[Moments, Moments]]:
    """Moments before and after batch normalisation, for each of `SHAPES` that has a shape."""
    rng, kept = np.random.RandomState(seed), {}
    for name in list(SHAPES)[:-1]:
        x = np.concatenate([SHAPES[name](rng) for _ in range(samples // MOST)])
        kept[name] = moments(x), moments(BatchNorm(1).forward(x[:, None], train=True)[:, 0])
    return kept


@checked
def mean_deviation(x: np.ndarray) -> float:
    """1/m Σ(x − μ), x (m,): what the "variance" of the notes comes to without its square."""
    return float(np.mean(x - np.mean(x)))
