"""What training makes small: each loss gives its value and its gradient with respect to the scores.

    loss, dscores = softmax_cross_entropy(scores, targets)

scores (…, m, C): m examples, C outputs, before any softmax or sigmoid. J is a mean over the m examples, so its shape
is (…): a number for one network, (T,) for T networks side by side, which may share their targets.
"""

from collections.abc import Callable

import numpy as np


def softmax_cross_entropy(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J = −1/m Σᵢ log p_{i,yᵢ},  p = softmax(s);    ∂J/∂s = (p − 1_y)/m.      targets: class numbers (…, m)."""
    chosen = _one_hot(scores, targets)
    s = scores - np.maximum.reduce(scores, axis=-1, keepdims=True)
    p = np.exp(s)
    total = np.add.reduce(p, axis=-1, keepdims=True)
    m = scores.shape[-2]
    loss = (np.add.reduce(np.log(total), axis=(-2, -1)) - np.add.reduce(s * chosen, axis=(-2, -1))) / m
    p /= total
    p -= chosen
    p *= 1.0 / m
    return loss, p


def sigmoid_bce(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J = −1/m Σ [t log σ(s) + (1 − t) log σ(−s)] = 1/m Σ [log(1 + eˢ) − ts];    ∂J/∂s = (σ(s) − t)/m.

    targets: 0, 1 or a probability for every score, shape (…, m, C), or (…, m) when there is one score each.
    """
    t, m = _like(scores, targets), scores.shape[-2]
    e = np.exp(-np.abs(scores))
    loss = np.sum(np.maximum(scores, 0.0) - t * scores + np.log1p(e), axis=(-2, -1)) / m
    return loss, (np.where(scores >= 0.0, 1.0, e) / (1.0 + e) - t) * (1.0 / m)


def squared_error(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J = 1/2m Σ (s − t)²;    ∂J/∂s = (s − t)/m.      targets (…, m, C), or (…, m) when there is one score each."""
    m = scores.shape[-2]
    d = scores - _like(scores, targets)
    return 0.5 * np.sum(d * d, axis=(-2, -1)) / m, d * (1.0 / m)


def max_margin(scores: np.ndarray, targets: np.ndarray, margin: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """J = 1/m Σᵢ Σ_{j≠yᵢ} max(0, sⱼ − s_{yᵢ} + Δ),   the multi-class hinge loss of Weston & Watkins 1999.

    ∂J/∂sⱼ = 1/m where the margin Δ is violated; ∂J/∂s_y = −(number of violations)/m.   targets: class numbers (…, m).
    """
    chosen, m = _one_hot(scores, targets), scores.shape[-2]
    right = np.sum(scores * chosen, axis=-1, keepdims=True)
    violation = np.maximum(scores - right + margin, 0.0) * (1.0 - chosen)
    d = np.greater(violation, 0.0).astype(scores.dtype)
    d -= chosen * np.sum(d, axis=-1, keepdims=True)
    return np.sum(violation, axis=(-2, -1)) / m, d * (1.0 / m)


LOSSES: dict[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "softmax_cross_entropy": softmax_cross_entropy, "sigmoid_bce": sigmoid_bce,
    "squared_error": squared_error, "max_margin": max_margin,
}


def pair_margin(s: np.ndarray, s_c: np.ndarray, margin: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """J = max(0, Δ − s + s_c):  the true window's score s must exceed the corrupt one's by Δ.   (CS224n, lecture 4)

    Element by element; returns J, ∂J/∂s = −1{J > 0} and ∂J/∂s_c = 1{J > 0}.
    """
    loss = np.maximum(margin - s + s_c, 0.0)
    violated = np.greater(loss, 0.0).astype(loss.dtype)
    return loss, -violated, violated


def l2(weights: np.ndarray, strength: float, axis: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """½λ Σ W²  and its gradient λW.   (λ‖W‖, the norm itself, would have the gradient λW/‖W‖.)"""
    return np.sum(0.5 * strength * weights * weights, axis=axis), strength * weights


def l1(weights: np.ndarray, strength: float, axis: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """λ Σ |W|  and its gradient λ sign(W),   0 where W = 0."""
    return np.sum(strength * np.abs(weights), axis=axis), strength * np.sign(weights)


def _one_hot(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """1_y: shape (…, m, C), 1 at the class number of each example, in the dtype of the scores."""
    targets = np.asarray(targets)
    if targets.shape[-1:] != scores.shape[-2:-1] or targets.dtype.kind not in "iu":
        raise ValueError(f"This loss wants one class number per example, integers of shape {scores.shape[-2:-1]}; "
                         f"the targets are {targets.dtype} of shape {targets.shape}.")
    chosen = targets[..., None] == np.arange(scores.shape[-1])
    if np.count_nonzero(chosen) != targets.size:
        raise ValueError(f"Class numbers must lie between 0 and {scores.shape[-1] - 1} for {scores.shape[-1]} "
                         f"scores; the targets go from {targets.min()} to {targets.max()}.")
    return chosen.astype(scores.dtype)


def _like(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Real-valued targets in the dtype of the scores; (…, m) becomes (…, m, 1)."""
    t = np.asarray(targets, dtype=scores.dtype)
    if t.shape[-2:] != scores.shape[-2:]:
        if scores.shape[-1] != 1 or t.shape[-1:] != scores.shape[-2:-1]:
            raise ValueError(f"This loss wants one target per score, shape {scores.shape[-2:]}, not {t.shape}.")
        t = t[..., None]
    return t
