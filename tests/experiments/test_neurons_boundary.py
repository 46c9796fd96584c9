"""Classifiers on the spiral against the numbers that CS231n's case study prints, and what must hold for any of them."""

import math

import numpy as np
import pytest

from course_lib.data.clouds import spiral
from course_lib.experiments.neurons_boundary import GRID, REACH, RECORDED, _run, duplicated_input, spiral_fit
from course_lib.nn.network import MLP


# notes: 19
def test_the_linear_classifier_stops_where_the_case_study_does():
    """CS231n prints 0.786302 and 49 % at iteration 190; 0.7862295871 is the minimum (20000 iterations)."""
    fit = spiral_fit(0, steps=190)
    assert fit.loss == pytest.approx(0.7863021594, abs=2e-6)
    assert fit.accuracy == pytest.approx(0.4933333333, abs=1e-9)
    assert spiral_fit(0, steps=9000).loss == pytest.approx(0.7862295871, abs=1e-7)


# notes: 19
def test_the_mlp_of_the_case_study():
    """CS231n: 2-100-3, ReLU, 0.01·randn, 9000 iterations: loss 0.245292, accuracy 98 %; ±0.002 and ±1 % over draws."""
    fit = spiral_fit(100, "relu", steps=9000, init="0.01")
    assert fit.loss == pytest.approx(0.2451, abs=0.002)
    assert fit.accuracy == pytest.approx(0.98, abs=0.01)


# notes: 19
@pytest.mark.parametrize("hidden", [2, 16, 64])
def test_hidden_layers_without_a_curve_stay_linear(hidden):
    fit = spiral_fit(hidden, "identity", steps=9000)
    assert fit.loss < 0.82 and fit.accuracy < 0.53
    # A decision region of a linear classifier is convex, so each row of the grid enters it at most once.
    entries = [np.sum(np.diff((row == c).astype(int), prepend=0) == 1) for c in range(3) for row in fit.region]
    assert max(entries) == 1


# notes: 16, 19
def test_three_tanh_units_are_too_few_and_sixteen_are_enough():
    assert all(spiral_fit(3, "tanh", seed, 9000).accuracy < 0.9 for seed in range(4))
    assert all(spiral_fit(16, "tanh", seed, 9000).accuracy > 0.95 for seed in range(4))


def test_more_steps_continue_the_same_run():
    """Asked in any order, and with any budget before, the answer is that of a run from the start."""
    x, y = spiral()
    net = MLP([2, 7, 3], activation="tanh", init="glorot", l2=1e-3, seed=np.random.RandomState(5))
    for _ in range(RECORDED[20]):
        net.loss_and_grad(x, y)
        net.theta -= net.grad
    spiral_fit(7, "tanh", 5, 3000, budget=3)
    long, short = spiral_fit(7, "tanh", 5, 3000), spiral_fit(7, "tanh", 5, RECORDED[20])
    assert short.steps == RECORDED[20] and long.steps > short.steps
    assert short.loss == pytest.approx(net.loss(x, y), rel=1e-4)
    np.testing.assert_array_equal(long.losses[: len(short.losses)], short.losses)


def test_a_budget_stops_a_new_run_and_not_a_known_one():
    assert spiral_fit(9, "relu", 3, 3000, budget=100).steps <= 100
    full = spiral_fit(9, "relu", 3, 3000)
    assert spiral_fit(9, "relu", 3, 3000, budget=100).loss == full.loss


def test_a_draft_does_not_wait_for_the_full_result():
    first = spiral_fit(11, "tanh", 3, 100)
    with _run(11, "tanh", 3, "glorot").lock:  # as while it trains in another thread
        assert spiral_fit(11, "tanh", 3, 3000, budget=400).loss == first.loss


def test_the_plane_shows_what_the_network_says():
    fit = spiral_fit(16, "relu", steps=3000)
    assert fit.region.shape == fit.confidence.shape == (GRID, GRID)
    assert 1 / 3 - 1e-6 <= fit.confidence.min() and fit.confidence.max() <= 1
    pixel = np.round((fit.x + REACH) / (2 * REACH) * (GRID - 1)).astype(int)
    seen = fit.region[pixel[:, 1], pixel[:, 0]]
    assert np.mean(seen == fit.y) == pytest.approx(fit.accuracy, abs=0.03)


# notes: 14
def test_the_lines_are_where_the_units_are_zero():
    fit = spiral_fit(5, "relu", steps=0, show_lines=True)
    draw = MLP([2, 5, 3], activation="relu", init="glorot", seed=np.random.RandomState(0), dtype=np.float32)
    (w, _) = draw.weights()
    for unit, ends in enumerate(fit.lines):
        size = np.abs(ends).max() * np.linalg.norm(w[:, unit])
        np.testing.assert_allclose(ends @ w[:, unit], 0, atol=1e-5 * size)


# notes: 15, E18
def test_a_repeated_input_shares_its_weight_and_keeps_the_loss():
    result = duplicated_input()
    assert result.rank == (2, 2) and result.inputs == ("x1, x2", "x1, x2, x2")
    assert result.loss[1] == pytest.approx(result.loss[0], abs=1e-6)
    assert result.accuracy[0] == result.accuracy[1]
    assert result.first[1] == pytest.approx(result.second[1])
    assert result.first[1] + result.second[1] == pytest.approx(result.first[0], rel=1e-3)
    assert math.isnan(result.second[0])


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"hidden": -1}, "hidden"),
        ({"steps": 10**6}, "steps"),
        ({"init": "zeros"}, "init"),
        ({"activation": "no"}, "no"),
    ],
)
def test_impossible_settings_say_so(wrong, words):
    with pytest.raises(ValueError, match=words):
        spiral_fit(**wrong)
