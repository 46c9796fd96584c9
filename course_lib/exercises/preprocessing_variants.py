"""Chapter 04: its questions with other numbers."""

import math

import numpy as np

from course_lib.exercises.variant import Claim, Variants

VARIANTS = Variants()


@VARIANTS.of("4.a", correlation=(0.5, 0.8, 0.9))
def standardised_is_not_round(correlation: float) -> tuple:
    return (
        f"Two standardised features have correlation {correlation:g}. What is λ₁/λ₂ of the loss?",
        np.linalg.cond([[1, correlation], [correlation, 1]]),
        Claim((1 + correlation) / (1 - correlation), "The eigenvalues are 1 + ρ and 1 − ρ; only whitening removes ρ."),
        Claim(1.0, "That needs correlation 0."),
        Claim(1 + correlation, "That is λ₁. λ₂ is 1 − ρ."),
    )


@VARIANTS.of("4.c", degrees=(20, 35, 60))
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


@VARIANTS.of("4.d", distance=(4.0, 10.0), degrees=(3, 8))
def far_from_the_origin(distance: float, degrees: int) -> tuple:
    t = math.radians(degrees)
    moved = distance * math.sin(t)
    return (
        f"A line through clusters {distance:g} away from the origin turns by {degrees}° about the origin. How far does "
        "it move there?",
        math.dist((distance * math.cos(t), moved), (distance * math.cos(t), 0)),
        Claim(moved, "Distance times sine of the angle: the farther off the data, the more a small turn matters."),
        Claim(distance * (1 - math.cos(t)), "The cosine measures along the line."),
        Claim(distance * degrees / 360, "A full turn moves it by 2π times the distance."),
    )


@VARIANTS.of("4.e", side=(32, 64, 96))
def numbers_of_a_mean_image(side: int) -> tuple:
    return (
        f"Colour images of {side} × {side} pixels. How many numbers has the mean image, which AlexNet's recipe "
        f"subtracts?",
        np.zeros((side, side, 3)).size,
        Claim(3 * side**2, "One for each pixel and channel."),
        Claim(3, "That is VGG's recipe: one mean for each channel."),
        Claim(side**2, "Each pixel has three channels."),
    )


@VARIANTS.of("4.f", variance=(0.0004, 0.0025, 0.01))
def loud_noise(variance: float) -> tuple:
    values = math.sqrt(variance) * np.array([-1.0, 1.0])
    return (
        f"In one direction the data have variance {variance:g}. You whiten, with hardly any ε. By what is noise in "
        f"this "
        "direction multiplied?",
        1 / np.std(values),
        Claim(variance**-0.5, "By 1/√λ: whitening divides by the standard deviation."),
        Claim(1 / variance, "It divides by the standard deviation, not by the variance."),
        Claim(variance**0.5, "It is divided by this: faint directions become loud."),
    )


@VARIANTS.of("4.g", columns=(640, 2560), examples=(6, 8))
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
