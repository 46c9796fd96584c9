"""Chapter 04: its questions with other numbers."""

import math

import numpy as np

from course_lib.exercises.variant import Claim, variant


@variant("4.a", correlation=(0.5, 0.6, 0.8, 0.9))
def standardised_is_not_round(correlation: float) -> tuple:
    return (
        f"Two standardised features have correlation {correlation:g}. What is the condition number of "
        "½ mean (w·x − y)²?",
        np.linalg.cond([[1, correlation], [correlation, 1]]),
        Claim(
            (1 + correlation) / (1 - correlation),
            "The eigenvalues are 1 + ρ and 1 − ρ; only whitening removes the stretch.",
        ),
        Claim(1.0, "That needs correlation 0."),
        Claim(1 + correlation, "That is the larger eigenvalue. The smaller is 1 − ρ."),
    )


@variant("4.c", degrees=(20, 35, 60))
def turned_whitened_data(degrees: int) -> tuple:
    t = math.radians(degrees)
    turn = np.array([[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]])
    return (
        f"You whiten data of two features and turn them by {degrees}°. What is the variance of the first feature?",
        (turn @ np.eye(2) @ turn.T)[0, 0],
        Claim(1.0, "Whitened data stay whitened however they are turned. ZCA is one such turn of PCA's."),
        Claim(math.cos(t) ** 2, "The second feature adds what the first one loses."),
        Claim(1 + math.sin(2 * t), "That would take a correlation, and whitened data have none."),
    )


@variant("4.d", distance=(4.0, 10.0), degrees=(3, 8))
def far_from_the_origin(distance: float, degrees: int) -> tuple:
    t = math.radians(degrees)
    moved = distance * math.sin(t)
    return (
        f"A line through the origin and through a cluster {distance:g} away from it turns by {degrees}° about the "
        "origin. How far does it move at the cluster?",
        math.dist((distance * math.cos(t), moved), (distance * math.cos(t), 0)),
        Claim(moved, "Distance times sine of the angle: the farther off the data, the more a small turn matters."),
        Claim(distance * (1 - math.cos(t)), "The cosine measures along the line."),
        Claim(distance * degrees / 360, "A full turn moves it by 2π times the distance."),
    )


@variant("4.e", side=(32, 64, 96))
def numbers_of_a_mean_image(side: int) -> tuple:
    return (
        f"Colour images of {side} × {side} pixels. How many numbers has the mean image, which AlexNet's recipe "
        "subtracts?",
        np.zeros((side, side, 3)).size,
        Claim(3 * side**2, "One for each pixel and channel."),
        Claim(3, "That is VGG's recipe: one mean for each channel."),
        Claim(side**2, "Each pixel has three channels."),
    )


@variant("4.f", variance=(0.0004, 0.0016, 0.0025, 0.01))
def loud_noise(variance: float) -> tuple:
    values = math.sqrt(variance) * np.array([-1.0, 1.0])
    return (
        f"In one direction the data have variance {variance:g}. You whiten, with hardly any ε. By what is noise in "
        "this direction multiplied?",
        1 / np.std(values),
        Claim(variance**-0.5, "By 1/√λ: whitening divides by the standard deviation."),
        Claim(1 / variance, "It divides by the standard deviation, not by the variance."),
        Claim(variance**0.5, "It is divided by this: faint directions become loud."),
    )


@variant("4.g", columns=(640, 2560), examples=(6, 8))
def lucky_columns(columns: int, examples: int) -> tuple:
    chance = 1.0
    for _ in range(examples):
        chance /= 2
    return (
        f"{columns} columns of tossed coins, {examples} examples with tossed labels. How many columns do you expect to "
        "agree with all labels?",
        columns * chance,
        Claim(
            columns / 2**examples, "Each agrees with probability ½ for each example. Who picks them has picked luck."
        ),
        Claim(columns / 2, "So many agree with one label."),
        Claim(0.0, "There is nothing to learn, but there are many columns."),
    )


@variant("4.b", ratio=(5.0, 20.0), correlation=(0.5, 0.8))
def standardised_condition(ratio: float, correlation: float) -> tuple:
    scale = np.diag([1.0, ratio])
    covariance = scale @ np.array([[1.0, correlation], [correlation, 1.0]]) @ scale
    std = np.sqrt(np.diag(covariance))
    return (
        f"Two centred features have the correlation {correlation:g}, and one a standard deviation {ratio:g} times that "
        "of the other. You standardise. What is the condition number now?",
        float(np.linalg.cond(covariance / np.outer(std, std))),
        Claim((1 + correlation) / (1 - correlation), "Scales go, the correlation stays: (1 + ρ)/(1 − ρ)."),
        Claim(1.0, "That takes features without correlation, or whitening."),
        Claim(ratio**2, "That was the part of the scales, and it is gone."),
    )


@variant("4.h", inputs=(30, 36), examples=(20, 24))
def flat_directions(inputs: int, examples: int) -> tuple:
    x = np.random.default_rng(0).standard_normal((examples, inputs))
    return (
        f"You want to whiten {inputs} inputs with statistics from {examples} examples. In how many directions do "
        "these examples not vary at all?",
        inputs - int(np.linalg.matrix_rank(x - x.mean(axis=0))),
        Claim(inputs - examples + 1, "n examples span n − 1 directions around their mean. ε decides about the others."),
        Claim(inputs - examples, "The mean uses up one: n examples span n − 1 directions around it."),
        Claim(0, "Few examples cannot vary in all directions."),
    )
