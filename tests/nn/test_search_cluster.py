"""The same search on a real Dask cluster of two processes: trial for trial what runs here, and nothing lost when a
worker is killed."""

import logging
import os
import signal
import time

import numpy as np
import pytest

from course_lib.data.clouds import blobs
from course_lib.nn.optimizers import Momentum
from course_lib.nn.search import LossExploded, search, successive_halving
from course_lib.nn.spaces import LogUniform
from course_lib.nn.stacked import TrainMLP, stacked_search

distributed = pytest.importorskip("dask.distributed")

X, Y = blobs(n=60, classes=3, noise=0.4, seed=1)
TRAIN = TrainMLP((2, 8, 3), X, Y, X, Y, Momentum, epochs=3, dtype=np.float64)
SPACE = {"lr": LogUniform(1e-4, 1e1), "l2": LogUniform(1e-6, 1e-1)}


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as started:
        yield started


@pytest.fixture
def executor(cluster):
    with distributed.Client(cluster) as client, client.get_executor() as found:
        yield found


def outcome(result):
    """As text, because nan is not equal to nan."""
    return [repr(t) for t in result.trials]


def test_the_same_trials_as_here(executor):
    assert outcome(search(TRAIN, SPACE, 10, 0, executor, abandon=LossExploded())) == outcome(
        search(TRAIN, SPACE, 10, 0, abandon=LossExploded())
    )
    assert outcome(stacked_search(TRAIN, SPACE, 8, 0, executor, size=4)) == outcome(
        stacked_search(TRAIN, SPACE, 8, 0, size=4)
    )
    assert outcome(successive_halving(TRAIN, SPACE, 6, 0, executor, budgets=(1, 4))) == outcome(
        successive_halving(TRAIN, SPACE, 6, 0, budgets=(1, 4))
    )


@pytest.mark.skipif(os.name != "posix", reason="needs a signal that kills")
def test_a_killed_worker_loses_nothing(cluster, executor):
    def slow(settings, seed):  # inside the test, so that it travels by value
        time.sleep(0.05)
        return settings["lr"] * (seed % 7)

    killed = []

    def kill_one(done, planned, trial):
        if done == 3:
            killed.append(cluster.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    result = search(slow, SPACE, 20, 0, executor, progress=kill_one)
    assert killed and len(result.trials) == result.planned == 20
    assert outcome(result) == outcome(search(slow, SPACE, 20, 0))


def test_a_cluster_that_grows_with_the_work_runs_the_same_trials():
    with (
        distributed.LocalCluster(
            n_workers=0, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        cluster.adapt(minimum=0, maximum=2)
        assert not cluster.workers
        found = search(TRAIN, SPACE, 6, 0, executor)
    assert outcome(found) == outcome(search(TRAIN, SPACE, 6, 0))
