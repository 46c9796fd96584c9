"""Make the data files in course_lib/data from the copies that scikit-learn carries; print their checksums.

    python tools/bundle_data.py          (needs scikit-learn, which the course itself does not)

The checksums stand in digits.py and patches.py.  Another JPEG or zlib library may give other bytes:
then keep the files that are in the repository, or store the new ones together with their checksums.
"""

import hashlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, load_sample_image

FOLDER = Path(__file__).resolve().parents[1] / "course_lib" / "data"


def digits() -> dict[str, np.ndarray]:
    """All 1,797 images with their labels, as the whole numbers 0…16 that they are."""
    source = load_digits()
    return {"images": source.images.astype(np.uint8), "labels": source.target.astype(np.uint8)}


def photograph() -> dict[str, np.ndarray]:
    """The sample image china.jpg at half size: each pixel the mean of 2×2, the odd last row dropped."""
    full = load_sample_image("china.jpg")[:426].astype(float)
    half = full.reshape(213, 2, 320, 2, 3).mean(axis=(1, 3))
    return {"photograph": np.rint(half).astype(np.uint8)}


if __name__ == "__main__":
    for name, arrays in {"digits.npz": digits(), "photograph.npz": photograph()}.items():
        np.savez_compressed(FOLDER / name, **arrays)  # type: ignore[arg-type] # the stub takes a name for allow_pickle
        content = (FOLDER / name).read_bytes()
        print(name, len(content), "bytes, sha256", hashlib.sha256(content).hexdigest())
