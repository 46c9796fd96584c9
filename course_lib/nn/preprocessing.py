"""Putting the inputs in order before training, with statistics from the training split only.

    fitted = Standardize().fit(x_train)
    fitted.transform(x_train), fitted.transform(x_test)

The settings never change: `fit` returns a new object that holds what it learned as plain arrays.  Every
preparation of the course is affine, hence of one of two kinds: `Scaled`, number by number, or `Rotated`,
through a matrix.  Samples run along the first axis; float32 and float64 are kept, whole numbers (pixels)
become float64.  Variances and covariances divide by n, as everywhere in the course.

Source: CS231n notes, "Neural Networks Part 2"; Krizhevsky et al. 2012; Bell & Sejnowski 1997 (ZCA).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.annotations import Count, NotNegative
from course_lib.arguments import checked
from course_lib.inputs import finite, floats


@dataclass(frozen=True)
class Scaled:
    """z = (x − μ)/s,   x = s·z + μ."""

    mean: np.ndarray  #: (…) μ, of the shape of one sample, or (channels,)
    scale: np.ndarray  #: (…) s, the same shape, nowhere zero

    def transform(self, x: np.ndarray) -> np.ndarray:
        """z of the shape of x (m, …), with the samples first.

        Raises: ValueError if x has other features than the training data.
        """
        x, mean, scale = _alike(x, self.mean.shape, self.mean, self.scale)
        return (x - mean) / scale

    def inverse(self, z: np.ndarray) -> np.ndarray:
        """x of the shape of z (m, …).

        Raises: ValueError if z has other features than the training data.
        """
        z, mean, scale = _alike(z, self.mean.shape, self.mean, self.scale)
        return z * scale + mean


@dataclass(frozen=True)
class Rotated:
    """z = (x − μ)W,   x = zV + μ,   with W and V made of the eigenvectors U of the covariance."""

    mean: np.ndarray  #: (…) μ, of the shape of one sample; d numbers
    components: np.ndarray  #: (k, d) Uᵀ: one unit vector per row, by falling variance
    variances: np.ndarray  #: (k,) λ, variance of the training data along each component
    explained: np.ndarray  #: (k,) share of the total variance
    forward: np.ndarray  #: (d, k) W, for ZCA (d, d)
    backward: np.ndarray  #: (k, d) V, for ZCA (d, d)
    z_shape: tuple[int, ...]  # shape of one transformed sample: (k,), for ZCA that of x

    def transform(self, x: np.ndarray) -> np.ndarray:
        """z (m, k), for ZCA of the shape of x (m, …).

        Raises: ValueError if x has other features than the training data.
        """
        x, mean, forward = _alike(x, self.mean.shape, self.mean, self.forward)
        lead = x.shape[: x.ndim - mean.ndim]
        z = (x - mean).reshape(*lead, len(forward)) @ forward
        return z.reshape(*lead, *self.z_shape)

    def inverse(self, z: np.ndarray) -> np.ndarray:
        """x (m, …) from z (m, k), for ZCA (m, …).

        Raises: ValueError if z has other features than the training data.
        """
        z, mean, backward = _alike(z, self.z_shape, self.mean, self.backward)
        lead = z.shape[: z.ndim - len(self.z_shape)]
        return (z.reshape(*lead, len(backward)) @ backward).reshape(*lead, *mean.shape) + mean


class Preprocessor:
    """What all settings share: they must be fitted before they can transform."""

    def fit(self, x_train: np.ndarray) -> Scaled | Rotated:
        """What was learned from x_train (m, …)."""
        raise NotImplementedError

    def transform(self, x: np.ndarray):
        """Always a ValueError, for x (m, …): nothing has been learned yet.

        Raises: ValueError.
        """
        name = type(self).__name__
        raise ValueError(f"{name} has seen no data: write fitted = {name}().fit(x_train) first.")

    inverse = transform


@dataclass(frozen=True)
class Center(Preprocessor):
    """z = x − μ,   μ the mean of each feature."""

    def fit(self, x_train: np.ndarray) -> Scaled:
        mean = _training(x_train, samples=1).mean(axis=0)
        return Scaled(mean, np.ones_like(mean))


@dataclass(frozen=True)
class MeanImage(Center):
    """z = x − μ,   μ (h, w, c) the mean image:  AlexNet (Krizhevsky et al. 2012 sec. 2)."""


@dataclass(frozen=True)
class ChannelMean(Preprocessor):
    """z = x − μ,   μ (c,) one number per colour channel:  VGG (Simonyan & Zisserman 2015 sec. 2.1)."""

    def fit(self, x_train: np.ndarray) -> Scaled:
        mean = _pixels(x_train).mean(axis=0)
        return Scaled(mean, np.ones_like(mean))


@checked
@dataclass(frozen=True)
class Standardize(Preprocessor):
    """z = (x − μ)/√(σ² + ε),   per feature.  A feature constant but for rounding is only centred."""

    epsilon: NotNegative = 0.0

    def fit(self, x_train: np.ndarray) -> Scaled:
        return _standardized(_training(x_train, samples=2), self.epsilon, x_train)


@checked
@dataclass(frozen=True)
class ChannelStandardize(Preprocessor):
    """z = (x − μ)/√(σ² + ε),   μ and σ (c,) per colour channel:  usual with ResNet and since."""

    epsilon: NotNegative = 0.0

    def fit(self, x_train: np.ndarray) -> Scaled:
        return _standardized(_pixels(x_train), self.epsilon, x_train)


@checked
@dataclass(frozen=True)
class PCA(Preprocessor):
    """z = (x − μ)U,   U (d, components) the leading eigenvectors of the covariance:  decorrelated.

    All of them unless told otherwise.  Each eigenvector's largest entry is positive, which fixes its sign.
    """

    components: Count | None = None

    def fit(self, x_train: np.ndarray) -> Rotated:
        mu, U, variances, explained = _principal_axes(x_train, self.components)
        return Rotated(mu, U.T, variances, explained, forward=U, backward=U.T, z_shape=variances.shape)


@checked
@dataclass(frozen=True)
class Whiten(Preprocessor):
    """z = (x − μ)U Λ_ε^(−½),   Λ_ε = diag(λ + ε):  PCA, then every component brought to variance λ/(λ + ε).

    With ε = 0 the covariance is the identity; directions in which the training data does not vary give 0.
    """

    components: Count | None = None
    epsilon: NotNegative = 1e-5

    def fit(self, x_train: np.ndarray) -> Rotated:
        mu, U, variances, explained = _principal_axes(x_train, self.components)
        shrink, stretch = _whitening_factors(variances, self.epsilon)
        return Rotated(
            mu, U.T, variances, explained, forward=U * shrink, backward=stretch[:, None] * U.T, z_shape=variances.shape
        )


@checked
@dataclass(frozen=True)
class ZCA(Preprocessor):
    """z = (x − μ)U Λ_ε^(−½) Uᵀ:  whiten, then turn back, so that a sample still resembles itself.

    Of all whitenings the closest to the data (Kessy, Lewin & Strimmer 2018); for images Krizhevsky 2009.
    """

    epsilon: NotNegative = 1e-5

    def fit(self, x_train: np.ndarray) -> Rotated:
        mu, U, variances, explained = _principal_axes(x_train, None)
        shrink, stretch = _whitening_factors(variances, self.epsilon)
        return Rotated(
            mu, U.T, variances, explained, forward=(U * shrink) @ U.T, backward=(U * stretch) @ U.T, z_shape=mu.shape
        )


PREPROCESSORS: dict[str, type[Preprocessor]] = {
    "center": Center,
    "standardize": Standardize,
    "pca": PCA,
    "whiten": Whiten,
    "zca": ZCA,
    "mean_image": MeanImage,
    "channel_mean": ChannelMean,
    "channel_standardize": ChannelStandardize,
}


def _standardized(x: np.ndarray, epsilon: NotNegative, given: np.ndarray) -> Scaled:
    noise = _noise(x, given)
    size = np.abs(x).max(axis=0)
    # squares of what is very large or small do not fit into float64: such a column is measured in a unit of its own
    unit = np.where((size > 1e-100) & (size < 1e100) | (size == 0.0), 1.0, size)
    x = x / unit
    variance = x.var(axis=0)
    deviation = np.sqrt(variance) * unit
    spread = np.where(unit == 1.0, np.sqrt(variance + epsilon), np.hypot(deviation, np.sqrt(epsilon)))
    # a spread that is only rounding errors would be blown up to ±1
    return Scaled(x.mean(axis=0) * unit, np.where(deviation <= noise, 1.0, spread))


def _noise(x: np.ndarray, given: np.ndarray) -> np.ndarray:
    """The largest standard deviation, per column of x, of one and the same number with nothing but rounding errors.

    A value that a few operations made is off by up to 4 units in the last place of the precision it was given in. The
    mean of n of them, added one by one in float64, is off by up to n units of float64, and so is their deviation from
    it (Chan, Golub & LeVeque 1983).
    """
    dtype = np.asarray(given).dtype
    own = np.finfo(dtype).eps if dtype.kind == "f" else 0.0
    return (4 * own + len(x) * np.finfo(np.float64).eps) * np.abs(x).max(axis=0)


def _principal_axes(x_train: np.ndarray, components: int | None) -> tuple[np.ndarray, ...]:
    """μ, U (d, k), λ (k,) and λ/Σλ (k,), by falling λ, of the covariance C = (X − μ)ᵀ(X − μ)/n = UΛUᵀ."""
    x = _training(x_train, samples=2)
    if not 1e-150 < (largest := np.abs(x).max()) < 1e150 and largest:
        raise ValueError(f"Squares of numbers near {largest:.0e} do not fit into float64: use Standardize first.")
    mu = x.mean(axis=0)
    flat = np.where(x.std(axis=0) <= _noise(x, x_train), 0.0, x - mu).reshape(len(x), -1)
    k = flat.shape[1] if components is None else components
    if not 1 <= k <= flat.shape[1]:
        raise ValueError(f"components must lie between 1 and {flat.shape[1]} (the features), not be {k}.")
    variances, U = np.linalg.eigh(flat.T @ flat / len(flat))
    variances, U = np.maximum(variances[::-1], 0.0), U[:, ::-1]
    total = variances.sum()
    explained = variances / total if total > 0 else np.zeros_like(variances)
    return mu, _signed(U[:, :k]), variances[:k], explained[:k]


def _signed(U: np.ndarray) -> np.ndarray:
    """The first of the largest entries of each column positive; equal but for rounding counts as equal."""
    size = np.abs(U)
    first = np.argmax(size >= (1 - 1e-6) * size.max(axis=0), axis=0)
    return U * np.where(U[first, np.arange(U.shape[1])] < 0, -1.0, 1.0)


def _whitening_factors(variances: np.ndarray, epsilon: NotNegative) -> tuple[np.ndarray, np.ndarray]:
    """1/√(λ + ε) and √(λ + ε);  both 0 where ε = 0 and λ is only the rounding error of the largest λ."""
    root = np.sqrt(variances + epsilon)
    usable = (variances > 1e-12 * variances[0]) | (epsilon > 0)
    return np.divide(1.0, root, out=np.zeros_like(root), where=usable), np.where(usable, root, 0.0)


def _training(x: np.ndarray, samples: int) -> np.ndarray:
    x = _numbers(x).astype(np.float64)
    if x.ndim < 2 or x.size == 0:
        raise ValueError(
            f"Training data must be an array (samples, features) that is not empty, not one of shape {x.shape}."
        )
    if len(x) < samples:
        raise ValueError(f"At least {samples} training samples are needed to measure a spread, not {len(x)}.")
    return x


def _pixels(images: np.ndarray) -> np.ndarray:
    """(n·h·w, c): all pixels of all images below one another."""
    x = _training(images, samples=1)
    if x.ndim != 4:
        raise ValueError(f"Channels need images of shape (n, height, width, channels), not {x.shape}.")
    return x.reshape(-1, x.shape[-1])


def _alike(x: np.ndarray, shape: tuple[int, ...], *statistics: np.ndarray) -> list[np.ndarray]:
    """x, which must end in the shape of one sample, and the statistics in its precision: float32 stays float32."""
    x = _numbers(x)
    if x.shape[max(x.ndim - len(shape), 0) :] != shape:
        raise ValueError(
            f"The statistics are those of samples of shape {shape}; an array of shape {x.shape} does not end in it."
        )
    return [x, *(statistic.astype(x.dtype, copy=False) for statistic in statistics)]


def _numbers(x: np.ndarray) -> np.ndarray:
    return finite(floats(x, "The data"), "The data")
