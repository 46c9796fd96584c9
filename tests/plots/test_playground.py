"""The playground's picture: what it draws is what the frame says, in few moves of the background."""

import numpy as np

from course_lib.experiments.playground import playground_at, playground_frames
from course_lib.plots.playground import LOSSES, SHADES, PlaygroundPicture, headline


def test_the_plane_has_the_colour_of_the_predicted_class():
    frame = playground_at(400)
    picture = PlaygroundPicture().update(frame)
    region, certainty = frame.plane
    sure = certainty > (SHADES - 1) / SHADES
    for number in range(3):
        cells = np.asarray(picture.image.get_array())[sure & (region == number)]
        assert len(cells) and (cells == picture.shades[number, -1]).all()


def test_curves_and_shares_stay_on_their_axes():
    frame = playground_at(400, lr=10.0, optimizer="sgd")
    picture = PlaygroundPicture().update(frame)
    for line in (picture.train, picture.val):
        y = np.asarray(line.get_ydata())
        assert len(y) == len(frame.steps) and (y > LOSSES[0]).all() and (y < LOSSES[1]).all()
    np.testing.assert_array_equal(picture.dead.get_ydata(), frame.layers.dead)


def test_a_run_of_500_updates_draws_the_background_once():
    picture, run = PlaygroundPicture(), playground_frames()
    assert len({picture.frame(next(run)) for _ in range(26)}) == 1
    assert picture.frame(next(run)) != picture.frame(playground_at(0))


def test_no_hidden_layer_is_drawn_and_said():
    frame = playground_at(100, layers=0)
    picture = PlaygroundPicture().update(frame)
    assert headline(frame) == "no hidden layer, adam 0.01: update 100"
    assert "Dead units" not in picture.describe(frame) and not picture.histogram.get_visible()


def test_divergence_is_said_and_nothing_unreal_drawn():
    frame = playground_at(400, layers=4, activation="leaky_relu", optimizer="momentum", lr=3.0)
    picture = PlaygroundPicture().update(frame)
    said = picture.describe(frame)
    assert f"diverged at update {frame.step}" in said and "last state" in said and "nan" not in said
    assert np.isfinite(np.asarray(picture.train.get_ydata())).all()
