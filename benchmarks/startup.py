"""From a new kernel to the first live slider with its picture, ours and the usual way.

"The cell": what the first cell of a kernel takes in the kernel itself, imports included, until widget and picture are
sent. "On the screen": in JupyterLab, from asking for a kernel until knob and picture are there. Every way has its turn
in every round, each in a new kernel; the times are medians. "Usual" is `pyplot` and `interact` with the same picture; a
bare slider without any is what no explorer can beat. BAR, on two quiet cores: 900 ms on the screen (usual: 1650).
Then the imports behind the first slider, from the dearest on: what takes 15 ms and more by itself or through others.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
from jupyter_client.manager import run_kernel
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import sync_playwright

from benchmarks.latency import sources
from tools.lab_page import NOTEBOOK, LabPage
from tools.lab_server import CHROMIUM_FLAGS, KERNEL, NO_CHROMIUM, Lab, chromium

BAR = 900
VIEW = "application/vnd.jupyter.widget-view+json"
ROUNDS = 5
OURS = "from course_lib.explorers import neuron_explorer\n\nneuron_explorer()"
WAYS = {
    "nothing": "import ipywidgets\n\nipywidgets.IntSlider()",
    "ours": OURS,
    "usual": "import matplotlib.pyplot as plt\nimport numpy as np\nfrom ipywidgets import FloatSlider, interact\n\n"
    + sources()["usual_neuron"],
}
NAMES = {"nothing": "a bare slider", "ours": "neuron_explorer", "usual": "the usual way"}

IMPORTS = """
import course_lib.explorers.panel
from course_lib.explorers import neuron_explorer
neuron_explorer().picture
"""


def in_kernel(code: str, pictured: bool) -> float:
    """Milliseconds from the start of a cell in a new kernel to the message with the last thing it shows."""
    missing = {VIEW, "image/png"} if pictured else {VIEW}
    with run_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as kernel_client:
        client: Any = kernel_client
        client.execute(code)
        while True:
            message = client.get_iopub_msg(timeout=60)
            if message["msg_type"] == "error":
                raise RuntimeError(message["content"]["evalue"])
            if message["msg_type"] == "execute_input":
                start = message["header"]["date"]
            missing -= set(message["content"].get("data", {}))
            if not missing:
                return 1e3 * (message["header"]["date"] - start).total_seconds()


def on_screen(page: LabPage, way: str) -> float:
    """Milliseconds from asking for a kernel until the cell's knob is there, and its picture if it has one."""
    page.page.evaluate(f"() => {NOTEBOOK}.sessionContext.shutdown()")
    page.page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.cell(way)
    page.page.wait_for_timeout(500)
    return page.page.evaluate(
        f"""async ([id, pictured]) => {{
        const cell = document.querySelector(`[data-cell="${{id}}"]`), notebook = {NOTEBOOK};
        const there = new Promise(resolve => {{
            const look = () => {{
                const picture = cell.querySelector('.jp-OutputArea img');
                const complete = !pictured || (picture && picture.complete && picture.naturalWidth > 0);
                if (complete && cell.querySelector('.noUi-handle')) resolve(performance.now());
                else requestAnimationFrame(look);
            }};
            look();
        }});
        const start = performance.now();
        await notebook.sessionContext.changeKernel({{name: 'python3'}});
        notebook.content.activeCellIndex = notebook.content.widgets.findIndex(one => one.model.id === id);
        jupyterapp.commands.execute('notebook:run-cell');
        return await there - start;
    }}""",
        [way, way != "nothing"],
    )


def screen_times() -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        cells = [new_code_cell(code, id=way) for way, code in WAYS.items()]
        nbformat.write(new_notebook(cells=cells, metadata=KERNEL), Path(folder) / "startup.ipynb")
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        with Lab(Path(folder)) as lab:
            page = LabPage(lab, browser, "startup.ipynb")
            page.wait_for_kernel()
            for number in range(ROUNDS + 1):
                for way in WAYS:
                    milliseconds = on_screen(page, way)
                    if number:  # the first round loads what the browser keeps
                        taken[way].append(milliseconds)
            page.close()
        browser.close()
    return taken


def mathematics_alone() -> float:
    """Milliseconds of processor time for all of course_lib.nn, once NumPy is there."""
    code = """
import pkgutil, time, numpy.random, course_lib.nn
from importlib import import_module
start = time.process_time()
for module in pkgutil.iter_modules(course_lib.nn.__path__): import_module("course_lib.nn." + module.name)
print(1e3 * (time.process_time() - start))"""
    return min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(ROUNDS)
    )


def dearest_imports() -> list[tuple[str, float, float]]:
    """Name, milliseconds by itself and with all it imports, of the modules that take longest."""
    command = [sys.executable, "-X", "importtime", "-c", IMPORTS]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()
    rows = [line.removeprefix("import time:").split("|") for line in lines if line.startswith("import time:")][1:]
    table = [(name.strip(), int(own) / 1e3, int(all_) / 1e3) for own, all_, name in rows]
    top = [row for row in table if "." not in row[0] or row[0].startswith("course_lib.")]
    return sorted((row for row in top if row[2] >= 15), key=lambda row: -row[2])


def main() -> list[str]:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a learner's Python compiles a module once, not in every kernel
    cell: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(ROUNDS + 1):
        for way, code in WAYS.items():
            milliseconds = in_kernel(code, way != "nothing")
            if number:  # the first round may have compiled modules
                cell[way].append(milliseconds)
    screen = screen_times() if chromium() else {}
    print(f"{os.getloadavg()[0]:.1f} processes wanted to run meanwhile\n")
    print(f"{'milliseconds':20} {'the cell':>10} {'on the screen':>14}")
    for way, name in NAMES.items():
        print(f"{name:20} {median(cell[way]):10.0f} {median(screen[way]) if screen else math.nan:14.0f}")
    ratios = [median(times["usual"]) / median(times["ours"]) for times in (cell, screen) if times]
    print(f"{'usual ÷ ours':20} {ratios[0]:10.2f}" + (f" {ratios[1]:14.2f}" if screen else f"\n{NO_CHROMIUM}"))
    if screen:
        print(f"bar: ≤ {BAR} ms on the screen {'met' if median(screen['ours']) <= BAR else 'NOT met'}")
    print(f"\ncourse_lib.nn takes {mathematics_alone():.0f} ms beyond NumPy (bar: 50)")
    print(f"\n{'import, ms':38} {'itself':>8} {'with all':>8}")
    for name, own, with_all in dearest_imports():
        print(f"{name:38} {own:8.1f} {with_all:8.1f}")
    if not screen:
        return []
    return [
        f"From a new kernel to the first live slider with its picture: the usual way takes {ratios[1]:.2f} times "
        f"as long, a slider without a picture {median(screen['nothing']) / median(screen['ours']):.2f} times."
    ]
