"""How often signs agree, against exact probabilities and the reference shares."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.experiments.zero_centring_signs import (
    BATCHES,
    HALF_NORMAL_MEAN,
    HALF_NORMAL_STD,
    agreement_limit,
    sign_agreement,
)

# Half-normal inputs, d = 10: 4000 draws of an independent program, and its quadrature (entry zc-batch-half-normal-d10).
REFERENCE = {1: 1.0, 2: 0.6045, 8: 0.352, 32: 0.2935}
LIMIT = 0.2873198629


# notes: 100, E26
@pytest.mark.parametrize("batch_size", REFERENCE)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_reference_shares(batch_size, seed):
    result = sign_agreement(batch_size, seed=seed)
    assert result.share == pytest.approx(REFERENCE[batch_size], abs=0.035 if batch_size > 1 else 0)


def test_the_shares_as_they_are_quoted():
    """1.00 / 0.59–0.60 / 0.35 / 0.29: what the text says, to the standard error of 8000 draws."""
    shares = [sign_agreement(batch_size).share for batch_size in (1, 2, 8, 32)]
    np.testing.assert_allclose(shares, [1.0, 0.60, 0.35, 0.29], atol=0.015)


def test_the_limit_is_the_reference_and_large_batches_approach_it():
    assert sign_agreement().limit == pytest.approx(LIMIT, abs=1e-10)
    assert sign_agreement(64).share == pytest.approx(LIMIT, abs=0.02)


def test_the_limit_by_another_integral():
    """Polar coordinates instead of a grid: the orthant probability by Monte Carlo over the common part."""
    rng = np.random.RandomState(1)
    u, v = rng.standard_normal((200_000, 1)), rng.standard_normal((200_000, 10))
    g = HALF_NORMAL_MEAN * u + HALF_NORMAL_STD * v
    assert np.mean((g > 0).all(axis=1) | (g < 0).all(axis=1)) == pytest.approx(LIMIT, abs=0.004)


# notes: 100, E26
def test_centred_inputs_agree_by_chance_only():
    result = sign_agreement(64, mean=0.0)
    assert result.by_chance == 0.001953125 == 2**-9
    assert result.limit == pytest.approx(0.001953125, rel=1e-9)
    assert result.share == pytest.approx(0.002, abs=0.002)


@given(st.integers(2, 50))
def test_ratio_one_has_a_closed_form(d):
    """Φ(u) is uniform when u is normal: 2 E[Φ(u)^d] = 2/(d + 1)."""
    assert agreement_limit(1.0, d) == pytest.approx(2 / (d + 1), rel=1e-9)


@given(st.floats(0, 5))
def test_two_and_three_components_are_sheppards_arcsines(r):
    """P(both agree) = ½ + asin(ρ)/π,  of three: ¼ + 3 asin(ρ)/2π;   ρ = r²/(1 + r²)."""
    rho = r**2 / (1 + r**2)
    assert agreement_limit(r, 2) == pytest.approx(0.5 + math.asin(rho) / math.pi, abs=1e-9)
    assert agreement_limit(r, 3) == pytest.approx(0.25 + 1.5 * math.asin(rho) / math.pi, abs=1e-9)


@given(st.floats(-3, 3), st.integers(2, 49))
def test_the_limit_is_even_in_the_mean_and_falls_with_the_dimension(r, d):
    assert agreement_limit(r, d) == pytest.approx(agreement_limit(-r, d), rel=1e-12)
    assert agreement_limit(r, d + 1) <= agreement_limit(r, d)
    assert agreement_limit(r, d) >= 2.0 ** (1 - d) * (1 - 1e-9)


@pytest.mark.parametrize("d", [2, 10, 40])
def test_a_batch_of_two_is_exact(d):
    """Half the time the two upstream gradients have one sign; else one must win in all d: ½ + 1/(d + 1).

    |g1|/|g2| and |z1|/|z2| have one distribution, so its distribution function at |g1|/|g2| is uniform on (0, 1).
    """
    assert sign_agreement(2, dimension=d).share == pytest.approx(0.5 + 1 / (d + 1), abs=0.018)


def test_larger_batches_agree_less_often():
    shares = sign_agreement().shares
    assert len(shares) == len(BATCHES) and (np.diff(shares) < 0.01).all()


def test_counts_are_shares_of_all_gradients():
    result = sign_agreement(8, dimension=7)
    assert len(result.positive) == 8 and result.positive.sum() == pytest.approx(1)
    assert result.positive[0] + result.positive[-1] == pytest.approx(result.share)


@pytest.mark.parametrize("change", [{"batch_size": 5}, {"dimension": 1}, {"dimension": 51}, {"mean": math.nan}])
def test_impossible_settings_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        sign_agreement(**change)
