"""What all layers share: parameters that may live in a network's flat vector, and a look at what they are given."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import MethodType
from typing import Any

import numpy as np

from course_lib.annotations import Precision
from course_lib.inputs import bare, floats, with_bare


class Layer:
    """What all layers share. Subclasses give the initial values of their parameters as keywords."""

    is_activation = False
    pieces = 1  # how many inputs an activation layer takes for one output; only maxout takes more
    units: int | None = None  # how many numbers an example must have; None for any
    cache: Any = None  # what forward keeps for backward
    out_shape: tuple[int, ...] | None = None  # the shape of the last y of a layer that stands alone

    def __init__(self, dtype: Precision = np.float64, **initial: np.ndarray) -> None:
        self.shapes = {name: np.shape(value) for name, value in initial.items()}
        self.params = {name: np.array(value, dtype) for name, value in initial.items()}
        self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}

    def bind(self, params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> None:
        """Keep parameters and gradients in these arrays from now on; the present values move there."""
        for name in params:
            params[name][...], grads[name][...] = self.params[name], self.grads[name]
        self.params, self.grads = params, grads
        # a network looks at its inputs once, and its layers then hand arrays to one another
        for name in ("forward", "backward"):
            setattr(self, name, MethodType(bare(getattr(type(self), name)), self))

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """y; what backward will need is kept."""
        raise NotImplementedError

    def backward(self, dy: np.ndarray, need_dx: bool = True) -> np.ndarray | None:
        """dx = dJ/dx from dy = dJ/dy, and `grads`; None if nobody needs dx (a network's first layer)."""
        raise NotImplementedError

    def __getstate__(self) -> dict:
        # copies and pickles do without the last batch
        return {
            name: value
            for name, value in self.__dict__.items()
            if name not in ("cache", "out_shape", "forward", "backward")
        }


def takes_x(body: Callable) -> Callable:
    """A forward that is given an array of numbers (…, units), whatever its type."""

    @wraps(body)
    def forward(self, x, train=False):
        x = floats(x, f"x of {type(self).__name__}", ndim=1)
        if self.units not in (None, x.shape[-1]):
            raise ValueError(f"x of {type(self).__name__} must have shape (…, {self.units}), not {x.shape}.")
        y = body(self, x, train)
        self.out_shape = y.shape
        return y

    return with_bare(forward, body)


def takes_dy(body: Callable) -> Callable:
    """A backward that is given an array of the shape of the last y."""

    @wraps(body)
    def backward(self, dy, need_dx=True):
        name = f"{type(self).__name__}.backward"
        if self.cache is None:
            raise ValueError(f"{name} needs a forward pass first: y = forward(x).")
        dy = floats(dy, f"dy of {name}", ndim=1)
        if dy.shape != (self.out_shape or dy.shape):
            raise ValueError(
                f"dy of {name} must have the shape of the last y = forward(x), {self.out_shape}, not {dy.shape}."
            )
        return body(self, dy, need_dx)

    return with_bare(backward, body)
