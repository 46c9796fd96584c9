"""Bayesian search on the digits, compared with random search on the very same table of trained networks.

Source: Snoek, Larochelle & Adams 2012 (arXiv 1206.2944); Rasmussen & Williams 2006, chapter 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from course_lib.annotations import Natural
from course_lib.arguments import checked
from course_lib.experiments.search_digits import objective, space_of
from course_lib.nn.normal import erfc
from course_lib.nn.spaces import grid
from course_lib.nn.stacked import stacked_search

ROWS, COLUMNS = 21, 11  # learning rates and decays in the table
LENGTH, NOISE = 0.2, 0.01  # of the Gaussian process: how far scores are alike, in u, and how much they jitter
FIRST = 5  # trials at random before the model is asked


@cache
def scores() -> tuple[np.ndarray, np.ndarray]:
    """Where the cells of the table lie, u of both axes (cells, 2), and the validation accuracy of each (cells,).

    A network that diverged has 0.

    Returns: (cells, 2) and (cells,).
    """
    space = space_of()
    cells = grid(space, {"lr": ROWS, "l2": COLUMNS})
    result = stacked_search(objective(), space, cells, rng=0, size=ROWS * COLUMNS)
    trials = sorted(result.trials, key=lambda trial: trial.number)
    u = np.array([[space[name].where(cell[name]) for name in ("lr", "l2")] for cell in cells])
    return u, np.nan_to_num(np.array([trial.score for trial in trials]))


def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """k(u, u′) = exp(−|u − u′|²/2ℓ²)

    Returns: (n, m), for a (n, d) and b (m, d).
    """
    return np.exp(-((a[:, None] - b[None]) ** 2).sum(axis=2) / (2 * LENGTH**2))


def posterior(u: np.ndarray, y: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of a Gaussian process at `at`, given the scores y, standardised, at u.

    mean = k∗ᵀ(K + s²I)⁻¹y,   variance = 1 − k∗ᵀ(K + s²I)⁻¹k∗

    Returns: two arrays (m,), for u (n, d), y (n,), at (m, d).
    """
    K, k = kernel(u, u) + NOISE * np.eye(len(u)), kernel(u, at)
    solved = np.linalg.solve(K, np.column_stack([y, k]))
    return k.T @ solved[:, 0], np.sqrt(np.maximum(1 - (k * solved[:, 1:]).sum(axis=0), 1e-12))


def expected_improvement(mean: np.ndarray, std: np.ndarray, best: float) -> np.ndarray:
    """E[max(f − best, 0)] = (mean − best) Φ(z) + std φ(z),   z = (mean − best)/std

    Returns: (m,), for mean, std (m,).
    """
    z = (mean - best) / std
    return (mean - best) * erfc(-z / math.sqrt(2)) / 2 + std * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


@dataclass(frozen=True)
class Comparison:
    """How many points of accuracy the best trial so far is behind the best cell of the table: means over searches."""

    trials: np.ndarray  #: (t,) 1, 2, …
    random: np.ndarray  #: (t,)
    bayesian: np.ndarray  #: (t,)


@checked
def compared(trials: Natural = 40, searches: Natural = 40) -> Comparison:
    """Both searches of a pair begin with the same five cells; no cell is tried twice."""
    u, y = scores()
    behind = np.empty((2, searches, trials))
    for seed in range(searches):
        order = np.random.default_rng(seed).permutation(len(y))
        chosen = order[:FIRST].tolist()
        while len(chosen) < trials:
            known = y[chosen]
            standard = (known - known.mean()) / max(known.std(), 1e-9)
            gain = expected_improvement(*posterior(u[chosen], standard, u), standard.max())
            gain[chosen] = -np.inf
            chosen.append(int(np.argmax(gain)))
        for row, cells in enumerate((order[:trials], chosen)):
            behind[row, seed] = 100 * (y.max() - np.maximum.accumulate(y[cells]))
    return Comparison(np.arange(1, trials + 1), *behind.mean(axis=1))
