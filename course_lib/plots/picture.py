"""A picture of a result that follows a dragged slider: built once, then only what changed is drawn again.

Drawing a whole Matplotlib figure costs 60 ms and more, nearly all of it axes, ticks and labels that did not change.
A `Picture` draws those once, keeps the pixels as a background, and for each new result puts the background
back and draws the few artists that move ("blitting"). Where the background itself changes, only the axes with something
new in them are drawn again.
"""

from __future__ import annotations

import io
import math
import os
import re
import threading
import weakref
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser
from matplotlib.patches import StepPatch
from matplotlib.text import Text
from numpy.typing import ArrayLike
from PIL import Image

from course_lib.plots.stamps import stamp
from course_lib.plots.style import Style, current_style, drawn_in

# Slider callbacks come from several threads, and pictures share the parser of formulas.
_DRAWING = threading.RLock()
if hasattr(os, "register_at_fork"):  # else a process that is forked while a picture is drawn would wait for ever
    os.register_at_fork(before=_DRAWING.acquire, after_in_parent=_DRAWING.release, after_in_child=_DRAWING.release)


class _Formulas(MathTextParser):
    """Typesets the formulas of the course's pictures: Matplotlib's own parser has a state that all figures share."""

    _parser = None


class _Renderer(RendererAgg):
    """The pixels that all pictures of one size draw on, one after the other: each by itself would keep 2 MB."""

    shows: Callable[[], Picture | None] = staticmethod(lambda: None)

    def clear(self) -> None:
        self.shows = _Renderer.shows
        super().clear()


class _Canvas(FigureCanvasAgg):
    """A canvas that shares its pixels with pictures of its size, and no parser or font with another thread."""

    _of_thread = threading.local()
    _renderers: ClassVar[WeakValueDictionary[tuple, _Renderer]] = WeakValueDictionary()
    style: Style

    def get_renderer(self) -> _Renderer:
        key = width, height, dpi = *self.get_width_height(physical=True), self.figure.dpi
        if (renderer := self._renderers.get(key)) is None:
            self._renderers[key] = renderer = _Renderer(width, height, dpi)
        self.renderer = renderer
        # What is typeset is kept with the font objects it was set with, and those belong to one thread.
        if not hasattr(self._of_thread, "formulas"):
            self._of_thread.formulas = _Formulas("path")
        renderer.mathtext_parser = self._of_thread.formulas
        return renderer

    def print_figure(self, *args: Any, **options: Any) -> Any:
        """As `savefig` of a learner does, and Jupyter with a figure."""
        with _DRAWING, drawn_in(self.style):
            return super().print_figure(*args, **options)


