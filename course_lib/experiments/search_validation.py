"""Validation data, and how they are used up: splits with and without shuffling, folds, and the winner's luck.

Source: Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, section 7.10; Saito, section 6.5.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from course_lib.annotations import Count
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.experiments.search_digits import IMAGES, objective, space_of
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Momentum
from course_lib.nn.search import plan
from course_lib.nn.training import train

RATE = 0.1  # a good learning rate for this network


def _trained(x: np.ndarray, y: np.ndarray, epochs: int = 9, seed: int = 0) -> MLP:
    net = MLP((64, 32, 10), seed=seed)
    train(net, x, y, Momentum(lr=RATE), epochs=epochs, batch_size=50, rng=0, eval_size=10)
    return net


@dataclass(frozen=True)
class Split:
    """The same network and data, cut into training and validation in two ways."""

    shuffled: bool
    classes: tuple[int, int]  #: digits that occur in the training part, in the validation part
    accuracy: float  #: on the validation part


@checked
def split(shuffled: bool, share: Annotated[float, Gt(0), Lt(1)] = 0.2) -> Split:
    """Take the digits in the order 0, 0, … 9, 9, shuffle them or not, and validate on the last `share` of them."""
    d = load_digits()
    x, y = np.concatenate([d.x_train, d.x_val]), np.concatenate([d.y_train, d.y_val])
    order = np.argsort(y, kind="stable")
    order = order[np.random.RandomState(0).permutation(len(order))] if shuffled else order
    cut = round((1 - share) * len(order))
    train_part, val_part = order[:cut], order[cut:]
    net = _trained(x[train_part], y[train_part])
    return Split(shuffled, (len(set(y[train_part])), len(set(y[val_part]))), net.accuracy(x[val_part], y[val_part]))


@checked
def folds(k: Annotated[int, Ge(2), Le(IMAGES)] = 5) -> np.ndarray:
    """k-fold cross-validation on the 500 training digits: each fifth is the validation part once, (k,).

    Returns: (k,).
    """
    d = load_digits()
    x, y = d.x_train[:IMAGES], d.y_train[:IMAGES]
    scores = []
    for part in np.array_split(np.arange(len(x)), k):
        rest = np.setdiff1d(np.arange(len(x)), part)
        scores.append(_trained(x[rest], y[rest]).accuracy(x[part], y[part]))
    return np.array(scores)


@dataclass(frozen=True)
class WinnersLuck:
    """Choose the best of T trained networks on a few images, then judge it on others; means over many choices."""

    images: tuple[int, ...]  #: how many decide
    on_these: np.ndarray  #: (sizes,) accuracy of the winner on the images that chose it
    on_others: np.ndarray  #: (sizes,) its accuracy on those that did not


@checked
def winners_luck(images: tuple[Count, ...] = (20, 60, 180), trials: Count = 40, choices: Count = 400) -> WinnersLuck:
    """Train `trials` settings in the good range once; draw the deciding images from the 360 validation digits.

    Raises: ValueError if images is above 359.
    """
    most = len(objective().y_val) - 1
    if max(images) > most:
        raise ValueError(f"images must be at most {most}, not {max(images)}.")
    base, planned = objective(), plan(space_of(3e-2, 3e-1), trials, 0)
    net = MLP(base.sizes, trials=trials, seed=[t.seed for t in planned])
    rates = np.array([[t.settings["lr"]] for t in planned])
    train(net, base.x, base.y, Momentum(lr=rates), epochs=base.epochs, batch_size=50, rng=0, eval_size=10)
    right = net.predict(base.x_val) == base.y_val  # (trials, 360)
    rng = np.random.RandomState(0)
    rows = []
    for few in images:
        orders = [rng.permutation(right.shape[1]) for _ in range(choices)]
        chosen = [(o, right[:, o[:few]].mean(axis=1).argmax()) for o in orders]
        rows.append([(right[best, o[:few]].mean(), right[best, o[few:]].mean()) for o, best in chosen])
    means = np.mean(rows, axis=1)
    return WinnersLuck(images, means[:, 0], means[:, 1])
