"""The picture of training with and without batch normalisation: two maps, and the curves of one cell."""

from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from course_lib.experiments.batchnorm_training import RATES, SCALES, STEPS, BatchNormTraining
from course_lib.plots.activations import many, name_of, percent
from course_lib.plots.picture import Picture
from course_lib.plots.style import BLUE, VERMILLION

DIVERGED = VERMILLION


class TrainingPicture(Picture):
    """Left and middle: accuracy over initial scale and learning rate, without and with. Right: the chosen cell."""

    size = (10.0, 5.2)

    def build(self) -> None:
        self.maps: list[Any] = []
        self.frames: list[Any] = []
        self.crosses: list[Any] = []
        for left, title in ((0.085, "Without"), (0.365, "With batch norm")):
            axes = self.figure.add_axes((left, 0.25, 0.255, 0.62))
            self._build_map(axes, title, labelled=left < 0.2)
        bar = self.figure.add_axes((0.085, 0.075, 0.255, 0.03))
        bar.imshow(np.linspace(0, 1, 200)[None], aspect="auto", cmap=self.colormap, extent=(0, 100, 0, 1))
        bar.set(yticks=[], xticks=[0, 50, 100], xticklabels=["0", "50", "100 %"])
        bar.set_title("training accuracy", fontsize=self.style.font - 1, pad=3, weight="normal")
        self.figure.text(0.365, 0.07, "×  diverged", color=DIVERGED, weight="bold")
        self.figure.text(0.475, 0.07, "□  cell on the right")
        curves = self.curves = self.figure.add_axes((0.70, 0.25, 0.285, 0.54))
        curves.set(xlim=(0, STEPS), ylim=(0, 1.04), yticks=[0, 0.1, 0.5, 1], yticklabels=["0", "10", "50", "100"])
        curves.axhline(0.1, color=self.style.faint, linewidth=1)
        curves.set_xlabel("step")
        self.cell_title = self.heading(0.665, 0.895, 1, va="bottom")
        self.plain = self.moving_line(
            curves, color=VERMILLION, linestyle="--", marker="s", markersize=4, label="without"
        )
        self.norm = self.moving_line(curves, color=BLUE, marker="o", markersize=4, label="with")
        self.legend_above(curves, (-0.14, 1.0), 2)
        self.figure.text(0.665, 0.115, "cells ahead by more than 5 points:")
        self.verdict = self.moving(self.figure.text(0.665, 0.065, ""))

    def _build_map(self, axes, title: str, labelled: bool) -> None:
        axes.set_title(title)
        axes.spines[:].set_visible(False)
        self.maps.append(self.moving_image(axes, (len(SCALES), len(RATES)), vmin=0, vmax=1, aspect="auto"))
        axes.set(xticks=range(len(RATES)), yticks=range(len(SCALES)), xlabel="learning rate")
        axes.set_xticklabels([f"{lr:g}" for lr in RATES], fontsize=self.style.font - 2.5)
        axes.set_yticklabels([f"{scale:g}" for scale in SCALES] if labelled else [])
        axes.tick_params(length=0)
        if labelled:
            axes.set_ylabel("std of the initial weights")
        self.crosses.append(self.moving_marks(axes, "x", DIVERGED, 9, markeredgewidth=2.5))
        outline = [withStroke(linewidth=5.5, foreground="#000000")]  # white alone is lost on yellow
        props: dict[str, Any] = {"fill": False, "edgecolor": "#ffffff", "linewidth": 2.5, "path_effects": outline}
        self.frames.append(self.moving(axes.add_patch(Rectangle((0, 0), 0.88, 0.88, **props))))

    def set_artists(self, result: BatchNormTraining) -> None:
        row, column = result.cell
        for way, accuracy in enumerate((result.plain, result.norm)):
            broken = ~np.isfinite(accuracy)
            self.maps[way].set_data(np.where(broken, 0.0, accuracy))
            self.crosses[way].set_data(*np.nonzero(broken)[::-1])
            self.frames[way].set_xy((column - 0.44, row - 0.44))
        self.plain.set_data(result.step, result.plain_curve)
        self.norm.set_data(result.step, result.norm_curve)
        self.cell_title.set_text(f"std {result.scale:g}, rate {result.lr:g}: accuracy, %")
        ahead, behind = result.ahead
        self.verdict.set_text(f"with {ahead},  without {behind},  of {result.plain.size}")

    def describe(self, result: BatchNormTraining) -> str:
        ahead, behind = result.ahead
        ends = result.plain_curve[-1], result.norm_curve[-1]
        fates = ["has diverged" if np.isnan(end) else f"reaches {percent(end)}" for end in ends]
        return (
            f"{many(result.depth, f'hidden {name_of(result.activation)} layer')}, "
            f"batch norm {result.place} the non-linearity, after {result.step[-1]} steps. "
            f"Weights of std {result.scale:g}, learning rate {result.lr:g}: the network without {fates[0]}, "
            f"the one with {fates[1]} training accuracy. Of {result.plain.size} settings batch "
            f"norm is ahead in about {ahead} and behind in {behind}, by more than 5 points."
        )
