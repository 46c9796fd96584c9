"""What a unit does with its weighted sum: every activation function of the course with its derivative.

`ACTIVATIONS["tanh"].f(x)` is the value and `.df(x)` the slope f′(x); `activation("leaky_relu", alpha=0.1)` binds
parameters. All take numbers or arrays of any shape and type, keep float32, and stay finite and silent at ±1e4.
At a kink the slope is that of the left side, hence ReLU′(0) = 0. Maxout is a layer, because it has weights.

Source: LeCun et al. 1998 (tanh); He et al. 2015 (PReLU); Clevert et al. 2016 (ELU); Klambauer et al. 2017 (SELU);
Hendrycks & Gimpel 2016 (GELU); Ramachandran et al. 2017 (SiLU); Misra 2019 (Mish); CS231n notes for the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from course_lib.arguments import checked, validated
from course_lib.inputs import FLOATS, arrays, bare, floats, short
from course_lib.nn.normal import FAR, cumulative, density
from course_lib.registry import registered


@dataclass(frozen=True)
class OfNumbers:
    """A formula that takes whatever consists of numbers. Layers, which have arrays already, call the `bare` one."""

    name: str
    bare: Callable[..., np.ndarray]

    def __call__(self, x: Any) -> np.ndarray:
        return self.bare(x if type(x) is np.ndarray and x.dtype in FLOATS else floats(x, f"x of {self.name}"))


@dataclass(frozen=True)
class Activation:
    """A function f with its derivative df, and what layers, pictures and dropdowns want to know about it.

    `slope_of_output(y)` is f′(x) computed from y = f(x), where that is cheaper; `bounds` are the infimum and
    supremum of f, `bounds_with` a function that gives them where they depend on parameters; `params` are the
    keyword-only parameters of f with the values in force. `label` is how people write the name, `offered` names the
    explorers that offer it: "neuron" (chapter 01), "gate", "chain", "race" (02), "depth" (05 and 06) and
    "playground" (11).
    """

    name: str
    f: Callable[..., np.ndarray]
    df: Callable[..., np.ndarray]
    bounds: tuple[float, float] = (-math.inf, math.inf)
    slope_of_output: Callable[[np.ndarray], np.ndarray] | None = None
    params: dict[str, float] = field(default_factory=dict)
    bounds_with: Callable[..., tuple[float, float]] | None = None
    label: str = ""
    offered: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.name)
        object.__setattr__(self, "params", self.params or dict(getattr(self.f, "__kwdefaults__", None) or {}))
        if self.bounds_with:
            object.__setattr__(self, "bounds", self.bounds_with(**self.params))
        for name in ("f", "df", "slope_of_output"):
            formula = getattr(self, name)
            if not callable(formula) and (formula is not None or name == "df"):
                raise ValueError(f"{name} of {self.name} must be a function, not {short(formula)}.")
            if formula is not None and not isinstance(formula, OfNumbers):
                object.__setattr__(self, name, OfNumbers(self.name, formula))

    def with_params(self, **params: float) -> Activation:
        """The same function with other parameters.

        Raises: ValueError for a parameter that the activation does not have, or one that is not a finite number.
        """
        for name in params:
            if name not in self.params:
                raise ValueError(f"{self.name} has no parameter {name!r}; it takes {', '.join(self.params) or 'none'}.")
        given = {name: float(validated(float, name, self.name, value)) for name, value in params.items()}
        bound = {**self.params, **given}
        f, df = (partial(bare(formula), **bound) for formula in (self.f, self.df))
        return replace(self, f=f, df=df, params=bound, slope_of_output=None)


def identity(x):
    """f(x) = x"""
    return 1.0 * x


def identity_slope(x):
    """f′(x) = 1"""
    return np.ones_like(1.0 * x)


def step(x):
    """f(x) = 1 for x > 0, else 0:  the binary step."""
    return np.heaviside(x, 0.0)


def step_slope(x):
    """f′(x) = 0,   so backpropagation cannot train it."""
    return np.zeros_like(1.0 * x)


def sigmoid(x):
    """σ(x) = 1/(1 + e⁻ˣ) = eˣ/(1 + eˣ),   whichever of the two cannot overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0.0, 1.0, e) / (1.0 + e)


def sigmoid_slope_of_output(y):
    """σ′ = y(1 − y)"""
    return y * (1.0 - y)


def sigmoid_slope(x):
    """σ′(x) = σ(x) σ(−x) = e/(1 + e)²  with e = e^−|x|"""
    e = np.exp(-np.abs(x))
    return e / (1.0 + e) ** 2


