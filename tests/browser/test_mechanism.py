"""What no chapter may break: a storm of moves, running a cell again, sliders beside a busy kernel."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from lab_page import LabPage

COUNT_PICTURES = "image => { window.pictures = 0; image.addEventListener('load', () => window.pictures++); }"


def test_after_a_storm_the_picture_is_that_of_the_final_state(mechanism: LabPage) -> None:
    """Thirty moves a second for three seconds, to and fro, on ten layers of five hundred."""
    (explorer,) = mechanism.wait_for_explorers()
    before = explorer.settled()
    assert (before["settings"]["depth"], before["settings"]["width"]) == (10, 500)
    explorer.picture.evaluate(COUNT_PICTURES)
    explorer.drag(
        "scale",
        0.9,
        0.1,
        0.8,
        0.2,
        0.7,
        0.45,
        seconds=3,
        events=90,
        held=lambda: mechanism.wait(
            lambda: mechanism.page.evaluate("window.pictures") > 1,
            "picture that follows the slider while it is dragged",
        ),
    )
    after = explorer.moved(before)
    assert after["stop"]["scale"] == pytest.approx(explorer.stop("scale"), abs=1e-9)
    truth = explorer.ask("truth")  # an explorer made anew
    assert (truth["settings"], truth["text"]) == (after["settings"], after["caption"])
    assert truth["picture"] == after["picture"]


def test_running_a_cell_again_leaves_one_panel(mechanism: LabPage) -> None:
    living = []
    for _ in range(3):
        mechanism.run("explorer")
        mechanism.wait_for_explorers()
        living.append(mechanism.evaluate_in_kernel("probe.living()"))
    assert living[0] == living[1] == living[2]
    assert living[0]["panels"] == 1
    assert mechanism.page.locator("img.widget-image").count() == 1


@pytest.mark.skipif(int(version("ipykernel").split(".")[0]) < 7, reason="older kernels do one thing at a time")
def test_sliders_answer_while_another_cell_runs(mechanism: LabPage) -> None:
    (explorer,) = mechanism.wait_for_explorers()
    before = explorer.settled()
    until_gone = mechanism.lab.folder / "busy"
    until_gone.touch()
    mechanism.run("busy", wait=False)
    busy = mechanism.cell("busy").get_by_text("[*]:")
    busy.wait_for()
    explorer.key("scale", "ArrowRight")
    mechanism.wait(lambda: explorer.pixels() not in ("", before["picture"]), "new picture while the kernel is busy")
    assert busy.is_visible()
    until_gone.unlink()
    busy.wait_for(state="hidden")
    assert explorer.settled()["settings"]["scale"] != before["settings"]["scale"]


def test_a_notebook_closed_and_opened_again_shows_its_picture_until_it_is_run(mechanism: LabPage) -> None:
    mechanism.wait_for_explorers()
    mechanism.reopen()
    output = mechanism.cell("explorer").locator(".jp-OutputArea")
    output.locator(".jp-RenderedImage img").wait_for()
    assert not output.get_by_role("slider").count()
    mechanism.run("explorer")
    (explorer,) = mechanism.wait_for_explorers()
    before = explorer.settled()
    explorer.key("scale", "ArrowLeft")
    assert explorer.moved(before)["settings"]["scale"] < before["settings"]["scale"]
