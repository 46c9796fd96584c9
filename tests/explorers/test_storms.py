"""Many hands at once: storms of moves on several explorers from several threads; the last move of each stays."""

import gc
import os
import threading

import numpy as np
import psutil
import pytest

from course_lib.explorers import all_explorers, panel

# The heavy one keeps to ten small layers, so that a thousand moves take seconds.
STARTS = {"neuron_explorer": {}, "initialization_explorer": {"width": 64}, "optimizer_path_explorer": {}}
FIXED = {"width", "depth"}
REST = panel.REST
SOAK = int(os.environ.get("SOAK", 0))
MOVES = 120 * SOAK or 24
pytestmark = pytest.mark.filterwarnings("error")


def moves(explorer, number: int, seed: int):
    """Random settings of one or two controls, as a hand would make them."""
    rng = np.random.default_rng(seed)
    controls = [control for control in explorer.controls.values() if control.name not in FIXED]
    for _ in range(number):
        chosen = rng.choice(len(controls), size=rng.integers(1, 3), replace=False)
        yield {controls[i].name: controls[i].random(rng) for i in chosen}


def storm(explorers, number: int) -> None:
    """`number` moves on each, through its widgets, each explorer from a thread of its own."""

    def hand(explorer, seed: int) -> None:
        for move in moves(explorer, number, seed):
            for name, value in move.items():
                explorer._panel.inputs[name].value = value

    hands = [threading.Thread(target=hand, args=(one, seed)) for seed, one in enumerate(explorers)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    for one in threading.enumerate():
        if isinstance(one, threading.Timer):
            one.join(600)  # the drafts come to rest
            assert not one.is_alive()


@pytest.fixture
def explorers(monkeypatch, resting):
    monkeypatch.setattr(panel, "REST", REST)  # drafts settle in the middle of the storm, as they do for a learner
    made = [all_explorers()[name](**start) for name, start in STARTS.items()]
    for one in made:
        assert one.picture
        one._panel = one._make_panel()
    yield made
    for one in made:
        one.close()


def test_after_a_storm_each_picture_is_that_of_its_final_state(explorers):
    """Some dozen moves of each; `make soak` makes it more than a thousand."""
    storm(explorers, MOVES)
    for explorer in explorers:
        again = all_explorers()[explorer.name](**explorer.settings)
        assert explorer._panel.image.value == again.picture.png(), explorer.settings
        assert explorer.message == ""
        for name, widget in explorer._panel.inputs.items():
            assert (
                widget.value == pytest.approx(explorer.settings[name])
                if isinstance(widget.value, float)
                else widget.value == explorer.settings[name]
            )


def test_memory_stays_flat(explorers):
    """What is cached is bounded: after one storm has filled the caches, further ones take less than 20 MB."""
    process = psutil.Process()

    def taken() -> float:
        gc.collect()
        return process.memory_info().rss / 1e6

    storm(explorers, MOVES)
    first = taken()
    for _ in range(2):
        storm(explorers, MOVES // 2)
    assert taken() - first < 20
