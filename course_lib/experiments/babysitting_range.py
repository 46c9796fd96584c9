"""The range test: one short run whose learning rate grows at every update; and gradients that are clipped.

Source: L. N. Smith 2017 (arXiv 1506.01186) for the range test; Pascanu et al. 2013 (arXiv 1211.5063) for clipping.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any

import numpy as np

from course_lib.annotations import FrozenSeed, Natural, NotNegative, OneOf
from course_lib.arguments import checked
from course_lib.experiments.babysitting import PIXELS, centred_digits
from course_lib.experiments.babysitting_rates import BATCH, network, ten_epochs, useful_range
from course_lib.nn.optimizers import SGD, Optimizer
from course_lib.nn.training import train

LOW, HIGH = 1e-5, 100.0
UNCUT = 0.0
UPDATES, CLIPS = (50, 100, 200, 400), (UNCUT, 10.0, 1.0, 0.1)
MEMORY, EXPLODED = 0.9, 1.5  # of the running mean of the loss; of its first value


@dataclass
class Clipped:
    """An optimizer that is shown g · min(1, c/‖g‖) in place of the gradient g of all parameters, c = `norm`."""

    rule: Optimizer
    norm: float
    norms: list[float] = field(default_factory=list)  #: ‖g‖ of every update, before it was cut

    def init(self, theta: np.ndarray) -> Any:
        """The state of the optimizer that is shown the clipped gradient, for theta (P,)."""
        return self.rule.init(theta)

    def step(self, theta: np.ndarray, grad: np.ndarray, state: Any, lr: float | None = None) -> None:
        """θ and state after one update with g · min(1, c/‖g‖); theta and grad (P,), changed in place."""
        length = float(np.linalg.norm(grad))
        self.norms.append(length)
        self.rule.step(theta, grad * min(1.0, self.norm / length) if length > 0 else grad, state, lr)


@dataclass(frozen=True)
class RangeTest:
    """A run with rates from LOW to HIGH, evenly spaced on a log scale; it ends early where the loss is no number."""

    pixels: int
    updates: int
    clip: float  #: UNCUT: gradients are left as they are
    rate: np.ndarray  #: (k,)
    loss: np.ndarray  #: (k,) of the batch that the update at this rate saw
    smooth: np.ndarray  #: (k,) its running mean
    norm: np.ndarray  #: (k,) ‖g‖ before it is cut
    steepest: float  #: the rate at which `smooth` falls fastest per decade
    explodes: float | None  #: the rate from which on `smooth` is above 1.5 times its first value
    useful: tuple[float, float]  #: rates that get 90 % right in ten epochs, unclipped, of those that were trained with

    @property
    def start(self) -> float:
        """A third of the steepest rate: with 100 or 200 updates a good rate to begin with."""
        return self.steepest / 3


@checked
@lru_cache(maxsize=64)
def range_test(
    pixels: Annotated[int, OneOf(PIXELS)] = 1,
    updates: Annotated[int, OneOf(UPDATES)] = 200,
    clip: NotNegative = UNCUT,
    seed: FrozenSeed = 0,
) -> RangeTest:
    """η_t = LOW (HIGH/LOW)^(t/(T−1)) for T = `updates` updates of plain SGD, 64-50-10 ReLU, batches of 64."""
    net = network(pixels, np.random.RandomState(seed))
    rates, rule = np.geomspace(LOW, HIGH, updates), Clipped(SGD(), clip or math.inf)
    options: dict[str, Any] = {"steps": updates, "batch_size": BATCH, "record_every": updates, "eval_size": 1}
    options |= {"rng": np.random.RandomState(seed), "schedule": lambda t: rates[min(t, updates - 1)]}
    history = train(net, *centred_digits(pixels).training, rule, **options)
    loss = history.batch_loss[np.logical_and.accumulate(np.isfinite(history.batch_loss))]
    rate, smooth = rates[: len(loss)], running_mean(loss)
    lowest = int(smooth.argmin())
    slope = np.gradient(smooth, np.log10(rate))[: lowest + 1]
    high = np.flatnonzero(smooth > EXPLODED * smooth[0])
    ended = None if len(loss) == updates else float(rate[-1])
    curves = rate, loss, smooth, np.array(rule.norms[: len(loss)])
    steepest, explodes = float(rate[slope.argmin()]), float(rate[high[0]]) if len(high) else ended
    return RangeTest(pixels, updates, clip, *curves, steepest, explodes, useful_range(pixels))


def running_mean(values: np.ndarray, memory: float = MEMORY) -> np.ndarray:
    """m_t = β m_{t−1} + (1 − β) x_t, divided by 1 − βᵗ: Adam's corrected mean (chapter 07).

    Returns: (n,) for values (n,).
    """
    mean, means = 0.0, []
    for t, value in enumerate(values, start=1):
        mean = memory * mean + (1 - memory) * value
        means.append(mean / (1 - memory**t))
    return np.array(means)


@checked
@lru_cache(maxsize=64)
def clipped_accuracy(lr: float, clip: float = UNCUT, pixels: Natural = 255, seed: FrozenSeed = 0) -> float:
    """The share of validation digits that is right after ten epochs of SGD with gradients cut to `clip` (0: uncut)."""
    net, rule = network(pixels, np.random.RandomState(seed)), Clipped(SGD(), clip or math.inf)
    history = ten_epochs(net, rule, pixels, seed, schedule=lambda t: lr)
    return float(history.val_accuracy[-1])
