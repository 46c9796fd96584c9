"""Activations against published numbers, their own slopes measured, and the laws each of them obeys."""

import math
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.nn import normal
from course_lib.nn.activations import (
    ACTIVATIONS,
    SELU_ALPHA,
    SELU_SCALE,
    Activation,
    activation,
    log_softmax,
    sigmoid,
    softmax,
)

NAMES = list(ACTIVATIONS)
numbers = st.floats(-50, 50)
# nodes and weights for E[f(z)], z ~ N(0, 1), on either side of a kink at 0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)


def gaussian_moment(f):
    halves = [(np.array(a) + 12.0 * (NODES + 1.0) / 2.0) for a in (-12.0, 0.0)]
    return sum(np.sum(6.0 * WEIGHTS * f(z) * normal.density(z)) for z in halves)


def test_each_is_registered_under_its_own_name():
    assert all(name == a.name for name, a in ACTIVATIONS.items())


# notes: 32, 37-40, E51
@pytest.mark.parametrize(
    "x, slope",
    [  # reference act-sigmoid-derivative: σ(1 − σ), CS231n notes, neural-networks-1
        (0, 0.25),
        (1, 0.1966119332),
        (2, 0.1049935854),
        (5, 0.006648056671),
        (10, 4.539580774e-05),
    ],
)
def test_sigmoid_slope(x, slope):
    df = ACTIVATIONS["sigmoid"].df
    assert df(float(x)) == pytest.approx(slope, rel=1e-9)
    assert df(-float(x)) == pytest.approx(slope, rel=1e-9)


# notes: 45, 48
@pytest.mark.parametrize(
    "x, slope",
    [  # reference act-tanh-derivative: 1/cosh²
        (0, 1.0),
        (1, 0.4199743416),
        (2, 0.07065082485),
        (5, 0.0001815832309),
        (10, 8.244614456e-09),
    ],
)
def test_tanh_slope(x, slope):
    df = ACTIVATIONS["tanh"].df
    assert df(float(x)) == pytest.approx(slope, rel=1e-9)
    assert df(-float(x)) == pytest.approx(slope, rel=1e-9)


# notes: 45
def test_tanh_is_a_stretched_sigmoid():
    x = np.linspace(-20, 20, 2001)  # reference act-tanh-sigmoid-identity, CS231n notes
    assert np.max(np.abs(np.tanh(x) - (2 * sigmoid(2 * x) - 1))) < 1e-14


# notes: 41, E44
@pytest.mark.parametrize(
    "n, bound",
    [  # reference act-sigmoid-chain-bound
        (1, 0.25),
        (2, 0.0625),
        (3, 0.015625),
        (4, 0.00390625),
        (5, 0.0009765625),
        (10, 9.536743164e-07),
    ],
)
def test_a_chain_of_sigmoid_slopes_is_at_most_a_quarter_to_the_n(n, bound):
    x = np.linspace(-6, 6, 1001)
    assert ACTIVATIONS["sigmoid"].df(x).max() ** n == pytest.approx(bound, rel=1e-9)


# notes: 34, E51
def test_sigmoid_far_out():  # reference act-sigmoid-stability
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sigmoid(np.array([-1000.0, 1000.0])).tolist() == [0.0, 1.0]


# notes: 58
def test_slope_at_the_kink_is_that_of_the_left_side():  # reference act-relu-convention: ReLU′(0) = 0
    left = {
        "relu": 0.0,
        "step": 0.0,
        "leaky_relu": 0.01,
        "prelu": 0.25,
        "rrelu": (1 / 8 + 1 / 3) / 2,
        "selu": SELU_SCALE * SELU_ALPHA,
    }
    for name, slope in left.items():
        assert ACTIVATIONS[name].df(np.zeros(1))[0] == pytest.approx(slope, rel=1e-15)
    for one in ACTIVATIONS.values():
        assert one.f(np.zeros(1)) == pytest.approx(one.f(np.full(1, -1e-12)), abs=1e-11)


