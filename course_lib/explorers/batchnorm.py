"""The sliders of chapter 06."""

from __future__ import annotations

from functools import partial
from typing import Any

from course_lib.experiments.batchnorm import SHAPES, batchnorm_by_hand
from course_lib.experiments.batchnorm_axes import CHANNELS, EXAMPLES, GROUPS, KINDS, normalization_axes
from course_lib.experiments.batchnorm_modes import MODES, SIZES, STEPS, batchnorm_modes
from course_lib.experiments.batchnorm_training import PLACES, RATES, SCALES, batchnorm_training
from course_lib.experiments.batchnorm_training import STEPS as MAP_STEPS
from course_lib.experiments.signals import signal_propagation
from course_lib.explorers.controls import Choice, Control, IntSlider, LogSlider, Slider, Stops, Toggle
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.nn.activations import offered
from course_lib.plots.activations import name_of
from course_lib.plots.batchnorm import ByHandPicture
from course_lib.plots.batchnorm_axes import AxesPicture
from course_lib.plots.batchnorm_modes import ModesPicture
from course_lib.plots.batchnorm_training import TrainingPicture
from course_lib.plots.signals import SignalPicture

ACTIVATIONS = offered("depth")
GAMMA = Slider("gamma", "γ", -6, 6, 1.0, step=0.05)  # both far enough to give back any batch of these sliders
BETA = Slider("beta", "β", -14, 14, 0.0, step=0.1)


def _linked(settings: Settings, changed: set[str]) -> Settings:
    """Giving the input back puts γ and β where they belong; moving them by hand ends it."""
    if changed & {"gamma", "beta"} and "restore" not in changed and settings["restore"]:
        return {"restore": False}
    if settings["restore"]:
        found = batchnorm_by_hand(**settings)
        return {
            "gamma": min(max(found.gamma, GAMMA.low), GAMMA.high),
            "beta": min(max(found.beta, BETA.low), BETA.high),
        }
    return {}


def batchnorm_by_hand_explorer(**start: Any) -> Explorer:
    """A batch of numbers before and after batch normalisation.

    Controls: shape, size, mean, spread, gamma, beta, eps, restore (γ and β that give the input back).
    """
    plain = {"gamma": 1.0, "beta": 0.0, "eps": 1e-5, "restore": False}  # whatever the notebook started from

    controls: list[Control] = [
        Choice("shape", "shape", tuple(SHAPES), "exponential"),
        IntSlider("size", "batch size m", 2, 1000, 100),
        Slider("mean", "mean of x", -8, 8, 2.0),
        LogSlider("spread", "std of x", 1e-3, 3, 1.5),
        GAMMA,
        BETA,
        LogSlider("eps", "ε", 1e-8, 10, 1e-5),
        Toggle("restore", "γ = √(σ² + ε), β = μ"),
    ]
    presets: dict[str, Settings] = {
        "Skewed stays skewed": {**plain, "shape": "exponential"},
        "Two bumps stay two": {**plain, "shape": "two bumps", "size": 1000},
        "Give the input back": {"restore": True},
        "ε is too large": {**plain, "spread": 0.03, "eps": 1e-2},
        "All numbers equal": {**plain, "shape": "constant"},
        "Batch of two": {**plain, "size": 2},
    }
    return Explorer(
        "batchnorm_by_hand_explorer", batchnorm_by_hand, ByHandPicture, controls, presets, start, linked=_linked
    )


def batchnorm_depth_explorer(**start: Any) -> Explorer:
    """Activations and gradients in ten layers, with batch normalisation off, before or after the non-linearity.

    Controls: batchnorm, activation, scale, width, depth. The random draw is kept while they move.
    """
    controls: list[Control] = [
        Choice("batchnorm", "batch norm", ("off", "before", "after"), "before", ("off", "before f", "after f")),
        Choice("activation", "f", ACTIVATIONS, "tanh", name_of),
        LogSlider("scale", "weight std", 1e-3, 10, 0.01),
        IntSlider("width", "width n", 16, 1024, 500, step=4),
        IntSlider("depth", "depth", 1, 10, 10),
    ]
    presets: dict[str, Settings] = {
        "0.01 without": {"batchnorm": "off", "scale": 0.01},
        "0.01 with": {"batchnorm": "before", "scale": 0.01},
        "1.0 with": {"batchnorm": "before", "scale": 1.0},
        "1.0, after tanh": {"batchnorm": "after", "scale": 1.0},
        "ReLU: gradients grow": {"batchnorm": "before", "activation": "relu", "scale": 0.1},
        "ε is felt": {"batchnorm": "before", "scale": 0.001, "width": 64},
    }
    return Explorer(
        "batchnorm_depth_explorer",
        partial(signal_propagation, init="custom"),
        SignalPicture,
        controls,
        presets,
        start,
        draft={"samples": 64},
    )


