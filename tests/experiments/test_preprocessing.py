"""The clouds of chapter 04 against closed forms, and gradient descent that is really walked."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.experiments.preprocessing import (
    STAGES,
    correlated_cloud,
    duplicated_feature,
    hessian_condition,
    prepare,
    prepared_cloud,
    standardising_worsens,
)

CORRELATIONS = st.floats(-0.99, 0.99)
RATIOS = st.floats(1.0, 30.0)


# notes: 102, 108
@given(CORRELATIONS, RATIOS)
def test_condition_numbers_have_closed_forms(rho, ratio):
    """Centred: λ of ((1, ρ/r), (ρ/r, 1/r²)). Standardised: (1 + |ρ|)/(1 − |ρ|). Whitened without ε: 1."""
    half_trace, det = (1 + ratio**-2) / 2, (1 - rho**2) / ratio**2
    root = math.sqrt(max(half_trace**2 - det, 0.0))
    conditions = {stage: prepared_cloud(stage, rho, 2.0, ratio, 0.0).condition for stage in STAGES}
    assert conditions["centred"] == pytest.approx((half_trace + root) ** 2 / det, rel=1e-6)
    assert conditions["PCA"] == pytest.approx(conditions["centred"], rel=1e-6)
    assert conditions["standardised"] == pytest.approx((1 + abs(rho)) / (1 - abs(rho)), rel=1e-6)
    assert conditions["whitened"] == pytest.approx(1) and conditions["ZCA"] == pytest.approx(1)


@given(CORRELATIONS, RATIOS)
def test_in_two_dimensions_standardising_never_hurts(rho, ratio):
    before, after = (prepared_cloud(stage, rho, 0.0, ratio, 0.0).condition for stage in ("centred", "standardised"))
    assert after <= before * (1 + 1e-9)


@given(st.floats(0, 0.99), st.floats(0.1, 4), RATIOS)
def test_an_offset_worsens_the_condition_where_the_correlation_is_not_negative(rho, offset, ratio):
    raw, centred = (prepared_cloud(stage, rho, offset, ratio) for stage in ("raw", "centred"))
    assert raw.condition > centred.condition
    assert raw.largest_lr < centred.largest_lr


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_the_path_is_that_of_gradient_descent(stage, share):
    """Walk it: w ← w − lr·E[(w·z − t)z] with t = w*·z; w* is where the walk must end."""
    result = prepared_cloud(stage, scale_ratio=1.5, correlation=0.5, lr_share=share)
    z = result.points
    unit = result.path[0] / -np.linalg.norm(result.path[0])  # w*, up to its length
    w, walked, losses = np.zeros(2), [], []
    for _ in range(40):
        walked.append(w - unit)
        losses.append(np.mean((z @ (w - unit)) ** 2) / 2)
        w = w - result.lr * z.T @ (z @ (w - unit)) / len(z)
    np.testing.assert_allclose(result.path[:40], walked, atol=1e-9)
    np.testing.assert_allclose(result.loss[:40], np.array(losses) / losses[0], atol=1e-9)


@given(st.sampled_from(STAGES), CORRELATIONS, st.floats(-4, 4), RATIOS, st.floats(0.05, 0.98))
def test_steps_are_the_first_at_which_one_percent_is_left(stage, rho, offset, ratio, share):
    result = prepared_cloud(stage, rho, offset, ratio, lr_share=share)
    if result.steps <= 200:
        assert result.loss[result.steps] <= 0.01 * (1 + 1e-9)
        assert result.loss[result.steps - 1] > 0.01 * (1 - 1e-9)
    else:
        assert result.loss[-1] > 0.01


# notes: 108
@pytest.mark.parametrize("stage", STAGES)
def test_beyond_the_largest_learning_rate_the_loss_grows(stage):
    below, above = (prepared_cloud(stage, lr_share=share, epsilon=0.0) for share in (0.99, 1.01))
    assert below.loss[-1] < 0.2 and below.steps > 0 and not below.diverges
    assert above.loss[-1] > above.loss[-20] and above.steps == -1 and above.diverges


# notes: 105
def test_epsilon_leaves_less_than_variance_one_in_thin_directions():
    """λ/(λ + ε) along each axis: chapter text, and Krizhevsky 2009 appendix A."""
    thin = prepared_cloud("centred", 0.99, 0.0, 30.0)
    white = prepared_cloud("whitened", 0.99, 0.0, 30.0, epsilon=1e-3)
    np.testing.assert_allclose(white.eigenvalues, thin.eigenvalues / (thin.eigenvalues + 1e-3), rtol=1e-6)


# notes: 102
def test_five_features_whose_condition_number_standardising_makes_worse():
    x = correlated_cloud()
    measured = [hessian_condition(prepare(x, stage, 0.0)) for stage in STAGES[:3]]
    np.testing.assert_allclose(measured, [4281.067, 504.8282, 551.0248], rtol=1e-5)
    centred = [hessian_condition(prepare(x, "centred"), bias) for bias in (False, True)]
    assert centred[0] == pytest.approx(centred[1])  # a bias next to centred inputs costs nothing
    assert hessian_condition(x, bias=True) > 1000 * measured[0]


def test_how_often_standardising_makes_it_worse():
    """Never with two features; for more, van der Sluis (1969) bounds the harm by the number of features."""
    assert standardising_worsens(2) == 0
    assert 0.02 < standardising_worsens(5) < 0.1


# notes: 15, E18
def test_a_duplicated_feature_changes_the_weights_and_not_the_loss():
    result = duplicated_feature()
    assert result.rank == (2, 2)
    assert result.loss[0] == pytest.approx(result.loss[1], rel=1e-9)
    alone, shared = result.weights
    np.testing.assert_allclose(shared, [alone[0], alone[1] / 2, alone[1] / 2], rtol=1e-6)


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "white"},
        {"correlation": 1.0},
        {"scale_ratio": 0.0},
        {"lr_share": 0.0},
        {"stage": "ZCA", "epsilon": -1.0},
    ],
)
def test_impossible_settings_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        prepared_cloud(**change)


def test_an_offset_along_the_thin_direction_helps_a_neuron_without_bias_only():
    """Negative correlation, both features shifted up: the chapter shows it, and that a bias undoes it."""
    raw, centred = (prepared_cloud(stage, -0.9) for stage in ("raw", "centred"))
    assert raw.condition < centred.condition / 5
    assert hessian_condition(raw.points, bias=True) > 3 * hessian_condition(centred.points, bias=True)


@pytest.mark.parametrize("features", [3, 5, 10])
def test_standardising_harms_more_often_where_scales_are_nearly_equal(features):
    """The correlations of `standardising_worsens` with stds from 0.75 to 1.25: two to four times its share."""
    rng = np.random.RandomState(1)
    A = rng.standard_normal((4000, features, features))
    C = A @ A.transpose(0, 2, 1)
    std = np.sqrt(np.diagonal(C, axis1=1, axis2=2))
    R = C / std[:, :, None] / std[:, None, :]
    scales = rng.uniform(0.75, 1.25, (4000, features))
    standardised, alike = np.linalg.cond(R), np.linalg.cond(R * scales[:, :, None] * scales[:, None, :])
    ratio = np.mean(standardised > alike) / np.mean(standardised > np.linalg.cond(C))
    assert 1.7 < ratio < 4


def test_four_of_the_five_features_have_similar_scales():
    smallest, *others = np.sort(correlated_cloud().std(axis=0))
    assert smallest == pytest.approx(1.05, abs=0.01) and 2.25 < min(others) < max(others) < 2.5
