"""One update to watch: every number of a small network through forward pass, loss, backward pass and update.

Source: CS224n lecture notes 3, "Neural Networks, Backpropagation".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, FrozenSeed, OneOf, Positive
from course_lib.arguments import checked
from course_lib.experiments.neurons_window import HIDDEN, INPUTS, WORDS, window_parameters
from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.losses import pair_margin
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD

NETWORKS = {"2-2-1": (2, 2, 1), "2-3-1": (2, 3, 1), "3-3-2": (3, 3, 2), "4-3-2": (4, 3, 2)}
PHASES = ("forward", "loss", "backward", "update")
UPDATES = 5
MOMENTS = tuple(range(len(PHASES) * UPDATES))
X = (0.5, -1.0, 0.8, -0.4)
BIAS = 0.1
TRUE = tuple("museums in Paris are amazing".split())
CORRUPT = tuple("museums in museums are amazing".split())
WINDOW_PARTS = ("W", "b", "a", "U", "s", "x")


@dataclass(frozen=True)
class NetworkUpdate:
    """z = Wx + b,   a = f(z),   s = Uᵀa + c,   and what one update θ ← θ − α ∂J/∂θ does.

    n inputs, h hidden units, o outputs, m examples: one, or in the window network a true and a corrupt window.
    """

    sizes: tuple[int, ...]
    activation: str
    lr: float
    moment: int  #: 0 to 19: four phases in each of five updates
    part: str  #: what is looked at: "x1-a2", "b-a2", "a2-s1", "c-s1" are parameters, "x1", "a2", "s1" units
    x: np.ndarray  #: (m, n)
    z: np.ndarray  #: (m, h)
    a: np.ndarray  #: (m, h)
    slope: np.ndarray  #: (m, h) f′(z)
    s: np.ndarray  #: (m, o)
    probability: np.ndarray  #: (o,) softmax of s with two outputs, else empty
    loss: float  #: J before the update: ½(s − 1)², −log p₁ or max(0, 1 − s + s_c)
    losses: np.ndarray  #: (updates so far + 1,) J before each update
    loss_after: float
    before: dict[str, np.ndarray]  #: W (h, n), b (h,), U (h, o), c (o,)
    gradient: dict[str, np.ndarray]  #: ∂J/∂θ, the same names and shapes
    after: dict[str, np.ndarray]
    ds: np.ndarray  #: (m, o) ∂J/∂s
    da: np.ndarray  #: (m, h) ∂J/∂a
    delta: np.ndarray  #: (m, h) ∂J/∂z
    dx: np.ndarray  #: (m, n) ∂J/∂x

    @property
    def update(self) -> int:
        """How many updates are done."""
        return self.moment // len(PHASES)

    @property
    def phase(self) -> str:
        """Which part of an update this moment is."""
        return PHASES[self.moment % len(PHASES)]

    @property
    def is_window(self) -> bool:
        """Whether this is the window network."""
        return len(self.x) == 2

    @property
    def place(self) -> tuple[str, tuple[int, ...]]:
        """The array in which the part looked at stands, and its index there: "x1-a2" is ("W", (1, 0))."""
        *source, to = self.part.split("-")
        row = int(to[1:]) - 1
        if not source:
            return to[0], (row,)
        if source[0] in ("b", "c"):
            return source[0], (row,)
        column = int(source[0][1:]) - 1
        return ("W", (row, column)) if to[0] == "a" else ("U", (column, row))

    @property
    def factors(self) -> tuple[tuple[tuple[float, ...], ...], ...]:
        """The chain rule in numbers, for each example: the derivative is the sum of the products of these factors.

        ∂J/∂W_ij = δ_i·x_j,  ∂J/∂b_i = δ_i,  ∂J/∂U_ik = ∂J/∂s_k·a_i,  ∂J/∂c_k = ∂J/∂s_k,
        δ_i = Σ_k ∂J/∂s_k·U_ik·f′(z_i),  ∂J/∂x_j = Σ_i δ_i·W_ij.      A derivative of a parameter sums the examples.
        """
        name, at = self.place
        return tuple(
            tuple(tuple(map(float, product)) for product in self._products(name, at, m)) for m in range(len(self.x))
        )

    def _products(self, name: str, at: tuple[int, ...], m: int) -> list[tuple[float, ...]]:
        W, U = self.before["W"], self.before["U"]
        match name, at:
            case "W", (i, j):
                return [(self.delta[m, i], self.x[m, j])]
            case "U", (i, k):
                return [(self.ds[m, k], self.a[m, i])]
            case "b", (i,):
                return [(self.delta[m, i],)]
            case "a", (i,):
                return [(self.ds[m, k], U[i, k], self.slope[m, i]) for k in range(U.shape[1])]
            case "x", (j,):
                return [(self.delta[m, i], W[i, j]) for i in range(W.shape[0])]
        return [(self.ds[m, at[0]],)]  # c and s


def parts_of(network: str) -> tuple[str, ...]:
    """Everything one can look at in a network of `NETWORKS`: units, weights and biases by name."""
    n, h, o = NETWORKS[network]
    hidden, outputs = range(1, h + 1), range(1, o + 1)
    return (
        *(f"x{j}-a{i}" for i in hidden for j in range(1, n + 1)),
        *(f"b-a{i}" for i in hidden),
        *(f"a{i}-s{k}" for k in outputs for i in hidden),
        *(f"c-s{k}" for k in outputs),
        *(f"x{j}" for j in range(1, n + 1)),
        *(f"a{i}" for i in hidden),
        *(f"s{k}" for k in outputs),
    )


@checked
def network_update(
    network: Annotated[str, OneOf(NETWORKS)] = "2-2-1",
    moment: Annotated[int, OneOf(MOMENTS)] = 2,
    part: str = "x1-a1",
    activation: Annotated[str, OneOf(ACTIVATIONS)] = "tanh",
    lr: Positive = 0.2,
    seed: FrozenSeed = 3,
) -> NetworkUpdate:
    """Follow the first five updates of a network on one example, x = (0.5, −1, 0.8, −0.4) or the first of these.

    One output: J = ½(s − 1)². Two outputs: the cross-entropy, the first class being right.

    Raises: ValueError for a part that the network does not have.
    """
    if part not in parts_of(network):
        raise ValueError(f"part must be one of {', '.join(parts_of(network))} in network {network}, not {part!r}.")
    sizes = NETWORKS[network]
    one = sizes[-1] == 1
    loss = "squared_error" if one else "softmax_cross_entropy"
    net = MLP(sizes, activation, _two_decimals, bias=BIAS, loss=loss, seed=seed)
    return _watched(net, np.array([X[: sizes[0]]]), np.array([1.0 if one else 0]), activation, lr, moment, part)


@checked
def window_update(
    moment: Annotated[int, OneOf(MOMENTS)] = 2,
    part: Annotated[str, OneOf(WINDOW_PARTS)] = "W",
    unit: Annotated[Count, Le(HIDDEN)] = 1,
    entry: Annotated[Count, Le(INPUTS)] = 9,
    activation: Annotated[str, OneOf(ACTIVATIONS)] = "tanh",
    lr: Positive = 0.1,
    seed: FrozenSeed = 0,
) -> NetworkUpdate:
    """The same in the window network: J = max(0, 1 − s + s_c) of a true window and one with another word for Paris.

    `part` is looked at for hidden unit `unit` (1 to 8) and number `entry` (1 to 20) of the window. There is no c in
    this network: its gradient is ∂J/∂s + ∂J/∂s_c = 0, and it stays 0.
    """
    net = MLP((INPUTS, HIDDEN, 1), activation, seed=seed)
    params = window_parameters(seed)
    first, last = net.layers[0], net.layers[-1]
    first.params["W"][...] = np.round(params["W"].T, 2)
    first.params["b"][...] = np.round(params["b"].T, 2)
    last.params["W"][...] = np.round(params["U"], 2)
    net.loss_function = _margin
    draw = np.random.RandomState(seed + 1).standard_normal
    vectors = {word: np.round(0.5 * draw(INPUTS // WORDS), 2) for word in dict.fromkeys(TRUE + CORRUPT)}
    x = np.array([np.concatenate([vectors[word] for word in window]) for window in (TRUE, CORRUPT)])
    names = {"W": f"x{entry}-a{unit}", "b": f"b-a{unit}", "U": f"a{unit}-s1"}
    chosen = names.get(part) or {"a": f"a{unit}", "x": f"x{entry}", "s": "s1"}[part]
    return _watched(net, x, np.zeros(2), activation, lr, moment, chosen)


def _two_decimals(rng: np.random.Generator, n_in: int, n_out: int) -> np.ndarray:
    """Weights one can multiply by hand: N(0, 0.7²), rounded."""
    return np.round(0.7 * rng.standard_normal((n_in, n_out)), 2)


def _margin(scores: np.ndarray, _: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J = max(0, 1 − s + s_c) for the scores (2, 1) of a true and a corrupt window."""
    loss, ds, ds_c = pair_margin(scores[0], scores[1])
    return loss.sum(), np.array([ds, ds_c])


