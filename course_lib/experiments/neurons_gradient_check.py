"""How well a measured slope can check a computed one: the error of finite differences against their step h.

Source: CS231n notes, "Neural Networks Part 3", section "Gradient checks".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le

from course_lib.annotations import FrozenSeed, OneOf
from course_lib.arguments import checked
from course_lib.data.clouds import spiral
from course_lib.nn.gradient_check import relative_error, verdict
from course_lib.nn.network import MLP

SIZES = (2, 10, 3)
EXAMPLES = 30
PENALTY = 0.01
LEARNING_RATE = 0.5
BURN_IN = 20  # steps before the check: at the start weights are small, and mistakes in the penalty hide
H = np.array([float(f"{digit}e{decade}") for decade in range(-13, -1) for digit in (1, 2, 3, 6)] + [0.1])
ZOOM = np.linspace(-2.0, 2.0, 61)  # the close-up shows θ ± 2h
BUGS = ("none", "f′ forgotten", "penalty forgotten", "sum instead of mean")
PRECISIONS = {"float64": np.float64, "float32": np.float32}
FLOOR = 1e-2  # gradients below this share of the largest are compared with that size


@dataclass(frozen=True)
class GradientCheckSweep:
    """Relative error of a gradient against finite differences, for a small network on 30 points of the spiral."""

    activation: str
    bug: str
    precision: str
    h: float  #: the step looked at, one of `hs`
    hs: np.ndarray  #: (49,) 1e-13 … 1e-1
    central: np.ndarray  #: (49,) largest relative error over all parameters, central differences
    forward: np.ndarray  #: (49,) the same, forward differences
    crossings: np.ndarray  #: (49,) share of the parameters whose step θ ± h takes a unit across z = 0
    at: int  #: index of h in hs
    best: int  #: index of the smallest central error
    zoom: np.ndarray  #: (61,) moves of the parameter with the largest central error at h, in units of h, from −2 to 2
    rise: np.ndarray  #: (61,) change of J on these moves, in units of h
    analytic: float  #: its gradient as the code computes it
    numeric: float  #: and as measured by central differences with h
    verdict: str  #: what the error at h means

    @property
    def error(self) -> float:
        """The error of the chosen step, central differences."""
        return float(self.central[self.at])


@checked
def gradient_check_sweep(
    h: Annotated[float, Ge(1e-13), Le(0.1)] = 1e-5,
    activation: str = "tanh",
    bug: Annotated[str, OneOf(BUGS)] = "none",
    precision: Annotated[str, OneOf(PRECISIONS)] = "float64",
    seed: FrozenSeed = 0,
) -> GradientCheckSweep:
    """Check backpropagation through a briefly trained 2-10-3 network with steps h from 1e-13 to 1e-1.

    One of the steps is looked at closely.

    Too large a step measures the curvature too (an error of h²/6·J‴ for central, h/2·J″ for forward differences).
    Too small a step drowns in rounding (an error of about 1e-16·J/h). `bug` puts a mistake into the computed gradient.
    """
    lab, at = _lab(activation, precision, seed), int(np.argmin(np.abs(np.log(H / h))))
    analytic = lab.gradient(bug)
    floor = FLOOR * np.abs(analytic).max()
    errors = relative_error(analytic, lab.central, floor)
    worst, central = int(errors[at].argmax()), errors.max(axis=1)
    curves = H, central, relative_error(analytic, lab.forward, floor).max(axis=1), lab.crossings
    close = ZOOM, lab.rise(worst, H[at]), float(analytic[worst]), float(lab.central[at, worst])
    said = verdict(float(central[at]))
    return GradientCheckSweep(
        activation, bug, precision, float(H[at]), *curves, at, int(central.argmin()), *close, said
    )


class _Lab:
    """One network, and P copies of it side by side with one parameter moved in each."""

    def __init__(self, activation: str, precision: str, seed: int) -> None:
        dtype = PRECISIONS[precision]
        points, classes = spiral()
        chosen = np.random.RandomState(seed).permutation(len(points))[:EXAMPLES]
        self.x, self.y = (points / points.std())[chosen].astype(dtype), classes[chosen]
        options: dict[str, Any] = {"activation": activation, "init": "he", "bias": 0.1, "l2": PENALTY, "dtype": dtype}
        self.net = MLP(SIZES, seed=np.random.RandomState(seed), **options)
        for _ in range(BURN_IN):
            self.net.loss_and_grad(self.x, self.y)
            self.net.theta -= LEARNING_RATE * self.net.grad
        self.theta = self.net.theta.copy()
        count = len(self.theta)
        self.copies = MLP(SIZES, seed=0, trials=count, **options)
        self.close = MLP(SIZES, seed=0, trials=len(ZOOM), **options)
        here, zero = np.asarray(self._losses(self.theta)), self._signs()
        self.central, self.forward = np.empty((len(H), count)), np.empty((len(H), count))
        self.crossings = np.empty(len(H))
        for row, h in enumerate(H):
            step = dtype(h) * np.eye(count, dtype=dtype)
            above, up = self._losses(self.theta + step), self._signs()
            below, down = self._losses(self.theta - step), self._signs()
            self.central[row] = (above - below) / (2 * h)
            self.forward[row] = (above - here) / h
            self.crossings[row] = np.mean(((up != zero) | (down != zero)).any(axis=(1, 2)))

    def _losses(self, theta: np.ndarray) -> np.ndarray:
        self.copies.theta = theta
        return self.copies.loss(self.x, self.y)

    def _signs(self) -> np.ndarray:
        """Which hidden units are above z = 0, for each copy and example, from the last pass."""
        return self.copies.layers[1].cache[0] > 0

    def gradient(self, bug: str) -> np.ndarray:
        """dJ/dθ by backpropagation, float64, with a mistake put in."""
        net = self.net
        net.l2 = 0.0 if bug == "penalty forgotten" else PENALTY
        net.loss_and_grad(self.x, self.y)
        gradient = net.grad.astype(float)
        if bug == "sum instead of mean":
            return EXAMPLES * gradient
        if bug == "f′ forgotten":
            _, d = net.loss_function(net.forward(self.x), self.y)
            _, _, last = net.layers
            first_weights, first_biases = SIZES[0] * SIZES[1], SIZES[1]
            dz = d @ last.params["W"].T  # dJ/dh, used as if it were dJ/dz
            gradient[:first_weights] = (self.x.T @ dz + PENALTY * net.weights()[0]).ravel()
            gradient[first_weights : first_weights + first_biases] = dz.sum(axis=0)
        return gradient

    def rise(self, parameter: int, h: float) -> np.ndarray:
        """(J(θ + t·h) − J(θ))/h for t in ZOOM: a straight line, if h is small and rounding smaller."""
        theta = np.tile(self.theta, (len(ZOOM), 1))
        theta[:, parameter] += (h * ZOOM).astype(theta.dtype)
        self.close.theta = theta
        losses = np.asarray(self.close.loss(self.x, self.y), dtype=float)
        return (losses - losses[len(ZOOM) // 2]) / h


_lab = lru_cache(maxsize=32)(_Lab)
