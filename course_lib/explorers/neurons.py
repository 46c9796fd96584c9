"""The sliders of chapter 01."""

from __future__ import annotations

from typing import Any

from course_lib.experiments.neurons import neuron_response
from course_lib.explorers.controls import Choice, Slider
from course_lib.explorers.explorer import Explorer
from course_lib.plots.neurons import NeuronPicture


def neuron_explorer(**start: Any) -> Explorer:
    """One neuron y = f(w1·x1 + w2·x2 + b) over the plane. Controls: w1, w2, b, activation."""
    return Explorer(
        "neuron_explorer",
        neuron_response,
        NeuronPicture,
        [
            Slider("w1", "weight w1", -3, 3, 1.0),
            Slider("w2", "weight w2", -3, 3, 1.0),
            Slider("b", "bias b", -6, 6, 0.0),
            Choice("activation", "activation", ("step", "sigmoid", "tanh", "relu", "identity"), "sigmoid"),
        ],
        presets={
            "AND-like": {"w1": 2.0, "w2": 2.0, "b": -3.0},
            "Only x1 counts": {"w1": 2.0, "w2": 0.0, "b": 0.0},
            "Always on": {"w1": 0.2, "w2": 0.2, "b": 6.0},
        },
        start=start,
    )
