"""Paths of optimisers over surfaces: where they go, how fast the loss falls, how long their steps are.

Source: Saito, Deep Learning from Scratch, sections 6.1.2 to 6.1.7, for the bowl and the rates of the book.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, Natural, OneOf
from course_lib.arguments import checked
from course_lib.experiments.optimizers_conventions import ADAMS, AdamOfSaito
from course_lib.nn.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, Momentum, Optimizer
from course_lib.nn.surfaces import SURFACES, Surface

RATES = ("same", "book", "tuned")
TRIED = np.geomspace(1e-4, 10, 201)  # learning rates that "tuned" chooses from
MAX_STEPS = 200
FAR = 10.0  # pictures away from the surface's middle: lost

# Saito, Deep Learning from Scratch (2016), 6.1: his four optimizers as he wrote them
SAITO = {
    "sgd": SGD(0.95),
    "momentum": Momentum(0.1, 0.9),
    "adagrad": AdaGrad(1.5, eps=1e-7),
    "adam": AdamOfSaito(0.3, eps=1e-7),
}


@dataclass(frozen=True)
class OptimizerPath:
    """One optimiser on one surface, `steps` updates long."""

    name: str
    lr: float
    points: np.ndarray  #: (steps + 1, 2)
    loss: np.ndarray  #: (steps + 1,) f minus its lowest value
    rate: np.ndarray  #: (steps,) effective learning rate |Δθ| / |g|, NaN where the gradient is 0
    far_from: int | None  #: from this step to the last it is ten pictures away, or no number at all

    @property
    def length(self) -> float:
        """Of the whole path."""
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())

    @property
    def flips(self) -> int:
        """How often y changes its sign."""
        y = np.sign(self.points[:, 1])
        return int((y[1:] * y[:-1] < 0).sum())


@dataclass(frozen=True)
class OptimizerPaths:
    """Several optimisers from one start."""

    surface: Surface
    start: tuple[float, float]
    steps: int
    rates: str
    runs: tuple[OptimizerPath, ...]
    watch: str = "all"  # the one to be drawn strongly, the others faintly

    @property
    def ranking(self) -> list[OptimizerPath]:
        """Lowest last loss first; whoever is far outside comes last."""
        return sorted(self.runs, key=lambda run: math.inf if run.far_from is not None else run.loss[-1])


@checked
def optimizer_path(
    optimizer: Optimizer,
    surface: Annotated[str, OneOf(SURFACES)] = "bowl",
    start: Sequence[float] | None = None,
    steps: Natural = 30,
) -> OptimizerPath:
    """Follow `optimizer` over `surface`; without a `start` from the surface's own."""
    ground = SURFACES[surface]
    x, y = ground.start if start is None else start
    points, rate = _walk(optimizer, ground, (x, y), steps)
    names = {entry.make: name for name, entry in OPTIMIZERS.items()}
    name = next((names[base] for base in type(optimizer).__mro__ if base in names), type(optimizer).__name__)
    return _path(name, float(optimizer.lr), ground, points, rate)


@checked
def optimizer_paths(
    surface: Annotated[str, OneOf(SURFACES)] = "bowl",
    rates: Annotated[str, OneOf(RATES)] = "book",
    lr: float = 0.1,
    beta: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-7,
    eps_at: Annotated[str, OneOf(ADAMS)] = "uncorrected",
    weight_decay: float = 0.01,
    steps: Annotated[Count, Le(MAX_STEPS)] = 30,
    x: float | None = None,
    y: float | None = None,
    optimizers: Sequence[str] | list[str] = tuple(SAITO),
    watch: str = "all",
) -> OptimizerPaths:
    """The `optimizers`, names of `OPTIMIZERS`, from (x, y).

    rates   "same": `lr` for all; "book": Saito's hand-picked rates (0.95, 0.1, 1.5, 0.3) and like ones for the others;
            "tuned": for each the rate, of 201 from 1e-4 to 10, with the lowest loss after `steps` steps
    beta    share kept of the velocity (Momentum, Nesterov, β1) and of RMSProp's mean square; beta2 is Adam's
    eps_at  where Adam's ε stands, a name of `ADAMS`
    watch   the optimiser whose path stands out, or "all"
    """
    ground = SURFACES[surface]
    start = (ground.start[0] if x is None else float(x), ground.start[1] if y is None else float(y))
    shared = (float(beta), float(beta2), float(eps), eps_at, float(weight_decay))
    runs = []
    for name in map(known, optimizers):
        if rates == "tuned":
            rate = _tuned(name, surface, start, steps, shared)
        else:
            rate = OPTIMIZERS[name].book_rate if rates == "book" else float(lr)
        # 50 or 200 steps are kept, so that the slider that only shows more of them costs nothing
        points, effective = _kept_walk(name, rate, shared, surface, start, 50 if steps <= 50 else MAX_STEPS)
        runs.append(_path(name, rate, ground, points[: steps + 1], effective[:steps]))
    return OptimizerPaths(ground, start, steps, rates, tuple(runs), watch if watch in optimizers else "all")


