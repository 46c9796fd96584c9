"""Labelled clouds of points in the plane, for everything that has to be seen.

Every cloud is `name(n, ..., noise, seed) -> (x, y)`: x float64 (classes·n, 2), y int64 (classes·n,), `n`
points *per class*, listed class by class (shuffle before cutting batches).  `RandomState(seed)` is a stream
that NumPy keeps frozen: a seed always gives the same cloud.  `noise` is the jitter's standard deviation.

Source: CS231n's case study for the spiral; moons and circles after scikit-learn's `make_moons`, `make_circles`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_lib.annotations import Count, FrozenSeed, NotNegative, Share
from course_lib.arguments import checked

Points = tuple[np.ndarray, np.ndarray]


@checked
def spiral(n: Count = 100, classes: Count = 3, noise: NotNegative = 0.2, seed: FrozenSeed = 0) -> Points:
    """x = r·(sin t, cos t),   r from 0 to 1,  t from 4j to 4(j+1) plus noise·N(0, 1),  for arm j.

    By default exactly the data of CS231n's case study (`np.random.seed(0)`, one `randn(100)` per class).
    `noise` is in radians.  The arms stand clear of each other for up to three classes and crowd beyond.
    """
    rng = np.random.RandomState(seed)
    r = np.linspace(0.0, 1.0, n)
    t = [np.linspace(4 * j, 4 * (j + 1), n) + rng.standard_normal(n) * noise for j in range(classes)]
    return np.concatenate([np.c_[r * np.sin(tj), r * np.cos(tj)] for tj in t]), _labels(n, classes)


@checked
def moons(n: Count = 100, noise: NotNegative = 0.1, seed: FrozenSeed = 0) -> Points:
    """Two interleaved half circles of radius 1:  (cos t, sin t) and (1 − cos t, ½ − sin t), t from 0 to π."""
    rng = np.random.RandomState(seed)
    t = np.linspace(0.0, np.pi, n)
    upper, lower = np.c_[np.cos(t), np.sin(t)], np.c_[1 - np.cos(t), 0.5 - np.sin(t)]
    return _jitter(np.concatenate([upper, lower]), noise, rng), _labels(n, 2)


@checked
def circles(n: Count = 100, noise: NotNegative = 0.08, factor: Share = 0.5, seed: FrozenSeed = 0) -> Points:
    """Two concentric circles, radius 1 and `factor`:  at ½ the best straight line gets two thirds right."""
    rng = np.random.RandomState(seed)
    t = 2 * np.pi * np.arange(n) / n
    outer = np.c_[np.cos(t), np.sin(t)]
    return _jitter(np.concatenate([outer, factor * outer]), noise, rng), _labels(n, 2)


@checked
def blobs(n: Count = 100, classes: Count = 3, noise: NotNegative = 0.25, seed: FrozenSeed = 0) -> Points:
    """One Gaussian N(c_j, noise²·I) per class, centres evenly spaced on the unit circle:  the easy case."""
    rng = np.random.RandomState(seed)
    t = 2 * np.pi * np.arange(classes) / classes
    centres = np.c_[np.cos(t), np.sin(t)]
    return _jitter(np.repeat(centres, n, axis=0), noise, rng), _labels(n, classes)


@checked
def xor(n: Count = 100, noise: NotNegative = 0.1, seed: FrozenSeed = 0) -> Points:
    """Uniform on [−1, 1]², class 1 where the coordinates differ in sign, before the noise:  one alone says nothing."""
    rng = np.random.RandomState(seed)
    y = _labels(n, 2)
    size = rng.uniform(0.0, 1.0, (2 * n, 2))
    side = np.where(np.arange(2 * n) % 2, 1.0, -1.0)
    x = size * np.c_[side, np.where(y == 0, side, -side)]
    return _jitter(x, noise, rng), y


@dataclass(frozen=True)
class Cloud:
    """One entry of the registry, with all that others want to know of it; call it like the function it holds."""

    make: Callable[..., Points]
    classes: int  #: number of classes it has unless told otherwise
    reach: float  #: |x1|, |x2| up to which the playground shows it, centred
    decay_noise: float | None = None  #: its noise where two ways to decay the weights are compared; None: not there

    def __call__(self, *args, **kwargs) -> Points:
        return self.make(*args, **kwargs)


DATASETS: dict[str, Cloud] = {
    "spiral": Cloud(spiral, classes=3, reach=1.3),
    "moons": Cloud(moons, classes=2, reach=2.1, decay_noise=0.3),
    "circles": Cloud(circles, classes=2, reach=1.5, decay_noise=0.2),
    "blobs": Cloud(blobs, classes=3, reach=1.9),
    "xor": Cloud(xor, classes=2, reach=1.4, decay_noise=0.2),
}


def _labels(n: int, classes: int) -> np.ndarray:
    return np.repeat(np.arange(classes), n)


def _jitter(x: np.ndarray, noise: float, rng: np.random.RandomState) -> np.ndarray:
    return x + noise * rng.standard_normal(x.shape)
