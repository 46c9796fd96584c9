"""Preprocessing: whitening laws, the optimality of ZCA, exact inverses, statistics from the training split only."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib.data.digits import load_digits
from course_lib.data.patches import load_patches
from course_lib.nn.preprocessing import (
    PCA,
    PREPROCESSORS,
    ZCA,
    Center,
    ChannelMean,
    ChannelStandardize,
    MeanImage,
    Standardize,
    Whiten,
)

CHANNELS = ("channel_mean", "channel_standardize")
VECTORS = [name for name in PREPROCESSORS if name not in CHANNELS]


def correlated(n: int = 400, d: int = 5, seed: int = 0) -> np.ndarray:
    """Gaussian data with a full covariance and a mean far from zero."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)) @ rng.standard_normal((d, d)) + 10 * rng.standard_normal(d)


def covariance(x: np.ndarray) -> np.ndarray:
    return np.cov(x, rowvar=False, ddof=0)


def condition_number(x: np.ndarray) -> float:
    """Of XᵀX/n, the Hessian of a linear least-squares fit."""
    eigenvalues = np.linalg.eigvalsh(x.T @ x / len(x))
    return eigenvalues[-1] / eigenvalues[0]


def images(n: int = 30) -> np.ndarray:
    return load_patches(n=n, size=6).images


# notes: 102
def test_standardised_columns_have_mean_0_and_standard_deviation_1():
    z = Standardize().fit(correlated()).transform(correlated())  # CS231n notes 2
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(z.std(axis=0), 1, atol=1e-12)


# notes: 113, E28
def test_statistics_come_from_the_training_data_alone():
    train, test = correlated()[:300], correlated()[300:]
    z = Standardize().fit(train).transform(test)
    np.testing.assert_allclose(z, (test - train.mean(axis=0)) / train.std(axis=0), rtol=1e-12)
    assert np.abs(z.mean(axis=0)).min() > 1e-6


# notes: 105
@pytest.mark.parametrize("preprocessor", [Whiten(epsilon=0.0), ZCA(epsilon=0.0)])
def test_whitened_data_has_the_identity_as_covariance(preprocessor):
    z = preprocessor.fit(correlated()).transform(correlated())
    np.testing.assert_allclose(covariance(z), np.eye(5), atol=1e-10)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-10)


# notes: 104
def test_pca_decorrelates_and_sorts_by_variance():
    x = correlated()
    fitted = PCA().fit(x)
    C = covariance(fitted.transform(x))
    np.testing.assert_allclose(C, np.diag(fitted.variances), atol=1e-10)
    assert (np.diff(fitted.variances) <= 0).all()
    assert fitted.explained.sum() == pytest.approx(1)
    assert fitted.variances.sum() == pytest.approx(x.var(axis=0).sum())
    np.testing.assert_allclose(fitted.components @ fitted.components.T, np.eye(5), atol=1e-12)


def test_principal_axes_agree_with_a_singular_value_decomposition_of_the_data():
    x = correlated()
    _, s, Vt = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    fitted = PCA().fit(x)
    np.testing.assert_allclose(fitted.variances, s**2 / len(x), rtol=1e-9)
    np.testing.assert_allclose(np.abs(fitted.components), np.abs(Vt), atol=1e-9)


def test_two_correlated_features_in_closed_form():
    """Covariance (1 ρ; ρ 1): λ = 1 ± ρ along (1, 1)/√2 and (1, −1)/√2, the first entry positive."""
    rho = 0.8
    square = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], dtype=float)  # covariance I, mean 0
    fitted = PCA().fit(square @ np.linalg.cholesky([[1, rho], [rho, 1]]).T)
    np.testing.assert_allclose(fitted.variances, [1 + rho, 1 - rho], atol=1e-12)
    np.testing.assert_allclose(fitted.components, np.array([[1, 1], [1, -1]]) / np.sqrt(2), atol=1e-12)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_what_pca_loses_is_the_variance_it_leaves_out(k):
    """Mean squared reconstruction error = Σ of the λ left out (Eckart-Young: no other k directions do better)."""
    x = correlated()
    fitted, everything = PCA(components=k).fit(x), PCA().fit(x)
    z = fitted.transform(x)
    assert z.shape == (400, k)
    error = ((x - fitted.inverse(z)) ** 2).sum(axis=1).mean()
    assert error == pytest.approx(everything.variances[k:].sum(), abs=1e-9)
    assert fitted.explained.sum() == pytest.approx(1 - error / x.var(axis=0).sum())


# notes: 106, E54
def test_the_zca_matrix_is_symmetric_and_its_inverse_is_the_root_of_the_covariance():
    x = correlated()
    fitted = ZCA(epsilon=0.0).fit(x)
    np.testing.assert_allclose(fitted.forward, fitted.forward.T, atol=1e-12)
    np.testing.assert_allclose(fitted.backward @ fitted.backward, covariance(x), atol=1e-9)