@checked
def saito_paths(steps: Natural = 30) -> dict[str, OptimizerPath]:
    """The four paths of the book's figure, from (−7, 2). The figure ends one update earlier, after 29."""
    return {name: optimizer_path(optimizer, "bowl", steps=steps) for name, optimizer in SAITO.items()}


def known(name: str) -> str:
    """The name itself, if there is such an optimiser.

    Raises: ValueError if there is none.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"There is no optimiser {name!r}; choose one of {', '.join(OPTIMIZERS)}.")
    return name


def make(
    name: str,
    lr: float | np.ndarray,
    beta: float | np.ndarray = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    eps_at: str = "outside",
    weight_decay: float = 0.01,
) -> Optimizer:
    """The optimiser called `name` with those of the settings it has: beta may be its β1, the last four are Adam's.

    lr, beta (…): numbers, or arrays that broadcast with a coordinate.
    Raises: ValueError for an unknown optimizer.
    """
    entry = OPTIMIZERS[known(name)]
    shared: dict[str, Any] = {"beta": beta, "beta1": beta, "eps": eps}
    if issubclass(entry.make, Adam):
        shared |= {"beta2": beta2, "weight_decay": weight_decay}
    make: Callable[..., Optimizer] = ADAMS[eps_at] if entry.make is Adam else entry.make
    return make(lr=lr, **{setting: shared[setting] for setting in entry.settings if setting in shared})


def descend(
    optimizer: Optimizer,
    surface: Surface,
    start: Sequence[float],
    shape: tuple[int, ...],
    steps: int,
    dtype: type = np.float64,
) -> np.ndarray:
    """f of `shape` after `steps` updates of as many points at once, each with its own settings: θ is (2, *shape).

    Returns: f (*shape).
    """
    theta: np.ndarray = np.empty((2, *shape), dtype)
    theta[0], theta[1] = start
    grad, state = np.empty_like(theta), optimizer.init(theta)
    with np.errstate(all="ignore"):  # points that leave for infinity are results
        for _ in range(steps):
            grad[0], grad[1] = surface.df(theta[0], theta[1])
            optimizer.step(theta, grad, state)
        return surface.f(theta[0], theta[1])


@lru_cache(maxsize=256)
def _tuned(name: str, surface: str, start: tuple[float, float], steps: int, shared: tuple) -> float:
    final = descend(make(name, TRIED, *shared), SURFACES[surface], start, TRIED.shape, steps)
    return float(TRIED[np.argmin(np.where(np.isfinite(final), final, np.inf))])


@lru_cache(maxsize=256)
def _kept_walk(name: str, lr: float, shared: tuple, surface: str, start: tuple[float, float], steps: int):
    return _walk(make(name, lr, *shared), SURFACES[surface], start, steps)


def _walk(optimizer: Optimizer, surface: Surface, start: tuple[float, float], steps: int):
    """The points (steps + 1, 2) and the effective rates (steps,)."""
    theta, grad = np.array(start, dtype=float), np.empty(2)
    state, points, gradients = optimizer.init(theta), np.empty((steps + 1, 2)), np.empty((steps, 2))
    points[0] = theta
    with np.errstate(all="ignore"):
        for t in range(steps):
            grad[0], grad[1] = surface.df(theta.item(0), theta.item(1))  # plain floats: five times as fast
            gradients[t] = grad
            optimizer.step(theta, grad, state)
            points[t + 1] = theta
        size = np.hypot(*gradients.T)
        rate = np.hypot(*np.diff(points, axis=0).T) / np.where(size > 0, size, np.nan)
    return points, rate


def _path(name: str, lr: float, surface: Surface, points: np.ndarray, rate: np.ndarray) -> OptimizerPath:
    reach = FAR * max(abs(limit) for limits in surface.view for limit in limits)
    with np.errstate(all="ignore"):
        lost = ~(np.abs(points).max(axis=1) <= reach)
        loss = surface.value(points) - surface.lowest
    near = np.flatnonzero(~lost)  # a run may leave and come back
    away = int(near[-1]) + 1 if len(near) else 0
    return OptimizerPath(name, lr, points, loss, rate, away if lost[-1] else None)
