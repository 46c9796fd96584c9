"""The picture of the race on digits: loss curves with a band over seeds, and where everybody ends."""

from typing import Any

import numpy as np

from course_lib.experiments.optimizers_race import STEPS, OptimizerRace
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.plots.activations import percent
from course_lib.plots.optimizers import STYLES, decades
from course_lib.plots.picture import Beyond, Picture, cut_off

LOW, HIGH = 0.01, 10.0
LABELS = [entry.label for entry in OPTIMIZERS.values()]


class OptimizerRacePicture(Picture):
    """Left: mean training loss of each optimiser; a band from the lowest to the highest seed for the watched one.
    Right: last losses over the seeds, learning rates and validation accuracy."""

    size = (10.0, 5.2)

    def build(self) -> None:
        ax = self.losses = self.figure.add_axes((0.06, 0.11, 0.44, 0.80))
        ax.set(xlim=(0, STEPS))
        ax.set_xlabel("updates", labelpad=0)
        decades(ax, "y", LOW, HIGH)
        ax.set_title("Training loss; band: all seeds")
        self.band = self.moving(ax.fill_between([0, 1], [1, 1], [2, 2], alpha=0.3, linewidth=0))
        self.curves = {name: self.moving_line(ax, markevery=4, markersize=5, **props) for name, props in STYLES.items()}
        ax = self.ends = self.figure.add_axes((0.66, 0.11, 0.17, 0.80))
        decades(ax, "x", LOW, HIGH)
        ax.set(ylim=(len(OPTIMIZERS) - 0.5, -0.5), yticks=range(len(OPTIMIZERS)), yticklabels=LABELS)
        ax.tick_params(axis="y", length=0, pad=40)
        ax.set_title("Last loss, all seeds", loc="center")
        self.row_keys(ax, -0.26, -0.05, STYLES.values())
        wide: dict[str, Any] = {"linewidth": 5, "solid_capstyle": "butt"}
        self.spans = [self.moving_line(ax, color=STYLES[name]["color"], **wide) for name in OPTIMIZERS]
        bar: dict[str, Any] = {"marker": "|", "markersize": 14, "markeredgewidth": 2}
        self.dots = [self.moving_line(ax, color=self.style.ink, **bar) for _ in OPTIMIZERS]
        self.beyond = Beyond(self, ax, self.style.ink, axis="x")
        self.figure.text(0.905, 0.925, "η", ha="right", weight="bold")
        self.figure.text(0.99, 0.925, "accuracy", ha="right", weight="bold")
        across = ax.get_yaxis_transform()
        self.cells = [
            [self.moving(ax.text(x, row, "", ha="right", va="center", transform=across)) for x in (1.44, 1.94)]
            for row in range(len(OPTIMIZERS))
        ]

    def set_artists(self, result: OptimizerRace) -> None:
        mean, low, high = cut_off([result.mean, result.low, result.high], LOW, HIGH, lost=np.inf)  # through the top
        for row, name in enumerate(result.names):
            bold = name == result.watch
            self.curves[name].set_data(result.step, mean[row])
            self.curves[name].set_linewidth(self.style.line * (1.9 if bold else 0.7))
            lost = not np.isfinite(result.mean[row, -1])
            self.spans[row].set_data([] if lost else [low[row, -1], high[row, -1]], [] if lost else [row, row])
            self.dots[row].set_data([] if lost else [mean[row, -1]], [] if lost else [row])
            rate, accuracy = self.cells[row]
            rate.set_text(f"{result.lrs[row]:.3g}")
            accuracy.set_text("diverges" if lost else f"{percent(result.accuracy[row].mean())}")
        self.beyond.set(result.mean[:, -1], np.arange(len(result.names)))
        row = result.names.index(result.watch)
        self.band.set_data(result.step, low[row], high[row])
        self.band.set_facecolor(STYLES[result.watch]["color"])

    def describe(self, result: OptimizerRace) -> str:
        row = result.names.index(result.watch)
        name, seeds = OPTIMIZERS[result.watch].label, result.accuracy.shape[1]
        if np.isfinite(result.mean[row, -1]):
            span = f"from {result.low[row, -1]:.2g} to {result.high[row, -1]:.2g}"
            right = f"{percent(result.accuracy[row].mean())} of the validation digits right"
            fate = f"ends at loss {result.mean[row, -1]:.2g} ({span}) with {right}"
        else:
            fate = f"diverges with {result.diverged[row]} of the seeds"
        tuned = "the rates tuned for batch 32 and β = 0.9"  # whatever batch and β are now
        rates = {"same": "one rate for all", "common": "the common rates", "tuned": tuned}[result.rates]
        return (
            f"{len(result.names)} optimisers on the digits with {rates}, {seeds} seeds each: {name} with "
            f"η = {result.lrs[row]:.3g} {fate}. Lowest mean loss: {OPTIMIZERS[result.ranking[0]].label}."
        )
