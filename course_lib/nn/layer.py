"""What all layers share: parameters that may live in a network's flat vector, and a look at what they are given."""

from collections.abc import Callable
from functools import wraps
from inspect import unwrap
from types import MethodType
from typing import Any

import numpy as np

from course_lib.arguments import checked, explained, explanation, short
from course_lib.kinds import Precision


class Layer:
    """What all layers share. Subclasses give the initial values of their parameters as keywords."""

    is_activation = False
    pieces = 1            # how many inputs an activation layer takes for one output; only maxout takes more
    cache = None          # what forward keeps for backward
    out_shape = None      # the shape of the last y of a layer that stands alone

    def __init_subclass__(cls) -> None:
        for name, guarded in (("forward", _guarded_forward), ("backward", _guarded_backward)):
            if name in vars(cls):
                setattr(cls, name, guarded(vars(cls)[name]))

    @checked
    def __init__(self, dtype: Precision = np.float64, **initial: np.ndarray) -> None:
        self.shapes = {name: np.shape(value) for name, value in initial.items()}
        self.params = {name: np.array(value, dtype) for name, value in initial.items()}
        self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}

    @checked
    @explained("params and grads, dicts of an array for each of the layer's parameters")
    def bind(self, params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> None:
        """Keep parameters and gradients in these arrays from now on; the present values move there."""
        for name in params:
            params[name][...], grads[name][...] = self.params[name], self.grads[name]
        self.params, self.grads = params, grads
        # inside a network all comes through one door, which is looked after there
        self.forward, self.backward = (MethodType(unwrap(f), self) for f in (type(self).forward, type(self).backward))

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """y; what backward will need is kept."""
        raise NotImplementedError

    def backward(self, dy: np.ndarray, need_dx: bool = True) -> np.ndarray | None:
        """dx = dJ/dx from dy = dJ/dy, and `grads`; None if nobody needs dx (a network's first layer)."""
        raise NotImplementedError

    def __getstate__(self) -> dict:
        # copies and pickles do without the last batch
        return {name: value for name, value in self.__dict__.items()
                if name not in ("cache", "out_shape", "forward", "backward")}


def _guarded_forward(body: Callable) -> Callable:
    @wraps(body)
    def forward(self, x, train=False):
        x = _numbers(x, "x", self)
        try:
            y = body(self, x, train)
        except Exception as error:
            wants = f"x (…, units) that fits {self.shapes or 'the layer'}"
            raise explanation(error, body, wants, self, x, train) from None
        self.out_shape = y.shape
        return y

    return forward


def _guarded_backward(body: Callable) -> Callable:
    @wraps(body)
    def backward(self, dy, need_dx=True):
        dy = _numbers(dy, "dy", self)
        if dy.shape != (self.out_shape or dy.shape):
            raise ValueError(f"dy of {type(self).__name__}.backward must have the shape of the last y = forward(x), "
                             f"{self.out_shape}, not {dy.shape}.")
        try:
            return body(self, dy, need_dx)
        except Exception as error:
            wants = "that y = forward(x) comes first, then dy of the shape of y"
            raise explanation(error, body, wants, self, dy, need_dx) from None

    return backward


def _numbers(x: Any, name: str, layer: Layer) -> np.ndarray:
    try:
        array = np.asarray(x)
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.ndim < 1 or array.dtype.kind not in "biuf":
        raise ValueError(f"{name} of {type(layer).__name__} must be an array of numbers (…, units), "
                         f"not {short(x)}.")
    return array
