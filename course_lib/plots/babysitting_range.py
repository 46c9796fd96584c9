"""The picture of a range test: the loss and the length of the gradient against a rate that grows at every update."""

from typing import Any

import numpy as np

from course_lib.experiments.babysitting_range import HIGH, LOW, RangeTest
from course_lib.plots.activations import percent
from course_lib.plots.babysitting_rates import rate
from course_lib.plots.picture import Picture, cut_off, log_axes
from course_lib.plots.style import BLUE, GREEN, VERMILLION

TOP, NORMS = 4.0, (1e-2, 1e4)


class RangeTestPicture(Picture):
    """Left: loss of each batch and its running mean. Right: ‖g‖ before it is cut."""

    size = (10.0, 4.8)
    large_print = 1.1

    def build(self) -> None:
        self.loss = self.figure.add_axes((0.055, 0.14, 0.53, 0.60))
        self.norm = self.figure.add_axes((0.67, 0.14, 0.31, 0.60))
        log_axes(self.loss, "x", xlim=(LOW, HIGH), ylim=(0, TOP), xlabel="learning rate", title="Loss")
        log_axes(self.norm, "xy", xlim=(LOW, HIGH), ylim=NORMS, xlabel="learning rate", title="Length of the gradient")
        self.norm.set_xticks([1e-4, 1e-2, 1, 100])
        props: dict[str, Any] = {"color": self.style.faint, "linewidth": 0, "label": "90 % right in ten epochs"}
        self.useful = self.moving(self.loss.axvspan(1, 2, **props))
        self.batches = self.moving_line(self.loss, color=BLUE, linewidth=0.8, alpha=0.5, label="batches")
        self.smooth = self.moving_line(self.loss, color=BLUE, linewidth=2.6, label="running mean")
        self.steepest = self.moving(self.loss.axvline(1, color=GREEN, linestyle="--", label="steepest"))
        props = {"color": VERMILLION, "linestyle": ":", "linewidth": 2.4, "label": "explodes"}
        self.explodes = self.moving(self.loss.axvline(1, **props))
        self.lengths = self.moving_line(self.norm, color=BLUE, linewidth=1.4)
        self.clip = self.moving(self.norm.axhline(1, color=VERMILLION, linestyle="--"))
        self.title = self.heading(0.055, 0.93, 1)
        self.cut = self.moving_text(self.norm, 0.03, 0.99, color=VERMILLION, va="top")

    def background(self, result: RangeTest) -> bool:
        return result.explodes is not None

    def set_background(self, result: RangeTest) -> None:
        explodes = self.background(result)
        self.explodes.set_visible(explodes)
        handles = [self.smooth, self.batches, self.steepest, *[self.explodes] * explodes, self.useful]
        props: dict[str, Any] = {"handles": handles, "columnspacing": 1.1, "handlelength": 1.8}
        self.legend_in_figure(self.loss, "upper left", (0.04, 0.905), 5, **props)

    def set_artists(self, result: RangeTest) -> None:
        low, high = result.useful
        self.useful.set_x(low)
        self.useful.set_width(high - low)
        self.batches.set_data(result.rate, np.minimum(result.loss, 2 * TOP))
        self.smooth.set_data(result.rate, np.minimum(result.smooth, 2 * TOP))
        self.steepest.set_xdata([result.steepest] * 2)
        self.explodes.set_xdata([result.explodes or 1.0] * 2)
        self.lengths.set_data(result.rate, cut_off(result.norm, *NORMS))
        for artist in (self.clip, self.cut):
            artist.set_visible(result.clip > 0)
        if result.clip:
            self.clip.set_ydata([result.clip] * 2)
            self.cut.set_text(f"dashed: cut to {result.clip:g}")
        self.title.set_text(headline(result))

    def describe(self, result: RangeTest) -> str:
        low, high = result.useful
        end = f"It explodes at about {digits(result.explodes)}" if result.explodes else "It does not explode"
        if len(result.rate) < result.updates:
            end += f"; from about {digits(result.rate[-1])} on the loss is no longer a number"
        cut = ""
        if result.clip:
            share = float(np.mean(result.norm > result.clip))
            cut = f" Gradients are cut to length {result.clip:g}: {percent(share)} of them."
        return (
            f"{headline(result)}. {end}.{cut} Ten epochs at one rate, uncut, get 90 % right from {rate(low)} to "
            f"{rate(high)}."
        )


def headline(result: RangeTest) -> str:
    return (
        f"Pixels up to {result.pixels}, {result.updates} updates: steepest at {digits(result.steepest, 2)}, "
        f"a third of that {digits(result.start, 2)}"
    )


def digits(value: float, count: int = 1) -> str:
    return rate(float(f"{value:.{count}g}"))
