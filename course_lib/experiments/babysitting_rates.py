"""One network, learning rates from 1e-6 to 1e6: too low, right, too high, and no longer a number.

Source: CS231n notes, "Neural Networks Part 3", section "Loss function"; CS231n 2017, lecture 6, for the slide.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np

from course_lib.annotations import Natural, OneOf
from course_lib.arguments import checked
from course_lib.experiments.babysitting import HIDDEN, PIXELS, centred_digits
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.nn.training import History, train

RATES = tuple(float(f"{10 ** (k / 2):.2g}") for k in range(-12, 13))
EPOCHS, BATCH, REG = 10, 64, 1e-6
GROUPS = (9, 13, 17)  # of rates that are trained together
# As on the slides, where pixels of up to 255 meet small weights: the same first scores for every kind of pixel.
STD = {1: 0.02, 16: 0.005, 255: 0.00125}
FOUR = {  # the textbook's curves; between good and very high there is room for "high" only with small pixels
    1: {"low": 0.1, "good": 1.0, "high": 10.0, "very high": 32.0},
    16: {"low": 0.01, "good": 0.1, "very high": 1.0},
    255: {"low": 1e-3, "good": 0.01, "very high": 0.1},
}


@dataclass(frozen=True)
class LearningRate:
    """One run, and for comparison every rate of `RATES`; curves have one entry per epoch, the first before training.

    A run whose loss is no longer a number ends there: `epoch`, `loss`, `accuracy` and `val_accuracy` are then shorter.
    """

    lr: float
    pixels: int
    epoch: np.ndarray  #: (epochs,)
    loss: np.ndarray  #: (epochs,)
    accuracy: np.ndarray  #: (epochs,)
    val_accuracy: np.ndarray  #: (epochs,)
    diverged_at: int | None  #: updates made when the loss was first not finite
    last_accuracy: np.ndarray  #: (rates,) after ten epochs; not a number where the run diverged
    four: dict[str, np.ndarray]  #: loss per epoch at each rate of `FOUR[pixels]`
    useful: tuple[float, float]  #: lowest and highest rate that gets 90 % right

    @property
    def verdict(self) -> str:
        """What the two curves say, in a few words."""
        if self.diverged_at is not None:
            return f"too high: no longer a number after {self.diverged_at} updates"
        fall, gain = 1 - self.loss[-1] / self.loss[0], self.accuracy[-1] - self.accuracy[0]
        if self.loss.max() > 2 * self.loss[0] or fall < -0.02:
            return "too high: the loss jumps up"
        if self.accuracy[-1] > 0.9:
            return "this works"
        if fall < 0.05:
            return "accuracy before loss: too low, but it learns" if gain > 0.05 else "too low: hardly anything happens"
        return "too low: it is slow" if self.lr < self.useful[0] else "too high: it jumps, and units die"


@checked
def learning_rate(lr: Annotated[float, OneOf(RATES)] = 0.1, pixels: Annotated[int, OneOf(PIXELS)] = 1) -> LearningRate:
    """Ten epochs of plain SGD on the 1078 training digits, 64-50-10 ReLU, batches of 64, λ = 1e-6.

    `lr` is one of `RATES`. `pixels` is the ink of a black pixel before the mean image is taken off.
    """
    runs, at = sweep(pixels), RATES.index(lr)
    diverged = int(runs.diverged_at[at])
    length = int(np.isfinite(runs.loss[:, at]).argmin()) or len(runs.loss)
    loss, accuracy, val_accuracy = (curve[:length, at] for curve in (runs.loss, runs.accuracy, runs.val_accuracy))
    diverged_at = diverged if diverged >= 0 else None
    curves = {name: runs.loss[:, RATES.index(rate)] for name, rate in FOUR[pixels].items()}
    four = {name: curve[np.isfinite(curve)] for name, curve in curves.items()}
    run = np.arange(length), loss, accuracy, val_accuracy, diverged_at
    return LearningRate(lr, pixels, *run, last_accuracy(pixels), four, useful_range(pixels))


@dataclass(frozen=True)
class Sweep:
    """All `RATES` on one kind of pixels: (epochs, rates) each, not a number after the end of a run that diverged."""

    loss: np.ndarray  #: (epochs, rates)
    accuracy: np.ndarray  #: (epochs, rates)
    val_accuracy: np.ndarray  #: (epochs, rates)
    diverged_at: np.ndarray  #: (rates,) updates, −1 for never


@lru_cache(maxsize=4)
def sweep(pixels: int) -> Sweep:
    """Train with all `RATES`, each group of them side by side as one network, float32.

    A group ends as soon as all of its runs have diverged, so the high ones cost next to nothing.
    """
    parts = [_group(rates, pixels) for rates in np.split(np.array(RATES, np.float32), GROUPS)]
    loss, accuracy, val_accuracy = curves = [np.full((EPOCHS + 1, len(RATES)), np.nan) for _ in range(3)]
    at = 0
    for part in parts:
        here = slice(at, at := at + part.loss.shape[1])
        for curve, seen in zip(curves, (part.loss, part.accuracy, part.val_accuracy)):
            curve[: len(seen), here] = seen
    return Sweep(loss, accuracy, val_accuracy, np.concatenate([part.diverged_at for part in parts]))


def _group(rates: np.ndarray, pixels: int) -> History:
    seeds = [np.random.RandomState(0) for _ in rates]
    net = network(pixels, seeds, l2=REG, dtype=np.float32, trials=len(rates))
    return ten_epochs(net, SGD(lr=rates[:, None]), pixels)


@checked
def network(pixels: Annotated[int, OneOf(PIXELS)], seed: Any, **settings: Any) -> MLP:
    """The network of the chapter, with first weights that suit such pixels."""
    return MLP((64, HIDDEN, 10), init=("normal", {"std": STD[pixels]}), seed=seed, **settings)


def ten_epochs(net: MLP, rule: Any, pixels: int, seed: int = 0, batch_size: int = BATCH, **settings: Any) -> History:
    """Train on digits with such pixels, evaluated after every epoch; the order is that of `seed`."""
    digits, rng = centred_digits(pixels), np.random.RandomState(seed)
    settings |= {"epochs": EPOCHS, "batch_size": batch_size, "rng": rng, **digits.validation}
    return train(net, *digits.training, rule, **settings)


def last_accuracy(pixels: int) -> np.ndarray:
    """Accuracy after ten epochs at every rate of `RATES`; not a number where the run diverged.

    Returns: (rates,).
    """
    runs = sweep(pixels)
    return np.where(runs.diverged_at < 0, runs.accuracy[-1], np.nan)


@checked
def useful_range(pixels: Natural, enough: float = 0.9) -> tuple[float, float]:
    """The lowest and the highest of `RATES` at which at least the share `enough` is right after ten epochs."""
    good = [rate for rate, accuracy in zip(RATES, last_accuracy(pixels)) if accuracy >= enough]
    return good[0], good[-1]


@checked
def accuracy_before_loss(lr: float = 1e-6) -> History:
    """The slide's experiment on digits: pixels 0 to 255, 10 epochs, as many updates as there (some 2,500). float64."""
    net = network(255, np.random.RandomState(0), l2=REG)
    return ten_epochs(net, SGD(lr=lr), 255, batch_size=4)
