"""Which numbers share a mean and a variance: batch, layer, instance and group normalisation on real arrays.

Source: Ioffe & Szegedy 2015; Ba et al. 2016 (layer); Ulyanov et al. 2016 (instance); Wu & He 2018 (group).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, Normalization

EXAMPLES, CHANNELS, SIDE = 4, 6, 3  # N, C and H = W
GROUPS = (1, 2, 3, 6)
KINDS: dict[str, Callable[[int], Normalization]] = {
    "batch": lambda groups: BatchNorm(CHANNELS, maps=True),
    "layer": lambda groups: LayerNorm((CHANNELS, SIDE, SIDE)),
    "instance": lambda groups: InstanceNorm(CHANNELS),
    "group": lambda groups: GroupNorm(CHANNELS, groups, maps=True),
}
THIRDS = [  # of the weights of a filter
    [[1, 1, 1], [1, 1, 1], [1, 1, 1]],  # brightness
    [[-1, 2, 0], [-1, 2, 0], [-1, 2, 0]],  # bars in two directions
    [[-1, -1, -1], [2, 2, 2], [0, 0, 0]],
    [[-2, -1, 0], [-1, 0, 1], [0, 1, 1]],  # an edge
    [[0, 0, 0], [0, 3, 0], [0, 0, 0]],  # a spot
    [[0, 1, 0], [1, -9, 1], [0, 1, 0]],  # a hole
]
FILTERS = np.array(THIRDS) / 3.0


@dataclass(frozen=True)
class NormalizationAxes:
    """What one kind of normalisation averages, seen from one cell of an array (N, C, H, W).

    `shares` marks the cells whose values enter the mean and variance of the chosen cell. It is *measured*: these are
    the inputs on which that one output depends.
    """

    kind: str
    groups: int
    example: int
    channel: int
    x: np.ndarray  #: (N, C, H, W)
    y: np.ndarray  #: (N, C, H, W), γ = 1 and β = 0
    shares: np.ndarray  #: (N, C, H, W) bool
    mean: float  #: of the shared cells after normalising
    variance: float

    @property
    def values(self) -> int:
        """How many numbers one mean is taken over."""
        return int(self.shares.sum())

    @property
    def statistics(self) -> int:
        """How many means there are in the whole array."""
        return self.x.size // self.values

    @property
    def averaged(self) -> dict[str, str]:
        """N, C, H and W -> "all", "own" or "3 of 6": over what part of each axis the mean is taken."""
        words = {}
        for axis, (name, length) in enumerate(zip("NCHW", self.x.shape, strict=True)):
            others = tuple(i for i in range(4) if i != axis)
            reach = int(self.shares.any(axis=others).sum())
            words[name] = "all" if reach == length else "own" if reach == 1 else f"{reach} of {length}"
        return words


@checked
def normalization_axes(
    kind: Annotated[str, OneOf(KINDS)] = "batch",
    groups: Count = 2,
    example: Annotated[Count, Le(EXAMPLES)] = 1,
    channel: Annotated[Count, Le(CHANNELS)] = 1,
) -> NormalizationAxes:
    """Normalise 4 × 6 × 3 × 3 numbers: four digits, seen through six 3 × 3 filters.

    `example` and `channel` (from 1) choose the cell. `groups` counts for kind "group" alone: six channels in 1, 2, 3
    or 6 groups. 1 group averages what layer normalisation does, 6 groups what instance normalisation does.
    """
    x, layer = filtered_digits(), KINDS[kind](groups)
    y = layer.forward(x, train=True)
    shares = influence(layer, x, (example - 1, channel - 1, 1, 1))
    inside = y[shares]
    return NormalizationAxes(kind, groups, example, channel, x, y, shares, float(inside.mean()), float(inside.var()))


def influence(layer: Normalization, x: np.ndarray, cell: tuple[int, ...]) -> np.ndarray:
    """The inputs on which the output `cell` depends: where the gradient of that one output is not 0.

    The gradient of a single cell could vanish by chance where x̂ has one special value; real numbers do not hit it.

    Returns: bool, the shape of x (N, C, H, W).
    """
    layer.forward(x, train=True)
    one = np.zeros_like(x)
    one[cell] = 1
    return layer.backward(one) != 0


@lru_cache
def filtered_digits() -> np.ndarray:
    """(4, 6, 3, 3): the first four training digits through `FILTERS`, thinned out to every second place.

    Returns: (4, 6, 3, 3) float64.
    """
    images = load_digits().x_train[:EXAMPLES].reshape(-1, 8, 8)
    windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(1, 2))[:, ::2, ::2]
    return np.einsum("nhwij,cij->nchw", windows, FILTERS)
