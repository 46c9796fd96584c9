"""How long steps are: Adam with and without bias correction, and AdaGrad's steps that fade.

Source: Kingma & Ba 2015 (arXiv 1412.6980); Duchi, Hazan & Singer 2011 (AdaGrad).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_lib.annotations import FrozenSeed, Natural
from course_lib.arguments import checked
from course_lib.experiments.optimizers_conventions import AdamUncorrected
from course_lib.nn.optimizers import AdaGrad, Adam, Optimizer, RMSProp

STEPS = 500


@dataclass(frozen=True)
class AdamBias:
    """Adam under gradients g = 1 + noise·z, from step 1 on; every array is (steps,)."""

    beta1: float
    beta2: float
    correction: bool
    noise: float
    gradient: np.ndarray  #: (steps,)
    m: np.ndarray  #: (steps,) moving average of g, starting at 0
    v: np.ndarray  #: (steps,) moving average of g²
    m_hat: np.ndarray  #: (steps,) m / (1 − β1ᵗ)
    v_hat: np.ndarray  #: (steps,)
    corrected: np.ndarray  #: (steps,) step / η with the correction
    uncorrected: np.ndarray  #: (steps,) and without

    @property
    def step(self) -> np.ndarray:
        """(steps,) of the chosen form."""
        return self.corrected if self.correction else self.uncorrected

    @property
    def peak(self) -> tuple[int, float]:
        """When the chosen form makes its longest step, and how long it is in units of η."""
        size = np.abs(self.step)
        at = int(np.argmax(size >= size.max() * (1 - 1e-9)))  # the first of equals
        return at + 1, float(self.step[at])

    @property
    def rises(self) -> bool:
        """Whether the steps only grow, towards a limit: then none of them is the longest."""
        size = np.abs(self.step)
        return bool(size[0] < size[-1] and np.all(np.diff(size) >= -1e-9 * size.max()))


@checked
def adam_bias(
    beta1: float = 0.9,
    beta2: float = 0.999,
    correction: bool = False,
    noise: float = 0.0,
    steps: Natural = STEPS,
    seed: FrozenSeed = 0,
) -> AdamBias:
    """Both forms see the same gradients. m and v start at 0, which is what the correction makes good."""
    return AdamBias(beta1, beta2, correction, noise, *_adam(beta1, beta2, noise, steps, seed))


@lru_cache(maxsize=64)
def _adam(beta1: float, beta2: float, noise: float, steps: int, seed: int) -> tuple[np.ndarray, ...]:
    g = 1 + noise * np.random.RandomState(seed).standard_normal(steps)
    moves, memory = {}, []
    for correction in (True, False):
        optimizer = (Adam if correction else AdamUncorrected)(lr=1.0, beta1=beta1, beta2=beta2, eps=1e-12)
        theta = np.zeros(1)
        state, places = optimizer.init(theta), [0.0]
        for t in range(steps):
            optimizer.step(theta, g[t : t + 1], state)
            places.append(theta.item())
            if correction:
                memory.append((state.m.item(), state.v.item()))
        moves[correction] = -np.diff(places)
    m, v = np.array(memory).T
    after = np.arange(1, steps + 1)
    return g, m, v, m / (1 - beta1**after), v / (1 - beta2**after), moves[True], moves[False]


@checked
def constant_gradient(optimizer: Optimizer, gradient: np.ndarray | float = 1.0, steps: Natural = 100) -> np.ndarray:
    """How far each step moves under the same gradient again and again, (steps, coordinates).

    Returns: (steps, coordinates), for gradient (coordinates,) or a number.
    """
    gradient = np.atleast_1d(np.asarray(gradient, dtype=float))
    theta = np.zeros_like(gradient)
    state, places = optimizer.init(theta), [theta.copy()]
    for _ in range(steps):
        optimizer.step(theta, gradient, state)
        places.append(theta.copy())
    return -np.diff(places, axis=0)


@checked
def effective_rates(steps: Natural = 100, gradients: tuple[float, ...] = (10.0, 0.1)) -> dict[str, np.ndarray]:
    """Move / gradient of the last of `steps` steps for coordinates of different size; η = 1.

    The coordinate with the LARGE gradient gets the SMALLER rate; the moves come out equal.

    Returns: optimizer -> (coordinates,).
    """
    g = np.array(gradients)
    optimizers = {"adagrad": AdaGrad(1.0, eps=1e-12), "rmsprop": RMSProp(1.0, eps=1e-12), "adam": Adam(1.0, eps=1e-12)}
    return {name: constant_gradient(optimizer, g, steps)[-1] / g for name, optimizer in optimizers.items()}
