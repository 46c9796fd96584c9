"""What flows through a network, layer by layer: the arrays behind every histogram of activations and gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.annotations import Finite


@dataclass(frozen=True)
class Signals:
    """One forward and one backward pass; every list has one array (…, m, n) per hidden layer.

    z is what enters the activation (after normalisation, if that comes first) and h = f(z); the gradients are those
    of J with respect to z and h. weight_grads: dJ/dW (…, n_in, n_out), one per dense layer, the last included.
    """

    loss: float | np.ndarray
    pre_activations: list[np.ndarray]
    activations: list[np.ndarray]
    pre_activation_grads: list[np.ndarray]
    activation_grads: list[np.ndarray]
    weight_grads: list[np.ndarray]


def record(net: Any, x: Finite, y: Finite, train: bool = True) -> Signals:
    """Run x through the network and the gradient of its loss back, and keep all of it; fills net.grad."""
    z: list[np.ndarray] = []
    h: list[np.ndarray] = []
    dz: list[np.ndarray] = []
    dh: list[np.ndarray] = []
    for layer in net.layers:
        before, x = x, layer.forward(x, train)
        if layer.is_activation:
            z.append(before)
            h.append(x)
    loss, d = net.loss_function(x, y)
    for layer in net.layers[::-1]:
        before, d = d, layer.backward(d)
        if layer.is_activation:
            dh.insert(0, before)
            dz.insert(0, d)
    loss = net.with_penalty(loss, net.grad)
    return Signals(loss, z, h, dz, dh, [layer.grads["W"].copy() for layer in net.layers if "W" in layer.grads])
