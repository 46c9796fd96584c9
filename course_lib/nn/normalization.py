"""Layers that give the signal mean 0 and variance 1: batch, layer, instance and group normalisation.

All are one equation, x̂ = (x − μ)/√(σ² + ε), y = γx̂ + β; they differ in the axes over which μ and σ² are taken.
"Maps" are images with channels, (N, C, H, W); otherwise x is (N, C). A leading trial axis may stand before either.

Source: Ioffe & Szegedy 2015; Ba, Kiros & Hinton 2016 (layer); Ulyanov et al. 2016 (instance); Wu & He 2018 (group).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps

import numpy as np

from course_lib.annotations import Count, NotNegative, Precision, Share
from course_lib.arguments import checked
from course_lib.nn.layers import Layer, takes_dy, takes_x

Shape = Count | tuple[Count, ...]


def needs_two_values(standardize: Callable) -> Callable:
    """Refuse to average over a single value, which would equal its mean.

    Raises: ValueError if a mean is taken over one value only.
    """

    @wraps(standardize)
    def validated(self, x, train):
        if math.prod(x.shape[i] for i in self.axes) < 2:
            raise ValueError(self.too_few)
        return standardize(self, x, train)

    return validated


class Normalization(Layer):
    """x̂ = (x − μ)/√(σ² + ε),   y = γx̂ + β;   μ and the biased variance σ² are taken over `axes`.

    dγ = Σ dy x̂,  dβ = Σ dy,  and with dx̂ = γ dy
    dx = (dx̂ − mean(dx̂) − x̂ mean(dx̂ ∘ x̂))/√(σ² + ε),   because μ and σ² depend on x too.
    """

    def __init__(self, shape: tuple[int, ...], axes: tuple[int, ...], eps: float, dtype: type) -> None:
        super().__init__(dtype, gamma=np.ones(shape), beta=np.zeros(shape))
        self.axes, self.eps = axes, float(eps)
        self.shared = tuple(i - len(shape) for i, n in enumerate(shape) if n == 1)  # axes along which γ is the same
        self.fixed = {i - len(shape): n for i, n in enumerate(shape) if n > 1}  # the other axes, and their lengths

    @takes_x
    def forward(self, x, train=False):
        if x.ndim < len(self.shapes["gamma"]) or any(x.shape[axis] != n for axis, n in self.fixed.items()):
            raise ValueError(self._wanted(x))
        x_hat = self.standardize(x, train)
        return self.params["gamma"] * x_hat + self.params["beta"]

    @takes_dy
    def backward(self, dy, need_dx=True):
        x_hat = self.cache[0].reshape(dy.shape)
        np.sum(dy * x_hat, axis=self.shared, keepdims=True, out=self.grads["gamma"])
        np.sum(dy, axis=self.shared, keepdims=True, out=self.grads["beta"])
        return self.standardize_backward(self.params["gamma"] * dy)

    @needs_two_values
    def standardize(self, x, train):
        """x̂ from x"""
        mean = np.mean(x, axis=self.axes, keepdims=True)
        centred = x - mean
        variance = np.mean(centred * centred, axis=self.axes, keepdims=True)
        inverse_std = 1.0 / np.sqrt(variance + self.eps)
        x_hat = centred * inverse_std
        self.cache = x_hat, inverse_std
        self.observe(x, mean, variance)
        return x_hat

    def standardize_backward(self, dx_hat):
        """dx from dx̂"""
        x_hat, inverse_std = self.cache
        mean = np.mean(dx_hat, axis=self.axes, keepdims=True)
        along = np.mean(dx_hat * x_hat, axis=self.axes, keepdims=True)
        return (dx_hat - mean - x_hat * along) * inverse_std

    def observe(self, x, mean, variance):
        """Batch normalisation keeps running averages of the statistics of its batches; the others need none."""

    def _wanted(self, x):
        shape = self.shapes["gamma"]
        names = ("examples", *("channels", "height", "width")[-len(shape) + 1 :])
        wanted = ", ".join(name if n == 1 else str(n) for name, n in zip(names, shape, strict=True))
        return f"{type(self).__name__} was made for x of shape ({wanted}), not {x.shape}."


class BatchNorm(Normalization):
    """μ, σ² of each unit over the batch (of each channel over batch and positions, if maps).

    Ioffe & Szegedy 2015, algorithms 1 and 2, with PyTorch's conventions: in training the batch's own μ and σ² are used
    and running ← (1 − momentum) running + momentum · new is kept, with the unbiased variance n/(n − 1) σ²; outside
    training the running values, constants, are used. track=False leaves the running values alone.
    """

    too_few = (
        "Batch normalisation cannot train on one example per batch, because every unit then equals its mean: "
        "use batches of at least 2 (and leave out a last batch of one), or evaluate with train=False."
    )

    @checked
    def __init__(
        self,
        n: Count,
        maps: bool = False,
        momentum: Share = 0.1,
        eps: NotNegative = 1e-5,
        dtype: Precision = np.float64,
    ) -> None:
        super().__init__((1, n, 1, 1) if maps else (1, n), (-4, -2, -1) if maps else (-2,), eps, dtype)
        self.momentum, self.track = float(momentum), True
        self.running_mean = np.zeros_like(self.params["gamma"])
        self.running_var = np.ones_like(self.params["gamma"])

    def bind(self, params, grads):
        super().bind(params, grads)
        gamma = params["gamma"]
        self.running_mean = np.array(np.broadcast_to(self.running_mean, gamma.shape), gamma.dtype)
        self.running_var = np.array(np.broadcast_to(self.running_var, gamma.shape), gamma.dtype)

    def standardize(self, x, train):
        self.train = train
        if train:
            return super().standardize(x, train)
        inverse_std = 1.0 / np.sqrt(self.running_var + self.eps)
        x_hat = (x - self.running_mean) * inverse_std
        self.cache = x_hat, inverse_std
        return x_hat

    def standardize_backward(self, dx_hat):
        return super().standardize_backward(dx_hat) if self.train else dx_hat * self.cache[1]

    def observe(self, x, mean, variance):
        if self.track:
            n = math.prod(x.shape[i] for i in self.axes)
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (n / (n - 1) * variance - self.running_var)


class LayerNorm(Normalization):
    """μ, σ² of each example over all its units (channels and positions, if `shape` is (C, H, W)); γ, β per unit.

    Ba, Kiros & Hinton 2016 (arXiv 1607.06450).  Train and test are the same.
    """

    too_few = "Layer normalisation needs at least 2 units per example, because a single one equals its mean."

    @checked
    def __init__(self, shape: Shape, eps: NotNegative = 1e-5, dtype: Precision = np.float64) -> None:
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        super().__init__((1, *shape), tuple(range(-len(shape), 0)), eps, dtype)


class GroupNorm(Normalization):
    """μ, σ² of each example over groups of C/groups channels (and over positions, if maps); γ, β per channel.

    Wu & He 2018 (arXiv 1803.08494).  groups=1 averages what layer normalisation does, groups=C what instance does.
    """

    too_few = (
        "Group normalisation needs at least 2 values in a group, because a single one equals its mean: "
        "use fewer groups or larger maps."
    )

    @checked
    def __init__(
        self, n: Count, groups: Count, maps: bool = False, eps: NotNegative = 1e-5, dtype: Precision = np.float64
    ) -> None:
        if n % groups:
            raise ValueError(f"{n} channels cannot be divided into {groups} groups of equal size.")
        super().__init__((1, n, 1, 1) if maps else (1, n), (-3, -2, -1) if maps else (-1,), eps, dtype)
        self.groups, self.maps = groups, maps

    def standardize(self, x, train):
        return super().standardize(self.grouped(x), train).reshape(x.shape)

    def standardize_backward(self, dx_hat):
        return super().standardize_backward(self.grouped(dx_hat)).reshape(dx_hat.shape)

    def grouped(self, x):
        """(…, C, H, W) as (…, groups, C/groups, H, W), or the same without the maps."""
        channel = -3 if self.maps else -1
        channels, place = x.shape[channel], x.shape[channel:][1:]
        return x.reshape(*x.shape[:channel], self.groups, channels // self.groups, *place)


class InstanceNorm(Normalization):
    """μ, σ² of each channel of each example over its positions; γ, β per channel; x must be maps (N, C, H, W).

    Ulyanov et al. 2016 (arXiv 1607.08022).
    """

    too_few = "Instance normalisation needs maps with at least 2 positions per channel."

    @checked
    def __init__(self, n: Count, eps: NotNegative = 1e-5, dtype: Precision = np.float64) -> None:
        super().__init__((1, n, 1, 1), (-2, -1), eps, dtype)
