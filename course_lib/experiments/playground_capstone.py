"""The capstone: real digits from raw numbers to a tested ensemble, each step of the course one line of a recipe.

Source: the course's own recipe; each step names its source in the chapter it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from threadpoolctl import threadpool_limits

from course_lib.annotations import Natural
from course_lib.arguments import checked
from course_lib.data.digits import Digits, load_digits
from course_lib.experiments.playground import INITS
from course_lib.experiments.regularization_shifts import MOVES, moved
from course_lib.nn.activations import softmax
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD, AdamW
from course_lib.nn.preprocessing import Scaled, Standardize
from course_lib.nn.schedules import Constant, Cosine
from course_lib.nn.training import train

SMALL = 0.5  # added to the variance of a pixel: pixels at the border are almost always 0 of 16


@dataclass(frozen=True)
class Recipe:
    """Everything that is decided about a network before it is trained. The defaults are where chapter 01 began."""

    standardise: bool = False
    activation: str = "sigmoid"
    init: str = "0.01"  #: a name of the playground's INITS
    adam: bool = False  #: AdamW on a cosine instead of plain SGD at a constant rate
    batchnorm: bool = False
    shifted: bool = False  #: each training digit also one pixel up, down, left and right
    dropout: float = 0.0
    weight_decay: float = 0.0
    lr: float = 0.1
    hidden: tuple[int, ...] = (128,)
    epochs: int = 15
    batch_size: int = 64
    members: int = 5


@dataclass(frozen=True)
class Trained:
    """An ensemble with the preparation its members were trained behind; x are raw digits (m, 64), 0 to 16."""

    preparation: Scaled
    net: MLP  #: members along the trial axis

    def members(self, x: np.ndarray) -> np.ndarray:
        """Each member's probabilities (members, m, 10), for x (m, 64)."""
        return softmax(self.net.forward(self.preparation.transform(x)))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The class with the highest mean probability (m,), for x (m, 64)."""
        return self.members(x).mean(axis=0).argmax(axis=-1)


def fit(recipe: Recipe, x: np.ndarray, y: np.ndarray, seed: int) -> Trained:
    """Train the recipe's members side by side on raw digits x (m, 64), y (m,); all that is learned comes from these."""
    if recipe.shifted:
        x, y = shifted(x, y)
    preparation = Standardize(SMALL).fit(x) if recipe.standardise else Scaled(np.zeros(64), np.ones(64))
    net = MLP(
        (64, *recipe.hidden, 10),
        recipe.activation,
        INITS[recipe.init],
        norm="batch" if recipe.batchnorm else None,
        dropout=recipe.dropout,
        trials=recipe.members,
        seed=[1000 * seed + k for k in range(recipe.members)],
        dtype=np.float32 if recipe.shifted else np.float64,  # five times the digits in half the time
    )
    steps = len(x) // recipe.batch_size * recipe.epochs
    rule = AdamW(recipe.lr, weight_decay=recipe.weight_decay) if recipe.adam else SGD(recipe.lr)
    schedule = Cosine(recipe.lr, steps) if recipe.adam else Constant(recipe.lr)
    with threadpool_limits(1, user_api="blas"):  # matrices this small gain nothing from two, and lose to a busy core
        train(
            net,
            preparation.transform(x),
            y,
            rule,
            steps=steps,
            batch_size=recipe.batch_size,
            rng=seed,
            schedule=schedule,
            record_every=steps,
            eval_size=1,
        )
    return Trained(preparation, net)


def shifted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x (m, 64) and its copies moved by one pixel in four directions, (5m, 64), and their labels. What leaves the
    image is lost, what enters is empty.

    Returns: x (5m, 64) and y (5m,), for x (m, 64) and y (m,).
    """
    return np.concatenate([moved(x, *move) for move in MOVES]), np.tile(y, len(MOVES))


@dataclass(frozen=True)
class Validated:
    """A recipe on several splits: shares of validation digits that are right."""

    alone: np.ndarray  #: (splits,) mean over the members, each by itself
    together: np.ndarray  #: (splits,) the ensemble


@checked
def validated(recipe: Recipe, splits: Sequence[Natural] = (0, 1, 2)) -> Validated:
    """Train on each split's training digits, judge on its validation digits; the test digits are not touched."""
    rows = [_judged(recipe, split) for split in splits]
    return Validated(*(np.array(column) for column in zip(*rows, strict=True)))


@lru_cache(maxsize=128)
def _judged(recipe: Recipe, split: int) -> tuple[float, float]:
    digits = raw_digits(split)
    p = fit(recipe, digits.x_train, digits.y_train, split).members(digits.x_val)
    right = p.argmax(axis=-1) == digits.y_val
    return float(right.mean()), float(np.mean(p.mean(axis=0).argmax(axis=-1) == digits.y_val))


@checked
def raw_digits(split: Natural) -> Digits:
    """1078 digits for training, 360 for validation, 359 for the test; numbers from 0 to 16."""
    return load_digits(seed=split, scaled=False)


def ladder() -> dict[str, Recipe]:
    """From the first network of the course to the last, one step at a time."""
    first = Recipe()
    scaled = replace(first, standardise=True)
    he = replace(scaled, activation="relu", init="he")
    adam = replace(he, adam=True, lr=0.02)
    normed = replace(adam, batchnorm=True)
    more = replace(normed, shifted=True, batch_size=128)
    return {
        "sigmoid, 0.01, SGD on raw pixels": first,
        "+ standardised": scaled,
        "+ ReLU and He": he,
        "+ AdamW on a cosine": adam,
        "+ batch normalisation": normed,
        "+ shifted copies": more,
    }


CHOSEN = ladder()["+ shifted copies"]


@dataclass(frozen=True)
class FinalLook:
    """The test digits, looked at once per split, with a recipe that was chosen on validation digits."""

    alone: np.ndarray  #: (splits,) mean over the members
    together: np.ndarray  #: (splits,) share of 359 test digits that the ensemble gets right
    wrong: tuple[tuple[int, int, float], ...]  #: first split: digit, taken for, with which probability

    @property
    def standard_error(self) -> float:
        """√(p(1 − p)/n): how much p would differ on other test sets of n = 359, by chance alone."""
        p = self.together.mean()
        return float(np.sqrt(p * (1 - p) / 359))


@checked
def final_look(recipe: Recipe = CHOSEN, splits: Sequence[Natural] = range(5)) -> FinalLook:
    """Train on training AND validation digits, which have done their service, and judge on the test digits."""
    alone, together, wrong = zip(*(_looked(recipe, split) for split in splits), strict=True)
    return FinalLook(np.array(alone), np.array(together), wrong[0])


@lru_cache(maxsize=32)
def _looked(recipe: Recipe, split: int) -> tuple[float, float, tuple]:
    digits = raw_digits(split)
    x, y = np.concatenate([digits.x_train, digits.x_val]), np.concatenate([digits.y_train, digits.y_val])
    p = fit(recipe, x, y, split).members(digits.x_test)
    mean = p.mean(axis=0)
    said = mean.argmax(axis=-1)
    wrong = [
        (int(digits.y_test[i]), int(said[i]), float(mean[i, said[i]])) for i in np.flatnonzero(said != digits.y_test)
    ]
    return float(np.mean(p.argmax(axis=-1) == digits.y_test)), float(np.mean(said == digits.y_test)), tuple(wrong)
