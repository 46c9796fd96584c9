"""Live training as a mechanism, on a run small enough to see through: x counts up by `lr` per frame."""

from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.explorers import live_panel
from course_lib.explorers.controls import IntSlider, Slider
from course_lib.explorers.live import LiveExplorer
from course_lib.plots.picture import Picture


class NumberPicture(Picture):
    size = (2.0, 1.0)

    def build(self):
        ax = self.figure.add_subplot()
        ax.set(xlim=(0, 50), ylim=(0, 1))
        self.line = self.moving(ax.plot([], [])[0])

    def set_artists(self, result):
        self.line.set_data([0, result], [0, 1])

    def describe(self, result):
        return f"x is {result:g}"


closed = []


def counting(lr, width):
    x = 100.0 * width
    try:
        while x < 40 or width:
            changes = yield x
            lr = (changes or {}).get("lr", lr)
            if lr > 9:
                raise ZeroDivisionError("lr above 9")
            if lr > 8:
                raise ValueError("lr must be at most 8.")
            if lr > 7:
                raise KeyboardInterrupt
            x += lr
    finally:
        closed.append(x)


def made(**options):
    controls = [Slider("lr", "lr", 0, 10, 1.0), IntSlider("width", "width", 0, 3, 0)]
    return LiveExplorer(
        "counting_explorer",
        counting,
        NumberPicture,
        controls,
        {"Two": {"lr": 2.0}},
        during=["lr"],
        preview=5,
        **options,
    )


