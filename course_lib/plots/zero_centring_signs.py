"""Pictures of agreeing signs: of random gradients, and of gradients inside trained networks."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_lib.experiments import zero_centring_networks as networks
from course_lib.experiments.zero_centring_signs import BATCHES, SignAgreement
from course_lib.plots.picture import Picture, log_axes
from course_lib.plots.style import BLUE, SERIES, VERMILLION

TALLEST = 0.78


class SignPicture(Picture):
    """Left: how many components of a gradient are positive. Right: how often all agree, against the batch size."""

    size = (9.6, 4.7)
    large_print = 1.1

    def build(self) -> None:
        self.counts = self.figure.add_axes((0.07, 0.135, 0.42, 0.73))
        self.curve = self.figure.add_axes((0.57, 0.135, 0.31, 0.73))
        ax = self.counts
        ax.set(xlim=(-0.06, 1.06), ylim=(0, TALLEST), xticks=[0, 0.5, 1], yticks=[0, 0.2, 0.4, 0.6])
        ax.set(xticklabels=["none", "half", "all"], xlabel="how many components are positive")
        ax.set_title("Share of gradients")
        self.mixed, self.agreed = self.moving_steps(ax, BLUE), self.moving_steps(ax, VERMILLION)
        self.tossed = self.moving_marks(ax, "_", self.style.theory, 9)
        self.words = self.moving(ax.text(0.5, TALLEST * 0.98, "", ha="center", va="top", linespacing=1.5))
        note = "dashes: if every sign were tossed"
        ax.text(0.5, TALLEST * 0.83, note, ha="center", va="top", color=self.style.theory)
        ax = self.curve
        _batch_axis(ax, BATCHES)
        ax.set_title("All components agree")
        self.limit = self.moving(ax.plot([1, 64], [0, 0], color=self.style.theory, linestyle="--", linewidth=1.5)[0])
        self.by_chance = self.moving(ax.plot([1, 64], [0, 0], color=self.style.theory, linestyle=":", linewidth=1.5)[0])
        self.shares = self.moving_line(ax, color=VERMILLION, marker="o", markersize=5)
        self.here = self.moving_line(ax, color=VERMILLION, marker="o", markersize=11)
        beside: dict[str, Any] = {"va": "center", "color": self.style.theory, "clip_on": False}
        self.limit_text = self.moving(ax.text(75, 0, "", **beside))
        self.by_chance_text = self.moving(ax.text(75, 0, "", **beside))

    def set_artists(self, result: SignAgreement) -> None:
        d = result.dimension
        edges = (np.arange(d + 2) - 0.5) / d
        ends = np.zeros(d + 1)
        ends[[0, -1]] = result.positive[[0, -1]]
        self.mixed.set_data(result.positive - ends, edges)
        self.agreed.set_data(ends, edges)
        self.tossed.set_data(np.arange(d + 1) / d, _binomial(d))
        self.words.set_text(
            f"mean {result.mean:.2f}, d = {d}, B = {result.batch_size}\nall agree: {result.share:.3f}".replace("-", "−")
        )
        self.shares.set_data(BATCHES, result.shares)
        self.here.set_data([result.batch_size], [result.share])
        # Two labels need room between them, also where the lines meet.
        apart = max(result.limit, result.by_chance + 0.085)
        for line, text, value, at, name in (
            (self.limit, self.limit_text, result.limit, apart, "B→∞"),
            (self.by_chance, self.by_chance_text, result.by_chance, result.by_chance, "toss"),
        ):
            line.set_ydata([value, value])
            text.set_y(at)
            text.set_text(f"{name} {_share(value)}")

    def describe(self, result: SignAgreement) -> str:
        return (
            f"{result.dimension} inputs with mean {result.mean:.2f}, {_examples(result.batch_size)}: all components "
            f"of the gradient have one sign in {result.share:.3f} of 8000 draws. The limit for large batches is "
            f"{_share(result.limit)}; tossed signs would agree in {_share(result.by_chance)}."
        ).replace("-", "−")


class NetworkSignsPicture(Picture):
    """Left: agreement inside five trained networks at one batch size. Right: the same against the batch size."""

    size = (9.6, 4.4)

    def build(self) -> None:
        names = list(networks.NETWORKS)
        rows = np.arange(len(names))
        bars = self.figure.add_axes((0.225, 0.14, 0.275, 0.70))
        bars.set(xlim=(0, 1.0), ylim=(len(names) - 0.45, -0.55), yticks=rows, yticklabels=names, xticks=[0, 0.5, 1])
        bars.set_xlabel("share of gradients")
        bars.set_title("Weights of a unit pushed one way", x=-0.8)
        colours = [series["color"] for series in SERIES[: len(names)]]
        self.bars = [self.moving(bar) for bar in bars.barh(rows, 0, color=colours, height=0.55)]
        self.values = [self.moving(bars.text(0.02, float(row), "", va="center")) for row in rows]
        ax = self.figure.add_axes((0.60, 0.14, 0.37, 0.70))
        _batch_axis(ax, networks.BATCHES)
        ax.set_title("Against the batch size")
        self.line = self.moving(ax.plot([1, 1], [-0.03, 1.05], color=self.style.faint, linewidth=6)[0])
        self.curves = [self.moving_line(ax, markersize=5, **series) for series in SERIES[: len(names)]]
        self.row_keys(bars, -0.80, -0.68, SERIES[: len(names)])

    def set_artists(self, result: networks.NetworkSigns) -> None:
        self.line.set_xdata([result.batch_size] * 2)
        for bar, text, curve, share, shares in zip(
            self.bars, self.values, self.curves, result.share, result.shares, strict=True
        ):
            bar.set_width(share)
            text.set_x(0.02 if share > 0.75 else share + 0.02)
            text.set_text(f"{share:.2f}" if share >= 0.005 else "0.00")
            text.set_color(self.style.paper if share > 0.75 else self.style.ink)
            curve.set_data(networks.BATCHES, shares)

    def describe(self, result: networks.NetworkSigns) -> str:
        shares, with_bias = (
            "; ".join(f"{name} {share:.2f}" for name, share in zip(result.names, result.at_batch_size(kind)))
            for kind in ("shares", "with_bias")
        )
        return (
            f"Second hidden layer of 64-10-10-10 networks after {result.steps} steps on the digits, "
            f"{_examples(result.batch_size)}: share of units whose weight gradients have one sign, zeros left out: "
            f"{shares}. With the gradient of the bias among them: {with_bias}."
        )


def _batch_axis(ax: Axes, sizes: tuple[int, ...]) -> None:
    log_axes(ax, "x", xlim=(0.9, sizes[-1] * 1.12), ylim=(-0.03, 1.05), xticks=sizes, yticks=[0, 0.25, 0.5, 0.75, 1])
    ax.set(xticklabels=[str(size) for size in sizes], xlabel="batch size B")


def _binomial(d: int) -> np.ndarray:
    return np.array([math.comb(d, k) for k in range(d + 1)]) / 2.0**d


def _share(value: float) -> str:
    return "<0.001" if value < 5e-4 else f"{value:.3f}"


def _examples(number: int) -> str:
    return "one example" if number == 1 else f"batches of {number}"
