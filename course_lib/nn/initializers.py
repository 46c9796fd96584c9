"""Where the weights start: every scheme of the course, most of them one rule with a different gain.

A linear layer multiplies the second moment of the signal by n·Var(w), so a scheme is a choice of Var(w).
All are called alike, `he(rng, fan_in, fan_out, **params) -> W (fan_in, fan_out)` in float64, and accept a
`numpy.random.Generator` as well as a `RandomState`.  They draw Z first and then scale it: two normal schemes
with one seed are the same draw at two scales.

Returns: W (fan_in, fan_out).
Source: LeCun et al. 1998; Glorot & Bengio 2010; He et al. 2015 (arXiv 1502.01852); Saxe et al. 2014 (orthogonal).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from course_lib.annotations import Count, Natural, NotNegative, Rng
from course_lib.arguments import checked, validated

Fan = Literal["in", "out", "avg"]


@checked
def variance_scaling(
    rng: Rng,
    fan_in: int,
    fan_out: int,
    gain: float = 1.0,
    fan: Fan = "in",
    distribution: Literal["normal", "uniform"] = "normal",
) -> np.ndarray:
    """Var(w) = gain² / n,   n = n_in ("in"), n_out ("out") or (n_in + n_out)/2 ("avg").

    "normal": W = σZ with Z ~ N(0, 1);  "uniform": W ~ U(−√3 σ, √3 σ), which has the same variance σ².
    Returns W (fan_in, fan_out).  He et al. 2015 (arXiv 1502.01852) sec. 2.2 has the derivation.
    """
    sigma = scaled_std(fan_in, fan_out, gain, fan)
    if distribution == "normal":
        return normal(rng, fan_in, fan_out, std=sigma)
    return uniform(rng, fan_in, fan_out, bound=math.sqrt(3) * sigma)


@checked
def scaled_std(fan_in: Count, fan_out: Count, gain: NotNegative = 1.0, fan: Fan = "in") -> float:
    """σ = gain / √n,   the standard deviation `variance_scaling` aims for."""
    n = {"in": fan_in, "out": fan_out, "avg": (fan_in + fan_out) / 2}[fan]
    return gain / math.sqrt(n)


@checked
def gain(activation: str, slope: float = 0.01) -> float:
    """The factor by which σ√n must exceed 1 because the activation shrinks the signal.

    relu √2 and leaky_relu √(2/(1 + a²)), a = `slope`, keep the second moment (He et al. 2015 sec. 2.2);
    tanh 5/3, selu 3/4, identity and sigmoid 1 are the values of PyTorch's `calculate_gain`.  The sigmoid's 1
    does *not* keep its gradients: its slope is at most 1/4, they need about 4 (Kumar 2017, arXiv 1704.08863).

    Raises: ValueError for an activation without a known gain.
    """
    gains = {"identity": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "selu": 3 / 4, "relu": math.sqrt(2.0)}
    gains["leaky_relu"] = math.sqrt(2 / (1 + slope * slope))
    if activation not in gains:
        raise ValueError(f"No gain is known for {activation!r}; known are {', '.join(gains)}.")
    return gains[activation]


@checked
def zeros(rng: Rng, fan_in: Count, fan_out: Count) -> np.ndarray:
    """W = 0.  With tanh or ReLU only the output bias can ever move."""
    return np.zeros((fan_in, fan_out))


@checked
def constant(rng: Rng, fan_in: Count, fan_out: Count, *, c: float = 0.1) -> np.ndarray:
    """W = c.  All units of a layer receive the same update and stay copies of one another."""
    return np.full((fan_in, fan_out), float(c))


@checked
def normal(rng: Rng, fan_in: Count, fan_out: Count, *, std: NotNegative = 0.01) -> np.ndarray:
    """W ~ N(0, std²), whatever the size of the layer."""
    return std * rng.standard_normal((fan_in, fan_out))


@checked
def uniform(rng: Rng, fan_in: Count, fan_out: Count, *, bound: NotNegative | None = None) -> np.ndarray:
    """W ~ U(−bound, bound),   Var(w) = bound²/3.

    Without `bound` it is 1/√n_in, hence Var(w) = 1/(3 n_in): the "commonly used heuristic" that Glorot and
    Bengio 2010 (eq. 1) set out to improve, and still what PyTorch's `nn.Linear` does.
    """
    b = _bound(fan_in, bound)
    return b * rng.uniform(-1.0, 1.0, (fan_in, fan_out))


@checked
def lecun(rng: Rng, fan_in: Natural, fan_out: Natural) -> np.ndarray:
    """Var(w) = 1/n_in:  LeCun et al. 1998 sec. 4.6; CS231n and Caffe call it "Xavier"."""
    return variance_scaling(rng, fan_in, fan_out, gain=1.0, fan="in")


@checked
def glorot_normal(rng: Rng, fan_in: Natural, fan_out: Natural) -> np.ndarray:
    """Var(w) = 2/(n_in + n_out),   normal:  Glorot & Bengio 2010 eq. 12."""
    return variance_scaling(rng, fan_in, fan_out, gain=1.0, fan="avg")


@checked
def glorot_uniform(rng: Rng, fan_in: Natural, fan_out: Natural) -> np.ndarray:
    """W ~ U(−b, b),  b = √(6/(n_in + n_out)),  so Var(w) = 2/(n_in + n_out):  Glorot & Bengio 2010 eq. 16."""
    return variance_scaling(rng, fan_in, fan_out, gain=1.0, fan="avg", distribution="uniform")


@checked
def he(rng: Rng, fan_in: int, fan_out: int, *, slope: float = 0.0) -> np.ndarray:
    """Var(w) = 2/((1 + a²) n_in),   a the slope for x < 0 (0 is ReLU):  He et al. 2015 eq. 10 and sec. 2.2.

    The 2 stands inside the root and makes the weights *larger*: W = Z·√(2/n_in) = Z/√(n_in/2).
    """
    return variance_scaling(rng, fan_in, fan_out, gain("leaky_relu", slope), fan="in")


@checked
def he_fan_out(rng: Rng, fan_in: Natural, fan_out: Natural, *, slope: float = 0.0) -> np.ndarray:
    """Var(w) = 2/((1 + a²) n_out):  keeps the gradients instead of the signal, He et al. 2015 eq. 14."""
    return variance_scaling(rng, fan_in, fan_out, gain("leaky_relu", slope), fan="out")


@checked
def orthogonal(rng: Rng, fan_in: Natural, fan_out: Natural, *, gain: float = 1.0) -> np.ndarray:
    """WᵀW = gain²·I (or WWᵀ when wider than tall),   so Var(w) = gain²/max(n_in, n_out):  Saxe et al. 2014.

    Q of a QR decomposition of Z; multiplying each column by the sign of R's diagonal makes Q uniformly
    distributed (Mezzadri 2007, arXiv math-ph/0609050), whatever sign the linear-algebra library chose.
    """
    z = normal(rng, max(fan_in, fan_out), min(fan_in, fan_out), std=1.0)
    q, r = np.linalg.qr(z)
    q *= np.where(np.diag(r) < 0, -1.0, 1.0)
    return gain * (q if fan_in >= fan_out else q.T)


@dataclass(frozen=True)
class InitializerEntry:
    """How the weights are drawn, and the standard deviation this aims for: None where the mean is not zero."""

    draw: Callable[..., np.ndarray]
    std: Callable[..., float | None]


INITIALIZERS = {
    "zeros": InitializerEntry(zeros, lambda n_in, n_out: 0.0),
    "constant": InitializerEntry(constant, lambda n_in, n_out, c: None),
    "normal": InitializerEntry(normal, lambda n_in, n_out, std: float(std)),
    "uniform": InitializerEntry(uniform, lambda n_in, n_out, bound: _bound(n_in, bound) / math.sqrt(3)),
    "xavier": InitializerEntry(lecun, lambda n_in, n_out: scaled_std(n_in, n_out, 1.0, "in")),
    "glorot": InitializerEntry(glorot_normal, lambda n_in, n_out: scaled_std(n_in, n_out, 1.0, "avg")),
    "glorot_uniform": InitializerEntry(glorot_uniform, lambda n_in, n_out: scaled_std(n_in, n_out, 1.0, "avg")),
    "he": InitializerEntry(he, lambda n_in, n_out, slope: scaled_std(n_in, n_out, gain("leaky_relu", slope), "in")),
    "he_fan_out": InitializerEntry(
        he_fan_out, lambda n_in, n_out, slope: scaled_std(n_in, n_out, gain("leaky_relu", slope), "out")
    ),
    "orthogonal": InitializerEntry(orthogonal, lambda n_in, n_out, gain: gain / math.sqrt(max(n_in, n_out))),
}


@checked
def initializer(name: str, **params) -> Callable[[Rng, int, int], np.ndarray]:
    """The scheme called `name` with its parameters bound:  initializer("he", slope=0.1)(rng, 400, 300).

    Raises: ValueError for an unknown scheme, or a parameter that it does not have.
    """
    entry, parameters = _known(name, params)
    return partial(entry.draw, **parameters)


@checked
def initializer_std(name: str, fan_in: Count, fan_out: Count, **params) -> float | None:
    """√Var(w) that the scheme aims for, or None for `constant`, where it makes no sense.

    Raises: ValueError for an unknown scheme, or a parameter that it does not have.
    """
    entry, parameters = _known(name, params)
    return entry.std(fan_in, fan_out, **parameters)


@checked
def conv_fan_in(channels: Count, kh: Count, kw: Count) -> int:
    """n_in = channels·kh·kw:  what one output of a convolution sums over (3×3 over 64 channels: 576)."""
    return channels * kh * kw


def _bound(fan_in: int, bound: float | None) -> float:
    return 1 / math.sqrt(fan_in) if bound is None else float(bound)


def _known(name: str, params: dict) -> tuple[InitializerEntry, dict]:
    """The scheme of that name, and all its parameters: those given and the defaults of the others."""
    if name not in INITIALIZERS:
        raise ValueError(f"There is no initializer {name!r}; choose one of {', '.join(INITIALIZERS)}.")
    scheme = INITIALIZERS[name].draw
    known, hints = inspect.unwrap(scheme).__kwdefaults__ or {}, inspect.getattr_static(scheme, "hints")()
    wrong = ", ".join(p for p in params if p not in known)
    if wrong:
        raise ValueError(
            f"The initializer {name!r} does not take {wrong}; it takes {', '.join(known) or 'no parameter'}."
        )
    return INITIALIZERS[name], known | {p: validated(hints[p], p, name, value) for p, value in params.items()}
