"""The mechanism itself, on an experiment small enough to see through."""

import copy
import pickle
import threading

import numpy as np
import pytest

from course_lib.explorers import panel as panels
from course_lib.explorers.controls import Choice, IntSlider, LogSlider, Slider, Toggle
from course_lib.explorers.explorer import Explorer
from course_lib.plots.picture import Picture

LONG = 600  # seconds: only a test that would hang meets it


class LinePicture(Picture):
    size = (2.0, 1.0)

    def build(self):
        ax = self.figure.add_subplot()
        ax.set(xlim=(0, 10), ylim=(0, 1))
        self.line = self.moving(ax.plot([], [])[0])
        self.redrawn = 0

    def background(self, result):
        return result["k"]

    def set_background(self, result):
        self.redrawn += 1

    def set_artists(self, result):
        self.line.set_data([0, result["x"]], [0, 1])

    def describe(self, result):
        return f"x is {result['x']:g}"


def made(experiment=None, **options):
    experiment = experiment or (lambda x, k, fine=True: {"x": x, "k": k, "fine": fine})
    controls = [Slider("x", "x", 0, 10, 1.0), IntSlider("k", "k", 0, 3, 0)]
    return Explorer("line_explorer", experiment, LinePicture, controls, **options)


def test_dragging_draws_a_draft_and_settling_replaces_it():
    explorer = made(draft={"fine": False})
    assert explorer.picture
    assert explorer.drag({"x": 3.0}) is True
    assert explorer._result == {"x": 3.0, "k": 0, "fine": False}
    assert explorer.settle() is True
    assert explorer._result == {"x": 3.0, "k": 0, "fine": True}


def test_result_is_never_a_draft():
    explorer = made(draft={"fine": False})
    explorer.drag({"x": 3.0})
    assert explorer.result["fine"] is True


MEANWHILE = {
    "drag": lambda explorer: explorer.drag({"x": 9.0}),
    "set": lambda explorer: explorer.set(x=9.0),
    "preset": lambda explorer: explorer.preset("far"),
    "reset": Explorer.reset,
    "look": lambda explorer: explorer.result,
}


@pytest.mark.parametrize("draft", [{}, {"fine": False}])
@pytest.mark.parametrize("slow", ["drag", "settle"])
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_the_last_move_wins_and_the_result_is_that_of_the_settings_whatever_ends_first(meanwhile, slow, draft):
    """Another thread moves, or looks, while a move is computed; it must not wait for it."""
    others, seen = [], []

    def experiment(x, k, fine=True):
        if others:
            other = threading.Thread(target=others.pop())
            other.start()
            other.join(LONG)
        return {"x": x, "k": k, "fine": fine}

    def act():
        MEANWHILE[meanwhile](explorer)
        seen.extend([explorer.settings["x"], explorer.result["x"]])

    explorer = made(experiment, draft=draft, presets={"far": {"x": 9.0}})
    assert explorer.picture
    if slow == "settle":
        explorer.drag({"x": 2.0})
    others.append(act)
    explorer.drag({"x": 2.0}) if slow == "drag" else explorer.settle()
    wanted = {"look": 2.0, "reset": 1.0}.get(meanwhile, 9.0)
    assert seen == [wanted, wanted]
    assert explorer._result["x"] == explorer.settings["x"] == wanted
    assert explorer.result == {"x": wanted, "k": 0, "fine": True}
    np.testing.assert_allclose(explorer.picture.line.get_xdata(), [0, wanted])


def test_the_background_is_redrawn_only_when_the_frame_changes():
    explorer = made()
    picture = explorer.picture
    for x in np.linspace(0, 10, 20):
        explorer.drag({"x": float(x)})
    assert picture.redrawn == 1
    explorer.drag({"k": 2})
    assert picture.redrawn == 2


def test_blitting_draws_what_a_fresh_picture_draws():
    explorer = made()
    assert explorer.picture
    for x in (9.0, 2.0, 5.0):
        explorer.drag({"x": x})
    assert explorer.picture.png() == LinePicture().update(explorer.result).png()


