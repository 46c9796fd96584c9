"""Data augmentation: digits moved by one pixel, in training and at test time.

Source: Simard, Steinkraus & Platt 2003 for shifted digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.arguments import checked
from course_lib.experiments.regularization import BATCH, LEARNING_RATE, shared_digits
from course_lib.nn.activations import softmax
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Adam
from course_lib.nn.training import train

MOVES = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))  # rows down, columns to the right


@dataclass(frozen=True)
class Shifts:
    """Shares of right validation digits, one for each seed."""

    plain: np.ndarray  #: (seeds,) digits as they are
    moved: np.ndarray  #: (seeds,) moved by one pixel, mean of the four directions
    averaged: np.ndarray  #: (seeds,) digits as they are; probabilities averaged over the five places


def moved(x: np.ndarray, down: int, right: int) -> np.ndarray:
    """Images x (m, 64) moved by `down` rows and `right` columns; what enters is black, what leaves is lost.

    Returns: the shape of x (m, 64).
    """
    images = np.pad(x.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    return np.roll(images, (down, right), axis=(1, 2))[:, 1:-1, 1:-1].reshape(x.shape)


@checked
def shifts(augment: bool, images: int = 300, steps: int = 600, seeds: int = 5) -> Shifts:
    """Train `seeds` networks 64-100-100-10 on `images` digits, or on each of them at five places.

    The number of updates is the same, so an image is seen as often in all as without; what is new are its places.
    """
    digits = shared_digits()
    x, y = digits.x_train[:images], digits.y_train[:images]
    if augment:
        x, y = np.concatenate([moved(x, *move) for move in MOVES]), np.tile(y, len(MOVES))
    net = MLP((64, 100, 100, 10), trials=seeds, seed=list(range(seeds)), dtype=np.float64)
    train(net, x, y, Adam(lr=LEARNING_RATE), steps=steps, batch_size=BATCH, rng=0)
    answers = [softmax(net.forward(moved(digits.x_val, *move))) for move in MOVES]
    right = [(p.argmax(axis=-1) == digits.y_val).mean(axis=-1) for p in (*answers, np.mean(answers, axis=0))]
    return Shifts(right[0], np.mean(right[1:5], axis=0), right[5])
