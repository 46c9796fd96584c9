"""One name, several formulas: what optimisers do when a book, a paper and a library write them differently.

Source: Saito, Deep Learning from Scratch, 6.1; Sutskever et al. 2013; Kingma & Ba 2015; the documentation of PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, OneOf
from course_lib.arguments import checked
from course_lib.nn.optimizers import Adam, Momentum, Nesterov
from course_lib.nn.surfaces import SURFACES

BOWL = SURFACES["bowl"]
CUT_AT = 10  # the step from which the learning rate is multiplied by `cut`
MAX_STEPS = 100


@dataclass(frozen=True)
class Conventions:
    """The same optimiser written in several ways, from one start on the bowl."""

    convention: str
    forms: tuple[str, ...]
    paths: np.ndarray  #: (forms, steps + 1, 2)
    gap: np.ndarray  #: (forms − 1, steps + 1) distance of the others from the first form

    @property
    def largest(self) -> np.ndarray:
        """(forms − 1,) the largest distance on the way."""
        return self.gap.max(axis=1)


@checked
def conventions(
    convention: Annotated[str, OneOf(CONVENTIONS)] = "momentum",
    lr: float = 0.1,
    beta: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    cut: float = 0.1,
    steps: Annotated[Count, Le(MAX_STEPS)] = 30,
) -> Conventions:
    """Compare the forms of one `convention` (see `CONVENTIONS`) on x²/20 + y² from (−7, 2).

    cut: the learning rate is multiplied by it from step 10 on (1: it stays), in the momentum forms.
    """
    forms, paths = _run(convention, lr, beta, beta2, eps, cut)
    shown = paths[:, : steps + 1]
    with np.errstate(all="ignore"):
        return Conventions(convention, forms, shown, np.linalg.norm(shown[1:] - shown[:1], axis=-1))


def buffer_momentum(theta: np.ndarray, grad: np.ndarray, b: np.ndarray, lr: float, beta: float) -> None:
    """b ← βb + g;  θ ← θ − ηb      (PyTorch's form, in place)

    theta, grad, b (…) of one shape.
    """
    b *= beta
    b += grad
    theta -= lr * b


class AdamInside(Adam):
    """θ ← θ − ηm̂ / √(v̂ + ε)"""

    def update(self, theta, g, state, lr):
        m_hat, v_hat = self.moments(g, state)
        theta -= lr * m_hat / np.sqrt(v_hat + self.eps)


class AdamOfSaito(Adam):
    """θ ← θ − η√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε): the ε̂ at the end of section 2 of the paper, also TensorFlow's."""

    def update(self, theta, g, state, lr):
        self.moments(g, state)
        lr = lr * np.sqrt(1 - self.beta2**state.t) / (1 - self.beta1**state.t)
        theta -= lr * state.m / (np.sqrt(state.v) + self.eps)


class AdamUncorrected(Adam):
    """θ ← θ − ηm / (√v + ε), without bias correction."""

    def update(self, theta, g, state, lr):
        self.moments(g, state)
        theta -= lr * state.m / (np.sqrt(state.v) + self.eps)


ADAMS: dict[str, type[Adam]] = {"outside": Adam, "inside": AdamInside, "uncorrected": AdamOfSaito}  # where ε stands


@lru_cache(maxsize=64)
def _run(convention: str, lr: float, beta: float, beta2: float, eps: float, cut: float):
    with np.errstate(all="ignore"):
        made = CONVENTIONS[convention](lr, beta, beta2, eps, cut)
    return tuple(made), np.array(list(made.values()))


def _follow(step: Callable[[np.ndarray, np.ndarray, int], None]) -> np.ndarray:
    """Points (101, 2) of a `step(theta, grad, t)` that moves theta in place."""
    theta, points = np.array(BOWL.start), [np.array(BOWL.start)]
    for t in range(MAX_STEPS):
        step(theta, BOWL.grad(theta), t)
        points.append(theta.copy())
    return np.array(points)


def _momentum(lr, beta, beta2, eps, cut):
    def rate(t):
        return lr * (cut if t >= CUT_AT else 1.0)

    optimizer, b = Momentum(lr, beta), np.zeros(2)
    state = optimizer.init(b)
    return {
        "velocity": _follow(lambda theta, g, t: optimizer.step(theta, g, state, rate(t))),
        "buffer": _follow(lambda theta, g, t: buffer_momentum(theta, g, b, rate(t), beta)),
    }


def _adam_path(optimizer):
    state = optimizer.init(np.zeros(2))
    return _follow(lambda theta, g, t: optimizer.step(theta, g, state))


def _epsilon(lr, beta, beta2, eps, cut):
    forms = zip(("outside the root", "inside the root", "before the correction"), ADAMS.values())
    return {form: _adam_path(make(lr, beta, beta2, eps)) for form, make in forms}


def _bias(lr, beta, beta2, eps, cut):
    forms = {"corrected": Adam, "not corrected": AdamUncorrected}
    return {form: _adam_path(make(lr, beta, beta2, eps)) for form, make in forms.items()}


def _nesterov(lr, beta, beta2, eps, cut):
    """What is stored is the look-ahead point x + βv; the textbook's x is θ − βv."""
    optimizer = Nesterov(lr, beta)
    state, iterates = optimizer.init(np.zeros(2)), [np.array(BOWL.start)]

    def step(theta, g, t):
        optimizer.step(theta, g, state)
        iterates.append(theta - beta * state.v)

    return {"look-ahead point": _follow(step), "iterate": np.array(iterates)}


CONVENTIONS = {"momentum": _momentum, "epsilon": _epsilon, "bias": _bias, "nesterov": _nesterov}
