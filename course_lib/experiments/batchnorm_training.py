"""With and without batch normalisation: a map of training accuracy over initial scale and learning rate.

Saito's figure 6-18 shows 16 scales at one learning rate. Here both axes move, and all networks of the map, 63 with
and 63 without batch normalisation, are trained side by side on the digits.

Source: Saito, Deep Learning from Scratch, section 6.3.2 and figure 6-18.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Le

from course_lib.annotations import FrozenSeed, Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD

SCALES = (1.0, 0.54, 0.29, 0.16, 0.086, 0.046, 0.025, 0.0136, 0.0001)  # nine of the book's sixteen
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
WIDTH, BATCH, EVAL_SIZE, EVERY, STEPS, DRAFT = 24, 32, 128, 10, 150, 10
PLACES = ("before", "after")

# MNIST, 1000 training images, 5 hidden layers of 100 ReLU units, SGD with learning rate 0.01, 20 epochs: std of the
# weights -> training accuracy without and with batch normalisation. One run, as published: stored output of
# notebooks/ch06.ipynb in Saito's repository deep-learning-from-scratch (MIT licence).
BOOK_PANELS = {
    1.0: (0.097, 0.419),
    0.5412: (0.097, 0.498),
    0.2929: (0.979, 0.630),
    0.1585: (0.823, 0.763),
    0.0858: (0.235, 0.890),
    0.0464: (0.116, 0.950),
    0.0251: (0.116, 0.990),
    0.0136: (0.116, 1.000),
    0.0001: (0.116, 0.523),
}


@dataclass(frozen=True)
class BatchNormTraining:
    """Two maps (scales, rates) of training accuracy after `steps` updates, and the curves of one cell of them.

    NaN stands for a network whose loss was no longer finite. The curves have one entry per entry of `step`.
    """

    activation: str
    depth: int
    place: str
    scale: float
    lr: float
    step: np.ndarray  #: (records,)
    plain: np.ndarray  #: (scales, rates)
    norm: np.ndarray  #: (scales, rates)
    plain_curve: np.ndarray  #: (records,)
    norm_curve: np.ndarray  #: (records,)

    @property
    def cell(self) -> tuple[int, int]:
        """Row and column of the chosen cell."""
        return SCALES.index(self.scale), RATES.index(self.lr)

    @property
    def ahead(self) -> tuple[int, int]:
        """In how many cells the network with, and the one without, is ahead by more than 5 points."""
        gap = np.nan_to_num(self.norm) - np.nan_to_num(self.plain)
        return int(np.sum(gap > 0.05)), int(np.sum(gap < -0.05))


@checked
def batchnorm_training(
    scale: Annotated[float, OneOf(SCALES)] = 0.29,
    lr: Annotated[float, OneOf(RATES)] = 0.03,
    activation: str = "relu",
    depth: Natural = 4,
    place: Annotated[str, OneOf(PLACES)] = "before",
    steps: Annotated[Natural, Le(STEPS)] = STEPS,
    seed: FrozenSeed = 0,
    draft: bool = False,
) -> BatchNormTraining:
    """Train 64-24-…-24-10 networks with every scale of `SCALES` and every rate of `RATES`, with and without.

    W ~ N(0, scale²) from one draw, mini-batches of 32, plain SGD, float32. `scale` and `lr` only choose the cell whose
    curves are returned. Accuracy is that of 128 training images, normalised by their own statistics. A draft trains
    no more than 10 steps, unless more are known already.
    """
    maps = _started(activation, depth, place, seed).until(steps, draft)
    cell = SCALES.index(scale), RATES.index(lr)
    plain_curve, norm_curve = maps[(slice(None), slice(None), *cell)].T
    plain, norm = maps[-1]
    return BatchNormTraining(
        activation, depth, place, scale, lr, EVERY * np.arange(len(maps)), plain, norm, plain_curve, norm_curve
    )


@checked
@lru_cache(maxsize=4)
def scales_at(lr: Annotated[float, OneOf(RATES)], seeds: Natural = 5) -> np.ndarray:
    """Accuracies (2, scales) without and with batch normalisation at one rate of `RATES`: means over `seeds` starts.

    The networks and the images of `batchnorm_training`, in float64: a map in float32 differs from processor to
    processor by an image or two.

    Returns: (2, scales).
    """
    maps = [_Maps("relu", 4, "before", seed, (lr,), np.float64).until(STEPS, draft=False) for seed in range(seeds)]
    return np.mean([frames[-1, :, :, 0] for frames in maps], axis=0)


class _Maps:
    """All networks of both maps, trained as far as anybody has asked so far."""

    def __init__(
        self,
        activation: str,
        depth: int,
        place: str,
        seed: int,
        lrs: tuple[float, ...] = RATES,
        dtype: type = np.float32,
    ) -> None:
        scales, rates = np.meshgrid(SCALES, lrs, indexing="ij")
        self.shape, self.optimizer = scales.shape, SGD(lr=rates.ravel()[:, None].astype(dtype))
        norms: dict[str, Any] = {"norm": "batch", "norm_after": place == "after"}
        self.nets = [
            MLP([64, *[WIDTH] * depth, 10], activation, "zeros", trials=scales.size, dtype=dtype, **options)
            for options in ({}, norms)
        ]
        for net in self.nets:
            rng = np.random.default_rng(seed)
            for w in net.weights():
                w[...] = scales.ravel()[:, None, None] * rng.standard_normal(w.shape[-2:])
        self.rng = np.random.default_rng(seed)
        x, self.y = load_digits().training
        self.x: np.ndarray = x.astype(dtype)
        self.alive = np.ones((2, scales.size), bool)
        self.frames: list[np.ndarray] = []  # one (2, scales, rates) every `EVERY` steps
        self.busy = threading.Lock()  # a slider may ask while the full run of another move is under way

    def until(self, steps: int, draft: bool) -> np.ndarray:
        """Accuracies (frames, 2, scales, rates) up to `steps`, as far as a draft may go."""
        with self.busy:
            wanted = steps // EVERY + 1
            if draft:
                wanted = min(wanted, max(len(self.frames), DRAFT // EVERY + 1))
            with np.errstate(all="ignore"):  # a network that diverges is a result
                while len(self.frames) < wanted:
                    if self.frames:
                        self._train()
                    self.frames.append(self._look())
            return np.array(self.frames[:wanted])

    def _train(self) -> None:
        for _ in range(EVERY):
            batch = self.rng.permutation(len(self.x))[:BATCH]
            for alive, net in zip(self.alive, self.nets, strict=True):
                alive &= np.isfinite(net.loss_and_grad(self.x[batch], self.y[batch]))
                self.optimizer.step(net.theta, net.grad, None)

    def _look(self) -> np.ndarray:
        x, y, maps = self.x[:EVAL_SIZE], self.y[:EVAL_SIZE], []
        for alive, net in zip(self.alive, self.nets, strict=True):
            with net.preserved_state():
                right = net.forward(x, train=True).argmax(axis=-1) == y
            maps.append(np.where(alive, right.mean(axis=-1), np.nan))
        return np.reshape(maps, (2, *self.shape))


_started = lru_cache(maxsize=24)(_Maps)
