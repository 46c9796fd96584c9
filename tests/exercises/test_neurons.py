"""The exercises of chapter 01: right against outside values."""

import math

import numpy as np
import pytest

from course_lib.exercises import _tutor
from course_lib.exercises.neurons import (
    margin_gradients,
    numerical_gradient,
    window_scores,
)
from course_lib.experiments.neurons_boundary import duplicated_input, spiral_fit
from course_lib.experiments.neurons_gradient_check import H, gradient_check_sweep
from course_lib.experiments.neurons_window import pair_gradients, window_parameters, window_score
from course_lib.nn import gradient_check


# notes: 20-21, 24
@pytest.mark.parametrize("seed", range(3))
def test_1_1_and_1_2_agree_with_the_library(seed):
    params, draw = window_parameters(seed), np.random.RandomState(seed).standard_normal
    x, x_c = draw((20, 1)), draw((20, 1))
    np.testing.assert_allclose(window_scores(x, **params), window_score(x, **params))
    _, gradients = pair_gradients(x, x_c, params)
    np.testing.assert_allclose(
        margin_gradients(x, x_c, **params),
        np.hstack([gradients[name] for name in ("W", "b", "U")]),
        atol=1e-15,
    )


# notes: 24
def test_1_2_agrees_with_finite_differences():
    """An oracle without any derivative in it."""
    x, x_c, W, b, U = _tutor.exercises["1.2"].cases[3]

    def loss(flat):
        parts = flat[:160].reshape(8, 20), flat[160:168, None], flat[168:, None]
        return max(0.0, 1 + (window_scores(x_c, *parts) - window_scores(x, *parts)).item())

    measured = numerical_gradient(loss, np.concatenate([W.ravel(), b.ravel(), U.ravel()]), 1e-5)
    expected = np.hstack([measured[:160].reshape(8, 20), measured[160:168, None], measured[168:, None]])
    np.testing.assert_allclose(margin_gradients(x, x_c, W, b, U), expected, atol=1e-9)


def test_1_2_has_pairs_on_both_sides_of_the_margin():
    zero = [not margin_gradients(*case).any() for case in _tutor.exercises["1.2"].cases]
    assert 1 <= sum(zero) < len(zero)


# notes: 8
def test_1_3_agrees_with_the_library_and_with_calculus():
    f, theta, _ = _tutor.exercises["1.3"].cases[1]
    np.testing.assert_allclose(numerical_gradient(f, theta, 1e-3), gradient_check.numerical_gradient(f, theta, 1e-3))
    np.testing.assert_allclose(numerical_gradient(f, theta, 0.1), 3 * theta**2 + 0.1**2)  # exactly 3x² + h²


def test_1_3_in_place_and_put_back_is_right_as_well():
    def in_place(f, theta, h):
        return gradient_check.numerical_gradient(f, theta.copy(), h)

    assert _tutor.exercises["1.3"].judge(in_place).solved


def test_1_3_that_leaves_theta_changed_is_told_so():
    def careless(f, theta, h):
        gradient = numerical_gradient(f, theta, h)
        theta += h
        return gradient

    verdict = _tutor.exercises["1.3"].judge(careless)
    assert not verdict.solved and "changes its input theta" in verdict.message


def test_the_numbers_in_the_predictions_are_measured():
    linear = spiral_fit(0, steps=9000)
    text = _tutor.predictions["1.a"].text()
    assert f"{linear.accuracy:.0%}".replace("%", " %") in text and f"{linear.loss:.3f}" in text
    result = duplicated_input()
    assert result.first[1] == pytest.approx(result.first[0] / 2, rel=1e-3)
    assert f"{1 - 3.1 + 1.4:.1f}".replace("-", "−") in _tutor.predictions["1.d"].text()
    relu = gradient_check_sweep(activation="relu")
    at = {h: relu.central[np.argmin(np.abs(np.log(H / h)))] for h in (3.16e-3, 1e-5)}
    assert at[3.16e-3] == pytest.approx(0.5, abs=0.1) and abs(math.log10(at[1e-5] / 3e-8)) < 0.7
