"""Gradient descent: take a batch, its gradient, a step; now and then evaluate how far it got.

`train` runs to the end and returns a History. `train_frames` is the same loop as a generator that yields a Frame
at every evaluation, so that a live picture can draw it, pause, or stop. A network with a trial axis is trained
like any other: what is a number below then is an array (T,), one entry per trial.

Source: Goodfellow, Bengio & Courville, Deep Learning, sections 8.1 and 7.8; the loop is that of every textbook.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, runtime_checkable

import numpy as np
from annotated_types import doc

from course_lib.annotations import Count, Finite, Functions, Natural, Network, NotNegative, Rng, Rows, Seed
from course_lib.arguments import checked, validated
from course_lib.inputs import as_raised, cast, floats, generator, numbers, short, true_or_not
from course_lib.nn.losses import loss_and_slope
from course_lib.nn.normalization import BatchNorm
from course_lib.nn.optimizers import changed_in_place, floating, rate, warn_of_no_step
from course_lib.nn.schedules import Schedule
from course_lib.nn.sequential import share_right

Number = Any  # a float, or an array (T,) of T networks
WANTED = "schedule, or lr of the optimizer, must give"


@runtime_checkable
class HasStep(Protocol):
    """An optimizer of the library, or one of your own."""

    def init(self, theta: np.ndarray) -> Any:
        """The state, for theta (…, P)."""

    def step(self, theta: np.ndarray, grad: np.ndarray, state: Any, lr: Any = ...) -> Any:
        """One update of theta, grad (…, P), in place."""


AnyOptimizer = Annotated[HasStep, doc("an optimizer such as SGD()")]


def train(net: Network, x: Rows, y: Finite, optimizer: AnyOptimizer, **options) -> History:
    """Train `net` in place to the end; options as in `train_frames`.

    x (m, n_in), y (m,) or (m, n_out).
    Raises: as `train_frames`; what code of your own raises.
    """
    try:
        return History.of(list(train_frames(net, x, y, optimizer, **options)))
    except RuntimeError as error:
        stopped = as_raised(error)
    raise stopped  # outside the handler, which would chain the two


@checked
def train_frames(
    net: Network,
    x: Rows,
    y: Finite,
    optimizer: AnyOptimizer,
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
    eval_size: Count | None = None,
    shuffle: bool = True,
) -> Iterator[Frame]:
    """Yield a Frame before the first update, after every `record_every` updates (None: an epoch) and at the end.

    epochs or steps: how long, exactly one of them. An epoch is n // batch_size updates: the last, incomplete batch
        is left out, and after the next shuffle it is other examples that are. batch_size=None: all data at once.
    rng: a seed or generator; it shuffles the examples before every epoch unless shuffle=False.
    schedule: the learning rate as a function of the updates made, instead of the optimizer's own.
    eval_size: measure training loss and accuracy on that many evenly spaced examples, to save time; None: on all.
    callbacks: called as callback(net, frame) at each frame; True ends the run, False or None does not.
    patience: end after that many frames in a row without a new lowest validation loss, and put back the weights of
        the lowest (per trial; the run ends when no trial is left that improves).
    x and y must be finite. Accuracy is nan where y are not class numbers, as in a regression.
    A run whose loss is not finite (in every trial) ends there. Overflow is a result, never a warning.
    x, x_val (m, n_in), y, y_val (m,) or (m, n_out).
    Raises: ValueError if not exactly one of epochs and steps is given, epochs make no update, or x and y do not match.
    """
    floating(net.theta, "the network")
    if not np.may_share_memory(net.theta, net.theta):
        raise ValueError("theta of the network must be one array that stays, not a new copy whenever it is asked for.")
    same_length(x=x, y=y)
    same_length(x_val=x_val, y_val=y_val)
    if patience is not None and x_val is None:
        raise ValueError(f"patience needs x_val and y_val to watch; it is {patience}.")
    x, batch_size = cast(x, net.theta.dtype), min(batch_size or len(x), len(x))
    steps, per_epoch = _length(len(x), batch_size, epochs, steps)
    every = record_every or per_epoch
    lr = _learning_rate(optimizer, schedule)
    monitor = _Monitor(net, lr, per_epoch, _sample(x, y, eval_size), (x_val, y_val), callbacks, patience)
    batches = _batches(x, y, batch_size, generator(rng), shuffle)

    state, step, start = optimizer.init(net.theta), 0, net.theta.copy()
    yield (frame := monitor.frame(step, []))
    while step < steps and not monitor.finished:
        losses, next_frame = [], min(steps, step + every)
        with np.errstate(all="ignore"):
            while step < next_frame:
                losses.append(_loss(net.loss_and_grad(*_given(net, *next(batches))), net.theta.shape[:-1]))
                if not _any_finite(losses[-1]):
                    break
                given = optimizer.step(net.theta, net.grad, state, rate(lr(step), net.theta.shape, WANTED))
                changed_in_place(given, net.theta, optimizer, "step")
                step += 1
        yield (frame := monitor.frame(step, losses))
    if step and np.any(frame.lr) and np.any(net.grad) and np.array_equal(net.theta, start):
        warn_of_no_step(optimizer)
    monitor.early_stopping.restore_best()


@dataclass(frozen=True)
class Frame:
    """Where a run stands after `step` updates.

    loss, accuracy: of all the examples (or of `eval_size` of them), in evaluation mode and without penalties, so that
    training and validation, and runs with different penalties, can be compared. batch_loss is J, what each update
    saw, penalties included.
    """

    step: int
    epoch: float  # step / updates per epoch
    lr: Number  #: of the next update
    loss: Number
    accuracy: Number
    val_loss: Number  #: None without validation data
    val_accuracy: Number
    batch_loss: np.ndarray  #: (k,) or (k, T): one per update since the frame before
    best_step: int | np.ndarray  #: the frame with the lowest val_loss so far (or loss, without validation data)


@dataclass(frozen=True)
class History:
    """A whole run: R frames, stacked; with T trials the curves are (R, T).

    diverged_at: how many updates had been made when the loss was first not finite; None if that never happened
    (with trials: an int array (T,), −1 for never).
    """

    step: np.ndarray  #: (R,)
    epoch: np.ndarray  #: (R,)
    lr: np.ndarray  #: (R,)
    loss: np.ndarray  #: (R,)
    accuracy: np.ndarray  #: (R,)
    val_loss: Any  # (R,); None without validation data
    val_accuracy: Any
    batch_loss: np.ndarray  #: (updates,) or (updates, T)
    best_step: Any
    diverged_at: Any

    @classmethod
    def of(cls, frames: Sequence[Frame]) -> History:
        """The frames of a run, one or more, stacked."""
        frames = validated(Sequence[Frame], "frames", "History.of", list(frames))

        def column(name):
            if getattr(frames[0], name) is None:
                return None
            return np.stack(np.broadcast_arrays(*(getattr(f, name) for f in frames)))  # lr may begin as a number

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


def same_length(**data: np.ndarray | None) -> None:
    """Refuse data that has not one target for every example.

    Raises: ValueError if they differ in length.
    """
    (x, xs), (y, ys) = data.items()
    if (xs is None) != (ys is None) or xs is not None and ys is not None and np.shape(xs)[:1] != np.shape(ys)[:1]:
        raise ValueError(f"{x} and {y} must have one row per example, not be {short(xs)} and {short(ys)}.")


class _Monitor:
    """Evaluates the network for each frame and says when training is over."""

    def __init__(self, net, lr, per_epoch, train_set, validation_set, callbacks, patience) -> None:
        self.net, self.lr, self.per_epoch, self.callbacks = net, lr, per_epoch, callbacks
        self.train_set, self.validation_set = train_set, validation_set
        self.early_stopping, self.finished = _EarlyStopping(net, patience), False

    def frame(self, step: int, losses: list[Number]) -> Frame:
        """Where training stands; `losses` are those of the batches since the last frame."""
        with np.errstate(all="ignore"):
            loss, accuracy = _evaluate(self.net, *self.train_set)
            val_loss, val_accuracy = _evaluate(self.net, *self.validation_set)
            watched = loss if val_loss is None else val_loss
            self.early_stopping.update(watched, step)
            if step and isinstance(self.lr, Schedule):
                self.lr.update(watched)
            epoch, lr = step / self.per_epoch, rate(self.lr(step), self.net.theta.shape, WANTED)
            lr = lr[..., 0] if np.ndim(lr) else lr  # (T, 1), which broadcasts against theta, as (T,)
            batch_loss = np.array(losses).reshape(-1, *np.shape(loss))
        best_step = self.early_stopping.best_step
        frame = Frame(step, epoch, lr, loss, accuracy, val_loss, val_accuracy, batch_loss, best_step)
        answers = [callback(self.net, frame) for callback in self.callbacks]  # every one is called
        ended = any([true_or_not(answer, "A callback") for answer in answers])
        self.finished = ended or self.early_stopping.is_due or not all(map(_any_finite, [loss, *losses[-1:]]))
        return frame


class _EarlyStopping:
    """The step of the lowest loss, trial by trial; with patience also the weights and running statistics there."""

    def __init__(self, net: Network, patience: int | None) -> None:
        norms = [layer for layer in net.layers or () if isinstance(layer, BatchNorm)]
        state = [net.theta, *(array for norm in norms for array in (norm.running_mean, norm.running_var))]
        self.state, self.patience = state if patience else [], patience
        self.best_state = [array.copy() for array in self.state]
        self.lowest: Number = math.inf
        self.best_step: Number = 0
        self.waited: Number = 0

    def update(self, loss: Number, step: int) -> None:
        # a trial whose patience is at an end stays there, as it would alone, while others go on
        lower = (loss < self.lowest) & (self.patience is None or self.waited < self.patience)
        self.lowest = np.where(lower, loss, self.lowest)
        self.best_step = np.where(lower, step, self.best_step) if np.ndim(loss) else step if lower else self.best_step
        self.waited = np.where(lower, 0, self.waited + 1)
        for best, now in zip(self.best_state, self.state, strict=True):
            np.copyto(best, now, where=np.reshape(lower, np.shape(lower) + (1,) * (now.ndim - np.ndim(lower))))

    @property
    def is_due(self) -> bool:
        return bool(self.patience and np.all(self.waited >= self.patience))

    def restore_best(self) -> None:
        for best, now in zip(self.best_state, self.state, strict=True):
            now[...] = best


def _evaluate(net: Network, x: np.ndarray | None, y: np.ndarray | None) -> tuple[Number, Number]:
    """Loss and accuracy in evaluation mode; None without data, accuracy nan where y are not class numbers."""
    if x is None or y is None:
        return None, None
    scores = floats(net.forward(*_given(net, x)), "What forward of the network returns", ndim=2)
    loss = loss_and_slope(net.loss_function, scores, y)[0]
    try:
        accuracy = share_right(scores, y)
    except ValueError:
        accuracy = np.full(np.shape(loss), math.nan)
    return _plain(loss), _plain(accuracy)


def _given(net: Network, *data: np.ndarray) -> Any:
    """The data for a pass; copies for a network of the learner's own, which it may change."""
    return data if type(net).__module__.startswith("course_lib.") else [array.copy() for array in data]


