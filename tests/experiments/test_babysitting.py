"""First loss, tiny sets, learning rates, vital signs and the clinic: published numbers, closed forms and laws."""

import math

import numpy as np
import pytest

from course_lib.experiments import babysitting_live
from course_lib.experiments import babysitting_rates as rates
from course_lib.experiments.babysitting import (
    FAULTS,
    SCALES,
    SLIPS,
    centred_digits,
    expected_loss,
    first_losses,
    initial_loss,
    tiny_overfit,
)
from course_lib.experiments.babysitting_clinic import clinic, course
from course_lib.experiments.babysitting_live import EVERY, first_frames, live_training
from course_lib.experiments.babysitting_patients import DISEASES, PATIENTS, TREATMENTS, Run
from course_lib.experiments.babysitting_vitals import dead_share, update_ratios
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD

LN = {2: 0.6931471806, 10: 2.302585093, 100: 4.605170186, 1000: 6.907755279}  # baby-softmax-initial-loss


# notes: 200
@pytest.mark.parametrize("classes", LN)
def test_small_weights_give_ln_c(classes):
    result = initial_loss(classes, scale=1e-3)
    assert result.loss == pytest.approx(LN[classes], abs=1e-3)
    assert result.expected == pytest.approx(LN[classes], abs=1e-8)


def test_scores_of_one_draw_grow_with_the_square_of_the_scale():
    direct = MLP((64, 50, 10), init=("normal", {"std": 0.3}), seed=np.random.RandomState(0))
    from course_lib.experiments.babysitting import centred_digits

    digits = centred_digits()
    assert initial_loss(scale=0.3).loss == pytest.approx(direct.loss(digits.x_train[:200], digits.y_train[:200]))


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("pixels", [1, 16])
def test_each_point_of_the_curves_is_the_loss_at_its_scale(slip, pixels):
    whole = initial_loss(reg=0.1, pixels=pixels, slip=slip)
    for place in (0, 20, 32):
        point = initial_loss(scale=SCALES[place], reg=0.1, pixels=pixels, slip=slip)
        assert point.loss == point.data + point.penalty
        assert (whole.curve[place], whole.penalties[place]) == pytest.approx((point.data, point.penalty))
        factor = {"sum": 200, "log10": 1 / math.log(10)}.get(slip, 1)
        assert point.data == pytest.approx(-factor * np.mean(np.log(point.p_right)))
        assert point.penalty == pytest.approx(0.5 * 0.1 * SCALES[place] ** 2 * (64 * 50 + 50 * 10), rel=0.1)
        assert (np.diff(point.p_right) >= 0).all()


# notes: 200
def test_a_penalty_raises_the_first_loss_as_on_the_slide():
    # baby-reg-raises-loss: expected 3.073085093, slide print 3.068597165, sd of the penalty 0.0027757882
    assert expected_loss((3072, 50, 10), 1e-4, 1e3) == pytest.approx(3.073085093, abs=1e-8)
    (plain, _), (penalised, expected) = first_losses()
    assert plain == pytest.approx(LN[10], abs=1e-3)
    assert penalised == pytest.approx(expected, abs=4 * 0.0027757882)


# notes: 200
def test_slips_show_in_the_first_loss_but_mixed_labels_do_not():
    assert initial_loss(slip="sum").loss == pytest.approx(200 * LN[10], rel=1e-3)
    assert initial_loss(slip="log10").loss == pytest.approx(1, abs=1e-3)
    assert initial_loss(slip="labels").loss == pytest.approx(LN[10], abs=1e-3)
    assert initial_loss(scale=1.0).loss > 10


# notes: 201
def test_twenty_digits_are_learned_by_heart():
    # baby-tiny-overfit: accuracy 1, loss near 0 after 200 epochs
    result = tiny_overfit(20)
    assert result.passed and result.accuracy[-1] == 1 and result.loss[-1] < 0.01
    assert result.loss[0] == pytest.approx(LN[10], abs=0.05)
    assert (result.accuracy[result.learned_at :] == 1).all() and result.accuracy[result.learned_at - 1] < 1


# notes: 201
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "none"])
def test_the_tiny_set_finds_every_fault(fault):
    assert not tiny_overfit(20, fault=fault).passed


# notes: 201
@pytest.mark.parametrize("fault", FAULTS)
def test_the_loss_of_the_tiny_set_leaves_the_penalty_out(fault):
    assert tiny_overfit(20, 1.0, fault).loss[0] == tiny_overfit(20, 0.0, fault).loss[0]


# notes: 201
def test_a_penalty_keeps_the_tiny_set_from_zero_loss():
    losses = [tiny_overfit(20, reg).loss[-1] for reg in (0.0, 0.01, 0.1, 1.0)]
    assert np.all(np.diff(losses) > 0.02)


# notes: 205, E45
def test_accuracy_before_loss_at_a_millionth():
    # baby-lr-extremes: on the slide 2.302576 -> 2.302420 while accuracy goes from 0.08 to 0.19
    run = rates.accuracy_before_loss(1e-6)
    assert 0 < 1 - run.loss[-1] / run.loss[0] < 0.002
    assert run.accuracy[-1] > run.accuracy[0] + 0.07


