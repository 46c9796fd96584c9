"""The bundled real data: 1,797 handwritten digits of 8×8 pixels, split into train, validation and test.

They are the test part of UCI's "Optical Recognition of Handwritten Digits"; digits.txt beside the file holds
source, licence and attribution.

Source: E. Alpaydin, C. Kaynak, UCI Machine Learning Repository (1998); CC BY 4.0.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.annotations import FrozenSeed
from course_lib.arguments import checked
from course_lib.data.bundled import read_bundled

SHA256 = "b2dab7b501728c22e9119ad76740b2e17c77a231e42d1e592380d90886f1a05e"


@dataclass(frozen=True)
class Digits:
    """Three disjoint parts of the digits:  x (n, 64) or (n, 8, 8) float64, y (n,) int64 from 0 to 9."""

    x_train: np.ndarray  #: (n, 64) float64, or (n, 8, 8)
    y_train: np.ndarray  #: (n,) int64, 0 to 9
    x_val: np.ndarray  #: (n_val, 64)
    y_val: np.ndarray  #: (n_val,)
    x_test: np.ndarray  #: (n_test, 64)
    y_test: np.ndarray  #: (n_test,)

    @property
    def training(self) -> tuple[np.ndarray, np.ndarray]:
        """x_train (n, 64) and y_train (n,), to be unpacked into `train`."""
        return self.x_train, self.y_train

    @property
    def validation(self) -> dict[str, Any]:
        """x_val (n_val, 64) and y_val (n_val,), to be unpacked into `train` by their names."""
        return {"x_val": self.x_val, "y_val": self.y_val}


@checked
def load_digits(
    seed: FrozenSeed = 0, split: tuple[float, float, float] = (0.6, 0.2, 0.2), flat: bool = True, scaled: bool = True
) -> Digits:
    """Shuffle the 1,797 digits with `RandomState(seed)` and cut them into train, validation and test.

    split   shares of the three parts, in sum at most 1; what is left over is not used.
    flat    rows of 64 pixels, else images (n, 8, 8).
    scaled  ink from 0 to 1, else the raw 0…16.
    Each call returns new arrays.

    Raises: ValueError if `split` is not three shares with a sum of at most 1, or the bundled file is damaged.
    """
    data = read_bundled("digits.npz", SHA256)
    order = np.random.RandomState(seed).permutation(len(data["labels"]))
    parts = np.split(order, _cuts(split, len(order)))[:3]
    x = data["images"].astype(np.float64) / (16 if scaled else 1)
    x = x.reshape(len(x), 64) if flat else x
    y = data["labels"].astype(np.int64)
    return Digits(*(array[part] for part in parts for array in (x, y)))


def _cuts(split: tuple[float, float, float], n: int) -> np.ndarray:
    shares = np.asarray(split, dtype=float)
    if shares.shape != (3,) or not (shares >= 0).all() or shares.sum() > 1 + 1e-9:
        raise ValueError(
            f"split must be three shares (train, validation, test) that add up to at most 1, not {split!r}."
        )
    return np.rint(n * np.cumsum(shares)).astype(int)
