"""Training that can be watched, and disturbed: one frame after another, with everything a babysitter looks at.

Source: CS231n notes, "Neural Networks Part 3", section "Babysitting the learning process".
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from course_lib.annotations import FrozenSeed, Natural
from course_lib.arguments import checked
from course_lib.experiments.babysitting import centred_digits
from course_lib.experiments.babysitting_vitals import vitals
from course_lib.experiments.curves import Curves
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.nn.training import train_frames

EVERY, EVAL_SIZE, MOST_POINTS, MOST_STEPS, BATCH = 10, 300, 400, 20_000, 32
INITS: dict[str, Any] = {
    "he": "he",
    "0.01": ("normal", {"std": 0.01}),
    "0.05": ("normal", {"std": 0.05}),
    "1": ("normal", {"std": 1.0}),
}
IMAGES = (50, 100, 300, 1078)


@dataclass(frozen=True)
class LiveTraining:
    """A run up to now: curves with one entry per recorded frame, and the settings that are in force.

    Losses are mean cross-entropies in evaluation mode, without the penalty.
    """

    lr: float
    l2: float
    dropout: float
    images: int
    step: np.ndarray  #: (k,)
    loss: np.ndarray  #: (k,)
    val_loss: np.ndarray  #: (k,)
    accuracy: np.ndarray  #: (k,)
    val_accuracy: np.ndarray  #: (k,)
    ratio: np.ndarray  #: (k, layers) ‖ΔW‖/‖W‖; not a number before the first update
    gradient: np.ndarray  #: (k,)
    dead: np.ndarray  #: (k,)
    changed: tuple[int, ...]  #: steps at which a control was moved
    diverged_at: int | None  #: updates after which the loss is no longer a number; that frame is not among the curves

    @property
    def now(self) -> int:
        """Updates made up to the last entry of the curves."""
        return int(self.step[-1])


@checked
def live_training(
    lr: float = 0.1,
    l2: float = 0.0,
    dropout: float = 0.0,
    init: str = "he",
    images: Natural = 1078,
    seed: FrozenSeed = 0,
) -> Generator[LiveTraining, Mapping[str, Any] | None, None]:
    """Train 64-50-50-50-10 on the first `images` digits with plain SGD, batches of 32; a frame every 10 updates.

    `changes = yield frame`: new values of lr, l2 and dropout act from the next update on. The run ends when it has
    diverged, or after 20,000 updates.

    Raises: ValueError for an unknown init, images outside 1 to 1078, or a change of what cannot change.
    """
    if init not in INITS or not 1 <= images <= 1078:
        raise ValueError(f"init must be one of {', '.join(INITS)} and images 1 to 1078, not {init!r} and {images}.")
    digits, now = centred_digits(), {"lr": lr, "l2": l2, "dropout": dropout}
    changed: list[int] = []
    x, y = digits.x_train[:images], digits.y_train[:images]
    net = MLP((64, 50, 50, 50, 10), init=INITS[init], l2=l2, dropout=dropout, seed=np.random.RandomState(seed))
    curves = Curves(EVERY, MOST_POINTS)
    names = ("step", "loss", "val_loss", "accuracy", "val_accuracy", "ratio", "gradient", "dead")
    options: dict[str, Any] = {"steps": MOST_STEPS, "batch_size": BATCH, "record_every": EVERY, "eval_size": EVAL_SIZE}
    options |= {"rng": np.random.RandomState(seed), "schedule": lambda t: now["lr"], **digits.validation}
    for frame in train_frames(net, x, y, SGD(lr=lr), **options):
        sound = bool(np.isfinite(frame.loss) and np.isfinite(frame.val_loss) and np.isfinite(net.theta).all())
        if sound:
            signs = vitals(net, now["lr"], x)
            first = np.nan * signs.ratio, np.nan  # before the first update
            ratio, gradient = (signs.ratio, signs.gradient) if frame.step else first
            seen = (frame.loss, frame.val_loss, frame.accuracy, frame.val_accuracy)
            curves.add(frame.step, *seen, ratio, gradient, signs.dead)
        arrays: dict[str, Any] = {**now, "images": images, **dict(zip(names, curves.arrays(), strict=True))}
        changes = yield LiveTraining(**arrays, changed=tuple(changed), diverged_at=None if sound else frame.step)
        if not sound:
            return
        for name, value in (changes or {}).items():
            if name not in now:
                raise ValueError(f"While training runs only {', '.join(now)} can change, not {name}.")
            if value != now[name]:
                now[name] = value
                changed.append(frame.step)
        net.l2, net.dropout = now["l2"], now["dropout"]


@checked
def first_frames(count: Natural, **settings: Any) -> list[LiveTraining]:
    """The first `count` frames of a run that nobody disturbs."""
    run = live_training(**settings)
    try:
        return list(islice(run, count))
    finally:
        run.close()
