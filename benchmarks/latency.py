"""Slider to pixels: from a key on a slider to the new picture on the screen, ours and the usual way, in one notebook.

JupyterLab in a real Chromium. A move is timed in the page from the key event to the first animation frame after the new
picture has loaded. Every way has its turn, a few moves, in every round; all moves go one way, so that no result is
cached. The yardstick is the least a new picture can cost: a bare `ipywidgets` slider that swaps two pictures of the
same explorer, drawn beforehand. "Usual" is `interact` with a figure built anew and `plt.show`: the neuron with the same
two axes, the ten layers with one histogram of 50 bars each and no gradients, in float64 as everybody writes it.
A browser without a graphics card paints on the same cores: the window is that of a small laptop, 1280 × 800, and what
two busy processes do together is printed (2.0 with two whole cores; 1.4 with two threads of one).
BARS, on medians and on 95th percentiles: a move of the neuron takes at most 1.15 times its swap, of ten layers 1.5.
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
from benchmarks._machine import bar, two_at_once
from tools.lab_page import LabPage
from tools.lab_server import CHROMIUM_FLAGS, KERNEL, NO_CHROMIUM, Lab, chromium

ROUNDS = 12  # the neuron has 61 stops
# cell -> (what it is, moves per round)
WAYS = {
    "echo": ("a number comes back as text", 2),
    "swap": ("two pictures of neuron_explorer swapped", 5),
    "neuron": ("neuron_explorer", 5),
    "usual_neuron": ("  the usual way", 2),
    "swap_layers": ("two pictures of ten layers swapped", 5),
    "layers": ("initialization_explorer, tanh 10 × 500", 5),
    "relu_layers": ("initialization_explorer, ReLU 10 × 500", 5),
    "usual_layers": ("  the usual way, tanh", 1),
}
# explorer -> (its swap, the usual way, the bar on the ratio to the swap)
COMPARED = {
    "neuron": ("swap", "usual_neuron", 1.15),
    "layers": ("swap_layers", "usual_layers", 1.5),
    "relu_layers": ("swap_layers", "usual_layers", 1.5),
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
        for id, (_, moves) in WAYS.items():
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
            in_kernel = {id: parts(page, id) for id in COMPARED}
            page.close()
        browser.close()
    return report(taken, in_kernel)


def report(taken: dict[str, list[float]], in_kernel: dict[str, dict[str, float]]) -> list[str]:
    p50, p95 = ({id: float(np.percentile(ms, share)) for id, ms in taken.items()} for share in (50, 95))
    print(
        f"{'milliseconds':42} {'moves':>5} {'p50':>6} {'p95':>6}  {'÷ swap, p50':>11} {'p95':>5}  {'usual ÷ ours':>12}"
    )
    sentences = []
    for id, (name, _) in WAYS.items():
        line = f"{name:42} {len(taken[id]):5} {p50[id]:6.0f} {p95[id]:6.0f}"
        if id in COMPARED:
            swap, usual, limit = COMPARED[id]
            middle, late, faster = p50[id] / p50[swap], p95[id] / p95[swap], p50[usual] / p50[id]
            line += f"  {middle:11.2f} {late:5.2f}  {faster:12.1f}"
            sentences.append(
                f"A move of {name} takes {middle:.2f} times the swap of two ready pictures in the median "
                f"({bar(middle, limit)}), {late:.2f} times at the 95th percentile ({bar(late, limit)}); "
                f"`interact` with `plt.show` {faster:.1f} times as long as the explorer."
            )
        print(line)
    print(f"\nTwo processes at once do {two_at_once():.1f} times the work of one on this machine.")
    print(f"\nA median move beyond its swap, in ms; {os.getloadavg()[0]:.1f} processes wanted to run meanwhile\n")
    print(f"{'':42} {'in all':>6} {'experiment':>10} {'draw':>6} {'encode':>6} {'rest of kernel':>14} {'elsewhere':>9}")
    for id, part in in_kernel.items():
        beyond = p50[id] - p50[COMPARED[id][0]]
        rest = part["all"] - part["experiment"] - part["draw"] - part["encode"]
        print(
            f"{WAYS[id][0]:42} {beyond:6.1f} {part['experiment']:10.1f} {part['draw']:6.1f} {part['encode']:6.1f} "
            f"{rest:14.1f} {beyond - part['all']:9.1f}"
        )
    return sentences
