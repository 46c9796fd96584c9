"""The exercises of chapter 08: right against the library, true numbers."""

import numpy as np
import pytest

from course_lib.exercises.regularization import average_members, decayed_step, dropout
from course_lib.experiments.regularization import overfitting
from course_lib.experiments.regularization_ensemble import ensemble
from course_lib.nn.layers import Dropout
from course_lib.nn.network import MLP


# notes: 195
def test_8_1_is_the_step_the_network_makes():
    rng = np.random.RandomState(0)
    x, y = rng.standard_normal((6, 4)), rng.randint(0, 3, 6)
    plain, penalised = MLP((4, 3), seed=1), MLP((4, 3), seed=1, l2=0.3)
    plain.loss_and_grad(x, y)
    layer = plain.layers[0]
    mine = decayed_step(layer.params["W"], layer.params["b"][0], layer.grads["W"], layer.grads["b"][0], 0.1, 0.3)
    penalised.loss_and_grad(x, y)
    penalised.theta -= 0.1 * penalised.grad
    theirs = penalised.layers[0].params
    np.testing.assert_allclose(mine, np.vstack([theirs["W"], theirs["b"]]), atol=1e-14)


# notes: 196, E14
def test_8_2_is_the_layer_of_the_library():
    x = np.random.RandomState(0).standard_normal((5, 4))
    u = np.random.RandomState(1).uniform(size=(5, 4))
    for train in (True, False):
        theirs = Dropout(0.3, np.random.RandomState(1)).forward(x, train)
        np.testing.assert_allclose(dropout(x, u, 0.3, train), theirs, atol=1e-15)


# notes: 10, 198
def test_8_3_gives_probabilities():
    p = average_members(np.random.RandomState(0).standard_normal((7, 5, 3)))
    np.testing.assert_allclose(p.sum(axis=-1), 1)


def test_the_numbers_in_the_predictions_are_the_measured_ones():
    plain, spoiled = overfitting(dtype="float64"), overfitting(dtype="float64", wrong=0.2)
    assert plain.parameters == 17_610 and plain.train_accuracy[0, -1] == 1
    assert plain.val_accuracy[0, -1] == pytest.approx(0.95, abs=0.015)
    assert spoiled.train_accuracy[0, -1] > 0.995
    assert spoiled.val_accuracy[0, -1] == pytest.approx(0.77, abs=0.02)
    for cure in ({"dropout": 0.5}, {"weight_decay": 0.01}):
        assert overfitting(dtype="float64", wrong=0.2, **cure).train_accuracy[1, -1] == pytest.approx(0.9, abs=0.03)
    run = ensemble(15)
    assert run.alone.mean() == pytest.approx(0.91, abs=0.01)
    assert run.alone.max() == pytest.approx(0.93, abs=0.01)
    assert run.accuracy[-1] == pytest.approx(0.96, abs=0.01)