@pytest.fixture
def clock(monkeypatch):
    """The panel's clock: it stands still until a test moves it, however busy the machine is."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(live_panel, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def watched(clock):
    """An explorer that is looked at, and its panel."""
    explorer = made()
    assert explorer.picture
    explorer._panel = live_panel.LivePanel(explorer)
    return explorer, explorer._panel


def test_without_a_hand_it_shows_a_fixed_number_of_frames():
    explorer = made()
    assert explorer.result == 5
    assert explorer.set(lr=2.0).result == 10
    explorer.drag({"lr": 3.0})
    assert explorer.result == 15
    assert not explorer.is_live
    assert repr(explorer) == "counting_explorer(lr=3)"


def test_a_live_run_begins_with_the_untrained_state_and_goes_on_frame_by_frame():
    explorer = made()
    assert explorer.picture
    seen = [explorer.step() and explorer.result for _ in range(4)]
    assert seen == [0, 1, 2, 3]
    assert explorer.picture.png() == NumberPicture().update(3).png()


def test_a_control_acts_during_training_and_another_begins_anew():
    explorer = made()
    for _ in range(3):
        explorer.step()
    assert explorer.drag({"lr": 5.0}) is False, "there is no draft that a full result would replace"
    assert explorer.result == 2, "the picture waits for the next frame"
    explorer.step()
    assert explorer.result == 7
    explorer.drag({"width": 2})
    assert explorer.result == 200
    explorer.step()
    assert explorer.result == 205, "the rate that was set stays"


def test_code_moves_a_live_run_as_the_hand_does():
    explorer = made()
    explorer.step()
    explorer.set(lr=4.0).step()
    assert explorer.result == 4
    with pytest.raises(ValueError, match="lr must be"):
        explorer.set(lr=11.0)
    with pytest.raises(ValueError, match="no preset 'Three'"):
        explorer.preset("Three")
    assert explorer.reset().result == 5
    assert not explorer.is_live
    explorer.step(), explorer.step()
    explorer.preset("Two")
    assert (explorer.result, explorer.settings["lr"], explorer.is_live) == (0, 2.0, True)


def test_a_run_that_is_over_says_so_and_the_next_step_begins_a_new_one():
    explorer = made()
    explorer.restart()
    explorer.set(lr=6.0)
    steps = [explorer.step() for _ in range(7)]
    assert steps == [True] * 6 + [False] and explorer.over
    assert explorer.message == "This run is over; Restart begins a new one."
    assert explorer.result == 36
    assert explorer.step() and explorer.result == 0 and explorer.message == ""


@pytest.mark.parametrize(
    "lr, sentence", [(8.5, "lr must be at most 8."), (9.5, "ZeroDivisionError: lr above 9"), (7.5, "Interrupted")]
)
def test_an_error_in_training_becomes_a_sentence_and_the_last_good_state_stays(lr, sentence):
    explorer = made()
    explorer.step(), explorer.step()
    good = explorer.picture.png()
    explorer.set(lr=lr)
    assert explorer.step() is False
    assert sentence in explorer.message and "last good picture stays" in explorer.message
    assert explorer.result == 1 and explorer.picture.png() == good
    explorer.set(lr=1.0)
    assert explorer.restart() and explorer.message == ""


def test_every_run_that_is_left_is_closed():
    closed.clear()
    explorer = made()
    assert explorer.result == 5
    explorer.step(), explorer.step()
    explorer.restart(), explorer.step(), explorer.step()
    explorer.close()
    assert closed == [5, 1, 2]


def test_the_page_asks_for_frames_and_pause_ends_that(watched):
    explorer, panel = watched
    panel.play_button.click()
    assert panel.clock.playing and panel.play_button.description == "Pause"
    for _ in range(4):
        panel.clock.value += 1
    assert explorer.result == 3
    assert panel.image.value == NumberPicture().update(3).png()
    assert ">Running. Pause" in panel.caption.value and "<strong>" not in panel.caption.value
    panel.play_button.click()
    assert not panel.clock.playing and panel.play_button.description == "Play"
    assert ">x is 3<" in panel.caption.value
    panel.clock.value += 1  # asked before the page heard of the pause
    assert explorer.result == 3
    panel.step_button.click()
    assert explorer.result == 4 and ">x is 4<" in panel.caption.value
    panel.play_button.click()
    panel.clock.value += 1
    assert explorer.result == 5, "it goes on where it was paused"


def test_restart_keeps_playing_and_reset_stops(watched):
    explorer, panel = watched
    panel.play_button.click()
    panel.clock.value += 1
    panel.inputs["lr"].value = 3.0
    panel.restart_button.click()
    assert explorer.result == 0 and panel.clock.playing
    panel.clock.value += 1
    assert explorer.result == 3
    panel.reset_button.click()
    assert explorer.result == 5 and not panel.clock.playing and panel.inputs["lr"].value == 1.0


@pytest.mark.parametrize("leave_picture", [False, True])
def test_a_panel_that_goes_takes_its_clock_along(watched, leave_picture):
    explorer, panel = watched
    panel.play_button.click()
    explorer.close(leave_picture)
    assert not panel.clock.playing and panel not in live_panel._playing and not explorer.is_live


def test_an_error_or_the_end_pauses(watched):
    explorer, panel = watched
    panel.play_button.click()
    panel.clock.value += 1
    panel.inputs["lr"].value = 9.5
    panel.clock.value += 1
    assert not panel.clock.playing and "ZeroDivisionError: lr above 9)." in panel.caption.value


def test_the_lease_of_the_clock_goes_on_while_the_page_asks_and_an_end_by_itself_is_none(watched):
    explorer, panel = watched
    explorer.set(width=1)  # without an end
    panel.play_button.click()
    for _ in range(3 * live_panel.LEASE):
        panel.clock.value += 1
        assert 0 < panel.clock.max - panel.clock.value <= live_panel.LEASE
    panel.clock.value = panel.clock.max  # the kernel was busy for as long
    panel.clock.playing = False  # so the page stopped
    assert panel.clock.playing and panel.clock.max == panel.clock.value + live_panel.LEASE


def test_an_interrupt_pauses_at_the_next_frame(watched):
    explorer, panel = watched
    panel.play_button.click()
    panel.clock.value += 1
    live_panel._interrupted()
    panel.clock.value += 1
    assert not panel.clock.playing and "<strong>Interrupted" in panel.caption.value and explorer.result == 0


def test_after_a_page_was_closed_while_it_played_one_press_plays_again(watched, clock):
    explorer, panel = watched
    panel.play_button.click()
    clock.now += 60
    panel.play_button.click()
    assert panel.clock.playing and panel.play_button.description == "Pause"


def test_two_live_explorers_do_not_disturb_each_other():
    one, other = made(), made(start={"lr": 2.0})
    for _ in range(5):
        one.step(), other.step()
    np.testing.assert_array_equal([one.result, other.result], [4, 8])
    one.close()
    other.step()
    assert other.result == 10
