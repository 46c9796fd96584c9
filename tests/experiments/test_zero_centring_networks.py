"""Signs inside trained networks, and what a shifted activation costs."""

import numpy as np
import pytest

from course_lib.data.digits import load_digits
from course_lib.experiments import zero_centring_networks as networks
from course_lib.experiments.zero_centring_networks import (
    BATCHES,
    NETWORKS,
    RECORDED,
    inputs_and_deltas,
    network_signs,
    share_agreeing,
    shift_race,
)
from course_lib.nn.network import MLP

ROW = {name: row for row, name in enumerate(NETWORKS)}


@pytest.mark.parametrize("options", [{"activation": "tanh"}, {"activation": "sigmoid"}])
def test_products_are_the_gradients_of_backpropagation(options):
    digits = load_digits()
    x, y = digits.x_train[:20], digits.y_train[:20]
    net = MLP([64, 10, 10, 10], init="glorot", seed=1, **options)
    h, delta = inputs_and_deltas(net, x, y, layer=1)
    np.testing.assert_allclose(h.T @ delta / 20, net.signals(x, y).weight_grads[1], atol=1e-14)


@pytest.mark.parametrize("norm_after", [False, True])
def test_with_batch_norm_they_are_the_gradients_in_evaluation_mode(norm_after):
    digits = load_digits()
    x, y = digits.x_train[:20], digits.y_train[:20]
    net = MLP([64, 10, 10, 10], activation="sigmoid", norm="batch", norm_after=norm_after, seed=1)
    h, delta = inputs_and_deltas(net, x, y, layer=1)
    np.testing.assert_allclose(h.T @ delta / 20, net.signals(x, y, train=False).weight_grads[1], atol=1e-14)


# notes: 95
def test_one_positive_input_vector_gives_one_sign_in_every_network_that_passes_on_positive_numbers():
    """Holds exactly, trained or not: sigmoid and ReLU outputs are ≥ 0, with batch norm before them too."""
    for steps in RECORDED:
        shares = network_signs(1, steps).share
        for name in ("sigmoid", "ReLU", "sigmoid, BN before it"):
            assert shares[ROW[name]] == 1
        for name in ("tanh", "sigmoid, BN after it"):
            assert shares[ROW[name]] < 0.02


# notes: 100, E26
def test_batches_relax_the_rule_in_real_networks_but_do_not_undo_it():
    shares = network_signs(128, 1000).shares
    for name in ("sigmoid", "ReLU", "sigmoid, BN before it"):
        row = shares[ROW[name]]
        assert 0.2 < row[BATCHES.index(32)] < 0.8 and row[1] < 1
    for name in ("tanh", "sigmoid, BN after it"):
        assert shares[ROW[name]].max() < 0.02


def test_the_bias_goes_with_its_weights_and_the_units_go_their_own_ways():
    """In a young ReLU layer many units are off, and those that are left may agree."""
    recorded = [network_signs(1, steps) for steps in RECORDED]
    assert all((look.with_bias[: ROW["sigmoid, BN after it"]][:, 0] == 1).all() for look in recorded)
    assert all(np.delete(look.of_units, ROW["ReLU"], axis=0).max() < 0.05 for look in recorded)
    assert recorded[-1].of_units.max() < 0.2
    assert all((look.with_bias <= look.shares + 1e-12).all() for look in recorded)
    assert all((look.shares - look.with_bias).max() < 0.05 for look in recorded)


def test_all_networks_learn_whatever_their_signs_do():
    """Agreement of signs is not the fate of training."""
    assert network_signs(32, 1000).accuracy.min() > 0.85


def test_four_networks_of_each_kind_are_kept():
    """Else every table of the chapter would train them again, for half a minute."""
    assert networks._records.cache_parameters()["maxsize"] >= 4 * len(NETWORKS)


def test_share_agreeing_on_columns_by_hand():
    columns = np.array([[1.0, 1.0, 0.0, 0.0, -1.0], [2.0, -1.0, 0.0, 3.0, -2.0]])
    assert share_agreeing(columns) == pytest.approx(3 / 4)  # the column of zeros does not count
    assert share_agreeing(np.zeros((3, 2))) == 1


@pytest.mark.parametrize("seed", range(3))
def test_a_centred_sigmoid_learns_in_fewer_steps_at_its_best_rate(seed):
    race = shift_race((0.0, 0.5, 1.0), seed)
    assert race.best[0] <= race.best[1] / 2 and np.isinf(race.best[2])
    slow = 4  # at a rate that suits both, they need about equally many
    assert race.steps[0, slow] == pytest.approx(race.steps[1, slow], abs=60)


@pytest.mark.parametrize("change", [{"batch_size": 3}, {"steps": 7}])
def test_impossible_settings_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        network_signs(**change)


def test_early_in_training_large_batches_follow_the_covariance_instead():
    """E[g x] = E[g] E[x] + cov(g, x): after 50 steps the second part is the larger, and 128 examples show it."""
    at_128 = BATCHES.index(128)
    for seed in range(4):
        records = networks._records("sigmoid", seed)
        early, late = (records[steps][0][0][at_128] for steps in (50, 1000))
        assert 0.02 < early < 0.08 and late > 0.2
