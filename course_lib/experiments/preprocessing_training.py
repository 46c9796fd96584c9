"""Does preprocessing help a network to learn the digits? And what does whitening do to noise in the pixels?

Source: LeCun et al. 1998, Efficient BackProp, section 4.3; CS231n notes, "Neural Networks Part 2".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.annotations import Natural
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.nn.preprocessing import ZCA, ChannelMean, MeanImage, Standardize, Whiten
from course_lib.nn.training import train

RATES = tuple(10.0**k for k in (-2, -1.5, -1, -0.5, 0, 0.5))
LEARNT = 0.9  # validation accuracy that counts as learnt
WAYS = {
    "raw": None,
    "mean image": MeanImage(),
    "standardised": Standardize(),
    "whitened, ε = 1e-5": Whiten(epsilon=1e-5),
    "whitened, ε = 0.01": Whiten(epsilon=1e-2),
    "ZCA, ε = 0.01": ZCA(epsilon=1e-2),
}


@dataclass(frozen=True)
class DigitsRace:
    """Validation accuracy of equal networks that differ in preprocessing (rows) and learning rate (columns)."""

    ways: tuple[str, ...]
    rates: np.ndarray  #: (r,)
    step: np.ndarray  #: (records,)
    accuracy: np.ndarray  #: (records, ways, r)

    def first_step(self, rate: float) -> list[int | str]:
        """For each way the first recorded step with 90 % right, at the learning rate nearest to `rate`."""
        reached = self.accuracy[:, :, np.abs(np.log(self.rates / rate)).argmin()] >= LEARNT
        return [int(self.step[column.argmax()]) if column.any() else "–" for column in reached.T]

    @property
    def largest_rate(self) -> list[float]:
        """For each way the largest rate with 90 % right at the end."""
        return [float(self.rates[final >= LEARNT].max()) for final in self.accuracy[-1]]

    @property
    def best(self) -> np.ndarray:
        """(ways,) the best accuracy at the end, over the rates that do not diverge."""
        return np.fmax.reduce(self.accuracy[-1], axis=1)


@checked
def digits_race(hidden: tuple[Natural, ...] = (), steps: Natural = 200, rates: tuple[float, ...] = RATES) -> DigitsRace:
    """Train 64-hidden-10 networks on the digits for every way of `WAYS` and every rate, all at once.

    Without hidden units softmax regression from W = 0, else tanh layers with Xavier's weights, the same draw for all.
    Plain SGD, mini-batches of 64 in the same order. Statistics come from the training split.
    """
    digits = load_digits()
    fitted = [way and way.fit(digits.x_train) for way in WAYS.values()]
    x, x_val = (
        np.repeat(np.stack([f.transform(part) if f else part for f in fitted]), len(rates), axis=0)
        for part in (digits.x_train, digits.x_val)
    )
    init, trials = "xavier" if hidden else "zeros", len(x)
    net = MLP((64, *hidden, 10), "tanh", init, trials=trials, seed=[0] * trials)
    optimizer, rng = SGD(lr=np.tile(rates, len(WAYS))[:, None]), np.random.RandomState(0)
    state, at, accuracy = optimizer.init(net.theta), [], []
    with np.errstate(all="ignore"):  # rates that are too large predict nothing
        for step in range(steps + 1):
            if step % 10 == 0:
                at.append(step)
                accuracy.append(net.accuracy(x_val, digits.y_val))
            batch = rng.permutation(x.shape[1])[:64]
            net.loss_and_grad(x[:, batch], digits.y_train[batch])
            optimizer.step(net.theta, net.grad, state)
    return DigitsRace(tuple(WAYS), np.array(rates), np.array(at), np.reshape(accuracy, (-1, len(WAYS), len(rates))))


@checked
def mean_image_against_channel_mean(seeds: Natural = 20) -> tuple[np.ndarray, np.ndarray]:
    """Validation accuracy (seeds,) of a 64-32-10 ReLU network after subtracting the mean image, and the channel mean.

    Both networks of a seed start from the same weights and see the same batches: 300 steps, lr 0.3.

    Returns: two arrays (seeds,).
    """
    digits = load_digits(flat=False)
    images, images_val = (part[..., None] for part in (digits.x_train, digits.x_val))
    scores = []
    for way in (MeanImage(), ChannelMean()):
        fitted = way.fit(images)
        x, x_val = (fitted.transform(part).reshape(len(part), 64) for part in (images, images_val))
        net = MLP((64, 32, 10), trials=seeds, seed=list(range(seeds)))
        train(net, x, digits.y_train, SGD(lr=0.3), steps=300, batch_size=64, rng=0, record_every=300)
        scores.append(net.accuracy(x_val, digits.y_val))
    return tuple(scores)


@dataclass(frozen=True)
class NoiseAmplification:
    """Pixel noise after whitening, and what it costs; one entry per ε, arrays (ε, …)."""

    epsilon: np.ndarray  #: (ε,)
    variances: np.ndarray  #: (64,) of the digits along each component, falling
    noise: np.ndarray  #: (ε, 64) std of the noise in each whitened component
    clean: np.ndarray  #: (ε,) validation accuracy of softmax regression
    noisy: np.ndarray  #: (ε,) the same with noise added to the validation images only


@checked
def noise_amplification(
    noise: float = 0.1, epsilons: tuple[float, ...] = (1e-6, 1e-4, 1e-2, 1.0), steps: Natural = 200, lr: float = 0.1
) -> NoiseAmplification:
    """Whiten the digits, train on them, then add N(0, noise²) to every pixel of the validation images.

    Whitening divides component i by √(λᵢ + ε), and the noise in it as well, which is equally large in all directions.
    """
    digits = load_digits()
    added = noise * np.random.RandomState(0).standard_normal(digits.x_val.shape)
    stds, clean, noisy = [], [], []
    for epsilon in epsilons:
        fitted = Whiten(epsilon=epsilon).fit(digits.x_train)
        x, x_val, x_noisy = map(fitted.transform, (digits.x_train, digits.x_val, digits.x_val + added))
        net = MLP((64, 10), init="zeros")
        train(net, x, digits.y_train, SGD(lr=lr), steps=steps, batch_size=64, rng=0, record_every=steps)
        stds.append((x_noisy - x_val).std(axis=0))
        clean.append(net.accuracy(x_val, digits.y_val))
        noisy.append(net.accuracy(x_noisy, digits.y_val))
    return NoiseAmplification(np.array(epsilons), fitted.variances, *map(np.array, (stds, clean, noisy)))
