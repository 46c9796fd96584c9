"""How parameters move once the gradient is known: each optimizer is a formula on one array.

An optimizer knows nothing of networks. `theta` may be a point (2,), a thousand points (1000, 2), the flat
parameter vector of a network (P,) or of T networks at once (T, P). Every setting may be an array that
broadcasts against it: lr of shape (1000, 1) gives each point its own learning rate.

    state = optimizer.init(theta)             # plain arrays, named as in the papers
    optimizer.step(theta, grad, state)        # in place; grad is left alone; float32 stays float32

Symbols: θ parameters, g gradient, η learning rate (`lr`), ε `eps`. Everything is element by element.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from types import SimpleNamespace
from typing import Any, ClassVar, Literal

import numpy as np

from course_lib.annotations import BelowOne, Rate, Strength
from course_lib.arguments import checked
from course_lib.inputs import FLOATS, floats, short

Setting = float | np.ndarray


class State(SimpleNamespace):
    """What an optimizer remembers between two steps: arrays shaped like theta, and Adam's step count t."""


class Optimizer:
    """Holds the settings and makes the zero state; the formulas are in the subclasses.

    `step(..., lr=...)` uses that learning rate instead of the optimizer's own: this is how a schedule acts.
    """

    lr: Any
    memory: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for name, value in list(vars(self).items()):
            if not isinstance(value, bool | str):
                # a Python float keeps float32 arrays float32; a NumPy scalar would lift them to float64
                object.__setattr__(self, name, value if np.ndim(value) else float(value))

    def init(self, theta: np.ndarray) -> State:
        """The state before the first step: every memory is zero and has the shape and dtype of theta."""
        _floating(theta, f"{type(self).__name__}.init")
        for name, value in vars(self).items():
            shape = np.shape(value)
            if shape and np.broadcast_shapes(shape, theta.shape) != theta.shape:
                raise ValueError(
                    f"{name} of shape {shape} does not broadcast against theta of shape "
                    f"{theta.shape}: give theta one row per value."
                )
        return State(**{name: np.zeros_like(theta) for name in self.memory})

    def step(self, theta: np.ndarray, grad: np.ndarray, state: State, lr: Setting | None = None) -> None:
        raise NotImplementedError


def _floating(theta: np.ndarray, name: str) -> None:
    if type(theta) is not np.ndarray or theta.dtype.kind != "f":
        raise ValueError(f"theta of {name} must be an array of floating-point numbers, not {short(theta)}.")


def in_place(step: Callable) -> Callable:
    """A step that is given an array theta to change, and a gradient of its shape in floating point."""

    @wraps(step)
    def looked_at(self, theta, grad, state, lr=None):
        _floating(theta, f"{type(self).__name__}.step")
        if type(grad) is not np.ndarray or grad.dtype not in FLOATS:
            grad = floats(grad, f"grad of {type(self).__name__}.step")
        if grad.shape != theta.shape:
            raise ValueError(
                f"grad of {type(self).__name__}.step must have the shape of theta, {theta.shape}, not {grad.shape}."
            )
        step(self, theta, grad, state, lr)

    return looked_at


@checked
@dataclass(frozen=True)
class SGD(Optimizer):
    """θ ← θ − ηg      (Robbins & Monro 1951)"""

    lr: Rate = 0.01

    @in_place
    def step(self, theta, grad, state, lr=None):
        theta -= (self.lr if lr is None else lr) * grad


@checked
@dataclass(frozen=True)
class Momentum(Optimizer):
    """v ← βv − ηg;  θ ← θ + v      (Polyak 1964; velocity form)

    β is the share of velocity kept: under a constant gradient the speed tends to ηg/(1 − β). PyTorch's buffer
    form b ← βb + g, θ ← θ − ηb makes the same path while η is constant, another when a schedule changes it.
    """

    lr: Rate = 0.01
    beta: BelowOne = 0.9
    memory: ClassVar = ("v",)

    @in_place
    def step(self, theta, grad, state, lr=None):
        v = state.v
        v *= self.beta
        v -= (self.lr if lr is None else lr) * grad
        theta += v


@checked
@dataclass(frozen=True)
class Nesterov(Optimizer):
    """v ← βv − ηg;  θ ← θ + βv − ηg      (Nesterov 1983; Sutskever et al. 2013)

    θ is the look-ahead point x + βv of the textbook form v ← βv − η∇f(x + βv), x ← x + v: that is where the
    gradient is wanted, so it is what is stored (as in the CS231n notes and PyTorch).
    """

    lr: Rate = 0.01
    beta: BelowOne = 0.9
    memory: ClassVar = ("v",)

    @in_place
    def step(self, theta, grad, state, lr=None):
        v, move = state.v, (self.lr if lr is None else lr) * grad
        v *= self.beta
        v -= move
        theta += self.beta * v
        theta -= move


