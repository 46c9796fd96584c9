"""Chapter 08: its questions with other numbers."""

import math
from itertools import product

import numpy as np

from course_lib.exercises.variant import Claim, percent, variant


@variant("8.a", inputs=(50, 80), hidden=(30, 60))
def parameters(inputs: int, hidden: int) -> tuple:
    shapes = [(inputs, hidden), (hidden,), (hidden, 10), (10,)]
    return (
        f"A network {inputs}-{hidden}-10. How many parameters has it, biases included?",
        sum(np.zeros(shape).size for shape in shapes),
        Claim((inputs + 1) * hidden + (hidden + 1) * 10, "Each unit has a weight for each input and one bias."),
        Claim(inputs * hidden * 10, "The layers add, they do not multiply."),
        Claim(inputs + hidden + 10, "Those are the units. Every pair of neighbours has a weight."),
    )


@variant("8.b", wrong=(0.3, 0.4))
def learned_by_heart(wrong: float) -> tuple:
    labels = np.arange(1000) >= 1000 * wrong  # whether the label is right; the network repeats each
    return (
        f"{100 * wrong:g} % of the training labels are wrong. A network repeats all labels it was given. Which share "
        "of these images does it name correctly?",
        float(labels.mean()),
        Claim(1 - wrong, "It repeats the wrong ones as well.", percent(1 - wrong)),
        Claim(1.0, "That is the share of the labels, not of the truth.", percent(1.0)),
        Claim(wrong, "That is the share of the wrong ones.", percent(wrong)),
    )


@variant("8.c", times=(4.0, 5.0, 20.0))
def pull(times: float) -> tuple:
    w = np.array([1.0, -2.0])
    h = 1e-6 * np.array([1.0, 0.0])
    pulls = [0.5 * ((v + h) @ (v + h) - (v - h) @ (v - h)) for v in (w / times, w)]
    return (
        f"The penalty is ½λΣW². All weights become {times:g} times smaller. By what is the pull towards 0 multiplied?",
        pulls[0] / pulls[1],
        Claim(1 / times, "The pull is the gradient λW."),
        Claim(1.0, "So it is for the norm λ‖W‖, whose gradient has a fixed length."),
        Claim(1 / times**2, "That is the penalty. The pull is one power lower."),
    )


@variant("8.d", large=(4.0, 8.0), small=(0.5, 0.2))
def protected(large: float, small: float) -> tuple:
    decay = [0.01 * 1.0 / math.sqrt(g**2) for g in (small, large)]  # λw/√v̂
    return (
        f"Adam with ½λΣW² in the loss. Two equal weights see gradients ±{small:g} and ±{large:g}, of changing sign. "
        "How many times as much does the penalty shrink the first?",
        decay[0] / decay[1],
        Claim(large / small, "Adam divides the penalty's λw by √v̂ too: large gradients protect their weight."),
        Claim(small / large, "The other way round."),
        Claim(1.0, "So it is with SGD, and with decoupled decay."),
    )


@variant("8.e", p=(0.2, 0.25, 0.6, 0.8))
def all_units_on(p: float) -> tuple:
    masks = list(product((0, 1), repeat=3))
    mean = sum(sum(mask) * math.prod(1 - p if on else p for on in mask) for mask in masks)
    return (
        f"Each unit is dropped with probability {p:g} in training, and nothing is scaled. By what is the sum at test "
        "time larger than in training, on average?",
        3 / mean,
        Claim(1 / (1 - p), "All terms against a share of 1 − p."),
        Claim(1.0, "In training terms are missing."),
        Claim(1 - p, "It is the training that has less."),
    )


@variant("8.f", p=(0.2, 0.75, 0.9))
def second_moment(p: float) -> tuple:
    return (
        f"Inverted dropout with p = {p:g}. By what is the mean square of a unit larger in training than at test time?",
        p * 0.0 + (1 - p) * (1 / (1 - p)) ** 2,
        Claim(1 / (1 - p), "x²/(1 − p) in training, x² at test time."),
        Claim(1.0, "That is the mean. One factor cannot set both."),
        Claim(1 - p, "It is larger in training: the masks are noise."),
    )


@variant("8.g", members=(3, 5), right=(0.6, 0.7))
def majority(members: int, right: float) -> tuple:
    chance = 0.0
    for votes in product((0, 1), repeat=members):
        if 2 * sum(votes) > members:
            chance += math.prod(right if vote else 1 - right for vote in votes)
    any_ = 1 - (1 - right) ** members
    value = sum(
        math.comb(members, k) * right**k * (1 - right) ** (members - k) for k in range(members // 2 + 1, members + 1)
    )
    return (
        f"{members} classifiers, each right in {percent(right)} of the cases, independently. How often is the "
        "majority?",
        chance,
        Claim(value, "Mistakes differ, right answers agree.", percent(value)),
        Claim(right, "Mistakes differ: some of them are outvoted.", percent(right)),
        Claim(any_, "So often at least one is right. That is not the majority.", percent(any_)),
    )


@variant("8.h", first=(3.0, 4.0), second=(-1.5, -2.0))
def geometric_mean(first: float, second: float) -> tuple:
    p = [1 / (1 + math.exp(-s)) for s in (first, second)]
    yes, no = math.sqrt(p[0] * p[1]), math.sqrt((1 - p[0]) * (1 - p[1]))
    return (
        f"Two classes. With one mask the score of the first is {first:g}, with the other {second:g}; the second class "
        "has 0. What is the geometric mean of its probabilities, normalised?",
        yes / (yes + no),
        Claim(1 / (1 + math.exp(-(first + second) / 2)), "The probability that belongs to the mean of the scores."),
        Claim(sum(p) / 2, "That is the arithmetic mean."),
        Claim(p[0] * p[1], "A product without root, and not normalised."),
    )
