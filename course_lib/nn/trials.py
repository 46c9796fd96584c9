"""What each of T networks side by side is made with: a list gives every one its own, anything else is shared."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.arguments import checked
from course_lib.kinds import Count, Random, only
from course_lib.nn.initializers import initializer


def _is_scheme(init: Any) -> bool:
    named = isinstance(init, (tuple, list)) and list(map(type, init)) == [str, dict]
    return named or isinstance(init, str) or callable(init)


Scheme = only(Any, 'a name such as "he", (name, parameters) or a function (rng, n_in, n_out) -> array', _is_scheme)
Schemes = only(
    Any,
    'a name such as "he", (name, parameters), a function, or a list of these',
    lambda init: _is_scheme(init) or isinstance(init, list) and len(init) and all(map(_is_scheme, init)),
)


@checked
def generator(seed: Random):
    return seed if hasattr(seed, "standard_normal") else np.random.default_rng(seed)


@checked
def per_trial(name: str, value, trials: Count | None) -> list:
    """One value for every trial: a list gives each its own, anything else is shared."""
    if not isinstance(value, list):
        shared = value if name == "init" else generator(value)
        return [shared] * (trials or 1)
    if trials is None or len(value) != trials:
        raise ValueError(f"A list for {name} must have one entry per trial; it has {len(value)}, trials is {trials}.")
    return value


@checked
def scheme_of(init: Scheme, params: dict) -> Callable:
    if isinstance(init, str):
        return initializer(init, **params)
    return init if callable(init) else initializer(init[0], **{**params, **init[1]})
