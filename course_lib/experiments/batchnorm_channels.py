"""What γ and β can give back when channels have them each for themselves, and what one pair for all could.

Source: Ioffe & Szegedy 2015 (arXiv 1502.03167), section 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.arguments import checked
from course_lib.experiments.regularization import shared_digits
from course_lib.nn.normalization import BatchNorm

CHANNELS = ("ink", "change along x", "change along y")


@dataclass(frozen=True)
class ChannelPairs:
    """Maps of three channels through batch normalisation, with γ and β chosen to give each channel back."""

    mean: np.ndarray  #: (3,) of the input, over images and places
    std: np.ndarray  #: (3,)
    normalised: np.ndarray  #: (3,) std with γ = 1, β = 0
    own: np.ndarray  #: (3,) largest |y − x| with a pair (√(σ² + ε), μ) for each channel
    shared: np.ndarray  #: (3,) root mean square of y − x with the best single pair for all channels
    places: np.ndarray  #: (3,) spread of the means of the 64 places after normalising; 0 if each place had its own pair


@checked
def channel_pairs(images: int = 200, eps: float = 1e-5) -> ChannelPairs:
    """`images` digits as maps of three channels: the ink, and its changes from the pixel before
    along x and along y (before the first there is none: 0)."""
    ink = shared_digits().x_train[:images].reshape(-1, 8, 8)
    changes = (np.diff(ink, axis=axis, prepend=0) for axis in (2, 1))
    x = np.stack([ink, *changes], axis=1).astype(np.float64)
    over, layer = (0, 2, 3), BatchNorm(3, maps=True, eps=eps)
    mean, variance = x.mean(axis=over), x.var(axis=over)
    x_hat = layer.forward(x, train=True)
    layer.params["gamma"][...] = np.sqrt(variance + eps).reshape(layer.params["gamma"].shape)
    layer.params["beta"][...] = mean.reshape(layer.params["beta"].shape)
    own = np.abs(layer.forward(x, train=True) - x).max(axis=over)
    gamma, beta = np.polyfit(x_hat.ravel(), x.ravel(), 1)
    shared = np.sqrt(((gamma * x_hat + beta - x) ** 2).mean(axis=over))
    places = x_hat.mean(axis=0).std(axis=(1, 2))
    return ChannelPairs(mean, np.sqrt(variance), x_hat.std(axis=over), own, shared, places)
