"""Every notebook in a real browser: as it is stored, and alive after *Run All*."""
from __future__ import annotations

import nbformat
import pytest

from lab_page import LabPage, ShownExplorer

BROKEN = ("Error displaying widget", "model not found", "Loading widget")

VISIBLE = "images => images.length && images.every(one => one.naturalWidth > 0 && one.offsetWidth > 0)"

# Names what is cut off or sticks out of its output area. A picture may: it scrolls in a box of its own.
UNREADABLE = """() => [...document.querySelectorAll('.jp-OutputArea-output')].flatMap(output => {
    const right = output.getBoundingClientRect().right + 1;
    const words = output.querySelectorAll('.widget-label, .widget-label-basic, .widget-readout, button, select');
    const boxes = output.querySelectorAll('.widget-inline-hbox, button');
    return [...words].filter(one => one.textContent.trim() && one.scrollWidth > one.clientWidth + 1
                                    && getComputedStyle(one).display !== 'inline')
                     .map(one => `cut off: ${one.textContent}`)
        .concat([...boxes].filter(one => one.getBoundingClientRect().right > right)
                          .map(one => `sticks out: ${one.textContent}`));
})"""


def test_stored_pictures_are_visible(open_page, lab, notebook: str) -> None:
    """As a reader finds it: opened, nothing run."""
    stored = nbformat.read(lab.folder / notebook, as_version=4)
    page = open_page(notebook)
    for cell in stored.cells:
        pictures = [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        if pictures:
            images = page.cell(cell.id).locator(".jp-OutputArea img")
            page.wait(lambda images=images: images.evaluate_all(VISIBLE), f"visible picture in cell {cell.id}")
            assert images.count() == len(pictures)
            assert all(image.get_attribute("alt") for image in images.all())
    text = page.page.locator(".jp-Notebook").text_content()
    assert not [words for words in BROKEN if words in text]
    assert page.console == []
    page.close()


def test_run_all(live: LabPage) -> None:
    code = [cell for cell in live.cells() if cell["cell_type"] == "code"]
    outputs = [output for cell in code for output in cell["outputs"]]
    assert all(cell["execution_count"] for cell in code)
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    text = live.page.locator(".jp-Notebook").text_content()
    assert not [words for words in BROKEN if words in text]
    assert not live.evaluate_in_kernel("probe.imported('matplotlib.pyplot')")


def test_sliders(live: LabPage) -> None:
    """Each slider follows the mouse and the arrow keys; picture and numbers are those of the experiment."""
    for explorer in live.wait_for_explorers():
        first = before = explorer.settled()
        assert_true(explorer, first)
        for name, control in explorer.controls.items():
            if control["kind"] == "slider":
                explorer.drag(name, 0.3)
                dragged = explorer.moved(before)
                assert dragged["picture"] != before["picture"], f"{explorer.name}: dragging {name} changes nothing"
                explorer.key(name, "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft")
                keyed = explorer.moved(dragged)
                steps = (keyed["stop"][name] - dragged["stop"][name]) / control["step"]
                assert steps == pytest.approx(2), f"{explorer.name}: arrow keys move {name} by {steps} steps"
                assert keyed["picture"] != dragged["picture"], f"{explorer.name}: arrow keys at {name} change nothing"
                assert_true(explorer, keyed)
                before = keyed
        assert_reset(explorer, first)


def test_choices_and_buttons(live: LabPage) -> None:
    """Each option, switch and preset does what it says, and Reset brings back the first picture."""
    for explorer in live.wait_for_explorers():
        first = before = explorer.settled()
        for name, control in explorer.controls.items():
            pictures = {first["picture"]}
            for index, option in enumerate(control["options"]):
                if index != before["stop"][name]:
                    explorer.input(name).locator("select").select_option(label=option)
                    before = explorer.moved(before)
                    assert before["stop"][name] == index
                    pictures.add(before["picture"])
            if control["kind"] == "toggle":
                explorer.input(name).locator("input").click()
                before = explorer.moved(before)
                pictures.add(before["picture"])
            assert control["kind"] == "slider" or len(pictures) > 1, f"{explorer.name}: {name} changes nothing"
            assert_true(explorer, before)
        for preset in explorer.presets:
            explorer.press(preset)
            wanted = explorer.ask("truth", preset)
            assert explorer.settled(wanted["settings"])["picture"] == wanted["picture"], f"{explorer.name}: {preset}"
        assert_reset(explorer, first)


def test_predictions_answer(live: LabPage) -> None:
    questions = live.page.locator(".jp-OutputArea .widget-vbox:not(:has(.widget-image)):has(button:text-is('b'))")
    for question in questions.all():
        question.get_by_role("button", name="b").click()
        question.locator("[role=status]", has_text="b)").wait_for(timeout=10_000)


@pytest.mark.parametrize("width", [400, 1600])
def test_labels_are_whole(live: LabPage, width: int) -> None:
    live.page.set_viewport_size({"width": width, "height": 1000})
    live.page.wait_for_timeout(500)
    assert live.page.evaluate(UNREADABLE) == []


def assert_true(explorer: ShownExplorer, state: dict) -> None:
    """What is seen is what an explorer made anew shows with the same settings."""
    truth = explorer.ask("truth")
    assert truth["settings"] == state["settings"]
    assert truth["text"] == state["caption"]
    assert truth["picture"] == state["picture"], f"{explorer.name}: not the picture of {state['settings']}"


def assert_reset(explorer: ShownExplorer, first: dict) -> None:
    explorer.press("Reset")
    assert explorer.settled(first["settings"]) == first
