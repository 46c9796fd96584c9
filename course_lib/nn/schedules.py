"""How the learning rate changes while training: a schedule is a function t → α of the updates already made.

A schedule gives the learning rate itself, starting from its own `lr` (α₀, or an array of one per trial);
leave lr = 1 to look at the bare factor. t counts updates from 0 and may be an array. To decay "every five
epochs", say `every=5 * updates_per_epoch`. In a training loop `start()` begins a run and `update(metric)`
reports its progress; only Plateau listens.

Source: each class names its paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import numpy as np
from annotated_types import Gt, Lt

from course_lib.annotations import Count, NotNegative, Positive, Rate, Strength
from course_lib.arguments import checked
from course_lib.inputs import finite, floats, short


class Schedule:
    """α(t). A subclass says it in `rate(t)`."""

    def __call__(self, t: float | np.ndarray) -> Any:
        """α after t updates, 0 or more: a number, or an array of them."""
        if isinstance(t, np.integer):  # to a formula of one's own a number is what it is in a training loop
            t = int(t)
        if type(t) is not int or not 0 <= t < 2**53:
            t = finite(floats(t, "t"), "t")[()]
            if not (t >= 0).all():
                raise ValueError(f"t must be a number of updates, 0 or more, or an array of them, not {short(t)}.")
        return self.rate(t)

    def rate(self, t: Any) -> Any:
        """The formula of a subclass: α after t (…) updates."""
        raise NotImplementedError(f"{type(self).__name__} must define rate(self, t).")

    def start(self) -> Schedule:
        """A schedule ready for one training run; itself when it remembers nothing."""
        return self

    def update(self, metric: float | np.ndarray) -> None:
        """Take the loss of one evaluation, metric (T,) or a number; lower is better."""


@checked
@dataclass(frozen=True)
class Constant(Schedule):
    """α = α₀"""

    lr: Rate = 1.0

    def rate(self, t):
        return self.lr + 0.0 * t


@checked
@dataclass(frozen=True)
class InverseTime(Schedule):
    """α = α₀ τ / max(t, τ): constant until τ, then O(1/t)      (Bengio 2012 sec. 3.1.1; CS224n)"""

    lr: Rate = 1.0
    tau: Positive = 100.0

    def rate(self, t):
        return self.lr * self.tau / np.maximum(t, self.tau)


@checked
@dataclass(frozen=True)
class OneOverT(Schedule):
    """α = α₀ / (1 + kt)      (CS231n notes, neural-networks-3)"""

    lr: Rate = 1.0
    k: Positive = 0.01

    def rate(self, t):
        return self.lr / (1 + self.k * t)


@checked
@dataclass(frozen=True)
class Step(Schedule):
    """α = α₀ γ^⌊t / every⌋: γ = 0.5 every 5 epochs, or 0.1 every 20      (CS231n notes, neural-networks-3)"""

    lr: Rate = 1.0
    factor: Positive = 0.5
    every: Count = 100

    def rate(self, t):
        return self.lr * self.factor ** (t // self.every)


@checked
@dataclass(frozen=True)
class Exponential(Schedule):
    """α = α₀ e^(−kt)      (CS231n notes, neural-networks-3)"""

    lr: Rate = 1.0
    k: Positive = 0.01

    def rate(self, t):
        return self.lr * np.exp(-self.k * t)


@checked
@dataclass(frozen=True)
class Cosine(Schedule):
    """α = α_low + ½(α₀ − α_low)(1 + cos(πt/T)), then α_low from t = T on      (Loshchilov & Hutter 2017)"""

    lr: Rate = 1.0
    steps: Count = 1000
    low: Strength = 0.0

    def rate(self, t):
        return self.low + 0.5 * (self.lr - self.low) * (1 + np.cos(np.pi * np.minimum(t / self.steps, 1)))


@checked
@dataclass(frozen=True)
class Warmup(Schedule):
    """α = α′(0)(t + 1)/W while t < W, then α′(t − W): a straight rise before another schedule α′

    (Goyal et al. 2017, sec. 2.2)
    """

    then: Schedule = field(default_factory=Constant)
    steps: Count = 100

    def rate(self, t):
        return self.then(np.maximum(t - self.steps, 0)) * np.minimum((t + 1) / self.steps, 1)

    def start(self):
        return replace(self, then=self.then.start())

    def update(self, metric):
        self.then.update(metric)


@checked
@dataclass(frozen=True)
class Plateau(Constant):
    """α ← factor · α after `patience` evaluations in a row without a better loss, never below `low`.

    The only schedule that depends on the losses of the run; before `start()` it is the constant α₀.
    Better means lower by more than `threshold`. Given a loss per trial, each has its own α, shape (T, 1).
    """

    factor: Annotated[float, Gt(0), Lt(1)] = 0.5
    patience: Count = 3
    threshold: NotNegative = 0.0
    low: Strength = 0.0

    def start(self):
        return PlateauRun(self)


class PlateauRun(Schedule):
    """One run of a Plateau: the current `lr`, the `best` loss so far, evaluations `waited` since."""

    def __init__(self, settings: Plateau) -> None:
        self.settings, self.lr, self.best, self.waited = settings, settings.lr, np.inf, 0

    def rate(self, t):
        return self.lr + 0.0 * t

    def start(self):
        return PlateauRun(self.settings)

    def update(self, metric):
        s, metric = self.settings, np.asarray(metric)
        metric = metric[..., None] if metric.ndim else float(metric)
        better = metric < self.best - s.threshold
        self.best = np.where(better, metric, self.best)
        self.waited = np.where(better, 0, self.waited + 1)
        tired = self.waited >= s.patience
        lr = np.where(tired, np.maximum(self.lr * s.factor, s.low), self.lr)
        self.lr = lr if lr.ndim else float(lr)
        self.waited = np.where(tired, 0, self.waited)


@dataclass(frozen=True)
class ScheduleEntry:
    """What the course knows of a schedule: how pictures call it, and what `s` makes of it: lr, tau, factor and patience
    of the sliders in chapter 07, and the `steps` of the whole run."""

    make: type[Schedule]
    label: str
    of: Callable[[Any], Schedule]


SCHEDULES = {
    "constant": ScheduleEntry(Constant, "constant", lambda s: Constant(s.lr)),
    "inverse_time": ScheduleEntry(InverseTime, "α₀ τ / max(t, τ)", lambda s: InverseTime(s.lr, s.tau)),
    "one_over_t": ScheduleEntry(OneOverT, "α₀ / (1 + t/τ)", lambda s: OneOverT(s.lr, 1 / s.tau)),
    "step": ScheduleEntry(Step, "in steps", lambda s: Step(s.lr, s.factor, int(s.tau))),
    "exponential": ScheduleEntry(Exponential, "exponential", lambda s: Exponential(s.lr, 1 / s.tau)),
    "cosine": ScheduleEntry(Cosine, "cosine", lambda s: Cosine(s.lr, s.steps)),
    "warmup": ScheduleEntry(Warmup, "warm-up, then constant", lambda s: Warmup(Constant(s.lr), int(s.tau))),
    "plateau": ScheduleEntry(Plateau, "on plateau", lambda s: Plateau(s.lr, s.factor, s.patience)),
}
