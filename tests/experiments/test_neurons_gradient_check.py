"""The V of finite differences: its slopes are those of theory, and it finds every mistake put in."""

import numpy as np
import pytest

from course_lib.experiments.neurons_gradient_check import BUGS, H, gradient_check_sweep
from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.gradient_check import numerical_gradient, relative_error

SMOOTH = ("tanh", "sigmoid", "softplus", "gelu")


def slope(errors, low, high):
    """d log error / d log h between the steps `low` and `high`."""
    chosen = (H >= low * 0.99) & (H <= high * 1.01)
    return np.polyfit(np.log(H[chosen]), np.log(errors[chosen]), 1)[0]


# notes: 8
@pytest.mark.parametrize("activation", SMOOTH)
def test_truncation_falls_with_h_squared_or_h_and_rounding_rises(activation):
    sweep = gradient_check_sweep(activation=activation)
    assert slope(sweep.central, 1e-4, 1e-2) == pytest.approx(2, abs=0.15)
    assert slope(sweep.forward, 1e-6, 1e-4) == pytest.approx(1, abs=0.25)
    assert slope(sweep.central, 1e-12, 1e-7) == pytest.approx(-1, abs=0.25)


# notes: 8
def test_the_v_has_its_minimum_near_1e_5():
    for activation in (*SMOOTH, "relu", "leaky_relu"):
        sweep = gradient_check_sweep(activation=activation)
        assert 1e-6 <= H[sweep.best] <= 1e-4, activation  # 3e-6 to 3e-5 from one rounding to another
        assert sweep.central[sweep.best] < 1e-7  # 6e-9 to 3e-8


# notes: 8
def test_relu_has_kinks_where_tanh_has_none():
    relu, tanh = gradient_check_sweep(activation="relu"), gradient_check_sweep(activation="tanh")
    large = (H > 2e-3) & (H < 2e-2)
    assert (relu.central[large] > 0.1).all() and (tanh.central[large] < relu.central[large]).all()
    assert (np.diff(relu.crossings) >= 0).all()
    assert relu.crossings[0] == 0 and relu.crossings[-1] > 0.2


def test_single_precision_cannot_pass():
    assert gradient_check_sweep(precision="float32").central.min() > 1e-4


# notes: 8
@pytest.mark.parametrize("bug", BUGS[1:])
def test_every_mistake_is_found_at_every_sensible_step(bug):
    sweep = gradient_check_sweep(bug=bug)
    assert sweep.verdict == "wrong"
    assert (sweep.central[(H >= 1e-8) & (H <= 1e-2)] > 1e-2).all()
    assert gradient_check_sweep(bug="none").verdict == "right"


def test_the_close_up_is_a_straight_line_where_the_check_passes():
    sweep = gradient_check_sweep(1e-5)
    np.testing.assert_allclose(sweep.rise, sweep.analytic * sweep.zoom, atol=0.05 * abs(2 * sweep.analytic))
    assert sweep.numeric == pytest.approx(sweep.analytic, rel=1e-4)


@pytest.mark.parametrize(
    "h, forward, central",
    [(1e-2, 0.00231, 2.99e-06), (1e-4, 2.31e-05, 3e-10), (1e-5, 2.31e-06, 9e-12), (1e-10, 1.6e-06, 1.6e-06)],
)
def test_one_sigmoid_at_1(h, forward, central):
    """Relative errors computed independently of this library; orders of magnitude where rounding decides."""
    f, one = ACTIVATIONS["sigmoid"].f, np.array([1.0])
    exact = ACTIVATIONS["sigmoid"].df(one)[0]
    measured = numerical_gradient(lambda x: f(x)[0], one.copy(), h)[0]
    assert abs(np.log10(float(relative_error(exact, measured)) / central)) < 1
    one_sided = (f(one + h)[0] - f(one)[0]) / h
    assert abs(np.log10(float(relative_error(exact, one_sided)) / forward)) < 1


@pytest.mark.parametrize("wrong", [{"h": 1.0}, {"h": 0.0}, {"bug": "?"}, {"precision": "int"}, {"activation": "?"}])
def test_impossible_settings_say_so(wrong):
    with pytest.raises(ValueError, match=str(next(iter(wrong)) if "activation" not in wrong else "activation")):
        gradient_check_sweep(**wrong)
