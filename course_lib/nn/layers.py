"""Layers: each turns x into y, and dJ/dy back into dJ/dx and the gradients of its parameters.

A layer alone:    dense = Dense(3, 4);  y = dense.forward(x);  dx = dense.backward(dy);  dense.grads["W"]
x has shape (…, m, n): m examples of n numbers. With a leading trial axis, W (T, n_in, n_out) and x (T, m, n_in) or one
shared x (m, n_in) make T networks at once: the equations are the same. A network calls `bind` to let params
and grads be views into its flat vectors. Arrays given to a layer are never changed.

Source: He et al. 2015 (PReLU); Goodfellow et al. 2013 (maxout); Srivastava et al. 2014 (dropout).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache, partial, wraps
from operator import attrgetter
from types import MethodType
from typing import Annotated, Any, Literal, Self, get_args

import numpy as np
from annotated_types import doc

from course_lib.annotations import BelowOne, Count, Precision, Rng, UniformRng
from course_lib.arguments import checked, validated
from course_lib.inputs import bare, cast, floats, like, short, with_bare, write
from course_lib.nn.activations import Activation
from course_lib.nn.activations import activation as activation_named

Unit = Annotated[str | tuple[str, dict] | Activation, doc('a name such as "relu", (name, parameters) or an Activation')]


class Named(dict):
    """Parameters or gradients of a layer: `grads["W"] = …` writes into the array that is there, which may be a view of
    the vector of a network."""

    def __init__(self, arrays: dict[str, np.ndarray], of: str) -> None:
        super().__init__(arrays)
        self.of = of

    def __setitem__(self, name: str, values: Any) -> None:
        if name not in self:
            raise ValueError(
                f"{self.of} has no {name!r}, only {', '.join(self) or 'nothing'}: a layer names its parameters in "
                f"super().__init__({name}=…), with their first values."
            )
        write(values, self[name], f"{name} in {self.of}")

    def update(self, *given: Any, **named: Any) -> None:
        """Write each of them, as one by one."""
        if given and not isinstance(given[0], Mapping):
            raise ValueError(f"{self.of} must be a dict of arrays, not {short(given[0])}.")
        for name, values in dict(*given, **named).items():
            self[name] = values

    def __ior__(self, given: Any) -> Self:  # type: ignore[misc]
        self.update(given)
        return self

    def __reduce__(self) -> tuple:
        return Named, (dict(self), self.of)  # copies and pickles would fill an empty one


def _named(place: str, doc: str) -> property:
    """Arrays by name: what is assigned is written into those that are there, which a network may hold."""

    def assign(layer: Layer, given: dict[str, np.ndarray]) -> None:
        getattr(layer, place).update(given)

    return property(attrgetter(place), assign, doc=doc)


class Extensible:
    """What a learner may make classes of; `__init__` of this one gives it the attribute `made_by_init`."""

    made_by_init: str

    def __getattr__(self, name: str) -> Any:
        if hasattr(type(self), name):  # a property of the learner's that failed: its own error, once more
            return object.__getattribute__(self, name)
        cure = ": its __init__ must call super().__init__(…) before that" if self.made_by_init not in vars(self) else ""
        raise AttributeError(f"{type(self).__name__} has no {name!r}{cure}.", name=name, obj=self)


class Layer(Extensible):
    """What all layers share. Subclasses give the initial values of their parameters as keywords."""

    made_by_init = "shapes"
    is_activation = False
    pieces = 1  # how many inputs an activation layer takes for one output; only maxout takes more
    units: int | None = None  # how many numbers an example must have; None for any
    rng: Any = None  # the random stream of a layer that draws in training
    cache: Any = None  # what forward keeps for backward
    in_shape: tuple[int, ...] | None = None  # of the last x, to validate dx of a learner's own layer
    out_shape: tuple[int, ...] | None = None  # of the last y, to validate dy
    params = _named("_params", "Parameters by name.")
    grads = _named("_grads", "Gradients of the parameters, by the same names.")

    @checked
    def __init__(self, dtype: Precision = np.float64, **initial: np.ndarray) -> None:
        given = {name: floats(value, f"{name} of {type(self).__name__}") for name, value in initial.items()}
        self.shapes = {name: value.shape for name, value in given.items()}
        self._name({name: np.array(value, dtype) for name, value in given.items()})

    def _name(self, params: dict[str, np.ndarray], grads: dict[str, np.ndarray] | None = None) -> None:
        of = type(self).__name__
        grads = {name: np.zeros_like(value) for name, value in params.items()} if grads is None else grads
        self._params, self._grads = Named(params, f"params of {of}"), Named(grads, f"grads of {of}")

    def bind(self, params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> None:
        """Keep parameters and gradients in params, grads (…) from now on; the present values move there."""
        for name in params:
            params[name][...], grads[name][...] = self.params[name], self.grads[name]
        self._name(params, grads)
        # a network validates its inputs, and its layers need not
        for name in ("forward", "backward"):
            method = getattr(type(self), name)
            own = bare(method) is method
            setattr(self, name, MethodType(_HANDED_ON[name](method) if own else bare(method), self))

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """y (…, m, n_out) from x (…, m, n); what backward will need is kept."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(self, x, train=False).")

    def backward(self, dy: np.ndarray, need_dx: bool = True) -> np.ndarray | None:
        """dx = dJ/dx from dy = dJ/dy (…, m, n_out), and `grads`; None if nobody needs dx (a network's first layer)."""
        raise NotImplementedError(f"{type(self).__name__} must define backward(self, dy, need_dx=True).")

    def check(self, x: np.ndarray) -> None:
        """`ValueError` if x does not fit the layer.

        Raises: ValueError.
        """
        least = max(map(len, self.shapes.values()), default=1)
        if not least <= x.ndim <= max((value.ndim for value in self.params.values()), default=x.ndim):
            raise ValueError(self._wanted(x))
        if self.units not in (None, x.shape[-1]):
            raise ValueError(f"x of {type(self).__name__} must have shape (…, {self.units}), not {x.shape}.")

    def _wanted(self, x: np.ndarray) -> str:
        return f"x of {type(self).__name__} must have shape (examples, {self.units or 'units'}), not {x.shape}."

    def __getstate__(self) -> dict[str, Any]:
        # copies and pickles do without the last batch
        transient = ("cache", "in_shape", "out_shape", "forward", "backward")
        return {name: value for name, value in vars(self).items() if name not in transient}


