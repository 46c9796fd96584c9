"""What training makes small: each loss gives its value and its gradient with respect to the scores.

    loss, dscores = softmax_cross_entropy(scores, targets)

scores (…, m, C): m examples, C outputs, before any softmax or sigmoid. J is a mean over the m examples, so its shape
is (…): a number for one network, (T,) for T networks side by side, which may share their targets.

Scores may be NaN or infinite, as those of a run that diverged are: J then is not finite. Targets must be finite.

Returns: J (…) and ∂J/∂s, of the shape of the scores. targets (…, m), or (…, m, C), as each function says.
Source: CS231n notes, "Linear Classification"; CS224n lecture notes 3; Weston & Watkins 1999.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib.inputs import arrays, cast, finite, floats, labels, like, numbers, short

scores_first = arrays("scores", ndim=2, of="numbers (…, examples, outputs)")


@scores_first
def softmax_cross_entropy(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J = −1/m Σᵢ log p_{i,yᵢ},  p = softmax(s);    ∂J/∂s = (p − 1_y)/m.      targets: class numbers (…, m).

    Raises: ValueError if there is only one class.
    """
    log_p = scores.mT.copy()  # (…, C, m): faster to sum over C
    log_p -= np.maximum.reduce(log_p, axis=-2, keepdims=True)
    log_p -= np.log(np.add.reduce(np.exp(log_p), axis=-2, keepdims=True))
    chosen, m = _one_hot(scores, targets), scores.shape[-2]
    d = np.exp(log_p)
    d -= chosen
    d *= 1.0 / m
    log_p *= chosen
    return np.add.reduce(log_p, axis=(-2, -1)) * (-1.0 / m), d.mT


