"""A full move of every explorer: the experiment, the drawing and the encoding of its picture.

One control goes through new values, as a dragging hand leads it, so at draft quality where there is a draft: medians.
Then all controls jump at random, each time to a state it has not been in: the 95th percentile. "first" is the first
picture with all that comes before it. Processor time, so that other work on the machine counts less; what an
experiment remembers it need not compute again.
BARS: half of the moves of every explorer below 50 ms, 95 of 100 random states below 150 ms.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from statistics import median
from typing import Any

import numpy as np

from benchmarks._machine import bar
from course_lib.explorers import all_explorers
from course_lib.explorers.controls import IntSlider
from course_lib.explorers.explorer import Explorer, one_blas_thread

MOVES, STATES = 9, 20
MEDIAN, P95 = 50, 150  # the bars, in ms


def values(control: Any) -> list[Any]:
    """Different positions of a control, from one end to the other."""
    if not hasattr(control, "low"):
        return list(getattr(control, "options", [False, True]))
    spread = np.geomspace if "Log" in type(control).__name__ else np.linspace
    middle = spread(control.low, control.high, MOVES + 2)[1:-1]
    return sorted({control.check(round(x) if isinstance(control, IntSlider) else float(x)) for x in middle})


def moved(explorer: Explorer) -> str:
    """The control a learner drags most: the first with a range, else the first."""
    ranged = [control.name for control in explorer.controls.values() if hasattr(control, "low")]
    return (ranged or list(explorer.controls))[0]


def part_times(explorer: Explorer, settings: dict[str, Any]) -> tuple[float, float, float, int]:
    """Milliseconds of experiment, drawing and encoding, and bytes of the picture, of a move to these settings."""
    with one_blas_thread():
        start = time.process_time()
        result = explorer.experiment(**{**settings, **explorer.draft})
        computed = time.process_time()
        explorer.picture.update(result)
        drawn = time.process_time()
        png = explorer.picture.png()
        return 1e3 * (computed - start), 1e3 * (drawn - computed), 1e3 * (time.process_time() - drawn), len(png)


def dragged(explorer: Explorer) -> Iterator[dict[str, Any]]:
    name = moved(explorer)
    for value in values(explorer.controls[name]):
        yield {**explorer.settings, name: value}


def at_random(explorer: Explorer) -> Iterator[dict[str, Any]]:
    rng = np.random.default_rng(0)
    for _ in range(STATES):
        yield explorer._checked(
            explorer.settings, {name: control.random(rng) for name, control in explorer.controls.items()}
        )


def main() -> list[str]:
    rows = []
    for name, make in all_explorers().items():
        explorer = make()
        start = time.process_time()
        explorer.picture.png()
        first = 1e3 * (time.process_time() - start)
        experiment, draw, encode, size = (
            median(column) for column in zip(*(part_times(explorer, settings) for settings in dragged(explorer)))
        )
        jumps = []
        for settings in at_random(explorer):
            with suppress(ValueError):  # a combination that the explorer refuses, in a sentence
                jumps.append(sum(part_times(explorer, settings)[:3]))
        late = float(np.percentile(jumps, 95))
        rows.append((name, moved(explorer), experiment, draw, encode, late, first, size))
        explorer.close()
    print(
        f"{'milliseconds':32} {'moved':14} {'p50':>6} {'experiment':>11} {'draw':>6} {'encode':>7} {'random p95':>11} "
        f"{'first':>6} {'kB':>4}"
    )
    for name, control, experiment, draw, encode, late, first, size in sorted(rows, key=lambda row: -sum(row[2:5])):
        print(
            f"{name:32} {control:14.14} {experiment + draw + encode:6.1f} {experiment:11.1f} {draw:6.1f} {encode:7.1f} "
            f"{late:11.0f} {first:6.0f} {size / 1e3:4.0f}"
        )
    total = [sum(row[2:5]) for row in rows]
    print(f"\n{len(rows)} explorers: half of them below {median(total):.0f} ms")
    shares = [sum(float(row[part]) for row in rows) / sum(total) for part in (2, 3, 4)]
    slowest, jumpiest = max(rows, key=lambda row: sum(row[2:5])), max(rows, key=lambda row: row[5])
    return [
        f"A move of an explorer, over all {len(rows)}: {shares[0]:.0%} of the kernel's time goes into the "
        f"experiment, {shares[1]:.0%} into the drawing, {shares[2]:.0%} into the encoding.",
        f"The slowest explorer takes {max(total):.0f} ms in the median of its moves ({slowest[0]}; "
        f"{bar(max(total), MEDIAN)}) and {jumpiest[5]:.0f} ms at the 95th percentile over random states "
        f"({jumpiest[0]}; {bar(jumpiest[5], P95)}).",
    ]
