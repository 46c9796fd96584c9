"""The standard normal distribution, which NumPy does not have: GELU is made of it.

φ(x) = e^(−x²/2)/√(2π)  is the density,  Φ(x) = ½ erfc(−x/√2)  the cumulative distribution.

Source: Press et al. 2007, Numerical Recipes, section 6.2.2, for erfc.
"""

from __future__ import annotations

import math

import numpy as np

from course_lib.inputs import arrays

FAR = 100.0  # beyond it e^(−x²) is 0 in every precision, and x² must not overflow in float32

# Chebyshev coefficients of log(e^{z²} erfc(z) / t) in u = 2t − 1, with t = 2/(2 + z), computed with 40 digits.
_LOG_ERFC = (
    -1.302653719781709,
    6.419697923564903e-1,
    1.947647320418584e-2,
    -9.56151478680861e-3,
    -9.465953444820382e-4,
    3.668394978527616e-4,
    4.252332480690644e-5,
    -2.027857811253418e-5,
    -1.624290004648344e-6,
    1.303655835581833e-6,
    1.562644172076456e-8,
    -8.523809591363454e-8,
    6.529054437817307e-9,
    5.059343496821675e-9,
    -9.91364157751029e-10,
    -2.273651210482595e-10,
    9.646790978915633e-11,
    2.394039299269263e-12,
    -6.886028727125367e-12,
    8.94489111511702e-13,
    3.130909729684443e-13,
    -1.127070746843789e-13,
    3.79960420201957e-16,
    7.107208120431832e-15,
    -1.524118348699423e-15,
    -9.350590518333836e-17,
    1.199765177725735e-16,
    -2.714198680669826e-17,
)


@arrays()
def erfc(z: np.ndarray) -> np.ndarray:
    """erfc(z) = 1 − erf(z),   relative error below 2e-13 in float64 while the value is above 1e-300.

    For z ≥ 0 it is t·exp(−z² + c₀/2 + Σ cⱼ Tⱼ(2t − 1)), t = 2/(2 + z); for z < 0 it is 2 − erfc(−z). The sum is
    Clenshaw's. The form is that of W. H. Press et al., Numerical Recipes (2007) sec. 6.2.2.

    Returns: the shape of z (…).
    """
    size = np.minimum(np.abs(z), FAR)
    t = 2.0 / (2.0 + size)
    twice_u = 4.0 * t - 2.0
    before = last = np.zeros_like(t)
    for c in _LOG_ERFC[:0:-1]:
        last, before = twice_u * last - before + c, last
    tail = t * np.exp(-size * size + 0.5 * (_LOG_ERFC[0] + twice_u * last) - before)
    return np.where(z >= 0.0, tail, 2.0 - tail)


@arrays()
def density(x: np.ndarray) -> np.ndarray:
    """φ(x) = e^(−x²/2)/√(2π)

    Returns: the shape of x (…).
    """
    near = np.clip(x, -FAR, FAR)
    return np.exp(-0.5 * near * near) * (1.0 / math.sqrt(2.0 * math.pi))


@arrays()
def cumulative(x: np.ndarray) -> np.ndarray:
    """Φ(x) = ½ erfc(−x/√2):  the probability that a standard normal number is below x.

    Returns: the shape of x (…).
    """
    return 0.5 * erfc(x * -math.sqrt(0.5))
