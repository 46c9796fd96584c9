"""Chapter 02's single gates, chains, outputs and prices against closed forms and independently computed numbers."""

import math

import numpy as np
import pytest

from course_lib.experiments import activations_output
from course_lib.experiments.activations import (
    GATES,
    activation_gate,
    gaussian_moments,
    max_form,
    saturation,
)
from course_lib.experiments.activations_chain import _draw, gradient_chain
from course_lib.experiments.activations_output import activation_cost, naive_softmax, output_gradients
from course_lib.experiments.signals import signal_propagation
from course_lib.nn.activations import ACTIVATIONS, sigmoid, sigmoid_slope_of_output, softmax

# σ(x)(1 − σ(x)) and 1 − tanh²(x) in exact arithmetic, 10 digits.
SIGMOID = [0.25, 0.1966119332, 0.1049935854, 0.006648056671, 4.539580774e-05]
TANH = [1.0, 0.4199743416, 0.07065082485, 0.0001815832309, 8.244614456e-09]


# notes: 36-40, E51
def test_saturated_is_small_and_not_zero():
    slopes = saturation()
    np.testing.assert_allclose(slopes["sigmoid slope"], SIGMOID, rtol=1e-9)
    np.testing.assert_allclose(slopes["tanh slope"], TANH, rtol=1e-9)


@pytest.mark.parametrize("dtype, last", [(np.float32, 17), (np.float64, 37)])
def test_the_slope_rounds_to_0_where_the_output_rounds_to_1(dtype, last):
    x = np.array([last - 1, last, -last], dtype)
    assert (sigmoid_slope_of_output(sigmoid(x)) > 0).tolist() == [True, False, True]


# notes: 37
@pytest.mark.parametrize("x, local", [(-10.0, 4.539580774e-05), (0.0, 0.25), (10.0, 4.539580774e-05)])
def test_the_gate_multiplies_local_and_upstream(x, local):
    gate = activation_gate("sigmoid", x=x, upstream=-1.5)
    assert gate.local == pytest.approx(local, rel=1e-9)
    assert gate.downstream == pytest.approx(-1.5 * local, rel=1e-9)


@pytest.mark.parametrize("function", GATES)
def test_slopes_are_those_of_the_curve(function):
    for alpha in (-0.5, 0.1, 1.5):
        for x in (-3.7, -0.4, 0.6, 8.0):
            h = 1e-5
            above, below = (activation_gate(function, alpha, x + s * h).value for s in (1, -1))
            slope = activation_gate(function, alpha, x).local
            assert slope == pytest.approx((above - below) / (2 * h), abs=1e-8)


# notes: 74, E34
def test_the_maximum_is_not_prelu_above_1():
    """act-prelu-maxform: α = 2 gives 2 and −1 instead of 1 and −2."""
    assert max_form(2.0) == ([-1.0, 2.0], [-2.0, 1.0])
    assert max_form(0.25)[0] == max_form(0.25)[1] == [-0.25, 1.0]
    for alpha in (-0.5, 0.1, 1.0):
        gate = activation_gate("prelu", alpha)
        np.testing.assert_array_equal(gate.rival, gate.f)
    gate = activation_gate("prelu", 1.5)
    assert (gate.rival >= gate.f).all() and (gate.rival > gate.f).mean() > 0.99
    np.testing.assert_array_equal(activation_gate("maxout", 1.5).f, gate.rival)


@pytest.mark.parametrize("function", ["gelu", "silu", "mish"])
def test_a_minimum_is_no_flat_zone(function):
    """The slope is small around it, but changes sign: no unit is stuck there."""
    assert not activation_gate(function).flat[225:].any()  # x from −3 on


# notes: 84, E52
def test_the_binary_step_is_flat_everywhere():
    assert activation_gate("step").flat.all()


# notes: 78-79, E32
def test_elu_is_nearer_to_zero_mean_and_not_at_it():
    """Means over N(0, 1): 0.1605 for ELU, 1/√(2π) for ReLU, 0 for tanh."""
    assert gaussian_moments("elu")[0] == pytest.approx(0.1605205723, abs=0.01)
    assert gaussian_moments("relu")[0] == pytest.approx(1 / math.sqrt(2 * math.pi), abs=0.01)
    assert gaussian_moments("tanh")[0] == pytest.approx(0, abs=0.01)
    mean, std = gaussian_moments("selu")
    assert mean == pytest.approx(0, abs=0.01) and std == pytest.approx(1, abs=0.01)


# Std of the gradient at the input of a 5 x 100 sigmoid network: mean over 200 seeds, tolerance of one run.
FIVE_SIGMOIDS = {
    0.1: (0.0006497693732, 0.000117996),
    0.4: (0.07752285452, 0.0397667),
    1.0: (0.7746706848, 0.433377),
}