def takes_x(body: Callable) -> Callable:
    """Validate x of `forward`: an array of numbers (…, units) of any type."""

    @wraps(body)
    def forward(self, x, train=False):
        x = floats(x, f"x of {type(self).__name__}", ndim=1)
        self.check(x)
        y = body(self, x, train)
        self.out_shape = y.shape
        return y

    return with_bare(forward, body)


def takes_dy(body: Callable) -> Callable:
    """Validate dy of `backward`: an array of the shape of the last y.

    Raises: ValueError if there was no forward pass, or dy has another shape.
    """

    @wraps(body)
    def backward(self, dy, need_dx=True):
        name = f"{type(self).__name__}.backward"
        if self.cache is None:
            raise ValueError(f"{name} needs a forward pass first: y = forward(x).")
        dy = floats(dy, f"dy of {name}", ndim=1)
        if dy.shape != (self.out_shape or dy.shape):
            raise ValueError(
                f"dy of {name} must have the shape of the last y = forward(x), {self.out_shape}, not {dy.shape}."
            )
        return body(self, dy, need_dx)

    return with_bare(backward, body)


def hands_on_y(forward: Callable) -> Callable:
    """A learner's own `forward` in a network.

    Raises: ValueError if y is no array (…, m, n_out) for x (…, m, n).
    """

    @wraps(forward)
    def handed_on(self, x, train=False):
        x = floats(x, f"x of {type(self).__name__}", ndim=1)
        name, self.in_shape = f"What {type(self).__name__}.forward returns", x.shape
        y = floats(forward(self, x.copy(), train), name, ndim=2)  # a copy, which it may change
        most = max(x.ndim, *(value.ndim for value in self.params.values()), 0)
        if y.shape[-2] != x.shape[-2] or not x.ndim <= y.ndim <= most:
            raise ValueError(f"{name} must have one row for each row of x, {x.shape}, not be {short(y)}.")
        return cast(y, x.dtype)

    return handed_on


def hands_on_dx(backward: Callable) -> Callable:
    """A learner's own `backward` in a network.

    Raises: ValueError if somebody needs dx and it has not the shape of x.
    """

    @wraps(backward)
    def handed_on(self, dy, need_dx=True):
        dy = floats(dy, f"dy of {type(self).__name__}.backward", ndim=1)
        given = backward(self, dy.copy()) if need_dx else backward(self, dy.copy(), need_dx=False)
        if not need_dx:
            return given
        name = f"What {type(self).__name__}.backward returns"
        dx = cast(floats(given, name, ndim=2), dy.dtype)
        if self.in_shape and dx.shape[-len(self.in_shape) :] != self.in_shape:
            raise ValueError(f"{name} must have the shape of x, {self.in_shape}, not {dx.shape}.")
        return dx

    return handed_on


