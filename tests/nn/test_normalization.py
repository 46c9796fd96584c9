"""Normalisation layers: gradients measured, what batch normalisation forgets, and which axes each of them averages.

Their agreement with PyTorch is in test_pytorch_oracle.py.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib.nn.gradient_check import numerical_gradient
from course_lib.nn.normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm

LAYERS = {  # layer of 4 channels, shape of its input, axes that are averaged when all channels are one group
    "batch": (lambda dtype=float: BatchNorm(4, dtype=dtype), (6, 4)),
    "batch, maps": (lambda dtype=float: BatchNorm(4, maps=True, dtype=dtype), (4, 4, 2, 3)),
    "layer": (lambda dtype=float: LayerNorm(4, dtype=dtype), (5, 4)),
    "layer, maps": (lambda dtype=float: LayerNorm((4, 2, 3), dtype=dtype), (3, 4, 2, 3)),
    "group": (lambda dtype=float: GroupNorm(4, 2, dtype=dtype), (5, 4)),
    "group, maps": (lambda dtype=float: GroupNorm(4, 2, maps=True, dtype=dtype), (3, 4, 2, 3)),
    "instance, maps": (lambda dtype=float: InstanceNorm(4, dtype=dtype), (3, 4, 2, 3)),
}


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def ready(name, seed=1):
    """The layer with random γ, β and (if any) running statistics, and an input."""
    make, shape = LAYERS[name]
    layer = make()
    for i, value in enumerate(layer.params.values()):
        value[...] = draw(*value.shape, seed=seed + i)
    if isinstance(layer, BatchNorm):
        layer.running_mean[...] = draw(*layer.running_mean.shape, seed=seed + 5)
        layer.running_var[...] = 0.5 + draw(*layer.running_var.shape, seed=seed + 6) ** 2
    return layer, 2.0 + 3.0 * draw(*shape, seed=seed + 9)


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_what_small_steps_measure(name, train):
    layer, x = ready(name)
    layer.track = False
    dy, before = draw(*x.shape, seed=3), x.copy()

    def value(_):
        return float(np.sum(layer.forward(x, train) * dy))

    layer.forward(x, train)
    dx, grads = layer.backward(dy), {k: v.copy() for k, v in layer.grads.items()}
    np.testing.assert_allclose(dx, numerical_gradient(value, x), rtol=1e-6, atol=1e-9)
    for key, parameter in layer.params.items():
        np.testing.assert_allclose(grads[key], numerical_gradient(value, parameter), rtol=1e-7, atol=1e-9)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("name", LAYERS)
def test_a_stack_of_trials_is_the_trials_one_by_one(name):
    singles = [ready(name, seed=10 * t) for t in range(3)]
    stack, x = LAYERS[name][0](), np.stack([x for _, x in singles])
    stack.bind(
        {k: np.zeros((3, *v)) for k, v in stack.shapes.items()}, {k: np.zeros((3, *v)) for k, v in stack.shapes.items()}
    )
    for k in stack.shapes:
        stack.params[k][...] = np.stack([layer.params[k] for layer, _ in singles])
    for statistic in ("running_mean", "running_var"):
        if hasattr(stack, statistic):
            getattr(stack, statistic)[...] = np.stack([getattr(layer, statistic) for layer, _ in singles])
    dy = draw(*x.shape, seed=4)
    for train in (True, False):
        y, dx = stack.forward(x, train), stack.backward(dy)
        for t, (layer, _) in enumerate(singles):
            np.testing.assert_allclose(y[t], layer.forward(x[t], train), rtol=1e-12, atol=1e-13)
            np.testing.assert_allclose(dx[t], layer.backward(dy[t]), rtol=1e-12, atol=1e-13)
            for k in stack.shapes:
                np.testing.assert_allclose(stack.grads[k][t], layer.grads[k], rtol=1e-12, atol=1e-13)
            if hasattr(stack, "running_var"):
                np.testing.assert_allclose(stack.running_var[t], layer.running_var, rtol=1e-13)


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays_float32(name):
    make, shape = LAYERS[name]
    layer, x = make(np.float32), draw(*shape).astype(np.float32)
    for train in (True, False):
        y = layer.forward(x, train)
        assert y.dtype == layer.backward(y).dtype == np.float32
    assert all(getattr(layer, s, x).dtype == np.float32 for s in ("running_mean", "running_var"))


# notes: 152, 168-169
@pytest.mark.parametrize(
    "name, axes",
    [("batch", 0), ("batch, maps", (0, 2, 3)), ("layer", 1), ("layer, maps", (1, 2, 3)), ("instance, maps", (2, 3))],
)
def test_the_axes_that_come_out_standard(name, axes):
    make, shape = LAYERS[name]
    y = make().forward(5.0 + 3.0 * draw(*shape), train=True)
    assert np.mean(y, axis=axes) == pytest.approx(0.0, abs=1e-12)
    assert np.var(y, axis=axes) == pytest.approx(1.0, abs=1e-4)


# notes: 168
def test_group_norm_lies_between_layer_and_instance_norm():
    """Wu & He 2018, fig. 2: one group is layer normalisation, a group per channel is instance normalisation."""
    x = draw(3, 4, 2, 3)
    np.testing.assert_allclose(GroupNorm(4, 1, maps=True).forward(x), LayerNorm((4, 2, 3)).forward(x), rtol=1e-12)
    np.testing.assert_allclose(GroupNorm(4, 4, maps=True).forward(x), InstanceNorm(4).forward(x), rtol=1e-12)
    halves = GroupNorm(4, 2).forward(draw(5, 4)).reshape(5, 2, 2)
    assert np.mean(halves, axis=-1) == pytest.approx(0.0, abs=1e-12)


# notes: 154, E01
def test_variance_needs_its_square():
    """Reference bn-variance-needs-square (Ioffe & Szegedy, Algorithm 1): plain deviations have the mean 0."""
    x = draw(50, 3)
    assert np.mean(x - x.mean(0), axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert np.all(np.mean((x - x.mean(0)) ** 2, axis=0) > 0.5)


# notes: E02
def test_conventions():
    """Reference bn-conventions, PyTorch's: momentum 0.1 weights the new value, ε = 1e-5, the variance starts at 1."""
    layer = BatchNorm(2)
    assert (layer.momentum, layer.eps) == (0.1, 1e-5)
    assert layer.running_mean.tolist() == [[0.0, 0.0]] and layer.running_var.tolist() == [[1.0, 1.0]]
    layer.forward(np.array([[1.0, 10.0], [3.0, 30.0]]), train=True)  # means 2, 20; unbiased variances 2, 200
    np.testing.assert_allclose(layer.running_mean, [[0.2, 2.0]], rtol=1e-14)
    np.testing.assert_allclose(layer.running_var, [[0.9 + 0.2, 0.9 + 20.0]], rtol=1e-14)


