"""Whether a stored picture is the one that the library draws, on whichever processors the two were drawn.

Processors differ in the last digit of a sum, and training may turn that into another curve. So a picture counts as
the same if its words are the same, its numbers differ in their last digits at most and hardly a pixel is elsewhere.
Where that fails it is drawn again under the rounding jitter of the tests: a number or a part of the picture that
rounding moves here may be as different in the stored one. Everything else, a label or an axis, must not be.
"""

import base64
import html
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode
from PIL import Image

from course_lib.explorers.strip import without_strip
from static_explorers import explorer_call

ROOT = Path(__file__).resolve().parents[1]
NUMBER = re.compile(r"([−-]?\d+(?:\.\d+)?(?:e[+−-]?\d+)?)")
SEEDS = range(1, 5)
RELATIVE = 0.02  # of a number
COLOUR = 32  # of 255
STRAY = 25  # pixels that may be elsewhere: a digit, but not a word
SHARE = 0.02  # the same, of the pixels that rounding moves
REACH = 12  # pixels around what rounding moves

DRAW = """
import ast, base64, json, sys
from course_lib.explorers import all_explorers
name, settings = ast.literal_eval(sys.stdin.read())
explorer = all_explorers()[name](**settings)
print(json.dumps([base64.b64encode(explorer.picture.png(compress_level=6)).decode(), explorer.text]))
"""


@dataclass(frozen=True)
class Drawn:
    """A PNG and the text that describes it."""

    png: bytes
    text: str


def as_drawn(output: NotebookNode) -> Drawn:
    """The picture of a cell's output, without the strip that says how to make it live."""
    alt = html.unescape(output.metadata.get("image/png", {}).get("alt", ""))
    encoded, alt = without_strip(output.data["image/png"].strip(), alt)
    return Drawn(base64.b64decode(encoded), alt)


def strip(output: NotebookNode) -> str:
    """What that strip says."""
    return html.unescape(output.metadata.get("image/png", {}).get("alt", "")).removeprefix(as_drawn(output).text)


def same_picture(stored: Drawn, drawn: Drawn, source: str) -> bool:
    """Whether they differ by no more than rounding does; `source` is the cell, which is drawn again if need be."""
    if stored.text == drawn.text and stored.png == drawn.png or is_near(stored, [drawn]):
        return True
    called = explorer_call(source)
    return called is not None and is_near(stored, [drawn, *redrawn(*called)])


def is_near(stored: Drawn, drawn: Sequence[Drawn]) -> bool:
    """Whether `stored` may be one more of these."""
    return (
        any(words(stored.text) == words(one.text) for one in drawn)
        and numbers_near(stored.text, [one.text for one in drawn])
        and pixels_near(pixels(stored.png), [pixels(one.png) for one in drawn])
    )


def words(text: str) -> list[str]:
    return NUMBER.split(text)[::2]


def numbers(text: str) -> list[str]:
    return [number.replace("−", "-") for number in NUMBER.findall(text)]


def numbers_near(
    stored: str, drawn: Sequence[str], relative: float = RELATIVE, decimal: float = 1, whole: float = 0
) -> bool:
    """Each number within those drawn, widened by their range, by 2 % and by so many units of its last digit."""
    like = [numbers(text) for text in drawn if words(text) == words(stored)]
    for written, *others in zip(numbers(stored), *like):
        value, values = float(written), [float(other) for other in others]
        mantissa, _, exponent = written.partition("e")
        unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
        slack = max(relative * abs(value), 1.001 * unit * (decimal if "." in written else whole))
        slack += max(values) - min(values)
        if not min(values) - slack <= value <= max(values) + slack:
            return False
    return True


def said_alike(now: str, stored: str) -> bool:
    """Whether words are the same, and numbers too, but for 3 % or two units of the last digit shown."""
    return words(now) == words(stored) and numbers_near(stored, [now], 0.03, decimal=2, whole=2)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int16)


def pixels_near(stored: np.ndarray, drawn: Sequence[np.ndarray]) -> bool:
    """Whether all but a few pixels are as in the first of `drawn`, leaving out where these differ themselves."""
    first, *others = drawn
    if any(one.shape != stored.shape for one in drawn):
        return False
    elsewhere, most = differs(stored, first), STRAY
    if others:
        moving = np.any([differs(one, first) for one in others], axis=0)
        most = max(STRAY, SHARE * moving.sum())  # a few more draws would have moved a little more
        elsewhere &= ~spread(moving, REACH)
    return elsewhere.sum() <= most


def differs(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where a pixel of the one has no like in the other, there or beside."""
    return _without_like(a, b) | _without_like(b, a)


def _without_like(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    unlike = np.abs(a - b).max(axis=-1) > COLOUR
    ys, xs = np.nonzero(unlike)
    padded = np.pad(b, ((1, 1), (1, 1), (0, 0)), mode="edge")
    nearest = np.min(
        [np.abs(a[ys, xs] - padded[ys + i, xs + j]).max(axis=-1) for i in range(3) for j in range(3)], axis=0
    )
    unlike[ys, xs] = nearest > COLOUR
    return unlike


def spread(mask: np.ndarray, reach: int) -> np.ndarray:
    """The mask, and all within `reach` rows and columns of it."""
    for axis in (0, 1):
        padded = np.pad(mask, [(reach, reach) if k == axis else (0, 0) for k in (0, 1)])
        mask = np.any(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis), axis=-1)
    return mask


def redrawn(name: str, settings: dict[str, Any]) -> list[Drawn]:
    """What the explorer shows under several seeds of the rounding jitter."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda seed: redrawn_under(name, settings, seed), SEEDS))


def redrawn_under(name: str, settings: dict[str, Any], seed: int) -> Drawn:
    """In a process of its own, where the jitter acts from the start."""
    paths = [str(ROOT / "tests" / "surroundings"), str(ROOT), os.environ.get("PYTHONPATH")]
    done = subprocess.run(
        [sys.executable, "-c", DRAW],
        input=repr((name, settings)),
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "JITTER": str(seed), "PYTHONUTF8": "1", "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
    png, text = json.loads(done.stdout)
    return Drawn(base64.b64decode(png), text)
