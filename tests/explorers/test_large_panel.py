"""Large print: a list of presets instead of buttons, questions too, and the environment variable that turns it on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from course_lib.exercises import _tutor
from course_lib.exercises.prediction import Question
from course_lib.explorers import all_explorers, lecture_mode
from course_lib.explorers.large_panel import PRESETS
from course_lib.explorers.panel import Panel


@pytest.fixture(autouse=True)
def lecturing() -> Iterator[None]:
    lecture_mode()
    yield
    lecture_mode(False)


def panel_of(name: str) -> Panel:
    """Of an explorer that is looked at."""
    explorer = all_explorers()[name]()
    explorer._panel = explorer._make_panel()
    return explorer._panel


def test_the_list_does_what_the_buttons_do_and_names_the_preset_in_force() -> None:
    panel = panel_of("neuron_explorer")
    explorer, (chooser,) = panel.explorer, panel.more
    assert chooser.options == (PRESETS, *explorer.presets)
    for label, settings in explorer.presets.items():
        chooser.value = label
        assert explorer.settings == {**explorer._start, **settings} and chooser.value == label
    explorer.set(w1=0.5)
    assert chooser.value == PRESETS
    chooser.value = next(iter(explorer.presets))
    panel.inputs["w1"].value = -2.5
    assert chooser.value == PRESETS and explorer.settings["w1"] == -2.5
    panel.close()


def test_no_preset_button_is_left_and_all_that_moves_is_closed() -> None:
    panel = panel_of("initialization_explorer")
    presses = panel.root.children[1]
    assert [button.description for button in presses.children[1:]] == ["Reset"] and presses.children[0] in panel.more
    panel.close()
    assert panel.more[0].comm is None and not panel.buttons


def test_many_controls_stand_beside_the_picture_few_above_it() -> None:
    beside = {name: "beside" in panel_of(name).root._dom_classes for name in ("playground", "neuron_explorer")}
    assert beside == {"playground": True, "neuron_explorer": False}


def test_questions_are_large_too_while_it_is_on() -> None:
    prediction = next(iter(_tutor.predictions.values()))
    assert "large-print" in Question(prediction).widget()._dom_classes
    lecture_mode(False)
    assert "large-print" not in Question(prediction).widget()._dom_classes


@pytest.mark.parametrize(("value", "large"), [("1", True), ("", False)])
def test_the_environment_turns_it_on(value: str, large: bool) -> None:
    code = (
        "from course_lib.exercises import _tutor; from course_lib.exercises.prediction import Question; "
        "from course_lib.plots.style import current_style, LIGHT; "
        "print(current_style() == LIGHT.large(), 'large-print' in "
        "Question(next(iter(_tutor.predictions.values()))).widget()._dom_classes)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COURSE_LECTURE": value},
    )
    assert done.stdout.split() == [str(large)] * 2
