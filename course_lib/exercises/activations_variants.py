"""Chapter 02: its questions with other numbers."""

from typing import Any

import numpy as np

from course_lib.exercises.variant import Claim, percent, variant, written
from course_lib.nn.activations import leaky_relu_slope, prelu, sigmoid
from course_lib.nn.losses import sigmoid_bce

CURVES: dict[str, Any] = {
    "x⁴": lambda x: x**4,
    "eˣ": np.exp,
    "−x²": lambda x: -(x**2),
    "sin x": np.sin,
    "|x − 1|": lambda x: np.abs(x - 1),
}


@variant("2.a", x=(4.0, 6.0, 7.0, 8.0))
def saturated(x: float) -> tuple:
    y = sigmoid(np.array([x - 1e-4, x, x + 1e-4]))
    return (
        f"A gradient of 1 arrives at a sigmoid unit whose input is x = {x:g}. How much is passed on?",
        float((y[2] - y[0]) / 2e-4),
        Claim(float(y[1] * (1 - y[1])), "σ′ = σ(1 − σ): little, but never nothing."),
        Claim(0.25, "That is the slope at 0, the largest there is."),
        Claim(float(y[1]), "That is the output. The slope counts, and here the curve is flat."),
    )


@variant("2.b", std=(0.02, 0.03), units=(64, 400), layers=(3, 4))
def weights_count_too(std: float, units: int, layers: int) -> tuple:
    size = 1.0
    for _ in range(layers):
        size *= 0.25 * np.sqrt(units * std**2)
    return (
        f"{layers} sigmoid layers of {units} units, weights of std {std:g}, all slopes near ¼. By what is a gradient "
        "multiplied on its way through all of them?",
        size,
        Claim((0.25 * std * units**0.5) ** layers, "Each layer multiplies by its slope and by std·√n."),
        Claim(0.25**layers, "Those are the slopes alone. The weights multiply, too."),
        Claim((std * units**0.5) ** layers, "Those are the weights alone. The slopes multiply, too."),
    )


@variant("2.c", zeros=(500, 499, 450))
def dead(zeros: int) -> tuple:
    outputs = np.arange(500) >= zeros
    return (
        f"A ReLU unit outputs 0 for {zeros} of 500 training points. Is it dead?",
        "no" if outputs.any() else "yes",
        Claim("yes", "Dead means 0 for all training points: no gradient reaches it."),
        Claim("no", "One point with a positive sum is enough to move its weights; without any, nothing does."),
        Claim("nearly", "A unit is dead or not."),
    )


@variant("2.e", slope=(0.05, 0.2), x=(-3.0, -4.0), upstream=(5.0, 8.0))
def leak(slope: float, x: float, upstream: float) -> tuple:
    return (
        f"A gradient of {upstream:g} arrives at a leaky ReLU of slope {slope:g} whose input is {written(x)}. What is "
        "passed on?",
        upstream * float(leaky_relu_slope(np.array(x), alpha=slope)),
        Claim(slope * upstream, "Left of 0 the leak passes its slope times the gradient."),
        Claim(0.0, "That is ReLU: it can die, the leaky one cannot."),
        Claim(slope * x, "That is the output of the unit."),
    )


@variant("2.f", alpha=(3.0, 0.5, 5.0), x=(4.0, -5.0, 6.0))
def prelu_value(alpha: float, x: float) -> tuple:
    return (
        f"PReLU with α = {alpha:g}, x = {written(x)}. What does it give?",
        float(prelu(np.array(x), alpha=alpha)),
        Claim(alpha * x, "max(0, x) + α·min(0, x): α is the slope left of 0, and only there."),
        Claim(x, "max(0, x) + α·min(0, x): the slope is 1 right of 0, and only there."),
        Claim(0.0, "That would be ReLU left of 0."),
    )


@variant("2.g", curve=tuple(CURVES))
def maxout(curve: str) -> tuple:
    y = CURVES[curve](np.linspace(-2, 2, 401))
    return (
        f"Can a maxout unit with many pieces come as close as one likes to {curve} for x from −2 to 2?",
        "yes" if np.diff(y, 2).min() >= -1e-9 else "no",
        Claim("yes", "It can if the curve bends upwards everywhere: a maximum of lines is convex."),
        Claim("no", "It cannot if the curve bends downwards anywhere: a maximum of lines is convex."),
        Claim("only with a negative slope", "The slopes of the pieces are free. The way they bend is not."),
    )


@variant("2.h", inputs=(256, 512), cost=(10, 20))
def price_of_exp(inputs: int, cost: int) -> tuple:
    product, exp = inputs * 1.0, cost * 1.0
    return (
        f"A sigmoid unit has {inputs} inputs. One exp costs as much as {cost} multiplications. Which share of the "
        "unit's work is the exp?",
        exp / (product + exp),
        Claim(
            cost / (inputs + cost), "One exp against one multiplication for each input.", percent(exp / (product + exp))
        ),
        Claim(cost / (1 + cost), "That is for a single input.", percent(cost / (1 + cost))),
        Claim(0.5, "Only if there were as many inputs as one exp costs multiplications.", "50 %"),
    )


@variant("2.i", score=(-5.0, -6.0, -7.0, -8.0))
def surely_wrong(score: float) -> tuple:
    loss = [float(np.sum(sigmoid_bce(np.array([[score + h]]), np.array([[1.0]]))[0])) for h in (-1e-5, 1e-5)]
    p = float(sigmoid(np.array(score)))
    return (
        f"A sigmoid output should be 1, its score is {written(score)}. What is the gradient of the cross-entropy with "
        "respect to the score?",
        (loss[1] - loss[0]) / 2e-5,
        Claim(p - 1, "σ(s) − 1: the slope of the sigmoid cancels."),
        Claim((p - 1) * p * (1 - p), "That is the squared error's: it passes through the flat sigmoid."),
        Claim(0.0, "A saturated unit learns through the cross-entropy: −log σ(s) is steep there."),
    )


@variant("2.d", weight=(0.5, 1.5), gradient=(2.0, 4.0))
def one_step_kills(weight: float, gradient: float) -> tuple:
    x, bias = np.linspace(-1, 1, 201), 0.2
    rates = np.linspace(0, 2, 20001)
    dead = (weight * x).max() + bias - rates * gradient <= 0
    return (
        f"The inputs x of a ReLU unit with w = {weight:g} and b = 0.2 fill the range from −1 to 1. One step of "
        f"gradient descent changes b alone, with ∂L/∂b = {gradient:g}. From which learning rate on is the unit dead?",
        float(rates[dead.argmax()]),
        Claim((weight + 0.2) / gradient, "It is dead once wx + b ≤ 0 at x = 1, where it is largest."),
        Claim(0.2 / gradient, "Then b = 0, and the unit is off for half of the inputs, not for all."),
        Claim(weight / gradient, "The bias itself has to be used up as well: w + b."),
    )