class Picture:
    """Base of all pictures. A subclass says what is static and what moves:

    `build()`                 creates axes and artists on `self.figure`; those that change go through `self.moving`.
    `background(result)`      a hashable summary of what the background depends on (limits, layer count, labels).
    `set_background(result)`  sets limits, ticks and titles; called only when the summary differs from the last one. A
                              legend set here (`axes.legend` replaces the one before) names only what is drawn.
    `set_artists(result)`     sets the data of the moving artists, nothing else.
    `describe(result)`        says in words and numbers what the picture shows (the alternative text).

    Limits that follow the data should change in steps (see `step_up`), so that few moves redraw the background.
    """

    size: ClassVar[tuple[float, float]] = (9.6, 5.4)  # inches; 960 x 540 pixels in the usual style
    colormap: ClassVar[str] = "cividis"  # the one colour map a picture may use
    large_print: ClassVar[float] = 1.0  # how many times larger letters the layout takes (a test looks)

    def __init__(self) -> None:
        self.style = current_style().fitted(self.large_print)
        self._moving: list[Artist] = []
        self._summary: Hashable = None
        self._background: dict[tuple[Artist, ...], tuple[np.ndarray, np.ndarray]] = {}  # pixels that are not paper
        self._drawn_on = 0  # pixels
        self._is_drawn = False  # whether the background is the one that this summary stands for
        self._paper: Any = 0
        self._result: Any = None
        with _DRAWING, drawn_in(self.style):
            self.figure = Figure(figsize=self.size, dpi=self.style.dpi)
            self.canvas = _Canvas(self.figure)
            self.canvas.style = self.style
            self.build()

    def build(self) -> None:
        raise NotImplementedError

    def background(self, result: Any) -> Hashable:
        return "always the same"

    def set_background(self, result: Any) -> None:
        """Nothing by default: a picture whose limits never change."""

    def set_artists(self, result: Any) -> None:
        raise NotImplementedError

    def describe(self, result: Any) -> str:
        raise NotImplementedError

    def caption(self, result: Any) -> str:
        """What `describe` says, with powers of ten as people write them."""
        return exponents(self.describe(result))

    def moving(self, artist: Artist) -> Any:
        """Mark `artist` as one that changes with the result, and return it."""
        artist.set_animated(True)  # keeps it out of the background
        self._moving.append(artist)
        return artist

    def moving_line(self, axes: Axes, *marker: str, **props: Any) -> Any:
        """A line on `axes` that changes with the result; it has no points yet."""
        return self.moving(axes.plot([], [], *marker, **props)[0])

    def moving_marks(self, axes: Axes, marker: str, color: str, size: float, **props: Any) -> Any:
        """Markers on `axes`, without a line between them, that change with the result."""
        return self.moving_line(axes, marker=marker, color=color, markersize=size, linestyle="", **props)

    def moving_image(self, axes: Axes, shape: tuple[int, ...], **props: Any) -> Any:
        """An image on `axes` that changes with the result: cells of one colour each, in the picture's colour map."""
        return self.moving(axes.imshow(np.zeros(shape), interpolation="nearest", **{"cmap": self.colormap, **props}))

    def moving_collection(self, axes: Axes, collection: Any) -> Any:
        """A collection on `axes` that changes with the result and does not move their limits."""
        return self.moving(axes.add_collection(collection, autolim=False))

    def moving_steps(self, axes: Axes, color: str) -> Any:
        """A filled staircase on `axes` that changes with the result."""
        return self.moving(axes.add_patch(StepPatch([0.0], [0.0, 1.0], fill=True, facecolor=color, edgecolor="none")))

    def moving_stairs(self, axes: Axes, edges: np.ndarray, **props: Any) -> Any:
        """A histogram on `axes` with these edges that changes with the result."""
        return self.moving(axes.stairs(np.zeros(len(edges) - 1), edges, **props))

    def colour_bar(self, axes: Axes, low: float, high: float, **props: Any) -> None:
        """The colours from `low` to `high` upwards, with the numbers on the right."""
        colours = {"cmap": self.colormap, **props}
        axes.imshow(
            np.linspace(low, high, 100)[:, None], origin="lower", aspect="auto", extent=(0, 1, low, high), **colours
        )
        axes.yaxis.tick_right()
        axes.set_xticks([])

    def row_keys(self, axes: Axes, left: float, right: float, styles: Iterable[dict[str, Any]]) -> None:
        """Line and marker beside the name of each row, from `left` to `right` in widths of the axes: tied to curves."""
        for row, props in enumerate(styles):
            across = axes.get_yaxis_transform()
            axes.plot([left, right], [row, row], clip_on=False, transform=across, markersize=5, **props)

    def moving_text(self, axes: Axes, x: float, y: float, **props: Any) -> Any:
        """Words that change with the result; (x, y) in shares of the axes."""
        return self.moving(axes.text(x, y, "", transform=axes.transAxes, **props))

    def legend_above(self, axes: Axes, at: tuple[float, float], columns: int = 1, **props: Any) -> None:
        """A legend whose lower left corner stands at `at`, in shares of the axes."""
        axes.legend(loc="lower left", bbox_to_anchor=at, ncols=columns, **props)

    def legend_in_figure(self, axes: Axes, corner: Any, at: tuple[float, float], columns: int, **props: Any) -> None:
        """A legend of the axes whose `corner` stands at `at`, in shares of the figure."""
        axes.legend(loc=corner, bbox_to_anchor=at, bbox_transform=self.figure.transFigure, ncols=columns, **props)

    def class_points(self, axes: Axes, styles: Sequence[dict[str, Any]], size: float, edge: float) -> list[Any]:
        """The points of each class, with an edge in the colour of the paper that keeps neighbours apart."""
        rim = {"markeredgecolor": self.style.paper, "markeredgewidth": edge}
        return [self.moving_marks(axes, props["marker"], props["color"], size, **rim) for props in styles]

    def remark(self, x: float, y: float, words: str, **props: Any) -> None:
        """Small quiet words that stay; (x, y) in the figure."""
        self.figure.text(x, y, words, fontsize=self.style.font - 1, color=self.style.theory, **props)

    def heading(self, x: float, y: float, larger: float, **props: Any) -> Any:
        """A bold text that changes with the result, `larger` points above the usual size; (x, y) in the figure."""
        return self.moving(self.figure.text(x, y, "", weight="bold", fontsize=self.style.font + larger, **props))

    def update(self, result: Any) -> Picture:
        """Draw `result` and return the picture itself."""
        with _DRAWING, drawn_in(self.style):
            first = not self._background
            self.arrange(result)
            renderer = self.canvas.get_renderer()
            if (pixels := self._pixels().size) != self._drawn_on:  # at first, and where the learner resized the figure
                self._background, self._is_drawn, self._drawn_on = {}, False, pixels
            if not self._is_drawn:
                self._draw_background(renderer)
            renderer.shows = weakref.ref(self)
            self._lay_background()
            self._result = result
            for artist in self._moving:
                if not stamp(artist, renderer):
                    artist.draw(renderer)
            if first:
                self.style.require_own_colours(self.figure, self.colormap)
        return self

    def arrange(self, result: Any) -> None:
        """Put everything where it belongs for `result`, its powers of ten as people write them, without drawing it."""
        if (background := self.background(result)) != self._summary:
            self._summary, self._is_drawn = None, False  # should it fail, the next result begins anew
            self.set_background(result)
            self._summary = background
        self.set_artists(result)
        for text in self._moving:
            if isinstance(text, Text):
                text.set_text(exponents(text.get_text()))

    def png(self, compress_level: int = 1) -> bytes:
        """The pixels as PNG. Level 1 takes 3 ms and suits a dragged slider; level 9 is for storing."""
        with _DRAWING:
            if self.canvas.get_renderer().shows() is not self:
                self.update(self._result)
            image = Image.frombytes("RGB", self.canvas.get_width_height(), self.canvas.buffer_rgba(), "raw", "RGBX")
        out = io.BytesIO()
        self.style.to_indexed(image, self.colormap).save(out, format="PNG", compress_level=compress_level)
        return out.getvalue()

    def background_png(self) -> bytes:
        """The pixels behind the moving artists as PNG: the same for all results with the same `background`."""
        with _DRAWING:
            self.canvas.get_renderer().shows = weakref.ref(self)
            self._lay_background()
            try:
                return self.png()
            finally:
                self.update(self._result)

    def _pixels(self) -> np.ndarray:
        """The canvas, one number per pixel."""
        return np.asarray(self.canvas.buffer_rgba()).view(np.uint32).reshape(-1)

    def _draw_background(self, renderer: _Renderer) -> None:
        """Draw each axes that has something new in it, by itself, and keep what is not paper."""
        kept, pixels = self._background, self._pixels()
        self._background = {}
        for group in self._groups():
            if group not in kept or any(artist.stale for artist in group):
                renderer.clear()
                self.figure.patch.draw(renderer)
                self._paper = pixels[0]
                for artist in group:
                    artist.draw(renderer)
                where = np.flatnonzero(pixels != self._paper).astype(np.int32)
                kept[group] = where, pixels[where]
            self._background[group] = kept[group]
        self._is_drawn = True

    def _groups(self) -> list[tuple[Artist, ...]]:
        """What can be drawn by itself, in order: every axes, unless two overlap, and then what belongs to none."""
        still = sorted((a for a in self.figure.get_children() if not a.get_animated()), key=lambda a: a.get_zorder())
        still.remove(self.figure.patch)
        axes = [artist for artist in still if isinstance(artist, Axes)]
        if any(a.get_position(True).overlaps(b.get_position(True)) for a, b in combinations(axes, 2)):
            return [tuple(still)]
        return [*((ax,) for ax in axes), tuple(artist for artist in still if artist not in axes)]

    def _lay_background(self) -> None:
        pixels = self._pixels()
        pixels[:] = self._paper
        for where, colours in self._background.values():
            pixels[where] = colours

    def _repr_png_(self) -> bytes:
        return self.png(compress_level=9)


