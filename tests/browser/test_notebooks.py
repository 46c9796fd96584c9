"""Every notebook in a real browser: as it is stored, and alive after *Run All*."""

from __future__ import annotations

import html
import os
import re
from contextlib import suppress

import nbformat
import pytest

from course_lib.jupyter import LIVE_ONLY
from lab_page import LabPage, ShownExplorer
from lab_server import Lab

BROKEN = ("Error displaying widget", "model not found", "Loading widget")

VISIBLE = "images => images.length && images.every(one => one.naturalWidth > 0 && one.offsetWidth > 0)"

# Names what is cut off or sticks out of its output area. A picture may: it scrolls in a box of its own.
UNREADABLE = """() => [...document.querySelectorAll('.jp-OutputArea-output')].flatMap(output => {
    const right = output.getBoundingClientRect().right + 1;
    const words = output.querySelectorAll('.widget-label, .widget-label-basic, .widget-readout, button, select');
    const boxes = output.querySelectorAll('.widget-inline-hbox, button');
    const tracks = [...output.querySelectorAll('.widget-slider')].filter(one => one.offsetWidth);
    return [...words].filter(one => one.textContent.trim() && one.scrollWidth > one.clientWidth + 1
                                    && getComputedStyle(one).display !== 'inline')
                     .map(one => `cut off: ${one.textContent}`)
        .concat([...boxes].filter(one => one.getBoundingClientRect().right > right)
                          .map(one => `sticks out: ${one.textContent}`))
        .concat(tracks.filter(one => one.querySelector('.slider-container').clientWidth < 24)
                      .map(one => `cannot be dragged: ${one.textContent}`));
})"""


