"""Landscapes with two parameters on which an optimizer's path can be seen: value, gradient, start, minima.

A point is p (..., 2); `value(p)` has shape (...), `grad(p)` has the shape and dtype of p.

Source: each surface names its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.arguments import checked
from course_lib.inputs import arrays, like, short
from course_lib.registry import registered

Points = np.ndarray


@checked
@dataclass(frozen=True)
class Surface:
    """f(x, y) with ∇f; `minima` (k, 2) are all its local minima, each with the value `lowest`."""

    name: str
    formula: str
    f: Callable[[np.ndarray, np.ndarray], np.ndarray]
    df: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    lowest: float
    view: tuple[tuple[float, float], tuple[float, float]]  # limits of x and of y worth showing
    source: str

    def __reduce__(self) -> Any:  # formulas without a name cannot be sent to another process: the surface's own can
        known = SURFACES.get(self.name) is self
        return (_of_the_course, (self.name,)) if known else super().__reduce__()

    @arrays("p", ndim=1, of="points (…, 2)")
    def value(self, p: Points) -> np.ndarray:
        """f (…), for p (…, 2).

        Raises: ValueError if p does not consist of points with two coordinates, or f gives no numbers.
        """
        x, y = _coordinates(p.copy())  # a formula of one's own may change it
        return _everywhere(self.f(x, y), x, f"f of {self.name}")

    @arrays("p", ndim=1, of="points (…, 2)")
    def grad(self, p: Points) -> np.ndarray:
        """∇f (…, 2), for p (…, 2).

        Raises: ValueError if p does not consist of points with two coordinates, or df gives no pair of numbers.
        """
        x, y = _coordinates(p.copy())  # a formula of one's own may change it
        slopes, name = self.df(x, y), f"df of {self.name}"
        if not isinstance(slopes, tuple | list) or len(slopes) != 2:
            raise ValueError(f"{name} must give the two slopes, along x and along y, not {short(slopes)}.")
        return np.stack([_everywhere(slope, x, name) for slope in slopes], axis=-1)


def _of_the_course(name: str) -> Surface:
    return SURFACES[name]


def _everywhere(given: Any, x: np.ndarray, name: str) -> np.ndarray:
    """What a formula gave at x; a number is the same everywhere."""
    values = like(given, x, name, number=True)
    return values[()] if values.shape == x.shape else np.full(x.shape, values)


def _coordinates(p: Points) -> tuple[np.ndarray, np.ndarray]:
    if p.shape[-1] != 2:
        raise ValueError(f"p must be points (…, 2), not {short(p)}.")
    return p[..., 0], p[..., 1]


def _beale_residuals(x, y):
    return 1.5 - x * (1 - y), 2.25 - x * (1 - y * y), 2.625 - x * (1 - y * y * y)


def _beale_gradient(x, y):
    a, b, c = _beale_residuals(x, y)
    return (2 * (a * (y - 1) + b * (y * y - 1) + c * (y * y * y - 1)), 2 * x * (a + 2 * b * y + 3 * c * y * y))


def _well(x, y):
    return np.exp(-(x * x + y * y) / 2)


SURFACES = registered(
    (
        Surface(
            "bowl",
            "x²/20 + y²",
            lambda x, y: x * x / 20 + y * y,
            lambda x, y: (x / 10, 2 * y),
            start=(-7.0, 2.0),
            minima=((0.0, 0.0),),
            lowest=0.0,
            view=((-10, 10), (-10, 10)),
            source="Saito, Deep Learning from Scratch (2016), 6.1.3; eigenvalues 0.1 and 2",
        ),
        Surface(
            "ravine",
            "½(u² + 100w²), (u, w) = (x, y) turned by 45°",
            # u = (x + y)/√2, w = (y − x)/√2: the valley lies across both axes, no per-axis step size fits it
            lambda x, y: ((x + y) ** 2 + 100 * (y - x) ** 2) / 4,
            lambda x, y: (50.5 * x - 49.5 * y, 50.5 * y - 49.5 * x),
            start=(-2.0, -1.0),
            minima=((0.0, 0.0),),
            lowest=0.0,
            view=((-2.5, 2.5), (-2.5, 2.5)),
            source="a quadratic of condition number 100; eigenvalues 1 and 100",
        ),
        Surface(
            "saddle",
            "x²/2 − y²/2 + y⁴/4",
            lambda x, y: (x * x - y * y) / 2 + y**4 / 4,
            lambda x, y: (x + 0 * y, y * y * y - y + 0 * x),
            start=(-1.5, 0.01),
            minima=((0.0, 1.0), (0.0, -1.0)),
            lowest=-0.25,
            view=((-2, 2), (-1.6, 1.6)),
            source="Nesterov, Introductory Lectures on Convex Optimization (2004), sec. 1.2.3",
        ),
        Surface(
            "rosenbrock",
            "(1 − x)² + 100(y − x²)²",
            lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
            lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
            start=(-1.2, 1.0),
            minima=((1.0, 1.0),),
            lowest=0.0,
            view=((-2, 2), (-1, 3)),
            source="Rosenbrock, The Computer Journal 3 (1960)",
        ),
        Surface(
            "beale",
            "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
            lambda x, y: sum(r * r for r in _beale_residuals(x, y)),
            _beale_gradient,
            start=(1.0, 1.0),
            minima=((3.0, 0.5),),
            lowest=0.0,
            view=((-4.5, 4.5), (-4.5, 4.5)),
            source="Beale (1958); start of Moré, Garbow & Hillstrom, ACM TOMS 7 (1981), problem 5",
        ),
        Surface(
            "plateau",
            "1 − exp(−(x² + y²)/2)",
            lambda x, y: 1 - _well(x, y),
            lambda x, y: (x * _well(x, y), y * _well(x, y)),
            start=(-3.0, 2.0),
            minima=((0.0, 0.0),),
            lowest=0.0,
            view=((-5, 5), (-5, 5)),
            source="a Gaussian well: at the start the gradient is 0.005 long",
        ),
    ),
    "name",
)
