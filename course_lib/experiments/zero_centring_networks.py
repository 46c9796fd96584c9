"""Zero-centring inside real networks: signs of the gradients on digits, and training with shifted sigmoids.

Source: CS231n notes, "Neural Networks Part 1"; LeCun et al. 1998, Efficient BackProp, section 4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np

from course_lib.annotations import FrozenSeed, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.activations import Activation, sigmoid, sigmoid_slope
from course_lib.nn.layers import Dense
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD, Adam
from course_lib.nn.training import train

UNITS = 10  # hidden units per layer, so that every unit of the second layer has 10 inputs
NETWORKS: dict[str, dict[str, Any]] = {
    "sigmoid": {"activation": "sigmoid"},
    "ReLU": {"activation": "relu"},
    "sigmoid, BN before it": {"activation": "sigmoid", "norm": "batch"},
    "sigmoid, BN after it": {"activation": "sigmoid", "norm": "batch", "norm_after": True},
    "tanh": {"activation": "tanh"},
}
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)
RECORDED = (50, 200, 1000)  # training steps after which the networks are recorded
GRADIENTS = 500  # random batches; each gives the gradients of 10 units


@dataclass(frozen=True)
class NetworkSigns:
    """Agreement of the weight gradients of each unit in the second hidden layer, zeros left out; a row per network."""

    names: tuple[str, ...]
    batch_size: int
    steps: int
    shares: np.ndarray  #: (networks, 8) agreement at each of `BATCHES`
    with_bias: np.ndarray  #: (networks, 8) the same with the gradient of the bias
    of_units: np.ndarray  #: (networks, 8) share of batches that push the biases of all 10 units one way
    ratio: np.ndarray  #: (networks,) |mean|/std of the layer's inputs, averaged over the inputs that vary
    accuracy: np.ndarray  #: (networks,) on the validation digits

    @property
    def share(self) -> np.ndarray:
        """Agreement at `batch_size`, (networks,)."""
        return self.at_batch_size("shares")

    def at_batch_size(self, kind: str) -> np.ndarray:
        """Column (networks,) of `shares`, `with_bias` or `of_units` at `batch_size`."""
        return getattr(self, kind)[:, BATCHES.index(self.batch_size)]


@checked
def network_signs(
    batch_size: Annotated[int, OneOf(BATCHES)] = 32, steps: Annotated[int, OneOf(RECORDED)] = 1000, seed: FrozenSeed = 0
) -> NetworkSigns:
    """Train 64-10-10-10 networks on the digits and take the gradients ∂L/∂W₂ of random mini-batches.

    Adam, learning rate 0.01, mini-batches of 32. While gradients are taken, batch normalisation uses its running
    statistics, so that the gradient of a batch is the mean of single-example gradients.
    """
    rows = [_records(name, seed)[steps] for name in NETWORKS]
    shares, ratio, accuracy = (np.array(column) for column in zip(*rows))
    each, with_bias, of_units = shares.transpose(1, 0, 2)
    return NetworkSigns(tuple(NETWORKS), batch_size, steps, each, with_bias, of_units, ratio, accuracy)


def inputs_and_deltas(net: MLP, x: np.ndarray, y: np.ndarray, layer: int) -> tuple[np.ndarray, np.ndarray]:
    """h (m, n_in) and δ (m, n_out) of dense layer number `layer`, such that ∂L_b/∂W = h_b δ_bᵀ for example b.

    Returns: h (m, n_in) and δ (m, n_out), for x (m, n) and y (m,).
    """
    inputs: list[np.ndarray] = []
    deltas: list[np.ndarray] = []
    for step in net.layers:
        if isinstance(step, Dense):
            inputs.append(x)
        x = step.forward(x, train=False)
    d: Any = net.loss_function(x, y)[1] * len(y)  # the loss is a mean over the batch
    for step in reversed(net.layers):
        if isinstance(step, Dense):
            deltas.insert(0, d)
        d = step.backward(d)
    return inputs[layer], deltas[layer]


def share_agreeing(gradients: np.ndarray) -> float:
    """Share of the columns of gradients (…, n_in, n_out) without two opposite signs; columns of zeros do not count."""
    some_positive, some_negative = np.any(gradients > 0, axis=-2), np.any(gradients < 0, axis=-2)
    counted = some_positive | some_negative
    return float(np.mean(~(some_positive & some_negative)[counted])) if counted.any() else 1.0


@lru_cache(maxsize=64)  # the chapter asks several times for four networks of each kind
def _records(name: str, seed: int) -> dict[int, tuple[np.ndarray, float, float]]:
    """steps -> ((3, 8) shares of weights, with the bias, of units; ratio; accuracy)"""
    digits, found = load_digits(), {}
    net = MLP([64, UNITS, UNITS, 10], init="glorot", seed=seed, **NETWORKS[name])

    def record(net: MLP, frame) -> None:
        if frame.step in RECORDED:
            h, delta = inputs_and_deltas(net, *digits.training, layer=1)
            found[frame.step] = _shares(h, delta, seed), _ratio(h), frame.val_accuracy

    options = {"steps": RECORDED[-1], "rng": seed, "record_every": 50, "callbacks": [record], **digits.validation}
    train(net, *digits.training, Adam(lr=0.01), **options)
    return found


def _shares(h: np.ndarray, delta: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.RandomState(seed)
    shares = []
    for size in BATCHES:
        chosen = rng.randint(0, len(h), (GRADIENTS, size))
        weights = h[chosen].transpose(0, 2, 1) @ delta[chosen]
        bias = delta[chosen].sum(axis=1, keepdims=True)
        both = np.concatenate([weights, bias], axis=1)
        shares.append([share_agreeing(weights), share_agreeing(both), share_agreeing(bias.mT)])
    return np.array(shares).T


def _ratio(h: np.ndarray) -> float:
    varies = h.std(axis=0) > 1e-6  # a dead unit sends the same 0 to everybody
    return float(np.mean(np.abs(h[:, varies].mean(axis=0)) / h[:, varies].std(axis=0)))


RATES = 0.02 * 10 ** (np.arange(9) / 3)  # beyond them training is chaotic
LEARNED = 0.9  # training accuracy


@dataclass(frozen=True)
class ShiftRace:
    """Steps until 90 % of the training digits are right, for each shift (rows) and learning rate (columns)."""

    shifts: tuple[float, ...]
    rates: np.ndarray  #: (9,)
    steps: np.ndarray  #: (shifts, 9), counted in twenties; NaN if not within 600

    @property
    def best(self) -> np.ndarray:
        """Fewest steps over the learning rates, (shifts,); NaN if none arrives."""
        return np.nanmin(np.where(np.isnan(self.steps), np.inf, self.steps), axis=1)


@checked
def shift_race(shifts: tuple[float, ...] = (0.0, 0.5, 1.0, 1.5), seed: FrozenSeed = 0) -> ShiftRace:
    """Train 64-32-32-10 networks whose units are σ(z) − ½ + shift, SGD, mini-batches of 32, on centred digits.

    The slope and the saturation of all are those of the sigmoid; only the mean of what they pass on differs. Shift 0.5
    is the sigmoid itself, shift 0 is ½ tanh(z/2). The biases can undo any shift, so that all can learn the same.
    """
    return ShiftRace(tuple(shifts), RATES, np.array([_shifted(float(shift), seed) for shift in shifts]))


@lru_cache(maxsize=16)
def _shifted(shift: float, seed: int) -> np.ndarray:
    digits = load_digits()
    x = digits.x_train - digits.x_train.mean(axis=0)
    unit = Activation("shifted sigmoid", lambda z: sigmoid(z) - 0.5 + shift, sigmoid_slope)
    net = MLP([64, 32, 32, 10], activation=unit, init="glorot", seed=[seed] * len(RATES), trials=len(RATES))
    history = train(net, x, digits.y_train, SGD(lr=RATES[:, None]), steps=600, batch_size=32, rng=seed, record_every=20)
    learned = history.accuracy >= LEARNED
    return np.where(learned.any(axis=0), history.step[learned.argmax(axis=0)], np.nan)
