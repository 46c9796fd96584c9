"""Three questions about ground and start: how long a saddle holds, what second derivatives buy, why rates warm up.

Source: Dauphin et al. 2014 (arXiv 1406.2572) on saddles; Goyal et al. 2017 (arXiv 1706.02677) on warm-up.
"""

from __future__ import annotations

import numpy as np

from course_lib.annotations import FrozenSeed
from course_lib.arguments import checked
from course_lib.experiments.optimizers import optimizer_path
from course_lib.nn.optimizers import Adam, Optimizer


@checked
def saddle_escape(optimizer: Optimizer, distance: float, steps: int = 400) -> int:
    """Steps until |y| > ½ on x²/2 − y²/2 + y⁴/4, from (−1.5, `distance`) beside the ridge; −1 if never."""
    path = optimizer_path(optimizer, "saddle", start=(-1.5, distance), steps=steps)
    out = np.abs(path.points[:, 1]) > 0.5
    return int(out.argmax()) if out.any() else -1


@checked
def newton(start: tuple[float, float], steps: int = 5) -> np.ndarray:
    """θ ← θ − H⁻¹g on the same saddle, whose H is diag(1, 3y² − 1). Returns the points, (steps + 1, 2).

    Beside |y| = 1/√3, where the curvature along y is 0, a step is long without limit.

    Returns: (steps + 1, 2).
    """
    x, y = start
    points = [(x, y)]
    for _ in range(steps):
        x, y = 0.0, y - (y**3 - y) / (3 * y * y - 1)
        points.append((x, y))
    return np.array(points)


@checked
def noise_steps(steps: int = 1000, weights: int = 10_000, seed: FrozenSeed = 0) -> np.ndarray:
    """Root mean square of Adam's steps in units of η when gradients are noise and nothing else, (steps,).

    `weights` independent weights, g ~ N(0, 1) at every step: the true gradient is 0, and so is the best step.

    Returns: (steps,).
    """
    rng, adam = np.random.default_rng(seed), Adam(lr=1.0)
    theta = np.zeros(weights)
    state, rms = adam.init(theta), np.empty(steps)
    for t in range(steps):
        before = theta.copy()
        adam.step(theta, rng.standard_normal(weights), state)
        rms[t] = np.sqrt(np.mean((theta - before) ** 2))
    return rms
