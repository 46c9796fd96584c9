"""One activation function looked at closely: its value, its slope, and what a gate with it does to a gradient.

Source: CS231n notes, "Neural Networks Part 1" and "Backpropagation"; the activations name theirs in nn/activations.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from course_lib.annotations import FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.nn.activations import ACTIVATIONS, Activation, activation, leaky_relu, offered

GATES = (*offered("gate"), "maxout")
WITH_ALPHA = ("leaky_relu", "prelu", "elu", "maxout")
FLAT = 0.01  # a unit whose slope is smaller than this counts as saturated
REACH = 12.0


@dataclass(frozen=True)
class ActivationGate:
    """A function f over [−12, 12] and one gate y = f(x) in it; `grid`, `f`, `df`, `rival` have one entry per point."""

    function: str
    alpha: float
    x: float
    upstream: float  #: ∂L/∂y, what arrives from above
    grid: np.ndarray  #: (points,)
    f: np.ndarray  #: (points,)
    df: np.ndarray  #: (points,) f′
    flat: np.ndarray  #: (points,) whether |f′| < 0.01 from there on outwards: not at a minimum of GELU
    rival: np.ndarray | None  #: (points,) max(αx, x), for the functions that are often written so
    band: tuple[float, float] | None  #: the slopes between which RReLU draws its own
    value: float  #: f(x)
    local: float  #: f′(x)

    @property
    def downstream(self) -> float:
        """∂L/∂x = ∂L/∂y · f′(x), what goes on to the weights."""
        return self.upstream * self.local

    @property
    def uses_alpha(self) -> bool:
        """Whether the function has a slope or depth α."""
        return self.function in WITH_ALPHA


@checked
def activation_gate(
    function: Annotated[str, OneOf(GATES)] = "sigmoid", alpha: float = 0.1, x: float = 2.0, upstream: float = 1.0
) -> ActivationGate:
    """The gate y = f(x): forward the value, backward   ∂L/∂x = ∂L/∂y · f′(x)   (local × upstream).

    `alpha` is the slope for x < 0 of leaky ReLU and PReLU, the depth of ELU, and the slope of the second of two pieces
    of maxout, max(αx, x). RReLU is shown with its mean slope, the one it uses for testing.
    """
    gate = _bound(function, alpha)
    grid = np.linspace(-REACH, REACH, 601)
    df = gate.df(grid)
    small = np.abs(df) < FLAT
    flat = np.logical_and.accumulate(small) | np.logical_and.accumulate(small[::-1])[::-1]
    rival = np.maximum(alpha * grid, grid) if function in ("leaky_relu", "prelu") else None
    rrelu = ACTIVATIONS["rrelu"].params
    band = (rrelu["lower"], rrelu["upper"]) if function == "rrelu" else None
    value, local = float(gate.f(np.float64(x))), float(gate.df(np.float64(x)))
    return ActivationGate(function, alpha, x, upstream, grid, gate.f(grid), df, flat, rival, band, value, local)


def _bound(function: str, alpha: float) -> Activation:
    """The activation of that name with α in force, two-piece maxout included."""
    if function == "maxout":  # at a tie the slope is that of the first piece, as in the layer `Maxout`
        return Activation("maxout", lambda x: np.maximum(alpha * x, x), lambda x: np.where(alpha * x >= x, alpha, 1.0))
    return activation(function, alpha=alpha) if function in WITH_ALPHA else ACTIVATIONS[function]


@checked
def saturation(xs: tuple[float, ...] = (0.0, 1.0, 2.0, 5.0, 10.0)) -> dict[str, list[float]]:
    """σ′ and tanh′ at each |x| of `xs`: small far out, but never 0."""
    return {f"{name} slope": [float(ACTIVATIONS[name].df(x)) for x in xs] for name in ("sigmoid", "tanh")}


@checked
def max_form(alpha: float, xs: tuple[float, ...] = (-1.0, 1.0)) -> tuple[list[float], list[float]]:
    """max(αx, x) and PReLU's max(0, x) + α min(0, x) at `xs`: the same for α ≤ 1 only."""
    x = np.array(xs)
    return np.maximum(alpha * x, x).tolist(), leaky_relu(x, alpha=alpha).tolist()


@checked
def gaussian_moments(name: str, samples: Natural = 200_000, seed: FrozenSeed = 0) -> tuple[float, float]:
    """Mean and standard deviation of f(z), z ~ N(0, 1), over `samples` draws: are the outputs zero-centred?"""
    y = ACTIVATIONS[name].f(np.random.RandomState(seed).standard_normal(samples))
    return float(y.mean()), float(y.std())
