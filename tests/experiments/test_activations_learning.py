"""Chapter 02's training runs: dying ReLU, the race, learned slopes and maxout."""

import numpy as np
import pytest

from course_lib.data.clouds import spiral
from course_lib.experiments.activations_dying import dying_relu, network
from course_lib.experiments.activations_maxout import CURVES, PIECES, STEPS, maxout_fit
from course_lib.experiments.activations_prelu import learned_slope
from course_lib.experiments.activations_race import RACERS, _race, activation_race, in_step, tune_rates
from course_lib.nn.activations import ACTIVATIONS, softmax

# Spiral, 2-100-3 ReLU, 0.01·randn, full batch, 500 steps, 8 seeds, computed in float64 apart from this library:
# share of units dead on all points (mean over seeds), its tolerance, training accuracy. At rate 3 single networks
# have 0.12 to 0.67, so that another order of additions may move the mean of eight by 0.1.
DEAD = {1.0: (0.0825, 0.05, 0.8620833333), 3.0: (0.23, 0.2, 0.9729166667), 10.0: (1.0, 0.0, 0.3333333333)}


# notes: 60, 62-64, E25
@pytest.mark.parametrize("lr", DEAD)
def test_how_many_units_die_at_each_learning_rate(lr):
    dead, tolerance, accuracy = DEAD[lr]
    run = dying_relu(lr, seeds=8)
    assert run.off[-1].mean() == pytest.approx(dead, abs=tolerance)
    assert run.accuracy[-1].mean() == pytest.approx(accuracy, abs=0.05)
    assert (run.zero >= run.off).all()


def test_once_all_units_are_dead_the_output_bias_overshoots_for_ever():
    """Without units the loss has curvature 1/3 in the bias, and 10/3 is above 2: thirds are never settled on."""
    x, y = spiral()
    net = network(bias=0.0, alpha=0.0, seeds=8)
    for step in range(600):
        net.loss_and_grad(x, y)
        net.theta -= 10.0 * net.grad
        if step >= 400:
            scores = net.forward(x[:1])
            assert np.ptp(net.forward(x), axis=-2).max() == 0  # no point differs from another: all are dead
            assert (np.abs(softmax(scores) - 1 / 3).max(axis=(-2, -1)) > 0.03).all()


# notes: 59, 65, E25
def test_zero_is_not_dead():
    run = dying_relu(3.0)
    assert run.zero[-1].mean() > 0.7 and run.off[-1].mean() < 0.5 and run.accuracy[-1].mean() > 0.9


# notes: 59, 72
def test_a_dead_unit_gets_no_gradient_and_a_leaky_one_does():
    x, y = spiral()
    for alpha, silent in [(0.0, True), (0.01, False)]:
        net = network(bias=-0.1, alpha=alpha, seeds=1)
        net.loss_and_grad(x, y)
        assert (net.layers[0].grads["W"] == 0).all() == silent


# notes: 66, E43
def test_a_bias_just_below_0_kills_at_once_and_one_above_saves_without_helping():
    assert dying_relu(bias=-0.1).off[0].min() == 1
    saved = dying_relu(bias=0.01)
    assert saved.off[-1].max() == 0
    assert saved.accuracy[-1].mean() < dying_relu().accuracy[-1].mean() - 0.1


# notes: 72
def test_a_leak_brings_units_back():
    run = dying_relu(10.0, alpha=0.01)
    assert run.off[2].mean() > 0.85 > run.off[-1].mean() + 0.1
    assert run.accuracy[-1].mean() > 0.6
    assert dying_relu(10.0).accuracy[-1].max() < 0.34


def test_divergence_is_a_result():
    run = dying_relu(30.0, alpha=0.3)
    assert 0 < run.diverged_at <= 100
    assert all(np.isfinite(a).all() for a in (run.off, run.zero, run.accuracy, run.weights, run.biases))
    assert dying_relu(30.0, alpha=0.3, steps=0).diverged_at == -1


def test_looking_earlier_shows_the_same_run():
    whole, part = dying_relu(3.0), dying_relu(3.0, steps=100)
    np.testing.assert_array_equal(whole.off[:11], part.off)
    assert part.step[-1] == 100


def test_networks_in_step_are_those_that_learn_alone():
    x = np.random.default_rng(0).standard_normal((len(RACERS), 5, 4))
    together = in_step(RACERS)
    for part, y, slope, name in zip(x, together.f(x), together.df(x), RACERS, strict=True):
        np.testing.assert_array_equal(y, ACTIVATIONS[name].f(part))
        np.testing.assert_array_equal(slope, ACTIVATIONS[name].df(part))
    _, alone, _ = _race(("tanh",), 0.1, 2, 3, None, 0)
    _, seven, _ = _race(RACERS, 0.1, 2, 3, None, 0)
    np.testing.assert_allclose(seven[RACERS.index("tanh")], alone[0], atol=0.005)


