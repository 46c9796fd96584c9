"""The picture of conventions: the same optimiser written in two or three ways, and how far the paths part."""

from typing import Any

import numpy as np

from course_lib.experiments.optimizers_conventions import BOWL, MAX_STEPS, Conventions
from course_lib.plots.activations import many
from course_lib.plots.optimizers import decades, draw_surface, seen, short
from course_lib.plots.picture import Picture, cut_off
from course_lib.plots.style import SERIES

LOW, HIGH = 1e-17, 100.0
NAMES = {
    "momentum": "velocity or buffer",
    "epsilon": "place of ε in Adam",
    "bias": "Adam's bias correction",
    "nesterov": "Nesterov's point",
}


class ConventionsPicture(Picture):
    """Left: the paths of all forms on the bowl. Right: their distance from the first form, step by step."""

    size = (9.8, 5.0)
    large_print = 1.15

    def build(self) -> None:
        self.plane = self.figure.add_axes((0.055, 0.11, 0.45, 0.79))
        self.gaps = self.figure.add_axes((0.60, 0.11, 0.385, 0.62))
        draw_surface(self.plane, BOWL, self.style.theory)
        self.plane.set(xlim=(-8, 8), ylim=(-4, 4))
        decades(self.gaps, "y", LOW, HIGH, every=4)
        self.gaps.set_xlabel("step", labelpad=0)
        self.gaps.axhspan(LOW, 1e-14, color=self.style.faint, linewidth=0)
        self.gaps.text(0.98, 0.03, "rounding", ha="right", transform=self.gaps.transAxes)
        self.gaps.set_title("Distance from the first form")
        self.lines, self.ends, self.curves, self.samples, self.words = [], [], [], [], []
        for row, props in enumerate(SERIES[:3]):
            self.lines.append(self.moving_line(self.plane, markersize=4, linewidth=1.6, **props))
            end = {"color": props["color"], "marker": props["marker"], "markersize": 10}
            self.ends.append(self.moving_line(self.plane, markeredgecolor=self.style.ink, **end))
            line: dict[str, Any] = {"color": props["color"], "linestyle": props["linestyle"]}
            if row:
                self.curves.append(self.moving_line(self.gaps, **line))
            beside: dict[str, Any] = {"transform": self.gaps.transAxes, "clip_on": False, "markersize": 5}
            self.samples += self.gaps.plot([0.0, 0.10], [1.32 - 0.073 * row] * 2, **beside, **props)
            self.words.append(self.figure.text(0.65, 0.93 - 0.045 * row, "", va="center"))

    def background(self, result: Conventions) -> tuple:
        steps = result.paths.shape[1] - 1
        return result.convention, next(limit for limit in (30, 60, MAX_STEPS) if steps <= limit)

    def set_background(self, result: Conventions) -> None:
        convention, steps = self.background(result)
        self.plane.set_title(NAMES[convention])
        self.gaps.set_xlim(0, steps)
        for row, (sample, word) in enumerate(zip(self.samples, self.words, strict=True)):
            there = row < len(result.forms)
            sample.set_visible(there)
            word.set_text(result.forms[row] if there else "")

    def set_artists(self, result: Conventions) -> None:
        for row, (line, end) in enumerate(zip(self.lines, self.ends, strict=True)):
            there = row < len(result.forms)
            points = seen(result.paths[row], BOWL) if there else np.empty((0, 2))
            line.set_data(*points.T)
            end.set_data(*points[-1:].T)
        for row, curve in enumerate(self.curves):
            there = row < len(result.gap)
            gap = cut_off(result.gap[row] if there else [], LOW, HIGH, lost=np.inf)
            curve.set_data(range(len(gap)), np.maximum(gap, LOW))  # 0 is seen at the edge, among what rounding makes

    def describe(self, result: Conventions) -> str:
        parts = [f"{form} by {_distance(gap)}" for form, gap in zip(result.forms[1:], result.largest, strict=True)]
        steps = many(result.paths.shape[1] - 1, "step")
        return (
            f"Convention “{NAMES[result.convention]}”: on x²/20 + y² the paths part from that of the form "
            f"“{result.forms[0]}” within {steps} at most like this: {', '.join(parts)}."
        )


def _distance(gap: float) -> str:
    """Rounding is the same as nothing."""
    return "rounding only" if gap < 1e-12 else short(gap) if gap < 1e6 else "more than the picture holds"