def _sample(x: np.ndarray, y: np.ndarray, size: int | None) -> tuple[np.ndarray, np.ndarray]:
    """That many evenly spaced examples; all for None."""
    if size is None:
        return x, y
    chosen = np.linspace(0, len(x) - 1, min(size, len(x))).astype(int)
    return x[chosen], y[chosen]


def _learning_rate(optimizer: Any, schedule: Callable[[int], Number] | None) -> Callable[[int], Number]:
    """The learning rate as a function of the updates made."""
    if schedule is None:
        own = hasattr(type(optimizer), "lr")  # an error in a property of the learner's is no missing rate
        return lambda step: optimizer.lr if own else getattr(optimizer, "lr", None)
    if isinstance(schedule, type):
        raise ValueError(f"schedule must be a function of the step or an object, {schedule.__name__}(…), not a class.")
    started = schedule.start() if isinstance(schedule, Schedule) else schedule
    if not callable(started):
        raise ValueError(f"{type(schedule).__name__}.start must return a schedule, not {short(started)}.")
    return started


def _batches(
    x: np.ndarray, y: np.ndarray, size: int, rng: Rng, shuffle: bool
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Whole batches, without end. Examples are copied a few thousand at a time: cheaper than one batch at a time, and
    the data is not doubled."""
    n = len(x) - len(x) % size
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


def _plain(number: Number) -> Number:
    """A Python float for one network, the array (T,) for many."""
    return number if np.ndim(number) else float(number)


def _any_finite(loss: Number) -> bool:
    """Whether any trial still has a finite loss."""
    return math.isfinite(loss) if isinstance(loss, float) else bool(np.isfinite(loss).any())


def _loss(given: Any, shape: tuple[int, ...]) -> Number:
    """The loss that a network gave: a Python float, or an array of this shape, (T,)."""
    if type(given) is float:
        return given
    loss = numbers(given)
    if loss is None or loss.shape != shape:
        raise ValueError(f"loss_and_grad must return the loss, {shape or 'a number'}, not {short(given)}.")
    return loss if shape else float(loss)
