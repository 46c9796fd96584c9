"""A real search on the digits: the learning rate and the weight decay of a small network.

`digits_search` is a generator that hands over how the search stands after every trial. To stop pulling is to stop
searching; the trials that are finished are in the last state.

Source: CS231n notes, "Neural Networks Part 3", section "Hyperparameter optimization"; Saito, section 6.5.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Ge

from course_lib.annotations import FrozenSeed, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.experiments.search_strategies import EPOCHS, STRATEGIES, TOP, Stage, Stages, rungs
from course_lib.nn.optimizers import Momentum
from course_lib.nn.search import LossExploded, SearchResult, Trial, Trials, run_trial
from course_lib.nn.spaces import LogUniform, Space
from course_lib.nn.stacked import TrainMLP, run_stack

IMAGES, STACK = 500, 5
FEWEST, NEAR = 3, 0.8  # so many trials, each with that share of the best score, can crowd an end
LOWS, HIGHS = tuple(10.0**k for k in range(-6, -1)), tuple(10.0**k for k in range(-2, 3))
DECAYS = {"1e-8 … 1e-4": (1e-8, 1e-4), "1e-6 … 1e-1": (1e-6, 1e-1), "1e-4 … 1e2": (1e-4, 1e2)}
TRIALS = (20, 40, 60, 80, 100)


@dataclass(frozen=True)
class SearchState:
    """How a search stands.

    A trial is "done" as long as it has not been left behind; "abandoned" is one whose loss exploded, "dropped" one
    that a strategy did not take into its next stage.
    """

    strategy: str
    space: Space  #: where the search began
    present: Space  #: where it looks now: narrower, once a coarse search has become a fine one
    result: SearchResult  #: every trial so far, with curves of one entry before the first epoch and one after each
    epochs_spent: int  #: by all trials together; a trial that starts anew for a longer run pays again
    epochs_planned: int  #: if no trial is abandoned for its loss
    progress: float  #: 0 to 1: the share of the plan that is settled
    ended: bool
    test_accuracy: float | None  #: of the best trial, once the search has ended; None as long as nobody looks

    @property
    def leaders(self) -> list[Trial]:
        """The best `TOP` trials so far: those that were trained longest come first, then the better ones."""
        return sorted(self.result.ranked, key=lambda t: -len(t.curves["score"]))[:TOP]

    @property
    def good(self) -> list[Trial]:
        """The leaders that come near the best one; none as long as a running search has fewer than `TOP` leaders."""
        leaders = self.leaders
        if len(leaders) < TOP and not self.ended:
            return []
        return [t for t in leaders if t.score >= NEAR * leaders[0].score]

    @property
    def edges(self) -> dict[str, str]:
        """Where the good leaders crowd an end of the present range: {"lr": "high"} says to search higher.

        With too few good ones it is all `TOP` leaders that must crowd it.
        """
        every = self.leaders if len(self.leaders) == TOP else []
        crowd = self.good if len(self.good) >= FEWEST else every
        return SearchResult(tuple(crowd), TOP).at_the_edge(self.present, TOP, margin=0.15)


@checked
def space_of(
    lr_low: float = 1e-4, lr_high: float = 1e1, decay: Annotated[str, OneOf(DECAYS)] = "1e-6 … 1e-1"
) -> dict[str, LogUniform]:
    """Learning rate and weight decay λ, both on a log scale."""
    return {"lr": LogUniform(lr_low, lr_high), "l2": LogUniform(*DECAYS[decay])}


@cache
def objective(epochs: int = EPOCHS) -> TrainMLP:
    """64-32-10 with ReLU and Momentum (β = 0.9) in batches of 50, trained on 500 digits and validated on 360 others."""
    d = load_digits()
    x, y = d.x_train[:IMAGES], d.y_train[:IMAGES]
    return TrainMLP(
        (64, 32, 10), x, y, **d.validation, optimizer=Momentum, epochs=epochs, batch_size=50, dtype=np.float64
    )


@checked
def digits_search(
    strategy: Annotated[str, OneOf(STRATEGIES)] = "random",
    trials: Annotated[int, Ge(2)] = 60,
    lr_low: float = 1e-4,
    lr_high: float = 1e1,
    decay: str = "1e-6 … 1e-1",
    abandon: bool = True,
    seed: FrozenSeed = 0,
    look: bool = True,
) -> Iterator[SearchState]:
    """Yield how the search stands before the first trial and after each; the last state has `ended`.

    abandon: give up a trial whose loss exceeds three times its first one.  look: at the very end, train the best trial
    once more and judge it on the test digits; nothing else ever looks at them.
    """
    space = space_of(lr_low, lr_high, decay)
    sizes = rungs(strategy, trials)
    planned, different = sum(n * epochs for n, epochs in sizes), sum(n for n, _ in sizes)
    different = trials if strategy == "halving" else different
    record: dict[int, Trial] = {}
    spent = settled = 0

    def state(now: Space, ended: bool = False) -> SearchState:
        result = SearchResult(tuple(record[n] for n in sorted(record)), different)
        test = final_accuracy(result.best) if ended and look and result.ranked else None
        return SearchState(
            strategy, space, now, result, spent, planned, 1.0 if ended else settled / planned, ended, test
        )

    yield state(space)
    stages = STRATEGIES[strategy](space, trials, seed)
    ahead: Stage | None = next(stages)
    while ahead is not None:
        stage = ahead
        done: list[Trial] = []
        for trial in run(stage.planned, stage.epochs, abandon):
            record[trial.number] = trial
            done.append(trial)
            spent += len(trial.curves["loss"]) - 1
            settled += stage.epochs
            if len(done) < len(stage.planned):  # after the last one it is the strategy that says where to look next
                yield state(stage.space)
        ahead = _next(stages, done)
        if ahead is not None:
            going = {t.number for t in ahead.planned}
            left = [t for t in done if t.status == "done" and t.number not in going]
            record |= {t.number: replace(t, status="dropped") for t in left}
        yield state(stage.space if ahead is None else ahead.space, ended=ahead is None)


def _next(stages: Stages, done: list[Trial]) -> Stage | None:
    try:
        return stages.send(done)
    except StopIteration:
        return None


def run(trials: Trials, epochs: int, abandon: bool) -> Iterator[Trial]:
    """Yield each trial when it has run; `STACK` of them are trained together, as one network."""
    keys = [(t.number, t.settings["lr"], t.settings["l2"], t.seed) for t in trials]
    for first in range(0, len(keys), STACK):
        yield from _run(tuple(keys[first : first + STACK]), epochs, abandon)


@lru_cache(maxsize=1000)  # a slider that comes back to where it was need not train again
def _run(key: tuple[tuple[int, float, float, int], ...], epochs: int, abandon: bool) -> tuple[Trial, ...]:
    trials = [Trial(number, {"lr": lr, "l2": l2}, seed) for number, lr, l2, seed in key]
    return tuple(run_stack(objective(epochs), LossExploded() if abandon else None, trials))


def final_accuracy(trial: Trial) -> float:
    """The share of the 359 test digits that the network of a trial has right."""
    d = load_digits()
    return run_trial(replace(objective(), x_val=d.x_test, y_val=d.y_test), trial).score


@checked
def finished(look: bool = False, **settings) -> SearchState:
    """The last state of a `digits_search`; without a look at the test digits unless it is asked for."""
    *_, last = digits_search(**settings, look=look)
    return last


def best_curves(trials: list[Trial]) -> np.ndarray:
    """Validation accuracy of some trials, (n, EPOCHS + 1); nan where a trial was not trained so long.

    Returns: (n, EPOCHS + 1).
    """
    return np.array([[*t.curves["score"], *[math.nan] * (EPOCHS + 1 - len(t.curves["score"]))] for t in trials])