# notes: 41, E44
@pytest.mark.parametrize("scale", FIVE_SIGMOIDS)
@pytest.mark.parametrize("seed", [0, 1])
def test_five_sigmoid_layers(scale, seed):
    mean, tolerance = FIVE_SIGMOIDS[scale]
    assert gradient_chain("sigmoid", scale, 5, seed).gradient[-1] == pytest.approx(mean, abs=tolerance)


# notes: 41, E05, E44
def test_the_bound_holds_for_the_product_of_slopes_and_not_for_the_gradient():
    for scale in (0.01, 0.1, 0.4, 1.0):
        chain = gradient_chain("sigmoid", scale, 5)
        assert chain.bound[-1] == 0.0009765625
        assert (chain.slopes <= chain.bound + 1e-15).all()
    assert chain.slopes[-1] < 1e-10 and chain.gradient[-1] > 0.3  # std 1: saturated, and alive
    gentle = gradient_chain("sigmoid", 0.01, 5)
    assert gentle.slopes[-1] > 9e-4 and gentle.gradient[-1] < 2e-8  # std 0.01: steepest slopes, gone


@pytest.mark.parametrize("activation, stretch", [("tanh", 2.0), ("sigmoid", 1.0)])
def test_slopes_of_saturated_units_are_not_those_of_rounding(activation, stretch):
    """f′(z) = c²/(4 cosh²(cz/2)) in the digits of z; from the output, 1 − y² would be a few units of 1e-16, or 0."""
    h, draws, _ = _draw(0)
    slopes = []
    for w in draws[:10]:
        z = h @ w * 3.0 / stretch
        h = ACTIVATIONS[activation].f(z)
        slopes.append(stretch**2 / 4 / np.cosh(z * stretch / 2) ** 2)
    paths = np.cumprod(slopes[::-1], axis=0).reshape(10, -1)
    shown = gradient_chain(activation, 3.0 / stretch, 10).slopes[1:]
    np.testing.assert_allclose(shown, np.median(paths, axis=1), rtol=1e-3)
    assert shown[-1] < 1e-60


@pytest.mark.parametrize("activation, scale", [("tanh", 0.1), ("sigmoid", 0.4), ("relu", 0.1414), ("gelu", 0.1)])
def test_chains_agree_with_the_signals_of_the_deep_network(activation, scale):
    chain = gradient_chain(activation, scale, 5)
    signals = signal_propagation(activation, "custom", scale, width=100, depth=5)
    np.testing.assert_allclose(chain.gradient[1:], signals.grad_std[::-1], rtol=0.35)
    np.testing.assert_allclose(chain.theory[1:], signals.grad_std_theory[::-1], rtol=1e-10)
    np.testing.assert_allclose(np.cumprod(chain.factor), chain.gradient[1:], rtol=0.2)


def test_a_deeper_chain_with_huge_weights_stays_finite():
    chain = gradient_chain("selu", 10.0, 30)
    assert np.isfinite(chain.gradient).all() and chain.gradient[-1] > 1e50


# notes: 42, 92
def test_outputs_and_losses_come_in_pairs():
    """∂J/∂s = output − target for each pair; the sigmoid with squared error vanishes where it is most wrong."""
    gradients = output_gradients(-10.0)
    sigma = 1 / (1 + math.exp(10))
    assert gradients["sigmoid, cross-entropy"] == pytest.approx(sigma - 1, rel=1e-12)
    assert gradients["softmax, cross-entropy"] == pytest.approx(sigma - 1, rel=1e-12)
    assert gradients["identity, squared error"] == -11.0
    assert gradients["sigmoid, squared error"] == pytest.approx((sigma - 1) * 4.539580774e-05, rel=1e-8)


# notes: 86
def test_the_softmax_of_the_book_overflows():
    scores = np.full((1, 3), 1000.0)
    assert np.isnan(naive_softmax(scores)).all()
    np.testing.assert_allclose(softmax(scores), 1 / 3)
    np.testing.assert_allclose(naive_softmax(np.array([[0.0, 1.0]])), softmax(np.array([[0.0, 1.0]])))


# notes: 43-44, E46
def test_the_cost_of_exp_is_timed_beside_its_own_product(monkeypatch):
    """What is timed is exp of z and z = xW, of each width; how long they take is for the machine to say."""
    timed = []
    monkeypatch.setattr(activations_output, "_seconds", lambda work: timed.append(work()) or float(len(timed)))
    assert activation_cost("exp", (16, 64)) == [1 / 2, 3 / 4]
    for (f, z), width in zip(zip(timed[::2], timed[1::2]), (16, 64)):
        assert z.shape == (128, width) and z.dtype == np.float32
        np.testing.assert_array_equal(f, np.exp(z))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: activation_gate("sigmoidd"),
        lambda: activation_gate(x=math.inf),
        lambda: gradient_chain("maxout"),
        lambda: gradient_chain(depth=31),
        lambda: gradient_chain(scale=0.0),
    ],
)
def test_impossible_settings_are_told_in_one_sentence(wrong):
    with pytest.raises(ValueError, match=r"\.$"):
        wrong()
