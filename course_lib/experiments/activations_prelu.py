"""An activation that learns: PReLU's slope α, trained by backpropagation on the digits.

Source: He et al. 2015 (arXiv 1502.01852), section 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import FrozenSeed, Natural, NotNegative
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.layers import PReLU
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD

RIVALS = ("PReLU, α learned", "leaky ReLU, α fixed", "ReLU")
EPOCHS, EVERY, WIDTH, BATCH = 15, 11, 32, 32  # 11 updates between two evaluations: a third of an epoch


@dataclass(frozen=True)
class LearnedSlope:
    """Three 64-32-32-10 networks from one start: PReLU, leaky ReLU with its first α for ever, ReLU."""

    start: float
    lr: float
    decay: float
    per_channel: bool
    names: tuple[str, ...]
    epoch: np.ndarray  #: (records,)
    alpha: np.ndarray  #: (records, 2 layers, slopes) 1 slope per layer, or 32 with per_channel
    loss: np.ndarray  #: (records, 3) on the training set, NaN after divergence
    diverged_at: float  #: epoch at which PReLU's loss left the numbers, or NaN


@checked
def learned_slope(
    start: float = 0.25,
    lr: float = 0.1,
    decay: NotNegative = 0.0,
    per_channel: bool = False,
    epochs: Annotated[Natural, Le(EPOCHS)] = EPOCHS,
    seed: FrozenSeed = 0,
) -> LearnedSlope:
    """α ← α − η(∂J/∂α + λα),   ∂J/∂α = Σ ∂J/∂y · min(0, x):   the slope learns by backpropagation like a weight.

    All 1078 training digits, batches of 32, plain SGD, He's weights. `decay` is λ, on α alone: He et al. 2015
    (section 2.1) leave it out, because it pulls α to 0 and PReLU towards ReLU.
    """
    epoch, alpha, loss = _slope_run(start, lr, decay, per_channel, epochs, seed)
    sound = np.isfinite(loss[:, 0]) & np.isfinite(alpha).all(axis=(1, 2))
    alpha, loss = np.where(sound[:, None, None], alpha, np.nan), np.where(np.isfinite(loss), loss, np.nan)
    diverged_at = math.nan if sound.all() else float(epoch[sound.argmin()])
    return LearnedSlope(start, lr, decay, per_channel, RIVALS, epoch, alpha, loss, diverged_at)


@lru_cache(maxsize=64)
def _slope_run(start: float, lr: float, decay: float, per_channel: bool, epochs: int, seed: int):
    x, y = load_digits().training
    net = MLP([64, WIDTH, WIDTH, 10], ("prelu", {"alpha": start, "per_channel": per_channel}), trials=3, seed=seed)
    for w in net.weights():
        w[1:] = w[0]
    slopes = [layer for layer in net.layers if isinstance(layer, PReLU)]
    fixed = np.array([start, 0.0]).reshape(2, 1, 1)
    for layer in slopes:
        layer.params["alpha"][1:] = fixed
    optimizer, rng = SGD(lr=lr), np.random.default_rng(seed)
    state, records, per_epoch = optimizer.init(net.theta), [], len(x) // BATCH
    with np.errstate(all="ignore"):  # divergence is a result
        for step in range(epochs * per_epoch + 1):
            if step % per_epoch == 0:
                order = rng.permutation(len(x))
            if step % EVERY == 0:
                alphas = np.array([layer.params["alpha"][0, 0] for layer in slopes])
                records.append((step / per_epoch, alphas, net.loss(x, y)))
            batch = order[step % per_epoch * BATCH :][:BATCH]
            net.loss_and_grad(x[batch], y[batch])
            for layer in slopes:
                layer.grads["alpha"] += decay * layer.params["alpha"]
            optimizer.step(net.theta, net.grad, state)
            for layer in slopes:
                layer.params["alpha"][1:] = fixed
    return tuple(np.array(column, dtype=float) for column in zip(*records, strict=True))
