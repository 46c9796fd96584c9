"""Dropout in front of one unit: what the unit receives in training, over many masks, and at test time.

Source: Srivastava et al. 2014, Dropout; CS231n notes, "Neural Networks Part 2", for inverted dropout.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, Natural, OneOf
from course_lib.arguments import checked
from course_lib.nn.layers import Dropout

MODES = Dropout.modes  # inverted, test-time, none
UNITS = ("linear", "relu")
MOST_INPUTS, MASKS = 400, 1000
BINS = np.linspace(-3.0, 7.0, 81)


@dataclass(frozen=True)
class DroppedOut:
    """One unit z = Σ wᵢ x̃ᵢ (or relu(z)) behind dropout with drop probability p, in training and at test time."""

    p: float
    mode: str
    inputs: int
    unit: str
    counts: np.ndarray  #: (bins,) training outputs over `MASKS` masks; beyond the ends they are in the last bin
    train_mean: float  #: of them
    train_std: float
    test_output: float  #: for the same example; there is no chance left
    activations: tuple[float, float]  #: mean of the dropped-out inputs x̃, train and test
    variances: tuple[float, float]  #: of x̃, train and test: masks and inputs together

    @property
    def ratio(self) -> float:
        """Test over mean training output: 1 where the scaling is right."""
        return self.test_output / self.train_mean if self.train_mean else 1.0


@checked
def dropped_out(
    p: float = 0.5,
    mode: Dropout.Mode = "none",
    inputs: Annotated[Count, Le(MOST_INPUTS)] = 100,
    unit: Annotated[str, OneOf(UNITS)] = "linear",
) -> DroppedOut:
    """Send positive inputs x through `Dropout(p, mode)`, many masks in training and none at test time.

    The masks keep where u ≥ p, with one fixed draw of u. The weights are positive and negative, Σ wᵢxᵢ = 2.
    """
    x, w, u = (draw[..., :inputs] for draw in _draw())
    w = 2 * w / np.sqrt(inputs)
    w = w + (2 - w @ x) / (x @ x) * x  # moved along x until w·x = 2: the picture then keeps its place
    layer = Dropout(p, _Stored(u), mode)
    dropped, tested = layer.forward(np.broadcast_to(x, u.shape), train=True), layer.forward(x)
    train_out, test_out = dropped @ w, tested @ w
    if unit == "relu":
        train_out, test_out = np.maximum(train_out, 0), np.maximum(test_out, 0)
    counts = np.histogram(np.clip(train_out, BINS[0] + 1e-9, BINS[-1] - 1e-9), BINS)[0]
    outputs = float(train_out.mean()), float(train_out.std()), float(test_out)
    means, variances = (float(dropped.mean()), float(tested.mean())), (float(dropped.var()), float(tested.var()))
    return DroppedOut(p, mode, inputs, unit, counts, *outputs, means, variances)


class _Stored:
    """A random generator that hands out one draw made before, so that a slider scales it instead of redrawing."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def uniform(self, low: float = 0.0, high: float = 1.0, size: Any = None) -> np.ndarray:
        return self.values


@lru_cache(maxsize=1)
def _draw() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs |N(0, 1)|, weights and the numbers that decide who is dropped."""
    rng = np.random.RandomState(0)
    x, w = np.abs(rng.standard_normal(MOST_INPUTS)), rng.standard_normal(MOST_INPUTS)
    return x, w, rng.uniform(size=(MASKS, MOST_INPUTS))


@checked
def mean_ratios(
    p: float = 0.5, modes: tuple[Dropout.Mode, ...] = MODES, units: Natural = 10_000
) -> dict[str, tuple[float, float]]:
    """Mean of `units` inputs that are all 1, after dropout in training and at test time, by mode.

    The mask drops exactly the share p, so that the means are exact.
    """
    ranks = np.random.RandomState(0).permutation(units) / units
    means: dict[str, tuple[float, float]] = {}
    for mode in modes:
        layer = Dropout(p, _Stored(ranks), mode)
        trained, tested = (float(layer.forward(np.ones(units), train).mean()) for train in (True, False))
        means[mode] = trained, tested
    return means
