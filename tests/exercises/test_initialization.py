"""The exercises of chapter 05: right against outside values."""

import math

import numpy as np
import pytest

from course_lib.exercises import _tutor
from course_lib.exercises.initialization import (
    he_weights,
    input_gradient,
    mean_squares,
)
from course_lib.exercises.spaced_review import variants
from course_lib.experiments.infinite_width import infinite_width
from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.initializers import he


# notes: 149, E07
def test_5_1_is_the_library_he():
    z = np.random.RandomState(5).standard_normal((400, 300))
    np.testing.assert_allclose(he_weights(z), he(np.random.RandomState(5), 400, 300), rtol=1e-12)


def test_5_1_he_std_for_400_inputs():
    """init-variance-formulas: He std 0.0707106781 for n_in = 400, n_out = 300."""
    assert he_weights(np.ones((400, 300)))[0, 0] == pytest.approx(0.0707106781, rel=1e-9)


@pytest.mark.parametrize(
    "scale, widths, mean, std",
    [
        # infinite-width mean and std of layers 1, 2 and 10: init-cs231n-10x500-relu-0.01 and -relu-he
        (
            0.01,
            (500,) * 11,
            (0.08920620581, 0.01410473959, 5.509663902e-09),
            (0.1305459798, 0.02064113178, 8.062942101e-09),
        ),
        (math.sqrt(2 / 500), (500,) * 11, (0.5641895835,) * 3, (0.8256452712,) * 3),
    ],
)
def test_5_2_is_the_infinite_width_limit(scale, widths, mean, std):
    q = mean_squares(scale, widths)
    assert len(q) == len(widths) - 1
    np.testing.assert_allclose(q[[0, 1, -1]], np.square(mean) + np.square(std), rtol=1e-6)


# notes: 132
def test_5_2_predicts_networks_that_were_run():
    """init-saito-5x100-relu-1, mean and std of layers 1, 2, 3 over 300 networks of finite width."""
    mean, std = np.array([3.97966521, 28.03587601, 196.0604717]), np.array([5.845368149, 41.38279488, 291.9148933])
    np.testing.assert_allclose(mean_squares(1.0, (100,) * 4), mean**2 + std**2, rtol=0.02)


# notes: 142, E05
@pytest.mark.parametrize(
    "activation, slope, scale, at_the_input, spread",
    [
        # std of the gradient at the input of layer 1, and its sd over 200 seeds; init-backward-5x100-*
        ("tanh", lambda h: 1 - h**2, 1.0, 70.93891792, 2.152454775),
        ("tanh", lambda h: 1 - h**2, 0.01, 9.888095701e-06, 2.752925448e-07),
        ("relu", lambda h: np.sign(h), 0.1, 0.176815418, 0.01180361671),
        ("sigmoid", lambda h: h * (1 - h), 0.1, 0.0006497693732, 1.966591703e-05),
    ],
)
def test_5_3_predicts_the_gradient_of_a_real_network(activation, slope, scale, at_the_input, spread):
    f = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z))}[activation]
    rng = np.random.RandomState(0)
    h, slopes = rng.standard_normal((1000, 100)), []
    for _ in range(5):
        h = f(h @ (scale * rng.standard_normal((100, 100))))
        slopes.append(slope(h).ravel())
    assert input_gradient(scale, 100, np.array(slopes)) == pytest.approx(at_the_input, abs=6 * spread)


# notes: 129, E05
def test_5_3_saturated_tanh_explodes():
    """init-backward-10x500-tanh-1.0: 2.6e5 at the input, though the median slope is about 0."""
    scale, width, slopes = _tutor.exercises["5.3"].cases[5]
    assert (scale, width, len(slopes)) == (1.0, 500, 10)
    assert np.median(slopes) < 1e-9
    assert 1e5 < input_gradient(scale, width, slopes) < 1e6


def text_of(id):
    return _tutor.predictions[id].text()


