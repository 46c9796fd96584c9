"""The vital signs of a network in training: how far its weights move, how many units are dead, how steep it is.

Source: CS231n notes, "Neural Networks Part 3", section "Ratio of weights:updates".
"""

from dataclasses import dataclass

import numpy as np

from course_lib.nn.network import MLP


@dataclass(frozen=True)
class Vitals:
    """What can be read off after an update of plain SGD."""

    ratio: np.ndarray  #: (layers,) ‖ΔW‖/‖W‖ of each weight matrix
    gradient: float  #: ‖g‖ over all parameters
    dead: float  #: share of hidden units that give 0 for every example


def vitals(net: MLP, lr: float, x: np.ndarray) -> Vitals:
    """`net` after an update with ΔW = −η g, η `lr`; units count as dead or alive on the examples x (m, n)."""
    return Vitals(update_ratios(net, lr), _length(net.grad), dead_share(net, x))


def update_ratios(net: MLP, lr: float) -> np.ndarray:
    """‖ηg‖/‖W‖ of each weight matrix, from the gradient of the last update.

    The ratio is of the UPDATE, learning rate included, not of the gradient.

    Returns: (layers,).
    """
    dense = [layer for layer in net.layers if "W" in layer.params]
    lengths = np.array([_length(layer.params["W"]) for layer in dense])
    moves = np.array([lr * _length(layer.grads["W"]) for layer in dense])
    return np.divide(moves, lengths, out=np.zeros(len(dense)), where=lengths > 0)


def dead_share(net: MLP, x: np.ndarray) -> float:
    """Share of hidden units whose output is 0 on all of x (m, n): inactive on some is sparsity, on all is death."""
    alive = []
    for layer in net.layers:
        x = layer.forward(x)
        if layer.is_activation:
            alive.append((x != 0).any(axis=-2))
    return float(1 - np.concatenate(alive).mean())


def _length(a: np.ndarray) -> float:
    """‖a‖, in float64: the squares of a run that is about to diverge do not fit into float32."""
    return float(np.linalg.norm(a.astype(np.float64)))