def test_an_impossible_setting_becomes_a_sentence_and_the_last_picture_stays():
    def experiment(x, k):
        if x > 5:
            raise ValueError("x above 5 does not work; choose less.")
        return {"x": x, "k": k}

    explorer = made(experiment, presets={"far": {"x": 9.0}})
    good = explorer.picture.png()
    assert explorer.drag({"x": 6.0}) is False
    assert explorer.message == "x above 5 does not work; choose less."
    assert explorer.picture.png() == good
    for move in (lambda: explorer.result, lambda: explorer.text, lambda: explorer.set(x=7.0)):
        with pytest.raises(ValueError, match="above 5"):  # what is shown is not the result of these settings
            move()
    explorer.drag({"x": 4.0})
    assert explorer.message == ""
    panel = explorer._panel = panels.Panel(explorer)
    for move in (panel.buttons["far"].click, lambda: setattr(panel.inputs["x"], "value", 8.0)):
        move()
        assert "<strong>x above 5 does not work; choose less.</strong> </p>" in panel.caption.value
        explorer.reset()
        assert ">x is 1</p>" in panel.caption.value


def test_a_defect_in_an_experiment_never_reaches_the_learner_as_a_traceback():
    explorer = made(lambda x, k: {"x": x, "k": k} if x < 5 else 1 / 0)
    assert explorer.picture
    assert explorer.drag({"x": 6.0}) is False
    assert "ZeroDivisionError" in explorer.message


COPIES = [copy.copy, copy.deepcopy, lambda explorer: pickle.loads(pickle.dumps(explorer))]


def line(x, k):
    return {"x": x, "k": k}


@pytest.mark.parametrize("copied", COPIES, ids=["copy", "deepcopy", "pickle"])
def test_a_copy_has_the_settings_and_goes_its_own_way(copied):
    explorer = made(line).set(x=2.0)
    picture = explorer.picture.png()
    twin = copied(explorer)
    assert twin.settings == explorer.settings and twin.picture.png() == picture
    twin.drag({"x": 9.0})
    assert explorer.picture.png() == picture != twin.picture.png()
    assert explorer.settings["x"] == 2.0


@pytest.mark.parametrize("label", ["none", None, ["far"]])
def test_what_is_no_preset_gets_one_sentence(label):
    with pytest.raises(ValueError, match="^There is no preset .*; there are: far.$"):
        made(presets={"far": {"x": 9.0}}).preset(label)


def test_two_controls_of_one_name_are_refused():
    with pytest.raises(ValueError, match="'x' is taken"):
        Explorer("twice", line, LinePicture, [Slider("x", "x", 0, 1, 0), IntSlider("x", "x", 0, 1, 0)])


