"""The picture of the zig-zag: a path in the plane of two weights, its directions, and the best learning rates."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from course_lib.experiments.zero_centring import LRS, MAX_STEPS, TARGET, ZigZag, best_rate
from course_lib.plots.activations import capital, many, percent, rounded
from course_lib.plots.picture import Picture, log_axes
from course_lib.plots.style import BLUE, GREEN, SKY, VERMILLION

REACH = (-1.25, 2.55), (-2.25, 1.55)
FAR = 20.0
NAMES = {"identity": "raw inputs", "sigmoid": "sigmoid outputs", "tanh": "tanh outputs", "relu": "ReLU outputs"}


class ZigZagPicture(Picture):
    """Left: the path over the loss. Right: all updates from one point, and the steps needed at 61 learning rates."""

    size = (10.0, 5.9)
    large_print = 1.1

    def build(self) -> None:
        self.headline = self.heading(0.065, 0.985, 1, va="top")
        self._build_plane(self.figure.add_axes((0.065, 0.09, 0.475, 0.805)))
        self._build_compass(self.figure.add_axes((0.66, 0.535, 0.225, 0.355)))
        self._build_rates(self.figure.add_axes((0.645, 0.09, 0.335, 0.27)))

    def _build_plane(self, ax: Axes) -> None:
        ax.set(xlim=REACH[0], ylim=REACH[1], xlabel="w1", ylabel="w2", aspect="equal")
        ax.set(xticks=[-1, 0, 1, 2], yticks=[-2, -1, 0, 1])
        self.allowed = self.moving_collection(ax, _quadrants())
        self.contours = self.moving_line(ax, color=self.style.theory, linewidth=0.8)
        ax.plot(*np.array([[0, 0], TARGET]).T, color=BLUE, linestyle="--", linewidth=1.5)
        arrow = {"arrowstyle": "-", "color": BLUE, "linewidth": 0.8}
        ax.annotate("straight to\nthe target", (0.62, -0.42), (-1.1, -0.75), color=BLUE, arrowprops=arrow)
        self.path = self.moving_line(ax, color=VERMILLION, linewidth=1.2, marker="o", markersize=3)
        self.here = self.moving_line(ax, color=VERMILLION, marker="o", markersize=9)
        ax.plot(*TARGET, color=BLUE, marker="*", markersize=17, linestyle="none")
        ax.plot(0, 0, color=self.style.ink, marker="s", markersize=6)
        ax.annotate("start", (0, 0), (-12, 8), textcoords="offset points", ha="right")
        ax.annotate("target", (TARGET[0], TARGET[1]), (12, -4), textcoords="offset points", color=BLUE)
        self.rule = self.moving_text(ax, 0.015, 0.02)

    def _build_compass(self, ax: Axes) -> None:
        ax.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), xticks=[], yticks=[], aspect="equal")
        ax.set_title("All these updates, from one point", pad=6, x=-0.09)
        ax.spines[:].set_visible(False)
        quadrants = _quadrants()
        quadrants.set_verts(list(_corners(0, 0)))
        ax.add_collection(quadrants, autolim=False)
        for x, y, name in ((0.93, 0.93, "1"), (-0.93, 0.93, "2"), (-0.93, -0.93, "3"), (0.93, -0.93, "4")):
            ax.text(x, y, name, ha="center", va="center")
        ax.axhline(0, color=self.style.ink, linewidth=0.8)
        ax.axvline(0, color=self.style.ink, linewidth=0.8)
        straight = TARGET / np.linalg.norm(TARGET)
        ax.plot([0, straight[0]], [0, straight[1]], color=BLUE, linestyle="--", linewidth=1.5)
        self.rays = self.moving_line(ax, color=VERMILLION, linewidth=0.8)
        self.share = self.moving(ax.text(0, -1.32, "", ha="center", va="center"))

    def _build_rates(self, ax: Axes) -> None:
        self.rates = ax
        log_axes(ax, "xy", xlim=(LRS[0], LRS[-1]), ylim=(0.9, MAX_STEPS))
        ax.set(xticks=[0.01, 0.1, 1, 10, 100], xticklabels=["0.01", "0.1", "1", "10", "100"])
        ax.set(yticks=[1, 10, 100], yticklabels=["1", "10", "100"], xlabel="learning rate η")
        ax.grid(True)
        ax.set_title("Steps to reach the target", pad=22)
        self.needed_centred = self.moving_line(ax, color=GREEN, linestyle="--", label="the same, centred")
        self.needed = self.moving_line(ax, color=VERMILLION, label="these inputs")
        self.chosen = self.moving_line(ax, color=VERMILLION, marker="o", markersize=9)

    def background(self, result: ZigZag) -> tuple[bool, bool]:
        """Which curves can be seen: none if no rate arrives, one if the inputs are centred already."""
        needed, centred = result.steps_needed, result.steps_needed_centred
        same = np.array_equal(needed, centred, equal_nan=True)
        return not np.isnan(needed).all(), not (same or np.isnan(centred).all())

    def set_background(self, result: ZigZag) -> None:
        curves = zip((self.needed, self.needed_centred), self.background(result))
        handles = [line for line, seen in curves if seen]
        self.legend_above(self.rates, (-0.02, 0.98), 2, handles=handles, borderaxespad=0.0, columnspacing=1.2)

    def set_artists(self, result: ZigZag) -> None:
        path = np.clip(result.path, -FAR, FAR)
        self.headline.set_text(short_headline(result))
        strict = result.one_sign and result.batch_size == 1 and result.x.any()
        gone = not all(low <= at <= high for at, (low, high) in zip(path[-1], REACH))
        self.allowed.set_verts([] if gone or not strict else _corners(*path[-1]))
        allowed = "next step: shaded only" if strict else "next step: anywhere"
        self.rule.set_text("nothing moves" if not result.x.any() else "out of the picture" if gone else allowed)
        self.contours.set_data(*ellipses(result.eigenvalues, result.directions, -TARGET, TARGET))
        self.path.set_data(*path.T)
        self.here.set_data(path[-1:, 0], path[-1:, 1])
        self.rays.set_data(*_rays(result.updates))
        self.share.set_text("none" if math.isnan(result.agreeing) else f"{percent(result.agreeing)} in 1 and 3")
        self.needed.set_data(LRS, result.steps_needed)
        self.needed_centred.set_data(LRS, result.steps_needed_centred)
        self.chosen.set_data(*([[], []] if not result.reached else [[result.lr], [result.reached]]))

    def describe(self, result: ZigZag) -> str:
        best, centred = (_best(result, needed) for needed in (result.steps_needed, result.steps_needed_centred))
        if not result.x.any():
            return f"{headline(result)}. No learning rate reaches the target."
        return (
            f"{headline(result)}. {capital(_share(result))}. Condition number {result.condition:.3g}. "
            f"{capital(_needs('the best rate tried', best))}; with centred inputs {_needs('the best', centred)}."
        )


def short_headline(result: ZigZag) -> str:
    """Few letters: text that moves costs more time than all lines together."""
    what = f"{'Mean' if result.activation == 'identity' else 'Outputs with mean'} {_mean(result)}"
    shown = f" ({len(result.path) - 1} shown)" if result.reached and len(result.path) <= result.reached else ""
    return f"{what}, η {result.lr:.3g}: {_fate(result)}{shown}"


def headline(result: ZigZag) -> str:
    batch = {1: "one example", 256: "all 256 examples"}.get(result.batch_size, f"{result.batch_size} examples")
    what = capital(f"{NAMES[result.activation]} with mean {_mean(result)}")
    return f"{what}, {batch} per step, η = {result.lr:.3g}: {_fate(result)}"


def _mean(result: ZigZag) -> str:
    middle = result.x.mean()
    return f"{0.0 if abs(middle) < 0.005 else middle:.2f}".replace("-", "−")


def _fate(result: ZigZag) -> str:
    if result.diverged_at is not None:
        return f"diverges at step {result.diverged_at}"
    if result.reached is not None:
        return f"reaches the target at step {result.reached}"
    return f"not there after {MAX_STEPS} steps" if result.x.any() else "all inputs are 0"


def ellipses(
    eigenvalues: np.ndarray, directions: np.ndarray, through: np.ndarray, centre: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Level lines of ½ eᵀHe around `centre`: one through centre + `through`, two inside; gaps of NaN between them."""
    angle = np.linspace(0, 2 * np.pi, 121)
    level = math.sqrt(np.sum(eigenvalues * (through @ directions) ** 2))
    axes = np.minimum(level / np.sqrt(np.maximum(eigenvalues, 1e-12)), 3 * FAR)
    one = np.vstack([(np.stack([np.cos(angle), np.sin(angle)], axis=1) * axes) @ directions.T, [[np.nan, np.nan]]])
    x, y = np.vstack([centre + factor * one for factor in (1.0, 0.6, 0.25)]).T
    return x, y


