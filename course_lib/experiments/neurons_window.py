"""The window network of CS224n: a score for five words, trained so that true windows beat corrupt ones.

Source: CS224n lecture notes 3, "Neural Networks, Backpropagation"; Collobert & Weston 2008.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.annotations import FrozenSeed, Natural
from course_lib.arguments import checked
from course_lib.experiments.neurons_gradient_check import FLOOR
from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.gradient_check import numerical_gradient, relative_error
from course_lib.nn.losses import pair_margin

WORDS, DIMENSIONS, HIDDEN = 5, 4, 8
INPUTS = WORDS * DIMENSIONS

Params = dict[str, np.ndarray]


@checked
def window_parameters(seed: FrozenSeed = 0, scale: float = 0.5) -> Params:
    """W (8, 20), b (8, 1) and U (8, 1), drawn from N(0, scale²)."""
    rng = np.random.RandomState(seed)
    shapes = {"W": (HIDDEN, INPUTS), "b": (HIDDEN, 1), "U": (HIDDEN, 1)}
    return {name: scale * rng.standard_normal(shape) for name, shape in shapes.items()}


@checked
def window_score(x: np.ndarray, W: np.ndarray, b: np.ndarray, U: np.ndarray, activation: str = "tanh") -> np.ndarray:
    """z = Wx + b,   a = f(z),   s = Uᵀa.      x (20, m): m windows as columns;  s (1, m).

    Returns: (1, m), for x (20, m), W (8, 20), b (8, 1), U (8, 1).
    """
    z = W @ x + b
    a = ACTIVATIONS[activation].f(z)
    return U.T @ a


def score_gradients(x: np.ndarray, W: np.ndarray, b: np.ndarray, U: np.ndarray, activation: str = "tanh") -> Params:
    """∂s/∂U = a,   δ = U ∘ f′(z),   ∂s/∂W = δxᵀ,   ∂s/∂b = δ,   ∂s/∂x = Wᵀδ.      One window, x (20, 1).

    W (8, 20), b (8, 1), U (8, 1); each gradient has the shape of what it belongs to.
    """
    f = ACTIVATIONS[activation]
    z = W @ x + b
    delta = U * f.df(z)  # the error signal of the hidden layer: computed once, used three times
    return {"U": f.f(z), "W": delta @ x.T, "b": delta, "x": W.T @ delta}


def pair_gradients(x: np.ndarray, x_c: np.ndarray, params: Params, activation: str = "tanh") -> tuple[float, Params]:
    """J = max(0, 1 − s + s_c)  and its gradients: 1{J > 0}·(∂s_c − ∂s) for U, W, b, and those for x and x_c alone.

    x, x_c (20, 1); each gradient has the shape of what it belongs to.
    """
    s, s_c = (window_score(window, **params, activation=activation) for window in (x, x_c))
    loss, ds, ds_c = (float(part[0, 0]) for part in pair_margin(s, s_c))
    true, corrupt = (score_gradients(window, **params, activation=activation) for window in (x, x_c))
    shared = {name: ds * true[name] + ds_c * corrupt[name] for name in ("U", "W", "b")}
    return loss, {**shared, "x": ds * true["x"], "x_c": ds_c * corrupt["x"]}


@dataclass(frozen=True)
class WindowCheck:
    """The gradients of J for one pair of windows beside finite differences."""

    loss: float
    names: tuple[str, ...]  #: U, W, b, x, x_c
    shapes: tuple[tuple[int, int], ...]
    errors: tuple[float, ...]  #: largest relative error of each
    sizes: tuple[float, ...]  #: largest entry of each gradient


@checked
def window_check(
    seed: FrozenSeed = 0, activation: str = "tanh", h: float = 1e-5, satisfied: bool = False
) -> WindowCheck:
    """Compare every gradient of J = max(0, 1 − s + s_c) with central differences, for random words and parameters.

    `satisfied` scales U up until the true window wins by more than the margin: J and all its gradients are then 0.
    """
    rng = np.random.RandomState(seed + 1)
    params = window_parameters(seed)
    x, x_c = rng.standard_normal((INPUTS, 1)), rng.standard_normal((INPUTS, 1))
    s, s_c = (window_score(window, **params, activation=activation)[0, 0] for window in (x, x_c))
    if (s > s_c) != satisfied:  # call the better window the true one, or the worse, so that J is 0, or not
        x, x_c, s, s_c = x_c, x, s_c, s
    if satisfied:
        params["U"] *= 2.0 / (s - s_c)
    loss, gradients = pair_gradients(x, x_c, params, activation)
    arrays = {"U": params["U"], "W": params["W"], "b": params["b"], "x": x, "x_c": x_c}

    def objective(_: np.ndarray) -> float:
        return pair_gradients(x, x_c, params, activation)[0]

    sizes = tuple(float(np.abs(gradients[name]).max()) for name in arrays)
    errors = tuple(
        float(relative_error(gradients[name], numerical_gradient(objective, array, h), FLOOR * size).max())
        for (name, array), size in zip(arrays.items(), sizes)
    )
    return WindowCheck(loss, tuple(arrays), tuple(array.shape for array in arrays.values()), errors, sizes)


CITIES = "Paris London Rome Oslo Cairo Lima Delhi Kyoto".split()
TRAINING = (
    "we took the train to {} early this morning",
    "the old streets of {} are full of cats",
    "my sister lives in {} with her two dogs",
    "all museums here in {} close on a monday",
    "they flew from {} to the sea last week",
    "the food in {} is not always very good",
)


@dataclass(frozen=True)
class WindowTraining:
    """A window network that learns to tell cities from other words; one entry per pass over the pairs."""

    passes: np.ndarray  #: (passes + 1,)
    loss: np.ndarray  #: (passes + 1,) mean J on the training pairs
    won: np.ndarray  #: (passes + 1,) share of pairs in which the true window scores higher
    likeness: np.ndarray  #: (passes + 1,) mean cosine between the vectors of two cities


@checked
def window_training(passes: Natural = 4, lr: float = 0.02, seed: FrozenSeed = 0) -> WindowTraining:
    """Train W, b, U *and the word vectors* on 48 made-up sentences, each with a city.

    A corrupt window has another word in its place. An update follows each pair. ∂J/∂x is the gradient of five word
    vectors on top of one another.
    """
    sentences = [text.format(city).split() for text in TRAINING for city in CITIES]
    vocabulary = sorted({word for sentence in sentences for word in sentence})
    rng = np.random.RandomState(seed)
    vectors = {word: 0.5 * rng.standard_normal((DIMENSIONS, 1)) for word in vocabulary}
    params = window_parameters(seed)
    pairs = [(true, corrupt) for sentence in sentences for true, corrupt in _pairs(sentence)]
    records = [(0, *_state(pairs, vectors, params))]
    for done in range(1, passes + 1):
        for number in rng.permutation(len(pairs)):
            _learn(pairs[number], vectors, params, lr)
        records.append((done, *_state(pairs, vectors, params)))
    return WindowTraining(*map(np.array, zip(*records, strict=True)))


def _learn(pair: tuple[Sequence[str], Sequence[str]], vectors: Params, params: Params, lr: float) -> None:
    """One step downhill, for the parameters and for each word of both windows."""
    _, g = pair_gradients(_stack(vectors, pair[0]), _stack(vectors, pair[1]), params)
    for name, array in params.items():
        array -= lr * g[name]
    for window, slope in zip(pair, (g["x"], g["x_c"]), strict=True):
        for word, part in zip(window, np.split(slope, WORDS), strict=True):
            vectors[word] -= lr * part


def _pairs(sentence: Sequence[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The window around the city, paired with the same window around each other word of the sentence."""
    (at,) = (at for at, word in enumerate(sentence) if word in CITIES)
    left, right = sentence[at - WORDS // 2 : at], sentence[at + 1 : at + 1 + WORDS // 2]
    return [((*left, sentence[at], *right), (*left, word, *right)) for word in sentence if word != sentence[at]]


def _stack(vectors: Params, window: Sequence[str]) -> np.ndarray:
    """Five word vectors on top of one another: x (20, 1)."""
    return np.vstack([vectors[word] for word in window])


def _state(pairs: Sequence, vectors: Params, params: Params) -> tuple[float, float, float]:
    """Mean J, share of pairs won, likeness of cities."""
    W, b, U = params["W"], params["b"], params["U"]
    s, s_c = (window_score(np.hstack([_stack(vectors, pair[i]) for pair in pairs]), W, b, U) for i in (0, 1))
    cities = np.hstack([vectors[city] / np.linalg.norm(vectors[city]) for city in CITIES])
    cosines = (cities.T @ cities)[np.triu_indices(len(CITIES), 1)]
    return float(pair_margin(s, s_c)[0].mean()), float(np.mean(s > s_c)), float(cosines.mean())


@checked
def multiplications(sizes: Sequence[Natural]) -> dict[str, int]:
    """Multiplications for the gradient of one example in a fully connected network, in three ways.

    "reuse": δ of a layer is computed from δ of the layer above. "no reuse": for each layer's weights, all derivatives
    above it are computed again. "differences": two forward passes for each weight.
    """
    products = [n_in * n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True)]
    downward = [sum(products[k + 1 :]) for k in range(len(products))]  # from the top to δ of layer k
    return {
        "forward": sum(products),
        "reuse": sum(products) + sum(products[1:]),
        "no reuse": sum(products) + sum(downward),
        "differences": 2 * sum(products) * sum(products),
    }
