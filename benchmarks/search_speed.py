"""A search of 100 small networks: one by one, stacked as one network, on processes, on Dask, and scikit-learn's.

Each trial is 64-32-10 on the bundled digits, ten epochs of Momentum in batches of 32, with its own lr and weight decay,
validated after every epoch (scikit-learn: once, at the end). The first four lines are the same search four ways: here,
on processes, on Dask, stacked. Times are milliseconds per trial, the median over rounds
in which every way has its turn; the ratio is to "one by one" of the same dtype in the same round. Processes and the
Dask cluster are started beforehand. BAR: stacked takes less than 0.25 of one by one, in float32, which is what a search
uses unless told otherwise. In float64 the matrix products, which stacking cannot spare, are a larger part.
"""

import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from statistics import median

import numpy as np

from course_lib.data.digits import load_digits
from course_lib.nn.optimizers import Momentum
from course_lib.nn.search import plan, search
from course_lib.nn.spaces import LogUniform
from course_lib.nn.stacked import TrainMLP, stacked_search

BAR = 0.25
SPACE = {"lr": LogUniform(1e-3, 1e-1), "l2": LogUniform(1e-6, 1e-2)}
ROUNDS = 3


def objective() -> TrainMLP:
    d = load_digits()
    return TrainMLP((64, 32, 10), d.x_train, d.y_train, d.x_val, d.y_val, Momentum, epochs=10, dtype=np.float64)


def ways(
    double: TrainMLP, processes: Executor, threads: Executor, dask: Executor | None
) -> dict[str, tuple[str, int, Callable]]:
    """name -> (the way it is compared with, trials, search of that many trials)"""
    compared: dict[str, tuple[str, int, Callable]] = {}
    for trained in (double, replace(double, dtype=np.float32)):
        kind = trained.dtype.__name__
        for name, way, executor in (
            ("one by one", search, None),
            ("two processes", search, processes),
            ("Dask, two workers", search, dask),
            ("stacked", stacked_search, None),
            ("stacked, two threads", stacked_search, threads),
        ):
            if executor is None and "Dask" in name:
                continue
            base = "" if name == "one by one" else f"{kind}, one by one"
            compared[f"{kind}, {name}"] = (base, 100, partial(_run, way, trained, executor))
    return compared


def _run(way: Callable, trained: TrainMLP, executor: Executor | None, trials: int) -> None:
    way(trained, SPACE, trials, 0, executor)


@contextmanager
def dask_executor() -> Iterator[Executor | None]:
    try:
        from dask.distributed import Client
    except ImportError:
        yield None
        return
    with Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        yield client.get_executor()


def scikit_learn(data: TrainMLP, n: int) -> float:
    """The best validation accuracy of the same trials with MLPClassifier."""
    from sklearn.neural_network import MLPClassifier

    best = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ten epochs have not converged, it says
        for trial in plan(SPACE, n, 0):
            model = MLPClassifier(
                (32,),
                solver="sgd",
                batch_size=32,
                max_iter=10,
                alpha=trial.settings["l2"],
                learning_rate_init=trial.settings["lr"],
                random_state=trial.seed,
            )
            best = max(best, model.fit(data.x, data.y).score(data.x_val, data.y_val))
    return best


def main() -> list[str]:
    double = objective()
    with ExitStack() as stack:
        processes = stack.enter_context(ProcessPoolExecutor(2))
        threads = stack.enter_context(ThreadPoolExecutor(2))
        compared = ways(double, processes, threads, stack.enter_context(dask_executor()))
        try:
            import sklearn.neural_network  # noqa: F401

            compared["scikit-learn"] = ("float64, one by one", 10, lambda n: scikit_learn(double, n))
        except ImportError:
            pass
        list(processes.map(abs, range(8)))
        times: dict[str, list[float]] = {name: [] for name in compared}
        for _ in range(ROUNDS):
            for name, (_, n, run) in compared.items():
                began = time.perf_counter()
                run(n)
                times[name].append((time.perf_counter() - began) / n)
    agree = [search(double, SPACE, 10, 0).best, stacked_search(double, SPACE, 10, 0).best]
    print(f"same best trial: {agree[0].number == agree[1].number}, score {agree[0].score:.4f}")
    print(f"{'':32}{'ms per trial':>14}{'ratio':>9}")
    ratios = {}
    for name, (base, _, _) in compared.items():
        ratios[name] = ratio = median(a / b for a, b in zip(times[name], times[base])) if base else 1.0
        verdict = f"   bar {BAR}: {'met' if ratio < BAR else 'MISSED'}" if name == "float32, stacked" else ""
        print(f"{name:32}{1e3 * median(times[name]):14.1f}{ratio:9.2f}{verdict}")
    named = ", ".join(
        f"{name.removeprefix('float32, ')} {ratio:.2f}"
        for name, ratio in ratios.items()
        if name.startswith("float32") and ratio != 1
    )
    if "scikit-learn" in ratios:
        named += f"; in float64 scikit-learn {ratios['scikit-learn']:.2f}"
    return [f"A hundred trials of 64-32-10 in float32, time over that of one by one: {named}."]


if __name__ == "__main__":
    main()
