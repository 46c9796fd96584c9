"""Trying many settings and recording what became of each: random or grid search, early abandoning, successive halving.

An objective is called as objective(settings, seed) in the place where the trial runs. It returns a score, or is a
generator that yields one score per report (per epoch, say), the last one being the result; a dict {"score": ...,
"loss": ...} instead of a number records more curves. A trial is stopped by not asking its generator for more.

Any concurrent.futures.Executor runs the trials: None (here, one after the other), threads, processes, or a cluster
(`dask.distributed.Client.get_executor()`). Settings and seeds are drawn before the first trial starts, so the trials
are the same whatever runs them; and the first ten of a hundred are the ten of a search of ten.

Source: Bergstra & Bengio 2012 (random search); Jamieson & Talwalkar 2016 (halving); CS231n notes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, Protocol, runtime_checkable

import numpy as np
from annotated_types import Gt, Le, doc

from course_lib.annotations import Count, NotNegative, Positive, Seed
from course_lib.arguments import checked
from course_lib.inputs import as_raised, generator, numbers, short, true_or_not
from course_lib.nn.spaces import Choice, Space, draw


@runtime_checkable
class CanSubmit(Protocol):
    """A `concurrent.futures.Executor`, which Dask's is not a subclass of."""

    def submit(self, work: Callable[..., Any], /, *args: Any) -> Any:
        """A future of work(*args)."""


Workers = Annotated[CanSubmit | None, doc("an Executor or None")]
Settings = Annotated[Count | Sequence[Mapping], doc("a number of trials, 1 or more, or a list of settings")]


@dataclass(frozen=True)
class Trial:
    """One setting and what became of it.

    status: "done"; "abandoned", by the rule or by halving; "failed", with the error in one line.
    exception: what the objective raised, unless it ran in another process.
    score: the last one reported, nan if there is none.  curves: everything reported, one list per name.
    """

    number: int
    settings: dict[str, Any]
    seed: int
    status: str = "done"
    score: float = math.nan
    curves: dict[str, list[float]] = field(default_factory=dict)
    error: str | None = None
    exception: Exception | None = field(default=None, compare=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "exception": None}  # not every exception survives the way to another process


Trials = Annotated[Sequence[Trial], doc("a list of trials")]


@dataclass(frozen=True)
class SearchResult:
    """The finished trials by number, out of `planned`; fewer if the search was stopped."""

    trials: Trials
    planned: int
    maximise: bool = True

    @property
    def ranked(self) -> list[Trial]:
        """The trials that ran to their end with a finite score, best first."""
        ended = [t for t in self.trials if t.status == "done" and math.isfinite(t.score)]
        return sorted(ended, key=lambda t: -t.score if self.maximise else t.score)

    @property
    def best(self) -> Trial:
        """The trial with the best score.

        Raises: ValueError if no trial has a finite score.
        """
        if not self.ranked:
            errors = [t.error for t in self.trials if t.error]
            raise ValueError(
                f"No trial ran to its end with a finite score; {len(errors)} of {len(self.trials)} "
                f"failed{', the first with ' + errors[0] if errors else ''}."
            )
        return self.ranked[0]

    @checked
    def values(self, name: str) -> np.ndarray:
        """The setting `name` of every trial: numbers, or objects such as names and tuples.

        Returns: (trials,).
        Raises: ValueError if not every trial has that setting.
        """
        if not all(name in t.settings for t in self.trials):
            raise ValueError(f"name must be a setting that every trial has, not {name!r}.")
        given = [t.settings[name] for t in self.trials]
        array = numbers(given)
        return array if array is not None and array.ndim == 1 else np.fromiter(given, object, len(given))

    @checked
    def at_the_edge(self, space: Space, top: Count = 5, margin: NotNegative = 0.1) -> dict[str, str]:
        """The hyperparameters whose best values crowd an end of their range: {"lr": "high"} says to search higher.

        The mean position of the `top` best trials lies within `margin` of the end (CS231n notes: beware of best
        values on the border). Only ordered axes can have an edge.
        """
        best = self.ranked[:top]
        found: dict[str, str] = {}
        for name, sampler in space.items():
            if best and not isinstance(sampler, Choice):
                u = np.mean([sampler.where(value) for value in SearchResult(best, len(best)).values(name)])
                found |= {name: "low"} if u < margin else {name: "high"} if u > 1 - margin else {}
        return found


