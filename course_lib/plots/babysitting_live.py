"""The picture of training while it runs: loss, accuracy, and the vital signs below."""

import numpy as np

from course_lib.experiments.babysitting_live import LiveTraining
from course_lib.plots.activations import percent
from course_lib.plots.picture import Beyond, Picture, cut_off, inside, log_axes, step_up
from course_lib.plots.style import BLUE, GREEN, SERIES, VERMILLION

LOSS = (1e-4, 1e3)
RATIO = (1e-6, 10.0)
GRADIENT = (1e-4, 100.0)
LAYERS = 4


class LiveTrainingPicture(Picture):
    """Above: loss and accuracy. Below: update-to-weight ratio of every layer, gradient norm, dead units."""

    size = (10.0, 6.2)
    large_print = 1.1

    def build(self) -> None:
        add = self.figure.add_axes
        self.loss, self.right = add((0.065, 0.525, 0.41, 0.33)), add((0.555, 0.525, 0.42, 0.33))
        self.ratio, self.slope = add((0.065, 0.085, 0.41, 0.31)), add((0.555, 0.085, 0.18, 0.31))
        self.dead = add((0.795, 0.085, 0.18, 0.31))
        self.axes = (self.loss, self.right, self.ratio, self.slope, self.dead)
        titles = ("Loss", "Right, %", "Update / weights", "Gradient norm", "Dead units, %")
        for axes, title in zip(self.axes, titles):
            axes.set_title(title)
        for axes, limits in ((self.loss, LOSS), (self.ratio, RATIO), (self.slope, GRADIENT)):
            log_axes(axes, "y", ylim=limits)
        self.right.set(ylim=(0, 104))
        self.dead.set(ylim=(-3, 104), xlabel="step")
        self.slope.set(xlabel="step")
        self.loss.axhline(np.log(10), color=self.style.faint, linewidth=1)
        self.ratio.axhline(1e-3, color=self.style.ink, linestyle="--", linewidth=1.5)
        self.ratio.set(xlabel="step", yticks=[1e-5, 1e-3, 1e-1])
        self.curves = [
            self.moving_line(axes, color=colour, linestyle=line, label=label)
            for axes in (self.loss, self.right)
            for colour, line, label in ((BLUE, "-", "training"), (VERMILLION, "--", "validation"))
        ]
        self.ratios = [
            self.moving_line(self.ratio, color=s["color"], linestyle=s["linestyle"], linewidth=1.5, label=f"W{k + 1}")
            for k, s in enumerate(SERIES[:LAYERS])
        ]
        self.below = [  # hollow: the present value lies below the axis
            self.moving_line(self.ratio, color=s["color"], marker="v", markersize=8, markerfacecolor="none")
            for s in SERIES[:LAYERS]
        ]
        self.signs = [self.moving_line(axes, color=GREEN, linewidth=1.8) for axes in (self.slope, self.dead)]
        self.beyond = Beyond(self, self.loss, BLUE), Beyond(self, self.slope, GREEN)
        self.now = [self.moving_marks(axes, "o", BLUE, 6) for axes in (self.loss, self.right)]
        self.moved = self.moving_marks(self.loss, "^", self.style.ink, 9, label="you moved")
        self.ratio.legend(loc="upper right", bbox_to_anchor=(1.02, 1.04), ncols=LAYERS, handlelength=2.0)
        self.title = self.heading(0.03, 0.96, 1)
        self.settings = self.moving(self.figure.text(0.03, 0.915, ""))

    def background(self, result: LiveTraining) -> tuple[float, bool]:
        return step_up(max(result.now, 200)), len(result.changed) > 0

    def set_background(self, result: LiveTraining) -> None:
        most, moved = self.background(result)
        handles = [*self.curves[:2], *[self.moved] * moved]
        self.legend_in_figure(self.loss, "upper right", (0.985, 0.95), 3, handles=handles)
        for axes in self.axes:
            axes.set(xlim=(0, 1.02 * most))
        for axes in (self.slope, self.dead):
            axes.set(xticks=[0, most])

    def set_artists(self, result: LiveTraining) -> None:
        losses = cut_off([result.loss, result.val_loss], *LOSS)  # what leaves the axes is cut off
        shares = 100 * np.array([result.accuracy, result.val_accuracy])
        for line, values in zip(self.curves, (*losses, *shares)):
            line.set_data(result.step, values)
        for dot, values in zip(self.now, (losses[0], shares[0])):
            dot.set_data(result.step[-1:], values[-1:])
        for line, mark, values in zip(self.ratios, self.below, result.ratio.T):
            drawn, below = inside(values, RATIO)
            line.set_data(result.step, drawn)
            mark.set_data(result.step[-1:][below[-1:]], [1.6 * RATIO[0]] * int(below[-1]))
        self.signs[0].set_data(result.step, cut_off(result.gradient, *GRADIENT))
        self.signs[1].set_data(result.step, 100 * result.dead)
        for mark, values in zip(self.beyond, (result.loss, result.gradient)):
            mark.set(result.step[-1:], values[-1:])
        self.moved.set_data(result.changed, [1.6 * LOSS[0]] * len(result.changed))
        self.title.set_text(state(result))
        self.settings.set_text(f"{settings(result)}, {result.images} images")

    def describe(self, result: LiveTraining) -> str:
        training, validation = percent(result.accuracy[-1]), percent(result.val_accuracy[-1])
        right = f"{training} of the training and {validation} of the validation digits"
        if result.diverged_at is not None:
            return f"{state(result)}; {settings(result)}. Before that, at step {result.now}, {right} were right."
        said = f"{state(result)}. {right} are right; {settings(result)}."
        if result.now:
            said += f" An update moves the weights by {np.median(result.ratio[-1]):.1g} of their length"
            said += f" ({ratio_in_words(result)}); {percent(result.dead[-1])} of the units are dead."
        return said


def state(result: LiveTraining) -> str:
    """Where the run stands, in one line."""
    if result.diverged_at is not None:
        return f"Diverged at step {result.diverged_at}: the loss is no longer a number"
    return f"Step {result.now}: loss {result.loss[-1]:.3g}, validation {result.val_loss[-1]:.3g}"


def settings(result: LiveTraining) -> str:
    return f"η = {result.lr:.3g}, λ = {result.l2:g}, dropout {result.dropout:g}"


def ratio_in_words(result: LiveTraining) -> str:
    now = float(np.median(result.ratio[-1]))
    limits = ((1e-4, "far below"), (3e-4, "below"), (1e-2, "near"), (0.1, "above"))
    return f"{next((where for limit, where in limits if now < limit), 'far above')} 0.001"
