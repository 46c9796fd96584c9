"""The sliders of chapter 05."""

from __future__ import annotations

from typing import Any

from course_lib.experiments.initialization import initialization_race, symmetry
from course_lib.experiments.signals import SCHEMES, signal_propagation, weight_std
from course_lib.explorers.controls import Choice, IntSlider, LogSlider, Toggle
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.plots.initialization import RacePicture, SymmetryPicture
from course_lib.plots.signals import SignalPicture

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu")


def initialization_explorer(**start: Any) -> Explorer:
    """Activations and gradients in each layer of a random network, against the scale of its weights.

    Controls: activation, init, scale, width, depth, batchnorm. The random draw is kept while they move.
    """
    scale = LogSlider("scale", "weight std", 1e-3, 10, 0.01)

    def linked(settings: Settings, changed: set[str]) -> Settings:
        """A named scheme puts the slider where it belongs; moving the slider makes the scheme "custom"."""
        if "scale" in changed and "init" not in changed and settings["init"] in SCHEMES:
            return {"init": "custom"}
        if settings["init"] in SCHEMES:
            std = weight_std(settings["init"], None, settings["width"])
            return {"scale": min(max(std, scale.low), scale.high)}
        return {}

    return Explorer(
        "initialization_explorer",
        signal_propagation,
        SignalPicture,
        [
            Choice("activation", "activation", ACTIVATIONS, "tanh"),
            Choice("init", "scheme", (*SCHEMES, "constant", "custom"), "0.01"),
            scale,
            IntSlider("width", "width n", 16, 1024, 500, step=4),
            IntSlider("depth", "depth", 1, 10, 10),
            Toggle("batchnorm", "batch norm before f"),
        ],
        presets={
            "0.01: vanish": {"activation": "tanh", "init": "0.01"},
            "1.0: saturate, explode": {"activation": "tanh", "init": "1.0"},
            "Xavier": {"activation": "tanh", "init": "xavier"},
            "ReLU + Xavier": {"activation": "relu", "init": "xavier"},
            "ReLU + He": {"activation": "relu", "init": "he"},
            "Saito: sigmoid 1": {"activation": "sigmoid", "init": "1.0", "width": 100, "depth": 5},
            "Saito: sigmoid 0.01": {"activation": "sigmoid", "init": "0.01", "width": 100, "depth": 5},
            "Saito: sigmoid Xavier": {"activation": "sigmoid", "init": "xavier", "width": 100, "depth": 5},
        },
        draft={"samples": 64},
        linked=linked,
        start=start,
    )
