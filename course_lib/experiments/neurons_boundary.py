"""What a layer of neurons can separate: linear and two-layer classifiers on the spiral of CS231n's case study.

Source: CS231n notes, "Neural Networks Case Study".
"""

from __future__ import annotations

import bisect
import math
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Le

from course_lib.annotations import FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.clouds import spiral
from course_lib.nn.activations import softmax
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.nn.training import train

REACH = 1.25  # the plane is shown for |x1|, |x2| ≤ REACH
GRID = 128
LEARNING_RATE, PENALTY = 1.0, 1e-3  # as in the case study
MOST_STEPS = 9000
RECORDED = sorted({0, 190, MOST_STEPS} | {round(10 ** (k / 12)) for k in range(48)})
INITS: dict[str, Any] = {"glorot": "glorot", "0.01": ("normal", {"std": 0.01})}


@dataclass(frozen=True)
class SpiralFit:
    """A classifier on the 300 points of the spiral after `steps` steps of full-batch gradient descent."""

    hidden: int  #: units; 0 is the linear classifier
    activation: str  #: "identity" for the linear one
    steps: int
    loss: float  #: penalty included
    accuracy: float  #: share of the 300 points
    step: np.ndarray  #: (records,) recorded steps up to `steps`
    losses: np.ndarray  #: (records,)
    x: np.ndarray  #: (300, 2) the points
    y: np.ndarray  #: (300,) their classes
    region: np.ndarray  #: (GRID, GRID) predicted class; [i, j] belongs to x2 = axis[i], x1 = axis[j]
    confidence: np.ndarray  #: (GRID, GRID) probability of that class, 1/3 … 1
    lines: np.ndarray  #: (hidden, 2, 2), empty unless asked for: where w·x + b = 0 in each unit, two ends (x1, x2)


@checked
def spiral_fit(
    hidden: Annotated[Natural, Le(500)] = 16,
    activation: str = "relu",
    seed: FrozenSeed = 0,
    steps: Annotated[Natural, Le(MOST_STEPS)] = 3162,
    init: Annotated[str, OneOf(INITS)] = "glorot",
    show_lines: bool = False,
    budget: Natural | None = None,
) -> SpiralFit:
    """Train softmax(W₂ᵀ f(W₁ᵀx + b₁) + b₂), or softmax(Wᵀx + b) if `hidden` is 0, on three arms of 100 points.

    All data in each step, learning rate 1, penalty ½·10⁻³·ΣW², as in the case study. `init` "0.01" is its start,
    0.01·N(0, 1); "glorot" needs fewer steps. `budget` lets a draft make at most that many new steps: what has been
    trained before, for the same network, is never trained again. Twelve steps per decade are kept (`RECORDED`); the
    result is that of the last of them up to `steps`.
    """
    if hidden == 0:
        activation, init = "identity", "0.01"  # convex: every start ends in the same minimum
    run = _run(hidden, activation, seed, init)
    step, losses, theta = run.to(steps, budget)
    net, (x, y) = run.net.copy(), spiral()  # beside the one that trains
    net.theta = theta
    reached = int(step[-1]), float(losses[-1]), net.accuracy(x, y)
    lines = _lines(net) if hidden and show_lines else np.empty((0, 2, 2))
    return SpiralFit(hidden, activation, *reached, step, losses, x, y, *_plane(net), lines)


class _Run:
    """One network while it learns, with its parameters at the recorded steps."""

    def __init__(self, hidden: int, activation: str, seed: int, init: str) -> None:
        sizes = [2, hidden, 3] if hidden else [2, 3]
        self.net = MLP(sizes, activation=activation, init=INITS[init], l2=PENALTY, seed=np.random.RandomState(seed))
        self.x, self.y = spiral()
        self.step = 0
        self.steps: list[int] = []
        self.losses: list[float] = []
        self.thetas: list[np.ndarray] = []
        self.lock = threading.Lock()  # a draft and the full result may be asked for at once

    def to(self, steps: int, budget: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Recorded steps and losses up to `steps`, and θ there; with a budget, as far as it reaches."""
        # A draft does not wait while the full result is being trained: it takes what there is already.
        mine = self.lock.acquire(blocking=budget is None or not self.steps)
        try:
            until = steps if budget is None else min(steps, max(self.step, budget))
            if mine:
                for record in RECORDED[len(self.steps) : bisect.bisect_right(RECORDED, until)]:
                    self._train(record)
            last = bisect.bisect_right(self.steps, until)
            return np.array(self.steps[:last]), np.array(self.losses[:last]), self.thetas[last - 1]
        finally:
            if mine:
                self.lock.release()

    def _train(self, until: int) -> None:
        steps = until - self.step
        train(self.net, self.x, self.y, SGD(lr=LEARNING_RATE), steps=steps, batch_size=None, record_every=steps or 1)
        self.losses.append(self.net.loss(self.x, self.y))
        self.thetas.append(self.net.theta.copy())
        self.steps.append(until)  # last: it makes the record visible to a draft
        self.step = until


_run = lru_cache(maxsize=128)(_Run)


def _plane(net: MLP) -> tuple[np.ndarray, np.ndarray]:
    """The predicted class and its probability on the grid."""
    axis = np.linspace(-REACH, REACH, GRID)
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    p = softmax(np.concatenate([net.forward(part) for part in np.split(points, 16)]))  # in parts that fit into a cache
    region = p.argmax(axis=1)
    return region.reshape(GRID, GRID), p[np.arange(len(p)), region].reshape(GRID, GRID)


def _lines(net: MLP) -> np.ndarray:
    """Two points of w·x + b = 0 for every hidden unit, far enough apart to cross the plane."""
    first = net.layers[0]
    w, b = first.params["W"].T.astype(float), first.params["b"][0].astype(float)
    squared = np.maximum((w**2).sum(axis=1), 1e-30)[:, None]
    foot = -b[:, None] / squared * w
    along = np.stack([-w[:, 1], w[:, 0]], axis=1) / np.sqrt(squared)
    ends = np.stack([foot - 4 * along, foot + 4 * along], axis=1)
    return np.clip(ends, -1e3, 1e3)


@dataclass(frozen=True)
class DuplicatedInput:
    """Linear classifiers on the spiral, with x2 fed once and twice."""

    inputs: tuple[str, ...]
    rank: tuple[int, ...]  #: of the matrix of inputs
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    first: tuple[float, ...]  #: the weight from the first copy of x2 to class 0
    second: tuple[float, ...]  #: and from the second, NaN where there is none


@checked
def duplicated_input(steps: Natural = 2000) -> DuplicatedInput:
    """Train on (x1, x2) and on (x1, x2, x2): linearly dependent inputs share the weight, and the loss is the same.

    From zero, no penalty, learning rate 1, all data in each step.
    """
    x, y = spiral()
    results = []
    for names, columns in ((("x1", "x2"), [0, 1]), (("x1", "x2", "x2"), [0, 1, 1])):
        inputs = x[:, columns]
        net = MLP([len(columns), 3], init="zeros")
        (w,) = net.weights()
        train(net, inputs, y, SGD(lr=LEARNING_RATE), steps=steps, batch_size=None, record_every=steps)
        rank, second = int(np.linalg.matrix_rank(inputs)), float(w[2, 0]) if len(w) > 2 else math.nan
        scores = net.loss(inputs, y), net.accuracy(inputs, y)
        results.append((", ".join(names), rank, *scores, float(w[1, 0]), second))
    return DuplicatedInput(*zip(*results, strict=True))
