"""The live search: the library's trials, the published range, stages, abandoning, and one look at the test digits."""

import math

import pytest

from course_lib.experiments import search_digits as module
from course_lib.experiments.search_digits import digits_search, finished, objective, space_of
from course_lib.experiments.search_strategies import EPOCHS, STRATEGIES, rungs
from course_lib.experiments.search_validation import folds, split, winners_luck
from course_lib.nn.search import LossExploded, search, successive_halving


def told(trials):
    return [(t.number, t.settings, t.seed, t.status, pytest.approx(t.score, abs=0.012, nan_ok=True)) for t in trials]


# notes: 217, 221
def test_the_random_strategy_is_the_search_of_the_library():
    state = finished(trials=20)
    assert told(state.result.trials) == told(search(objective(), space_of(), 20, 0, abandon=LossExploded()).trials)


# notes: 220
def test_halving_is_that_of_the_library():
    looks = tuple(epochs + 1 for _, epochs in rungs("halving", 20))  # a report before the first epoch
    theirs = successive_halving(objective(), space_of(), 20, 0, budgets=looks)
    mine = finished(strategy="halving", trials=20, abandon=False)
    assert [t.number for t in mine.result.ranked] == [t.number for t in theirs.ranked]
    assert mine.epochs_spent < 20 * EPOCHS / 2


# notes: 217, 221
def test_the_published_range_ends_where_it_becomes_good():
    """Saito 6.5.3: the five best of 100 have accuracies 0.83 … 0.73 and lr in the top 0.3 decade."""
    state = finished(lr_low=1e-6, lr_high=1e-2, decay="1e-8 … 1e-4")
    assert state.edges == {"lr": "high"}
    assert all(t.settings["lr"] > 3e-3 and 0.6 < t.score < 0.9 for t in state.leaders)
    better = finished(lr_low=1e-6, lr_high=1e-2, decay="1e-8 … 1e-4", strategy="coarse")
    assert better.present["lr"].high > 1e-2 and better.result.best.score > state.result.best.score
    assert finished().result.best.score > 0.93


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_states_tell_how_far_the_search_is(strategy):
    states = list(digits_search(strategy, trials=20))
    assert not states[0].result.trials and states[0].progress == 0
    progress = [s.progress for s in states]
    assert progress == sorted(progress) and progress[-1] == 1
    assert [s.ended for s in states] == [False] * (len(states) - 1) + [True]
    last = states[-1]
    assert len(last.result.trials) == last.result.planned
    assert last.epochs_spent <= last.epochs_planned == sum(n * epochs for n, epochs in rungs(strategy, 20))
    assert all(len(t.curves["score"]) == EPOCHS + 1 for t in last.leaders)
    assert last.leaders[0].number == last.result.best.number


# notes: 210
def test_stopping_keeps_the_finished_trials_and_never_looks_at_the_test_digits(monkeypatch):
    looks = []
    monkeypatch.setattr(module, "final_accuracy", lambda trial: looks.append(trial) or 0.9)
    frames = digits_search(trials=40)
    states = [next(frames) for _ in range(16)]
    frames.close()
    whole = finished(trials=40, look=True)
    assert finished(trials=40).test_accuracy is None
    assert states[-1].result.trials == whole.result.trials[:15] and states[-1].test_accuracy is None
    assert looks == [whole.result.best]


# notes: 215, 220, E17
def test_abandoned_trials_save_epochs_and_are_not_ranked():
    wild = {"lr_low": 1e-2, "lr_high": 100.0, "trials": 40}
    with_rule, without = finished(**wild), finished(**wild, abandon=False)
    gone = [t for t in with_rule.result.trials if t.status == "abandoned"]
    assert len(gone) > 10 and with_rule.epochs_spent < 0.8 * with_rule.epochs_planned
    for trial in gone:
        loss = trial.curves["loss"]
        assert not loss[-1] <= 3 * loss[0] and all(later <= 3 * loss[0] for later in loss[:-1])
    assert with_rule.result.best.settings == without.result.best.settings  # bits depend on BLAS threads
    assert all(math.isfinite(t.score) for t in without.leaders)


def test_a_search_in_which_everything_diverges_ends_without_a_winner():
    for strategy in STRATEGIES:
        state = finished(look=True, strategy=strategy, trials=20, lr_low=90.0, lr_high=100.0)
        assert state.ended and state.test_accuracy is None and state.leaders == [] and state.edges == {}


# notes: 210
def test_the_test_accuracy_is_that_of_the_best_trial():
    state = finished(look=True, trials=20)
    assert state.test_accuracy == module.final_accuracy(state.result.best) == pytest.approx(0.95, abs=0.03)


def test_an_unknown_strategy():
    with pytest.raises(ValueError, match="strategy of digits_search must be one of random"):
        next(digits_search("clever"))


# notes: 211
def test_without_shuffling_the_validation_part_holds_digits_never_seen():
    shuffled, sorted_ = split(True), split(False)
    assert shuffled.classes == (10, 10) and shuffled.accuracy > 0.93
    assert sorted_.classes == (8, 3) and sorted_.accuracy < 0.1


# notes: 210, 213, E20
def test_folds_scatter_and_the_winner_was_lucky():
    scores = folds()
    assert scores.shape == (5,) and 0.88 < scores.mean() < 0.95 and 0.01 < scores.std(ddof=1) < 0.05
    luck = winners_luck()
    gain = luck.on_these - luck.on_others
    assert gain[0] > 0.02 and all(gain[:-1] > gain[1:]) and gain[-1] > 0.005


# notes: 220
@pytest.mark.parametrize("seed", [1, 2])
def test_halving_finds_a_setting_as_good_for_a_third_of_the_epochs(seed):
    runs = [finished(strategy=name, trials=60, abandon=False, seed=seed) for name in ("random", "halving")]
    assert runs[1].result.best.score >= runs[0].result.best.score - 0.012
    assert runs[1].epochs_planned == 183 < runs[0].epochs_planned * 0.35
