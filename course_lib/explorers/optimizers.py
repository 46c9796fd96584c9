"""The sliders of chapter 07."""

from __future__ import annotations

from typing import Any

from course_lib.experiments import optimizers_schedules as schedules
from course_lib.experiments.optimizers import MAX_STEPS, RATES, SAITO, OptimizerPaths, optimizer_paths
from course_lib.experiments.optimizers_adam import adam_bias
from course_lib.experiments.optimizers_conventions import ADAMS, CONVENTIONS, conventions
from course_lib.experiments.optimizers_map import HIGH, LOW, learning_rate_map
from course_lib.experiments.optimizers_momentum import momentum_run
from course_lib.experiments.optimizers_race import RATES as RACE_RATES
from course_lib.experiments.optimizers_race import optimizer_race
from course_lib.explorers.controls import Choice, Control, IntSlider, LogSlider, Slider, Stops, Toggle
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.nn.schedules import SCHEDULES
from course_lib.nn.surfaces import SURFACES
from course_lib.plots.optimizers import PathPicture, surface_name
from course_lib.plots.optimizers_adam import AdamBiasPicture
from course_lib.plots.optimizers_conventions import NAMES as CONVENTION_NAMES
from course_lib.plots.optimizers_conventions import ConventionsPicture
from course_lib.plots.optimizers_map import MapPicture
from course_lib.plots.optimizers_momentum import MomentumPicture
from course_lib.plots.optimizers_race import OptimizerRacePicture
from course_lib.plots.optimizers_schedules import SchedulePicture

BETAS = (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999)
ALL = dict.fromkeys(OPTIMIZERS, True)
LABELS = [entry.label for entry in OPTIMIZERS.values()]
TUNED = "tuned (batch 32, β 0.9)"  # those of the race do not follow its sliders


def _paths_of(**settings: Any) -> OptimizerPaths:
    """The experiment, with a switch for each optimiser."""
    on = {name: settings.pop(name) for name in OPTIMIZERS}
    return optimizer_paths(**settings, optimizers=tuple(name for name in on if on[name]))


def _tied(settings: Settings, changed: set[str]) -> Settings:
    adjusted: Settings = {}
    if "lr" in changed and "rates" not in changed:
        adjusted["rates"] = "same"
    if "surface" in changed and not {"x", "y"} & changed:
        adjusted["x"], adjusted["y"] = SURFACES[settings["surface"]].start
    watched = settings["watch"]
    if watched != "all" and not settings[watched]:
        adjusted |= {watched: True} if "watch" in changed else {"watch": "all"}
    return adjusted


def optimizer_path_explorer(**start: Any) -> Explorer:
    """Any of the optimisers on any of the surfaces.

    Controls: surface, rates (one for all, the book's, tuned), lr, steps, watch; folded: beta, beta2, eps,
    eps_at, the start x and y, and a switch for each optimizer. Moving lr means one rate for all; whoever is watched is
    switched on, and no longer watched when switched off.
    """
    x, y = SURFACES["bowl"].start
    four = {name: name in SAITO for name in OPTIMIZERS}
    book = {"surface": "bowl", "rates": "book", "steps": 30, **_start("bowl"), **four}
    controls: list[Control] = [
        Choice("surface", "surface", tuple(SURFACES), "bowl", surface_name),
        Choice("rates", "rates", RATES, "book", ["one for all", "the book's", "tuned for each"]),
        LogSlider("lr", "learning rate", 1e-4, 10, 0.1, step=0.02),
        IntSlider("steps", "steps", 1, MAX_STEPS, 30),
        Choice("watch", "watch", ("all", *OPTIMIZERS), "all", ["all", *LABELS]),
        Slider("beta", "β, β1 (Adam)", 0, 0.99, 0.9, step=0.01),
        Stops("beta2", "β2 (Adam)", BETAS, 0.999),
        LogSlider("eps", "ε", 1e-10, 1, 1e-7, step=0.5),
        Choice("eps_at", "ε of Adam", tuple(ADAMS), "uncorrected"),
        Slider("x", "start x", -10, 10, x),
        Slider("y", "start y", -5, 5, y),
        *(Toggle(name, entry.label, name in SAITO) for name, entry in OPTIMIZERS.items()),
    ]
    presets: dict[str, Settings] = {
        "Saito": book,
        "Saito, tuned": {**book, "rates": "tuned"},
        "Rate 1.0: SGD on the edge": {**book, "rates": "same", "lr": 1.0, "steps": 60},
        "Saddle": {"surface": "saddle", "rates": "same", "lr": 0.1, "steps": 100, **_start("saddle"), **ALL},
        "Ravine": {"surface": "ravine", "rates": "tuned", "steps": 100, **_start("ravine"), **ALL},
        "Rosenbrock": {"surface": "rosenbrock", "rates": "tuned", "steps": 200, **_start("rosenbrock"), **ALL},
        "Beale": {"surface": "beale", "rates": "tuned", "steps": 100, **_start("beale"), **ALL},
        "Plateau": {"surface": "plateau", "rates": "same", "lr": 0.3, "steps": 100, **_start("plateau"), **ALL},
    }
    return Explorer("optimizer_path_explorer", _paths_of, PathPicture, controls, presets, start, linked=_tied, first=5)


