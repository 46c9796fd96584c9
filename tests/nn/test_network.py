"""The network: every activation × normalisation × loss checked by small steps, stacked trials against single networks,
what zero and constant weights do, and that theta, copies and float32 behave. PyTorch's values: test_pytorch_oracle.py.
"""

import itertools
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.data.clouds import spiral
from course_lib.nn import network
from course_lib.nn.activations import ACTIVATIONS, activation
from course_lib.nn.gradient_check import check_gradients
from course_lib.nn.layers import Dropout
from course_lib.nn.losses import LOSSES
from course_lib.nn.network import MLP, NORMS
from course_lib.nn.normalization import GroupNorm

RNG = np.random.default_rng(3)
X, Y = RNG.standard_normal((6, 3)), np.array([0, 1, 2, 3, 0, 1])
TARGETS = {
    "softmax_cross_entropy": Y,
    "max_margin": Y,
    "squared_error": RNG.standard_normal((6, 4)),
    "sigmoid_bce": (RNG.uniform(size=(6, 4)) > 0.5).astype(float),
}
UNITS = [
    *ACTIVATIONS,
    "maxout",
    ("maxout", {"pieces": 3}),
    ("prelu", {"per_channel": True}),
    ("elu", {"alpha": 0.5}),
    activation("leaky_relu", alpha=2.0),
]
NAMES = [getattr(unit, "name", None) or str(unit) for unit in UNITS[:-1]] + ["leaky_relu, alpha 2"]
NORMALIZATIONS = [None, *NORMS, lambda n: GroupNorm(n, 1)]


@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_gradients_with_every_normalisation(unit):
    """In training and in evaluation, with dropout and both penalties."""
    for norm, after, train in itertools.product(NORMALIZATIONS, (False, True), (True, False)):
        net = MLP(
            (3, 4, 4, 4),
            unit,
            "normal",
            norm=norm,
            norm_after=after,
            dropout=0.2,
            l2=0.1,
            l1=0.02,
            std=0.7,
            bias=0.1,
            seed=4,
        )
        check = check_gradients(net, X, Y, train=train)
        assert check.worst < 1e-6, (norm, after, train, check.indices[np.argmax(check.errors)])


# notes: 27
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_with_every_loss(loss):
    for unit, norm in itertools.product(("tanh", "relu"), (None, "batch")):
        net = MLP((3, 5, 4), unit, norm=norm, loss=loss, seed=1)
        assert check_gradients(net, X, TARGETS[loss]).worst < 1e-6


@pytest.mark.parametrize("own_data", [False, True])
@pytest.mark.parametrize("norm", [None, "batch", "layer"])
@pytest.mark.parametrize("unit", ["relu", "tanh", "prelu", "maxout"])
def test_stacked_trials_are_the_single_networks(unit, norm, own_data):
    """T networks in one pass: the same start, losses, gradients and predictions as T built one after another."""
    trials, lams = 4, np.array([0.0, 0.1, 0.2, 0.3])
    stream = np.random.default_rng(9)
    singles = [MLP((3, 5, 5, 4), unit, norm=norm, l2=lam, seed=stream) for lam in lams]
    stack = MLP((3, 5, 5, 4), unit, norm=norm, l2=lams, seed=9, trials=trials)
    assert np.array_equal(stack.theta, [net.theta for net in singles])
    x = np.random.default_rng(5).standard_normal((trials, 6, 3)) if own_data else X
    y = np.stack([np.roll(Y, t) for t in range(trials)]) if own_data else Y
    for _ in range(3):
        losses = stack.loss_and_grad(x, y)
        assert losses.shape == (trials,)
        for t, net in enumerate(singles):
            xt, yt = (x[t], y[t]) if own_data else (x, y)
            assert net.loss_and_grad(xt, yt) == pytest.approx(losses[t], rel=1e-13)
            np.testing.assert_allclose(stack.grad[t], net.grad, rtol=1e-12, atol=1e-13)
            net.theta -= 0.1 * net.grad
        stack.theta -= 0.1 * stack.grad
    accuracies = stack.accuracy(x, y)
    for t, net in enumerate(singles):
        xt, yt = (x[t], y[t]) if own_data else (x, y)
        assert net.accuracy(xt, yt) == accuracies[t]
        assert net.loss(xt, yt) == pytest.approx(stack.loss(x, y)[t], rel=1e-12)
        for single, stacked in zip(net.signals(xt, yt).activations, stack.signals(x, y).activations, strict=True):
            np.testing.assert_allclose(stacked[t], single, rtol=1e-12, atol=1e-13)


