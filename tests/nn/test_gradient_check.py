"""The gradient check itself: its error against the step, its thresholds, and that it catches wrong code."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.nn.activations import sigmoid
from course_lib.nn.gradient_check import check_gradients, numerical_gradient, relative_error, verdict
from course_lib.nn.layers import Dense
from course_lib.nn.network import MLP

X, Y = np.random.default_rng(0).standard_normal((6, 3)), np.array([0, 1, 2, 3, 0, 1])


# notes: 8
@pytest.mark.parametrize(
    "h, forward, centred",
    [  # reference baby-gradcheck-sigmoid: errors at x = 1
        (1e-2, 0.00231, 2.99e-06),
        (1e-4, 2.31e-05, 3e-10),
        (1e-5, 2.31e-06, 9e-12),
        (1e-8, 3e-08, 5e-09),
        (1e-10, 1.6e-06, 1.6e-06),
    ],
)
def test_error_against_the_step_is_a_v(h, forward, centred):
    """O(h) for a step to one side, O(h²) for a step to both, until rounding takes over; to an order of magnitude."""
    slope = sigmoid(1.0) * (1 - sigmoid(1.0))
    theta = np.array([1.0])
    measured = numerical_gradient(lambda t: float(sigmoid(t[0])), theta, h)[0]
    one_sided = (sigmoid(1.0 + h) - sigmoid(1.0)) / h
    assert theta[0] == 1.0
    assert relative_error(slope, measured) < 10 * centred
    assert relative_error(slope, one_sided) < 10 * forward
    if h >= 1e-4:  # above rounding the sizes are exact
        assert relative_error(slope, measured) == pytest.approx(centred, rel=0.05)
        assert relative_error(slope, one_sided) == pytest.approx(forward, rel=0.05)


# notes: 8
@pytest.mark.parametrize(
    "error, words",
    [  # reference baby-gradcheck-thresholds, CS231n notes, neural-networks-3
        (0.0, "right"),
        (1e-7, "right"),
        (1e-6, "right if there are kinks"),
        (1e-3, "doubtful"),
        (0.02, "wrong"),
        (math.nan, "wrong"),
        (math.inf, "wrong"),
    ],
)
def test_thresholds(error, words):
    assert verdict(error).startswith(words)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_relative_error(values):
    a = np.array(values)
    assert np.all(relative_error(a, a) == 0.0)
    assert np.all(relative_error(a, 2 * a)[a != 0] == pytest.approx(0.5))
    assert np.all(relative_error(a, -a) <= 2.0) and relative_error(0.0, 0.0) == 0.0
    assert relative_error(1e-12, -1e-12, floor=1e-3) == pytest.approx(2e-9)


def test_numerical_gradient_of_any_shape():
    a = np.arange(6.0).reshape(1, 2, 3)
    before = a.copy()
    np.testing.assert_allclose(numerical_gradient(lambda t: float(np.sum(t**3)), a), 3 * a**2, atol=1e-9)
    assert np.array_equal(a, before)


# notes: 8
def test_a_right_network_passes_and_stays_as_it_was():
    net = MLP((3, 5, 4), "tanh", norm="batch", dropout=0.3, l2=0.1)
    net.loss_and_grad(X, Y)
    theta, grad, mean = net.theta.copy(), net.grad.copy(), net.layers[1].running_mean.copy()
    stream = net.rng.bit_generator.state
    check = check_gradients(net, X, Y)
    assert check.verdict == "right" and check.worst < 1e-7 and check.indices.size == net.theta.size
    for before, after in ((theta, net.theta), (grad, net.grad), (mean, net.layers[1].running_mean)):
        assert np.array_equal(before, after)
    assert net.rng.bit_generator.state == stream


class Wrong(Dense):
    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        self.grads["W"] *= 1.05
        return dx


# notes: 8
@pytest.mark.parametrize(
    "sizes, scale, examples, options",
    [
        ((5, 6, 3), 1.0, 8, {}),
        ((64, 50, 10), 1.0, 300, {}),  # many of its slopes are small beside the largest
        ((5, *[6] * 8, 3), 1.0, 8, {"activation": "sigmoid"}),  # gradients that vanish
        ((5, 6, 3), 30.0, 8, {}),  # and units that saturate
        ((5, 6, 3), 1.0, 8, {"l2": 1.0, "trials": 3}),
        ((5, 6, 2), 1.0, 8, {"loss": "squared_error"}),
        ((5, 6, 2), 1e3, 8, {"loss": "squared_error"}),  # a large loss
    ],
)
def test_no_right_gradient_is_accused_and_a_wrong_one_is(sizes, scale, examples, options):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        net = MLP(sizes, seed=seed, **{"activation": "tanh"} | options)
        net.theta = scale * net.theta
        x, y = rng.standard_normal((examples, sizes[0])), rng.integers(0, sizes[-1], examples)
        if "loss" in options:
            y = scale * rng.standard_normal((examples, sizes[-1]))
        some = rng.integers(0, net.theta.shape[-1], 40)
        assert check_gradients(net, x, y, indices=some).verdict == "right"
        assert check_gradients(net, x, y, h=1e-15, indices=some).verdict != "right"  # nothing is seen with such a step
        net.layers[-1].__class__ = Wrong
        last = np.arange(-1, -9, -1) - sizes[-1]  # weights of the last layer
        assert check_gradients(net, x, y, indices=last).verdict == "wrong"


# notes: 8
@pytest.mark.parametrize(
    "break_it",
    [
        lambda grads: grads["W"].__imul__(1.05),  # a factor
        lambda grads: grads["W"].__setitem__(0, 0.0),  # a forgotten row
        lambda grads: grads["b"].__imul__(-1.0),  # a sign
        lambda grads: grads["W"].__setitem__((2, 3), 1.03 * grads["W"][2, 3]),  # a small one, but no rounding noise
    ],
)
def test_a_wrong_gradient_is_caught(break_it):
    net = MLP((3, 5, 4), "tanh")
    dense = net.layers[0]

    class Broken(type(dense)):
        def backward(self, dy, need_dx=True):
            dx = super().backward(dy, need_dx)
            break_it(self.grads)
            return dx

    dense.__class__ = Broken
    dense.bind(dense.params, dense.grads)
    net.copy = lambda dtype: net  # a copy would have to be told where Broken lives
    assert check_gradients(net, X, Y).verdict == "wrong"


def test_chosen_parameters_and_trials():
    net = MLP((3, 5, 4), "softplus", trials=3)
    check = check_gradients(net, X, Y, indices=[0, 7, 30])
    assert check.analytic.shape == check.numeric.shape == check.errors.shape == (3, 3) and check.worst < 1e-7
    assert check_gradients(net, X, Y, indices=5).indices.tolist() == [5]
    ends = check_gradients(net, X, Y, indices=[0, -1, 43, -44]).analytic  # of 3·5 + 5 + 5·4 + 4 = 44
    assert np.array_equal(ends[:, [0, 1]], ends[:, [3, 2]])
    for beyond in (44, -45):
        with pytest.raises(ValueError, match="places in net.theta, whole numbers below 44, not"):
            check_gradients(net, X, Y, indices=[beyond])


def test_a_batch_too_small_for_batch_norm_is_refused():
    """With one example every gradient below batch normalisation is 0 and matches by itself (erratum E65)."""
    net = MLP((3, 5, 4), "tanh", norm="batch")
    with pytest.raises(ValueError, match="^A gradient check through batch normalisation needs at least 4 examples"):
        check_gradients(net, X[:3], Y[:3])
    assert check_gradients(net, X[:4], Y[:4]).worst < 1e-6
    assert check_gradients(net, X[:2], Y[:2], train=False).worst < 1e-7
