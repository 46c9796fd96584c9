"""Overfitting on a few hundred real digits, and what weight decay, dropout and stopping early do about it.

Source: Saito, Deep Learning from Scratch, section 6.4; CS231n notes, "Neural Networks Part 2".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le, Lt

from course_lib.annotations import Count, FrozenSeed, Natural, NotNegative
from course_lib.arguments import checked
from course_lib.data.digits import Digits, load_digits
from course_lib.experiments.regularization_max_norm import Projected
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Adam
from course_lib.nn.training import train

MOST_IMAGES, BATCH, LEARNING_RATE, STEPS, DRAFT = 1500, 50, 0.003, 600, 40
DECAYS = (0.0, *(float(f"{10 ** (k / 2):.2g}") for k in range(-8, 1)))
LIMITS = (0.0, 4.0, 2.0, 1.0, 0.5, 0.25)
IMAGES, WIDTHS, WRONG = (50, 100, 200, 300, 500, 1000, 1500), (5, 10, 20, 50, 100, 150), (0.0, 0.1, 0.2, 0.4)
BINS = np.linspace(-0.6, 0.6, 61)
EVALUATIONS = 20


@dataclass(frozen=True)
class Overfitting:
    """Two networks side by side, row 0 without and row 1 with regularisation, from the same initial weights.

    Losses are mean cross-entropies without the penalty, in evaluation mode. Validation is on the same 297 digits.
    """

    images: int
    weight_decay: float
    dropout: float
    width: int
    wrong: float  #: share of training labels that are wrong
    max_norm: float  #: limit of the length of the weights into a hidden unit; 0: none
    step: np.ndarray  #: (evaluations,)
    train_loss: np.ndarray  #: (2, evaluations)
    val_loss: np.ndarray  #: (2, evaluations)
    train_accuracy: np.ndarray  #: (2, evaluations)
    val_accuracy: np.ndarray  #: (2, evaluations)
    counts: np.ndarray  #: (2, bins) weights per bin of `BINS`, all layers; beyond the ends they are in the last bin
    weight_rms: np.ndarray  #: (2,) root of the mean of W²
    longest: np.ndarray  #: (2,) the largest length of the weights into one hidden unit
    parameters: int  #: of one network

    @property
    def gap(self) -> np.ndarray:
        """Training minus validation accuracy at the end, (2,)."""
        return self.train_accuracy[:, -1] - self.val_accuracy[:, -1]

    @property
    def best(self) -> np.ndarray:
        """The evaluation at which each validation loss is lowest, (2,): where stopping early would stop."""
        return self.val_loss.argmin(axis=1)


@checked
@lru_cache(maxsize=64)
def overfitting(
    images: Annotated[Count, Le(MOST_IMAGES)] = 300,
    weight_decay: float = 0.0,
    dropout: float = 0.0,
    width: Natural = 100,
    wrong: Annotated[float, Ge(0), Lt(1)] = 0.0,
    steps: Natural = STEPS,
    dtype: str = "float32",
    seed: FrozenSeed = 0,
    max_norm: NotNegative = 0.0,
) -> Overfitting:
    """Train 64-width-width-10 ReLU networks on the first `images` training digits: J = loss + ½λΣW², λ `weight_decay`.

    He's initial weights, Adam with learning rate 0.003, batches of 50. `dropout` is the drop probability of the hidden
    units. With a `max_norm` c the weights w into each hidden unit are cut back to ‖w‖ ≤ c after every update; 0 is no
    limit. A share `wrong` of the training labels is replaced by another class; validation labels stay right.
    """
    digits = shared_digits()
    x, y = digits.x_train[:images], spoiled_labels(digits.y_train[:images], wrong)
    decays, drops = np.array([0.0, weight_decay]), np.array([0.0, dropout]) if dropout else 0.0
    net = MLP((64, width, width, 10), trials=2, l2=decays, dropout=drops, seed=[seed, seed], dtype=dtype)
    hidden, adam = net.weights()[:-1], Adam(lr=LEARNING_RATE)
    rule = Projected(adam, [w[1] for w in hidden], max_norm) if max_norm else adam
    options: dict[str, Any] = {"steps": steps, "batch_size": BATCH, "rng": seed, "eval_size": 300, **digits.validation}
    every = max(6, steps // EVALUATIONS)  # an evaluation costs as much as four steps, and a draft has few
    history = train(net, x, y, rule, record_every=every, **options)
    curves = history.loss.T, history.val_loss.T, history.accuracy.T, history.val_accuracy.T
    flat = np.concatenate([w.reshape(2, -1) for w in net.weights()], axis=1)
    counts = np.array([np.histogram(row, BINS)[0] for row in np.clip(flat, BINS[0], BINS[-1])])
    rms = np.sqrt(np.mean(flat.astype(float) ** 2, axis=1))
    longest = np.max([np.sqrt(np.sum(w**2, axis=-2)).max(axis=-1) for w in hidden], axis=0)
    settings = images, weight_decay, dropout, width, wrong, max_norm
    return Overfitting(*settings, history.step, *curves, counts, rms, longest, net.theta.shape[-1])


@lru_cache(maxsize=1)
def shared_digits() -> Digits:
    """1500 training and 297 validation digits."""
    return load_digits(split=(1500 / 1797, 297 / 1797, 0.0))


def spoiled_labels(y: np.ndarray, share: float) -> np.ndarray:
    """Labels of which a share is wrong: moved on by 1 to 9 classes. A larger share keeps the smaller one's.

    Returns: (m,), for y (m,).
    """
    rng = np.random.RandomState(0)
    order, moves = rng.permutation(len(y)), rng.randint(1, 10, len(y))
    chosen = order[: round(share * len(y))]
    spoiled = y.copy()
    spoiled[chosen] = (y[chosen] + moves[chosen]) % 10
    return spoiled


@dataclass(frozen=True)
class EarlyStopping:
    """Three ways to end the same run on 300 images of which some labels are wrong."""

    patience: tuple[int, ...]  #: evaluations without a new lowest validation loss; the last one never stops
    stopped: tuple[int, ...]  #: steps made
    kept: tuple[int, ...]  #: the step whose weights are kept
    val_loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]


@checked
def early_stopping(
    patience: tuple[Natural, ...] = (1, 3, 8), wrong: float = 0.2, steps: Natural = 400
) -> EarlyStopping:
    """Stop after `patience` evaluations, 10 steps apart, without a new lowest validation loss; go back to the lowest.

    The last entry of the result is the run that goes on to the end and keeps the last weights. float64.
    """
    digits = shared_digits()
    x, y, rows = digits.x_train[:300], spoiled_labels(digits.y_train[:300], wrong), []
    options: dict[str, Any] = {"steps": steps, "batch_size": BATCH, "record_every": 10, **digits.validation}
    for patient in (*patience, None):
        net = MLP((64, 100, 100, 10), seed=0)
        history = train(net, x, y, Adam(lr=LEARNING_RATE), patience=patient, **options)
        last = int(history.step[-1])
        scores = net.loss(digits.x_val, digits.y_val), net.accuracy(digits.x_val, digits.y_val)
        rows.append((patient or 0, last, int(history.best_step) if patient else last, *scores))
    return EarlyStopping(*zip(*rows, strict=True))
