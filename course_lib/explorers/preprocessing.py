"""The sliders of chapter 04."""

from __future__ import annotations

from typing import Any

from course_lib.experiments.preprocessing import STAGES, prepared_cloud
from course_lib.experiments.preprocessing_images import IMAGES, RECIPES, prepared_images
from course_lib.experiments.preprocessing_leakage import SIZES, STEPS, leakage
from course_lib.experiments.preprocessing_sensitivity import line_sensitivity
from course_lib.explorers.controls import Choice, Control, IntSlider, LogSlider, Slider, Stops
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.plots.preprocessing import CloudPicture, SensitivityPicture
from course_lib.plots.preprocessing_images import RecipePicture
from course_lib.plots.preprocessing_leakage import LeakagePicture


def preprocessing_explorer(**start: Any) -> Explorer:
    """A cloud stage by stage, and the loss that gradient descent has to deal with.

    Controls: stage, correlation, offset, scale_ratio, epsilon, lr_share.
    """
    controls: list[Control] = [
        Stops("stage", "stage", STAGES, "raw", ("raw", "centred", "std = 1", "PCA", "whitened", "ZCA")),
        Slider("correlation", "correlation", -0.99, 0.99, 0.9, step=0.01),
        Slider("offset", "offset", -4, 4, 1, step=0.1),
        Slider("scale_ratio", "scale ratio", 1, 30, 3, step=0.5),
        LogSlider("epsilon", "ε", 1e-8, 10, 1e-5, step=0.1),
        Slider("lr_share", "lr / largest stable", 0.05, 1.1, 0.5, step=0.05),
    ]
    presets: dict[str, Settings] = {
        "Off centre": {"stage": "raw", "correlation": 0.0, "offset": 3.0, "scale_ratio": 1.0},
        "Centring makes it worse": {"stage": "centred", "correlation": -0.9, "offset": 1.0, "scale_ratio": 3.0},
        "Unequal scales": {"stage": "centred", "correlation": 0.0, "offset": 0.0, "scale_ratio": 20.0},
        "Correlated, equal scales": {"stage": "standardised", "correlation": 0.98, "offset": 0.0, "scale_ratio": 1.0},
        "Whitened": {"stage": "whitened"},
        "ZCA: turned back": {"stage": "ZCA"},
        "Large ε holds back": {"stage": "whitened", "epsilon": 0.3},
        "Too large a step": {"stage": "centred", "lr_share": 1.05},
    }
    return Explorer("preprocessing_explorer", prepared_cloud, CloudPicture, controls, presets, start)


def sensitivity_explorer(**start: Any) -> Explorer:
    """A line between two clusters, turned a little, before and after normalising. Controls: offset, wiggle, gap."""
    controls: list[Control] = [
        Slider("offset", "offset of the data", 0, 20, 5, step=0.5),
        Slider("wiggle", "wiggle, degrees", -30, 30, 5, step=0.5),
        Slider("gap", "gap between clusters", 0.5, 3, 2, step=0.1),
    ]
    presets: dict[str, Settings] = {
        "Centred": {"offset": 0.0},
        "A little off": {"offset": 2.0},
        "Far off": {"offset": 20.0, "wiggle": 2.0},
        "A large turn": {"offset": 5.0, "wiggle": 25.0},
    }
    return Explorer("sensitivity_explorer", line_sensitivity, SensitivityPicture, controls, presets, start)


def image_preprocessing_explorer(**start: Any) -> Explorer:
    """Recipes for images on digits and photograph patches. Controls: images, recipe, components, epsilon."""
    controls: list[Control] = [
        Choice("images", "images", IMAGES[::-1], "patches", ("colour patches", "digits")),
        Choice("recipe", "recipe", RECIPES, "ZCA"),
        IntSlider("components", "components k", 1, 192, 192),
        LogSlider("epsilon", "ε", 1e-6, 1, 1e-2, step=0.1),
    ]
    presets: dict[str, Settings] = {
        "AlexNet": {"recipe": "mean image"},
        "VGG": {"recipe": "channel mean"},
        "ResNet": {"recipe": "channel mean + std"},
        "PCA, 20 components": {"recipe": "PCA", "components": 20},
        "Whitened": {"recipe": "whitened", "components": 192},
        "ZCA, ε too small": {"recipe": "ZCA", "components": 192, "epsilon": 1e-6},
        "Digits, ZCA": {"images": "digits", "recipe": "ZCA", "components": 192},
    }
    return Explorer("image_preprocessing_explorer", prepared_images, RecipePicture, controls, presets, start)


def leakage_explorer(**start: Any) -> Explorer:
    """What a test score is worth when preprocessing saw the test data. Controls: step, samples, fit."""
    controls: list[Control] = [
        Choice("step", "step", tuple(STEPS), "whiten digits"),
        Stops("samples", "training examples", SIZES, 40),
        Choice("fit", "fit statistics on", ("train", "everything"), "everything"),
    ]
    presets: dict[str, Settings] = {
        "Centring: none": {"step": "centre digits"},
        "Standardising: hardly any": {"step": "standardise digits"},
        "Whitening: fewer right": {"step": "whiten digits"},
        "Chosen pixels": {"step": "choose 10 of 64 pixels"},
        "A pattern in noise": {"step": "choose 10 of 500 noise columns"},
    }
    return Explorer("leakage_explorer", leakage, LeakagePicture, controls, presets, start, draft={"seeds": 3})