# notes: 106, E54
def test_no_whitening_stays_closer_to_the_data_than_zca():
    """Every whitening is ZCA followed by a rotation (Kessy, Lewin & Strimmer 2018): try 200, among them PCA's."""
    x = correlated() - correlated().mean(axis=0)
    z = ZCA(epsilon=0.0).fit(x).transform(x)
    rng = np.random.default_rng(0)
    rotations = [np.linalg.qr(rng.standard_normal((5, 5)))[0] for _ in range(200)]
    others = [z @ Q for Q in rotations] + [Whiten(epsilon=0.0).fit(x).transform(x)]
    assert np.linalg.norm(z - x) < min(np.linalg.norm(other - x) for other in others)


def test_zca_leaves_white_data_alone():
    white = Whiten(epsilon=0.0).fit(correlated()).transform(correlated())
    np.testing.assert_allclose(ZCA(epsilon=0.0).fit(white).transform(white), white, atol=1e-9)


# notes: 105
@pytest.mark.parametrize("epsilon", [1e-3, 1.0, 100.0])
def test_epsilon_holds_back_the_components_of_little_variance(epsilon):
    """Variance after whitening = λ/(λ + ε): near 1 where λ ≫ ε, near 0 where λ ≪ ε."""
    x = correlated()
    fitted = Whiten(epsilon=epsilon).fit(x)
    after = fitted.transform(x).var(axis=0)
    np.testing.assert_allclose(after, fitted.variances / (fitted.variances + epsilon), rtol=1e-9)
    standard = Standardize(epsilon=epsilon).fit(x).transform(x)
    np.testing.assert_allclose(standard.var(axis=0), x.var(axis=0) / (x.var(axis=0) + epsilon), rtol=1e-9)


# notes: 100, 108, E26
@pytest.mark.parametrize("shift", [0.0, 1.0, 3.0])
def test_a_mean_shift_alone_ruins_the_conditioning_and_centring_repairs_it(shift):
    """White data shifted by μ has the Hessian I + μμᵀ, of condition number 1 + ‖μ‖²."""
    x = Whiten(epsilon=0.0).fit(correlated()).transform(correlated()) + shift
    assert condition_number(x) == pytest.approx(1 + 5 * shift**2)
    assert condition_number(Center().fit(x).transform(x)) == pytest.approx(1)


# notes: 101, 103
def test_each_stage_repairs_what_it_is_for():
    """Offset, unequal scales, correlation: centring, standardising and whitening remove one each."""
    mild = correlated() @ np.linalg.inv(np.linalg.cholesky(covariance(correlated())).T)  # white, but for a mean
    x = mild @ (np.eye(5) + 0.2) * [1, 10, 100, 1, 10] + 1000
    stages = [x] + [p.fit(x).transform(x) for p in (Center(), Standardize(), Whiten(epsilon=0.0))]
    raw, centred, standardised, white = map(condition_number, stages)
    assert raw > 10 * centred > 1000 * standardised > 1000 * white
    assert white == pytest.approx(1)


def test_a_constant_feature_is_centred_and_nothing_else():
    x = np.c_[np.full(7, 0.1), np.arange(7.0), np.full(7, 1e6 + 0.3)]
    z = Standardize().fit(x).transform(x)
    np.testing.assert_allclose(z[:, [0, 2]], 0, atol=1e-9)
    assert z[:, 1].std() == pytest.approx(1)
    assert Standardize().fit(x).transform(x + 1)[0, 0] == pytest.approx(1)


ONE_NUMBER = [Standardize(), PCA(), Whiten(epsilon=0.0), ZCA(epsilon=0.0)]


