"""How parameters move once the gradient is known: each optimizer is a formula on one array.

An optimizer knows nothing of networks. `theta` may be a point (2,), a thousand points (1000, 2), the flat
parameter vector of a network (P,) or of T networks at once (T, P). Every setting may be an array that
broadcasts against it: lr of shape (1000, 1) gives each point its own learning rate.

    state = optimizer.init(theta)             # plain arrays, named as in the papers
    optimizer.step(theta, grad, state)        # in place; grad is left alone; float32 stays float32

Symbols: θ parameters, g gradient, η learning rate (`lr`), ε `eps`. Everything is element by element.
`OPTIMIZERS` at the end has one entry for each: what explorers, pictures, races and tests know of it.

Source: each class names its paper.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from numbers import Real
from types import SimpleNamespace
from typing import Any

import numpy as np

from course_lib.annotations import BelowOne, Rate, Strength
from course_lib.arguments import checked
from course_lib.inputs import FLOATS, broadcasts, floats, numbers, short

Setting = float | np.ndarray


class State(SimpleNamespace):
    """What an optimizer remembers between two steps: arrays shaped like theta, and Adam's step count t."""


class Optimizer:
    """Settings, the zero state and `step`. A subclass names the arrays it remembers and says how theta moves in
    `update(theta, g, state, lr)`, which changes theta in place."""

    lr: Any
    memory: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in list(vars(self).items()):
            # a Python float keeps float32 arrays float32; a NumPy scalar would lift them to float64
            is_number = isinstance(value, Real | np.ndarray) and not isinstance(value, bool)
            if is_number:  # a learner's own may have other settings
                object.__setattr__(self, name, floats(value, name) if np.ndim(value) else float(value))

    def init(self, theta: np.ndarray) -> State:
        """The state before the first step: every memory is zero and has the shape and dtype of theta.

        Raises: ValueError if theta (…) and the settings do not broadcast.
        """
        floating(theta, f"{type(self).__name__}.init")
        for name, value in vars(self).items():
            shape = getattr(value, "shape", ())
            if not broadcasts(shape, theta.shape):
                raise ValueError(
                    f"{name} of shape {shape} does not broadcast against theta of shape "
                    f"{theta.shape}: give theta one row per value."
                )
        names = [self.memory] if isinstance(self.memory, str) else self.memory  # ("m") is no tuple
        if not isinstance(names, Collection) or not all(isinstance(name, str) for name in names):
            raise ValueError(f'memory of {type(self).__name__} must be names, as in ("v",), not {short(names)}.')
        return State(**{name: np.zeros_like(theta) for name in names})

    def step(self, theta: np.ndarray, grad: np.ndarray, state: State | None, lr: Setting | None = None) -> None:
        """One update of theta, in place. `lr` takes the place of the optimizer's own: this is how a schedule acts.

        theta, grad (…) of one shape.
        Raises: ValueError if grad has another shape than theta, or state or lr are for another one.
        """
        name = f"{type(self).__name__}.step"
        floating(theta, name)
        if type(grad) is not np.ndarray or grad.dtype not in FLOATS:
            grad = floats(grad, f"grad of {name}")
        if grad.shape != theta.shape:
            raise ValueError(f"grad of {name} must have the shape of theta, {theta.shape}, not {grad.shape}.")
        if grad is theta:  # the gradient of ½θ², which update may read after it has changed theta
            grad = grad.copy()
        lr = rate(self.lr if lr is None else lr, theta.shape, f"lr of {name} must be")
        try:
            given = self.update(theta, grad, state, lr)
        except (AttributeError, ValueError):
            if _is_own(self) or all(
                getattr(getattr(state, one, None), "shape", None) == theta.shape for one in self.memory
            ):
                raise
            raise ValueError(f"state of {name} must be what init(theta) gave for it, not {short(state)}.") from None
        changed_in_place(given, theta, self, "update")

    def update(self, theta: np.ndarray, g: np.ndarray, state: Any, lr: Setting) -> Any:
        """The formula: change theta (…) and the state in place, given g (…) and the rate lr."""
        raise NotImplementedError(f"{type(self).__name__} must define update(self, theta, g, state, lr).")


