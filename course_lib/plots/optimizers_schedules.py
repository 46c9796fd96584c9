"""The picture of schedules: the learning rate against the step, and the loss it leads to."""

import math
from typing import Any

import numpy as np

from course_lib.experiments.optimizers_schedules import UPDATES, ScheduleRun, noise_floor, schedule_of
from course_lib.nn.schedules import SCHEDULES
from course_lib.plots.optimizers import decades, short
from course_lib.plots.picture import Picture, cut_off
from course_lib.plots.style import BLUE, ORANGE, VERMILLION

RATE_LOW, RATE_HIGH = 1e-4, 10.0
FRAMES = {
    "noisy bowl": (1e-4, 100.0, "Loss, mean of 400 runs"),
    "digits": (0.1, 10.0, "Validation loss, mean of 4 networks"),
}


class SchedulePicture(Picture):
    """Above: the learning rate. Below: the loss with the schedule, and with the rate left at α₀."""

    size = (9.6, 5.6)

    def build(self) -> None:
        self.headline = self.moving(self.figure.text(0.08, 0.985, "", weight="bold", va="top"))
        self.rates = self.figure.add_axes((0.08, 0.60, 0.90, 0.285))
        self.losses = self.figure.add_axes((0.08, 0.095, 0.90, 0.375))
        decades(self.rates, "y", RATE_LOW, RATE_HIGH)
        for ax in (self.rates, self.losses):
            ax.set_xlim(0, UPDATES)
        self.rates.set_title("Learning rate α")
        self.losses.set_xlabel("updates", labelpad=0)
        gray: dict[str, Any] = {"color": VERMILLION, "linestyle": "--", "linewidth": 1.4}
        self.left_alone = self.moving_line(self.rates, **gray)
        self.rate = self.moving_line(self.rates, color=BLUE)
        self.floor = self.moving_line(self.losses, color=ORANGE, linestyle=":", linewidth=2)
        self.constant = self.moving_line(self.losses, **gray)
        self.loss = self.moving_line(self.losses, color=BLUE)
        small: dict[str, Any] = {"ha": "right", "va": "center", "fontsize": self.style.font - 1}
        self.legend = self.moving(self.figure.text(0.98, 0.495, "", **small))

    def background(self, result: ScheduleRun) -> str:
        return result.problem

    def set_background(self, result: ScheduleRun) -> None:
        low, high, title = FRAMES[result.problem]
        decades(self.losses, "y", low, high)
        self.losses.set_title(title)

    def set_artists(self, result: ScheduleRun) -> None:
        low, high, _ = FRAMES[result.problem]
        self.rate.set_data(*_every_update(result))
        self.left_alone.set_data([0, UPDATES], [result.lr] * 2)
        for line, values in ((self.loss, result.loss), (self.constant, result.constant)):
            line.set_data(result.step, cut_off(values, low, high, lost=math.inf))
        floor = noise_floor(result.lr) if result.problem == "noisy bowl" else math.inf
        self.floor.set_data(*([0, UPDATES], [floor] * 2) if math.isfinite(floor) else ([], []))
        dotted = "    dotted: its noise floor" * math.isfinite(floor)
        self.legend.set_text(f"solid: with the schedule    dashed: rate left at α₀{dotted}")
        losses = "mean loss of the last tenth: {}; with constant rate: {}".format(*map(_number, result.final))
        self.headline.set_text(f"{SCHEDULES[result.schedule].label}, {losses}")

    def describe(self, result: ScheduleRun) -> str:
        with_, without = map(_number, result.final)
        return (
            f"Schedule {SCHEDULES[result.schedule].label}, α₀ = {result.lr:.3g}, on the {result.problem}: "
            f"the rate goes from {short(result.rate[0])} to {short(result.rate[-1])}. "
            f"Mean loss of the last tenth with the schedule: {with_}; with a constant rate: {without}."
        )


def _every_update(result: ScheduleRun) -> tuple[np.ndarray, np.ndarray]:
    """α at every update. Between two evaluations a plateau keeps its rate; the others follow their formula."""
    t = np.arange(UPDATES + 1)
    if result.schedule == "plateau":
        rate = result.rate[np.searchsorted(result.step, t, side="right") - 1]
    else:
        rate = np.asarray(schedule_of(result.schedule, result.lr, result.tau, result.factor)(t.astype(float)))
    return t, cut_off(rate, RATE_LOW, RATE_HIGH)


def _number(value: float) -> str:
    return short(value) if math.isfinite(value) and value < 1e6 else "lost"
