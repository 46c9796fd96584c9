"""The sliders of chapter 09."""

from __future__ import annotations

from typing import Any

from course_lib.experiments.babysitting import (
    CLASSES,
    FAULTS,
    PIXELS,
    REGS,
    SCALES,
    SLIPS,
    TINY,
    TINY_REGS,
    initial_loss,
    tiny_overfit,
)
from course_lib.experiments.babysitting_clinic import GUESSES, clinic
from course_lib.experiments.babysitting_live import IMAGES, INITS, live_training
from course_lib.experiments.babysitting_patients import DISEASES, FACTORS, PATIENTS, TREATMENTS
from course_lib.experiments.babysitting_range import CLIPS, UNCUT, UPDATES, range_test
from course_lib.experiments.babysitting_rates import RATES, learning_rate
from course_lib.explorers.controls import Choice, Control, IntSlider, LogSlider, Slider, Stops, strength
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.explorers.live import LiveExplorer
from course_lib.plots.babysitting import InitialLossPicture, TinyOverfitPicture
from course_lib.plots.babysitting_clinic import ClinicPicture
from course_lib.plots.babysitting_live import LiveTrainingPicture
from course_lib.plots.babysitting_range import RangeTestPicture
from course_lib.plots.babysitting_rates import LearningRatePicture, rate

DECAYS = (0.0, 1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)


def initial_loss_explorer(**start: Any) -> Explorer:
    """The loss of an untrained network against ln C, and what a wrong value tells.

    Controls: classes, scale (std of the first weights), reg, pixels, slip (a mistake in the program).
    """
    controls: list[Control] = [
        Stops("classes", "classes C", CLASSES, 10),
        LogSlider("scale", "std of the weights", float(SCALES[0]), float(SCALES[-1]), 0.01),
        Stops("reg", "penalty λ", REGS, 0.0, strength),
        Stops("pixels", "pixels", PIXELS, 1, "0 to {}".format),
        Choice("slip", "mistake in the program", tuple(SLIPS), "none", tuple(SLIPS.values())),
    ]
    presets: dict[str, Settings] = {
        "As it should be": {},
        "A penalty raises it": {"reg": 10.0},
        "Weights too large": {"scale": 1.0},
        "Pixels 0 to 255, std 0.1": {"scale": 0.1, "pixels": 255},
        "Sum, not mean": {"slip": "sum"},
        "Labels mixed up": {"slip": "labels"},
    }
    return Explorer("initial_loss_explorer", initial_loss, InitialLossPicture, controls, presets, start)


def tiny_overfit_explorer(**start: Any) -> Explorer:
    """Can the program learn a handful of images by heart? If not, it has a mistake.

    Controls: examples, reg, fault (a mistake in the program).
    """
    controls: list[Control] = [
        Stops("examples", "images", TINY, 20),
        Stops("reg", "penalty λ", TINY_REGS, 0.0, strength),
        Choice("fault", "mistake in the program", tuple(FAULTS), "none", tuple(FAULTS.values())),
    ]
    presets: dict[str, Settings] = {
        "20 images": {},
        "With a penalty": {"reg": 0.1},
        "Weights 0": {"fault": "zeros"},
        "Labels out of step": {"fault": "pairs"},
        "Wrong sign": {"fault": "sign"},
    }
    return Explorer("tiny_overfit_explorer", tiny_overfit, TinyOverfitPicture, controls, presets, start)


def learning_rate_explorer(**start: Any) -> Explorer:
    """Ten epochs on the digits at any learning rate from 1e-6 to 1e6.

    Controls: lr, pixels.
    """
    controls: list[Control] = [
        Stops("lr", "learning rate η", RATES, 0.1, rate),
        Stops("pixels", "pixels", PIXELS, 1, "0 to {}".format),
    ]
    presets: dict[str, Settings] = {
        "Low": {"lr": 0.1, "pixels": 1},
        "Good": {"lr": 1.0, "pixels": 1},
        "High": {"lr": 10.0, "pixels": 1},
        "Very high": {"lr": 32.0, "pixels": 1},
        "A million": {"lr": 1e6, "pixels": 1},
        "Accuracy before loss": {"lr": 1e-4, "pixels": 255},
        "0 to 255, good": {"lr": 0.01, "pixels": 255},
    }
    return Explorer("learning_rate_explorer", learning_rate, LearningRatePicture, controls, presets, start)


