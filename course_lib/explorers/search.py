"""The sliders of chapter 10."""

from __future__ import annotations

from functools import partial
from typing import Any

from course_lib.experiments import search_scale
from course_lib.experiments.search import TRIALS, grid_vs_random
from course_lib.experiments.search_digits import DECAYS, HIGHS, LOWS, digits_search
from course_lib.experiments.search_digits import TRIALS as SEARCHED
from course_lib.experiments.search_strategies import STRATEGIES
from course_lib.explorers.controls import Choice, Control, IntSlider, Slider, Stops, Toggle
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.explorers.live import LiveExplorer
from course_lib.plots.search import GridVsRandomPicture
from course_lib.plots.search_digits import TITLES, SearchPicture
from course_lib.plots.search_scale import LogScalePicture, power

PREVIEW, DRAFT = 20, 5  # trials


def _ordered(low: str, high: str, lows: tuple, highs: tuple, settings: Settings, changed: set[str]) -> Settings:
    """Keeps two sliders of a range apart: the one that was not moved makes way."""
    if settings[low] < settings[high]:
        return {}
    if low in changed:
        return {high: min(rate for rate in highs if rate > settings[low])}
    return {low: max(rate for rate in lows if rate < settings[high])}


def grid_vs_random_explorer(**start: Any) -> Explorer:
    """Trials on a grid, at random, and evenly with each value once, when two axes do not matter alike.

    Controls: trials, importance (of the second axis), best_x (where the best value of the first axis is), seed.
    """
    controls: list[Control] = [
        Stops("trials", "trials", TRIALS, 9),
        Slider("importance", "second axis counts", 0.0, 1.0, 0.1, step=0.05),
        Slider("best_x", "best value of the first", 0.2, 0.8, 0.6, step=0.01),
        IntSlider("seed", "random draw", 0, 20, 3),
    ]
    presets: dict[str, Settings] = {
        "Nine trials": {},
        "The second axis does nothing": {"importance": 0.0},
        "Both matter alike": {"importance": 1.0},
        "An unlucky draw": {"seed": 1},
        "64 trials": {"trials": 64},
    }
    return Explorer("grid_vs_random_explorer", grid_vs_random, GridVsRandomPicture, controls, presets, start)


def log_scale_explorer(**start: Any) -> Explorer:
    """Learning rates drawn evenly and on a log scale, and which of them train a real network.

    Controls: low, high (the range), n (draws), seed.
    """
    lows, highs = search_scale.LOWS, search_scale.HIGHS
    controls: list[Control] = [
        Stops("low", "lowest rate", lows, 1e-4, power),
        Stops("high", "highest rate", highs, 10.0, power),
        IntSlider("n", "draws", 10, 500, 60, step=10),
        IntSlider("seed", "random draw", 0, 20, 0),
    ]
    presets: dict[str, Settings] = {
        "Five decades": {},
        "The book: 10^U(−6, −2)": {"low": 1e-6, "high": 1e-2},
        "Ends by luck at the good ones": {"low": 1e-6, "high": 1.0},
        "Ten decades": {"low": 1e-8, "high": 100.0},
        "Two decades": {"low": 1e-2, "high": 1.0},
    }
    linked = partial(_ordered, "low", "high", lows, highs)
    return Explorer(
        "log_scale_explorer", search_scale.log_scale, LogScalePicture, controls, presets, start, linked=linked
    )


def search_explorer(**start: Any) -> LiveExplorer:
    """A real search for the learning rate and the weight decay of a network on digits: Play runs it, Pause stops it.

    Controls: strategy, trials, lr_low, lr_high, decay (range of the weight decay), abandon (at three times the loss),
    seed. The trials that are finished stay, in the picture and in `.result.result.trials`.
    """
    controls: list[Control] = [
        Choice("strategy", "strategy", tuple(STRATEGIES), "random", TITLES.__getitem__),
        Stops("trials", "trials", SEARCHED, 60),
        Stops("lr_low", "learning rate from", LOWS, 1e-4, power),
        Stops("lr_high", "to", HIGHS, 10.0, power),
        Choice("decay", "weight decay", tuple(DECAYS), "1e-6 … 1e-1", [name.replace("-", "−") for name in DECAYS]),
        Toggle("abandon", "give up when the loss has tripled", True),
        IntSlider("seed", "random draw", 0, 9, 0),
    ]
    presets: dict[str, Settings] = {
        "Wide": {"lr_low": 1e-4, "lr_high": 10.0, "decay": "1e-6 … 1e-1"},
        "The book's ranges": {"lr_low": 1e-6, "lr_high": 1e-2, "decay": "1e-8 … 1e-4"},
        "Good range": {"lr_low": 1e-2, "lr_high": 1.0, "decay": "1e-6 … 1e-1"},
        "Much too high": {"lr_low": 1e-2, "lr_high": 100.0, "decay": "1e-4 … 1e2"},
        "Grid": {"strategy": "grid"},
        "Coarse to fine": {"strategy": "coarse"},
        "Successive halving": {"strategy": "halving"},
    }
    return LiveExplorer(
        "search_explorer",
        digits_search,
        SearchPicture,
        controls,
        presets,
        start,
        preview=PREVIEW,
        draft=DRAFT,
        foreword="Before Play, the first {preview} trials.",
        before={"look": False},  # nobody has searched yet
        linked=partial(_ordered, "lr_low", "lr_high", LOWS, HIGHS),
    )
