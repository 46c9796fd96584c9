"""The exercises of chapter 02: right against outside values."""

import numpy as np
import pytest

from course_lib.exercises.activations import (
    alpha_gradient,
    dead_share,
    stable_softmax,
)
from course_lib.nn.layers import PReLU


# notes: 62, 65, E25
def test_2_1_counts_what_is_dead_at_the_start_of_the_lecture_network():
    """A unit with 300 independent N(−3, 1) sums is dead with probability Φ(3)³⁰⁰ = 0.6665."""
    z = np.random.RandomState(0).standard_normal((300, 20_000)) - 3.0
    assert dead_share(z) == pytest.approx(0.6665, abs=0.015)


# notes: 74
def test_2_2_is_what_the_layer_computes_and_what_differences_say():
    rng = np.random.default_rng(0)
    x, dy, h = rng.standard_normal((6, 4)), rng.standard_normal((6, 4)), 1e-6
    layer = PReLU()
    layer.forward(x)
    layer.backward(dy)
    assert alpha_gradient(x, dy) == pytest.approx(float(layer.grads["alpha"][0, 0]), rel=1e-12)

    def objective(alpha):
        return float(np.sum(dy * PReLU(alpha=alpha).forward(x)))

    assert alpha_gradient(x, dy) == pytest.approx((objective(0.25 + h) - objective(0.25 - h)) / (2 * h), rel=1e-8)


# notes: 86
def test_2_3_survives_and_keeps_the_ratios():
    """act-softmax: softmax([1000, 1000, 1000]) is 1/3 each; adding a constant to a row changes nothing."""
    with np.errstate(all="raise"):
        np.testing.assert_allclose(stable_softmax(np.full((1, 3), 1000.0)), 0.3333333333, rtol=1e-9)
    p = stable_softmax(np.log(np.array([[0.2, 0.3, 0.5]])) + 700)
    np.testing.assert_allclose(p, [[0.2, 0.3, 0.5]], rtol=1e-9)
