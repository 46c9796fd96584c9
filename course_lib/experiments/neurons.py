"""What chapter 01 measures, beginning with a single neuron.

Source: CS231n notes, "Neural Networks Part 1", section "Modeling one neuron".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from course_lib.annotations import OneOf
from course_lib.arguments import checked
from course_lib.nn.activations import ACTIVATIONS

EXTENT = 4.0  # the plane is shown for −4 ≤ x1, x2 ≤ 4
GRID = 81
REACH = 12.0  # the activation is shown for |z| ≤ 12


@dataclass(frozen=True)
class NeuronResponse:
    """Output of one neuron over the plane; `output[i, j]` belongs to x2 = axis[i], x1 = axis[j]."""

    activation: str
    w1: float
    w2: float
    b: float
    axis: np.ndarray  #: (GRID,)
    output: np.ndarray  #: (GRID, GRID)
    bounds: tuple[float, float]  #: of the output, ±inf where there is none
    line: np.ndarray  #: (2, 2) the ends of w·x + b = 0 inside the square, as rows (x1, x2); NaN where it is not seen
    z_axis: np.ndarray  #: (241,) from −REACH to REACH
    curve: np.ndarray  #: (241,) f(z_axis)

    @property
    def reach(self) -> tuple[float, float]:
        """The smallest and the largest sum z in the square."""
        most = EXTENT * (abs(self.w1) + abs(self.w2))
        return self.b - most, self.b + most

    @property
    def output_range(self) -> tuple[float, float]:
        """The smallest and the largest output in the square; its own points, as the grid may step over a minimum."""
        output = ACTIVATIONS[self.activation].f(np.linspace(*self.reach, 2001))
        return float(output.min()), float(output.max())

    @property
    def angle(self) -> float:
        """Direction of w in degrees, 0 along x1: the direction in which z grows fastest."""
        return math.degrees(math.atan2(self.w2, self.w1))


@checked
def neuron_response(
    w1: float = 1.0, w2: float = 1.0, b: float = 0.0, activation: Annotated[str, OneOf(ACTIVATIONS)] = "sigmoid"
) -> NeuronResponse:
    """One neuron, y = f(w1·x1 + w2·x2 + b), over the square |x1|, |x2| ≤ 4.

    The decision line w·x + b = 0 is where a sigmoid crosses ½ and a ReLU starts to rise. It stands at right angles to
    w, at the distance |b|/‖w‖ from the origin.
    """
    f = ACTIVATIONS[activation]
    axis = np.linspace(-EXTENT, EXTENT, GRID)
    z = w1 * axis[None, :] + w2 * axis[:, None] + b
    z_axis = np.linspace(-REACH, REACH, 241)
    return NeuronResponse(activation, w1, w2, b, axis, f.f(z), f.bounds, _clipped_line(w1, w2, b), z_axis, f.f(z_axis))


def _clipped_line(w1: float, w2: float, b: float) -> np.ndarray:
    """The part of w·x + b = 0 inside the square."""
    norm = math.hypot(w1, w2)
    if norm == 0 or abs(b) / norm > EXTENT * math.sqrt(2):
        return np.full((2, 2), math.nan)
    foot = -b / norm**2 * np.array([w1, w2])
    along = np.array([-w2, w1]) / norm
    low, high = -math.inf, math.inf  # |foot + t·along| ≤ EXTENT in both coordinates
    for p, d in zip(foot, along, strict=True):
        if abs(d) < 1e-12:
            if abs(p) > EXTENT:
                return np.full((2, 2), math.nan)
            continue
        ends = sorted(((-EXTENT - p) / d, (EXTENT - p) / d))
        low, high = max(low, ends[0]), min(high, ends[1])
    return foot + np.array([[low], [high]]) * along if low < high else np.full((2, 2), math.nan)
