"""Chapter 10: its questions with other numbers."""

import math
from random import Random

import numpy as np

from course_lib.exercises.variant import Claim, percent, variant

BEST = {
    "0.06, 0.07 and 0.09": "beyond the upper end",
    "0.00011, 0.00012 and 0.00014": "below the lower end",
    "0.002, 0.003 and 0.004": "between, more finely",
}


@variant("10.a", classes=(5, 25), share=(40, 60))
def sorted_classes(classes: int, share: int) -> tuple:
    labels = np.repeat(np.arange(classes), 100)
    cut = len(labels) * (100 - share) // 100
    return (
        f"{classes} equally frequent classes lie sorted, and the last {share} % become the validation data. How many "
        "classes are never trained on?",
        len(set(labels[cut:]) - set(labels[:cut])),
        Claim(classes * share // 100, "All that lie behind the cut. Shuffle first."),
        Claim(0, "The cut separates classes from classes."),
        Claim(classes, "Those before the cut are trained on."),
    )


@variant("10.b", settings=(30, 50), images=(50, 100))
def luck(settings: int, images: int) -> tuple:
    pmf = [math.comb(images, k) * 0.8**k * 0.2 ** (images - k) for k in range(images + 1)]
    below = np.minimum(np.cumsum(pmf), 1.0)
    best = float(np.sum(1 - below[:-1] ** settings)) / images
    return (
        f"{settings} settings have all 80 % right in truth. You test each on {images} images of its own. Which score "
        "do you expect of the best?",
        float(np.random.default_rng(0).binomial(images, 0.8, (8_000, settings)).max(axis=1).mean()) / images,
        Claim(best, "The best is the luckiest: its score says nothing about new images.", percent(best)),
        Claim(0.8, "That is what it gets on new images.", percent(0.8)),
        Claim(1.6 - best, "The largest is above the mean, not below.", percent(1.6 - best)),
    )


@variant("10.c", side=(4, 5, 6))
def values_tried(side: int) -> tuple:
    grid = {(i, j) for i in range(side) for j in range(side)}
    return (
        f"{side**2} trials for two hyperparameters, of which one matters. How many values of it does a {side} × {side} "
        "grid try?",
        len({i for i, _ in grid}),
        Claim(side, "It repeats each of them. Random points would try another one each time."),
        Claim(side**2, "That is random search."),
        Claim(2 * side, "That counts the values of both."),
    )


@variant("10.d", best=(10, 2, 1), sure=(90, 99))
def trials_needed(best: int, sure: int) -> tuple:
    n, missed = 0, 1.0
    while missed > 1 - sure / 100 + 1e-12:
        n, missed = n + 1, missed * (1 - best / 100)
    return (
        f"How many random trials are needed so that at least one is among the best {best} % with {sure} % probability, "
        "with four hyperparameters?",
        n,
        Claim(math.ceil(math.log(1 - sure / 100) / math.log(1 - best / 100)), "(1 − q)^n must be small enough."),
        Claim(4 * n, "One trial draws all four at once."),
        Claim(100 // best, "So many are needed to expect one. It may still be missed."),
    )


@variant("10.e", trials=(80, 200), end=(0.02, 0.05))
def evenly_drawn(trials: int, end: float) -> tuple:
    share = (end - 0.001) / (1 - 0.001)
    decades = math.log10(end / 0.001) / 3
    return (
        f"{trials} learning rates are drawn evenly between 0.001 and 1. How many do you expect below {end:g}?",
        trials * float(np.mean(np.linspace(0.001, 1, 1_000_001) < end)),
        Claim(trials * share, "The share of the range. Large rates take nearly all trials."),
        Claim(trials * decades, "That would be an even draw of the exponent."),
        Claim(trials / 2, "Half lie below the middle, 0.5."),
    )


@variant("10.f", best=tuple(BEST))
def at_the_border(best: str) -> tuple:
    place = np.log10([float(word) for word in best.replace(" and", ",").replace(",,", ",").split(",")])
    where = (place.mean() - math.log10(0.0001)) / 3
    return (
        f"The best trials have the learning rates {best}. The range was 0.0001 to 0.1, drawn by exponent. Where next?",
        "beyond the upper end" if where > 0.9 else "below the lower end" if where < 0.1 else "between, more finely",
        Claim("beyond the upper end", "If the best crowd at the upper end, better ones may lie beyond it."),
        Claim("below the lower end", "If the best crowd at the lower end, better ones may lie below it."),
        Claim("between, more finely", "If the best lie well inside, the range was wide enough."),
    )


@variant("10.g", trials=(27, 81, 135, 270))
def halving(trials: int) -> tuple:
    cost, left = 0, trials
    for epochs in (1, 3, 9):
        cost, left = cost + left * epochs, left // 3
    return (
        f"Successive halving gives {trials} trials 1 epoch each, the best third 3, the best third of those 9, from "
        "their beginning. How many epochs is that?",
        cost,
        Claim(3 * trials, "Each round costs as much as the first."),
        Claim(9 * trials, "That is the full search."),
        Claim(13 * trials, "1 + 3 + 9 for each: but most trials end early."),
    )


@variant("10.h", processes=(3, 4), trials=(12, 24))
def order_of_trials(processes: int, trials: int) -> tuple:
    seeds = list(range(trials))
    order = Random(0).sample(seeds, trials)
    result = {seed: np.random.default_rng(seed).random() for seed in order}
    changed = sum(result[seed] != np.random.default_rng(seed).random() for seed in seeds)
    return (
        f"{trials} trials with settings and seeds drawn beforehand run on {processes} processes and finish in another "
        "order. How many come out different?",
        changed,
        Claim(0, "Each has its own seed, whoever runs it and whenever."),
        Claim(trials, "The same additions in the same order give the same bits."),
        Claim(trials // processes, "It does not matter which process runs a trial."),
    )
