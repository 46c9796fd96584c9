"""A variant: a question asked again with other numbers, whose right option is found by a computation.

A function near the question takes the numbers and returns the question, the true value, which it computes, and the
options with the value each of them claims. The option that claims the truth is the right one.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from random import Random
from types import ModuleType
from typing import Any

from course_lib.exercises.prediction import Option, Prediction
from course_lib.registry import registered

CLOSE = 0.02  # an option is right if it is this near to the truth, relatively; no other may be within twice that
ITEMS = (  # what the inventory asks
    *("1.d", "1.h", "1.j", "2.a", "2.f", "2.i", "3.b", "3.e", "3.h", "4.a", "4.d", "4.f", "5.b", "5.d", "5.f"),
    *("6.b", "6.d", "6.j", "7.a", "7.c", "7.e", "8.d", "8.e", "8.h", "9.a", "9.e", "9.h", "10.d", "10.e", "10.g"),
    *("11.b", "11.c", "11.f", "12.a", "12.b", "12.c"),
)


@dataclass(frozen=True)
class Claim:
    """An option: the value it stands for, why it is right or wrong, and its text if that is not the number."""

    value: Any
    why: str
    text: str = ""


@dataclass(frozen=True)
class Variant:
    """`make(**numbers)` gives question, truth and claims; `numbers` are what each number may be."""

    id: str
    make: Callable[..., tuple]
    numbers: dict[str, tuple]

    def all(self) -> Iterator[dict[str, Any]]:
        """Every choice of numbers."""
        for values in product(*self.numbers.values()):
            yield dict(zip(self.numbers, values))

    def ask(self, numbers: dict[str, Any]) -> Prediction:
        question, truth, *claims = self.make(**numbers)
        options = [
            Option(claim.text or written(claim.value), claim.why, near(claim.value, truth, CLOSE)) for claim in claims
        ]
        doubtful = sum(near(claim.value, truth, 2 * CLOSE) for claim in claims)
        if doubtful != 1 or len({option.text for option in options}) < len(options):
            raise ValueError(f"{self.id} with {numbers}: the options do not differ enough from {truth}.")
        return Prediction(self.id, question, *options, occasion="Review")

    def for_review(self) -> list[dict[str, Any]]:
        """The choices of numbers; without the first and the last where the inventory asks with them."""
        choices = list(self.all())
        return choices[1:-1] if self.id in ITEMS else choices

    def drawn(self, chance: Random) -> Prediction:
        """For a review."""
        return self.ask(chance.choice(self.for_review()))


def variant(id: str, **numbers: tuple) -> Callable[[Callable], Variant]:
    """The function below makes a variant of question `id`."""
    return lambda make: Variant(id, make, numbers)


def variants_in(*modules: ModuleType) -> dict[str, Variant]:
    """The variants of these modules by the id of the question."""
    return registered(one for module in modules for one in vars(module).values() if isinstance(one, Variant))


def near(value: Any, truth: Any, share: float) -> bool:
    if isinstance(truth, str | bool) or isinstance(value, str | bool):
        return type(value) is type(truth) and value == truth
    return math.isclose(value, truth, rel_tol=share)


def written(value: Any) -> str:
    """A number as one writes it: three digits."""
    if isinstance(value, str):
        return value
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        digits, power = f"{value:.2e}".split("e")
        return f"{float(digits):g} · 10^{int(power)}".replace("-", "−")
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{float(f'{value:.3g}'):g}".replace("-", "−")


def percent(value: float) -> str:
    return f"{float(f'{100 * value:.3g}'):g} %"
