"""What a mini-batch is worth: paths of gradient descent on a loss with two weights, and the noise of a batch.

Source: CS231n notes, "Optimization"; Goodfellow, Bengio & Courville, Deep Learning, section 8.1.3.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, FrozenSeed, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits

EXAMPLES = 256
BATCHES = tuple(2**k for k in range(9))  # 1 … 256
COMPARED = (1, 16, EXAMPLES)
MOST_UPDATES = 200
START = (1.5, 2.0)
DRAWS = 500
LARGEST = 1000.0  # a loss above it counts as divergence


@dataclass(frozen=True)
class TwoWeights:
    """Least squares with two weights on 256 handwritten zeros and sixes: J(w) = 1/2N Σ (w·x − t)²."""

    x: np.ndarray  #: (256, 2) ink in the upper and in the lower half, 1 = average
    t: np.ndarray  #: (256,) −1 for a zero, +1 for a six
    best: np.ndarray  #: (2,) the minimum
    curvature: np.ndarray  #: (2,) eigenvalues of the Hessian 1/N Σ x xᵀ, smaller first

    @property
    def lr_limit(self) -> float:
        """2/λ_max: above it gradient descent with all data diverges."""
        return 2 / float(self.curvature[1])

    def loss(self, w: np.ndarray) -> np.ndarray:
        """J at w (…, 2), of shape (…)."""
        return 0.5 * np.mean((w @ self.x.T - self.t) ** 2, axis=-1)


@lru_cache(maxsize=1)
def two_weights() -> TwoWeights:
    """The problem of this file: can ink above and below the middle tell 0 from 6?"""
    digits = load_digits()
    pictures = np.concatenate([digits.x_train, digits.x_val, digits.x_test])
    labels = np.concatenate([digits.y_train, digits.y_val, digits.y_test])
    chosen = np.flatnonzero((labels == 0) | (labels == 6))[:EXAMPLES]
    halves = pictures[chosen].reshape(EXAMPLES, 2, 32).mean(axis=2)
    x, t = halves / halves.mean(axis=0), np.where(labels[chosen] == 6, 1.0, -1.0)
    hessian = x.T @ x / EXAMPLES
    return TwoWeights(x, t, np.linalg.solve(hessian, x.T @ t / EXAMPLES), np.linalg.eigvalsh(hessian))


def batches(examples: int, size: int, rng: np.random.RandomState) -> Iterator[np.ndarray]:
    """Row numbers of one mini-batch after another, for ever; all examples once per epoch, in a new order each time.

    Returns: row numbers (size,), fewer in the last batch of an epoch.
    """
    while True:
        order = rng.permutation(examples)
        for start in range(0, examples - size + 1, size):
            yield order[start : start + size]


def descend(x: np.ndarray, t: np.ndarray, w: np.ndarray, lr: float, rows: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """θ ← θ − α ∇J_batch(θ) for each batch of `rows`:  mini-batch gradient descent for f(x) = w·x. Yields each w.

    Returns: w (2,) after each update, for x (N, 2), t (N,), w (2,) and rows (m,).
    """
    for batch in rows:  # 1  sample a mini-batch
        error = x[batch] @ w - t[batch]  # 2  forward: how far off is the output?
        gradient = error @ x[batch] / len(batch)  # 3  backward: mean gradient of the batch
        w = w - lr * gradient  # 4  update: a small step downhill
        yield w


@dataclass(frozen=True)
class MinibatchRun:
    """Paths of gradient descent with mini-batches of `batch` of the 256 examples."""

    batch: int
    lr: float
    lr_limit: float
    axis: str  #: "updates" or "epochs": what the losses are drawn against
    updates: int
    path: np.ndarray  #: (k + 1, 2) weights after each update
    loss: np.ndarray  #: (k + 1,) on all examples
    diverged_at: int | None  #: first update at which the loss exceeds 1000, if any
    compared: tuple[int, ...]  #: batch sizes for comparison
    compared_loss: tuple[np.ndarray, ...]  #: their losses
    sizes: np.ndarray  #: (9,) batch sizes 1 … 256
    noise: np.ndarray  #: (9,) root mean square of ‖g_batch − g‖ at the start, measured
    noise_law: np.ndarray  #: (9,) its law for batches without repetition, σ/√m · √((N − m)/(N − 1))

    def against(self, batch: int, loss: np.ndarray) -> np.ndarray:
        """The horizontal axis (k + 1,) for the loss (k + 1,) of a run with mini-batches of `batch`."""
        scale = 1.0 if self.axis == "updates" else batch / EXAMPLES
        return scale * np.arange(len(loss))


@checked
def minibatch_run(
    batch: Annotated[int, OneOf(BATCHES)] = 16,
    lr: float = 0.2,
    updates: Annotated[Count, Le(MOST_UPDATES)] = 100,
    axis: Literal["updates", "epochs"] = "updates",
    seed: FrozenSeed = 0,
) -> MinibatchRun:
    """Make `updates` updates with mini-batches of `batch`, and the same with 1, 16 and all 256 examples.

    The gradient of a mini-batch is an unbiased estimate of the gradient of all data. Its error falls like 1/√m.
    """
    path, loss = (curve[: updates + 1] for curve in _run(batch, lr, seed))
    compared = tuple(_run(size, lr, seed)[1][: updates + 1] for size in COMPARED)
    run = path, loss, len(loss) - 1 if loss[-1] > LARGEST else None, COMPARED, compared
    noise = np.array(BATCHES), *noise_of_batches()
    return MinibatchRun(batch, lr, two_weights().lr_limit, axis, updates, *run, *noise)


@lru_cache(maxsize=256)
def _run(batch: int, lr: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """All updates, so that fewer of them cost nothing; it ends where the loss exceeds 1000."""
    problem, path = two_weights(), [np.array(START)]
    rows = batches(EXAMPLES, batch, np.random.RandomState(seed))
    for w in descend(problem.x, problem.t, path[0], lr, rows):
        path.append(w)
        if len(path) > MOST_UPDATES or abs(w[0]) + abs(w[1]) > 1e3:
            break
    points = np.array(path)
    loss = problem.loss(points)
    over = np.flatnonzero(loss > LARGEST)
    stop = int(over[0]) + 1 if len(over) else len(points)
    return points[:stop], loss[:stop]


def gradient_noise(
    x: np.ndarray, t: np.ndarray, w: np.ndarray, sizes: Sequence[int], draws: int, seed: int = 0, repeat: bool = False
) -> np.ndarray:
    """Root mean square of ‖g_m − g‖ over `draws` batches, for each size m in `sizes`.

    g = 1/N Σ (w·x − t)x over all examples, g_m the same over m of them, drawn with repetition or without.

    Returns: (sizes,), for x (N, 2), t (N,) and w (2,).
    """
    rng = np.random.RandomState(seed)
    gradients = (x @ w - t)[:, None] * x
    deviation, n = gradients - gradients.mean(axis=0), len(x)
    result = []
    for m in sizes:
        squares = []
        for _ in range(draws):
            batch = rng.randint(n, size=m) if repeat else rng.permutation(n)[:m]
            squares.append(np.sum(deviation[batch].mean(axis=0) ** 2))
        result.append(math.sqrt(float(np.mean(squares))))
    return np.array(result)


@lru_cache(maxsize=1)
def noise_of_batches() -> tuple[np.ndarray, np.ndarray]:
    """‖g_batch − g‖ at the start for each of `BATCHES`, root mean square: as measured, and its law.

    Returns: two arrays (9,).
    """
    problem, m = two_weights(), np.array(BATCHES)
    w = np.array(START)
    gradients = (problem.x @ w - problem.t)[:, None] * problem.x
    sigma = math.sqrt(float(gradients.var(axis=0).sum()))
    law = sigma / np.sqrt(m) * np.sqrt((EXAMPLES - m) / (EXAMPLES - 1))
    noise = gradient_noise(problem.x, problem.t, w, BATCHES, DRAWS)
    noise[-1] = 0.0  # all examples: what is left is rounding
    return noise, law
