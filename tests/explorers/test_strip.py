"""The strip under a stored picture: it is there, the picture above it is untouched, and it can be cut off again."""

import base64
import html
import io

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from PIL import Image

from course_lib import stills
from course_lib.explorers import neuron_explorer
from course_lib.explorers.panel import Panel
from course_lib.explorers.strip import HEIGHT, with_strip, without_strip
from course_lib.plots.style import LIGHT, built_in


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@pytest.mark.parametrize("style", [LIGHT, LIGHT.large()])
def test_the_picture_is_untouched_and_the_strip_can_be_read(style):
    with built_in(style):
        explorer = neuron_explorer()
        png = explorer.picture.png()
    whole = pixels(with_strip(png, explorer.picture.style))
    assert np.array_equal(whole[:-HEIGHT], pixels(png))
    strip = whole[-HEIGHT:].astype(int)
    contrast = abs(strip - strip[0, 0]).max(axis=2)
    assert contrast.max() > 80, "no letters"
    assert not contrast[[0, -1]].any() and not contrast[:, -8:].any(), "letters are cut off"


def test_cut_off_again_nothing_is_left_of_it():
    explorer = neuron_explorer()
    bundle, metadata = explorer._repr_mimebundle_()
    alt = html.unescape(metadata["image/png"]["alt"])
    assert alt == f"{explorer.text} {stills.PICTURE}"
    encoded = base64.b64encode(bundle["image/png"]).decode()
    cut, text = without_strip(encoded, alt)
    assert text == explorer.text
    assert np.array_equal(pixels(base64.b64decode(cut)), pixels(explorer.picture.png()))
    assert without_strip(cut, text) == (cut, text)


def test_leaving_the_picture_closes_the_controls_and_forgets_the_rest(monkeypatch):
    """What is closed goes from every page; picture and text must not."""
    before = set(_instances)
    explorer = neuron_explorer()
    panel = explorer._panel = Panel(explorer)
    closed = []
    staying = [panel.root, panel.image, panel.caption]
    for widget in [*staying, panel.reset_button]:
        monkeypatch.setattr(widget.comm, "close", lambda *_, widget=widget, **__: closed.append(widget))
    explorer.close(leave_picture=True)
    assert closed == [panel.reset_button]
    assert stills.RAN_AGAIN in panel.caption.value and explorer.text in html.unescape(panel.caption.value)
    assert set(_instances) == before
    assert explorer._panel is None and explorer.picture.png()
