"""The picture of grid against random: three designs with their projections, and what they promise."""

from typing import Any

import numpy as np

from course_lib.experiments.search import TRIALS, GridVsRandom, chance_of_the_best, expected_distances
from course_lib.plots.picture import Picture
from course_lib.plots.style import BLUE, GREEN, VERMILLION

NAMES = ("grid", "random", "even")
COLOURS, MARKERS, LINES = (VERMILLION, BLUE, GREEN), ("s", "o", "^"), ("--", "-", "-.")
CELLS = (np.arange(60) + 0.5) / 60


class GridVsRandomPicture(Picture):
    """Above: the designs on the loss, with the loss of each trial along either axis. Below: distance and chance."""

    size = (10.0, 6.6)
    large_print = 1.12

    def build(self) -> None:
        self.images, self.dots, self.stars = [], [], []
        self.tops: list[Any] = []
        self.rights: list[Any] = []
        self.heads = []
        self.curves = []
        for i in range(len(NAMES)):
            left = 0.055 + 0.325 * i
            square = self.figure.add_axes((left, 0.39, 0.225, 0.34))
            top = self.figure.add_axes((left, 0.735, 0.225, 0.075))
            right = self.figure.add_axes((left + 0.23, 0.39, 0.045, 0.34))
            for axes in (top, right):
                axes.set(xticks=[], yticks=[], facecolor="none")
                axes.spines[:].set_visible(False)
            square.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 0.5, 1], yticks=[], xlabel="first axis")
            if i == 0:
                square.set_yticks([0, 0.5, 1])
                square.set_ylabel("second axis", labelpad=0)
            top.set(xlim=(0, 1), ylim=(-0.68, 0.1))
            right.set(ylim=(0, 1), xlim=(0.45, 1.1))
            props: dict[str, Any] = {
                "origin": "lower",
                "extent": (0, 1, 0, 1),
                "aspect": "auto",
                "vmin": 0,
                "vmax": 0.5,
            }
            self.images.append(self.moving_image(square, (60, 60), **props))
            self.stars.append(self.moving_marks(square, "*", self.style.paper, 17, markeredgecolor=self.style.ink))
            self.dots.append(self.moving_marks(square, MARKERS[i], COLOURS[i], 8, markeredgecolor=self.style.paper))
            self.curves += [self.moving_line(axes, color=self.style.theory, linewidth=1.2) for axes in (top, right)]
            for axes, store in ((top, self.tops), (right, self.rights)):
                store.append(self.moving_marks(axes, MARKERS[i], COLOURS[i], 5))
            self.heads.append(self.moving(self.figure.text(left, 0.825, "", color=COLOURS[i], weight="bold")))
        self.title = self.heading(0.055, 0.945, 2)
        words = (
            "☆ the best point; dark: low loss. Along the edges: the values tried on each axis, and how good they are."
        )
        self.remark(0.055, 0.895, f"{words}\n“even” takes n evenly spaced values of each axis, each once.", va="center")
        self._build_promises()

    def _build_promises(self) -> None:
        self.distance = self.figure.add_axes((0.075, 0.08, 0.30, 0.18))
        self.bars = self.figure.add_axes((0.435, 0.08, 0.21, 0.18))
        self.chance = self.figure.add_axes((0.745, 0.08, 0.235, 0.18))
        n = np.array(TRIALS)
        far = np.array([expected_distances(k) for k in n])
        self.distance.set(xlim=(3, 103), yscale="log", ylim=(0.0015, 0.2), xlabel="trials", xticks=[4, 25, 49, 81, 100])
        self.distance.set(yticks=[0.01, 0.1], yticklabels=["0.01", "0.1"], title="Mean distance, first axis")
        for i in range(3):
            self.distance.plot(n, far[:, i], color=COLOURS[i], linestyle=LINES[i])
        styles = zip(MARKERS, COLOURS, strict=True)
        self.here = [self.moving_marks(self.distance, *props, 9, markeredgecolor=self.style.ink) for props in styles]
        self.bars.set(xlim=(-0.02, 1), ylim=(2.6, -0.6), xticks=[], yticks=[], title="Mean loss of the best")
        self.bars.spines["bottom"].set_visible(False)
        wide: dict[str, Any] = {"linewidth": 9, "solid_capstyle": "butt"}
        self.lengths = [self.moving_line(self.bars, color=colour, **wide) for colour in COLOURS]
        small: dict[str, Any] = {"va": "center", "fontsize": self.style.font - 1}
        self.numbers = [self.moving(self.bars.text(0, i, "", **small)) for i in range(3)]
        many = np.arange(1, 101)
        self.chance.plot(many, 100 * np.array([chance_of_the_best(int(k)) for k in many]), color=BLUE)
        self.chance.axhline(95, color=self.style.theory, linestyle=":", linewidth=1.2)
        self.chance.text(100, 91, "95 %", color=self.style.theory, ha="right", va="top", fontsize=self.style.font - 1)
        self.chance.set(xlim=(0, 103), ylim=(0, 104), xlabel="random trials", title="A trial in the top 5 %")
        self.chance.set(yticks=[0, 50, 100], yticklabels=["0 %", "50 %", "100 %"])
        self.mark = self.moving_marks(self.chance, "o", BLUE, 9, markeredgecolor=self.style.ink)
        self.note = self.moving(self.chance.text(100, 6, "", ha="right"))

    def set_artists(self, result: GridVsRandom) -> None:
        (x, y), a = result.best, result.importance
        loss = (CELLS[None, :] - x) ** 2 + (a * (CELLS[:, None] - y)) ** 2
        along, across = -((CELLS - x) ** 2), -((a * (CELLS - y)) ** 2)
        for i, points in enumerate(result.points):
            self.images[i].set_data(loss)
            self.stars[i].set_data([x], [y])
            self.dots[i].set_data(points[:, 0], points[:, 1])
            self.curves[2 * i].set_data(CELLS, along)
            self.curves[2 * i + 1].set_data(across + 1, CELLS)
            self.tops[i].set_data(points[:, 0], -((points[:, 0] - x) ** 2))
            self.rights[i].set_data(1 - (a * (points[:, 1] - y)) ** 2, points[:, 1])
            self.heads[i].set_text(f"{NAMES[i]}: {result.distinct[i]} values, {result.distance[i]:.3f} off")
            self.here[i].set_data([result.trials], [result.expected_distance[i]])
            share = result.expected_loss[i] / result.expected_loss.max()
            self.lengths[i].set_data([0, 0.5 * share], [i, i])
            self.numbers[i].set_position((0.5 * share + 0.03, i))
            number = f"{NAMES[i]} {result.expected_loss[i]:.2g}".replace("-", "−")
            self.numbers[i].set_text(number + ", lowest" * (i == result.winner))
        self.mark.set_data([result.trials], [100 * result.chance])
        self.note.set_text(f"n = {result.trials}: {100 * result.chance:.1f} %")
        self.title.set_text(f"{result.trials} trials; {_importance(result)}")

    def describe(self, result: GridVsRandom) -> str:
        loss, distance = result.expected_loss, result.expected_distance
        here = ", ".join(f"{name} {off:.3f}" for name, off in zip(NAMES, result.distance))
        return (
            f"{result.trials} trials; {_importance(result)}. The grid tries {result.distinct[0]} values of the first "
            f"axis, random search {result.distinct[1]}. From the best value, here {result.best[0]:g}, to the nearest "
            f"tried: {here}; on average: grid {distance[0]:.4f}, random {distance[1]:.4f}, even {distance[2]:.4f}. "
            f"Mean loss of the best trial: {loss[0]:.2g}, {loss[1]:.2g}, {loss[2]:.2g}. Chance that one of "
            f"{result.trials} random trials is in the best 5 %: {100 * result.chance:.1f} %."
        )


def _importance(result: GridVsRandom) -> str:
    if result.importance in (0.0, 1.0):
        return "the second axis does nothing" if result.importance == 0.0 else "both axes matter alike"
    return f"a step on the second axis counts {result.importance:.2g} of one on the first"
