"""Slider to pixels: from a key on a slider to the new picture on the screen, ours and the usual way, in one notebook.

JupyterLab in a real Chromium. A move is timed in the page from the key event to the first animation frame after the new
picture has loaded. Every way has its turn in every round; all moves go one way, so that no result is cached. "Usual" is
`interact` with a figure built anew and `plt.show`: the neuron with the same two axes, the ten layers with one histogram
of 50 bars each and no gradients, in float64 as everybody writes it. What remains is compared with the least there can
be: a slider whose number comes back as text, and one that swaps two tiny pictures.
A browser without a graphics card paints on the same cores: the window is that of a small laptop, 1280 × 800, and what
two busy processes do together is printed (2.0 with two whole cores; 1.4 with two threads of one).
BARS, on two quiet cores: the 95th percentile below 33 ms for the neuron and below 50 ms for ten layers of 500.
"""

from __future__ import annotations

import inspect
import os
import tempfile
import textwrap
from pathlib import Path
from statistics import median

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import sync_playwright

from benchmarks import _latency_cells as cells
from benchmarks._machine import two_at_once
from tools.lab_page import LabPage
from tools.lab_server import CHROMIUM_FLAGS, KERNEL, NO_CHROMIUM, Lab, chromium

ROUNDS = 4
# cell -> (what it is, moves per round, the bar in ms)
WAYS = {
    "echo": ("the least: a number comes back as text", 15, None),
    "swap": ("the least: two tiny pictures", 15, None),
    "neuron": ("neuron_explorer", 15, 33),
    "usual_neuron": ("  the usual way", 8, None),
    "layers": ("initialization_explorer, tanh 10 × 500", 18, 50),
    "relu_layers": ("initialization_explorer, ReLU 10 × 500", 18, 50),
    "usual_layers": ("  the usual way, tanh", 5, None),
}

MOVE = """([id, what]) => new Promise((resolve, reject) => {
    const cell = document.querySelector(`[data-cell="${id}"]`);
    const knob = cell.querySelector('.noUi-handle');
    const done = () => requestAnimationFrame(() => { clearTimeout(late); resolve(performance.now() - start); });
    const late = setTimeout(() => reject(new Error(`no new ${what} in ${id}`)), 20000);
    if (what === 'picture') cell.addEventListener('load', done, {capture: true, once: true});
    else {
        const observer = new MutationObserver(() => { observer.disconnect(); done(); });
        const text = cell.querySelector('.widget-html-content');
        observer.observe(text, {childList: true, subtree: true, characterData: true});
    }
    knob.focus();
    const start = performance.now();
    knob.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
})"""


def sources() -> dict[str, str]:
    """The code of each cell: what stands in the functions of `_latency_cells`."""
    functions = [getattr(cells, name) for name in ("imports", *WAYS, "split")]
    return {f.__name__: textwrap.dedent("".join(inspect.getsourcelines(f)[0][1:])) for f in functions}


def notebook() -> nbformat.NotebookNode:
    return new_notebook(cells=[new_code_cell(code, id=id) for id, code in sources().items()], metadata=KERNEL)


def measured(page: LabPage) -> dict[str, list[float]]:
    """Milliseconds of every move, by cell."""
    taken: dict[str, list[float]] = {id: [] for id in WAYS}
    for _ in range(ROUNDS):
        for id, (_, moves, _) in WAYS.items():
            page.cell(id)
            page.page.wait_for_timeout(600)  # what was dragged before comes to rest
            for _ in range(moves):
                taken[id].append(page.page.evaluate(MOVE, [id, "text" if id == "echo" else "picture"]))
                page.page.wait_for_timeout(50)  # less than a resting hand, so that drafts follow each other
    return taken


def parts(page: LabPage, id: str) -> dict[str, float]:
    """Median milliseconds in the kernel of the moves of one explorer."""
    kinds = page.evaluate_in_kernel(f"__import__('__main__').seconds_of[{id!r}]")
    return {part: 1e3 * median(seconds) for part, seconds in kinds.items()}


def main() -> list[str]:
    if (browser_path := chromium()) is None:
        print(NO_CHROMIUM)
        return []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        nbformat.write(notebook(), Path(folder) / "latency.ipynb")
        browser = playwright.chromium.launch(executable_path=browser_path, args=CHROMIUM_FLAGS)
        with Lab(Path(folder)) as lab:
            page = LabPage(lab, browser, "latency.ipynb", width=1280, height=800)
            page.run_all()
            taken = measured(page)
            in_kernel = {id: parts(page, id) for id in ("neuron", "layers", "relu_layers")}
            page.close()
        browser.close()
    return report(taken, in_kernel)


def report(taken: dict[str, list[float]], in_kernel: dict[str, dict[str, float]]) -> list[str]:
    p50, p95 = ({id: float(np.percentile(ms, share)) for id, ms in taken.items()} for share in (50, 95))
    ratios = {}
    print(f"{'milliseconds':42} {'moves':>5} {'p50':>6} {'p95':>6}  {'usual ÷ ours':>12}")
    for id, (name, _, bar) in WAYS.items():
        usual = {"neuron": "usual_neuron", "layers": "usual_layers", "relu_layers": "usual_layers"}.get(id)
        ratio = f"{p50[usual] / p50[id]:.1f}" if usual else ""
        ratios[id] = ratio
        verdict = "" if bar is None else f"  bar: p95 ≤ {bar} {'met' if p95[id] <= bar else 'NOT met'}"
        print(f"{name:42} {len(taken[id]):5} {p50[id]:6.0f} {p95[id]:6.0f}  {ratio:>12}{verdict}")
    print(f"\nTwo processes at once do {two_at_once():.1f} times the work of one on this machine.")
    print(f"\nWhere the milliseconds of a median move go; {os.getloadavg()[0]:.1f} processes wanted to run meanwhile\n")
    print(f"{'':42} {'experiment':>10} {'draw':>6} {'encode':>6} {'rest of kernel':>14} {'Jupyter, browser':>18}")
    for id, part in in_kernel.items():
        rest = part["all"] - part["experiment"] - part["draw"] - part["encode"]
        print(
            f"{WAYS[id][0]:42} {part['experiment']:10.1f} {part['draw']:6.1f} {part['encode']:6.1f} {rest:14.1f} "
            f"{p50[id] - part['all']:18.1f}"
        )
    return [
        f"From a key on a slider to the new picture in the browser, beside `interact` with `plt.show`: a neuron "
        f"{ratios['neuron']} times faster, ten layers of 500 tanh units {ratios['layers']} times, of ReLUs "
        f"{ratios['relu_layers']} times (medians)."
    ]
