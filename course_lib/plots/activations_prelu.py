"""The picture of a slope that learns: α over time, the loss beside its rivals, and the function it has become."""

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from course_lib.experiments.activations_prelu import EPOCHS, RIVALS, LearnedSlope
from course_lib.plots.activations import number
from course_lib.plots.picture import Picture, cut_off, step_up
from course_lib.plots.style import BLUE, GREEN, ORANGE, PURPLE, VERMILLION

LAYERS: tuple[dict[str, Any], ...] = ({"color": BLUE, "linestyle": "-"}, {"color": VERMILLION, "linestyle": "--"})
LOSSES = (0.01, 10.0)


class LearnedSlopePicture(Picture):
    """Draws a `LearnedSlope`."""

    size = (9.8, 5.2)

    def build(self) -> None:
        self.slopes = self.figure.add_axes((0.07, 0.51, 0.53, 0.42))
        self.losses = self.figure.add_axes((0.07, 0.11, 0.53, 0.24))
        self.shape = self.figure.add_axes((0.70, 0.11, 0.285, 0.64))
        self._build_slopes()
        self._build_losses()
        ax = self.shape
        ax.set(xlim=(-2, 2), ylim=(-4, 4), xticks=[-2, 0, 2], yticks=[-4, -2, 0, 2, 4], xlabel="x")
        ax.axhline(0, color=self.style.faint, linewidth=0.8, zorder=0)
        ax.set_title("What the units compute now", pad=62)
        self.before = self.moving_line(ax, color=self.style.theory, linestyle=":")
        self.after = [self.moving_line(ax, **props) for props in LAYERS]
        handles = [
            Line2D([], [], label="hidden layer 1 (mean α)", **LAYERS[0]),
            Line2D([], [], label="hidden layer 2 (mean α)", **LAYERS[1]),
            Line2D([], [], color=self.style.theory, linestyle=":", label="at the start"),
        ]
        self.legend_above(ax, (-0.1, 0.98), handles=handles, labelspacing=0.2)

    def _build_slopes(self) -> None:
        ax = self.slopes
        ax.set_xlim(0, EPOCHS)
        ax.set_title("α, the slope for x < 0, while it learns")
        for level in (0, 1):
            ax.axhline(level, color=self.style.faint, zorder=0)
        transform = ax.get_yaxis_transform()
        ax.text(1.01, 0, "ReLU", color=self.style.theory, va="top", transform=transform)
        ax.text(1.01, 1, "linear", color=self.style.theory, va="bottom", transform=transform)  # on a long axis, too
        thin = [LineCollection([], linewidth=0.5, color=props["color"]) for props in LAYERS]
        self.each = [self.moving_collection(ax, lines) for lines in thin]
        self.means = [self.moving_line(ax, linewidth=3, **props) for props in LAYERS]

    def _build_losses(self) -> None:
        ax = self.losses
        ax.set(xlim=(0, EPOCHS), yscale="log", ylim=LOSSES, yticks=[0.01, 0.1, 1, 10], xlabel="epoch")
        ax.set_yticklabels(["0.01", "0.1", "1", "10"])
        ax.set_title("Training loss", pad=22)
        styles: list[dict[str, Any]] = [
            {"color": PURPLE, "linewidth": 2.6},
            {"color": GREEN, "linestyle": "-."},
            {"color": ORANGE, "linestyle": "--"},
        ]
        self.curves = [self.moving_line(ax, label=name, **props) for name, props in zip(RIVALS, styles, strict=True)]
        self.legend_above(ax, (-0.01, 0.93), 3, columnspacing=1.2, handlelength=1.8)
        self.lost = self.moving_text(ax, 0.98, 0.92, ha="right", va="top")

    def background(self, result: LearnedSlope) -> tuple:
        alpha = result.alpha[np.isfinite(result.alpha)]
        low, high = float(np.clip(alpha.min(), -20, 0)), float(np.clip(alpha.max(), 1.2, 20))
        return -step_up(-low) if low < -0.5 else -0.6, step_up(high, (1.0, 1.5, 3.0))

    def set_background(self, result: LearnedSlope) -> None:
        self.slopes.set_ylim(*self.background(result))

    def set_artists(self, result: LearnedSlope) -> None:
        x = np.array([-2.0, 0.0, 2.0])
        self.before.set_data(x, np.maximum(x, 0) + result.start * np.minimum(x, 0))
        sound = np.isfinite(result.alpha).all(axis=(1, 2))
        for layer in range(2):
            alpha, epoch = result.alpha[sound, layer], result.epoch[sound]
            self.means[layer].set_data(epoch, alpha.mean(axis=1))
            single = alpha.shape[1] == 1
            self.each[layer].set_segments([] if single else [np.column_stack([epoch, a]) for a in alpha.T])
            self.after[layer].set_data(x, np.maximum(x, 0) + alpha[-1].mean() * np.minimum(x, 0))
        for curve, loss in zip(self.curves, result.loss.T, strict=True):
            curve.set_data(result.epoch, cut_off(loss, *LOSSES))
        lost = [name.split(",")[0] for name, loss in zip(RIVALS, result.loss[-1], strict=True) if loss != loss]
        self.lost.set_text(f"diverges: {', '.join(lost)}" if lost else "")

    def describe(self, result: LearnedSlope) -> str:
        sound = np.isfinite(result.alpha).all(axis=(1, 2))
        ends = " and ".join(number(round(float(a), 3)) for a in result.alpha[sound][-1].mean(axis=1))
        decay = f", weight decay {result.decay:g} on α" if result.decay else ""
        kind, mean = ("one α per unit", "the mean α") if result.per_channel else ("one α per layer", "α")
        text = f"{kind}, from {number(round(result.start, 2))}, learning rate {result.lr:.3g}{decay}. "
        if result.diverged_at == result.diverged_at:
            return text + f"PReLU diverges in epoch {1 + int(result.diverged_at)}."
        rivals = [
            f"{loss:.3g} with {name}" if loss == loss else f"none with {name}, which diverges"
            for loss, name in zip(result.loss[-1], RIVALS, strict=True)
        ]
        return text + (
            f"After {result.epoch[-1]:g} epochs {mean} is {ends} in the two hidden layers. "
            f"Training loss: {'; '.join(rivals)}."
        )
