"""JupyterLab and Notebook 7: mouse, keys, buttons, play, question and exercise do the same in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from lab_page import FRONT_ENDS, LabPage, ShownExplorer

CELLS = {
    "import": "from course_lib.exercises import check, predict\n"
    "from course_lib.explorers import grid_vs_random_explorer, initialization_explorer, live_training_explorer",
    "explorer": "initialization_explorer(width=64)",
    "live": "live_training_explorer()",
    "long-names": "grid_vs_random_explorer()",
    "question": 'predict("0.a")',
    "exercise": 'check("1.1", lambda x, W, b, U: x)',
}
CUT_OFF = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
KEYS = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "End", "Home"]


@pytest.fixture(scope="module", params=FRONT_ENDS)
def page(own: Callable, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    with own("front_end.ipynb", CELLS, front_end=request.param) as page:
        page.run_all()
        yield page


def explorer(page: LabPage, cell: str) -> ShownExplorer:
    return next(one for one in page.wait_for_explorers() if one.cell == cell)


def test_drag(page: LabPage) -> None:
    one = explorer(page, "explorer")
    before = one.settled()
    one.drag("scale", 0.8)
    after = one.moved(before)
    assert after["stop"]["scale"] > before["stop"]["scale"]
    assert one.ask("truth")["picture"] == after["picture"] != before["picture"]


def test_keys_move_a_slider_and_no_cell(page: LabPage) -> None:
    one = explorer(page, "explorer")
    one.press("Reset")
    state, cells = one.settled(one.ask("start")), len(page.cells())
    for key in KEYS:
        one.key("scale", key)
        after = one.moved(state)
        steps = after["stop"]["scale"] - state["stop"]["scale"]
        down = key in ("ArrowLeft", "ArrowDown", "PageDown", "Home")
        assert abs(steps) == 1 if key.startswith("Arrow") else abs(steps) >= 5, key
        assert (steps < 0) == down, key
        assert after["picture"] != state["picture"]
        state = after
    assert state["settings"]["scale"] == 1e-3, "Home is the low end"
    one.key("scale", "b", "j")  # in a cell they mean: a new cell below, go to the next cell
    assert len(page.cells()) == cells
    assert one.handle("scale").evaluate("knob => knob === document.activeElement")


def test_keys_move_choices_switches_and_buttons(page: LabPage) -> None:
    one = explorer(page, "explorer")
    one.press("Reset")
    state = one.settled(one.ask("start"))
    for name, part, key in [
        ("activation", "select", "ArrowDown"),
        ("activation", "select", "End"),
        ("activation", "select", "Home"),
        ("batchnorm", "input", "Space"),
    ]:
        one.input(name).locator(part).focus()
        page.page.keyboard.press(key)
        after = one.moved(state)
        assert after["settings"][name] != state["settings"][name], key
        state = after
    for key, label in zip(["Enter", "Space"], one.presets):
        one.root.get_by_role("button", name=label, exact=True).focus()
        page.page.keyboard.press(key)
        one.settled(one.ask("truth", label)["settings"])


def test_a_number_typed_over_the_readout(page: LabPage) -> None:
    one = explorer(page, "explorer")
    one.press("Reset")
    state = one.settled(one.ask("start"))
    for text, said in [("0.0123", None), ("77", "not 77"), ("much", "not 'much'")]:
        one.input("scale").locator(".widget-readout").click()
        page.page.keyboard.press("ControlOrMeta+a")
        page.page.keyboard.type(text)
        page.page.keyboard.press("Enter")
        if said:
            page.wait(lambda said=said: said in one.caption(), f"word of {text}")
        else:
            state = one.moved(state)
        assert one.settled(state["settings"])["settings"]["scale"] == 0.0123


def test_every_control_is_one_stop_on_the_way_through(page: LabPage) -> None:
    one = explorer(page, "explorer")
    one.input("activation").locator("select").focus()
    on = []
    for _ in [*one.controls, *one.presets, "Reset"]:
        on.append(
            one.root.evaluate(
                "root => root.contains(document.activeElement) && "
                "(document.activeElement.ariaLabel || document.activeElement.textContent)"
            )
        )
        page.page.keyboard.press("Tab")
    labels = [control["label"] for control in one.controls.values() if control["kind"] == "slider"]
    assert [name for name in on if name in labels] == labels
    assert on[len(one.controls) :] == [*one.presets, "Reset"]


def test_play(page: LabPage) -> None:
    one = explorer(page, "live")
    before = one.settled()
    one.press("Play")
    page.wait(lambda: one.pixels() not in ("", before["picture"]), "frame")
    one.press("Pause")
    one.settled()
    one.press("Reset")  # no setting changes by it, only the picture
    page.wait(lambda: one.pixels() == before["picture"], "the first picture again")


def test_question(page: LabPage) -> None:
    """Enter on an answer, and Space on how sure one is, after the cell was run again."""
    for key, name, said in (("Enter", "a) It moves", "a) "), ("Space", "sure: b", "b) ")):
        question = page.cell("question")
        answers = question.locator(".course-answer").all_text_contents()
        assert [text.split(")")[0].strip() for text in answers] == ["a", "b", "c"]
        question.get_by_role("button", name=name).or_(question.get_by_title(name, exact=True)).focus()
        page.page.keyboard.press(key)
        question.locator("[role=status]", has_text=said).wait_for()
        page.run("question")
        question.get_by_role("button", name="a) It moves", disabled=False).wait_for()


def test_exercise(page: LabPage) -> None:
    assert page.cell("exercise").locator(".jp-OutputArea-output").first.text_content().startswith("1.1")


@pytest.mark.parametrize("width", [320, 1600])
def test_accessible(page: LabPage, width: int) -> None:
    page.page.set_viewport_size({"width": width, "height": 1000})
    one = explorer(page, "explorer")
    box = page.page.locator(".course-aria > .widget-box:has(> img)").first
    page.wait(lambda: (box.get_attribute("tabindex") == "0") == (width == 320), "way to a picture that scrolls")
    if width == 320:
        box.focus()
        page.page.keyboard.press("ArrowRight")
        page.wait(lambda: box.evaluate("box => box.scrollLeft"), "scrolled picture")
    assert one.settled() and page.page.locator(".course-aria button").evaluate_all(CUT_OFF) == []
    assert page.violations() == []
