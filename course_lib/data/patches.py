"""Small colour patches of one photograph, for everything where channels and neighbouring pixels matter.

Source: the photograph named in `ATTRIBUTION`, CC BY 2.0.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from course_lib.annotations import FrozenSeed, Natural
from course_lib.arguments import checked
from course_lib.data.bundled import read_bundled

SHA256 = "cfcd435755ecf86c12c33bb9b4cd9807037bfdb316cbad26e75b632a9eefa1cb"
ATTRIBUTION = "Photograph: danielbuechele (flickr.com/photos/danielbuechele/6061409035), CC BY 2.0, reduced"


@dataclass(frozen=True)
class Patches:
    """images (n, size, size, 3) uint8, red, green, blue from 0 to 255;  attribution to go with them."""

    images: np.ndarray  #: (n, size, size, 3) uint8, red, green, blue from 0 to 255
    attribution: str


@checked
def load_patches(n: Natural = 500, size: Natural = 16, seed: FrozenSeed = 0, contrast: float = 8.0) -> Patches:
    """`n` different places of a photograph (213×320 pixels), chosen by `RandomState(seed)`.

    contrast  smallest standard deviation of a patch's grey values (0…255); by default no blank sky.
    Patches overlap, as random places do, so two random halves of them are not independent of each other.
    The array is fresh on every call.

    Raises: ValueError if n is 0, size is outside 1 to 213, or there are fewer than n patches of that contrast.
    """
    photograph = read_bundled("photograph.npz", SHA256)["photograph"]
    rows, columns = photograph.shape[0] - size + 1, photograph.shape[1] - size + 1
    if size < 1 or rows < 1 or n < 1:
        raise ValueError(
            f"Patches need n ≥ 1 and a size from 1 to {len(photograph)} pixels, not n={n} and size={size}."
        )
    order = np.random.RandomState(seed).permutation(rows * columns).tolist()
    cuts = (photograph[r : r + size, c : c + size] for r, c in (divmod(place, columns) for place in order))
    images = list(islice((cut for cut in cuts if cut.mean(axis=-1).std() >= contrast), n))
    if len(images) < n:
        raise ValueError(
            f"The photograph holds only {len(images)} patches of size {size} with a contrast of "
            f"{contrast} or more; ask for fewer or for less contrast."
        )
    return Patches(np.stack(images), ATTRIBUTION)
