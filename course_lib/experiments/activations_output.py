"""The last layer and the price: which gradient an output function with its loss gives, and what exp costs.

Source: CS231n notes, "Linear Classification" (stable softmax); M. Nielsen, Neural Networks and Deep Learning, ch. 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from course_lib.annotations import Natural
from course_lib.arguments import checked
from course_lib.inputs import arrays
from course_lib.nn.activations import ACTIVATIONS, sigmoid
from course_lib.nn.losses import sigmoid_bce, softmax_cross_entropy, squared_error


@checked
def output_gradients(score: float) -> dict[str, float]:
    """∂J/∂s for one example with target 1 and the score s, for three outputs with their losses and one odd couple.

    sigmoid, cross-entropy: σ(s) − 1        softmax over (s, 0): p₁ − 1        identity, squared error: s − 1
    sigmoid, squared error: (σ(s) − 1) σ′(s),   which vanishes where the answer is most wrong
    """
    s, one = np.array([[float(score)]]), np.array([[1.0]])
    y = sigmoid(s)
    pair = np.array([[float(score), 0.0]])
    return {
        "sigmoid, cross-entropy": float(sigmoid_bce(s, one)[1][0, 0]),
        "softmax, cross-entropy": float(softmax_cross_entropy(pair, np.array([0]))[1][0, 0]),
        "identity, squared error": float(squared_error(s, one)[1][0, 0]),
        "sigmoid, squared error": float((squared_error(y, one)[1] * ACTIVATIONS["sigmoid"].df(s))[0, 0]),
    }


@arrays("scores", ndim=1)
def naive_softmax(scores: np.ndarray) -> np.ndarray:
    """pᵢ = e^sᵢ / Σⱼ e^sⱼ as it stands in the book: right on paper, overflows above s = 709.

    Returns: (C,) probabilities for scores (C,); NaN where e^s overflows.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(scores)
        return e / e.sum(axis=-1, keepdims=True)


@checked
def activation_cost(
    name: str = "exp", widths: Sequence[Natural] = (16, 64, 256, 1024), examples: Natural = 128
) -> list[float]:
    """Time of f(z) as a share of the time of z = xW, for square layers of each width (forward pass, float32).

    `name` is "exp" or an activation.
    The shortest of several runs, because whatever else the machine does can only add to it. A product costs n
    multiplications per unit, f one evaluation, so the share falls like 1/n.
    """
    shares = []
    for n in widths:
        rng = np.random.default_rng(n)
        x = rng.standard_normal((examples, n), dtype=np.float32)
        w = rng.standard_normal((n, n), dtype=np.float32) / np.float32(n**0.5)
        z = x @ w
        f: Callable = np.exp if name == "exp" else ACTIVATIONS[name].f
        shares.append(_seconds(partial(f, z)) / _seconds(partial(np.matmul, x, w)))
    return shares


def _seconds(work: Callable[[], object]) -> float:
    """The shortest time of one call of `work`, over at least 5 calls and 10 ms."""
    best, spent, calls = float("inf"), 0.0, 0
    while calls < 5 or spent < 0.01:
        began = time.perf_counter()
        work()
        took = time.perf_counter() - began
        best, spent, calls = min(best, took), spent + took, calls + 1
    return best
