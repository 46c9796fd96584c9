"""The strip under a stored picture that says how to make it live: part of the picture, so that every page shows it."""

import base64
import io
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont

from course_lib.plots.style import Style
from course_lib.stills import PICTURE

HEIGHT = 24  # pixels, whatever the picture's size: who wants the picture alone must know where to cut


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")), 13)


def with_strip(png: bytes, style: Style) -> bytes:
    """`png` of a picture in `style`, with the strip."""
    picture = Image.open(io.BytesIO(png))
    paper: Any
    ink: Any
    paper, ink = (Image.new("RGB", (1, 1), colour).getpixel((0, 0)) for colour in (style.paper, style.ink))
    quiet = tuple(round(a + 0.6 * (b - a)) for a, b in zip(paper, ink))
    strip = Image.new("RGB", (picture.width, HEIGHT), paper)
    ImageDraw.Draw(strip).text((8, HEIGHT // 2), PICTURE, quiet, _font(), anchor="lm")
    whole = Image.new("P", (picture.width, picture.height + HEIGHT))
    whole.putpalette(picture.getpalette() or [])
    whole.paste(picture)
    whole.paste(strip.quantize(palette=picture, dither=Image.Dither.NONE), (0, picture.height))
    out = io.BytesIO()
    whole.save(out, "PNG", compress_level=6)
    return out.getvalue()


def without_strip(encoded: str, alt: str) -> tuple[str, str]:
    """A stored picture in base64 and its alternative text, both without the strip if they have one."""
    if not alt.endswith(PICTURE):
        return encoded, alt
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    out = io.BytesIO()
    picture.crop((0, 0, picture.width, picture.height - HEIGHT)).save(out, "PNG", compress_level=9)
    return base64.b64encode(out.getvalue()).decode(), alt.removesuffix(PICTURE).rstrip()
