"""One maxout unit learns a curve: the largest of a few straight lines, each moved by gradient descent.

Source: Goodfellow et al. 2013 (arXiv 1302.4389).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.nn.layers import Dense, Maxout
from course_lib.nn.optimizers import Adam

CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "x²": lambda x: x**2,
    "|x|": np.abs,
    "ReLU": lambda x: np.maximum(x, 0.0),
    "leaky ReLU": lambda x: np.maximum(x, 0.1 * x),
    "eˣ": np.exp,
    "sin 3x": lambda x: np.sin(3 * x),
}
STARTS = ("random", "tangents")
PIECES, STEPS, EVERY, POINTS = 8, 1000, 25, 101
NEVER = -1e9  # the bias of a line that never wins


@dataclass(frozen=True)
class MaxoutFit:
    """y = max_k(w_k x + b_k) after `steps` steps of learning a curve on 101 points of [−1, 1]."""

    curve: str
    pieces: int
    start: str
    steps: int
    x: np.ndarray  #: (101,)
    target: np.ndarray  #: (101,)
    lines: np.ndarray  #: (101, pieces)
    used: np.ndarray  #: (pieces,) whether the piece is the largest anywhere
    rmse_by_pieces: np.ndarray  #: (8,) root mean squared error of units with 1 … 8 pieces, at this step
    best_by_pieces: np.ndarray | None  #: (8,) the smallest error there is, known for x²

    @property
    def y(self) -> np.ndarray:
        """The fitted curve, (101,)."""
        return self.lines.max(axis=1)

    @property
    def rmse(self) -> float:
        """Root mean squared error on the 101 points."""
        return float(self.rmse_by_pieces[self.pieces - 1])


@checked
def maxout_fit(
    pieces: Annotated[Count, Le(PIECES)] = 4,
    curve: Annotated[str, OneOf(CURVES)] = "x²",
    start: Annotated[str, OneOf(STARTS)] = "random",
    steps: Annotated[Natural, Le(STEPS)] = STEPS,
    seed: FrozenSeed = 0,
) -> MaxoutFit:
    """Fit f(x) ≈ max_k(w_k x + b_k) with Adam on the mean squared error.

    A maximum of lines is convex and can approach any convex curve; a piece that is nowhere the largest gets no
    gradient. They start as random lines, or as tangents of the curve itself, so that each has a stretch of its own.
    For x² the best k lines leave an error of 4/(√180 k²), each fitting a k-th of [−1, 1] by least squares.
    """
    x = np.linspace(-1, 1, POINTS)
    target = CURVES[curve](x)
    w, b = _fits(curve, start, seed)[steps // EVERY]  # (8 units, 8 pieces)
    lines = x[:, None, None] * w + b
    errors = np.sqrt(np.mean((lines.max(axis=-1) - target[:, None]) ** 2, axis=0))
    mine = lines[:, pieces - 1, :pieces]
    used = np.isin(np.arange(pieces), mine.argmax(axis=1))
    best = 4 / (math.sqrt(180) * np.arange(1, PIECES + 1) ** 2) if curve == "x²" else None
    return MaxoutFit(curve, pieces, start, steps, x, target, mine, used, errors, best)


@lru_cache(maxsize=64)
def _fits(curve: str, start: str, seed: int) -> tuple[np.ndarray, ...]:
    """w and b (2, 8, 8) of eight units at every recorded step; the k-th has k pieces, its other lines never win."""
    x = np.linspace(-1, 1, POINTS)[:, None]
    target = CURVES[curve](x)
    theta, grad = np.zeros((2, PIECES, 2, PIECES))  # units, then w and b, then pieces
    dense, maxout = Dense(1, PIECES), Maxout(PIECES)
    dense.bind({"W": theta[:, :1], "b": theta[:, 1:]}, {"W": grad[:, :1], "b": grad[:, 1:]})
    theta[...] = [_lines(k, curve, start, seed) for k in range(1, PIECES + 1)]
    optimizer, records = Adam(lr=0.01), []
    state = optimizer.init(theta)
    for step in range(STEPS + 1):
        if step % EVERY == 0:
            records.append(theta.swapaxes(0, 1).copy())
        y = maxout.forward(dense.forward(x))
        dense.backward(maxout.backward((y - target) * (2 / POINTS)), need_dx=False)
        optimizer.step(theta, grad, state)
    return tuple(records)


def _lines(pieces: int, curve: str, start: str, seed: int) -> np.ndarray:
    """Slopes and biases (2, 8): `pieces` lines to start from, and others that never win."""
    if start == "random":
        lines = np.random.RandomState(seed).standard_normal((2, PIECES)) * [[1.0], [0.1]]
    else:
        f, h = CURVES[curve], 1e-4
        at = (2 * np.arange(PIECES) + 1) / pieces - 1  # midpoints of equal intervals, then beyond
        slope = (f(at + h) - f(at - h)) / (2 * h)
        lines = np.array([slope, f(at) - slope * at])
    lines[:, pieces:] = [[0.0], [NEVER]]
    return lines
