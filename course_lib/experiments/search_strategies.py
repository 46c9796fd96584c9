"""Which trials a search runs, for how many epochs, and what it does next when it knows how they went.

A strategy is a generator: it yields a `Stage` and is sent the trials of it when they have run. Whoever runs them may
run them anywhere.

Source: CS231n notes, "Neural Networks Part 3", for coarse to fine; Jamieson & Talwalkar 2016 for successive halving.
"""

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from course_lib.nn.search import SearchResult, Trial, plan
from course_lib.nn.spaces import Space, grid, narrowed

EPOCHS = 9  # of a trial that runs to its end
TOP = 5


@dataclass(frozen=True)
class Stage:
    """Trials that run for the same number of epochs, and the space they come from."""

    planned: tuple[Trial, ...]
    epochs: int
    space: Space


Stages = Generator[Stage, list[Trial], None]


def at_random(space: Space, trials: int, seed: int) -> Stages:
    """All trials, each for all epochs."""
    yield Stage(tuple(plan(space, trials, seed)), EPOCHS, space)


def on_a_grid(space: Space, trials: int, seed: int) -> Stages:
    """The largest square grid of at most so many trials."""
    yield Stage(tuple(plan(space, grid(space, math.isqrt(trials)), seed)), EPOCHS, space)


def coarse_to_fine(space: Space, trials: int, seed: int) -> Stages:
    """Half of the trials for a third of the epochs; the others, for all epochs, around the best five of these."""
    (n, short), (m, whole) = rungs("coarse", trials)
    done = yield Stage(tuple(plan(space, n, seed)), short, space)
    fine = narrowed(space, [t.settings for t in ranked(done)[:TOP]]) if ranked(done) else space
    later = plan(fine, m, seed + 1)
    yield Stage(tuple(replace(t, number=n + t.number) for t in later), whole, fine)


def halving(space: Space, trials: int, seed: int) -> Stages:
    """All trials for one epoch, the best third of them for three, the best third of those for nine."""
    alive = plan(space, trials, seed)
    for n, epochs in rungs("halving", trials):
        alive = alive[:n]
        done = yield Stage(tuple(alive), epochs, space)
        place = {t.number: place for place, t in enumerate(ranked(done))}
        alive = sorted((t for t in alive if t.number in place), key=lambda t: place[t.number])


def ranked(trials: list[Trial]) -> list[Trial]:
    """Those that were not given up, best first."""
    return SearchResult(tuple(trials), len(trials)).ranked


def rungs(strategy: str, trials: int) -> list[tuple[int, int]]:
    """How many trials a strategy runs for how many epochs, stage by stage."""
    third = max(1, round(trials / 3))
    sizes = {
        "random": [(trials, EPOCHS)],
        "grid": [(math.isqrt(trials) ** 2, EPOCHS)],
        "coarse": [(trials // 2, EPOCHS // 3), (trials - trials // 2, EPOCHS)],
        "halving": [(trials, EPOCHS // 9), (third, EPOCHS // 3), (max(1, round(third / 3)), EPOCHS)],
    }
    return sizes[strategy]


STRATEGIES: dict[str, Callable[[Space, int, int], Stages]] = {
    "random": at_random,
    "grid": on_a_grid,
    "coarse": coarse_to_fine,
    "halving": halving,
}