@checked
@dataclass(frozen=True)
class LossExploded:
    """Abandon a trial when its loss exceeds `factor` times the first one, or is not finite      (CS231n lecture 6)

    Raises: ValueError if the objective does not report `curve`.
    """

    factor: Positive = 3.0
    curve: str = "loss"

    @checked
    def __call__(self, curves: Mapping[str, Sequence[float]]) -> bool:
        loss = curves.get(self.curve)
        if not loss:
            raise ValueError(f"LossExploded follows {self.curve!r}; the objective reports {', '.join(curves)}.")
        return not loss[-1] <= self.factor * loss[0]


def plan(space: Space, trials: Settings, rng: Seed) -> list[Trial]:
    """The trials before they run: `trials` random settings, or the given list of settings, each with a seed."""
    draws = generator(rng)
    given = trials if isinstance(trials, Sequence) else [None] * trials
    return [
        Trial(number, dict(draw(space, draws) if settings is None else settings), int(draws.uniform() * 2**31))
        for number, settings in enumerate(given)
    ]


def run_trial(objective: Callable, trial: Trial, abandon: Callable | None = None, budget: int | None = None) -> Trial:
    """Run one trial for at most `budget` reports.

    Raises: no `Exception`; whatever goes wrong in the trial becomes part of the record.
    """
    status = "done"
    curves: dict[str, list[float]] = {}
    try:
        outcome = objective(dict(trial.settings), trial.seed)
        for reports, report in enumerate(outcome if isinstance(outcome, Iterator) else [outcome], start=1):
            for name, value in _scores(report).items():
                curves.setdefault(name, []).append(value)
            if abandon is not None and true_or_not(abandon(curves), "abandon"):
                status = "abandoned"
                break
            if reports == budget:
                break
        if not curves:
            _scores(None)  # says what is missing
    except Exception as e:
        trial, status = failed(trial, e), "failed"
    return replace(trial, status=status, score=curves.get("score", [math.nan])[-1], curves=curves)


def _scores(report: Any) -> dict[str, float]:
    """What an objective reports, as numbers by name."""
    row = report if isinstance(report, Mapping) else {"score": report}
    found = {name: numbers(value) for name, value in row.items()}
    if "score" not in found or any(value is None or value.size != 1 for value in found.values()):
        raise ValueError(f'An objective must give a score, or a dict with "score" in it, not {short(report)}.')
    return {name: float(value.item()) for name, value in found.items() if value is not None}


@checked
def search(
    objective: Callable,
    space: Space,
    trials: Settings,
    rng: Seed,
    executor: Workers = None,
    *,
    abandon: Callable | None = None,
    maximise: bool = True,
    progress: Callable | None = None,
    stop: Callable[[], bool] | None = None,
) -> SearchResult:
    """Run every trial and return them in order.

    progress(finished, planned, trial) is called after each trial. When stop() turns true, or at Ctrl-C (the stop
    button of a notebook), no further trial is started or waited for, and the finished ones are kept.
    """
    planned = plan(space, trials, rng)
    running = run_trials(objective, planned, executor, abandon=abandon, stop=stop)
    return gather(running, len(planned), maximise, progress)


def gather(running: Generator[Trial], planned: int, maximise: bool, progress: Callable | None) -> SearchResult:
    """The result of the trials that `running` yields until it ends or is interrupted.

    Raises: the error of the first trial, if all have failed; what code of your own raises.
    """
    finished, stopped = [], None
    try:
        with closing(running):
            for trial in running:
                finished.append(trial)
                if progress is not None:
                    progress(len(finished), planned, trial)
    except KeyboardInterrupt:
        pass
    except RuntimeError as error:
        stopped = as_raised(error)
    if stopped is not None:
        raise stopped  # outside the handler, which would chain the two
    raise_if_all_failed(finished)
    return SearchResult(tuple(sorted(finished, key=lambda t: t.number)), planned, maximise)


