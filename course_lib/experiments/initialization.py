"""What chapter 05 measures beside `signals`: how symmetry breaks, and which initial scale trains fastest.

Source: CS231n notes, "Neural Networks Part 2", section "Weight initialization"; Glorot & Bengio 2010; He et al. 2015.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.clouds import spiral
from course_lib.data.digits import load_digits
from course_lib.experiments.signals import SCHEMES
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.nn.training import train


@checked
def std_of_a_sum(inputs: Natural, weight_std: float = 1.0, samples: Natural = 5000, seed: FrozenSeed = 0) -> float:
    """Measured standard deviation of y = Σ wᵢxᵢ over `inputs` terms, w ~ N(0, weight_std²), x ~ N(0, 1).

    Independent terms add their variances: Var(y) = n·Var(w)·Var(x).
    """
    rng = np.random.RandomState(seed)
    w = weight_std * rng.standard_normal((samples, inputs))
    return float(np.einsum("si,si->s", w, rng.standard_normal((samples, inputs))).std())


STARTS = {"zeros": 0.0, "ones": 1.0, "0.01·randn": None}


@checked
def softmax_regression(steps: Natural) -> dict[str, float]:
    """Loss of a linear softmax classifier on the spiral after `steps` full-batch steps, for each of `STARTS`.

    Learning rate 1, penalty ½·10⁻³·ΣW², as in the case study of CS231n. The loss is convex, so every start ends in
    the same minimum, 0.78623.
    """
    x, y = spiral()
    net = MLP([2, 3], init="zeros", trials=len(STARTS), l2=1e-3)
    (w,) = net.weights()
    draw = np.random.RandomState(0).standard_normal((2, 3))
    w[...] = [0.01 * draw if value is None else np.full((2, 3), value) for value in STARTS.values()]
    train(net, x, y, SGD(lr=1.0), steps=steps, batch_size=None, record_every=steps)
    return dict(zip(STARTS, map(float, net.loss(x, y))))


UNITS = 12
SYMMETRY_STEPS = 300


@dataclass(frozen=True)
class Symmetry:
    """A 64-12-10 tanh network on 300 digits, step by step; arrays have one entry per recorded step."""

    constant: float
    noise: float
    step: np.ndarray  #: (records,) recorded steps, 0 … `steps`
    loss: np.ndarray  #: (records,)
    distinct: np.ndarray  #: (records,) hidden units that differ from all others before them
    rank: np.ndarray  #: (records,) singular values of W1 above 1 % of the largest
    weights: np.ndarray  #: (12, 64) incoming weights of the hidden units after the last step
    accuracy: float  #: on the 300 digits, after the last step


@checked
def symmetry(
    constant: float = 0.05,
    noise: float = 0.0,
    steps: Annotated[Natural, Le(SYMMETRY_STEPS)] = 300,
    lr: float = 0.5,
    seed: FrozenSeed = 0,
    budget: Annotated[Natural, Le(SYMMETRY_STEPS)] = SYMMETRY_STEPS,
) -> Symmetry:
    """Train from W = constant + noise·Z in both layers, with full-batch gradient descent on 300 digits.

    Units with equal incoming and outgoing weights get equal gradients and stay copies of one another; two units count
    as distinct when their weights differ by more than 1 % of the typical size. `noise` breaks the tie. `budget` lets a
    draft make at most that many steps.
    """
    at, loss, distinct, rank, weights, accuracy = _symmetry_run(constant, noise, lr, seed, budget)
    shown = max(1, int(np.searchsorted(at, steps, side="right")))
    curves = at[:shown], loss[:shown], distinct[:shown], rank[:shown]
    return Symmetry(constant, noise, *curves, weights[shown - 1], float(accuracy[shown - 1]))


@lru_cache(maxsize=32)
def _symmetry_run(constant: float, noise: float, lr: float, seed: int, budget: int):
    digits = load_digits()
    x, y = digits.x_train[:300], digits.y_train[:300]
    net = MLP([64, UNITS, 10], "tanh", "zeros", seed=seed)
    rng = np.random.default_rng(seed)
    for w in net.weights():
        w += constant + noise * rng.standard_normal(w.shape)
    optimizer, records = SGD(lr=lr), []
    state = optimizer.init(net.theta)
    with np.errstate(all="ignore"):  # divergence shows in the loss
        for step in range(budget + 1):
            loss = float(net.loss_and_grad(x, y))
            if step % 5 == 0:
                incoming, outgoing = net.weights()
                units = np.hstack([incoming.T, outgoing])
                records.append((step, loss, _distinct(units), _rank(incoming), incoming.T.copy(), net.accuracy(x, y)))
            optimizer.step(net.theta, net.grad, state)
    return tuple(np.array(column) for column in zip(*records, strict=True))


def _distinct(units: np.ndarray) -> int:
    """How many rows differ from every row above them by more than 1 % of the typical row norm."""
    distance = np.linalg.norm(units[:, None] - units[None, :], axis=-1)
    close = distance <= 0.01 * np.sqrt(np.mean(np.sum(units**2, axis=1)))
    return int(np.sum(~np.tril(close, -1).any(axis=1)))


def _rank(w: np.ndarray) -> int:
    values = np.linalg.svd(w, compute_uv=False) if np.isfinite(w).all() else np.zeros(1)
    return int(np.sum(values > 0.01 * values[0])) if values[0] > 0 else 0


RECORD_EVERY, WIDTH = 20, 32
RACERS = ("zeros", "0.01", "xavier", "he", "1.0", "custom")


@dataclass(frozen=True)
class InitializationRace:
    """Training curves of equal networks that differ only in the scale of their first weights; one row per racer."""

    activation: str
    depth: int
    lr: float
    scale: float
    init: str  #: the racer the learner watches
    names: tuple[str, ...]
    step: np.ndarray  #: (records,)
    loss: np.ndarray  #: (racers, records), loss on the whole training set; NaN after divergence
    accuracy: np.ndarray  #: (racers,) on the validation set; NaN after divergence
    diverged_at: np.ndarray  #: (racers,) step, or −1


@checked
def initialization_race(
    init: Annotated[str, OneOf(RACERS)] = "xavier",
    activation: str = "tanh",
    lr: float = 0.1,
    scale: float = 0.1,
    depth: Natural = 4,
    steps: Natural = 300,
    seed: FrozenSeed = 0,
) -> InitializationRace:
    """Train 64-32-…-32-10 networks (`depth` hidden layers) on the digits, one for each scheme of `RACERS`, all at once.

    Mini-batches of 64, plain SGD. Every network starts from the same draw Z times its own scale, and sees the
    same batches. "custom" has weights N(0, scale²).
    """
    history, accuracy = _trained(RACERS, activation, lr, scale, depth, steps, (seed,), RECORD_EVERY)
    loss = np.where(np.isfinite(history.loss.T), history.loss.T, np.nan)
    run = history.step, loss, accuracy, history.diverged_at
    return InitializationRace(activation, depth, lr, scale, init, RACERS, *run)


@lru_cache(maxsize=32)
def _trained(
    names, activation: str, lr: float, scale: float, depth: int, steps: int, seeds: tuple[int, ...], every: int
):
    """History and validation accuracies of one network for each name and seed, all in step and on the same batches."""
    digits = load_digits()
    net = MLP([64, *[WIDTH] * depth, 10], activation, "zeros", trials=len(names) * len(seeds))
    rngs = [np.random.default_rng(seed) for seed in seeds]
    for w in net.weights():
        draws = np.array([rng.standard_normal(w.shape[-2:]) for rng in rngs])
        stds = [scale if name == "custom" else SCHEMES[name](w.shape[-2]) for name in names]
        w[...] = np.multiply.outer(stds, draws).reshape(w.shape)
    history = train(net, *digits.training, SGD(lr=lr), steps=steps, batch_size=64, rng=seeds[0], record_every=every)
    with np.errstate(all="ignore"):
        accuracy = np.asarray(net.accuracy(digits.x_val, digits.y_val))
    # A racer that diverged predicts nothing: of outputs that are NaN, argmax would name class 0.
    return history, np.where(history.diverged_at >= 0, np.nan, accuracy)


@checked
def accuracy_by_scheme(
    activation: str, lr: float, depth: Natural = 4, steps: Natural = 300, seeds: Natural = 5
) -> dict[str, np.ndarray]:
    """Validation accuracies of the networks of `initialization_race` but "custom": scheme -> (seeds,), one per draw.

    NaN for a draw that diverges.

    Returns: scheme -> (seeds,).
    """
    names = RACERS[:-1]
    _, accuracy = _trained(names, activation, lr, math.nan, depth, steps, tuple(range(seeds)), steps)
    return dict(zip(names, accuracy.reshape(len(names), seeds), strict=True))


@checked
def mean_over_seeds(values: Sequence[float]) -> str:
    """Their mean, in two decimals where they lie within 0.08 of one another and in one where they scatter.

    Training that scatters over seeds scatters over machines too, by less: one decimal holds on all of them.
    """
    return f"{np.mean(values):.{2 if np.ptp(values) < 0.08 else 1}f}"


@dataclass(frozen=True)
class Memorisation:
    """A deep sigmoid network trained from several scales; one entry per scale."""

    std: np.ndarray  #: (scales,)
    first_loss: np.ndarray  #: (scales,)
    train_accuracy: np.ndarray  #: (scales,)
    test_accuracy: np.ndarray  #: (scales,)


@checked
def memorisation(
    stds: tuple[float, ...] = (0.01, 0.1, 0.4, 1.0), lr: float = 1.0, steps: Natural = 100, seed: FrozenSeed = 0
) -> Memorisation:
    """Train 100-100×5-10 sigmoid networks, weights N(0, std²), on 300 points of ten Gaussian classes; test on 300 more.

    Class centres are 0.5·N(0, 1) in 100 dimensions, the points lie around them with variance 1. Full-batch descent.
    """
    rng = np.random.RandomState(seed)
    centres = 0.5 * rng.standard_normal((10, 100))
    y = np.arange(600) % 10
    x = centres[y] + rng.standard_normal((600, 100))
    net = MLP([*[100] * 6, 10], activation="sigmoid", init="zeros", trials=len(stds))
    for w in net.weights():
        w[...] = np.array(stds)[:, None, None] * rng.standard_normal(w.shape[-2:])
    history = train(net, x[:300], y[:300], SGD(lr=lr), steps=steps, batch_size=None, record_every=steps)
    accuracy = [np.asarray(net.accuracy(x[part], y[part])) for part in (slice(0, 300), slice(300, 600))]
    return Memorisation(np.array(stds), history.loss[0], *accuracy)