def test_trials_may_differ_in_start_seed_dropout_and_penalty():
    starts = ["zeros", ("normal", {"std": 2.0}), lambda rng, n_in, n_out: np.full((n_in, n_out), 7.0)]
    net = MLP((50, 60, 4), init=starts, trials=3, dropout=[0.0, 0.3, 0.9], l1=[0.0, 0.0, 1.0], seed=0)
    first = net.weights()[0]
    assert np.all(first[0] == 0.0) and first[1].std() == pytest.approx(2.0, rel=0.05)
    assert first[2] == pytest.approx(7.0, rel=1e-14)
    assert net.loss(np.zeros((2, 50)), np.array([0, 1]))[2] == pytest.approx(np.log(4) + 7.0 * (50 * 60 + 60 * 4))
    seeded = MLP((3, 5, 4), trials=3, seed=[5, 6, 5])
    assert np.array_equal(seeded.theta, [MLP((3, 5, 4), seed=s).theta for s in (5, 6, 5)])
    dropout = next(layer for layer in net.layers if isinstance(layer, Dropout))
    dropped = dropout.forward(np.ones((3, 200, 60)), train=True)
    assert np.mean(dropped == 0.0, axis=(1, 2)) == pytest.approx([0.0, 0.3, 0.9], abs=0.02)


@pytest.mark.parametrize("trials", [None, 3])
@pytest.mark.parametrize("norm", [None, "batch", "layer"])
@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_float32_is_never_lifted(unit, norm, trials):
    net = MLP((3, 4, 4), unit, norm=norm, dtype=np.float32, dropout=np.float64(0.1), l2=np.float64(0.1), trials=trials)
    double = MLP((3, 4, 4), unit, norm=norm, trials=trials)
    double.theta = net.theta
    np.testing.assert_allclose(net.forward(X), double.forward(X), rtol=1e-4, atol=1e-5)
    net.l1 = np.full(3, 0.1) if trials else 0.1
    loss = net.loss_and_grad(X, Y)
    s = net.signals(X, Y)
    arrays = [
        net.theta,
        net.grad,
        net.forward(X),
        net.forward(X, train=True),
        *net.weights(),
        *s.activations,
        *s.pre_activations,
        *s.activation_grads,
        *s.pre_activation_grads,
        *s.weight_grads,
    ]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}
    assert isinstance(loss, float) if trials is None else loss.dtype == np.float32


@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_scores_stay_finite_and_silent_on_enormous_input(unit):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in (np.float32, np.float64):
            net = MLP((3, 4, 4), unit, dtype=dtype)
            assert np.isfinite(net.loss_and_grad(1e4 * X, Y)) and np.all(np.isfinite(net.grad))


# notes: 114-115, E38
def test_zero_weights_learn_nothing():
    """Reference init-zero-gradients (CS231n notes 2): 2-10-3 on the spiral, everything 0, balanced classes."""
    x, y = spiral()
    for unit in ("relu", "tanh"):
        net = MLP((2, 10, 3), unit, "zeros")
        net.loss_and_grad(x, y)
        assert np.max(np.abs(net.grad)) < 1e-14
        net.loss_and_grad(x[:150], y[:150])  # unbalanced: the output bias moves, and nothing else
        output_bias = net.layers[-1].grads["b"]
        assert np.max(np.abs(output_bias)) > 0.1
        assert np.count_nonzero(net.grad) == output_bias.size


# notes: 114-115, E38
def test_constant_weights_stay_copies_of_one_unit():
    """Reference init-constant-symmetry (CS231n notes 2): tanh 2-10-3, W1 all 0.1, rows of W2 equal, 1000 steps.

    The copies are equal up to rounding, which the matrix product does not do alike for all columns; the symmetric point
    is unstable, so that after some thousand larger steps the last digits would have grown into different units.
    """
    x, y = spiral()
    net = MLP((2, 10, 3), "tanh", ("constant", {"c": 0.1}))
    w1, w2 = net.weights()
    w2[...] = [[0.1, -0.2, 0.3]]
    for _ in range(1000):
        net.loss_and_grad(x, y)
        net.theta -= 0.05 * net.grad
    assert np.max(np.ptp(w1, axis=1)) < 1e-12 and np.max(np.ptp(w2, axis=0)) < 1e-12
    assert np.linalg.matrix_rank(w1, tol=1e-10) == 1 and np.abs(w1[:, 0] - 0.1).max() > 0.1  # it did learn, as one


