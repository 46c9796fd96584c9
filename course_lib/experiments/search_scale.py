"""Learning rates drawn evenly, or evenly on a log scale: where they fall, and how many of them train a real network.

Source: CS231n notes, "Neural Networks Part 3", section "Hyperparameter ranges".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib.annotations import Count, FrozenSeed
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Momentum
from course_lib.nn.spaces import LogUniform, Uniform
from course_lib.nn.training import train

LOWS = tuple(10.0**k for k in range(-8, 0))
HIGHS = tuple(10.0**k for k in range(-2, 3))
DECADES = np.logspace(-8, 2, 11)
RATES = np.logspace(-8, 2, 41)  # measured ones, four per decade
NEAR = 0.06  # a good rate is at most so much below the best accuracy


@dataclass(frozen=True)
class LogScale:
    """n draws from [low, high], row 0 evenly, row 1 evenly on a log scale."""

    low: float
    high: float
    rates: np.ndarray  #: (2, n), sorted
    share: np.ndarray  #: (2, 10) of the draws in each decade of `DECADES`
    expected: np.ndarray  #: (2, 10) the same for infinitely many draws
    curve: np.ndarray  #: (41,) validation accuracy at `RATES`, measured on digits
    good: tuple[float, float]  #: from and to which rate the accuracy is within `NEAR` of the best
    good_share: np.ndarray  #: (2,) expected share of draws that are good


@checked
def log_scale(low: float = 1e-4, high: float = 10.0, n: Count = 60, seed: FrozenSeed = 0) -> LogScale:
    """Draw n learning rates in both ways from the same n numbers u of RandomState(seed).

    evenly: low + (high − low) u;  on a log scale: low (high/low)ᵘ. A larger n keeps the smaller one's draws.

    Raises: ValueError unless 0 < low < high.
    """
    samplers = [Uniform(low, high), LogUniform(low, high)]
    u = np.sort(np.random.RandomState(seed).uniform(size=n))
    rates = np.array([[sampler.at(x) for x in u] for sampler in samplers])
    share = np.array([np.histogram(row, DECADES)[0] / n for row in rates])
    inside = np.clip(DECADES, low, high)
    expected = np.array([np.diff([sampler.where(edge) for edge in inside]) for sampler in samplers])
    good = good_rates()
    start, end = np.clip(good, low, high)
    good_share = np.array([sampler.where(end) - sampler.where(start) for sampler in samplers])
    return LogScale(low, high, rates, share, expected, accuracy_curve(), good, good_share)


@lru_cache(maxsize=1)
def accuracy_curve() -> np.ndarray:
    """Validation accuracy of 64-32-10 ReLU networks after 9 epochs of Momentum on 500 digits, one network per rate.

    Returns: (rates,).
    """
    digits = load_digits()
    x, y, rule = digits.x_train[:500], digits.y_train[:500], Momentum(lr=RATES.astype(np.float32)[:, None])
    net = MLP((64, 32, 10), trials=len(RATES), seed=[0] * len(RATES), dtype=np.float32)
    options: dict[str, Any] = {"epochs": 9, "batch_size": 50, "record_every": 1000, "eval_size": 10}
    return train(net, x, y, rule, **options, **digits.validation).val_accuracy[-1]


def good_rates() -> tuple[float, float]:
    """The lowest and the highest of `RATES` whose accuracy is within `NEAR` of the best."""
    curve = accuracy_curve()
    good = RATES[curve >= curve.max() - NEAR]
    return float(good[0]), float(good[-1])


@checked
def shares(low: float = 1e-6, high: float = 1e-2, above: float = 1e-3, below: float = 1e-4) -> np.ndarray:
    """Exact shares of draws above and below two rates: rows evenly, on a log scale, (2, 2).

    Returns: (2, 2).
    """
    return np.array([[1 - s.where(above), s.where(below)] for s in (Uniform(low, high), LogUniform(low, high))])
