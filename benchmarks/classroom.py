"""A class on one server: kernels of their own, in which learners drag a slider ten seconds of every minute.

Each learner has a kernel as JupyterHub starts one, with one thread for linear algebra, and in it an explorer of one of
six chapters. All messages are real ones, 15 moves a second while a slider is dragged, fewer where the kernel has not
come to rest, as a page waits for it too; there is no browser. The learners take turns through the minute, so that a
sixth of them drag at any time. A move is timed from the slider's message until its picture comes back. The server that
each learner has under JupyterHub is measured by itself, once. LEARNERS=8 in the environment makes the class smaller.
"Wake-ups" are those of a kernel with an explorer nobody touches, beyond those of a kernel without one.
BARS: no wake-ups, and at most 3 MB for each further open explorer.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil

from benchmarks._learner import Learner
from benchmarks._machine import bar
from tools.lab_server import Lab

CLASS = int(os.environ.get("LEARNERS", "30"))
MINUTE, DRAG, PER_SECOND, MINUTES = 60.0, 10.0, 15, 2
IDLE, MORE = 20.0, 8  # seconds of rest; further explorers in one kernel
# explorer -> the label of the slider that is dragged
EXPLORERS = {
    "neuron_explorer": "weight w1",
    "zigzag_explorer": "input mean",
    "preprocessing_explorer": "correlation",
    "initialization_explorer": "weight std",
    "optimizer_path_explorer": "learning rate",
    "weight_decay_explorer": "λ",
}
MEGABYTE = 1e6


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def opened(explorer: str) -> str:
    return f"from course_lib.explorers import {explorer}\n\n{explorer}()"


def memory(process: psutil.Process) -> float:
    """Megabytes that a process takes: what it shares with others, libraries above all, counts in parts (Linux)."""
    full = process.memory_full_info()
    return getattr(full, "pss", full.rss) / MEGABYTE


def seconds_used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def wake_ups(process: psutil.Process) -> int:
    """How often the threads of a process have gone to sleep and come back."""
    return sum(psutil.Process(thread.id).num_ctx_switches().voluntary for thread in process.threads())


def drags(learner: Learner, slider: str, first: float, moves: list[float], position: int = 1) -> None:
    """Drag from the moment `first` for ten seconds of every minute, and note the milliseconds of every move."""
    stops = len(learner.models[slider]["_options_labels"])
    for minute in range(MINUTES):
        begin = first + minute * MINUTE
        time.sleep(max(0.0, begin - time.monotonic()))
        while (now := time.monotonic()) < begin + DRAG:
            position = position % (2 * stops - 2) + 1
            index = position if position < stops else 2 * stops - 2 - position  # to and fro
            answer = learner.move(slider, {"index": index})
            if answer["picture"]:
                moves.append(1e3 * answer["picture"])
            time.sleep(max(0.0, now + 1 / PER_SECOND - time.monotonic()))


def server_memory() -> float:
    """Megabytes of a server by itself, once it answers."""
    with tempfile.TemporaryDirectory() as folder, Lab(Path(folder)) as lab:
        return memory(psutil.Process(lab._process.pid))


def at_rest() -> tuple[float, float]:
    """Wake-ups per second that explorers at rest add to a kernel, and the megabytes of each further one."""
    with Learner("import ipywidgets", environment()) as bare, Learner(opened("neuron_explorer"), environment()) as one:
        slider = next(id for id, state in one.models.items() if state.get("_model_name") == "SelectionSliderModel")
        for index in range(1, 30):
            one.move(slider, {"index": index})
        before = memory(one.process)
        one.run(f"more = [neuron_explorer(w1=k / 10) for k in range({MORE})]\nfor each in more: display(each)")
        each = (memory(one.process) - before) / MORE
        time.sleep(2)
        start = [wake_ups(kernel.process) for kernel in (bare, one)]
        time.sleep(IDLE)
        slept = [wake_ups(kernel.process) - before for kernel, before in zip((bare, one), start)]
    return max(0.0, slept[1] - slept[0]) / IDLE, each


def lesson(stack: ExitStack) -> dict[str, Any]:
    """The class, for as many minutes as are measured."""
    learners, sliders = [], []
    for number in range(CLASS):
        explorer, label = list(EXPLORERS.items())[number % len(EXPLORERS)]
        learners.append(stack.enter_context(Learner(opened(explorer), environment())))
        sliders.append(learners[-1].find("SelectionSliderModel", label))
    before = [seconds_used(learner.process) for learner in learners]
    begin = time.monotonic() + 1
    moves: list[list[float]] = [[] for _ in learners]
    threads = [
        threading.Thread(target=drags, args=(learner, slider, begin + number * MINUTE / CLASS, moves[number]))
        for number, (learner, slider) in enumerate(zip(learners, sliders))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used = [seconds_used(learner.process) - start for learner, start in zip(learners, before)]
    return {"moves": moves, "used": used, "memory": [memory(learner.process) for learner in learners]}


def main() -> list[str]:
    woken, each = at_rest()
    server = server_memory()
    with ExitStack() as stack:
        found = lesson(stack)
    print(f"{'':28} {'moves':>6} {'p50 ms':>7} {'p95 ms':>7} {'MB':>5} {'CPU s per minute':>17}")
    for place, name in enumerate(EXPLORERS):
        mine = range(place, CLASS, len(EXPLORERS))
        moves = [ms for number in mine for ms in found["moves"][number]]
        if moves:
            print(
                f"{name:28} {len(moves):6} {median(moves):7.0f} {np.percentile(moves, 95):7.0f} "
                f"{median(found['memory'][number] for number in mine):5.0f} "
                f"{median(found['used'][number] for number in mine) / MINUTES:17.2f}"
            )
    moves = [ms for mine in found["moves"] for ms in mine]
    cores, kernel, share = os.cpu_count() or 1, float(np.mean(found["memory"])), sum(found["used"]) / CLASS
    share /= MINUTES * MINUTE
    print(f"\nA server by itself takes {server:.0f} MB, each further open explorer {each:.1f} MB ({bar(each, 3)}).")
    print(f"An explorer at rest adds {woken:.1f} wake-ups per second ({bar(round(woken, 1), 0)}).")
    return [
        f"{CLASS} learners on {cores} hardware threads, each dragging {DRAG:.0f} s of every minute: a move takes "
        f"{median(moves):.0f} ms in the median and {np.percentile(moves, 95):.0f} ms at the 95th percentile; a learner "
        f"takes {share:.1%} of a core and {kernel + server:.0f} MB (kernel {kernel:.0f}, server {server:.0f}).",
        f"An explorer at rest: {woken:.1f} wake-ups per second ({bar(round(woken, 1), 0)}); each further open one "
        f"{each:.1f} MB ({bar(each, 3)}).",
    ]