@checked
def successive_halving(
    objective: Callable,
    space: Space,
    trials: Settings,
    rng: Seed,
    executor: Workers = None,
    *,
    budgets: Sequence[Count] = (1, 3, 9),
    keep: Annotated[float, Gt(0), Le(1)] = 1 / 3,
    maximise: bool = True,
    stop: Callable[[], bool] | None = None,
) -> SearchResult:
    """Run all trials for budgets[0] reports, the best share `keep` of them for budgets[1], and so on.

    A trial that goes on starts anew from its seed, so it may run on another machine. Those that reach the last budget
    are "done", the others "abandoned".      (Jamieson & Talwalkar 2016)
    """
    planned = plan(space, trials, rng)
    remaining = planned
    record: dict[int, Trial] = {}
    for rung, budget in enumerate(budgets):
        if not remaining:  # all scores are nan, or stop() has ended the search
            break
        ran = list(run_trials(objective, remaining, executor, budget=budget, stop=stop))
        raise_if_all_failed(ran)
        last = rung == len(budgets) - 1
        record |= {t.number: t if last or t.status != "done" else replace(t, status="abandoned") for t in ran}
        best = SearchResult(tuple(ran), len(ran), maximise).ranked
        remaining = [planned[t.number] for t in best[: max(1, round(keep * len(ran)))]]
    return SearchResult(tuple(record[number] for number in sorted(record)), len(planned), maximise)


@checked
def run_trials(
    objective: Callable,
    planned: Trials,
    executor: Workers = None,
    *,
    abandon: Callable | None = None,
    budget: Count | None = None,
    stop: Callable[[], bool] | None = None,
) -> Generator[Trial]:
    """Yield each trial as it finishes; closing the generator, or stop(), cancels those that have not started."""
    work = partial(run_trial, objective, abandon=abandon, budget=budget)
    with closing(run_jobs(work, planned, executor, stop)) as outcomes:
        for trial, outcome in outcomes:
            # an exception here is not the objective's: a worker died, or the objective could not be sent to it
            yield replace(failed(trial, outcome), exception=None) if isinstance(outcome, Exception) else outcome


def failed(trial: Trial, error: Exception) -> Trial:
    """The trial, with what went wrong in one line."""
    error = as_raised(error)
    return replace(trial, status="failed", error=f"{type(error).__name__}: {error}", exception=error)


def raise_if_all_failed(trials: Sequence[Trial]) -> None:
    """Then it is the objective that is wrong, not a setting.

    Raises: the error of the first trial, if all have failed.
    """
    errors = [t.exception for t in trials if t.exception]
    if errors and len(errors) == len(trials):
        errors[0].add_note(f"All {len(trials)} trials failed, the first with this error.")
        raise errors[0]


def run_jobs(
    work: Callable[[Any], Any], jobs: Sequence, executor: Workers = None, stop: Callable[[], bool] | None = None
) -> Generator[tuple[Any, Any]]:
    """Yield (job, work(job)) as they finish, on any executor; (job, exception) if it could not be run there."""
    stop = stop or (lambda: False)
    if executor is not None:
        yield from _run_elsewhere(work, jobs, executor, stop)
        return
    for job in jobs:
        if true_or_not(stop(), "stop"):
            return
        yield job, work(job)


def _run_elsewhere(work: Callable, jobs: Sequence, executor: CanSubmit, stop: Callable[[], bool]) -> Generator:
    # imported here, because it costs every user of `nn` some milliseconds
    from concurrent.futures import BrokenExecutor, Future
    from queue import Empty, SimpleQueue

    def submit(job) -> Future:
        try:
            return executor.submit(work, job)
        except BrokenExecutor as error:  # a worker died while jobs were still being handed out
            future: Future = Future()
            future.set_exception(error)
            return future

    waiting = {submit(job): job for job in jobs}
    finished: SimpleQueue[Future] = SimpleQueue()  # looking through all futures for each would take longer and longer
    for future in waiting:
        future.add_done_callback(finished.put)
    try:
        stopped = False
        while waiting and not stopped:
            stopped = true_or_not(stop(), "stop")
            for _ in range(finished.qsize() if stopped else 1):
                try:
                    future = finished.get(timeout=0.1)
                except Empty:
                    break
                try:
                    outcome = future.result()
                except Exception as error:
                    outcome = error
                yield waiting.pop(future), outcome
    finally:
        for future in waiting:
            future.cancel()
