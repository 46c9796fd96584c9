"""The backward pass of batch normalisation: checked against measured slopes, and what it says of W and b.

Source: Ioffe & Szegedy 2015 (arXiv 1502.03167), sections 3 and 3.3; Saito, Deep Learning from Scratch, 6.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.annotations import FrozenSeed, Natural, Positive
from course_lib.arguments import checked
from course_lib.nn.gradient_check import numerical_gradient
from course_lib.nn.layers import Dense
from course_lib.nn.normalization import BatchNorm


@dataclass(frozen=True)
class BackwardCheck:
    """dx of batch normalisation on a batch of `examples`, in three versions, against central differences.

    Errors are the largest absolute difference, divided by the size of dy.
    """

    examples: int
    size: float  #: largest |dx| that was measured
    right: float  #: error of the backward pass of the library
    no_spread: float  #: error when σ is taken for a constant
    constants: float  #: error when both μ and σ are taken for constants


@checked
def backward_check(examples: Natural = 4, units: Natural = 3, eps: float = 1e-5, seed: FrozenSeed = 0) -> BackwardCheck:
    """Compare dx with (J(x + h) − J(x − h))/2h for J = Σ dy ∘ y, random x, dy and γ, in float64.

    One example is allowed here, as in the gradient check of Saito's book, to show what such a check is worth.
    """
    rng = np.random.RandomState(seed)
    x, dy = rng.standard_normal((examples, units)), rng.standard_normal((examples, units))
    layer = BatchNorm(units, eps=eps)
    gamma = layer.params["gamma"]
    gamma[...] = 1 + 0.5 * rng.standard_normal((1, units))

    def y(x: np.ndarray) -> np.ndarray:
        return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)

    measured = numerical_gradient(lambda x: float(np.sum(dy * y(x))), x, h=1e-5)
    inverse_std = 1 / np.sqrt(x.var(axis=0) + eps)
    centred = gamma * (dy - dy.mean(axis=0)) * inverse_std
    if examples == 1:  # the layer refuses
        right = centred - gamma * inverse_std * _along(x, dy, eps)
    else:
        layer.forward(x, train=True)
        right = layer.backward(dy)
    scale = np.abs(dy).max()
    errors = [float(np.abs(dx - measured).max() / scale) for dx in (right, centred, gamma * dy * inverse_std)]
    return BackwardCheck(examples, float(np.abs(measured).max()), *errors)


def _along(x: np.ndarray, dy: np.ndarray, eps: float) -> np.ndarray:
    """x̂ mean(dy ∘ x̂): what the spread takes out of the gradient."""
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    return x_hat * np.mean(dy * x_hat, axis=0)


@dataclass(frozen=True)
class ForgottenScale:
    """A dense layer with weights aW, batch normalisation behind it; everything is compared with a = 1."""

    factor: float
    output_change: float  #: largest |y(aW) − y(W)|
    gradient_ratio: float  #: ‖∂J/∂(aW)‖ / ‖∂J/∂W‖
    turn: float  #: how far the direction of W turns in one step of gradient descent with rate 0.1, in degrees
    radial: float  #: |⟨W, ∂J/∂W⟩| / (‖W‖ ‖∂J/∂W‖), the share of the gradient along W


@checked
def forgotten_scale(factor: Positive, lr: float = 0.1, eps: float = 0.0, seed: FrozenSeed = 0) -> ForgottenScale:
    """BN(x(aW)) = BN(xW) for a > 0, and the gradient at aW is 1/a of that at W   (Ioffe & Szegedy 2015, section 3.3)

    One unit with 20 inputs on 50 examples, J the mean of dy ∘ y with a random dy.
    """
    rng = np.random.RandomState(seed)
    x, w, dy = rng.standard_normal((50, 20)), rng.standard_normal((20, 1)), rng.standard_normal((50, 1))

    def run(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        layer = BatchNorm(1, eps=eps)
        y = layer.forward(x @ weights, train=True)
        return y, x.T @ layer.backward(dy) / len(x)

    (y, dw), (scaled_y, scaled_dw) = run(w), run(factor * w)
    old, new = factor * w, factor * w - lr * scaled_dw
    # W and its gradient are at right angles; an arctangent keeps small angles that an arccosine would round to 0
    along = float(np.vdot(old, new)) / np.linalg.norm(old) ** 2
    across = np.linalg.norm(new - along * old) / np.linalg.norm(old)
    turn, ratio = np.degrees(np.arctan2(across, along)), np.linalg.norm(scaled_dw) / np.linalg.norm(dw)
    radial = abs(np.vdot(old, scaled_dw)) / (np.linalg.norm(scaled_dw) * np.linalg.norm(old))
    return ForgottenScale(factor, float(np.abs(scaled_y - y).max()), float(ratio), float(turn), float(radial))


@checked
def bias_gradients(seed: FrozenSeed = 0) -> dict[str, float]:
    """Largest |∂J/∂b| of a dense layer: alone, and with batch normalisation behind it, which subtracts b again."""
    rng = np.random.RandomState(seed)
    x, w, dy = rng.standard_normal((50, 20)), rng.standard_normal((20, 5)), rng.standard_normal((50, 5))
    sizes = {}
    for name, norm in {"dense": None, "dense, then batch norm": BatchNorm(5)}.items():
        dense = Dense(20, 5)
        dense.params["W"][...] = w
        z = dense.forward(x)
        if norm is not None:
            norm.forward(z, train=True)
        dense.backward(dy if norm is None else norm.backward(dy))
        sizes[name] = float(np.abs(dense.grads["b"]).max())
    return sizes


@checked
def running_conventions(batches: Natural, size: Natural = 4, seed: FrozenSeed = 0) -> dict[str, tuple[float, float]]:
    """Running mean and variance of a unit, x ~ N(3, 2²), after that many batches, in three conventions.

    PyTorch: 0.1 weights the new value, start (0, 1), unbiased variance. Saito: 0.9 weights the old value, start
    (0, 0), biased variance. Ioffe & Szegedy: plain averages over the batches, variance times m/(m − 1).
    """
    x = 3 + 2 * np.random.RandomState(seed).standard_normal((batches, size))
    ours, saito_mean, saito_var = BatchNorm(1), 0.0, 0.0
    for batch in x:
        ours.forward(batch[:, None], train=True)
        saito_mean = 0.9 * saito_mean + 0.1 * batch.mean()
        saito_var = 0.9 * saito_var + 0.1 * batch.var()
    unbiased = float(np.mean(x.var(axis=1)) * size / (size - 1))
    return {
        "PyTorch and this course": (ours.running_mean.item(), ours.running_var.item()),
        "Saito": (float(saito_mean), float(saito_var)),
        "Ioffe and Szegedy": (float(x.mean()), unbiased),
    }
