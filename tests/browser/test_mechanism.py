"""What no chapter may break: a storm of moves, running a cell again, sliders beside a busy kernel."""
from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

import pytest

from lab_page import LabPage

COUNT_PICTURES = "image => { window.pictures = 0; image.addEventListener('load', () => window.pictures++); }"


@pytest.fixture(scope="module")
def page(open_page) -> Iterator[LabPage]:
    page = open_page("mechanism.ipynb")
    page.run("import")
    page.run("explorer")
    yield page
    page.close()


def test_after_a_storm_the_picture_is_that_of_the_final_state(page: LabPage) -> None:
    """Thirty moves a second for three seconds, to and fro, on ten layers of five hundred."""
    explorer, = page.wait_for_explorers()
    before = explorer.settled()
    assert (before["settings"]["depth"], before["settings"]["width"]) == (10, 500)
    explorer.picture.evaluate(COUNT_PICTURES)
    explorer.drag("scale", 0.9, 0.1, 0.8, 0.2, 0.7, 0.45, seconds=3, events=90)
    during = page.page.evaluate("window.pictures")
    after = explorer.moved(before)
    assert after["stop"]["scale"] == pytest.approx(explorer.stop("scale"), abs=1e-9)
    truth = explorer.ask("truth")  # an explorer made anew
    assert (truth["settings"], truth["text"]) == (after["settings"], after["caption"])
    assert truth["picture"] == after["picture"]
    assert during >= 10, "the picture stood still while the slider was dragged"
    assert page.console == []


def test_running_a_cell_again_leaves_one_panel(page: LabPage) -> None:
    living = []
    for _ in range(3):
        page.run("explorer")
        page.wait_for_explorers()
        living.append(page.evaluate_in_kernel("probe.living()"))
    assert living[0] == living[1] == living[2]
    assert living[0]["panels"] == 1
    assert page.page.locator("img.widget-image").count() == 1
    assert page.console == []


@pytest.mark.skipif(int(version("ipykernel").split(".")[0]) < 7, reason="older kernels do one thing at a time")
def test_sliders_answer_while_another_cell_runs(page: LabPage) -> None:
    explorer, = page.wait_for_explorers()
    before = explorer.settled()
    page.run("sleep", wait=False)
    busy = page.cell("sleep").get_by_text("[*]:")
    busy.wait_for(timeout=5000)
    explorer.key("scale", "ArrowRight")
    page.wait(lambda: explorer.pixels() not in ("", before["picture"]), "new picture while the kernel is busy", 4)
    assert busy.is_visible()
    busy.wait_for(state="hidden", timeout=20_000)
    assert explorer.settled()["settings"]["scale"] != before["settings"]["scale"]
    assert page.console == []
