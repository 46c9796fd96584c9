"""Chapter 11: its questions with other numbers."""

import math

import numpy as np

from course_lib.exercises.variant import Claim, percent, variant
from course_lib.nn.optimizers import Adam


@variant("11.a", radius=(2.0, 3.0, 1.5))
def circle(radius: float) -> tuple:
    t = np.linspace(0, 6, 50)
    x = radius * np.array([np.cos(t), np.sin(t)])
    return (
        f"The inputs are x1² and x2², both with weight 1. Which bias makes the border a circle of radius {radius:g}?",
        float(-(x**2).sum(axis=0).mean()),
        Claim(-(radius**2), "x1² + x2² + b = 0 where x1² + x2² = r²."),
        Claim(-radius, "The squares add up to r², not to r."),
        Claim(0.0, "Then the circle is a point."),
    )


@variant("11.b", std=(0.02, 0.1), units=(64, 25))
def lost_on_the_way(std: float, units: int) -> tuple:
    gradient = 0.5
    for _ in range(3):
        gradient *= std * math.sqrt(units) * 0.25
    return (
        f"Sigmoid layers of {units} units, weights {std:g}·N(0, 1). A gradient of std 0.5 passes three layers. What is "
        "left?",
        gradient,
        Claim(0.5 * (std * units**0.5 / 4) ** 3, "std·√n·¼ for each layer."),
        Claim(0.5 * 0.25**3, "The weights count as well as the slopes."),
        Claim(0.5 * std * units**0.5 / 4, "That is one layer."),
    )


@variant("11.c", power=(4, 5, 6), lr=(0.02, 0.05))
def adam_on_a_tiny_gradient(power: int, lr: float) -> tuple:
    rule, theta = Adam(lr=lr), np.zeros(1)
    rule.step(theta, np.array([10.0**-power]), rule.init(theta))
    return (
        f"Adam with η = {lr:g} sees a gradient of 10^−{power}. How long is its first step?",
        -theta[0],
        Claim(lr, "m̂/√v̂ is about 1 as long as the gradient is well above ε."),
        Claim(lr * 10.0**-power, "That is SGD."),
        Claim(0.1 * lr, "m is a tenth of the gradient, but the bias is corrected."),
    )


@variant("11.e", digits=(500, 2000), directions=(2, 8))
def moved_copies(digits: int, directions: int) -> tuple:
    return (
        f"{digits} training digits, each also moved by one pixel in {directions} directions. How many are there now?",
        len([(digit, move) for digit in range(digits) for move in range(directions + 1)]),
        Claim(digits * (directions + 1), "The digits themselves stay among them."),
        Claim(digits * directions, "The digits themselves stay among them, too."),
        Claim(digits + directions, "Every digit is moved in every direction."),
    )


@variant("11.f", right=(0.9, 0.95, 0.98), test=(100, 1000, 2500))
def uncertain_score(right: float, test: int) -> tuple:
    per_image = [(1.0, right), (0.0, 1 - right)]
    variance = sum(p * (value - right) ** 2 for value, p in per_image)
    spread = math.sqrt(right * (1 - right) / test)
    return (
        f"A classifier has {percent(right)} of all digits right. How far from that is its score on {test} of them, "
        "typically?",
        math.sqrt(variance) / math.sqrt(test),
        Claim(spread, "√(p(1 − p)/n).", percent(spread)),
        Claim(1 / test, "That is one digit.", percent(1 / test)),
        Claim(1 - right, "That is the error rate, not how uncertain it is.", percent(1 - right)),
    )


@variant("11.d", pixels=(49, 81), size=(4.0, 8.0))
def smaller_sums(pixels: int, size: float) -> tuple:
    weights = 0.02 * np.random.default_rng(0).standard_normal((pixels, 20_000))
    x = np.where(np.arange(pixels) % 2, 1.0, -1.0)  # standardised: mean square 1
    return (
        f"{pixels} raw pixels have the root mean square {size:g}, the weights of the first layer std 0.02. You "
        "standardise the pixels. How large are the sums of the first layer now, as a std?",
        float((x @ weights).std()),
        Claim(0.02 * math.sqrt(pixels), "√n · std(w) · 1: the inputs now have the root mean square 1."),
        Claim(0.02 * math.sqrt(pixels) * size, "So they were before."),
        Claim(0.02 * pixels, "Variances add: √n, not n."),
    )
