"""Overfitting, weight decay, dropout and ensembles: laws, closed forms and the published statements."""

import numpy as np
import pytest

from course_lib.experiments import regularization_decay as decay_room
from course_lib.experiments.regularization import early_stopping, overfitting, spoiled_labels
from course_lib.experiments.regularization_decay import descend, penalty_slopes, shrinking, weight_decay
from course_lib.experiments.regularization_dropout import dropped_out, mean_ratios
from course_lib.experiments.regularization_ensemble import calibration, ensemble, geometric_mean_gap
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Adam, AdamW


# notes: 191
def test_300_images_are_learned_by_heart_and_more_images_help():
    few, many = overfitting(dtype="float64"), overfitting(images=1500)
    assert few.train_accuracy[0, -1] > 0.995 and few.gap[0] > 0.03
    assert many.gap[0] < 0.5 * few.gap[0]
    np.testing.assert_array_equal(few.train_loss[0], few.train_loss[1])  # no regularisation: the two rows are one


# notes: 192, 196
@pytest.mark.parametrize("cure", [{"weight_decay": 0.01}, {"dropout": 0.5}, {"dropout": 0.5, "seed": 4}])
def test_both_cures_keep_wrong_labels_from_being_learned_by_heart(cure):
    run = overfitting(wrong=0.2, **cure)
    assert run.train_accuracy[0, -1] > 0.98 and run.val_accuracy[0, -1] < 0.83
    assert run.train_accuracy[1, -1] < 0.95
    assert run.val_accuracy[1, -1] > run.val_accuracy[0, -1] + 0.03
    assert run.val_loss[1, -1] < 0.8 * run.val_loss[0, -1]


# notes: 192
def test_weight_decay_makes_weights_smaller_and_too_much_stops_learning():
    runs = [overfitting(weight_decay=strength) for strength in (0.001, 0.01, 0.1, 1.0)]
    assert np.all(np.diff([run.weight_rms[1] for run in runs]) < 0)
    assert runs[-1].train_accuracy[1, -1] < 0.5


@pytest.mark.parametrize("cure", [{"weight_decay": 0.001}, {"dropout": 0.2}])
def test_with_clean_labels_a_weak_cure_lowers_the_loss_a_little_from_most_starts(cure):
    change = np.array([np.diff(overfitting(seed=seed, **cure).val_loss[:, -1])[0] for seed in range(5)])
    assert np.mean(change < 0) > 0.5 and np.abs(change).max() < 0.1


def test_with_five_units_per_layer_the_start_decides_and_none_does_as_well_as_many_units():
    right = [overfitting(width=5, seed=seed).val_accuracy[0, -1] for seed in range(8)]
    assert min(right) < 0.75 and max(right) < 0.9 < overfitting(width=150).val_accuracy[0, -1]


# notes: 9
def test_stopping_early_keeps_the_lowest_validation_loss():
    runs = early_stopping()
    assert all(kept <= stopped for kept, stopped in zip(runs.kept, runs.stopped, strict=True))
    assert max(runs.val_loss[:-1]) < 0.8 * runs.val_loss[-1]
    assert runs.stopped[0] < runs.stopped[-1]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4])
def test_exactly_the_share_of_labels_is_wrong(share):
    y = np.arange(1000) % 10
    assert np.mean(spoiled_labels(y, share) != y) == pytest.approx(share)


# notes: E66
def test_sgd_makes_no_difference_between_l2_and_decay_but_adam_does():
    assert weight_decay("sgd", 0.01).distance < 1e-9
    adam = weight_decay("adam", 0.01)
    assert adam.distance > 0.5 and adam.squares[0] < 0.2 * adam.squares[1]
    assert weight_decay("adam", 0.0).distance == 0


def test_decoupled_decay_is_adamw_on_the_weights():
    x, y = np.random.RandomState(0).standard_normal((12, 3)), np.arange(12) % 2
    nets = [MLP((3, 5, 2), seed=[0], trials=1) for _ in range(2)]
    descend(nets[0], Adam(lr=0.02), x, y, np.array([0.3]), 20)
    is_weight = np.zeros_like(nets[1].theta)
    theta = nets[1].theta.copy()
    nets[1].theta[...] = 0
    for w in nets[1].weights():
        w[...] = 1
    is_weight[...] = nets[1].theta
    nets[1].theta[...] = theta
    rule = AdamW(lr=0.02, weight_decay=0.3 * is_weight)
    state = rule.init(nets[1].theta)
    for _ in range(20):
        nets[1].loss_and_grad(x, y)
        rule.step(nets[1].theta, nets[1].grad, state)
    np.testing.assert_allclose(nets[0].theta, nets[1].theta, atol=1e-12)