def test_a_network_for_other_pixels_is_refused_with_the_choices():
    with pytest.raises(ValueError, match=r"^pixels of network must be one of 1, 16, 255, not 7\.0\.$"):
        rates.network(7.0, seed=0)


# notes: 203
@pytest.mark.parametrize("pixels", [1, 16, 255])
def test_a_million_is_no_longer_a_number_in_the_first_epoch(pixels):
    run = rates.learning_rate(1e6, pixels)
    assert run.diverged_at is not None and run.diverged_at < 16 and np.isfinite(run.loss).all()


# notes: 202, 204, E24
def test_the_useful_rates_move_with_the_pixels():
    lows = [rates.useful_range(pixels)[0] for pixels in (1, 16, 255)]
    assert lows[0] > 3 * lows[1] > 9 * lows[2]
    assert all(low < high for low, high in map(rates.useful_range, (1, 16, 255)))


# notes: 206
def test_four_rates_have_the_four_shapes():
    four = rates.learning_rate(1.0, 1).four
    assert four["good"][-1] < 0.1 and four["low"][-1] > 1  # 0.071 and 1.9
    assert four["high"][-1] > 0.5 and four["very high"].max() > 5  # chaotic: 1.3 to 2.3 and 8 to 12 in 40 roundings
    assert np.all(np.diff(four["low"]) < 0)


# notes: 206
def test_the_high_rate_kills_units_that_a_lower_one_does_not_bring_back():
    net, x = rates.network(1, np.random.RandomState(0), l2=rates.REG), rates.centred_digits(1).x_train
    rates.ten_epochs(net, SGD(lr=10.0), 1)
    dead = dead_share(net, x)
    assert dead > 0.5  # 0.96 and 0.98
    assert rates.ten_epochs(net, SGD(lr=0.32), 1).accuracy[-1] < 0.6 and dead_share(net, x) >= dead
    assert "units die" in rates.learning_rate(10.0).verdict


@pytest.mark.parametrize("lr, lowest, highest", [(10.0, 1.0, 3.0), (32.0, 3.0, 12.0)])
def test_where_a_chaotic_rate_ends_is_decided_by_the_seventh_digit_of_the_first_weights(lr, lowest, highest):
    seeds = [np.random.RandomState(0) for _ in range(100)]
    net = rates.network(1, seeds, l2=rates.REG, dtype=np.float32, trials=len(seeds))
    net.theta *= 1 + 1e-7 * np.random.RandomState(1).standard_normal(net.theta.shape)
    low, high = np.quantile(rates.ten_epochs(net, SGD(np.full((len(seeds), 1), lr)), 1).loss[-1], (0.1, 0.9))
    assert lowest < low < high / 1.2 and high < highest


def test_with_he_weights_the_first_loss_is_nearly_always_between_2_2_and_2_5():
    digits = centred_digits()
    net = MLP((64, 50, 50, 50, 10), trials=100, seed=list(range(100)))
    first = net.loss(digits.x_train[:300], digits.y_train[:300])
    assert np.mean((first > 2.2) & (first < 2.5)) > 0.95


# notes: 209, E53
def test_update_ratio_is_the_length_of_the_update_over_that_of_the_weights():
    net = MLP((5, 4, 3), seed=0)
    x, y = np.random.RandomState(0).standard_normal((8, 5)), np.arange(8) % 3
    net.loss_and_grad(x, y)
    before, expected = [w.copy() for w in net.weights()], update_ratios(net, 0.1)
    SGD(lr=0.1).step(net.theta, net.grad, None)
    moved = [np.linalg.norm(w - old) / np.linalg.norm(old) for w, old in zip(net.weights(), before)]
    np.testing.assert_allclose(expected, moved)


# notes: E25
def test_dead_means_off_for_every_example():
    net = MLP((2, 3, 2), seed=0)
    net.weights()[0][...] = [[1, 1, -1], [0, 0, 0]]
    net.layers[0].params["b"][...] = [[0, -10, 0]]
    x = np.array([[1.0, 0.0], [2.0, 0.0]])
    assert dead_share(net, x) == pytest.approx(2 / 3)
    assert dead_share(net, np.vstack([x, -x])) == pytest.approx(1 / 3)


# notes: 209, E53
def test_the_ratio_grows_with_the_rate_and_passes_a_thousandth():
    ratios = [np.median(course(Run(lr=lr)).ratio[1:4]) for lr in (1e-3, 1e-2, 1e-1)]
    assert ratios[0] < 1e-4 < ratios[1] < 1e-3 < ratios[2] < 1e-2


def test_live_training_is_repeatable_and_bounded(monkeypatch):
    one, two = first_frames(4), first_frames(4)
    np.testing.assert_array_equal(one[-1].loss, two[-1].loss)
    assert [frame.now for frame in one] == [0, 10, 20, 30]
    monkeypatch.setattr(babysitting_live, "MOST_POINTS", 8)
    run = live_training(images=50)
    for _ in range(40):
        frame = next(run)
        assert len(frame.step) <= 8 + 1  # and the latest
    assert frame.now == 390
    assert np.all(np.diff(frame.step) > 0)
    run.close()