def _quadrants() -> PolyCollection:
    return PolyCollection([], facecolor=SKY, edgecolor="none", alpha=0.3)


def _corners(x: float, y: float) -> np.ndarray:
    """Quadrants one and three seen from (x, y), as far as any picture reaches."""
    return np.array([[[x, y], [x + side, y], [x + side, y + side], [x, y + side]] for side in (2 * FAR, -2 * FAR)])


def _rays(updates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One line from the centre to the unit circle per update that moves; gaps of NaN between them."""
    length = np.hypot(*updates.T)
    moved = (length > 1e-12) & np.isfinite(length)
    ends = updates[moved] / length[moved, None]
    x, y = np.stack([np.zeros_like(ends), ends, np.full_like(ends, np.nan)], axis=1).reshape(-1, 2).T
    return x, y


def _best(result: ZigZag, needed: np.ndarray) -> tuple[int, float] | None:
    """The fewest steps of a curve and their rate; the chosen rate may lie between those of its own curve."""
    tried = [best_rate(needed)]
    if result.reached is not None and np.array_equal(needed, result.steps_needed, equal_nan=True):
        tried.append((result.reached, result.lr))
    return min((one for one in tried if one), key=lambda one: one[0], default=None)


def _needs(rate: str, best: tuple[int, float] | None) -> str:
    if best is None:
        return f"none of the rates tried arrives within {MAX_STEPS} steps"
    return f"{rate}, {rounded(best[1])}, needs {many(best[0], 'step')}"


def _share(result: ZigZag) -> str:
    if math.isnan(result.agreeing):
        return "no update moves"
    return f"{percent(result.agreeing)} of the updates shown lie in quadrants 1 and 3"
