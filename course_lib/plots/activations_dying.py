"""The picture of dying units: shares over time, and the lines of all hidden units across the data."""

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from course_lib.data.clouds import spiral
from course_lib.experiments.activations_dying import STEPS, UNITS, DyingReLU
from course_lib.plots.activations import number, percent
from course_lib.plots.picture import Picture
from course_lib.plots.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION

VIEW = 1.6  # half the side of the window on the plane; the data end at 1
_AT_THE_END: dict[str, Any] = {"marker": "o", "markevery": [-1]}  # a dot where one looks


class DyingPicture(Picture):
    """Draws a `DyingReLU`."""

    size = (10.0, 5.2)
    large_print = 1.05

    def build(self) -> None:
        self.shares = self.figure.add_axes((0.065, 0.11, 0.51, 0.66))
        self.plane = self.figure.add_axes((0.645, 0.11, 0.34, 0.66))
        self.headline = self.heading(0.02, 0.975, 1.5, va="top")
        self._build_shares()
        self._build_plane()

    def _build_shares(self) -> None:
        ax = self.shares
        ax.set(xlim=(0, STEPS), ylim=(-0.02, 1.03), yticks=[0, 0.25, 0.5, 0.75, 1], xlabel="step (all 300 points)")
        ax.set_yticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
        ax.axhline(1 / 3, color=self.style.faint, linewidth=0.8)
        self.each = self.moving_collection(ax, LineCollection([], color=VERMILLION, linewidth=0.9, alpha=0.6))
        self.curves = {
            "off": self.moving_line(ax, color=VERMILLION, linewidth=3, **_AT_THE_END),
            "zero": self.moving_line(ax, color=SKY, linestyle="--", **_AT_THE_END),
            "accuracy": self.moving_line(ax, color=GREEN, linestyle="-.", **_AT_THE_END),
        }
        handles = [
            Line2D([], [], color=VERMILLION, linewidth=3, label="units off on all points (mean)"),
            Line2D([], [], color=VERMILLION, linewidth=0.9, label="the same, network by network"),
            Line2D([], [], color=SKY, linestyle="--", label="single outputs off"),
            Line2D([], [], color=GREEN, linestyle="-.", label="training accuracy"),
        ]
        self.legend_above(ax, (-0.1, 1.0), 2, handles=handles)

    def _build_plane(self) -> None:
        ax = self.plane
        ax.set(xlim=(-VIEW, VIEW), ylim=(-VIEW, VIEW), xticks=[-1, 0, 1], yticks=[-1, 0, 1], aspect="equal")
        ax.set_xlabel("x1")
        ax.set_ylabel("x2")
        ax.yaxis.set_label_coords(-0.045, 0.66)  # between two numbers, for there is no room beside them
        x, y = spiral()
        for group, (color, marker) in enumerate([(BLUE, "o"), (ORANGE, "^"), (PURPLE, "s")]):
            ax.plot(*x[y == group].T, color=color, marker=marker, linestyle="none", markersize=3)
        self.active = self.moving_collection(ax, LineCollection([], color=self.style.theory, linewidth=0.7))
        self.dead = self.moving_collection(ax, LineCollection([], color=VERMILLION, linewidth=1.3, linestyle="--"))
        ax.set_title("Where w·x + b = 0", pad=30)
        handles = [
            Line2D([], [], color=self.style.theory, linewidth=1, label="active unit"),
            Line2D([], [], color=VERMILLION, linestyle="--", label="off on all points"),
        ]
        self.legend_above(ax, (-0.08, 0.98), 2, handles=handles, columnspacing=1.0, handlelength=1.6)

    def set_artists(self, result: DyingReLU) -> None:
        self.headline.set_text(headline(result))
        for name, curve in self.curves.items():
            curve.set_data(result.step, getattr(result, name).mean(axis=1))
        self.each.set_segments([np.column_stack([result.step, off]) for off in result.off.T])
        lines = _lines(result.weights, result.biases)
        self.active.set_segments(lines[~result.is_off])
        self.dead.set_segments(lines[result.is_off])

    def describe(self, result: DyingReLU) -> str:
        off, last = result.off[-1], result.step[-1]
        low, high = f"{percent(off.min())}", f"{percent(off.max())}"
        spread = "" if low == high else f" ({low} to {high} in {result.seeds} networks)"
        fate = f" The run diverges by step {result.diverged_at}." if result.diverged_at >= 0 else ""
        leak = "" if result.alpha == 0 else " With a leak they still get a gradient, so off is not dead."
        slope = f"leaky ReLU with slope {result.alpha:g}" if result.alpha else "ReLU"
        return (
            f"{slope}, learning rate {result.lr:.3g}, initial bias {number(round(result.bias, 3), 6)}. After {last} "
            f"steps {percent(off.mean())} of the {UNITS} units are off on all points{spread}, "
            f"{percent(result.zero[-1].mean())} of the single outputs are off, and "
            f"{percent(result.accuracy[-1].mean())} of the points are right.{leak}{fate}"
        )


def headline(result: DyingReLU) -> str:
    word = "off on all points" if result.alpha else "dead"
    diverged = result.diverged_at >= 0
    when = f",   diverges by step {result.diverged_at}" if diverged else f" at step {result.step[-1]}"
    return (
        f"learning rate {result.lr:.3g},  bias {number(round(result.bias, 3), 6)},  α {result.alpha:g}:   "
        f"{percent(result.off[-1].mean())} of the units {word}{when}"
    )


def _lines(weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """The line w·x + b = 0 of every unit, as two points (units, 2, 2) far outside the window."""
    squared = np.maximum(np.sum(weights**2, axis=0), 1e-30)
    nearest = np.clip(-biases * weights / squared, -1e3, 1e3).T
    along = np.stack([-weights[1], weights[0]], axis=1) / np.sqrt(squared)[:, None]
    return np.stack([nearest - 5 * along, nearest + 5 * along], axis=1)
