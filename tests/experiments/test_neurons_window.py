"""The window network: shapes, gradients against finite differences, and what training does to words."""

import numpy as np
import pytest

from course_lib.experiments.neurons_window import (
    CITIES,
    _state,
    multiplications,
    pair_gradients,
    score_gradients,
    window_check,
    window_parameters,
    window_score,
    window_training,
)


# notes: 20, 22, E22
def test_shapes_are_those_of_cs224n():
    """x in R^20x1 (5 words of 4 numbers), W in R^8x20, b and U in R^8x1, one number s."""
    params, x = window_parameters(), np.ones((20, 1))
    assert {name: array.shape for name, array in params.items()} == {"W": (8, 20), "b": (8, 1), "U": (8, 1)}
    assert window_score(x, **params).shape == (1, 1)
    shapes = {name: array.shape for name, array in score_gradients(x, **params).items()}
    assert shapes == {"U": (8, 1), "W": (8, 20), "b": (8, 1), "x": (20, 1)}


# notes: 20-21
def test_a_score_worked_out_by_hand():
    x, W, b, U = (
        np.array([[1.0], [2.0]]),
        np.array([[1.0, -1.0], [0.5, 0.0]]),
        np.array([[1.0], [0.0]]),
        np.array([[3.0], [2.0]]),
    )
    assert window_score(x, W, b, U)[0, 0] == pytest.approx(2 * np.tanh(0.5))  # z = (0, 0.5)
    assert window_score(np.hstack([x, x]), W, b, U).shape == (1, 2)


# notes: 24-26
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "gelu"])
@pytest.mark.parametrize("seed", range(4))
def test_every_gradient_agrees_with_finite_differences(activation, seed):
    check = window_check(seed, activation)
    assert check.names == ("U", "W", "b", "x", "x_c") and check.loss > 0
    assert max(check.errors) < 1e-6 and min(check.sizes[:4]) > 1e-3


# notes: 23
def test_a_margin_that_is_kept_gives_no_gradient():
    check = window_check(satisfied=True)
    assert check.loss == 0 and check.sizes == (0,) * 5 and check.errors == (0,) * 5


# notes: 24-25
def test_the_two_windows_pull_in_opposite_directions():
    params, x = window_parameters(), np.random.RandomState(0).standard_normal((20, 1))
    loss, same = pair_gradients(x, x, params)  # a window against itself: the margin is violated by exactly 1
    assert loss == 1 and not same["U"].any() and not same["W"].any() and not same["b"].any()
    np.testing.assert_array_equal(same["x"], -same["x_c"])


# notes: 29, 31
def test_training_wins_all_pairs_and_draws_the_cities_together():
    run = window_training()
    assert run.won[-1] == 1 and run.loss[-1] < 0.01 < run.loss[0]
    assert run.likeness[-1] > run.likeness[0] + 0.2


def test_likeness_is_the_mean_cosine_of_all_pairs_of_cities():
    """n unit vectors: |Σu|² = n + n(n − 1) · the mean over the pairs."""
    rng, n = np.random.default_rng(0), len(CITIES)
    vectors = {city: rng.standard_normal((4, 1)) for city in CITIES}
    total = sum(vector / np.linalg.norm(vector) for vector in vectors.values())
    *_, likeness = _state([((CITIES[0],) * 5, (CITIES[1],) * 5)], vectors, window_parameters())
    assert likeness == pytest.approx((np.sum(total**2) - n) / (n * (n - 1)))


# notes: 28, E19
def test_reuse_is_what_makes_backpropagation_cheap():
    deep = multiplications((64, *[32] * 10, 10))
    assert deep["reuse"] < 2 * deep["forward"] < deep["no reuse"] < deep["differences"]
    assert multiplications((3, 2)) == {"forward": 6, "reuse": 6, "no reuse": 6, "differences": 72}
    # by hand for 2-3-4-5: forward 6 + 12 + 20; δ of the two lower layers 12 + 20, again for the lowest 20
    assert multiplications((2, 3, 4, 5)) == {
        "forward": 38,
        "reuse": 70,
        "no reuse": 90,
        "differences": 2 * 38 * 38,
    }
