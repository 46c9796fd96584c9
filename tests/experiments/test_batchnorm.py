"""Batch normalisation by hand and its gradients: laws of Ioffe and Szegedy, moments in closed form, measured slopes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.experiments.batchnorm import SHAPES, batchnorm_by_hand, mean_deviation, shape_survives
from course_lib.experiments.batchnorm_gradients import (
    backward_check,
    bias_gradients,
    forgotten_scale,
    running_conventions,
)
from course_lib.nn.gradient_check import numerical_gradient

settings = {
    "shape": st.sampled_from(sorted(SHAPES)),
    "size": st.integers(2, 1000),
    "mean": st.floats(-8, 8),
    "spread": st.floats(1e-3, 3),
    "eps": st.floats(1e-8, 10),
}


# notes: 152, 158
@given(**settings, gamma=st.floats(-4, 4), beta=st.floats(-10, 10))
def test_mean_beta_and_variance_gamma_squared_but_for_epsilon(shape, size, mean, spread, eps, gamma, beta):
    result = batchnorm_by_hand(shape, size, mean, spread, gamma, beta, eps)
    variance = result.before.variance
    assert result.after.mean == pytest.approx(beta, abs=1e-9)
    assert result.after.variance == pytest.approx(gamma**2 * variance / (variance + eps), abs=1e-8)


# notes: 160, E55
@given(**settings)
def test_gamma_and_beta_give_the_input_back(shape, size, mean, spread, eps):
    """bn-identity-recovery (Ioffe & Szegedy 2015, section 3): y − x is 0 to rounding."""
    assert batchnorm_by_hand(shape, size, mean, spread, eps=eps, restore=True).error < 1e-11


# notes: E55
def test_without_epsilon_in_the_root_the_identity_is_missed_by_half_epsilon_over_the_variance():
    """bn-identity-recovery: γ = √σ² leaves a relative error of about ε/(2σ²)."""
    plain = batchnorm_by_hand(spread=1.0, eps=1e-3)
    x, variance = plain.x - plain.before.mean, plain.before.variance
    almost = math.sqrt(variance) * plain.y
    assert np.max(np.abs(almost / x - 1)) == pytest.approx(1e-3 / (2 * variance), rel=1e-2)


# notes: 152, E03
@pytest.mark.parametrize(
    "shape, skewness, kurtosis",
    [
        # bn-not-gaussian, 100000 samples, tolerance 0.4
        ("normal", 0.0, 0.0),
        ("uniform", 0.0, -1.2),
        ("exponential", 2.0, 6.0),
        ("two bumps", 0.0, -1.77),
        ("ReLU of a normal", 1.645, 2.46),
    ],
)
def test_the_shape_survives(shape, skewness, kurtosis):
    before, after = shape_survives()[shape]
    assert [after.skewness, after.kurtosis] == pytest.approx([before.skewness, before.kurtosis], abs=1e-9)
    assert [after.skewness, after.kurtosis] == pytest.approx([skewness, kurtosis], abs=0.4)
    assert [after.mean, after.variance] == pytest.approx([0, 1], abs=2e-4)


# notes: 154, E01
def test_a_variance_without_its_square_is_zero():
    """bn-variance-needs-square: identically 0."""
    assert abs(mean_deviation(np.random.RandomState(0).standard_normal(100))) < 1e-12


def test_a_batch_of_one_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="a batch of one has no spread"):
        batchnorm_by_hand(size=1)
    with pytest.raises(ValueError, match=r"^size must be 2 to 1000, not 1001\.$"):
        batchnorm_by_hand(size=1001)


@pytest.mark.parametrize("examples", [3, 4, 8, 50])
def test_backward_agrees_with_measured_slopes_and_the_shortcuts_do_not(examples):
    check = backward_check(examples)
    assert check.right < 1e-9
    assert min(check.no_spread, check.constants) > 0.03
    assert check.size > 0.1


# notes: E65
def test_a_check_with_one_example_proves_hardly_anything():
    """bn-batch-of-one: every slope in x is 0, and only a backward pass without the mean's part disagrees."""
    check = backward_check(1)
    assert (check.size, check.right, check.no_spread) == (0, 0, 0) and check.constants > 100
    assert backward_check(2).size < 1e-2  # two examples become −1 and 1, whatever they are


# notes: 165, E58
@pytest.mark.parametrize("factor", [0.01, 0.1, 3.0, 10.0])
def test_batch_norm_forgets_the_scale_of_the_weights(factor):
    """bn-forgets-scale (Ioffe & Szegedy 2015, section 3.3): tolerance 1e-10."""
    result = forgotten_scale(factor)
    assert result.output_change < 1e-10
    assert result.gradient_ratio == pytest.approx(1 / factor, rel=1e-9)
    assert result.radial < 1e-10
    turn = math.tan(math.radians(forgotten_scale(1.0).turn))
    assert math.tan(math.radians(result.turn)) == pytest.approx(turn / factor**2, rel=1e-9)
    with pytest.raises(ValueError, match="factor of forgotten_scale must be a positive number"):
        forgotten_scale(-1.0)


def test_a_step_turns_the_weights_by_its_length_over_theirs():
    """The gradient is at right angles to W, so the tangent of the turn is η‖∂J/∂W‖/‖W‖; measured by small steps."""
    draw = np.random.RandomState(0).standard_normal
    x, w, dy = draw((50, 20)), draw((20, 1)), draw((50, 1))
    slope = numerical_gradient(lambda w: float(np.mean(dy * (z := x @ w - np.mean(x @ w)) / z.std())), w)
    expected = 0.1 * np.linalg.norm(slope) / np.linalg.norm(w)
    assert math.tan(math.radians(forgotten_scale(1.0).turn)) == pytest.approx(expected, rel=1e-6)


# notes: E57
def test_a_bias_in_front_of_batch_norm_gets_no_gradient():
    sizes, draw = bias_gradients(), np.random.RandomState(0).standard_normal
    dy = [draw(shape) for shape in ((50, 20), (20, 5), (50, 5))][-1]
    assert sizes["dense"] == pytest.approx(np.abs(dy.sum(axis=0)).max()) and sizes["dense, then batch norm"] < 1e-12


# notes: E02
def test_conventions_of_running_statistics():
    """bn-conventions: the means of the first two agree, Saito's variance starts at 0 and is biased; m = 4 here."""
    after = running_conventions(1)
    ours, saito, paper = (after[name] for name in ("PyTorch and this course", "Saito", "Ioffe and Szegedy"))
    assert ours[0] == pytest.approx(saito[0]) == pytest.approx(0.1 * paper[0])
    assert ours[1] == pytest.approx(0.9 * 1 + 0.1 * paper[1])
    assert saito[1] == pytest.approx(0.1 * paper[1] * 3 / 4)
    late = running_conventions(200)
    assert late["PyTorch and this course"][1] == pytest.approx(late["Saito"][1] * 4 / 3, rel=1e-6)
    assert late["Ioffe and Szegedy"] == pytest.approx((3, 4), rel=0.15)
