"""The picture of signals in a deep network: a column of activations and a column of gradients for every layer."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D

from course_lib.experiments.playground_layers import Layers
from course_lib.experiments.signals import SignalPropagation
from course_lib.nn.activations import ACTIVATIONS
from course_lib.plots.activations import name_of, percent
from course_lib.plots.picture import Picture, cut_off, log_axes
from course_lib.plots.style import BLUE, GREEN, ORANGE, PURPLE, VERMILLION

# Few limits: a column that collapses or leaves them says something, and the background is seldom drawn again.
UNBOUNDED = 4.0  # activations without a bound are shown from −4 (or their lower bound) to 4
SIZES = (1e-12, 1e9)
SIZE_TICKS = [1e-12, 1e-8, 1e-4, 1, 1e4, 1e8]
CALM = (0.1, 10.0)  # of standard deviations that all stay near 1, whose slow change the long axis would hide
COLUMN = 0.88  # width of a column; 1 is the distance between layers
TIGHT: dict[str, Any] = {"columnspacing": 0.8, "handletextpad": 0.4, "handlelength": 1.6, "borderaxespad": 0.0}
TIGHT["labelspacing"] = 0.25


class SignalPicture(Picture):
    """Draws a `SignalPropagation`."""

    size = (10.0, 6.0)

    def build(self) -> None:
        self.columns = self.figure.add_axes((0.06, 0.56, 0.57, 0.30))
        self.sizes = self.figure.add_axes((0.06, 0.09, 0.57, 0.33))
        self.stds = self.figure.add_axes((0.69, 0.56, 0.295, 0.27))
        self.shares = self.figure.add_axes((0.69, 0.09, 0.295, 0.25))
        self.headline = self.heading(0.06, 0.985, 1.5, va="top")
        self._build_columns()
        self._build_stds()
        self._build_shares()

    def _build_columns(self) -> None:
        ax = self.columns
        ax.set(ylim=(0, 1.06), yticks=[])
        ax.spines["left"].set_visible(False)
        self.histogram = self.moving_steps(ax, BLUE)
        ax = self.sizes
        log_axes(ax, "y", ylim=SIZES, yticks=SIZE_TICKS, xlabel="layer")
        ax.axhline(1, color=self.style.faint, zorder=0)
        ax.set_title("Gradients: the sizes |∂J/∂h| that each layer passes down", pad=6)
        self.violins = self.moving_collection(ax, PolyCollection([], facecolor=VERMILLION, edgecolor="none"))
        self.beyond = BeyondAxis(self, ax, SIZES)

    def _build_stds(self) -> None:
        ax = self.stds
        log_axes(ax, "y", ylim=SIZES)
        ax.axhline(1, color=self.style.faint, zorder=0)
        self.act_theory = self.moving_line(ax, color=self.style.theory, linewidth=1.5)
        self.act_std = self.moving_line(ax, color=BLUE, marker="o", linestyle="none", label="activations")
        self.grad_theory = self.moving_line(ax, color=self.style.theory, linestyle="--", linewidth=1.5)
        self.grad_std = self.moving_line(ax, color=VERMILLION, marker="s", linestyle="none", label="gradients")
        self.unseen = self.moving_text(ax, 0.98, 0.06, ha="right", fontsize=self.style.font - 1)
        ax.set_title("Standard deviation per layer", pad=26)

    def _build_shares(self) -> None:
        ax = self.shares
        ax.set(ylim=(-0.04, 1.06), yticks=[0, 0.5, 1], xlabel="layer")
        ax.set_title("Shares, and the local slope", pad=42)
        styles = {
            "saturated": {"label": "saturated outputs", "color": PURPLE, "linestyle": "-", "marker": "D"},
            "zero": {"label": "outputs exactly 0", "color": GREEN, "linestyle": "-.", "marker": "^"},
            "dead": {"label": "dead units", "color": ORANGE, "linestyle": "--", "marker": "v"},
            "slope_mean": {"label": "mean slope f′(z)", "color": self.style.theory, "linestyle": ":", "marker": "x"},
        }
        self.share_lines = {field: self.moving_line(ax, markersize=5, **props) for field, props in styles.items()}
        self.legend_above(ax, (-0.17, 0.985), 2, **TIGHT)

    def background(self, result: SignalPropagation) -> tuple:
        theory = result.depth > 1 and bool(np.isfinite(result.act_std_theory).any())  # equal weights have none
        return result.depth, span(result.activation), _calm(result), theory

    def set_background(self, result: SignalPropagation) -> None:
        depth, (low, high), calm, theory = self.background(result)
        entries = [self.act_std, self.grad_std]
        entries += [Line2D([], [], color=self.style.theory, label="n → ∞ theory")] * theory
        self.legend_above(self.stds, (-0.17, 0.985), 3, handles=entries, **TIGHT)
        self.stds.set(ylim=CALM if calm else SIZES, yticks=[0.1, 1, 10] if calm else SIZE_TICKS)
        for ax in (self.columns, self.sizes, self.stds, self.shares):
            ax.set(xlim=(0.4, depth + 0.6), xticks=range(1, depth + 1))
        self.columns.set_title(f"Activations: each column runs from {low:.3g} to {high:.3g}".replace("-", "−"), pad=6)

    def set_artists(self, result: SignalPropagation) -> None:
        layers = np.arange(1, result.depth + 1)
        self.headline.set_text(headline(result))
        self.histogram.set_data(*side_by_side(result, *span(result.activation)))
        self.violins.set_verts(violins(result))
        self.beyond.show(result)
        lines = self.act_std, self.act_theory, self.grad_std, self.grad_theory
        for line, values in zip(lines, _stds(result), strict=True):
            # a marker beyond the axis is not drawn; drawn at its edge it would be a floor that is none
            inside = (SIZES[0] <= values) & (values <= SIZES[1])
            line.set_data(layers, np.where(inside, values, np.nan))
        stds = np.concatenate([result.act_std, result.grad_std])
        seen = (SIZES[0] <= stds) & (stds <= SIZES[1])
        self.unseen.set_y(0.72 if (stds < SIZES[0]).any() else 0.06)  # where no marker is
        self.unseen.set_text("" if seen.all() else f"not drawn: {(~seen).sum()} beyond the axis")
        for field, line in self.share_lines.items():
            line.set_data(layers, getattr(result, field))

    def describe(self, result: SignalPropagation) -> str:
        last = result.depth
        theory = result.act_std_theory[-1], result.grad_std_theory[0]
        expected = " (infinite width: {:.3g})".format
        then = f", in layer {last}: {result.act_std[-1]:.3g}" if last > 1 else ""
        act, grad = (expected(t) if math.isfinite(t) else "" for t in theory)
        return (
            f"{headline(result)}. Std of the activations in layer 1: {result.act_std[0]:.3g}{then}{act}. "
            f"Std of the gradient that reaches the input, from 1 at the output: {result.grad_std[0]:.3g}{grad}. "
            f"In layer {last} {percent(result.saturated[-1])} of the outputs are saturated, "
            f"{percent(result.zero[-1])} are exactly 0 and {percent(result.dead[-1])} of the units are dead."
        )


def span(activation: str) -> tuple[float, float]:
    """From where to where activations are shown."""
    low, high = ACTIVATIONS[activation].bounds
    return max(low, -UNBOUNDED), min(high, UNBOUNDED)


def _stds(result: SignalPropagation) -> tuple[np.ndarray, ...]:
    return result.act_std, result.act_std_theory, result.grad_std, result.grad_std_theory


def _calm(result: SignalPropagation) -> bool:
    stds = np.concatenate(_stds(result))
    stds = stds[np.isfinite(stds)]
    return bool(np.all((CALM[0] < stds) & (stds < CALM[1])))


def headline(result: SignalPropagation) -> str:
    norm = f" with batch norm {result.batchnorm} it" if result.batchnorm else ""
    weights = f"W = {result.weight_std:.3g}" if result.init == "constant" else f"std(w) = {result.weight_std:.3g}"
    factor = "" if result.init == "constant" else f",   n·Var(w) = {result.n_var:.3g}"
    return f"{name_of(result.activation)}{norm}, {result.depth} × {result.width}:   {weights}{factor}"


def side_by_side(result: SignalPropagation | Layers, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """All histograms as one staircase: one artist draws ten times faster than ten."""
    left = np.arange(1, result.depth + 1)[:, None] - COLUMN / 2
    edges = left + COLUMN * (np.clip(result.act_edges, low, high) - low) / (high - low)
    counts = result.act_counts.astype(float)
    # ReLU puts half of all outputs into one bin; scaled to the second highest the rest stays visible.
    tallest = np.partition(counts, -2, axis=1)[:, -2:]
    lone_spike = tallest[:, 1] > 4 * tallest[:, 0]
    top = np.where(lone_spike & (tallest[:, 0] > 0), 1.6 * tallest[:, 0], tallest[:, 1])
    heights = np.minimum(counts / np.maximum(top, 1)[:, None], 1.0)
    gaps = np.zeros((result.depth, 1))
    # A column squeezed into less than a pixel would vanish: give it the width of a hair.
    squeezed = edges[:, -1] - edges[:, 0] < 0.012
    edges[squeezed] = edges[squeezed, :1] + np.linspace(-0.006, 0.006, edges.shape[1])
    heights[squeezed] = 1.0
    return np.hstack([heights, gaps]).ravel()[:-1], edges.ravel()


def violins(result: SignalPropagation | Layers) -> np.ndarray:
    """One closed outline per layer, as wide as the histogram of |g| is high: vertices (layers, 2·bins, 2)."""
    centre = np.sqrt(result.grad_edges[:, :-1] * result.grad_edges[:, 1:])
    half = COLUMN / 2 * result.grad_counts / np.maximum(result.grad_counts.max(axis=1, keepdims=True), 1)
    layer = np.arange(1, result.depth + 1)[:, None]
    x = np.hstack([layer - half, (layer + half)[:, ::-1]])
    y = np.hstack([centre, centre[:, ::-1]])
    return np.stack([x, cut_off(y, *SIZES)], axis=-1)


class BeyondAxis:
    """A hollow triangle for every layer whose gradients lie below or above the axis, and words that say so."""

    def __init__(self, picture: Picture, ax: Axes, limits: tuple[float, float]) -> None:
        self.limits = limits
        transform = ax.get_xaxis_transform()  # layers across, shares of the height upwards
        self.marks = [
            picture.moving_line(ax, marker, color=VERMILLION, markersize=8, markerfacecolor="none", transform=transform)
            for marker in "v^"
        ]
        self.words = picture.moving_text(ax, 0.99, 0.97, ha="right", va="top", fontsize=picture.style.font - 1)

    def show(self, result: SignalPropagation | Layers) -> None:
        low, high = self.limits
        usual, said = usual_sizes(result), []
        sides = (0.05, usual < low, f"▽ below {low:g}"), (0.95, usual > high, f"△ above {high:g}")
        for mark, (height, side, words) in zip(self.marks, sides, strict=True):
            mark.set_data(1 + np.flatnonzero(side), np.full(side.sum(), height))
            said += [words] * bool(side.any())
        self.words.set_text(",  ".join(said))


def usual_sizes(result: SignalPropagation | Layers) -> np.ndarray:
    """The most frequent |g| of every layer, where its violin is widest; 0 where all gradients are 0.  (layers,)"""
    fullest = result.grad_counts.argmax(axis=1)[:, None]
    sizes = np.take_along_axis(result.grad_edges, fullest, axis=1)[:, 0]
    return np.where(result.grad_counts.any(axis=1), sizes, 0.0)