_HANDED_ON = {"forward": hands_on_y, "backward": hands_on_dx}


class Dense(Layer):
    """y = xW + b;    dW = xᵀ dy,  db = 1ᵀ dy,  dx = dy Wᵀ.      W (…, n_in, n_out), b (…, 1, n_out).

    bias=False leaves b out, as one does in front of batch normalisation, which subtracts it again.
    """

    @checked
    def __init__(self, n_in: Count, n_out: Count, bias: bool = True, dtype: Precision = np.float64) -> None:
        super().__init__(dtype, W=np.zeros((n_in, n_out)), **({"b": np.zeros((1, n_out))} if bias else {}))
        self.units, self.bias = n_in, bias
        self.product: Callable[..., np.ndarray] = np.dot

    def bind(self, params, grads):
        super().bind(params, grads)
        # np.matmul multiplies stacks too; for two small matrices np.dot is a third faster
        self.product = np.dot if params["W"].ndim == 2 else np.matmul

    @takes_x
    def forward(self, x, train=False):
        self.cache = x
        y = self.product(x, self.params["W"])
        if self.bias:
            y += self.params["b"]
        return y

    @takes_dy
    def backward(self, dy, need_dx=True):
        product, x = self.product, self.cache
        product(x.mT, dy, out=self.grads["W"])
        if self.bias:
            product(_row_of_ones(dy.shape[-2], dy.dtype), dy, out=self.grads["b"])
        return product(dy, self.params["W"].mT) if need_dx else None


@lru_cache(maxsize=64)
def _row_of_ones(m: int, dtype: np.dtype) -> np.ndarray:
    """1ᵀ (1, m):  1ᵀ dy is the sum over the examples, at half the price of np.sum for small arrays."""
    return np.ones((1, m), dtype)


def _formula(function: Activation, name: str) -> Any:
    """f, df or slope_of_output without validation of x; what a learner's own gives is validated instead."""
    formula = bare(getattr(function, name))
    if formula is None or getattr(getattr(formula, "func", formula), "__module__", "") == Activation.__module__:
        return formula
    return partial(_like_x, formula, f"{name} of {function.name}", name != "f")


def _like_x(formula: Callable, name: str, number: bool, x: np.ndarray) -> np.ndarray:
    return like(formula(x.copy()), x, name, number)  # a copy, which it may change


class Elementwise(Layer):
    """y = f(x),   element by element;    dx = dy ∘ f′(x)."""

    is_activation = True

    @checked
    def __init__(self, function: str | Activation) -> None:
        super().__init__()
        self.function = function = activation_named(function) if isinstance(function, str) else function
        self.f, self.df, self.slope_of_output = (_formula(function, name) for name in ("f", "df", "slope_of_output"))

    @takes_x
    def forward(self, x, train=False):
        if type(x) is not np.ndarray or x.dtype.char not in "fd":  # given by hand to a layer of a network
            x = floats(x, "x of Elementwise", ndim=1)
        y = self.f(x)
        self.cache = x, y
        return y

    @takes_dy
    def backward(self, dy, need_dx=True):
        x, y = self.cache
        return dy * (self.df(x) if self.slope_of_output is None else self.slope_of_output(y))


class PReLU(Layer):
    """y = max(0, x) + α min(0, x);    dα = Σ dy min(0, x),  dx = dy for x > 0, else α dy.     He et al. 2015 sec. 2.1.

    α is learned, from 0.25. It is one number for all units, or one per unit with per_channel=n.
    """

    is_activation = True

    @checked
    def __init__(self, per_channel: Count | None = None, alpha: float = 0.25, dtype: Precision = np.float64) -> None:
        super().__init__(dtype, alpha=np.full((1, per_channel or 1), alpha))
        self.units, self.axes = per_channel, -2 if per_channel else (-2, -1)

    @takes_x
    def forward(self, x, train=False):
        self.cache = x
        return np.maximum(x, 0.0) + self.params["alpha"] * np.minimum(x, 0.0)

    @takes_dy
    def backward(self, dy, need_dx=True):
        x = self.cache
        np.sum(dy * np.minimum(x, 0.0), axis=self.axes, keepdims=True, out=self.grads["alpha"])
        return np.where(x > 0.0, dy, self.params["alpha"] * dy)


