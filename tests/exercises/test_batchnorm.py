"""The exercises of chapter 06: right against the library and PyTorch."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from course_lib.exercises import _tutor
from course_lib.exercises.batchnorm import batch_norm, batch_norm_backward, fold
from course_lib.experiments.batchnorm_modes import SIZES, batchnorm_modes
from course_lib.nn.gradient_check import numerical_gradient
from course_lib.nn.normalization import BatchNorm

ORACLE = Path(__file__).parents[1] / "oracle" / "pytorch.json"
ORACLE = json.loads(ORACLE.read_text(encoding="utf-8"))["normalizations"]["batch"]


# notes: 152-155, 158
@pytest.mark.parametrize("batch", range(len(ORACLE["train"])))
def test_6_1_and_6_2_are_what_pytorch_computes(batch):
    theirs = {name: np.array(value) for name, value in ORACLE["train"][batch].items()}
    gamma, beta, eps = np.array(ORACLE["gamma"]), np.array(ORACLE["beta"]), ORACLE["eps"]
    np.testing.assert_allclose(batch_norm(theirs["x"], gamma, beta, eps), theirs["y"], atol=1e-13)
    np.testing.assert_allclose(batch_norm_backward(theirs["dy"], theirs["x"], gamma, eps), theirs["dx"], atol=1e-13)


def test_6_2_is_the_measured_slope():
    rng = np.random.RandomState(3)
    dy, x, gamma = rng.standard_normal((5, 3)), rng.standard_normal((5, 3)), np.array([0.5, 1.0, 2.0])
    slope = numerical_gradient(lambda x: float(np.sum(dy * batch_norm(x, gamma, np.zeros(3), 0.1))), x)
    np.testing.assert_allclose(batch_norm_backward(dy, x, gamma, 0.1), slope, atol=1e-9)


# notes: 166
def test_6_3_does_the_work_of_both_layers():
    rng = np.random.RandomState(1)
    x, w, layer = rng.standard_normal((20, 4)), rng.standard_normal((4, 3)), BatchNorm(3)
    for _ in range(5):
        layer.forward(2 + rng.standard_normal((8, 4)) @ w, train=True)
    layer.params["gamma"][...], layer.params["beta"][...] = rng.standard_normal((2, 1, 3))
    gamma, beta = (layer.params[name][0] for name in ("gamma", "beta"))
    folded = fold(w, gamma, beta, layer.running_mean[0], layer.running_var[0], layer.eps)
    np.testing.assert_allclose(x @ folded[:-1] + folded[-1], layer.forward(x @ w), atol=1e-12)


def test_the_numbers_in_the_predictions_are_the_measured_ones():
    nodes = np.linspace(-9, 9, 100_001)
    weights = np.exp(-(nodes**2) / 2) / np.sum(np.exp(-(nodes**2) / 2))
    assert f"{math.sqrt(weights @ np.tanh(nodes) ** 2):.3f}" in _tutor.predictions["6.c"].text()
    growth = math.sqrt(math.pi / (math.pi - 1))
    assert f"{growth:.3f} per layer: {growth**9:.1f} over nine" in _tutor.predictions["6.i"].text()
    assert f"{growth**100:.0e}".replace("e+0", "e") in _tutor.predictions["6.i"].text()
    modes = batchnorm_modes()
    at_32 = SIZES.index(32)
    assert modes.accuracy["eval"][at_32] == pytest.approx(0.95, abs=0.02)
    assert modes.accuracy["train, sorted"][at_32] == pytest.approx(0.2, abs=0.05)
