"""The picture of learning rates drawn evenly and on a log scale, over what a real network makes of each rate."""

import numpy as np

from course_lib.experiments.search_scale import DECADES, RATES, LogScale
from course_lib.plots.picture import Picture, exponents
from course_lib.plots.style import BLUE, ORANGE, VERMILLION

NAMES = ("evenly: low + (high − low)·u", "on a log scale: low·(high/low)ᵘ")
COLOURS, MARKERS = (VERMILLION, BLUE), ("s", "o")


class LogScalePicture(Picture):
    """Above: accuracy against the learning rate, with the draws as rows of dots. Below: the share of each decade."""

    size = (10.0, 6.0)
    large_print = 1.15

    def build(self) -> None:
        self.accuracy = self.figure.add_axes((0.105, 0.50, 0.88, 0.30))
        self.accuracy.set(xscale="log", xlim=(1e-8, 1e2), ylim=(-48, 104))
        self.accuracy.set_yticks([-37, -17, 0, 50, 100], ["log scale", "evenly", "0", "50", "100"])
        self.accuracy.set_title("Digits right after 9 epochs, %, and the learning rates drawn")
        self.band = self.moving(self.accuracy.axvspan(1e-2, 1e-1, color=ORANGE, alpha=0.25, linewidth=0))
        self.curve = self.moving_line(self.accuracy, color=self.style.ink)
        self.dots = [
            self.moving_marks(self.accuracy, marker, colour, 6, alpha=0.75, markeredgewidth=0)
            for colour, marker in zip(COLOURS, MARKERS)
        ]
        for label in self.accuracy.get_yticklabels()[:2]:  # in ink: blue letters cannot be read on dark paper
            label.set(weight="bold")
        self.shares = []
        for i, (name, colour) in enumerate(zip(NAMES, COLOURS)):
            axes = self.figure.add_axes((0.105 + 0.46 * i, 0.11, 0.42, 0.24))
            axes.set(xscale="log", xlim=(1e-8, 1e2), ylim=(0, 104), yticks=[0, 50, 100], xlabel="learning rate")
            axes.set_title(name, color=colour)
            bars = self.moving_stairs(axes, DECADES, fill=True, color=colour, alpha=0.45)
            line = self.moving_stairs(axes, DECADES, color=self.style.theory, linewidth=1.4, linestyle=":")
            self.shares.append((bars, line))
            if i == 0:
                axes.set_ylabel("share, %", labelpad=2)
        self.remark(0.985, 0.415, "bars: share of the draws in each decade; dotted: expected", ha="right")
        self.title = self.heading(0.105, 0.945, 2)
        self.note = self.moving(self.figure.text(0.105, 0.893, "", fontsize=self.style.font))

    def set_artists(self, result: LogScale) -> None:
        n = result.rates.shape[1]
        self.curve.set_data(RATES, 100 * result.curve)
        low, high = result.good
        self.band.set_bounds(low, 0, high - low, 1)
        for dots, row, height in zip(self.dots, result.rates, (-17, -37)):
            dots.set_data(row, np.full(n, height))
        for (bars, line), share, expected in zip(self.shares, result.share, result.expected):
            bars.set_data(100 * share)
            line.set_data(100 * expected)
        self.title.set_text(f"{n} learning rates from {power(result.low)} to {power(result.high)}")
        even, log = map(_percent, result.good_share)
        shares = f"{even} of an even draw, {log} of a draw on a log scale"
        self.note.set_text(f"Good ones (shaded, {low:.2g} to {high:.2g}): {shares}")

    def describe(self, result: LogScale) -> str:
        (even, log), top = map(_percent, result.good_share), _percent(result.expected[0].max())
        return (
            f"{result.rates.shape[1]} learning rates from {power(result.low)} to {power(result.high)}. Drawn evenly, "
            f"{top} of them are expected in the highest decade; on a log scale each decade has the same "
            f"share. Good rates, {result.good[0]:.2g} to {result.good[1]:.2g}, are {even} of an even draw and {log} of "
            "a draw on a log scale."
        )


def power(value: float) -> str:
    return exponents(f"{value:.0e}") if value < 0.01 else f"{value:g}"


def _percent(share: float) -> str:
    return "none" if share == 0 else f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"
