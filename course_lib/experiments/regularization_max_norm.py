"""Max-norm: after each update, the weights into a unit that became longer than c are cut back to length c.

Source: Srebro & Shraibman 2005; Srivastava et al. 2014, section 5.1; CS231n notes, "Neural Networks Part 2".
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.nn.optimizers import Optimizer


def project(w: np.ndarray, c: float) -> None:
    """w ← w · min(1, c/‖w‖) for the weights into each unit, in place.      w (…, n_in, units)"""
    length = np.sqrt(np.sum(w**2, axis=-2, keepdims=True))
    w *= c / np.maximum(length, c)


class Projected:
    """An optimiser, and after each of its steps the projection of `weights`, which are views of its θ."""

    def __init__(self, optimizer: Optimizer, weights: Sequence[np.ndarray], c: float) -> None:
        self.optimizer, self.lr, self.init = optimizer, optimizer.lr, optimizer.init
        self.weights, self.c = weights, c

    def step(self, theta: np.ndarray, grad: np.ndarray, state: Any, lr: Any = None) -> None:
        """One update of theta by its gradient, theta and grad (trials, P), in place; then the limit."""
        self.optimizer.step(theta, grad, state, lr)
        for w in self.weights:
            project(w, self.c)
