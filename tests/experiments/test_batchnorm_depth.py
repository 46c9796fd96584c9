"""Batch normalisation before and after f in deep random networks: gradients, theory, published laws."""

import math

import numpy as np
import pytest

from course_lib.experiments.infinite_width import infinite_width
from course_lib.experiments.signals import propagate, signal_propagation
from course_lib.nn.activations import ACTIVATIONS


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "gelu"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_the_gradient_through_batch_norm_is_the_slope_of_the_output(name, place):
    rng = np.random.default_rng(0)
    x, upstream = rng.standard_normal((6, 7)), rng.standard_normal((6, 7))
    weights = [rng.standard_normal((7, 7)) for _ in range(3)]
    f = ACTIVATIONS[name]

    def objective(x):
        """What `upstream` is the gradient of: the last activations, normalised if that comes after f."""
        h = list(propagate(x, weights, upstream, f, 0.4, place))[-1][0]
        if place == "after":
            h = (h - h.mean(axis=0)) / np.sqrt(h.var(axis=0) + 1e-5)
        return float(np.sum(h * upstream))

    gradient = list(propagate(x, weights, upstream, f, 0.4, place))[0][2]
    for index in [(0, 0), (2, 3), (5, 6)]:
        step = np.zeros_like(x)
        step[index] = 1e-5
        slope = (objective(x + step) - objective(x - step)) / 2e-5
        assert gradient[index] == pytest.approx(slope, rel=1e-5, abs=1e-8)


# notes: 163, 165
@pytest.mark.parametrize("scale", [0.01, 0.1, 1.0, 10.0])
def test_before_tanh_every_layer_keeps_std_0628_whatever_the_scale(scale):
    """√E[tanh(z)²] = 0.6279 for z ~ N(0, 1): infinite_width_std of the tanh tables, first layer of Xavier."""
    result = signal_propagation("tanh", "custom", scale, batchnorm="before", samples=300)
    np.testing.assert_allclose(result.act_std, 0.6279287303, atol=0.012)
    assert signal_propagation("tanh", "custom", scale, batchnorm=True, samples=300).act_std == pytest.approx(
        result.act_std
    )


# notes: 165, E58
def test_relu_gradients_grow_by_1211_per_layer_before_and_after():
    """Yang et al. 2019 (arXiv 1902.08129): √(π/(π − 1)) = 1.2112 per layer."""
    growth = math.sqrt(math.pi / (math.pi - 1))
    assert growth == pytest.approx(1.2112, abs=1e-4)
    for place in ("before", "after"):
        std = signal_propagation("relu", "he", batchnorm=place).grad_std
        assert (std[1] / std[9]) ** (1 / 8) == pytest.approx(growth, rel=0.01)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "gelu"])
@pytest.mark.parametrize("scale", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("place", ["before", "after"])
def test_networks_of_500_units_follow_the_theory(activation, scale, place):
    result = signal_propagation(activation, "custom", scale, batchnorm=place, samples=300)
    np.testing.assert_allclose(result.act_std, result.act_std_theory, rtol=0.04)
    per_layer = (result.grad_std[0] / result.grad_std_theory[0]) ** (1 / result.depth)
    assert per_layer == pytest.approx(1, abs=0.02)


# notes: 155, 165
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_the_theory_holds_where_epsilon_is_felt(activation, place):
    """n·Var(w) = 1e-4, ten times ε."""
    result = signal_propagation(activation, "custom", 1e-4**0.5 / 1024**0.5, width=1024, samples=300, batchnorm=place)
    assert result.act_std[-1] == pytest.approx(result.act_std_theory[-1], rel=0.05)
    assert result.grad_std[0] == pytest.approx(result.grad_std_theory[0], rel=0.05)


@pytest.mark.parametrize("place", ["before", "after"])
def test_weights_of_0_let_nothing_through(place):
    result = signal_propagation("sigmoid", "zeros", batchnorm=place, samples=10)
    assert not result.act_std_theory.any() and not result.grad_std_theory.any() and not result.act_std.any()


# notes: 163, E57
def test_after_tanh_a_large_scale_still_saturates_and_explodes():
    """Normalised inputs do not help a unit whose own sum is 22 times too large: 3.51 per layer, as without."""
    _, without = infinite_width(ACTIVATIONS["tanh"], 1.0, 500, 10)
    _, after = infinite_width(ACTIVATIONS["tanh"], 1.0, 500, 10, "after")
    assert after == pytest.approx(without, rel=0.05)
    result = signal_propagation("tanh", "1.0", batchnorm="after", samples=300)
    assert result.saturated.min() > 0.85 and result.grad_std[0] > 1e5


def test_off_is_no_batch_norm():
    assert signal_propagation(batchnorm="off", samples=50).act_std.tolist() == (
        signal_propagation(samples=50).act_std.tolist()
    )
    with pytest.raises(ValueError, match="off, before or after"):
        signal_propagation(batchnorm="inside")
