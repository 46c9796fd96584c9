"""The course's pictures and the learner's own figures leave one another alone, in every thread."""

import io
import multiprocessing
import os
import threading
import time
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import scale, style, units
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D
from matplotlib.projections import projection_registry
from matplotlib.ticker import NullFormatter
from PIL import Image

from course_lib.explorers import all_explorers
from course_lib.plots.picture import Picture

EXPLORERS = all_explorers()
LONG = 600  # seconds: only a test that would hang meets it
SOAK = bool(os.environ.get("SOAK"))
FIGURES = 1000 if SOAK else 2  # of the learner's, for each explorer
HOSTILE = {
    "text.usetex": True,
    "font.family": "serif",
    "mathtext.fontset": "stix",
    "text.antialiased": False,
    "text.hinting": "none",
    "path.simplify": False,
    "path.sketch": (1, 100, 2),
    "figure.constrained_layout.use": True,
    "figure.subplot.left": 0.3,
    "lines.marker": "o",
    "lines.linestyle": "--",
    "lines.antialiased": False,
    "axes.grid": True,
    "axes.titlelocation": "right",
    "axes.xmargin": 0.3,
    "axes.formatter.use_locale": True,
    "axes.formatter.limits": (-1, 1),
    "axes.prop_cycle": mpl.cycler(color=["r"]),
    "axes3d.grid": False,
    "xtick.direction": "in",
    "xtick.minor.visible": True,
    "ytick.left": False,
    "image.cmap": "jet",
    "image.interpolation": "bilinear",
    "image.origin": "lower",
    "patch.force_edgecolor": True,
    "hatch.linewidth": 5.0,
    "legend.loc": "center",
    "legend.numpoints": 3,
    "scatter.marker": "x",
    "savefig.dpi": 30,
    "agg.path.chunksize": 50,
    "contour.linewidth": 6.0,
    "errorbar.capsize": 9.0,
    "figure.dpi": 37.0,
}


class Example(Picture):
    """Curves, points, an image, a formula, a legend, ticks of both kinds; some of it moves."""

    size = (4.0, 3.0)

    def build(self):
        left, right = self.figure.subplots(1, 2)
        left.set(xscale="log", xlim=(1e-3, 1), ylim=(0, 2), title=r"$\sigma_1^2$ and more", xlabel="rate")
        left.plot([1e-2, 1], [0, 1], label="one")
        left.legend()
        right.scatter([0, 1], [1, 0])
        self.image = self.moving(right.imshow([[0.0, 1.0]], extent=(0, 1, 0, 1)))
        self.line = self.moving(left.plot([], [])[0])
        self.words = self.moving(left.text(0.01, 1.5, ""))
        self.formula = self.moving(left.text(0.01, 1.2, ""))

    def set_artists(self, result):
        self.line.set_data([1e-3, 1], [0, result])
        self.words.set_text(f"{result:.2f}")
        self.formula.set_text(rf"$x_1 = {result:.2f}$")
        self.image.set_data([[result, 0.0]])


def drawn(picture: type[Picture], result) -> bytes:
    return picture().update(result).png()


@pytest.mark.parametrize("name", [*style.available, "xkcd"])
def test_no_style_sheet_changes_a_picture(name):
    alone = drawn(Example, 0.5)
    with mpl.rc_context():
        if name == "xkcd":
            mpl.rcParams["path.sketch"] = (1, 100, 2)  # what pyplot.xkcd does, without pyplot
        else:
            style.use(name)
        assert drawn(Example, 0.5) == alone


class Metres(units.ConversionInterface):
    """A learner's unit, in force for all numbers."""

    @staticmethod
    def axisinfo(unit, axis):
        return units.AxisInfo(label="metres")


class Red(Axes):
    name = "rectilinear"

    def __init__(self, *args, **options):
        super().__init__(*args, facecolor="red", **options)


class Bare(scale.LogScale):
    name = "log"

    def set_default_locators_and_formatters(self, axis):
        axis.set_major_formatter(NullFormatter())


NUMBERS = (int, float, np.float64, np.ndarray, list)
COLOURS = mpl.colors.get_named_colors_mapping()
REGISTRIES = {  # registry, the learner's entries
    "units": (units.registry, dict.fromkeys(NUMBERS, Metres)),
    "kinds of axes": (projection_registry._all_projection_types, {Red.name: Red}),
    "scales": (scale._scale_mapping, {Bare.name: Bare}),
    "legends": (Legend.get_default_handler_map(), {Line2D: HandlerLine2D(numpoints=4)}),
    "colours": (COLOURS, dict.fromkeys(COLOURS, "#00ff00")),
}


def own_figure() -> bytes:
    axes = Figure().subplots()
    axes.plot([1.0, 2.0], [1, 10], "o-", color="black", label="mine")
    axes.set_yscale("log")
    axes.legend()
    axes.figure.savefig(out := io.BytesIO(), format="png")
    return out.getvalue()


def register(monkeypatch, *registries):
    COLOURS.cache.clear()
    for there, entries in map(REGISTRIES.get, registries):
        for key, entry in entries.items():
            monkeypatch.setitem(there, key, entry)


