"""The sliders of chapter 01."""

from __future__ import annotations

from typing import Any

from course_lib.experiments.neurons import neuron_response
from course_lib.experiments.neurons_boundary import spiral_fit
from course_lib.experiments.neurons_gradient_check import BUGS, gradient_check_sweep
from course_lib.experiments.neurons_minibatch import BATCHES, minibatch_run
from course_lib.experiments.neurons_update import (
    MOMENTS,
    NETWORKS,
    PHASES,
    WINDOW_PARTS,
    network_update,
    parts_of,
    window_update,
)
from course_lib.experiments.neurons_window import HIDDEN as HIDDEN_UNITS
from course_lib.experiments.neurons_window import INPUTS
from course_lib.explorers.controls import Choice, Control, IntSlider, LogSlider, Slider, Stops, Toggle
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.nn.activations import offered
from course_lib.plots.activations import name_of
from course_lib.plots.neurons import NeuronPicture
from course_lib.plots.neurons_boundary import BoundaryPicture
from course_lib.plots.neurons_gradient_check import GradientCheckPicture
from course_lib.plots.neurons_minibatch import MinibatchPicture
from course_lib.plots.neurons_update import NetworkUpdatePicture, WindowUpdatePicture

NEURONS = offered("neuron")
HIDDEN = ("relu", "tanh", "sigmoid", "leaky_relu", "identity")
CHECKED = ("tanh", "sigmoid", "relu", "leaky_relu", "softplus", "gelu")
WATCHED = ("tanh", "sigmoid", "relu", "leaky_relu", "identity")
MOMENT_NAMES = [f"{moment // len(PHASES) + 1}.{moment % len(PHASES) + 1}" for moment in MOMENTS]
PARTS = parts_of("4-3-2")  # the largest network has all of them
STEPS = (0, 1, 3, 10, 32, 100, 190, 316, 1000, 3162, 9000)


def neuron_explorer(**start: Any) -> Explorer:
    """One neuron y = f(w1·x1 + w2·x2 + b) over the plane. Controls: w1, w2, b, activation."""
    controls: list[Control] = [
        Slider("w1", "weight w1", -3, 3, 1.0),
        Slider("w2", "weight w2", -3, 3, 1.0),
        Slider("b", "bias b", -6, 6, 0.0),
        Choice("activation", "activation", NEURONS, "sigmoid", name_of),
    ]
    presets: dict[str, Settings] = {
        "AND-like": {"w1": 2.0, "w2": 2.0, "b": -3.0},
        "Only x1 counts": {"w1": 2.0, "w2": 0.0, "b": 0.0},
        "Always on": {"w1": 0.2, "w2": 0.2, "b": 6.0},
    }
    return Explorer("neuron_explorer", neuron_response, NeuronPicture, controls, presets, start)


def boundary_explorer(**start: Any) -> Explorer:
    """What a layer of neurons can separate. Controls: hidden, activation, steps, seed, show_lines."""
    controls: list[Control] = [
        IntSlider("hidden", "hidden units", 0, 100, 16),
        Choice("activation", "activation", HIDDEN, "relu", name_of),
        Stops("steps", "steps", STEPS, 3162),
        IntSlider("seed", "start (seed)", 0, 20, 0),
        Toggle("show_lines", "line of each unit"),
    ]
    presets: dict[str, Settings] = {
        "Linear": {"hidden": 0, "steps": 190},
        "3 units": {"hidden": 3, "activation": "tanh", "steps": 3162, "show_lines": True},
        "64 units, no curve": {"hidden": 64, "activation": "identity", "steps": 3162},
        "100 ReLU units": {"hidden": 100, "activation": "relu", "steps": 9000},
    }
    return Explorer("boundary_explorer", spiral_fit, BoundaryPicture, controls, presets, start, draft={"budget": 100})


