"""The picture of the map of learning rates: where a run lands, where it is lost, and one slice of it."""

import math
from typing import Any

import matplotlib as mpl
import numpy as np

from course_lib.experiments.optimizers_map import (
    BETA_HIGH,
    EIGENVALUES,
    HIGH,
    LOW,
    WITH_BETA,
    LearningRateMap,
    best_rate,
)
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.plots.activations import many, percent
from course_lib.plots.optimizers import decades, short, surface_name
from course_lib.plots.picture import Beyond, Picture, cut_off
from course_lib.plots.style import BLUE, GREEN, LIGHT, VERMILLION

DARKEST = -8.0  # log10 of what is left
SLICE_LOW, SLICE_HIGH = 1e-10, 1e3


class MapPicture(Picture):
    """Left: what is left of the loss for every learning rate and β. Right: the slice at the chosen β."""

    size = (10.0, 5.2)

    def build(self) -> None:
        self.headline = self.moving(self.figure.text(0.06, 0.975, "", weight="bold", va="top"))
        ax = self.map = self.figure.add_axes((0.06, 0.115, 0.42, 0.78))
        colours = mpl.colormaps[self.colormap].with_extremes(bad=VERMILLION, over=VERMILLION)
        logs = (math.log10(LOW), math.log10(HIGH))
        props: dict[str, Any] = {"cmap": colours, "vmin": DARKEST, "vmax": 0, "origin": "lower", "aspect": "auto"}
        self.image = self.moving_image(ax, (2, 2), extent=(*logs, 0, BETA_HIGH), **props)
        ax.set(xlim=logs, ylim=(0, BETA_HIGH), xticks=range(-3, 2), xlabel="learning rate η")
        ax.set_xticklabels(["0.001", "0.01", "0.1", "1", "10"])
        self.axis_name = self.moving_text(ax, -0.06, 0.55, ha="right")
        self.border = self.moving_line(ax, color="#ffffff", linestyle="--", linewidth=2)
        self.level = self.moving_line(ax, color="#ffffff", linewidth=1)
        star: dict[str, Any] = {"markersize": 15, "markeredgecolor": LIGHT.ink, "clip_on": False, "zorder": 5}
        self.best = self.moving_line(ax, "*", color="#ffffff", **star)
        rim: dict[str, Any] = {"markersize": 10, "markeredgecolor": "#ffffff", "markeredgewidth": 2, "clip_on": False}
        self.here = self.moving_line(ax, "o", color=VERMILLION, **rim)
        bar = self.figure.add_axes((0.49, 0.115, 0.015, 0.64))
        self.colour_bar(bar, DARKEST, 0, cmap=colours)
        bar.set(yticks=[-8, -6, -4, -2, 0], yticklabels=["10⁻⁸", "10⁻⁶", "10⁻⁴", "0.01", "all"])
        patch = self.figure.add_axes((0.49, 0.79, 0.015, 0.035))
        patch.set(xticks=[], yticks=[], facecolor=VERMILLION)
        self.figure.text(0.512, 0.807, "lost", va="center", fontsize=self.style.font - 1)
        self._build_slice()

    def _build_slice(self) -> None:
        ax = self.cut = self.figure.add_axes((0.645, 0.115, 0.335, 0.70))
        decades(ax, "x", LOW, HIGH)
        ax.set_xticklabels(["0.001", "0.01", "0.1", "1", "10"])
        decades(ax, "y", SLICE_LOW, SLICE_HIGH, every=3)
        ax.axhline(1, color=self.style.faint)
        ax.set_title("Share of the loss left, along the line", pad=26)
        ax.set_xlabel("learning rate η")
        self.curve = self.moving_line(ax, color=BLUE)
        self.limit = self.moving_line(ax, color=VERMILLION, linestyle="--", linewidth=1.5)
        self.optimum = self.moving_line(ax, color=GREEN, linestyle=":", linewidth=2)
        self.dot = self.moving_line(ax, "o", color=VERMILLION, markersize=10, clip_on=False)
        self.beyond = Beyond(self, ax, VERMILLION, size=10)
        self.notes = [self.moving_text(ax, x, 1.02, ha=side, va="bottom") for x, side in ((0, "left"), (1, "right"))]

    def set_artists(self, result: LearningRateMap) -> None:
        logs = np.log10(np.maximum(result.left, 1e-30))
        self.image.set_data(np.where(np.isfinite(logs), logs, 9.0))
        at, span = math.log10(result.lr), (math.log10(LOW), math.log10(HIGH))
        self.level.set_data(span, [result.beta, result.beta])
        self.here.set_data([at], [result.beta])
        self.axis_name.set_text("β" if result.optimizer in WITH_BETA else "no β")
        lr, beta, left = result.best
        self.best.set_data([math.log10(lr)], [beta])
        self.border.set_data(*([], []) if result.limit is None else (np.log10(result.limit), result.betas))
        self.curve.set_data(result.fine_lrs, cut_off(result.slice, SLICE_LOW, SLICE_HIGH, lost=math.inf))
        here = result.here if math.isfinite(result.here) else math.inf
        self.dot.set_data([result.lr], [here if SLICE_LOW <= here <= SLICE_HIGH else math.nan])
        self.beyond.set([result.lr], [here])
        limit, optimum = limits(result)
        for line, rate in ((self.limit, limit), (self.optimum, optimum)):
            line.set_data(*([], []) if rate is None else ([rate] * 2, [SLICE_LOW, SLICE_HIGH]))
        self.notes[0].set_text("" if optimum is None else f"theory: best {optimum:.3g}")
        self.notes[1].set_text("" if limit is None else f"limit {limit:.3g}")
        run = f"{_label(result)}, {surface_name(result.surface)}, {many(result.steps, 'step')}"
        self.headline.set_text(f"{run}: best cell η {lr:.2g}{_with_beta(result, beta)}")

    def describe(self, result: LearningRateMap) -> str:
        lr, beta, left = result.best
        limit, optimum = limits(result)
        left_here = short(result.here) if result.here < 0.9995 else "nearly all"
        here = "is lost" if not result.here <= 1 else f"leaves {left_here} of the loss"
        at = f"η = {result.lr:.3g}{_with_beta(result, result.beta)}"
        theory = "" if limit is None else f" In theory it diverges in the long run from η = {limit:.3g} on."
        theory += "" if optimum is None else f" The best constant rate in the long run is {optimum:.3g}."
        cut_lr, cut_left = result.best_on_slice
        steps = many(result.steps, "step")
        return (
            f"{_label(result)}, {surface_name(result.surface)}, {steps}: {at} {here}. On this line, searched more "
            f"finely, η = {cut_lr:.2g} is best with {short(cut_left)}; of the cells of the map η = {lr:.2g}"
            f"{_with_beta(result, beta)} with {short(left)}. {percent(result.lost)} of the cells end higher than they "
            f"began: lost.{theory}"
        )


def limits(result: LearningRateMap) -> tuple[float | None, float | None]:
    """Theory for the slice: where it diverges, and the best rate of plain descent; None where there is none."""
    limit = None if result.limit is None else float(np.interp(result.beta, result.betas, result.limit))
    plain = result.optimizer == "sgd" and result.surface in EIGENVALUES
    return limit, best_rate(EIGENVALUES[result.surface])[0] if plain else None


def _with_beta(result: LearningRateMap, beta: float) -> str:
    return f", β {beta:.2g}" if result.optimizer in WITH_BETA else ""


def _label(result: LearningRateMap) -> str:
    return OPTIMIZERS[result.optimizer].label
