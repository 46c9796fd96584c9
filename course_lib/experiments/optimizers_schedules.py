"""Learning rates that change: the schedule itself, and what it does to the loss of two problems.

Source: Robbins & Monro 1951; Bengio 2012; Loshchilov & Hutter 2017 (cosine); Goyal et al. 2017 (warm-up).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Annotated, Any

import numpy as np

from course_lib.annotations import Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.nn.schedules import SCHEDULES, Constant, Schedule
from course_lib.nn.training import train

PROBLEMS = ("noisy bowl", "digits")
UPDATES, EVERY = 600, 10
RUNS = 400  # balls on the noisy bowl
CURVATURE, NOISE = 1.0, 1.0
BATCH, NETWORKS = 8, 4


@dataclass(frozen=True)
class ScheduleRun:
    """A schedule and the same problem with the rate left at α₀; every array has one entry per evaluation."""

    schedule: str
    problem: str
    lr: float
    tau: int
    factor: float
    step: np.ndarray  #: (evaluations,)
    rate: np.ndarray  #: (evaluations,) α at that step
    loss: np.ndarray  #: (evaluations,) noisy bowl: mean of 400 balls; digits: mean validation loss of 4 networks
    constant: np.ndarray  #: (evaluations,) the loss with constant α₀

    @property
    def final(self) -> tuple[float, float]:
        """Mean loss over the last tenth, with the schedule and without."""
        last = max(1, len(self.step) // 10)
        return float(self.loss[-last:].mean()), float(self.constant[-last:].mean())


@checked
def schedule_of(
    name: Annotated[str, OneOf(SCHEDULES)], lr: float, tau: float = 100.0, factor: float = 0.5, patience: Natural = 3
) -> Schedule:
    """The schedule called `name`: `tau` updates are its time constant, `factor` what step and plateau multiply by.

    inverse_time α₀τ/max(t, τ);  one_over_t α₀/(1 + t/τ);  exponential α₀e^(−t/τ);  step: every τ updates;  cosine
    down to 0 at the end;  warmup: τ updates up, then constant;  plateau: after `patience` evaluations without a
    better loss.
    """
    return SCHEDULES[name].of(SimpleNamespace(lr=lr, tau=tau, factor=factor, patience=patience, steps=UPDATES))


@checked
def schedule_run(
    schedule: Annotated[str, OneOf(SCHEDULES)] = "inverse_time",
    lr: float = 0.5,
    tau: Natural = 100,
    factor: float = 0.5,
    patience: Natural = 3,
    problem: Annotated[str, OneOf(PROBLEMS)] = "noisy bowl",
) -> ScheduleRun:
    """600 updates under a schedule and under constant α₀ = lr.

    noisy bowl: ½x² from x = 3, g = x + z with z ~ N(0, 1): the loss of a model that sees noisy gradients for ever.
    digits: four 64-32-10 ReLU networks, plain SGD on batches of 8.
    """
    run = {"noisy bowl": _bowl, "digits": _digits}[problem]
    curves = run(schedule_of(schedule, lr, tau, factor, patience))
    return ScheduleRun(schedule, problem, lr, tau, factor, *curves, run(Constant(lr))[2])


@checked
def noise_floor(lr: float) -> float:
    """Where the loss on the noisy bowl stays under a constant rate:   ½ E[x²] = ½ α σ² / (2 − α)

    E[x²] repeats itself under x ← (1 − α)x − αz when E[x²] = α²σ² / (1 − (1 − α)²).
    """
    return 0.5 * lr * NOISE**2 / (2 - lr * CURVATURE) if lr * CURVATURE < 2 else np.inf


@lru_cache(maxsize=1)
def _noise() -> np.ndarray:
    return NOISE * np.random.RandomState(0).standard_normal((UPDATES, RUNS))


@lru_cache(maxsize=64)
def _bowl(schedule: Schedule) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    live, noise, x = schedule.start(), _noise(), np.full(RUNS, 3.0)
    optimizer, records = SGD(), []
    with np.errstate(all="ignore"):
        for t in range(UPDATES + 1):
            if t % EVERY == 0:
                loss = float(0.5 * CURVATURE * np.mean(x * x))
                if t:
                    live.update(loss)
                records.append((t, float(live(t)), loss))
            if t < UPDATES:
                optimizer.step(x, CURVATURE * x + noise[t], None, live(t))
    steps, rates, losses = map(np.array, zip(*records, strict=True))
    return steps, rates, losses


@lru_cache(maxsize=32)
def _digits(schedule: Schedule) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    digits = load_digits()
    net = MLP((64, 32, 10), trials=NETWORKS, seed=list(range(NETWORKS)), dtype=np.float32)
    options: dict[str, Any] = {"steps": UPDATES, "batch_size": BATCH, "record_every": 2 * EVERY, "eval_size": 8}
    options |= {"x_val": digits.x_val[:200], "y_val": digits.y_val[:200], "schedule": _Shared(schedule)}
    history = train(net, *digits.training, SGD(), **options)
    return history.step, np.broadcast_to(history.lr, history.step.shape), history.val_loss.mean(axis=1)


class _Shared(Schedule):
    """One learning rate for all the networks: a plateau listens to their mean loss."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule

    def __call__(self, t):
        return self.schedule(t)

    def start(self):
        return _Shared(self.schedule.start())

    def update(self, metric):
        self.schedule.update(float(np.mean(metric)))
