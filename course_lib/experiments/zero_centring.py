"""The zig-zag: one linear unit learns two weights from inputs that are, or are not, centred at 0.

Symbols: inputs x in R², target weights w*, error e = (w − w*)·x, loss ½ mean e², gradient mean(e x). The unit can reach
its target exactly; what differs is the way there.

Source: CS231n notes, "Neural Networks Part 1", section "Commonly used activation functions".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, FrozenSeed, Natural, OneOf, Positive
from course_lib.arguments import checked
from course_lib.nn.activations import ACTIVATIONS

TARGET = np.array([1.5, -1.0])  # in the fourth quadrant, seen from the start at (0, 0)
FEEDS = ("identity", "sigmoid", "tanh", "relu")
BATCHES = (1, 2, 4, 8, 32, 256)
MAX_STEPS = 300
NEAR = 0.05  # the target counts as reached within 5 % of the first distance
LRS = np.geomspace(0.01, 100, 61)  # where the number of steps is measured
SPREAD = 0.8  # std of each input before the activation


@dataclass(frozen=True)
class ZigZag:
    """A path in the (w1, w2) plane and what would have happened at other learning rates."""

    activation: str
    mean: float
    lr: float
    batch_size: int
    centred: bool
    x: np.ndarray  #: (256, 2) what the unit is fed
    path: np.ndarray  #: (steps + 1, 2) w, from (0, 0); shorter after divergence
    agreeing: float  #: share of the updates shown whose two components have one sign; NaN if nothing moved
    eigenvalues: np.ndarray  #: (2,) of the Hessian E[xxᵀ], ascending
    directions: np.ndarray  #: (2, 2) its eigenvectors, as columns
    steps_needed: np.ndarray  #: (61,) steps to reach the target at each of `LRS`; NaN if not within 300
    steps_needed_centred: np.ndarray  #: (61,) the same for the same inputs minus their mean
    reached: int | None  #: first step near the target at this lr, if within 300
    diverged_at: int | None

    @property
    def condition(self) -> float:
        """κ = λ_max/λ_min, ∞ if a direction is flat."""
        low, high = self.eigenvalues
        return high / low if low > 1e-12 else math.inf

    @property
    def one_sign(self) -> bool:
        """Whether no two inputs have opposite signs, so that single examples allow two quadrants (and their edges)."""
        return bool((self.x >= 0).all() or (self.x <= 0).all())

    @property
    def updates(self) -> np.ndarray:
        """The moves Δw, (steps, 2)."""
        return np.diff(self.path, axis=0)

    @property
    def length(self) -> float:
        """Length of the path."""
        return float(np.linalg.norm(self.updates, axis=1).sum())


@checked
def zigzag(
    mean: float = 1.5,
    lr: Positive = 0.1,
    activation: Annotated[str, OneOf(FEEDS)] = "identity",
    batch_size: Annotated[int, OneOf(BATCHES)] = 1,
    centred: bool = False,
    steps: Annotated[Count, Le(MAX_STEPS)] = 60,
    seed: FrozenSeed = 0,
) -> ZigZag:
    """Train f = w·x from w = (0, 0) towards w* with mini-batches, on x = f(mean + 0.8 u).

        w ← w − η mean_b(e_b x_b),   e_b = (w − w*)·x_b

    u runs over 16 × 16 even points of a square with mean 0 and variance 1 in each direction, so that without an
    activation the Hessian is E[xxᵀ] = 0.64 I + mean² 11ᵀ exactly. `centred` subtracts the mean of x. `steps` says how
    much of the path is shown. For single examples with x > 0 every update is −ηe times a positive vector.
    """
    curves, matrices, inputs = _all_rates(activation, mean, batch_size, seed)
    x, needed = inputs[int(centred)], (curves[int(centred)], curves[1])
    eigenvalues, directions = np.linalg.eigh(_hessian(x))
    path = TARGET + descend(matrices[:, int(centred)], np.array([[lr]]))[:, 0]
    reached, diverged_at = fate = _fate(path - TARGET)
    shown = path[: 1 + (steps if diverged_at is None else min(steps, diverged_at))]
    seen = x, shown, _agreeing(np.diff(shown, axis=0)), np.maximum(eigenvalues, 0), directions
    return ZigZag(activation, mean, lr, batch_size, centred, *seen, *needed, *fate)


@dataclass(frozen=True)
class TypicalZigZag:
    """Medians over runs that meet the examples in different orders."""

    agreeing: float  #: share of the updates in quadrants one and three (a mean)
    length: float  #: of the path to the target
    reached: float  #: steps at the given rate; NaN if the typical run does not arrive
    best_steps: float  #: steps at the rate of `LRS` with the lowest median


@checked
def typical_zigzag(
    mean: float = 1.5,
    lr: float = 0.1,
    activation: str = "identity",
    batch_size: Natural = 1,
    centred: bool = False,
    orders: Natural = 20,
) -> TypicalZigZag:
    """`zigzag` for `orders` shuffles of the examples: with few examples per step a single run is partly luck."""
    paths = [zigzag(mean, lr, activation, batch_size, centred, MAX_STEPS, seed) for seed in range(orders)]
    paths = [
        zigzag(mean, lr, activation, batch_size, centred, path.reached or MAX_STEPS, seed)
        for seed, path in enumerate(paths)
    ]
    late = 10 * MAX_STEPS  # stands for "not in time"
    needed = np.median([np.nan_to_num(path.steps_needed, nan=late) for path in paths], axis=0)
    agreeing, length = np.mean([path.agreeing for path in paths]), np.median([path.length for path in paths])
    typical = np.median([path.reached or late for path in paths]), needed.min()
    steps = (float(count) if count <= MAX_STEPS else math.nan for count in typical)
    return TypicalZigZag(float(agreeing), float(length), *steps)


@checked
def best_rate(steps_needed: np.ndarray) -> tuple[int, float] | None:
    """Fewest steps in steps_needed (61,) and the rate of `LRS` that needs them; None if none arrives."""
    if np.isnan(steps_needed).all():
        return None
    best = int(np.nanargmin(steps_needed))
    return int(steps_needed[best]), float(LRS[best])


def descend(hessians: np.ndarray, lr: np.ndarray) -> np.ndarray:
    """e ← e − η H_t e   with e = w − w* and H_t = mean_b(x_b x_bᵀ) of batch t;   e_0 = −w*

    hessians (steps, …, 2, 2) and lr (runs, 1) give (steps + 1, …, runs, 2).

    Returns: (steps + 1, …, runs, 2).
    """
    e = np.empty((len(hessians) + 1, *hessians.shape[1:-2], len(lr), 2))
    e[0] = -TARGET
    with np.errstate(all="ignore"):  # a rate too large overflows, and that is its result
        for t, hessian in enumerate(hessians):
            e[t + 1] = e[t] - lr * (e[t] @ hessian)
    return e


@lru_cache(maxsize=64)
def _all_rates(activation: str, mean: float, batch_size: int, seed: int) -> tuple[np.ndarray, ...]:
    """Steps to the target at `LRS`, the batches' Hessians and the inputs, each for x and for x minus its mean."""
    raw = ACTIVATIONS[activation].f(mean + SPREAD * _square())
    x = np.stack([raw, raw - raw.mean(axis=0)])
    matrices = np.stack([_batch_hessians(each, batch_size, seed) for each in x], axis=1)
    e = descend(matrices, LRS[:, None])
    return np.stack([_steps_needed(e[:, which]) for which in (0, 1)]), matrices, x


