"""Conditioning by a shift of the mean, against eigenvalue routines and closed forms."""

import math

import numpy as np
import pytest

from course_lib.data.digits import load_digits
from course_lib.experiments.zero_centring_conditioning import (
    condition_of_shift,
    conditioning,
    digits_hessian,
    sample_condition,
)


# notes: 100, E26
@pytest.mark.parametrize("mean, dimension", [(0.0, 2), (1.0, 10), (-2.0, 50)])
def test_shifted_white_inputs_have_kappa_one_plus_norm_squared(mean, dimension):
    mu = np.full(dimension, mean)
    eigenvalues = np.linalg.eigvalsh(np.eye(dimension) + np.outer(mu, mu))
    assert conditioning(mean, dimension).condition == pytest.approx(eigenvalues[-1] / eigenvalues[0])
    assert conditioning(mean, dimension).condition == pytest.approx(1 + mu @ mu)


@pytest.mark.parametrize("mean, dimension", [(0.0, 2), (1.0, 10), (-2.0, 50)])
def test_a_bias_squares_the_harm(mean, dimension):
    mu = np.append(np.full(dimension, mean), 1.0)
    hessian = np.outer(mu, mu) + np.diag([*[1.0] * dimension, 0.0])
    eigenvalues = np.linalg.eigvalsh(hessian)
    assert conditioning(mean, dimension, bias=True).condition == pytest.approx(
        eigenvalues[-1] / eigenvalues[0], rel=1e-6
    )


def test_the_curve_is_the_same_formula_everywhere():
    result = conditioning(0.5, 20)
    assert result.condition == pytest.approx(float(condition_of_shift(0.5 * math.sqrt(20))))
    assert result.curve.min() == result.curve_bias.min() == 1


@pytest.mark.parametrize("bias", [False, True])
def test_a_sample_agrees_with_theory(bias):
    for mean in (0.0, 1.0):
        expected = float(condition_of_shift(mean * math.sqrt(10), bias))
        assert sample_condition(mean, 10, bias) == pytest.approx(expected, rel=0.25)


def test_the_sample_is_what_the_data_give():
    z = np.random.RandomState(0).standard_normal((4000, 100))[:, :10]
    assert sample_condition(0.7, 10) == pytest.approx(np.linalg.cond((z + 0.7).T @ (z + 0.7)), rel=1e-8)
    with_one = np.hstack([z + 0.7, np.ones((4000, 1))])
    assert sample_condition(0.7, 10, bias=True) == pytest.approx(np.linalg.cond(with_one.T @ with_one), rel=1e-8)


@pytest.mark.parametrize("bias", [False, True])
def test_the_path_is_gradient_descent(bias):
    result = conditioning(1.0, 10, rate=1.3, bias=bias)
    e = np.array([1.0, 1.0])
    for t in range(30):
        np.testing.assert_allclose(result.path[t], e, atol=1e-9)
        e = e - result.lr * (result.hessian @ e)


def test_rates_between_one_and_two_zigzag_and_beyond_two_diverge():
    steep = conditioning(rate=1.9).path[:10, 0]
    assert (steep[1:] * steep[:-1] < 0).all()
    smooth = conditioning(rate=0.9).path[:10, 0]
    assert (smooth > 0).all()
    assert conditioning(rate=2.1).distance[-1] > 1e6 and conditioning(rate=2.1).steps_needed is None


def test_centred_inputs_need_one_step():
    assert conditioning(mean=0.0, rate=1.0).steps_needed == 1
    assert conditioning(mean=1.0, rate=1.0).steps_needed > 20


# notes: 100
def test_centring_digits_allows_a_fifteen_times_larger_rate():
    result = digits_hessian((0.0, 1.0))
    x = load_digits().x_train
    np.testing.assert_allclose(result.eigenvalues[1, 0], np.linalg.eigvalsh(x.T @ x / len(x))[-1], rtol=1e-10)
    np.testing.assert_allclose(result.eigenvalues[0, 0], np.linalg.eigvalsh(np.cov(x.T, bias=True))[-1], rtol=1e-10)
    assert 14 < result.largest_lr[0] / result.largest_lr[1] < 16
    assert result.condition()[1] > 10 * result.condition()[0]


@pytest.mark.parametrize("change", [{"dimension": 3}, {"mean": math.inf}, {"rate": 0.0}])
def test_impossible_settings_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        conditioning(**change)


def test_with_a_bias_centring_the_digits_gains_elevenfold():
    """Without one it gains fifteenfold; chapter 03 gives both, and 0.175 and 2 for the two rates with a bias."""
    x = load_digits().x_train

    def rate(inputs):
        return 2 / np.linalg.eigvalsh(inputs.T @ inputs / len(inputs))[-1]

    raw, centred = (rate(np.c_[inputs, np.ones(len(x))]) for inputs in (x, x - x.mean(axis=0)))
    assert f"{raw:.3f}" == "0.175" and centred == pytest.approx(2) and 11 < centred / raw < 12
    assert round(rate(x - x.mean(axis=0)) / rate(x)) == 15
