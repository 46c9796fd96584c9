"""The sliders of chapter 05."""

from __future__ import annotations

from typing import Any

from course_lib.experiments.initialization import RACERS, initialization_race, symmetry
from course_lib.experiments.signals import SCHEMES, signal_propagation, weight_std
from course_lib.explorers.controls import Choice, Control, IntSlider, LogSlider, Slider, Stops, Toggle, strength
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.nn.activations import offered
from course_lib.plots.activations import name_of
from course_lib.plots.initialization import RacePicture, SymmetryPicture, racer_name, scheme_name
from course_lib.plots.signals import SignalPicture

ACTIVATIONS = offered("depth")
NOISE = (0.0, 1e-12, 1e-9, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)
SCALE = LogSlider("scale", "weight std", 1e-3, 10, 0.01)


def _linked(settings: Settings, changed: set[str]) -> Settings:
    """A named scheme puts the slider where it belongs; moving the slider makes the scheme "custom"."""
    if "scale" in changed and "init" not in changed and settings["init"] in SCHEMES:
        return {"init": "custom"}
    if settings["init"] in SCHEMES:
        std = weight_std(settings["init"], None, settings["width"])
        return {"scale": min(max(std, SCALE.low), SCALE.high)}
    return {}


def initialization_explorer(**start: Any) -> Explorer:
    """Activations and gradients in each layer of a random network, against the scale of its weights.

    Controls: activation, init, scale, width, depth, batchnorm. The random draw is kept while they move.
    """
    cs231n: Settings = {"activation": "tanh", "width": 500, "depth": 10, "batchnorm": False}
    saito: Settings = {"activation": "sigmoid", "width": 100, "depth": 5, "batchnorm": False}

    controls: list[Control] = [
        Choice("activation", "activation", ACTIVATIONS, "tanh", name_of),
        Choice("init", "scheme", (*SCHEMES, "constant", "custom"), "0.01", scheme_name),
        SCALE,
        IntSlider("width", "width n", 16, 1024, 500, step=4),
        IntSlider("depth", "depth", 1, 10, 10),
        Toggle("batchnorm", "batch norm before f"),
    ]
    presets: dict[str, Settings] = {
        "0.01: vanish": {**cs231n, "init": "0.01"},
        "1.0: saturate, explode": {**cs231n, "init": "1.0"},
        "0.05: calm at 500": {**cs231n, "init": "0.05"},
        "0.1 at 1024: not calm": {**cs231n, "init": "custom", "scale": 0.1, "width": 1024, "depth": 6},
        "Xavier": {**cs231n, "init": "xavier"},
        "ReLU + Xavier": {**cs231n, "activation": "relu", "init": "xavier"},
        "ReLU + He": {**cs231n, "activation": "relu", "init": "he"},
        "Saito: sigmoid 1": {**saito, "init": "1.0"},
        "Saito: sigmoid 0.01": {**saito, "init": "0.01"},
        "Saito: sigmoid Xavier": {**saito, "init": "xavier"},
        "Batch norm: any std": {**cs231n, "init": "custom", "scale": 0.3, "batchnorm": True},
    }
    return Explorer(
        "initialization_explorer",
        signal_propagation,
        SignalPicture,
        controls,
        presets,
        start,
        draft={"samples": 16},
        linked=_linked,
    )


def symmetry_explorer(**start: Any) -> Explorer:
    """Do equal hidden units ever become different? Controls: constant, noise, steps."""
    controls: list[Control] = [
        Slider("constant", "constant c", -0.3, 0.3, 0.05, step=0.01),
        Stops("noise", "noise", NOISE, 0.0, strength),
        IntSlider("steps", "steps", 0, 300, 300, step=5),
    ]
    presets: dict[str, Settings] = {
        "All weights 0.05": {"constant": 0.05, "noise": 0.0},
        "All weights 0": {"constant": 0.0, "noise": 0.0},
        "A trace of noise": {"constant": 0.05, "noise": 1e-6},
        "Only noise": {"constant": 0.0, "noise": 0.01},
    }
    return Explorer("symmetry_explorer", symmetry, SymmetryPicture, controls, presets, start, draft={"budget": 150})


def initialization_race_explorer(**start: Any) -> Explorer:
    """Six networks that differ only in their initial scale, trained on the digits.

    Controls: init (the one to watch), activation, lr, scale, depth.
    """
    controls: list[Control] = [
        Choice("init", "watch", RACERS, "xavier", racer_name),
        Choice("activation", "activation", ACTIVATIONS, "tanh", name_of),
        LogSlider("lr", "learning rate", 1e-3, 10, 0.1),
        LogSlider("scale", "your scale", 1e-3, 10, 0.3),
        IntSlider("depth", "hidden layers", 1, 6, 4),
    ]
    presets: dict[str, Settings] = {
        "tanh": {"activation": "tanh"},
        "ReLU": {"activation": "relu", "init": "he"},
        "sigmoid": {"activation": "sigmoid", "lr": 1.0},
    }
    return Explorer(
        "initialization_race_explorer", initialization_race, RacePicture, controls, presets, start, draft={"steps": 30}
    )
