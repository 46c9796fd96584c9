"""Stacked searches: trials trained as one network are the trials one by one."""

import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from course_lib.data.clouds import blobs
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Adam, Momentum
from course_lib.nn.search import LossExploded, search
from course_lib.nn.spaces import Choice, IntUniform, LogUniform, Uniform
from course_lib.nn.stacked import TrainMLP, stacked_search
from course_lib.nn.training import train

X, Y = blobs(n=60, classes=3, noise=0.4, seed=1)
X_VAL, Y_VAL = blobs(n=40, classes=3, noise=0.4, seed=2)
TRAIN = TrainMLP((2, 8, 3), X, Y, X_VAL, Y_VAL, Momentum, epochs=3, dtype=np.float64)
RATES = {"lr": LogUniform(1e-4, 1e-1), "l2": LogUniform(1e-6, 1e-1)}


def same(stacked, alone, rtol=1e-9):
    assert [(t.number, t.settings, t.seed, t.status, t.error) for t in stacked.trials] == [
        (t.number, t.settings, t.seed, t.status, t.error) for t in alone.trials
    ]
    for a, b in zip(stacked.trials, alone.trials):
        assert a.curves.keys() == b.curves.keys()
        for name in a.curves:
            np.testing.assert_allclose(a.curves[name], b.curves[name], rtol=rtol)


@pytest.mark.parametrize(
    "space, optimizer",
    [
        (RATES, Momentum),
        ({**RATES, "beta1": Uniform(0.5, 0.95), "init": Choice(("he", "glorot", ("normal", {"std": 0.1})))}, Adam),
        ({**RATES, "sizes": Choice(((2, 4, 3), (2, 6, 6, 3))), "activation": Choice(("relu", "tanh"))}, Momentum),
    ],
)
def test_stacked_trials_are_the_trials_one_by_one(space, optimizer):
    objective = replace(TRAIN, optimizer=optimizer)
    same(stacked_search(objective, space, 13, 0, size=5), search(objective, space, 13, 0))


def test_a_trial_is_what_train_gives_when_nothing_else_is_said():
    trial = TrainMLP((2, 8, 3), X, Y, X_VAL, Y_VAL, Momentum, epochs=2, dtype=np.float64)
    rows = list(trial({"lr": 0.1, "l2": 0.01}, 5))
    alone = train(MLP((2, 8, 3), l2=0.01, seed=5), X, Y, Momentum(0.1), epochs=2, x_val=X_VAL, y_val=Y_VAL)
    for name, curve in {"score": alone.val_accuracy, "loss": alone.loss, "val_loss": alone.val_loss}.items():
        np.testing.assert_array_equal([row[name] for row in rows], curve)


def test_stacked_trials_that_diverge():
    objective = replace(TRAIN, network={"activation": "leaky_relu"})
    wild = {"lr": LogUniform(1e-2, 1e40)}
    alone = search(objective, wild, 16, 0)
    same(stacked_search(objective, wild, 16, 0), alone)
    diverged = [t for t in alone.trials if math.isnan(t.score)]
    assert 0 < len(diverged) < 16 and all(math.isnan(t.curves["loss"][-1]) for t in diverged)
    assert not {t.number for t in diverged} & {t.number for t in alone.ranked}
    abandoned = search(objective, wild, 16, 0, abandon=LossExploded())
    same(stacked_search(objective, wild, 16, 0, abandon=LossExploded()), abandoned)
    assert {t.status for t in abandoned.trials} == {"done", "abandoned"}


def test_impossible_settings_in_a_stack_fail_alone():
    result = stacked_search(TRAIN, {"lr": Uniform(-1e-2, 1e-1)}, 20, 0)
    assert {t.status for t in result.trials} == {"done", "failed"}
    assert all((t.status == "failed") == (t.settings["lr"] < 0) for t in result.trials)
    same(result, search(TRAIN, {"lr": Uniform(-1e-2, 1e-1)}, 20, 0))


@pytest.mark.parametrize("run", [search, stacked_search])
@pytest.mark.parametrize("name", ["seed", "trials"])
def test_what_the_search_sets_is_no_setting(name, run):
    for objective, space in ((replace(TRAIN, network={name: 3}), RATES), (TRAIN, {**RATES, name: IntUniform(1, 3)})):
        with pytest.raises(ValueError, match=f"{name} of each network is set by the search"):
            run(objective, space, 3, 0)


@pytest.mark.parametrize("name", ["lr", "l2"])
def test_text_is_no_number_in_a_stack_either(name):
    with pytest.raises(ValueError, match=f"{name} of .* must be a .*number"):
        stacked_search(TRAIN, {name: Choice(("0.1", "0.2"))}, 4, 0)


def test_stacks_on_any_executor_with_progress_and_stop():
    seen = []
    with ProcessPoolExecutor(2) as pool:
        result = stacked_search(TRAIN, RATES, 12, 0, pool, size=4, progress=lambda *event: seen.append(event))
    same(result, stacked_search(TRAIN, RATES, 12, 0, size=12))
    assert [done for done, _, _ in seen] == list(range(1, 13))
    seen.clear()
    stopped = stacked_search(
        TRAIN, RATES, 12, 0, size=4, progress=lambda *event: seen.append(event), stop=lambda: len(seen) >= 4
    )
    assert len(stopped.trials) == 4 and stopped.planned == 12


def test_float32_by_default():
    net_loss = next(iter(replace(TRAIN, dtype=np.float32)({"lr": 0.1}, 0)))["loss"]
    assert net_loss == pytest.approx(next(iter(TRAIN({"lr": 0.1}, 0)))["loss"], rel=1e-5)
    assert TrainMLP((2, 3), X, Y, X_VAL, Y_VAL, Momentum).dtype is np.float32
