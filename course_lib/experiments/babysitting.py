"""Before the long run: is the first loss right, does a penalty raise it, and can a few images be learned by heart?

Source: CS231n notes, "Neural Networks Part 3", section "Sanity checks".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, NotNegative, OneOf, Positive
from course_lib.arguments import checked
from course_lib.data.digits import Digits, load_digits
from course_lib.inputs import arrays
from course_lib.nn.activations import softmax
from course_lib.nn.losses import softmax_cross_entropy
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.nn.training import train

HIDDEN, IMAGES = 50, 200
CLASSES, PIXELS = (2, 3, 5, 10, 100, 1000), (1, 16, 255)
REGS = (0.0, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
SCALES = np.logspace(-4, 0, 41)
SLIPS = {
    "none": "none",
    "sum": "summed over the images, not averaged",
    "log10": "logarithm to base 10",
    "labels": "labels of other images",
}


@lru_cache(maxsize=4)
def centred_digits(pixels: float = 1.0) -> Digits:
    """The digits with ink from 0 to `pixels`, minus the mean training image."""
    raw = load_digits()
    mean = raw.x_train.mean(axis=0)
    return replace(raw, **{name: pixels * (getattr(raw, name) - mean) for name in ("x_train", "x_val", "x_test")})


@dataclass(frozen=True)
class InitialLoss:
    """The loss of an untrained network, and what it should be."""

    classes: int
    scale: float
    reg: float
    pixels: int
    slip: str
    loss: float  #: as the program would print it, slip and penalty included
    data: float  #: its first part, without the penalty
    penalty: float  #: ½ λ ΣW²
    expected: float  #: ln C
    curve: np.ndarray  #: (scales,) data part at each of `SCALES`
    penalties: np.ndarray  #: (scales,)
    p_right: np.ndarray  #: (images,) probability of the right class, smallest first


@checked
def initial_loss(
    classes: Annotated[int, OneOf(CLASSES)] = 10,
    scale: Positive = 0.01,
    reg: NotNegative = 0.0,
    pixels: Annotated[int, OneOf(PIXELS)] = 1,
    slip: Annotated[str, OneOf(SLIPS)] = "none",
) -> InitialLoss:
    """J = −1/m Σ log p_y + ½λΣW²  of a 64-50-C ReLU network that has learned nothing, W ~ N(0, `scale`²).

    On 200 digits of the first C classes. With more than ten classes the labels are drawn at random: before training
    a network knows nothing of labels. The biases are 0, so the scores of one fixed draw grow as scale² · pixels.
    """
    scores, y, squares = _scores(classes)
    y = np.roll(y, 1) if slip == "labels" else y
    factor = {"sum": IMAGES, "log10": 1 / math.log(10)}.get(slip, 1.0)
    data = factor * float(softmax_cross_entropy(pixels * scale**2 * scores, y)[0])
    p = softmax_probability(pixels * scale**2 * scores, y)
    penalty, penalties = 0.5 * reg * scale**2 * squares, 0.5 * reg * SCALES**2 * squares
    here = data + penalty, data, penalty, math.log(classes)
    curve = factor * _curve(classes, pixels, slip == "labels")
    return InitialLoss(classes, scale, reg, pixels, slip, *here, curve, penalties, np.sort(p))


@arrays("scores", ndim=2)
def softmax_probability(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """p_y of each row.

    Returns: (m,) for scores (m, C) and y (m,).
    """
    return softmax(scores)[np.arange(len(y)), y]


@lru_cache(maxsize=16)
def _scores(classes: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Scores at scale 1, labels, and ΣW² of the draw."""
    digits = centred_digits()
    mine = np.flatnonzero(digits.y_train < classes)[:IMAGES]
    y = digits.y_train[mine] if classes <= 10 else np.random.RandomState(1).randint(0, classes, IMAGES)
    net = MLP((64, HIDDEN, classes), init=("normal", {"std": 1.0}), seed=np.random.RandomState(0))
    return net.forward(digits.x_train[mine]), y, float(sum(np.vdot(w, w) for w in net.weights()))


@lru_cache(maxsize=64)
def _curve(classes: int, pixels: int, mixed: bool) -> np.ndarray:
    scores, y, _ = _scores(classes)
    y = np.roll(y, 1) if mixed else y
    few = slice(None, None, 1 if classes <= 10 else 4)  # enough for a curve; the point on it uses all images
    return np.array([softmax_cross_entropy(pixels * s**2 * scores[few], y[few])[0] for s in SCALES])


