"""MNIST for those who want the full-size digits: fetched once, checked, kept.  No chapter needs it.

The files are in IDX format: two zero bytes, a type (8 = unsigned byte), the number of dimensions, each
dimension as four big-endian bytes, then the numbers.  Fetching needs the optional package `pooch`, reading a
folder of files does not.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits (1998).
"""

import gzip
import hashlib
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_lib.arguments import checked

MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"
SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}


@dataclass(frozen=True)
class Mnist:
    """x (n, 784) or (n, 28, 28) float32, y (n,) int64 from 0 to 9;  60,000 to train with, 10,000 to test."""

    x_train: np.ndarray  #: (60000, 784) float32, or (60000, 28, 28)
    y_train: np.ndarray  #: (60000,) int64, 0 to 9
    x_test: np.ndarray  #: (10000, 784)
    y_test: np.ndarray  #: (10000,)


@checked
def load_mnist(
    path_or_url: str | Path = MIRROR,
    checksums: Mapping[str, str] = SHA256,
    cache: str | Path | None = None,
    flat: bool = True,
    scaled: bool = True,
) -> Mnist:
    """Read the four MNIST files from a folder, or from the web address of one.

    checksums  file name -> SHA-256; {} skips the check, for other data in the same files (Fashion-MNIST).
    cache      folder for fetched files, by default that of `pooch`; a second call needs no network.
    flat       rows of 784 pixels, else images (n, 28, 28).
    scaled     ink from 0 to 1, else 0…255.

    Raises: ValueError if a file cannot be fetched, is damaged, incomplete or not in IDX format.
    """
    is_web = str(path_or_url).startswith(("http://", "https://"))
    arrays = []
    for name in SHA256:
        known = checksums.get(name)
        address = f"{str(path_or_url).rstrip('/')}/{name}"
        path = _fetched(address, known, cache) if is_web else Path(path_or_url) / name
        arrays.append(_read_idx(path, name, dimensions=3 if "images" in name else 1, sha256=known))
    x_train, y_train, x_test, y_test = arrays
    return Mnist(*_examples(x_train, y_train, flat, scaled), *_examples(x_test, y_test, flat, scaled))


def _read_idx(path: Path, name: str, dimensions: int, sha256: str | None) -> np.ndarray:
    """The array of unsigned bytes in an IDX file, gzipped or not."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(
            f"{name} cannot be read from the folder {path.parent}; it should hold {', '.join(SHA256)}."
        ) from error
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"{name} has the wrong checksum: it is damaged or another file; replace it in {path.parent}.")
    try:
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{name} is truncated or damaged: it cannot be decompressed; replace it in {path.parent}."
        ) from error
    return _parsed(content, dimensions, name)


def _parsed(content: bytes, dimensions: int, name: str) -> np.ndarray:
    if content[:4] != bytes((0, 0, 8, dimensions)):
        raise ValueError(f"{name} is not an IDX file of bytes with {dimensions} dimension(s); is it the right file?")
    start = 4 + 4 * dimensions
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4))
    if len(content) != start + math.prod(shape):
        raise ValueError(
            f"{name} is truncated or damaged: it announces {'×'.join(map(str, shape))} numbers "
            f"and holds {max(len(content) - start, 0)}; replace it."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _examples(images: np.ndarray, labels: np.ndarray, flat: bool, scaled: bool) -> tuple[np.ndarray, np.ndarray]:
    if len(images) != len(labels):
        raise ValueError(f"There are {len(images)} images and {len(labels)} labels; the files do not belong together.")
    x = images.astype(np.float32)
    if scaled:
        x /= 255
    return x.reshape(len(x), math.prod(x.shape[1:])) if flat else x, labels.astype(np.int64)


def _fetched(url: str, sha256: str | None, cache: str | Path | None) -> Path:
    try:
        import pooch
    except ImportError as error:
        raise ValueError(
            "Fetching MNIST needs the package pooch: install it (pip install pooch), "
            "or give the folder that holds the files."
        ) from error
    try:
        return Path(pooch.retrieve(url, sha256 and f"sha256:{sha256}", path=cache))
    except OSError as error:
        if not hasattr(error, "response"):  # not one of the network's errors
            raise ValueError(
                f"The folder {cache or 'for fetched files'} cannot be written to; give another one as `cache`."
            ) from error
        response = getattr(error, "response", None)
        why = type(error).__name__ if response is None else f"the server answers {response.status_code}"
        raise ValueError(
            f"{url} could not be fetched ({why}); check the network connection "
            "and the address, or give the folder that holds the files."
        ) from error
    except ValueError as error:  # pooch keeps nothing whose checksum is wrong
        raise ValueError(
            f"{url} has the wrong checksum: the download was cut short, or it is "
            "another file; try again, or give another address."
        ) from error