@scores_first
def sigmoid_bce(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J = −1/m Σ [t log σ(s) + (1 − t) log σ(−s)] = 1/m Σ [log(1 + eˢ) − ts];    ∂J/∂s = (σ(s) − t)/m.

    targets: 0, 1 or a probability for every score, shape (…, m, C), or (…, m) when there is one score each.

    Raises: ValueError if targets are not from 0 to 1, or have another shape.
    """
    t, m = _probabilities(scores, targets), scores.shape[-2]
    e = np.exp(-np.abs(scores))
    loss = np.sum(np.maximum(scores, 0.0) - t * scores + np.log1p(e), axis=(-2, -1)) / m
    return loss, (np.where(scores >= 0.0, 1.0, e) / (1.0 + e) - t) * (1.0 / m)


@scores_first
def squared_error(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J = 1/2m Σ (s − t)²;    ∂J/∂s = (s − t)/m.      targets (…, m, C), or (…, m) when there is one score each.

    Raises: ValueError if targets have another shape.
    """
    m = scores.shape[-2]
    d = scores - finite(_like(scores, targets), "targets")
    return 0.5 * np.sum(d * d, axis=(-2, -1)) / m, d * (1.0 / m)


@scores_first
def max_margin(scores: np.ndarray, targets: np.ndarray, margin: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """J = 1/m Σᵢ Σ_{j≠yᵢ} max(0, sⱼ − s_{yᵢ} + Δ),   the multi-class hinge loss of Weston & Watkins 1999.

    ∂J/∂sⱼ = 1/m where the margin Δ is violated; ∂J/∂s_y = −(number of violations)/m.   targets: class numbers (…, m).

    Raises: ValueError if there is only one class.
    """
    chosen, m = _one_hot(scores, targets).mT, scores.shape[-2]
    right = np.sum(scores * chosen, axis=-1, keepdims=True)
    violation = np.maximum(scores - right + margin, 0.0) * (1.0 - chosen)
    d = np.greater(violation, 0.0).astype(scores.dtype)
    d -= chosen * np.sum(d, axis=-1, keepdims=True)
    return np.sum(violation, axis=(-2, -1)) / m, d * (1.0 / m)


LOSSES: dict[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "sigmoid_bce": sigmoid_bce,
    "squared_error": squared_error,
    "max_margin": max_margin,
}


def of_your_own(function: Callable[..., Any], scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J and ∂J/∂s of a loss function that is not of this module.

    scores (…, m, C).
    Raises: ValueError if it does not return these two.
    """
    loss, slope = loss_and_slope(function, scores, targets)
    return loss, like(slope, scores, "The gradient that a loss function returns")


def loss_and_slope(function: Callable[..., Any], scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, Any]:
    """J and what else a loss function returns, which is given copies that it may change.

    scores (…, m, C).
    Raises: ValueError if it does not return two things, the first the loss.
    """
    given = function(scores.copy(), copy(targets))
    pair = isinstance(given, tuple | list) and len(given) == 2
    loss = numbers(given[0]) if pair else None
    if loss is None or loss.shape != scores.shape[:-2]:
        first = f"the losses {loss_shape}" if (loss_shape := scores.shape[:-2]) else "the loss, one number,"
        raise ValueError(f"A loss function must return {first} and its gradient for the scores, not {short(given)}.")
    return cast(loss, scores.dtype)[()], given[1]


@arrays("s", "s_c", together=True)
def pair_margin(s: np.ndarray, s_c: np.ndarray, margin: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """J = max(0, Δ − s + s_c):  the true window's score s must exceed the corrupt one's by Δ.   (CS224n, lecture 4)

    Element by element; returns J, ∂J/∂s = −1{J > 0} and ∂J/∂s_c = 1{J > 0}.

    Returns: three arrays of the shape of s, s_c (…).
    """
    loss = np.maximum(margin - s + s_c, 0.0)
    violated = np.greater(loss, 0.0).astype(loss.dtype)
    return loss, -violated, violated


@arrays("weights", "strength", together=True)
def l2(weights: np.ndarray, strength: float | np.ndarray, axis: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """½ Σ λW²  and its gradient λW.   (The norm itself, λ‖W‖, would have the gradient λW/‖W‖.)

    λ is one number or one per weight. The sum runs over `axis`, over everything by default.

    Returns: a number, or (…) with axis, and the gradient, of the shape of weights (…); strength (…) broadcasts with it.
    """
    slope = strength * weights
    return 0.5 * _dot(slope, weights, axis), slope


@arrays("weights", "strength", together=True)
def l1(weights: np.ndarray, strength: float | np.ndarray, axis: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Σ λ|W|  and its gradient λ sign(W),   0 where W = 0.   `strength` and `axis` as in l2.

    Returns: as l2, for weights, strength (…).
    """
    slope = strength * np.sign(weights)
    return _dot(slope, weights, axis), slope


def _dot(a: np.ndarray, b: np.ndarray, axis: int | None) -> np.ndarray:
    """Σ ab, without an array for the products."""
    return np.vdot(a, b) if axis is None else np.vecdot(a, b, axis=axis)  # type: ignore[call-overload] # NumPy's stub has no axis


def _one_hot(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """1_y: shape (…, C, m), 1 at the class number of each example, in the dtype of the scores."""
    shape, classes = scores.shape[:-1], scores.shape[-1]
    if classes == 1:
        raise ValueError("There is nothing to choose between one class: use an output for each, or loss sigmoid_bce.")
    # class numbers that need no conversion are recognised quickly
    if type(targets) is not np.ndarray or targets.dtype.kind != "i" or targets.shape not in (shape, shape[-1:]):
        targets = labels(targets, shape, classes, "targets")
    chosen = targets[..., None, :] == _class_numbers(classes)
    if np.count_nonzero(chosen) != (targets.size or None):
        labels(targets, shape, classes, "targets")  # raises, and names the first that is no class
    return chosen.astype(scores.dtype)


@lru_cache(maxsize=64)
def _class_numbers(classes: int) -> np.ndarray:
    """0 … C − 1 as a column, made once instead of at every step."""
    return np.arange(classes)[:, None]


def _like(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Real targets in the dtype of the scores; (…, m) becomes (…, m, 1)."""
    if type(targets) is not np.ndarray or targets.dtype.kind not in "iuf":
        targets = floats(targets, "targets")
    t = targets.astype(scores.dtype, copy=False)
    if scores.shape[-1] == 1 and t.ndim and t.shape == scores.shape[-1 - t.ndim : -1]:
        t = t[..., None]
    if t.ndim < 2 or t.shape != scores.shape[-t.ndim :]:
        raise ValueError(f"targets must be one number for each score, of shape {scores.shape[-2:]}, not {short(t)}.")
    return t


def _probabilities(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    t = _like(scores, targets)
    if np.count_nonzero((t >= 0.0) & (t <= 1.0)) != t.size:
        raise ValueError(f"targets of sigmoid_bce must be from 0 to 1, not from {t.min():g} to {t.max():g}.")
    return t
