"""Chapters 01 and 02: a picture's legend, caption and axes say what is drawn, at the ends of the sliders too."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.experiments.activations import GATES, activation_gate
from course_lib.experiments.activations_chain import gradient_chain
from course_lib.experiments.activations_maxout import maxout_fit
from course_lib.experiments.neurons import EXTENT, neuron_response
from course_lib.experiments.neurons_boundary import spiral_fit
from course_lib.experiments.neurons_gradient_check import gradient_check_sweep
from course_lib.experiments.neurons_minibatch import minibatch_run
from course_lib.plots.activations import GatePicture
from course_lib.plots.activations_chain import ChainPicture
from course_lib.plots.activations_maxout import MaxoutPicture
from course_lib.plots.neurons import NeuronPicture
from course_lib.plots.neurons_boundary import BoundaryPicture
from course_lib.plots.neurons_gradient_check import GradientCheckPicture
from course_lib.plots.neurons_minibatch import MinibatchPicture


def test_the_legend_names_the_maximum_where_one_sees_its_line():
    picture = GatePicture()
    for alpha in (-0.5, 1.0, 1.5):
        for function in GATES:
            result = activation_gate(function, alpha)
            picture.update(result)
            named = "max(αx, x)" in {text.get_text() for text in picture.curve.get_legend().get_texts()}
            seen = len(picture.rival.get_xdata()) > 0 and not np.allclose(picture.rival.get_ydata(), result.f)
            assert named == seen == (alpha > 1 and function in ("leaky_relu", "prelu"))


@pytest.mark.parametrize("weights", [(1, 1, 0), (2, -2, 1), (0.2, 0, 3), (0, 0, 0), (3, 3, 6)])
def test_the_thick_stroke_covers_the_sums_that_occur_in_the_square(weights):
    w1, w2, b = weights
    picture, result = NeuronPicture(), neuron_response(*weights)
    corners = [w1 * x1 + w2 * x2 + b for x1 in (-EXTENT, EXTENT) for x2 in (-EXTENT, EXTENT)]
    assert result.reach == pytest.approx((min(corners), max(corners)))
    crossed = np.isfinite(result.line).all()
    assert crossed == (min(corners) < 0 < max(corners))
    if crossed:  # from edge to edge
        assert result.line @ [w1, w2] + b == pytest.approx(0, abs=1e-12)
        assert np.abs(result.line).max(axis=1) == pytest.approx(EXTENT)
    stroke = picture.update(result).reached.get_xdata()
    step = result.z_axis[1] - result.z_axis[0]
    ends = np.clip(result.reach, result.z_axis[0], result.z_axis[-1])
    np.testing.assert_allclose([stroke.min(), stroke.max()], ends, atol=step)


@pytest.mark.parametrize("activation", ["leaky_relu", "gelu", "elu", "identity", "relu"])
@pytest.mark.parametrize("weights", [(1, 1, 0), (0.1, 0, 6), (0.1, 0, -6), (0, 0, 0)])
def test_colours_hold_every_output_and_are_used(activation, weights):
    result = neuron_response(*weights, activation)
    low, high = NeuronPicture().update(result).image.get_clim()
    assert low <= result.output.min() <= result.output.max() <= high
    if weights == (1, 1, 0):
        assert high - low < 3 * np.ptp(result.output)
        if activation == "leaky_relu":  # a symmetric range would leave the lower half of the colours unused
            assert -low < 0.05 * high


@pytest.mark.parametrize("w2", [0.0, 3.0])
def test_the_output_is_said_to_reach_a_minimum_between_the_points_of_the_grid(w2):
    assert "its output from −0.17 to" in NeuronPicture().describe(neuron_response(3.0, w2, 0.0, "gelu"))


def test_a_linear_classifier_is_not_said_to_lack_a_curve_and_its_borders_are_dark():
    picture, result = BoundaryPicture(), spiral_fit(0, steps=190)
    assert "no hidden units" in picture.describe(result) and "curved activation" not in picture.describe(result)
    assert "without a curved activation" in picture.describe(spiral_fit(8, "identity", steps=10)).lower()
    pixels = picture.update(result).image.get_array()
    dark = (pixels == picture.ink).all(axis=-1)
    assert 0 < dark.mean() < 0.05
    middle = result.region[64]  # along one row every change of class is marked, and nothing else left and right of it
    assert dark[64][:-1][middle[:-1] != middle[1:]].all()


def test_rounding_does_not_choose_the_step_that_the_caption_calls_best():
    result, picture, rng = gradient_check_sweep(), GradientCheckPicture(), np.random.RandomState(0)
    said = {
        picture.describe(replace(result, central=central, best=int(central.argmin())))
        for central in (result.central * np.exp(0.3 * rng.standard_normal(len(result.hs))) for _ in range(20))
    }
    assert {words[words.index("Central") :] for words in said} == {"Central differences are best near h = 1e−5."}


def test_no_value_stands_on_the_edge_of_an_axis_that_does_not_hold_it():
    """A loss above 1.3, and the noise 0 of all data on a logarithmic axis, are hollow triangles."""
    fit = replace(spiral_fit(3, "tanh", steps=10), losses=np.full_like(spiral_fit(3, "tanh", steps=10).losses, 1.5))
    spiral = BoundaryPicture().update(fit)
    assert spiral.loss.get_ydata().min() > spiral.losses.get_ylim()[1] and len(spiral.beyond.above.get_xdata()) == 1
    noise = MinibatchPicture().update(minibatch_run(256))
    assert noise.mark.get_ydata()[0] == 0 and len(noise.no_noise.below.get_xdata()) == 1
    assert len(noise.update(minibatch_run(128)).no_noise.below.get_xdata()) == 0


def test_what_leaves_the_axis_of_the_chain_leaves_no_mark_on_its_edge():
    picture = ChainPicture().update(gradient_chain("sigmoid", 0.001, 30))
    (low, high), theory = picture.journey.get_ylim(), picture.lines["theory"].get_ydata()
    assert np.log10(low / theory[-1]) > 0.19 * np.log10(high / low)


@pytest.mark.parametrize("activation, why", [("relu", "blocked"), ("sigmoid", "it rounds to 0")])
def test_a_product_of_0_is_said_to_be_blocked_only_where_a_slope_is_0(activation, why):
    result = gradient_chain(activation, 10.0, 30)
    assert result.slopes[-1] == 0 and why in ChainPicture().describe(result)


@pytest.mark.parametrize("curve, pieces", [("x²", 2), ("ReLU", 2), ("ReLU", 4)])
def test_the_legends_of_maxout_list_what_is_drawn(curve, pieces):
    fit = maxout_fit(pieces, curve)
    picture = MaxoutPicture().update(maxout_fit(3, "x²", "random")).update(fit)
    left, right = ([text.get_text() for text in ax.get_legend().get_texts()] for ax in (picture.curve, picture.errors))
    assert ("a piece that never wins" in left) == (not fit.used.all()) and len(left) in (3, 4)
    assert ("the least (x²)" in right) == (curve == "x²") and len(right) in (1, 2)


def test_one_update_is_a_point_in_the_loss():
    picture = MinibatchPicture().update(minibatch_run(256, updates=1, axis="epochs"))
    assert len(picture.loss.get_xdata()) == 1 and picture.loss.get_marker() == "."
    assert "1 update, 1 epoch, " in picture.describe(minibatch_run(256, updates=1))


@pytest.mark.parametrize("lr, top", [(0.01, 10), (0.2, 10), (1.02, 1000)])
@pytest.mark.parametrize("axis", ["updates", "epochs"])
def test_the_axis_of_the_loss_is_as_high_as_its_curves_need(lr, top, axis):
    result = minibatch_run(256, lr, updates=30, axis=axis)
    low, high = MinibatchPicture().update(result).losses.get_ylim()
    assert high == top and low < result.loss.min() and result.loss.max() < high
