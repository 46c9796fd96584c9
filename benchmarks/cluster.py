"""A search on a cluster: what Dask adds to every trial, on 2, 4 and 8 workers of this machine, and with one killed.

The trials are those of `search_speed` in float32, here as one job each. "Overhead" is what a trial costs Dask alone:
the same number of jobs that do nothing, from the first submitted until the last has come back. One scheduler serves
all workers, so this time is what does not shrink with more of them. A trial of t ms keeps W workers busy as long as
t ÷ W is above it: from that follows, on paper, how far the search grows. The last line kills a worker with SIGKILL in
the middle: the search must come back with every trial, and the time beyond that of the run without is printed.
BAR: at most 5 ms of overhead per trial with 2 workers.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from benchmarks._machine import bar
from benchmarks.search_speed import SPACE, objective
from course_lib.nn.search import search

WORKERS, TRIALS, NOTHINGS, ROUNDS = (2, 4, 8), 60, 300, 3
BAR, MANY = 5.0, 1000


def nothing(settings: dict[str, float], seed: int) -> float:
    return 0.0


def timed(what: Any, trials: int, executor: Any, **more: Any) -> float:
    """Milliseconds per trial."""
    start = time.perf_counter()
    result = search(what, SPACE, trials, 0, executor, **more)
    assert len(result.trials) == trials and all(trial.status == "done" for trial in result.trials)
    return 1e3 * (time.perf_counter() - start) / trials


def main() -> list[str]:
    try:
        from dask.distributed import Client, LocalCluster
    except ImportError:
        print('Dask is not installed: pip install -e ".[cluster]"')
        return []
    trained = replace(objective(), dtype=np.float32)
    here = median(timed(trained, TRIALS // 4, None) for _ in range(ROUNDS))
    print(f"{'':24}{'ms per trial':>13}{'÷ here':>8}{'overhead, ms':>14}\n{'here, one by one':24}{here:13.1f}{1:8.2f}")
    overhead: dict[int, float] = {}
    for workers in WORKERS:
        options = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": logging.CRITICAL}
        with LocalCluster(n_workers=workers, **options) as cluster, Client(cluster) as client:
            executor = client.get_executor()
            timed(nothing, 4 * workers, executor)  # the workers import what they need
            timed(trained, 2 * workers, executor)
            overhead[workers] = median(timed(nothing, NOTHINGS, executor) for _ in range(ROUNDS))
            per_trial = median(timed(trained, TRIALS, executor) for _ in range(ROUNDS))
            print(f"{f'Dask, {workers} workers':24}{per_trial:13.1f}{per_trial / here:8.2f}{overhead[workers]:14.2f}")
            if workers == WORKERS[1]:

                def kill_one(done: int, planned: int, trial: Any) -> None:
                    if done == TRIALS // 4:
                        os.kill(cluster.workers[0].pid, signal.SIGKILL)

                killed = timed(trained, TRIALS, executor, progress=kill_one)
                print(f"{'  one of them killed':24}{killed:13.1f}{killed / here:8.2f}")
    each = overhead[WORKERS[-1]]
    print(f"\nOn paper, with {each:.2f} ms of the scheduler for each trial: workers that it keeps busy with trials of")
    for seconds in (0.1, 1.0, 10.0):
        print(f"{seconds:8.1f} s: {1e3 * seconds / each:8.0f}")
    enough = each * MANY / 1e3
    return [
        f"A search on Dask: {overhead[2]:.1f} ms of overhead per trial with 2 workers ({bar(overhead[2], BAR)}), "
        f"{each:.1f} with {WORKERS[-1]}; so one scheduler keeps {MANY} workers busy with trials of {enough:.1f} s and "
        f"more. With a worker killed on the way no trial is lost."
    ]