# notes: 200
@pytest.mark.parametrize("classes, loss", [(2, 0.6931471806), (3, 1.098612289), (10, 2.302585093)])
def test_initial_loss_is_the_logarithm_of_the_number_of_classes(classes, loss):
    """Reference baby-softmax-initial-loss (CS231n notes 3): small weights."""
    net = MLP((20, 30, classes), init="normal", std=1e-4)
    x = np.random.default_rng(0).standard_normal((40, 20))
    assert net.loss(x, np.arange(40) % classes) == pytest.approx(loss, abs=1e-3)


# notes: 117
def test_softmax_regression_on_the_spiral_reproduces_the_notes():
    """Reference case-spiral-linear-exact (CS231n case study: 0.786302, 49 %): step 1, reg 1e-3, iteration 190."""
    x, y = spiral()
    for start in ("zeros", ("normal", {"std": 0.01})):
        net = MLP((2, 3), init=start, l2=1e-3)
        for _ in range(190):
            net.loss_and_grad(x, y)
            net.theta -= net.grad
        assert net.loss(x, y) == pytest.approx(0.7863021594, abs=2e-6)
        assert net.accuracy(x, y) == pytest.approx(0.4933333333, abs=0.004)


def test_layers_see_theta_and_theta_sees_layers():
    net = MLP((3, 5, 4), norm="batch")
    views = [v for layer in net.layers for v in (*layer.params.values(),)]
    assert sum(v.size for v in views) == net.theta.size and all(np.shares_memory(v, net.theta) for v in views)
    before = net.forward(X)
    net.theta[:] = 0.0
    assert np.all(net.forward(X) == 0.0) and not np.any(before == 0.0)
    net.theta = np.arange(net.theta.size)
    assert net.weights()[0].ravel().tolist() == list(range(15))
    net.theta *= 2.0
    assert net.weights()[0].ravel().tolist() == list(range(0, 30, 2))
    assert all(np.shares_memory(v, net.theta) for v in views)
    net.loss_and_grad(X, Y)
    net.grad = net.grad / np.linalg.norm(net.grad)  # clipping, say: the layers' gradients are the clipped ones
    assert all(np.shares_memory(g, net.grad) for layer in net.layers for g in layer.grads.values())
    assert np.linalg.norm(np.concatenate([g.ravel() for layer in net.layers for g in layer.grads.values()])) == (
        pytest.approx(1.0)
    )
    with pytest.raises(ValueError):
        net.theta = np.zeros(3)


def test_copies_and_pickles_are_independent_and_continue_alike():
    net = MLP((3, 5, 4), "rrelu", norm="batch", dropout=0.4, l2=0.1, trials=2)
    net.loss_and_grad(X, Y)
    for twin in (net.copy(), pickle.loads(pickle.dumps(net))):
        reference = net.copy()
        assert not np.shares_memory(twin.theta, net.theta) and np.shares_memory(twin.weights()[0], twin.theta)
        for _ in range(2):  # random masks and running statistics included
            assert np.array_equal(twin.loss_and_grad(X, Y), reference.loss_and_grad(X, Y))
        assert np.array_equal(twin.loss(X, Y), reference.loss(X, Y)) and np.array_equal(twin.grad, reference.grad)
        twin.theta[...] = 0.0
        assert np.any(net.theta != 0.0)
    assert len(pickle.dumps(net)) < 20_000  # not the last batch, not the scratch


