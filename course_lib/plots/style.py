"""How every picture looks: colours, line styles and sizes, said once for the whole course.

Colours are Okabe and Ito's palette, which readers with any common colour blindness can tell apart; nothing
is told by colour alone, so each entry of `SERIES` also has its own line style and marker.
Source: Okabe & Ito 2008, "Color Universal Design".
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, wraps
from typing import Any, Self

import matplotlib as mpl
import numpy as np
from matplotlib import scale, units
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.projections import projection_registry
from matplotlib.rcsetup import cycler
from matplotlib.scale import LinearScale, LogScale
from PIL import Image

from course_lib import large_print

BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
GREY = "#808080"
COLOURS = dict(blue=BLUE, orange=ORANGE, green=GREEN, vermillion=VERMILLION, purple=PURPLE, sky=SKY, grey=GREY)

SERIES: tuple[dict[str, Any], ...] = (
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": VERMILLION, "linestyle": "--", "marker": "s"},
    {"color": GREEN, "linestyle": "-.", "marker": "^"},
    {"color": PURPLE, "linestyle": ":", "marker": "D"},
    {"color": ORANGE, "linestyle": (0, (5, 1)), "marker": "v"},
    {"color": SKY, "linestyle": (0, (3, 1, 1, 1)), "marker": "P"},
    {"color": GREY, "linestyle": (0, (1, 1)), "marker": "X"},
)

GETTERS = ("get_color", "get_facecolor", "get_edgecolor", "get_markerfacecolor", "get_markeredgecolor")
SHADES = 12  # of each colour in a stored picture
TINT = 0.6  # how much of its colour a region takes where a network is certain of a class
NEAR = 16  # levels of 255 by which a stored colour may differ; two shades of a colour lie up to 23 apart


@dataclass(frozen=True)
class Style:
    """What a picture is drawn with. `ink` and `paper` are colours; sizes are in points.

    dpi     pixels drawn per inch of the figure
    screen  pixels of the page that show an inch: below `dpi`, the picture is sharp on a fine screen
    print   how many times larger than `font` the letters should be; a picture takes as much as its layout
            allows (see `Picture.large_print`)
    """

    ink: str = "#1a1a1a"
    paper: str = "#ffffff"
    faint: str = "#d9d9d9"
    theory: str = "#595959"
    font: float = 11.0
    line: float = 2.0
    marker: float = 6.0
    dpi: float = 100.0
    screen: float = 100.0
    print: float = 1.0

    def large(self) -> Self:
        """For a lecture hall: the whole picture larger, lines thicker, letters larger still."""
        factors = {"line": 1.25, "marker": 1.2, "dpi": 1.4, "screen": 1.4, "print": 1.3}
        return replace(self, **{name: factor * getattr(self, name) for name, factor in factors.items()})

    def fitted(self, limit: float) -> Self:
        """Letters as large as `print` asks for, but at most `limit` times the usual size."""
        return replace(self, font=self.font * min(self.print, max(limit, 1.0)), print=1.0)

    def rc(self) -> dict[str, object]:
        """The Matplotlib settings that belong to this style."""
        return {
            "figure.facecolor": self.paper,
            "axes.facecolor": self.paper,
            "text.color": self.ink,
            "axes.labelcolor": self.ink,
            "axes.edgecolor": self.ink,
            "xtick.color": self.ink,
            "ytick.color": self.ink,
            "font.family": "DejaVu Sans",
            "font.size": self.font,
            "axes.titlesize": self.font + 1,
            "legend.fontsize": self.font - 1,
            "xtick.labelsize": self.font - 1,
            "ytick.labelsize": self.font - 1,
            "axes.titlelocation": "left",
            "axes.titley": 1.0,  # else Matplotlib measures all tick labels to see whether the title must move
            "axes.titleweight": "bold",
            "axes.titlepad": 8.0,
            "axes.prop_cycle": cycler(color=[one["color"] for one in SERIES]),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "grid.color": self.faint,
            "lines.linewidth": self.line,
            "lines.markersize": self.marker,
            "legend.frameon": False,
        }

    def shades(self, styles: Sequence[dict[str, Any]]) -> np.ndarray:
        """From paper to `TINT` of each colour, the more certain a prediction the darker: (styles, SHADES, RGB)."""
        paper = np.array(mpl.colors.to_rgb(self.paper))
        colours = np.array([mpl.colors.to_rgb(props["color"]) for props in styles])
        table = paper + np.linspace(0, TINT, SHADES)[:, None] * (colours[:, None] - paper)
        return (255 * table + 0.5).astype(np.uint8)

    def to_indexed(self, image: Image.Image, colormap: str = "cividis") -> Image.Image:
        """`image` with 256 colours: half of them this style's own colours fading into paper, half the colour map.

        A picture made of these colours loses nothing the eye sees, and encodes four times faster and twice as small.
        """
        return image.quantize(palette=_palette(self, colormap), dither=Image.Dither.NONE)

    def require_own_colours(self, figure: Figure, colormap: str = "cividis") -> None:
        """ValueError if something in `figure` has a colour that `to_indexed` would replace by a different one."""
        seen: dict[tuple[int, ...], str] = {}
        for artist in figure.findobj(lambda artist: artist.get_visible()):
            mapped = getattr(artist, "get_array", lambda: None)() is not None  # its colours are a colour map's
            getters: list[str] = [] if mapped else list(GETTERS)
            if getattr(artist, "get_linestyle", lambda: "")() == "None":  # markers only: the line's colour is not seen
                getters = getters[1:]
            for getter in (getattr(artist, name) for name in getters if hasattr(artist, name)):
                rgba = mpl.colors.to_rgba_array(getter())
                for rgb in (255 * rgba[rgba[:, 3] > 0, :3] + 0.5).astype(int).tolist():
                    seen[tuple(rgb)] = type(artist).__name__
        asked = np.array(list(seen), dtype=np.uint8)
        stored = np.array(self.to_indexed(Image.fromarray(asked[None]), colormap).convert("RGB"))[0]
        off = np.abs(stored.astype(int) - asked).max(axis=1)
        if off.max() > NEAR:
            colour = tuple(asked[off.argmax()].tolist())
            raise ValueError(
                f"{seen[colour]} has the colour #{bytes(colour).hex()}, which is not in the palette: use a colour of "
                "SERIES in course_lib/plots/style.py, or add it there."
            )


@cache
def _palette(style: Style, colormap: str) -> Image.Image:
    paper = np.array(mpl.colors.to_rgb(style.paper))

    def faded(colour: str, shades: int) -> np.ndarray:
        return paper + np.linspace(0, 1, shades)[:, None] * (np.array(mpl.colors.to_rgb(colour)) - paper)

    solid = [series["color"] for series in SERIES] + [style.ink, style.theory]
    # Few shades of the faint colour: Pillow looks colours up in steps of 4 levels, and a near white would be taken
    # for paper.
    shades = np.vstack([*(faded(colour, SHADES) for colour in solid), faded(style.faint, 4)])
    mapped = mpl.colormaps[colormap](np.linspace(0, 1, 256 - len(shades)))[:, :3]
    colours = np.vstack([shades, mapped])
    image = Image.new("P", (1, 1))
    image.putpalette((255 * colours + 0.5).astype(np.uint8).tobytes())
    return image


LIGHT = Style()
_style = LIGHT
_lecturing = large_print.on


def lecture_mode(on: bool = True) -> None:
    """Let every explorer and picture built from now on be in large print; `lecture_mode(False)` goes back."""
    global _lecturing
    if not isinstance(on, bool):
        raise ValueError(f"lecture_mode takes True or False, not {on!r}.")
    _lecturing = large_print.on = on


def current_style() -> Style:
    """The style that pictures built now would use."""
    return _style.large() if _lecturing else _style


@contextmanager
def built_in(style: Style) -> Iterator[None]:
    """Pictures built inside use `style`, whatever is chosen outside."""
    global _style, _lecturing
    before = _style, _lecturing
    _style, _lecturing = style, False
    try:
        yield
    finally:
        _style, _lecturing = before


class RcParams(mpl.RcParams):
    """Matplotlib's settings; in a thread that draws a picture of the course, those of that picture.

    Explorers draw in threads of their own while a learner's cell draws with pyplot. `rc_context` would change the
    settings of both, and Matplotlib has no other: it reads `rcParams` wherever an artist is made or drawn.
    """

    def _get(self, key: Any) -> Any:  # all of Matplotlib reads here; kept stable for subclasses
        own = getattr(_own, "rc", None)
        return super()._get(key) if own is None else own[key]

    def __setitem__(self, key: Any, value: Any) -> None:  # saving a JPEG sets some, for everybody
        if getattr(_own, "rc", None) is None:
            super().__setitem__(key, value)

    def _update_raw(self, other: Any) -> None:
        if getattr(_own, "rc", None) is None:
            super()._update_raw(other)


_own = threading.local()
_NAMED = mpl.colors.CSS4_COLORS | mpl.colors.BASE_COLORS  # a learner may give a name another colour
_DEFAULTS = {key: _NAMED.get(str(value := mpl.rcParamsDefault._get(key)), value) for key in mpl.rcParamsDefault}
_DEFAULTS["backend"] = "agg"


def _usual(owner: Any, name: str, own: Callable[..., Any]) -> None:
    """Let `owner.name`, which looks something up in a registry of Matplotlib that a learner may have added to, be `own`
    in a thread that draws a picture of the course."""
    original = getattr(owner, name)

    @wraps(original)
    def found(*args: Any, **options: Any) -> Any:
        return (original if getattr(_own, "rc", None) is None else own)(*args, **options)

    setattr(owner, name, found)


_SCALES, _HANDLERS = {one.name: one for one in (LinearScale, LogScale)}, dict(Legend.get_default_handler_map())
_usual(units.registry, "get_converter", lambda x: None)  # the data of the course are numbers
_usual(projection_registry, "get_projection_class", lambda name, **_: Axes)
_usual(scale, "scale_factory", lambda name, axis, **options: _SCALES[name](**options))
_usual(Legend, "get_legend_handler_map", lambda legend: _HANDLERS)


@cache
def _settings(style: Style) -> dict[Any, Any]:
    """All settings of Matplotlib for `style`: its own, and Matplotlib's defaults whatever the learner has chosen."""
    return _DEFAULTS | dict(mpl.RcParams(style.rc()))


@contextmanager
def drawn_in(style: Style) -> Iterator[None]:
    """In this thread Matplotlib's settings are those of `style`; other threads, and the learner, keep theirs."""
    mpl.rcParams.__class__ = RcParams  # the learner may have replaced them
    before = getattr(_own, "rc", None)
    _own.rc = _settings(style)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        _own.rc = before
