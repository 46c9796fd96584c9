"""Pictures of chapter 04 in the plane: a cloud and the loss it makes, and a line that wiggles."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from course_lib.experiments.preprocessing import SHOWN, PreparedCloud
from course_lib.experiments.preprocessing_sensitivity import LineSensitivity
from course_lib.plots.activations import capital, many, percent
from course_lib.plots.picture import Beyond, Picture, cut_off
from course_lib.plots.style import BLUE, GREEN, ORANGE, VERMILLION

LEVELS = (1.0, 1 / 4, 1 / 16, 1 / 64)  # of the loss at the start
USES_EPSILON = ("standardised", "whitened", "ZCA")
FOLLOWED = 72  # the point with a star
TURN = np.linspace(0, 2 * math.pi, 241)
CIRCLE = np.c_[np.cos(TURN), np.sin(TURN)]
VIEW = 1.45  # half width of the loss picture; the start is at distance 1


class CloudPicture(Picture):
    """Left: the cloud after the stage. Middle: its covariance. Right: the loss over the weights, with the path."""

    size = (10.0, 5.0)
    colormap = "PuOr"

    def build(self) -> None:
        self.headline = self.heading(0.055, 0.975, 1.5, va="top")
        self._build_cloud()
        self._build_matrix()
        self._build_loss()

    def _build_cloud(self) -> None:
        ax = self.cloud = self.figure.add_axes((0.055, 0.125, 0.36, 0.72))
        ax.set_title("The cloud")
        ax.axhline(0, color=self.style.faint, zorder=0)
        ax.axvline(0, color=self.style.faint, zorder=0)
        options: dict[str, Any] = {"linestyle": "none", "markersize": 5, "markeredgewidth": 0}
        self.positive = self.moving_line(ax, "o", color=BLUE, **options)
        self.negative = self.moving_line(ax, "^", color=ORANGE, **options)
        self.ellipse = self.moving_line(ax, color=self.style.ink, linewidth=1.5)
        self.followed = self.moving_line(ax, "*", color=VERMILLION, markersize=17, markeredgecolor=self.style.paper)

    def _build_matrix(self) -> None:
        ax = self.matrix = self.figure.add_axes((0.447, 0.575, 0.135, 0.27))
        ax.set(xticks=[], yticks=[])
        ax.set_title("Covariance", loc="center")
        ax.spines[:].set_visible(False)
        self.tiles = self.moving(ax.imshow(np.zeros((2, 2)), cmap=self.colormap))
        places = [(column, row) for row in (0, 1) for column in (0, 1)]
        self.entries = [self.moving(ax.text(*place, "", ha="center", va="center")) for place in places]
        # Every letter drawn anew takes 0.05 ms, so only the numbers move.
        labels = "Hessian E[zzᵀ]\n  λ1\n  λ2\nlearning rate\n  largest\n  used here\nε"
        self.figure.text(0.437, 0.51, labels, va="top", linespacing=1.5)
        numbers: dict[str, Any] = {"va": "top", "ha": "right", "linespacing": 1.5}
        self.numbers = self.moving(self.figure.text(0.584, 0.51, "", **numbers))

    def _build_loss(self) -> None:
        ax = self.losses = self.figure.add_axes((0.635, 0.125, 0.36, 0.72))
        ax.set(xlim=(-VIEW, VIEW), ylim=(-VIEW, VIEW), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        ax.set(xlabel="w1, distance from the minimum", aspect="equal")
        ax.set_ylabel("w2", labelpad=-4)
        self.contours = self.moving_line(ax, color=self.style.theory, linewidth=1.2)
        self.path = self.moving_line(ax, color=VERMILLION, marker="o", markersize=3, linewidth=1)
        self.start = self.moving_line(ax, "s", color=self.style.ink, markersize=8)
        ax.plot([-1.35], [-1.33], "s", color=self.style.ink, markersize=8)
        ax.text(-1.25, -1.35, "start", va="center")
        ax.plot([0], [0], "+", color=self.style.ink, markersize=12, zorder=9)

    def background(self, result: PreparedCloud) -> tuple:
        limit = 4 if np.abs(result.points).max() <= 4 else 8
        return limit, result.stage in ("PCA", "whitened"), _drawn(result)

    def set_background(self, result: PreparedCloud) -> None:
        limit, turned, drawn = self.background(result)
        self.losses.set_title(f"The loss, and {drawn}")
        ticks = [-limit, -limit // 2, 0, limit // 2, limit]
        self.cloud.set(xlim=(-limit, limit), ylim=(-limit, limit), xticks=ticks, yticks=ticks, aspect="equal")
        self.cloud.set_xlabel("first component" if turned else "feature 1")
        self.cloud.set_ylabel("second component" if turned else "feature 2", labelpad=-2)

    def set_artists(self, result: PreparedCloud) -> None:
        z = result.points
        self.positive.set_data(*z[result.positive].T)
        self.negative.set_data(*z[~result.positive].T)
        self.followed.set_data(*z[FOLLOWED : FOLLOWED + 1].T)
        values, vectors = np.linalg.eigh(result.covariance)
        self.ellipse.set_data(*(result.mean + 2 * CIRCLE * np.sqrt(np.maximum(values, 0)) @ vectors.T).T)
        self.tiles.set_data(result.covariance)
        limit = 2.5 * np.abs(result.covariance).max()  # pale tiles, so that the numbers stand out
        self.tiles.set_clim(-limit, limit)
        for text, value in zip(self.entries, result.covariance.ravel(), strict=True):
            text.set_text(_entry(value))
        condition = _short(result.condition)
        self.headline.set_text(f"{capital(result.stage)}:  condition number {condition},  {_fate(result)}")
        numbers = (None, *result.eigenvalues, None, result.largest_lr, result.lr)
        lines = ["" if number is None else f"{number:.3g}" for number in numbers]
        lines.append(f"{result.epsilon:.2g}" if result.stage in USES_EPSILON else f"({result.epsilon:.2g})")
        self.numbers.set_text("\n".join(lines).replace("-", "−"))
        self._draw_loss(result)

    def _draw_loss(self, result: PreparedCloud) -> None:
        d = result.path[0]
        top = result.eigenvalues @ (result.axes @ d) ** 2  # twice the loss at the start
        ring = CIRCLE * np.sqrt(top / result.eigenvalues) @ result.axes
        gap = np.full((1, 2), np.nan)
        self.contours.set_data(*np.vstack([part for level in LEVELS for part in (math.sqrt(level) * ring, gap)]).T)
        away = np.linalg.norm(result.path, axis=1) > 2.2  # a path that leaves the picture for good is cut there
        end = away.argmax() + 1 if away.any() else len(away)
        self.path.set_data(*result.path[:end].T)
        self.start.set_data(d[:1], d[1:])

    def describe(self, result: PreparedCloud) -> str:
        return (
            f"Stage: {result.stage}. The raw cloud has correlation {result.correlation:.2g}, offset "
            f"{result.offset:.2g}, scale ratio {result.scale_ratio:.3g}. The Hessian has the eigenvalues "
            f"{result.eigenvalues[0]:.3g} and {result.eigenvalues[1]:.3g}, condition number "
            f"{_short(result.condition)}; the largest stable learning rate is {result.largest_lr:.3g}. Gradient "
            f"descent with {result.lr:.3g}: {_fate(result)}"
            f"{' until 1 % of the loss is left' if result.steps > 0 else ''}"
            f"{f'; the first {SHOWN} are drawn' if result.steps > SHOWN else ''}."
            f"{'' if result.stage in USES_EPSILON else ' ε plays no part in this stage.'}"
        ).replace("-", "−")


class SensitivityPicture(Picture):
    """Left and middle: the turned line among raw and normalised points. Right: the loss against the angle."""

    size = (10.0, 4.5)
    large_print = 1.1

    def build(self) -> None:
        self.headline = self.heading(0.05, 0.975, 1.5, va="top")
        places = ((0.04, 0.11, 0.315, 0.70), (0.39, 0.11, 0.315, 0.70))
        self.planes = [self.figure.add_axes(place) for place in places]
        self.artists = [self._build_plane(ax) for ax in self.planes]
        self.planes[0].set_title("Raw")
        self.planes[1].set_title("Normalised")
        self.planes[1].set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
        self._build_curves()

    def _build_plane(self, ax: Axes) -> dict[str, Line2D]:
        ax.set_aspect("equal")
        ax.set_xlabel("feature 1", labelpad=1)
        ax.text(0.02, 0.985, "feature 2", transform=ax.transAxes, va="top")  # beside the axis there is no room
        ax.plot([0], [0], "+", color=self.style.ink, markersize=14)
        options: dict[str, Any] = {"linestyle": "none", "markersize": 5, "markeredgewidth": 0}
        return {
            "first": self.moving_line(ax, "o", color=BLUE, **options),
            "second": self.moving_line(ax, "^", color=ORANGE, **options),
            "wrong": self.moving_line(ax, "x", color=VERMILLION, markersize=7, markeredgewidth=1.5),
            "before": self.moving_line(ax, "--", color=self.style.theory, linewidth=1.5),
            "line": self.moving_line(ax, color=self.style.ink),
        }

    def _build_curves(self) -> None:
        ax = self.curves = self.figure.add_axes((0.77, 0.11, 0.205, 0.63))
        ax.set(xlim=(-32, 32), xticks=[-30, -15, 0, 15, 30], yscale="log", ylim=(1e-3, 100))
        ax.set(yticks=[1e-3, 1e-2, 0.1, 1, 10, 100], yticklabels=["0.001", "0.01", "0.1", "1", "10", "100"])
        ax.set_xticklabels(["−30°", "", "0", "", "30°"])
        ax.set_title("Loss against wiggle", pad=28)
        ax.axvline(0, color=self.style.faint, zorder=0)
        styles = (("raw", VERMILLION, "--", "s"), ("normalised", GREEN, "-", "o"))
        self.lines = [self.moving_line(ax, line, color=c, label=name) for name, c, line, _ in styles]
        self.dots = [self.moving_line(ax, mark, color=c, markersize=9) for _, c, _, mark in styles]
        self.beyond = Beyond(self, ax, self.style.ink)
        self.legend_above(ax, (-0.2, 0.99), 2, handlelength=1.6, columnspacing=0.8, handletextpad=0.4, borderaxespad=0)

    def background(self, result: LineSensitivity) -> int:
        return next(limit for limit in (4, 6, 9, 13, 18, 24) if result.offset + 3 <= limit)

    def set_background(self, result: LineSensitivity) -> None:
        high = self.background(result)
        ticks = [0, high // 2, high]
        self.planes[0].set(xlim=(-3, high), ylim=(-3, high), xticks=ticks, yticks=ticks)

    def set_artists(self, result: LineSensitivity) -> None:
        raw, normalised = result.loss
        self.headline.set_text(
            f"Turned by {result.wiggle:.3g}°:  loss {raw:.3g} raw,  {normalised:.3g} normalised".replace("-", "−")
        )
        for i, artists in enumerate(self.artists):
            x, w, b = result.points[i], result.wiggled[i], result.bias[i]
            wrong = ((x @ w + b > 0) != result.label) if w.any() else np.zeros(len(x), dtype=bool)
            artists["first"].set_data(*x[result.label == 0].T)
            artists["second"].set_data(*x[result.label == 1].T)
            artists["wrong"].set_data(*x[wrong].T)
            artists["before"].set_data(*_line(result.weights[i], b))
            artists["line"].set_data(*_line(w, b))
        for curve, dot, values, loss in zip(self.lines, self.dots, result.curve, result.loss, strict=True):
            limits = curve.axes.get_ylim()
            curve.set_data(result.angles, cut_off(values, *limits))
            dot.set_data([result.wiggle], [cut_off(loss, *limits)])
        self.beyond.set([result.wiggle] * 2, result.loss)

    def describe(self, result: LineSensitivity) -> str:
        return (
            f"Two clusters {result.gap:.2g} apart around ({result.offset:.3g}, {result.offset:.3g}). Turning the "
            f"line by {result.wiggle:.3g}° takes the loss from {result.best:.3g} to {result.loss[0]:.3g} on the raw "
            f"points, with {percent(result.wrong[0])} on the wrong side, and to {result.loss[1]:.3g} on the normalised "
            f"ones, with {percent(result.wrong[1])}."
        ).replace("-", "−")


def _line(w: np.ndarray, b: float) -> tuple[np.ndarray, np.ndarray]:
    """A long piece of w·x + b = 0."""
    if not w.any():
        return np.empty(0), np.empty(0)
    length = np.linalg.norm(w)
    foot, along = -b * w / length**2, np.array([-w[1], w[0]]) / length
    x, y = (foot + np.array([[-60.0], [60.0]]) * along).T
    return x, y


def _drawn(result: PreparedCloud) -> str:
    """What there is to see of the path."""
    if result.diverges:
        return "the path away from it"
    return "the path to 1 % of it" if 0 <= result.steps <= SHOWN else f"the first {SHOWN} steps"


def _fate(result: PreparedCloud) -> str:
    """How long the path is: steps until 1 % of the loss is left."""
    if result.diverges:
        return "diverges"
    if result.steps < 0:
        return "bounces for ever"
    return many(result.steps, "step") if result.steps < 1000 else f"{result.steps:,} steps".replace(",", " ")


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}".replace(",", " ")


def _entry(value: float) -> str:
    """A number short enough for its tile."""
    if abs(value) < 1e-9:
        return "0"
    return (f"{value:.2g}" if abs(value) >= 0.01 else f"{value:.1g}").replace("-", "−")
