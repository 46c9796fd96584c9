"""Training that is watched: the page is the clock, and whatever ends the watching ends the training."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from course_lib.explorers.live_panel import LEASE
from lab_page import NOTEBOOK, LabPage, ShownExplorer

CELLS = {
    "tools": """
from course_lib.explorers.controls import IntSlider, Slider
from course_lib.explorers.live import LiveExplorer
from course_lib.plots.picture import Picture


class Bar(Picture):
    size = (6.2, 1.0)

    def build(self):
        axes = self.figure.add_axes((0.05, 0.4, 0.9, 0.5))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        self.line = self.moving(axes.plot([], [])[0])

    def set_artists(self, result):
        self.line.set_data([0, result / 20 % 1], [0, 1])

    def describe(self, result):
        return f"{result:g}"


def counting(lr, width):
    x, total = 0.0, sum(range(100_000))
    while True:
        lr = ((yield x) or {}).get("lr", lr)
        total += sum(range(200_000))  # some milliseconds of work
        x += lr


def live():
    controls = [Slider("lr", "rate", 0, 10, 1.0), IntSlider("width", "width", 0, 3, 0)]
    return LiveExplorer("counting", counting, Bar, controls, during=["lr"], preview=3)


one, other = live(), live()""".strip(),
    "one": "one",
    "other": "other",
}


@pytest.fixture
def page(own: Callable) -> Iterator[LabPage]:
    with own("live.ipynb", CELLS) as page:
        page.run_all()
        yield page


def at(page: LabPage, name: str) -> float:
    return page.evaluate_in_kernel(f"__import__('__main__').{name}._result")


def grows(page: LabPage, name: str, seconds: float = 0.8) -> float:
    """By how much, in this time."""
    before = at(page, name)
    page.page.wait_for_timeout(1000 * seconds)
    return at(page, name) - before


def runs(page: LabPage, *names: str) -> bool:
    """Whether all of them go on, by two frames at least; the first may take its time."""
    before = {name: at(page, name) for name in names}
    return page.wait(lambda: all(at(page, name) >= before[name] + 2 for name in names), f"frames of {names}")


def stands(page: LabPage, name: str) -> float:
    """Where it stands, once the kernel has heard that it is to stop; from then on it stays there."""
    page.wait(lambda: not page.evaluate_in_kernel(f"__import__('__main__').{name}._panel.clock.playing"), "pause")
    return at(page, name)


def explorers(page: LabPage) -> list[ShownExplorer]:
    return page.wait_for_explorers()


def test_play_slider_pause_step_restart(page: LabPage) -> None:
    one, _ = explorers(page)
    assert at(page, "one") == 3, "the preview"
    one.press("Play")
    assert runs(page, "one")
    before = one.pixels()
    one.key("lr", *["ArrowRight"] * 20)  # while it runs
    page.wait(lambda: one.ask("state")["settings"]["lr"] == pytest.approx(3), "rate")
    assert (at(page, "one") - at(page, "one")) % 3 == 0
    assert one.pixels() != before
    one.press("Pause")
    stopped = stands(page, "one")
    assert grows(page, "one") == 0
    assert one.settled()["caption"] == f"{stopped:g}"
    one.press("Step")
    page.wait(lambda: at(page, "one") == pytest.approx(stopped + 3), "step")
    one.press("Restart")
    page.wait(lambda: at(page, "one") == 0, "restart")
    one.press("Reset")
    page.wait(lambda: at(page, "one") == 3, "preview again")


def test_two_play_side_by_side(page: LabPage) -> None:
    one, other = explorers(page)
    one.press("Play")
    other.press("Play")
    assert runs(page, "one", "other")
    one.press("Pause")
    stands(page, "one")
    assert grows(page, "one") == 0
    assert runs(page, "other")


def test_leaving_the_page_ends_the_work(page: LabPage) -> None:
    one, _ = explorers(page)
    one.press("Play")
    assert runs(page, "one")
    page.reopen()  # closes the tab first
    page.wait(lambda: grows(page, "one", 2.5) == 0, "end of the work")
    assert len(page.console) <= 2 * LEASE, "the clock of the closed tab goes on asking"
    assert all("Could not send widget sync message" in said for said in page.console)
    page.console.clear()
    page.run("one")
    page.run("other")
    one, _ = explorers(page)
    # "Pause" of the tab that is gone counts as "Play" once the page is known to be asleep.
    page.wait(lambda: not page.evaluate_in_kernel("__import__('__main__').one._panel._runs()"), "sleep")
    one.root.get_by_role("button", name="Play").or_(one.root.get_by_role("button", name="Pause")).click()
    assert runs(page, "one")


def test_interrupting_the_kernel_pauses(page: LabPage) -> None:
    one, _ = explorers(page)
    one.press("Play")
    assert runs(page, "one")
    page.page.evaluate(f"() => {NOTEBOOK}.sessionContext.session.kernel.interrupt()")
    page.wait(lambda: "Interrupted" in one.caption(), "word of the interruption")
    assert grows(page, "one") == 0
    one.press("Play")
    assert runs(page, "one")


def test_restarting_the_kernel_leaves_nothing_behind(page: LabPage) -> None:
    one, _ = explorers(page)
    one.press("Play")
    assert runs(page, "one")
    page.page.evaluate(f"() => {NOTEBOOK}.sessionContext.session.kernel.restart()")
    page.forget_kernel()
    page.wait_for_kernel()
    page.console[:] = [said for said in page.console if "Connection lost, reconnecting" not in said]
    page.run_all()
    one, _ = explorers(page)
    assert grows(page, "one") == 0
    one.press("Play")
    assert runs(page, "one")
