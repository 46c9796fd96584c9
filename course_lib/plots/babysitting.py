"""Pictures of the first checks: the loss before training, and a handful of images learned by heart."""

import math

import numpy as np

from course_lib.experiments.babysitting import EPOCHS, FAULTS, IMAGES, SCALES, InitialLoss, TinyOverfit
from course_lib.plots.activations import many, rounded
from course_lib.plots.picture import Picture, cut_off
from course_lib.plots.style import BLUE, GREEN, ORANGE, VERMILLION

TOPS, LOWEST = (100.0, 1e4, 1e6, 1e8), 0.1


class InitialLossPicture(Picture):
    """Left: first loss against the scale of the weights, beside ln C. Right: probability of the right class."""

    size = (10.0, 4.8)
    large_print = 1.15

    def build(self) -> None:
        axes = self.losses = self.figure.add_axes((0.075, 0.13, 0.46, 0.66))
        axes.set(xscale="log", yscale="log", xlim=(SCALES[0], SCALES[-1]))
        axes.set(xlabel="standard deviation of the first weights", title="First loss")
        self.total = self.moving_line(axes, color=BLUE, label="with the penalty")
        self.data = self.moving_line(axes, color=ORANGE, linestyle="--", label="without")
        self.expected = self.moving(axes.axhline(1, color=self.style.ink, linestyle=":", linewidth=1.5, label="ln C"))
        self.here = self.moving_marks(axes, "o", BLUE, 10, markeredgecolor=self.style.ink, clip_on=False)
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, 1.0))
        axes = self.chances = self.figure.add_axes((0.62, 0.13, 0.36, 0.66))
        axes.set(xlim=(0, IMAGES), ylim=(0, 1), xlabel="200 digits, the unluckiest first")
        axes.set_title("Probability of the right class")
        self.p = self.moving_stairs(axes, np.arange(IMAGES + 1), color=GREEN, fill=True, alpha=0.8)
        self.even = self.moving(axes.axhline(0.1, color=self.style.ink, linestyle=":", linewidth=1.5))
        self.even_label = self.moving(axes.text(0.02 * IMAGES, 0.1, "", va="bottom"))
        self.title = self.heading(0.035, 0.93, 1)
        self.note = self.moving(self.figure.text(0.035, 0.875, ""))

    def background(self, result: InitialLoss) -> float:
        most = max(np.max(result.curve + result.penalties), result.loss)
        return next((top for top in TOPS if most < top), TOPS[-1])

    def set_background(self, result: InitialLoss) -> None:
        self.losses.set(ylim=(LOWEST, self.background(result)))

    def set_artists(self, result: InitialLoss) -> None:
        self.total.set_data(SCALES, result.curve + result.penalties)
        self.data.set_data(SCALES, result.curve)
        self.expected.set_ydata([result.expected] * 2)
        self.here.set_data([result.scale], [min(result.loss, TOPS[-1])])
        self.p.set_data(result.p_right)
        self.even.set_ydata([1 / result.classes] * 2)
        self.even_label.set_text(f"1/C = {1 / result.classes:.3g}")
        self.even_label.set_y(min(1 / result.classes + 0.01, 0.92))
        self.title.set_text(f"It says {number(result.loss)}; ln {result.classes} = {result.expected:.6f}")
        self.note.set_text(verdict(result))

    def describe(self, result: InitialLoss) -> str:
        return (
            f"An untrained network with {result.classes} classes, weights of std {result.scale:.3g} and pixels up to "
            f"{result.pixels} has a loss of {number(result.loss)}; ln {result.classes} is {result.expected:.6f}, and "
            f"the penalty {number(result.penalty)}. {verdict(result)} The right class gets a probability "
            f"{spread(result.p_right)}."
        )


