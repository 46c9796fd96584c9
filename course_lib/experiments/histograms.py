"""Histograms fast enough for half a million numbers per layer while a slider is dragged.

Source: Glorot & Bengio 2010 show signals this way; the fast binning is the course's own.
"""

import math

import numpy as np

from course_lib.nn.activations import Activation

BINS = 60
SIZE_BINS = 96  # four per octave, so 7 decades below the largest


def activation_histogram(h: np.ndarray, f: Activation) -> tuple[np.ndarray, np.ndarray]:
    """Edges (BINS + 1) and counts (BINS) of h in even bins.

    They cover the whole range of a bounded f, else the values from the lowest to 5 standard deviations above the mean.

    Returns: edges (BINS + 1,) and counts (BINS,), for h (m, n).
    """
    low, high = f.bounds
    if not math.isfinite(high):
        low, high = float(h.min()), max(float(h.mean(dtype=float) + 5 * h.std(dtype=float)), 1e-30)
    high = max(high, low + max(1e-30, 1e-9 * abs(low)))  # all values may be equal
    edges = np.linspace(low, high, BINS + 1)
    index = ((h.ravel() - low) * (BINS / (high - low))).astype(np.intp)
    return edges, np.bincount(np.clip(index, 0, BINS - 1, out=index), minlength=BINS)


def size_histogram(g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of |g| in bins that are even on a logarithmic scale, four per octave.

    The upper bits of a positive float32 *are* its binary exponent and the first digits of its mantissa, so a shift
    sorts numbers into logarithmic bins ten times faster than taking logarithms.

    Returns: edges (SIZE_BINS + 1,) and counts (SIZE_BINS,), for g (m, n).
    """
    sizes = np.minimum(np.abs(g), 3e38).astype(np.float32, copy=False)
    code = sizes.ravel().view(np.int32) >> 21
    counts = np.bincount(code, minlength=1024)
    counts[0] = 0  # exact zeros have no logarithm
    top = int(counts.nonzero()[0].max(initial=SIZE_BINS)) + 1
    bins = np.arange(max(0, top - SIZE_BINS), max(0, top - SIZE_BINS) + SIZE_BINS + 1)
    edges = 2.0 ** ((bins >> 2) - 127) * (1 + (bins & 3) / 4)
    return edges, counts[bins[:-1]]


def median(x: np.ndarray) -> float:
    """The exact median of x (…); NumPy's own looks for three order statistics and takes thirteen times longer."""
    ordered = np.partition(x, x.size // 2, axis=None)
    middle, below = ordered[x.size // 2], ordered[: x.size // 2].max(initial=-math.inf)
    return float(middle if x.size % 2 else (below + middle) / 2)