# notes: E66
def test_adam_divides_the_penalty_by_the_gradient_it_sees():
    left = shrinking()
    np.testing.assert_allclose(left.adam_decoupled, (1 - 0.001) ** 1000, rtol=0.03)
    np.testing.assert_allclose(left.sgd, (1 - 0.001) ** 1000, rtol=0.15)
    assert np.all(np.diff(left.adam_l2) > 0.3)  # large gradients protect from the penalty
    assert left.adam_l2[2] == pytest.approx(np.exp(-0.1 * 0.01 * 1000 / 10), rel=0.03)  # λ/G instead of λ


# notes: 193-194, E15
def test_the_norm_pulls_always_the_same_and_the_square_in_proportion():
    for scale in (0.1, 1.0, 10.0):
        square, norm = penalty_slopes(scale)
        assert square == pytest.approx(scale, rel=1e-6) and norm == pytest.approx(1.0, rel=1e-6)


def test_bad_arguments_say_what_fits():
    for wrong in (
        lambda: overfitting(images=0),
        lambda: weight_decay("lion"),
        lambda: dropped_out(unit="gelu"),
        lambda: ensemble(0),
        lambda: ensemble(kind="bagging"),
        lambda: overfitting(wrong=1.0),
    ):
        with pytest.raises(ValueError, match="must be|share"):
            wrong()
    assert decay_room.DECAYS[0] == 0


# notes: 196, E14
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_forgotten_scaling_makes_the_test_output_too_large_by_one_over_keep(p):
    # reg-dropout-equivalence: E[training output] = test output of a linear unit, for both right scalings
    for mode, ratio in (("inverted", 1), ("test-time", 1), ("none", 1 / (1 - p))):
        result = dropped_out(p, mode, inputs=400)
        assert result.test_output == pytest.approx(2 * (1 - p) if mode == "test-time" else 2)  # Σ wᵢxᵢ = 2
        standard_error = result.train_std / np.sqrt(1000)
        assert result.train_mean * ratio == pytest.approx(result.test_output, abs=4 * ratio * standard_error)


# notes: E14
def test_means_of_ones_are_exact():
    means = mean_ratios(0.5)
    assert means == {"inverted": (1.0, 1.0), "test-time": (0.5, 0.5), "none": (0.5, 1.0)}


def test_dropout_adds_variance_that_the_test_does_not_have():
    # inverted dropout of x has the second moment x²/(1 − p)
    result = dropped_out(0.5, "inverted", inputs=400)
    second = [variance + mean**2 for variance, mean in zip(result.variances, result.activations, strict=True)]
    assert second[0] == pytest.approx(second[1] / 0.5, rel=0.02)


def test_a_bent_unit_sees_another_mean():
    assert dropped_out(0.5, "inverted", inputs=10, unit="relu").ratio < 0.97
    assert dropped_out(0.5, "inverted", inputs=400, unit="linear").ratio == pytest.approx(1, abs=0.06)


# notes: 10, 198, E59
def test_separate_networks_gain_from_company():
    run = ensemble(15)
    assert run.accuracy[-1] > run.alone.mean() + 0.02
    assert run.accuracy[-1] > run.alone.max()
    assert run.loss[-1] < 0.8 * run.loss[0]
    assert run.share.sum() == pytest.approx(1)


# notes: 198, E59
def test_dropout_masks_average_to_about_the_whole_network():
    run = ensemble(15, "dropout")
    assert run.alone.mean() < run.whole - 0.02
    assert run.accuracy[-1] == pytest.approx(run.whole, abs=0.015)


# notes: 198, E59
def test_the_geometric_mean_of_all_masks_is_the_scaled_softmax_and_only_that():
    assert geometric_mean_gap(False) < 1e-12
    assert geometric_mean_gap(False, p=0.3) < 1e-12
    assert geometric_mean_gap(True) > 1e-3


def test_calibration_by_hand():
    p = np.array([[0.95, 0.05], [0.95, 0.05], [0.35, 0.65], [0.45, 0.55]])
    share, confidence, right, gap = calibration(p, np.array([0, 1, 1, 1]))
    assert share[9] == 0.5 and confidence[9] == pytest.approx(0.95) and right[9] == 0.5
    assert gap == pytest.approx(0.5 * 0.45 + 0.25 * 0.35 + 0.25 * 0.45)
