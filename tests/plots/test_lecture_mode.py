"""Lecture mode: larger pictures and letters from one place; where letters lie is tested with each explorer."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from course_lib.explorers import all_explorers, lecture_mode
from course_lib.plots.style import LIGHT, built_in, current_style


@pytest.fixture(autouse=True)
def back_to_normal() -> Iterator[None]:
    yield
    lecture_mode(False)


def test_lecture_mode_goes_on_and_off() -> None:
    lecture_mode()
    large = current_style()
    assert large.dpi > LIGHT.dpi and large.line > LIGHT.line and large.print > 1 and large.screen == large.dpi
    lecture_mode(False)
    assert current_style() == LIGHT


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


LONG = (
    ("gradient_chain_explorer", {"activation": "softplus", "depth": 30, "scale": 0.001}),
    ("activation_explorer", {"function": "gelu", "x": -12.0, "upstream": -2.0}),
    ("activation_explorer", {"function": "leaky_relu", "alpha": 0.15, "x": -0.7, "upstream": -1.85}),
)


@pytest.mark.parametrize("name, settings", LONG, ids=["chain", "GELU", "leaky ReLU"])
def test_a_heading_of_long_numbers_stays_in_the_picture(name: str, settings: dict) -> None:
    lecture_mode()
    picture = all_explorers()[name](**settings).picture
    assert picture.headline.get_window_extent(picture.canvas.get_renderer()).x1 <= picture.figure.bbox.x1


def width(png: bytes) -> int:
    return Image.open(io.BytesIO(png)).width