# notes: 57, 138
def test_relu_of_gaussians():  # references act-relu-gaussian-moments and act-relu-he-moments, He et al. 2015
    relu = ACTIVATIONS["relu"].f
    mean, second = gaussian_moment(relu), gaussian_moment(lambda z: relu(z) ** 2)
    assert mean == pytest.approx(0.3989422804, abs=1e-9) and second == pytest.approx(0.5, abs=1e-12)
    assert math.sqrt(second - mean**2) == pytest.approx(0.5838193701, abs=1e-9)
    he = gaussian_moment(lambda z: relu(math.sqrt(2) * z))
    assert he == pytest.approx(0.5641895835, abs=1e-9)
    assert math.sqrt(1.0 - he**2) == pytest.approx(0.8256452712, abs=1e-9)


# notes: 69-70, 87, E34
def test_default_slopes():  # reference act-leaky-slope: Maas 2013, He 2015, PyTorch
    assert ACTIVATIONS["leaky_relu"].params == {"alpha": 0.01}
    assert ACTIVATIONS["prelu"].params == {"alpha": 0.25}
    assert ACTIVATIONS["rrelu"].params == {"lower": 0.125, "upper": pytest.approx(0.3333333333)}


# notes: 74, E34
def test_prelu_is_not_a_maximum_when_its_slope_exceeds_one():  # reference act-prelu-maxform, He 2015 sec. 2.1
    prelu = activation("prelu", alpha=2.0).f
    assert prelu(np.array([1.0, -1.0])).tolist() == [1.0, -2.0]
    assert np.maximum(2.0 * np.array([1.0, -1.0]), [1.0, -1.0]).tolist() == [2.0, -1.0]


# notes: 76, 78, E32
def test_elu():  # reference act-elu, Clevert et al. 2016 eq. 15
    elu = ACTIVATIONS["elu"]
    assert elu.f(-1e4) == -1.0 and elu.f(-1.0) == pytest.approx(-0.6321205588, abs=1e-9) and elu.df(-1e-300) == 1.0
    mean = gaussian_moment(elu.f)
    assert mean == pytest.approx(0.1605205723, abs=1e-9)
    assert math.sqrt(gaussian_moment(lambda z: elu.f(z) ** 2) - mean**2) == pytest.approx(0.7868790017, abs=1e-9)


# notes: 87
def test_selu():  # references act-selu-constants and act-selu-fixed-point, Klambauer et al. 2017
    assert SELU_SCALE == pytest.approx(1.050700987, abs=1e-9) and SELU_ALPHA == pytest.approx(1.673263242, abs=1e-9)
    selu = ACTIVATIONS["selu"]
    assert selu.f(-1e4) == pytest.approx(-1.758099341, abs=1e-9)
    assert gaussian_moment(selu.f) == pytest.approx(0.0, abs=1e-9)
    assert gaussian_moment(lambda z: selu.f(z) ** 2) == pytest.approx(1.0, abs=1e-9)


def test_lecun_tanh():  # reference act-lecun-tanh, LeCun et al. 1998 sec. 4.4
    a = ACTIVATIONS["lecun_tanh"]
    assert a.f(1.0) == pytest.approx(0.9999972559, abs=1e-6) and a.df(0.0) == pytest.approx(1.143933333, abs=1e-6)
    x = np.linspace(0.9, 1.1, 200001)
    second = np.gradient(a.df(x), x)
    assert x[np.argmax(np.abs(second))] == pytest.approx(0.987718, abs=1e-4)
    assert math.sqrt(gaussian_moment(lambda z: a.f(z) ** 2)) == pytest.approx(0.8662737883, abs=1e-6)


# notes: 85
def test_softplus():  # reference act-softplus-derivative
    a = ACTIVATIONS["softplus"]
    assert a.f(0.0) == pytest.approx(0.6931471806, abs=1e-10) and a.df(0.0) == pytest.approx(0.5, abs=1e-14)


