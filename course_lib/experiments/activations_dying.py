"""How ReLU units die while a network learns, and what keeps them alive.

Source: CS231n notes, "Neural Networks Case Study" and "Neural Networks Part 1" (dying units).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, Natural
from course_lib.arguments import checked
from course_lib.data.clouds import spiral
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD

UNITS, STEPS, EVERY, SEEDS = 100, 500, 10, 8
WEIGHT_STD = 0.01
LARGEST = 1e12  # a score beyond it means divergence, long before it leaves the numbers


@dataclass(frozen=True)
class DyingReLU:
    """A 2-100-3 network on the 300 points of the spiral; curves (records, seeds) at each of `step`.

    A unit is `off` when its sum w·x + b is ≤ 0 on *all* points. With α = 0 no gradient reaches it any more: it is
    dead. `zero` is the share of single values ≤ 0, which is something else.
    """

    lr: float
    bias: float
    alpha: float
    step: np.ndarray  #: (records,)
    off: np.ndarray  #: (records, seeds) share of units off on all points
    zero: np.ndarray  #: (records, seeds) share of values (unit, point) that are not positive
    accuracy: np.ndarray  #: (records, seeds)
    weights: np.ndarray  #: (2, 100) incoming weights of the first seed at the last recorded step
    biases: np.ndarray  #: (100,)
    is_off: np.ndarray  #: (100,)
    diverged_at: int  #: first recorded step at which a seed has a score beyond `LARGEST`, or −1

    @property
    def seeds(self) -> int:
        """How many networks were trained."""
        return self.off.shape[1]


@checked
def dying_relu(
    lr: float = 1.0,
    bias: float = 0.0,
    alpha: float = 0.0,
    steps: Annotated[Natural, Le(STEPS)] = STEPS,
    seeds: Annotated[Count, Le(SEEDS)] = 4,
    dtype: str = "float64",
    budget: Annotated[Natural, Le(STEPS)] = STEPS,
) -> DyingReLU:
    """Full-batch gradient descent from W ~ N(0, 0.01²), hidden biases `bias`, slope `alpha` below 0.

    The spiral of CS231n's case study. All `seeds` are trained at once; `steps` says how far to look (at most 500),
    `budget` how far a draft trains.
    """
    at, off, zero, accuracy, theta, is_off, diverged = _run(lr, bias, alpha, seeds, dtype, budget)
    shown = int(np.searchsorted(at, steps, side="right"))
    curves = at[:shown], off[:shown], zero[:shown], accuracy[:shown]
    weights, biases = np.split(theta[shown - 1], [2 * UNITS])
    hidden = weights.reshape(2, UNITS), biases, is_off[shown - 1]
    return DyingReLU(lr, bias, alpha, *curves, *hidden, diverged if 0 <= diverged <= steps else -1)


@lru_cache(maxsize=64)
def _run(lr: float, bias: float, alpha: float, seeds: int, dtype: str, budget: int):
    x, y = spiral()
    x, net = x.astype(dtype), network(bias, alpha, seeds, dtype)
    units, optimizer = net.layers[1], SGD(lr=lr)
    state, records = optimizer.init(net.theta), []
    with np.errstate(all="ignore"):  # divergence is a result
        for step in range(budget + 1):
            if step % EVERY == 0:
                scores = net.forward(x)
                active = units.cache[0] > 0.0
                sound, right = np.abs(scores).max() < LARGEST, (scores.argmax(axis=-1) == y).mean(axis=-1)
                shares = 1 - active.any(axis=-2).mean(axis=-1), 1 - active.mean(axis=(-2, -1)), right
                records.append((step, sound, *shares, net.theta[0, : 3 * UNITS].copy(), ~active[0].any(axis=0)))
            net.loss_and_grad(x, y)
            optimizer.step(net.theta, net.grad, state)
    at, sound, *curves = (np.array(column) for column in zip(*records, strict=True))
    last = len(at) if sound.all() else max(1, int(sound.argmin()))  # what comes after divergence says nothing
    diverged = -1 if sound.all() else int(at[sound.argmin()])
    return *(column[:last] for column in (at, *curves)), diverged


def network(bias: float, alpha: float, seeds: int, dtype: str = "float64") -> MLP:
    """`seeds` networks 2-100-3, weights 0.01·randn drawn from RandomState(0), RandomState(1), …"""
    unit, init = ("leaky_relu", {"alpha": alpha}) if alpha else "relu", ("normal", {"std": WEIGHT_STD})
    net = MLP(
        [2, UNITS, 3], unit, init, trials=seeds, seed=[np.random.RandomState(k) for k in range(seeds)], dtype=dtype
    )
    net.layers[0].params["b"][...] = bias
    return net
