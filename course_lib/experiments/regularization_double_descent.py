"""Double descent, small: random ReLU features and the least squares fit of smallest norm, on real digits.

Source: Belkin et al. 2019 (arXiv 1812.11118).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from course_lib.annotations import Count, Natural
from course_lib.arguments import checked
from course_lib.experiments.regularization import shared_digits

SEEDS = 10


@dataclass(frozen=True)
class DoubleDescent:
    """Over `SEEDS` draws of features and training images: means, if nothing else is said."""

    features: int
    train: float  #: share of training images that are right
    right: float  #: share of validation images
    norm: float  #: length of the weights of a class, the median of the draws


@checked
@cache
def double_descent(features: Count, images: Count = 200, ridge: float = 0.0, seeds: Natural = SEEDS) -> DoubleDescent:
    """h = relu(xV) with a fixed random V (64, features); only W is fitted, to targets 1 for the class and 0 elsewhere.

    ridge 0: of all W with the least square error the shortest, W = h⁺T.  ridge λ > 0: W minimises |hW − T|² + λ|W|².
    """
    digits = shared_digits()
    x, y = digits.x_train.astype(np.float64), digits.y_train
    runs = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        chosen = rng.permutation(len(x))[:images]
        V = rng.standard_normal((64, features)) / 8
        h, h_val = (np.maximum(part @ V, 0) for part in (x[chosen], digits.x_val.astype(np.float64)))
        u, s, vt = np.linalg.svd(h, full_matrices=False)
        weak = s > 1e-10 * s[0]
        W = vt[weak].T @ ((s[weak] / (s[weak] ** 2 + ridge))[:, None] * (u[:, weak].T @ np.eye(10)[y[chosen]]))
        judged = ((h, y[chosen]), (h_val, digits.y_val))
        trained, right = (((part @ W).argmax(axis=1) == labels).mean() for part, labels in judged)
        runs.append((trained, right, np.sqrt(np.mean(np.sum(W * W, axis=0)))))
    columns = np.array(runs).T
    return DoubleDescent(features, float(columns[0].mean()), float(columns[1].mean()), float(np.median(columns[2])))
