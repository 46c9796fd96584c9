"""What happens inside a network while it trains: histograms, dead units and the size of the updates, layer by layer.

Source: Glorot & Bengio 2010 for histograms by layer; CS231n notes, "Neural Networks Part 3", for the ratio of updates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.arguments import checked
from course_lib.experiments.histograms import BINS, SIZE_BINS, activation_histogram, size_histogram
from course_lib.nn.activations import Activation
from course_lib.nn.network import MLP

DEAD_SLOPE = 0.005  # below the slope of leaky ReLU's flat side, which does pass something on


@dataclass(frozen=True)
class Layers:
    """All training points sent through the network and back, once; L hidden layers, the one next to the input first."""

    act_edges: np.ndarray  #: (L, BINS + 1)
    act_counts: np.ndarray  #: (L, BINS)
    act_std: np.ndarray  #: (L,)
    grad_edges: np.ndarray  #: (L, SIZE_BINS + 1)
    grad_counts: np.ndarray  #: (L, SIZE_BINS)
    grad_std: np.ndarray  #: (L,) of the gradient of one example's loss with respect to the activations
    dead: np.ndarray  #: (L,) share of units whose slope is below DEAD_SLOPE at every training point

    @property
    def depth(self) -> int:
        """L, the number of hidden layers."""
        return len(self.dead)


def layers_of(net: MLP, x: np.ndarray, y: np.ndarray, f: Activation) -> Layers:
    """In training mode, as an update sees it, but with all points in one batch; the network stays as it was.

    Returns: the signals of x (m, n) with labels y (m,).
    """
    signals = net.signals(x, y)
    gradients = [g * len(x) for g in signals.activation_grads]  # the loss is a mean: back to that of one example
    pairs = list(zip(signals.pre_activations, signals.activations, strict=True))
    slopes = [f.slope_of_output(h) if f.slope_of_output else f.df(z) for z, h in pairs]
    acts = [activation_histogram(h, f) for _, h in pairs]
    sizes = [size_histogram(g) for g in gradients]
    return Layers(
        *_stacked(acts, BINS),
        _stds(signals.activations),
        *_stacked(sizes, SIZE_BINS),
        _stds(gradients),
        np.array([np.mean(np.abs(slope).max(axis=0) < DEAD_SLOPE) for slope in slopes]),
    )


@checked
def update_ratio(before: list[np.ndarray], after: list[np.ndarray]) -> np.ndarray:
    """‖ΔW‖/‖W‖ of the last update for each weight matrix; NaN where there was no update, or W was zero.

    Returns: (L + 1,), for the matrices before and after (n_in, n_out).
    """
    if not before:
        return np.full(len(after), np.nan)
    sizes = np.array([np.linalg.norm(w.astype(float)) for w in before])
    moves = np.array([np.linalg.norm(new.astype(float) - old) for old, new in zip(before, after, strict=True)])
    return np.divide(moves, sizes, out=np.full(len(sizes), np.nan), where=sizes > 0)


def unit_maps(net: MLP, x: np.ndarray) -> np.ndarray:
    """What each hidden unit gives at each row of x, outside training: (L, units, rows).

    Returns: (L, units, m), for x (m, n).
    """
    maps = []
    for layer in net.layers:
        x = layer.forward(x)
        if layer.is_activation:
            maps.append(x.T)
    return np.array(maps)


def _stacked(histograms: list[tuple[np.ndarray, np.ndarray]], bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges and counts of all layers; of none, too."""
    edges, counts = zip(*histograms, strict=True) if histograms else ([], [])
    return np.array(edges).reshape(-1, bins + 1), np.array(counts).reshape(-1, bins)


def _stds(values: list[np.ndarray]) -> np.ndarray:
    return np.array([v.std(dtype=float) for v in values])
