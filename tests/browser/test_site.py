"""The website in a real browser, with every other server out of reach: axe-core, day and night, desk and phone."""

from __future__ import annotations

import functools
import io
import os
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from lab_page import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = [f"notebooks/{file.stem}.html" for file in sorted((ROOT / "notebooks").glob("*.ipynb"))]
OTHERS = [
    "index.html",
    "how_to_run.html",
    "search.html?q=Xavier",
    "source",
    *(f"docs/{file.stem}.html" for file in sorted((ROOT / "docs").glob("*.md"))),
]
# At night, too; the other chapters have the colours of these.
TWICE = [*CHAPTERS[:: 1 if os.environ.get("SITE") else 4], *OTHERS]
LOOKS = {"light": (1280, 900), "dark": (390, 844)}
SCREENS = {"desk": (1280, 720), "phone": (390, 844)}
ONCE_MORE = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]  # what looks change
# To this rule a formula is no text: it takes a heading cell that holds one for empty.
AXE = {"rules": {"empty-table-header": {"enabled": False}}, "resultTypes": ["violations"]}
ALIKE = 25  # rows of a table are alike from here on, and the checker takes its time over each
LUMINANCE = """() => {
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
    return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def open_page(browser: Browser, address: str):
    """Opens a page of the site; in the end nothing was asked of another server and the console is empty."""
    contexts, complaints = [], []

    def refuse(route) -> None:
        complaints.append(f"asks for {route.request.url}")
        route.abort()

    def open_page(name: str, look: str = "light", base: str = address) -> Page:
        width, height = LOOKS[look]
        context = browser.new_context(color_scheme=look, viewport={"width": width, "height": height})
        contexts.append(context)
        context.set_default_timeout(1000 * PATIENCE)
        context.route(lambda url: not url.startswith((base, "data:")), refuse)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(base + name)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(("look", "screen"), [("light", "desk"), ("dark", "phone")])
@pytest.mark.parametrize("name", [*CHAPTERS, *OTHERS])
def test_accessible(open_page, site: Path, name: str, screen: str, look: str) -> None:
    source = next(site.glob("source/**/*.html"))  # a file of the project that a page links to
    page = open_page(source.relative_to(site).as_posix() if name == "source" else name, look)
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    if name.startswith("search"):
        page.locator("#search-results li").first.wait_for()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.evaluate("rows => document.querySelectorAll(rows).forEach(row => row.remove())", f"tr:nth-child(n + {ALIKE})")
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    if look == "light" or name in TWICE:
        options = AXE if look == "light" else {"resultTypes": ["violations"], "runOnly": ONCE_MORE}
        wrong = Axe().run(page, options=options).response["violations"]
        assert not [
            (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"][:300]) for one in wrong
        ]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate("[...document.images].every(one => one.loading === 'lazy' || one.naturalWidth > 0)")


def test_day_and_night(open_page) -> None:
    assert open_page(CHAPTERS[0], "light").evaluate(LUMINANCE) > 0.9
    page = open_page(CHAPTERS[0], "dark")
    assert page.evaluate(LUMINANCE) < 0.1
    for _ in range(2):  # the button goes from what the system wants to light to dark
        page.locator(".theme-toggle:visible").first.click()
    assert page.evaluate("document.body.dataset.theme") in ("light", "dark")


@pytest.mark.parametrize(
    ("asked", "found", "file", "marked"),
    [
        ("Xavier", "05 Weight initialisation", "05_initialization", "Xavier"),
        ("normalised", "06 Batch normalisation", "06_batchnorm", "normal"),
        ("过拟合", "Glossary", "glossary", "过拟合"),
    ],
)
@pytest.mark.parametrize("kind", ["served", "from the disk"])
def test_search(open_page, site: Path, address: str, kind: str, asked: str, found: str, file: str, marked: str) -> None:
    page = open_page("index.html", base=address if kind == "served" else f"{site.as_uri()}/")
    page.get_by_role("searchbox").or_(page.get_by_placeholder("Search")).first.fill(asked)
    page.keyboard.press("Enter")
    hit = page.locator("#search-results li", has=page.locator("a", has_text=found)).first
    assert marked in hit.locator("p mark").first.inner_text()
    page.get_by_text("Search finished").wait_for()
    assert not page.locator("#search-results a[href*='source/']").count(), "files of the project are no pages to read"
    hit.locator("a").click()
    page.wait_for_url(f"**/{file}.html*")
    assert page.locator("h1").inner_text().startswith(found)


def test_what_goes_on_beyond_its_box_has_a_shadow_there(open_page) -> None:
    """The pixels at the right edge of a wide table on a phone are darker than the page, and at its end no longer."""
    page = open_page("notebooks/05_initialization.html")
    page.set_viewport_size({"width": 390, "height": 844})
    boxes = page.locator(".text_html").all()
    wide = next(box for box in boxes if box.evaluate("one => one.scrollWidth > one.clientWidth + 60"))

    def edge() -> float:
        picture = Image.open(io.BytesIO(wide.screenshot())).convert("L")
        return min(picture.getpixel((picture.width - 2, y)) for y in range(picture.height - 12, picture.height - 2))

    assert edge() < 200
    wide.evaluate("one => { one.scrollLeft = one.scrollWidth; }")
    page.wait_for_function("one => one.scrollLeft > 0", arg=wide.element_handle())
    assert edge() > 200


def test_pictures_do_not_dazzle_at_night(open_page) -> None:
    shown = "getComputedStyle(document.querySelector('article img')).filter"
    assert open_page("notebooks/00_start_here.html", "light").evaluate(shown) == "none"
    assert "brightness" in open_page("notebooks/00_start_here.html", "dark").evaluate(shown)


def test_code_is_folded_but_for_exercises(open_page) -> None:
    page = open_page("notebooks/05_initialization.html")
    code = page.locator("div.cell_input pre")
    assert not code.filter(has_text="import numpy").is_visible()
    assert code.filter(has_text="def he_weights(z)").is_visible()
    assert not code.filter(has_text="predict(").count()
    page.get_by_text("Show the code").first.click()
    assert code.filter(has_text="import numpy").is_visible()


def test_from_chapter_to_chapter(open_page) -> None:
    page = open_page(CHAPTERS[0])
    for following in CHAPTERS[1:]:
        page.locator(".related-pages .next-page").click()
        page.wait_for_url(f"**/{following}")
    page.locator(".related-pages .prev-page").click()
    page.wait_for_url(f"**/{CHAPTERS[-2]}")


def test_phone_has_a_menu(open_page) -> None:
    page = open_page("index.html", "dark")
    link = page.locator(".sidebar-tree a", has_text="05 Weight initialisation")
    assert not link.is_visible() or link.bounding_box()["x"] < 0
    page.locator(".nav-overlay-icon").click()
    link.click()
    page.wait_for_url("**/05_initialization.html")


def test_links_to_cells_scroll_there(open_page) -> None:
    page = open_page("docs/notes_map.html") if "docs/notes_map.html" in OTHERS else pytest.skip("no map yet")
    link = page.locator("a[href*='05_initialization.html#cell-']").last
    place = link.get_attribute("href").partition("#")[2]
    link.click()
    page.wait_for_url(f"**/05_initialization.html#{place}")
    page.wait_for_load_state()
    cell = f"document.getElementById('{place}').getBoundingClientRect()"
    page.wait_for_function(f"Math.abs({cell}.y) < 300")


def test_formulas_have_their_font(open_page) -> None:
    page = open_page("notebooks/05_initialization.html")
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"STIX Two Math\"'))")
    assert page.locator("math").first.bounding_box()["width"] > 5
    assert page.evaluate("[...document.fonts].map(font => font.status)") == ["loaded"]
