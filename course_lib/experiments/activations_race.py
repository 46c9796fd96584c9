"""Which activation learns fastest? One small network per function, trained on the digits, all in step.

Source: Krizhevsky, Sutskever & Hinton 2012, figure 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np

from course_lib.annotations import FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.activations import ACTIVATIONS, Activation, offered
from course_lib.nn.activations import activation as named
from course_lib.nn.initializers import initializer_std
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.nn.training import train

RACERS = offered("race")
HE = tuple(name for name in RACERS if ACTIVATIONS[name].bounds[1] == np.inf)  # the others start from Xavier's weights
WIDTH, BATCH, EPOCHS = 32, 32, 10
GOAL = 0.25  # error rate on the training set
EVERY = 11  # updates between two evaluations: a third of an epoch


@dataclass(frozen=True)
class ActivationRace:
    """Error rates on the training digits of networks that differ in their activation; one row per racer."""

    activation: str  #: the racer to watch
    lr: float
    depth: int
    names: tuple[str, ...]
    epoch: np.ndarray  #: (records,)
    error: np.ndarray  #: (racers, records)
    goal_at: np.ndarray  #: (racers,) epochs until the error is at most 25 % for the first time, NaN if never
    diverged: np.ndarray  #: (racers,) whether the loss left the numbers


@checked
def activation_race(
    activation: Annotated[str, OneOf(RACERS)] = "relu",
    lr: float = 0.1,
    depth: Natural = 3,
    epochs: Natural = EPOCHS,
    eval_size: Natural | None = None,
    seed: FrozenSeed = 0,
    dtype: str = "float64",
) -> ActivationRace:
    """Train 64-32-…-32-10 networks (`depth` hidden layers) with every function of `RACERS`: plain SGD, batches of 32.

    They start from one draw Z: W = Z√(2/n) for the relatives of ReLU, Z√(1/n) for sigmoid and tanh. `eval_size`:
    measure the error on so many digits only, to save time. The idea is that of figure 1 in Krizhevsky, Sutskever &
    Hinton 2012 (a 4-layer conv net on CIFAR-10, ReLU against tanh).
    """
    epoch, error, diverged = _race(RACERS, lr, depth, epochs, eval_size, seed, dtype)
    return ActivationRace(activation, lr, depth, RACERS, epoch, error, _first(epoch, error), diverged)


@dataclass(frozen=True)
class RateTuning:
    """Epochs each racer needs to the goal, for every learning rate: NaN if not reached."""

    names: tuple[str, ...]
    lr: np.ndarray  #: (rates,)
    goal_at: np.ndarray  #: (racers, rates)
    epochs: int

    @property
    def best(self) -> np.ndarray:
        """(racers,) the fewest epochs over all learning rates."""
        return np.nanmin(np.where(np.isnan(self.goal_at), np.inf, self.goal_at), axis=1)


@checked
def tune_rates(
    lrs: Sequence[float] = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    depth: Natural = 3,
    epochs: Natural = EPOCHS,
    eval_size: Natural | None = 256,
    seed: FrozenSeed = 0,
) -> RateTuning:
    """The race at each learning rate, so that every activation may be judged at its own best one."""
    runs = [activation_race(lr=lr, depth=depth, epochs=epochs, eval_size=eval_size, seed=seed) for lr in lrs]
    return RateTuning(RACERS, np.array(lrs), np.array([run.goal_at for run in runs]).T, epochs)


def in_step(names: Sequence[str]) -> Activation:
    """An activation for networks side by side, each with its own function: x (T, m, n) goes through f_1 … f_T."""
    functions = [named(name) for name in names]
    return Activation(
        " | ".join(names),
        lambda x: np.stack([f.f(part) for f, part in zip(functions, x, strict=True)]),
        lambda x: np.stack([f.df(part) for f, part in zip(functions, x, strict=True)]),
    )


@lru_cache(maxsize=64)
def _race(
    names: tuple[str, ...], lr: float, depth: int, epochs: int, eval_size: int | None, seed: int, dtype: str = "float64"
):
    net = MLP([64, *[WIDTH] * depth, 10], in_step(names), "zeros", trials=len(names), dtype=dtype)
    rng = np.random.default_rng(seed)
    for w in net.weights():
        draw = rng.standard_normal(w.shape[1:])
        stds = [initializer_std("he" if name in HE else "xavier", *draw.shape) for name in names]
        w[...] = np.array(stds)[:, None, None] * draw
    options: dict[str, Any] = {"epochs": epochs, "batch_size": BATCH, "rng": seed, "record_every": EVERY}
    history = train(net, *load_digits().training, SGD(lr=lr), eval_size=eval_size, **options)
    error = np.where(np.isfinite(history.loss), 1 - history.accuracy, np.nan).T
    return history.epoch, error, history.diverged_at >= 0


def _first(epoch: np.ndarray, error: np.ndarray) -> np.ndarray:
    """The first epoch at which each row of `error` is at or below the goal, NaN if there is none."""
    reached = error <= GOAL  # NaN is not
    return np.where(reached.any(axis=1), epoch[reached.argmax(axis=1)], np.nan)