def verdict(result: InitialLoss) -> str:
    """What a first loss tells."""
    sure = bool(result.p_right[-1] > 2 * result.p_right[0])
    without = "without λ " * (result.penalty > 0)
    slips = {
        "sum": f"The sum, not the mean: {without}{IMAGES} times too large.",
        "log10": f"A logarithm to base 10: {without}2.30 times too small.",
    }
    if result.slip in slips:
        return slips[result.slip] + " Weights or pixels are too large as well." * sure
    ratio = result.data / result.expected
    if ratio > 1.05:
        return "Too large: the network is sure of itself before it has learned. Weights or pixels are too large."
    if ratio < 0.95:
        return "Below ln C: a lucky draw, as few classes allow. Weights or pixels are too large."
    if sure:
        return "Near ln C, but the probabilities are far from equal. Weights or pixels are too large."
    if result.slip == "labels":
        return "As it should be. This check cannot see that the labels belong to other images."
    if result.penalty > 0.01 * result.expected:
        return f"ln C and the penalty {number(result.penalty)}: as it should be with λ = {result.reg:g}."
    return "As it should be: every class gets about the same probability."


def spread(p: np.ndarray) -> str:
    """From the smallest to the largest of sorted probabilities, in as many digits as tell them apart."""
    if p[-1] == 0:  # too small for the computer
        return "of 0 every time"
    if p[-1] > 10 * p[0]:
        return f"from {p[0]:.2g} to {p[-1]:.2g}"
    for digits in (1, 2, 3):
        low, high = (f"{value:.{digits - math.floor(math.log10(p[0]))}f}" for value in (p[0], p[-1]))
        if low != high:
            return f"from {low} to {high}"
    return f"of {p[0]:.2g} every time"


def number(value: float) -> str:
    """A loss as a program prints it, without exponents where people do not use them."""
    return f"{value:.6f}" if value < 1000 else f"{value:,.0f}" if value < 1e7 else f"{value:.1e}"


LOSS_LOW, LOSS_HIGH = 1e-4, 10.0


class TinyOverfitPicture(Picture):
    """Left: loss, right: accuracy, while a few images are learned by heart."""

    size = (10.0, 4.6)
    large_print = 1.15

    def build(self) -> None:
        self.loss = self.figure.add_axes((0.07, 0.13, 0.38, 0.69))
        self.right = self.figure.add_axes((0.545, 0.13, 0.38, 0.69))
        self.loss.set(xlim=(0, EPOCHS), yscale="log", ylim=(LOSS_LOW, LOSS_HIGH), xlabel="epoch", title="Loss")
        self.right.set(xlim=(0, EPOCHS), ylim=(0, 104), xlabel="epoch", title="Right, %")
        self.loss.axhline(np.log(10), color=self.style.ink, linestyle=":", linewidth=1.2)
        self.loss.text(1.01 * EPOCHS, np.log(10), "ln 10", va="center")  # outside, where no curve strikes it
        self.right.axhline(10, color=self.style.ink, linestyle=":", linewidth=1.2)
        self.right.text(1.01 * EPOCHS, 10, "chance", va="center")
        panels = (self.loss, BLUE), (self.right, VERMILLION)
        self.curves = [self.moving_line(axes, color=colour, linewidth=2.4) for axes, colour in panels]
        self.title = self.heading(0.07, 0.92, 1)

    def set_artists(self, result: TinyOverfit) -> None:
        epoch = np.arange(len(result.loss))
        self.curves[0].set_data(epoch, cut_off(result.loss, LOSS_LOW, LOSS_HIGH))
        self.curves[1].set_data(epoch, 100 * result.accuracy)
        self.title.set_text(f"{many(result.examples, 'image')}, λ = {result.reg:g}: {outcome(result)}")

    def describe(self, result: TinyOverfit) -> str:
        fault = "" if result.fault == "none" else f" Built-in mistake: {FAULTS[result.fault]}."
        return (
            f"{many(result.examples, 'image')}, λ = {result.reg:g}, 200 epochs: the loss goes from "
            f"{result.loss[0]:.2f} to {rounded(result.loss[-1])}, {right(result)}. "
            f"{outcome(result).capitalize()}.{fault}"
        )


def outcome(result: TinyOverfit) -> str:
    """Passed or failed, and by what."""
    if result.passed:
        return f"passed: all right from epoch {result.learned_at} on, loss {rounded(result.loss[-1])}"
    if result.learned_at is not None:
        return f"all right, but the loss stops at {rounded(result.loss[-1])}"
    return f"failed: {right(result)}, loss {rounded(result.loss[-1])}"


def right(result: TinyOverfit) -> str:
    """A count, as a share of 199 in 200 would be rounded to all of them."""
    return f"{round(result.accuracy[-1] * result.examples)} of {result.examples} right"