def changed_in_place(given: Any, theta: np.ndarray, optimizer: object, method: str) -> None:
    """Refuse a method that returns the new theta (…), which nobody would see.

    Raises: ValueError if something else than None or theta itself was given.
    """
    if given is not None and given is not theta:
        raise ValueError(
            f"{type(optimizer).__name__}.{method} must change theta in place, as in theta -= …, and return nothing."
        )


def _is_own(optimizer: Any) -> bool:
    """Whether what makes the step is not of this module."""
    return any(getattr(type(optimizer), name, optimizer).__module__ != __name__ for name in ("step", "update"))


def warn_of_no_step(optimizer: Any) -> None:
    """Say that theta has stayed where it was, if the learner wrote what makes the step."""
    if _is_own(optimizer):
        name = type(optimizer).__name__
        warnings.warn(f"{name} has not moved theta: to learn, change it in place, as in theta -= ….", stacklevel=3)


def floating(theta: np.ndarray, name: str) -> None:
    """Refuse what cannot be changed in place as parameters are, theta (…).

    Raises: ValueError if it is no array of floating-point numbers, or read-only.
    """
    if type(theta) is not np.ndarray or theta.dtype.kind != "f":
        raise ValueError(f"theta of {name} must be an array of floating-point numbers, not {short(theta)}.")
    if not theta.flags.writeable:
        raise ValueError(f"theta of {name} is changed in place, and this array is read-only: give theta.copy().")


def rate(lr: Any, shape: tuple[int, ...], wanted: str) -> Any:
    """A learning rate for theta of this shape, as a number or an array of floats.

    Raises: ValueError if it is something else.
    """
    if isinstance(lr, float) and 0.0 <= lr < math.inf:
        return lr
    value = numbers(lr)
    if (
        value is None
        or value.dtype == bool
        or not (broadcasts(value.shape, shape) and np.all((value >= 0.0) & (value < math.inf)))
    ):
        wanted += " a number, 0 or more" + (f", or an array of shape ({shape[0]}, 1)" if len(shape) > 1 else "")
        raise ValueError(f"{wanted}, not {short(lr)}.")
    return floats(value, "lr") if value.ndim else float(value)


@checked
@dataclass(frozen=True)
class SGD(Optimizer):
    """θ ← θ − ηg      (Robbins & Monro 1951)"""

    lr: Rate = 0.01

    def update(self, theta, g, state, lr):
        theta -= lr * g


@checked
@dataclass(frozen=True)
class Momentum(Optimizer):
    """v ← βv − ηg;  θ ← θ + v      (Polyak 1964; velocity form)

    β is the share of velocity kept: under a constant gradient the speed tends to ηg/(1 − β). PyTorch's buffer
    form b ← βb + g, θ ← θ − ηb makes the same path while η is constant, another when a schedule changes it.
    """

    lr: Rate = 0.01
    beta: BelowOne = 0.9
    memory = ("v",)

    def update(self, theta, g, state, lr):
        v = state.v
        v *= self.beta
        v -= lr * g
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
    memory = ("v",)

    def update(self, theta, g, state, lr):
        v = state.v
        v *= self.beta
        v -= lr * g
        theta += self.beta * v
        theta -= lr * g


@checked
@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """h ← h + g²;  θ ← θ − ηg / (√h + ε)      (Duchi, Hazan & Singer 2011)"""

    lr: Rate = 0.01
    eps: Strength = 1e-8
    memory = ("h",)

    def update(self, theta, g, state, lr):
        h = state.h
        h += g**2
        theta -= lr * g / (np.sqrt(h) + self.eps)


@checked
@dataclass(frozen=True)
class RMSProp(Optimizer):
    """h ← βh + (1 − β)g²;  θ ← θ − ηg / (√h + ε)      (Tieleman & Hinton 2012, lecture 6.5)

    No bias correction: the first step is η/√(1 − β) long.
    """

    lr: Rate = 0.001
    beta: BelowOne = 0.9
    eps: Strength = 1e-8
    memory = ("h",)

    def update(self, theta, g, state, lr):
        h = state.h
        h *= self.beta
        h += (1 - self.beta) * g**2
        theta -= lr * g / (np.sqrt(h) + self.eps)