def batchnorm_modes_explorer(**start: Any) -> Explorer:
    """Running statistics while training, and what the wrong mode costs at test time.

    Controls: train_batch, momentum, steps, mode, test_batch.
    """
    controls: list[Control] = [
        Stops("train_batch", "training batch", SIZES, 32),
        LogSlider("momentum", "momentum (new value)", 1e-3, 1, 0.1),
        IntSlider("steps", "training steps", 10, STEPS, 150, step=10),
        Choice("mode", "test mode", tuple(MODES), "eval"),
        Stops("test_batch", "test batch", SIZES, 32),
    ]
    presets: dict[str, Settings] = {
        "Right": {"mode": "eval"},
        "Forgot eval, small batches": {"mode": "train", "test_batch": 2},
        "Forgot eval, sorted": {"mode": "train, sorted", "test_batch": 32},
        "Statistics lag": {"momentum": 0.001},
        "Noisy statistics": {"momentum": 1.0, "train_batch": 4},
        "One example per batch": {"train_batch": 1},
    }
    return Explorer("batchnorm_modes_explorer", batchnorm_modes, ModesPicture, controls, presets, start)


def batchnorm_training_explorer(**start: Any) -> Explorer:
    """Training accuracy over initial scale and learning rate, with and without batch normalisation, on the digits.

    Controls: scale and lr (the cell to look at), steps, activation, depth, place.
    """
    controls: list[Control] = [
        Stops("scale", "initial std", SCALES, 0.29, "{:g}".format),
        Stops("lr", "learning rate", RATES, 0.03, "{:g}".format),
        IntSlider("steps", "steps", 0, MAP_STEPS, MAP_STEPS, step=10),
        Choice("activation", "activation", ("relu", "tanh", "sigmoid"), "relu", ("ReLU", "tanh", "sigmoid")),
        IntSlider("depth", "hidden layers", 1, 6, 4),
        Choice("place", "batch norm", PLACES, "before", ("before f", "after f")),
    ]
    presets: dict[str, Settings] = {
        "Small weights": {"scale": 0.046, "lr": 0.03},
        "Large rate": {"scale": 0.16, "lr": 1.0},
        "Without is ahead": {"scale": 0.54, "lr": 0.01},
        "ε ends it": {"scale": 0.0001, "lr": 0.03},
        "sigmoid": {"activation": "sigmoid", "scale": 0.29, "lr": 0.3},
    }
    draft = {"draft": True}
    return Explorer(
        "batchnorm_training_explorer", batchnorm_training, TrainingPicture, controls, presets, start, draft=draft
    )


def normalization_axes_explorer(**start: Any) -> Explorer:
    """Which of N, C, H and W batch, layer, instance and group normalisation average.

    Controls: kind, groups, example and channel (the cell to look from).
    """
    controls: list[Control] = [
        Choice("kind", "normalisation", tuple(KINDS), "batch"),
        Stops("groups", "groups", GROUPS, 2),
        IntSlider("example", "example", 1, EXAMPLES, 2),
        IntSlider("channel", "channel", 1, CHANNELS, 3),
    ]
    presets: dict[str, Settings] = {
        "Batch": {"kind": "batch"},
        "Layer": {"kind": "layer"},
        "Instance": {"kind": "instance"},
        "Group, 2": {"kind": "group", "groups": 2},
        "Group, 6 = instance": {"kind": "group", "groups": 6},
    }
    return Explorer("normalization_axes_explorer", normalization_axes, AxesPicture, controls, presets, start)
