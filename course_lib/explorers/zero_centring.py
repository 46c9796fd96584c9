"""The sliders of chapter 03."""

from __future__ import annotations

from typing import Any

from course_lib.experiments import zero_centring_networks as networks
from course_lib.experiments import zero_centring_signs as signs
from course_lib.experiments.zero_centring import BATCHES, FEEDS, MAX_STEPS, zigzag
from course_lib.experiments.zero_centring_conditioning import DIMENSIONS, conditioning
from course_lib.explorers.controls import Choice, Control, IntSlider, LogSlider, Slider, Stops, Toggle
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.plots.zero_centring import ZigZagPicture
from course_lib.plots.zero_centring_conditioning import ConditioningPicture
from course_lib.plots.zero_centring_signs import NetworkSignsPicture, SignPicture


def zigzag_explorer(**start: Any) -> Explorer:
    """The path of two weights to a target in the fourth quadrant, and the steps it takes.

    Controls: mean (of the inputs, before the activation), lr, activation (that feeds the unit), batch_size, centred,
    steps.
    """
    shifted = {"mean": 1.5, "lr": 0.1, "activation": "identity", "batch_size": 1, "steps": 60, "centred": False}
    controls: list[Control] = [
        Slider("mean", "input mean", -2, 2, 1.5, step=0.05),
        LogSlider("lr", "learning rate", 0.01, 100, 0.1),
        Choice("activation", "fed by", FEEDS, "identity", ["raw inputs", "sigmoid", "tanh", "ReLU"]),
        Stops("batch_size", "batch size", BATCHES, 1, [*map(str, BATCHES[:-1]), "all 256"]),
        IntSlider("steps", "steps shown", 1, MAX_STEPS, 25),
        Toggle("centred", "subtract the mean"),
    ]
    presets: dict[str, Settings] = {
        "Zig-zag": shifted,
        "Centred": {**shifted, "mean": 0.0},
        "Centred, larger rate": {**shifted, "mean": 0.0, "lr": 0.45, "steps": 25},
        "Two examples per step": {**shifted, "batch_size": 2},
        "All examples, rate near the limit": {**shifted, "batch_size": 256, "lr": 0.37, "steps": 25},
        "Sigmoid, mean 0": {**shifted, "activation": "sigmoid", "mean": 0.0, "lr": 2.0, "steps": 100},
    }
    return Explorer("zigzag_explorer", zigzag, ZigZagPicture, controls, presets, start)


def sign_agreement_explorer(**start: Any) -> Explorer:
    """How often do all components of a gradient have one sign? Controls: batch_size, dimension, mean."""
    positive: Settings = {"batch_size": 1, "dimension": 10, "mean": signs.HALF_NORMAL_MEAN}
    controls: list[Control] = [
        Stops("batch_size", "batch size B", signs.BATCHES, 1),
        IntSlider("dimension", "inputs d", 2, signs.MAX_DIMENSION, 10),
        Slider("mean", "input mean", -2, 2, signs.HALF_NORMAL_MEAN, step=0.05),
    ]
    presets: dict[str, Settings] = {
        "One example": positive,
        "Two": {**positive, "batch_size": 2},
        "Thirty-two": {**positive, "batch_size": 32},
        "Centred": {**positive, "batch_size": 32, "mean": 0.0},
        "50 inputs": {**positive, "batch_size": 32, "dimension": 50},
    }
    return Explorer("sign_agreement_explorer", signs.sign_agreement, SignPicture, controls, presets, start)


def network_signs_explorer(**start: Any) -> Explorer:
    """The same share inside networks trained on the digits. Controls: batch_size, steps (of training)."""
    controls: list[Control] = [
        Stops("batch_size", "batch size B", networks.BATCHES, 1),
        Stops("steps", "training steps", networks.RECORDED, 1000),
    ]
    presets: dict[str, Settings] = {
        "One example": {"batch_size": 1, "steps": 1000},
        "Batches of 32": {"batch_size": 32, "steps": 1000},
        "Early in training": {"batch_size": 32, "steps": 50},
    }
    return Explorer("network_signs_explorer", networks.network_signs, NetworkSignsPicture, controls, presets, start)


def conditioning_explorer(**start: Any) -> Explorer:
    """How the mean of the inputs stretches the loss. Controls: mean, dimension, rate (times 1/λmax), bias."""
    shifted: Settings = {"mean": 1.0, "dimension": 10, "rate": 1.9, "bias": False}
    controls: list[Control] = [
        Slider("mean", "input mean", -2, 2, 1.0, step=0.05),
        Stops("dimension", "inputs d", DIMENSIONS, 10),
        Slider("rate", "learning rate × λmax", 0.1, 2.1, 1.9, step=0.05),
        Toggle("bias", "with a bias"),
    ]
    presets: dict[str, Settings] = {
        "Shifted": shifted,
        "Centred": {**shifted, "mean": 0.0, "rate": 1.0},
        "100 inputs": {**shifted, "dimension": 100},
        "With a bias": {**shifted, "bias": True},
        "Too fast": {**shifted, "rate": 2.1},
    }
    return Explorer("conditioning_explorer", conditioning, ConditioningPicture, controls, presets, start)
