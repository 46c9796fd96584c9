"""The picture of learning rates: the textbook's curves, the chosen run among them, and where every rate ends."""

from typing import Any

import numpy as np

from course_lib.experiments.babysitting_rates import EPOCHS, RATES, LearningRate
from course_lib.plots.activations import percent
from course_lib.plots.picture import Picture, exponents, log_axes
from course_lib.plots.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION

TOP = 4.0
NAMES = ("low", "good", "high", "very high")
STYLES = ((ORANGE, "-."), (GREEN, "--"), (PURPLE, ":"), (SKY, (0, (3, 1, 1, 1))))


class LearningRatePicture(Picture):
    """Left: loss; middle: accuracy; right: accuracy after ten epochs at every rate."""

    size = (10.0, 5.2)
    large_print = 1.1

    def build(self) -> None:
        self.loss = self.figure.add_axes((0.055, 0.12, 0.26, 0.64))
        self.right = self.figure.add_axes((0.385, 0.12, 0.24, 0.64))
        self.all = self.figure.add_axes((0.7, 0.12, 0.28, 0.64))
        self.loss.set(xlim=(0, 1.02 * EPOCHS), ylim=(0, TOP), xlabel="epoch", title="Loss")
        self.right.set(xlim=(0, 1.02 * EPOCHS), ylim=(0, 104), xlabel="epoch", title="Right, %", xticks=range(0, 11, 2))
        log_axes(self.all, "x", xlim=(RATES[0] / 2, 2 * RATES[-1]), ylim=(0, 104), xlabel="learning rate")
        self.all.set(xticks=[1e-6, 1e-3, 1, 1e3, 1e6], title="Right, %, after ten epochs")
        self.loss.axhline(np.log(10), color=self.style.faint, linewidth=1)
        self.four = [
            self.moving_line(self.loss, color=colour, linestyle=line, linewidth=1.5, label=name)
            for name, (colour, line) in zip(NAMES, STYLES)
        ]
        thick: dict[str, Any] = {"color": BLUE, "linewidth": 3, "marker": "o", "markersize": 5, "label": "chosen"}
        self.mine = [self.moving_line(axes, **thick) for axes in (self.loss, self.right)]
        props: dict[str, Any] = {"linestyle": "--", "marker": "s", "markersize": 4, "label": "validation"}
        self.validation = self.moving_line(self.right, color=VERMILLION, **props)
        self.sweep = self.moving_line(self.all, color=BLUE, marker="o", markersize=5, linewidth=1.2)
        self.lost = self.moving_marks(self.all, "x", VERMILLION, 7, label="no longer a number")
        self.here = self.moving_marks(self.all, "D", BLUE, 11, markeredgecolor=self.style.ink, clip_on=False)
        self.title = self.heading(0.055, 0.935, 1)

    def background(self, result: LearningRate) -> tuple[str, ...]:
        return tuple(name for name, curve in result.four.items() if len(curve) > 1)

    def set_background(self, result: LearningRate) -> None:
        """The legend names what is in the picture."""
        four = (self.four[NAMES.index(name)] for name in self.background(result))
        props: dict[str, Any] = {"columnspacing": 1.1, "handlelength": 2.0, "handletextpad": 0.5}
        handles = [self.mine[0], self.validation, *four, self.lost]
        self.legend_in_figure(self.loss, "upper left", (0.04, 0.915), 7, handles=handles, **props)

    def set_artists(self, result: LearningRate) -> None:
        for line, name in zip(self.four, NAMES):
            curve = result.four.get(name, np.empty(0))
            line.set_data(np.arange(len(curve)), np.minimum(curve, 2 * TOP))
        self.mine[0].set_data(result.epoch, np.minimum(result.loss, 2 * TOP))
        self.mine[1].set_data(result.epoch, 100 * result.accuracy)
        self.validation.set_data(result.epoch, 100 * result.val_accuracy)
        rates, alive = np.array(RATES), np.isfinite(result.last_accuracy)
        self.sweep.set_data(rates[alive], 100 * result.last_accuracy[alive])
        self.lost.set_data(rates[~alive], np.full((~alive).sum(), 3.0))
        at = result.last_accuracy[RATES.index(result.lr)]
        self.here.set_data([result.lr], [100 * at if np.isfinite(at) else 3.0])
        self.title.set_text(f"Pixels up to {result.pixels}, learning rate {rate(result.lr)}: {result.verdict}")

    def describe(self, result: LearningRate) -> str:
        low, high = result.useful
        said = f"Pixels up to {result.pixels}, learning rate {rate(result.lr)}: {result.verdict}."
        if result.diverged_at is None and result.loss.max() < 1e4:
            said += (
                f" In ten epochs the loss goes from {result.loss[0]:.4f} to {result.loss[-1]:.4f}, the share of "
                f"training digits that are right from {percent(result.accuracy[0])} to {percent(result.accuracy[-1])}."
            )
        return said + f" Rates from {rate(low)} to {rate(high)} get 90 % right."


def rate(lr: float) -> str:
    return exponents(f"{lr:g}")
