"""A gradient on its way down through many layers: the product of the slopes, and what really arrives.

A layer multiplies the gradient by its slopes and by its weights.

Source: Schoenholz et al. 2017 (arXiv 1611.01232), section 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, FrozenSeed, OneOf, Positive
from course_lib.arguments import checked
from course_lib.experiments.infinite_width import infinite_width
from course_lib.experiments.signals import propagate
from course_lib.nn.activations import ACTIVATIONS

WIDTH, DEEPEST, SAMPLES = 100, 30, 64


@dataclass(frozen=True)
class GradientChain:
    """A gradient of std 1 travels down through `depth` layers; arrays have one entry per 0 … depth layers passed.

    `slopes`    product of the local derivatives f′ along a path of units, median over many paths
    `bound`     the largest this product can be, (max f′)ᵏ
    `gradient`  std of the end-to-end gradient, measured; `theory` is its value for infinitely wide layers
    and per layer, top layer first, the root mean square of f′ (`slope`) and its product with √(n·Var(w)) (`factor`).
    """

    activation: str
    scale: float  #: standard deviation of the weights
    slopes: np.ndarray  #: (depth + 1,)
    bound: np.ndarray  #: (depth + 1,)
    gradient: np.ndarray  #: (depth + 1,)
    theory: np.ndarray  #: (depth + 1,)
    slope: np.ndarray  #: (depth,)
    factor: np.ndarray  #: (depth,)

    @property
    def depth(self) -> int:
        """How many layers the gradient passes."""
        return len(self.slope)

    @property
    def gain(self) -> float:
        """√(n·Var(w)), what the weights of a layer multiply the gradient by."""
        return math.sqrt(WIDTH) * self.scale


@checked
def gradient_chain(
    activation: Annotated[str, OneOf(ACTIVATIONS)] = "sigmoid",
    scale: Positive = 0.1,
    depth: Annotated[Count, Le(DEEPEST)] = 5,
    seed: FrozenSeed = 0,
) -> GradientChain:
    """Layers of 100 units, weights N(0, scale²), inputs and upstream gradient N(0, 1).

    g_{l−1} = (g_l ∘ f′(z_l)) W_lᵀ,      so   std(g_{l−1}) ≈ std(g_l) · √(n·Var(w)) · √E[f′²]
    """
    return _chain(activation, scale, depth, seed)


@lru_cache(maxsize=64)
def _chain(activation: str, scale: float, depth: int, seed: int) -> GradientChain:
    # from z: 1 − y² of a saturated tanh holds no digits but rounding, and a product of ten of them is off by 10⁶
    f = replace(ACTIVATIONS[activation], slope_of_output=None)
    x, draws, upstream = _draw(seed)
    layers = list(propagate(x, list(draws[:depth]), upstream, f, factor=scale))[::-1]
    slopes = np.array([slope for _, slope, _ in layers])  # (depth, samples, units), top layer first
    paths = np.cumprod(slopes, axis=0).reshape(depth, -1)
    rms = np.sqrt(np.mean(slopes**2, axis=(1, 2)))
    _, factors = infinite_width(f, scale, WIDTH, depth)
    median, gradient, theory = curves = np.ones((3, depth + 1))
    curves[:, 1:] = np.median(paths, axis=1), [g.std() for _, _, g in layers], np.cumprod(factors[::-1])
    bound = _steepest(activation) ** np.arange(depth + 1.0)
    return GradientChain(activation, scale, median, bound, gradient, theory, rms, rms * math.sqrt(WIDTH) * scale)


@lru_cache(maxsize=2)
def _draw(seed: int) -> tuple[np.ndarray, ...]:
    """Inputs, weights of all layers and upstream gradient, drawn once so that a slider scales one network."""
    rng = np.random.default_rng(seed)
    shapes = (SAMPLES, WIDTH), (DEEPEST, WIDTH, WIDTH), (SAMPLES, WIDTH)
    return tuple(rng.standard_normal(shape) for shape in shapes)


@lru_cache
def _steepest(activation: str) -> float:
    """max f′, which for all functions of the course lies within ±12."""
    return float(ACTIVATIONS[activation].df(np.linspace(-12, 12, 4001)).max())
