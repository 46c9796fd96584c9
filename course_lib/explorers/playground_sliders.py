"""The sliders of chapter 11. Not called `playground`, because the explorer of that name would hide the module."""

from __future__ import annotations

from functools import partial
from typing import Any

from course_lib.data.clouds import DATASETS
from course_lib.experiments.playground import ALL, DURING, INITS, OFFERED, UPDATES, Before, playground_frames
from course_lib.experiments.playground_inputs import FEATURES
from course_lib.explorers.controls import Choice, Control, IntSlider, LogSlider, Slider, Stops, Toggle, strength
from course_lib.explorers.explorer import Settings
from course_lib.explorers.live import LiveExplorer
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.plots.activations import name_of
from course_lib.plots.initialization import scheme_name
from course_lib.plots.playground import PlaygroundPicture

DECAYS = (0.0, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
BATCHES = (1, 4, 8, 16, 32, 64, 128, ALL)
STEP = 400  # of the picture that is there before anybody presses Play

DEEP = {"layers": 5, "optimizer": "sgd", "lr": 0.1}
FEW = {"dataset": "moons", "noise": 0.5, "layers": 4, "units": 32}
PRESETS: dict[str, Settings] = {
    "No hidden layer": {"layers": 0},
    "Better inputs": {"dataset": "circles", "noise": 0.1, "layers": 0, "features": "squares"},
    "One hidden layer": {"layers": 1},
    "All zeros": {"init": "zeros", "activation": "tanh"},
    "Sigmoid, 0.01: watch it die": {**DEEP, "activation": "sigmoid", "init": "0.01"},
    "… Xavier is not enough": {**DEEP, "activation": "sigmoid", "init": "xavier"},
    "… batch norm": {**DEEP, "activation": "sigmoid", "init": "0.01", "batchnorm": True},
    "… ReLU and He": DEEP,
    "… or Adam": {"layers": 5, "activation": "sigmoid", "init": "0.01"},
    "Too fast: ReLUs die": {"optimizer": "sgd", "lr": 3.0},
    "Too fast: diverges": {"layers": 4, "activation": "leaky_relu", "optimizer": "momentum", "lr": 3.0},
    "Overfits": FEW,
    "… weight decay": {**FEW, "weight_decay": 0.01},
    "… dropout": {**FEW, "dropout": 0.3},
}


def _frames(made: Settings, before: Before, **settings: Any) -> Any:
    return playground_frames(**settings, before=before if settings == made else ())


def _batch(size: int | None) -> str:
    return str(size or "all")


def playground(step: int = STEP, before: Before = (), **start: Any) -> LiveExplorer:
    """A network that learns while you watch, with everything the course has a slider for.

    Controls: dataset, features, noise, layers, units, activation, init, batchnorm, dropout, weight_decay, optimizer,
    lr, batch_size, seed. Learning rate, weight decay and dropout act while training runs. `step` is the update the
    picture shows at first, `before` what was moved on the way there: both stand in the line under every picture.
    """

    made: Settings = {}  # what `before` belongs to
    controls: list[Control] = [
        Choice("dataset", "data", tuple(DATASETS), "spiral"),
        IntSlider("layers", "hidden layers", 0, 6, 2),
        Stops("units", "units per layer", (1, 2, 4, 8, 16, 32), 16),
        Choice("activation", "activation", OFFERED, "relu", ["none", *map(name_of, OFFERED[1:])]),
        Choice("init", "initial weights", tuple(INITS), "he", scheme_name),
        Choice("optimizer", "optimiser", tuple(OPTIMIZERS), "adam", [e.label for e in OPTIMIZERS.values()]),
        LogSlider("lr", "learning rate", 1e-5, 10.0, 0.01),
        Choice("features", "inputs", tuple(FEATURES), "plain", [words for words, _ in FEATURES.values()]),
        Slider("noise", "noise", 0.0, 0.6, 0.2, step=0.05),
        Toggle("batchnorm", "batch normalisation"),
        Stops("batch_size", "batch size", BATCHES, 32, _batch),
        Stops("weight_decay", "weight decay λ", DECAYS, 0.0, strength),
        Slider("dropout", "dropout p", 0.0, 0.8, 0.0, step=0.1),
        IntSlider("seed", "seed", 0, 99, 0),
    ]
    usual = {control.name: control.default for control in controls}
    explorer = LiveExplorer(
        "playground",
        partial(_frames, made, before),
        PlaygroundPicture,
        controls,
        # A cell starts elsewhere, and its text says what the buttons show: they name every setting.
        presets={label: {**usual, **settings} for label, settings in PRESETS.items()},
        during=DURING,
        preview=-(-step // UPDATES),
        draft=min(5, -(-step // UPDATES)),
        linked=_linked,
        start=start,
        first=7,
    )
    made |= explorer.settings
    return explorer


def _linked(settings: Settings, changed: set[str]) -> Settings:
    """Batch normalisation has nothing to average in a batch of one."""
    if not (settings["batchnorm"] and settings["batch_size"] == 1):
        return {}
    return {"batch_size": BATCHES[1]} if "batchnorm" in changed else {"batchnorm": False}
