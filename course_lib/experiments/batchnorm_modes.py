"""Batch normalisation in training and evaluation mode: the batch's own statistics, and running averages.

A small network learns the digits while one unit is watched; then the test images are classified in the right mode and
in three wrong ones, in batches of every size.

Source: Ioffe & Szegedy 2015 (arXiv 1502.03167), section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Gt, Le

from course_lib.annotations import Count, FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.network import MLP
from course_lib.nn.normalization import BatchNorm
from course_lib.nn.optimizers import SGD
from course_lib.nn.sequential import share_right

SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
STEPS, WIDTH, LR, WATCHED = 300, 32, 0.2, 3
MODES = {
    "eval": "running averages",
    "train": "the test batch’s own statistics",
    "train, sorted": "the test batch’s own statistics, images sorted by class",
    "never updated": "mean 0 and variance 1, as at the start",
}


@dataclass(frozen=True)
class BatchNormModes:
    """A 64-32-32-10 ReLU network with batch normalisation, and the statistics of one unit of its first layer.

    The statistics have one entry per training step. `truth` are those of the whole training set under the weights of
    that step. `accuracy[mode]` has one entry per size of test batch in `SIZES`, NaN where the layer refuses.
    """

    train_batch: int
    momentum: float
    mode: str
    test_batch: int
    steps: int
    batch_mean: np.ndarray  #: (steps,)
    running_mean: np.ndarray  #: (steps,)
    true_mean: np.ndarray  #: (steps,)
    batch_std: np.ndarray  #: (steps,)
    running_std: np.ndarray  #: (steps,)
    true_std: np.ndarray  #: (steps,)
    accuracy: dict[str, np.ndarray]
    refused: str  #: what the library says if it cannot train on such a batch, else empty

    @property
    def chosen(self) -> float:
        """Test accuracy in the chosen mode and batch size; NaN if the layer refuses."""
        return float(self.accuracy[self.mode][SIZES.index(self.test_batch)])


@checked
def batchnorm_modes(
    train_batch: Annotated[int, OneOf(SIZES)] = 32,
    momentum: Annotated[float, Gt(0), Le(1)] = 0.1,
    mode: Annotated[str, OneOf(MODES)] = "eval",
    test_batch: Annotated[int, OneOf(SIZES)] = 32,
    steps: Annotated[Count, Le(STEPS)] = 150,
    seed: FrozenSeed = 0,
) -> BatchNormModes:
    """Train for `steps` updates (SGD, rate 0.2) and test, as `MODES` say.

    running ← (1 − momentum) running + momentum · new   (PyTorch's convention). `mode` and `test_batch` only choose
    what to look at.
    """
    run = _trained(train_batch, seed)
    settings = train_batch, momentum, mode, test_batch, steps
    if run.refused:
        no = np.empty(0)
        nothing = {name: np.full(len(SIZES), np.nan) for name in MODES}
        return BatchNormModes(*settings, no, no, no, no, no, no, nothing, run.refused)
    mean, variance = running(run.means[:steps], 0, momentum), running(run.variances[:steps], 1, momentum)
    biased = run.variances[:steps, 0, WATCHED] * (train_batch - 1) / train_batch
    means = run.means[:steps, 0, WATCHED], mean[:, 0, WATCHED], run.true_mean[:steps]
    stds = np.sqrt(biased), np.sqrt(variance[:, 0, WATCHED]), run.true_std[:steps]
    accuracy = {"eval": _with_averages(run, steps, mean[-1], variance[-1]), **_wrong(train_batch, steps, seed)}
    return BatchNormModes(*settings, *means, *stds, accuracy, "")


@dataclass(frozen=True)
class _Run:
    """A whole training run of `STEPS` updates: everything that does not depend on the running averages."""

    net: MLP
    thetas: np.ndarray  #: (steps, P), after each update
    means: np.ndarray  #: (steps, 2, width), of each batch in each layer
    variances: np.ndarray  #: (steps, 2, width), unbiased
    true_mean: np.ndarray  #: (steps,), of the watched unit on the whole training set
    true_std: np.ndarray  #: (steps,)
    refused: str = ""


@lru_cache(maxsize=16)
def _trained(batch: int, seed: int) -> _Run:
    """With momentum 1 the running values are those of the last batch, which is a way to read them."""
    (x, y), rng, optimizer = load_digits().training, np.random.default_rng(seed), SGD(lr=LR)
    net = MLP([64, WIDTH, WIDTH, 10], norm=lambda n: BatchNorm(n, momentum=1.0), seed=seed)
    weights, thetas, means, variances = [], [], [], []
    for _ in range(STEPS):
        weights.append(net.weights()[0][:, WATCHED].astype(float))
        chosen = rng.permutation(len(x))[:batch]
        try:
            net.loss_and_grad(x[chosen], y[chosen])
        except ValueError as error:
            no = np.empty(0)
            return _Run(net, no, no, no, no, no, str(error))
        optimizer.step(net.theta, net.grad, None)
        thetas.append(net.theta.copy())
        means.append([layer.running_mean[0].copy() for layer in _norms(net)])
        variances.append([layer.running_var[0].copy() for layer in _norms(net)])
    w, covariance = np.array(weights), np.cov(x.T, bias=True)
    true_std = np.sqrt(np.einsum("ti,ij,tj->t", w, covariance, w))
    return _Run(net, np.array(thetas), np.array(means), np.array(variances), w @ x.mean(axis=0), true_std)


def running(values: np.ndarray, start: float, momentum: float) -> np.ndarray:
    """running ← (1 − momentum) running + momentum · new,   after each of the new values (steps, …).

    Returns: the shape of values (steps, …).
    """
    averages, now = [], np.full(values.shape[1:], float(start))
    for new in values:
        now = now + momentum * (new - now)
        averages.append(now)
    return np.array(averages)


def _norms(net: MLP) -> list[BatchNorm]:
    return [layer for layer in net.layers if isinstance(layer, BatchNorm)]


def _with_averages(run: _Run, steps: int, means: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Test accuracy with these constants in the layers; the same for every size of batch."""
    digits, net = load_digits(), run.net.copy()
    net.theta = run.thetas[steps - 1]
    for layer, mean, variance in zip(_norms(net), means, variances, strict=True):
        layer.running_mean[...], layer.running_var[...] = mean, variance
    return np.full(len(SIZES), net.accuracy(digits.x_test, digits.y_test))


@lru_cache(maxsize=64)
def _wrong(train_batch: int, steps: int, seed: int) -> dict[str, np.ndarray]:
    """Test accuracy in the wrong modes. Batches are whole: the last, incomplete one is left out."""
    run, digits = _trained(train_batch, seed), load_digits()
    x, y, net = digits.x_test, digits.y_test, run.net.copy()
    net.theta = run.thetas[steps - 1]
    by_class, shuffled = np.argsort(y, kind="stable"), np.random.default_rng(seed).permutation(len(y))
    return {
        "train": _with_own_statistics(net, x[shuffled], y[shuffled]),
        "train, sorted": _with_own_statistics(net, x[by_class], y[by_class]),
        "never updated": _with_averages(run, steps, np.zeros((2, WIDTH)), np.ones((2, WIDTH))),
    }


def _with_own_statistics(net: MLP, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    accuracy = [np.nan]  # one example has no statistics of its own
    with net.preserved_state():
        for size in SIZES[1:]:
            whole = len(x) - len(x) % size
            # an axis of batches in front: each is normalised by itself, all at once
            z = x[:whole].reshape(-1, size, x.shape[1])
            for layer in net.layers:
                z = layer.forward(z, train=True)
            accuracy.append(float(share_right(z.reshape(whole, -1), y[:whole])))
    return np.array(accuracy)


@checked
def company_noise(sizes: tuple[Natural, ...], draws: Natural = 2000, seed: FrozenSeed = 0) -> np.ndarray:
    """Std of x̂ of *one* training image, in one unit of a fresh He layer, over random batches of each size.

    The image and the weights stay the same, only its company in the batch changes.

    Returns: (sizes,).
    """
    rng, x = np.random.RandomState(seed), load_digits().x_train
    z = x @ rng.standard_normal(x.shape[1]) * np.sqrt(2 / x.shape[1])
    spreads = []
    for size in sizes:
        company = z[rng.randint(1, len(z), (draws, size - 1))]
        batches = np.hstack([np.full((draws, 1), z[0]), company])
        x_hat = (z[0] - batches.mean(axis=1)) / np.sqrt(batches.var(axis=1) + 1e-5)
        spreads.append(x_hat.std())
    return np.array(spreads)
