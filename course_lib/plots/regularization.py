"""The picture of overfitting: training and validation curves without and with regularisation, and the weights."""

from typing import Any

import numpy as np

from course_lib.experiments.regularization import BINS, STEPS, Overfitting
from course_lib.plots.activations import percent
from course_lib.plots.picture import Picture, cut_off
from course_lib.plots.style import BLUE, VERMILLION

LOSS_LOW, LOSS_HIGH = 1e-4, 10.0
NAMES, COLOURS = ("without", "with"), (VERMILLION, BLUE)


class OverfittingPicture(Picture):
    """Left: loss; middle: accuracy; right: histogram of all weights. Solid is training, dashed is validation."""

    size = (10.0, 5.2)

    def build(self) -> None:
        self.loss = self.figure.add_axes((0.065, 0.12, 0.255, 0.62))
        self.accuracy = self.figure.add_axes((0.395, 0.12, 0.255, 0.62))
        self.weights = self.figure.add_axes((0.72, 0.12, 0.265, 0.62))
        self.loss.set(xlim=(0, 1.02 * STEPS), yscale="log", ylim=(LOSS_LOW, LOSS_HIGH), xlabel="step", title="Loss")
        self.accuracy.set(xlim=(0, 1.02 * STEPS), ylim=(0, 103), xlabel="step", title="Right, %")
        self.weights.set(xlim=(BINS[0], BINS[-1]), ylim=(0, 1.4), yticks=[], xlabel="weight", title="Weights")
        edge = float(BINS[-1])  # the outermost bins hold everything beyond
        self.weights.set_xticks([-edge, 0, edge], [f"≤ −{edge:g}", "0", f"≥ {edge:g}"])
        for label, side in zip(self.weights.get_xticklabels(), ("left", "center", "right"), strict=True):
            label.set(horizontalalignment=side)
        marks: dict[str, Any] = {"markersize": 4, "markevery": 4}
        self.curves = [
            self.moving_line(axes, color=colour, linestyle=line, marker=marker, linewidth=width, **marks)
            for axes in (self.loss, self.accuracy)
            for colour, width in zip(COLOURS, (1.6, 2.4), strict=True)
            for line, marker in (("-", "o"), ("--", "s"))
        ]
        rim: dict[str, Any] = {"markeredgecolor": self.style.ink, "zorder": 5}
        self.lowest = [self.moving_marks(self.loss, "v", colour, 11, **rim) for colour in COLOURS]
        self.steps = [
            self.moving_stairs(self.weights, BINS, color=colour, linewidth=width, fill=fill, alpha=alpha)
            for colour, width, fill, alpha in ((VERMILLION, 1, True, 0.45), (BLUE, 2.2, False, 1.0))
        ]
        names = ["with: training", "with: validation", "without: training", "without: validation"]
        handles = [self.curves[i] for i in (2, 3, 0, 1)]
        wide: dict[str, Any] = {"ncols": 4, "columnspacing": 1.2, "handlelength": 2.6}
        self.figure.legend(handles, names, loc="upper left", bbox_to_anchor=(0.05, 0.9), **wide)
        self.title = self.heading(0.065, 0.925, 1)
        self.note = self.moving_text(self.weights, 0.98, 0.97, ha="right", va="top")
        self.figure.text(0.985, 0.835, "▼ lowest validation loss", ha="right", fontsize=self.style.font - 1)

    def set_artists(self, result: Overfitting) -> None:
        wrong = f", {result.wrong:.0%} wrong labels" if result.wrong else ""
        self.title.set_text(f"{result.images} images{wrong}, {result.parameters} parameters; {settings(result)}")
        losses = cut_off([result.train_loss, result.val_loss], LOSS_LOW, LOSS_HIGH)
        shares = 100 * np.array([result.train_accuracy, result.val_accuracy])
        values = np.array([losses, shares]).swapaxes(1, 2).reshape(len(self.curves), -1)  # by panel, network and part
        for line, value in zip(self.curves, values, strict=True):
            line.set_data(result.step, value)
        for row, mark in enumerate(self.lowest):
            at = result.best[row]
            mark.set_data([result.step[at]], [result.val_loss[row, at]])
        top = max(1, result.counts[:, 1:-1].max())
        for steps, counts in zip(self.steps, result.counts, strict=True):
            steps.set_data(np.minimum(counts / top, 1.0))
        plain, yours = result.weight_rms
        self.note.set_text(f"root mean square\nwithout {plain:.3f}, with {yours:.3f}")

    def describe(self, result: Overfitting) -> str:
        train, val = result.train_accuracy[:, -1], result.val_accuracy[:, -1]
        said = (
            f"{result.images} training digits, {result.width} units per layer, after {result.step[-1]} steps: without "
            f"regularisation {percent(train[0])} of the training and {percent(val[0])} of the validation digits are "
            f"right, validation loss {result.val_loss[0, -1]:.2g}."
        )
        if result.weight_decay or result.dropout or result.max_norm:
            said += f" With {settings(result)}: {percent(train[1])} and {percent(val[1])}, "
            said += f"loss {result.val_loss[1, -1]:.2g}."
        if result.max_norm:
            said += f" The longest weights into one hidden unit: {result.longest[0]:.2g}, and {result.longest[1]:.2g}."
        wrong = (
            f" {result.wrong:.0%} of the training labels are wrong, and count as right there." if result.wrong else ""
        )
        return said + wrong


def settings(result: Overfitting) -> str:
    """What the network "with" has, in words."""
    parts = (
        (result.weight_decay, f"λ = {result.weight_decay:g}"),
        (result.dropout, f"dropout {result.dropout:g}"),
        (result.max_norm, f"max-norm {result.max_norm:g}"),
    )
    return ", ".join(words for strength, words in parts if strength) or "no regularisation"
