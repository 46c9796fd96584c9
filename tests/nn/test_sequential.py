"""A network of layers that one chooses oneself: the same numbers as MLP, a learner's own layer, preserved state."""

import copy

import numpy as np
import pytest

from course_lib.nn import (
    MLP,
    SGD,
    BatchNorm,
    Dense,
    Dropout,
    Elementwise,
    Layer,
    Maxout,
    Sequential,
    check_gradients,
    train,
)
from course_lib.nn.sequential import predicted, share_right

X = np.random.default_rng(0).standard_normal((6, 3))
Y = np.array([0, 1, 2, 3, 0, 1])


class Square(Layer):
    """y = x²,  dx = 2x dy: a learner's layer."""

    is_activation = True

    def forward(self, x, train=False):
        self.cache = x
        return x * x

    def backward(self, dy, need_dx=True):
        return 2.0 * self.cache * dy


def test_the_layers_of_an_mlp_in_a_row_are_that_mlp():
    mlp = MLP((3, 5, 4), "tanh", norm="batch", seed=3)
    net = Sequential([Dense(3, 5, bias=False), BatchNorm(5), Elementwise("tanh"), Dense(5, 4)])
    net.theta = mlp.theta
    assert net.loss_and_grad(X, Y) == mlp.loss_and_grad(X, Y) and np.array_equal(net.grad, mlp.grad)
    assert isinstance(net.loss(X, Y), float) and net.loss(X, Y) == mlp.loss(X, Y)
    assert np.array_equal(net.predict(X), mlp.predict(X)) and net.accuracy(X, Y) == mlp.accuracy(X, Y)
    assert all(map(np.array_equal, net.signals(X, Y).activation_grads, mlp.signals(X, Y).activation_grads))
    assert np.array_equal(train(net, X, Y, SGD(0.1), epochs=3).loss, train(mlp, X, Y, SGD(0.1), epochs=3).loss)


def test_what_a_layer_holds_is_where_training_starts():
    first, last = Dense(3, 5), Dense(5, 1)
    first.params["W"][...], last.params["b"][...] = 0.5, 2.0
    net = Sequential([first, Square(), last], "squared_error", np.float32)
    assert net.theta.dtype == np.float32 and net.theta.tolist() == [0.5] * 15 + [0.0] * 10 + [2.0]
    assert np.shares_memory(first.params["W"], net.theta) and np.all(net.forward(X) == 2.0)


def test_a_learners_layer_is_trained_and_checked_like_any_other():
    net = Sequential([Dense(3, 6), Square(), Dropout(0.3, np.random.default_rng(1)), Dense(6, 4)])
    net.theta = np.random.default_rng(2).standard_normal(net.theta.shape)
    assert check_gradients(net, X, Y).verdict == "right"
    before = net.loss(X, Y)
    assert train(net, X, Y, SGD(0.01), epochs=30, batch_size=None).loss[-1] < before


def test_preserved_state():
    """Statistics, streams and gradient stay; layers that share a stream go on sharing it, others keep their own."""
    one, two = np.random.default_rng(1), np.random.default_rng(2)
    net = Sequential([Dense(3, 4), BatchNorm(4), Dropout(0.5, one), Dense(4, 4), Dropout(0.5, one), Dropout(0.5, two)])
    net.theta = np.random.default_rng(3).standard_normal(net.theta.shape)
    net.loss_and_grad(X, Y)
    grad, mean = net.grad.copy(), net.layers[1].running_mean.copy()
    states = copy.deepcopy((one.bit_generator.state, two.bit_generator.state))
    with net.preserved_state():
        first = net.forward(X, train=True)
        net.loss_and_grad(X, 3 - Y)
        assert not np.array_equal(net.grad, grad)
    assert np.array_equal(net.grad, grad) and np.array_equal(net.layers[1].running_mean, mean)
    assert (one.bit_generator.state, two.bit_generator.state) == states
    assert net.layers[2].rng is net.layers[4].rng is one and net.layers[5].rng is two and net.layers[1].track
    assert np.array_equal(net.forward(X, train=True), first)


def test_scores_and_classes():
    assert predicted(np.array([[0.1, 0.3, 0.2], [2.0, 1.0, 0.0]])).tolist() == [1, 0]
    assert predicted(np.array([[0.5], [-0.5], [0.0]])).tolist() == [1, 0, 0]
    assert share_right(np.array([[0.5], [-0.5], [0.0], [1.0]]), np.array([1, 1, 0, 1])) == 0.75


@pytest.mark.parametrize("outputs", [1, 2, 4])
def test_scores_of_many_networks_are_judged_one_by_one(outputs):
    scores = np.random.default_rng(0).standard_normal((3, 6, outputs))
    y = Y % max(outputs, 2)
    assert predicted(scores).tolist() == [predicted(one).tolist() for one in scores]
    assert share_right(scores, y).tolist() == [share_right(one, y) for one in scores]
    for given in (scores, scores[0]):
        with pytest.raises(ValueError, match="y"):
            share_right(given, y + max(outputs, 2) - 1)


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: Sequential([]),
            "layers of Sequential must be a list of one or more, each a value of type Layer, not []",
        ),
        (lambda: Sequential([Dense]), "layers of Sequential must be a list of one or more, each a value of type Layer"),
        (lambda: Sequential([Dense(3, 4)], "hinge"), "There is no loss 'hinge'; choose one of softmax_cross_entropy"),
        (lambda: Sequential([Dense(3, 4)]).forward(X[:, :2]), "x must have shape (examples, 3), not (6, 2)."),
        (lambda: Sequential([Square()]).forward(X[0]), "x must have shape (examples, features), not (3,)."),
        (lambda: Maxout(2).forward(X), "Maxout cannot divide 3 values into 2 pieces of equal size."),
    ],
)
def test_wrong_settings_get_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value).startswith(words)