# notes: 27-28
def test_signals_are_the_chain_rule_and_leave_no_trace():
    net = MLP((3, 5, 6, 4), "tanh", norm="batch", dropout=0.3, l2=0.1, seed=2)
    net.loss_and_grad(X, Y)
    before, stream, twin = net.grad.copy(), net.rng.bit_generator.state, net.copy()
    s = net.signals(X, Y)
    assert np.array_equal(net.grad, before) and net.rng.bit_generator.state == stream
    assert np.array_equal(net.layers[1].running_mean, twin.layers[1].running_mean)
    assert s.loss == twin.loss_and_grad(X, Y)  # what the next training step would see
    assert [z.shape for z in s.pre_activations] == [(6, 5), (6, 6)] and len(s.weight_grads) == 3
    for z, h, dz, dh in zip(s.pre_activations, s.activations, s.pre_activation_grads, s.activation_grads, strict=True):
        np.testing.assert_allclose(h, np.tanh(z), rtol=1e-12)
        np.testing.assert_allclose(dz, dh * (1 - np.tanh(z) ** 2), rtol=1e-9, atol=1e-15)
    for dw, layer in zip(s.weight_grads, [layer for layer in twin.layers if "W" in layer.grads], strict=True):
        np.testing.assert_allclose(dw, layer.grads["W"], rtol=1e-12)
    assert MLP((3, 4)).signals(X, Y).activations == []
    evaluated = net.signals(X, Y, train=False)
    np.testing.assert_allclose(evaluated.loss, net.loss(X, Y), rtol=1e-12)


def test_dropout_and_penalties_change_while_training():
    net = MLP((3, 5, 5, 4), "tanh")
    plain = net.loss_and_grad(X, Y)
    net.dropout = 0.5
    assert [type(layer).__name__ for layer in net.layers] == [
        "Dense",
        "Elementwise",
        "Dropout",
        "Dense",
        "Elementwise",
        "Dropout",
        "Dense",
    ]
    assert net.loss_and_grad(X, Y) != plain and net.loss(X, Y) == pytest.approx(plain, rel=1e-14)
    net.dropout = 0.0
    assert len(net.layers) == 5 and net.loss_and_grad(X, Y) == plain
    net.l2 = 0.1
    squares = sum(float(np.sum(w * w)) for w in net.weights())
    assert net.loss_and_grad(X, Y) == pytest.approx(plain + 0.05 * squares, rel=1e-14)
    net.l2, net.l1 = 0.0, 0.1
    sizes = sum(float(np.sum(np.abs(w))) for w in net.weights())
    assert net.loss(X, Y) == pytest.approx(plain + 0.1 * sizes, rel=1e-14)


# notes: 195, E15
def test_penalties_spare_biases_scales_and_slopes():
    net = MLP((3, 5, 4), "prelu", norm="layer", l2=1.0, l1=1.0, bias=2.0)
    for w in net.weights():
        w[...] = 0.0
    assert net.loss(X, Y) == pytest.approx(MLP((3, 5, 4), "prelu", "zeros", norm="layer", bias=2.0).loss(X, Y))


# notes: E57
def test_no_bias_before_batch_norm_but_everywhere_else():
    biases = {
        after: [layer.bias for layer in MLP((3, 5, 5, 4), norm="batch", norm_after=after).layers if "W" in layer.params]
        for after in (False, True)
    }
    assert biases == {False: [False, False, True], True: [True, True, True]}
    assert all(layer.bias for layer in MLP((3, 5, 4), norm="layer").layers if "W" in layer.params)


def test_predictions():
    net = MLP((3, 4), init="zeros", bias=0.0)
    net.layers[0].params["b"][...] = [0.0, 2.0, 1.0, -1.0]
    assert net.predict(X).tolist() == [1] * 6 and net.accuracy(X, Y) == pytest.approx(2 / 6)
    single = MLP((3, 1), loss="sigmoid_bce")
    assert np.array_equal(single.predict(X), (single.forward(X)[:, 0] > 0).astype(int))


def test_inputs_and_results_are_left_alone():
    """Arrays handed out do not change when the network works on; arrays handed in do not change at all."""
    net, x, y = MLP((3, 5, 4), norm="batch", dropout=0.2), X.copy(), Y.copy()
    scores = net.forward(x, train=True)
    s = net.signals(x, y)
    kept = [a.copy() for a in (scores, *s.activations, *s.weight_grads, *s.pre_activation_grads)]
    net.loss_and_grad(x[::-1], y)
    net.forward(2.0 * x, train=True)
    assert np.array_equal(x, X) and np.array_equal(y, Y)
    for a, b in zip((scores, *s.activations, *s.weight_grads, *s.pre_activation_grads), kept, strict=True):
        assert np.array_equal(a, b)


@given(st.floats(0.1, 10.0), st.integers(0, 100))
def test_a_relu_network_is_homogeneous_in_its_weights(scale, seed):
    """Without biases, c·W in every one of L layers multiplies the scores by cᴸ."""
    net = MLP((3, 6, 6, 4), "relu", seed=seed)
    scores = net.forward(X)
    for w in net.weights():
        w *= scale
    np.testing.assert_allclose(net.forward(X), scale**3 * scores, rtol=1e-10, atol=1e-12)


