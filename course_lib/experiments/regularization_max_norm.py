"""Max-norm: after each update, the weights into a unit that became longer than c are cut back to length c.

Source: Srebro & Shraibman 2005; Srivastava et al. 2014, section 5.1; CS231n notes, "Neural Networks Part 2".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.annotations import Positive
from course_lib.arguments import checked
from course_lib.experiments.regularization import BATCH, LEARNING_RATE, shared_digits, spoiled_labels
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Adam
from course_lib.nn.training import train


def project(w: np.ndarray, c: float) -> None:
    """w ← w · min(1, c/‖w‖) for the weights into each unit, in place.      w (…, n_in, units)"""
    length = np.sqrt(np.sum(w**2, axis=-2, keepdims=True))
    w *= c / np.maximum(length, c)


@dataclass(frozen=True)
class MaxNorm:
    """One entry for each of the networks, which differ in their seeds."""

    train_accuracy: np.ndarray  #: (seeds,)
    val_accuracy: np.ndarray  #: (seeds,)
    val_loss: np.ndarray  #: (seeds,)
    longest: np.ndarray  #: (seeds,) the largest length of the weights into one hidden unit


class _Projected:
    """Adam, then the projection of the hidden layers of `net`."""

    def __init__(self, adam: Adam, net: MLP, c: float) -> None:
        self.adam, self.lr, self.init, self.hidden, self.c = adam, adam.lr, adam.init, net.weights()[:-1], c

    def step(self, theta: np.ndarray, grad: np.ndarray, state: Any, lr: Any = None) -> None:
        self.adam.step(theta, grad, state, lr)
        for w in self.hidden:  # views of theta
            project(w, self.c)


@checked
def max_norm(c: Positive | None, wrong: float = 0.2, steps: int = 600, seeds: int = 3) -> MaxNorm:
    """Train 64-100-100-10 on 300 digits, of whose labels a share is `wrong`, with ‖w‖ ≤ c for each hidden unit.

    w are the weights into one unit; c None: no limit. Else as in `overfitting`, in float64.
    """
    digits = shared_digits()
    x, y = digits.x_train[:300], spoiled_labels(digits.y_train[:300], wrong)
    net = MLP((64, 100, 100, 10), trials=seeds, seed=list(range(seeds)), dtype=np.float64)
    adam = Adam(lr=LEARNING_RATE)
    train(net, x, y, adam if c is None else _Projected(adam, net, c), steps=steps, batch_size=BATCH, rng=0)
    longest = [np.sqrt(np.sum(w**2, axis=-2)).max(axis=-1) for w in net.weights()[:-1]]
    return MaxNorm(
        net.accuracy(x, y),
        net.accuracy(digits.x_val, digits.y_val),
        net.loss(digits.x_val, digits.y_val),
        np.max(longest, axis=0),
    )
