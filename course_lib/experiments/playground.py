"""A whole training in the plane, frame by frame: everything the course has a slider for, in one generator.

Source: the idea is that of TensorFlow's Playground (Smilkov et al. 2017, arXiv 1708.03788).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import signature
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le, Lt

from course_lib.annotations import Count, FrozenSeed, Natural, NotNegative, OneOf, Positive
from course_lib.arguments import checked
from course_lib.data.clouds import DATASETS
from course_lib.experiments.curves import Curves
from course_lib.experiments.playground_inputs import COARSE, FEATURES, GRID, Inputs, playground_inputs
from course_lib.experiments.playground_layers import Layers, layers_of, unit_maps, update_ratio
from course_lib.nn.activations import ACTIVATIONS, offered, softmax
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import OPTIMIZERS, AdamW, Optimizer
from course_lib.nn.training import train_frames

UPDATES, MOST_UPDATES = 20, 20_000  # per frame, and in all
MOST_LOOKS = 200  # points of a curve; beyond, every second one is dropped
DURING = ("lr", "weight_decay", "dropout")  # act while training runs
OFFERED = offered("playground")
INITS: dict[str, Any] = {
    "zeros": "zeros",
    "0.01": ("normal", {"std": 0.01}),
    "1.0": ("normal", {"std": 1.0}),
    "xavier": "xavier",
    "he": "he",
}
ALL = 0  # batch size: all points

Before = tuple[tuple, ...]  # of (step, name, value)


@dataclass(frozen=True)
class PlaygroundFrame:
    """Where a run stands after `step` updates. Losses are mean cross-entropies, without penalty or dropout."""

    settings: Mapping[str, Any]  #: as they stand now
    before: Before  #: (step, name, value) up to that step, `name` was `value`
    step: int
    diverged: bool  #: the loss is not finite any more; everything else is then as it was at the frame before
    inputs: Inputs
    net: MLP  #: a copy, as it stood then
    steps: np.ndarray  #: (evaluations,)
    train_loss: np.ndarray  #: (evaluations,)
    val_loss: np.ndarray  #: (evaluations,)
    train_accuracy: float
    val_accuracy: float
    ratio: np.ndarray  #: (L + 1,) ‖ΔW‖/‖W‖ of the last update, NaN before the first

    @cached_property
    def plane(self) -> tuple[np.ndarray, np.ndarray]:
        """Predicted class (GRID, GRID), row i at x2 = axis[i], and certainty: 0 where the classes are equally likely,
        1 where the network is certain. Computed when first looked at, like `layers`."""
        with np.errstate(all="ignore"):
            p = softmax(self.net.forward(self.inputs.plane))
        region, classes = p.argmax(axis=1), self.inputs.classes
        certainty = (p[np.arange(len(p)), region] * classes - 1) / (classes - 1)
        return region.reshape(GRID, GRID), certainty.reshape(GRID, GRID)

    @cached_property
    def layers(self) -> Layers:
        """What goes on in the hidden layers."""
        with np.errstate(all="ignore"):
            return layers_of(self.net, self.inputs.x, self.inputs.y, ACTIVATIONS[self.settings["activation"]])

    @cached_property
    def units(self) -> np.ndarray:
        """What every hidden unit computes in the plane, (L, units, COARSE, COARSE), row i at the i-th x2."""
        with np.errstate(all="ignore"):
            maps = unit_maps(self.net, self.inputs.coarse)
        return maps.reshape(self.settings["layers"], self.settings["units"], COARSE, COARSE)

    @property
    def line(self) -> str:
        """The Python that brings this very frame back."""
        moved = {k: v for k, v in self.settings.items() if k in ("dataset", "seed") or v != DEFAULTS[k]}
        moved |= {"step": self.step} | ({"before": self.before} if self.before else {})
        return f"playground({', '.join(f'{name}={value!r}' for name, value in moved.items())})"


@checked
def playground_frames(
    dataset: Annotated[str, OneOf(DATASETS)] = "spiral",
    features: Annotated[str, OneOf(FEATURES)] = "plain",
    noise: float = 0.2,
    layers: Annotated[Natural, Le(6)] = 2,
    units: Annotated[Count, Le(64)] = 16,
    activation: Annotated[str, OneOf(OFFERED)] = "relu",
    init: Annotated[str, OneOf(INITS)] = "he",
    batchnorm: bool = False,
    dropout: Annotated[float, Ge(0), Lt(1)] = 0.0,
    weight_decay: NotNegative = 0.0,
    optimizer: Annotated[str, OneOf(OPTIMIZERS)] = "adam",
    lr: Positive = 0.01,
    batch_size: Natural = 32,
    seed: FrozenSeed = 0,
    before: Before = (),
) -> Generator[PlaygroundFrame, Mapping[str, Any] | None, None]:
    """Train a softmax classifier with `layers` hidden layers in float64; a frame every 20 updates.

    weight_decay  λ: ½λΣW² in the loss; with "adamw" decoupled decay
    batch_size    0 takes all points in every update
    seed          of the points, the weights, the batches and the dropout masks alike
    before        earlier values of what was moved while training, as in `PlaygroundFrame.before`
    `changes = yield frame` takes new values of lr, weight_decay and dropout. Numbers are rounded to 4 digits, so
    that the line that names them means the same run. The generator ends with a loss that is not finite.

    Raises: ValueError for a malformed `before`, or batch normalisation with batches of 1.
    """
    settings = {name: _said(value) for name, value in locals().items() if name != "before"}
    _check(settings, before)
    inputs = playground_inputs(dataset, features, settings["noise"], seed)
    sizes = inputs.x.shape[1], *[units] * layers, inputs.classes
    net = MLP(sizes, activation, INITS[init], norm="batch" if batchnorm else None, seed=seed)
    knobs = _Knobs(settings, tuple((int(step), name, _said(value)) for step, name, value in before))
    rule = _Watched(net, OPTIMIZERS[optimizer].make())
    curves, frame = Curves(UPDATES, MOST_LOOKS), None
    run = train_frames(
        net,
        inputs.x,
        inputs.y,
        rule,
        steps=MOST_UPDATES,
        batch_size=batch_size or None,
        rng=seed,
        x_val=inputs.x_val,
        y_val=inputs.y_val,
        schedule=lambda t: knobs.at("lr", t),
        record_every=UPDATES,
    )
    for look in run:
        diverged = not (math.isfinite(look.loss) and np.isfinite(look.batch_loss).all())
        if diverged and frame is not None:
            yield replace(frame, step=look.step, diverged=True, settings=knobs.now(look.step), before=knobs.before)
            return
        curves.add(look.step, look.loss, look.val_loss)
        steps, train_loss, val_loss = curves.arrays()
        state = knobs.now(look.step), knobs.before, look.step, diverged, inputs, net.copy()
        shares, ratio = (look.accuracy, look.val_accuracy), update_ratio(rule.before, net.weights())
        frame = PlaygroundFrame(*state, steps, train_loss, val_loss, *shares, ratio)
        knobs.move(look.step, (yield frame) or {})
        knobs.turn(rule, look.step)


DEFAULTS = {name: p.default for name, p in signature(playground_frames).parameters.items() if name != "before"}


@checked
def playground_at(step: Natural = 400, **settings: Any) -> PlaygroundFrame:
    """The first frame after at least `step` updates, or the last one of a run that ends before."""
    for frame in playground_frames(**settings):
        if frame.step >= step:
            break
    return frame


class _Knobs:
    """The controls that act while training runs, and what they were before."""

    def __init__(self, settings: dict[str, Any], before: Before) -> None:
        self.settings, self.before = dict(settings), before

    def at(self, name: str, step: int) -> float:
        """The value during the update after `step` updates."""
        return next((v for until, n, v in self.before if n == name and step < until), self.settings[name])

    def now(self, step: int) -> dict[str, Any]:
        return {**self.settings, **{name: self.at(name, step) for name in DURING}}

    def move(self, step: int, changes: Mapping[str, Any]) -> None:
        for name, value in changes.items():
            old, new = self.at(name, step), _said(value)
            if new != old:
                earlier = tuple(b for b in self.before if b[1] != name or b[0] <= step)
                self.before = (*earlier, (step, name, old)) if step else earlier
                self.settings[name] = new

    def turn(self, rule: _Watched, step: int) -> None:
        rule.decay(self.at("weight_decay", step))
        rule.net.dropout = self.at("dropout", step)


class _Watched:
    """An optimizer that remembers the weights before its last step."""

    def __init__(self, net: MLP, rule: Optimizer) -> None:
        self.net, self.rule = net, rule
        self.before: list[np.ndarray] = []
        self.init = rule.init

    def decay(self, strength: float) -> None:
        if isinstance(self.rule, AdamW):
            self.rule = replace(self.rule, weight_decay=strength)
        else:
            self.net.l2 = strength

    def step(self, theta, grad, state, lr=None):
        self.before = [w.copy() for w in self.net.weights()]
        self.rule.step(theta, grad, state, lr)


def _said(value: Any) -> Any:
    """A number as four digits say it."""
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _check(settings: Mapping[str, Any], before: Before) -> None:
    for move in before:
        if len(move) != 3 or move[1] not in DURING:
            raise ValueError(f"before is a list of (step, name, value) with one of {', '.join(DURING)}, not {move!r}.")
    if settings["batchnorm"] and settings["batch_size"] == 1:
        raise ValueError("Batch normalisation cannot train on one point at a time: choose larger batches.")