def test_a_change_acts_on_the_next_update():
    calm, moved = live_training(lr=0.1), live_training(lr=0.1)
    next(calm), next(moved)
    assert next(calm).loss[-1] == next(moved).loss[-1]
    before = moved.send({"lr": 1e-6, "l2": 0.01, "dropout": 0.3})
    assert before.changed == (10, 10, 10) and (before.lr, before.l2, before.dropout) == (1e-6, 0.01, 0.3)
    assert abs(before.loss[-1] - before.loss[-2]) < 1e-3 < abs(next(calm).loss[-1] - before.loss[-2])


def test_live_training_ends_when_it_has_diverged():
    frames = list(live_training(lr=30.0))
    assert np.isfinite(frames[-1].loss).all() and len(frames) < 10
    assert frames[-1].now < frames[-1].diverged_at <= frames[-1].now + EVERY and frames[0].diverged_at is None


@pytest.mark.parametrize("number", range(1, len(PATIENTS) + 1))
def test_every_patient_is_ill_and_can_be_cured(number):
    patient = PATIENTS[number - 1]
    assert clinic(number).before.well == (patient.disease == "healthy")
    cure = {
        "low": {"factor": 1000.0},
        "high": {"factor": 0.01},
        "init": {"treatment": "he"},
        "dead": {"treatment": "bias"},
        "order": {"treatment": "shuffle"},
        "leak": {"treatment": "split"},
        "decay": {"treatment": "decay off"},
        "mode": {"treatment": "mode"},
        "overfit": {"treatment": "more"},
        "pairs": {"treatment": "pairs"},
        "healthy": {},
    }[patient.disease]
    assert clinic(number, **cure).cured == bool(cure)


def test_at_least_eight_diseases_and_every_one_has_a_patient():
    assert {patient.disease for patient in PATIENTS} == set(DISEASES) and len(DISEASES) >= 9


def test_the_cure_of_one_disease_is_not_the_cure_of_all():
    for treatment in ("he", "bias", "shuffle"):
        assert sum(clinic(k, treatment=treatment).cured for k in range(1, len(PATIENTS) + 1)) <= 3


# notes: 203, 207-208, E50
# notes: 207, 208, E50
def test_signs_of_the_diseases():
    by_name = {patient.disease: clinic(k + 1).before for k, patient in enumerate(PATIENTS) if k != 10}
    assert by_name["dead"].dead == 1 and by_name["dead"].loss[-1] == pytest.approx(math.log(10), abs=0.02)
    assert by_name["high"].diverged_at < 16
    assert by_name["init"].loss[7] > 2.2 and by_name["init"].loss[-1] < 0.6  # plateau, then a sudden fall
    assert by_name["overfit"].accuracy[-1] - by_name["overfit"].val_accuracy[-1] > 0.15
    assert by_name["leak"].val_accuracy[-1] - by_name["leak"].new > 0.05
    assert by_name["mode"].accuracy[-1] > 0.98 and by_name["mode"].val_accuracy[-1] < 0.4
    assert by_name["low"].ratio[1:].max() < 1e-4
    assert by_name["pairs"].val_accuracy[-1] < 0.2 and by_name["pairs"].dead < 0.1
    assert by_name["order"].dead < 0.03  # units that only other classes need are not dead
    saw = by_name["order"].batch_loss[33:330].reshape(9, 33)  # the same rhythm in every epoch
    assert np.corrcoef(saw[3], saw[6])[0, 1] > 0.3


def test_feedback_names_what_is_right():
    assert clinic(3, "high").right and clinic(3, "high").feedback.startswith("Right.")
    wrong = clinic(3, "low")
    assert wrong.right is False and wrong.feedback.startswith("Not so.")
    assert clinic(3).right is None
    assert "Cured" in clinic(3, "high", factor=0.01).outcome


def test_a_treatment_that_changes_nothing_is_named_and_not_passed_over():
    for number, patient in enumerate(PATIENTS, start=1):
        for treatment in TREATMENTS:
            visit = clinic(number, treatment=treatment)
            if treatment != "none" and visit.after is None:
                assert "already so" in visit.outcome
                assert ("Not cured" in visit.outcome) != (patient.disease == "healthy")


def test_a_run_that_was_lost_before_is_not_called_worse():
    assert clinic(3, "high", "decay on").outcome.startswith("Not cured: no longer a number")
    assert clinic(5, factor=1000.0).outcome.startswith("Worse: no longer a number")


def test_bad_arguments_say_what_fits():
    for wrong in (
        lambda: initial_loss(classes=7),
        lambda: initial_loss(scale=0.0),
        lambda: tiny_overfit(0),
        lambda: rates.learning_rate(0.123),
        lambda: clinic(13),
        lambda: clinic(1, "flu"),
        lambda: next(live_training(init="none")),
    ):
        with pytest.raises(ValueError, match="must be"):
            wrong()
