"""Batch normalisation while a network learns: modes, the map of scales and rates, the axes of its relatives."""

import numpy as np
import pytest

from course_lib.data.digits import load_digits
from course_lib.experiments.batchnorm_axes import (
    CHANNELS,
    EXAMPLES,
    GROUPS,
    SIDE,
    filtered_digits,
    normalization_axes,
)
from course_lib.experiments.batchnorm_modes import SIZES, batchnorm_modes, company_noise
from course_lib.experiments.batchnorm_training import BOOK_PANELS, SCALES, batchnorm_training, scales_at
from course_lib.nn.network import MLP
from course_lib.nn.normalization import BatchNorm
from course_lib.nn.optimizers import SGD


# notes: 166-167, E02
def test_the_wrong_mode_costs_accuracy():
    right = batchnorm_modes()
    eval, train, sorted_, never = (right.accuracy[mode] for mode in right.accuracy)
    assert eval.min() > 0.9 and np.ptp(eval) == 0
    assert np.isnan(train[0]) and train[1] < 0.6 and train[-1] > 0.9  # batches of 2 and of 128
    assert sorted_[SIZES.index(32)] < 0.35
    assert never[0] < 0.75


# notes: 166
def test_running_statistics_follow_the_truth_unless_they_lag():
    follows, lags = batchnorm_modes(), batchnorm_modes(momentum=0.001)
    assert follows.running_std[-1] == pytest.approx(follows.true_std[-1], rel=0.2)
    assert lags.running_std[-1] > 2 * lags.true_std[-1]
    assert lags.accuracy["eval"][0] < follows.accuracy["eval"][0] - 0.1
    # start (0, 1) and first batch, weight 0.1: by hand
    assert follows.running_mean[0] == pytest.approx(0.1 * follows.batch_mean[0], rel=1e-4)
    variance = 0.9 + 0.1 * 32 / 31 * follows.batch_std[0] ** 2
    assert follows.running_std[0] ** 2 == pytest.approx(variance, rel=1e-4)


def test_momentum_one_forgets_all_batches_but_the_last():
    result = batchnorm_modes(momentum=1.0, steps=20)
    np.testing.assert_allclose(result.running_mean, result.batch_mean, atol=1e-5)


def test_one_example_per_batch_is_refused_and_the_reason_is_kept():
    result = batchnorm_modes(train_batch=1)
    assert "cannot train on one example per batch" in result.refused
    assert np.isnan(result.chosen) and len(result.running_mean) == 0


@pytest.mark.parametrize("change", [{"train_batch": 3}, {"mode": "test"}, {"steps": 0}, {"momentum": 0.0}])
def test_impossible_modes_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        batchnorm_modes(**change)


def test_what_the_company_in_the_batch_does_to_an_image():
    """Of two values one comes out as 1 and one as −1: the share of images below it decides. Of many it is 1/√m."""
    x = load_digits().x_train
    z = x @ np.random.RandomState(0).standard_normal(64)
    below = np.mean(z[1:] < z[0])
    pair, many, more = company_noise((2, 100, 400))
    assert pair == pytest.approx(2 * np.sqrt(below * (1 - below)), abs=0.05)
    assert many / more == pytest.approx(2, rel=0.1)


# notes: 165, E58
def test_the_map_is_kinder_with_batch_norm_but_not_everywhere():
    result = batchnorm_training(0.54, 0.01)
    ahead, behind = result.ahead
    assert ahead > 45 and 1 <= behind <= 8
    assert result.plain_curve[-1] > result.norm_curve[-1] + 0.1  # large weights, small rate: as in the book
    small = SCALES.index(0.046)
    assert np.nanmax(result.plain[small]) < 0.3 and np.nanmax(result.norm[small]) > 0.95
    assert result.norm[-1, 0] < 0.2  # std 0.0001: ε is larger than the variance


# notes: 165, E58
def test_the_means_over_starts_are_those_of_the_maps():
    """One start at rate 0.03: the column of the map, but for an image or two of 128 that float32 decides otherwise."""
    column = batchnorm_training(0.54, 0.03)
    np.testing.assert_allclose(scales_at(0.03, 1), [column.plain[:, 2], column.norm[:, 2]], atol=3 / 128)
    plain, norm = scales_at(0.01, 2)
    assert plain[SCALES.index(0.54)] > norm[SCALES.index(0.54)] + 0.2
    with pytest.raises(ValueError, match="lr of scales_at must be one of"):
        scales_at(0.02)


