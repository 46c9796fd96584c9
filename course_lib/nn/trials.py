"""What each of T networks side by side is made with: a list gives every one its own, anything else is shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
from annotated_types import doc

from course_lib.annotations import Count, RandomGenerator, Seed
from course_lib.nn.initializers import initializer

Scheme = str | tuple[str, dict] | Callable
Schemes = Annotated[
    Scheme | list[Scheme], doc('a name such as "he", (name, parameters), a function, or a list of these')
]


def generator(seed: Seed) -> Any:
    """The random generator itself, or one made from the seed."""
    return seed if isinstance(seed, RandomGenerator) else np.random.default_rng(seed)


def per_trial(name: str, value, trials: Count | None) -> list:
    """One value for every trial: a list gives each its own, anything else is shared."""
    if not isinstance(value, list):
        shared = value if name == "init" else generator(value)
        return [shared] * (trials or 1)
    if trials is None or len(value) != trials:
        raise ValueError(f"A list for {name} must have one entry per trial; it has {len(value)}, trials is {trials}.")
    return value


def scheme_of(init: Scheme, params: dict) -> Callable:
    if isinstance(init, str):
        return initializer(init, **params)
    return init if callable(init) else initializer(init[0], **{**params, **init[1]})
