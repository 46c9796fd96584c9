"""Chapter 09: its questions with other numbers."""

import math

import numpy as np

from course_lib.exercises.variant import Claim, variant
from course_lib.nn.losses import softmax_cross_entropy


def loss(scores: list[float], target: int = 0) -> float:
    return float(np.sum(softmax_cross_entropy(np.array([scores]), np.array([target]))[0]))


@variant("9.a", classes=(4, 5, 100, 500))
def first_loss(classes: int) -> tuple:
    return (
        f"A network for {classes} classes, small random weights, not trained. Which cross-entropy does it start with?",
        loss([0.0] * classes),
        Claim(math.log(classes), "Each class gets the probability 1/k: −ln(1/k)."),
        Claim(1 - 1 / classes, "That is the error rate."),
        Claim(math.log10(classes), "The logarithm is the natural one."),
    )


@variant("9.b", gap=(5.0, 8.0, 12.0))
def sure_and_wrong(gap: float) -> tuple:
    return (
        f"Two classes. The score of the right one is {gap:g} below the other. What is the loss of this image?",
        loss([0.0, gap]),
        Claim(math.log(1 + math.exp(gap)), "ln(1 + e^gap), nearly the gap itself: being sure and wrong is expensive."),
        Claim(math.log(2), "That is for equal scores: not knowing costs little."),
        Claim(1.0, "That is the error. The loss knows how sure the network was."),
    )


@variant("9.c", classes=(4, 5, 20))
def labels_at_random(classes: int) -> tuple:
    p = np.full(classes, 1 / classes)
    return (
        f"{classes} equally frequent classes, and labels that are dealt anew in every epoch. What is the lowest loss "
        "that can be kept up?",
        float(-(p * np.log(p)).sum()),
        Claim(math.log(classes), "Nothing is known of the next labels: all classes alike, −ln(1/k)."),
        Claim(0.0, "Learning by heart needs labels that stay."),
        Claim(1 - 1 / classes, "That is the error rate."),
    )


@variant("9.d", lead=(0.01, 0.02))
def largest_is_enough(lead: float) -> tuple:
    scores = np.array([[lead] + [0.0] * 9] * 50)
    return (
        f"Ten classes. For every image the score of the right class is {lead:g}, all others are 0, so the loss is "
        f"{loss(list(scores[0])):.3f}. What share is classified right?",
        float(np.mean(scores.argmax(axis=1) == 0)),
        Claim(1.0, "The right score need only be the largest: accuracy moves before the loss does.", "all"),
        Claim(0.1, "That would be guessing. The lead is tiny, but it is there every time.", "10 %"),
        Claim(0.5, "No: the right score is the largest every time.", "half"),
    )


@variant("9.e", times=(4.0, 10.0, 20.0, 50.0))
def scaled_inputs(times: float) -> tuple:
    x, error = 0.7, 1.3

    def change(x: float, lr: float) -> float:
        return lr * error * x * x  # of the output, in one step

    return (
        f"One linear unit. Its inputs become {times:g} times as large and its weight {times:g} times as small. By what "
        "must the learning rate be multiplied so that its output changes as before?",
        change(x, 1.0) / change(times * x, 1.0),
        Claim(1 / times**2, "The gradient holds x once, and the step acts through x once more."),
        Claim(1 / times, "The gradient holds x. But the step acts through x as well."),
        Claim(1.0, "A rate means nothing by itself."),
    )


@variant("9.f", weights=(0.5, 4.0), updates=(0.0005, 0.008))
def update_ratio(weights: float, updates: float) -> tuple:
    ratio = np.linalg.norm([updates, 0]) / np.linalg.norm([0, weights])
    return (
        f"Weights of length {weights:g}, updates of length {updates:g}. What is the update ratio, which should be "
        "about 0.001?",
        float(ratio),
        Claim(updates / weights, "Length of the update by length of the weights."),
        Claim(weights / updates, "The other way round."),
        Claim(updates, "Small or large compared with what?"),
    )


@variant("9.h", scores=((98, 81), (62, 60), (97, 95), (97, 79), (99, 74)))
def both_ends(scores: tuple[int, int]) -> tuple:
    train, validation = scores
    verdict = "It overfits." if train - validation > 10 else "It underfits." if train < 90 else "It is fine."
    return (
        f"At the end {train} % of the training and {validation} % of the validation digits are right. What is it?",
        verdict,
        Claim("It underfits.", "Low and close together: larger network or longer training. Otherwise not."),
        Claim("It overfits.", "High, with a gap: more data or regularisation. Without a gap it is not that."),
        Claim("It is fine.", "Well above nine in ten, both of them, would be."),
    )


@variant("9.g", units=(36, 64), std=(0.01, 0.02), layers=(3, 4))
def fading_signal(units: int, std: float, layers: int) -> tuple:
    square = 1.0
    for _ in range(layers):
        square *= units * std**2
    return (
        f"{layers} layers of {units} units, weights of std {std:g}. Small signals pass tanh unchanged. What share of "
        "the signal's size is left at the top?",
        math.sqrt(square),
        Claim((std * math.sqrt(units)) ** layers, "Each layer multiplies the size by √(n·Var(w))."),
        Claim((std * units) ** layers, "Variances add, sizes do not: √n times std, not n times."),
        Claim(std**layers, "Each unit sums over all units below: √n belongs to it."),
    )
