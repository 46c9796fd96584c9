"""Every learning rate with every momentum at once: ten thousand runs as one array, and the loss each ends with.

Source: Polyak 1964 for the limits; the map is the course's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le

from course_lib.annotations import Count, OneOf
from course_lib.arguments import checked
from course_lib.experiments.optimizers import MAX_STEPS, descend, make
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.nn.surfaces import SURFACES

LOW, HIGH = 1e-3, 10.0  # learning rates
BETA_HIGH = 0.99
FINE = 401  # learning rates along the slice
WITH_BETA = tuple(name for name, entry in OPTIMIZERS.items() if {"beta", "beta1"} & {*entry.settings})
EIGENVALUES = {"bowl": (0.1, 2.0), "ravine": (1.0, 100.0)}


@dataclass(frozen=True)
class LearningRateMap:
    """What is left of the loss, (f − lowest) / (f at the start − lowest). NaN and what is above 1 is lost."""

    optimizer: str
    surface: str
    steps: int
    lr: float
    beta: float
    lrs: np.ndarray  #: (cells,) columns of the map
    betas: np.ndarray  #: (cells,) rows
    left: np.ndarray  #: (cells, cells) left[row of β, column of lr]
    fine_lrs: np.ndarray  #: (401,)
    slice: np.ndarray  #: (401,) the same at the chosen β
    here: float  #: the same at the chosen lr and β
    limit: np.ndarray | None  #: (cells,) theory: above this rate the method diverges, for each β; quadratics only

    @property
    def best(self) -> tuple[float, float, float]:
        """Learning rate, β and what is left in the best cell."""
        row, column = np.unravel_index(np.nanargmin(self.left), self.left.shape)
        return float(self.lrs[column]), float(self.betas[row]), float(self.left[row, column])

    @property
    def best_on_slice(self) -> tuple[float, float]:
        """Learning rate and what is left, at the chosen β: the best of the slice's rates and the chosen one."""
        column = int(np.nanargmin(self.slice))
        if self.here <= self.slice[column]:
            return self.lr, self.here
        return float(self.fine_lrs[column]), float(self.slice[column])

    @property
    def lost(self) -> float:
        """Share of the cells that end higher than they began."""
        return float(np.mean(~(self.left <= 1)))


@checked
def learning_rate_map(
    optimizer: Annotated[str, OneOf(OPTIMIZERS)] = "momentum",
    surface: Annotated[str, OneOf(SURFACES)] = "bowl",
    steps: Annotated[Count, Le(MAX_STEPS)] = 30,
    lr: float = 0.1,
    beta: float = 0.9,
    cells: Annotated[int, Ge(2)] = 100,
) -> LearningRateMap:
    """`cells` × `cells` runs, lr from 0.001 to 10 (log) by β from 0 to 0.99, moved together by one broadcast optimiser.

    β is Momentum's and Nesterov's share of velocity kept, RMSProp's of the mean square, else β1 (Adam's β2 = 0.999).
    SGD and AdaGrad have none: their map is a band. lr and beta choose the point and the slice to look at.
    """
    map_ = _map(optimizer, surface, steps, cells)
    fine = np.geomspace(LOW, HIGH, FINE)
    cut = _left(optimizer, surface, steps, np.append(fine, lr), beta, (FINE + 1,))
    bound = stability_limit(optimizer, EIGENVALUES[surface][1], map_[1]) if surface in EIGENVALUES else None
    return LearningRateMap(optimizer, surface, steps, lr, beta, *map_, fine, cut[:-1], float(cut[-1]), bound)


@checked
def stability_limit(optimizer: str, curvature: float, beta: np.ndarray) -> np.ndarray | None:
    """Learning rate from which a quadratic of largest eigenvalue λ = `curvature` diverges; None without a theory.

    SGD 2/λ;  Momentum 2(1 + β)/λ  (Polyak 1964);  Nesterov 2(1 + β)/((1 + 2β)λ).

    Returns: the shape of beta (…).
    """
    factor = {"sgd": 0 * beta + 1, "momentum": 1 + beta, "nesterov": (1 + beta) / (1 + 2 * beta)}.get(optimizer)
    return None if factor is None else 2 * factor / curvature


@checked
def best_rate(eigenvalues: tuple[float, float]) -> tuple[float, float]:
    """Gradient descent on a quadratic: the learning rate 2/(λmin + λmax), and by what it shrinks the error per step."""
    low, high = eigenvalues
    return 2 / (low + high), (high - low) / (high + low)


@lru_cache(maxsize=64)
def _map(optimizer: str, surface: str, steps: int, cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates, β and what is left of the loss in each cell; without a β all rows are one."""
    lrs, betas = np.geomspace(LOW, HIGH, cells), np.linspace(0, BETA_HIGH, cells)
    rows = betas[:, None] if optimizer in WITH_BETA else 0.9
    left = _left(optimizer, surface, steps, lrs, rows, (np.size(rows), cells))
    return lrs, betas, np.broadcast_to(left, (cells, cells))


def _left(optimizer: str, surface: str, steps: int, lr, beta, shape: tuple[int, ...]) -> np.ndarray:
    ground = SURFACES[surface]
    span = float(ground.value(np.array(ground.start))) - ground.lowest
    with np.errstate(all="ignore"):
        return (descend(make(optimizer, lr, beta), ground, ground.start, shape, steps) - ground.lowest) / span
