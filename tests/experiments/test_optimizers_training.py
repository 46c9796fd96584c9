"""Schedules and the race on digits: published values, noise theory, networks side by side that equal single ones."""

import numpy as np
import pytest

from course_lib.data.digits import load_digits
from course_lib.experiments.optimizers import make
from course_lib.experiments.optimizers_race import (
    SIZES,
    TRIED,
    SideBySide,
    optimizer_race,
    tune_race,
)
from course_lib.experiments.optimizers_schedules import noise_floor, schedule_of, schedule_run
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.nn.schedules import SCHEDULES
from course_lib.nn.training import train


# notes: 187
def test_inverse_time_has_the_published_values():
    """CS224n: α₀ = 0.1, τ = 100; constant, then O(1/t)."""
    alpha = schedule_of("inverse_time", 0.1, 100)
    np.testing.assert_allclose([alpha(t) for t in (0, 50, 100, 200, 1000)], [0.1, 0.1, 0.1, 0.05, 0.01], atol=1e-15)


@pytest.mark.parametrize(
    "name, at_200",
    [
        ("one_over_t", 1 / 3),
        ("step", 0.25),
        ("exponential", np.exp(-2)),
        ("cosine", 0.75),
        ("warmup", 1.0),
        ("constant", 1.0),
    ],
)
def test_schedules_with_time_constant_100(name, at_200):
    assert schedule_of(name, 1.0, 100)(200) == pytest.approx(at_200)


@pytest.mark.parametrize("name", sorted(SCHEDULES.keys() - {"cosine"}))  # which ends with the run
def test_a_schedule_of_its_own_is_the_one_that_the_sliders_begin_with(name):
    assert SCHEDULES[name].make() == schedule_of(name, 1.0)


# notes: 186, E23
def test_plateau_halves():
    result = schedule_run("plateau", 0.5, patience=1)
    ratios = result.rate[1:] / result.rate[:-1]
    assert set(ratios) == {0.5, 1.0} and result.rate[-1] < result.rate[0] / 4


# notes: 185
@pytest.mark.parametrize("lr", [0.1, 0.5, 1.0])
def test_a_constant_rate_stays_on_its_noise_floor(lr):
    with_, without = schedule_run("inverse_time", lr).final
    assert without == pytest.approx(noise_floor(lr), rel=0.06) and with_ < without / 4


# notes: 188, E23
def test_one_over_t_reaches_the_rate_of_averaging():
    """α = 1/t on ½x² makes x_t the mean of t noises (Robbins & Monro 1951): the loss is 1/(2t)."""
    result = schedule_run("inverse_time", 1.0, tau=1)
    late = result.step > 100
    np.testing.assert_allclose(result.loss[late] * 2 * result.step[late], 1.0, atol=0.2)


# notes: 190
def test_schedules_on_digits():
    result = schedule_run("inverse_time", 1.0, problem="digits")
    assert result.final[0] < result.final[1]
    same = schedule_run("constant", 0.1, problem="digits")
    np.testing.assert_array_equal(same.loss, same.constant)


def test_unknown_schedules_are_refused():
    with pytest.raises(ValueError, match="constant"):
        schedule_run("sometimes")
    with pytest.raises(ValueError, match="digits"):
        schedule_run(problem="mnist")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_side_by_side_is_one_network_alone(name):
    race = optimizer_race(rates="common", seeds=2, steps=20)
    digits = load_digits()
    net = MLP(SIZES, seed=1, dtype=np.float32)
    history = train(
        net,
        digits.x_train.astype(np.float32),
        digits.y_train,
        make(name, OPTIMIZERS[name].common_rate),
        steps=20,
        rng=0,
        record_every=1,
        eval_size=200,
    )
    row = race.names.index(name)
    edge = race.high if race.high[row, -1] - history.loss[-1] < history.loss[-1] - race.low[row, -1] else race.low
    np.testing.assert_allclose(edge[row, [0, -1]], history.loss[[0, -1]], rtol=2e-3)


def test_tuned_rates_are_the_best_of_those_tried():
    for name, losses in tune_race().items():
        assert losses[TRIED.index(OPTIMIZERS[name].tuned_rate)] <= 1.2 * np.nanmin(losses)


# notes: 184, 189
def test_common_rates_rank_rates_and_tuned_ones_hardly_differ():
    common, tuned = optimizer_race(rates="common"), optimizer_race(rates="tuned")
    assert common.ranking != tuned.ranking
    spread = [np.ptp(np.log(race.mean[:, -1])) for race in (common, tuned)]
    assert spread[1] < 0.75 * spread[0]
    assert tuned.accuracy.mean(axis=1).min() > 0.9 > common.accuracy.mean(axis=1).min()


# notes: 184, 189
def test_other_starts_keep_the_order_at_the_common_rates_and_change_it_at_the_tuned_ones():
    digits, names = load_digits(), tuple(OPTIMIZERS)
    x, leaders = digits.x_train.astype(np.float32), set()
    for rates in ("common", "tuned"):
        for start in range(1, 5):
            net = MLP(SIZES, trials=len(names), seed=[start + 100] * len(names), dtype=np.float32)
            rules = SideBySide([make(name, getattr(OPTIMIZERS[name], f"{rates}_rate")) for name in names], 1)
            history = train(net, x, digits.y_train, rules, steps=160, rng=start, record_every=160, eval_size=200)
            last = dict(zip(names, history.loss[-1], strict=True))
            if rates == "tuned":
                assert 0.01 < min(last.values()) and max(last.values()) < 1
                leaders.add(min(last, key=last.__getitem__))
                continue
            groups = [["nesterov", "momentum"], ["adagrad"], ["rmsprop", "adam", "adamw"], ["sgd"], ["lion"]]
            for before, after in zip(groups, groups[1:], strict=False):
                assert max(last[name] for name in before) < 0.97 * min(last[name] for name in after)
    assert len(leaders) > 1


def test_divergence_is_counted():
    race = optimizer_race(rates="same", lr=10.0, steps=60, seeds=2)
    assert race.diverged.shape == (len(OPTIMIZERS),) and np.isfinite(race.mean[:, 0]).all()


def test_unknown_racers_are_refused():
    for wrong in ({"watch": "lbfgs"}, {"rates": "fair"}):
        with pytest.raises(ValueError):
            optimizer_race(**wrong)
