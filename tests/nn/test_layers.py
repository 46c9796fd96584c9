"""Each layer alone: its gradient measured, the special cases the papers name, and what dropout does to the moments."""

import copy
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.nn.activations import ACTIVATIONS, activation
from course_lib.nn.gradient_check import numerical_gradient
from course_lib.nn.layers import Dense, Dropout, Elementwise, Maxout, PReLU, RReLU, hidden_unit
from course_lib.nn.normalization import BatchNorm, GroupNorm, LayerNorm


def rng(seed=0):
    return np.random.default_rng(seed)


def filled(layer, seed=1):
    """The layer with random parameters instead of its initial ones."""
    for value in layer.params.values():
        value[...] = rng(seed).standard_normal(value.shape)
    return layer


LAYERS = {
    "dense": lambda: filled(Dense(6, 3)),
    "dense without bias": lambda: filled(Dense(6, 3, bias=False)),
    "prelu, one slope": lambda: PReLU(),
    "prelu, a slope per unit": lambda: filled(PReLU(per_channel=6)),
    "rrelu": lambda: RReLU(rng(2)),
    "maxout of two": lambda: Maxout(2),
    "maxout of three": lambda: Maxout(3),
    "dropout": lambda: Dropout(0.4, rng(2)),
    "dropout, scaled when testing": lambda: Dropout(0.4, rng(2), "test-time"),
    "dropout, never scaled": lambda: Dropout(0.4, rng(2), "none"),
    **{name: (lambda name=name: Elementwise(name)) for name in ACTIVATIONS},
    "leaky relu, slope 2": lambda: Elementwise(activation("leaky_relu", alpha=2.0)),
}


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_what_small_steps_measure(name, train):
    layer, x = LAYERS[name](), rng(3).standard_normal((5, 6))
    before = x.copy()
    stream = copy.deepcopy(layer.rng)
    y = layer.forward(x, train)
    dy = rng(4).standard_normal(y.shape)
    dx = layer.backward(dy)

    def value(_):
        layer.rng = copy.deepcopy(stream)  # random layers: the same draw for every step
        return float(np.sum(layer.forward(x, train) * dy))

    np.testing.assert_allclose(dx, numerical_gradient(value, x), rtol=1e-7, atol=1e-9)
    for key, parameter in layer.params.items():
        np.testing.assert_allclose(layer.grads[key], numerical_gradient(value, parameter), rtol=1e-7, atol=1e-9)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays_float32(name):
    layer = LAYERS[name]()
    layer.bind(
        {k: v.astype(np.float32) for k, v in layer.params.items()},
        {k: v.astype(np.float32) for k, v in layer.grads.items()},
    )
    x = rng().standard_normal((4, 6)).astype(np.float32)
    for train in (True, False):
        y = layer.forward(x, train)
        assert y.dtype == layer.backward(y).dtype == np.float32


@pytest.mark.parametrize("name", [n for n in LAYERS if n != "rrelu" and "dropout" not in n])
def test_a_stack_of_trials_is_the_trials_one_by_one(name):
    """x (T, m, n) with parameters (T, …) gives, bit for bit, what T layers give."""
    trials, singles = 3, []
    x = rng(5).standard_normal((trials, 5, 6))
    stack = LAYERS[name]()
    for t in range(trials):
        singles.append(filled(LAYERS[name](), seed=10 + t))
    stack.bind(
        {k: np.stack([s.params[k] for s in singles]) for k in stack.shapes},
        {k: np.zeros((trials, *shape)) for k, shape in stack.shapes.items()},
    )
    for k in stack.shapes:  # bind moved the stack's own values in
        stack.params[k][...] = np.stack([s.params[k] for s in singles])
    y = stack.forward(x)
    dy = rng(6).standard_normal(y.shape)
    dx = stack.backward(dy)
    for t, single in enumerate(singles):
        np.testing.assert_allclose(y[t], single.forward(x[t]), rtol=1e-13, atol=1e-14)
        np.testing.assert_allclose(dx[t], single.backward(dy[t]), rtol=1e-13, atol=1e-14)
        for k in stack.shapes:
            np.testing.assert_allclose(stack.grads[k][t], single.grads[k], rtol=1e-13, atol=1e-14)


