"""A network: layers in a row and a loss on top, all parameters in one flat vector, all gradients in another.

net = Sequential([Dense(64, 32), Elementwise("relu"), Dense(32, 10)])
loss = net.loss_and_grad(x, y)          # fills net.grad
net.theta -= 0.1 * net.grad             # the layers hold views of both

Parameters start at the values that the layers hold, those of `Dense` at 0; `MLP` draws the weights of its layers.

Source: the idea of layers with forward and backward is that of Saito, Deep Learning from Scratch, chapter 5.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from operator import attrgetter
from traceback import walk_tb
from typing import Any, Self

import numpy as np

from course_lib.annotations import Precision
from course_lib.arguments import checked
from course_lib.inputs import bare, cast, finite, floats, labels, short, write
from course_lib.nn.layers import Dense, Extensible, Layer
from course_lib.nn.losses import LOSSES, of_your_own
from course_lib.nn.normalization import BatchNorm

Number = Any  # a float, or an array (T,) of T networks


def _flat(name: str, doc: str) -> property:
    """A vector of which the layers hold views: assigning to it copies the values into it."""

    def assign(net, values):
        if values is not getattr(net, name):
            write(values, getattr(net, name), name[1:])

    return property(attrgetter(name), assign, doc=doc)


def names_the_layer(body: Callable) -> Callable:
    """A pass through the layers, which are called `layer` in it; its first argument goes from one to the next.

    Raises: what a layer raises, with a note: which layer it is, and what the one before handed on.
    """

    @wraps(body)
    def passed(self, *args):
        try:
            return body(self, *args)
        except Exception as error:
            inside = (frame.f_locals for frame, _ in walk_tb(error.__traceback__) if frame.f_code is body.__code__)
            layer, given = map(next(inside, {}).get, ("layer", body.__code__.co_varnames[1]))
            if layer is None:
                raise
            place = f"layer {[one is layer for one in self.layers].index(True) + 1} of {len(self.layers)}"
            note = f"This happened in {place}, {type(layer).__name__}, which was given {short(given)}."
            error.add_note(note)
            if body.__name__ == "forward" and bare(type(layer).forward) is not type(layer).forward:
                try:
                    layer.check(given)  # between layers nothing is validated until something fails
                except ValueError as clearer:
                    clearer.add_note(note)
                    raise clearer from None
            raise

    return passed


def takes_inputs(body: Callable) -> Callable:
    """Validate the inputs of a network; between its layers nothing is validated again."""

    @wraps(body)
    def forward(self, x, train=False):
        scores = body(self, self._inputs(x), train)
        self._scored = scores.shape
        return scores

    return forward


class Sequential(Extensible):
    """h⁰ = x,  hˡ = layerₗ(hˡ⁻¹),  J = loss(hᴸ, y);    backwards dJ/dhˡ⁻¹ = layerₗ.backward(dJ/dhˡ),  l = L … 1.

    layers        in order; each has `forward`, `backward`, and `params` and `grads` that become views of theta and grad
    loss          a name of `LOSSES`
    """

    made_by_init = "_theta"
    trials: int | None = None  # `MLP` may be T networks side by side; then theta and grad are (T, P)
    theta = _flat("_theta", "All parameters, (P,) or (T, P).")
    grad = _flat("_grad", "dJ/dθ of the last `loss_and_grad`, (P,) or (T, P).")

    @checked
    def __init__(
        self, layers: Sequence[Layer], loss: str = "softmax_cross_entropy", dtype: Precision = np.float64
    ) -> None:
        if loss not in LOSSES:
            raise ValueError(f"There is no loss {loss!r}; choose one of {', '.join(LOSSES)}.")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("layers must be different objects: one layer holds the parameters of one place.")
        for number, layer in enumerate(layers, 1):
            if not hasattr(layer, "shapes"):
                raise ValueError(f"__init__ of {type(layer).__name__}, layer {number}, must call super().__init__().")
            if "forward" in vars(layer):
                raise ValueError(
                    f"Layer {number}, {type(layer).__name__}, is part of a network, which would lose its parameters: "
                    "make a new layer, or give copy.deepcopy(layer)."
                )
        self.layers, self.loss_function, self.dtype = tuple(layers), LOSSES[loss], np.dtype(dtype)
        self._bind()

    @property
    def loss_function(self) -> Callable[..., Any]:
        """(J, ∂J/∂scores) from (scores, targets). It may be a function of your own."""
        return self._loss_function

    @loss_function.setter
    @checked
    def loss_function(self, function: Callable[..., Any]) -> None:
        self._loss_function = partial(of_your_own, function) if bare(function) is function else function

    @takes_inputs
    @names_the_layer
    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """The scores (…, m, n_out) of x (…, m, n_in), before any softmax or sigmoid.

        Raises: what a layer raises, with a note on which layer it is.
        """
        for layer in self.layers:
            x = layer.forward(x, train)
        return x

    @names_the_layer
    def backward(self, d: Any) -> None:
        """Fill `grad` from d = dJ/dscores. Nobody needs dJ/dx, so the first layer leaves it out.

        d (…, m, n_out).
        Raises: ValueError if d has not the shape of the last scores; what a layer raises, with a note on which it is.
        """
        if type(d) is not np.ndarray or d.dtype != self.dtype or d.shape != self._scored:
            d = self._slopes(d)
        for layer in self.layers[:0:-1]:
            d = layer.backward(d)
        layer = self.layers[0]
        layer.backward(d, need_dx=False)

    def loss_and_grad(self, x: np.ndarray, y: np.ndarray, train: bool = True) -> Number:
        """J, penalties included; `grad` then holds dJ/dθ.

        x (…, m, n_in), y (…, m) or (…, m, n_out).
        Raises: what a layer raises, with a note on which layer it is.
        """
        loss, d = bare(self.loss_function)(self.forward(x, train), y)
        self.backward(d)
        return self.penalized(loss, self._grad)

    def loss(self, x: np.ndarray, y: np.ndarray, train: bool = False) -> Number:
        """J, penalties included; x (…, m, n_in), y (…, m) or (…, m, n_out)."""
        return self.penalized(self.loss_function(self.forward(x, train), y)[0])

    def penalized(self, loss: np.ndarray, grad: np.ndarray | None = None) -> Number:
        """J from the mean loss. A plain network has no penalty; `MLP` adds its own to J and to grad.

        loss (…), grad (…, P).
        """
        return float(loss)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The class number (…, m) of each example of x (…, m, n_in): the highest score, or the sign of a single one.

        Raises: ValueError if a score is NaN, as after training that diverged.
        """
        scores = self.forward(x)
        if np.isnan(scores).any():
            raise ValueError("There are scores that are NaN, which choose no class: the parameters have diverged.")
        return predicted(scores)

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> Number:
        """The share of examples x (…, m, n_in) whose class is predicted right; y (m,), (m, 1) or (T, m).

        NaN if not all scores are finite.
        """
        share = share_right(self.forward(x), y)
        return share if self.trials else float(share)

    def dense_layers(self) -> list[Dense]:
        """The layers with weight matrices, first layer first."""
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def weights(self) -> list[np.ndarray]:
        """The weight matrices (…, n_in, n_out), first layer first, as views into theta."""
        return [layer.params["W"] for layer in self.dense_layers()]

    @checked
    def copy(self, dtype: Precision | None = None) -> Self:
        """An independent network in the same state, random stream and running statistics included; in `dtype`."""
        twin = copy.deepcopy(self)
        if dtype is not None:
            twin.dtype = np.dtype(dtype)
            twin._bind()
        return twin

    def signals(self, x: np.ndarray, y: np.ndarray, train: bool = True) -> Signals:
        """One forward and backward pass with everything recorded; the network stays exactly as it was.

        x (…, m, n_in), y (…, m) or (…, m, n_out).
        """
        z: list[np.ndarray] = []
        h: list[np.ndarray] = []
        dz: list[np.ndarray] = []
        dh: list[np.ndarray] = []
        d: Any
        with self.preserved_state():
            x = self._inputs(x)
            for layer in self.layers:
                before, x = x, layer.forward(x, train)
                if layer.is_activation:
                    z.append(before)
                    h.append(x)
            loss, d = self.loss_function(x, y)
            for layer in self.layers[::-1]:
                after, d = d, layer.backward(d)
                if layer.is_activation:
                    dh.insert(0, after)
                    dz.insert(0, d)
            loss = self.penalized(loss, self._grad)
            dw = [layer.grads["W"].copy() for layer in self.layers if "W" in layer.grads]
        return Signals(loss, z, h, dz, dh, dw)

    __copy__ = copy  # copy.copy would leave the layers to the last of two networks

    @contextmanager
    def preserved_state(self) -> Iterator[None]:
        """Inside, passes in training mode leave running statistics, random streams and `grad` as they were."""
        norms = [layer for layer in self.layers if isinstance(layer, BatchNorm)]
        random = [layer for layer in self.layers if layer.rng is not None]
        grad, tracked, streams = self._grad.copy(), [layer.track for layer in norms], [layer.rng for layer in random]
        for norm in norms:
            norm.track = False
        for layer, stream in zip(random, copy.deepcopy(streams), strict=True):  # streams shared before are shared now
            layer.rng = stream
        try:
            yield
        finally:
            self._grad[...] = grad
            for norm, track in zip(norms, tracked, strict=True):
                norm.track = track
            for layer, stream in zip(random, streams, strict=True):
                layer.rng = stream

    def _bind(self) -> None:
        """Make theta and grad, copy the layers' parameters into them and give each layer its views."""
        lead = () if self.trials is None else (self.trials,)
        total = sum(math.prod(shape) for layer in self.layers for shape in layer.shapes.values())
        self._theta, self._grad = np.zeros((*lead, total), self.dtype), np.zeros((*lead, total), self.dtype)
        self._scored: tuple[int, ...] | None = None  # the shape of the last scores, to validate dJ/dscores
        _keep_freed_memory()
        start = 0
        for layer in self.layers:
            params, grads = {}, {}
            for name, shape in layer.shapes.items():
                place = slice(start, start + math.prod(shape))
                params[name] = self._theta[..., place].reshape((*lead, *shape))
                grads[name] = self._grad[..., place].reshape((*lead, *shape))
                start = place.stop
            layer.bind(params, grads)

    def _inputs(self, x: np.ndarray) -> np.ndarray:
        """Finite inputs of the right shape, in the network's precision."""
        if type(x) is not np.ndarray or x.dtype != self.dtype:
            x = cast(floats(x, "x"), self.dtype)
        units = self.layers[0].units
        fits = x.ndim == 2 or x.ndim == 3 and x.shape[:1] == self._theta.shape[:-1]
        if not fits or x.shape[-1] != units and units is not None:
            stacked = "" if self.trials is None else f" or ({self.trials}, examples, {units})"
            raise ValueError(f"x must have shape (examples, {units or 'features'}){stacked}, not {x.shape}.")
        return finite(x, "x")

    def _slopes(self, d: Any) -> np.ndarray:
        """dJ/dscores of the shape of the last scores, in the network's precision."""
        d = cast(floats(d, "d of backward"), self.dtype)
        if all(layer.cache is None for layer in self.layers):
            raise ValueError("backward needs a forward pass first: scores = forward(x).")
        if d.shape != (self._scored or d.shape):
            raise ValueError(f"d of backward must have the shape of the scores, {self._scored}, not {d.shape}.")
        return d

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("_theta", "_grad")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._bind()


