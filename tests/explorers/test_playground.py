"""The line under the playground's picture brings the picture back, moves of a live run included."""

import numpy as np
import pytest

from course_lib.experiments.playground import DEFAULTS, DURING
from course_lib.explorers import playground


def again(explorer):
    return eval(explorer.result.line, {"playground": playground})


def test_controls_are_the_arguments_of_the_experiment_with_the_same_defaults():
    explorer = playground()
    assert {name: control.default for name, control in explorer.controls.items()} == DEFAULTS
    assert explorer.during == set(DURING)


@pytest.mark.parametrize("preset", playground().presets)
def test_the_line_of_each_preset_gives_the_same_picture(preset):
    explorer = playground().preset(preset)
    other = again(explorer)
    assert other.picture.png() == explorer.picture.png()
    assert other.text == explorer.text and explorer.text.endswith(explorer.result.line)


def test_the_line_of_a_live_run_gives_the_same_picture():
    explorer = playground(dataset="moons", seed=4)
    for number in range(12):
        explorer.step()
        if number == 3:
            explorer.set(lr=3.71234e-5)
        if number == 7:
            explorer.set(dropout=0.3, weight_decay=1e-3)
    assert explorer.result.step == 220 and len(explorer.result.before) == 3
    other = again(explorer)
    assert not other.is_live and other.settings == {**explorer.settings, "lr": 3.712e-5}
    np.testing.assert_array_equal(other.result.net.theta, explorer.result.net.theta)
    assert other.picture.png() == explorer.picture.png()
    assert explorer.text.endswith(explorer.result.line)  # not "lr=3.7e−5", which is no Python


def test_what_was_moved_before_belongs_to_these_settings_only():
    explorer = playground(before=((100, "lr", 1.0),), step=200)
    assert explorer.result.before and not explorer.set(seed=1).result.before
    assert explorer.set(seed=0).result.before


def test_in_a_live_run_three_controls_act_and_all_others_begin_anew():
    for name, control in playground().controls.items():
        explorer = playground()
        for _ in range(3):
            explorer.step()
        explorer.set(**{name: next(v for v in control.extremes() if v != control.default)})
        explorer.step()
        assert explorer.result.step == (60 if name in DURING else 20), name


def test_a_run_that_diverges_ends_and_says_so():
    explorer = playground(layers=4, activation="leaky_relu", optimizer="momentum", lr=3.0)
    steps = 0
    while explorer.step():
        steps += 1
    assert steps < 20 and "diverged at update" in explorer.description() and "over" in explorer.message


def test_batch_normalisation_and_batches_of_one_exclude_each_other():
    explorer = playground(batch_size=1)
    assert explorer.set(batchnorm=True).settings["batch_size"] == 4
    assert explorer.set(batch_size=1).settings["batchnorm"] is False
