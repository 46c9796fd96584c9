"""The picture of the race of activations: error rates over time, and when each passed 25 %."""

import numpy as np

from course_lib.experiments.activations_race import EPOCHS, GOAL, RACERS, ActivationRace
from course_lib.plots.activations import epochs, many, name_of, percent
from course_lib.plots.picture import Picture
from course_lib.plots.style import SERIES


class ActivationRacePicture(Picture):
    """Draws an `ActivationRace`."""

    size = (9.8, 4.9)
    large_print = 1.15

    def build(self) -> None:
        self.errors = self.figure.add_axes((0.07, 0.12, 0.53, 0.80))
        self.times = self.figure.add_axes((0.775, 0.12, 0.205, 0.80))
        ax = self.errors
        ax.set(xlim=(0, EPOCHS), xlabel="epoch (1078 digits, batches of 32)")
        ax.set(ylim=(0, 0.95), yticks=[0, GOAL, 0.5, 0.75, 0.9])
        ax.set_yticklabels(["0 %", "25 %", "50 %", "75 %", "90 %"])
        ax.axhline(GOAL, color=self.style.ink, linewidth=1, linestyle=(0, (4, 3)))
        ax.axhline(0.9, color=self.style.faint)
        ax.set_title("Error rate on the training set")
        self.curves = [self.moving_line(ax, markevery=3, markersize=5, **series) for series in SERIES[: len(RACERS)]]
        ax = self.times
        ax.set(xlim=(0, 1.25 * EPOCHS), xticks=[0, 5, 10], ylim=(len(RACERS) - 0.5, -0.5), yticks=range(len(RACERS)))
        ax.set_yticklabels([name_of(name) for name in RACERS])
        ax.tick_params(axis="y", length=0, pad=34)
        ax.set_title("Epochs to 25 % error", loc="right")
        colours = [series["color"] for series in SERIES[: len(RACERS)]]
        self.bars = [self.moving(bar) for bar in ax.barh(range(len(RACERS)), 0, color=colours, height=0.6)]
        self.words = [self.moving(ax.text(0, row, "", va="center")) for row in range(len(RACERS))]
        self.row_keys(ax, -0.165, -0.03, SERIES[: len(RACERS)])

    def set_artists(self, result: ActivationRace) -> None:
        for row, name in enumerate(result.names):
            error, at = result.error[row], result.goal_at[row]
            self.curves[row].set_data(result.epoch, error)
            self.curves[row].set_linewidth(self.style.line * (2 if name == result.activation else 0.8))
            self.bars[row].set_width(0.0 if np.isnan(at) else at)
            self.words[row].set_x((0.0 if np.isnan(at) else at) + 0.03 * EPOCHS)
            self.words[row].set_text(f"{at:.2g}" if at == at else "diverges" if result.diverged[row] else "not yet")
            self.words[row].set_weight("bold" if name == result.activation else "normal")

    def describe(self, result: ActivationRace) -> str:
        row = result.names.index(result.activation)
        at, name = result.goal_at[row], name_of(result.activation)
        if result.diverged[row]:
            fate = f"{name} diverges"
        elif np.isnan(at):
            fate = f"{name} is at {percent(result.error[row, -1])} error after {epochs(result.epoch[-1])}"
        else:
            fate = f"{name} needs {epochs(at)} to 25 % error and ends at {result.error[row, -1]:.1%}"
        if np.isnan(result.goal_at).all():
            first = f"None of {len(result.names)} gets there."
        else:
            best = np.nanmin(result.goal_at)
            first = f"First of {len(result.names)}: {_first(result, best)} after {epochs(best)}."
        return f"{many(result.depth, 'hidden layer')}, learning rate {result.lr:.3g}: {fate}. {first}"


def _first(result: ActivationRace, best: float) -> str:
    *others, last = [name_of(name) for name, at in zip(result.names, result.goal_at, strict=True) if at == best]
    return f"{', '.join(others)} and {last}" if others else last
