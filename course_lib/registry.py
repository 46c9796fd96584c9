"""Things by their names, none of which may stand for two of them."""

from collections.abc import Iterable
from typing import TypeVar

Thing = TypeVar("Thing")


def registered(things: Iterable[Thing], by: str = "id") -> dict[str, Thing]:
    """Each thing under its attribute `by`; `ValueError` if two have the same: one would take the other's place."""
    registry: dict[str, Thing] = {}
    for thing in things:
        name = getattr(thing, by)
        if name in registry:
            raise ValueError(f"The {by} {name!r} is taken: give the second {type(thing).__name__} another {by}.")
        registry[name] = thing
    return registry
