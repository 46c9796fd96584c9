"""A race of optimisers on real digits: every optimiser with several seeds, all networks trained side by side.

Source: Saito, Deep Learning from Scratch, section 6.1.8; Choi et al. 2019 (arXiv 1910.05446) on tuning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Annotated, Any

import numpy as np

from course_lib.annotations import Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.experiments.optimizers import make
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import OPTIMIZERS, Optimizer
from course_lib.nn.training import train

RATES = ("same", "common", "tuned")
TRIED = (0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0, 3.16)
SIZES, STEPS, SEEDS = (64, 32, 10), 160, 5
EVALUATIONS = 20


@dataclass(frozen=True)
class OptimizerRace:
    """Loss on the training digits, one row per optimiser; `low` and `high` are the extremes over seeds."""

    watch: str
    rates: str
    names: tuple[str, ...]
    lrs: tuple[float, ...]
    step: np.ndarray  #: (evaluations,)
    mean: np.ndarray  #: (optimizers, evaluations) NaN once a run is lost
    low: np.ndarray  #: (optimizers, evaluations)
    high: np.ndarray  #: (optimizers, evaluations)
    accuracy: np.ndarray  #: (optimizers, seeds) on the validation digits at the end
    diverged: np.ndarray  #: (optimizers,) seeds whose loss left the numbers

    @property
    def ranking(self) -> list[str]:
        """Names, lowest mean loss at the end first."""
        last = np.where(np.isfinite(self.mean[:, -1]), self.mean[:, -1], np.inf)
        return [self.names[row] for row in np.argsort(last, kind="stable")]


class SideBySide:
    """Several optimisers as one: each updates its own block of trials (rows of θ)."""

    def __init__(self, optimizers: Sequence[Optimizer], trials: int) -> None:
        self.parts = [(part, slice(i * trials, (i + 1) * trials)) for i, part in enumerate(optimizers)]
        self.lr = np.repeat([float(part.lr) for part in optimizers], trials)[:, None]

    def init(self, theta: np.ndarray) -> SimpleNamespace:
        """The states of all parts, for theta (optimizers·trials, P)."""
        return SimpleNamespace(states=[part.init(theta[rows]) for part, rows in self.parts])

    def step(self, theta: np.ndarray, grad: np.ndarray, state: SimpleNamespace, lr: Any = None) -> None:
        """One update of each part on its own rows of theta and grad (optimizers·trials, P), in place."""
        for (part, rows), own in zip(self.parts, state.states, strict=True):
            part.step(theta[rows], grad[rows], own, float(lr[rows][0, 0]))


@checked
def optimizer_race(
    watch: Annotated[str, OneOf(OPTIMIZERS)] = "adam",
    rates: Annotated[str, OneOf(RATES)] = "common",
    lr: float = 0.1,
    beta: float = 0.9,
    batch_size: Natural = 32,
    seeds: Natural = SEEDS,
    steps: Natural = STEPS,
) -> OptimizerRace:
    """Train 64-32-10 ReLU networks on 1078 digits with each optimiser and `seeds` initial weights.

    rates   "same": `lr` for all;  "common": 0.01, and 0.001 for RMSProp, Adam and AdamW, as the book's MNIST race,
            and 0.0001 for Lion;  "tuned": for each the best of eight rates from 0.001 to 3.16 (`tune_race`)
    watch   the optimizer drawn bold, with its band
    """
    names = tuple(OPTIMIZERS)
    lrs = tuple(float(lr) if rates == "same" else getattr(OPTIMIZERS[name], f"{rates}_rate") for name in names)
    pairs = tuple(zip(names, lrs, strict=True))
    step, loss, accuracy = _train(pairs, beta, batch_size, seeds, steps)
    with np.errstate(all="ignore"):
        mean, low, high = (f(loss, axis=-1).T for f in (np.mean, np.min, np.max))  # not finite where one seed is not
    diverged = (~np.isfinite(loss[-1])).sum(axis=-1)
    return OptimizerRace(watch, rates, names, lrs, step, mean, low, high, accuracy, diverged)


def tune_race(seeds: int = 2, steps: int = STEPS) -> dict[str, np.ndarray]:
    """Mean last loss of each optimiser at each of the rates `TRIED`: how the tuned rates were found.

    Returns: optimizer -> (rates,).
    """
    losses = [
        _train(tuple((name, lr) for name in OPTIMIZERS), 0.9, 32, seeds, steps)[1][-1].mean(axis=-1) for lr in TRIED
    ]
    return dict(zip(OPTIMIZERS, np.array(losses).T, strict=True))


@lru_cache(maxsize=32)
def _train(pairs: tuple[tuple[str, float], ...], beta: float, batch_size: int, seeds: int, steps: int):
    """Steps (evaluations,), losses (evaluations, optimisers, seeds) and accuracies (optimisers, seeds)."""
    digits = load_digits()
    racers, every = len(pairs), max(1, steps // EVALUATIONS)
    net = MLP(SIZES, trials=racers * seeds, seed=[*range(seeds)] * racers, dtype=np.float32)
    optimizer = SideBySide([make(name, lr, beta) for name, lr in pairs], seeds)
    options: dict[str, Any] = {"steps": steps, "batch_size": batch_size, "record_every": every, "eval_size": 200}
    history = train(net, *digits.training, optimizer, **options)
    with np.errstate(all="ignore"):
        accuracy = net.accuracy(digits.x_val, digits.y_val)
    loss = np.where(np.isfinite(history.loss), history.loss, np.nan)
    return history.step, loss.reshape(-1, racers, seeds), np.reshape(accuracy, (racers, seeds))
