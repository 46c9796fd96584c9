"""The picture of a maxout unit: its lines and their maximum on the curve, and the error for every number of pieces."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from course_lib.experiments.activations_maxout import PIECES, MaxoutFit
from course_lib.plots.activations import many, number
from course_lib.plots.picture import Beyond, Picture, cut_off, log_axes
from course_lib.plots.style import BLUE, ORANGE, VERMILLION

ERRORS = (1e-4, 3.0)


class MaxoutPicture(Picture):
    """Draws a `MaxoutFit`."""

    size = (9.8, 5.0)
    large_print = 1.15

    def build(self) -> None:
        self.curve = self.figure.add_axes((0.065, 0.11, 0.53, 0.68))
        self.errors = self.figure.add_axes((0.69, 0.11, 0.295, 0.68))
        self.headline = self.heading(0.02, 0.975, 1.5, va="top")
        ax = self.curve
        ax.set(xlim=(-1, 1), xticks=[-1, -0.5, 0, 0.5, 1], xlabel="x")
        self.idle = self.moving_collection(ax, LineCollection([], color=VERMILLION, linestyle=":", linewidth=1.6))
        self.working = self.moving_collection(ax, LineCollection([], color=ORANGE, linewidth=1.2))
        self.target = self.moving_line(ax, color=self.style.ink, linestyle="--", linewidth=1.6)
        self.y = self.moving_line(ax, color=BLUE, linewidth=3)
        ax = self.errors
        log_axes(ax, "y", ylim=ERRORS, yticks=[1e-4, 1e-3, 1e-2, 0.1, 1])
        ax.set(xlim=(0.5, PIECES + 0.5), xticks=range(1, PIECES + 1), xlabel="pieces k")
        ax.set_yticklabels(["0.0001", "0.001", "0.01", "0.1", "1"])
        ax.set_title("Error (root mean square)", pad=28)
        self.best = self.moving_line(ax, color=self.style.theory, linestyle=":")
        self.measured = self.moving_line(ax, color=BLUE, marker="o", linestyle="-")
        self.beyond = Beyond(self, ax, BLUE, size=8)
        self.mine = self.moving_line(ax, "o", markersize=14, fillstyle="none", color=VERMILLION, clip_on=False)

    def background(self, result: MaxoutFit) -> tuple[float, float, bool, bool]:
        low, high = float(result.target.min()), float(result.target.max())
        margin = 0.35 * (high - low)
        return low - margin, high + margin, not result.used.all(), result.best_by_pieces is not None

    def set_background(self, result: MaxoutFit) -> None:
        low, high, idle, least = self.background(result)
        self.curve.set_ylim(low, high)
        left = [
            Line2D([], [], color=self.style.ink, linestyle="--", label="curve to learn"),
            Line2D([], [], color=BLUE, linewidth=3, label="maxout: the largest line"),
            Line2D([], [], color=ORANGE, label="a piece wₖx + bₖ"),
            *[Line2D([], [], color=VERMILLION, linestyle=":", label="a piece that never wins")] * idle,
        ]
        right = [
            Line2D([], [], color=BLUE, marker="o", label="learned"),
            *[Line2D([], [], color=self.style.theory, linestyle=":", label="the least (x²)")] * least,
        ]
        self.legend_above(self.curve, (-0.02, 1.0), 2, handles=left)
        self.legend_above(self.errors, (-0.2, 0.985), 2, handles=right, columnspacing=1.0)

    def set_artists(self, result: MaxoutFit) -> None:
        self.headline.set_text(headline(result))
        self.target.set_data(result.x, result.target)
        self.y.set_data(result.x, result.y)
        ends = np.stack([np.stack([result.x[[0, -1]]] * result.pieces, axis=1), result.lines[[0, -1]]], axis=-1)
        segments = ends.swapaxes(0, 1)  # (pieces, 2 ends, 2)
        self.working.set_segments(segments[result.used])
        self.idle.set_segments(segments[~result.used])
        pieces = np.arange(1, PIECES + 1)
        self.measured.set_data(pieces, cut_off(result.rmse_by_pieces, *ERRORS))
        self.best.set_data(*((pieces, result.best_by_pieces) if result.best_by_pieces is not None else ([], [])))
        self.mine.set_data([result.pieces], [cut_off(result.rmse, *ERRORS)])
        self.beyond.set(pieces, result.rmse_by_pieces)

    def describe(self, result: MaxoutFit) -> str:
        used = int(result.used.sum())
        start = "from random lines" if result.start == "random" else "from tangents of the curve"
        text = (
            f"A maxout unit with {many(result.pieces, 'piece')} learns {result.curve} {start}: after "
            f"{result.steps} steps the error is {number(result.rmse, 2)}, and {used} of its pieces "
            f"{'is' if used == 1 else 'are'} the largest somewhere."
        )
        if result.best_by_pieces is not None:
            text += f" The smallest error possible is {number(result.best_by_pieces[result.pieces - 1], 2)}."
        if result.curve == "sin 3x":
            text += " The curve is not convex, so no number of pieces is enough."
        return text


def headline(result: MaxoutFit) -> str:
    return (
        f"{result.curve}, {many(result.pieces, 'piece')}, step {result.steps}:   "
        f"error {number(result.rmse, 2)},   {int(result.used.sum())} of {result.pieces} in use"
    )
