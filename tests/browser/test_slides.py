"""The decks in a real browser, without a network: every slide fits, nothing is asked for, pictures are sharp."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import notebooks
import slide_deck
from lab_page import PATIENCE
from slide_pictures import SHARP
from static_explorers import cells_of, draw_all
from static_probe import shows, target

NOTEBOOKS = Path(os.environ.get("NOTEBOOKS") or notebooks.NOTEBOOKS)
MOVING = ("00", "03")  # the chapters whose first explorers move in these tests
HEAVIEST = 15e6  # bytes of a deck
SCREENS = [{"width": 1280, "height": 720}, {"width": 1920, "height": 1080}]
SMALLEST = 15.5  # pixels of 720: what the last row can still read
LECTURE = range(24, 41)  # slides: 25 to 40, one less where pictures have no controls; chapter 00 is no lecture

# What sticks out of each slide, with its answers closed and open, and the smallest letters on it.
LOOK = """() => [...document.querySelectorAll('.slides > section > section')].flatMap(slide => {
    const {h, v} = Reveal.getIndices(slide), faults = [];
    Reveal.slide(h, v, 99);
    const edge = slide.getBoundingClientRect(), scale = Reveal.getScale();
    const words = node => [...node.childNodes].some(one => one.nodeType === 3 && one.textContent.trim());
    for (const answer of [null, ...slide.querySelectorAll('details')]) {
      if (answer) answer.open = true; // closes the one before
      const seen = [...slide.querySelectorAll('*')].filter(one => !one.closest('aside') && one.checkVisibility());
      if (!seen.length) faults.push(`${h + 1}.${v + 1} is empty`);
      for (const one of seen) {
          const box = one.getBoundingClientRect(), letters = parseFloat(getComputedStyle(one).fontSize);
          const said = `${h + 1}.${v + 1} ${one.tagName} ${one.textContent.trim().slice(0, 40)}`;
          if (box.bottom > edge.bottom + 1 || box.right > edge.right + 1 || box.left < edge.left - 1)
              faults.push(`${said}: leaves the slide`);
          if (one.matches('pre, div.code') && one.scrollWidth > one.clientWidth + 1)
              faults.push(`${said}: is cut off`);
          if (words(one) && !one.closest('math') && letters < SMALLEST)
              faults.push(`${said}: letters of ${letters} px`);
      }
    }
    for (const answer of slide.querySelectorAll('details')) answer.open = false;
    return faults;
})""".replace("SMALLEST", str(SMALLEST))

BLURRED = """() => [...document.images].filter(image => {
    const slide = image.closest('section'), {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    return image.naturalWidth < image.getBoundingClientRect().height * image.naturalWidth / image.naturalHeight;
}).map(image => image.alt)"""


@pytest.fixture(scope="module")
def deck(notebook: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = NOTEBOOKS / notebook
    target = tmp_path_factory.mktemp("slides") / f"{path.stem}.html"
    book = notebooks.read(path)
    moving = cells_of(book, path.stem)[:3] if path.stem.startswith(MOVING) else []
    explorers = {one.cell.key.removeprefix(f"{path.stem}-"): one for one in draw_all(moving, SHARP, sweeps=1)}
    target.write_text(slide_deck.build(book, path.stem, explorers).page, encoding="utf-8")
    assert target.stat().st_size < HEAVIEST
    return target


@pytest.fixture(scope="module")
def shown(browser: Browser, deck: Path) -> Iterator[tuple[Page, list[str]]]:
    """A deck in a browser that reaches nothing else, and what went wrong in it."""
    context = browser.new_context(viewport=SCREENS[0], offline=True)
    context.set_default_timeout(1000 * PATIENCE)
    page, wrong = context.new_page(), []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("data:", deck.as_uri())) or wrong.append(request.url))
    page.goto(deck.as_uri())
    page.wait_for_selector("html[data-ready]")
    yield page, wrong
    context.close()


@pytest.fixture
def page(shown: tuple[Page, list[str]]) -> Iterator[Page]:
    page, wrong = shown
    yield page
    assert wrong == []


def test_every_slide_fits_and_can_be_read(page: Page, deck: Path) -> None:
    assert page.evaluate("Reveal.getTotalSlides()") in (LECTURE if deck.stem[:2] != "00" else range(5, 25))
    notes = re.findall(r'<aside class="notes">(.*?)</aside>', deck.read_text(encoding="utf-8"), re.DOTALL)
    assert page.locator("aside.notes pre").count() == sum(one.count("<pre>") for one in notes), (
        "joined slides lose none"
    )
    for screen in SCREENS:
        page.set_viewport_size(screen)
        page.evaluate("Reveal.layout()")
        assert page.evaluate(LOOK) == []


def test_pictures_are_sharp_on_a_projector(page: Page) -> None:
    page.set_viewport_size(SCREENS[1])
    page.evaluate("Reveal.layout()")
    assert page.evaluate(BLURRED) == []


def test_explorers_move(page: Page, deck: Path) -> None:
    page.set_viewport_size(SCREENS[0])
    roots = page.locator(".explorer").all()
    assert bool(roots) == deck.stem.startswith(MOVING)
    for root in roots:
        root.evaluate("root => { const {h, v} = Reveal.getIndices(root.closest('section')); Reveal.slide(h, v, 99); }")
        frames = json.loads(page.locator(f"#frames-{root.get_attribute('data-key')}").text_content())
        control = root.locator("[data-control]").first
        place, start = int(control.get_attribute("data-control")), frames["states"][0][0]
        if control.get_attribute("type") == "range":
            control.focus()
            page.keyboard.press("ArrowLeft" if start[place] else "ArrowRight")  # moves the control, not the slides
            value = start[place] - 1 if start[place] else 1
            shows(root, frames, target(frames, place, value, start))
            assert control.input_value() == str(value)
        button = root.locator("[data-state]").first
        button.click()
        shows(root, frames, int(button.get_attribute("data-state")))
        assert page.evaluate("document.activeElement === document.body"), "keys belong to the slides again"
    assert page.evaluate(LOOK) == []


def test_formulas_have_their_letters_from_the_deck(page: Page) -> None:
    if not page.evaluate("document.querySelectorAll('math').length"):
        pytest.skip("a chapter without formulas")
    assert page.evaluate("document.fonts.check('20px \"Deck Math\"', '√')")
    assert page.evaluate("[...document.fonts].every(font => font.status === 'loaded')")
