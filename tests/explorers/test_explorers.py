"""Every explorer of the course, by its registry: each control at both ends, every option, every preset, at random."""

import os
import re
import time
import warnings

import numpy as np
import pytest
from matplotlib.text import Text

from course_lib.explorers import all_explorers

EXPLORERS = all_explorers()
SOAK = int(os.environ.get("SOAK", 0))
RANDOM_STATES = 200 * max(1, SOAK)
FRAMES = 4
AT_LEAST, SECONDS = 40, 4  # where a state takes long, as many as this time allows; `make soak` takes all it needs


def made_for_tests(name, **start):
    """A live explorer trains a few frames for each state here, not all that a reader sees."""
    explorer = EXPLORERS[name](**start)
    if hasattr(explorer, "preview"):
        explorer.preview = min(explorer.preview, FRAMES)
    return explorer


@pytest.fixture(params=EXPLORERS)
def explorer(request):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = made_for_tests(request.param)
        assert made.picture  # built now, so that every later move is drawn
        yield made
        made.close()


def assert_sound(explorer):
    """What every state must show: finite numbers in words and picture, and one repeatable text form."""
    words = [explorer.picture.describe(explorer._result), repr(explorer)]
    words += [artist.get_text() for artist in explorer.picture._moving if isinstance(artist, Text)]
    for sentence in words:
        assert not re.search(r"\b(nan|inf)\b", sentence, re.IGNORECASE), (sentence, explorer.settings)
    assert explorer.message == "", explorer.settings
    assert explorer.picture.png().startswith(b"\x89PNG")


def test_its_name_is_the_function_that_makes_it(explorer):
    assert EXPLORERS[explorer.name].__doc__, "the docstring is what a learner reads first"
    assert repr(explorer) == f"{explorer.name}()"


def test_each_control_at_its_ends_and_options(explorer):
    for control in explorer.controls.values():
        for value in control.extremes():
            explorer.reset()
            explorer.set(**{control.name: value})
            assert explorer.settings[control.name] == value
            assert_sound(explorer)


def test_all_controls_at_their_ends_together(explorer):
    for end in (0, -1):
        explorer.set(**{name: control.extremes()[end] for name, control in explorer.controls.items()})
        assert_sound(explorer)


def test_presets(explorer):
    for label in explorer.presets:
        explorer.preset(label)
        assert_sound(explorer)
        again = EXPLORERS[explorer.name](**explorer.presets[label])
        assert repr(again) == repr(explorer)


def test_random_states(explorer):
    rng = np.random.default_rng(5)
    controls = list(explorer.controls.values())
    start = time.process_time()
    for number in range(RANDOM_STATES):
        if number >= AT_LEAST and not SOAK and time.process_time() - start > SECONDS:
            break
        moved = rng.choice(len(controls), size=rng.integers(1, 3), replace=False)
        explorer.drag({controls[i].name: controls[i].random(rng) for i in moved})
        assert_sound(explorer)
    explorer.settle()
    assert_sound(explorer)


def test_every_control_changes_something(explorer):
    """A slider that changes nothing is a defect."""
    if hasattr(explorer, "preview"):
        explorer.preview = EXPLORERS[explorer.name]().preview  # some matter only later
    for control in explorer.controls.values():
        assert any(_changes_the_picture(explorer, control, base) for base in [{}, *explorer.presets.values()]), (
            f"{control.name} changes nothing"
        )


def _changes_the_picture(explorer, control, base):
    explorer.drag({**explorer._start, **base})
    pictures = set()
    for value in control.extremes():
        explorer.drag({control.name: value})
        pictures.add(explorer.picture.png())
        if len(pictures) > 1:
            return True
    return False


def test_the_same_settings_give_the_same_picture_and_text(explorer):
    other = made_for_tests(explorer.name)
    rng = np.random.default_rng(1)
    settings = {name: control.random(rng) for name, control in explorer.controls.items()}
    assert explorer.set(**settings).text == other.set(**settings).text
    assert explorer.picture.png() == other.picture.png()
    explorer.reset()
    assert explorer.text == made_for_tests(explorer.name).text


def test_bad_values_say_what_fits_and_change_nothing(explorer):
    before = dict(explorer.settings)
    for name in explorer.controls:
        for bad in (None, "what", float("nan"), float("inf"), -1e9, [1], np.zeros(3)):
            with pytest.raises(ValueError, match=name):
                explorer.set(**{name: bad})
            assert explorer.drag({name: bad}) is False
            assert name in explorer.message
    with pytest.raises(ValueError, match="it has"):
        explorer.set(no_such_control=1)
    assert explorer.settings == before
    explorer.reset()
    assert_sound(explorer)


def test_widgets_show_every_option_and_follow_the_settings(explorer):
    panel = explorer._panel = explorer._make_panel()
    for control in explorer.controls.values():
        for value in control.extremes():
            panel.inputs[control.name].value = value  # as a hand would
            # a logarithmic slider's ends carry rounding
            assert explorer.settings[control.name] == (pytest.approx(value) if isinstance(value, float) else value)
    explorer.settle()
    assert panel.image.value == explorer.picture.png()
    explorer.reset()
    assert {name: widget.value for name, widget in panel.inputs.items()} == pytest.approx(explorer.settings)
    for label, button in panel.buttons.items():
        button.click()
        assert explorer.settings == {**explorer.settings, **explorer.presets[label]}
        assert panel.image.value == explorer.picture.png()


def test_closing_leaves_no_widget_and_showing_again_works(explorer):
    import ipywidgets

    before = len(ipywidgets.widgets.widget._instances)
    for _ in range(3):
        explorer._panel = explorer._make_panel()
        explorer.close()
    assert len(ipywidgets.widgets.widget._instances) <= before
    assert explorer.picture.png()


def test_without_a_kernel_it_shows_its_picture(explorer):
    bundle, metadata = explorer._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png"}
    assert bundle["text/plain"] == repr(explorer)
    assert len(bundle["image/png"]) < 80_000
    assert len(metadata["image/png"]["alt"]) > 40
