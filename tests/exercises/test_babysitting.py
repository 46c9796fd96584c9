"""The exercises of chapter 09: right against the library, true numbers."""

import math

import numpy as np
import pytest

from course_lib.exercises import _tutor
from course_lib.exercises.babysitting import advice, first_loss, update_ratio
from course_lib.experiments.babysitting_clinic import course
from course_lib.experiments.babysitting_patients import Run
from course_lib.experiments.babysitting_rates import accuracy_before_loss
from course_lib.experiments.babysitting_vitals import update_ratios
from course_lib.nn.network import MLP


# notes: 200
def test_9_1_is_the_loss_of_a_real_network():
    # baby-reg-raises-loss: expected total 3.073085093
    assert first_loss((3072, 50, 10), 1e-4, 1e3) == pytest.approx(3.073085093, abs=1e-8)
    rng = np.random.RandomState(0)
    net = MLP((40, 60, 4), init=("normal", {"std": 0.01}), l2=5.0, seed=rng)
    loss = net.loss(rng.standard_normal((30, 40)), rng.randint(0, 4, 30))
    assert loss == pytest.approx(first_loss((40, 60, 4), 0.01, 5.0), rel=0.02)


# notes: 209, E53
def test_9_2_is_what_the_vital_signs_say():
    net = MLP((5, 3), seed=0)
    net.loss_and_grad(np.random.RandomState(0).standard_normal((8, 5)), np.arange(8) % 3)
    layer = net.layers[0]
    assert update_ratio(layer.params["W"], layer.grads["W"], 0.2) == pytest.approx(update_ratios(net, 0.2)[0])
    # baby-update-ratio: the slide's 0.0002/0.02
    assert update_ratio(np.array([[0.02]]), np.array([[0.0002]]), 1.0) == pytest.approx(0.01)


# notes: 208, E53
def test_9_3_on_three_real_runs():
    runs = [course(Run(images=50)), course(hidden=(2,)), course()]
    assert [advice(run.accuracy[-1], run.val_accuracy[-1]) for run in runs] == [1, 2, 0]


def test_the_numbers_in_the_questions_are_true():
    assert {"9.a", "9.d", "9.g", "9.h"} <= set(_tutor.predictions)
    assert -math.log(0.1) == pytest.approx(2.302585, abs=1e-6)
    run = accuracy_before_loss(1e-6)
    assert run.loss[[0, -1]].round(4).tolist() == [2.3028, 2.3011]
    assert run.accuracy[[0, -1]].round(2).tolist() == [0.12, 0.23] and run.step[-1] == 2690
    small = course(hidden=(2,))
    assert small.accuracy[-1] == pytest.approx(0.56, abs=0.02)
    assert small.val_accuracy[-1] == pytest.approx(0.53, abs=0.02)
    plateau = course(Run(std=0.05))
    assert plateau.loss[plateau.step <= 120].min() > 2.25 and plateau.loss[-1] < 0.6
