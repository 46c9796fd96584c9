"""The usual objective of a search, an MLP trained and validated, and a way to train many of them as one network.

`TrainMLP` is an objective like any other, for `search`. Small networks spend most of their time in Python, not in
arithmetic; `stacked_search` lays those of the same shape along a trial axis and gets the same trials in a fraction of
the time.

Source: the course's own: trials that differ in numbers only are one network with an axis of trials.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from course_lib.annotations import Count, Finite, Natural, Precision, Rows, Seed
from course_lib.arguments import checked
from course_lib.inputs import cast, floats
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Optimizer
from course_lib.nn.search import SearchResult, Settings, Trial, Workers, failed, gather, plan, run_jobs, run_trial
from course_lib.nn.spaces import Space
from course_lib.nn.training import same_length, train_frames

_PER_TRIAL = ("l2", "l1", "dropout")  # settings of the network that are numbers and may differ inside a stack


@checked
@dataclass(frozen=True)
class TrainMLP:
    """An objective: train MLP(sizes) and report {"score": validation accuracy, "loss", "val_loss"} before the first
    epoch and after each.

    Settings named like a field of `optimizer` (lr, beta, …) go to it, all others to MLP, over those in `network`.
    The seed of a trial draws its weights. The batches come in the same order for all trials (`order`), so that trials
    differ by their settings and weights alone. A trial that diverges ends there, with the score nan.
    """

    sizes: tuple[Count, ...]
    x: Rows
    y: Finite
    x_val: Rows
    y_val: Finite
    optimizer: type[Optimizer]
    epochs: Natural = 10
    batch_size: Count = 32
    eval_size: Count | None = 256  # training examples on which "loss" is measured
    order: Natural = 0
    dtype: Precision = np.float32  # enough to tell good settings from bad, and half the time when stacked
    network: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        same_length(x=self.x, y=self.y)
        same_length(x_val=self.x_val, y_val=self.y_val)

    def __call__(self, settings: Mapping[str, Any], seed: int) -> Iterator[dict[str, float]]:
        return _until_diverged(self.reports(settings, seed))

    def reports(
        self, settings: Mapping[str, Any], seed: Seed | list[Seed], trials: Count | None = None
    ) -> Iterator[dict[str, Any]]:
        """The reports of one trial; or of T at once, arrays (T,), from a list of seeds and settings as of `stacked`.

        Raises: ValueError if settings hold the seed or the number of trials.
        """
        rates = {name: value for name, value in settings.items() if self.is_rate(name)}
        rest = {name: value for name, value in settings.items() if not self.is_rate(name)}
        if taken := {"seed", "trials"} & {*self.network, *rest}:
            raise ValueError(f"{' and '.join(sorted(taken))} of each network is set by the search: leave it out.")
        net = MLP(**{"sizes": self.sizes, "dtype": self.dtype, **self.network, **rest}, seed=seed, trials=trials)
        for frame in train_frames(
            net,
            self.x,
            self.y,
            self.optimizer(**rates),
            epochs=self.epochs,
            batch_size=self.batch_size,
            rng=self.order,
            eval_size=self.eval_size,
            x_val=self.x_val,
            y_val=self.y_val,
        ):
            sound = np.isfinite(frame.loss) & np.isfinite(frame.batch_loss).all(axis=0)
            row: dict[str, Any] = {"score": frame.val_accuracy, "loss": frame.loss, "val_loss": frame.val_loss}
            yield {name: np.where(sound, value, math.nan)[()] for name, value in row.items()}

    def is_rate(self, name: str) -> bool:
        """Whether this setting is the optimizer's."""
        return name in inspect.signature(self.optimizer).parameters

    def shape(self, trial: Trial) -> str:
        """Trials that give the same answer may be stacked."""
        common = {*trial.settings} - {*_PER_TRIAL, "init"}
        return repr({n: value for n, value in trial.settings.items() if n in common and not self.is_rate(n)})

    def stacked(self, trials: Sequence[Trial]) -> dict[str, Any]:
        """The settings of trials of one shape as one: lr (T, 1), l2 (T,), init a list, the others common to all."""
        together: dict[str, Any] = {}
        for name, first in trials[0].settings.items():
            values = [trial.settings[name] for trial in trials]
            if self.is_rate(name):
                together[name] = cast(floats(values, name), self.dtype)[:, None]
            elif name in _PER_TRIAL:
                together[name] = floats(values, name)
            else:
                together[name] = values if name == "init" else first
        return together


@checked
def stacked_search(
    objective: TrainMLP,
    space: Space,
    trials: Settings,
    rng: Seed,
    executor: Workers = None,
    *,
    size: Count = 25,
    abandon: Callable | None = None,
    maximise: bool = True,
    progress: Callable | None = None,
    stop: Callable[[], bool] | None = None,
) -> SearchResult:
    """What `search` gives, up to rounding, with up to `size` trials of the same shape trained as one network.

    An abandoned trial is recorded as such, but goes on inside its stack. A stack that cannot be trained, because the
    settings of one of its trials are impossible, is run one by one.
    """
    planned = plan(space, trials, rng)
    stacks: dict[str, list[Trial]] = {}
    for trial in planned:
        stacks.setdefault(objective.shape(trial), []).append(trial)
    jobs = [stack[i : i + size] for stack in stacks.values() for i in range(0, len(stack), size)]
    outcomes = run_jobs(partial(run_stack, objective, abandon), jobs, executor, stop)
    return gather(_unstacked(outcomes), len(planned), maximise, progress)


def _unstacked(outcomes: Generator) -> Generator[Trial]:
    """The trials as their stacks finish."""
    with closing(outcomes):
        for stack, outcome in outcomes:
            yield from [failed(t, outcome) for t in stack] if isinstance(outcome, Exception) else outcome


def run_stack(objective: TrainMLP, abandon: Callable | None, trials: Sequence[Trial]) -> list[Trial]:
    """Train the trials as one network and write each one's record as if it had run alone."""
    try:
        rows = list(objective.reports(objective.stacked(trials), [t.seed for t in trials], len(trials)))
    except Exception:
        import logging  # here, because it costs every user of `nn` some milliseconds

        logging.getLogger(__name__).info("These trials do not train as one network; one by one.", exc_info=True)
        return [run_trial(objective, trial, abandon) for trial in trials]
    alone = [[{name: row[name][i] for name in row} for row in rows] for i in range(len(trials))]
    return [
        run_trial(lambda *_, reports=reports: _until_diverged(reports), trial, abandon)
        for trial, reports in zip(trials, alone, strict=True)
    ]


def _until_diverged(reports: Iterable[dict[str, float]]) -> Iterator[dict[str, float]]:
    for report in reports:
        yield report
        if math.isnan(report["loss"]):
            return
