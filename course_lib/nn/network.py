"""A multi-layer perceptron: layers in a row, all parameters in one flat vector, all gradients in another.

net = MLP((64, 32, 10), activation="relu", init="he", seed=0)
loss = net.loss_and_grad(x, y)          # fills net.grad
net.theta -= 0.1 * net.grad             # the layers hold views and see it at once
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import numpy as np

from course_lib.annotations import BelowOne, Count, Precision, Seed, Strength
from course_lib.arguments import checked
from course_lib.inputs import bare, finite, floats, labels, short
from course_lib.nn import losses
from course_lib.nn.layer import Layer
from course_lib.nn.layers import Dense, Dropout, Unit, hidden_unit
from course_lib.nn.memory import keep_freed_memory
from course_lib.nn.normalization import BatchNorm, LayerNorm
from course_lib.nn.signals import Signals, record
from course_lib.nn.trials import Schemes, generator, per_trial, scheme_of

Number = Any  # a float, or an array (T,) of T networks
NORMS: dict[str, Callable[[int], Layer]] = {"batch": BatchNorm, "layer": LayerNorm}


def _flat(name: str, doc: str) -> property:
    """A vector into which the layers hold views, so that assigning to it must copy the values in."""

    def assign(net, values):
        if values is not getattr(net, name):
            here, values = getattr(net, name), floats(values, name[1:])
            if values.shape != here.shape[here.ndim - values.ndim :]:
                raise ValueError(f"{name[1:]} must be numbers of shape {here.shape}, not {short(values)}.")
            here[...] = values

    return property(attrgetter(name), assign, doc=doc)


class MLP:
    """Dense → [norm] → activation → [dropout], once per hidden layer, then Dense → loss.

    sizes         (n_in, hidden …, n_out)
    activation    a name, (name, parameters) or an `Activation`; "prelu" learns α, "maxout" takes the larger of 2 pieces
    init          a name or (name, parameters) of `INITIALIZERS`, or init(rng, n_in, n_out); biases start at `bias`
    norm          None, "batch", "layer" or a callable n -> layer; norm_after=True puts it behind the activation.
                  A dense layer in front of batch normalisation has no bias.
    l2, l1        J = loss + ½ l2 ΣW² + l1 Σ|W|, over weights only: not over biases, γ, β or PReLU's α
    trials        T networks side by side. theta and grad are (T, P) instead of (P,), losses and accuracies (T,), x is
                  (T, m, n_in) or one (m, n_in) for all. `init` and `seed` may be lists, `dropout`, `l2`, `l1` arrays
                  of T values. With one seed or generator they are the networks T calls of MLP would make from it.
    """

    theta = _flat("_theta", "All parameters, (P,) or (T, P).")
    grad = _flat("_grad", "dJ/dθ of the last `loss_and_grad`, (P,) or (T, P).")

    @checked
    def __init__(
        self,
        sizes: Sequence[Count],
        activation: Unit = "relu",
        init: Schemes = "he",
        *,
        norm: str | Callable | None = None,
        norm_after: bool = False,
        dropout: BelowOne = 0.0,
        loss: str = "softmax_cross_entropy",
        l2: Strength = 0.0,
        l1: Strength = 0.0,
        bias: float = 0.0,
        seed: Seed | list[Seed] = 0,
        dtype: Precision = np.float64,
        trials: Count | None = None,
        **init_params,
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"sizes must be (inputs, hidden units …, outputs), each at least 1, not {tuple(sizes)}.")
        if loss not in losses.LOSSES:
            raise ValueError(f"There is no loss {loss!r}; choose one of {', '.join(losses.LOSSES)}.")
        self.sizes, self.dtype, self.trials = tuple(sizes), np.dtype(dtype), trials
        self.loss_function, self.l2, self.l1 = losses.LOSSES[loss], l2, l1
        rngs = [generator(s) for s in per_trial("seed", seed, trials)]
        self.rng = rngs[0]
        self.layers = self._stack(activation, norm, norm_after)
        self._bind()
        self._draw(rngs, [scheme_of(i, init_params) for i in per_trial("init", init, trials)], bias)
        self.dropout = dropout

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """The scores (…, m, n_out), before any softmax or sigmoid."""
        x = self._checked(x)
        for layer in self.layers:
            x = layer.forward(x, train)
        return x

    def loss_and_grad(self, x: np.ndarray, y: np.ndarray, train: bool = True) -> Number:
        """J, penalties included; `grad` then holds dJ/dθ. Nobody needs dJ/dx, so the first layer leaves it out."""
        loss, d = bare(self.loss_function)(self.forward(x, train), y)
        for layer in self.layers[:0:-1]:
            d = layer.backward(d)
        self.layers[0].backward(d, need_dx=False)
        return self.with_penalty(loss, self.grad)

    def loss(self, x: np.ndarray, y: np.ndarray, train: bool = False) -> Number:
        """J, penalties included."""
        return self.with_penalty(self.loss_function(self.forward(x, train), y)[0])

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The class number of each example (…, m): the highest score, or the sign of a single one."""
        scores = self.forward(x)
        return np.argmax(scores, axis=-1) if self.sizes[-1] > 1 else (scores[..., 0] > 0).astype(int)

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> Number:
        """The share of examples whose class is predicted right; y are class numbers (m,), (m, 1) or (T, m)."""
        guess = self.predict(x)
        return self._plain(np.mean(guess == labels(y, guess.shape, max(2, self.sizes[-1]), "y"), axis=-1))

    def signals(self, x: np.ndarray, y: np.ndarray, train: bool = True) -> Signals:
        """One forward and backward pass with everything recorded; the network stays exactly as it was."""
        with self.without_traces():
            return record(self, self._checked(x), y, train)

    def weights(self) -> list[np.ndarray]:
        """The weight matrices (…, n_in, n_out), first layer first, as views into theta."""
        return [layer.params["W"] for layer in self._dense()]

    def copy(self, dtype: Precision | None = None) -> MLP:
        """An independent network in the same state, random stream and running statistics included; in `dtype`."""
        twin = copy.deepcopy(self)
        if dtype is not None:
            twin.dtype = np.dtype(dtype)
            twin._bind()
        return twin

    @property
    def dropout(self) -> float | np.ndarray:
        """The drop probability of every hidden layer; like l2 and l1 it may be changed while training."""
        return self._dropout

    @dropout.setter
    @checked
    def dropout(self, p: BelowOne) -> None:
        column = self._column("dropout", p)
        stack: list[Layer] = []
        for layer in self.layers:
            if isinstance(layer, Dense) and stack and np.any(p):
                stack.append(Dropout(np.asarray(column)[..., None] if np.ndim(p) else p, self.rng))
            if not isinstance(layer, Dropout):
                stack.append(layer)
        self._dropout, self.layers = p, stack

    @contextmanager
    def without_traces(self) -> Iterator[None]:
        """Inside, training-mode passes leave running statistics, random streams and `grad` as they were."""
        norms = [layer for layer in self.layers if isinstance(layer, BatchNorm)]
        random: list[Any] = [layer for layer in self.layers if hasattr(layer, "rng")]
        grad, tracked, stream = self.grad.copy(), [layer.track for layer in norms], copy.deepcopy(self.rng)
        for layer in norms:
            layer.track = False
        for one in random:
            one.rng = stream
        try:
            yield
        finally:
            self.grad[...] = grad
            for layer, track in zip(norms, tracked, strict=True):
                layer.track = track
            for one in random:
                one.rng = self.rng

    def _dense(self) -> list[Dense]:
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def _stack(self, activation, norm, norm_after) -> list[Layer]:
        if isinstance(norm, str) and norm not in NORMS:
            raise ValueError(f"There is no norm {norm!r}; choose None, {', '.join(NORMS)} or a callable n -> layer.")
        stack: list[Layer] = []
        for n_in, n_out in zip(self.sizes[:-2], self.sizes[1:-1], strict=True):
            unit = hidden_unit(activation, n_out, self.rng)
            norms = [NORMS.get(norm, norm)(n_out if norm_after else unit.pieces * n_out)] if norm else []
            redundant = bool(norms) and isinstance(norms[0], BatchNorm) and not norm_after
            stack.append(Dense(n_in, unit.pieces * n_out, bias=not redundant))
            stack += [unit, *norms] if norm_after else [*norms, unit]
        return [*stack, Dense(self.sizes[-2], self.sizes[-1])]

    def _bind(self) -> None:
        """Make theta and grad and hand every layer its views; what the layers hold moves there."""
        lead = () if self.trials is None else (self.trials,)
        total = sum(math.prod(shape) for layer in self.layers for shape in layer.shapes.values())
        self._theta, self._grad = np.zeros((*lead, total), self.dtype), np.zeros((*lead, total), self.dtype)
        self._scratch = np.empty_like(self._theta), np.empty_like(self._theta)
        keep_freed_memory()
        self._is_weight, start = np.zeros(total, self.dtype), 0
        for layer in self.layers:
            params, grads = {}, {}
            for name, shape in layer.shapes.items():
                place = slice(start, start + math.prod(shape))
                params[name] = self._theta[..., place].reshape(*lead, *shape)
                grads[name] = self._grad[..., place].reshape(*lead, *shape)
                self._is_weight[place] = name == "W"
                start = place.stop
            layer.bind(params, grads)

    def _draw(self, rngs, schemes, bias) -> None:
        """Trial by trial, each weight matrix from its scheme, first layer first."""
        for trial, (rng, scheme) in enumerate(zip(rngs, schemes, strict=True)):
            for layer in self._dense():
                here = layer.params["W"] if self.trials is None else layer.params["W"][trial]
                values = scheme(rng, *here.shape)
                if np.shape(values) not in ((), here.shape):
                    raise ValueError(f"init must give weights of shape {here.shape}, not {short(values)}.")
                here[...] = values
        for layer in self._dense():
            if layer.bias:
                layer.params["b"][...] = bias

    def _checked(self, x: np.ndarray) -> np.ndarray:
        """Finite inputs of the right shape, in the network's precision."""
        if type(x) is not np.ndarray or x.dtype != self.dtype:
            x = floats(x, "x").astype(self.dtype, copy=False)
        if x.shape[-1:] != self.sizes[:1] or x.ndim != 2 and (x.ndim != 3 or x.shape[:1] != self._theta.shape[:-1]):
            stacked = "" if self.trials is None else f" or ({self.trials}, examples, {self.sizes[0]})"
            raise ValueError(f"x must have shape (examples, {self.sizes[0]}){stacked}, not {x.shape}.")
        return finite(x, "x")

    def with_penalty(self, loss: np.ndarray, grad: np.ndarray | None = None) -> Number:
        """J from the mean loss; the gradient of the penalties is added to grad."""
        for penalty, strength in ((losses.l2, self.l2), (losses.l1, self.l1)):
            if not isinstance(strength, (float, int)) or strength:
                per_weight, out = self._scratch  # theta-sized, so that no step has to ask for new memory
                np.multiply(self._column("A penalty", strength), self._is_weight, out=per_weight)
                value, slope = penalty(self._theta, per_weight, axis=-1, out=out)
                loss = loss + value
                if grad is not None:
                    grad += slope
        return self._plain(loss)

    def _column(self, name: str, values: float | np.ndarray) -> float | np.ndarray:
        """A number as it is; an array with one value per trial as a column, to broadcast against theta."""
        if np.ndim(values) == 0:
            return float(values)
        if np.shape(values) != (self.trials,):
            raise ValueError(
                f"{name} must be a number or, with trials, have one value per trial; "
                f"its shape is {np.shape(values)}, trials is {self.trials}."
            )
        return np.reshape(values, (-1, 1))

    def _plain(self, number: np.ndarray) -> Number:
        """A Python float for one network, the array (T,) for many."""
        return float(number) if self.trials is None else number

    def __getstate__(self) -> dict:
        return {name: value for name, value in self.__dict__.items() if name not in ("_theta", "_grad", "_scratch")}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        self._bind()
