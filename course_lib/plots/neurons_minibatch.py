"""The picture of mini-batch descent: the path on a loss with two weights, the loss, and the noise of a batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.experiments.neurons_minibatch import (
    BATCHES,
    EXAMPLES,
    START,
    MinibatchRun,
    noise_of_batches,
    two_weights,
)
from course_lib.plots.activations import many
from course_lib.plots.picture import Beyond, Picture, step_up
from course_lib.plots.style import BLUE, GREEN, ORANGE, PURPLE, VERMILLION

WEST, EAST, SOUTH, NORTH = -5.5, 2.5, -2.5, 5.5
LEVELS = (0.12, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6)
LEAST, START_LOSS, DIVERGED = 0.08, 10.0, 1000.0  # the minimum has 0.092, the start 6.8
OTHERS: tuple[dict[str, Any], ...] = (
    {"color": GREEN, "linestyle": ":"},
    {"color": PURPLE, "linestyle": "-."},
    {"color": ORANGE, "linestyle": "--"},
)


class MinibatchPicture(Picture):
    """Left: the path over the contours of the loss. Right: the loss on all data; below it noise against batch size."""

    size = (9.6, 5.4)
    large_print = 1.15

    def build(self) -> None:
        surface = self.surface = self.figure.add_axes((0.065, 0.11, 0.43, 0.80))
        losses = self.losses = self.figure.add_axes((0.57, 0.60, 0.30, 0.31))
        noise = self.noise = self.figure.add_axes((0.57, 0.11, 0.30, 0.27))
        self._draw_surface(surface)
        self.path = self.moving_line(surface, color=BLUE, linewidth=1.4, marker=".", markersize=5)
        self.end = self.moving_line(surface, color=BLUE, marker="o", markersize=9)
        losses.set(yscale="log")
        losses.set_title("Loss on all 256 examples")
        end: dict[str, Any] = {"marker": ".", "markevery": [-1]}  # a run of one update is a point
        self.others = [self.moving_line(losses, linewidth=1.3, **end, **look) for look in OTHERS]
        self.loss = self.moving_line(losses, color=BLUE, linewidth=2.6, **end)
        names = [f"m = {size}" for size in (1, 16, EXAMPLES)]
        losses.legend(
            [*self.others, self.loss],
            [*names, "yours"],
            loc="upper left",
            bbox_to_anchor=(1.0, 1.1),
            handlelength=1.5,
            handletextpad=0.5,
            borderaxespad=0.2,
        )
        self._draw_noise(noise)
        self.mark = self.moving_marks(noise, "o", BLUE, 11)
        self.no_noise = Beyond(self, noise, BLUE, size=11)  # a logarithmic axis has no place for the 0 of all data

    def _draw_surface(self, axes) -> None:
        problem = two_weights()
        x, y = np.meshgrid(np.linspace(WEST, EAST, 90), np.linspace(SOUTH, NORTH, 90))
        axes.set(xlim=(WEST, EAST), ylim=(SOUTH, NORTH), xlabel="weight of the ink above the middle")
        axes.set_ylabel("weight of the ink below", labelpad=1)
        axes.set_title("Path over the loss J(w)")
        axes.contour(x, y, problem.loss(np.stack([x, y], axis=-1)), LEVELS, colors=self.style.theory, linewidths=0.7)
        axes.plot(*problem.best, marker="*", markersize=15, color=VERMILLION, linestyle="")
        axes.annotate("minimum", problem.best, xytext=(-16, -18), textcoords="offset points", ha="right")
        axes.plot(*START, marker="s", markersize=8, color=self.style.ink, linestyle="")
        axes.annotate("start", START, xytext=(7, -4), textcoords="offset points")

    def _draw_noise(self, axes) -> None:
        measured, law = noise_of_batches()
        sizes = np.array(BATCHES)
        axes.set(xscale="log", yscale="log", xlim=(0.8, 330), ylim=(0.05, 5), xticks=[1, 4, 16, 64, 256])
        axes.set(xticklabels=["1", "4", "16", "64", "256"], yticks=[0.1, 1], yticklabels=["0.1", "1"])
        axes.minorticks_off()
        axes.set(xlabel="batch size m")
        axes.set_title("Noise of a gradient at the start")
        axes.plot(sizes, law[0] / np.sqrt(sizes), color=self.style.theory, linestyle="--", linewidth=1.2)
        axes.annotate(
            "∝ 1/√m",
            (256, law[0] / 16),
            xytext=(4, 2),
            textcoords="offset points",
            color=self.style.theory,
            annotation_clip=False,
        )
        axes.plot(sizes[:-1], law[:-1], color=VERMILLION, linewidth=1.2)
        axes.plot(sizes[:-1], measured[:-1], color=VERMILLION, marker="D", markersize=5, linestyle="", label="measured")
        axes.legend(loc="lower left")

    def frame(self, result: MinibatchRun) -> tuple:
        largest = max(float(loss.max()) for loss in (result.loss, *result.compared_loss))
        top = START_LOSS if largest <= START_LOSS else DIVERGED
        if result.axis == "epochs":
            return result.axis, top
        return result.axis, top, step_up(float(result.updates), (1.0, 2.0, 5.0))

    def set_frame(self, result: MinibatchRun) -> None:
        ticks = [tick for tick in (0.1, 1, 10, 100, 1000) if tick <= self.frame(result)[1]]
        self.losses.set(ylim=(LEAST, ticks[-1]), yticks=ticks, yticklabels=[f"{tick:g}" for tick in ticks])
        self.losses.minorticks_off()
        if result.axis == "epochs":
            self.losses.set(xscale="log", xlim=(1 / EXAMPLES, 200), xticks=[0.01, 0.1, 1, 10, 100])
            self.losses.set_xticklabels(["0.01", "0.1", "1", "10", "100"])
            self.losses.minorticks_off()
            self.losses.set_xlabel("epochs: passes over the data")
        else:
            reach = step_up(float(result.updates), (1.0, 2.0, 5.0))
            self.losses.set(xscale="linear", xlim=(0, reach), xticks=[0, reach / 2, reach])
            self.losses.set_xticklabels(["0", f"{reach / 2:g}", f"{reach:g}"])
            self.losses.set_xlabel("updates")

    def set_artists(self, result: MinibatchRun) -> None:
        self.path.set_data(*result.path.T)
        self.end.set_data(*result.path[-1:].T)
        first = int(result.axis == "epochs")  # a logarithmic axis has no place for epoch 0
        for curve, size, loss in zip(self.others, result.compared, result.compared_loss, strict=True):
            curve.set_data(result.against(size, loss)[first:], loss[first:])
        self.loss.set_data(result.against(result.batch, result.loss)[first:], result.loss[first:])
        place = BATCHES.index(result.batch)
        self.mark.set_data([result.batch], [result.noise_law[place]])
        self.no_noise.set([result.batch], [result.noise_law[place]])

    def describe(self, result: MinibatchRun) -> str:
        epochs = result.batch * (len(result.loss) - 1) / EXAMPLES
        place = BATCHES.index(result.batch)
        noise = f"{result.noise_law[place]:.2f}" if result.noise_law[place] else "0"
        start = (
            f"Mini-batches of {result.batch} with learning rate {result.lr:.3g} (with all data the limit is 2/λ = "
            f"{result.lr_limit:.2f}): "
        )
        if result.diverged_at is not None:
            fate = f"the loss passes 1000 at update {result.diverged_at}: it diverges."
        else:
            epoch = "epoch" if epochs == 1 else "epochs"
            fate = (
                f"after {many(result.updates, 'update')}, {epochs:.3g} {epoch}, the loss is {result.loss[-1]:.3g}; "
                "its minimum is 0.092."
            )
        return f"{start}{fate} At the start the noise of the gradient of one batch is {noise}."