def _watched(
    net: MLP, x: np.ndarray, y: np.ndarray, activation: str, lr: float, moment: int, part: str
) -> NetworkUpdate:
    """Make the updates before `moment`, then one more, and keep what happens in it."""
    optimizer = SGD(lr)
    state, losses = optimizer.init(net.theta), []
    for _ in range(moment // len(PHASES)):
        losses.append(net.loss_and_grad(x, y))
        optimizer.step(net.theta, net.grad, state)
    seen, scores = net.signals(x, y), net.forward(x)
    _, ds = net.loss_function(scores, y)
    losses.append(net.loss_and_grad(x, y))
    before, gradient = _parameters(net, "params"), _parameters(net, "grads")
    optimizer.step(net.theta, net.grad, state)
    (z,), (a,) = seen.pre_activations, seen.activations
    (da,), (delta,) = seen.activation_grads, seen.pre_activation_grads
    probability = ds[0] + [1.0, 0.0] if net.sizes[-1] > 1 else ds[0, :0]  # ∂J/∂s = p − 1_y
    forward = x, z, a, ACTIVATIONS[activation].df(z), scores, probability
    loss = losses[-1], np.array(losses), net.loss(x, y)
    parameters = before, gradient, _parameters(net, "params")
    backward = ds, da, delta, delta @ before["W"]
    return NetworkUpdate(net.sizes, activation, lr, moment, part, *forward, *loss, *parameters, *backward)


def _parameters(net: MLP, kind: str) -> dict[str, np.ndarray]:
    """Copies of W, b, U, c, or of their gradients, in the shapes of the chapter."""
    first, last = getattr(net.layers[0], kind), getattr(net.layers[-1], kind)
    arrays = {"W": first["W"].T, "b": first["b"][0], "U": last["W"], "c": last["b"][0]}
    return {name: array.copy() for name, array in arrays.items()}