def tanh(x):
    """tanh x = 2σ(2x) − 1"""
    return np.tanh(x)


def tanh_slope(x):
    """tanh′(x) = 1/cosh²x = 4e/(1 + e)²  with e = e^−2|x|;   1 − tanh²x would lose its digits far out."""
    e = np.exp(-2.0 * np.abs(x))
    return 4.0 * e / (1.0 + e) ** 2


def tanh_slope_of_output(y):
    """tanh′ = 1 − y²"""
    return 1.0 - y * y


def lecun_tanh(x):
    """f(x) = 1.7159 tanh(2x/3),   LeCun et al. 1998, Efficient BackProp, sec. 4.4."""
    return 1.7159 * np.tanh(x * (2.0 / 3.0))


def lecun_tanh_slope(x):
    """f′(x) = 1.7159 · 2/3 · tanh′(2x/3)"""
    return 1.7159 * (2.0 / 3.0) * tanh_slope(x * (2.0 / 3.0))


def softplus(x):
    """f(x) = ln(1 + eˣ) = max(0, x) + ln(1 + e^−|x|);   f′ = σ"""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def relu(x):
    """f(x) = max(0, x)"""
    return np.maximum(x, 0.0)


def relu_slope(x):
    """f′(x) = 1 for x > 0, else 0"""
    return np.greater(x, 0.0).astype(np.result_type(x, 0.0))


def relu_slope_of_output(y):
    """f′ = 1 for y > 0, else 0"""
    return (y > 0.0).astype(y.dtype)


def leaky_relu(x, *, alpha=0.01):
    """f(x) = max(0, x) + α min(0, x),   which is max(αx, x) only for α ≤ 1. Maas, Hannun & Ng 2013 (α = 0.01)."""
    return np.maximum(x, 0.0) + alpha * np.minimum(x, 0.0)


def leaky_relu_slope(x, *, alpha=0.01):
    """f′(x) = 1 for x > 0, else α"""
    return (1.0 - alpha) * relu_slope(x) + alpha


def prelu(x, *, alpha=0.25):
    """Leaky ReLU whose α is learned, from 0.25: He et al. 2015 sec. 2.1. The layer `PReLU` does the learning."""
    return leaky_relu(x, alpha=alpha)


def prelu_slope(x, *, alpha=0.25):
    """f′(x) = 1 for x > 0, else α"""
    return leaky_relu_slope(x, alpha=alpha)


def rrelu(x, *, lower=1 / 8, upper=1 / 3):
    """f(x) = max(0, x) + a min(0, x),  a = (lower + upper)/2.   Xu et al. 2015 (arXiv 1505.00853).

    This is the form used for testing; in training a ~ U(lower, upper) is drawn for every value (layer `RReLU`).
    """
    return leaky_relu(x, alpha=0.5 * (lower + upper))


def rrelu_slope(x, *, lower=1 / 8, upper=1 / 3):
    """f′(x) = 1 for x > 0, else (lower + upper)/2"""
    return leaky_relu_slope(x, alpha=0.5 * (lower + upper))


