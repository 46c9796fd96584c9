"""What a learner can move: sliders, choices and switches, described without any widget.

A control knows its name (the experiment's argument), its label, its range and its default. It checks a value, it
lists its extremes for tests, and it builds its widget only when somebody looks. `ipywidgets` is imported there alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# Every control of a panel has the one layout made of this: a widget's layout is a message of its own at the start.
LAYOUT = {
    "width": "auto",
    "flex": "1 1 270px",
    "min_width": "250px",
    "max_width": "520px",
    "margin": "2px 10px 2px 0",
}


def _widget_options(control: Any, layout: Any) -> dict[str, Any]:
    """What every widget shares: the whole label visible, and a width that follows the page."""
    return {"description": control.label, "style": {"description_width": "initial"}, "layout": layout}


def _number(control: Any, value: Any) -> float:
    """`value` as a float inside the control's range, or one sentence why not."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    slack = 1e-9 * max(abs(control.low), abs(control.high))  # a log slider's ends carry rounding
    if isinstance(value, (bool, str)) or not control.low - slack <= number <= control.high + slack:
        raise ValueError(
            f"{control.name} must be a number from {control.low:g} to {control.high:g}, not {value!r}."
        )
    return min(max(number, control.low), control.high)


@dataclass(frozen=True)
class Slider:
    """Even steps from `low` to `high`."""

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float = 0.1

    def check(self, value: Any) -> float:
        return _number(self, value)

    def extremes(self) -> list[float]:
        return [self.low, self.high]

    def random(self, rng: np.random.Generator) -> float:
        steps = round((self.high - self.low) / self.step)
        return min(self.high, self.low + self.step * int(rng.integers(0, steps + 1)))

    def widget(self, layout: Any) -> Any:
        import ipywidgets as widgets

        digits = max(0, -math.floor(math.log10(self.step) + 1e-9))
        return widgets.FloatSlider(
            self.default,
            min=self.low,
            max=self.high,
            step=self.step,
            readout_format=f".{digits}f",
            **_widget_options(self, layout),
        )


@dataclass(frozen=True)
class LogSlider:
    """Even steps of the exponent from `low` to `high`: for learning rates, scales and everything else with decades."""

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float = 0.05  # of log10

    def check(self, value: Any) -> float:
        return _number(self, value)

    def extremes(self) -> list[float]:
        return [self.low, self.high]

    def random(self, rng: np.random.Generator) -> float:
        return float(10.0 ** rng.uniform(math.log10(self.low), math.log10(self.high)))

    def widget(self, layout: Any) -> Any:
        import ipywidgets as widgets

        return widgets.FloatLogSlider(
            self.default,
            base=10.0,
            min=math.log10(self.low),
            max=math.log10(self.high),
            step=self.step,
            readout_format=".3g",
            **_widget_options(self, layout),
        )


@dataclass(frozen=True)
class IntSlider:
    """Whole numbers from `low` to `high`."""

    name: str
    label: str
    low: int
    high: int
    default: int
    step: int = 1

    def check(self, value: Any) -> int:
        number = _number(self, value)
        if number != int(number):
            raise ValueError(
                f"{self.name} must be a whole number from {self.low} to {self.high}, not {value!r}."
            )
        return int(number)

    def extremes(self) -> list[int]:
        return [self.low, self.high]

    def random(self, rng: np.random.Generator) -> int:
        return int(rng.integers(self.low, self.high + 1))

    def widget(self, layout: Any) -> Any:
        import ipywidgets as widgets

        return widgets.IntSlider(
            self.default, min=self.low, max=self.high, step=self.step, **_widget_options(self, layout)
        )


@dataclass(frozen=True)
class Choice:
    """One of a few `options`; `labels` are what the learner reads, the options themselves if not given."""

    name: str
    label: str
    options: Sequence[Any]
    default: Any
    labels: Sequence[str] | None = None

    def check(self, value: Any) -> Any:
        for option in self.options:
            if type(option) is type(value) and option == value:
                return option
        raise ValueError(f"{self.name} must be one of {', '.join(map(repr, self.options))}, not {value!r}.")

    def extremes(self) -> list[Any]:
        return list(self.options)

    def random(self, rng: np.random.Generator) -> Any:
        return self.options[int(rng.integers(len(self.options)))]

    def widget(self, layout: Any) -> Any:
        import ipywidgets as widgets

        labels = self.labels or [str(option) for option in self.options]
        return widgets.Dropdown(
            options=list(zip(labels, self.options, strict=True)), value=self.default, **_widget_options(self, layout)
        )


class Stops(Choice):
    """A slider that stops at a few given values, for scales with a zero at the end or other uneven steps."""

    def widget(self, layout: Any) -> Any:
        import ipywidgets as widgets

        labels = self.labels or [str(option) for option in self.options]
        return widgets.SelectionSlider(
            options=list(zip(labels, self.options, strict=True)), value=self.default, **_widget_options(self, layout)
        )


@dataclass(frozen=True)
class Toggle:
    """Off or on."""

    name: str
    label: str
    default: bool = False

    def check(self, value: Any) -> bool:
        if isinstance(value, (bool, np.bool_)):
            return bool(value)
        raise ValueError(f"{self.name} must be True or False, not {value!r}.")

    def extremes(self) -> list[bool]:
        return [False, True]

    def random(self, rng: np.random.Generator) -> bool:
        return bool(rng.integers(2))

    def widget(self, layout: Any) -> Any:
        import ipywidgets as widgets

        return widgets.Checkbox(self.default, indent=False, **_widget_options(self, layout))


Control = Slider | LogSlider | IntSlider | Choice | Toggle
