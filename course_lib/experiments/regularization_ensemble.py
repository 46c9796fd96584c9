"""Ensembles on the digits: networks trained apart, or one network with many dropout masks, averaged.

Source: CS231n notes, "Neural Networks Part 3", "Model ensembles"; Gal & Ghahramani 2016 for averages over masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.activations import softmax
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Adam

KINDS = ("separate", "dropout")
MEMBERS, IMAGES, DROP, STEPS, BATCH, TEST = 15, (50, 100, 200, 300, 500), 0.5, 200, 16, 1297
HIDDEN = {"separate": (32, 32, 32), "dropout": (64,)}
EDGES = np.linspace(0, 1, 11)


@dataclass(frozen=True)
class Ensemble:
    """Averages of the first 1, 2, … 15 members' probabilities on 1297 digits nobody was trained on."""

    kind: str
    members: int
    images: int
    accuracy: np.ndarray  #: (15,) of the average of the first k members
    alone: np.ndarray  #: (15,) of each member by itself
    loss: np.ndarray  #: (15,) cross-entropy of the average
    whole: float  #: accuracy of the one network with all units on, scaled (dropout); NaN for separate networks
    confidence: np.ndarray  #: (10,) mean confidence of the `members` average in each bin of `EDGES`; NaN where empty
    right: np.ndarray  #: (10,) share right in each bin
    share: np.ndarray  #: (10,) of the test digits in each bin
    calibration: np.ndarray  #: (15,) Σ share·|right − confidence| of the first k

    @property
    def at(self) -> int:
        """The row of `members`."""
        return self.members - 1


@checked
def ensemble(
    members: Annotated[Count, Le(MEMBERS)] = 5, kind: Annotated[str, OneOf(KINDS)] = "separate", images: Natural = 300
) -> Ensemble:
    """Average the class probabilities of ReLU networks, or of one network under many masks, trained on `images` digits.

    kind  "separate": 64-32-32-32-10, 15 starts and 15 orders of the same digits;  "dropout": one 64-64-10 network
          trained with p = 0.5 and read with 15 random masks, which all share its weights
    """
    averages, alone, whole, y = _predictions(kind, images)
    measured = [calibration(p, y) for p in averages]
    share, confidence, right = measured[members - 1][:3]
    loss = -np.log(np.maximum(averages[:, np.arange(len(y)), y], 1e-12)).mean(axis=1)
    accuracy, gaps = np.mean(averages.argmax(axis=-1) == y, axis=-1), np.array([gap for *_, gap in measured])
    return Ensemble(kind, members, images, accuracy, alone, loss, whole, confidence, right, share, gaps)


def calibration(p: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Share, mean confidence and share right per bin of confidence; and ECE = Σ share·|right − confidence|.

    p (m, classes) probabilities, y (m,) classes. Empty bins have NaN. Source: Guo et al. 2017.

    Returns: three arrays (10,) and a number.
    """
    sure, hit = p.max(axis=1), p.argmax(axis=1) == y
    place = np.clip(np.digitize(sure, EDGES) - 1, 0, len(EDGES) - 2)
    count = np.bincount(place, minlength=len(EDGES) - 1)
    with np.errstate(invalid="ignore"):
        confidence, right = (np.bincount(place, values, len(count)) / count for values in (sure, hit))
    share = count / len(y)
    return share, confidence, right, float(np.nansum(share * np.abs(right - confidence)))


@lru_cache(maxsize=16)
def _predictions(kind: str, images: int) -> tuple[np.ndarray, np.ndarray, float, np.ndarray]:
    """Running averages (15, m, 10), accuracy of each member, of the whole network, and the labels (m,)."""
    digits = load_digits(split=(500 / 1797, TEST / 1797, 0.0))
    x, y = digits.x_train[:images], digits.y_train[:images]
    many = kind == "separate"
    options: dict[str, Any] = {"trials": MEMBERS, "seed": list(range(MEMBERS))} if many else {"dropout": DROP}
    net = MLP((64, *HIDDEN[kind], 10), **options)
    rng, rule = np.random.RandomState(0), Adam(lr=0.01)
    state, shape = rule.init(net.theta), (MEMBERS, BATCH) if many else BATCH
    for _ in range(STEPS if many else 2 * STEPS):
        batch = rng.randint(0, images, shape)  # every member sees batches of its own
        net.loss_and_grad(x[batch], y[batch])
        rule.step(net.theta, net.grad, state)
    if many:
        p, whole = softmax(net.forward(digits.x_val)), float("nan")
    else:
        p = np.array([softmax(net.forward(digits.x_val, train=True)) for _ in range(MEMBERS)])
        whole = net.accuracy(digits.x_val, digits.y_val)
    alone = np.mean(p.argmax(axis=-1) == digits.y_val, axis=-1)
    averages = np.cumsum(p, axis=0, dtype=float) / np.arange(1, MEMBERS + 1)[:, None, None]
    return averages, alone, whole, digits.y_val


@checked
def geometric_mean_gap(hidden: bool, p: float = 0.5, inputs: Natural = 8, seed: FrozenSeed = 0) -> float:
    """Largest difference between the test-time network and the geometric mean over ALL 2ⁿ dropout masks.

    hidden=False: softmax(xW) with dropout on the n inputs: the two agree (Baldi & Sadowski 2013; the masks are
    weighted by their chance).  hidden=True: one relu layer in between: they
    do not, because relu of a mean is not the mean of relu.
    """
    rng = np.random.RandomState(seed)
    x = rng.standard_normal(inputs)
    masks = (np.arange(2**inputs)[:, None] >> np.arange(inputs)) & 1
    first, last = rng.standard_normal((inputs, 12)), rng.standard_normal((12 if hidden else inputs, 3))

    def scores(values: np.ndarray) -> np.ndarray:
        return np.maximum(values @ first, 0) @ last if hidden else values @ last

    chance = np.prod(np.where(masks, 1 - p, p), axis=1)
    log_p = np.log(softmax(scores(x * masks / (1 - p))))
    return float(np.abs(softmax(chance @ log_p) - softmax(scores(x))).max())
