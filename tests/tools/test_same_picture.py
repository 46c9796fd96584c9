"""A stored picture is outdated when the library draws something else, and not when a processor rounds otherwise."""

from __future__ import annotations

import base64
import io

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image, ImageDraw

import notebooks
import same_picture
import slide_pictures
from course_lib.explorers import all_explorers
from same_picture import Drawn, numbers_near

SOURCE = "neuron_explorer(w1=2.0)"
ROUNDED = "gradient_check_explorer()"  # below h = 1e-6 it shows nothing but rounding errors


def drawn(source: str) -> Drawn:
    name, settings = same_picture.explorer_call(source)
    explorer = all_explorers()[name](**settings)
    return Drawn(explorer.picture.png(), explorer.text)


def relabelled(picture: Drawn) -> Drawn:
    image = Image.open(io.BytesIO(picture.png)).convert("RGB")
    ImageDraw.Draw(image).text((5, image.height - 20), "another label", fill="black", font_size=15)
    out = io.BytesIO()
    image.save(out, "PNG")
    return Drawn(out.getvalue(), picture.text)


def stored(picture: Drawn, source: str):
    png = base64.b64encode(picture.png).decode()
    return new_code_cell(
        source,
        id="a",
        outputs=[new_output("execute_result", {"image/png": png}, metadata={"image/png": {"alt": picture.text}})],
    )


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """A picture in which rounding moves nothing (test_what_rounding_moves… asks the jitter itself)."""
    picture = drawn(SOURCE)
    monkeypatch.setattr(same_picture, "redrawn", lambda name, settings: [picture, picture])
    return picture


def test_words_must_be_the_same_and_numbers_nearly() -> None:
    for before, after, near in [
        ("loss 0.258, 97% right", "loss 0.257, 97% right", True),
        ("no number", "no number", True),
        ("loss 0.258, 97% right", "loss 0.358, 97% right", False),
        ("3 units", "4 units", False),
        ("best at 3.2e-06", "best at 3.3e-06", True),
        ("best at 3.2e-06", "best at 3.2e-05", False),
        ("moves by −0.50", "moves by 0.50", False),
    ]:
        assert numbers_near(before, [after]) == numbers_near(after, [before]) == near
    assert numbers_near("22% of 100", ["19% of 100", "21% of 100", "20% of 100"])
    assert numbers_near("moves by −0.10 of 3", ["moves by 0.10 of 2", "moves by −0.20 of 4"])  # a sign is its number's
    assert not numbers_near("32% of 100", ["19% of 100", "21% of 100", "20% of 100"])
    assert same_picture.words("loss 0.258 here") != same_picture.words("cost 0.258 here")


def test_the_same_picture(steady: Drawn) -> None:
    assert same_picture.same_picture(steady, drawn(SOURCE), SOURCE)


def test_another_label_another_curve_or_another_text_is_another_picture(steady: Drawn) -> None:
    moved = drawn("neuron_explorer(w1=1.8)")
    for other in (
        relabelled(steady),
        Drawn(moved.png, steady.text),
        Drawn(steady.png, f"{steady.text} And more."),
        Drawn(steady.png, moved.text),
    ):
        assert not same_picture.same_picture(other, steady, SOURCE)
        cell = stored(other, SOURCE)
        assert "no longer what" in slide_pictures.snapshot(cell, cell.outputs[0]).problem


def test_notebooks_keep_a_picture_that_is_the_same_and_no_other(steady: Drawn) -> None:
    image = Image.open(io.BytesIO(steady.png)).convert("RGB")
    image.putpixel((100, 100), (0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    for before, kept in ((Drawn(out.getvalue(), steady.text), True), (relabelled(steady), False)):
        old, new = (new_notebook(cells=[stored(picture, SOURCE)]) for picture in (before, steady))
        done = notebooks.keep_pictures(old, new).cells[0].outputs[0].data["image/png"]
        assert base64.b64decode(done) == (before if kept else steady).png
    old.cells[0].source = "neuron_explorer()"
    done = notebooks.keep_pictures(old, new_notebook(cells=[stored(steady, SOURCE)]))
    assert base64.b64decode(done.cells[0].outputs[0].data["image/png"]) == steady.png


def test_what_rounding_moves_may_differ_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    here, elsewhere = drawn(ROUNDED), same_picture.redrawn_under(*same_picture.explorer_call(ROUNDED), seed=77)
    assert not same_picture.is_near(elsewhere, [here]), "this picture does not depend on rounding: choose another"
    more = same_picture.redrawn(*same_picture.explorer_call(ROUNDED))
    monkeypatch.setattr(same_picture, "redrawn", lambda name, settings: more)
    assert same_picture.same_picture(elsewhere, here, ROUNDED)
    assert not same_picture.same_picture(relabelled(elsewhere), here, ROUNDED)
    assert not same_picture.same_picture(Drawn(elsewhere.png, f"{elsewhere.text} And more."), here, ROUNDED)