def test_binding_moves_the_values_into_the_views():
    layer, home, grads = filled(Dense(3, 2)), np.zeros(8), np.zeros(8)
    weights = layer.params["W"].copy()
    layer.bind(
        {"W": home[:6].reshape(3, 2), "b": home[6:].reshape(1, 2)},
        {"W": grads[:6].reshape(3, 2), "b": grads[6:].reshape(1, 2)},
    )
    assert np.array_equal(home[:6].reshape(3, 2), weights)
    home[...] = 1.0
    assert layer.forward(np.ones((1, 3))).tolist() == [[4.0, 4.0]]
    layer.backward(np.ones((1, 2)))
    assert grads.tolist() == [1.0] * 8


def test_first_layer_may_leave_out_the_input_gradient():
    layer = filled(Dense(3, 2))
    layer.forward(np.ones((4, 3)))
    assert layer.backward(np.ones((4, 2)), need_dx=False) is None
    assert np.all(layer.grads["W"] == 4.0)


@pytest.mark.parametrize("place", ["alone", "in a network", "a learner's own in a network"])
def test_a_call_without_options_does_not_train_and_gives_dx(place):
    normalisations = {"batch": lambda: BatchNorm(6), "layer": lambda: LayerNorm(6), "group": lambda: GroupNorm(6, 2)}
    for name, make in (LAYERS | normalisations).items():
        layer, x = make(), rng(3).standard_normal((5, 6))
        if "own" in place:

            class Mine(type(layer)):
                def forward(self, x, train=False):
                    return super().forward(x, train)

                def backward(self, dy, need_dx=True):
                    return super().backward(dy, need_dx)

            layer.__class__ = Mine
        if "network" in place:
            layer.bind({k: v.copy() for k, v in layer.params.items()}, {k: v.copy() for k, v in layer.grads.items()})
        y = layer.forward(x)
        dx = layer.backward(np.ones_like(y))
        assert np.array_equal(y, layer.forward(x, train=False)), name
        assert np.array_equal(dx, layer.backward(np.ones_like(y), need_dx=True)), name


# notes: 83, E33
def test_maxout_contains_relu_leaky_relu_and_abs():
    """Reference act-maxout-special-cases (Goodfellow et al. 2013; CS231n notes)."""
    w, b, x = rng(1).standard_normal((6, 3)), rng(2).standard_normal((1, 3)), rng(3).standard_normal((50, 6))
    z = x @ w + b
    for factor, expected in ((0.0, np.maximum(z, 0.0)), (0.1, np.where(z > 0, z, 0.1 * z)), (-1.0, np.abs(z))):
        dense = Dense(6, 6)
        dense.params["W"][...] = np.concatenate([factor * w, w], axis=1)
        dense.params["b"][...] = np.concatenate([factor * b, b], axis=1)
        assert Maxout(2).forward(dense.forward(x)) == pytest.approx(expected, abs=1e-15)


# notes: 80
def test_maxout_is_convex_and_takes_one_piece_at_a_tie():
    layer = Maxout(2)
    layer.forward(np.zeros((1, 4)))
    assert layer.backward(np.ones((1, 2))).tolist() == [[1.0, 1.0, 0.0, 0.0]]
    dense, pieces = filled(Dense(1, 4)), Maxout(4)
    f = np.ravel(pieces.forward(dense.forward(np.linspace(-3, 3, 301)[:, None])))
    assert np.all(f[2:] - 2 * f[1:-1] + f[:-2] >= -1e-12)


# notes: 74
def test_prelu_starts_at_a_quarter_and_learns_its_slope():
    """He et al. 2015 sec. 2.1: dα sums dy·min(0, x); fitted to |x|, the slope goes to −1."""
    layer, x = PReLU(), np.linspace(-1, 1, 41)[:, None]
    assert layer.params["alpha"].tolist() == [[0.25]]
    for _ in range(200):
        layer.backward((layer.forward(x) - np.abs(x)) / len(x))
        layer.params["alpha"] -= 5.0 * layer.grads["alpha"]
    assert layer.params["alpha"] == pytest.approx(-1.0, abs=1e-6)


# notes: 87
def test_rrelu_draws_slopes_in_training_and_takes_their_mean_otherwise():
    layer, x = RReLU(rng(0)), -np.ones((200, 50))
    slopes = -layer.forward(x, train=True)
    assert slopes.min() >= 1 / 8 and slopes.max() <= 1 / 3 and np.unique(slopes).size == slopes.size
    assert slopes.mean() == pytest.approx((1 / 8 + 1 / 3) / 2, abs=3e-3)
    assert np.array_equal(layer.forward(x), ACTIVATIONS["rrelu"].f(x))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_layer_of_an_activation_is_that_activation(name):
    """At the kink as well, where the slope is that of the left side."""
    layer, x = hidden_unit(name, 1, rng(0)), np.array([[-1.5], [0.0], [2.0]])
    np.testing.assert_allclose(layer.forward(x), ACTIVATIONS[name].f(x), rtol=1e-12)
    np.testing.assert_allclose(layer.backward(np.ones((3, 1))), ACTIVATIONS[name].df(x), rtol=1e-12)


