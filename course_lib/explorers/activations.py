"""The sliders of chapter 02."""

from __future__ import annotations

from typing import Any

from course_lib.experiments.activations import GATES, activation_gate
from course_lib.experiments.activations_chain import DEEPEST, gradient_chain
from course_lib.experiments.activations_dying import STEPS, dying_relu
from course_lib.experiments.activations_maxout import CURVES, PIECES, STARTS, maxout_fit
from course_lib.experiments.activations_maxout import STEPS as FIT_STEPS
from course_lib.experiments.activations_prelu import learned_slope
from course_lib.experiments.activations_race import RACERS, activation_race
from course_lib.explorers.controls import Choice, Control, IntSlider, LogSlider, Slider, Stops, Toggle, strength
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.nn.activations import offered
from course_lib.plots.activations import GatePicture, name_of
from course_lib.plots.activations_chain import ChainPicture
from course_lib.plots.activations_dying import DyingPicture
from course_lib.plots.activations_maxout import MaxoutPicture
from course_lib.plots.activations_prelu import LearnedSlopePicture
from course_lib.plots.activations_race import ActivationRacePicture

IN_A_CHAIN = offered("chain")
DECAY = (0.0, 1e-3, 1e-2, 0.1, 1.0)


def activation_explorer(**start: Any) -> Explorer:
    """One activation: its curve, its slope, and the gradient it passes on. Controls: function, alpha, x, upstream."""
    controls: list[Control] = [
        Choice("function", "function", GATES, "sigmoid", name_of),
        Slider("alpha", "α", -0.5, 1.5, 0.1, step=0.05),
        Slider("x", "x", -12, 12, 2.0, step=0.1),
        Slider("upstream", "upstream ∂L/∂y", -2, 2, 1.0),
    ]
    presets: dict[str, Settings] = {
        "sigmoid at −10": {"function": "sigmoid", "x": -10.0},
        "at 0": {"function": "sigmoid", "x": 0.0},
        "at 10": {"function": "sigmoid", "x": 10.0},
        "ReLU at −10": {"function": "relu", "x": -10.0},
        "PReLU, α = 1.5": {"function": "prelu", "alpha": 1.5, "x": 5.0},
        "step": {"function": "step", "x": 2.0},
    }
    return Explorer("activation_explorer", activation_gate, GatePicture, controls, presets, start)


def gradient_chain_explorer(**start: Any) -> Explorer:
    """A gradient through many layers: the product of the slopes against the gradient that arrives.

    Controls: depth, activation, scale (the standard deviation of the weights, 100 units per layer).
    """
    controls: list[Control] = [
        IntSlider("depth", "layers", 1, DEEPEST, 5),
        Choice("activation", "activation", IN_A_CHAIN, "sigmoid", name_of),
        LogSlider("scale", "weight std", 1e-3, 10, 0.1),
    ]
    presets: dict[str, Settings] = {
        "sigmoid 0.01": {"scale": 0.01},
        "Xavier 0.1": {"scale": 0.1},
        "4 × Xavier": {"scale": 0.4},
        "1.0": {"scale": 1.0},
        "tanh 1.0": {"activation": "tanh", "scale": 1.0, "depth": 10},
        "ReLU, He": {"activation": "relu", "scale": 0.02**0.5, "depth": 30},
    }
    return Explorer("gradient_chain_explorer", gradient_chain, ChainPicture, controls, presets, start)


def dying_relu_explorer(**start: Any) -> Explorer:
    """Which ReLU units die while a network learns the spiral? Controls: lr, bias, alpha, steps (how far to look)."""
    controls: list[Control] = [
        LogSlider("lr", "learning rate", 1e-2, 100, 1.0, step=0.02),
        Slider("bias", "initial bias", -0.1, 0.1, 0.0, step=0.01),
        Stops("alpha", "slope α", (0.0, 0.01, 0.03, 0.1, 0.2, 0.3), 0.0),
        IntSlider("steps", "look at step", 0, STEPS, STEPS, step=10),
    ]
    presets: dict[str, Settings] = {
        "lr 1": {"lr": 1.0, "alpha": 0.0},
        "lr 3": {"lr": 3.0, "alpha": 0.0},
        "lr 10": {"lr": 10.0, "alpha": 0.0},
        "lr 10, leak 0.01": {"lr": 10.0, "alpha": 0.01},
        "bias +0.01": {"lr": 1.0, "alpha": 0.0, "bias": 0.01},
        "bias −0.02": {"lr": 1.0, "alpha": 0.0, "bias": -0.02},
    }
    draft = {"seeds": 1, "budget": 300, "dtype": "float32"}
    return Explorer("dying_relu_explorer", dying_relu, DyingPicture, controls, presets, start, draft=draft)


def activation_race_explorer(**start: Any) -> Explorer:
    """Seven activations learn the digits side by side. Controls: activation (the one to watch), lr, depth."""
    controls: list[Control] = [
        Choice("activation", "watch", RACERS, "relu", name_of),
        LogSlider("lr", "learning rate", 1e-3, 3, 0.1, step=0.02),
        IntSlider("depth", "hidden layers", 1, 5, 3),
    ]
    presets: dict[str, Settings] = {
        "tanh's best rate": {"activation": "tanh", "lr": 0.3},
        "sigmoid, one layer": {"activation": "sigmoid", "lr": 1.0, "depth": 1},
        "too fast": {"activation": "relu", "lr": 1.0},
    }
    draft = {"epochs": 1, "eval_size": 128, "dtype": "float32"}
    return Explorer(
        "activation_race_explorer", activation_race, ActivationRacePicture, controls, presets, start, draft=draft
    )


def prelu_explorer(**start: Any) -> Explorer:
    """PReLU's slope α while it learns the digits. Controls: start (of α), lr, decay (on α), per_channel."""
    controls: list[Control] = [
        Slider("start", "initial α", -0.5, 1.5, 0.25, step=0.05),
        LogSlider("lr", "learning rate", 1e-3, 1, 0.1),
        Stops("decay", "weight decay on α", DECAY, 0.0, strength),
        Toggle("per_channel", "one α per unit"),
    ]
    presets: dict[str, Settings] = {
        "one α per unit": {"per_channel": True},
        "start at 1 (linear)": {"start": 1.0},
        "start below 0": {"start": -0.5},
        "decay pulls to ReLU": {"decay": 1.0},
        "too fast": {"lr": 1.0},
    }
    return Explorer("prelu_explorer", learned_slope, LearnedSlopePicture, controls, presets, start, draft={"epochs": 2})


def maxout_explorer(**start: Any) -> Explorer:
    """One maxout unit learns a curve from straight lines. Controls: pieces, curve, start, steps, seed."""
    controls: list[Control] = [
        IntSlider("pieces", "pieces k", 1, PIECES, 4),
        Choice("curve", "curve", tuple(CURVES), "x²"),
        Choice("start", "start", STARTS, "random", ("random lines", "tangents of the curve")),
        IntSlider("steps", "steps of learning", 0, FIT_STEPS, FIT_STEPS, step=25),
        IntSlider("seed", "seed", 0, 9, 0),
    ]
    presets: dict[str, Settings] = {
        "|x| with 2": {"curve": "|x|", "pieces": 2},
        "ReLU with 2": {"curve": "ReLU", "pieces": 2},
        "8 tangents": {"pieces": 8, "start": "tangents"},
        "idle pieces": {"curve": "eˣ", "pieces": 8},
        "not convex": {"curve": "sin 3x", "pieces": 8},
    }
    return Explorer("maxout_explorer", maxout_fit, MaxoutPicture, controls, presets, start)
