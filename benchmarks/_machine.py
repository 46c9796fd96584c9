"""The machine that a benchmark ran on, in one sentence and one measurement; and whether a bar is met."""

from __future__ import annotations

import math
import os
import platform
import re
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

CPUINFO = Path("/proc/cpuinfo")


def described() -> str:
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    return (
        f"Python {platform.python_version()}, NumPy {np.__version__}, {blas['name']} {blas['version']}, "
        f"{platform.system()} {platform.machine()}, {processor()}, {os.cpu_count()} hardware threads, "
        f"BLAS threads: {threads}"
    )


def processor() -> str:
    text = CPUINFO.read_text(encoding="utf-8") if CPUINFO.exists() else ""
    found = re.search(r"model name\s*:\s*(.+)", text)
    return found[1].strip() if found else platform.processor() or "processor unknown"


def counted(seconds: float = 0.5) -> int:
    """How far a loop counts in this time."""
    end, number = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        number += 1
    return number


def two_at_once() -> float:
    """The work of two processes side by side, in units of what one does alone: 2 with two whole cores."""
    with ProcessPoolExecutor(2) as both:
        list(both.map(counted, [0.1, 0.1]))  # both have started
        return sum(both.map(counted, [0.5, 0.5])) / counted(0.5)


def bar(value: float, at_most: float = math.inf, at_least: float = -math.inf) -> str:
    """What was aimed at, and whether it was reached."""
    wanted = f"at most {at_most:g}" if at_most < math.inf else f"at least {at_least:g}"
    return f"bar: {wanted}, {'met' if at_least <= value <= at_most else 'NOT met'}"