# notes: 166-167, E02
def test_running_values_approach_those_of_the_data_and_evaluation_uses_them():
    rng, layer = np.random.default_rng(0), BatchNorm(3, momentum=0.05)
    for _ in range(400):
        layer.forward(rng.normal([1.0, -2.0, 5.0], [0.5, 1.0, 2.0], (64, 3)), train=True)
    assert layer.running_mean.ravel() == pytest.approx([1.0, -2.0, 5.0], abs=0.15)
    assert np.sqrt(layer.running_var).ravel() == pytest.approx([0.5, 1.0, 2.0], rel=0.05)
    one = layer.forward(np.array([[1.5, -3.0, 7.0]]))  # a single example is fine here
    assert one.ravel() == pytest.approx([1.0, -1.0, 1.0], abs=0.15)
    before = layer.running_mean.copy()
    layer.track = False
    layer.forward(np.ones((4, 3)) * np.arange(4)[:, None], train=True)
    assert np.array_equal(layer.running_mean, before)


# notes: 158, 160, E55, E56
@given(arrays(float, (8, 3), elements=st.floats(-100, 100)))
def test_gamma_and_beta_can_give_the_input_back(x):
    """Reference bn-identity-recovery: γ = √(σ² + ε), β = μ (Ioffe & Szegedy 2015 sec. 3)."""
    layer = BatchNorm(3)
    layer.params["gamma"][...] = np.sqrt(x.var(axis=0) + layer.eps)
    layer.params["beta"][...] = x.mean(axis=0)
    np.testing.assert_allclose(layer.forward(x, train=True), x, atol=1e-12 * (1 + np.abs(x).max()))


# notes: 152, E03
def test_normalised_is_not_gaussian():
    """Reference bn-not-gaussian: an affine map keeps skewness and excess kurtosis (100000 samples, tolerance 0.4)."""
    rng = np.random.RandomState(0)
    z = rng.standard_normal(100000)
    shapes = {
        "uniform": (rng.uniform(size=100000), [0.0, -1.2]),
        "exponential": (-np.log(rng.uniform(size=100000)), [2.0, 6.0]),
        "two Gaussians at ±4": (z + np.where(rng.uniform(size=100000) < 0.5, 4.0, -4.0), [0.0, -1.77]),
        "relu of Gaussian": (np.maximum(z, 0.0), [1.645, 2.46]),
    }
    for x, expected in shapes.values():
        y = BatchNorm(1).forward(x[:, None], train=True)
        assert [np.mean(y**3), np.mean(y**4) - 3.0] == pytest.approx(expected, abs=0.4)


