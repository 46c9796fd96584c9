"""The picture of leakage: test accuracy with its error bars, clean and leaky, and the gap between them."""

from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from course_lib.experiments.preprocessing_leakage import SIZES, Leakage, mean_and_error
from course_lib.plots.activations import capital
from course_lib.plots.picture import Beyond, Picture, log_axes
from course_lib.plots.style import BLUE, GREEN, VERMILLION

BARS = 2  # standard errors on each side: about 95 %
GAP_LIMIT = 0.45


class LeakagePicture(Picture):
    """Left: accuracies against the training-set size. Right: leaky − clean, every seed a dot, mean and error bar."""

    size = (9.6, 4.8)

    def build(self) -> None:
        self.headline = self.heading(0.065, 0.975, 1.5, va="top")
        left = self.scores = self.figure.add_axes((0.065, 0.12, 0.50, 0.64))
        right = self.figure.add_axes((0.66, 0.12, 0.325, 0.70))
        for ax in (left, right):
            log_axes(ax, "x", xlim=(15, 430), xticks=SIZES, xticklabels=map(str, SIZES), xlabel="training examples")
        left.set_title("Test accuracy, %, with statistics from", pad=28)
        right.set(ylim=(-GAP_LIMIT, GAP_LIMIT), yticks=[-0.4, -0.2, 0, 0.2, 0.4])
        right.set_yticklabels(["−40", "−20", "0", "+20", "+40"])
        right.set_title("Gap, points (bars: 2 std errors)")
        right.axhline(0, color=self.style.theory, linewidth=1)
        self.chance = self.moving(left.plot([15, 430], [0, 0], color=self.style.faint, zorder=0)[0])
        band: dict[str, Any] = {"color": self.style.faint, "linewidth": 14, "zorder": 0}
        self.here = [self.moving_line(ax, **band) for ax in (left, right)]
        self.curves = {
            "clean": self._curve(left, "train", BLUE, "-", "o"),
            "leaky": self._curve(left, "everything", VERMILLION, "--", "s"),
            "fresh": self._curve(left, "everything, scored on fresh examples", GREEN, ":", "^"),
        }
        self.legend_above(left, (-0.02, 0.985), 3, borderaxespad=0, columnspacing=1)
        self.ring = self.moving_line(left, "o", color="none", markeredgecolor=self.style.ink, markersize=15)
        self.seeds = self.moving_line(right, "o", color=BLUE, markersize=3, alpha=0.35, markeredgewidth=0)
        self.beyond = Beyond(self, right, BLUE, size=5)
        self.gap_bars = self.moving_line(right, color=self.style.ink, linewidth=2.5)
        self.gap_mean = self.moving_line(right, "D", color=self.style.ink, markersize=7)

    def _curve(self, ax, label: str, color: str, linestyle: str, marker: str) -> tuple[Line2D, Line2D]:
        bars = self.moving_line(ax, color=color, linewidth=1.5)
        line = self.moving_line(ax, color=color, linestyle=linestyle, marker=marker, label=label)
        return bars, line

    def background(self, result: Leakage) -> float:
        return result.chance

    def set_background(self, result: Leakage) -> None:
        low, high = (30, 100) if result.chance < 0.3 else (40, 80)
        ticks = range(low, high + 1, 10)
        self.scores.set(ylim=(low / 100, high / 100), yticks=np.array(ticks) / 100, yticklabels=map(str, ticks))

    def set_artists(self, result: Leakage) -> None:
        self.headline.set_text(_headline(result))
        sizes = result.sizes.astype(float)
        for shift, (field, (bars, line)) in zip((0.97, 1.0, 1.03), self.curves.items(), strict=True):
            mean, error = mean_and_error(getattr(result, field))
            bars.set_data(*_bars(sizes * shift, mean, error))
            line.set_data(sizes * shift, mean)
            if field == {"train": "clean", "everything": "leaky"}[result.fit]:
                self.ring.set_data([sizes[result.at] * shift], [mean[result.at]])
        self.chance.set_ydata([result.chance] * 2)
        for line, (low, high) in zip(self.here, ((0, 1), (-GAP_LIMIT, GAP_LIMIT)), strict=True):
            line.set_data([sizes[result.at]] * 2, [low, high])
        mean, error = mean_and_error(result.gap)
        spread = 1.12 ** np.linspace(-1, 1, result.gap.shape[1])  # side by side, seed by seed
        places = (sizes[:, None] * spread).ravel(), result.gap.ravel()
        self.seeds.set_data(*places)
        self.beyond.set(*places)
        self.gap_bars.set_data(*_bars(sizes, mean, error))
        self.gap_mean.set_data(sizes, mean)

    def describe(self, result: Leakage) -> str:
        clean, leaky, fresh = (
            _percent(*(v[result.at] for v in mean_and_error(a))) for a in (result.clean, result.leaky, result.fresh)
        )
        mean, error = (v[result.at] for v in mean_and_error(result.gap))
        promise = _points(*(v[result.at] for v in mean_and_error(result.promise)))
        return (
            f"{capital(result.step)}, {result.samples} training examples, {result.gap.shape[1]} "
            f"seeds. Test accuracy with statistics from the training split: {clean}; from everything: {leaky}; the "
            f"latter on fresh examples: {fresh}. Gap: {_points(mean, error)}, {_verdict(mean, error)}. The leaky score "
            f"promises {promise} more than it keeps. "
            "(± means 2 standard errors.)"
        )


def _headline(result: Leakage) -> str:
    mean, error = mean_and_error(result.clean if result.fit == "train" else result.leaky)
    gap, gap_error = mean_and_error(result.gap)
    at = result.at
    end = "an honest estimate" if result.fit == "train" else f"gap {_points(gap[at], gap_error[at])}"
    return f"Fitted on {result.fit}, {result.samples} examples:   you report {_percent(mean[at], error[at])},   {end}"


def _verdict(mean: float, error: float) -> str:
    if _points(mean, error) == _points(0, 0):  # a digit as near to one mean as to another goes either way by rounding
        return "none"
    return "beyond its error bar" if abs(mean) > BARS * error else "within its error bar"


def _percent(mean: float, error: float) -> str:
    return f"{100 * mean:.1f} ± {100 * BARS * error:.1f} %"


def _points(mean: float, error: float) -> str:
    text = f"{100 * mean:+.1f} ± {100 * BARS * error:.1f} points"
    return text.replace("+0.0", "0.0").replace("-0.0", "0.0").replace("-", "−")


def _bars(x: np.ndarray, mean: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertical bars as one line with gaps."""
    gap = np.full(len(x), np.nan)
    return np.c_[x, x, gap].ravel(), np.c_[mean - BARS * error, mean + BARS * error, gap].ravel()
