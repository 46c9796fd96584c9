"""A full move of every explorer: the experiment, the drawing and the encoding of its picture.

One control goes through new values, as a dragging hand leads it, so at draft quality where there is a draft. "first"
is the first picture with all that comes before it. Medians; what an experiment remembers it need not compute again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np

from course_lib.explorers import all_explorers
from course_lib.explorers.controls import IntSlider
from course_lib.explorers.explorer import Explorer, one_blas_thread

MOVES = 9


def values(control: Any) -> list[Any]:
    """Different positions of a control, from one end to the other."""
    if hasattr(control, "options"):
        return list(control.options)
    if not hasattr(control, "low"):
        return [False, True]
    spread = np.geomspace if "Log" in type(control).__name__ else np.linspace
    middle = spread(control.low, control.high, MOVES + 2)[1:-1]
    return sorted({control.check(round(x) if isinstance(control, IntSlider) else float(x)) for x in middle})


def moved(explorer: Explorer) -> str:
    """The control a learner drags most: the first with a range, else the first."""
    ranged = [control.name for control in explorer.controls.values() if hasattr(control, "low")]
    return (ranged or list(explorer.controls))[0]


def parts(explorer: Explorer) -> Iterator[tuple[float, float, float, int]]:
    """Seconds of experiment, drawing and encoding, and bytes of the picture, of one move after the other."""
    name = moved(explorer)
    for value in values(explorer.controls[name]):
        settings = {**explorer.settings, name: value, **explorer.draft}
        with one_blas_thread():
            start = time.perf_counter()
            result = explorer.experiment(**settings)
            computed = time.perf_counter()
            explorer.picture.update(result)
            drawn = time.perf_counter()
            png = explorer.picture.png()
            yield computed - start, drawn - computed, time.perf_counter() - drawn, len(png)


def main() -> list[str]:
    rows = []
    for name, make in all_explorers().items():
        explorer = make()
        start = time.perf_counter()
        explorer.picture.png()
        first = time.perf_counter() - start
        experiment, draw, encode, size = (median(column) for column in zip(*parts(explorer)))
        rows.append((name, moved(explorer), experiment, draw, encode, first, size))
        explorer.close()
    print(
        f"{'milliseconds':32} {'moved':14} {'all':>6} {'experiment':>11} {'draw':>6} {'encode':>7} {'first':>6} "
        f"{'kB':>4}"
    )
    for name, control, experiment, draw, encode, first, size in sorted(rows, key=lambda row: -sum(row[2:5])):
        print(
            f"{name:32} {control:14.14} {1e3 * (experiment + draw + encode):6.1f} {1e3 * experiment:11.1f} "
            f"{1e3 * draw:6.1f} {1e3 * encode:7.1f} {1e3 * first:6.0f} {size / 1e3:4.0f}"
        )
    total = [1e3 * sum(row[2:5]) for row in rows]
    print(f"\n{len(rows)} explorers: half of them below {median(total):.0f} ms, the slowest {max(total):.0f} ms")
    shares = [sum(float(row[part]) for row in rows) / sum(sum(row[2:5]) for row in rows) for part in (2, 3, 4)]
    return [
        f"A move of an explorer, over all {len(rows)}: {shares[0]:.0%} of the kernel's time goes into the "
        f"experiment, {shares[1]:.0%} into the drawing, {shares[2]:.0%} into the encoding."
    ]
