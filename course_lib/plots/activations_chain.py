"""The picture of a gradient on its way down: the product of slopes beside the gradient that really arrives."""

import math
from typing import Any

import numpy as np

from course_lib.experiments.activations_chain import GradientChain
from course_lib.plots.activations import many, name_of, number
from course_lib.plots.picture import Picture, log_axes
from course_lib.plots.style import BLUE, GREEN, PURPLE, VERMILLION

DOWN, UP = (10, 24, 64), (4, 64)  # decades: few steps, so that few moves redraw the background
DEPTHS = (5, 10, 20, 30)
FACTORS = (1e-3, 1e3)


class ChainPicture(Picture):
    """Draws a `GradientChain`."""

    size = (9.8, 5.0)
    large_print = 1.15

    def build(self) -> None:
        self.journey = self.figure.add_axes((0.075, 0.115, 0.53, 0.64))
        self.factors = self.figure.add_axes((0.685, 0.115, 0.30, 0.60))
        self.headline = self.heading(0.02, 0.985, 1.5, va="top")
        ax = self.journey
        log_axes(ax, "y", xlabel="layers passed on the way down")
        ax.axhline(1, color=self.style.faint, zorder=0)
        dotted: dict[str, Any] = {"color": BLUE, "linestyle": "-.", "marker": "o", "markersize": 5}
        squares: dict[str, Any] = {"color": VERMILLION, "marker": "s", "linestyle": "none"}
        self.lines = {
            "bound": self.moving_line(ax, color=GREEN, linestyle=":", label="largest product possible, (max f′)ᵏ"),
            "theory": self.moving_line(ax, color=self.style.theory, linewidth=1.4, label="its theory, n → ∞"),
            "slopes": self.moving_line(ax, label="product of the slopes f′ (median path)", **dotted),
            "gradient": self.moving_line(ax, label="gradient, end to end", **squares),
        }
        order = [self.lines[name] for name in ("gradient", "theory", "slopes", "bound")]
        self.legend_above(ax, (-0.12, 1.0), 2, handles=order, columnspacing=1.2)
        ax = self.factors
        log_axes(ax, "y", ylim=FACTORS, yticks=[1e-2, 1, 1e2], xlabel="layer, from the top")
        ax.axhline(1, color=self.style.faint, zorder=0)
        self.gain = self.moving_line(ax, color=PURPLE, linestyle=":", label="weights: √(n·Var(w))")
        self.slope = self.moving_line(ax, label="slopes: √E[f′²]", **dotted)
        self.factor = self.moving_line(ax, color=VERMILLION, marker="s", markersize=5, label="both together")
        ax.set_title("Each layer multiplies by", pad=58)
        self.legend_above(ax, (-0.05, 0.99), labelspacing=0.2, handlelength=1.8)

    def background(self, result: GradientChain) -> tuple:
        seen = np.concatenate([result.gradient, result.theory, result.bound, result.slopes[result.slopes > 1e-12]])
        seen = seen[seen > 0]
        low, high = math.log10(seen.min()), math.log10(seen.max())
        return _step(result.depth, DEPTHS), -_step(-low, DOWN), _step(high, UP)

    def set_background(self, result: GradientChain) -> None:
        deepest, low, high = self.background(result)
        ticks = np.arange(0, deepest + 1, deepest // 5)
        self.journey.set(xlim=(-0.02 * deepest, 1.03 * deepest), xticks=ticks, ylim=(10.0**low, 10.0**high))
        self.factors.set(xlim=(0.5, deepest + 0.5), xticks=ticks[1:])
        every = max(2, (high - low) // 6)
        self.journey.set_yticks(10.0 ** np.arange(every * math.ceil(low / every), high + 0.5, every))

    def set_artists(self, result: GradientChain) -> None:
        self.headline.set_text(headline(result))
        passed, (low, high) = np.arange(result.depth + 1), self.journey.get_ylim()
        beyond = (high / low) ** 0.2  # what leaves the axis, a product of 0 for one, goes well below its edge
        for name, line in self.lines.items():
            line.set_data(passed, np.clip(getattr(result, name), low / beyond, high * beyond))
        layers = np.arange(1, result.depth + 1)
        self.gain.set_data([0.5, result.depth + 0.5], [result.gain] * 2)
        self.slope.set_data(layers, np.maximum(result.slope, FACTORS[0]))
        self.factor.set_data(layers, np.clip(result.factor, *FACTORS))

    def describe(self, result: GradientChain) -> str:
        why = "more than half of the paths are blocked" if result.activation == "relu" else "it rounds to 0"
        product = number(result.slopes[-1]) if result.slopes[-1] > 0 else f"0 ({why})"
        return (
            f"{name_of(result.activation)}, {many(result.depth, 'layer')} of 100 units, std(w) = {result.scale:.3g}. "
            f"Product of the slopes along the median path: {product}; at most {number(result.bound[-1])}. End-to-end "
            f"gradient, from 1 at the top: {number(result.gradient[-1])} (infinite width: {number(result.theory[-1])})."
        )


def headline(result: GradientChain) -> str:
    return (
        f"{name_of(result.activation)}, {result.depth} × 100:   std(w) = {result.scale:.3g},   slopes "
        f"{number(result.slopes[-1])},   gradient {number(result.gradient[-1])}"
    )


def _step(value: float, steps: tuple[int, ...]) -> int:
    return next((step for step in steps if value <= step), steps[-1])
