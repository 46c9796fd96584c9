"""The exercises of chapter 03: right against outside values, true numbers."""

import re

import numpy as np
import pytest

from course_lib.exercises import _tutor
from course_lib.exercises.zero_centring import (
    condition_numbers,
    share_of_one_sign,
    weight_gradient,
)
from course_lib.experiments.zero_centring import best_rate, zigzag
from course_lib.experiments.zero_centring_networks import NETWORKS, network_signs
from course_lib.experiments.zero_centring_signs import sign_agreement
from course_lib.nn.gradient_check import numerical_gradient


# notes: 95
def test_3_1_agrees_with_finite_differences():
    rng = np.random.RandomState(0)
    x, y, w = rng.standard_normal((6, 4)), rng.standard_normal(6), rng.standard_normal(4)
    expected = numerical_gradient(lambda w: np.mean(np.logaddexp(0, -y * (x @ w))), w)
    upstream = -y / (1 + np.exp(y * (x @ w)))  # ∂ℓ/∂f of ln(1 + e^(−yf))
    np.testing.assert_allclose(weight_gradient(x, upstream), expected, atol=1e-8)


# notes: 100, E26
@pytest.mark.parametrize("size, share", [(1, 1.0), (2, 0.6045), (8, 0.352), (32, 0.2935)])
def test_3_2_gives_the_reference_shares(size, share):
    """Half-normal inputs, d = 10, 4000 draws (entry zc-batch-half-normal-d10)."""
    rng = np.random.RandomState(size)
    x, upstream = abs(rng.standard_normal((4000, size, 10))), rng.standard_normal((4000, size))
    assert share_of_one_sign(x, upstream) == pytest.approx(share, abs=0.035 if size > 1 else 0)


# notes: 100
def test_3_3_is_one_plus_the_squared_mean_for_white_inputs():
    rng = np.random.RandomState(0)
    z = rng.standard_normal((500, 4))
    z -= z.mean(axis=0)
    z = z @ np.linalg.inv(np.linalg.cholesky(z.T @ z / 500)).T  # exactly white
    mu = np.array([1.0, -2.0, 0.5, 0.0])
    np.testing.assert_allclose(condition_numbers(z + mu), [1 + mu @ mu, 1.0], rtol=1e-9)


def whys(id):
    return " ".join(option.text + " " + option.why for option in _tutor.predictions[id].options)


def test_the_numbers_on_the_zig_zag_are_those_of_the_experiment():
    shifted, centred = zigzag(steps=60), zigzag(mean=0, steps=60)
    assert f"{shifted.path[:, 1].max():.2f}" in whys("3.b")
    assert f"needed {shifted.reached} steps" in _tutor.predictions["3.c"].question
    assert re.search(rf"\b{centred.reached}\. The path has a third", whys("3.c"))
    assert centred.length / shifted.length == pytest.approx(1 / 3, abs=0.04)
    assert f"{zigzag(mean=0, lr=0.45).reached} steps at 0.45" in whys("3.c")
    assert zigzag(lr=0.45).reached is None
    assert whys("3.c").count(f"{best_rate(shifted.steps_needed)[0]} is what the shifted") == 1


def test_the_numbers_on_shares_are_those_of_the_experiments():
    result = sign_agreement(2)
    assert round(result.share, 2) == 0.59 and "59 of 100" in whys("3.d") and "41 %" in whys("3.d")
    assert "0.2873" in whys("3.e") and round(result.limit, 4) == 0.2873
    assert "147 times" in whys("3.e") and round(result.limit / result.by_chance) == 147
    shares = [dict(zip(NETWORKS, network_signs(32, 1000, seed=seed).share)) for seed in range(4)]
    before, after = ([one[f"sigmoid, BN {place} it"] for one in shares] for place in ("before", "after"))
    assert f"{100 * min(before):.0f} to {100 * max(before):.0f} %" in whys("3.f") and "at most 1 %" in whys("3.f")
    assert max(after) < 0.01
