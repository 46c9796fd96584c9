"""Initializers against the published variances, PyTorch's gains and the laws that the schemes exist for."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.nn.initializers import (
    INITIALIZERS,
    conv_fan_in,
    gain,
    glorot_uniform,
    he,
    initializer,
    initializer_std,
    lecun,
    normal,
    orthogonal,
    uniform,
    variance_scaling,
    zeros,
)

RANDOM = [name for name in INITIALIZERS if name not in ("zeros", "constant")]
STREAMS = {"RandomState": np.random.RandomState, "Generator": np.random.default_rng}


def std_error(n: int) -> float:
    """Relative standard deviation of a sample standard deviation of n independent normal numbers."""
    return 1 / math.sqrt(2 * n)


# notes: 131, 139, 149, E63
# Glorot & Bengio 2010 eq. 12 and 16, He et al. 2015 eq. 10 and 14, LeCun 1998 sec. 4.6, for n_in = 400, n_out = 300;
# "uniform" is PyTorch 2.13's default for nn.Linear(400, 300), U(−1/√n, 1/√n).
@pytest.mark.parametrize(
    ("name", "params", "expected"),
    [
        ("zeros", {}, 0.0),
        ("constant", {}, None),
        ("normal", {}, 0.01),
        ("normal", {"std": 1.0}, 1.0),
        ("uniform", {}, 0.0288675135),
        ("uniform", {"bound": 0.3}, 0.1732050808),
        ("xavier", {}, 0.05),
        ("glorot", {}, 0.0534522484),
        ("glorot_uniform", {}, 0.0534522484),
        ("he", {}, 0.0707106781),
        ("he", {"slope": 1.0}, 0.05),
        ("he_fan_out", {}, 0.0816496581),
        ("orthogonal", {}, 0.05),
    ],
)
def test_the_aimed_for_standard_deviation_is_the_published_one(name, params, expected):
    std = initializer_std(name, 400, 300, **params)
    assert std is None if expected is None else std == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [  # torch.nn.init.calculate_gain, PyTorch 2.13.0
        ("identity", 1.0),
        ("sigmoid", 1.0),
        ("tanh", 1.666666667),
        ("relu", 1.414213562),
        ("leaky_relu", 1.414142857),
        ("selu", 0.75),
    ],
)
def test_gains_are_those_of_pytorch(activation, expected):
    assert gain(activation) == pytest.approx(expected, abs=1e-9)


# notes: 138-139
@pytest.mark.parametrize("slope", [0.0, 0.01, 0.25, 1.0])
def test_the_gain_undoes_what_the_activation_does_to_the_second_moment(slope):
    """E[f(z)²]·gain² = 1 for z ~ N(0, 1), by Gauss-Hermite quadrature on each side of the kink."""
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    second_moment = ((np.where(z > 0, z, slope * z)) ** 2 * weight).sum() / weight.sum()
    assert gain("leaky_relu", slope) ** 2 * second_moment == pytest.approx(1, abs=1e-12)


# notes: 136
def test_what_a_convolution_sums_over():
    assert conv_fan_in(64, 3, 3) == 576


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("name", INITIALIZERS)
def test_every_scheme_gives_a_reproducible_float64_matrix(name, stream):
    first, second = (INITIALIZERS[name].draw(STREAMS[stream](7), 40, 30) for _ in range(2))
    assert first.shape == (40, 30)
    assert first.dtype == np.float64
    assert first.flags.writeable
    np.testing.assert_array_equal(first, second)


# notes: 119-120
@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("shape", [(400, 300), (200, 600)])
@pytest.mark.parametrize("name", RANDOM)
def test_the_weights_have_the_standard_deviation_they_aim_for(name, shape, stream):
    W = INITIALIZERS[name].draw(STREAMS[stream](1), *shape)
    sigma = initializer_std(name, *shape)
    assert W.std() == pytest.approx(sigma, rel=6 * std_error(W.size))
    assert abs(W.mean()) < 6 * sigma / math.sqrt(W.size)


# notes: 121
@pytest.mark.parametrize(("name", "bound"), [("glorot_uniform", 0.0925820100), ("uniform", 0.05)])
def test_uniform_schemes_fill_their_interval(name, bound):
    W = INITIALIZERS[name].draw(np.random.default_rng(0), 400, 300)
    assert np.abs(W).max() <= bound
    assert np.abs(W).max() > bound * (1 - 1e-3)  # missed with probability e^(−120)
    assert np.histogram(W, bins=10, range=(-bound, bound))[0] == pytest.approx(W.size / 10, rel=0.06)


# notes: 139, 149, E07
@given(n_in=st.integers(1, 3000), n_out=st.integers(1, 3000), slope=st.floats(0, 2), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_he_law(n_in, n_out, slope, seed):
    """(1 + a²)·n_in/2 · ΣW² is χ² with n_in·n_out degrees of freedom: mean N, standard deviation √(2N)."""
    n_in, n_out = (n_in, min(n_out, max(1, 200_000 // n_in)))
    W = he(np.random.default_rng(seed), n_in, n_out, slope=slope)
    N = W.size
    chi2 = (1 + slope**2) * n_in / 2 * np.sum(W**2)
    # Wilson-Hilferty: (χ²/N)^(1/3) is close to normal even for small N.
    z = ((chi2 / N) ** (1 / 3) - (1 - 2 / (9 * N))) / math.sqrt(2 / (9 * N))
    assert -7 < z < 7 or N < 10


# notes: 131, E63
@given(n_in=st.integers(1, 10_000), n_out=st.integers(1, 10_000))
def test_the_schemes_agree_where_the_papers_say_so(n_in, n_out):
    def variance(name, **params):
        return initializer_std(name, n_in, n_out, **params) ** 2

    assert variance("he") == pytest.approx(2 * variance("xavier"))
    assert variance("he", slope=1.0) == pytest.approx(variance("xavier"))  # slope 1 is a linear unit
    assert variance("glorot") == pytest.approx(variance("glorot_uniform"))
    # Glorot's eq. 12 is the compromise between "keep the signal" and "keep the gradient".
    assert 2 / variance("glorot") == pytest.approx(2 / variance("he") + 2 / variance("he_fan_out"))
    if n_in == n_out:
        assert variance("glorot") == pytest.approx(variance("xavier"))


def test_schemes_with_one_seed_are_one_draw_at_two_scales():
    small, large = normal(np.random.default_rng(3), 50, 40, std=0.01), he(np.random.default_rng(3), 50, 40)
    np.testing.assert_allclose(small / 0.01, large / math.sqrt(2 / 50), rtol=1e-12)


def test_the_normal_draw_is_numpys_frozen_randn_stream():
    """CS231n writes W = 0.01 * np.random.randn(D, K) after np.random.seed(0): first number 1.764052."""
    assert normal(np.random.RandomState(0), 2, 3)[0, 0] == pytest.approx(0.01764052345967664, abs=1e-17)


# notes: 133, 137, 149
@pytest.mark.parametrize(
    ("init", "activation", "factor"),
    [
        (lecun, lambda z: z, 1.0),
        (he, lambda z: np.maximum(z, 0), 1.0),
        (orthogonal, lambda z: z, 1.0),
        (lecun, lambda z: np.maximum(z, 0), 0.5),  # E07: what He's 2 is there to undo
        (uniform, lambda z: z, 1 / 3),  # PyTorch's default for nn.Linear
    ],
)
def test_twenty_layers_keep_or_lose_the_signal_as_the_theory_says(init, activation, factor):
    width, depth, rng = 600, 20, np.random.default_rng(0)
    x = start = rng.standard_normal((10, width))
    for _ in range(depth):
        x = activation(x) @ init(rng, width, width)
    per_layer = (np.mean(x**2) / np.mean(start**2)) ** (1 / depth)
    # One unit behind a ReLU contributes 2·relu(z)², of mean 1 and variance 5; behind none z², of variance 2.
    assert per_layer == pytest.approx(factor, rel=6 * math.sqrt(5 / (width * depth)))


@pytest.mark.parametrize(("n_in", "n_out"), [(50, 50), (60, 20), (20, 60), (1, 5), (5, 1)])
@pytest.mark.parametrize("g", [1.0, math.sqrt(2)])
def test_orthogonal_matrices_are_orthogonal(n_in, n_out, g):
    W = orthogonal(np.random.default_rng(0), n_in, n_out, gain=g)
    gram = W.T @ W if n_in >= n_out else W @ W.T
    np.testing.assert_allclose(gram, g**2 * np.eye(min(n_in, n_out)), atol=1e-12)


def test_orthogonal_matrices_are_uniformly_distributed():
    """Both determinants equally likely, every entry of mean 0:  not so without the correction of signs."""
    rng = np.random.default_rng(0)
    draws = np.array([orthogonal(rng, 3, 3) for _ in range(2000)])
    assert (np.linalg.det(draws) > 0).mean() == pytest.approx(0.5, abs=6 * 0.5 / math.sqrt(2000))
    assert np.abs(draws.mean(axis=0)).max() < 6 * math.sqrt(1 / 3 / 2000)


def test_a_name_with_bound_parameters_is_the_scheme():
    W = initializer("he", slope=1.0)(np.random.default_rng(0), 9, 4)
    np.testing.assert_allclose(W, lecun(np.random.default_rng(0), 9, 4), rtol=1e-12)
    assert not zeros(np.random.default_rng(0), 3, 2).any()
    assert (initializer("constant", c=0.5)(np.random.default_rng(0), 3, 2) == 0.5).all()
    general = variance_scaling(np.random.default_rng(0), 9, 4, fan="avg", distribution="uniform")
    np.testing.assert_array_equal(general, glorot_uniform(np.random.default_rng(0), 9, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initializer("xavir"), "no initializer 'xavir'; choose one of zeros, .*he"),
        (lambda: initializer_std("xavir", 3, 4), "no initializer 'xavir'"),
        (lambda: initializer("he", std=1), "'he' does not take std; it takes slope"),
        (lambda: initializer_std("zeros", 3, 4, std=1), "'zeros' does not take std; it takes no parameter"),
        (lambda: he(0, 3, 4), "random generator such as np.random.default_rng"),
        (lambda: uniform(0, 3, 4), "random generator such as np.random.default_rng"),
        (lambda: he(np.random.default_rng(0), 0, 4), "fan_in of he must be a whole number, 1 or more, not 0|fan_in of"),
        (lambda: zeros(np.random.default_rng(0), 4, -1), "fan_out of zeros must be a whole number, 1 or more, not -1"),
        (lambda: variance_scaling(np.random.default_rng(0), 3, 4, fan="both"), "one of 'in', 'out', 'avg'"),
        (
            lambda: variance_scaling(np.random.default_rng(0), 3, 4, distribution="beta"),
            "one of 'normal', 'uniform'",
        ),
        (lambda: gain("softmax"), "No gain is known for 'softmax'; known are identity"),
    ],
)
def test_wrong_settings_are_answered_with_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