def expected_loss(sizes: Sequence[int], std: float, reg: float) -> float:
    """ln C + ½ λ σ² Σ n_in n_out:   what to expect of W ~ N(0, σ²) when σ is small."""
    return math.log(sizes[-1]) + 0.5 * reg * std**2 * sum(a * b for a, b in zip(sizes[:-1], sizes[1:]))


@dataclass(frozen=True)
class TinyOverfit:
    """A 64-50-10 network on a handful of images; curves have one entry per epoch, the first before training."""

    examples: int
    reg: float
    fault: str
    loss: np.ndarray  #: (epochs,) mean cross-entropy, without the penalty
    accuracy: np.ndarray  #: (epochs,)
    learned_at: int | None  #: first epoch after which all examples are right to the end

    @property
    def passed(self) -> bool:
        """Whether the program passes the test: every example right, and a loss near 0."""
        return self.learned_at is not None and bool(self.loss[-1] < 0.05)


EPOCHS, TINY = 200, (1, 2, 5, 10, 20, 50, 100, 200)
TINY_REGS = (0.0, 1e-4, 1e-3, 0.01, 0.1, 1.0)
FAULTS = {
    "none": "none",
    "zeros": "all weights start at 0",
    "pairs": "images shuffled without their labels",
    "sign": "gradient has the wrong sign",
}


@checked
@lru_cache(maxsize=128)
def tiny_overfit(
    examples: Annotated[Count, Le(1000)] = 20,
    reg: NotNegative = 0.0,
    fault: Annotated[str, OneOf(FAULTS)] = "none",
    lr: float = 0.5,
) -> TinyOverfit:
    """200 epochs of plain gradient descent on the first `examples` training digits, J = loss + ½ reg ΣW².

    `fault` builds a mistake into the program that this test should find.
    """
    digits = centred_digits()
    x, y = digits.x_train[:examples], digits.y_train[:examples]
    net = MLP((64, HIDDEN, 10), init="zeros" if fault == "zeros" else "he", l2=reg, seed=np.random.RandomState(0))
    if fault == "pairs":
        loss, accuracy = _out_of_step(net, x, y, lr)
    else:
        optimizer = Uphill(lr=lr) if fault == "sign" else SGD(lr=lr)
        history = train(net, x, y, optimizer, epochs=EPOCHS, batch_size=None)
        loss, accuracy = history.loss, history.accuracy
    learned = int(np.flatnonzero(accuracy < 1).max(initial=-1)) + 1
    return TinyOverfit(examples, reg, fault, loss, accuracy, learned if learned < len(accuracy) else None)


class Uphill(SGD):
    """θ ← θ + 0.01 ηg: the wrong sign, slowly enough to be drawn."""

    def update(self, theta, g, state, lr):
        theta += 0.01 * lr * g


def _out_of_step(net: MLP, x: np.ndarray, y: np.ndarray, lr: float) -> tuple[np.ndarray, np.ndarray]:
    """Every epoch the images are put in another order and the labels are not."""

    def seen() -> tuple[float, float]:
        return net.loss_function(net.forward(x), y)[0], net.accuracy(x, y)  # net.loss has the penalty in it

    rng, optimizer, evaluations = np.random.RandomState(0), SGD(lr=lr), [seen()]
    for _ in range(EPOCHS):
        net.loss_and_grad(x[rng.permutation(len(x))], y)
        optimizer.step(net.theta, net.grad, None)
        evaluations.append(seen())
    loss, accuracy = np.array(evaluations).T
    return loss, accuracy


@checked
def first_losses(regs: Sequence[float] = (0.0, 1000.0), std: float = 1e-4) -> list[tuple[float, float]]:
    """The slide's own numbers: a 3072-50-10 network with W ~ N(0, std²), measured and expected, for each strength.

    The inputs are noise of the size of centred pixels; before training the images do not matter.
    """
    sizes, rng = (3072, 50, 10), np.random.RandomState(0)
    x, y = 64 * rng.standard_normal((50, sizes[0])), rng.randint(0, 10, 50)
    rows = []
    for reg in regs:
        net = MLP(sizes, init=("normal", {"std": std}), l2=reg, seed=np.random.RandomState(1))
        rows.append((net.loss(x, y), expected_loss(sizes, std, reg)))
    return rows
