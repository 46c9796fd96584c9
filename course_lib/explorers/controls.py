"""What a learner can move: sliders, choices and switches, described without any widget.

A control knows its name (the experiment's argument), its label, its range and its default. It checks a value, it
lists its extremes for tests, and it builds its widget only when somebody looks. `ipywidgets` is imported there alone.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from course_lib.arguments import alike

# Every control of a panel has the one layout made of this: a widget's layout is a message of its own at the start.
LAYOUT = {
    "width": "auto",
    "flex": "1 1 270px",
    "min_width": "min(250px, 100%)",
    "max_width": "520px",
    "margin": "2px 10px 2px 0",
}


def _widget(widget: str, control: Any, layout: Any, **more: Any) -> Any:
    """A widget of ipywidgets with the whole label visible, and a width that follows the page."""
    import ipywidgets

    style = {"description_width": "initial"}
    return getattr(ipywidgets, widget)(description=control.label, style=style, layout=layout, **more)


def strength(value: float) -> str:
    """A penalty or the like, which 0 switches off."""
    return f"{value:g}" if value else "none"


@dataclass(frozen=True)
class Slider:
    """Even steps from `low` to `high`.

    By hand it moves from stop to stop, numbers with few digits; code may set any number of the range.
    """

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float = 0.1
    _type: ClassVar[type] = float

    @cached_property
    def stops(self) -> tuple[float, ...]:
        """Where the slider stands still, from `low` to `high`; the default is among them."""
        return tuple(sorted(map(self._type, {self.low, *self._grid(), self.high, self.default})))

    def _grid(self) -> Iterator[float]:
        for k in range(int((self.high - self.low) / self.step + 1.000001)):
            yield round(self.low + k * self.step, 10)  # 0.1, where the sum gives 0.09999999999999964

    def check(self, value: Any) -> float:
        """`value` as a number of the range, a stop if it differs from one by rounding only; else `ValueError`."""
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        near = min(self.stops, key=lambda stop: abs(stop - number))
        if math.isclose(near, number, rel_tol=1e-9, abs_tol=1e-9 * (abs(self.low) or self.step)):
            number = near
        if isinstance(value, (bool, np.bool_, str)) or not self.low <= number <= self.high:
            raise ValueError(f"{self.name} must be a number from {self.low:g} to {self.high:g}, not {value!r}.")
        return self._type(number)

    def readout(self, value: float) -> str:
        """What the learner reads: as many decimals as the step has, or as many digits as the value needs."""
        text = f"{value:.{max(0, -math.floor(math.log10(self.step) + 1e-9))}f}"
        return text if float(text) == value else _short(value)

    def options(self, *more: float) -> list[tuple[str, float]]:
        """The stops of the widget, and what else it must show."""
        return [(self.readout(value), value) for value in sorted({*self.stops, *map(self.check, more)})]

    def extremes(self) -> list[float]:
        return [self.low, self.high]

    def random(self, rng: np.random.Generator) -> float:
        return self.stops[int(rng.integers(len(self.stops)))]

    def widget(self, layout: Any, *more: float) -> Any:
        return _widget("SelectionSlider", self, layout, options=self.options(*more), value=self.default)


@dataclass(frozen=True)
class LogSlider(Slider):
    """For learning rates, scales and everything else with decades: the roundest number in each `step` of log10.

    With 20 steps to the decade: 1, 1.1, 1.3, 1.4, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9.
    """

    step: float = 0.05

    def _grid(self) -> Iterator[float]:
        for k in range(math.ceil(math.log10(self.low) / self.step), int(math.log10(self.high) / self.step) + 1):
            number = _roundest(k * self.step, 0.47 * self.step)
            if self.low < number < self.high:
                yield number

    def readout(self, value: float) -> str:
        return _short(value)


def _short(value: float) -> str:
    return f"{value:g}".replace("e-0", "e-")


def _roundest(exponent: float, tolerance: float) -> float:
    """The number with the fewest digits, 5 before others at the end, whose log10 is `exponent` but for `tolerance`."""
    decade = math.floor(exponent + 1e-9)
    mantissa = 10.0 ** (exponent - decade)
    for unit in (1, 0.5, 0.1, 0.05, 0.01):
        rounded = round(mantissa / unit) * unit
        if abs(math.log10(rounded) + decade - exponent) < tolerance:
            break
    return float(f"{rounded:.2f}e{decade}")


@dataclass(frozen=True)
class IntSlider(Slider):
    """Whole numbers from `low` to `high`."""

    low: int
    high: int
    default: int
    step: int = 1
    _type: ClassVar[type] = int

    def _grid(self) -> Iterator[int]:
        return iter(range(self.low, self.high, self.step))

    def check(self, value: Any) -> int:
        number = int(Slider.check(self, value))
        if number != float(value):
            raise ValueError(f"{self.name} must be a whole number from {self.low} to {self.high}, not {value!r}.")
        return number

    def readout(self, value: float) -> str:
        return str(value)


@dataclass(frozen=True)
class Choice:
    """One of a few `options`; `labels`, or a function of the option, are what the learner reads instead of it."""

    name: str
    label: str
    options: Sequence[Any]
    default: Any
    labels: Sequence[str] | Callable[[Any], str] = str
    _widget_name: ClassVar[str] = "Dropdown"

    def said(self) -> dict[str, Any]:
        """What the learner reads -> the option."""
        labels = map(self.labels, self.options) if callable(self.labels) else self.labels
        return dict(zip(labels, self.options, strict=True))

    def check(self, value: Any) -> Any:
        for option in self.options:
            if alike(option, value):
                return option
        raise ValueError(f"{self.name} must be one of {', '.join(map(repr, self.options))}, not {value!r}.")

    def extremes(self) -> list[Any]:
        return list(self.options)

    def random(self, rng: np.random.Generator) -> Any:
        return self.options[int(rng.integers(len(self.options)))]

    def widget(self, layout: Any, *more: Any) -> Any:
        return _widget(self._widget_name, self, layout, options=list(self.said().items()), value=self.default)


class Stops(Choice):
    """A slider that stops at a few given values, for scales with a zero at the end or other uneven steps."""

    _widget_name = "SelectionSlider"


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

    def widget(self, layout: Any, *more: Any) -> Any:
        return _widget("Checkbox", self, layout, value=self.default, indent=False)


Control = Slider | Choice | Toggle