def test_the_numbers_in_the_predictions_are_those_of_the_formulas():
    per_layer = math.sqrt(500 * 0.01**2)
    assert f"= {per_layer:.4f}" in text_of("5.c") and f"= {per_layer**10:.0e}".replace("e-0", "e-") in text_of("5.c")
    assert f"{500 * 0.05**2:.2f}" in text_of("5.e") and f"{4096 * 0.05**2:.2f}" in text_of("5.e")
    for factor in (math.sqrt(1 / 2), math.sqrt(2)):
        assert f"{factor:.3f} per layer" in text_of("5.f")
    assert f"{0.125**0.5:.3f} of its size" in text_of("5.f")
    assert round(0.125**5 * 1e5) == 3


def tanh_network(n_var, depth):
    """Infinite width, per layer: std of the activations, factor of the gradient, share of |h| > 0.99."""
    nodes = np.linspace(-9, 9, 100_001)
    weights = np.exp(-(nodes**2) / 2) / np.sum(np.exp(-(nodes**2) / 2))
    q, stds, factors, saturated = 1.0, [], [], []
    for _ in range(depth):
        sigma = math.sqrt(n_var * q)
        h = np.tanh(sigma * nodes)
        q = float(weights @ h**2)
        stds.append(math.sqrt(q))
        factors.append(math.sqrt(n_var * float(weights @ (1 - h**2) ** 2)))
        saturated.append(float(weights @ (np.abs(h) > 0.99)))
    return stds, factors, saturated


def test_the_numbers_on_tanh_are_those_of_infinite_width():
    _, factors, _ = tanh_network(500, 10)
    assert f"= {factors[-1]:.2f}, and ten of them make " in text_of("5.d")
    assert f"{math.prod(factors):.1e}".replace("+0", "") in text_of("5.d")
    stds, _, _ = tanh_network(500 * 0.05**2, 10)
    assert f"from {stds[0]:.2f} to {stds[-1]:.2f}" in text_of("5.e")
    _, _, saturated = tanh_network(4096 * 0.05**2, 6)
    assert f"{100 * min(saturated):.0f} to {100 * max(saturated):.0f} % of the units" in text_of("5.e")


def test_the_numbers_in_the_predictions_are_the_measured_ones():
    """init-cs231n-10x500-relu-he, init-saito-5x100-sigmoid-1, init-backward-5x100-sigmoid-xavier and -4xavier."""
    assert f"{0.09703333333:.0%}".replace("%", " %") in text_of("5.g")
    assert f"{0.3673318333:.0%}".replace("%", " %") in text_of("5.h")
    xavier = text_of("5.i")
    first, *others = infinite_width(ACTIVATIONS["sigmoid"], 0.1, 100, 5)[1]
    assert f"{first:.3f} in the first" in xavier and f"{np.mean(others):.3f} in each" in xavier
    assert f"{0.0006497693732:.1e}".replace("e-0", "e-") in xavier
    assert f"leaves {0.07752285452:.2f}" in xavier


def test_the_variants_of_5_h_and_5_i_hold_for_drawn_weights():
    rng = np.random.RandomState(0)
    for numbers in variants()["5.h"].all():
        n = numbers["inputs"]
        sums = [rng.standard_normal((500, n)) @ rng.standard_normal((n, 40)) for _ in range(4)]
        inside = 100 * np.mean(np.abs(sums) < 3)
        assert float(_right(variants()["5.h"].ask(numbers)).removesuffix(" %")) == pytest.approx(inside, abs=1)
    for numbers in variants()["5.i"].all():
        g = rng.standard_normal((200, 300))
        for _ in range(numbers["layers"]):
            g = 0.25 * g @ rng.standard_normal((300, 300)) / 300**0.5
        assert float(_right(variants()["5.i"].ask(numbers))) == pytest.approx(g.std(), rel=0.1)


def _right(question):
    return next(option.text for option in question.options if option.right)


@pytest.mark.parametrize("w1, w2, b", [(1.0, 2.0, -0.5), (-3.0, 0.7, 1.1)])
def test_0_a_the_line_turns_about_its_crossing_with_the_x2_axis(w1, w2, b):
    crossing = np.array([0.0, -b / w2])
    assert _tutor.predictions["0.a"].right == "b"
    for moved in (w1, w1 + 1, w1 - 2):
        assert np.dot([moved, w2], crossing) + b == pytest.approx(0)
