"""Chapter 06: its questions with other numbers."""

import math

import numpy as np

from course_lib.exercises.variant import Claim, variant
from course_lib.nn.normalization import BatchNorm


def normalised(x: np.ndarray) -> np.ndarray:
    return (x - x.mean(axis=0)) / x.std(axis=0)


def expected(f, std: float = 1.0) -> float:
    """E f(z) for z ~ N(0, std²)."""
    z = np.linspace(-8, 8, 4001)
    weight = np.exp(-(z**2) / 2)
    return float((f(std * z) * weight).sum() / weight.sum())


@variant("6.a", zeros=(4, 9, 24))
def shape_stays(zeros: int) -> tuple:
    return (
        f"A batch holds {zeros} zeros and one 7. Batch normalisation gives it mean 0 and variance 1. What becomes of "
        "7?",
        normalised(np.array([0.0] * zeros + [7.0]))[-1],
        Claim(math.sqrt(zeros), "It stays alone, far from the others: normalising changes no shape."),
        Claim(1.0, "Variance 1 is an average over the batch. One value may lie far out."),
        Claim(0.0, "The mean is 0. This one is not at the mean."),
    )


@variant("6.b", mean=(2.0, 7.0), variance=(9.0, 16.0, 25.0))
def undone(mean: float, variance: float) -> tuple:
    batch = mean + math.sqrt(variance) * np.array([-1.0, 1.0])
    return (
        f"A batch has mean {mean:g} and variance {variance:g}; ε is 0. Which γ makes batch normalisation give back "
        "what it received?",
        float(np.ptp(batch) / np.ptp(normalised(batch))),
        Claim(math.sqrt(variance), "γ undoes the division by the standard deviation (and β = μ)."),
        Claim(variance, "It was divided by the standard deviation, not by the variance."),
        Claim(mean, "That is β. γ undoes the division."),
    )


@variant("6.c", gamma=(0.5, 2.0, 2.5))
def tanh_of_normalised(gamma: float) -> tuple:
    rng = np.random.default_rng(0)
    size = math.sqrt(expected(lambda z: np.tanh(z) ** 2, gamma))
    return (
        f"Normally distributed sums are batch-normalised with γ = {gamma:g}, β = 0, then pass tanh. What is the std "
        "of the activations?",
        float(np.std(np.tanh(gamma * normalised(rng.normal(size=200_000))))),
        Claim(size, "√E[tanh(γz)²] for normal z: the weights before it do not count, unless ε is felt."),
        Claim(gamma, "That is the std in front of tanh."),
        Claim(math.sqrt(size), "Roots once too often: the std is the root of the mean square."),
    )


@variant("6.d", times=(4.0, 5.0, 8.0, 20.0))
def larger_weights(times: float) -> tuple:
    rng = np.random.default_rng(0)
    x, c, w = rng.normal(size=(30, 3)), rng.normal(size=30), rng.normal(size=3)

    def slope(w: np.ndarray) -> float:
        h = 1e-5 * np.array([1.0, 0.0, 0.0])
        return (c @ normalised(x @ (w + h)) - c @ normalised(x @ (w - h))) / 2e-5

    return (
        f"You multiply all weights in front of batch normalisation by {times:g}. By what is their gradient multiplied?",
        slope(times * w) / slope(w),
        Claim(1 / times, "The output stays, so each unit of weight counts for less."),
        Claim(1.0, "The output stays. The slope is measured per unit of weight."),
        Claim(times, "The other way round: large weights get small gradients."),
    )


@variant("6.e", examples=(6, 10), arriving=(3.0, 4.0))
def bias_before(examples: int, arriving: float) -> tuple:
    x = np.random.default_rng(0).normal(size=examples)
    total = arriving * np.sum(normalised(x + 1e-3) - normalised(x)) / 1e-3
    return (
        f"A bias stands in front of batch normalisation. {examples} examples, the gradients that arrive add up to "
        f"{arriving:g}. What is the gradient of the bias?",
        round(float(total), 6) + 0.0,
        Claim(0.0, "The mean takes the bias away again."),
        Claim(arriving, "That is the gradient of β, behind the normalisation."),
        Claim(arriving / examples, "It is 0: the mean takes the bias away again."),
    )


@variant("6.f", low=(3.0, 5.0), high=(8.0, 20.0))
def batch_of_two(low: float, high: float) -> tuple:
    return (
        f"A batch holds two numbers, {low:g} and {high:g}; ε is 0. What does x̂ become for the larger one?",
        normalised(np.array([low, high]))[1],
        Claim(1.0, "Two numbers become −1 and 1 whatever they are: no slope to check. Use at least 4 examples."),
        Claim((high - low) / 2, "That is its distance from the mean, and also the standard deviation."),
        Claim((high - low) / (high + low), "It is divided by the standard deviation, not by the sum."),
    )


@variant("6.g", gamma=(2.0, 3.0), beta=(0.5, 1.5), value=(4.0, 6.0))
def equal_examples(gamma: float, beta: float, value: float) -> tuple:
    batch = np.full(4, value)
    return (
        f"In training mode all examples of a batch have the value {value:g}; γ = {gamma:g}, β = {beta:g}. What comes "
        "out?",
        float((gamma * (batch - batch.mean()) / np.sqrt(batch.var() + 1e-5) + beta)[0]),
        Claim(beta, "What the batch has in common is subtracted: only β is left."),
        Claim(gamma * value + beta, "The mean of the batch is subtracted first."),
        Claim(value, "The mean of the batch is subtracted first."),
    )


@variant("6.i", layers=(5, 8, 20))
def growing_gradient(layers: int) -> tuple:
    relu = lambda z: np.maximum(z, 0)  # noqa: E731
    spread = expected(lambda z: relu(z) ** 2) - expected(relu) ** 2
    return (
        f"{layers} wide batch-normalised ReLU layers in the middle of a freshly drawn network. By what do they "
        "multiply a gradient on its way down?",
        (0.5 / spread) ** (layers / 2),
        Claim(math.sqrt(math.pi / (math.pi - 1)) ** layers, "√(π/(π − 1)) = 1.211 for each."),
        Claim(1.0, "The activations keep their size, the gradient does not."),
        Claim(0.5**layers, "ReLU passes half; the division by the small std more than makes up for it."),
    )


@variant("6.j", examples=(32, 50), units=(20, 100))
def layer_norm_means(examples: int, units: int) -> tuple:
    return (
        f"A batch of {examples} examples, a layer of {units} units. How many means does layer normalisation take?",
        np.zeros((examples, units)).mean(axis=1).size,
        Claim(examples, "One for each example, over all its units."),
        Claim(units, "That is batch normalisation: one for each unit, over all examples."),
        Claim(1, "The name means all units of one layer, example by example."),
    )


@variant("6.h", inputs=(50, 200), std=(1e-4, 3e-4))
def where_forgetting_ends(inputs: int, std: float) -> tuple:
    batch = math.sqrt(inputs) * std * np.array([[1.0], [-1.0], [1.0], [-1.0]])
    return (
        f"{inputs} independent inputs of mean 0 and variance 1, weights of std {std:g}, then batch normalisation with "
        "ε = 1e-5. What is the std of its output?",
        float(BatchNorm(1, eps=1e-5).forward(batch, train=True).std()),
        Claim(
            1 / math.sqrt(1 + 1e-5 / (inputs * std**2)), "σ/√(σ² + ε): σ² is not far above ε, and the forgetting ends."
        ),
        Claim(1.0, "Only if σ² is far above ε. Here it is not."),
        Claim(math.sqrt(inputs) * std, "That is the std of what comes in."),
    )
