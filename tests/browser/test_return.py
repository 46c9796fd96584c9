"""A learner who comes back, or looks from a second window: nothing is empty, and nothing dead looks alive."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator

from course_lib import stills
from lab_page import DIGEST, NOTEBOOK, LabPage
from lab_server import Lab

CELLS = {
    "explorer": "from course_lib.explorers import neuron_explorer\n\nneuron_explorer()",
    "question": 'from course_lib.exercises import predict\n\npredict("0.a")',
}

# Whether a press of the mouse in the middle of the first button reaches it.
REACHED = """root => {
    const button = root.querySelector('button'), box = button.getBoundingClientRect();
    return button.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""

# Until the page has been told which language the kernel speaks, and has written it down.
KNOWN = f"""async () => {{
    const kernel = {NOTEBOOK}.sessionContext.session.kernel;
    await kernel.info;
    await kernel.spec;
    await new Promise(requestAnimationFrame);
}}"""


@pytest.fixture
def page(own: Callable) -> Iterator[LabPage]:
    with own("return.ipynb", CELLS) as page:
        page.run_all()
        yield page
        page.console.clear()  # it complains, rightly, of the kernel it lost


def root(page: LabPage, cell: str) -> Locator:
    return page.cell(cell).locator(".jp-OutputArea .widget-vbox").first


def kill(page: LabPage) -> None:
    os.kill(page.evaluate_in_kernel("__import__('os').getpid()"), getattr(signal, "SIGKILL", signal.SIGTERM))
    page.page.locator(".jp-Dialog").get_by_role("button").first.click()  # JupyterLab says it died


def restart(page: LabPage) -> None:
    page.page.evaluate(f"() => {NOTEBOOK}.sessionContext.session.kernel.restart()")


def shut_down(page: LabPage) -> None:
    page.page.evaluate(f"() => {NOTEBOOK}.sessionContext.shutdown()")


@pytest.mark.parametrize("end", [kill, restart, shut_down])
def test_a_kernel_that_is_gone_shows_at_the_explorer(page: LabPage, end: Callable) -> None:
    for cell in CELLS:
        assert not root(page, cell).get_by_text(stills.STOPPED).is_visible()
        assert root(page, cell).evaluate(REACHED)
    page.cell("explorer")
    end(page)
    page.forget_kernel()
    for cell in CELLS:
        root(page, cell).get_by_text(stills.STOPPED).wait_for()
        assert not root(page, cell).evaluate(REACHED)
    if end is shut_down:
        page.page.evaluate(f"() => {NOTEBOOK}.sessionContext.changeKernel({{name: 'python3'}})")
    page.run("explorer")
    page.wait_for_explorers()
    assert not root(page, "explorer").get_by_text(stills.STOPPED).is_visible()
    assert root(page, "explorer").evaluate(REACHED)
    assert root(page, "question").get_by_text(stills.STOPPED).is_visible(), "its widgets are not those of this kernel"


def test_a_second_window_does_not_empty_the_first(page: LabPage, opens: Callable) -> None:
    before = page.wait_for_explorers()[0].pixels()
    with opens("return.ipynb") as second:
        second.run_all()
        assert root(second, "explorer").get_by_role("slider").count()
        for _ in range(2):  # nothing piles up
            second.run_all()
        living = second.evaluate_in_kernel("probe.living()")
        second.run_all()
        assert second.evaluate_in_kernel("probe.living()") == living
        for cell in CELLS:
            root(page, cell).get_by_text(stills.RAN_AGAIN).wait_for()
        picture = root(page, "explorer").locator("img")
        assert picture.is_visible() and picture.evaluate(DIGEST) == before
        assert not root(page, "explorer").get_by_role("slider").count()
        answers = root(page, "question").locator(".course-answer")
        assert answers.count() == root(page, "question").locator(".course-answer:disabled").count() == 3
        second.console.clear()


def test_opening_changes_nothing(lab: Lab, opens: Callable) -> None:
    stored = lab.folder / "00_start_here.ipynb"
    copy = lab.folder / "opened.ipynb"
    shutil.copyfile(stored, copy)
    with opens(copy.name) as page:
        page.wait_for_kernel()
        page.page.evaluate(KNOWN)
        assert not page.is_changed()
        page.page.evaluate(f"() => {{ {NOTEBOOK}.content.model.dirty = true }}")
        page.save()
        page.wait(lambda: not page.is_changed(), "save")
        assert copy.read_bytes() == stored.read_bytes()