def elu(x, *, alpha=1.0):
    """f(x) = x for x > 0, else α(eˣ − 1),   Clevert et al. 2016 (arXiv 1511.07289) eq. 15."""
    return np.where(x > 0.0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def elu_slope(x, *, alpha=1.0):
    """f′(x) = 1 for x > 0, else αeˣ:   continuous at 0 only for α = 1."""
    return np.where(x > 0.0, 1.0, alpha * np.exp(np.minimum(x, 0.0)))


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def selu(x):
    """f(x) = λ elu(x),  λ = 1.0507…, α = 1.6733…:   N(0, 1) in, mean 0 and variance 1 out.

    Klambauer et al. 2017 (arXiv 1706.02515) eq. 2 and 14.
    """
    return SELU_SCALE * elu(x, alpha=SELU_ALPHA)


def selu_slope(x):
    """f′(x) = λ elu′(x)"""
    return SELU_SCALE * elu_slope(x, alpha=SELU_ALPHA)


def gelu(x):
    """f(x) = x Φ(x),  Φ the normal distribution function.   Hendrycks & Gimpel 2016 (arXiv 1606.08415)."""
    return np.maximum(x, -FAR) * cumulative(x)


def gelu_slope(x):
    """f′(x) = Φ(x) + x φ(x)"""
    return cumulative(x) + np.clip(x, -FAR, FAR) * density(x)


FAR_OUT = 1e4  # σ(−1e4) is 0 in every precision; −∞ · 0 would not be a number


def silu(x):
    """f(x) = x σ(x),   also called swish."""
    return np.maximum(x, -FAR_OUT) * sigmoid(x)


def silu_slope(x):
    """f′(x) = σ(x) (1 + x σ(−x))"""
    near = np.clip(x, -FAR_OUT, FAR_OUT)
    return sigmoid(x) * (1.0 + near * sigmoid(-near))


def mish(x):
    """f(x) = x tanh(softplus x).   Misra 2019 (arXiv 1908.08681)."""
    return np.maximum(x, -FAR_OUT) * np.tanh(softplus(x))


def mish_slope(x):
    """f′(x) = tanh s + x σ(x) (1 − tanh² s)  with s = softplus x"""
    s = softplus(x)
    return np.tanh(s) + np.clip(x, -FAR_OUT, FAR_OUT) * sigmoid(x) * tanh_slope(s)


@arrays("scores", ndim=1)
def softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    """pᵢ = e^sᵢ / Σⱼ e^sⱼ,   the largest score subtracted first, which changes nothing but the overflow.

    Returns: the shape of scores (…, C).
    """
    e = np.exp(scores - np.max(scores, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


@arrays("scores", ndim=1)
def log_softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    """log pᵢ = sᵢ − log Σⱼ e^sⱼ

    Returns: the shape of scores (…, C).
    """
    s = scores - np.max(scores, axis=axis, keepdims=True)
    return s - np.log(np.sum(np.exp(s), axis=axis, keepdims=True))


@checked
def activation(name: str, **params: float) -> Activation:
    """The activation of that name from the registry, with parameters if any are given.

    Raises: ValueError for an unknown name, or a parameter that the activation does not have.
    """
    if name not in ACTIVATIONS:
        raise ValueError(f"There is no activation {name!r}; choose one of {', '.join(ACTIVATIONS)}.")
    return ACTIVATIONS[name].with_params(**params) if params else ACTIVATIONS[name]


def _leaky(**slopes: float) -> tuple[float, float]:
    return (-math.inf if sum(slopes.values()) > 0 else 0.0), math.inf


def _exponential(alpha: float) -> tuple[float, float]:
    return -max(alpha, 0.0), math.inf


_above = (0.0, math.inf)
GATES = ("gate", "chain")
EVERYWHERE = ("neuron", "gate", "chain", "race", "depth", "playground")
ACTIVATIONS: dict[str, Activation] = registered(
    (
        Activation("identity", identity, identity_slope, offered=("neuron", "playground")),
        Activation("step", step, step_slope, (0.0, 1.0), label="binary step", offered=("neuron", "gate")),
        Activation("sigmoid", sigmoid, sigmoid_slope, (0.0, 1.0), sigmoid_slope_of_output, offered=EVERYWHERE),
        Activation("tanh", tanh, tanh_slope, (-1.0, 1.0), tanh_slope_of_output, offered=EVERYWHERE),
        Activation("lecun_tanh", lecun_tanh, lecun_tanh_slope, (-1.7159, 1.7159)),
        Activation("softplus", softplus, sigmoid, _above, offered=("neuron", *GATES)),
        Activation("relu", relu, relu_slope, _above, relu_slope_of_output, label="ReLU", offered=EVERYWHERE),
        Activation(
            "leaky_relu", leaky_relu, leaky_relu_slope, bounds_with=_leaky, label="leaky ReLU", offered=EVERYWHERE
        ),
        Activation("prelu", prelu, prelu_slope, bounds_with=_leaky, label="PReLU", offered=("gate",)),
        Activation("rrelu", rrelu, rrelu_slope, bounds_with=_leaky, label="RReLU", offered=("gate",)),
        Activation("elu", elu, elu_slope, bounds_with=_exponential, label="ELU", offered=EVERYWHERE),
        Activation(
            "selu", selu, selu_slope, (-SELU_SCALE * SELU_ALPHA, math.inf), label="SELU", offered=(*GATES, "depth")
        ),
        Activation("gelu", gelu, gelu_slope, (-0.16997120747990369, math.inf), label="GELU", offered=EVERYWHERE),
        Activation(
            "silu", silu, silu_slope, (-0.27846454276107376, math.inf), label="SiLU", offered=(*GATES, "playground")
        ),
        Activation("mish", mish, mish_slope, (-0.3088434130172504, math.inf), label="Mish", offered=EVERYWHERE),
    ),
    "name",
)


def offered(place: str) -> tuple[str, ...]:
    """The names of the activations that the explorers of this place offer."""
    return tuple(a.name for a in ACTIVATIONS.values() if place in a.offered)