@checked
@dataclass(frozen=True)
class Adam(Optimizer):
    """m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  m̂ = m/(1 − β₁ᵗ);  v̂ = v/(1 − β₂ᵗ);  θ ← θ − ηm̂ / (√v̂ + ε)
    (Kingma & Ba 2015, algorithm 1)
    """

    lr: Rate = 0.001
    beta1: BelowOne = 0.9
    beta2: BelowOne = 0.999
    eps: Strength = 1e-8
    memory = ("m", "v")

    def init(self, theta):
        state = super().init(theta)
        state.t = 0
        return state

    def update(self, theta, g, state, lr):
        m_hat, v_hat = self.moments(g, state)
        theta -= lr * m_hat / (np.sqrt(v_hat) + self.eps)

    def moments(self, g, state):
        """m̂ and v̂: the moving averages of g and g², corrected for their start at zero."""
        m, v = state.m, state.v
        state.t += 1
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g**2
        return m / (1 - self.beta1**state.t), v / (1 - self.beta2**state.t)


@checked
@dataclass(frozen=True)
class AdamW(Adam):
    """θ ← (1 − ηλ)θ, then Adam's step      (Loshchilov & Hutter 2019; λ is `weight_decay`)

    The decay does not pass through m and v, so it is not divided by √v̂: with Adam this differs from a penalty
    ½λθ² in the loss, with plain SGD the two are one.
    """

    weight_decay: Strength = 0.01

    def update(self, theta, g, state, lr):
        theta *= 1 - lr * self.weight_decay
        super().update(theta, g, state, lr)


@checked
@dataclass(frozen=True)
class Lion(Optimizer):
    """c = β₁m + (1 − β₁)g;  θ ← θ − η(sign c + λθ);  m ← β₂m + (1 − β₂)g      (Chen et al. 2023, algorithm 2)

    Every step is η long in every coordinate, so η must be smaller than Adam's, and near a minimum θ swings by ±η.
    """

    lr: Rate = 1e-4
    beta1: BelowOne = 0.9
    beta2: BelowOne = 0.99
    weight_decay: Strength = 0.0
    memory = ("m",)

    def update(self, theta, g, state, lr):
        m = state.m
        c = self.beta1 * m + (1 - self.beta1) * g
        theta -= lr * (np.sign(c) + self.weight_decay * theta)
        m *= self.beta2
        m += (1 - self.beta2) * g


@dataclass(frozen=True)
class OptimizerEntry:
    """What the course knows of an optimizer besides its formula; a good learning rate depends on the problem."""

    make: type[Optimizer]
    label: str
    line: tuple[str, Any, str]  # colour of `plots.style.COLOURS`, line style and marker, in every picture
    book_rate: float  # on the surfaces: as hand-picked by Saito, Deep Learning from Scratch (2016), 6.1, or like those
    common_rate: float  # on the digits: what programs suggest
    tuned_rate: float  # on the digits: the best of eight (`experiments.optimizers_race.tune_race`)

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings that the optimizer has."""
        return tuple(self.make.__dataclass_fields__)  # type: ignore[attr-defined]


OPTIMIZERS = {
    "sgd": OptimizerEntry(SGD, "SGD", ("blue", "-", "o"), 0.95, 0.01, 1.0),
    "momentum": OptimizerEntry(Momentum, "Momentum", ("vermillion", "--", "s"), 0.1, 0.01, 0.1),
    "nesterov": OptimizerEntry(Nesterov, "Nesterov", ("green", "-.", "^"), 0.1, 0.01, 0.1),
    "adagrad": OptimizerEntry(AdaGrad, "AdaGrad", ("purple", ":", "D"), 1.5, 0.01, 0.316),
    "rmsprop": OptimizerEntry(RMSProp, "RMSProp", ("orange", (0, (5, 1)), "v"), 0.3, 0.001, 0.0316),
    "adam": OptimizerEntry(Adam, "Adam", ("sky", (0, (3, 1, 1, 1)), "P"), 0.3, 0.001, 0.0316),
    "adamw": OptimizerEntry(AdamW, "AdamW", ("grey", (0, (1, 1)), "X"), 0.3, 0.001, 0.0316),
    "lion": OptimizerEntry(Lion, "Lion", ("vermillion", (0, (6, 1, 1, 1, 1, 1)), "*"), 0.3, 0.0001, 0.01),
}