# notes: 196, E14
def test_dropout_values_and_moments():
    """Reference reg-dropout-equivalence (Srivastava et al. 2014 sec. 4 and 10; PyTorch nn.Dropout)."""
    ones = np.ones((400, 500))
    y = Dropout(0.5, rng(0)).forward(ones, train=True)
    assert np.unique(y).tolist() == [0.0, 2.0]
    assert y.mean() == pytest.approx(1.0, abs=0.01) and np.mean(y * y) == pytest.approx(2.0, abs=0.02)


# notes: 196, E14
@given(st.floats(0.0, 0.9), st.sampled_from(["inverted", "test-time", "none"]))
def test_what_each_mode_does_to_the_mean(p, mode):
    """A linear unit sees the same mean in training and in testing, unless nobody scales."""
    layer, x = Dropout(p, rng(0), mode), 1.0 + rng(1).uniform(size=(300, 200))
    train, test = layer.forward(x, train=True).mean() / x.mean(), layer.forward(x).mean() / x.mean()
    keep = 1.0 - p
    expected = {"inverted": (1.0, 1.0), "test-time": (keep, keep), "none": (keep, 1.0)}[mode]
    assert (train, test) == pytest.approx(expected, rel=0.05)
    assert np.mean(layer.forward(x, train=True) == 0.0) == pytest.approx(p, abs=0.01)


def test_dropout_takes_any_generator_and_one_p_per_trial():
    x = np.ones((3, 200, 100))
    for generator in (np.random.default_rng(0), np.random.RandomState(0)):
        y = Dropout(np.reshape([0.0, 0.5, 0.8], (3, 1, 1)), generator).forward(x, train=True)
        assert np.mean(y == 0.0, axis=(1, 2)) == pytest.approx([0.0, 0.5, 0.8], abs=0.01)
        assert y.mean(axis=(1, 2)) == pytest.approx([1.0, 1.0, 1.0], abs=0.05)


def test_hidden_units_by_name_by_pair_and_by_object():
    generator = rng()
    assert type(hidden_unit("relu", 4, generator)) is Elementwise
    assert hidden_unit(("leaky_relu", {"alpha": 0.2}), 4, generator).function.params == {"alpha": 0.2}
    assert hidden_unit(ACTIVATIONS["prelu"], 4, generator).params == {}  # an Activation keeps its slope
    assert hidden_unit("prelu", 4, generator).shapes == {"alpha": (1, 1)}
    assert hidden_unit(("prelu", {"per_channel": True}), 4, generator).shapes == {"alpha": (1, 4)}
    assert hidden_unit(("maxout", {"pieces": 5}), 4, generator).pieces == 5
    assert type(hidden_unit("rrelu", 4, generator)) is RReLU


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: Dropout(1.0, rng()),
            "p of Dropout must be at least 0 and below 1, a number or an array of them, not 1.0.",
        ),
        (
            lambda: Dropout(-0.1, rng()),
            "p of Dropout must be at least 0 and below 1, a number or an array of them, not -0.1.",
        ),
        (
            lambda: Dropout(0.5, rng(), "both"),
            "mode of Dropout must be one of 'inverted', 'test-time', 'none', not 'both'.",
        ),
        (lambda: Maxout(4).forward(np.ones((2, 6))), "Maxout cannot divide 6 values into 4 pieces of equal size."),
        (lambda: Elementwise("sigmoidal"), "There is no activation 'sigmoidal'"),
        (lambda: hidden_unit(("maxout", {"peices": 3}), 4, rng()), "maxout does not take 'peices'; it takes pieces."),
    ],
)
def test_wrong_input_gets_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value).startswith(words)


def test_every_pair_of_layers_backpropagates():
    """dx of the second layer is dy of the first: the product of the two Jacobians, measured."""
    x = rng(3).standard_normal((4, 6))
    for first, second in itertools.product(("dense", "tanh", "softplus"), ("tanh", "maxout of three", "selu")):
        a, b = LAYERS[first](), LAYERS[second]()
        y = b.forward(a.forward(x))
        dx = a.backward(b.backward(np.ones_like(y)))
        measured = numerical_gradient(lambda _, a=a, b=b: float(np.sum(b.forward(a.forward(x)))), x)
        np.testing.assert_allclose(dx, measured, rtol=1e-7, atol=1e-9)
