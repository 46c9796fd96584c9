"""`make lecture` as it is: its own server and page, one chapter and then every explorer of every chapter."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Page, expect

import notebooks
from course_lib.explorers import all_explorers
from lab_server import KERNEL

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = Path(os.environ.get("NOTEBOOKS") or notebooks.NOTEBOOKS)
SCREENS = {"projector": (1280, 720), "full HD": (1920, 1080)}
SECONDS = 900
PARTS = 3  # notebooks for all explorers: a page gives its kernel four seconds to describe all widgets
LETTERS = 16  # pixels of labels, buttons, captions and questions at least
INCH = 87  # pixels of the page at least that show an inch of the picture: letters of 10 points are then 12 pixels high

# Every explorer of the page, scrolled to, with what lies outside the window or is cut off, and its smallest letters.
MEASURE = """async index => {
    const root = document.querySelectorAll('.large-print.explorer')[index];
    const pane = root.closest('.jp-WindowedPanel-outer'), image = root.querySelector('img.widget-image');
    let before;
    do {  // cells that come into view find their height, and push it about
        before = root.getBoundingClientRect().top;
        root.scrollIntoView({block: 'start'});
        await new Promise(done => setTimeout(done, 100));
    } while (before !== root.getBoundingClientRect().top || !image.naturalWidth);
    const window = pane.getBoundingClientRect(), seen = [...root.querySelectorAll('*')].filter(one => one.offsetParent);
    const words = node => [...node.childNodes].some(one => one.nodeType === 3 && one.textContent.trim());
    const faults = [];
    for (const one of seen) {
        const box = one.getBoundingClientRect(), said = `${one.className} ${one.textContent.trim().slice(0, 40)}`;
        if (box.height && (box.top < window.top - 1 || box.bottom > window.bottom + 1 || box.right > window.right + 1))
            faults.push(`outside: ${said} from ${box.top - window.top} to ${box.bottom - window.top}`);
        if (one.matches('.widget-label, .widget-label-basic, .widget-readout, button') && one.textContent.trim()
            && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
            faults.push(`cut off: ${said}`);
        if (words(one) && !one.matches('style, option') && parseFloat(getComputedStyle(one).fontSize) < LETTERS)
            faults.push(`small letters: ${said}`);
    }
    const box = image.getBoundingClientRect();
    const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
    return {faults, inch: 140 * scale, height: root.getBoundingClientRect().height, pane: window.height};
}""".replace("LETTERS", str(LETTERS))

VISIBLE = """all => all.filter(one => one.checkVisibility({visibilityProperty: true}))
                    .map(one => one.id || one.className)"""
BARS = ".jp-SideBar, #jp-top-panel, #jp-main-statusbar, .jp-NotebookPanel-toolbar button, .jp-SidePanel"


@contextmanager
def lecture(chapter: str, folder: Path) -> Iterator[str]:
    """The address that `make lecture CHAPTER=chapter` prints; at the end, Ctrl + C."""
    folder.mkdir()
    command = [sys.executable, str(ROOT / "tools" / "lecture.py"), chapter, "--no-browser"]
    done = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(folder)})
    try:
        said = ""
        while not (address := re.search(r"^Open (\S+)$", said, re.MULTILINE)):
            line = done.stdout.readline()
            assert line, f"make lecture ended: {said}"
            said += line
        yield address[1]
        done.send_signal(signal.SIGINT)
        assert done.wait(120) == 0
        assert not list(folder.glob("course-*")), "the copy is still there"
    finally:
        done.terminate()
        done.wait(120)


@contextmanager
def opened(browser: Browser, address: str, explorers: int) -> Iterator[Page]:
    """The page, once it shows all its explorers, alive."""
    context = browser.new_context(viewport=dict(zip(("width", "height"), SCREENS["projector"])))
    try:
        page = context.new_page()
        page.goto(address)
        wait_for(page, explorers)
        yield page
    finally:
        context.close()


def wait_for(page: Page, explorers: int) -> None:
    """Until the page shows all; loaded again where it was too slow for JupyterLab's widgets, as the guide says."""
    images, end = page.locator(".large-print.explorer img.widget-image"), time.monotonic() + SECONDS
    while images.count() != explorers:
        broken = page.locator(".jp-OutputArea", has_text="Error displaying widget").all_text_contents()
        assert time.monotonic() < end, f"{images.count()} of {explorers} explorers are there; {broken}"
        if broken:
            page.reload()
        page.wait_for_timeout(2000)


def calls(*paths: Path) -> list[str]:
    """Every call of an explorer in the notebooks, once."""
    makers, found = all_explorers(), {}
    for path in paths:
        for cell in notebooks.read(path).cells:
            for node in ast.parse(cell.source).body if cell.cell_type == "code" else []:
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                    if ast.unparse(node.value.func) in makers:
                        found[ast.unparse(node)] = None
    assert set(makers) == {call.partition("(")[0] for call in found} or len(paths) == 1
    return list(found)


def digests() -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in notebooks.NOTEBOOKS.iterdir()
        if path.is_file()
    }