def _cut(clip: float) -> str:
    return f"{clip:g}" if clip else "uncut"


def range_test_explorer(**start: Any) -> Explorer:
    """One short run in which the learning rate grows from 0.00001 to 100, with or without clipped gradients.

    Controls: pixels, updates, clip (the greatest length of a gradient), seed.
    """
    controls: list[Control] = [
        Stops("pixels", "pixels", PIXELS, 1, "0 to {}".format),
        Stops("updates", "updates", UPDATES, 200),
        Stops("clip", "gradients cut to", CLIPS, UNCUT, _cut),
        IntSlider("seed", "seed", 0, 9, 0),
    ]
    presets: dict[str, Settings] = {
        "Pixels 0 to 1": {},
        "Pixels 0 to 255": {"pixels": 255},
        "… gradients cut to 1": {"pixels": 255, "clip": 1.0},
        "50 updates": {"updates": 50},
    }
    return Explorer("range_test_explorer", range_test, RangeTestPicture, controls, presets, start)


def live_training_explorer(**start: Any) -> LiveExplorer:
    """Training that runs before your eyes; learning rate, weight decay and dropout act while it does.

    Controls: lr, l2, dropout; init and images begin a new run.
    """
    controls: list[Control] = [
        LogSlider("lr", "learning rate η", 1e-5, 10.0, 0.1),
        Stops("l2", "weight decay λ", DECAYS, 0.0, strength),
        Slider("dropout", "dropout p", 0.0, 0.8, 0.0, step=0.1),
        Choice("init", "first weights", tuple(INITS), "he", ("He", "std 0.01", "std 0.05", "std 1")),
        Stops("images", "training images", IMAGES, 1078),
    ]
    presets: dict[str, Settings] = {
        "A good start": {},
        "Rate too low": {"lr": 0.001},
        "Rate too high": {"lr": 3.0},
        "Plateau": {"init": "0.05", "lr": 0.3},
        "Weights too large": {"init": "1"},
        "50 images": {"images": 50},
    }
    return LiveExplorer(
        "live_training_explorer",
        live_training,
        LiveTrainingPicture,
        controls,
        presets,
        start,
        during=("lr", "l2", "dropout"),
        draft=10,
    )


def _next_patient(settings: Settings, changed: set[str]) -> Settings:
    """A new patient comes without diagnosis and treatment."""
    clean = {"guess": GUESSES[0], "treatment": "none", "factor": 1.0}
    return {name: value for name, value in clean.items() if name not in changed} if "patient" in changed else {}


def clinic_explorer(**start: Any) -> Explorer:
    """Twelve runs, each with one thing wrong (or none): read, diagnose, treat.

    Controls: patient, guess (your diagnosis), treatment, factor (times the learning rate).
    """
    controls: list[Control] = [
        Choice("patient", "patient", tuple(range(1, len(PATIENTS) + 1)), 1),
        Choice("guess", "your diagnosis", GUESSES, GUESSES[0], ("?", *(disease.name for disease in DISEASES.values()))),
        Choice("treatment", "treatment", tuple(TREATMENTS), "none", tuple(label for label, _ in TREATMENTS.values())),
        Stops("factor", "learning rate ×", FACTORS, 1.0, "{:g}".format),
    ]
    presets: dict[str, Settings] = {
        "Example: wrong treatment": {"patient": 3, "guess": "high", "treatment": "decay on"},
        "Example: cured": {"patient": 3, "guess": "high", "factor": 0.01},
    }
    return Explorer("clinic_explorer", clinic, ClinicPicture, controls, presets, start, linked=_next_patient)
