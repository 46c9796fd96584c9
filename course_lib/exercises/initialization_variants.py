"""Chapter 05: its questions with other numbers."""

import math

import numpy as np

from course_lib.exercises.variant import Claim, variant, written
from course_lib.nn.activations import sigmoid_slope
from course_lib.nn.initializers import initializer_std


@variant("5.a", units=(5, 8), start=(0.3, -0.2))
def copies_stay_copies(units: int, start: float) -> tuple:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    w, u = np.full((3, units), start), np.full((units, 2), start)
    for _ in range(50):
        h = np.tanh(x @ w)
        error = (h @ u - y) / len(x)
        w, u = w - 0.1 * x.T @ (error @ u.T * (1 - h**2)), u - 0.1 * h.T @ error
    return (
        f"A layer of {units} tanh units: all weights of the network start at {written(start)}, all biases at 0. How "
        "many different units has the layer after training?",
        len(np.unique(w.round(9), axis=1).T),
        Claim(1, "Equal units get equal gradients and stay equal. Only unequal starts make them differ."),
        Claim(units, "Nothing makes them differ: each gets the same gradient."),
        Claim(2, "There are two outputs, but each unit serves both, with equal weights."),
    )


@variant("5.b", times=(9, 16, 25, 36))
def more_inputs(times: int) -> tuple:
    return (
        f"Independent inputs and weights of mean 0 and variance 1. A unit gets {times} times as many inputs. By what "
        "does the std of its sum grow?",
        math.sqrt(np.ones(times).sum()),
        Claim(math.sqrt(times), "Variances add up, and the std is their root."),
        Claim(1.0, "Every term adds its variance: nothing averages out."),
        Claim(times, "The variance grows so."),
    )


@variant("5.c", units=(100, 400), std=(0.02, 0.005), layers=(4, 5))
def fading(units: int, std: float, layers: int) -> tuple:
    variance = 1.0
    for _ in range(layers):
        variance *= units * std**2
    return (
        f"{layers} linear layers of {units} units, weights of std {std:g}, {units} inputs of mean 0 and std 1. What is "
        "the std at the top?",
        math.sqrt(variance),
        Claim((std * units**0.5) ** layers, "Each layer multiplies by √(n·Var(w))."),
        Claim(std * units**0.5, "That is layer 1."),
        Claim(std**layers, "Each unit adds up n terms: √n belongs to it."),
    )


@variant("5.d", units=(200, 800), slope=(0.04, 0.09))
def gradient_factor(units: int, slope: float) -> tuple:
    return (
        f"Layers of {units} units, weights of std 0.5, and E[f′²] = {slope:g}. By what does a layer multiply a "
        "gradient on its way down?",
        math.sqrt(sum(0.5**2 * slope for _ in range(units))),
        Claim(0.5 * math.sqrt(units * slope), "√(n·Var(w)·E[f′²]): large weights make up for flat slopes."),
        Claim(math.sqrt(slope), "Those are the slopes without the weights."),
        Claim(0.25 * units, "That is n·Var(w): without the slopes, and without the root."),
    )


@variant("5.e", units=(1000, 2000), std=(0.02, 0.1))
def std_alone_decides_nothing(units: int, std: float) -> tuple:
    return (
        f"{units} units per layer, weights of std {std:g}. What is n·Var(w), on which saturation depends?",
        float(np.full(units, std) @ np.full(units, std)),
        Claim(units * std**2, "n times the square of the std."),
        Claim(units * std, "Var(w) is the square of the std."),
        Claim(std**2, "That is Var(w); the number of inputs counts as well."),
    )


@variant("5.f", units=(50, 128, 200, 800))
def he_std(units: int) -> tuple:
    return (
        f"ReLU layers of {units} units. Which std of the weights keeps the size of the signal?",
        initializer_std("he", units, units),
        Claim(math.sqrt(2 / units), "Var(w) = 2/n makes up for the half that ReLU takes."),
        Claim(1 / math.sqrt(units), "That is for linear layers."),
        Claim(2 / math.sqrt(units), "The 2 belongs under the root."),
    )


@variant("5.g", inputs=(8, 12))
def zero_is_not_dead(inputs: int) -> tuple:
    return (
        f"A ReLU unit is 0 for half of all inputs, each time independently. How likely is it 0 for all of {inputs}?",
        float(np.prod(np.full(inputs, 0.5))),
        Claim(0.5**inputs, "Half of the activations are 0, and hardly a unit is dead."),
        Claim(0.5, "That is one input. Zero is not dead."),
        Claim(0.5 / inputs, "Probabilities multiply."),
    )


@variant("5.h", inputs=(144, 400, 900))
def between_the_ends(inputs: int) -> tuple:
    inside = math.erf(3 / math.sqrt(2 * inputs))
    z = np.linspace(-3, 3, 6001)
    density = np.exp(-(z**2) / 2 / inputs) / math.sqrt(2 * math.pi * inputs)
    return (
        f"A sigmoid unit has {inputs} inputs N(0, 1) and weights N(0, 1). Which share of its sums is between −3 and 3?",
        float(np.sum((density[1:] + density[:-1]) / 2 * np.diff(z))),
        Claim(inside, f"The sums have std √n = {inputs**0.5:g}.", f"{100 * inside:.0f} %"),
        Claim(1 - inside, "That is the share outside.", f"{100 * (1 - inside):.0f} %"),
        Claim(0.9973, "That is for sums of std 1: 99.7 %.", "100 %"),
    )


@variant("5.i", layers=(3, 4, 6))
def slopes_of_sigmoids(layers: int) -> tuple:
    steepest = float(sigmoid_slope(np.linspace(-5, 5, 1001)).max())
    return (
        f"Xavier's weights, n·Var(w) = 1, {layers} wide sigmoid layers, every slope at its largest. By what is the "
        "std of a gradient multiplied on its way down?",
        steepest**layers,
        Claim(0.25**layers, "√(n·Var(w)·E[f′²]) is ¼ per layer: the slope of the sigmoid is never above ¼."),
        Claim(1.0, "That needs the slope 1, which Xavier assumes and tanh has at 0."),
        Claim(0.5**layers, "0.5 is the output at 0; the slope there is ¼."),
    )
