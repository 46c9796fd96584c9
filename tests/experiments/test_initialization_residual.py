"""Leaks, uniform draws and residual blocks: the sizes that the theory gives."""

import math

import numpy as np
import pytest

from course_lib.experiments.initialization_residual import leaky_stack, residual_stack


@pytest.mark.parametrize("draw", ["normal", "uniform"])
@pytest.mark.parametrize("slope", [0.2, 0.5, 1.0])
def test_the_gain_of_the_leak_keeps_the_size_and_that_of_relu_does_not(slope, draw):
    kept = np.mean([leaky_stack(slope, draw=draw, seed=seed) ** 2 for seed in range(4)])
    grown = np.mean([leaky_stack(slope, gained=False, draw=draw, seed=seed) ** 2 for seed in range(4)])
    assert kept == pytest.approx(1, abs=0.3)
    assert grown / kept == pytest.approx((1 + slope**2) ** 10, rel=1e-9)


def test_single_draws_scatter_as_far_as_chapter_05_says():
    sizes = [leaky_stack(slope, seed=seed) for slope in (0.01, 0.2) for seed in range(1, 7)]
    assert 0.7 < min(sizes) and max(sizes) < 1.5
    assert [leaky_stack(1.0, seed=seed) for seed in range(1, 7)] == pytest.approx([1.0] * 6, abs=0.06)
    assert all(0.4 < residual_stack("plain", seed=seed).signal < 2 for seed in range(1, 5))


def test_a_residual_block_doubles_the_mean_square_and_the_cures_hold_it():
    for seed in range(2):
        doubled = residual_stack("residual", depth=8, seed=seed)
        assert doubled.signal == pytest.approx(16, rel=0.1) and doubled.gradient == pytest.approx(16, rel=0.1)
        scaled = residual_stack("residual, scaled", depth=8, seed=seed)
        assert scaled.signal == pytest.approx((1 + 1 / 8) ** 4, rel=0.1)
        assert residual_stack("residual, last weights 0", depth=8, seed=seed).gradient == 1
        faded = residual_stack("plain", scale=0.1, depth=8, seed=seed)
        assert math.log10(faded.signal) == pytest.approx(-16, abs=0.5)


def test_a_kind_of_block_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="blocks of residual_stack must be one of"):
        residual_stack("circular")
