"""The picture of the two modes: statistics of one unit while training, and what each mode costs on test images."""

import math
from typing import Any

import numpy as np

from course_lib.experiments.batchnorm_modes import MODES, SIZES, BatchNormModes
from course_lib.plots.picture import Picture, log_axes, step_up
from course_lib.plots.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION

STYLES: dict[str, dict[str, Any]] = {
    "eval": {"color": BLUE, "linestyle": "-", "marker": "o", "label": "eval: running averages"},
    "train": {"color": GREEN, "linestyle": "-.", "marker": "^", "label": "train: own batch, shuffled"},
    "train, sorted": {"color": VERMILLION, "linestyle": "--", "marker": "s", "label": "train: own batch, sorted"},
    "never updated": {"color": PURPLE, "linestyle": ":", "marker": "D", "label": "never updated: 0 and 1"},
}


class ModesPicture(Picture):
    """Left: mean and std of one unit, per batch, running and true. Right: test accuracy against the test batch."""

    size = (10.0, 5.4)
    large_print = 1.1

    def build(self) -> None:
        self.means = self.figure.add_axes((0.07, 0.60, 0.42, 0.27))
        self.stds = self.figure.add_axes((0.07, 0.11, 0.42, 0.31))
        self.tests = self.figure.add_axes((0.575, 0.11, 0.40, 0.58))
        self.curves = [self._statistics(axes) for axes in (self.means, self.stds)]
        self.means.set_title("Mean of one unit before normalising", pad=24)
        self.stds.set_title("Its standard deviation")
        self.stds.set_xlabel("training step")
        narrow: dict[str, Any] = {"columnspacing": 0.9, "handletextpad": 0.4, "handlelength": 1.4}
        self.legend_above(self.means, (-0.03, 0.97), 3, handles=self.curves[0], **narrow)
        self._build_tests()
        box = {"facecolor": self.style.paper, "edgecolor": VERMILLION, "pad": 14}
        props: dict[str, Any] = {"ha": "center", "va": "center", "color": VERMILLION, "linespacing": 1.7, "bbox": box}
        self.message = self.heading(0.5, 0.42, 2, visible=False, **props)

    def _statistics(self, axes) -> tuple:
        axes.axhline(0, color=self.style.faint, linewidth=1)
        dashed: dict[str, Any] = {"color": self.style.ink, "linewidth": 1.5, "linestyle": "--"}
        batch = self.moving_marks(axes, ".", SKY, 5, label="each batch")
        true = self.moving_line(axes, label="whole training set", **dashed)
        return batch, true, self.moving_line(axes, color=ORANGE, linewidth=2.6, label="running average")

    def _build_tests(self) -> None:
        axes = self.tests
        log_axes(axes, "x", xlim=(0.8, 165), ylim=(0, 1.04), xticks=SIZES, yticks=[0, 0.25, 0.5, 0.75, 1])
        axes.set(xticklabels=[str(size) for size in SIZES], yticklabels=["0", "25", "50", "75", "100"])
        axes.set_xlabel("size of the test batch")
        axes.set_title("Test accuracy, %", pad=84)
        axes.axhline(0.1, color=self.style.faint, linewidth=1)
        self.lines = {mode: self.moving_line(axes, markersize=6, **STYLES[mode]) for mode in MODES}
        self.mark = self.moving_marks(axes, "o", self.style.ink, 17, markerfacecolor="none", markeredgewidth=2)
        self.legend_above(axes, (-0.03, 0.99), labelspacing=0.25, handlelength=2.6)

    def background(self, result: BatchNormModes) -> tuple[float, float, float]:
        steps = step_up(float(result.steps), (1.0, 2.0, 3.0, 5.0))
        if result.refused:
            return steps, 1.0, 1.0
        means = np.concatenate([result.batch_mean, result.running_mean, result.true_mean])
        stds = np.concatenate([result.running_std, result.true_std])
        mean = step_up(float(np.quantile(np.abs(means), 0.98)))
        return steps, mean, step_up(1.15 * float(np.quantile(stds, 0.98)), (1.0, 1.5, 2.0, 3.0, 5.0))

    def set_background(self, result: BatchNormModes) -> None:
        steps, mean, std = self.background(result)
        self.means.set(xlim=(0, steps), ylim=(-mean, mean))
        self.stds.set(xlim=(0, steps), ylim=(0, std))

    def set_artists(self, result: BatchNormModes) -> None:
        at = np.arange(1, len(result.batch_mean) + 1)
        means = result.batch_mean, result.true_mean, result.running_mean
        stds = result.batch_std, result.true_std, result.running_std
        for curves, values in zip(self.curves, (means, stds), strict=True):
            for curve, numbers in zip(curves, values, strict=True):
                curve.set_data(at, numbers)
        for mode, line in self.lines.items():
            line.set_data(SIZES, result.accuracy[mode])
            line.set_linewidth(self.style.line * (1.7 if mode == result.mode else 0.8))
        drawn = [] if math.isnan(result.chosen) else [result.chosen]
        self.mark.set_data([result.test_batch] * len(drawn), drawn)
        self.message.set_text(_message(result))
        self.message.set_visible(bool(_message(result)))

    def describe(self, result: BatchNormModes) -> str:
        if result.refused:
            return f"Training with batches of {result.train_batch}: refused. {result.refused}"
        if math.isnan(result.chosen):
            outcome = "a test batch of one has no statistics of its own, so the layer refuses"
        else:
            outcome = f"{result.chosen:.1%} of the test images are right"
        return (
            f"Trained for {result.steps} steps with batches of {result.train_batch}, running averages with momentum "
            f"{result.momentum:.3g}. The running standard deviation of the unit is {result.running_std[-1]:.3f}, the "
            f"true one {result.true_std[-1]:.3f}. Tested with {MODES[result.mode]}, in batches of "
            f"{result.test_batch}: {outcome}. In the right mode it is {result.accuracy['eval'][0]:.1%}."
        )


def _message(result: BatchNormModes) -> str:
    if result.refused:
        why = "every unit equals its own mean, so x̂ = 0 and no gradient comes back."
        return f"No training with one example per batch:\n{why}"
    if math.isnan(result.chosen):
        return "One test image has no statistics of its own: the layer refuses."
    return ""
