"""The two lives of batch normalisation: the batch's own statistics in training, running averages afterwards.

A small network learns the digits while one unit is watched; then the test images are classified in the right mode and
in three wrong ones, in batches of every size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_lib.data.digits import load_digits
from course_lib.nn.network import MLP
from course_lib.nn.normalization import BatchNorm
from course_lib.nn.optimizers import SGD

SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
STEPS, WIDTH, LR, WATCHED = 300, 32, 0.2, 3
MODES = {
    "eval": "running averages",
    "train": "the test batch’s own statistics",
    "train, sorted": "the same, test images sorted by class",
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
    batch_mean: np.ndarray
    running_mean: np.ndarray
    true_mean: np.ndarray
    batch_std: np.ndarray
    running_std: np.ndarray
    true_std: np.ndarray
    accuracy: dict[str, np.ndarray]
    refused: str  # what the library says if it cannot train on such a batch, else empty

    @property
    def chosen(self) -> float:
        """Test accuracy in the chosen mode and batch size; NaN if the layer refuses."""
        return float(self.accuracy[self.mode][SIZES.index(self.test_batch)])


def batchnorm_modes(
    train_batch: int = 32,
    momentum: float = 0.1,
    mode: str = "eval",
    test_batch: int = 32,
    steps: int = 150,
    seed: int = 0,
) -> BatchNormModes:
    """Train for `steps` updates (SGD, rate 0.2) and test, as `MODES` say.

    running ← (1 − momentum) running + momentum · new   (PyTorch's convention). `mode` and `test_batch` only choose
    what to look at.
    """
    if train_batch not in SIZES or test_batch not in SIZES:
        raise ValueError(f"Batch sizes must be one of {SIZES}; they are {train_batch!r} and {test_batch!r}.")
    if mode not in MODES:
        raise ValueError(f"There is no mode {mode!r}; choose one of {', '.join(MODES)}.")
    if not (1 <= steps <= STEPS and 0 < momentum <= 1):
        raise ValueError(f"steps must be 1 to {STEPS} and momentum above 0 and at most 1.")
    watched, accuracy, refused = _run(train_batch, float(momentum), int(steps), seed)
    return BatchNormModes(train_batch, momentum, mode, test_batch, steps, *watched, accuracy, refused)


@lru_cache(maxsize=64)
def _run(train_batch: int, momentum: float, steps: int, seed: int):
    digits = load_digits()
    net = MLP(
        [64, WIDTH, WIDTH, 10], norm=lambda n: BatchNorm(n, momentum=momentum), seed=seed, dtype=np.float32
    )
    x, y = digits.x_train.astype(np.float32), digits.y_train
    try:
        watched, refused = _train(net, x, y, train_batch, steps, seed), ""
    except ValueError as error:
        watched, refused = np.empty((6, 0)), str(error)
    return watched, _accuracies(net, digits, refused, seed), refused


def _train(net: MLP, x: np.ndarray, y: np.ndarray, batch: int, steps: int, seed: int) -> np.ndarray:
    """Train, and watch one unit: (6, steps) batch, running and true mean, then the same three of the std."""
    rng, optimizer, norm = np.random.default_rng(seed), SGD(lr=LR), net.layers[1]
    centre, covariance = x.mean(axis=0), np.cov(x.T, bias=True)
    statistics, weights = [], []
    for _ in range(steps):
        chosen = rng.permutation(len(x))[:batch]
        z = x[chosen] @ net.weights()[0]
        weights.append(net.weights()[0].copy())
        net.loss_and_grad(x[chosen], y[chosen])
        statistics.append(np.stack([z.mean(axis=0), norm.running_mean[0], z.var(axis=0), norm.running_var[0]]))
        optimizer.step(net.theta, net.grad, None)
    w = np.array(weights)[:, :, WATCHED]
    batch_mean, running_mean, batch_var, running_var = np.array(statistics)[:, :, WATCHED].T
    true_var = np.einsum("ti,ij,tj->t", w, covariance, w)
    variances = np.maximum([batch_var, running_var, true_var], 0)
    return np.array([batch_mean, running_mean, w @ centre, *np.sqrt(variances)])


def _accuracies(net: MLP, digits, refused: str, seed: int) -> dict[str, np.ndarray]:
    """Test accuracy per mode and batch size. Batches are whole: the last, incomplete one is left out."""
    if refused:
        return {mode: np.full(len(SIZES), np.nan) for mode in MODES}
    x, y = digits.x_test.astype(np.float32), digits.y_test
    by_class = np.argsort(y, kind="stable")
    shuffled = np.random.default_rng(seed).permutation(len(y))
    never = net.copy()
    for layer in never.layers:
        if isinstance(layer, BatchNorm):
            layer.running_mean[...], layer.running_var[...] = 0, 1
    return {
        "eval": np.full(len(SIZES), net.accuracy(x, y)),
        "train": _with_own_statistics(net, x[shuffled], y[shuffled]),
        "train, sorted": _with_own_statistics(net, x[by_class], y[by_class]),
        "never updated": np.full(len(SIZES), never.accuracy(x, y)),
    }


def _with_own_statistics(net: MLP, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    accuracy = [np.nan]  # one example has no statistics of its own
    with net.without_traces():
        for size in SIZES[1:]:
            whole = len(x) - len(x) % size
            # an axis of batches in front: each is normalised by itself, all at once
            z = x[:whole].reshape(-1, size, x.shape[1])
            for layer in net.layers:
                z = layer.forward(z, train=True)
            accuracy.append(np.mean(z.argmax(axis=-1).ravel() == y[:whole]))
    return np.array(accuracy)


def company_noise(sizes: tuple[int, ...] = (2, 8, 32, 128), draws: int = 2000, seed: int = 0) -> np.ndarray:
    """Std of x̂ of *one* training image, in one unit of a fresh He layer, over random batches of each size.

    The image and the weights stay the same, only its company in the batch changes.
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