@given(st.integers(0, 1000))
def test_shuffling_the_examples_changes_neither_loss_nor_gradient(seed):
    order = np.random.default_rng(seed).permutation(6)
    for norm in (None, "batch", "layer"):
        net = MLP((3, 5, 4), "tanh", norm=norm, seed=1)
        loss, grad = net.loss_and_grad(X, Y), net.grad.copy()
        assert net.loss_and_grad(X[order], Y[order]) == pytest.approx(loss, rel=1e-12)
        np.testing.assert_allclose(net.grad, grad, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: MLP((3,)), "sizes must be (inputs, hidden units …, outputs), each at least 1, not (3,)."),
        (lambda: MLP((3, 0, 4)), "sizes of MLP must be a list of one or more, each a whole number, 1 or more"),
        (
            lambda: MLP((3, 4), loss="hinge"),
            "There is no loss 'hinge'; choose one of softmax_cross_entropy, sigmoid_bce",
        ),
        (
            lambda: MLP((3, 5, 4), norm="bn"),
            "There is no norm 'bn'; choose None, batch, layer or a callable n -> layer.",
        ),
        (lambda: MLP((3, 5, 4), "Relu"), "There is no activation 'Relu'; choose one of identity, step"),
        (lambda: MLP((3, 5, 4), init="xaver"), "There is no initializer 'xaver'; choose one of zeros, constant"),
        (lambda: MLP((3, 5, 4), init="he", std=0.1), "The initializer 'he' does not take std; it takes slope."),
        (
            lambda: MLP((3, 4), dtype=np.int64),
            "dtype of MLP must be np.float32 or np.float64, not <class 'numpy.int64'>.",
        ),
        (
            lambda: MLP((3, 5, 4), dropout=1.0),
            "dropout of MLP must be at least 0 and below 1, a number or an array of them, not 1.0.",
        ),
        (lambda: MLP((3, 5, 4), l2=-0.1), "l2 of MLP must be a number, 0 or more, or an array of them, not -0.1."),
        (
            lambda: MLP((3, 5, 4), trials=2, seed=[1, 2, 3]),
            "A list for seed must have one entry per trial; it has 3, trials is 2.",
        ),
        (
            lambda: MLP((3, 5, 4), init=["he", "zeros"]),
            "A list for init must have one entry per trial; it has 2, trials is None.",
        ),
        (
            lambda: MLP((3, 5, 4), dropout=[0.1, 0.2]),
            "dropout must be a number or, with trials, have one value per trial",
        ),
        (lambda: MLP((3, 5, 4), trials=0), "trials of MLP must be a whole number, 1 or more, or None, not 0."),
        (lambda: MLP((3, 4)).forward(np.ones(3)), "x must have shape (examples, 3), not (3,)."),
        (lambda: MLP((3, 4)).forward(np.ones((5, 2))), "x must have shape (examples, 3), not (5, 2)."),
        (lambda: MLP((3, 4)).forward(np.ones((2, 5, 3))), "x must have shape (examples, 3), not (2, 5, 3)."),
        (
            lambda: MLP((3, 4), trials=2).forward(np.ones((3, 5, 3))),
            "x must have shape (examples, 3) or (2, examples, 3), not (3, 5, 3).",
        ),
        (lambda: MLP((3, 4)).loss(X, Y[:4]), "targets must be one class number from 0 to 3 for each of 6 examples"),
        (
            lambda: MLP((3, 5, 4), norm="batch").loss_and_grad(X[:1], Y[:1]),
            "Batch normalisation cannot train on one example per batch",
        ),
    ],
)
def test_wrong_settings_get_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value).startswith(words)


def test_nn_imports_numpy_only():
    """How long that takes is measured by `make bench BENCH=startup`."""
    modules = [path.stem for path in sorted(Path(network.__file__).parent.glob("*.py")) if path.stem != "__init__"]
    code = f"""
import sys
from importlib import import_module
for module in {modules!r}: import_module("course_lib.nn." + module)
print(*{{name.partition(".")[0] for name in sys.modules}})
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"matplotlib", "ipywidgets", "scipy", "IPython", "threadpoolctl"} & set(run.stdout.split())
