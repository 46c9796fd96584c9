"""The picture of a gradient check: the V of its error against the step h, and the loss seen through such a step."""

from typing import Any

import numpy as np

from course_lib.experiments.neurons_gradient_check import ZOOM, GradientCheckSweep
from course_lib.plots.activations import name_of, number
from course_lib.plots.picture import Picture, log_axes, step_up
from course_lib.plots.style import BLUE, GREEN, VERMILLION

LOWEST = 1e-10
BANDS = ((1e-2, "wrong", 0.6), (1e-4, "doubtful", 1e-3), (1e-7, "fine with\nkinks", 3e-6), (None, "right", 3e-9))


class GradientCheckPicture(Picture):
    """Left: relative error against h, with the thresholds. Right: the loss along one weight, from −2h to 2h."""

    size = (9.6, 4.8)

    def build(self) -> None:
        errors = self.errors = self.figure.add_axes((0.075, 0.125, 0.44, 0.78))
        close = self.close = self.figure.add_axes((0.705, 0.125, 0.28, 0.68))
        log_axes(errors, "xy", xlim=(1e-13, 1e-1), ylim=(LOWEST, 1e3))
        errors.set(xlabel="step h", xticks=[1e-13, 1e-10, 1e-7, 1e-4, 1e-1], yticks=[1e-10, 1e-7, 1e-4, 1e-2, 1])
        errors.set_title("Largest relative error |a − n| / max(|a|, |n|)")
        for limit, words, at in BANDS:
            if limit:
                errors.axhline(limit, color=self.style.faint)
            errors.text(2e-1, at, words, color=self.style.theory, va="center")
        props: dict[str, Any] = {"markevery": 4, "markersize": 4.5}
        self.forward = self.moving_line(
            errors, color=VERMILLION, linestyle="--", marker="s", label="one-sided", **props
        )
        self.central = self.moving_line(errors, color=BLUE, marker="o", label="central", **props)
        errors.legend(loc="upper center", ncol=2)
        self.step = self.moving(errors.axvline(1e-5, ymax=0.86, color=self.style.theory, linewidth=1.2))
        self.here = self.moving_line(errors, color=BLUE, marker="o", markersize=11)
        close.set(xlim=(-2.1, 2.1), xticks=[-2, -1, 0, 1, 2], xlabel="move of one weight")
        close.set_xticklabels(["−2h", "−h", "0", "h", "2h"])
        close.set(ylim=(-1, 1), yticks=[-1, 0, 1], yticklabels=["", "0", ""])
        close.axhline(0, color=self.style.faint)
        # The scale of this axis follows h over twelve decades; as moving text it needs no new background.
        self.top = self.moving(close.text(-2.0, 0.96, "", va="top"))
        close.set_title("Change of the loss ÷ h", pad=44)
        self.slope = self.moving_line(close, color=VERMILLION, linestyle="--", label="slope by the code")
        self.rise = self.moving_line(close, color=BLUE, label="loss")
        props = {"linestyle": ":", "marker": "D", "markersize": 7}
        self.chord = self.moving_line(close, color=GREEN, label="slope measured", **props)
        handles = [self.rise, self.slope, self.chord]
        self.legend_above(close, (-0.28, 0.99), 2, handles=handles, columnspacing=1.0, handlelength=1.6)

    def set_artists(self, result: GradientCheckSweep) -> None:
        self.central.set_data(result.hs, np.maximum(result.central, LOWEST))
        self.forward.set_data(result.hs, np.maximum(result.forward, LOWEST))
        self.step.set_xdata([result.h, result.h])
        self.here.set_data([result.h], [max(result.error, LOWEST)])
        top = step_up(1.05 * max(float(np.abs(result.rise).max()), 2 * abs(result.analytic), 1e-12))
        self.top.set_text(f"top: {top:g}")
        self.rise.set_data(result.zoom, result.rise / top)
        self.slope.set_data(ZOOM[[0, -1]], result.analytic * ZOOM[[0, -1]] / top)
        left, right = np.interp([-1.0, 1.0], ZOOM, result.rise / top)  # the two points the measurement uses
        self.chord.set_data([-1, 1], [left, right])

    def describe(self, result: GradientCheckSweep) -> str:
        least = result.central[result.best]
        if least > 1e-2:  # which step is the best of a flat curve says nothing
            end = f"No step brings it below {number(least, 2)}."
        else:
            good = np.log10(result.hs[result.central < 10 * least])  # which one is best, rounding decides
            end = f"Central differences are best near h = {number(10.0 ** np.round(good.mean()), 1)}."
        code = "The code" if result.bug == "none" else f"The code with the mistake “{result.bug}”"
        return (
            f"{code} for {name_of(result.activation)}, in {result.precision}, checked with h = {number(result.h, 2)}: "
            f"the largest relative error is {number(result.error, 2)} ({result.verdict}). At the worst weight the code "
            f"says {number(result.analytic, 4)}, the measurement {number(result.numeric, 4)}. {end}"
        )
