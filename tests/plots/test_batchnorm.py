"""Pictures of chapter 06 draw what the results hold: nothing outside the axes, every divergence, every refusal."""

import numpy as np
import pytest

from course_lib.experiments.batchnorm import SHAPES, batchnorm_by_hand
from course_lib.experiments.batchnorm_axes import KINDS, normalization_axes
from course_lib.experiments.batchnorm_modes import batchnorm_modes
from course_lib.experiments.batchnorm_training import batchnorm_training
from course_lib.experiments.signals import signal_propagation
from course_lib.plots.batchnorm import ByHandPicture
from course_lib.plots.batchnorm_axes import AxesPicture
from course_lib.plots.batchnorm_modes import ModesPicture
from course_lib.plots.batchnorm_training import TrainingPicture
from course_lib.plots.signals import SIZES, SignalPicture
from course_lib.plots.style import BLUE, VERMILLION


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("spread, gamma, beta", [(1e-3, -6.0, 14.0), (3.0, 6.0, -14.0), (1.0, 0.0, 0.0)])
def test_all_numbers_of_a_batch_are_inside_the_axes(shape, spread, gamma, beta):
    picture, result = ByHandPicture(), batchnorm_by_hand(shape, 1000, 8.0, spread, gamma, beta)
    picture.update(result)
    for axes, values in ((picture.above, result.x), (picture.below, result.y)):
        low, high = axes.get_xlim()
        assert low <= values.min() and values.max() <= high
    assert picture.key.get_visible() == bool(len(picture.bell.get_xdata()))  # no legend for a curve that is not there


def test_the_bell_is_as_wide_as_the_batch_also_where_epsilon_is_felt():
    result = batchnorm_by_hand("normal", 1000, spread=0.03, eps=1e-2, beta=0.5)
    x, bell = ByHandPicture().update(result).bell.get_data()
    mean = np.average(x, weights=bell)
    assert result.after.variance < 0.1
    assert (mean, np.average((x - mean) ** 2, weights=bell)) == pytest.approx((0.5, result.after.variance), rel=0.02)


def test_every_network_that_diverged_has_its_cross():
    result = batchnorm_training(depth=6)
    picture = TrainingPicture().update(result)
    for cross, accuracy in zip(picture.crosses, (result.plain, result.norm), strict=True):
        columns, rows = cross.get_data()
        drawn = np.zeros(accuracy.shape, bool)
        drawn[list(rows), list(columns)] = True
        np.testing.assert_array_equal(drawn, np.isnan(accuracy))
    assert np.isnan(result.plain).any()


def test_a_refusal_is_drawn_and_said():
    picture = ModesPicture().update(batchnorm_modes(train_batch=1))
    assert picture.message.get_visible() and "one example per batch" in picture.message.get_text()
    picture.update(batchnorm_modes())
    assert not picture.message.get_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_blue_are_the_cells_that_share_a_mean_and_orange_is_the_chosen_one(kind):
    from matplotlib.colors import to_hex

    result = normalization_axes(kind)
    colours = [to_hex(colour).upper() for colour in AxesPicture().update(result).cells.get_facecolor()]
    assert colours.count(BLUE.upper()) == result.values - 1
    assert colours.count(VERMILLION.upper()) == 1


@pytest.mark.parametrize(
    "shape, gamma, said",
    [
        ("exponential", 1.0, "the shape stays"),
        ("exponential", -4.0, "the shape is mirrored"),
        ("exponential", 0.0, "All outputs are equal"),
        ("constant", 1.0, "All numbers of the batch are equal"),
    ],
)
def test_the_caption_says_what_became_of_the_shape(shape, gamma, said):
    assert said in ByHandPicture().update(batchnorm_by_hand(shape, gamma=gamma)).describe(
        batchnorm_by_hand(shape, gamma=gamma)
    )


def test_growing_gradients_fill_their_axis_and_a_dying_signal_keeps_the_long_one():
    growing = signal_propagation("relu", "custom", 0.1, samples=100, batchnorm="before")
    dying = signal_propagation("tanh", "custom", 0.01, samples=100)
    picture = SignalPicture().update(growing)
    assert np.ptp(np.log10(growing.grad_std)) > 0.25 * np.ptp(np.log10(picture.stds.get_ylim()))
    assert picture.update(dying).stds.get_ylim() == SIZES


def test_the_caption_of_one_layer_names_it_once():
    result = signal_propagation("tanh", "custom", 0.1, depth=1, samples=50, batchnorm="before")
    assert SignalPicture().describe(result).count("in layer 1") == 1
    assert "1 hidden ReLU layer," in TrainingPicture().describe(batchnorm_training(depth=1, draft=True))
