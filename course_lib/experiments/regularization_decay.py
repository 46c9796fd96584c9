"""Weight decay on points in the plane: a penalty in the loss against shrinking the weights directly.

Source: Loshchilov & Hutter 2019 (arXiv 1711.05101).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np

from course_lib.annotations import FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.clouds import DATASETS
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD, Adam, Optimizer

OPTIMIZERS = ("sgd", "adam")
RATES = {"sgd": 0.3, "adam": 0.01}
CLOUDS = {name: cloud.decay_noise for name, cloud in DATASETS.items() if cloud.decay_noise}  # name -> noise
DECAYS = (0.0, *(float(f"{10 ** (k / 2):.2g}") for k in range(-10, 2)))
POINTS, WIDTH, STEPS, DRAFT = 20, 30, 500, 100
REACH, GRID = 2.5, 72
BINS = np.linspace(0, 1.5, 46)
WAYS = ("L2 in the loss", "decoupled decay")


@dataclass(frozen=True)
class WeightDecay:
    """Two networks of the same initial weights: row 0 has ½λΣW² in the loss, row 1 shrinks W by 1 − ηλ in each step."""

    optimizer: str
    cloud: str
    weight_decay: float
    x: np.ndarray  #: (2 · points, 2) training points
    y: np.ndarray  #: (2 · points,)
    probability: np.ndarray  #: (2, GRID, GRID) of class 1; [way, i, j] belongs to x2 = axis[i], x1 = axis[j]
    counts: np.ndarray  #: (2, bins) |W| per bin of `BINS`; what lies beyond is in the last bin
    squares: np.ndarray  #: (2,) ΣW²
    train_accuracy: np.ndarray  #: (2,)
    test_accuracy: np.ndarray  #: (2,) on 400 fresh points
    distance: float  #: largest difference between the weights of the two


@checked
@lru_cache(maxsize=64)
def weight_decay(
    optimizer: Annotated[str, OneOf(OPTIMIZERS)] = "adam",
    weight_decay: float = 0.0,
    cloud: Annotated[str, OneOf(CLOUDS)] = "moons",
    steps: Natural = STEPS,
    seed: FrozenSeed = 0,
) -> WeightDecay:
    """Train 2-30-30-2 ReLU networks on 40 points, all in each step; learning rate 0.3 for SGD, 0.01 for Adam.

    In float64: the two ways differ by rounding at least, and hundreds of steps amplify it.
    """
    x, y = DATASETS[cloud](POINTS, noise=CLOUDS[cloud], seed=1)
    x_test, y_test = DATASETS[cloud](200, noise=CLOUDS[cloud], seed=2)
    shift = x.mean(axis=0)
    x, x_test = x - shift, x_test - shift
    net = MLP((2, WIDTH, WIDTH, 2), trials=2, seed=[seed, seed], l2=np.array([weight_decay, 0.0]))
    rule = {"sgd": SGD, "adam": Adam}[optimizer](lr=RATES[optimizer])
    descend(net, rule, x, y, np.array([0.0, weight_decay]), steps)
    flat = np.abs(np.concatenate([w.reshape(2, -1) for w in net.weights()], axis=1)).astype(float)
    axis = np.linspace(-REACH, REACH, GRID)
    scores = net.forward(np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2))
    probability = 1 / (1 + np.exp(np.clip(scores[..., 0] - scores[..., 1], -30, 30))).reshape(2, GRID, GRID)
    counts = np.array([np.histogram(np.minimum(row, BINS[-1]), BINS)[0] for row in flat])
    right = net.accuracy(x, y), net.accuracy(x_test, y_test)
    distance = float(np.abs(net.theta[0] - net.theta[1]).max())
    return WeightDecay(
        optimizer, cloud, weight_decay, x, y, probability, counts, np.sum(flat**2, axis=1), *right, distance
    )


def descend(net: MLP, rule: Optimizer, x: np.ndarray, y: np.ndarray, decay: np.ndarray, steps: int) -> None:
    """W ← (1 − ηλ)W, then the optimizer's step; biases are not shrunk. `decay` holds λ, one per trial.

    x (m, 2), y (m,), decay (trials,).
    """
    state, shrink = rule.init(net.theta), rule.lr * np.asarray(decay, net.dtype)[:, None, None]
    for _ in range(steps):
        net.loss_and_grad(x, y)
        for w in net.weights():
            w -= shrink * w
        rule.step(net.theta, net.grad, state)


@dataclass(frozen=True)
class Shrinking:
    """What is left of weights that start at 1 and see gradients ±G, which cancel, and weight decay."""

    gradient: tuple[float, ...]  #: G
    sgd: np.ndarray  #: (gradients,) L2 in the loss, plain SGD
    adam_l2: np.ndarray  #: (gradients,) L2 in the loss, Adam
    adam_decoupled: np.ndarray  #: (gradients,) decoupled decay, Adam


@checked
def shrinking(
    gradients: tuple[float, ...] = (0.1, 1.0, 10.0), weight_decay: float = 0.1, lr: float = 0.01, steps: Natural = 1000
) -> Shrinking:
    """Gradients +G, −G, +G, … from a loss that has no opinion on w: only the decay moves it.

    Adam divides the penalty's gradient λw by √v̂ ≈ G, as all gradients.
    """
    left = []
    for rule, coupled in ((SGD(lr), True), (Adam(lr), True), (Adam(lr), False)):
        theta = np.ones(len(gradients))
        state = rule.init(theta)
        for t in range(steps):
            loss_gradient = np.array(gradients) * (-1) ** t
            if coupled:
                rule.step(theta, loss_gradient + weight_decay * theta, state)
            else:
                theta -= lr * weight_decay * theta
                rule.step(theta, loss_gradient, state)
        left.append(theta)
    return Shrinking(tuple(gradients), *left)


@checked
def penalty_slopes(scale: float) -> tuple[float, float]:
    """Lengths of the gradients of ½Σw² and of ‖w‖ = √Σw² at a vector of length `scale`, by central differences."""
    w, h = scale * np.array([0.6, 0.8]), 1e-6
    slopes = []
    for penalty in (lambda v: 0.5 * np.sum(v**2), lambda v: np.sqrt(np.sum(v**2))):
        parts = [(penalty(w + step) - penalty(w - step)) / (2 * h) for step in h * np.eye(2)]
        slopes.append(float(np.hypot(*parts)))
    return slopes[0], slopes[1]