class Beyond:
    """Hollow triangles at an axis's edges, for points with a value outside it: △ above, ▽ below; along x ▷ ◁."""

    def __init__(self, picture: Picture, axes: Axes, color: str, size: float = 9, axis: str = "y") -> None:
        props: dict[str, Any] = {"color": "none", "markeredgecolor": color, "clip_on": False, "zorder": 5}
        self.axes, self.axis = axes, axis
        self.above, self.below = (
            picture.moving_line(axes, marker, markersize=size, **props) for marker in {"y": "^v", "x": "><"}[axis]
        )

    def set(self, x: ArrayLike, y: ArrayLike) -> None:
        """Mark those of the points (x, y) that the axis does not hold; NaN is nowhere."""
        points, row = np.array([x, y], dtype=float), "xy".index(self.axis)
        low, high = getattr(self.axes, f"get_{self.axis}lim")()
        for line, outside, edge in ((self.above, points[row] > high, high), (self.below, points[row] < low, low)):
            marked = points[:, outside]
            marked[row] = edge
            line.set_data(*marked)


def log_axes(axes: Axes, which: str, **settings: Any) -> None:
    """Logarithmic scales ("x", "y" or "xy") with major ticks alone; `settings` as of `axes.set`."""
    axes.set(**{f"{one}scale": "log" for one in which}, **settings)
    axes.minorticks_off()


