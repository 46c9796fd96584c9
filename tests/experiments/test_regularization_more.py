"""Moved digits, a limit for the weights, and which penalty makes exact zeros."""

import numpy as np
import pytest

from course_lib.experiments.regularization import overfitting
from course_lib.experiments.regularization_max_norm import project
from course_lib.experiments.regularization_shifts import MOVES, moved, shifts
from course_lib.experiments.regularization_sparsity import RULES, sparsity


@pytest.mark.parametrize("down, right", MOVES)
def test_a_moved_image_keeps_its_ink_where_it_went(down, right):
    image = np.arange(1.0, 65.0).reshape(8, 8)
    after = moved(image.reshape(1, 64), down, right).reshape(8, 8)
    for row in range(8):
        for column in range(8):
            from_row, from_column = row - down, column - right
            there = 0 <= from_row < 8 and 0 <= from_column < 8
            assert after[row, column] == (image[from_row, from_column] if there else 0)


def test_augmentation_teaches_that_the_place_does_not_matter():
    without, with_ = (shifts(augment, seeds=3) for augment in (False, True))
    assert without.moved.max() < 0.6 < 0.85 < with_.moved.min()
    assert with_.averaged.mean() > with_.moved.mean() and without.averaged.mean() < without.plain.mean()


def test_only_the_proximal_step_of_l1_makes_exact_zeros():
    runs = {rule: sparsity(rule, 1e-3) for rule in RULES}
    assert [run.zeros > 0 for run in runs.values()] == [True, False, False]
    small = {rule: (abs(run.weights) < 1e-3).mean() for rule, run in runs.items()}
    assert runs["L1, proximal"].zeros > 0.5 and small["L1, subgradient"] > 0.5 > small["L2"]
    assert sparsity("L1, proximal", 1e-2).zeros > runs["L1, proximal"].zeros > sparsity("L1, proximal", 1e-4).zeros
    assert sparsity("L1, proximal", 0.0).zeros == 0


def test_the_zeros_stay_and_without_a_penalty_all_rules_are_one():
    far, further = (sparsity("L1, proximal", 1e-2, steps=steps).weights for steps in (8000, 8001))
    np.testing.assert_allclose(far, further, atol=1e-4)
    assert ((far == 0) == (further == 0)).mean() > 0.99
    np.testing.assert_array_equal(sparsity("L2", 0.0).weights, sparsity("L1, proximal", 0.0).weights)


def test_an_unknown_rule_is_named():
    with pytest.raises(ValueError, match="rule of sparsity must be one of"):
        sparsity("L3", 0.1)


def test_the_projection_cuts_long_weights_to_the_limit_and_leaves_the_others():
    w = np.array([[3.0, 0.3, 0.0], [4.0, 0.4, 0.0]])
    project(w, 1.0)
    np.testing.assert_allclose(w, [[0.6, 0.3, 0.0], [0.8, 0.4, 0.0]])


@pytest.mark.parametrize("seed", [1])
def test_under_a_limit_fewer_wrong_labels_are_learnt_and_more_of_the_new_digits_are_right(seed):
    half, quarter = (overfitting(wrong=0.2, max_norm=c, dtype="float64", seed=seed) for c in (0.5, 0.25))
    assert half.longest[0] > 2 and half.longest[1] <= 0.5 * (1 + 1e-12)
    assert half.train_accuracy[0, -1] > 0.99 and half.train_accuracy[1, -1] < 0.9
    assert half.val_accuracy[1, -1] > half.val_accuracy[0, -1] + 0.01
    assert half.val_loss[1, -1] < 0.85 * half.val_loss[0, -1]
    assert quarter.train_accuracy[1, -1] < 0.8 and quarter.val_loss[1, -1] > half.val_loss[1, -1] + 0.1  # too tight
