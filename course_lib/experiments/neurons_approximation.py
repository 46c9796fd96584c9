"""What one hidden layer of ReLU units can represent, XOR with two and a curve with many, and what it learns.

Source: Goodfellow, Bengio & Courville, Deep Learning, section 6.1, for XOR; the bound is that of linear interpolation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from course_lib.annotations import Count, FrozenSeed
from course_lib.arguments import checked
from course_lib.nn.activations import relu

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0.0, 1.0, 1.0, 0.0])


@dataclass(frozen=True)
class XorByHand:
    """h₁ = relu(x₁ + x₂),   h₂ = relu(x₁ + x₂ − 1),   score = h₁ − 2h₂, at the four corners."""

    hidden: np.ndarray  #: (4, 2)
    score: np.ndarray  #: (4,)
    straight: int  #: corners that the best straight border gets right


def xor_by_hand() -> XorByHand:
    """Two units solve what no straight border does; the borders tried have 360 directions and 81 distances."""
    total = CORNERS.sum(axis=1, keepdims=True)
    hidden = relu(total - np.array([0.0, 1.0]))
    angles, distances = np.linspace(0, 2 * np.pi, 360, endpoint=False), np.linspace(-2, 2, 81) + 1e-3
    sides = (CORNERS @ np.array([np.cos(angles), np.sin(angles)]))[:, :, None] > distances
    right = (sides == (XOR > 0.5)[:, None, None]).sum(axis=0)
    return XorByHand(hidden, hidden @ np.array([1.0, -2.0]), int(right.max()))


@checked
def xor_learned(units: Count, starts: Count = 100, steps: Count = 2000, lr: float = 0.3, seed: FrozenSeed = 0) -> float:
    """The share of `starts` from which 2-units-1 with ReLU gets all corners right, by descent on ½ mean (s − t)²."""
    rng = np.random.default_rng(seed)
    w, b = rng.standard_normal((starts, 2, units)), np.zeros((starts, 1, units))
    u, c = rng.standard_normal((starts, units, 1)) / math.sqrt(units), np.zeros((starts, 1, 1))
    for _ in range(steps):
        h = relu(CORNERS @ w + b)
        error = (h @ u + c - XOR[:, None]) / 4
        delta = (error @ u.mT) * (h > 0)
        u -= lr * (h.mT @ error)
        c -= lr * error.sum(axis=1, keepdims=True)
        w -= lr * (CORNERS.T @ delta)
        b -= lr * delta.sum(axis=1, keepdims=True)
    said = (relu(CORNERS @ w + b) @ u + c)[..., 0] > 0.5
    return float((said == (XOR > 0.5)).all(axis=1).mean())


@dataclass(frozen=True)
class Approximation:
    """sin 2πx on [0, 1] as f(0) + Σ cₖ relu(x − tₖ), with as many units k as pieces."""

    units: int
    error: float  #: the largest, over 4001 points
    bound: float  #: h²/8 · max |f″| with the width h = 1/units of a piece


@checked
def approximation(units: Count) -> Approximation:
    """Nothing is learned: unit k begins at tₖ = k/units, and cₖ is the change of slope there."""
    x, knots = np.linspace(0, 1, 4001), np.arange(units + 1) / units
    slopes = np.diff(np.sin(2 * np.pi * knots)) * units
    network = relu(x[:, None] - knots[:-1]) @ np.diff(slopes, prepend=0.0)
    error = np.abs(network - np.sin(2 * np.pi * x)).max()
    return Approximation(units, float(error), (2 * np.pi / units) ** 2 / 8)
