"""What makes a formula an activation: it is applied to every element, has a slope, and may have parameters.

`pointwise` is for formulas: whatever consists of numbers reaches them in floating point. Layers, which have arrays
already, call the `bare` formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from numbers import Real

import numpy as np

from course_lib.inputs import arrays, short

pointwise = arrays()


@dataclass(frozen=True)
class Activation:
    """A function f with its derivative df, and what layers and pictures want to know about it.

    `slope_of_output(y)` is f′(x) computed from y = f(x), where that is cheaper; `bounds` are the infimum and
    supremum of f, `bounds_with` a function that gives them for other parameters; `params` are the parameters of f with
    the values in force.
    """

    name: str
    f: Callable[..., np.ndarray]
    df: Callable[..., np.ndarray]
    bounds: tuple[float, float] = (-math.inf, math.inf)
    slope_of_output: Callable[[np.ndarray], np.ndarray] | None = None
    params: dict[str, float] = field(default_factory=dict)
    bounds_with: Callable[..., tuple[float, float]] | None = None

    def with_params(self, **params: float) -> Activation:
        """The same function with other parameters."""
        for name, value in params.items():
            if name not in self.params:
                raise ValueError(f"{self.name} has no parameter {name!r}; it takes {', '.join(self.params) or 'none'}.")
            if not isinstance(value, Real) or not math.isfinite(value):
                raise ValueError(f"{self.name}: {name} must be a finite number, not {short(value)}.")
        bound = {**self.params, **{name: float(value) for name, value in params.items()}}
        bounds = self.bounds_with(**bound) if self.bounds_with else self.bounds
        return Activation(
            self.name, partial(self.f, **bound), partial(self.df, **bound), bounds, None, bound, self.bounds_with
        )
