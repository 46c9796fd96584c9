"""Key to new picture without a kernel: the explorers of a page and of a deck, opened from the disk in a real Chromium.

Page and deck of one chapter are those of build/site and build/slides; what is not there is built first. Then every
slider of every explorer is moved by real keys, one after another. A move is timed in the page, from the key event to
the first animation frame after the new picture was drawn. Beside it stands the usual way: an image whose source is set
to a whole PNG of the same frame. The first move of an explorer, which may wait for its frames, is told apart.
BARS: the 95th percentile at most 33 ms for a page and for a deck.
"""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks._machine import two_at_once
from tools.lab_server import CHROMIUM_FLAGS, NO_CHROMIUM, chromium
from tools.site.staging import ROOT
from tools.static_probe import frames_of

CHAPTER = "05_initialization"
MOVES = 25  # of each slider
BAR = 33.0  # ms

# Leaves the milliseconds of a move in `root.taken`.
TIMER = """(root, what) => {
    let start = 0;
    const done = () => requestAnimationFrame(() => { root.taken = performance.now() - start; });
    root.addEventListener("keydown", event => { start = event.timeStamp; }, {capture: true});
    if (what === "shown") new MutationObserver(done).observe(root, {attributeFilter: ["data-shown"]});
    else root.addEventListener("load", done, {capture: true});
}"""
USUAL = """<!doctype html><meta charset="utf-8"><div><input type="range" min="0" max="{last}" value="0"><img></div>
<script>
const frames = {frames}, slider = document.querySelector("input"), picture = document.querySelector("img");
slider.addEventListener("input", () => {{ picture.src = frames[slider.value]; }});
</script>"""


def moves(page: Page, root: Locator, slider: Locator, count: int) -> list[float]:
    """Milliseconds of each key, from one end of `slider` towards the other."""
    taken = []
    slider.focus()
    now, last = int(slider.input_value()), int(slider.get_attribute("max") or 0)
    key, steps = ("ArrowRight", last - now) if now <= last / 2 else ("ArrowLeft", now)
    for _ in range(min(count, steps)):
        root.evaluate("root => { root.taken = null; }")
        page.keyboard.press(key)
        page.wait_for_function("root => root.taken", arg=root.element_handle())
        taken.append(float(root.evaluate("root => root.taken")))
    return taken


def run(*command: str) -> None:
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True)


def built(folder: Path) -> tuple[Path, Path]:
    """The page and the deck of the chapter, built into `folder` unless they are in build/."""
    places = [ROOT / "build", folder]
    page, deck = (
        next((one / name for one in places if (one / name).is_file()), folder / name)
        for name in (f"site/notebooks/{CHAPTER}.html", f"slides/{CHAPTER}.html")
    )
    if not page.is_file():
        run("-m", "tools.site", str(folder / "site"), "--moving", CHAPTER)
    if not deck.is_file():
        run("tools/slides.py", "--to", str(folder / "slides"), f"notebooks/{CHAPTER}.ipynb")
    return page, deck


def timed(page: Page, file: Path, deck: bool) -> tuple[list[float], list[float]]:
    """The first move of each explorer of a page or deck, and all others."""
    page.goto(file.as_uri())
    if deck:
        page.wait_for_selector("html[data-ready]")
    first, others = [], []
    for root in page.locator(".explorer").all():
        if deck:
            root.evaluate(
                "one => { const {h, v} = Reveal.getIndices(one.closest('section')); Reveal.slide(h, v, 99); }"
            )
        root.evaluate(f"root => ({TIMER})(root, 'shown')")
        for number, slider in enumerate(root.locator("input[type='range']").all()):
            taken = moves(page, root, slider, MOVES)
            first += taken[: number == 0]
            others += taken[number == 0 :]
    return first, others


def whole(frame: list[int], parts: list[str]) -> bytes:
    """A frame as one PNG."""
    behind, over = (Image.open(io.BytesIO(base64.b64decode(parts[part]))).convert("RGBA") for part in frame[:2])
    behind.alpha_composite(over)
    out = io.BytesIO()
    behind.convert("RGB").save(out, "PNG")
    return out.getvalue()


def usual(page: Page, folder: Path, frames: dict[str, Any]) -> tuple[list[float], int]:
    """The moves of an <img> over PNGs of the same frames, and their bytes."""
    pictures = [whole(of_state[0], frames["parts"]) for _, of_state in frames["states"]]
    data = json.dumps([f"data:image/png;base64,{base64.b64encode(one).decode()}" for one in pictures])
    file = folder / "usual.html"
    file.write_text(USUAL.format(last=len(pictures) - 1, frames=data), encoding="utf-8")
    page.goto(file.as_uri())
    root = page.locator("div")
    root.evaluate(f"root => ({TIMER})(root, 'load')")
    return moves(page, root, page.locator("input"), len(pictures))[1:], sum(map(len, pictures))


def main() -> list[str]:
    if (browser_path := chromium()) is None:
        print(NO_CHROMIUM)
        return []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        page_file, deck_file = built(folder)
        browser = playwright.chromium.launch(executable_path=browser_path, args=CHROMIUM_FLAGS)
        page = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True).new_page()
        found = {
            "page": timed(page, page_file, False),
            "deck": timed(page, deck_file, True),
        }
        png_ms: list[float] = []
        png_bytes = 0
        page.goto(page_file.as_uri())
        site = page_file.parents[1]
        for frames in [frames_of(site, root) for root in page.locator(".explorer").all()]:
            taken, size = usual(page, folder, frames)
            png_ms, png_bytes = png_ms + taken, png_bytes + size
        scripts = (site / "_static" / "explorers").glob(f"{CHAPTER}*.js")
        our_bytes = sum(script.stat().st_size for script in scripts) * 3 // 4
        browser.close()
    return report(found, png_ms, png_bytes / our_bytes)


def report(found: dict[str, tuple[list[float], list[float]]], png: list[float], bytes_ratio: float) -> list[str]:
    print(f"\n{'milliseconds':42} {'moves':>5} {'p50':>6} {'p95':>6}")
    p50, p95 = ({name: float(np.percentile(ms, share)) for name, (_, ms) in found.items()} for share in (50, 95))
    for name, (first, ms) in found.items():
        verdict = "met" if p95[name] <= BAR else "NOT met"
        print(f"{name:42} {len(ms):5} {p50[name]:6.1f} {p95[name]:6.1f}  bar: p95 ≤ {BAR:.0f} {verdict}")
        print(f"{'  first move of an explorer':42} {len(first):5} {np.median(first):6.1f} {max(first):6.1f} (longest)")
    print(
        f"{'the usual way: whole PNGs, one image':42} {len(png):5} {np.median(png):6.1f} {np.percentile(png, 95):6.1f}"
    )
    print(f"\nThe PNGs weigh {bytes_ratio:.1f} times as much as our frames, which hold every word, too.")
    print(
        f"Two processes at once do {two_at_once():.1f} times the work of one; {os.getloadavg()[0]:.1f} wanted to run."
    )
    return [
        f"From a key to the new picture without a kernel: 95 of 100 moves take at most {p95['page']:.0f} ms on a page "
        f"and {p95['deck']:.0f} ms in a deck; whole PNGs would weigh {bytes_ratio:.1f} times as much and take "
        f"{np.median(png) / p50['page']:.1f} times as long (medians)."
    ]