# notes: 54
def test_the_race_counts_epochs_to_the_goal():
    race = activation_race(lr=0.1)
    for error, at in zip(race.error, race.goal_at, strict=True):
        before, after = race.epoch < at, race.epoch == at
        assert np.isnan(at) or ((error[before] > 0.25).all() and error[after] <= 0.25)
    assert np.isnan(race.goal_at[RACERS.index("sigmoid")])  # Xavier's weights, three layers: no start in 10 epochs


# notes: 55, E09
def test_no_factor_of_six_on_the_digits():
    """Each function at its own best rate: ReLU and tanh need about as many epochs, here tanh not more."""
    tuning = tune_rates()
    best = dict(zip(tuning.names, tuning.best, strict=True))
    assert best["tanh"] < 6 * best["relu"] and best["tanh"] <= 3
    assert np.isinf(best["sigmoid"])
    shallow = dict(zip(RACERS, tune_rates(lrs=(0.3, 1.0, 3.0), depth=1).best, strict=True))
    assert 1 < shallow["sigmoid"] <= 3


@pytest.mark.parametrize("seed", [1, 2])
def test_with_other_draws_too_all_but_the_sigmoid_get_there_within_three_epochs(seed):
    best = dict(zip(RACERS, tune_rates(lrs=(0.1, 0.3), seed=seed).best, strict=True))
    assert np.isinf(best.pop("sigmoid")) and max(best.values()) <= 3


# notes: 74
def test_alpha_learns_by_backpropagation():
    run = learned_slope()
    assert run.alpha.shape[1:] == (2, 1) and run.alpha[0] == pytest.approx(0.25)
    assert (run.alpha[-1] > 1).all()  # where max(αx, x) would have become another function
    first = [learned_slope(seed=seed).alpha[-1, 0, 0] for seed in range(4)]
    assert [min(first), max(first)] == pytest.approx([0.6, 2.1], abs=0.2)
    assert run.loss[-1, 0] < run.loss[-1, 1]
    assert abs(learned_slope(decay=1.0).alpha[-1]).max() < 0.15
    units = learned_slope(per_channel=True)
    assert units.alpha.shape[1:] == (2, 32) and units.alpha[-1].std() > 0.05


def test_the_rivals_keep_their_slope():
    """With α = 0 for ever, leaky ReLU is ReLU; and all three start as one network."""
    run = learned_slope(start=0.0, epochs=3)
    np.testing.assert_allclose(run.loss[:, 1], run.loss[:, 2], rtol=1e-4)
    np.testing.assert_allclose(run.loss[0], run.loss[0, 0], rtol=1e-6)
    run = learned_slope(lr=1.0)
    assert run.diverged_at > 0 and np.isnan(run.loss[-1, 0])


# notes: 80
@pytest.mark.parametrize("pieces", range(1, PIECES + 1))
def test_maxout_reaches_the_least_error_for_a_parabola(pieces):
    """4/(√180 k²), here on 101 points instead of a continuum."""
    fit = maxout_fit(pieces, start="tangents")
    least = 4 / (180**0.5 * pieces**2)
    assert fit.best_by_pieces[pieces - 1] == pytest.approx(least)
    assert 0.99 * least < fit.rmse < 1.07 * least
    assert fit.used.all()


# notes: 83, E33
@pytest.mark.parametrize("curve", ["|x|", "ReLU", "leaky ReLU"])
def test_two_pieces_are_enough_for_the_special_cases(curve):
    assert maxout_fit(2, curve).rmse < 1e-3 < maxout_fit(1, curve).rmse


# notes: 80
@pytest.mark.parametrize("curve", CURVES)
def test_a_maximum_of_lines_is_convex(curve):
    for pieces in (1, 3, 8):
        fit = maxout_fit(pieces, curve, seed=1)
        assert (np.diff(fit.y, 2) > -1e-9).all()
        np.testing.assert_allclose(fit.rmse, np.sqrt(np.mean((fit.y - fit.target) ** 2)))
    assert (maxout_fit(8, "sin 3x").rmse_by_pieces > 0.3).all()


# notes: 83
def test_idle_pieces_get_no_gradient():
    fit, before = maxout_fit(8, "eˣ"), maxout_fit(8, "eˣ", steps=STEPS - 100)
    idle = ~fit.used & ~before.used
    assert idle.sum() >= 4
    drift = np.abs(fit.lines - before.lines).max(axis=0)
    assert drift[idle].max() < 1e-6


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: dying_relu(steps=501),
        lambda: dying_relu(seeds=9),
        lambda: activation_race("maxout"),
        lambda: learned_slope(epochs=-1),
        lambda: learned_slope(decay=-0.1),
        lambda: maxout_fit(9),
        lambda: maxout_fit(curve="cube"),
        lambda: maxout_fit(start="zeros"),
    ],
)
def test_impossible_settings_are_told_in_one_sentence(wrong):
    with pytest.raises(ValueError, match=r"\.$"):
        wrong()
