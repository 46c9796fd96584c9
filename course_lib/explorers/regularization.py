"""The sliders of chapter 08."""

from __future__ import annotations

from typing import Any

from course_lib.experiments import regularization_decay as planes
from course_lib.experiments.regularization import DECAYS, DRAFT, IMAGES, LIMITS, WIDTHS, WRONG, overfitting
from course_lib.experiments.regularization_dropout import MODES, MOST_INPUTS, UNITS, dropped_out
from course_lib.experiments.regularization_ensemble import IMAGES as ENSEMBLE_IMAGES
from course_lib.experiments.regularization_ensemble import KINDS, MEMBERS, ensemble
from course_lib.explorers.controls import Choice, Control, IntSlider, Slider, Stops, strength
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.plots.regularization import OverfittingPicture
from course_lib.plots.regularization_decay import DecayPicture
from course_lib.plots.regularization_dropout import DropoutPicture
from course_lib.plots.regularization_ensemble import EnsemblePicture


def overfitting_explorer(**start: Any) -> Explorer:
    """Training and validation curves of a network on a few real digits, without and with regularisation.

    Controls: images, weight_decay, dropout, width, wrong (share of training labels that are wrong); folded: max_norm.
    """
    controls: list[Control] = [
        Stops("images", "training images", IMAGES, 300),
        Stops("weight_decay", "weight decay λ", DECAYS, 0.0, strength),
        Slider("dropout", "dropout p", 0.0, 0.8, 0.0, step=0.1),
        Stops("width", "units per layer", WIDTHS, 100),
        Stops("wrong", "wrong labels", WRONG, 0.0, "{:.0%}".format),
        Stops("max_norm", "max-norm c", LIMITS, 0.0, strength),
    ]
    right: Settings = {"wrong": 0.0, "max_norm": 0.0}  # whatever the notebook started from
    wrong: Settings = {"wrong": 0.2, "max_norm": 0.0}
    presets: dict[str, Settings] = {
        "300 images": right,
        "Weight decay": {**right, "weight_decay": 0.001},
        "Dropout": {**right, "dropout": 0.2},
        "Too much decay": {"weight_decay": 0.1, "max_norm": 0.0},
        "20 % wrong labels": wrong,
        "… with decay": {**wrong, "weight_decay": 0.01},
        "… with dropout": {**wrong, "dropout": 0.5},
        "… with max-norm": {**wrong, "max_norm": 0.5},
        "1500 images": {**right, "images": 1500},
    }
    draft = {"steps": DRAFT}
    return Explorer(
        "overfitting_explorer", overfitting, OverfittingPicture, controls, presets, start, draft=draft, first=5
    )


def weight_decay_explorer(**start: Any) -> Explorer:
    """The boundary between two classes of points with L2 in the loss and with decoupled weight decay.

    Controls: weight_decay, optimizer, cloud.
    """
    controls: list[Control] = [
        Stops("weight_decay", "λ", planes.DECAYS, 0.01, strength),
        Choice("optimizer", "optimiser", planes.OPTIMIZERS, "adam", ("SGD", "Adam")),
        Choice("cloud", "data", tuple(planes.CLOUDS), "moons"),
    ]
    presets: dict[str, Settings] = {
        "No decay": {"weight_decay": 0.0},
        "SGD: the same": {"optimizer": "sgd", "weight_decay": 0.01},
        "Adam: not the same": {"optimizer": "adam", "weight_decay": 0.01},
        "Decoupled needs more": {"optimizer": "adam", "weight_decay": 1.0},
        "Everything shrinks": {"optimizer": "sgd", "weight_decay": 0.32},
    }
    draft = {"steps": planes.DRAFT}
    return Explorer("weight_decay_explorer", planes.weight_decay, DecayPicture, controls, presets, start, draft=draft)


def dropout_explorer(**start: Any) -> Explorer:
    """What a unit behind dropout receives in training, over many masks, and at test time.

    Controls: p (drop probability), mode (scaling), inputs, unit.
    """
    controls: list[Control] = [
        Slider("p", "drop probability p", 0.0, 0.9, 0.5, step=0.05),
        Choice(
            "mode",
            "scaling",
            MODES,
            "none",
            ("inverted: ÷(1 − p) in training", "test-time: ×(1 − p) in the test", "none"),
        ),
        IntSlider("inputs", "inputs", 5, MOST_INPUTS, 100, step=5),
        Choice("unit", "unit", UNITS, "linear", ("linear", "ReLU")),
    ]
    presets: dict[str, Settings] = {
        "No scaling": {"mode": "none"},
        "Test-time": {"mode": "test-time"},
        "Inverted": {"mode": "inverted"},
        "p = 0.8, no scaling": {"mode": "none", "p": 0.8},
        "ReLU, few inputs": {"mode": "inverted", "unit": "relu", "inputs": 10},
        "ReLU, many inputs": {"mode": "inverted", "unit": "relu", "inputs": 400},
    }
    return Explorer("dropout_explorer", dropped_out, DropoutPicture, controls, presets, start)


def ensemble_explorer(**start: Any) -> Explorer:
    """Accuracy and calibration of averaged networks, or of one network averaged over dropout masks.

    Controls: members, kind, images.
    """
    controls: list[Control] = [
        IntSlider("members", "members", 1, MEMBERS, 5),
        Choice("kind", "members are", KINDS, "separate", ("networks trained apart", "dropout masks of one")),
        Stops("images", "training images", ENSEMBLE_IMAGES, 300),
    ]
    presets: dict[str, Settings] = {
        "One network": {"members": 1, "kind": "separate"},
        "Five": {"members": 5, "kind": "separate"},
        "Fifteen": {"members": 15, "kind": "separate"},
        "One mask": {"members": 1, "kind": "dropout"},
        "Fifteen masks": {"members": 15, "kind": "dropout"},
    }
    return Explorer("ensemble_explorer", ensemble, EnsemblePicture, controls, presets, start)