def _square() -> np.ndarray:
    """256 points on an even grid, mean 0, covariance I."""
    side = (np.arange(16) - 7.5) / math.sqrt(85 / 4)  # the variance of −7.5, −6.5 … 7.5 is 85/4
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)


def _hessian(x: np.ndarray) -> np.ndarray:
    return x.T @ x / len(x)


def _batch_hessians(x: np.ndarray, batch_size: int, seed: int) -> np.ndarray:
    """mean_b(x_b x_bᵀ) of each of the 300 batches, (300, 2, 2); shuffled anew in every epoch."""
    if batch_size == len(x):
        return np.broadcast_to(_hessian(x), (MAX_STEPS, 2, 2))
    batches = x[_order(batch_size, seed)]
    return batches.transpose(0, 2, 1) @ batches / batch_size


@lru_cache(maxsize=16)
def _order(batch_size: int, seed: int) -> np.ndarray:
    rng = np.random.RandomState(seed)
    epochs = math.ceil(MAX_STEPS * batch_size / 256)
    order = np.concatenate([rng.permutation(256) for _ in range(epochs)])
    return order[: MAX_STEPS * batch_size].reshape(MAX_STEPS, batch_size)


def _steps_needed(e: np.ndarray) -> np.ndarray:
    """First step within 5 % of the first distance, for e (steps + 1, runs, 2)."""
    with np.errstate(all="ignore"):
        near = np.einsum("tri,tri->tr", e, e) <= (NEAR**2) * (TARGET @ TARGET)
    return np.where(near.any(axis=0), near.argmax(axis=0), np.nan)


def _fate(e: np.ndarray) -> tuple[int | None, int | None]:
    """First step near the target, and first step a thousand times as far away as the start."""
    with np.errstate(all="ignore"):
        distance = np.hypot(*e.T) / math.hypot(*TARGET)
    near, lost = distance <= NEAR, ~(distance < 1e3)
    return (int(near.argmax()) if near.any() else None), (int(lost.argmax()) if lost.any() else None)


def _agreeing(updates: np.ndarray) -> float:
    """Share of the updates (steps, 2) in quadrants one and three, edges included, among those that move."""
    moved = updates[np.hypot(*updates.T) > 1e-12]
    return float(np.mean(moved[:, 0] * moved[:, 1] >= 0)) if len(moved) else math.nan
