"""The playground's picture: what it draws is what the frame says, in few moves of the background."""

import numpy as np

from course_lib.experiments.playground import playground_at, playground_frames
from course_lib.experiments.playground_inputs import COARSE
from course_lib.plots.playground import GRADIENTS, LOSSES, RATIOS, SHADES, PlaygroundPicture, beyond, headline, shares


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


def test_a_run_of_500_updates_draws_the_background_once():
    picture, run = PlaygroundPicture(), playground_frames()
    assert len({picture.background(next(run)) for _ in range(26)}) == 1
    assert picture.background(next(run)) != picture.background(playground_at(0))


def test_no_hidden_layer_is_drawn_and_said():
    frame = playground_at(100, layers=0)
    picture = PlaygroundPicture().update(frame)
    assert headline(frame) == "no hidden layer, Adam 0.01: update 100"
    assert "Dead units" not in picture.describe(frame) and not picture.histogram.get_visible()


def test_divergence_is_said_and_nothing_unreal_drawn():
    frame = playground_at(400, layers=4, activation="leaky_relu", optimizer="momentum", lr=3.0)
    picture = PlaygroundPicture().update(frame)
    said = picture.describe(frame)
    assert f"diverged at update {frame.step}" in said and "last state" in said and "nan" not in said
    assert np.isfinite(np.asarray(picture.train.get_ydata())).all()


def test_the_map_of_a_unit_has_the_colours_of_its_output():
    """A linear unit's map, read back pixel by pixel: white at 0, blue below, orange above, darker away from 0."""
    frame = playground_at(20, layers=1, units=1, activation="identity", dataset="moons")
    picture = PlaygroundPicture().update(frame)
    sheet = np.asarray(picture.maps.get_array())[..., :3].astype(int)
    size = sheet.shape[0]  # one unit takes the whole height of the strip
    (unit,) = frame.units[0]
    for row in range(COARSE):
        for column in range(COARSE):
            pixel = sheet[size - 1 - int((row + 0.5) * size / COARSE), int((column + 0.5) * size / COARSE)]
            share = unit[row, column] / np.abs(unit).max()
            shade = min(int(abs(share) * SHADES), SHADES - 1)
            np.testing.assert_array_equal(pixel, picture.shades[int(share > 0), shade])


def test_every_unit_has_its_map_and_none_is_drawn_without_hidden_layers():
    picture = PlaygroundPicture()
    for layers, units in ((2, 16), (6, 32), (3, 1), (1, 32)):
        picture.update(playground_at(0, layers=layers, units=units, activation="sigmoid"))  # no map is white
        sheet = np.asarray(picture.maps.get_array())
        line = (sheet == picture.inks[-1]).all(axis=-1)
        corners = line[1:, 1:] & line[1:, :-1] & line[:-1, 1:]  # lower right corners of maps
        inner = corners & ~line[:-1, :-1]
        assert inner.sum() == layers * units
    picture.update(playground_at(20, layers=0))
    assert (np.asarray(picture.maps.get_array()) == 255).all() and picture.units_title.get_text() == "No hidden unit"


def test_validation_points_are_in_the_plane_and_hollow():
    frame = playground_at(20, dataset="moons", noise=0.3)
    picture = PlaygroundPicture().update(frame)
    drawn = np.concatenate([line.get_xydata() for line in picture.val_points])
    order = np.argsort(frame.inputs.y_val, kind="stable")
    np.testing.assert_array_equal(drawn, frame.inputs.val_points[order])
    assert all(line.get_markerfacecolor() == "none" for line in picture.val_points)


def test_without_noise_the_validation_score_is_not_shown_as_one():
    same, new = playground_at(20, noise=0.0), playground_at(20, noise=0.05)
    assert "the same points" in shares(same)
    assert "says nothing new" in PlaygroundPicture().describe(same)
    assert "validation" in shares(new) and "same" not in shares(new)
    assert "says nothing new" not in PlaygroundPicture().describe(new)
    assert not playground_at(20, noise=0.0, dataset="xor").inputs.val_repeats


def test_a_ratio_below_the_axis_is_hollow():
    frame = playground_at(400, layers=5, activation="sigmoid", init="0.01", optimizer="sgd", lr=0.1)
    picture = PlaygroundPicture().update(frame)
    low = frame.ratio < RATIOS[0]
    assert low.any() and not low.all()
    np.testing.assert_array_equal(np.isnan(picture.ratios.get_ydata()), low)
    np.testing.assert_array_equal(picture.ratios_below.get_xdata(), np.flatnonzero(low) + 1)


def test_activations_beyond_the_axis_are_counted():
    assert beyond(playground_at(40, activation="sigmoid").layers, 0.0, 1.0) == ""
    frame = playground_at(400, optimizer="adam", lr=3.0)
    outputs = np.concatenate([h.ravel() for h in frame.net.signals(frame.inputs.x, frame.inputs.y).activations])
    said = beyond(frame.layers, 0.0, 4.0)
    assert said.endswith("% beyond") and abs(float(said.split("%")[0]) / 100 - np.mean(outputs > 4)) < 0.05


def test_a_layer_whose_gradients_lie_below_the_axis_is_marked():
    dying = playground_at(20, layers=6, activation="sigmoid", init="0.01", optimizer="sgd", lr=0.1)
    picture = PlaygroundPicture().update(dying)
    assert list(picture.beyond_grads.marks[0].get_xdata()) == [1]
    assert dying.layers.grad_std[0] < GRADIENTS[0] < dying.layers.grad_std[1]
    picture.update(playground_at(20, layers=0))
    assert len(picture.beyond_grads.marks[0].get_xdata()) == 0 and not picture.beyond_grads.words.get_text()
