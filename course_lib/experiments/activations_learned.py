"""Activations that learn: the slope of PReLU on the digits, and the pieces of one maxout unit on a curve."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_lib.data.digits import load_digits
from course_lib.nn.layers import Dense, Maxout, PReLU
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD, Adam

RIVALS = ("PReLU, α learned", "leaky ReLU, α fixed", "ReLU")
EPOCHS, EVERY, WIDTH = 15, 16, 32  # updates between two looks: about half an epoch


@dataclass(frozen=True)
class LearnedSlope:
    """Three 64-32-32-10 networks from one start: PReLU, leaky ReLU with its first α for ever, ReLU."""

    start: float
    lr: float
    decay: float
    per_channel: bool
    names: tuple[str, ...]
    epoch: np.ndarray  # (records,)
    alpha: np.ndarray  # (records, 2 layers, slopes): 1 slope per layer, or 32 with per_channel
    loss: np.ndarray  # (records, 3) on the training set, NaN after divergence
    diverged_at: float  # epoch at which PReLU's loss left the numbers, or NaN


def learned_slope(
    start: float = 0.25,
    lr: float = 0.1,
    decay: float = 0.0,
    per_channel: bool = False,
    epochs: int = EPOCHS,
    seed: int = 0,
) -> LearnedSlope:
    """α ← α − η(∂J/∂α + λα),   ∂J/∂α = Σ ∂J/∂y · min(0, x):   the slope learns by backpropagation like a weight.

    All 1078 training digits, batches of 32, plain SGD, He's weights. `decay` is λ, on α alone: He et al. 2015
    (section 2.2) leave it out, because it pulls α to 0 and PReLU towards ReLU.
    """
    if not 0 <= epochs <= EPOCHS or decay < 0:
        raise ValueError(f"epochs must be 0 to {EPOCHS} and decay not negative, not {epochs} and {decay}.")
    epoch, alpha, loss = _slope_run(float(start), float(lr), float(decay), bool(per_channel), epochs, seed)
    sound = np.isfinite(loss[:, 0]) & np.isfinite(alpha).all(axis=(1, 2))
    alpha, loss = np.where(sound[:, None, None], alpha, np.nan), np.where(np.isfinite(loss), loss, np.nan)
    diverged_at = math.nan if sound.all() else float(epoch[sound.argmin()])
    return LearnedSlope(start, lr, decay, per_channel, RIVALS, epoch, alpha, loss, diverged_at)


@lru_cache(maxsize=64)
def _slope_run(start: float, lr: float, decay: float, per_channel: bool, epochs: int, seed: int):
    digits = load_digits()
    x, y = digits.x_train.astype(np.float32), digits.y_train
    sizes = [x.shape[1], WIDTH, WIDTH, 10]
    unit = ("prelu", {"alpha": start, "per_channel": per_channel})
    net = MLP(sizes, activation=unit, trials=3, seed=seed, dtype=np.float32)
    for w in net.weights():
        w[1:] = w[0]
    slopes = [layer for layer in net.layers if isinstance(layer, PReLU)]
    fixed = [start, 0.0]
    optimizer, rng = SGD(lr=lr), np.random.default_rng(seed)
    state, records, step = optimizer.init(net.theta), [], 0
    with np.errstate(all="ignore"):  # divergence is a result
        for epoch in range(epochs + 1):
            batches = rng.permutation(len(x))[: len(x) // 32 * 32].reshape(-1, 32)
            for batch in batches if epoch < epochs else batches[:1]:
                for layer in slopes:
                    layer.params["alpha"][1:] = np.reshape(fixed, (2, 1, 1))
                if step % EVERY == 0:
                    alphas = np.array([layer.params["alpha"][0, 0] for layer in slopes])
                    records.append((step / len(batches), alphas, net.loss(x, y)))
                net.loss_and_grad(x[batch], y[batch])
                for layer in slopes:
                    layer.grads["alpha"] += decay * layer.params["alpha"]
                optimizer.step(net.theta, net.grad, state)
                step += 1
    return tuple(np.array(column, dtype=float) for column in zip(*records, strict=True))


CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "x²": lambda x: x**2,
    "|x|": np.abs,
    "ReLU": lambda x: np.maximum(x, 0.0),
    "leaky ReLU, 0.1": lambda x: np.maximum(x, 0.1 * x),
    "eˣ − 1": np.expm1,
    "sin 3x (not convex)": lambda x: np.sin(3 * x),
}
PIECES, FIT_STEPS, FIT_EVERY = 8, 600, 20


@dataclass(frozen=True)
class MaxoutFit:
    """One maxout unit max_k(w_k x + b_k) after `steps` steps of learning a curve on 201 points of [−1, 1]."""

    curve: str
    pieces: int
    steps: int
    x: np.ndarray
    target: np.ndarray
    w: np.ndarray  # (pieces,)
    b: np.ndarray
    y: np.ndarray  # what the unit computes
    used: np.ndarray  # (pieces,) whether the piece is the largest anywhere
    rmse: float  # root of the mean squared error
    rmse_by_pieces: np.ndarray  # (8,) after the same number of steps, for 1 … 8 pieces
    best_by_pieces: np.ndarray | None  # (8,) the smallest error possible, known for x²


def maxout_fit(
    pieces: int = 4, curve: str = "x²", steps: int = FIT_STEPS, seed: int = 0
) -> MaxoutFit:
    """Fit f(x) ≈ max_k (w_k x + b_k) by Adam on the mean squared error, from random lines.

    A maximum of lines is convex, so a convex curve can be approached as closely as one likes with more pieces. For x²
    the best k pieces touch it evenly, and the error is 4/(√180 k²).   Goodfellow et al. 2013 (arXiv 1302.4389).
    """
    if curve not in CURVES:
        raise ValueError(f"There is no curve {curve!r}; choose one of {', '.join(CURVES)}.")
    if not 1 <= pieces <= PIECES or not 0 <= steps <= FIT_STEPS:
        raise ValueError(f"pieces must be 1 to {PIECES} and steps 0 to {FIT_STEPS}, not {pieces} and {steps}.")
    x = np.linspace(-1, 1, 201)
    target = CURVES[curve](x)
    runs = [_fit(k, curve, seed)[steps // FIT_EVERY] for k in range(1, PIECES + 1)]
    lines = [np.outer(x, w) + b for w, b in runs]
    errors = [float(np.sqrt(np.mean((line.max(axis=1) - target) ** 2))) for line in lines]
    mine, (w, b) = lines[pieces - 1], runs[pieces - 1]
    used = np.isin(np.arange(pieces), mine.argmax(axis=1))
    best = 4 / (math.sqrt(180) * np.arange(1, PIECES + 1) ** 2) if curve == "x²" else None
    y = mine.max(axis=1)
    return MaxoutFit(curve, pieces, steps, x, target, w, b, y, used, errors[pieces - 1], np.array(errors), best)


@lru_cache(maxsize=128)
def _fit(pieces: int, curve: str, seed: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """(w, b) of every piece at every recorded step."""
    x = np.linspace(-1, 1, 201)[:, None]
    target = CURVES[curve](x)
    dense, maxout = Dense(1, pieces), Maxout(pieces)
    theta, grad = np.random.default_rng(seed).standard_normal((2, pieces)), np.zeros((2, pieces))
    theta[1] *= 0.1
    start = theta.copy()
    dense.bind({"W": theta[:1], "b": theta[1:]}, {"W": grad[:1], "b": grad[1:]})
    theta[...] = start
    optimizer, records = Adam(lr=0.03), []
    state = optimizer.init(theta)
    for step in range(FIT_STEPS + 1):
        if step % FIT_EVERY == 0:
            records.append(tuple(theta.copy()))
        y = maxout.forward(dense.forward(x))
        dense.backward(maxout.backward(2 * (y - target) / len(x)), need_dx=False)
        optimizer.step(theta, grad, state)
    return tuple(records)