def inside(values: np.ndarray, limits: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """`values` cut off at the top of an axis, NaN below its bottom; and where they are below it.

    A value below the axis must not stand on its edge as if it had that value: draw a hollow ▽ there instead.
    """
    values = np.asarray(values, dtype=float)
    below = values < limits[0]
    return np.where(below, np.nan, np.minimum(values, limits[1])), below


def exponents(text: str) -> str:
    """Powers of ten as people write them: 3e−7 for 3e-07, 1e4 for 1e+04; but lr=3e-07, which is Python, stays."""
    return re.sub(r"(?<![=.\d])(\d+(?:\.\d+)?e)(?:\+|([-−]))0*(?=\d)", lambda m: m[1] + "−" * bool(m[2]), text)


def cut_off(values: ArrayLike, low: float, high: float, lost: float = math.nan) -> np.ndarray:
    """`values` no further than a decade beyond a logarithmic axis, as the canvas cannot hold all; `lost` for NaN."""
    values = np.asarray(values, dtype=float)
    return np.clip(np.where(np.isnan(values), lost, values), low / 10, 10 * high)


def step_up(value: float, steps: tuple[float, ...] = (1.0, 2.0, 5.0)) -> float:
    """The smallest of ..., 1, 2, 5, 10, 20, ... that is not below `value`.

    Limits that move in such steps redraw the background rarely. Values that are not positive and finite give 1.
    """
    if not (value > 0 and math.isfinite(value)):
        return 1.0
    decade = 10.0 ** math.floor(math.log10(value))
    candidates = [step * decade for step in (*steps, 10.0 * steps[0])]
    return next((c for c in candidates if c >= value * (1 - 1e-12)), candidates[-1])
