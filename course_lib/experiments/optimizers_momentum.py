"""What momentum does: its final speed on a slope, and its swings in a valley.

Source: Polyak 1964; Goh, "Why Momentum Really Works", Distill 2017.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le, Lt

from course_lib.annotations import Count, Natural, Positive, Share
from course_lib.arguments import checked
from course_lib.nn.optimizers import Momentum

MAX_STEPS = 200


@dataclass(frozen=True)
class MomentumRun:
    """A ball on a slope of constant gradient and in a valley ½λx²; lengths in units of ηg and of the start."""

    beta: float
    curvature: float  #: ηλ
    speed: np.ndarray  #: (steps + 1,) |v| / (ηg) on the slope
    terminal: float  #: where it tends to: 1 / (1 − β)
    x: np.ndarray  #: (steps + 1,) position in the valley, from 1
    without: np.ndarray  #: (steps + 1,) the same without momentum
    regime: str
    rate: float  #: by what x shrinks per step in the long run: the largest |root|

    @property
    def half_speed_at(self) -> int:
        """Steps to half of the terminal speed."""
        return 1 if self.beta <= 0.5 else math.ceil(math.log(0.5) / math.log(self.beta))


@checked
def momentum_run(
    beta: Annotated[float, Ge(0), Lt(1)] = 0.9, curvature: Positive = 0.02, steps: Annotated[Count, Le(MAX_STEPS)] = 100
) -> MomentumRun:
    """v ← βv − ηg, θ ← θ + v, with g = 1 and with g = λx; only ηλ = `curvature` counts.

    β is the share of the velocity KEPT at each step; the friction is 1 − β.
    """
    # one array, three runs: the slope, the valley, the valley without momentum
    theta, optimizer = np.array([0.0, 1.0, 1.0]), Momentum(lr=1.0, beta=np.array([beta, beta, 0.0]))
    state, places, speed = optimizer.init(theta), [theta.copy()], [0.0]
    with np.errstate(all="ignore"):
        for _ in range(steps):
            optimizer.step(theta, np.array([1.0, curvature, curvature]) * [1.0, theta[1], theta[2]], state)
            places.append(theta.copy())
            speed.append(-float(state.v[0]))
    x = np.array(places)
    regime, rate = damping(beta, curvature), float(np.abs(roots(beta, curvature)).max())
    return MomentumRun(beta, curvature, np.array(speed), 1 / (1 - beta), x[:, 1], x[:, 2], regime, rate)


@checked
def alternating_speed(beta: float, steps: Natural = 200) -> float:
    """|v| / (ηg) after `steps` pushes +g, −g, +g …: opposite pushes nearly cancel, 1/(1 + β) is left."""
    theta, optimizer = np.zeros(1), Momentum(lr=1.0, beta=beta)
    state = optimizer.init(theta)
    for t in range(steps):
        optimizer.step(theta, np.array([(-1.0) ** t]), state)
    return abs(state.v.item())


def roots(beta: float, curvature: float) -> np.ndarray:
    """The two z in x_t = a z₁ᵗ + b z₂ᵗ:   z² − (1 + β − ηλ) z + β = 0      (Polyak 1964)

    Returns: (2,) complex.
    """
    middle = 1 + beta - curvature
    spread = np.sqrt(complex(middle * middle - 4 * beta))
    return np.array([middle + spread, middle - spread]) / 2


def damping(beta: float, curvature: float) -> str:
    """How a ball in a valley of ηλ = `curvature` comes to rest: creeps, swings, flips its sign each step or diverges.

    Two roots that meet at ηλ = (1 ∓ √β)² mark the borders: between them the roots are complex, |z| = √β. At
    ηλ = 2(1 + β) one root is −1: the ball jumps from side to side for ever. At β = 0 and ηλ = 1 both are 0: it arrives
    in one step.
    """
    if beta == 0 and curvature == 1:
        return "arrives"
    if math.isclose(curvature, 2 * (1 + beta), rel_tol=1e-12):
        return "jumps"
    if curvature > 2 * (1 + beta):
        return "diverges"
    if curvature > (1 + math.sqrt(beta)) ** 2:
        return "flips"
    return "swings" if curvature > (1 - math.sqrt(beta)) ** 2 else "creeps"


@checked
def critical(beta: Share) -> float:
    """The ηλ of the fastest fall without a swing, (1 − √β)²: critical damping."""
    return (1 - math.sqrt(beta)) ** 2