@pytest.mark.parametrize("preprocessor", ONE_NUMBER, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@given(
    number=st.floats(1e-3, 1e3),
    off=st.lists(st.integers(-3, 3), min_size=2, max_size=300),
    sign=st.sampled_from([-1, 1]),
)
def test_one_number_with_rounding_errors_is_only_centred(preprocessor, dtype, number, off, sign):
    number = dtype(sign * number)
    x = (number + np.array(off) * np.spacing(np.abs(number)))[:, None].astype(dtype)
    for data in (x, np.c_[x, x]):
        z = preprocessor.fit(data).transform(data)
        assert np.abs(z).max() <= 16 * np.abs(np.spacing(number)).astype(float)


@given(number=st.floats(1e-3, 1e3), spread=st.floats(1e-9, 1e3), n=st.integers(3, 300))
def test_a_real_spread_becomes_1_however_small(number, spread, n):
    x = number * (1 + spread * np.linspace(-1, 1, n))[:, None]
    assert Standardize().fit(x).transform(x).std() == pytest.approx(1, rel=1e-3)
    images = x[..., None, None]
    assert ChannelStandardize().fit(images).transform(images).std() == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("unit", [1e200, 1e-200, 1e300, -1e-300])
def test_a_feature_may_be_in_any_unit(unit):
    plain = correlated()
    large = plain * np.where(np.arange(plain.shape[1]) == 2, unit, 1.0)
    fitted = Standardize().fit(large)
    z = np.sign(unit) ** (np.arange(plain.shape[1]) == 2) * Standardize().fit(plain).transform(plain)
    np.testing.assert_allclose(fitted.transform(large), z, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(fitted.inverse(z), large, rtol=1e-9)
    with_epsilon = Standardize(0.01).fit(large).scale[2]
    assert with_epsilon == pytest.approx(0.1 if abs(unit) < 1 else fitted.scale[2])
    for name in ("pca", "whiten", "zca"):
        with pytest.raises(ValueError, match="use Standardize first"):
            PREPROCESSORS[name]().fit(plain * unit)


def test_a_tenth_and_two_tenths_are_three_tenths():
    x = np.array([[0.3], [0.1 + 0.2]] * 5)
    images = x.reshape(-1, 1, 1, 1)
    np.testing.assert_allclose(Standardize().fit(x).transform(x), 0.0, atol=1e-15)
    np.testing.assert_allclose(ChannelStandardize().fit(images).transform(images), 0.0, atol=1e-15)


@pytest.mark.parametrize("preprocessor", [Whiten(epsilon=0.0), ZCA(epsilon=0.0)])
def test_directions_without_variance_give_zero_instead_of_noise(preprocessor):
    x = correlated(d=3) @ np.array([[1.0, 0, 1, 2], [0, 1, 1, 0], [0, 0, 0, 0]])  # rank 2 in 4 dimensions
    z = preprocessor.fit(x).transform(x)
    eigenvalues = np.linalg.eigvalsh(covariance(z))
    np.testing.assert_allclose(eigenvalues, [0, 0, 1, 1], atol=1e-9)
    np.testing.assert_allclose(preprocessor.fit(x).inverse(z), x, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", VECTORS)
def test_inverse_undoes_transform_and_the_dtype_stays(name, dtype):
    x = correlated().astype(dtype)
    fitted = PREPROCESSORS[name]().fit(x)
    z = fitted.transform(x)
    back = fitted.inverse(z)
    assert z.dtype == back.dtype == dtype
    np.testing.assert_allclose(back, x, atol=1e-3 if dtype == np.float32 else 1e-9)


@pytest.mark.parametrize("name", PREPROCESSORS)
def test_images_go_in_and_come_back(name):
    fitted = PREPROCESSORS[name]().fit(images())
    z = fitted.transform(images())
    assert z.dtype == np.float64
    assert z.shape == ((30, 108) if name in ("pca", "whiten") else (30, 6, 6, 3))
    back = fitted.inverse(z)
    assert back.shape == (30, 6, 6, 3)
    np.testing.assert_allclose(back, images(), atol=1e-6)
    np.testing.assert_allclose(fitted.transform(images()[4]), z[4], atol=1e-9)  # a single image


@pytest.mark.parametrize("name", PREPROCESSORS)
def test_one_image_has_a_mean_and_its_pixels_a_spread(name):
    few = 1 if name in ("center", "mean_image", *CHANNELS) else 2
    assert abs(PREPROCESSORS[name]().fit(images(few)).transform(images(few)).mean()) < 1e-9
    with pytest.raises(ValueError, match="empty" if few == 1 else "At least 2 training samples are needed .* not 1"):
        PREPROCESSORS[name]().fit(images(2)[: few - 1])


def test_images_and_their_flattened_rows_get_the_same_treatment():
    flat = images().reshape(30, -1)
    np.testing.assert_allclose(
        ZCA().fit(images()).transform(images()).reshape(30, -1), ZCA().fit(flat).transform(flat), atol=1e-9
    )


# notes: 109, E31
def test_mean_image_channel_mean_and_channel_spread():
    x = images().astype(float)
    assert MeanImage().fit(images()).mean.shape == (6, 6, 3)
    np.testing.assert_allclose(MeanImage().fit(images()).transform(images()).mean(axis=0), 0, atol=1e-10)
    fitted = ChannelMean().fit(images())
    np.testing.assert_allclose(fitted.mean, [x[..., c].mean() for c in range(3)], rtol=1e-12)
    fitted = ChannelStandardize().fit(images())
    np.testing.assert_allclose(fitted.scale, [x[..., c].std() for c in range(3)], rtol=1e-12)
    larger = load_patches(n=5, size=9).images
    assert fitted.transform(larger).shape == larger.shape  # channel statistics fit images of any size


def test_whitened_digits_and_patches_are_finite_and_white_where_they_vary():
    digits = load_digits().x_train
    z = Whiten(epsilon=0.0).fit(digits).transform(digits)
    variances = np.sort(z.var(axis=0))
    np.testing.assert_allclose(variances[variances > 0.5], 1, atol=1e-8)
    assert (variances > 0.5).sum() == np.linalg.matrix_rank(digits - digits.mean(axis=0)) < 64
    assert variances[0] < 1e-9  # pixels that are blank in every digit


def test_components_come_out_the_same_whatever_the_order_or_sign_of_the_data():
    x = correlated()
    first = PCA().fit(x).components
    np.testing.assert_allclose(PCA().fit(x[::-1]).components, first, atol=1e-9)
    np.testing.assert_allclose(PCA().fit(-x).components, first, atol=1e-9)
    largest = np.abs(first).argmax(axis=1)
    assert (first[np.arange(5), largest] > 0).all()


def test_fitting_changes_neither_the_settings_nor_the_data():
    x = correlated()
    x.setflags(write=False)
    settings_before = Whiten(components=2)
    settings_before.fit(x)
    assert settings_before == Whiten(components=2)


reals = st.floats(-1e4, 1e4).map(lambda number: round(number, 3))
tables = st.tuples(st.integers(2, 12), st.integers(1, 5)).flatmap(lambda shape: arrays(float, shape, elements=reals))


@given(tables)
@settings(max_examples=80, deadline=None)
def test_standardising_forgets_units(x):
    """ax + b with a > 0 standardises to the same numbers: kilometres or metres, Celsius or Fahrenheit."""
    z = Standardize().fit(x).transform(x)
    assert np.isfinite(z).all()
    other = 8.0 * x + 4.0
    np.testing.assert_allclose(Standardize().fit(other).transform(other), z, atol=1e-4)


@given(tables, st.sampled_from(VECTORS))
@settings(max_examples=120, deadline=None)
def test_whatever_the_data_inverse_undoes_transform(x, name):
    fitted = PREPROCESSORS[name]().fit(x)
    z = fitted.transform(x)
    assert np.isfinite(z).all()
    np.testing.assert_allclose(fitted.inverse(z), x, atol=1e-5 * (1 + np.abs(x).max()))


@given(tables)
@settings(max_examples=80, deadline=None)
def test_whitening_never_leaves_a_variance_above_one(x):
    z = Whiten(epsilon=1e-3).fit(x).transform(x)
    assert z.var(axis=0).max() < 1 + 1e-2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Standardize().fit(np.zeros((0, 3))), r"not empty, not one of shape \(0, 3\)"),
        (lambda: Center().fit(np.zeros(3)), r"\(samples, features\)"),
        (lambda: Standardize().fit(np.zeros((1, 3))), "At least 2 training samples .* not 1"),
        (lambda: PCA().fit(np.zeros((1, 3))), "At least 2 training samples"),
        (lambda: Center().fit(np.array([[1.0, np.nan]])), "must consist of finite numbers"),
        (lambda: Center().fit(np.zeros((2, 2))).transform(np.array([[1.0, np.inf]])), "must consist of finite numbers"),
        (lambda: Center().fit(np.zeros((2, 3))).transform(np.zeros((2, 4))), r"samples of shape \(3,\).*\(2, 4\)"),
        (lambda: ZCA().fit(images()).transform(np.zeros((2, 108))), r"samples of shape \(6, 6, 3\)"),
        (lambda: PCA(components=2).fit(correlated()).inverse(np.zeros((4, 5))), r"samples of shape \(2,\)"),
        (lambda: PCA(components=6).fit(correlated()), r"between 1 and 5 \(the features\), not be 6"),
        (
            lambda: Whiten(components=0).fit(correlated()),
            "components of Whiten must be a whole number, 1 or more, or None, not 0",
        ),
        (lambda: ZCA(epsilon=-1.0).fit(correlated()), "epsilon of ZCA must be a number, 0 or more, not -1.0"),
        (lambda: Standardize(epsilon=np.nan).fit(correlated()), "epsilon"),
        (lambda: ChannelMean().fit(np.zeros((5, 8, 8))), r"\(n, height, width, channels\), not \(5, 8, 8\)"),
        (lambda: ZCA().transform(correlated()), r"ZCA has seen no data: write fitted = ZCA\(\).fit\(x_train\)"),
        (lambda: Center().inverse(correlated()), "Center has seen no data"),
    ],
)
def test_wrong_input_is_answered_with_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
