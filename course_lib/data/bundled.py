"""Reading the data files that travel inside the package, and saying so plainly when one is damaged.

Source: the files and their licences, in the .txt beside each of them.
"""

import hashlib
import io
from functools import cache
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


@cache
def read_bundled(name: str, sha256: str, folder: Path = FOLDER) -> dict[str, np.ndarray]:
    """The arrays of the .npz file `name`, read once and handed out read-only. Pickled objects are never loaded.

    Returns: name -> array, each in the shape (…) it was stored in.
    Raises: ValueError if the file is missing or its SHA-256 is not `sha256`.
    """
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise ValueError(
            f"The data file {name} that belongs to the course cannot be read from {folder}; install the course again."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(
            f"The data file {name} in {folder} is damaged (its checksum is wrong); install the course again."
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    for array in arrays.values():
        array.setflags(write=False)
    return arrays