class RReLU(Layer):
    """y = max(0, x) + a min(0, x),   a ~ U(lower, upper) drawn for every value in training, its mean otherwise.

    Xu et al. 2015 (arXiv 1505.00853).
    """

    is_activation = True

    @checked
    def __init__(self, rng: UniformRng, lower: float = 1 / 8, upper: float = 1 / 3) -> None:
        super().__init__()
        if lower > upper:
            raise ValueError(f"lower and upper of RReLU must be in that order, not {lower} and {upper}.")
        self.rng, self.lower, self.upper = rng, lower, upper

    @takes_x
    def forward(self, x, train=False):
        a = 0.5 * (self.lower + self.upper)
        if train:
            a = self.rng.uniform(self.lower, self.upper, x.shape).astype(x.dtype)
        self.cache = x, a
        return np.maximum(x, 0.0) + a * np.minimum(x, 0.0)

    @takes_dy
    def backward(self, dy, need_dx=True):
        x, a = self.cache
        return np.where(x > 0.0, dy, a * dy)


class Maxout(Layer):
    """y = max over k of x_k:   x (…, m, k·n) holds k pieces of n units, piece after piece; y is (…, m, n).

    Behind Dense(n_in, k·n) it is max_k(xW_k + b_k), k times the weights of an ordinary layer. The gradient goes to the
    piece that won, at a tie to the first.   Goodfellow et al. 2013 (arXiv 1302.4389).
    """

    is_activation = True

    @checked
    def __init__(self, pieces: Count = 2) -> None:
        super().__init__()
        self.pieces = pieces

    def check(self, x):
        if x.shape[-1] % self.pieces:
            raise ValueError(f"Maxout cannot divide {x.shape[-1]} values into {self.pieces} pieces of equal size.")

    @takes_x
    def forward(self, x, train=False):
        x = x.reshape(*x.shape[:-1], self.pieces, -1)
        winner = np.argmax(x, axis=-2)[..., None, :]
        self.cache = winner == np.arange(self.pieces)[:, None]
        return np.take_along_axis(x, winner, axis=-2)[..., 0, :]

    @takes_dy
    def backward(self, dy, need_dx=True):
        return (dy[..., None, :] * self.cache).reshape(*dy.shape[:-1], -1)


class Dropout(Layer):
    """y = x ∘ mask,   each unit zeroed with probability p (p is the *drop* probability), in training only.

    mode "inverted":  training x ∘ mask/(1 − p), test x                 (today's form)
    mode "test-time": training x ∘ mask,         test (1 − p) x         (Srivastava et al. 2014)
    mode "none":      training x ∘ mask,         test x                 (wrong: the test signal is 1/(1 − p) too large)
    p may be an array (T, 1, 1), one value per trial.
    """

    Mode = Literal["inverted", "test-time", "none"]
    modes = get_args(Mode)

    @checked
    def __init__(self, p: BelowOne, rng: UniformRng, mode: Dropout.Mode = "inverted") -> None:
        super().__init__()
        self.p, self.rng, self.mode = p, rng, mode

    @takes_x
    def forward(self, x, train=False):
        keep = 1.0 - self.p
        if train:
            kept = self.rng.uniform(size=x.shape) >= self.p
            mask = kept / keep if self.mode == "inverted" else kept
        else:
            mask = keep if self.mode == "test-time" else 1.0
        self.cache = np.asarray(mask, x.dtype)
        return x * self.cache

    @takes_dy
    def backward(self, dy, need_dx=True):
        return dy * self.cache


def hidden_unit(activation: Unit, n: Count, rng: Rng) -> Layer:
    """The activation layer for n hidden units, from a name, (name, parameters) or an `Activation`.

    Raises: ValueError if what is given names no hidden unit.
    """
    if isinstance(activation, Activation):
        return Elementwise(activation)
    name, params = (activation, {}) if isinstance(activation, str) else activation
    if name not in _LAYERS:
        return Elementwise(activation_named(name, **params))
    known = inspect.getfullargspec(_LAYERS[name]).kwonlyargs
    wrong = [p for p in params if p not in known]
    if wrong:
        raise ValueError(f"{name} does not take {wrong[0]!r}; it takes {', '.join(known)}.")
    return _LAYERS[name](n, rng, **params)


# Activations with parameters to learn, chance, or more than one input per output.
_LAYERS: dict[str, Callable[..., Layer]] = {
    "prelu": lambda n, rng, *, alpha=0.25, per_channel=False: PReLU(
        n if validated(bool, "per_channel", "prelu", per_channel) else None, alpha
    ),
    "rrelu": lambda n, rng, *, lower=1 / 8, upper=1 / 3: RReLU(rng, lower, upper),
    "maxout": lambda n, rng, *, pieces=2: Maxout(pieces),
}
