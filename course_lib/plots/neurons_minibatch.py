"""The picture of mini-batch descent: the path on a loss with two weights, the loss, and the noise of a batch."""

from typing import Any

import numpy as np

from course_lib.experiments import neurons_minibatch as descent
from course_lib.experiments.neurons_minibatch import BATCHES, COMPARED, EXAMPLES, START, MinibatchRun
from course_lib.plots.activations import many
from course_lib.plots.picture import Beyond, Picture, log_axes, step_up
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
        self.others = [self.moving_line(losses, linewidth=1.3, **end, **props) for props in OTHERS]
        self.loss = self.moving_line(losses, color=BLUE, linewidth=2.6, **end)
        names = [*(f"m = {size}" for size in COMPARED), "yours"]
        narrow: dict[str, Any] = {"handlelength": 1.5, "handletextpad": 0.5, "borderaxespad": 0.2}
        losses.legend([*self.others, self.loss], names, loc="upper left", bbox_to_anchor=(1.0, 1.1), **narrow)
        self._draw_noise(noise)
        self.mark = self.moving_marks(noise, "o", BLUE, 11)
        self.no_noise = Beyond(self, noise, BLUE, size=11)  # a logarithmic axis has no place for the 0 of all data

    def _draw_surface(self, axes) -> None:
        problem = descent.two_weights()
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
        measured, law = descent.noise_of_batches()
        sizes = np.array(BATCHES)
        log_axes(axes, "xy", xlim=(0.8, 330), ylim=(0.05, 5), xticks=[1, 4, 16, 64, 256])
        axes.set(xticklabels=["1", "4", "16", "64", "256"], yticks=[0.1, 1], yticklabels=["0.1", "1"])
        axes.set(xlabel="batch size m")
        axes.set_title("Noise of a gradient at the start")
        axes.plot(sizes, law[0] / np.sqrt(sizes), color=self.style.theory, linestyle="--", linewidth=1.2)
        props: dict[str, Any] = {"color": self.style.theory, "annotation_clip": False}
        axes.annotate("∝ 1/√m", (256, law[0] / 16), xytext=(4, 2), textcoords="offset points", **props)
        axes.plot(sizes[:-1], law[:-1], color=VERMILLION, linewidth=1.2)
        axes.plot(sizes[:-1], measured[:-1], color=VERMILLION, marker="D", markersize=5, linestyle="", label="measured")
        axes.legend(loc="lower left")

    def background(self, result: MinibatchRun) -> tuple:
        largest = max(float(loss.max()) for loss in (result.loss, *result.compared_loss))
        reach = 0 if result.axis == "epochs" else step_up(float(result.updates))
        return START_LOSS if largest <= START_LOSS else DIVERGED, reach

    def set_background(self, result: MinibatchRun) -> None:
        top, reach = self.background(result)
        ticks = [tick for tick in (0.1, 1, 10, 100, 1000) if tick <= top]
        self.losses.set(ylim=(LEAST, ticks[-1]), yticks=ticks, yticklabels=[f"{tick:g}" for tick in ticks])
        if result.axis == "epochs":
            ticks = [0.01, 0.1, 1, 10, 100]
            self.losses.set(xscale="log", xlim=(1 / EXAMPLES, 200), xlabel="epochs: passes over the data")
        else:
            ticks = [0, reach / 2, reach]
            self.losses.set(xscale="linear", xlim=(0, reach), xlabel="updates")
        self.losses.set(xticks=ticks, xticklabels=[f"{tick:g}" for tick in ticks])
        self.losses.minorticks_off()

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
        limit = f"with all data the limit is 2/λ = {result.lr_limit:.2f}"
        start = f"Mini-batches of {result.batch} with learning rate {result.lr:.3g} ({limit}): "
        if result.diverged_at is not None:
            fate = f"the loss passes 1000 at update {result.diverged_at}: it diverges."
        else:
            length = f"{many(result.updates, 'update')}, {epochs:.3g} epoch{'s' * (epochs != 1)}"
            fate = f"after {length}, the loss is {result.loss[-1]:.3g}; its minimum is 0.092."
        return f"{start}{fate} At the start the noise of the gradient of one batch is {noise}."