def gradient_check_explorer(**start: Any) -> Explorer:
    """Backpropagation against finite differences of step h. Controls: h, activation, bug, precision."""
    controls: list[Control] = [
        LogSlider("h", "step h", 1e-13, 1e-1, 1e-5, step=0.25),
        Choice("activation", "activation", CHECKED, "tanh", name_of),
        Choice("bug", "mistake in the code", BUGS, "none"),
        Choice("precision", "numbers", ("float64", "float32"), "float64"),
    ]
    presets: dict[str, Settings] = {
        "h too large": {"h": 0.1, "bug": "none"},
        "h too small": {"h": 1e-12, "bug": "none"},
        "A kink": {"h": 3e-3, "activation": "relu", "bug": "none"},
        "A forgotten f′": {"bug": "f′ forgotten"},
        "float32": {"precision": "float32", "h": 1e-2, "bug": "none"},
    }
    return Explorer("gradient_check_explorer", gradient_check_sweep, GradientCheckPicture, controls, presets, start)


def minibatch_explorer(**start: Any) -> Explorer:
    """Gradient descent with mini-batches on a loss with two weights. Controls: batch, lr, updates, axis, seed."""
    controls: list[Control] = [
        Stops("batch", "batch size m", BATCHES, 16),
        LogSlider("lr", "learning rate", 0.01, 2, 0.2),
        IntSlider("updates", "updates", 1, 200, 100),
        Choice("axis", "loss per", ("updates", "epochs"), "updates", ["update", "epoch"]),
        IntSlider("seed", "order (seed)", 0, 20, 0),
    ]
    presets: dict[str, Settings] = {
        "One example": {"batch": 1},
        "All data": {"batch": 256},
        "All data, zig-zag": {"batch": 256, "lr": 0.9, "updates": 30},
        "Overshoot": {"batch": 256, "lr": 1.02, "updates": 30},
        "Equal work": {"axis": "epochs", "updates": 200},
    }
    return Explorer("minibatch_explorer", minibatch_run, MinibatchPicture, controls, presets, start)


def network_update_explorer(**start: Any) -> Explorer:
    """One update after another on the graph of a network. Controls: network, moment, part, activation, lr, seed."""
    controls: list[Control] = [
        Stops("moment", "update . phase", MOMENTS, 2, MOMENT_NAMES),
        Choice("network", "network", tuple(NETWORKS), "2-2-1"),
        Choice("part", "look at", PARTS, "x1-a1", [part.replace("-", " → ") for part in PARTS]),
        Choice("activation", "activation", WATCHED, "tanh", name_of),
        LogSlider("lr", "learning rate α", 0.01, 2, 0.2),
        IntSlider("seed", "start (seed)", 0, 9, 3),
    ]
    presets: dict[str, Settings] = {
        "One step forward": {"moment": 0},
        "The chain rule": {"moment": 2},
        "Before and after": {"moment": 3},
        "4-3-2, a unit": {"network": "4-3-2", "part": "a2"},
        "Too long a step": {"moment": 7, "lr": 2.0},
    }
    return Explorer(
        "network_update_explorer",
        network_update,
        NetworkUpdatePicture,
        controls,
        presets,
        start,
        linked=_network_with_part,
    )


def _network_with_part(settings: Settings, changed: set[str]) -> Settings:
    """A part chosen by hand brings the smallest network that has it; another network brings its first weight."""
    if settings["part"] in parts_of(settings["network"]):
        return {}
    if "part" in changed:
        return {"network": next(name for name in NETWORKS if settings["part"] in parts_of(name))}
    return {"part": "x1-a1"}


def window_update_explorer(**start: Any) -> Explorer:
    """The same in the window network. Controls: moment, part, unit, entry, activation, lr, seed."""
    names = ("weight W", "bias b", "hidden unit", "weight U", "scores", "input x")
    controls: list[Control] = [
        Stops("moment", "update . phase", MOMENTS, 2, MOMENT_NAMES),
        Choice("part", "look at", WINDOW_PARTS, "W", names),
        IntSlider("unit", "hidden unit", 1, HIDDEN_UNITS, 1),
        IntSlider("entry", "number of the window", 1, INPUTS, 9),
        Choice("activation", "activation", WATCHED, "tanh", name_of),
        LogSlider("lr", "learning rate α", 0.01, 2, 0.1),
        IntSlider("seed", "start (seed)", 0, 9, 0),
    ]
    presets: dict[str, Settings] = {
        "A weight of the centre word": {"part": "W", "entry": 9},
        "An input": {"part": "x"},
        "The margin is kept": {"moment": 6, "lr": 2.0},
    }
    return Explorer("window_update_explorer", window_update, WindowUpdatePicture, controls, presets, start)
