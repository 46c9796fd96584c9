"""The picture of one batch before and after normalising: two strips of numbers, and what was measured of each."""

import math

import numpy as np
from matplotlib.patches import StepPatch

from course_lib.experiments.batchnorm import BatchNormByHand
from course_lib.plots.picture import Picture, step_up
from course_lib.plots.style import BLUE, VERMILLION

BINS = 60
ROWS = ("mean", "variance", "skewness", "kurtosis")


class ByHandPicture(Picture):
    """Above: the batch x. Below: y = γx̂ + β, and the bell of the same mean and variance. Right: numbers."""

    size = (10.0, 5.2)
    large_print = 1.15

    def build(self) -> None:
        self.above = self.figure.add_axes((0.05, 0.60, 0.57, 0.29))
        self.below = self.figure.add_axes((0.05, 0.12, 0.57, 0.29))
        self.strips = [
            self._strip(self.above, BLUE, "Before: the batch x"),
            self._strip(self.below, VERMILLION, "After: y = γx̂ + β"),
        ]
        self.bell = self.moving_line(self.below, color=self.style.theory, linestyle="--", linewidth=1.5)
        self.key = self.moving(
            self.below.legend([self.bell], ["normal, same mean and std"], loc="lower right", bbox_to_anchor=(1.0, 1.0))
        )
        self._build_table()

    def _strip(self, axes, colour: str, title: str) -> tuple:
        axes.set(ylim=(-0.32, 1.08), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.set_title(title)
        axes.axhline(0, color=self.style.faint, linewidth=1)
        bars = self.moving(axes.add_patch(StepPatch([0.0], [0.0, 1.0], fill=True, facecolor=colour, alpha=0.55)))
        dots = self.moving_marks(axes, "o", colour, 3.5, alpha=0.6)
        mean = self.moving_line(axes, color=self.style.ink, linewidth=2)
        spread = self.moving_line(axes, color=self.style.ink, linewidth=2, marker="|", markersize=9)
        return bars, dots, mean, spread

    def _build_table(self) -> None:
        text, left, top = self.figure.text, 0.655, 0.83
        text(left, top + 0.06, "measured", weight="bold")
        text(left + 0.205, top + 0.06, "before", weight="bold", ha="right", color=BLUE)
        text(left + 0.325, top + 0.06, "after", weight="bold", ha="right", color=VERMILLION)
        self.cells = []
        for row, label in enumerate(("mean", "variance", "skewness", "excess kurtosis")):
            y = top - 0.065 * row
            text(left, y, label)
            self.cells.append([self.moving(text(left + x, y, "", ha="right")) for x in (0.205, 0.325)])
        self.formula = self.moving(text(left, 0.46, "", va="top", linespacing=1.6))

    def background(self, result: BatchNormByHand) -> tuple:
        return _limits(result.x), _limits(result.y, result)

    def set_background(self, result: BatchNormByHand) -> None:
        for axes, limits in zip((self.above, self.below), self.background(result), strict=True):
            axes.set_xlim(*limits)

    def set_artists(self, result: BatchNormByHand) -> None:
        pairs = (result.x, result.before), (result.y, result.after)
        for (bars, dots, mean, spread), (values, m) in zip(self.strips, pairs, strict=True):
            low, high = bars.axes.get_xlim()
            counts, edges = np.histogram(np.clip(values, low, high), bins=BINS, range=(low, high))
            bars.set_data(counts / max(counts.max(), 1), edges)
            dots.set_data(values, -0.19 + 0.07 * np.sin(2.4 * np.arange(len(values))))  # beside, not over each other
            std = math.sqrt(m.variance)
            mean.set_data([m.mean, m.mean], [-0.3, 1.05])
            spread.set_data([m.mean - std, m.mean + std], [1.05, 1.05])
        self._set_bell(result)
        for row, name in enumerate(ROWS):
            for cell, m in zip(self.cells[row], (result.before, result.after), strict=True):
                cell.set_text(_number(getattr(m, name)))
        self.formula.set_text(_working(result))

    def _set_bell(self, result: BatchNormByHand) -> None:
        low, high = self.below.get_xlim()
        width = math.sqrt(result.after.variance)
        self.key.set_visible(width >= (high - low) / 400)
        if not self.key.get_visible():
            self.bell.set_data([], [])
            return
        at = np.linspace(low, high, 200)
        counts = np.histogram(np.clip(result.y, low, high), bins=BINS, range=(low, high))[0]
        bell = np.exp(-((at - result.after.mean) ** 2) / (2 * width**2)) / (width * math.sqrt(2 * math.pi))
        bell *= len(result.y) * (high - low) / BINS / max(counts.max(), 1)  # as high as its histogram would be
        self.bell.set_data(at, np.minimum(bell, 1.05))

    def describe(self, result: BatchNormByHand) -> str:
        moments = result.before, result.after
        before, after = (f"mean {_number(m.mean)}, variance {_number(m.variance)}" for m in moments)
        if math.isnan(result.before.skewness):
            shape = "All numbers of the batch are equal, so there is no shape to keep."
        elif math.isnan(result.after.skewness):
            shape = "All outputs are equal, so nothing is left of the shape."
        else:
            shape = (
                f"Skewness {_number(result.before.skewness)} before and {_number(result.after.skewness)} after: "
                f"the shape {'is mirrored' if result.gamma < 0 else 'stays'}."
            )
        back = " γ and β give the input back." if result.restored else ""
        return (
            f"{len(result.x)} numbers, {result.shape}: {before}. After normalising with γ = {_number(result.gamma)} "
            f"and β = {_number(result.beta)}: {after}. {shape}{back}"
        )


def _limits(values: np.ndarray, result: BatchNormByHand | None = None) -> tuple[float, float]:
    """Limits in steps that hold all values; symmetric about 0 so that a shift is seen."""
    reach = float(np.abs(values).max())
    if result is not None:
        reach = max(reach, abs(result.beta) + abs(result.gamma))
    top = step_up(max(reach * 1.02, 1.0), (1.0, 2.0, 4.0))
    return -top, top


def _number(value: float) -> str:
    if math.isnan(value):
        return "–"
    if abs(value) < 5e-13:
        return "0"
    text = f"{value:.3f}" if 0.01 <= abs(value) < 1000 else f"{value:.2g}"
    return text.replace("-", "−")


def _working(result: BatchNormByHand) -> str:
    """The four lines of the algorithm with this batch's numbers in them."""
    lines = [
        f"√(σ² + ε) = {_number(math.sqrt(result.before.variance + result.eps))}",
        f"y = {_number(result.gamma)} · x̂ + {_number(result.beta)}".replace("+ −", "− "),
    ]
    if result.restored:
        lines.append("largest |y − x| below 1e−9" if result.error < 1e-9 else f"largest |y − x| = {result.error:.1g}")
    return "\n".join(lines)
