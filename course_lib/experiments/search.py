"""Grid against random: nine trials on two axes of which one hardly matters, and how many random trials are enough.

Source: Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_lib.annotations import Count, FrozenSeed, Natural, Share
from course_lib.arguments import checked

TRIALS = tuple(k * k for k in range(2, 11))  # so that a square grid exists
FINE = 200  # positions of the best point along an axis, at least


@dataclass(frozen=True)
class GridVsRandom:
    """Three ways to place n trials in the unit square; the loss is (x − best_x)² + (importance · (y − best_y))².

    Index 0, 1, 2 is the grid, the random points and the design that uses each value of x and of y once.
    """

    trials: int
    importance: float  #: what a step on the second axis counts, as a share of one on the first, 0 to 1
    best: tuple[float, float]  #: where the loss is 0
    points: np.ndarray  #: (3, n, 2)
    loss: np.ndarray  #: (3, n)
    distinct: tuple[int, int, int]  #: values tried on the first axis
    distance: np.ndarray  #: (3,) from `best_x` to the nearest value tried
    expected_distance: np.ndarray  #: (3,) the same, mean over all best_x in [0, 1] and all random draws
    expected_loss: np.ndarray  #: (3,) of the best trial, mean over all best points in the square (and all random draws)
    chance: float  #: that a random trial is among the best 5 % of what is sampled

    @property
    def winner(self) -> int:
        """The design with the lowest expected loss."""
        return int(self.expected_loss.argmin())


@checked
def grid_vs_random(
    trials: Natural = 9, importance: Share = 0.1, best_x: float = 0.6, seed: FrozenSeed = 3
) -> GridVsRandom:
    """Place `trials` (a square number) points in three ways and look for the best one.

    The grid has √n × √n midpoints of equal cells. The random points are RandomState(seed)'s; a larger number keeps the
    smaller one's. The third design takes the n midpoints of x in order, and those of y shuffled (a Latin square).

    Raises: ValueError if trials is not a square number.
    """
    if math.isqrt(trials) ** 2 != trials or trials < 1:
        raise ValueError(f"trials must be a square number, so that there is a square grid, not {trials}.")
    best = (best_x, 0.3)
    points = np.stack([_square(trials), np.random.RandomState(seed).uniform(size=(trials, 2)), _once_each(trials)])
    gap, distinct = np.abs(points - np.array(best)), (math.isqrt(trials), trials, trials)
    loss, distance = gap[..., 0] ** 2 + (importance * gap[..., 1]) ** 2, gap[..., 0].min(axis=1)
    expected = expected_distances(trials), np.array(expected_losses(trials, importance)), chance_of_the_best(trials)
    return GridVsRandom(trials, importance, best, points, loss, distinct, distance, *expected)


def _square(n: int) -> np.ndarray:
    """A grid of √n × √n midpoints, (n, 2)."""
    k = math.isqrt(n)
    middle = (np.arange(k) + 0.5) / k
    return np.stack(np.meshgrid(middle, middle, indexing="ij"), axis=-1).reshape(n, 2)


def _once_each(n: int) -> np.ndarray:
    """n evenly spaced values on each axis, each used once, (n, 2)."""
    middle = (np.arange(n) + 0.5) / n
    return np.stack([middle, np.random.RandomState(3).permutation(middle)], axis=-1)


def expected_distances(n: int) -> np.ndarray:
    """Mean distance from a best value anywhere in [0, 1] to the nearest of those tried on that axis, (3,).

    k midpoints: 1/(4k), with k = √n for the grid and n for the last design;  n random values: (n + 3)/(2(n + 1)(n + 2))

    Returns: (3,).
    Raises: ValueError if n is 0.
    """
    if n < 1:
        raise ValueError(f"n, the number of trials, must be at least 1, not {n}.")
    return np.array([1 / (4 * math.isqrt(n)), (n + 3) / (2 * (n + 1) * (n + 2)), 1 / (4 * n)])


def chance_of_the_best(n: int, share: float = 0.05) -> float:
    """1 − (1 − share)ⁿ: the chance that at least one of n random trials is in the best `share` of what is sampled."""
    return 1.0 - (1.0 - share) ** n


@lru_cache(maxsize=256)
def expected_losses(n: int, importance: float) -> tuple[float, float, float]:
    """Mean loss of the best of n trials, over all positions of the best point and all random draws, per design.

    grid     each axis by itself: (1 + a²)/12 · 1/k², k = √n and a the importance
    random   E[L] = ∫ P(L > s²) d(s²) = ∫ (1 − A(s))ⁿ 2s ds, where A(s) is the part of the square in which the loss is
             below s²; then the mean over the best points
    even     for the one shuffle that is drawn; over best points on a fine grid, exact within each of its cells if one
             trial is the best in all of it

    Raises: ValueError if n is not a square number, or importance is not a share.
    """
    if math.isqrt(n) ** 2 != n or n < 1 or not 0 <= importance <= 1:
        raise ValueError(f"n must be a square number and importance 0 to 1, not {n} and {importance}.")
    spread = (1 + importance**2) / 12
    cells = n * -(-FINE // n)  # no cell is shared by two of the n values on an axis
    fine = (np.arange(cells) + 0.5) / cells
    x, y = _once_each(n).T
    near = np.full((cells, cells), np.inf)
    for at, also in zip(x, y):
        loss = (fine[:, None] - at) ** 2 + (importance * (fine - also)) ** 2
        np.minimum(near, loss, out=near)
    return spread / n, _random_loss(n, importance), float(near.mean()) + spread / cells**2


def _random_loss(n: int, a: float) -> float:
    """The double mean of `expected_losses`, by Gauss and Legendre's nodes; the square has four equal quarters."""
    best, weight = _nodes(10, 0.0, 0.5)
    u, du = _nodes(48, 0.0, 1.0)
    top = math.sqrt(1 + a * a)
    s, ds = top * u**2, 2 * top * u * du  # most nodes at small distances
    nodes, widths = _nodes(48, 0.0, 1.0)
    left, right = np.maximum(best[:, None] - s, 0), np.minimum(best[:, None] + s, 1)  # (best x, s)
    x = left[..., None] + (right - left)[..., None] * nodes
    reach = np.sqrt(np.maximum(s[:, None] ** 2 - (x - best[:, None, None]) ** 2, 0)) / max(a, 1e-9)
    mean = 0.0
    for y, share in zip(best, 2 * weight):
        height = np.minimum(y + reach, 1) - np.maximum(y - reach, 0)
        area = (right - left) * (height @ widths)
        mean += share * (2 * weight @ ((1 - np.minimum(area, 1)) ** n @ (2 * s * ds)))
    return float(mean)


def _nodes(count: int, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    x, w = np.polynomial.legendre.leggauss(count)
    return low + (high - low) * (x + 1) / 2, (high - low) / 2 * w


@dataclass(frozen=True)
class Hits:
    """How often n random trials hit the best 5 %, counted and computed; the last axis is n."""

    n: tuple[int, ...]
    counted: np.ndarray  #: (n,) share of runs with a hit
    computed: np.ndarray  #: (n,) 1 − 0.95ⁿ


@checked
def hits(n: tuple[Count, ...], runs: Count = 4000, seed: FrozenSeed = 0) -> Hits:
    """Draw runs × n trials and count the runs that have one in the best 5 %; how many axes there are is no matter."""
    drawn = np.random.RandomState(seed).uniform(size=(runs, max(n)))
    counted = np.array([(drawn[:, :k] > 0.95).any(axis=1).mean() for k in n])
    return Hits(n, counted, np.array([chance_of_the_best(k) for k in n]))
