"""What the playground's networks look at: points in the plane, the features made of them, and the plane itself.

Source: the features are those of TensorFlow's Playground (Smilkov et al. 2017, arXiv 1708.03788).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_lib.data.clouds import DATASETS
from course_lib.nn.preprocessing import Standardize

POINTS = 100  # per class, for training; as many for validation
GRID, COARSE = 100, 25  # points along an axis of the plane, and of the map of one unit
VALIDATION = 500  # added to the seed of the training points

Columns = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]]

FEATURES: dict[str, tuple[str, Columns]] = {
    "plain": ("x1, x2", lambda a, b: (a, b)),
    "squares": ("x1, x2, x1², x2²", lambda a, b: (a, b, a * a, b * b)),
    "product": ("x1, x2, x1·x2", lambda a, b: (a, b, a * b)),
    "waves": ("x1, x2, sin 3x1, sin 3x2", lambda a, b: (a, b, np.sin(3 * a), np.sin(3 * b))),
    "all": ("all of them", lambda a, b: (a, b, a * a, b * b, a * b, np.sin(3 * a), np.sin(3 * b))),
}


@dataclass(frozen=True)
class Inputs:
    """Points for training and validation, centred with the mean of the training points, and their features."""

    points: np.ndarray  #: (m, 2) for training
    y: np.ndarray  #: (m,)
    x: np.ndarray  #: (m, k) standardised features
    val_points: np.ndarray  #: (m_val, 2)
    y_val: np.ndarray  #: (m_val,)
    x_val: np.ndarray  #: (m_val, k)
    plane: np.ndarray  #: (GRID², k) features of the plane, row by row from the bottom left
    classes: int

    @property
    def coarse(self) -> np.ndarray:
        """Every fourth point of the plane in both directions, (COARSE², k)."""
        few = slice(GRID // COARSE // 2, None, GRID // COARSE)
        return self.plane.reshape(GRID, GRID, -1)[few, few].reshape(COARSE**2, -1)

    @property
    def val_repeats(self) -> bool:
        """Whether the validation points are the training points: all clouds but xor move a point by noise alone."""
        return np.array_equal(self.x, self.x_val)


@lru_cache(maxsize=16)
def playground_inputs(dataset: str, features: str, noise: float, seed: int) -> Inputs:
    """`noise` scales one fixed draw. Means and standard deviations come from the training points alone."""
    cloud = DATASETS[dataset]
    points, y = cloud(POINTS, noise=noise, seed=seed)
    val_points, y_val = cloud(POINTS, noise=noise, seed=seed + VALIDATION)
    centre = points.mean(axis=0)
    points, val_points = points - centre, val_points - centre
    axis = np.linspace(-cloud.reach, cloud.reach, GRID)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    scale = Standardize().fit(_columns(points, features))
    prepared = (scale.transform(_columns(p, features)) for p in (points, val_points, plane))
    x, x_val, plane = prepared
    return Inputs(points, y, x, val_points, y_val, x_val, plane, cloud.classes)


def _columns(points: np.ndarray, features: str) -> np.ndarray:
    return np.stack(FEATURES[features][1](points[:, 0], points[:, 1]), axis=1)
