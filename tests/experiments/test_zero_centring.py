"""The zig-zag against closed forms: allowed quadrants, conditioning, and what centring buys."""

import math

import numpy as np
import pytest

from course_lib.experiments.zero_centring import (
    BATCHES,
    FEEDS,
    LRS,
    MAX_STEPS,
    TARGET,
    best_rate,
    typical_zigzag,
    zigzag,
)


# notes: 94-96, E26
@pytest.mark.parametrize("activation", ["identity", "sigmoid", "relu"])
@pytest.mark.parametrize("lr", [0.03, 0.1])
def test_positive_inputs_allow_two_quadrants_only(activation, lr):
    """One example at a time and x > 0: both weights rise or both fall, at every single step."""
    result = zigzag(mean=1.5, lr=lr, activation=activation, steps=MAX_STEPS)
    assert result.one_sign
    rises = result.updates > 0
    assert (rises[:, 0] == rises[:, 1]).all()
    assert result.agreeing == 1


# notes: 95, E26
def test_the_sign_is_that_of_the_upstream_gradient_not_always_positive():
    updates = zigzag(steps=MAX_STEPS).updates
    assert (updates > 0).all(axis=1).any() and (updates < 0).all(axis=1).any()


def test_centred_inputs_use_all_four_quadrants():
    for result in (zigzag(mean=0, steps=MAX_STEPS), zigzag(mean=1.5, centred=True, steps=MAX_STEPS)):
        assert 0.35 < result.agreeing < 0.65


# notes: 97-98
def test_the_first_move_goes_up_in_both_weights_then_they_part():
    """To reach the fourth quadrant w2 first rises, though its target lies below."""
    path = zigzag().path
    assert path[:, 1].max() > 0.2 and path[-1, 1] < -0.8


@pytest.mark.parametrize("mean", [0, 0.5, -1.5, 2])
def test_the_hessian_is_that_of_shifted_white_inputs(mean):
    """E[xxᵀ] = 0.64 I + mean² 11ᵀ, eigenvalues 0.64 and 0.64 + 2 mean²."""
    result = zigzag(mean=mean)
    np.testing.assert_allclose(result.eigenvalues, [0.64, 0.64 + 2 * mean**2], rtol=1e-12)
    assert result.condition == pytest.approx(1 + mean**2 / 0.32)


def test_full_batch_on_white_inputs_jumps_to_the_target():
    """κ = 1: the step 1/λ = 1/0.64 lands on the target at once."""
    path = zigzag(mean=0, lr=1 / 0.64, batch_size=256, steps=1).path
    np.testing.assert_allclose(path[1], TARGET, atol=1e-12)


@pytest.mark.parametrize("mean, lr", [(0.5, 0.3), (1.5, 0.3), (-2, 0.1), (1.5, 0.45)])
def test_full_batch_is_gradient_descent_in_closed_form(mean, lr):
    """e_t = V (1 − ηλ)^t Vᵀ e_0."""
    result = zigzag(mean=mean, lr=lr, batch_size=256, steps=40)
    v = np.array([[1, -1], [1, 1]]) / math.sqrt(2)  # along the mean, across it
    factors = 1 - lr * np.array([0.64 + 2 * mean**2, 0.64])
    e = v.T @ -TARGET
    expected = np.array([TARGET + v @ (factors**t * e) for t in range(len(result.path))])
    np.testing.assert_allclose(result.path, expected, atol=1e-8)


# notes: E60
def test_the_full_batch_zigzags_too_near_the_largest_rate():
    """The gradient of all examples is free of the sign rule, yet it bounces across the valley: λη = 1.9."""
    result = zigzag(mean=1.5, lr=1.9 / (0.64 + 4.5), batch_size=256, steps=20)
    steep = result.updates @ np.array([1, 1])
    assert (steep[1:] * steep[:-1] < 0).all()


def test_the_full_batch_diverges_beyond_two_over_lambda():
    assert zigzag(lr=2.2 / (0.64 + 4.5), batch_size=256).diverged_at is not None
    result = zigzag(lr=1.9 / (0.64 + 4.5), batch_size=256)
    assert result.diverged_at is None and result.reached is not None


# notes: 99-100
def test_what_centring_buys_is_the_learning_rate():
    """At one small rate shifted and centred inputs need about equally many steps, by paths of different length."""
    shifted, centred = (zigzag(centred=centred, steps=MAX_STEPS) for centred in (False, True))
    assert shifted.reached == pytest.approx(centred.reached, rel=0.15)
    assert shifted.length > 2 * centred.length
    for batch_size, factor in [(1, 2), (256, 10)]:
        result = zigzag(batch_size=batch_size)
        assert best_rate(result.steps_needed)[0] >= factor * best_rate(result.steps_needed_centred)[0]


def test_over_many_orders_too_the_rate_is_what_centring_buys():
    """Medians of 20 shuffles: alike at the rate 0.1, but the larger the mean the more steps at the best rate."""
    runs = [typical_zigzag(mean) for mean in (2.0, 1.5, 1.0, 0.5, 0.0)]
    assert np.ptp([run.reached for run in runs]) < 6
    assert (np.diff([run.best_steps for run in runs]) < 0).all()
    assert runs[1].best_steps >= 2 * runs[-1].best_steps
    assert (np.diff([run.length for run in runs]) < 0).all()
    assert runs[1].agreeing == 1 and runs[-1].agreeing == pytest.approx(0.5, abs=0.1)


# notes: 100, E26
def test_batches_relax_the_rule():
    shares = [zigzag(batch_size=size, steps=MAX_STEPS, lr=0.03).agreeing for size in (1, 2, 8)]
    assert shares[0] == 1 and 0.5 < shares[1] < 1 and shares[2] < shares[1]


def test_steps_needed_belong_to_the_rates():
    result = zigzag()
    index = int(np.argmin(abs(np.log(LRS / 0.1))))
    again = zigzag(lr=float(LRS[index]))
    assert again.reached == result.steps_needed[index]


# notes: 47, 57, 93
def test_sigmoid_outputs_are_never_centred_and_tanh_outputs_are():
    for mean in np.linspace(-2, 2, 9):
        assert zigzag(mean=float(mean), activation="sigmoid").one_sign
    assert abs(zigzag(mean=0, activation="tanh").x.mean()) < 1e-12
    assert zigzag(mean=0, activation="sigmoid").x.mean() == pytest.approx(0.5)


def test_inputs_that_are_all_zero_move_nothing():
    result = zigzag(mean=-2, activation="relu")
    assert (result.path == 0).all() and math.isnan(result.agreeing) and math.isinf(result.condition)
    assert result.reached is None and result.diverged_at is None and best_rate(result.steps_needed) is None


def test_every_setting_runs_in_silence():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for activation in FEEDS:
            for batch_size in BATCHES:
                for lr in (0.01, 100.0):
                    zigzag(mean=2, activation=activation, batch_size=batch_size, lr=lr, steps=MAX_STEPS)


@pytest.mark.parametrize(
    "change",
    [{"activation": "maxout"}, {"batch_size": 3}, {"lr": 0.0}, {"lr": math.nan}, {"steps": 0}, {"mean": math.inf}],
)
def test_impossible_settings_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        zigzag(**change)