def test_stored_pictures_are_visible(unrun: LabPage, lab: Lab, notebook: str) -> None:
    """As a reader finds it: opened, nothing run."""
    stored = nbformat.read(lab.folder / notebook, as_version=4)
    for cell in stored.cells:
        pictures = [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        if pictures:
            images = unrun.cell(cell.id).locator(".jp-OutputArea img")
            unrun.wait(lambda images=images: images.evaluate_all(VISIBLE), f"visible picture in cell {cell.id}")
            assert images.count() == len(pictures)
    text = unrun.page.locator(".jp-Notebook").text_content()
    assert not [words for words in BROKEN if words in text]


def test_run_all(live: LabPage) -> None:
    code = [cell for cell in live.cells() if cell["cell_type"] == "code"]
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert not [cell["source"] for cell in code if not cell["execution_count"]], "not run"
    text = live.page.locator(".jp-Notebook").text_content()
    assert not [words for words in BROKEN if words in text]
    assert not live.evaluate_in_kernel("probe.imported('matplotlib.pyplot')")


def test_controls_and_buttons(live: LabPage, notebook: str) -> None:
    """Sliders follow mouse and arrow keys, the rest does what it says, Reset brings the first picture back.

    What each control does is tested without a browser (tests/explorers); here it is the way from a hand to the picture:
    all of it in the chapter that shows every kind, and with SOAK=1; elsewhere the first control and the first preset.
    """
    whole = notebook.startswith("05") or bool(os.environ.get("SOAK"))
    for explorer in first_of_each(live):
        first = before = explorer.settled()
        assert_true(explorer, first)
        for name in list(explorer.controls)[: None if whole else 1]:
            before = moved_by_hand(explorer, name, before)
            if whole:
                assert_reset(explorer, first)
                before = first
        for preset in explorer.presets[: None if whole else 1]:
            explorer.press(preset)
            wanted = explorer.ask("truth", preset)
            assert explorer.settled(wanted["settings"])["picture"] == wanted["picture"], f"{explorer.name}: {preset}"
        assert_reset(explorer, first)


def test_predictions_answer(live: LabPage) -> None:
    own = ".jp-OutputArea .widget-vbox:has(> .widget-vbox > .widget-hbox > .course-answer)"
    for number, question in enumerate(live.page.locator(own).all()):
        name = re.compile(r"^b\) .") if number % 2 else "sure: b"
        question.get_by_role("button", name=name, exact=True).click()
        question.locator("[role=status]", has_text="b)").wait_for()
        assert question.get_by_role("button", disabled=False).count() == 0


def test_accessible(live: LabPage) -> None:
    """axe-core finds nothing serious in explorers, questions and tables; JupyterLab's own shell is left out."""
    assert live.violations() == []


@pytest.mark.parametrize("width", [400, 1600])
def test_labels_are_whole(live: LabPage, width: int) -> None:
    live.page.set_viewport_size({"width": width, "height": 1000})
    with suppress(TimeoutError):  # the page lays itself out anew
        live.wait(lambda: live.page.evaluate(UNREADABLE) == [], "legible page", 120)
    assert live.page.evaluate(UNREADABLE) == []


def test_a_learner_comes_back(live: LabPage, lab: Lab, notebook: str) -> None:
    """Run, saved, its kernel shut down, opened in a new page: all is there. The last test, as its page is left so."""
    before = nbformat.read(lab.folder / notebook, as_version=4)
    live.come_back()
    saved = nbformat.read(lab.folder / notebook, as_version=4)
    assert saved.metadata == before.metadata
    assert not [
        cell.id
        for cell in saved.cells
        for output in cell.get("outputs", [])
        if set(LIVE_ONLY) & set(output.get("data", {}))
    ]
    for cell in saved.cells:
        data = [output.data for output in cell.get("outputs", []) if "data" in output]
        area = live.cell(cell.id).locator(".jp-OutputArea")
        if pictures := [one for one in data if "image/png" in one]:
            images = area.locator("img")
            live.wait(lambda images=images: images.evaluate_all(VISIBLE), f"visible picture in cell {cell.id}")
            assert images.count() == len(pictures)
        for one in data:
            if "text/html" in one:
                area.locator(".jp-RenderedHTML").first.wait_for()
                assert words_of(one["text/html"]) in " ".join(area.text_content().split())
    text = live.page.locator(".jp-Notebook").text_content()
    assert not [words for words in BROKEN if words in text]
    assert not live.is_changed()


def words_of(fragment: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", fragment)).split())


def moved_by_hand(explorer: ShownExplorer, name: str, before: dict) -> dict:
    """The state after this control was moved: a slider dragged, then led back by one key."""
    control = explorer.controls[name]
    if control["kind"] == "slider":
        end, towards, step = (0.1, "ArrowRight", 1) if explorer.share(name) > 0.5 else (0.9, "ArrowLeft", -1)
        explorer.drag(name, end)
        dragged = explorer.moved(before)
        assert_true(explorer, dragged)
        explorer.key(name, towards)
        after, wanted = explorer.moved(dragged), dragged["stop"][name] + step
    elif control["kind"] == "choice":
        wanted = len(control["options"]) - 1 if before["stop"][name] != len(control["options"]) - 1 else 0
        explorer.input(name).locator("select").select_option(index=wanted)
        after = explorer.moved(before)
    else:
        wanted = not before["stop"][name]
        explorer.input(name).locator("input").click()
        after = explorer.moved(before)
    assert after["stop"][name] == wanted, f"{explorer.name}: {name}"
    assert_true(explorer, after)
    return after


def first_of_each(page: LabPage) -> list[ShownExplorer]:
    """A chapter may show an explorer several times, with other settings to begin with: one of each is tried."""
    return list({explorer.name: explorer for explorer in reversed(page.wait_for_explorers())}.values())


def assert_true(explorer: ShownExplorer, state: dict) -> None:
    """What is seen is what an explorer made anew shows with the same settings."""
    truth = explorer.ask("truth")
    assert truth["settings"] == state["settings"]
    assert truth["text"] == state["caption"]
    assert truth["picture"] == state["picture"], f"{explorer.name}: not the picture of {state['settings']}"


def assert_reset(explorer: ShownExplorer, first: dict) -> None:
    explorer.press("Reset")
    after = explorer.settled(first["settings"])
    assert after | {"stop": first["stop"]} == first  # a preset between two stops of a slider gives it one more
