"""What chapter 04 measures on a cloud of points: what each stage of preprocessing does to the loss of a linear neuron.

A neuron ŷ = w·z with the loss J = ½E[(t − w·z)²] has the Hessian H = E[zzᵀ]. H is all that gradient descent feels of
the inputs, and preprocessing changes nothing else.

Source: CS231n notes, "Neural Networks Part 2", section "Data preprocessing"; LeCun et al. 1998.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Gt, Lt

from course_lib.annotations import FrozenSeed, Natural, OneOf, Positive
from course_lib.arguments import checked
from course_lib.nn.preprocessing import PCA, ZCA, Center, Standardize, Whiten

STAGES = ("raw", "centred", "standardised", "PCA", "whitened", "ZCA")
POINTS = 150
GOAL = 0.01  # of the loss at the start: where a path counts as arrived
SHOWN = 200  # steps kept of a path


@dataclass(frozen=True)
class PreparedCloud:
    """A cloud of correlated points after one stage, and gradient descent on the loss it makes."""

    stage: str
    correlation: float
    offset: float
    scale_ratio: float
    epsilon: float
    lr_share: float
    points: np.ndarray  #: (150, 2) z, after the stage
    positive: np.ndarray  #: (150,) bool: target above 0
    mean: np.ndarray  #: (2,) of z
    covariance: np.ndarray  #: (2, 2) of z
    hessian: np.ndarray  #: (2, 2) H = E[zzᵀ] = covariance + mean·meanᵀ
    eigenvalues: np.ndarray  #: (2,) of H, falling
    axes: np.ndarray  #: (2, 2) eigenvectors of H, one per row
    condition: float  #: λ₁/λ₂
    largest_lr: float  #: 2/λ₁: above it gradient descent diverges
    lr: float  #: lr_share · largest_lr
    path: np.ndarray  #: (201, 2) w − w* from w = 0 on, in units of its first length
    loss: np.ndarray  #: (201,) in units of the loss at the start
    steps: int  #: until the loss is 1 % of the first, −1 if never

    @property
    def diverges(self) -> bool:
        """Whether the rate is above the largest that converges, 2/λ₁."""
        return self.lr_share > 1


@checked
def prepared_cloud(
    stage: Annotated[str, OneOf(STAGES)] = "raw",
    correlation: Annotated[float, Gt(-1), Lt(1)] = 0.9,
    offset: float = 1.0,
    scale_ratio: Positive = 3.0,
    epsilon: float = 1e-5,
    lr_share: Positive = 0.5,
    seed: FrozenSeed = 0,
) -> PreparedCloud:
    """Prepare the cloud and learn w* from w = 0 with lr = lr_share · 2/λ₁.

    The points are x₁ = u₁ + offset, x₂ = (ρu₁ + √(1 − ρ²)u₂ + offset)/scale_ratio, where u is white: correlation ρ,
    standard deviations and means (in units of them) hold exactly. The targets are those of a neuron of the same kind,
    t = w*·z, and vary as 0.8u₁ − 0.6u₂, so the lowest loss is 0 in every stage. Error along each axis of H shrinks by
    |1 − lr·λ| per step, which gives path and number of steps without walking.
    """
    u = _white_draw(seed)
    target = u @ (0.8, -0.6)
    x2 = correlation * u[:, 0] + math.sqrt(1 - correlation**2) * u[:, 1]
    z = prepare(np.c_[u[:, 0] + offset, (x2 + offset) / scale_ratio], stage, epsilon)
    mean, hessian = z.mean(axis=0), z.T @ z / POINTS
    covariance = hessian - np.outer(mean, mean)
    goal = np.linalg.solve(covariance, z.T @ target / POINTS)  # w*
    eigenvalues, vectors = np.linalg.eigh(hessian)
    eigenvalues, axes = eigenvalues[::-1], vectors[:, ::-1].T
    lr = lr_share * 2 / eigenvalues[0]
    rates = float(eigenvalues[0] / eigenvalues[1]), float(2 / eigenvalues[0]), float(lr)
    start = -axes @ goal  # w − w* for w = 0, along the axes of H
    shrink = (1 - lr * eigenvalues) ** np.arange(SHOWN + 1)[:, None]
    parts = eigenvalues * start**2 / np.sum(eigenvalues * start**2)  # of the loss along each axis, in sum 1
    settings = stage, correlation, offset, scale_ratio, epsilon, lr_share
    cloud = z, target > 0, mean, covariance, hessian, eigenvalues, axes
    descent = (shrink * start) @ axes / np.linalg.norm(start), shrink**2 @ parts, _steps(1 - lr * eigenvalues, parts)
    return PreparedCloud(*settings, *cloud, *rates, *descent)


@checked
def prepare(x: np.ndarray, stage: Annotated[str, OneOf(STAGES)], epsilon: float = 1e-5) -> np.ndarray:
    """The points x after `stage`, with statistics from x itself.

    Returns: (m, d), for x (m, d).
    """
    stages = {
        "centred": Center(),
        "standardised": Standardize(epsilon),
        "PCA": PCA(),
        "whitened": Whiten(epsilon=epsilon),
        "ZCA": ZCA(epsilon=epsilon),
    }
    return x if stage == "raw" else stages[stage].fit(x).transform(x)


@checked
def hessian_condition(z: np.ndarray, bias: bool = False) -> float:
    """λ₁/λ_d of H = E[zzᵀ]; with `bias` the inputs get a feature that is 1 throughout.

    z (m, d).
    """
    z = np.c_[z, np.ones(len(z))] if bias else z
    return float(np.linalg.cond(z.T @ z / len(z)))


@checked
def correlated_cloud(features: Natural = 5, points: Natural = 400, seed: FrozenSeed = 0) -> np.ndarray:
    """(points, features): z·A + 10m with A, m and z standard normal, so correlated, and far from 0.

    Returns: (points, features).
    """
    rng = np.random.default_rng(seed)
    z, A = rng.standard_normal((points, features)), rng.standard_normal((features, features))
    return z @ A + 10 * rng.standard_normal(features)


@checked
def standardising_worsens(features: Natural, clouds: Natural = 500, seed: FrozenSeed = 0) -> float:
    """Share of random covariances AAᵀ, A standard normal, whose condition number is larger after standardising."""
    A = np.random.RandomState(seed).standard_normal((clouds, features, features))
    C = A @ A.transpose(0, 2, 1)
    std = np.sqrt(np.diagonal(C, axis1=1, axis2=2))
    # In two dimensions equal variances are the best of all scales, up to the last digit.
    return float(np.mean(np.linalg.cond(C / std[:, :, None] / std[:, None, :]) > (1 + 1e-6) * np.linalg.cond(C)))


@dataclass(frozen=True)
class Duplicate:
    """The same fit without and with a copy of the second feature."""

    rank: tuple[int, int]  #: of the inputs
    features: tuple[int, int]
    weights: tuple[np.ndarray, np.ndarray]  #: (2,) and (3,), after the last step
    loss: tuple[float, float]


@checked
def duplicated_feature(steps: Natural = 2000, lr: float = 0.2) -> Duplicate:
    """Gradient descent from w = 0 on the standardised cloud of `prepared_cloud`, target plus noise of std 0.3."""
    u = _white_draw(0)
    z = prepare(np.c_[u[:, 0], 0.9 * u[:, 0] + math.sqrt(1 - 0.81) * u[:, 1]], "standardised", 0.0)
    target = u @ (0.8, -0.6) + 0.3 * np.random.RandomState(1).standard_normal(POINTS)
    rows = []
    for x in (z, z[:, [0, 1, 1]]):
        w = np.zeros(x.shape[1])
        for _ in range(steps):
            w -= lr * x.T @ (x @ w - target) / POINTS
        rows.append((int(np.linalg.matrix_rank(x)), x.shape[1], w, float(np.mean((x @ w - target) ** 2) / 2)))
    return Duplicate(*zip(*rows, strict=True))


@lru_cache(maxsize=4)
def _white_draw(seed: int) -> np.ndarray:
    """(150, 2) points whose mean is exactly 0 and whose covariance is exactly the identity."""
    draw = np.random.RandomState(seed).standard_normal((POINTS, 2))
    white = Whiten(epsilon=0.0).fit(draw).transform(draw)
    white.setflags(write=False)
    return white


def _steps(factors: np.ndarray, parts: np.ndarray) -> int:
    """The first k with Σ partᵢ·factorᵢ²ᵏ ≤ 1 %, or −1."""
    squares = factors**2
    if parts[squares >= 1].sum() > GOAL:
        return -1
    low, high = 0, 1
    while squares**high @ parts > GOAL and high < 10**12:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if squares**middle @ parts > GOAL else (low, middle)
    return high
