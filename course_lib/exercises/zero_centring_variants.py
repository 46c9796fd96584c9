"""Chapter 03: its questions with other numbers."""

import math

import numpy as np

from course_lib.exercises.variant import Claim, percent, variant, written


@variant("3.a", inputs=(5, 6, 8))
def sign_patterns(inputs: int) -> tuple:
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(5000, 1)) * rng.random((5000, inputs))
    return (
        f"A unit sees one example with {inputs} positive inputs. How many of the 2^{inputs} combinations of signs can "
        "the gradient of its weights have?",
        len(np.unique(np.sign(gradients), axis=0)),
        Claim(2, "∂L/∂w = ∂L/∂f · x: all positive or all negative."),
        Claim(2**inputs, "All components share the one number ∂L/∂f and cannot differ in sign."),
        Claim(inputs, "The inputs differ in size. The signs are all that of ∂L/∂f."),
    )


@variant("3.b", x1=(2.0, 3.0), x2=(0.5, 1.5), target=(2.5, -3.5))
def both_move_together(x1: float, x2: float, target: float) -> tuple:
    w, x = np.zeros(2), np.array([x1, x2])
    w -= 0.1 * (w @ x - target) * x
    return (
        f"f = w·x starts at w = (0, 0); x = ({x1:g}, {x2:g}), the target of f is {written(target)}, L = ½(f − "
        "target)². One step of 0.1 is taken. What is w2?",
        w[1],
        Claim(0.1 * target * x2, "−0.1·(f − target)·x2. w1 moves the same way, for both inputs are positive."),
        Claim(-0.1 * target * x2, "The step goes against the gradient (f − target)·x2."),
        Claim(0.1 * target * x1, "That is w1."),
    )


@variant("3.d", inputs=(3, 4))
def batch_of_two(inputs: int) -> tuple:
    rng = np.random.default_rng(0)
    g = rng.normal(size=(100_000, 2, 1)) * np.abs(rng.normal(size=(100_000, 2, inputs)))
    signs = np.sign(g.sum(axis=1)).sum(axis=1)
    return (
        f"{inputs} inputs |z| with normal z, normal upstream gradients, a batch of 2 examples. How often have all "
        f"{inputs} components of the gradient one sign?",
        np.mean(np.abs(signs) == inputs),
        Claim(0.5 + 1 / (inputs + 1), "½, and 1/(d + 1) because one of two opposite examples may win everywhere."),
        Claim(1.0, "Two examples of opposite upstream sign can pull in different directions."),
        Claim(0.5**inputs * 2, "That is for tossed signs. Here all components share the upstream gradients."),
    )


@variant("3.e", mean=(2.0, 2.5, 3.0, 4.0))
def correlation_stays(mean: float) -> tuple:
    second = np.eye(2) + mean**2
    return (
        f"Independent inputs of mean {mean:g} and std 1, upstream gradients of mean 0 that do not depend on them. What "
        "is the correlation of two components of the gradient of a large batch?",
        second[0, 1] / second[0, 0],
        Claim(
            mean**2 / (1 + mean**2), "The covariance of the gradient is proportional to E[xxᵀ], which holds the mean."
        ),
        Claim(0.0, "That needs mean 0. Large batches do not help."),
        Claim(mean / (1 + mean), "Squares count: E[x₁x₂] = μ², E[x₁²] = 1 + μ²."),
    )


@variant("3.f", beta=(-1.0, -3.0), gamma=(2.0, 4.0))
def sigmoid_after_normalising(beta: float, gamma: float) -> tuple:
    z = gamma * np.random.default_rng(0).normal(size=10_000) + beta
    below = (1 + math.erf(-beta / gamma / math.sqrt(2))) / 2
    return (
        f"Sums are batch-normalised with γ = {gamma:g}, β = {written(beta)}, then pass a sigmoid. Which share of what "
        "the next layer sees is negative?",
        float(np.mean(1 / (1 + np.exp(-z)) < 0)),
        Claim(0.0, "A sigmoid is positive, whatever stands in front of it.", "none"),
        Claim(below, "That is the share of negative sums, in front of the sigmoid.", percent(below)),
        Claim(0.5, "Half is below the mean, in front of the sigmoid.", "half"),
    )


@variant("3.g", ratio=(4.0, 9.0, 16.0))
def steepest_is_not_straight(ratio: float) -> tuple:
    gradient, way = np.array([1.0, ratio]), np.array([1.0, 1.0])
    cosine = gradient @ way / np.linalg.norm(gradient) / np.linalg.norm(way)
    turn = math.degrees(math.atan(ratio)) - 45
    return (
        f"L = ½(x² + {ratio:g}y²) at the point x = y. What is the angle between the steepest descent and the way to "
        "the minimum?",
        math.degrees(math.acos(cosine)),
        Claim(turn, "The gradient is (x, ratio·y), the way is (x, y).", f"{turn:.0f}°"),
        Claim(0.0, "Only on the axes of the ellipse, or if it is a circle.", "0°"),
        Claim(90.0, "Then the step would not come nearer at all.", "90°"),
    )


@variant("3.h", inputs=(25, 50), mean=(2.0, 3.0))
def condition(inputs: int, mean: float) -> tuple:
    return (
        f"{inputs} independent inputs of mean {mean:g} and standard deviation 1. What is the condition number of "
        "½ mean (w·x − y)²?",
        np.linalg.cond(np.eye(inputs) + mean**2),
        Claim(1 + inputs * mean**2, "H = I + μμᵀ: 1 + ‖μ‖² along μ, 1 across."),
        Claim(1 + mean**2, "‖μ‖² adds up over all inputs."),
        Claim(1.0, "The Hessian is the mean of xxᵀ, not the covariance."),
    )


@variant("3.c", mean=(2.0, 3.0), lr=(0.01, 0.02))
def small_rate(mean: float, lr: float) -> tuple:
    steps = []
    for shift in (mean, 0.0):
        hessian, error = np.eye(2) + shift**2, np.array([1.0, -1.0])
        steps.append(next(t for t in range(1, 10_000) if np.abs(error := error - lr * hessian @ error).max() < 0.1))
    return (
        f"Two uncorrelated inputs of variance 1 have the mean {mean:g}. Full-batch gradient descent at the rate {lr:g} "
        "needs a number of steps to reduce the error along the flattest direction tenfold. By what is this number "
        "divided at the same rate once the inputs are centred?",
        steps[0] / steps[1],
        Claim(1.0, "The curvature along the flattest direction is 1 in both cases. Centring buys a larger rate."),
        Claim(1 + 2 * mean**2, "So much lower is the largest curvature. It sets the largest rate, not this pace."),
        Claim(mean, "The mean does not enter along the direction across it."),
    )
