"""Moving text and images, stamped into the pixels instead of being typeset and resampled anew for every result.

A line of text costs Matplotlib 3 to 5 ms and an image of 100 × 100 cells another 4, more than all curves of a picture
together. Here a word or a digit is drawn once, by Matplotlib, and kept, and an image is coloured cell by cell. Both
look as Matplotlib's own, to a pixel. What is not as plain as that, a formula or a turned label, is left to it.
"""

import re
from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.text import Text

_PIECES = re.compile(r"\d|\s|[^\d\s]+")


def stamp(artist: Artist, renderer: RendererAgg) -> bool:
    """Draw `artist` and return True, or False if only Matplotlib can."""
    if type(artist) is Text and _is_plain_text(artist):
        _stamp_text(artist, renderer)
    elif type(artist) is AxesImage and _is_plain_image(artist):
        _stamp_image(artist, renderer)
    else:
        return False
    return True


def _is_plain_text(text: Text) -> bool:
    return not (
        text.get_rotation()
        or "$" in text.get_text()
        or text.get_usetex()
        or text.get_wrap()
        or text.get_bbox_patch()
        or text.get_path_effects()
        or (text.get_clip_on() and text.get_clip_box())
        or text.get_verticalalignment() not in ("top", "bottom", "center", "baseline")
    )


def _stamp_text(text: Text, renderer: RendererAgg) -> None:
    if not (text.get_visible() and text.get_text()):
        return
    font, lines, dpi = text.get_fontproperties(), text.get_text().split("\n"), renderer.dpi
    x, y = text.get_transform().transform(text.get_unitless_position())
    colour = np.array(to_rgba(text.get_color(), text.get_alpha())) * 255
    gc = renderer.new_gc()
    spacing = getattr(text, "_linespacing", 1.2)  # there is no getter
    for line, below in zip(lines, _baselines(len(lines), spacing, text.get_verticalalignment(), font, dpi)):
        pieces, width = _layout(line, font, dpi)
        left = x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[text.get_horizontalalignment()]
        for offset, piece in pieces:
            coverage, ascent, before = _coverage(piece, font, dpi)
            pixels = np.empty((*coverage.shape, 4), np.uint8)
            pixels[...] = colour
            pixels[..., 3] = coverage * (colour[3] / 255)
            _put(renderer, gc, pixels, round(left + offset) - before, round(renderer.height - y) + below - ascent)


def _layout(line: str, font: FontProperties, dpi: float) -> tuple[list[tuple[float, str]], float]:
    """The pieces of a line, each with its distance from the left end in pixels, and the width of the line.

    A piece is a word or a single digit: numbers are new at every move, digits are not, and digits never move closer.
    """
    pieces, x = [], 0.0
    for piece in _PIECES.findall(line):
        if not piece.isspace():
            pieces.append((x, piece))
        x += _advance(piece, font, dpi)
    return pieces, x


@lru_cache(maxsize=4096)
def _advance(piece: str, font: FontProperties, dpi: float) -> float:
    """How far a piece moves the pen: the difference it makes between two digits."""
    renderer = RendererAgg(1, 1, dpi)
    with_it, without = (renderer.get_text_width_height_descent(s, font, False)[0] for s in (f"0{piece}0", "00"))
    return with_it - without


@lru_cache(maxsize=256)
def _baselines(lines: int, spacing: float, va: str, font: FontProperties, dpi: float) -> list[int]:
    """Pixels from the anchor of a text down to the baseline of each line, as Matplotlib sets a sample.

    Matplotlib looks at the letters; here they do not matter, so that numbers which change do not hop.
    """
    height = 3 * lines * int(font.get_size_in_points() * dpi / 72)
    width = _advance("l", font, dpi)
    renderer = RendererAgg(4 * height, 2 * height, dpi)
    sample = Text(10, height, "\n".join(["lp"] * lines), va=va, fontproperties=font, linespacing=spacing)
    sample.set_figure(Figure(dpi=dpi))
    sample.draw(renderer)
    ink = np.any(np.array(renderer.buffer_rgba())[:, 10 : 10 + int(width), 3], axis=1)
    return [int(row) + 1 - height for row in np.flatnonzero(ink[:-1] & ~ink[1:])]


@lru_cache(maxsize=4096)
def _coverage(piece: str, font: FontProperties, dpi: float) -> tuple[np.ndarray, int, int]:
    """How much of each pixel a piece covers, 0 to 255; the row of its baseline, and the columns before its start."""
    margin = 2 * int(font.get_size_in_points() * dpi / 72)
    renderer = RendererAgg(int(_advance(piece, font, dpi)) + 2 * margin, 2 * margin, dpi)
    renderer.draw_text(renderer.new_gc(), margin, margin, piece, font, 0)
    coverage = np.array(renderer.buffer_rgba())[..., 3]
    rows, columns = (np.flatnonzero(coverage.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return np.zeros((0, 0), np.uint8), 0, 0
    top, left = rows[0], columns[0]
    return coverage[top : rows[-1] + 1, left : columns[-1] + 1].copy(), margin - top, margin - left


def _is_plain_image(image: AxesImage) -> bool:
    ax = image.axes
    return (
        image.get_interpolation() == "nearest"
        and (ax.get_xscale(), ax.get_yscale(), ax.name) == ("linear", "linear", "rectilinear")
        and image.get_transform() == ax.transData
    )


def _stamp_image(image: AxesImage, renderer: RendererAgg) -> None:
    if not image.get_visible():
        return
    rgba = image.to_rgba(np.asarray(image.get_array()), alpha=image.get_alpha(), bytes=True)
    cells = np.ascontiguousarray(rgba).view(np.uint32)[..., 0]  # four bytes as one number are copied ten times faster
    left, right, bottom, top = image.get_extent()
    first, last = (top, bottom) if image.origin == "upper" else (bottom, top)  # edges of the first and the last row
    ax = image.axes
    (x0, y0), (x1, y1) = ax.transData.transform([(left, first), (right, last)])
    box = ax.bbox
    columns, left_pixel = _cells(x0, x1, cells.shape[1], box.x0, box.x1)
    rows, top_pixel = _cells(
        renderer.height - y0, renderer.height - y1, cells.shape[0], renderer.height - box.y1, renderer.height - box.y0
    )
    pixels = cells[rows][:, columns]
    if (rgba[..., 3] == 255).all():  # nothing shines through: copied, not blended, which takes a tenth of the time
        canvas = np.asarray(renderer.buffer_rgba()).view(np.uint32)[..., 0]
        canvas[top_pixel : top_pixel + len(rows), left_pixel : left_pixel + len(columns)] = pixels
    else:
        _put(renderer, renderer.new_gc(), pixels[..., None].view(np.uint8), left_pixel, top_pixel)


def _cells(first: float, last: float, count: int, low: float, high: float) -> tuple[np.ndarray, int]:
    """The cell that each pixel shows, of those between both pairs of limits, and the first of these pixels."""
    start, stop = round(max(min(first, last), low)), round(min(max(first, last), high))
    centres = np.arange(start, max(start, stop)) + 0.5
    return np.clip(((centres - first) * (count / (last - first))).astype(int), 0, count - 1), start


def _put(renderer: RendererAgg, gc: GraphicsContextBase, pixels: np.ndarray, left: int, top: int) -> None:
    """Lay RGBA pixels, first row uppermost, over what is drawn."""
    if pixels.size:
        renderer.draw_image(gc, left, renderer.height - top - len(pixels), pixels[::-1])