def test_linked_controls_move_together_and_by_hand_too():
    explorer = made(linked=lambda settings, changed: {"k": int(settings["x"] // 4)} if "x" in changed else {})
    explorer.set(x=9.0)
    assert explorer.settings["k"] == 2
    from course_lib.explorers.panel import Panel

    explorer._panel = Panel(explorer)
    explorer._panel.inputs["x"].value = 0.5
    assert explorer._panel.inputs["k"].value == 0


def test_a_slider_shows_what_code_sets_between_its_stops():
    """The value becomes a stop of its own, and putting it there is no move of a hand."""
    from course_lib.explorers.panel import Panel

    explorer = made(start={"x": 1.04})
    panel = explorer._panel = Panel(explorer)
    slider = panel.inputs["x"]
    assert (slider.label, slider.value) == ("1.04", 1.04)
    for given, label in ((2.96, "2.96"), (0.1 + 0.2, "0.3"), (1 / 3, "0.333333"), (3, "3.0")):
        seen = []
        explorer.drag = lambda settings, seen=seen: seen.append(settings)
        explorer.set(x=given)
        assert (slider.label, slider.value, seen) == (label, explorer.settings["x"], [])
        del explorer.drag
        slider.index += 1
        assert explorer.settings["x"] == slider.value > given
    assert [value for _, value in slider.options] == sorted({*explorer.controls["x"].stops, 1.04, 2.96, 1 / 3})


@pytest.mark.parametrize(
    "step, stops",
    [
        (0.05, [1, 1.1, 1.3, 1.4, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9, 10]),
        (0.1, [1, 1.3, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]),
        (0.25, [1, 2, 3, 6, 10]),
        (0.5, [1, 3, 10]),
    ],
)
def test_a_log_slider_stops_at_round_numbers_in_every_decade(step, stops):
    for decade in range(-13, 4):
        slider = LogSlider("a", "a", float(f"1e{decade}"), float(f"1e{decade + 1}"), float(f"1e{decade}"), step)
        assert slider.stops == tuple(float(f"{stop}e{decade}") for stop in stops)


@pytest.mark.parametrize("step", [0.01, 0.02, 0.05, 0.1, 0.25, 0.5])
def test_the_stops_of_a_log_slider_are_evenly_spread(step):
    """Each is within half a step of its place, so no two are more than two steps apart."""
    gaps = np.diff(np.log10(LogSlider("a", "a", 1e-3, 1e3, 1, step).stops))
    assert 0 < gaps.min() and gaps.max() < 2 * step


def waiting():
    """The timers that still wait for a hand to rest."""
    return [one for one in threading.enumerate() if isinstance(one, threading.Timer) and not one.finished.is_set()]


def test_a_thousand_events_end_in_the_final_state(resting):
    explorer = made(draft={"fine": False})
    panel = explorer._panel = panels.Panel(explorer)
    others = len(waiting())
    for i in range(1000):
        panel.inputs["x"].value = (i * 7 % 101) / 10
    last = (999 * 7 % 101) / 10
    assert explorer._result == {"x": last, "k": 0, "fine": False}
    assert len(waiting()) == others + 1, "every move left a thread behind"
    resting(panel)
    assert explorer._result == {"x": last, "k": 0, "fine": True}
    assert panel.image.value == LinePicture().update(explorer.result).png()


def test_a_hand_that_rests_gets_the_full_result_by_itself(monkeypatch):
    settled = threading.Event()
    explorer = made(
        lambda x, k, fine=True: (settled.set() if fine and x == 3.0 else None, {"x": x, "k": k})[1],
        draft={"fine": False},
    )
    panel = explorer._panel = panels.Panel(explorer)
    monkeypatch.setattr(panels, "REST", 0.01)
    panel.inputs["x"].value = 3.0
    assert settled.wait(LONG)


@pytest.mark.parametrize(
    "control, good, bad",
    [
        (Slider("a", "a", -1, 1, 0), [-1, 1, 0.25, np.float16(0.5)], [1.1, "0", None, True, np.True_, 10**400]),
        (LogSlider("a", "a", 1e-3, 10, 1), [1e-3, 10, 10**-2.9999999999], [0, 11, [1]]),
        (IntSlider("a", "a", 1, 5, 2), [1, 5, 3.0, np.int64(2)], [0, 2.5, "3"]),
        (Choice("a", "a", ("x", "y"), "x"), ["x", "y", np.str_("x")], ["z", 1, None]),
        (Choice("a", "a", (1, 8, 0.5), 1), [8, 8.0, np.int8(8), np.float32(0.5)], [True, np.True_, "1", 2, np.nan]),
        (Toggle("a", "a"), [True, False, np.True_], [1, "yes", None]),
    ],
)
def test_controls_check_values(control, good, bad):
    for value in good:
        assert control.check(control.check(value)) == control.check(value)
    for value in bad:
        with pytest.raises(ValueError, match="^a must be"):
            control.check(value)


@pytest.mark.parametrize(
    "control",
    [
        Slider("a", "a", -1, 1, 0),
        LogSlider("a", "a", 5e-4, 30, 1),
        IntSlider("a", "a", 1, 50, 2),
        Choice("a", "a", (1, 2), 1),
        Toggle("a", "a"),
    ],
)
def test_random_values_pass_the_check(control):
    rng = np.random.default_rng(0)
    for _ in range(100):
        control.check(control.random(rng))


def test_a_defect_is_a_sentence_under_the_slider_and_a_traceback_in_the_log(caplog):
    def experiment(x, k):
        return {"x": 1 / (x - 3), "k": k}

    explorer = made(experiment)
    assert explorer.picture
    explorer.drag({"x": 3.0})
    assert explorer.message.startswith("This setting failed (ZeroDivisionError")
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


def test_controls_beyond_the_first_fold_behind_a_button_and_all_of_them_stay_alive():
    """A fold is `display: none`: neither the Tab key nor a screen reader meets what it hides."""
    explorer = made(first=1)
    panel = explorer._panel = panels.Panel(explorer)
    (button,) = panel.fold
    assert panel.root.children[0].children == (panel.inputs["x"], button, panel.inputs["k"])
    shown = []
    for _ in range(3):
        shown.append((button.description, panel.inputs["x"].layout.display, panel.inputs["k"].layout.display))
        button.click()
    assert shown == [
        ("More controls (1)", None, "none"),
        ("Fewer controls", None, None),
        ("More controls (1)", None, "none"),
    ]
    panel.inputs["k"].value = 2  # open or not
    assert explorer.settings["k"] == explorer.result["k"] == 2
    assert button in panel._heard() and not panels.Panel(made()).fold


def test_a_move_is_not_sent_back_to_the_page(monkeypatch):
    explorer = made()
    panel = explorer._panel = panels.Panel(explorer)
    sent = []
    monkeypatch.setattr(panel.inputs["k"], "_send", lambda message, buffers=None: sent.append(message))
    panel.inputs["k"].set_state({"index": 2})  # as the page says it
    assert explorer.settings["k"] == 2 and not sent
