"""How long each notebook takes from top to bottom in a fresh kernel, start of the kernel included."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
BAR = 20  # seconds, on two cores


def timed(path: Path) -> tuple[float, list[float]]:
    """Seconds of the whole notebook and of each code cell."""
    starts: list[float] = []
    client = NotebookClient(
        nbformat.read(path, 4),
        kernel_name="python3",
        timeout=300,
        store_widget_state=False,
        on_cell_execute=lambda **_: starts.append(time.perf_counter()),
        resources={"metadata": {"path": str(path.parent)}},
    )
    begin = time.perf_counter()
    client.execute()
    end = time.perf_counter()
    return end - begin, [after - before for before, after in zip(starts, [*starts[1:], end])]


def main() -> list[str]:
    print(f"{'notebook':28} {'seconds':>8} {'code cells':>11} {'slowest cell':>13}")
    taken = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        seconds, cells = timed(path)
        taken.append(seconds)
        print(
            f"{path.stem:28} {seconds:8.1f} {len(cells):11} {max(cells):12.1f}s"
            f"{'' if seconds <= BAR else f'   over {BAR} s'}"
        )
    return [
        f"The slowest notebook takes {max(taken) / BAR:.2f} of the {BAR} s that a notebook may take from top to "
        f"bottom, half of them less than {median(taken) / BAR:.2f}."
    ]
