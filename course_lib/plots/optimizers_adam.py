"""The picture of Adam's bias correction: how long its steps are, and what its two averages know."""

import numpy as np

from course_lib.experiments.optimizers_adam import STEPS, AdamBias
from course_lib.plots.optimizers import decades
from course_lib.plots.picture import Picture, cut_off, step_up
from course_lib.plots.style import BLUE, GREEN, VERMILLION

STEP_LOW, STEP_HIGH = 1e-2, 1e2


class AdamBiasPicture(Picture):
    """Left: step / η against t, with and without the correction. Right: m and v, which start at 0, and their cures."""

    size = (9.8, 5.0)

    def build(self) -> None:
        t = np.arange(1, STEPS + 1)
        ax = self.steps = self.figure.add_axes((0.075, 0.12, 0.45, 0.78))
        decades(ax, "x", 1, 1000)
        ax.set_xlim(1, STEPS)
        decades(ax, "y", STEP_LOW, STEP_HIGH)
        ax.set_xlabel("step t", labelpad=0)
        ax.set_title("Length of a step, in units of η")
        ax.axhline(1, color=self.style.faint)
        ax.plot(t, t**-0.5, color=self.style.theory, linestyle=":", linewidth=1.5)
        ax.text(30, 0.085, "AdaGrad, 1/√t", color=self.style.theory, ha="right")
        dashed = self.moving_line(ax, color=VERMILLION, linestyle="--")
        self.lines = {False: dashed, True: self.moving_line(ax, color=BLUE)}
        for y, words, colour in ((0.97, "not corrected", VERMILLION), (0.91, "corrected", BLUE)):
            ax.text(0.98, y, words, color=colour, ha="right", va="top", transform=ax.transAxes)
        self.peak = self.moving_line(ax, "o", color=self.style.ink, markersize=8)
        self.number = self.moving_text(ax, 0.02, 0.97, va="top", weight="bold")
        self.m_axes = self._build_average((0.60, 0.575, 0.385, 0.325), "Average of g:  m and m̂ = m/(1 − β1ᵗ)")
        self.v_axes = self._build_average((0.60, 0.12, 0.385, 0.325), "Average of g²:  v and v̂ = v/(1 − β2ᵗ)")
        self.m_axes.set(ylim=(-0.5, 2.5), yticks=[0, 1, 2])
        self.v_axes.set_xlabel("step t    (dotted: what the average should be)", labelpad=0)
        self.averages = [
            (
                self.moving_line(ax, color=VERMILLION, linestyle="--"),
                self.moving_line(ax, color=BLUE),
                self.moving_line(ax, color=GREEN, linestyle=":", linewidth=2.4),
            )
            for ax in (self.m_axes, self.v_axes)
        ]

    def _build_average(self, place: tuple[float, float, float, float], title: str):
        ax = self.figure.add_axes(place)
        decades(ax, "x", 1, 1000)
        ax.set_xlim(1, STEPS)
        ax.set_title(title)
        return ax

    def background(self, result: AdamBias) -> float:
        return step_up(1.6 * (1 + result.noise**2))

    def set_background(self, result: AdamBias) -> None:
        top = self.background(result)
        self.v_axes.set(ylim=(0, top), yticks=[0, top / 2, top])

    def set_artists(self, result: AdamBias) -> None:
        t = np.arange(1, len(result.m) + 1)
        for correction, values in ((True, result.corrected), (False, result.uncorrected)):
            self.lines[correction].set_data(t, cut_off(np.abs(values), STEP_LOW, STEP_HIGH))
            self.lines[correction].set_linewidth(self.style.line * (1.7 if correction == result.correction else 0.7))
        at, height = result.peak
        self.peak.set_data([] if result.rises else [at], [] if result.rises else [abs(height)])
        self.number.set_text(f"rises to {abs(height):.3g} η" if result.rises else f"longest: {longest(result)}")
        moments = (result.m, result.m_hat, 1.0), (result.v, result.v_hat, 1 + result.noise**2)
        for artists, (raw, cured, truth) in zip(self.averages, moments, strict=True):
            artists[0].set_data(t, raw)
            artists[1].set_data(t, cured)
            artists[2].set_data([1, STEPS], [truth, truth])

    def describe(self, result: AdamBias) -> str:
        then = f"later ones rise to {abs(result.peak[1]):.3g} η" if result.rises else f"the longest {longest(result)}"
        how = "With" if result.correction else "Without"
        return (
            f"{how} bias correction, β1 = {result.beta1:.3g}, β2 = {result.beta2:.4g}, gradients 1 ± "
            f"{result.noise:.2g}: the first step is {abs(result.step[0]):.3g} η long, {then}. "
            f"At t = 1 the average m is {result.m[0]:.3g} and m̂ is {result.m_hat[0]:.3g}."
        ).replace("-", "−")


def longest(result: AdamBias) -> str:
    """How long the longest step is, and when it is made."""
    at, height = result.peak
    return f"{abs(height):.3g} η at t = {at}"