# notes: 165, E58
@given(st.floats(0.01, 100.0), st.integers(0, 1000))
def test_batch_norm_forgets_the_scale_of_the_weights(a, seed):
    """Reference bn-forgets-scale (Ioffe & Szegedy 2015 sec. 3.3), ε = 0: BN(x(aW)) = BN(xW), the gradient at aW is 1/a
    of that at W, and W is orthogonal to its gradient."""
    x, w, dy = draw(8, 4, seed=seed), draw(4, 3, seed=seed + 1), draw(8, 3, seed=seed + 2)

    def run(weights):
        layer = BatchNorm(3, eps=0.0)
        y = layer.forward(x @ weights, train=True)
        return y, x.T @ layer.backward(dy)

    (y, dw), (y_scaled, dw_scaled) = run(w), run(a * w)
    np.testing.assert_allclose(y_scaled, y, atol=1e-10)
    np.testing.assert_allclose(a * dw_scaled, dw, atol=1e-9)
    assert np.sum(w * dw, axis=0) == pytest.approx(np.zeros(3), abs=1e-9)


# notes: E57
def test_a_shift_before_batch_norm_has_no_effect_and_no_gradient():
    layer, x = BatchNorm(3), draw(8, 3)
    y = layer.forward(x, train=True)
    dx = layer.backward(draw(8, 3, seed=2))
    assert np.sum(dx, axis=0) == pytest.approx(np.zeros(3), abs=1e-13)
    np.testing.assert_allclose(layer.forward(x + 7.0, train=True), y, atol=1e-12)


@given(arrays(float, (5, 6), elements=st.floats(-100, 100)), st.floats(0.1, 10), st.floats(-10, 10))
def test_layer_norm_sees_neither_scale_nor_shift_of_an_example(x, a, b):
    x = x + np.arange(6)  # no constant rows
    layer = LayerNorm(6, eps=0.0)
    assume(np.min(x.std(axis=1)) > 1e-3)
    np.testing.assert_allclose(layer.forward(a * x + b), layer.forward(x), atol=1e-9)


# notes: 155-156, E55
def test_a_constant_unit_is_harmless_thanks_to_epsilon():
    layer = BatchNorm(2)
    y = layer.forward(np.full((4, 2), 3.0), train=True)
    assert y.tolist() == np.zeros((4, 2)).tolist() and np.all(np.isfinite(layer.backward(np.ones((4, 2)))))


@pytest.mark.parametrize(
    "call, words",
    [
        # reference bn-batch-of-one: PyTorch raises here as well
        (
            lambda: BatchNorm(4).forward(draw(1, 4), train=True),
            "Batch normalisation cannot train on one example per batch, because every unit then equals its mean: use "
            "batches of at least 2 (and leave out a last batch of one), or evaluate with train=False.",
        ),
        (lambda: LayerNorm(1).forward(draw(5, 1)), "Layer normalisation needs at least 2 units per example"),
        (lambda: GroupNorm(4, 4).forward(draw(5, 4)), "Group normalisation needs at least 2 values in a group"),
        (
            lambda: InstanceNorm(4).forward(draw(3, 4, 1, 1)),
            "Instance normalisation needs maps with at least 2 positions",
        ),
        (
            lambda: InstanceNorm(4).forward(draw(3, 4)),
            "InstanceNorm was made for x of shape (examples, 4, height, width), not (3, 4).",
        ),
        (
            lambda: BatchNorm(3, maps=True).forward(draw(3, 4, 2, 2)),
            "BatchNorm was made for x of shape (examples, 3, height, width), not (3, 4, 2, 2).",
        ),
        (lambda: LayerNorm(3).forward(draw(3, 4)), "LayerNorm was made for x of shape (examples, 3), not (3, 4)."),
        (lambda: GroupNorm(4, 3), "4 channels cannot be divided into 3 groups of equal size."),
        (lambda: GroupNorm(4, 0), "groups of GroupNorm must be a whole number, 1 or more, not 0."),
    ],
)
def test_wrong_input_gets_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value).startswith(words)


def test_one_example_with_many_positions_is_enough_for_maps():
    y = BatchNorm(4, maps=True).forward(draw(1, 4, 3, 3), train=True)
    assert np.mean(y, axis=(0, 2, 3)) == pytest.approx(np.zeros(4), abs=1e-12)
