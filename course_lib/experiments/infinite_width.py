"""What theory says of signals in a deep random network whose layers are infinitely wide.

Source: Poole et al. 2016 (arXiv 1606.05340); Yang et al. 2019 (arXiv 1902.08129) for batch normalisation.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from course_lib.nn.activations import Activation


def infinite_width(f: Activation, std: float, width: int, depth: int, batchnorm: bool | str = False):
    """Std of h_l and the factor on the gradient's std in each layer, for n → ∞ with n·Var(w) = σ² kept.

        q_1 = σ²,   q_{l+1} = σ² E[f(√q_l z)²],   factor_l = σ √E[f'(√q_l z)²],   z ~ N(0, 1)

    With batch normalisation before f every q is 1 and the factor is √(E[f'²] / Var_batch[h_{l−1}]); with it after f
    every q is σ² and the factor is σ √(E[f'²] / Var_batch[h_l]). ε is left out.
    Source: Poole et al. 2016 (arXiv 1606.05340); Yang et al. 2019 (arXiv 1902.08129) for batch normalisation.
    """
    z, weight = _gaussian_nodes()
    before, after = batchnorm in (True, "before"), batchnorm == "after"
    sigma2 = width * std**2
    stds, factors = [], []
    q, spread = sigma2, 1.0  # second moment of z_l; variance over the batch of h_{l−1}
    for _ in range(depth):
        u = z * math.sqrt(1.0 if before else q)
        h, slope = f.f(u), f.df(u)
        mean, second = weight @ h, weight @ h**2
        stds.append(math.sqrt(max(0.0, second - mean**2)))
        variance = max(second - mean**2, 1e-300)
        gain = 1 / spread if before else sigma2 / variance if after else sigma2
        factors.append(math.sqrt(gain * (weight @ slope**2)))
        q, spread = sigma2 if after else sigma2 * second, variance
    if batchnorm and std == 0:
        return np.full(depth, math.nan), np.full(depth, math.nan)
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
