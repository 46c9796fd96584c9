"""Every number of the update one watches is the one of `nn`, and the chain rule is what a small step measures."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.experiments import neurons_window
from course_lib.experiments.neurons_update import (
    MOMENTS,
    NETWORKS,
    WINDOW_PARTS,
    NetworkUpdate,
    network_update,
    parts_of,
    window_update,
)
from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.gradient_check import numerical_gradient
from course_lib.nn.losses import pair_margin
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD

EXACT = {"rtol": 1e-13, "atol": 1e-15}


def derivative(result: NetworkUpdate) -> float:
    """∂J by the chain rule that the learner reads, both windows together."""
    return sum(float(np.prod(product)) for example in result.factors for product in example)


def network_of(result: NetworkUpdate, params: dict[str, np.ndarray]) -> MLP:
    """An `MLP` with these parameters, made here."""
    loss = "squared_error" if result.sizes[2] == 1 else "softmax_cross_entropy"
    net = MLP(result.sizes, result.activation, loss=loss)
    net.theta = np.concatenate([params["W"].T.ravel(), params["b"], params["U"].ravel(), params["c"]])
    return net


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("network", NETWORKS)
def test_values_gradients_and_updates_are_those_of_nn(network, activation):
    for moment in MOMENTS[::3]:
        result = network_update(network, moment, activation=activation, lr=0.3, seed=5)
        net = network_of(result, result.before)
        y = np.array([1.0 if result.sizes[2] == 1 else 0])
        seen = net.signals(result.x, y)
        np.testing.assert_allclose(result.z, seen.pre_activations[0], **EXACT)
        np.testing.assert_allclose(result.a, seen.activations[0], **EXACT)
        np.testing.assert_allclose(result.delta, seen.pre_activation_grads[0], **EXACT)
        np.testing.assert_allclose(result.s, net.forward(result.x), **EXACT)
        assert result.loss == pytest.approx(net.loss_and_grad(result.x, y), rel=1e-13)
        flat = [result.gradient["W"].T.ravel(), result.gradient["b"], result.gradient["U"].ravel()]
        np.testing.assert_allclose(np.concatenate([*flat, result.gradient["c"]]), net.grad, **EXACT)
        SGD(0.3).step(net.theta, net.grad, SGD(0.3).init(net.theta))
        np.testing.assert_allclose(network_of(result, result.after).theta, net.theta, **EXACT)
        assert result.loss_after == pytest.approx(net.loss(result.x, y), rel=1e-13)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_chain_rule_of_every_part_is_the_slope_one_measures(network):
    """Central differences on J of the network written out by hand here, without `nn`."""
    for part in parts_of(network):
        result = network_update(network, 6, part)
        name, at = result.place
        arrays = {"x": result.x.copy(), **{key: value.copy() for key, value in result.before.items()}}
        moved = {"a": "z"}.get(name, name)  # δ of a hidden unit is ∂J/∂z
        arrays |= {"z": np.zeros(result.z.shape[1]), "s": np.zeros(result.s.shape[1])}

        def loss(_: np.ndarray, arrays=arrays) -> float:
            z = arrays["W"] @ arrays["x"][0] + arrays["b"] + arrays["z"]
            s = np.tanh(z) @ arrays["U"] + arrays["c"] + arrays["s"]
            return float(0.5 * (s[0] - 1) ** 2 if len(s) == 1 else np.log(np.exp(s).sum()) - s[0])

        measured = numerical_gradient(loss, arrays[moved], 1e-5).reshape(-1 if name == "x" else arrays[moved].shape)
        assert loss(None) == pytest.approx(result.loss, rel=1e-12)
        assert derivative(result) == pytest.approx(measured[at], rel=1e-7, abs=1e-10), part


@pytest.mark.parametrize("network", NETWORKS)
def test_the_chain_rule_of_a_parameter_is_its_gradient_and_makes_its_update(network):
    for part in parts_of(network):
        result = network_update(network, 10, part, lr=0.25)
        name, at = result.place
        if name in result.before:
            assert derivative(result) == pytest.approx(result.gradient[name][at], rel=1e-13, abs=1e-16)
            assert result.after[name][at] == pytest.approx(
                result.before[name][at] - 0.25 * derivative(result), rel=1e-13
            )


def test_an_update_begins_where_the_one_before_ended():
    for make in (network_update, window_update):
        for moment in MOMENTS[4:]:
            last, now = make(moment=moment - 4), make(moment=moment)
            for name, values in last.after.items():
                np.testing.assert_array_equal(values, now.before[name])
            assert last.loss_after == now.loss == now.losses[-1]
            np.testing.assert_array_equal(last.losses, now.losses[:-1])


@pytest.mark.parametrize("seed", range(4))
def test_the_window_network_is_that_of_the_chapter(seed):
    result = window_update(9, lr=0.05, seed=seed)
    columns = {"W": result.before["W"], "b": result.before["b"][:, None], "U": result.before["U"]}
    x, x_c = result.x[:, :, None]
    loss, gradients = neurons_window.pair_gradients(x, x_c, columns)
    assert result.loss == pytest.approx(loss, rel=1e-13)
    for name in ("W", "b", "U"):
        np.testing.assert_allclose(result.gradient[name].reshape(columns[name].shape), gradients[name], **EXACT)
    np.testing.assert_allclose(result.dx, [gradients["x"][:, 0], gradients["x_c"][:, 0]], **EXACT)
    assert result.before["c"] == result.gradient["c"] == 0
    assert np.flatnonzero((x != x_c)[:, 0]).tolist() == [8, 9, 10, 11], "only the centre word differs"


def test_the_chain_rule_in_the_window_network_sums_both_windows():
    for part in WINDOW_PARTS:
        result = window_update(6, part, unit=5, entry=11)
        name, at = result.place
        if name in result.before:
            assert derivative(result) == pytest.approx(result.gradient[name][at], rel=1e-12)
        else:
            expected = {"a": result.delta, "s": result.ds, "x": result.dx}[name][:, at[0]]
            per_window = [sum(map(np.prod, example)) for example in result.factors]
            np.testing.assert_allclose(per_window, expected, rtol=1e-12)


def test_a_kept_margin_changes_nothing():
    result = window_update(6, lr=2.0)
    s, s_c = result.s[:, 0]
    assert pair_margin(s, s_c)[0] == result.loss == 0 < s - s_c - 1
    assert derivative(result) == 0
    np.testing.assert_array_equal(result.before["W"], result.after["W"])


def test_learning_lowers_the_loss_for_every_start_offered():
    for network in NETWORKS:
        for seed in range(10):
            losses = network_update(network, 19, lr=0.05, seed=seed).losses
            assert (np.diff(losses) < 0).all(), (network, seed)


@pytest.mark.parametrize(
    "wrong",
    [{"network": "9-9-9"}, {"part": "x4-a1"}, {"moment": 20}, {"activation": "cube"}, {"lr": -1.0}],
)
def test_what_does_not_fit_is_told(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        network_update(**wrong)


@pytest.mark.parametrize("wrong", [{"part": "V"}, {"unit": 9}, {"entry": 0}, {"moment": -1}])
def test_what_does_not_fit_the_window_network_is_told(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        window_update(**wrong)


def test_every_activation_can_be_watched():
    for activation in ACTIVATIONS:
        assert np.isfinite(network_update(activation=activation).loss_after)