@checked
@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """h ← h + g²;  θ ← θ − ηg / (√h + ε)      (Duchi, Hazan & Singer 2011)

    eps_at="inside" divides by √(h + ε) instead.
    """

    lr: Rate = 0.01
    eps: Strength = 1e-8
    eps_at: Literal["outside", "inside"] = "outside"
    memory: ClassVar = ("h",)

    @in_place
    def step(self, theta, grad, state, lr=None):
        h = state.h
        h += grad * grad
        move = (self.lr if lr is None else lr) * grad
        move /= _root(h, self.eps, self.eps_at)
        theta -= move


@checked
@dataclass(frozen=True)
class RMSProp(Optimizer):
    """h ← βh + (1 − β)g²;  θ ← θ − ηg / (√h + ε)      (Tieleman & Hinton 2012, lecture 6.5)

    No bias correction: the first step is η/√(1 − β) long. eps_at="inside" divides by √(h + ε) instead.
    """

    lr: Rate = 0.001
    beta: BelowOne = 0.9
    eps: Strength = 1e-8
    eps_at: Literal["outside", "inside"] = "outside"
    memory: ClassVar = ("h",)

    @in_place
    def step(self, theta, grad, state, lr=None):
        h = state.h
        _average(h, self.beta, grad * grad)
        move = (self.lr if lr is None else lr) * grad
        move /= _root(h, self.eps, self.eps_at)
        theta -= move


@checked
@dataclass(frozen=True)
class Adam(Optimizer):
    """m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  m̂ = m/(1 − β₁ᵗ);  v̂ = v/(1 − β₂ᵗ);  θ ← θ − ηm̂ / (√v̂ + ε)
    (Kingma & Ba 2015, algorithm 1)

    bias_correction=False uses m and v as they are. `eps_at` says where ε stands: "outside" as above;
    "inside": √(v̂ + ε); "uncorrected": ε is added to √v before the correction, the paper's ε̂ of section 2
    (Saito, TensorFlow), η√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε).
    """

    lr: Rate = 0.001
    beta1: BelowOne = 0.9
    beta2: BelowOne = 0.999
    eps: Strength = 1e-8
    bias_correction: bool = True
    eps_at: Literal["outside", "inside", "uncorrected"] = "outside"
    memory: ClassVar = ("m", "v")

    def init(self, theta):
        state = super().init(theta)
        state.t = 0
        return state

    @in_place
    def step(self, theta, grad, state, lr=None):
        m, v = state.m, state.v
        state.t += 1
        _average(m, self.beta1, grad)
        _average(v, self.beta2, grad * grad)
        # the corrections are moved onto η and ε, which are small, instead of m and v, which are long
        c1 = 1 - self.beta1**state.t if self.bias_correction else 1.0
        c2 = 1 - self.beta2**state.t if self.bias_correction else 1.0
        eps_scale = {"outside": c2**0.5, "inside": c2, "uncorrected": 1.0}[self.eps_at]
        move = _root(v, self.eps * eps_scale, self.eps_at)
        np.divide(m, move, out=move)
        move *= (self.lr if lr is None else lr) * c2**0.5 / c1
        theta -= move


@checked
@dataclass(frozen=True)
class AdamW(Adam):
    """θ ← (1 − ηλ)θ, then Adam's step      (Loshchilov & Hutter 2019; λ is `weight_decay`)

    The decay does not pass through m and v, so it is not divided by √v̂: with Adam this differs from a penalty
    ½λθ² in the loss, with plain SGD the two are one.
    """

    weight_decay: Strength = 0.01

    @in_place
    def step(self, theta, grad, state, lr=None):
        lr = self.lr if lr is None else lr
        theta *= 1 - lr * self.weight_decay
        super().step(theta, grad, state, lr)


def _average(mean: np.ndarray, beta: BelowOne, new: np.ndarray) -> None:
    """mean ← β mean + (1 − β) new, in place."""
    mean *= beta
    mean += (1 - beta) * new


def _root(square: np.ndarray, eps: Setting, eps_at: str) -> np.ndarray:
    """√square + ε, or √(square + ε) when ε is inside, as a fresh array."""
    if eps_at == "inside":
        return np.sqrt(square + eps)
    root = np.sqrt(square)
    root += eps
    return root


OPTIMIZERS = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}