def _start(surface: str) -> Settings:
    return dict(zip(("x", "y"), SURFACES[surface].start, strict=True))


def learning_rate_map_explorer(**start: Any) -> Explorer:
    """Ten thousand runs at once: learning rate × β. Controls: optimizer, surface, steps, lr, beta."""
    controls: list[Control] = [
        Choice("optimizer", "optimiser", tuple(OPTIMIZERS), "sgd", LABELS),
        Choice("surface", "surface", tuple(SURFACES), "bowl", surface_name),
        IntSlider("steps", "steps", 1, MAX_STEPS, 30),
        LogSlider("lr", "learning rate", LOW, HIGH, 0.95, step=0.01),
        Slider("beta", "β", 0, 0.99, 0.9, step=0.01),
    ]
    presets: dict[str, Settings] = {
        "SGD: 0.952 and 1.0": {"optimizer": "sgd", "surface": "bowl", "steps": 200, "lr": 0.95},
        "Momentum": {"optimizer": "momentum", "lr": 0.1},
        "Momentum, best in theory": {"optimizer": "momentum", "lr": 1.34, "beta": 0.4, "steps": 60},
        "Adam": {"optimizer": "adam", "lr": 0.3},
        "Ravine, Momentum": {"optimizer": "momentum", "surface": "ravine", "lr": 0.02, "steps": 100},
        "Rosenbrock, Adam": {"optimizer": "adam", "surface": "rosenbrock", "lr": 0.1, "steps": 200},
    }
    return Explorer(
        "learning_rate_map_explorer", learning_rate_map, MapPicture, controls, presets, start, draft={"cells": 50}
    )


def momentum_explorer(**start: Any) -> Explorer:
    """Terminal speed and damping. Controls: beta, curvature (ηλ of the valley), steps."""
    controls: list[Control] = [
        Slider("beta", "β: velocity kept", 0, 0.99, 0.9, step=0.01),
        LogSlider("curvature", "ηλ", 1e-3, 5, 0.02),
        IntSlider("steps", "steps", 10, 200, 100),
    ]
    presets: dict[str, Settings] = {
        "No momentum": {"beta": 0.0},
        "Nearly critical": {"beta": 0.73},
        "Little friction": {"beta": 0.99, "steps": 200},
        "Steep": {"beta": 0.9, "curvature": 3.5},
        "Too steep": {"beta": 0.9, "curvature": 3.9},
    }
    return Explorer("momentum_explorer", momentum_run, MomentumPicture, controls, presets, start)


def adam_bias_explorer(**start: Any) -> Explorer:
    """Adam's steps from the first on. Controls: beta1, beta2, correction, noise (of the gradient around 1)."""
    controls: list[Control] = [
        Slider("beta1", "β1", 0, 0.99, 0.9, step=0.01),
        Stops("beta2", "β2", BETAS, 0.999),
        Toggle("correction", "bias correction"),
        Slider("noise", "noise", 0, 2, 0, step=0.1),
    ]
    presets: dict[str, Settings] = {
        "Not corrected": {},
        "Corrected": {"correction": True},
        "β1 = 0: RMSProp's steps": {"beta1": 0.0},
        "Noisy gradients": {"noise": 1.0, "correction": True},
    }
    return Explorer("adam_bias_explorer", adam_bias, AdamBiasPicture, controls, presets, start)


