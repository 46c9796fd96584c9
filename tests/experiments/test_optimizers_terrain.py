"""Saddles, Newton's step and the size of Adam's first steps, against what theory says of each."""

import math

import numpy as np
import pytest

from course_lib.experiments.optimizers_terrain import newton, noise_steps, saddle_escape
from course_lib.nn.optimizers import SGD, Adam, RMSProp


def test_gradient_descent_leaves_a_saddle_in_the_time_of_a_geometric_series():
    """y grows by 1 + η per step: a hundred times closer costs ln 100 / ln 1.1 = 48.3 steps more."""
    steps = [saddle_escape(SGD(0.1), y) for y in (1e-4, 1e-6, 1e-8)]
    assert np.diff(steps) == pytest.approx([math.log(100) / math.log(1.1)] * 2, abs=1)
    assert saddle_escape(SGD(0.1), 0.0) == -1
    assert max(saddle_escape(rule(0.1), 1e-8) for rule in (RMSProp, Adam)) < 10


def test_newton_finds_whatever_has_gradient_zero():
    np.testing.assert_allclose(newton((-1.5, 1.2))[-1], [0, 1], atol=1e-8)
    np.testing.assert_allclose(newton((-1.5, 0.01))[-1], [0, 0], atol=1e-8)


def test_adam_steps_are_longest_at_the_start_where_the_gradient_is_noise():
    rms = noise_steps()
    assert rms[0] == pytest.approx(1, abs=1e-5)
    assert (rms[1:] < rms[0]).all()
    assert rms[500:].mean() == pytest.approx(math.sqrt(0.1 / 1.9), rel=0.02)
