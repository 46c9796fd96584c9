"""What the recipes of AlexNet, VGG, ResNet, and PCA, whitening and ZCA make of real images, and what they keep.

Source: CS231n notes, "Neural Networks Part 2"; for the recipes Krizhevsky et al. 2012, He et al. 2016.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np

from course_lib.annotations import Count, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.data.patches import load_patches
from course_lib.nn.preprocessing import PCA, ChannelMean, ChannelStandardize, MeanImage, Rotated, Scaled, Whiten

IMAGES = ("digits", "patches")
RECIPES = ("raw", "mean image", "channel mean", "channel mean + std", "PCA", "whitened", "ZCA")
SHOWN = 8


@dataclass(frozen=True)
class PreparedImages:
    """Eight images before and after a recipe whose statistics come from all of them; ink and light from 0 to 1.

    h × w × c is 8 × 8 × 1 for digits, 8 × 8 × 3 for patches; d = h·w·c.
    """

    images: str
    recipe: str
    components: int  #: k, at most d; only PCA, whitening and ZCA drop any
    epsilon: float
    original: np.ndarray  #: (8, h, w, c)
    prepared: np.ndarray  #: (8, h, w, c); for PCA and whitening the k numbers in rows, (8, 8, 8, 1) or (8, 12, 16, 1)
    returned: np.ndarray  #: (8, h, w, c) the inverse: what the prepared images still hold
    learnt: np.ndarray  #: (≤ 8, h, w, c) what was learnt, shown as images; mean first
    learnt_numbers: int  #: how many numbers the recipe stores
    before: np.ndarray  #: (d,) eigenvalues of E[xxᵀ], falling
    after: np.ndarray  #: (kept,) eigenvalues of E[zzᵀ], falling, those that are 0 left out
    explained: float  #: share of the variance that the k components hold, 1 for the recipes that keep all
    error: float  #: root mean square of original − returned

    @property
    def largest_lr(self) -> float:
        """2/λ₁: what a linear neuron on these inputs can bear."""
        return float(2 / self.after[0])


@checked
def prepared_images(
    images: Annotated[str, OneOf(IMAGES)] = "patches",
    recipe: Annotated[str, OneOf(RECIPES)] = "mean image",
    components: Count = 192,
    epsilon: float = 1e-3,
) -> PreparedImages:
    """Fit `recipe` to 1078 digits or 1000 patches of 8 × 8 pixels and apply it.

    `components` k ≤ d: PCA, whitening and ZCA keep the k directions of largest variance. ZCA is whitening, then turned
    back: z = ((x − μ)U_k Λ_ε^(−½))U_kᵀ.
    """
    x, before = _data(images)
    k = min(components, x[0].size)
    recipes = {
        "mean image": MeanImage(),
        "channel mean": ChannelMean(),
        "channel mean + std": ChannelStandardize(),
        "PCA": PCA(k),
        "whitened": Whiten(k, epsilon),
        "ZCA": Whiten(k, epsilon),
    }
    settings, few = (images, recipe, k, epsilon), x[:SHOWN]
    if recipe == "raw":
        return PreparedImages(*settings, few, few, few, x[:0], 0, before, before, 1.0, 0.0)
    fitted = recipes[recipe].fit(x)
    z = fitted.transform(x)
    returned = fitted.inverse(z)
    prepared = z[:SHOWN] if isinstance(fitted, Scaled) else _turned_back(fitted, z, recipe, x.shape[1:])
    learnt = _learnt(fitted, recipe, x.shape[1:]), _numbers(fitted, recipe)
    spectra = before, _eigenvalues(z)  # turning back only adds d − k zeros, so ZCA shares those of whitening
    explained = float(fitted.explained.sum()) if isinstance(fitted, Rotated) else 1.0
    error = float(np.sqrt(np.mean((x - returned) ** 2)))
    return PreparedImages(*settings, few, prepared, returned[:SHOWN], *learnt, *spectra, explained, error)


def _turned_back(fitted: Rotated, z: np.ndarray, recipe: str, shape: tuple[int, ...]) -> np.ndarray:
    """ZCA: z Uᵀ, images again. PCA and whitening: the k numbers in rows of 8 or 16, the rest 0."""
    if recipe == "ZCA":
        return (z[:SHOWN] @ fitted.components).reshape(-1, *shape)
    columns = 8 if shape[2] == 1 else 16
    table = np.zeros((SHOWN, math.prod(shape)))
    table[:, : z.shape[1]] = z[:SHOWN]
    return table.reshape(SHOWN, -1, columns, 1)


def _learnt(fitted: Scaled | Rotated, recipe: str, shape: tuple[int, ...]) -> np.ndarray:
    """The mean, then what else was learnt: the std, the first components, or the middle rows of the ZCA matrix."""
    mean = np.broadcast_to(fitted.mean, shape)
    if isinstance(fitted, Scaled):
        return np.stack([mean] if recipe != "channel mean + std" else [mean, np.broadcast_to(fitted.scale, shape)])
    rows = fitted.components[: SHOWN - 1]
    if recipe == "ZCA":
        rows = (fitted.forward @ fitted.components)[_middle_pixels(shape)]
    scale = 0.5 / np.abs(rows).max(axis=1, keepdims=True)
    return np.concatenate([mean[None], 0.5 + (rows * scale).reshape(-1, *shape)])


def _middle_pixels(shape: tuple[int, ...]) -> list[int]:
    """Seven pixels in and around the middle, each in one of the channels."""
    places = [(4, 4), (4, 3), (3, 4), (2, 2), (2, 5), (5, 2), (5, 5)]
    return [int(np.ravel_multi_index((*at, i % shape[2]), shape)) for i, at in enumerate(places)]


def _numbers(fitted: Scaled | Rotated, recipe: str) -> int:
    """What applying it takes: the mean, and the directions, with their variances, or the d × d filters of ZCA."""
    d = fitted.mean.size
    if isinstance(fitted, Rotated):
        more = {"PCA": fitted.components.size, "whitened": fitted.components.size + fitted.variances.size, "ZCA": d**2}
        return d + more[recipe]
    return d * (1 if (fitted.scale == 1).all() else 2)


@lru_cache(maxsize=2)
def _data(images: str) -> tuple[np.ndarray, np.ndarray]:
    """The images (n, h, w, c) from 0 to 1, and the eigenvalues of E[xxᵀ]."""
    if images == "digits":
        x = load_digits().x_train.reshape(-1, 8, 8, 1)
    else:
        x = load_patches(n=1000, size=8).images / 255
    x.setflags(write=False)
    return x, _eigenvalues(x)


def _eigenvalues(z: np.ndarray) -> np.ndarray:
    """Of E[zzᵀ], falling, without those that are 0 but for rounding."""
    flat = z.reshape(len(z), -1)
    values = np.linalg.eigvalsh(flat.T @ flat / len(flat))[::-1]
    return values[values > 1e-10 * values[0]]
