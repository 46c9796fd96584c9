"""The picture of conditioning: a valley that the mean of the inputs makes narrow, and gradient descent in it."""

from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from course_lib.experiments.zero_centring_conditioning import MEANS, NEAR, START, STEPS, Conditioning
from course_lib.plots.activations import many
from course_lib.plots.picture import Picture, log_axes
from course_lib.plots.style import BLUE, GREEN, PURPLE, VERMILLION
from course_lib.plots.zero_centring import ellipses

REACH = 1.45
SHOWN = 150  # steps of the path that are drawn
AT = np.unique(np.geomspace(1, STEPS, 120).astype(int))  # steps at which the distance is drawn


class ConditioningPicture(Picture):
    """Left: the path in the valley. Right: the condition number against the mean, and the way left at every step."""

    size = (10.0, 5.6)
    large_print = 1.05

    def build(self) -> None:
        self.headline = self.heading(0.07, 0.98, 1, va="top")
        plane = self.plane = self.figure.add_axes((0.07, 0.10, 0.42, 0.77))
        plane.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        plane.set_xlabel("error of w along the mean")
        self.contours = self.moving_line(plane, color=self.style.theory, linewidth=1.0)
        self.path = self.moving_line(plane, color=VERMILLION, linewidth=1.2, marker="o", markersize=3.5)
        plane.plot(*START, color=self.style.ink, marker="s", markersize=7)
        plane.annotate("start", (START[0], START[1]), (8, 6), textcoords="offset points")
        plane.plot(0, 0, color=BLUE, marker="*", markersize=16)
        kappa = self.figure.add_axes((0.605, 0.56, 0.375, 0.27))
        log_axes(kappa, "y", xlim=(-2, 2), ylim=(0.8, 3e5), yticks=[1, 100, 1e4], xticks=[-2, -1, 0, 1, 2])
        kappa.set(yticklabels=["1", "100", "10 000"], xlabel="mean of every input, in std")
        kappa.grid(True)
        kappa.set_title("Condition number λmax/λmin", pad=24)
        self.curve = self.moving_line(kappa, color=GREEN)
        self.curve_bias = self.moving_line(kappa, color=PURPLE, linestyle="--")
        self.measured = self.moving_marks(kappa, "D", self.style.ink, 8, clip_on=False)
        handles = [
            Line2D([], [], color=GREEN, label="weights"),
            Line2D([], [], color=PURPLE, linestyle="--", label="with bias"),
            Line2D([], [], color=self.style.ink, marker="D", linestyle="none", label="4000 examples"),
        ]
        narrow: dict[str, Any] = {"borderaxespad": 0.0, "columnspacing": 1.0, "handlelength": 1.8}
        self.legend_above(kappa, (-0.03, 0.98), 3, handles=handles, **narrow)
        way = self.figure.add_axes((0.605, 0.10, 0.375, 0.25))
        way.set(ylim=(0, 1.2), yticks=[0, 0.5, 1], xlabel="step")
        way.axhline(NEAR, color=BLUE, linewidth=1.2, linestyle="--")
        way.set_title("Distance to the target", pad=6)
        log_axes(way, "x", xlim=(1, STEPS), xticks=[1, 10, 100, 1000], xticklabels=["1", "10", "100", "1000"])
        way.grid(True)
        self.distance = self.moving_line(way, color=VERMILLION)

    def background(self, result: Conditioning) -> tuple:
        return (result.bias,)

    def set_background(self, result: Conditioning) -> None:
        self.plane.set_ylabel("error of the bias" if result.bias else "error of w across the mean")

    def set_artists(self, result: Conditioning) -> None:
        self.headline.set_text(short_headline(result))
        eigenvalues, directions = np.linalg.eigh(result.hessian)
        self.contours.set_data(*ellipses(eigenvalues, directions, START, np.zeros(2)))
        last = 12 if result.diverges else min(result.steps_needed or SHOWN, SHOWN)
        self.path.set_data(*np.clip(result.path[: last + 1], -50, 50).T)
        self.curve.set_data(MEANS, result.curve)
        self.curve_bias.set_data(MEANS, result.curve_bias)
        self.measured.set_data([result.mean], [result.measured])
        self.distance.set_data(AT, np.minimum(result.distance[AT], 1e3))

    def describe(self, result: Conditioning) -> str:
        across = "the valley" if result.condition > 1 else "the minimum"
        way = f"bounces across {across} at every step" if result.turns else "does not bounce"
        measured = f"4000 random examples have condition number {_number(result.measured)}"
        return f"{headline(result)}. The path {way}. {measured}."


def short_headline(result: Conditioning) -> str:
    return f"κ = {_number(result.condition)},  η = {result.lr:.3g}:  {_fate(result)}"


def headline(result: Conditioning) -> str:
    bias = " and a bias" if result.bias else ""
    return (
        f"{result.dimension} inputs with mean {result.mean:.2f}{bias}: κ = {_number(result.condition)},  "
        f"η = {result.rate:.2f}/λmax = {result.lr:.3g}:  {_fate(result)}"
    ).replace("-", "−")


def _fate(result: Conditioning) -> str:
    if result.steps_needed:
        return f"{many(result.steps_needed, 'step')} to the target"
    if result.rate > 2 - 1e-9:
        return "diverges" if result.diverges else "never at the target"
    return f"over {STEPS} steps"


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}".replace(",", "\u202f")
