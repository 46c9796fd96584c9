"""The picture of momentum: speed on a slope, swings in a valley, and the map of damping."""

import numpy as np

from course_lib.experiments.optimizers_momentum import MomentumRun, critical
from course_lib.plots.optimizers import decades
from course_lib.plots.picture import Picture, log_axes, step_up
from course_lib.plots.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION

LOW, HIGH = 1e-3, 5.0  # ηλ
GONE = 20.0  # times the highest distance of the axis
WORDS = {
    "arrives": "is at the minimum after one step",
    "creeps": "creeps to the minimum without a swing",
    "swings": "swings through the minimum",
    "flips": "flips its side at every step",
    "jumps": "jumps from side to side for ever",
    "diverges": "diverges",
}


class MomentumPicture(Picture):
    """Left: speed under a constant gradient, and position in a valley. Right: which (ηλ, β) creep, swing or diverge."""

    size = (9.8, 5.4)
    large_print = 1.1

    def build(self) -> None:
        self.speeds = self.figure.add_axes((0.065, 0.585, 0.43, 0.335))
        self.valley = self.figure.add_axes((0.065, 0.10, 0.43, 0.335))
        decades(self.speeds, "y", 1, 100)
        self.speeds.set_ylim(0.8, 160)
        self.speeds.set_title("On a slope: speed / (ηg)")
        self.valley.set_title("In a valley: distance (dashed: no momentum)")
        self.valley.set_xlabel("step", labelpad=0)
        self.valley.axhline(0, color=self.style.faint)
        self.terminal = self.moving_line(self.speeds, color=self.style.theory, linestyle="--")
        self.speed = self.moving_line(self.speeds, color=BLUE)
        self.words = self.moving_text(self.speeds, 0.98, 0.85, ha="right")
        self.without = self.moving_line(self.valley, color=self.style.theory, linestyle="--", linewidth=1.2)
        self.x = self.moving_line(self.valley, color=VERMILLION, marker="o", markersize=2.5, linewidth=1.4)
        self._build_map()

    def _build_map(self) -> None:
        ax = self.map = self.figure.add_axes((0.58, 0.10, 0.40, 0.82))
        log_axes(ax, "x", xlim=(LOW, HIGH), ylim=(0, 1), xlabel="ηλ: learning rate × curvature")
        ax.set_xticks([1e-3, 1e-2, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
        ax.set_ylabel("β", rotation=0, labelpad=8)
        beta = np.linspace(0, 0.999, 400)
        lower, upper, end = (1 - np.sqrt(beta)) ** 2, (1 + np.sqrt(beta)) ** 2, 2 * (1 + beta)
        borders = [np.maximum(border, LOW) for border in (0 * beta, lower, upper, end, 0 * beta + 10)]
        for left, right, colour in zip(borders, borders[1:], (GREEN, SKY, ORANGE, PURPLE)):
            ax.fill_betweenx(beta, left, right, color=colour, alpha=0.3, linewidth=0)
        names = ((0.0018, 0.3, "creeps"), (0.12, 0.86, "swings"), (1.75, 0.2, "flips"), (3.15, 0.45, "diverges"))
        for x, y, text in names:
            ax.text(x, y, text, rotation=90 if text == "diverges" else 0)
        ax.plot(lower, beta, color=self.style.ink, linewidth=1.2)
        arrow, small = {"arrowstyle": "-", "color": self.style.ink}, self.style.font - 1
        at = critical(0.62), 0.62
        ax.annotate("critical: (1 − √β)²", at, (0.0016, 0.52), fontsize=small, arrowprops=arrow)
        ax.set_title("How it comes to rest")
        self.here = self.moving_line(ax, "o", color=VERMILLION, markersize=11, markeredgecolor=self.style.paper)

    def background(self, result: MomentumRun) -> tuple[int, float]:
        reach = 1.0 if result.regime == "diverges" else step_up(float(np.abs(result.x).max()), (1.0, 2.0, 5.0))
        return next(limit for limit in (20, 50, 100, 200) if len(result.speed) - 1 <= limit), reach

    def set_background(self, result: MomentumRun) -> None:
        steps, reach = self.background(result)
        for ax in (self.speeds, self.valley):
            ax.set(xlim=(0, steps), xticks=np.linspace(0, steps, 6))
        self.valley.set(ylim=(-1.25 * reach, 1.25 * reach), yticks=[-reach, 0, reach])

    def set_artists(self, result: MomentumRun) -> None:
        t = np.arange(len(result.speed))
        self.terminal.set_data([0, 200], [result.terminal] * 2)
        self.speed.set_data(t[1:], result.speed[1:])
        self.words.set_text(f"tends to {result.terminal:.3g}")
        self.words.set_y(0.85 if result.terminal < 20 else 0.2)  # beside the line, wherever it is
        limit = GONE * self.background(result)[1]
        for line, x in ((self.x, result.x), (self.without, result.without)):
            gone = ~(np.abs(x) <= limit)
            end = gone.argmax() + 1 if gone.any() else len(x)  # what leaves for good is cut there
            line.set_data(t[:end], np.clip(np.nan_to_num(x[:end]), -limit, limit))
        self.here.set_data([result.curvature], [result.beta])

    def describe(self, result: MomentumRun) -> str:
        steps = len(result.speed) - 1
        return (
            f"β = {result.beta:.3g} keeps {result.beta:.0%} of the velocity. On a slope the speed tends to "
            f"{result.terminal:.3g} times that without momentum and is at {result.speed[-1]:.3g} after {steps} steps. "
            f"In a valley with ηλ = {result.curvature:.3g} it {WORDS[result.regime]}; in the long run its distance "
            f"changes by the factor {result.rate:.4f} per step."
        )
