"""The picture of an ensemble: accuracy and loss against its size, and how far its confidence can be trusted."""

from typing import Any

import numpy as np

from course_lib.experiments.regularization_ensemble import EDGES, HIDDEN, MEMBERS, Ensemble
from course_lib.plots.activations import many
from course_lib.plots.picture import Picture
from course_lib.plots.style import BLUE, ORANGE, VERMILLION

LOW = {50: 60.0, 100: 75.0, 200: 80.0, 300: 80.0, 500: 80.0}


class EnsemblePicture(Picture):
    """Left: accuracy of the average and of each member. Middle: loss. Right: share right against confidence."""

    size = (10.0, 4.8)
    large_print = 1.15

    def build(self) -> None:
        self.accuracy = self.figure.add_axes((0.06, 0.13, 0.27, 0.66))
        self.loss = self.figure.add_axes((0.395, 0.13, 0.22, 0.66))
        self.trust = self.figure.add_axes((0.70, 0.13, 0.285, 0.66))
        for axes in (self.accuracy, self.loss):
            axes.set(xlim=(0.3, MEMBERS + 0.7), xticks=[1, 5, 10, 15], xlabel="members")
        self.accuracy.set(title="Right, %", yticks=range(50, 101, 5))
        self.loss.set(title="Loss of the average")
        self.trust.set(xlim=(0, 1), ylim=(0, 1.03), xlabel="confidence", title="Share right")
        self.trust.plot([0, 1], [0, 1], color=self.style.theory, linestyle="--", linewidth=1.2)
        self.trust.text(0.63, 0.52, "calibrated", color=self.style.theory, rotation=42, ha="center", va="center")
        self.alone = self.moving_marks(self.accuracy, "x", ORANGE, 8, markeredgewidth=2, label="each alone")
        self.whole = self.moving_line(self.accuracy, color=self.style.theory, linestyle=":", linewidth=2)
        self.average = self.moving_line(self.accuracy, color=BLUE, marker="o", markersize=5, label="average")
        ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgewidth": 2.5}
        self.here = [self.moving_marks(axes, "o", VERMILLION, 12, **ring) for axes in (self.accuracy, self.loss)]
        self.accuracy.legend(loc="lower right", ncols=2, handlelength=1.3, columnspacing=0.8)
        self.losses = self.moving_line(self.loss, color=BLUE, marker="o", markersize=5)
        self.shares = self.moving_stairs(self.trust, EDGES, fill=True, color=BLUE, alpha=0.2)
        self.curve = self.moving_line(self.trust, color=BLUE, marker="o", markersize=7)
        self.note = self.moving_text(self.trust, 0.03, 0.98, va="top")
        self.title = self.heading(0.06, 0.91, 2)
        self.one = self.moving(self.figure.text(0.06, 0.865, "", fontsize=self.style.font - 1, color=self.style.theory))

    def background(self, result: Ensemble) -> tuple[float, float]:
        return LOW.get(result.images, 60.0), float(np.ceil(2 * result.loss.max()) / 2)

    def set_background(self, result: Ensemble) -> None:
        low, top = self.background(result)
        self.accuracy.set_ylim(low, 100)
        self.loss.set_ylim(0, top)

    def set_artists(self, result: Ensemble) -> None:
        number, (low, _) = np.arange(1, MEMBERS + 1), self.background(result)
        self.alone.set_data(number, np.maximum(100 * result.alone, low))
        self.average.set_data(number, 100 * result.accuracy)
        self.losses.set_data(number, result.loss)
        at = result.at
        self.here[0].set_data([at + 1], [100 * result.accuracy[at]])
        self.here[1].set_data([at + 1], [result.loss[at]])
        dropout = result.kind == "dropout"
        self.whole.set_data(*([0, 99], [100 * result.whole] * 2) if dropout else ([], []))
        full = np.isfinite(result.right) & (result.share >= 0.005)
        self.curve.set_data(result.confidence[full], result.right[full])
        self.shares.set_data(result.share)
        self.note.set_text(f"bars: share of digits\ngap {_points(result.calibration[at])}")
        members = f"{result.members} {'mask' if dropout else 'network'}{'s averaged' * (result.members > 1)}"
        self.title.set_text(f"{members}, {result.images} images: {result.accuracy[at]:.1%} right")
        one = f"dotted: the whole network, all units on, one pass: {result.whole:.1%}"
        self.one.set_text(one if dropout else "")

    def describe(self, result: Ensemble) -> str:
        at, dropout = result.at, result.kind == "dropout"
        sizes = "-".join(map(str, (64, *HIDDEN[result.kind], 10)))
        kind = f" of one {sizes} dropout network" if dropout else f" trained apart ({sizes})"
        members = many(result.members, "mask" if dropout else "network") + kind
        alone = f"each alone {result.alone[: result.members].mean():.1%} right on average, "
        said = (
            f"{result.images} training digits, {members}: "
            f"{(alone + 'the average of their probabilities ') * (result.members > 1)}{result.accuracy[at]:.1%}"
            f"{' right' * (result.members == 1)}, loss {result.loss[at]:.2g}. "
            f"Confidence and share right are {_points(result.calibration[at])} apart."
        )
        return said + (f" The whole network in one pass: {result.whole:.1%}." if dropout else "")


def _points(share: float) -> str:
    return many(round(100 * share), "point")