def schedule_explorer(**start: Any) -> Explorer:
    """A schedule and its loss. Controls: schedule, lr (α₀), tau, factor, patience, problem."""
    controls: list[Control] = [
        Choice("schedule", "schedule", tuple(SCHEDULES), "inverse_time", [s.label for s in SCHEDULES.values()]),
        LogSlider("lr", "α₀", 0.01, 3, 0.5),
        IntSlider("tau", "τ, or every", 10, 600, 100, step=10),
        Slider("factor", "factor", 0.1, 0.9, 0.5, step=0.05),
        IntSlider("patience", "patience (evaluations)", 1, 20, 3),
        Choice("problem", "problem", schedules.PROBLEMS, "noisy bowl"),
    ]
    presets: dict[str, Settings] = {
        "Constant": {"schedule": "constant"},
        "α₀τ/max(t, τ)": {},
        "Halve on plateau": {"schedule": "plateau"},
        "Tenth every 200": {"schedule": "step", "factor": 0.1, "tau": 200},
        "Decays too early": {"schedule": "exponential", "tau": 20, "lr": 0.03},
        "Digits, rate too high": {"problem": "digits", "lr": 1.0},
        "Digits, warm-up": {"problem": "digits", "lr": 1.0, "schedule": "warmup"},
    }
    return Explorer("schedule_explorer", schedules.schedule_run, SchedulePicture, controls, presets, start)


def _one_rate(settings: Settings, changed: set[str]) -> Settings:
    return {"rates": "same"} if "lr" in changed and "rates" not in changed else {}


def optimizer_race_explorer(**start: Any) -> Explorer:
    """All optimisers on the digits, with several seeds.

    Controls: watch, rates, lr, beta, batch_size, seeds. Moving lr means one rate for all.
    """
    controls: list[Control] = [
        Choice("watch", "watch", tuple(OPTIMIZERS), "adam", LABELS),
        Choice("rates", "rates", RACE_RATES, "common", ["one for all", "the common ones", TUNED]),
        LogSlider("lr", "learning rate", 1e-3, 10, 0.1),
        Slider("beta", "β", 0, 0.99, 0.9, step=0.01),
        Stops("batch_size", "batch size", (8, 16, 32, 64, 128), 32),
        IntSlider("seeds", "seeds", 2, 5, 5),
    ]
    presets: dict[str, Settings] = {
        "Common rates": {},
        "Tuned": {"rates": "tuned"},
        "0.01 for all": {"rates": "same", "lr": 0.01},
        "1 for all": {"rates": "same", "lr": 1.0},
    }
    return Explorer(
        "optimizer_race_explorer",
        optimizer_race,
        OptimizerRacePicture,
        controls,
        presets,
        start,
        draft={"steps": 80},
        linked=_one_rate,
    )


def conventions_explorer(**start: Any) -> Explorer:
    """One optimiser, several formulas. Controls: convention, lr, beta, beta2, eps, cut (of the rate), steps."""
    controls: list[Control] = [
        Choice("convention", "convention", tuple(CONVENTIONS), "momentum", CONVENTION_NAMES.__getitem__),
        LogSlider("lr", "learning rate", 0.01, 1, 0.1),
        Slider("beta", "β, β1", 0, 0.99, 0.9, step=0.01),
        Stops("beta2", "β2", BETAS, 0.999),
        LogSlider("eps", "ε", 1e-10, 1, 1e-8, step=0.5),
        Slider("cut", "rate × this at step 10", 0.01, 1, 0.1, step=0.01),
        IntSlider("steps", "steps", 1, 100, 30),
    ]
    presets: dict[str, Settings] = {
        "Rate cut to a tenth": {},
        "Rate kept": {"cut": 1.0},
        "Small ε": {"convention": "epsilon", "lr": 0.3, "eps": 1e-7},
        "Large ε": {"convention": "epsilon", "lr": 0.3, "eps": 0.1},
        "No correction": {"convention": "bias", "lr": 0.3},
        "Look-ahead": {"convention": "nesterov"},
    }
    return Explorer("conventions_explorer", conventions, ConventionsPicture, controls, presets, start)
