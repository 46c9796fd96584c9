"""The exercises of chapter 07: right against the library, true numbers."""

import numpy as np
import pytest

from course_lib.exercises import _tutor
from course_lib.exercises.optimizers import (
    adam_steps,
    momentum_steps,
    rates_on_plateau,
)
from course_lib.experiments.optimizers import saito_paths
from course_lib.experiments.optimizers_adam import adam_bias, effective_rates
from course_lib.experiments.optimizers_race import optimizer_race
from course_lib.experiments.optimizers_schedules import noise_floor
from course_lib.nn.optimizers import Adam, Momentum
from course_lib.nn.schedules import Plateau


def library_steps(optimizer, gradients):
    theta, places = np.zeros(1), [0.0]
    state = optimizer.init(theta)
    for g in gradients:
        optimizer.step(theta, np.array([g]), state)
        places.append(theta.item())
    return np.diff(places)


# notes: 171, 181-182
def test_7_1_and_7_2_are_the_library():
    gradients = np.random.RandomState(7).standard_normal(50)
    np.testing.assert_allclose(
        momentum_steps(gradients, 0.1, 0.9), library_steps(Momentum(0.1, 0.9), gradients), atol=1e-12
    )
    np.testing.assert_allclose(
        adam_steps(gradients, 0.1, 0.9, 0.99, 1e-3), library_steps(Adam(0.1, 0.9, 0.99, 1e-3), gradients), atol=1e-12
    )


def test_7_2_first_step():
    """Kingma & Ba 2015: η, whatever the gradient."""
    assert adam_steps(np.array([123.0]), 0.01, 0.9, 0.999, 1e-8)[0] == pytest.approx(-0.01)


# notes: 186, E23
@pytest.mark.parametrize("patience", [1, 2, 3, 5])
def test_7_3_is_the_library(patience):
    losses = np.abs(np.random.RandomState(patience).standard_normal(60))
    run, rates = Plateau(0.8, 0.5, patience).start(), []
    for loss in losses:
        run.update(loss)
        rates.append(run(0))
    np.testing.assert_allclose(rates_on_plateau(losses, 0.8, patience), rates)


def test_the_numbers_in_the_predictions_are_the_measured_ones():
    losses = {name: run.loss[-1] for name, run in saito_paths().items()}
    text = _tutor.predictions["7.b"].text()
    for name, shown in (("adagrad", "0.00072"), ("sgd", "0.0133"), ("momentum", "0.048"), ("adam", "0.102")):
        assert shown in text and losses[name] == pytest.approx(float(shown), rel=0.005)
    assert losses["adam"] / losses["adagrad"] == pytest.approx(140, rel=0.02)
    rates = effective_rates()["adagrad"]
    assert rates[1] / rates[0] == pytest.approx(100)
    bias = adam_bias(correction=False)
    assert f"{bias.step[0]:.2f}" == "3.16" and bias.peak[0] == 12 and f"{bias.peak[1]:.2f}" == "6.57"
    assert f"{noise_floor(0.5):.3f}" == "0.167"
    common, tuned = optimizer_race(rates="common").mean[:, -1], optimizer_race(rates="tuned").mean[:, -1]
    assert tuned.max() < 3.3 * tuned.min() and common[0] / common.min() == pytest.approx(4, abs=0.4)
