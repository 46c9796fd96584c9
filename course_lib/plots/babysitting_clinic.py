"""The picture of a patient: curves and vital signs, before and after treatment, and what the teacher says."""

import textwrap

import numpy as np

from course_lib.experiments.babysitting_clinic import STEPS, Clinic, Course
from course_lib.plots.activations import percent, rounded
from course_lib.plots.picture import Picture, cut_off, inside, log_axes
from course_lib.plots.style import BLUE, GREEN, GREY, ORANGE, VERMILLION

LOSS, TOPS, RATIO, WRAP = (1e-3, 1e3), (10.0, 1e3), (1e-6, 1.0), 118


class ClinicPicture(Picture):
    """Left: loss, middle: accuracy, right: update-to-weight ratio. Grey is the run before treatment."""

    size = (10.0, 5.6)
    large_print = 1.05

    def build(self) -> None:
        self.loss = self.figure.add_axes((0.06, 0.17, 0.31, 0.5))
        self.right = self.figure.add_axes((0.435, 0.17, 0.24, 0.5))
        self.ratio = self.figure.add_axes((0.745, 0.17, 0.235, 0.5))
        log_axes(self.loss, "y", title="Loss")
        self.right.set(ylim=(0, 104), title="Right, %")
        log_axes(self.ratio, "y", ylim=RATIO, title="Update / weights")
        for axes in (self.loss, self.right, self.ratio):
            axes.set(xlim=(0, 1.09 * STEPS), xlabel="update", xticks=[0, 100, 200, 300])
        self.loss.axhline(np.log(10), color=self.style.ink, linestyle=":", linewidth=1)
        self.ratio.axhline(1e-3, color=self.style.ink, linestyle="--", linewidth=1.5)
        self.batches = self.moving_line(self.loss, color=ORANGE, linewidth=0.8, label="batches (J)")
        panels = (self.loss, self.right)
        self.old = [
            self.moving_line(axes, color=GREY, linestyle=line, linewidth=1.3, label="before treatment")
            for axes in panels
            for line in ("-", "--")
        ]
        self.old_ratio = self.moving_line(self.ratio, color=GREY, linewidth=1.3)
        self.old_new = self.moving_marks(self.right, "D", GREY, 9)
        self.curves = [
            self.moving_line(axes, color=colour, linestyle=line, label=label)
            for axes in panels
            for colour, line, label in ((BLUE, "-", "training"), (VERMILLION, "--", "validation"))
        ]
        self.moves = self.moving_line(self.ratio, color=BLUE, marker="o", markersize=3.5)
        self.below = self.moving_marks(self.ratio, "v", BLUE, 7, markerfacecolor="none")  # values below the axis
        self.new = self.moving_marks(self.right, "D", GREEN, 9, markeredgecolor=self.style.ink, label="new digits")
        self.title = self.heading(0.03, 0.945, 2)
        self.said = self.moving(self.figure.text(0.03, 0.915, "", va="top"))
        self.signs = self.moving(self.figure.text(0.03, 0.78, ""))

    def background(self, result: Clinic) -> tuple[float, bool]:
        courses = (result.before, result.after or result.before)
        most = max(losses.max(initial=0) for c in courses for losses in (c.batch_loss, c.loss, c.val_loss))
        return TOPS[0] if most < TOPS[0] else TOPS[1], result.after is not None

    def set_background(self, result: Clinic) -> None:
        top, treated = self.background(result)
        self.loss.set(ylim=(LOSS[0], top))
        handles = [*self.curves[:2], self.batches, self.new, *self.old[:1] * treated]
        self.legend_in_figure(self.loss, "lower left", (0.05, -0.01), 5, handles=handles, columnspacing=1.2)

    def set_artists(self, result: Clinic) -> None:
        now, old = result.after or result.before, result.before if result.after else None
        show(self.curves, now)
        show(self.old, old)
        self.batches.set_data(np.arange(len(now.batch_loss)), cut_off(now.batch_loss, *LOSS))
        ratio, below = inside(now.ratio[1:], RATIO)
        self.moves.set_data(now.step[1:], ratio)
        self.below.set_data(now.step[1:][below], np.full(below.sum(), 1.5 * RATIO[0]))
        if old is None:
            self.old_ratio.set_data([], [])
        else:
            self.old_ratio.set_data(old.step[1:], inside(old.ratio[1:], RATIO)[0])
        self.new.set_data([1.05 * STEPS], [100 * now.new])
        self.old_new.set_data([1.05 * STEPS] * (old is not None), [100 * old.new] if old else [])
        self.title.set_text(f"Patient {result.number}{verdict(result)}")
        self.said.set_text("\n".join(textwrap.wrap(f"{result.feedback} {treatment(result)}", WRAP)))
        self.signs.set_text(vital_signs(now))

    def describe(self, result: Clinic) -> str:
        now = result.after or result.before
        if now.diverged_at is not None:
            seen = f"It ends after {now.diverged_at} updates: the loss is no longer a number."
        else:
            seen = (
                f"Training loss {rounded(now.loss[-1])}, validation {rounded(now.val_loss[-1])}; "
                f"right are {percent(now.accuracy[-1])} of the training, "
                f"{percent(now.val_accuracy[-1])} of the validation and {percent(now.new)} of new digits."
            )
        said = f"{seen} {vital_signs(now)}. {result.feedback} {treatment(result)}"
        return f"Patient {result.number}{verdict(result)}. {said}".strip()


def show(lines: list, course: Course | None) -> None:
    """Losses in the first two lines, shares in the others; nothing where there is no course."""
    if course is None:
        for line in lines:
            line.set_data([], [])
        return
    losses = cut_off([course.loss, course.val_loss], *LOSS)  # what leaves the axes is cut off
    values = (*losses, 100 * course.accuracy, 100 * course.val_accuracy)
    for line, value in zip(lines, values):
        line.set_data(course.step, value)


def verdict(result: Clinic) -> str:
    """What stands behind the number of the patient."""
    return f": {result.disease.name}" if result.right else ""


def treatment(result: Clinic) -> str:
    untouched = result.after is None and result.treatment == "none"
    return "" if result.right is None and untouched else result.outcome


def vital_signs(course: Course) -> str:
    """The numbers a babysitter reads first."""
    end = "" if course.diverged_at is None else f"  ·  ended after {course.diverged_at} updates"
    first = f"{course.loss[0]:.2f}" if course.loss[0] < 100 else f"{course.loss[0]:.0f}"
    ratio = float(np.median(course.ratio[1:])) if len(course.ratio) > 1 else None
    dead = f"{percent(course.dead)}" if course.diverged_at is None else "–"  # the curves end before the units die
    moves = "–" if ratio is None else np.format_float_positional(float(f"{ratio:.1g}"), trim="-")
    return (
        f"First loss {first} (ln 10 = 2.30)  ·  update / weights {moves}  ·  dead units "
        f"{dead}  ·  new digits {percent(course.new)}{end}"
    )
