"""Lecture mode: larger pictures and letters from one place, nothing cut off, nothing written over something else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import combinations

import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from course_lib.explorers import all_explorers, lecture_mode
from course_lib.plots.picture import Picture
from course_lib.plots.style import DARK, LIGHT, built_in, current_style, use_style

PIXELS = 3  # boxes of letters have a margin: so much may lie over one another


@pytest.fixture(autouse=True)
def back_to_normal() -> Iterator[None]:
    yield
    lecture_mode(False)
    use_style("light")


def test_lecture_mode_goes_on_and_off() -> None:
    lecture_mode()
    large = current_style()
    assert large.dpi > LIGHT.dpi and large.line > LIGHT.line and large.print > 1 and large.screen == large.dpi
    lecture_mode(False)
    assert current_style() == LIGHT


def test_the_colours_stay_as_they_were_chosen() -> None:
    lecture_mode()
    use_style("dark")
    assert current_style() == DARK.large()


def test_anything_but_yes_or_no_is_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match="True or False"):
        lecture_mode("on")


def test_a_picture_can_be_built_in_another_style_without_touching_the_choice() -> None:
    lecture_mode()
    with built_in(LIGHT):
        assert current_style() == LIGHT
    assert current_style() == LIGHT.large()


def test_only_later_pictures_are_large() -> None:
    make = all_explorers()["neuron_explorer"]
    before = make()
    small = before.picture.png()
    lecture_mode()
    assert width(make().picture.png()) == 1.4 * width(small)
    assert width(before.set(w1=2.0).picture.png()) == width(small)


def width(png: bytes) -> int:
    return Image.open(io.BytesIO(png)).width


@pytest.mark.parametrize("name", all_explorers())
def test_no_letter_is_cut_off_or_written_over(name: str) -> None:
    """What lies well in the usual size lies well in the large one, at the start and at every preset."""
    explorer = all_explorers()[name]()
    usual = explorer.picture
    lecture_mode()
    large = type(usual)()
    assert large.style.dpi > usual.style.dpi
    for preset in (None, *explorer.presets):
        if preset:
            explorer.preset(preset)
        found = faults(large.update(explorer.result))
        worse = found and found - faults(usual)
        assert not worse, f"{preset or 'at the start'}: lower large_print of {type(large).__name__}"


def faults(picture: Picture) -> set[tuple[str, ...]]:
    """Texts that leave the figure, and pairs of texts that lie over one another."""
    figure = picture.figure
    renderer = picture.canvas.get_renderer()
    texts = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    texts += [text for ax in figure.axes if ax.get_visible() for text in texts_of(ax)]
    shown = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in texts
        if text.get_visible() and text.get_text().strip()
    ]
    inside = Bbox.from_bounds(-1, -1, figure.bbox.width + 2, figure.bbox.height + 2)
    found = {(text,) for text, box in shown if not (inside.contains(*box.min) and inside.contains(*box.max))}
    for (text, box), (other, at) in combinations(shown, 2):
        both = Bbox.intersection(box, at)
        if both is not None and min(both.width, both.height) > PIXELS * picture.style.dpi / 100:
            found.add((text, other))
    return found


def texts_of(ax: Axes) -> list[Text]:
    texts = [child for child in ax.get_children() if isinstance(child, Text)]
    if (legend := ax.get_legend()) is not None:
        texts += legend.get_texts()
    for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
        low, high = sorted(axis.get_view_interval())
        place = 0 if axis is ax.xaxis else 1
        labels = axis.get_ticklabels() if axis.get_visible() else []
        texts += [axis.label, *(label for label in labels if low <= label.get_position()[place] <= high)]
    return texts
