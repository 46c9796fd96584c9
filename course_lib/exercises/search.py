"""Chapter 10, hyperparameter search: three exercises on log scales, the number of trials and successive halving."""

import math

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake, uniform
from course_lib.inputs import arrays


@arrays("u")
def log_uniform(u: np.ndarray, low: float, high: float) -> np.ndarray:
    """low (high/low)ᵘ      u evenly drawn from [0, 1), any shape; the result has the same shape."""
    return low * (high / low) ** u


def trials_needed(share: float, chance: float) -> int:
    """The smallest n with 1 − (1 − share)ⁿ ≥ chance."""
    return math.ceil(math.log(1 - chance) / math.log(1 - share))


@arrays("scores")
def epochs_given(scores: np.ndarray, budgets: tuple[int, ...]) -> np.ndarray:
    """Run all trials for budgets[0] epochs, the better half of them (rounded up) for budgets[1], and so on.

    scores (trials, epochs) is the accuracy after 1, 2, … epochs. Returns for how many epochs each trial ran, (trials,).
    """
    epochs = np.zeros(len(scores), int)
    alive = np.arange(len(scores))
    for budget in budgets:
        epochs[alive] = budget
        best_first = np.argsort(-scores[alive, budget - 1])
        alive = alive[best_first[: (len(alive) + 1) // 2]]
    return epochs


def _halved(
    scores,
    budgets,
    judge=lambda rows, b: rows[:, b - 1],
    keep=lambda n, trials: (n + 1) // 2,
    lost=False,
    again=False,
    revived=False,
):
    """`epochs_given` with one thing changed."""
    epochs, alive = np.zeros(len(scores), int), np.arange(len(scores))
    for budget in budgets:
        epochs[alive] = epochs[alive] + budget if again else budget
        ranked = scores if revived else scores[alive]
        order = np.argsort(-judge(ranked, budget))[: keep(len(alive), len(scores))]
        alive = order if lost or revived else alive[order]
    return epochs


def _curves(seed: int, trials: int, epochs: int) -> np.ndarray:
    """Rising curves that overtake each other."""
    rng = np.random.RandomState(seed)
    top, pace = rng.uniform(0.5, 1.0, (trials, 1)), rng.uniform(0.1, 1.0, (trials, 1))
    return top * (1 - np.exp(-pace * np.arange(1, epochs + 1))) + 0.03 * rng.uniform(size=(trials, epochs))


LOG_UNIFORM = Exercise(
    "10.1",
    "Even on a log scale",
    "`u` holds numbers drawn evenly from 0 to 1. Turn them into learning rates from `low` to `high` such that every "
    "decade gets the same share: u = 0 gives low, u = 1 gives high, u = 0.5 the middle of the exponents. Return "
    "an array of the shape of `u`.",
    log_uniform,
    cases=(
        (np.array([0.0, 0.25, 0.5, 1.0]), 1e-6, 1e-2),
        (np.array([[0.1, 0.9], [0.35, 0.6]]), 1e-8, 1e-4),
        (np.array([0.3, 0.7]), 0.02, 5.0),
    ),
    mistakes=(
        Mistake(
            lambda u, low, high: low + (high - low) * u,
            "These are even on a linear scale: nine in ten fall into the highest decade.",
        ),
        Mistake(
            lambda u, low, high: 10 ** (low + (high - low) * u),
            "You took low and high for exponents. They are the rates themselves: take their logarithms first.",
        ),
        Mistake(
            lambda u, low, high: np.log10(low) + (np.log10(high) - np.log10(low)) * u,
            "These are the exponents, and right. The last step is missing: 10 to the power of them (e, for np.log).",
            also=(lambda u, low, high: np.log(low) + (np.log(high) - np.log(low)) * u,),
        ),
        Mistake(
            lambda u, low, high: np.exp(np.log10(low) + (np.log10(high) - np.log10(low)) * u),
            "log10 and exp do not undo each other. Use np.log with np.exp, or np.log10 with 10 **.",
            also=(lambda u, low, high: 10 ** (np.log(low) + (np.log(high) - np.log(low)) * u),),
        ),
        Mistake(lambda u, low, high: high * (low / high) ** u, "Evenly spread, but backwards: u = 0 should give low."),
        Mistake(
            lambda u, low, high: low * (high - low) ** u,
            "At u = 1 this gives low·(high − low). Which factor leads from low to high?",
        ),
        Mistake(
            lambda u, low, high: low * 10**u,
            "This covers one decade only, from low to 10·low. The factor from low to high is high/low.",
        ),
        Mistake(
            lambda u, low, high: np.geomspace(low, high, np.size(u)).reshape(np.shape(u)),
            "You placed the rates yourself and left `u` out. Each number in u becomes one rate.",
            also=(lambda u, low, high: np.linspace(low, high, np.size(u)).reshape(np.shape(u)),),
        ),
        Mistake(lambda u, low, high: (high / low) ** u, "This is the factor, from 1 to high/low. Multiply low by it."),
        Mistake(
            lambda u, low, high: low * (high / low) * u,
            "u is the exponent of the factor high/low: low · (high/low)ᵘ, not low · (high/low) · u.",
        ),
        Mistake(
            lambda u, low, high: low * u ** (high / low),
            "Base and exponent are exchanged: the factor high/low is raised to the power u.",
        ),
        Mistake(lambda u, low, high: high**u, "At u = 0 this gives 1. It must give low: low¹⁻ᵘ · highᵘ."),
    ),
    hints=(
        "On a log scale, equal steps are equal factors. Which factor leads from low all the way to high?",
        "u = 1 multiplies by high/low, u = 0.5 by its square root.",
        "return low * (high / low) ** u",
    ),
)

TRIALS = Exercise(
    "10.2",
    "How many random trials?",
    "Each random trial lands in the best share `share` of the settings with probability `share`, independently. Return "
    "the smallest whole number of trials with which at least one of them does so with probability `chance` or more.",
    trials_needed,
    # Where share is 0.5, n is the ratio itself: powers of ½ are exact in every form. Other whole ratios are not: there
    # the formula and a loop differ by rounding.
    cases=((0.05, 0.95), (0.01, 0.99), (0.1, 0.5), (0.2, 0.9), (0.5, 0.75), (0.5, 0.5), (0.6, 0.95)),
    mistakes=(
        Mistake(
            lambda share, chance: math.log(1 - chance) / math.log(1 - share),
            "The right ratio, but trials are whole: round it up.",
        ),
        Mistake(
            lambda share, chance: math.floor(math.log(1 - chance) / math.log(1 - share)),
            "You rounded down, and the chance stays just below what was asked for. Round up.",
        ),
        Mistake(
            lambda share, chance: round(math.log(1 - chance) / math.log(1 - share)),
            "Rounding to the nearest may round down, and then the chance is not reached. Round up.",
        ),
        Mistake(
            lambda share, chance: math.floor(math.log(1 - chance) / math.log(1 - share)) + 1,
            "One too many where the ratio is a whole number already: with share 0.5, two trials give exactly 0.75.",
        ),
        Mistake(
            lambda share, chance: math.ceil(chance / share),
            "You added up the probabilities: n · share. Trials overlap in their luck; the chance that NONE hits "
            "is (1 − share)ⁿ.",
        ),
        Mistake(
            lambda share, chance: math.ceil(1 / share),
            "After 1/share trials there is one hit on average. With a small share the chance of at least one is then "
            "about 63 %.",
        ),
        Mistake(
            lambda share, chance: math.ceil(math.log(chance) / math.log(1 - share)),
            "You asked when the chance of NO hit falls to `chance`. It must fall to 1 − chance.",
        ),
        Mistake(
            lambda share, chance: math.ceil(math.log(1 - chance) / math.log(share)),
            "You took share for the chance of a miss. One trial MISSES with probability 1 − share.",
        ),
        Mistake(
            lambda share, chance: math.ceil(math.log(1 - share) / math.log(1 - chance)),
            "You always get 1, a fraction below 1 rounded up. It is upside down, or made of other logarithms: "
            "n = log(1 − chance)/log(1 − share), rounded up.",
        ),
        Mistake(
            lambda share, chance: 60,
            "The 60 (59, to be exact) is for the best 5 % and a chance of 95 %. Compute it from `share` and `chance`.",
            also=(lambda share, chance: 59,),
        ),
        Mistake(
            lambda share, chance: math.ceil(-math.log(1 - chance) / share),
            "You took log(1 − share) for −share. That is close for a small share, and yet one or two trials too many.",
        ),
        Mistake(
            lambda share, chance: trials_needed(share, chance) - 1,
            "One too few: count the trial with which the chance is reached.",
        ),
        Mistake(
            lambda share, chance: trials_needed(share, chance) + 1,
            "One too many: with one trial less the chance is reached already.",
        ),
        Mistake(
            lambda share, chance: 1 - (1 - share) ** trials_needed(share, chance),
            "This is the chance with the right number of trials. Return the number.",
        ),
    ),
    hints=(
        "First the chance that none of n trials hits. When is it at most 1 − chance?",
        "(1 − share)ⁿ ≤ 1 − chance. Take logarithms; both are negative, so the sign turns round.",
        "return math.ceil(math.log(1 - chance) / math.log(1 - share))",
    ),
)

HALVING = Exercise(
    "10.3",
    "Successive halving",
    "`scores[i, t]` is the accuracy of trial i after t + 1 epochs. Run all trials for `budgets[0]` epochs, keep the "
    "better half (rounded up) by their accuracy at that moment, run these for `budgets[1]` epochs in all, keep the "
    "better half again, and so on. Return for how many epochs each trial has run.",
    epochs_given,
    cases=(
        (np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.3, 0.7, 0.9], [0.2, 0.9, 0.95]]), (1, 2)),
        # the first trial would overtake all, had it not been dropped
        (np.array([[0.1, 0.8, 0.9], [0.5, 0.55, 0.6], [0.4, 0.45, 0.5], [0.3, 0.35, 0.4]]), (1, 2, 3)),
        # the first trial falls
        (np.array([[0.7, 0.5, 0.3], [0.5, 0.55, 0.6], [0.4, 0.6, 0.7], [0.1, 0.2, 0.3]]), (1, 2, 3)),
        (uniform(19, 8, 8), (2, 4, 8)),
        (_curves(0, 9, 10), (1, 3, 9)),
        (_curves(1, 16, 9), (1, 2, 4, 8)),
    ),
    mistakes=(
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, judge=lambda rows, b: rows[:, b]),
            "Off by one: column t holds the accuracy after t + 1 epochs, so after b epochs it is column b − 1.",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, judge=lambda rows, b: -rows[:, b - 1]),
            "You kept the worse half. Accuracies: larger is better.",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, judge=lambda rows, b: rows[:, -1]),
            "You chose by the last column, that is, by the future. At that moment only b epochs have been run.",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, keep=lambda n, trials: max(1, n // 2)),
            "Half of an odd number is rounded up here: of 9 trials, 5 go on.",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, lost=True),
            "Your indices count within the survivors. Translate them back: alive = alive[order[:keep]].",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, again=True),
            "You added up the budgets. A trial that goes on has run for the larger budget in all.",
        ),
        Mistake(
            lambda scores, budgets: np.full(len(scores), budgets[-1]),
            "All trials got the last budget. Then nothing is saved.",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, revived=True),
            "You rank all trials again, and one that was dropped comes back. Rank only those still alive.",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, judge=lambda rows, b: rows[:, :b].max(axis=1)),
            "You judge by the best accuracy so far. A curve may fall: what counts is the accuracy at that moment.",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, judge=lambda rows, b: rows[:, :b].mean(axis=1)),
            "You judge by the mean of the epochs so far. What counts is the accuracy at that moment, column b − 1.",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets, keep=lambda n, trials: (trials + 1) // 2),
            "Half of ALL trials run to the end. Each time half of those still alive go on.",
        ),
        Mistake(
            lambda scores, budgets: _halved(scores, budgets[:1], keep=lambda n, trials: n),
            "All trials got the first budget only. The better half goes on to the next one.",
        ),
        Mistake(
            lambda scores, budgets: np.sort(epochs_given(scores, budgets))[::-1],
            "Your numbers are sorted, as if the best trial were always the first or the last. Rank the trials, and "
            "write to epochs[i] for how long trial i ran.",
            also=(lambda scores, budgets: np.sort(epochs_given(scores, budgets)),),
        ),
    ),
    hints=(
        "Keep an array of the numbers of the trials that are still alive. What happens to it after each budget?",
        "epochs[alive] = budget; then rank scores[alive, budget - 1], best first, and keep (len(alive) + 1) // 2.",
        "alive = alive[np.argsort(-scores[alive, budget - 1])[:(len(alive) + 1) // 2]], in a loop over the budgets.",
    ),
)

EXERCISES = (LOG_UNIFORM, TRIALS, HALVING)
