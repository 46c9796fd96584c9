"""How signals fare in a deep random network: forward the activations, backward the gradients.

Symbols: n units per layer, L layers, W_l = s·Z_l with Z ~ N(0, 1) drawn once, so that a slider *scales* one network
instead of drawing another. Activations h_l = f(h_{l−1} W_l), gradients g_l = ∂J/∂h_l.

Source: CS231n 2017, lecture 6; Saito, Deep Learning from Scratch, section 6.2.2; Glorot & Bengio 2010.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le

from course_lib.annotations import Count, FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.experiments.histograms import activation_histogram, median, size_histogram
from course_lib.experiments.infinite_width import infinite_width
from course_lib.nn.activations import ACTIVATIONS, Activation
from course_lib.nn.normalization import BatchNorm

HOMOGENEOUS = ("identity", "relu", "leaky_relu")  # f(a·x) = a·f(x) for a > 0
BATCHNORM = {False: "", True: "before", "": "", "off": "", "before": "before", "after": "after"}  # place

# Weight standard deviation of each scheme at width n (square layers, where Xavier and Glorot agree).
SCHEMES = {
    "zeros": lambda n: 0.0,
    "0.01": lambda n: 0.01,
    "0.05": lambda n: 0.05,
    "1.0": lambda n: 1.0,
    "xavier": lambda n: 1 / math.sqrt(n),
    "glorot": lambda n: math.sqrt(2 / (n + n)),
    "he": lambda n: math.sqrt(2 / n),
}


@dataclass(frozen=True)
class SignalPropagation:
    """Signals in a random network, layer by layer; arrays have one entry (or row) per layer 1..L.

    `*_edges` (L, bins + 1) and `*_counts` (L, bins) are histograms, of the activations and of the *sizes* |g| of the
    gradients, in the units of the signal itself. `grad_std[l]` belongs to the gradient at the *input* of layer l.
    The theory is that of infinitely wide layers; it is NaN where there is none (constant weights).
    """

    activation: str
    init: str
    width: int
    batchnorm: str  #: "before" or "after" f; empty for none
    weight_std: float
    act_mean: np.ndarray  #: (L,)
    act_std: np.ndarray  #: (L,)
    act_std_theory: np.ndarray  #: (L,)
    act_edges: np.ndarray  #: (L, BINS + 1)
    act_counts: np.ndarray  #: (L, BINS)
    grad_std: np.ndarray  #: (L,)
    grad_std_theory: np.ndarray  #: (L,)
    grad_edges: np.ndarray  #: (L, SIZE_BINS + 1)
    grad_counts: np.ndarray  #: (L, SIZE_BINS)
    slope_mean: np.ndarray  #: (L,) mean of f'(z), the local derivative
    slope_median: np.ndarray  #: (L,)
    saturated: np.ndarray  #: (L,) share of outputs within 0.01 of a bound; for unbounded f, share with f' < 0.01
    zero: np.ndarray  #: (L,) share of outputs that are exactly 0
    dead: np.ndarray  #: (L,) share of units that are 0 on every sample

    @property
    def depth(self) -> int:
        """L, the number of layers."""
        return len(self.act_std)

    @property
    def n_var(self) -> float:
        """n·Var(w), the number that counts: the factor on the second moment in a linear layer."""
        return self.width * self.weight_std**2


@checked
def signal_propagation(
    activation: Annotated[str, OneOf(ACTIVATIONS)] = "tanh",
    init: str = "xavier",
    scale: float | None = None,
    width: Annotated[Count, Le(1024)] = 500,
    depth: Annotated[Count, Le(10)] = 10,
    samples: Annotated[int, Ge(2), Le(1000)] = 1000,
    batchnorm: bool | str = False,
    seed: FrozenSeed = 0,
    dtype: str = "float32",
) -> SignalPropagation:
    """Send N(0, 1) inputs forward and an N(0, 1) gradient backward through `depth` layers of `width` units.

        z_l = h_{l−1} W_l,   h_l = f(z_l);        g_{l−1} = (g_l ∘ f'(z_l)) W_lᵀ

    `init` is one of `SCHEMES`, "custom" (W ~ N(0, scale²)) or "constant" (W = scale); there are no biases. With
    `batchnorm` each z is normalised over the samples before f; with "after" it is f(z), on its way to the next layer,
    and h_l = f(z_l) is still what is recorded. This is the experiment of CS231n 2017, lecture 6
    (10 layers of 500) and of Saito, *Deep Learning from Scratch*, section 6.2.2 (5 layers of 100, sigmoid).

    In the chaotic regime (large weights, bounded f) rounding errors grow from layer to layer like every other small
    difference: in float32 the second digit depends on the machine. dtype="float64" is slower and keeps ten digits.

    Raises: ValueError for an unknown init or batchnorm, or a scale that is missing.
    """
    if batchnorm not in BATCHNORM:
        raise ValueError(f"batchnorm must be True, False, off, before or after, not {batchnorm!r}.")
    batchnorm = BATCHNORM[batchnorm]
    std = weight_std(init, scale, width)
    if activation in HOMOGENEOUS and not batchnorm and std > 0:
        # f(a·x) = a·f(x): one run at a harmless scale gives every other scale exactly.
        unit = 1 / width if init == "constant" else math.sqrt(2 / width)
        unit_run = _run(activation, init == "constant", unit, width, depth, 1000, "", seed, dtype)
        return _rescaled(unit_run, init, std)
    result = _run(activation, init == "constant", std, width, depth, samples, batchnorm, seed, dtype)
    return replace(result, init=init)


def weight_std(init: str, scale: float | None, width: int) -> float:
    """The size of the weights that `init` asks for at this width (for "constant", the constant itself).

    Raises: ValueError for an unknown scheme, or a scale that is missing or negative.
    """
    if init in SCHEMES:
        return SCHEMES[init](width)
    if init not in ("custom", "constant"):
        raise ValueError(f"There is no scheme {init!r}; choose one of {', '.join(SCHEMES)}, custom or constant.")
    if scale is None or not (math.isfinite(scale) and scale >= 0):
        raise ValueError(f"The scheme {init!r} needs a scale of 0 or more, not {scale!r}.")
    return float(scale)


@lru_cache(maxsize=64)
def _run(
    activation: str,
    constant: bool,
    std: float,
    width: int,
    depth: int,
    samples: int,
    batchnorm: str,
    seed: int,
    dtype: str,
) -> SignalPropagation:
    draw = standard_draw(seed, 1 << max(7, (width - 1).bit_length()))
    x, draws, upstream = (numbers[..., :width].astype(dtype, copy=False) for numbers in draw)
    f = ACTIVATIONS[activation]
    if constant:  # equal weights add up instead of averaging out: n·c per layer leaves the range of float32
        weights = [std * np.ones((width, width))] * depth
    else:
        weights = [z[:width] for z in draws[:depth]]
    layers = list(propagate(x[:samples], weights, upstream[:samples], f, 1.0 if constant else std, batchnorm))
    unknown = np.full(depth, math.nan)  # equal weights have no theory here
    act_theory, factors = (unknown, unknown) if constant else infinite_width(f, std, width, depth, batchnorm)
    act_edges, act_counts = zip(*(activation_histogram(h, f) for h, _, _ in layers), strict=True)
    grad_edges, grad_counts = zip(*(size_histogram(g) for _, _, g in layers), strict=True)
    return SignalPropagation(
        activation=activation,
        init="",
        width=width,
        batchnorm=batchnorm,
        weight_std=std,
        act_mean=np.array([h.mean(dtype=float) for h, _, _ in layers]),
        act_std=np.array([h.std(dtype=float) for h, _, _ in layers]),
        act_std_theory=act_theory,
        act_edges=np.array(act_edges),
        act_counts=np.array(act_counts),
        grad_std=np.array([g.std(dtype=float) for _, _, g in layers]),
        grad_std_theory=np.cumprod(factors[::-1])[::-1],
        grad_edges=np.array(grad_edges),
        grad_counts=np.array(grad_counts),
        slope_mean=np.array([slope.mean(dtype=float) for _, slope, _ in layers]),
        slope_median=np.array([median(slope) for _, slope, _ in layers], dtype=float),
        saturated=np.array([_saturated(h, slope, f) for h, slope, _ in layers]),
        zero=np.array([np.mean(h == 0) for h, _, _ in layers]),
        dead=np.array([np.mean(~h.any(axis=0)) for h, _, _ in layers]),
    )


@lru_cache(maxsize=4)  # sizes 128, 256, 512 and 1024
def standard_draw(seed: int, size: int, depth: int = 10, samples: int = 1000) -> tuple[np.ndarray, ...]:
    """Inputs (samples, size), weights (depth, size, size) and upstream gradient (samples, size), all N(0, 1), float32.

    Narrower networks use the corner of the same draw, so that moving the width needs no new numbers either.

    Returns: (samples, size), (depth, size, size) and (samples, size).
    """
    rng = np.random.default_rng(seed)
    shapes = (samples, size), (depth, size, size), (samples, size)
    return tuple(rng.standard_normal(shape, dtype=np.float32) for shape in shapes)


def propagate(
    x: np.ndarray,
    weights: list[np.ndarray],
    upstream: np.ndarray,
    f: Activation,
    factor: float = 1.0,
    batchnorm: bool | str = False,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(h_l, f'(z_l), gradient at the input of layer l) for l = 1..L, with weights factor·W_l.

    x (m, n), each W (n, n), upstream ∂J/∂h_L (m, n). The factor multiplies the product, which is smaller than W.

    Returns: three arrays (m, n) per layer, for weights (n, n) and upstream (m, n).
    """
    activations, slopes = [], []
    before, after = (BATCHNORM[batchnorm] == place for place in ("before", "after"))
    norms: list[Any] = [BatchNorm(w.shape[-1], dtype=x.dtype) if before or after else None for w in weights]
    for w, norm in zip(weights, norms, strict=True):
        z = x @ w
        z *= factor
        if before:
            z = norm.standardize(z, train=True)
        x = f.f(z)
        activations.append(x)
        slopes.append(f.slope_of_output(x) if f.slope_of_output else f.df(z))
        if after:
            x = norm.standardize(x, train=True)
    gradients, g = [], upstream
    for layer in reversed(range(len(weights))):
        delta = (norms[layer].standardize_backward(g) if after else g) * slopes[layer]
        if before:
            delta = norms[layer].standardize_backward(delta)
        g = delta @ weights[layer].T
        g *= factor
        gradients.append(g)
    return zip(activations, slopes, reversed(gradients), strict=True)


@checked
def weight_gradient_std(
    activation: str, std: float, width: Natural = 500, depth: Natural = 10, seed: FrozenSeed = 0
) -> np.ndarray:
    """Std of ∂J/∂W_l = h_{l−1}ᵀ δ_l / m for l = 1..L, with δ_l = g_l ∘ f'(z_l), over m = 1000 inputs; (depth,).

    Returns: (depth,).
    """
    x, draws, upstream = standard_draw(seed, 1 << max(7, (width - 1).bit_length()))
    x, upstream, weights = x[:, :width], upstream[:, :width], [z[:width, :width] for z in draws[:depth]]
    activations, slopes, gradients = zip(*propagate(x, weights, upstream, ACTIVATIONS[activation], factor=std))
    inputs, outputs = [x, *activations[:-1]], [*gradients[1:], upstream]
    return np.array([(h.T @ (g * slope)).std(dtype=float) / len(x) for h, g, slope in zip(inputs, outputs, slopes)])


def _rescaled(unit: SignalPropagation, init: str, std: float) -> SignalPropagation:
    """The same network with weights of size `std`, for f(a·x) = a·f(x): layer l of the signal grows by aˡ."""
    up = (std / unit.weight_std) ** np.arange(1, unit.depth + 1)
    down = up[::-1]  # the gradient at the input of layer l has passed L − l + 1 weight matrices
    return replace(
        unit,
        init=init,
        weight_std=std,
        act_mean=unit.act_mean * up,
        act_std=unit.act_std * up,
        act_std_theory=unit.act_std_theory * up,
        act_edges=unit.act_edges * up[:, None],
        grad_std=unit.grad_std * down,
        grad_std_theory=unit.grad_std_theory * down,
        grad_edges=unit.grad_edges * down[:, None],
    )


def _saturated(h: np.ndarray, slope: np.ndarray, f: Activation) -> float:
    low, high = f.bounds
    if math.isfinite(low) and math.isfinite(high):
        return float(np.mean((h > high - 0.01) | (h < low + 0.01)))
    return float(np.mean(np.abs(slope) < 0.01))
