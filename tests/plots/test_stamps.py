"""What is stamped looks as Matplotlib would have drawn it, give or take a pixel."""

import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_lib.plots.stamps import stamp


def drawn(make, by):
    """The pixels (rows, columns, 3) of a figure on which `make(axes)` put one artist, drawn `by` one of two ways."""
    figure = Figure(figsize=(4, 2), dpi=100)
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    artist = make(ax)
    ax.set_axis_off()
    artist.set_animated(True)
    canvas.draw()
    renderer = canvas.get_renderer()
    if by == "stamp":
        assert stamp(artist, renderer)
    else:
        artist.draw(renderer)
    return np.array(canvas.buffer_rgba())[..., :3].astype(int)


def assert_alike(make):
    """Ink of the same extent to a pixel, and where it is as much of it, apart from shades within a pixel."""
    ink = [(255 - drawn(make, by)).max(axis=-1) for by in ("matplotlib", "stamp")]
    for axis in (0, 1):
        (first, last), (other_first, other_last) = (np.flatnonzero(one.sum(axis=axis) > 40)[[0, -1]] for one in ink)
        assert abs(first - other_first) <= 1 and abs(last - other_last) <= 1
    blurred = [sum(np.roll(one, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)).ravel() for one in ink]
    assert np.corrcoef(*blurred)[0, 1] > 0.9
    assert ink[1].sum() == pytest.approx(ink[0].sum(), rel=0.03)


@pytest.mark.parametrize("ha", ["left", "center", "right"])
@pytest.mark.parametrize("va", ["top", "bottom", "center", "baseline"])
def test_a_line_of_text(ha, va):
    def make(ax):
        return ax.text(0.5, 0.5, "std(w) = 0.0137,  n·Var = 41", ha=ha, va=va, transform=ax.transAxes)

    assert_alike(make)


OTHERWISE = [{"weight": "bold", "linespacing": 2.0}, {"fontsize": 18, "color": "#0072B2"}, {"alpha": 0.5}]


@pytest.mark.parametrize("options", OTHERWISE)
def test_two_lines_in_other_fonts_and_colours(options):
    def make(ax):
        lines = "(each) learner 12.5 %\n(and) Avenue −3"
        return ax.text(0.02, 0.95, lines, va="top", transform=ax.transAxes, **options)

    assert_alike(make)


def test_text_without_ink_draws_nothing():
    for make in (lambda ax: ax.text(0, 0, ""), lambda ax: ax.text(0, 0, "hidden", visible=False)):
        assert (drawn(make, "stamp") == 255).all()


def test_text_beyond_the_edge_is_cut_off():
    assert (drawn(lambda ax: ax.text(-3, 0.5, "far to the left " * 20, transform=ax.transAxes), "stamp") < 255).any()


@pytest.mark.parametrize("origin", ["upper", "lower"])
@pytest.mark.parametrize("aspect", ["auto", "equal"])
def test_an_image(origin, aspect):
    cells = np.random.RandomState(0).standard_normal((7, 12))
    cells[2, 3] = math.nan

    def make(ax):
        ax.set_facecolor("none")
        return ax.imshow(cells, origin=origin, aspect=aspect, interpolation="nearest", cmap="PuOr", vmin=-2, vmax=2)

    assert (np.abs(drawn(make, "matplotlib") - drawn(make, "stamp")).max(axis=-1) > 2).mean() < 0.02  # edges of cells


@pytest.mark.parametrize("xlim, ylim", [((1, 5), (2, 6)), ((5, 1), (6, 2)), ((-20, 40), (-9, 9)), ((50, 60), (0, 1))])
def test_an_image_partly_out_of_sight(xlim, ylim):
    colours = np.random.RandomState(0).randint(0, 256, (7, 12, 3)).astype(np.uint8)

    def make(ax):
        image = ax.imshow(colours, extent=(0, 12, 0, 7), aspect="auto", interpolation="nearest")
        ax.set(xlim=xlim, ylim=ylim)
        return image

    assert (np.abs(drawn(make, "matplotlib") - drawn(make, "stamp")).max(axis=-1) > 2).mean() < 0.04


@pytest.mark.parametrize(
    "make",
    [
        lambda ax: ax.text(0, 0, "$x^2$"),
        lambda ax: ax.text(0, 0, "turned", rotation=90),
        lambda ax: ax.text(0, 0, "boxed", bbox={"facecolor": "white"}),
        lambda ax: ax.annotate("arrow", (0, 0), (1, 1), arrowprops={}),
        lambda ax: ax.imshow(np.eye(3), interpolation="bilinear"),
        lambda ax: ax.plot([0, 1])[0],
    ],
)
def test_what_is_not_plain_is_left_to_matplotlib(make):
    figure = Figure()
    assert not stamp(make(figure.add_subplot()), FigureCanvasAgg(figure).get_renderer())
