"""A multi-layer perceptron, built from sizes and names, with weight penalties, and T of them side by side.

net = MLP((64, 32, 10), activation="relu", init="he", seed=0)

`Sequential` computes its scores, its loss and the gradient.

Source: the equations are those of the CS231n notes, "Neural Networks Part 1" and "Backpropagation".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Annotated, Any

import numpy as np
from annotated_types import doc

from course_lib.annotations import BelowOne, Count, Precision, Seed, Strength
from course_lib.arguments import checked
from course_lib.inputs import bare, finite, generator, like
from course_lib.nn import losses
from course_lib.nn.initializers import initializer
from course_lib.nn.layers import Dense, Dropout, Layer, Unit, hidden_unit
from course_lib.nn.normalization import BatchNorm, LayerNorm
from course_lib.nn.sequential import Number, Sequential

Scheme = str | tuple[str, dict] | Callable
Schemes = Annotated[
    Scheme | list[Scheme], doc('a name such as "he", (name, parameters), a function, or a list of these')
]
_L2, _L1 = bare(losses.l2), bare(losses.l1)
NORMS: dict[str, Callable[[int], Layer]] = {"batch": BatchNorm, "layer": LayerNorm}


def _penalty_strength(name: str, doc: str) -> property:
    """A strength that may be changed while training."""

    def assign(net, strength: Strength):
        setattr(net, f"_{name}", strength)

    assign.__qualname__ = f"MLP.{name}"  # for the sentence that refuses a value
    return property(attrgetter(f"_{name}"), checked(assign), doc=doc)


class MLP(Sequential):
    """Dense → [norm] → activation → [dropout], once per hidden layer, then Dense → loss.

    sizes         (n_in, hidden …, n_out)
    activation    a name, (name, parameters) or an `Activation`; "prelu" learns α, "maxout" takes the larger of 2 pieces
    init          a name or (name, parameters) of `INITIALIZERS`, or init(rng, n_in, n_out); biases start at `bias`
    norm          None, "batch", "layer" or a callable n -> layer; norm_after=True puts it behind the activation.
                  A dense layer in front of batch normalisation has no bias.
    l2, l1        J = loss + ½ l2 ΣW² + l1 Σ|W|, over weights only: not over biases, γ, β or PReLU's α
    trials        T networks side by side. theta and grad are (T, P) instead of (P,), losses and accuracies (T,), x is
                  (T, m, n_in) or one (m, n_in) for all. `init` and `seed` may be lists, `dropout`, `l2`, `l1` arrays
                  of T values. With one generator they are the networks T calls of MLP would make from it; a single
                  seed is made a generator first.
    """

    l2 = _penalty_strength("l2", "The strength of ½ΣW², which may be changed while training.")
    l1 = _penalty_strength("l1", "The strength of Σ|W|, which may be changed while training.")

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
        self.sizes, self.trials, self.l2, self.l1 = tuple(map(int, sizes)), trials, l2, l1
        rngs = [generator(s) for s in _per_trial("seed", seed, trials)]
        self.rng = rngs[0]
        super().__init__(self._stack(activation, norm, norm_after), loss, dtype)
        self._draw(rngs, [_scheme(i, init_params) for i in _per_trial("init", init, trials)], bias)
        self.dropout = dropout

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
        self._dropout, self.layers = p, tuple(stack)

    def penalized(self, loss: np.ndarray, grad: np.ndarray | None = None) -> Number:
        """J from the mean loss; the gradient of the penalties is added to grad."""
        for penalty, strength in ((_L2, self.l2), (_L1, self.l1)):
            if isinstance(strength, np.ndarray) or strength:
                per_weight = np.asarray(self._column("A penalty", strength), self.dtype) * self._is_weight
                value, slope = penalty(self._theta, per_weight, axis=-1)
                loss = loss + value
                if grad is not None:
                    grad += slope
        return float(loss) if self.trials is None else loss

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
        super()._bind()
        names = [
            np.full(math.prod(shape), name == "W") for layer in self.layers for name, shape in layer.shapes.items()
        ]
        self._is_weight = np.concatenate(names).astype(self.dtype)

    def _draw(self, rngs, schemes, bias) -> None:
        """Trial by trial, each weight matrix from its scheme, first layer first."""
        for trial, (rng, scheme) in enumerate(zip(rngs, schemes, strict=True)):
            for layer in self.dense_layers():
                here = layer.params["W"] if self.trials is None else layer.params["W"][trial]
                here[...] = finite(like(scheme(rng, *here.shape), here, "init", number=True), "Weights from init")
        for layer in self.dense_layers():
            if layer.bias:
                layer.params["b"][...] = bias

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


def _per_trial(name: str, value: Any, trials: int | None) -> list:
    """One value for every trial: a list gives each its own, anything else is shared."""
    if not isinstance(value, list):
        shared = value if name == "init" else generator(value)
        return [shared] * (trials or 1)
    if trials is None or len(value) != trials:
        raise ValueError(f"A list for {name} must have one entry per trial; it has {len(value)}, trials is {trials}.")
    return value


def _scheme(init: Scheme, params: dict) -> Callable:
    if isinstance(init, str):
        return initializer(init, **params)
    return partial(init, **params) if callable(init) else initializer(init[0], **{**params, **init[1]})
