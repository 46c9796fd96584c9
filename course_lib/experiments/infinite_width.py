"""What theory says of signals in a deep random network whose layers are infinitely wide.

Source: Poole et al. 2016 (arXiv 1606.05340); Yang et al. 2019 (arXiv 1902.08129) for batch normalisation.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from course_lib.nn.activations import Activation
from course_lib.nn.normalization import BatchNorm


def infinite_width(f: Activation, std: float, width: int, depth: int, batchnorm: bool | str = False):
    """Std of h_l and the factor on the gradient's std in each layer, for n → ∞ with n·Var(w) = σ² kept.

        q_1 = σ²,   q_{l+1} = σ² E[f(√q_l z)²],   factor_l = σ √E[f'(√q_l z)²],   z ~ N(0, 1)

    Batch normalisation before f brings z_l, of variance q_l = σ² Var[h_{l−1}] over the batch, to q_l/(q_l + ε), and
    the factor is divided by √(q_l + ε). After f it does the same to h_l, with v = Var[h_l] in the place of q_l.
    """
    z, weight = _gaussian_nodes()
    before, after = batchnorm in (True, "before"), batchnorm == "after"
    eps = BatchNorm(1).eps
    sigma2 = width * std**2
    stds, factors = [], []
    q = sigma2  # second moment of z_l; with batch normalisation its variance over the batch
    for _ in range(depth):
        u = z * math.sqrt(q / (q + eps) if before else q)
        h, slope = f.f(u), f.df(u)
        above = h - f.f(0 * u)  # a shift leaves the variance as it is, and keeps small ones from cancelling
        variance = max(0.0, weight @ above**2 - (weight @ above) ** 2)
        stds.append(math.sqrt(variance))
        divided = q + eps if before else variance + eps if after else 1.0
        factors.append(math.sqrt(sigma2 * (weight @ slope**2) / divided))
        q = sigma2 * (variance if before else variance / (variance + eps) if after else weight @ h**2)
    return np.array(stds), np.array(factors)


@lru_cache(maxsize=1)
def _gaussian_nodes(nodes: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Nodes z and weights for E[φ(z)], z ~ N(0, 1), crowded around 0 where f(√q z) bends when q is large.

    Their number is even, so that no node falls on the kink of a ReLU.
    """
    t = np.linspace(-1, 1, nodes)
    z = 9 * np.sinh(7 * t) / math.sinh(7)
    weight = np.exp(-(z**2) / 2) * np.gradient(z, t)
    return z, weight / weight.sum()