@dataclass(frozen=True)
class Signals:
    """One forward and one backward pass; every list has one array (…, m, n) per hidden layer.

    pre_activations are z, what enters the activation (after normalisation, if that comes first), activations f(z); then
    the gradients of J for both, and weight_grads, dJ/dW (…, n_in, n_out) of each dense layer, the last included.
    """

    loss: Number
    pre_activations: list[np.ndarray]
    activations: list[np.ndarray]
    pre_activation_grads: list[np.ndarray]
    activation_grads: list[np.ndarray]
    weight_grads: list[np.ndarray]


def predicted(scores: np.ndarray) -> np.ndarray:
    """The class of the largest score, or the sign of a single one.

    Returns: (…, m), for scores (…, m, C).
    """
    return np.argmax(scores, axis=-1) if scores.shape[-1] > 1 else (scores[..., 0] > 0).astype(int)


def share_right(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The share of examples whose class is predicted right, NaN where not all scores are finite.

    Returns: (…), for scores (…, m, C) and y (…, m).
    Raises: ValueError if y are no class numbers.
    """
    classes = predicted(scores)
    share = np.mean(classes == labels(y, classes.shape, max(2, scores.shape[-1]), "y"), axis=-1)
    return np.where(np.isfinite(scores).all(axis=(-2, -1)), share, math.nan)[()]


def _keep_freed_memory() -> None:
    """Make the C library hold on to memory between two training steps, where it is glibc's; elsewhere do nothing.

    By default it returns large freed blocks to the system at once and every new array is paid for with page faults,
    which can cost more than the arithmetic (Adam on 120,000 parameters: 1.1 ms instead of 0.3). Freeing one block of
    almost 32 MB, never touched, raises that limit to twice its size: see M_TRIM_THRESHOLD in mallopt(3).
    """
    np.empty(32 * 2**20 - 2**13, np.uint8)
