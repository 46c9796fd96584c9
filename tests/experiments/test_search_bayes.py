"""Bayesian search: the model interpolates, the expected improvement is the integral, and both searches are compared."""

import numpy as np
import pytest

from course_lib.experiments.search_bayes import LENGTH, NOISE, compared, expected_improvement, posterior, scores


def test_the_model_goes_through_what_it_knows_and_is_unsure_elsewhere():
    u, y = np.array([[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]]), np.array([-1.0, 1.0, 0.0])
    mean, std = posterior(u, y, np.vstack([u, [[0.5, 3.0]]]))
    np.testing.assert_allclose(mean, [-1, 1, 0, 0], atol=0.03)
    assert std[:3].max() < 0.11 and std[3] == pytest.approx(1)
    one = posterior(np.zeros((1, 2)), np.ones(1), np.array([[0.0, LENGTH]]))  # k = e^−½, K + s² = 1 + s²
    np.testing.assert_allclose(np.ravel(one), [np.exp(-0.5) / (1 + NOISE), np.sqrt(1 - np.exp(-1) / (1 + NOISE))])


@pytest.mark.parametrize("mean, std, best", [(0.0, 1.0, 0.0), (1.0, 0.5, 0.7), (-1.0, 2.0, 1.5)])
def test_the_expected_improvement_is_the_mean_of_the_improvement(mean, std, best):
    f = mean + std * np.random.default_rng(0).standard_normal(1_000_000)
    computed = expected_improvement(np.array([mean]), np.array([std]), best)[0]
    assert computed == pytest.approx(np.maximum(f - best, 0).mean(), rel=0.01)


def test_both_begin_alike_and_the_model_is_ahead_after_ten_trials():
    pairs = compared(trials=15, searches=10)
    np.testing.assert_array_equal(pairs.random[:5], pairs.bayesian[:5])
    assert pairs.bayesian[9] < 0.7 * pairs.random[9]
    assert (np.diff(pairs.random) <= 0).all() and (np.diff(pairs.bayesian) <= 0).all()


def test_a_search_through_the_whole_table_ends_at_its_best_cell():
    u, y = scores()
    assert u.shape == (231, 2) and 0.9 < y.max() < 1
    assert compared(trials=len(y), searches=1).random[-1] == 0
