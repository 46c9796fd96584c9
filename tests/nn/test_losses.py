"""Losses: values everybody knows, gradients measured, bad targets.   Against PyTorch: test_pytorch_oracle.py."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib.nn.gradient_check import numerical_gradient
from course_lib.nn.losses import (
    LOSSES,
    l1,
    l2,
    max_margin,
    pair_margin,
    sigmoid_bce,
    softmax_cross_entropy,
    squared_error,
)

rng = np.random.default_rng(0)
CLASSES = np.array([0, 3, 1, 2, 3])
TARGETS = {
    "softmax_cross_entropy": CLASSES,
    "sigmoid_bce": (rng.uniform(size=(5, 4)) > 0.5).astype(float),
    "squared_error": rng.standard_normal((5, 4)),
    "max_margin": CLASSES,
}
SCORES = 2.0 * rng.standard_normal((5, 4))


def test_the_registry():
    assert list(LOSSES) == list(TARGETS)


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_is_what_small_steps_measure(name):
    scores = SCORES.copy()
    loss, dscores = LOSSES[name](scores, TARGETS[name])
    assert np.array_equal(scores, SCORES) and loss.shape == ()
    measured = numerical_gradient(lambda s: float(LOSSES[name](s, TARGETS[name])[0]), scores)
    np.testing.assert_allclose(dscores, measured, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("name", LOSSES)
def test_trials_share_targets_or_have_their_own(name):
    scores = 2.0 * np.random.default_rng(1).standard_normal((3, 5, 4))
    own = np.stack([np.roll(TARGETS[name], t, axis=0) for t in range(3)])
    for targets in (np.broadcast_to(TARGETS[name], own.shape), own):
        loss, dscores = LOSSES[name](scores, TARGETS[name] if targets is not own else own)
        assert loss.shape == (3,)
        for t in range(3):
            single_loss, single_dscores = LOSSES[name](scores[t], targets[t])
            assert loss[t] == pytest.approx(single_loss, rel=1e-14)
            np.testing.assert_allclose(dscores[t], single_dscores, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LOSSES)
def test_far_out_scores_are_finite_silent_and_keep_their_dtype(name, dtype):
    far = 1e4
    scores = np.array([[far, -far, 0, 1], [-far, far, far, 0], [0] * 4, [-far, -far, -far, far], [far] * 4], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, dscores = LOSSES[name](scores, TARGETS[name])
    assert loss.dtype == dscores.dtype == dtype and np.isfinite(loss) and np.all(np.isfinite(dscores))


# notes: 200
@pytest.mark.parametrize(
    "classes, loss",
    [  # reference baby-softmax-initial-loss: ln C, CS231n notes 3
        (2, 0.6931471806),
        (3, 1.098612289),
        (10, 2.302585093),
        (100, 4.605170186),
        (1000, 6.907755279),
    ],
)
def test_initial_losses(classes, loss):
    scores = 1e-4 * np.random.default_rng(0).standard_normal((50, classes))
    targets = np.arange(50) % classes
    assert softmax_cross_entropy(scores, targets)[0] == pytest.approx(loss, abs=1e-3)
    assert max_margin(scores, targets)[0] == pytest.approx(classes - 1, rel=1e-3)  # hinge: C − 1


# notes: 92
def test_softmax_gradient_of_the_notes():
    """Reference act-softmax (CS231n case study): p = (0.2, 0.3, 0.5), y = 1 gives p − 1_y."""
    loss, dscores = softmax_cross_entropy(np.log([[0.2, 0.3, 0.5]]), np.array([1]))
    assert dscores == pytest.approx(np.array([[0.2, -0.7, 0.5]]), abs=1e-12)
    assert loss == pytest.approx(-math.log(0.3), abs=1e-12)


@given(arrays(float, (4, 3), elements=st.floats(-50, 50)), arrays(float, (4, 1), elements=st.floats(-1e3, 1e3)))
def test_cross_entropy_and_hinge_do_not_see_a_shift_of_an_example(scores, shift):
    targets = np.array([0, 1, 2, 1])
    for loss in (softmax_cross_entropy, max_margin):
        value, slope = loss(scores, targets)
        assert loss(scores + shift, targets)[0] == pytest.approx(value, rel=1e-9, abs=1e-9)
        assert slope.sum(axis=1) == pytest.approx(np.zeros(4), abs=1e-12)


# notes: 92
@given(st.floats(-30, 30), st.booleans())
def test_sigmoid_loss_is_softmax_with_two_classes(s, t):
    value, slope = sigmoid_bce(np.array([[s]]), np.array([float(t)]))
    two, slopes = softmax_cross_entropy(np.array([[0.0, s]]), np.array([int(t)]))
    assert value == pytest.approx(two, rel=1e-12, abs=1e-15)
    assert slope[0, 0] == pytest.approx(slopes[0, 1], abs=1e-15)


def test_one_score_per_example_takes_plain_targets():
    scores, targets = np.array([[1.0], [2.0], [4.0]]), np.array([0.0, 2.0, 1.0])
    loss, dscores = squared_error(scores, targets)  # ½ mean of 1, 0, 9
    assert loss == pytest.approx(10 / 6) and dscores == pytest.approx(np.array([[1 / 3], [0.0], [1.0]]))
    assert sigmoid_bce(scores, np.array([0, 1, 1]))[1].shape == (3, 1)
    assert squared_error(np.zeros((2, 3, 1)), targets)[0].shape == (2,)


def test_hinge_counts_its_violations():
    loss, dscores = max_margin(np.array([[3.0, 2.5, 0.0]]), np.array([0]))
    assert loss == pytest.approx(0.5) and dscores.tolist() == [[-1.0, 1.0, 0.0]]


def test_a_margin_that_just_holds_is_no_violation():
    loss, dscores = max_margin(np.array([[3.0, 2.0]]), np.array([0]))
    assert loss == 0 and not dscores.any()
    assert not np.any(pair_margin(np.array([3.0]), np.array([2.0])))


def window_network():
    """Reference nlp-window-shapes (CS224n 2017, lecture 4): x ∈ R²⁰ˣ¹, W ∈ R⁸ˣ²⁰, b ∈ R⁸ˣ¹, U ∈ R⁸ˣ¹, s a number."""
    draw = np.random.default_rng(3).standard_normal
    return draw((20, 1)), draw((20, 1)), 0.3 * draw((8, 20)), draw((8, 1)), 0.1 * draw((8, 1))


# notes: 23-25
def test_pair_margin_through_the_window_network():
    """s = Uᵀ tanh(Wx + b), J = max(0, 1 − s + s_c); δ = U ∘ f′(z), dJ/dW = −δxᵀ + δ_c x_cᵀ, measured by small steps."""
    x, x_c, w, b, u = window_network()

    def score(x):
        return u.T @ np.tanh(w @ x + b)

    def objective(_):
        return float(pair_margin(score(x), score(x_c))[0][0, 0])

    loss, ds, ds_c = pair_margin(score(x), score(x_c))
    assert loss.shape == (1, 1) and loss[0, 0] > 0.0
    delta, delta_c = (u * (1 - np.tanh(w @ window + b) ** 2) for window in (x, x_c))
    np.testing.assert_allclose(ds * delta @ x.T + ds_c * delta_c @ x_c.T, numerical_gradient(objective, w), atol=1e-9)
    np.testing.assert_allclose(ds * delta + ds_c * delta_c, numerical_gradient(objective, b), atol=1e-9)
    np.testing.assert_allclose(ds * (w.T @ delta), numerical_gradient(objective, x), atol=1e-9)
    np.testing.assert_allclose(
        ds * np.tanh(w @ x + b) + ds_c * np.tanh(w @ x_c + b), numerical_gradient(objective, u), atol=1e-9
    )


# notes: 23
def test_pair_margin_is_silent_once_the_margin_holds():
    loss, ds, ds_c = pair_margin(np.array([5.0, 0.2]), np.array([1.0, 0.1]))
    assert loss == pytest.approx([0.0, 0.9]) and ds.tolist() == [0.0, -1.0] and ds_c.tolist() == [0.0, 1.0]


# notes: 193-194, E15
def test_penalties():
    """Reference reg-l2 (CS231n notes 2): ½λΣW² has the gradient λW; the norm itself would have W/‖W‖."""
    w = np.array([[3.0, -4.0], [0.0, 12.0]])
    for penalty, value in ((l2, 0.5 * 0.1 * 169), (l1, 0.1 * 19)):
        loss, slope = penalty(w, 0.1)
        assert loss == pytest.approx(value, abs=1e-12)
        away = w + 0.5  # from the kink of |w| at 0
        measured = numerical_gradient(lambda v, penalty=penalty: float(penalty(v, 0.1)[0]), away)
        np.testing.assert_allclose(penalty(away, 0.1)[1], measured, atol=1e-9)
        assert penalty(w.astype(np.float32), 0.1)[1].dtype == np.float32
    assert l1(w, 0.1)[1][1, 0] == 0.0
    rows, slope = l2(w, np.array([[1.0], [2.0]]), axis=-1)
    assert rows.tolist() == [12.5, 144.0] and slope.tolist() == [[3.0, -4.0], [0.0, 24.0]]
