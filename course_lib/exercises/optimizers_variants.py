"""Chapter 07: its questions with other numbers."""

import math

import numpy as np

from course_lib.exercises.variant import Claim, variant, written
from course_lib.nn.optimizers import AdaGrad, Momentum


@variant("7.a", steep=(5.0, 8.0), flat=(0.2, 0.5))
def limit(steep: float, flat: float) -> tuple:
    low, high = 0.0, 100.0
    for _ in range(60):  # the rate above which the steepest direction grows
        middle = (low + high) / 2
        low, high = (middle, high) if max(abs(1 - middle * steep), abs(1 - middle * flat)) <= 1 else (low, middle)
    return (
        f"A bowl has the second derivatives {steep:g} and {flat:g}. From which rate on does gradient descent diverge?",
        low,
        Claim(2 / steep, "2/λmax: the steepest direction sets the limit."),
        Claim(2 / flat, "The steep direction diverges long before."),
        Claim(1 / steep, "That is the rate that reaches the floor of the steep direction in one step."),
    )


@variant("7.c", beta=(0.8, 0.95, 0.96, 0.98))
def speed(beta: float) -> tuple:
    rule, theta = Momentum(lr=1.0, beta=beta), np.zeros(1)
    state, before = rule.init(theta), 0.0
    for _ in range(1000):
        before = theta[0]
        rule.step(theta, np.ones(1), state)
    return (
        f"v ← βv − ηg with β = {beta:g} and a gradient that stays the same. How many times as fast as SGD does it get?",
        before - theta[0],
        Claim(1 / (1 - beta), "v settles at ηg/(1 − β)."),
        Claim(beta, "β is what is kept of v; the gradient comes on top, in full."),
        Claim(1 - beta, "That is the friction."),
    )


@variant("7.d", large=(20.0, 5.0), small=(0.5, 0.2))
def adagrad_rates(large: float, small: float) -> tuple:
    rule, theta = AdaGrad(lr=0.1), np.zeros(2)
    state, g = rule.init(theta), np.array([small, large])
    for _ in range(10):
        before = theta.copy()
        rule.step(theta, g, state)
    rates = (before - theta) / g
    return (
        f"AdaGrad: one weight always sees the gradient {small:g}, another {large:g}. How many times as large is the "
        "rate of the first?",
        rates[0] / rates[1],
        Claim(large / small, "η/(g√t): small gradients, large rate."),
        Claim(small / large, "The wrong way round: AdaGrad divides by the gradients' size."),
        Claim(1.0, "The moves are equal, so the rates are not."),
    )


@variant("7.e", beta1=(0.8, 0.95), beta2=(0.99, 0.9999))
def uncorrected(beta1: float, beta2: float) -> tuple:
    g = 3.0
    m, v = beta1 * 0 + (1 - beta1) * g, beta2 * 0 + (1 - beta2) * g**2
    return (
        f"Adam without bias correction, β1 = {beta1:g}, β2 = {beta2:g}. How many η long is its first step?",
        m / math.sqrt(v),
        Claim((1 - beta1) / math.sqrt(1 - beta2), "m is too small by 1 − β1, √v by √(1 − β2)."),
        Claim(1.0, "With the correction it is."),
        Claim(1 - beta1, "√v stands below and is too small as well."),
    )


@variant("7.f", rate=(0.2, 0.4), noise=(2.0, 3.0))
def floor(rate: float, noise: float) -> tuple:
    square = 0.0
    for _ in range(2000):
        square = (1 - rate) ** 2 * square + rate**2 * noise**2
    return (
        f"Gradient descent on ½x² with α = {rate:g} and gradient noise of std {noise:g}. At which loss does it stay?",
        square / 2,
        Claim(0.5 * rate * noise**2 / (2 - rate), "½ασ²/(2 − α): a falling rate gets below."),
        Claim(0.0, "Every step brings new noise in."),
        Claim(0.5 * noise**2, "One step lets in α² of the noise, and the next ones shrink it."),
    )


@variant("7.h", rate=(0.5, 0.2), beta=(0.8, 0.95))
def brakes(rate: float, beta: float) -> tuple:
    v = 0.0
    for _ in range(2000):
        v = beta * v + rate
    buffer = 0.1 * rate / (1 - beta)
    return (
        f"v ← βv − ηg, θ ← θ + v with β = {beta:g}, g = 1 for a long time. You cut η from {rate:g} to a tenth. How "
        "long is the next step?",
        beta * v + 0.1 * rate,
        Claim(beta * rate / (1 - beta) + 0.1 * rate, "v still holds the old rate: it rolls on."),
        Claim(buffer, "So long it would be in the buffer form, which multiplies by the new η in full."),
        Claim(0.1 * rate, "That is SGD."),
    )


@variant("7.b", rate=(0.2, 0.25), steps=(3, 20))
def smooth_or_zigzag(rate: float, steps: int) -> tuple:
    loss = {}
    for name, lr in (("the smooth one", rate), ("the zig-zag", 0.9)):
        x, y = -7.0, 2.0
        for _ in range(steps):
            x, y = x - lr * x / 10, y - lr * 2 * y
        loss[name] = x**2 / 20 + y**2
    return (
        f"On x²/20 + y² two runs of SGD start at (−7, 2): one with the rate {rate:g}, smooth, and one with 0.9, which "
        f"zig-zags. Which has the lower loss after {steps} steps?",
        min(loss, key=lambda run: loss[run]),
        Claim("the smooth one", f"In y it is quick, in x slow: {loss['the smooth one']:.3g} in all."),
        Claim("the zig-zag", f"Its steps along the valley are longer: {loss['the zig-zag']:.3g} in all."),
        Claim("they are equal", "The rates differ, and so do the losses."),
    )


@variant("7.g", curvature=(4.0, 40.0, 400.0), steps=(15, 25))
def rate_of_the_problem(curvature: float, steps: int) -> tuple:
    rates = (0.003, 0.03, 0.3)
    best = min(rates, key=lambda rate: abs(1 - rate * curvature) ** steps)
    return (
        f"J(w) = ½λw² with λ = {curvature:g}. SGD takes {steps} steps with one of three rates. Which ends lowest?",
        best,
        *(Claim(rate, f"Each step multiplies w by 1 − ηλ = {written(1 - rate * curvature)}.") for rate in rates),
    )