@pytest.mark.parametrize("part", range(PARTS))
def test_every_explorer_fits_both_screens(browser: Browser, tmp_path: Path, part: int) -> None:
    every = calls(*sorted(NOTEBOOKS.glob("*.ipynb")))[part::PARTS]
    start = "from course_lib.explorers import all_explorers\n\nglobals().update(all_explorers())"
    cells = [new_code_cell(code) for code in (start, *every)]
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), tmp_path / "every.ipynb")
    with (
        lecture(str(tmp_path / "every.ipynb"), tmp_path / "work") as address,
        opened(browser, address, len(every)) as page,
    ):
        for width, height in SCREENS.values():
            page.set_viewport_size({"width": width, "height": height})
            measured = {call: page.evaluate(MEASURE, index) for index, call in enumerate(every)}
            wrong = {call: one["faults"] for call, one in measured.items() if one["faults"]}
            assert not wrong, f"{width} x {height}: {wrong}"
            small = {call: one["inch"] for call, one in measured.items() if one["inch"] < INCH}
            assert not small, f"{width} x {height}: {small}"


def test_a_chapter_is_ready_for_the_class(browser: Browser, tmp_path: Path) -> None:
    """Bare, run, large, alive; a save, a loaded page and Ctrl + C lose nothing, and the course stays as it is."""
    before = digests()
    chapter = next(NOTEBOOKS.glob("05_*.ipynb"))
    explorers = len(calls(chapter))
    with lecture("05", tmp_path / "work") as address, opened(browser, address, explorers) as page:
        assert page.locator(BARS).evaluate_all(VISIBLE) == []
        assert page.evaluate("jupyterapp.shell.mode") == "single-document"
        assert page.locator(".jp-CodeCell .cm-editor:visible").count() == 0, "code that is not collapsed"

        question = page.locator(".large-print.question").first
        question.scroll_into_view_if_needed()
        question.get_by_role("button").first.click()
        answer = question.locator("[aria-live=polite]")
        expect(answer).to_contain_text("a)", timeout=1000 * SECONDS)
        review = page.locator("p", has_text=re.compile(r"^Review\. "))
        for words in (question.locator("p").first, question.locator("button").first, answer, review):
            assert words.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= LETTERS

        explorer = page.locator(".large-print.explorer").nth(1)
        alive(explorer)
        page.keyboard.press("Control+s")
        page.wait_for_function("!jupyterapp.shell.currentWidget.content.model.dirty")
        page.reload()
        wait_for(page, explorers)
        alive(page.locator(".large-print.explorer").nth(1))
    assert digests() == before


def alive(explorer) -> None:
    """The list of presets moves the explorer and names the one in force, until a key moves a slider."""
    explorer.scroll_into_view_if_needed()
    presets, caption = explorer.locator(".presses select"), explorer.locator(".caption")
    first = caption.text_content()
    presets.select_option(index=2)
    expect(caption).not_to_have_text(first, timeout=1000 * SECONDS)
    assert presets.input_value() == presets.locator("option").nth(2).get_attribute("value")
    explorer.locator(".noUi-handle").first.press("ArrowLeft")
    expect(presets).to_have_value(presets.locator("option").first.get_attribute("value"), timeout=1000 * SECONDS)
    explorer.get_by_role("button", name="Reset").click()
    expect(caption).to_have_text(first, timeout=1000 * SECONDS)


@pytest.mark.parametrize(
    ("chapter", "says"),
    [
        ("", "Which chapter: choose one from 00 to 11"),
        ("77", "There is no chapter '77': choose one from 00 to 11"),
        ("five", "There is no chapter 'five': choose one from 00 to 11"),
        ("odd.ipynb", "odd.ipynb is no notebook."),
    ],
)
def test_a_chapter_that_is_not_there(chapter: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "odd.ipynb").write_text('{"cells": null}')
    command = [sys.executable, str(ROOT / "tools" / "lecture.py"), chapter]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(says) and done.stderr.count("\n") == 1