# notes: 86
def test_softmax_far_out_and_its_jacobian():  # reference act-softmax, CS231n case study
    assert softmax(np.full(3, 1000.0)) == pytest.approx(np.full(3, 0.3333333333), abs=1e-9)
    p = np.array([0.2, 0.3, 0.5])
    jacobian = np.diag(p) - np.outer(p, p)
    assert -(jacobian[1] / p[1]) == pytest.approx([0.2, -0.7, 0.5], abs=1e-12)
    h = 1e-6
    measured = [(softmax(np.log(p) + h * e) - softmax(np.log(p) - h * e)) / (2 * h) for e in np.eye(3)]
    assert np.array(measured) == pytest.approx(jacobian, abs=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_finite_silent_and_of_the_same_dtype_up_to_ten_thousand(name, dtype):
    a = ACTIVATIONS[name]
    x = np.concatenate([-np.logspace(4, -8, 500), [0.0], np.logspace(-8, 4, 500)]).astype(dtype).reshape(7, 143)
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        y, slope = a.f(x), a.df(x)
        again = y if a.slope_of_output is None else a.slope_of_output(y)
    assert y.dtype == slope.dtype == again.dtype == dtype and y.shape == slope.shape == x.shape
    assert np.all(np.isfinite(y)) and np.all(np.isfinite(slope))
    tolerance = 1e-6 if dtype == np.float32 else 1e-12  # float32 knows the answer to about 1e-7
    np.testing.assert_allclose(y, a.f(x.astype(float)), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(slope, a.df(x.astype(float)), rtol=10 * tolerance, atol=10 * tolerance)


# notes: 32, 45, 50, 70, 76, 84-85, 87
@pytest.mark.parametrize("name", NAMES)
def test_slope_is_what_a_small_step_measures(name):
    a, h = ACTIVATIONS[name], 1e-5
    x = np.linspace(-6, 6, 300)[1:-1]  # none of them near a whole number, where kinks are
    measured = (a.f(x + h) - a.f(x - h)) / (2 * h)
    np.testing.assert_allclose(a.df(x), measured, rtol=1e-7, atol=1e-9)


# notes: 68, E46
@pytest.mark.parametrize("name", [n for n in NAMES if ACTIVATIONS[n].slope_of_output is not None])
def test_slope_from_the_output(name):
    a, x = ACTIVATIONS[name], np.linspace(-8, 8, 321)
    np.testing.assert_allclose(a.slope_of_output(a.f(x)), a.df(x), rtol=1e-9, atol=1e-15)


# notes: 34, 47, E51
@pytest.mark.parametrize("name", NAMES)
def test_bounds_hold_and_are_reached(name):
    a, x = ACTIVATIONS[name], np.concatenate([[-1e4], np.linspace(-20, 20, 40001), [1e4]])
    (low, high), y = a.bounds, a.f(x)
    assert np.all(y >= low - 1e-12) and np.all(y <= high + 1e-12)
    assert y.min() == pytest.approx(low, abs=1e-6) if math.isfinite(low) else y.min() < -1e1
    assert y.max() == pytest.approx(high, abs=1e-6) if math.isfinite(high) else y.max() > 1e3


@pytest.mark.parametrize("name", NAMES)
def test_plain_numbers_whole_numbers_and_the_input_itself(name):
    a, x = ACTIVATIONS[name], np.array([-2, 0, 3])
    for f in (a.f, a.df):
        values = f(x)
        assert values.dtype == np.float64 and x.tolist() == [-2, 0, 3]
        assert [float(f(v)) for v in (-2.0, 0, 3)] == values.tolist()


@given(numbers)
def test_mirror_laws(x):
    f = {name: a.f for name, a in ACTIVATIONS.items()}
    assert f["tanh"](-x) == -f["tanh"](x) and f["lecun_tanh"](-x) == -f["lecun_tanh"](x)
    assert f["sigmoid"](x) + f["sigmoid"](-x) == pytest.approx(1.0, abs=1e-15)
    for name in ("relu", "softplus", "silu", "gelu"):  # f(x) − f(−x) = x
        assert f[name](x) - f[name](-x) == pytest.approx(x, abs=1e-13)


@given(numbers, st.floats(0, 1e3))
def test_relu_and_its_leaky_forms_are_homogeneous(x, c):
    for name in ("relu", "leaky_relu", "prelu", "rrelu"):
        f = ACTIVATIONS[name].f
        assert f(c * x) == pytest.approx(c * f(x), rel=1e-12, abs=1e-300)


# notes: 86
@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=6), st.floats(-1e4, 1e4))
def test_softmax_does_not_see_a_shift(scores, shift):
    s = np.array(scores)
    p = softmax(s)
    assert p.sum() == pytest.approx(1.0, abs=1e-12) and np.all(p >= 0.0)
    np.testing.assert_allclose(softmax(s + shift), p, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(np.exp(log_softmax(s)), p, rtol=1e-9, atol=1e-300)


def test_softmax_along_any_axis_keeps_the_dtype():
    s = np.arange(24, dtype=np.float32).reshape(2, 3, 4) * 100
    for axis in range(3):
        assert softmax(s, axis).dtype == log_softmax(s, axis).dtype == np.float32
        np.testing.assert_allclose(softmax(s, axis).sum(axis), 1.0, rtol=1e-6)


def test_parameters_are_bound():
    leaky = activation("leaky_relu", alpha=np.float64(0.1))  # a NumPy scalar must not lift float32
    assert isinstance(leaky, Activation) and leaky.params == {"alpha": 0.1}
    assert leaky.f(np.float32([-2.0])).dtype == np.float32 and leaky.f(-2.0) == -0.2 and leaky.df(-2.0) == 0.1
    assert leaky.with_params(alpha=0.3).f(-1.0) == -0.3
    assert activation("leaky_relu") is ACTIVATIONS["leaky_relu"]
    assert activation("elu", alpha=2.0).bounds == (-2.0, math.inf)
    assert activation("leaky_relu", alpha=-0.5).bounds == activation("leaky_relu", alpha=0.0).bounds == (0.0, math.inf)
    assert activation("leaky_relu", alpha=0.5).bounds == (-math.inf, math.inf)
    assert activation("rrelu", lower=0.0).f(-6.0) == pytest.approx(-1.0)


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_can_be_sent_to_another_process(name):
    a = ACTIVATIONS[name]
    for candidate in (a, a.with_params(**a.params)):
        assert pickle.loads(pickle.dumps(candidate)).f(-1.5) == a.f(-1.5)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: activation("rellu"), "There is no activation 'rellu'; choose one of identity, step, sigmoid"),
        (lambda: activation("relu", alpha=0.1), "relu has no parameter 'alpha'; it takes none."),
        (lambda: activation("rrelu", low=0.1), "rrelu has no parameter 'low'; it takes lower, upper."),
        (lambda: activation("elu", alpha=math.nan), "alpha of elu must be a finite number, not nan."),
        (lambda: activation("elu", alpha="1"), "alpha of elu must be a finite number, not '1'."),
        (lambda: activation("elu", alpha=True), "alpha of elu must be a finite number, not True."),
        (lambda: activation("elu", alpha=10**400), "alpha of elu must be a finite number, not 1000"),
    ],
)
def test_wrong_names_and_parameters_get_one_sentence(call, words):
    with pytest.raises(ValueError, match="^" + words.replace(".", r"\.")):
        call()


def test_normal_distribution_against_the_standard_library():
    z = np.linspace(-6, 26, 1281)
    np.testing.assert_allclose(normal.erfc(z), [math.erfc(t) for t in z], rtol=2e-13)
    x = np.linspace(-8, 8, 161)
    np.testing.assert_allclose(normal.cumulative(x) + normal.cumulative(-x), 1.0, rtol=1e-15)
    measured = (normal.cumulative(x + 1e-5) - normal.cumulative(x - 1e-5)) / 2e-5
    np.testing.assert_allclose(normal.density(x), measured, rtol=1e-6, atol=1e-10)
