"""The explorers of the website, opened from the disk with no network, on a desk and on a phone."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lab_page import PATIENCE
from static_probe import MOVING, frames_of, shows, target

PAUSE = 150  # milliseconds between two pictures, as explorers.js has it
SCREENS = {"desk": (1280, 720), "phone": (390, 844)}
ROOT = Path(__file__).resolve().parents[2]
STEMS = [path.stem for path in sorted(ROOT.glob("notebooks/*.ipynb")) if path.stem.startswith(MOVING)]
expect.set_options(timeout=1000 * PATIENCE)
# `preload` would ask for style sheets, which a page from the disk may not.
AXE = {"rules": {"empty-table-header": {"enabled": False}}, "resultTypes": ["violations"], "preload": False}


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def open_page(browser: Browser, site: Path, screen: str) -> Iterator:
    contexts, wrong = [], []

    def opened(name: str) -> Page:
        width, height = SCREENS[screen]
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
        contexts.append(context)
        context.set_default_timeout(1000 * PATIENCE)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda one: one.url.startswith(("data:", site.as_uri())) or wrong.append(one.url))
        page.goto(f"{site.as_uri()}/{name}.html")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("stem", STEMS)
def test_every_control_and_every_button(open_page, site: Path, stem: str) -> None:
    page = open_page(f"notebooks/{stem}")
    roots = page.locator(".explorer").all()
    assert roots and not page.locator("script[src*='_static/explorers/']").count(), "frames came before a touch"
    for root in roots:
        frames = frames_of(site, root)
        for control in root.locator("[data-control]").all():
            place, before = int(control.get_attribute("data-control")), frames["states"][0][0]
            count = len(frames["values"][place])
            root.get_by_role("button", name="Reset", exact=True).click()
            shows(root, frames, 0)
            control.focus()
            if control.get_attribute("type") == "range":
                for key, value in (("Home", 0), ("End", count - 1), ("ArrowLeft", count - 2)):
                    page.keyboard.press(key)
                    shows(root, frames, target(frames, place, value, before))
                    assert control.get_attribute("aria-valuetext") == frames["values"][place][value]
            elif control.get_attribute("type") == "checkbox":
                page.keyboard.press("Space")
                shows(root, frames, target(frames, place, 1 - before[place], before))
            else:
                control.select_option(index=count - 1)
                shows(root, frames, target(frames, place, count - 1, before))
        for button in root.locator("[data-state]").all():
            button.click()
            state = int(button.get_attribute("data-state"))
            shows(root, frames, state)
            for still in root.locator("[data-still]").all():
                place = int(still.get_attribute("data-still"))
                assert (
                    still.locator("output").inner_text() == frames["values"][place][frames["states"][state][0][place]]
                )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    wrong = Axe().run(page, options=AXE).response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"][:300]) for one in wrong]


def test_the_front_page_has_a_slider_that_moves_at_once(open_page, site: Path, screen: str) -> None:
    page = open_page("index")
    root = page.locator(".explorer")
    slider, frames = root.locator("input[type=range]").first, frames_of(site, root)
    below = SCREENS[screen][1]
    assert slider.bounding_box()["y"] < below and root.locator("img").bounding_box()["y"] < 0.75 * below
    place, before = int(slider.get_attribute("data-control")), frames["states"][0][0]
    slider.focus()
    page.keyboard.press("End")
    shows(root, frames, target(frames, place, len(frames["values"][place]) - 1, before))


@pytest.mark.parametrize("screen", ["phone"], indirect=True)
def test_a_tap_on_a_picture_enlarges_it(open_page) -> None:
    picture = open_page("index").locator(".explorer-picture")
    image = picture.locator("img")
    small = image.bounding_box()["width"]
    image.click()
    assert image.bounding_box()["width"] > 1.8 * small
    assert picture.evaluate("one => one.scrollWidth > one.clientWidth")
    image.or_(picture.locator("canvas")).first.click()
    assert picture.locator("img, canvas").bounding_box()["width"] == small


@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_a_control_moved_from_a_preset_says_what_moved_back(open_page, site: Path) -> None:
    page = open_page("notebooks/00_start_here")
    root = page.locator(".explorer").first
    frames = frames_of(site, root)
    root.get_by_role("button", name="AND-like").click()
    shows(root, frames, int(root.get_by_role("button", name="AND-like").get_attribute("data-state")))
    root.get_by_label("bias b").focus()
    page.keyboard.press("Home")
    shows(root, frames, target(frames, 2, 0, [0, 0, 0, 0]))
    note = root.locator(".explorer-note")
    assert "weight w1, weight w2" in note.inner_text() and "JupyterLab" in note.inner_text()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.explorer-note').textContent === ''")


@pytest.mark.parametrize("screen", ["phone"], indirect=True)
def test_a_recorded_run_plays_pauses_and_steps(open_page, site: Path) -> None:
    page = open_page("notebooks/10_search")
    root = page.locator(".explorer:has([data-play])").first
    frames = frames_of(site, root)
    run = len(frames["states"][0][1])
    play, step = root.locator("[data-play]"), root.locator("[data-step]")
    step.click()
    shows(root, frames, 0, 0)
    step.click()
    shows(root, frames, 0, 1)
    page.clock.install(time=0)
    page.clock.pause_at(1_000_000)  # from here on a run goes on when the test says so, however slow the browser
    play.click()
    expect(play).to_have_text("Pause")
    page.clock.run_for(PAUSE)
    play.click()
    expect(play).to_have_text("Play")
    shows(root, frames, 0, 3)
    page.clock.run_for(10 * PAUSE)
    shows(root, frames, 0, 3)
    play.click()
    expect(play).to_have_text("Pause")
    page.clock.run_for(run * PAUSE)
    shows(root, frames, 0, run - 1)
    expect(play).to_have_text("Play")
    assert "ends here" in root.locator(".explorer-note").inner_text()
    step.click()
    shows(root, frames, 0, 0)


@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_missing_frames_are_said_and_asked_for_again(open_page, browser: Browser, site: Path) -> None:
    context = browser.new_context(offline=True)
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.route("**/_static/explorers/*.js", lambda route: route.abort())
    page.goto(f"{site.as_uri()}/notebooks/00_start_here.html")
    page.get_by_role("button", name="AND-like").click()
    page.wait_for_function("document.querySelector('.explorer-note').textContent.includes('missing')")
    page.unroute("**/_static/explorers/*.js")
    page.get_by_role("button", name="AND-like").click()
    page.locator(".explorer canvas").wait_for()
    context.close()


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("screen", ["phone"], indirect=True)
def test_predictions_are_answered_with_a_reason_and_kept(open_page, stem: str) -> None:
    page = open_page(f"notebooks/{stem}")
    stored = json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))["cells"]
    told = [
        html.unescape("".join(one["data"]["text/html"]))
        for cell in stored
        for one in cell.get("outputs", [])
        if "<summary>Answer</summary>" in "".join(one.get("data", {}).get("text/html", ""))
    ]
    buttons = page.locator("button.prediction")
    line = page.get_by_text("Predictions answered in this chapter:")
    assert told and buttons.count() >= 2 * len(told)
    for button in buttons.all():
        button.click()
        reason = button.locator("xpath=following-sibling::p[@role='status'][1]").inner_text()
        letter = button.inner_text()[0]
        right = "right" in button.get_attribute("class")
        assert reason.startswith(f"{letter}) {'Right.' if right else 'Not so.'}")
        assert any(f"<p>{reason}</p>" in one for one in told)
    assert page.locator("button.prediction.right").count() == len(told)
    assert line.inner_text().endswith(f"{len(told)} of {len(told)}.")
    page.reload()
    assert line.inner_text().endswith(f"{len(told)} of {len(told)}.")
    assert page.locator("button.prediction:is(.right, .wrong)").count() == len(told)
    wrong = Axe().run(page, options=AXE).response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:200]) for one in wrong]
