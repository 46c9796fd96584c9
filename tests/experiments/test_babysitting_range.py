"""The range test finds the rates that whole runs need, and a clipped gradient is the gradient, shorter."""

import math

import numpy as np
import pytest

from course_lib.experiments.babysitting import PIXELS
from course_lib.experiments.babysitting_range import (
    HIGH,
    LOW,
    UPDATES,
    Clipped,
    clipped_accuracy,
    range_test,
    running_mean,
)
from course_lib.nn.optimizers import SGD


def test_rates_grow_by_a_constant_factor_from_the_lowest_to_the_highest():
    for updates in UPDATES:
        rates = range_test(1, updates).rate
        assert len(rates) == updates and rates[0] == LOW and rates[-1] == pytest.approx(HIGH)
        np.testing.assert_allclose(rates[1:] / rates[:-1], (HIGH / LOW) ** (1 / (updates - 1)))


@pytest.mark.parametrize("pixels", PIXELS)
@pytest.mark.parametrize("seed", range(3))
def test_a_third_of_the_steepest_rate_is_one_of_those_that_whole_runs_need(pixels, seed):
    run = range_test(pixels, seed=seed)
    low, high = run.useful
    assert low < run.start < high < run.explodes


@pytest.mark.parametrize("seed", range(3))
def test_clipping_moves_the_explosion_to_higher_rates(seed):
    uncut, cut = range_test(255, seed=seed), range_test(255, clip=1.0, seed=seed)
    assert cut.explodes > 5 * uncut.explodes  # 0.05 and 1.1 to 1.4
    assert len(uncut.rate) < 200 == len(cut.rate)  # without it the loss is no longer a number in the end


def test_a_clipped_step_has_the_direction_of_the_gradient_and_at_most_its_length():
    rng = np.random.default_rng(0)
    for length, clip, expected in ((3.0, 1.0, 1.0), (0.5, 1.0, 0.5), (3.0, math.inf, 3.0), (0.0, 1.0, 0.0)):
        theta, grad = np.zeros(7), rng.standard_normal(7)
        grad *= length / np.linalg.norm(grad)
        before, rule = grad.copy(), Clipped(SGD(), clip)
        rule.step(theta, grad, rule.init(theta), lr=0.5)
        np.testing.assert_allclose(theta, -0.5 * grad * (expected / length if length else 0.0), atol=1e-15)
        np.testing.assert_array_equal(grad, before)
        assert rule.norms == pytest.approx([length])


def test_a_high_rate_learns_with_clipped_gradients_only():
    for seed in range(2):
        for lr in (0.03, 0.3):
            assert not clipped_accuracy(lr, seed=seed) >= 0.4  # NaN where it diverged
            assert clipped_accuracy(lr, 1.0, seed=seed) > 0.9
        assert clipped_accuracy(0.01, seed=seed) > 0.93


def test_the_running_mean_of_a_constant_is_that_constant():
    np.testing.assert_allclose(running_mean(np.full(20, 3.0)), 3.0)
    np.testing.assert_allclose(running_mean(np.array([1.0, 2.0]), 0.5), [1.0, (0.25 * 1 + 0.5 * 2) / 0.75])


def test_impossible_settings_say_what_fits():
    for wrong in ({"pixels": 2}, {"updates": 7}, {"clip": -1.0}):
        with pytest.raises(ValueError, match="must be "):
            range_test(**wrong)
