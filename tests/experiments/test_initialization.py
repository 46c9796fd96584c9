"""Chapter 05's experiments against closed forms and published numbers."""

import math

import numpy as np
import pytest

from course_lib.experiments.initialization import (
    RACERS,
    accuracy_by_scheme,
    initialization_race,
    mean_over_seeds,
    memorisation,
    softmax_regression,
    std_of_a_sum,
    symmetry,
)


def test_means_that_scatter_are_given_with_one_decimal():
    assert [mean_over_seeds(np.add(0.9, values)) for values in ([0.0, 0.04], [0.0, 0.06], [0.0, 0.09])] == [
        "0.92",
        "0.93",
        "0.9",
    ]


# notes: 114-115, E38
def test_equal_weights_stay_equal_and_keep_rank_one():
    result = symmetry(0.05, 0.0)
    assert set(result.distinct) == {1} and set(result.rank) == {1}
    assert np.ptp(result.weights, axis=0).max() < 1e-3  # rounding is noise too, and may have begun to grow


# notes: 115, E38
def test_from_zero_nothing_but_the_output_bias_moves():
    result = symmetry(0.0, 0.0)
    assert not result.weights.any()
    # The bias can learn the class frequencies and no more: the loss ends at their entropy.
    from course_lib.data.digits import load_digits

    share = np.bincount(load_digits().y_train[:300]) / 300
    assert result.loss[-1] == pytest.approx(-np.sum(share * np.log(share)), abs=2e-3)


# notes: 123
def test_less_noise_takes_longer_to_break_the_tie():
    first = [int(np.argmax(symmetry(0.05, noise).distinct > 6)) for noise in (1e-4, 1e-6, 1e-9)]
    assert first[0] < first[1] < first[2], "noise grows exponentially, so a smaller trace shows later"


def test_steps_only_shows_more_of_the_same_run():
    short, long = symmetry(0.05, 1e-4, steps=100), symmetry(0.05, 1e-4, steps=300)
    np.testing.assert_array_equal(short.loss, long.loss[: len(short.loss)])
    assert short.step[-1] == 100 and len(symmetry(steps=0).step) == 1


# notes: 117
def test_a_convex_loss_has_one_minimum_from_every_start():
    """Published case study: loss 0.786302 at iteration 190; minimum 0.7862295871, from ones 0.7883535247 at 190."""
    after = softmax_regression(190)
    assert after["zeros"] == pytest.approx(0.786302, abs=2e-6)
    assert after["0.01·randn"] == pytest.approx(0.786302, abs=2e-6)
    assert after["ones"] == pytest.approx(0.7883535247, abs=1e-9)
    for loss in softmax_regression(12000).values():
        assert loss == pytest.approx(0.7862295871, abs=1e-9)


# notes: 132, 134, 136, E21, E41
@pytest.mark.parametrize("n", [1, 9, 100])
def test_variances_of_independent_terms_add_up(n):
    assert std_of_a_sum(n) == pytest.approx(math.sqrt(n), rel=0.05)
    assert std_of_a_sum(n, 1 / math.sqrt(n)) == pytest.approx(1, rel=0.05)


# notes: 126
def test_in_the_race_zeros_and_a_tiny_scale_stay_at_chance():
    result = initialization_race()
    accuracy = dict(zip(RACERS, result.accuracy))
    assert accuracy["zeros"] < 0.2 and accuracy["0.01"] < 0.2
    assert accuracy["xavier"] > 0.9 and accuracy["he"] > 0.9
    np.testing.assert_allclose(result.loss[0], math.log(10), atol=0.02)


def test_racers_share_one_draw_and_their_batches():
    """The custom racer at another racer's scale is that racer."""
    result = initialization_race(scale=0.01, steps=40)
    zeros, small, custom = (result.loss[RACERS.index(name)] for name in ("zeros", "0.01", "custom"))
    np.testing.assert_allclose(custom, small, rtol=1e-6)
    assert not np.array_equal(custom, zeros)


# notes: 142, 145, E05, E06
def test_a_sigmoid_with_unit_weights_trains_where_xavier_does_not():
    result = initialization_race(activation="sigmoid", lr=1.0)
    accuracy = dict(zip(RACERS, result.accuracy))
    assert accuracy["1.0"] > 0.7 > 0.2 > accuracy["xavier"]


def test_divergence_is_a_result():
    result = initialization_race(activation="relu", lr=10.0, scale=100.0, steps=40)
    racer = RACERS.index("custom")
    assert result.diverged_at[racer] >= 0 and np.isnan(result.loss[racer, -1])
    assert np.isnan(result.accuracy[racer]), "what is not a number is no digit 0"
    assert np.isfinite(result.loss[0]).all(), "one diverging racer must not touch the others"


def test_a_divergence_is_no_accuracy_in_the_table_either():
    assert np.isnan(accuracy_by_scheme("selu", 10.0, steps=20, seeds=1)["1.0"]).all()


def test_the_table_is_of_the_networks_of_the_race():
    table, race = accuracy_by_scheme("tanh", 0.1, seeds=1), initialization_race(activation="tanh", lr=0.1)
    assert [*table] == [*race.names[:-1]]
    np.testing.assert_allclose(np.ravel([*table.values()]), race.accuracy[:-1], atol=0.05)


# notes: E05
def test_large_weights_memorise():
    """The order of a longer published-style run: 0.01 learns nothing, 1 learns by heart, 4·Xavier generalises."""
    result = memorisation()
    small, xavier, four, large = range(4)
    assert result.train_accuracy[small] < 0.2 and result.train_accuracy[large] > 0.98
    assert result.test_accuracy[four] > 0.8 > 0.6 > result.test_accuracy[large] > result.test_accuracy[small]


@pytest.mark.parametrize("seed", range(1, 4))
def test_in_other_draws_large_weights_tell_fewer_new_points_than_four_times_xavier(seed):
    four, large = memorisation((0.4, 1.0), seed=seed).test_accuracy
    assert large < 0.55 and four - large > 0.1


@pytest.mark.parametrize("bad", [{"init": "best"}, {"activation": "tanhh"}])
def test_impossible_races_are_told(bad):
    with pytest.raises(ValueError, match=r"\.$"):
        initialization_race(**bad)
    with pytest.raises(ValueError, match="steps"):
        symmetry(steps=1000)


def test_the_spike_of_the_first_picture_comes_from_the_learning_rate():
    """Chapter 05 names step 265 and says that at 0.2 the loss only falls."""
    fast, slow = symmetry(0.05, 0.0), symmetry(0.05, 0.0, lr=0.2)
    assert fast.step[1 + np.argmax(np.diff(fast.loss))] == 265 and np.diff(fast.loss).max() > 0.3
    assert (np.diff(slow.loss) < 0).all()


def test_a_rate_of_1_rescues_small_weights_in_two_layers_and_not_in_four():
    two, four = (initialization_race("0.01", "tanh", lr=1.0, depth=depth) for depth in (2, 4))
    at = two.names.index("0.01")
    assert two.accuracy[at] > 0.85 and four.accuracy[at] < 0.2
