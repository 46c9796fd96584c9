"""A line between two clusters: how much a small turn of it costs before and after the data are normalised.

Source: CS231n 2017, lecture 7, the slide on normalised data and the loss's sensitivity to the weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_lib.annotations import FrozenSeed, NotNegative
from course_lib.arguments import checked
from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.preprocessing import Standardize

PER_CLASS = 60
SPREAD = 0.5  # standard deviation of each cluster
ANGLES = np.linspace(-30.0, 30.0, 121)  # degrees


@dataclass(frozen=True)
class LineSensitivity:
    """One classifier written down twice: for the raw points and for the normalised ones; [raw, normalised] each."""

    offset: float
    gap: float
    wiggle: float  #: degrees
    points: np.ndarray  #: (2, 120, 2)
    label: np.ndarray  #: (120,) 0 or 1
    weights: np.ndarray  #: (2, 2) before the wiggle
    wiggled: np.ndarray  #: (2, 2) turned by `wiggle`
    bias: np.ndarray  #: (2,)
    angles: np.ndarray  #: (121,) degrees
    curve: np.ndarray  #: (2, 121) mean logistic loss when the weights are turned by each angle
    loss: np.ndarray  #: (2,) at the wiggle
    wrong: np.ndarray  #: (2,) share of points on the wrong side at the wiggle
    best: float  #: loss without a wiggle, the same for both


@checked
def line_sensitivity(
    offset: float = 5.0, wiggle: float = 5.0, gap: NotNegative = 2.0, seed: FrozenSeed = 0
) -> LineSensitivity:
    """Two round clusters `gap` apart around the point (offset, offset), and the logistic neuron that fits them.

    The line between them runs along the offset, through the origin. In the raw coordinates score = w·x + b with
    w = (μ₁ − μ₀)/σ²; in the standardised ones the same score reads w′·z + b′ with w′ = s∘w, b′ = b + w·μ. The wiggle
    turns w, or w′, and leaves the bias alone: the same relative change of the weights in both.
    """
    label = np.repeat([0, 1], PER_CLASS)
    side = np.array([1.0, -1.0]) / math.sqrt(2)
    x = SPREAD * _draw(seed) + (label - 0.5)[:, None] * gap * side + offset
    w = gap * side / SPREAD**2
    b = -float(w @ [offset, offset])
    fitted = Standardize().fit(x)
    points = np.stack([x, fitted.transform(x)])
    weights = np.stack([w, fitted.scale * w])
    bias = np.array([b, b + w @ fitted.mean])
    angles = np.append(ANGLES, [wiggle, 0.0])
    scores = np.einsum("vnd,vad->van", points, _turned(weights, angles)) + bias[:, None, None]
    curve = ACTIVATIONS["softplus"].f(np.where(label, -scores, scores)).mean(axis=-1)
    wrong = ((scores[:, -2] > 0) != label).mean(axis=-1)
    lines = weights, _turned(weights, angles[-2:-1])[:, 0], bias
    losses = curve[:, :-2], curve[:, -2], wrong
    return LineSensitivity(offset, gap, wiggle, points, label, *lines, ANGLES, *losses, float(curve[0, -1]))


def _turned(weights: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """(2, angles, 2): each weight vector turned anticlockwise by each angle."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    w1, w2 = weights[:, :1], weights[:, 1:]
    return np.stack([cos * w1 - sin * w2, sin * w1 + cos * w2], axis=-1)


@lru_cache(maxsize=4)
def _draw(seed: int) -> np.ndarray:
    """(120, 2) standard normal numbers; each cluster's mean exactly 0."""
    draw = np.random.RandomState(seed).standard_normal((2, PER_CLASS, 2))
    draw -= draw.mean(axis=1, keepdims=True)
    draw.setflags(write=False)
    return draw.reshape(-1, 2)
