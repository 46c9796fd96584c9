"""Search spaces: each hyperparameter is a map from u in [0, 1) to its values, a space is a dict of them.

A random search draws u uniformly, a grid takes u evenly spaced; `where` maps a value back to its u, which tells how
close to the edge of its range it lies.

Source: Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Lt, Predicate, doc

from course_lib.annotations import Count, Positive, Rng, Share
from course_lib.arguments import checked, validated
from course_lib.inputs import short

Place = Annotated[float, Ge(0), Lt(1), doc("a number, at least 0 and below 1")]


class Sampler:
    """One axis of a space."""

    def at(self, u: float) -> Any:
        """The value at u in [0, 1)."""
        raise NotImplementedError(f"{type(self).__name__} must define at(self, u).")

    def where(self, value: Any) -> float:
        """The u of a value: at(where(value)) gives it back."""
        raise NotImplementedError(f"{type(self).__name__} must define where(self, value).")


@dataclass(frozen=True)
class Range(Sampler):
    """An axis from low to high, both above 0 if it is `positive`."""

    low: float
    high: float
    positive = False

    def __post_init__(self) -> None:
        low, high, positive = self.low, self.high, self.positive
        if not (0 if positive else -math.inf) < low < high < math.inf:
            raise ValueError(
                f"{type(self).__name__}: give low < high, both finite"
                f"{' and positive' if positive else ''}, not {short(low)} and {short(high)}."
            )
        if high > 1e308 * low if positive else high - low > 1e308:
            raise ValueError(
                f"{type(self).__name__}: from {short(low)} to {short(high)} is farther than 1e308, too far to count."
            )


@checked
@dataclass(frozen=True)
class Uniform(Range):
    """low + (high − low) u"""

    @checked
    def at(self, u: float):
        return self.low + (self.high - self.low) * u

    @checked
    def where(self, value: float):
        return (value - self.low) / (self.high - self.low)


@checked
@dataclass(frozen=True)
class LogUniform(Range):
    """low (high/low)ᵘ: every decade is equally likely. 10^U(−6, −2) is LogUniform(1e-6, 1e-2)."""

    positive = True

    @checked
    def at(self, u: float):
        return self.low * (self.high / self.low) ** u

    @checked
    def where(self, value: Positive):
        return math.log(value / self.low) / math.log(self.high / self.low)


@checked
@dataclass(frozen=True)
class IntUniform(Range):
    """The whole numbers low … high, both included, equally likely."""

    low: int
    high: int

    @checked
    def at(self, u: Place):
        return self.low + int(u * (self.high - self.low + 1))

    @checked
    def where(self, value: float):
        return (value - self.low + 0.5) / (self.high - self.low + 1)


@checked
@dataclass(frozen=True)
class Choice(Sampler):
    """One of the options, equally likely."""

    options: Sequence[Any]

    @checked
    def at(self, u: Place):
        return self.options[int(u * len(self.options))]

    def where(self, value):
        try:
            place = list(self.options).index(value)
        except ValueError:  # arrays among them cannot be compared
            raise ValueError(f"value must be one of {short(self.options)}, not {short(value)}.") from None
        return (place + 0.5) / len(self.options)


def _are_samplers(space: Mapping) -> bool:
    return all(isinstance(name, str) and isinstance(sampler, Sampler) for name, sampler in space.items())


Space = Annotated[
    Mapping[str, Sampler], Predicate(_are_samplers), doc('a dict of samplers such as {"lr": LogUniform(1e-4, 1)}')
]


@checked
def draw(space: Space, rng: Rng) -> dict[str, Any]:
    """One random setting of every hyperparameter."""
    return {name: sampler.at(float(rng.uniform())) for name, sampler in space.items()}


@checked
def grid(space: Space, points: Count | Mapping[str, Count]) -> list[dict[str, Any]]:
    """Every combination of `points` evenly spaced values per axis (the midpoints of equal parts), the last axis
    changing fastest; points = {"lr": 5, "l2": 3} sets each axis by itself.

    Raises: ValueError if points do not name each axis.
    """
    per_axis = points if isinstance(points, Mapping) else dict.fromkeys(space, points)
    if per_axis.keys() != space.keys():
        raise ValueError(f"points must be a number or have one for each of {', '.join(space)}, not {short(points)}.")
    per_axis = {name: validated(Count, name, "points", number) for name, number in per_axis.items()}
    axes = [[sampler.at((i + 0.5) / per_axis[name]) for i in range(per_axis[name])] for name, sampler in space.items()]
    return [dict(zip(space, values)) for values in itertools.product(*axes)]


@checked
def narrowed(space: Space, best: Sequence[Mapping[str, Any]], margin: Share = 0.1) -> dict[str, Sampler]:
    """The smallest range around the values of the `best` settings, wider by `margin` of the old range at both ends.

    Where the best lie at the edge of the old range, the new one reaches beyond it. Only `Uniform` and `LogUniform`
    axes become narrower.

    Raises: ValueError if one of these axes is not in all settings.
    """
    fine = dict(space)
    for name, sampler in space.items():
        if isinstance(sampler, Uniform | LogUniform):
            if not all(name in settings for settings in best):
                raise ValueError(f"best must be settings with {name!r} in each of them, not {short(best)}.")
            u = [sampler.where(settings[name]) for settings in best]
            fine[name] = type(sampler)(sampler.at(min(u) - margin), sampler.at(max(u) + margin))
    return fine
