"""Beyond plain ReLU stacks: what a leak, a uniform draw and a way round each block do to the size of the signal.

Source: He et al. 2015 (leak), He et al. 2016 (residual blocks), Goyal et al. 2017 (last weights 0).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from course_lib.annotations import Count, FrozenSeed, OneOf
from course_lib.arguments import checked
from course_lib.nn.initializers import gain

WIDTH, EXAMPLES = 500, 200
DRAWS: dict[str, Callable[[np.random.Generator, tuple[int, int]], np.ndarray]] = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.uniform(-math.sqrt(3), math.sqrt(3), shape),  # variance a²/3 = 1
}
BLOCKS = ("plain", "residual", "residual, scaled", "residual, last weights 0")


@checked
def leaky_stack(
    slope: float,
    gained: bool = True,
    draw: Annotated[str, OneOf(DRAWS)] = "normal",
    depth: Count = 10,
    seed: FrozenSeed = 0,
) -> float:
    """RMS of the activations after `depth` leaky ReLU layers of 500 units, from inputs of RMS 1.

    std(w) = gain/√n, with the gain √(2/(1 + slope²)) of the leak, or if not `gained` with √2, that of ReLU.
    """
    rng = np.random.default_rng(seed)
    h = rng.standard_normal((EXAMPLES, WIDTH))
    std = gain("leaky_relu", slope if gained else 0.0) / math.sqrt(WIDTH)
    for _ in range(depth):
        z = h @ (std * DRAWS[draw](rng, (WIDTH, WIDTH)))
        h = np.where(z > 0, z, slope * z)
    return _rms(h)


@dataclass(frozen=True)
class Residual:
    """RMS of signal and gradient over those they started with; the gradient starts at the top."""

    signal: float  #: at the top
    gradient: float  #: at the input


@checked
def residual_stack(
    blocks: Annotated[str, OneOf(BLOCKS)] = "residual", scale: float = 1.0, depth: Count = 20, seed: FrozenSeed = 0
) -> Residual:
    """`depth` blocks of two layers, F(x) = relu(xV)W, 300 units wide.

    plain: x ← F(x);  residual: x ← x + F(x);  scaled: x ← x + F(x)/√depth;  last weights 0: W = 0 at the start.
    std(V) = scale·√(2/n) and std(W) = scale·√(1/n): with scale 1 a block keeps the mean square.
    """
    rng, n = np.random.default_rng(seed), 300
    around = 0.0 if blocks == "plain" else 1.0
    through = {"residual, scaled": depth**-0.5, "residual, last weights 0": 0.0}.get(blocks, 1.0)
    x, upstream = rng.standard_normal((EXAMPLES, n)), rng.standard_normal((EXAMPLES, n))
    first, kept = _rms(x), []
    for _ in range(depth):
        V = scale * math.sqrt(2 / n) * rng.standard_normal((n, n))
        W = through * scale * math.sqrt(1 / n) * rng.standard_normal((n, n))
        z = x @ V
        x = around * x + np.maximum(z, 0) @ W
        kept.append((V, W, z > 0))
    top, d = _rms(x), upstream
    for V, W, on in reversed(kept):
        d = around * d + ((d @ W.T) * on) @ V.T
    return Residual(top / first, _rms(d) / _rms(upstream))


def _rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(x * x)))
