"""One loop for all training: take a batch, its gradient, a step; now and then look at how far it got.

`train` runs to the end and returns a History. `train_frames` is the same loop as a generator that hands over a Frame
at every look, so that a live picture can pull it, pause it, or walk away. A network with a trial axis is trained like
any other: what is a number below then is an array (T,), one entry per trial.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, runtime_checkable

import numpy as np
from annotated_types import doc

from course_lib.annotations import Count, Finite, Functions, Natural, Network, NotNegative, Rows, Seed
from course_lib.arguments import checked
from course_lib.inputs import labels, numbers, short
from course_lib.nn.schedules import Schedule
from course_lib.nn.trials import generator

Number = Any  # a float, or an array (T,) of T networks


@runtime_checkable
class HasStep(Protocol):
    """An optimizer of the library, or one of your own."""

    def init(self, theta: np.ndarray) -> Any: ...

    def step(self, theta: np.ndarray, grad: np.ndarray, state: Any, lr: Any = ...) -> None: ...


Rule = Annotated[HasStep, doc("an optimizer such as SGD()")]


@dataclass(frozen=True)
class Frame:
    """Where a run stands after `step` updates.

    loss, accuracy: of all the examples (or of `look` of them), in evaluation mode and without penalties, so that
    training and validation, and runs with different penalties, can be compared. batch_loss is J, what each update
    saw, penalties included.
    """

    step: int
    epoch: float  # step / updates per epoch
    lr: Number  # of the next update
    loss: Number
    accuracy: Number
    val_loss: Number  # None without validation data
    val_accuracy: Number
    batch_loss: np.ndarray  # (k,) or (k, T): one per update since the frame before
    best_step: int | np.ndarray  # the frame with the lowest val_loss so far (or loss, without validation data)


@dataclass(frozen=True)
class History:
    """A whole run: R frames, stacked; with T trials the curves are (R, T).

    diverged_at: how many updates had been made when the loss was first not finite; None if that never happened
    (with trials: an int array (T,), −1 for never).
    """

    step: np.ndarray  # (R,)
    epoch: np.ndarray  # (R,)
    lr: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    val_loss: Any  # (R,); None without validation data
    val_accuracy: Any
    batch_loss: np.ndarray  # (updates,) or (updates, T)
    best_step: Any
    diverged_at: Any

    @classmethod
    def of(cls, frames: Sequence[Frame]) -> History:
        def column(name):
            return None if getattr(frames[0], name) is None else np.array([getattr(f, name) for f in frames])

        curves = {
            name: column(name) for name in ("step", "epoch", "lr", "loss", "accuracy", "val_loss", "val_accuracy")
        }
        batch_loss = np.concatenate([f.batch_loss for f in frames])
        # batch k is seen after k updates, the last frame after all of them
        seen = np.concatenate([batch_loss, curves["loss"][-1:]])
        broken = ~np.isfinite(seen)
        first = np.where(broken.any(axis=0), np.minimum(broken.argmax(axis=0), frames[-1].step), -1)
        diverged_at = first if first.ndim else (int(first) if first >= 0 else None)
        return cls(**curves, batch_loss=batch_loss, best_step=frames[-1].best_step, diverged_at=diverged_at)


def train(net: Network, x: Rows, y: Finite, optimizer: Rule, **options) -> History:
    """Train `net` in place to the end; options as in `train_frames`."""
    return History.of(list(train_frames(net, x, y, optimizer, **options)))


@checked
def train_frames(
    net: Network,
    x: Rows,
    y: Finite,
    optimizer: Rule,
    *,
    epochs: NotNegative | None = None,
    steps: Natural | None = None,
    batch_size: Count | None = 32,
    rng: Seed = 0,
    x_val: Rows | None = None,
    y_val: Finite | None = None,
    schedule: Callable[[int], Number] | None = None,
    callbacks: Functions = (),
    patience: Count | None = None,
    record_every: Count | None = None,
    look: Count | None = None,
    shuffle: bool = True,
) -> Iterator[Frame]:
    """Yield a Frame before the first update, after every `record_every` updates (None: an epoch) and at the end.

    epochs or steps: how long, exactly one of them. An epoch is n // batch_size updates: the last, incomplete batch
        is left out, and after the next shuffle it is other examples that are. batch_size=None: all data at once.
    rng: a seed or generator; it shuffles the examples before every epoch unless shuffle=False.
    schedule: the learning rate as a function of the updates made, instead of the optimizer's own.
    look: measure training loss and accuracy on that many evenly spaced examples, to save time; None: on all.
    callbacks: called as callback(net, frame) at each frame; a true answer ends the run.
    patience: end after that many frames in a row without a new lowest validation loss, and put back the weights of
        the lowest (per trial; the run ends when no trial is left that improves).
    x and y must be finite. Accuracy is nan where y are not class numbers, as in a regression.
    A run whose loss is not finite (in every trial) ends there. Overflow is a result, never a warning.
    """
    same_length(x=x, y=y)
    same_length(x_val=x_val, y_val=y_val)
    x, n = np.asarray(x, net.theta.dtype), len(x)
    batch_size = n if batch_size is None else min(batch_size, n)
    steps, per_epoch = _length(n, batch_size, epochs, steps)
    every = per_epoch if record_every is None else record_every
    if patience is not None and x_val is None:
        raise ValueError(f"patience needs x_val and y_val to watch; it is {patience}.")
    seen = np.linspace(0, n - 1, min(look or n, n)).astype(int)
    x_seen, y_seen = (x, y) if look is None else (x[seen], np.asarray(y)[seen])
    batches = _batches(x, y, batch_size, generator(rng), shuffle)
    schedule = schedule.start() if isinstance(schedule, Schedule) else schedule
    rule: Any = optimizer
    lr = (lambda t: rule.lr) if schedule is None else schedule
    state, best, step, broken = optimizer.init(net.theta), _Best(net, patience), 0, False
    losses: list[Number] = []

    while True:
        with np.errstate(all="ignore"):
            loss, accuracy = _judge(net, x_seen, y_seen)
            val_loss, val_accuracy = (None, None) if x_val is None or y_val is None else _judge(net, x_val, y_val)
            best.see(loss if x_val is None else val_loss, step)
            if step and isinstance(schedule, Schedule):
                schedule.update(loss if x_val is None else val_loss)
            frame = Frame(
                step,
                step / per_epoch,
                _per_trial(lr(step)),
                loss,
                accuracy,
                val_loss,
                val_accuracy,
                np.array(losses).reshape(-1, *np.shape(loss)),
                best.step,
            )
        enough = [callback(net, frame) for callback in callbacks]
        yield frame
        if step >= steps or broken or any(enough) or not _alive(loss) or best.patience_is_over:
            break
        losses = []
        with np.errstate(all="ignore"):
            for t in range(step, min(steps, step + every - step % every)):
                losses.append(net.loss_and_grad(*next(batches)))
                broken = not _alive(losses[-1])
                if broken:
                    break
                optimizer.step(net.theta, net.grad, state, lr(t))
                step = t + 1
    best.restore()


def same_length(**data: np.ndarray | None) -> None:
    """Whether there is one target for every example."""
    (x, xs), (y, ys) = data.items()
    if (xs is None) != (ys is None) or xs is not None and ys is not None and np.shape(xs)[:1] != np.shape(ys)[:1]:
        raise ValueError(f"{x} and {y} must have one row per example, not be {short(xs)} and {short(ys)}.")


class _Best:
    """The weights and running statistics of the lowest loss so far, trial by trial, if there is patience to watch."""

    def __init__(self, net, patience: int | None) -> None:
        statistics = [
            getattr(layer, name)
            for layer in net.layers
            for name in ("running_mean", "running_var")
            if hasattr(layer, name)
        ]
        self.live = [net.theta, *statistics] if patience else []
        self.kept = [a.copy() for a in self.live]
        self.patience = patience
        self.loss: Number = math.inf
        self.step: Number = 0
        self.waited: Number = 0

    def see(self, loss: Number, step: int) -> None:
        better = loss < self.loss
        self.loss = np.where(better, loss, self.loss)
        self.step = np.where(better, step, self.step) if np.ndim(loss) else int(step if better else self.step)
        self.waited = np.where(better, 0, self.waited + 1)
        for kept, live in zip(self.kept, self.live):
            np.copyto(kept, live, where=np.reshape(better, np.shape(better) + (1,) * (live.ndim - np.ndim(better))))

    @property
    def patience_is_over(self) -> bool:
        return bool(self.patience and np.all(self.waited >= self.patience))

    def restore(self) -> None:
        for kept, live in zip(self.kept, self.live):
            live[...] = kept


def _batches(x: np.ndarray, y: np.ndarray, size: int, rng, shuffle: bool) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Whole batches for ever; examples are copied together a few thousand at a time, which is cheaper than one batch
    at a time and does not double the data."""
    n, y = len(x) - len(x) % size, np.asarray(y)
    if size == len(x):
        while True:
            yield x, y
    block = size * max(1, 2**18 // (size * x[0].size))
    while True:
        order = rng.permutation(len(x)) if shuffle else np.arange(n)
        for start in range(0, n, block):
            chosen = order[start : min(start + block, n)]
            xs, ys = x[chosen], y[chosen]
            for i in range(0, len(chosen), size):
                yield xs[i : i + size], ys[i : i + size]


def _length(n: int, batch_size: int, epochs: float | None, steps: int | None) -> tuple[int, int]:
    """Updates in all and per epoch."""
    if (epochs is None) == (steps is None):
        raise ValueError("Say how long to train with either epochs or steps, not both and not neither.")
    per_epoch = n // batch_size
    if steps is None and epochs and round(epochs * per_epoch) == 0:
        raise ValueError(f"epochs={epochs:g} makes no update, because an epoch is {per_epoch}; say steps=1 or more.")
    return (round(epochs * per_epoch) if epochs is not None else steps or 0), per_epoch


def _judge(net, x: np.ndarray, y: np.ndarray) -> tuple[Number, Number]:
    """Loss and accuracy from one pass in evaluation mode; accuracy is nan where the targets are not class numbers."""
    scores = net.forward(x)
    loss = net.loss_function(scores, y)[0]
    try:
        y = labels(y, scores.shape[:-1], max(2, scores.shape[-1]), "y")
    except ValueError:
        return _plain(loss), _plain(np.full(np.shape(loss), math.nan))
    classes = scores.argmax(axis=-1) if scores.shape[-1] > 1 else scores[..., 0] > 0
    return _plain(loss), _plain(np.mean(classes == y, axis=-1))


def _plain(number: Number) -> Number:
    """A Python float for one network, the array (T,) for many."""
    return number if np.ndim(number) else float(number)


def _alive(loss: Number) -> bool:
    """Whether any trial still has a finite loss."""
    return math.isfinite(loss) if isinstance(loss, float) else bool(np.isfinite(loss).any())


def _per_trial(lr: Number) -> Number:
    """(T, 1), as an optimizer wants it, to (T,)."""
    if numbers(lr) is None:
        raise ValueError(f"schedule must give a learning rate lr, a number, not {short(lr)}.")
    return lr if np.ndim(lr) == 0 else np.asarray(lr)[..., 0]
