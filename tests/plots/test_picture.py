"""Pictures must draw the same by blitting as from scratch, in both styles, in colours that survive the encoding."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from course_lib.explorers import all_explorers, neuron_explorer
from course_lib.plots import style
from course_lib.plots.picture import Picture, step_up


@pytest.fixture
def restored_style():
    yield
    style.use_style("light")


@pytest.fixture(params=all_explorers(), scope="module")
def explorer(request):
    """Made once for the tests below: the last of them moves it."""
    return all_explorers()[request.param]()


def test_a_picture_reserves_paper_and_is_not_too_large_to_store(explorer):
    png = explorer.picture.png(compress_level=9)
    shown = pixels(png)
    assert len(png) < 80_000
    np.testing.assert_allclose(shown[1, 1], 255, atol=1)
    np.testing.assert_allclose(shown.shape[:2], 100 * np.array(explorer.picture.size[::-1]), atol=1)


def test_the_dark_style_is_dark_and_its_texts_are_light(explorer, restored_style):
    style.use_style("dark")
    dark = type(explorer.picture)().update(explorer.result)
    shown = pixels(dark.png())
    np.testing.assert_allclose(shown[2, 2], 255 * np.array(to_rgb(style.DARK.paper)), atol=1)
    for ax in dark.figure.axes:
        texts = [ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
        assert all(contrast(text.get_color(), style.DARK.paper) > 4.5 for text in texts)


def test_blitting_draws_what_a_fresh_picture_draws(explorer):
    picture = explorer.picture
    rng = np.random.default_rng(2)
    for _ in range(4):
        explorer.drag({key: control.random(rng) for key, control in explorer.controls.items()})
    fresh = type(picture)().update(explorer._result)
    difference = np.abs(pixels(picture.png()).astype(int) - pixels(fresh.png()))
    assert (difference.max(axis=-1) > 0).mean() < 1e-3, explorer.settings  # a stray subpixel of antialiasing may differ


@pytest.mark.parametrize("made", [style.LIGHT, style.DARK])
def test_text_contrast_meets_wcag_aa(made):
    for colour in (made.ink, made.theory):
        assert contrast(colour, made.paper) >= 4.5


def test_series_differ_without_colour():
    keys = {(str(series["linestyle"]), series["marker"]) for series in style.SERIES}
    assert len(keys) == len(style.SERIES)


def test_indexing_keeps_the_style_colours():
    colours = [style.LIGHT.paper, style.LIGHT.ink, *(series["color"] for series in style.SERIES)]
    image = Image.new("RGB", (len(colours), 1))
    image.putdata([tuple(round(255 * c) for c in to_rgb(colour)) for colour in colours])
    indexed = np.array(style.LIGHT.to_indexed(image).convert("RGB")).astype(int)
    assert np.abs(indexed - np.array(image)).max() <= 4


class OneLine(Picture):
    colour = style.BLUE

    def build(self):
        ax = self.figure.add_subplot()
        self.line = self.moving(ax.plot([0, 1], [0, 1], color=self.colour, alpha=0.5)[0])

    def set_artists(self, result):
        self.line.set_ydata([0, result])


@pytest.mark.parametrize("colour", ["#8B4513", "#CC0000", "tab:purple"])
def test_a_colour_outside_the_palette_is_refused(monkeypatch, colour):
    OneLine().update(1)
    monkeypatch.setattr(OneLine, "colour", colour)
    with pytest.raises(ValueError, match=r"^Line2D has the colour #\w{6}, which is not in the palette: .*style\.py"):
        OneLine().update(1)


@pytest.mark.parametrize(
    "value, limit",
    [
        (1, 1),
        (1.01, 2),
        (3, 5),
        (7, 10),
        (0.03, 0.05),
        (99, 100),
        (1e-300, 1e-300),
        (1e300, 1e300),
        (0, 1),
        (-3, 1),
        (float("nan"), 1),
        (float("inf"), 1),
    ],
)
def test_limits_move_in_steps(value, limit):
    assert step_up(value) == pytest.approx(limit)


def test_unknown_styles_are_refused():
    with pytest.raises(ValueError, match="light"):
        style.use_style("sepia")


def pixels(png: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(png)).convert("RGB"))


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, 1 to 21)."""

    def luminance(colour: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_pictures_of_one_size_take_turns_on_the_same_pixels():
    pictures = [neuron_explorer(w1=w1).picture for w1 in (-1.0, 2.0)]
    alone = [picture.png() for picture in pictures]
    assert alone[0] != alone[1]
    behind = pictures[0].background_png()
    for picture, png in [*zip(pictures, alone)] * 2:
        assert picture.png() == png
    assert pictures[1].background_png() == behind and pictures[1].png() == alone[1]
    assert pictures[0].canvas.get_renderer() is pictures[1].canvas.get_renderer()
    moved = neuron_explorer(w1=0.5).result
    assert pictures[0].update(moved).png() == pictures[1].update(moved).png() != alone[0]
