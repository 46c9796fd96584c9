"""How the cost grows: with width, depth, samples, stacked trials and open explorers. A table, and a picture of it.

Processor time, so that other work on the machine does not count. The exponent is the slope on log-log paper over the
last three sizes (1: in proportion). The picture is written to build/growth.png.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from matplotlib.figure import Figure

from course_lib.experiments.signals import propagate, standard_draw
from course_lib.explorers import neuron_explorer
from course_lib.explorers.explorer import one_blas_thread
from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.plots.style import SERIES

PICTURE = Path("build/growth.png")
PICTURE_SHOWS = "Time over the time of the smallest size, on log-log paper, beside growth in proportion"
ROUNDS = 7


def seconds(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return median(taken)


def signals(width: int = 256, depth: int = 5, samples: int = 250) -> Callable[[], object]:
    """Signals forwards and backwards through a deep network of tanh."""
    x, stored, upstream = standard_draw(0, 1024)
    x, upstream = x[:samples, :width].copy(), upstream[:samples, :width].copy()
    weights = [w[:width, :width].copy() for w in stored[:depth]]
    return lambda: list(propagate(x, weights, upstream, ACTIVATIONS["tanh"], width**-0.5))


def trials(number: int) -> Callable[[], object]:
    """One training step of that many networks stacked, 64-32-10 on batches of 32."""
    rng = np.random.default_rng(0)
    net = MLP((64, 32, 10), trials=number, seed=0, dtype=np.float32)
    x, y = rng.standard_normal((32, 64)).astype(np.float32), rng.integers(0, 10, 32)
    optimizer = SGD(0.1)
    state = optimizer.init(net.theta)

    def step() -> None:
        net.loss_and_grad(x, y)
        optimizer.step(net.theta, net.grad, state)

    return step


def open_explorers(number: int) -> tuple[float, float]:
    """Processor seconds, and megabytes more than before, for the pictures of that many explorers, all kept open."""
    gc.collect()
    before, start = psutil.Process().memory_info().rss, time.process_time()
    kept = [neuron_explorer(w1=k % 30 / 10) for k in range(number)]
    for explorer in kept:
        explorer.picture.png()
    taken = time.process_time() - start, (psutil.Process().memory_info().rss - before) / 1e6
    for explorer in kept:
        explorer.close()
    return taken


def series() -> dict[str, tuple[list[int], list[float]]]:
    """What grows -> sizes and seconds."""
    ways = {
        "width": ([64, 128, 256, 512, 1024], lambda n: signals(width=n)),
        "depth": ([1, 2, 4, 8], lambda n: signals(depth=n)),
        "samples": ([62, 125, 250, 500, 1000], lambda n: signals(samples=n)),
        "stacked trials": ([1, 4, 16, 64, 256], trials),
    }
    found = {}
    with one_blas_thread():
        for name, (sizes, make) in ways.items():
            found[name] = sizes, [seconds(make(size)) for size in sizes]
    return found


def main() -> list[str]:
    found = series()
    numbers = [1, 4, 16, 64]
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as fresh:  # memory is counted from nothing
        opened = list(fresh.map(open_explorers, numbers))
    found["open explorers"] = numbers, [taken for taken, _ in opened]
    print(f"{'':16} {'sizes, and milliseconds':64} exponent")
    slopes = {}
    for name, (sizes, times) in found.items():
        slopes[name] = math.log(times[-1] / times[-3]) / math.log(sizes[-1] / sizes[-3])
        steps = "  ".join(f"{size}: {1e3 * t:.2f}" for size, t in zip(sizes, times))
        print(f"{name:16} {steps:64} {slopes[name]:8.2f}")
    memory = ", ".join(f"{number}: {megabytes:.0f}" for number, (_, megabytes) in zip(numbers, opened))
    print(f"\nMB of memory for so many open explorers: {memory}.")
    PICTURE.parent.mkdir(exist_ok=True)
    draw(found).savefig(PICTURE, dpi=100)
    print(f"The picture is in {PICTURE}.")
    grown = ", ".join(f"{name} {slope:.2f}" for name, slope in slopes.items())
    return [f"Time grows with size to the power of: {grown} (1: in proportion)."]


def draw(found: dict[str, tuple[list[int], list[float]]]) -> Figure:
    """Every series in units of its first entry, on log-log paper, beside growth in proportion."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot(
        xscale="log", yscale="log", xlabel="size, over the smallest", ylabel="time, over that of the smallest"
    )
    for (name, (sizes, times)), look in zip(found.items(), SERIES):
        axes.plot(np.array(sizes) / sizes[0], np.array(times) / times[0], label=name, **look)
    axes.plot([1, 256], [1, 256], color="0.6", linestyle=":", label="in proportion")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
