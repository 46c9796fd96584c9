"""How often all components of a gradient have one sign: in theory, for random inputs, and inside trained networks.

Symbols: a unit f = w·x with d inputs, upstream gradients g = ∂L/∂f, a mini-batch of B examples and the gradient
∂L/∂w = mean_b(g_b x_b). Its components *agree* when no two of them have opposite signs.

Source: the argument is that of the CS231n notes, "Neural Networks Part 1"; the probabilities are derived here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le

from course_lib.annotations import FrozenSeed, OneOf
from course_lib.arguments import checked
from course_lib.nn.normal import cumulative, density

BATCHES = (1, 2, 4, 8, 16, 32, 64)
DRAWS, MAX_DIMENSION = 8000, 50
HALF_NORMAL_MEAN = math.sqrt(2 / math.pi)  # of |z|, z ~ N(0, 1)
HALF_NORMAL_STD = math.sqrt(1 - 2 / math.pi)


@dataclass(frozen=True)
class SignAgreement:
    """Shares over 8000 random batches; each has a standard error of at most 0.006."""

    dimension: int
    mean: float
    batch_size: int
    shares: np.ndarray  #: (7,) agreement at each of `BATCHES`
    positive: np.ndarray  #: (d + 1,) share of gradients with 0 … d positive components, at `batch_size`
    limit: float  #: of the share as B → ∞
    by_chance: float  #: 2^(1−d), if every sign were tossed

    @property
    def share(self) -> float:
        """Agreement at `batch_size`."""
        return float(self.shares[BATCHES.index(self.batch_size)])


@checked
def sign_agreement(
    batch_size: Annotated[int, OneOf(BATCHES)] = 8,
    dimension: Annotated[int, Ge(2), Le(MAX_DIMENSION)] = 10,
    mean: float = HALF_NORMAL_MEAN,
    seed: FrozenSeed = 0,
) -> SignAgreement:
    """Gradients mean_b(g_b x_b) for x = |z| shifted to have the given mean, z and g all N(0, 1).

    With its own mean, 0.798, |z| is positive, as the outputs of sigmoids and ReLUs are; with mean 0 it is centred.
    A shift by s adds s·Σg_b to every component alike, so that one draw serves every mean.
    """
    sums, upstream = _draw(seed)
    component_is_positive = sums[:, :dimension] > np.float32(HALF_NORMAL_MEAN - mean) * upstream[:, None]
    positive = component_is_positive.sum(axis=1, dtype=np.uint8)
    shares = np.mean((positive == 0) | (positive == dimension), axis=1)
    counts = np.bincount(positive[BATCHES.index(batch_size)], minlength=dimension + 1) / DRAWS
    limit = agreement_limit(mean / HALF_NORMAL_STD, dimension)
    return SignAgreement(dimension, mean, batch_size, shares, counts, limit, 2.0 ** (1 - dimension))


def agreement_limit(ratio: float, dimension: int) -> float:
    """lim_{B→∞} P(all d components agree) = 2 ∫ φ(u) Φ(ru)^d du,   r = mean/std of the inputs

    The sum of many g_b x_b is normal with covariance σ²I + μ²11ᵀ, like μu + σv_i with one u for all components and a
    v_i for each. All are positive when v_i > −ru for every i, which has the chance Φ(ru)^d.
    """
    u = np.linspace(-9, 9, 1801)
    return float(2 * np.sum(density(u) * cumulative(ratio * u) ** dimension) * (u[1] - u[0]))


@lru_cache(maxsize=2)
def _draw(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Σ_b g_b |z_b| (7, 50, 8000) and Σ_b g_b (7, 8000) for the first B examples of one draw, B in `BATCHES`."""
    rng = np.random.RandomState(seed)
    total, upstream, sums, ups = np.zeros((MAX_DIMENSION, DRAWS)), np.zeros(DRAWS), [], []
    for b in range(1, BATCHES[-1] + 1):
        g = rng.standard_normal(DRAWS)
        total += g * np.abs(rng.standard_normal((MAX_DIMENSION, DRAWS)))
        upstream += g
        if b in BATCHES:
            sums.append(total.astype(np.float32))
            ups.append(upstream.astype(np.float32))
    return np.array(sums), np.array(ups)