@pytest.mark.parametrize("registry", REGISTRIES)
def test_nothing_that_the_learner_registers_changes_a_picture(registry, monkeypatch):
    alone, own_before = drawn(Example, 0.5), own_figure()
    register(monkeypatch, registry)
    own = own_figure()
    assert own != own_before
    assert drawn(Example, 0.5) == alone
    assert own_figure() == own
    COLOURS.cache.clear()


def test_nothing_that_the_learner_sets_or_registers_changes_an_explorer(monkeypatch):
    with np.errstate(all="raise"):
        results = {name: (explorer._make_picture, explorer.result) for name, explorer in made()}
    alone = {name: drawn(*one) for name, one in results.items()}
    register(monkeypatch, *REGISTRIES)
    with mpl.rc_context(HOSTILE), np.errstate(all="raise"), np.printoptions(precision=1, legacy="1.13"):
        assert [name for name, one in results.items() if drawn(*one) != alone[name]] == []
    COLOURS.cache.clear()


def test_a_picture_that_the_learner_saves_is_the_one_shown_and_leaves_the_others_alone():
    def saved() -> bytes:
        one.figure.savefig(out := io.BytesIO(), format="png", dpi=100)
        return out.getvalue()

    one, other = Example().update(0.5), Example().update(1.5)
    shown, alone = [other.png(), one.png()], saved()
    for format in ("png", "jpg", "svg", "pdf"):
        other.png()
        with mpl.rc_context({**HOSTILE, "text.usetex": False}):
            before = dict(mpl.rcParams)
            one.figure.savefig(io.BytesIO(), format=format, bbox_inches="tight")
            one.figure.canvas.draw()
            assert [other.png(), one.png()] == shown
            assert dict(mpl.rcParams) == before
        assert saved() == alone


def test_a_picture_whose_figure_the_learner_resizes_is_drawn_at_that_size():
    one = Example().update(0.5)
    before = one.png()
    one.figure.set_size_inches(8.0, 6.0)
    assert Image.open(io.BytesIO(one.png())).size == Image.open(io.BytesIO(one.update(0.7).png())).size == (800, 600)
    one.figure.set_size_inches(*Example.size)
    assert one.update(0.5).png() == before


def test_drawing_leaves_the_settings_of_the_learner_alone():
    before = dict(mpl.rcParams)
    seen = []

    class Curious(Example):
        def set_artists(self, result):
            def look():
                seen.append(dict(mpl.rcParams))

            other = threading.Thread(target=look)
            other.start()
            other.join()
            super().set_artists(result)

    drawn(Curious, 0.5)
    assert seen == [before] and dict(mpl.rcParams) == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_process_forked_while_a_picture_is_drawn_can_draw():
    drawing, forking = threading.Event(), threading.Event()
    os.register_at_fork(before=forking.set)

    class Slow(Example):
        def set_artists(self, result):
            drawing.set()
            forking.wait(LONG)
            time.sleep(0.5)  # the fork is asked for now
            super().set_artists(result)

    thread = threading.Thread(target=lambda: drawn(Slow, 0.5))
    thread.start()
    drawing.wait(LONG)
    child = multiprocessing.get_context("fork").Process(target=drawn, args=(Example, 0.5))
    child.start()
    child.join(60)
    child.kill()
    thread.join()
    assert child.exitcode == 0


def made():
    for name, make in EXPLORERS.items():
        explorer = make()
        if hasattr(explorer, "preview"):
            explorer.preview = min(explorer.preview, 3)
        yield name, explorer


def learners_figure() -> bytes:
    """As a cell draws it: pyplot, a formula, logarithmic ticks, a legend, cut to what is drawn."""
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(2.4, 1.8))
    x = np.linspace(0.1, 6, 30)
    ax.semilogy(x, np.exp(x), "o--", label=r"$e^{x_1}$")
    ax.set(title=r"mine $\alpha^2$", xlabel="x")
    ax.legend()
    out = io.BytesIO()
    figure.savefig(out, format="png", bbox_inches="tight")
    plt.close(figure)
    return out.getvalue()


@contextmanager
def moved(explorer):
    """A hand moves the controls at random, and a live explorer plays, until the block ends; yields the count."""
    done, moves, raised = threading.Event(), [0], []
    picture = explorer.picture

    def hand():
        rng = np.random.default_rng(0)
        controls = list(explorer.controls.values())
        try:
            while not done.is_set():
                control = controls[rng.integers(len(controls))]
                explorer.drag({control.name: control.random(rng)})
                if hasattr(explorer, "step"):
                    explorer.step()
                picture._background, picture._is_drawn = {}, False  # so that ticks and labels are drawn again as well
                picture.png()
                moves[0] += 1
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=hand)
    thread.start()
    try:
        yield moves
    finally:
        done.set()
        thread.join()
    assert not raised


@pytest.mark.parametrize("name", list(EXPLORERS)[:: 1 if SOAK else 4])  # they draw in one and the same way
def test_a_figure_of_the_learner_is_the_same_while_an_explorer_moves(name):
    mpl.use("agg")
    alone = learners_figure()
    explorer = EXPLORERS[name]()
    with moved(explorer) as moves:
        drawn_meanwhile = 0
        while drawn_meanwhile < FIGURES or not moves[0]:
            assert learners_figure() == alone, f"after {drawn_meanwhile} figures and {moves[0]} moves"
            drawn_meanwhile += 1
    explorer.close()
