"""Labelled clouds of points in the plane, for everything that has to be seen.

Every cloud is `name(n, ..., noise, seed) -> (x, y)`: x float64 (classes·n, 2), y int64 (classes·n,), `n`
points *per class*, listed class by class (shuffle before cutting batches).  `RandomState(seed)` is a stream
that NumPy keeps frozen: a seed gives the same cloud for ever.  `noise` is the jitter's standard deviation.

Source: CS231n's case study for the spiral; moons and circles after scikit-learn's `make_moons`, `make_circles`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_lib.annotations import Natural
from course_lib.arguments import checked

Points = tuple[np.ndarray, np.ndarray]


@checked
def spiral(n: Natural = 100, classes: Natural = 3, noise: float = 0.2, seed: Natural = 0) -> Points:
    """x = r·(sin t, cos t),   r from 0 to 1,  t from 4j to 4(j+1) plus noise·N(0, 1),  for arm j.

    By default exactly the data of CS231n's case study (`np.random.seed(0)`, one `randn(100)` per class).
    `noise` is in radians.  The arms stand clear of each other for up to three classes and crowd beyond.

    Raises: ValueError if n or classes is 0, or noise is negative.
    """
    rng = _checked_rng(n, classes, noise, seed)
    r = np.linspace(0.0, 1.0, n)
    t = [np.linspace(4 * j, 4 * (j + 1), n) + rng.standard_normal(n) * noise for j in range(classes)]
    return np.concatenate([np.c_[r * np.sin(tj), r * np.cos(tj)] for tj in t]), _labels(n, classes)


@checked
def moons(n: Natural = 100, noise: float = 0.1, seed: Natural = 0) -> Points:
    """Two interleaved half circles of radius 1:  (cos t, sin t) and (1 − cos t, ½ − sin t), t from 0 to π.

    Raises: ValueError if n is 0, or noise is negative.
    """
    rng = _checked_rng(n, 2, noise, seed)
    t = np.linspace(0.0, np.pi, n)
    upper, lower = np.c_[np.cos(t), np.sin(t)], np.c_[1 - np.cos(t), 0.5 - np.sin(t)]
    return _jitter(np.concatenate([upper, lower]), noise, rng), _labels(n, 2)


@checked
def circles(n: Natural = 100, noise: float = 0.08, factor: float = 0.5, seed: Natural = 0) -> Points:
    """Two concentric circles, radius 1 and `factor`:  no straight line does better than chance.

    Raises: ValueError if n is 0, noise is negative, or factor is not between 0 and 1.
    """
    rng = _checked_rng(n, 2, noise, seed)
    if not 0 <= factor <= 1:
        raise ValueError(f"factor is the radius of the inner circle and lies between 0 and 1, not {factor}.")
    t = 2 * np.pi * np.arange(n) / n
    outer = np.c_[np.cos(t), np.sin(t)]
    return _jitter(np.concatenate([outer, factor * outer]), noise, rng), _labels(n, 2)


@checked
def blobs(n: Natural = 100, classes: Natural = 3, noise: float = 0.25, seed: Natural = 0) -> Points:
    """One Gaussian N(c_j, noise²·I) per class, centres evenly spaced on the unit circle:  the easy case.

    Raises: ValueError if n or classes is 0, or noise is negative.
    """
    rng = _checked_rng(n, classes, noise, seed)
    t = 2 * np.pi * np.arange(classes) / classes
    centres = np.c_[np.cos(t), np.sin(t)]
    return _jitter(np.repeat(centres, n, axis=0), noise, rng), _labels(n, classes)


@checked
def xor(n: Natural = 100, noise: float = 0.1, seed: Natural = 0) -> Points:
    """Uniform on [−1, 1]², class 1 where the coordinates differ in sign:  one alone says nothing.

    Raises: ValueError if n is 0, or noise is negative.
    """
    rng = _checked_rng(n, 2, noise, seed)
    y = _labels(n, 2)
    size = rng.uniform(0.0, 1.0, (2 * n, 2))
    side = np.where(np.arange(2 * n) % 2, 1.0, -1.0)
    x = size * np.c_[side, np.where(y == 0, side, -side)]
    return _jitter(x, noise, rng), y


@dataclass(frozen=True)
class Cloud:
    """One entry of the registry; call it like the function it holds."""

    make: Callable[..., Points]
    classes: int  #: number of classes it has unless told otherwise
    description: str  #: one line for dropdowns and captions

    def __call__(self, *args, **kwargs) -> Points:
        return self.make(*args, **kwargs)


DATASETS: dict[str, Cloud] = {
    "spiral": Cloud(spiral, 3, "Three spiral arms; a straight line gets half of them."),
    "moons": Cloud(moons, 2, "Two interleaved half moons; a curved boundary separates them."),
    "circles": Cloud(circles, 2, "A circle inside a circle; the boundary must close."),
    "blobs": Cloud(blobs, 3, "One round blob per class; straight lines are enough."),
    "xor": Cloud(xor, 2, "Four quadrants, opposite ones alike; the classic that no straight line solves."),
}


def _labels(n: int, classes: int) -> np.ndarray:
    return np.repeat(np.arange(classes), n)


def _jitter(x: np.ndarray, noise: float, rng: np.random.RandomState) -> np.ndarray:
    return x + noise * rng.standard_normal(x.shape)


def _checked_rng(n: int, classes: int, noise: float, seed: int) -> np.random.RandomState:
    if n < 1 or classes < 1:
        raise ValueError(f"A cloud needs at least one point and one class, not n={n} and classes={classes}.")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise is a standard deviation and must be zero or positive, not {noise}.")
    return np.random.RandomState(seed)
