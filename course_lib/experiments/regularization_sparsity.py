"""L1 and L2 on the weights of one softmax layer: which of them makes weights exactly 0.

Source: Tibshirani 1996 (L1); Parikh & Boyd 2014, Proximal Algorithms, for the proximal step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from course_lib.annotations import FrozenSeed, OneOf
from course_lib.arguments import checked
from course_lib.experiments.regularization import shared_digits
from course_lib.nn.losses import softmax_cross_entropy

RULES = ("L1, proximal", "L1, subgradient", "L2")


@dataclass(frozen=True)
class Sparsity:
    """One softmax layer, 64-10, on 300 digits, under one penalty of one strength."""

    weights: np.ndarray  #: (64, 10) at the end
    accuracy: float  #: on 297 validation digits

    @property
    def zeros(self) -> float:
        """The share of weights that are exactly 0."""
        return float(np.mean(self.weights == 0))


@checked
def sparsity(
    rule: Annotated[str, OneOf(RULES)], strength: float, steps: int = 2000, lr: float = 0.5, seed: FrozenSeed = 0
) -> Sparsity:
    """Gradient descent on J = L + λΣ|W|, or L + ½λΣW², with the full batch; λ is `strength`, biases are left out.

    "L1, subgradient": W ← W − η(∂L/∂W + λ sign W).  "L2": W ← W − η(∂L/∂W + λW).
    "L1, proximal": V = W − η ∂L/∂W, then W ← sign(V) max(|V| − ηλ, 0): moved towards 0 by ηλ, and never across it.
    """
    digits = shared_digits()
    x, y = digits.x_train[:300].astype(np.float64), digits.y_train[:300]
    w, b = 0.1 * np.random.default_rng(seed).standard_normal((64, 10)), np.zeros(10)
    for _ in range(steps):
        _, error = softmax_cross_entropy(x @ w + b, y)
        slope = x.T @ error
        if rule == "L1, subgradient":
            slope += strength * np.sign(w)
        elif rule == "L2":
            slope += strength * w
        w -= lr * slope
        if rule == "L1, proximal":
            w = np.sign(w) * np.maximum(np.abs(w) - lr * strength, 0)
        b -= lr * error.sum(axis=0)
    right = (digits.x_val @ w + b).argmax(axis=1) == digits.y_val
    return Sparsity(w, float(right.mean()))