# notes: 165, E58
def test_the_published_panels_have_the_plain_network_ahead_at_two_scales():
    """bn-saito-mnist: 0.979 against 0.630 at 0.29 and 0.823 against 0.763 at 0.16."""
    ahead = [std for std, (plain, norm) in BOOK_PANELS.items() if plain > norm]
    assert ahead == [0.2929, 0.1585]
    assert BOOK_PANELS[0.2929] == (0.979, 0.630) and BOOK_PANELS[0.1585] == (0.823, 0.763)
    np.testing.assert_allclose(SCALES, list(BOOK_PANELS), rtol=0.02)


def test_a_draft_is_the_beginning_of_the_full_run():
    full = batchnorm_training(activation="tanh", depth=2, steps=20)
    short = batchnorm_training(activation="tanh", depth=2, steps=10, draft=True)
    np.testing.assert_array_equal(short.norm_curve, full.norm_curve[:2])
    fresh = batchnorm_training(activation="tanh", depth=1, steps=150, draft=True)
    assert fresh.step[-1] == 10


AXES = {"batch": (0, 2, 3), "layer": (1, 2, 3), "instance": (2, 3)}


# notes: 168-169
@pytest.mark.parametrize("kind", AXES)
def test_what_is_averaged_is_what_wu_and_he_draw(kind):
    """Wu & He 2018 (arXiv 1803.08494), figure 2: the measured influence fills exactly these axes."""
    result = normalization_axes(kind, example=3, channel=5)
    expected = np.zeros(result.x.shape, bool)
    expected[tuple(slice(None) if axis in AXES[kind] else (2, 4, 1, 1)[axis] for axis in range(4))] = True
    np.testing.assert_array_equal(result.shares, expected)
    x, y = filtered_digits(), result.y
    plain = (x - x.mean(AXES[kind], keepdims=True)) / np.sqrt(x.var(AXES[kind], keepdims=True) + 1e-5)
    np.testing.assert_allclose(y, plain, atol=1e-12)
    assert (result.mean, result.variance) == pytest.approx((0, 1), abs=1e-3)


@pytest.mark.parametrize("groups", GROUPS)
def test_groups_share_neighbouring_channels(groups):
    result = normalization_axes("group", groups, example=2, channel=6)
    per_group = CHANNELS // groups
    assert result.values == per_group * SIDE * SIDE
    assert result.statistics == EXAMPLES * groups
    assert result.shares[1, CHANNELS - per_group :].all() and result.shares.sum() == result.values


# notes: 168
def test_one_group_is_layer_and_as_many_as_channels_is_instance():
    for groups, kind in ((1, "layer"), (CHANNELS, "instance")):
        np.testing.assert_allclose(normalization_axes("group", groups).y, normalization_axes(kind).y, atol=1e-12)


def test_impossible_cells_are_told_in_one_sentence():
    for change in ({"kind": "power"}, {"example": 5}, {"channel": 0}):
        with pytest.raises(ValueError, match=r"\.$"):
            normalization_axes(**change)
    with pytest.raises(ValueError, match="cannot be divided"):
        normalization_axes("group", 4)


@pytest.mark.parametrize("momentum, steps, batch", [(0.1, 40, 8), (0.03, 25, 64)])
def test_the_averages_are_those_the_layers_of_a_network_keep(momentum, steps, batch):
    """The momentum changes nothing in training, so one run serves them all: a run of its own must agree."""
    digits, rng = load_digits(), np.random.default_rng(0)
    x, y = digits.x_train, digits.y_train
    net = MLP([64, 32, 32, 10], norm=lambda n: BatchNorm(n, momentum=momentum), seed=0)
    optimizer = SGD(lr=0.2)
    for _ in range(steps):
        chosen = rng.permutation(len(x))[:batch]
        net.loss_and_grad(x[chosen], y[chosen])
        optimizer.step(net.theta, net.grad, None)
    result = batchnorm_modes(batch, momentum, steps=steps)
    layer = net.layers[1]
    assert result.running_mean[-1] == pytest.approx(layer.running_mean[0, 3], rel=1e-9)
    assert result.running_std[-1] ** 2 == pytest.approx(layer.running_var[0, 3], rel=1e-9)
    assert result.accuracy["eval"][0] == pytest.approx(net.accuracy(digits.x_test, digits.y_test), abs=1e-9)
    assert result.true_mean[0] == pytest.approx(
        float((x @ MLP([64, 32, 32, 10], seed=0).weights()[0]).mean(axis=0)[3]), abs=1e-12
    )
