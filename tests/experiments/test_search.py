"""Grid against random and linear against logarithmic draws: the published numbers, counted and computed."""

import numpy as np
import pytest

from course_lib.experiments.search import (
    TRIALS,
    chance_of_the_best,
    expected_distances,
    expected_losses,
    grid_vs_random,
    hits,
)
from course_lib.experiments.search_scale import accuracy_curve, good_rates, log_scale, shares


# notes: E64
# hp-60-trials: elementary probability; popularised by Zheng 2015 citing Bergstra & Bengio 2012
@pytest.mark.parametrize(
    "n, p",
    [
        (10, 0.4012630608),
        (20, 0.6415140776),
        (58, 0.9489531313),
        (59, 0.9515054748),
        (60, 0.953930201),
        (100, 0.9940794708),
    ],
)
def test_chance_of_a_hit(n, p):
    assert chance_of_the_best(n) == pytest.approx(p, abs=1e-10)


# notes: E64
def test_counted_hits_agree_and_do_not_depend_on_the_number_of_axes():
    found = hits((10, 20, 60, 100))
    np.testing.assert_allclose(found.counted, found.computed, atol=0.03)
    # the best 5 % of a function of three axes are hit as often
    rng = np.random.default_rng(0)
    score = np.sin(5 * rng.uniform(size=(4000, 60))) + rng.uniform(size=(4000, 60)) * rng.uniform(size=(4000, 60))
    assert np.mean((score > np.quantile(score, 0.95)).any(axis=1)) == pytest.approx(0.9539, abs=0.015)


# notes: 216, E16
def test_nine_trials():
    """Bergstra & Bengio 2012, figure 1: 3 against 9 distinct values. Distances: derived, and simulated with 400,000
    draws (0.05434)."""
    run = grid_vs_random(9)
    for design, points in enumerate(run.points):
        assert len(np.unique(points[:, 0].round(12))) == run.distinct[design] == (3, 9, 9)[design]
    assert expected_distances(9) == pytest.approx([0.08333333333, 0.05454545455, 0.02777777778], abs=1e-9)


# notes: 216, E64
@pytest.mark.parametrize("n", TRIALS)
def test_expected_distances_are_what_a_simulation_gives(n):
    rng = np.random.default_rng(n)
    best = rng.uniform(size=(4000, 1))
    run = grid_vs_random(n)
    tried = [run.points[0, :, 0], rng.uniform(size=(4000, n)), run.points[2, :, 0]]
    simulated = [np.abs(values - best).min(axis=1).mean() for values in tried]
    assert simulated == pytest.approx(run.expected_distance, rel=0.08)


# notes: 216, E16, E64
def test_expected_losses_on_one_axis_are_the_closed_forms():
    """∫ of a squared distance to the nearest of k midpoints: 1/(12 k²); of n random values: (n + 7)/(2 (n + 1)₃)."""
    for n in TRIALS:
        random = (n + 7) / (2 * (n + 1) * (n + 2) * (n + 3))
        assert expected_losses(n, 0.0) == pytest.approx((1 / (12 * n), random, 1 / (12 * n * n)), rel=1e-3)
    assert expected_losses(9, 0.0) == pytest.approx((0.00926, 0.00606, 0.00103), rel=0.005)


@pytest.mark.parametrize("n", [4, 9, 25])
@pytest.mark.parametrize("importance", [0.1, 0.5, 1.0])
def test_expected_losses_are_what_a_simulation_gives(n, importance):
    rng = np.random.default_rng(n)
    best, random = rng.uniform(size=(60_000, 1, 2)), rng.uniform(size=(60_000, n, 2))
    designs = grid_vs_random(n).points
    for expected, points in zip(expected_losses(n, importance), (designs[0], random, designs[2]), strict=True):
        gap = (points - best) ** 2
        seen = (gap[..., 0] + importance**2 * gap[..., 1]).min(axis=1)
        assert abs(seen.mean() - expected) < 5 * seen.std() / len(seen) ** 0.5


# notes: 216, 218, E64
def test_random_wins_when_one_axis_hardly_matters_and_the_grid_when_both_do():
    hardly, both = grid_vs_random(9, importance=0.0), grid_vs_random(9, importance=1.0)
    assert hardly.expected_loss[1] < hardly.expected_loss[0] and hardly.winner == 2
    assert both.winner == 0 and both.expected_loss[0] < both.expected_loss[1]
    ahead = [loss[0] < loss[1] for loss in (expected_losses(9, 0.15), expected_losses(9, 0.2))]
    assert ahead == [False, True]
    assert all(loss[0] < loss[1] for loss in (expected_losses(4, importance) for importance in (0.0, 0.1, 0.5, 1.0)))


@pytest.mark.parametrize("importance", [0.0, 0.2, 1.0])
def test_the_even_design_beats_random_everywhere(importance):
    for n in TRIALS:
        _, random, even = expected_losses(n, importance)
        assert even < random


def test_a_larger_number_of_random_trials_keeps_the_smaller_ones():
    np.testing.assert_array_equal(grid_vs_random(100, seed=4).points[1][:9], grid_vs_random(9, seed=4).points[1])


def test_impossible_settings():
    with pytest.raises(ValueError, match="square number"):
        grid_vs_random(10)
    with pytest.raises(ValueError, match="0 to 1"):
        grid_vs_random(importance=2.0)


# notes: 219
def test_log_sampling():
    """hp-log-sampling (CS231n notes, neural-networks-3): lr in [1e-6, 1e-2], share above 1e-3 and below 1e-4."""
    np.testing.assert_allclose(shares(), [[0.900090009, 0.0099009901], [0.25, 0.5]], atol=1e-9)
    run = log_scale(1e-6, 1e-2, n=1000)
    np.testing.assert_allclose(run.share, run.expected, atol=0.05)
    np.testing.assert_allclose(run.expected[1, 2:6], 0.25)
    assert run.expected.sum(axis=1) == pytest.approx([1, 1])
    assert np.all((run.rates >= 1e-6) & (run.rates < 1e-2))


def test_good_rates_are_measured():
    curve, (low, high) = accuracy_curve(), good_rates()
    assert 0.93 < curve.max() < 0.97 and curve[0] < 0.2 and curve[-1] < 0.2
    assert 0.01 < low < 0.1 < high < 1
    wide, topped = log_scale(1e-6, 100.0), log_scale(1e-6, 1.0)
    assert wide.good_share[1] > 10 * wide.good_share[0]
    assert topped.good_share[0] > topped.good_share[1], "where the range happens to end at the good values"
    assert log_scale(1e-6, 1e-2).good_share.max() == 0
