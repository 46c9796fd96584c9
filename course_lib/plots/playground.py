"""The picture of the playground: the plane as the network divides it, the losses, and what goes on in its layers."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.patches import StepPatch
from matplotlib.ticker import NullLocator

from course_lib.experiments.playground import PlaygroundFrame
from course_lib.experiments.playground_inputs import REACH
from course_lib.nn.activations import ACTIVATIONS
from course_lib.plots.picture import Picture, step_up
from course_lib.plots.signals import UNBOUNDED, side_by_side, violins
from course_lib.plots.style import BLUE, ORANGE, SERIES, VERMILLION

CLASSES = SERIES[:3]
SHADES, TINT = 12, 0.6  # as many shades as the palette of the PNG has
LOSSES, RATIOS, GRADIENTS = (1e-3, 10.0), (1e-6, 1.0), (1e-12, 1e3)
SHORTEST = 500  # updates on the axis of a run that has only begun


class PlaygroundPicture(Picture):
    """Left: the plane. Right: losses and update ratios above, activations and gradients of each layer below."""

    size = (10.0, 6.0)
    large_print = 1.2

    def build(self) -> None:
        self.plane = self.figure.add_axes((0.045, 0.085, 0.42, 0.70))
        self.loss = self.figure.add_axes((0.535, 0.555, 0.195, 0.265))
        self.ratio = self.figure.add_axes((0.795, 0.555, 0.195, 0.265))
        self.acts = self.figure.add_axes((0.535, 0.085, 0.195, 0.30))
        self.grads = self.figure.add_axes((0.795, 0.085, 0.195, 0.30))
        text, font = self.figure.text, self.style.font
        self.headline = self.moving(text(0.045, 0.975, "", weight="bold", va="top", fontsize=font + 2))
        self.details = self.moving(text(0.045, 0.925, "", va="top"))
        self.right = self.moving(text(0.045, 0.80, "", weight="bold", fontsize=font + 1))
        self._build_plane()
        self._build_loss()
        self._build_ratio()
        self._build_layers()

    def _build_plane(self) -> None:
        self.image = self.moving(
            self.plane.imshow(np.zeros((2, 2, 3), np.uint8), origin="lower", interpolation="nearest", aspect="auto")
        )
        self.points = [
            self.moving(
                self.plane.plot(
                    [],
                    [],
                    linestyle="",
                    marker=look["marker"],
                    markersize=5.5,
                    color=look["color"],
                    markeredgecolor=self.style.paper,
                    markeredgewidth=0.6,
                )[0]
            )
            for look in CLASSES
        ]
        paper = np.array(mpl.colors.to_rgb(self.style.paper))
        colours = np.array([mpl.colors.to_rgb(look["color"]) for look in CLASSES])
        table = paper + np.linspace(0, TINT, SHADES)[:, None] * (colours[:, None] - paper)
        self.shades = (255 * table + 0.5).astype(np.uint8)  # (class, shade, RGB)

    def _build_loss(self) -> None:
        ax = self.loss
        ax.set(yscale="log", ylim=LOSSES, yticks=[1e-3, 1e-2, 0.1, 1, 10], xlabel="updates")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_title("Loss", pad=22)
        self.val = self.moving(ax.plot([], [], color=VERMILLION, linestyle="--", label="validation")[0])
        self.train = self.moving(ax.plot([], [], color=BLUE, label="training")[0])
        ax.legend(
            handles=[self.train, self.val],
            loc="lower left",
            bbox_to_anchor=(-0.16, 0.98),
            ncols=2,
            columnspacing=0.8,
            handlelength=1.6,
            borderaxespad=0,
        )

    def _build_ratio(self) -> None:
        ax = self.ratio
        ax.set(yscale="log", ylim=RATIOS, yticks=[1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1], xlabel="weight matrix")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_title("Update / weight", pad=22)
        ax.axhline(1e-3, color=self.style.theory, linestyle="--", linewidth=1.2)
        ax.text(
            1.0,
            1.03,
            "about 0.001 is healthy",
            transform=ax.transAxes,
            ha="right",
            color=self.style.theory,
            fontsize=self.style.font - 1,
        )
        self.ratios = self.moving(ax.plot([], [], color=BLUE, marker="o", linestyle=":", markersize=7)[0])

    def _build_layers(self) -> None:
        ax = self.acts
        ax.set(ylim=(-0.04, 1.06), yticks=[0, 0.5, 1], xlabel="layer")
        self.histogram = self.moving(
            ax.add_patch(StepPatch([0.0], [0.0, 1.0], fill=True, facecolor=BLUE, edgecolor="none"))
        )
        self.dead = self.moving(
            ax.plot(
                [],
                [],
                color=ORANGE,
                marker="v",
                linestyle="",
                markersize=9,
                markeredgecolor=self.style.ink,
                label="dead units, share",
            )[0]
        )
        ax.legend(loc="lower left", bbox_to_anchor=(-0.16, 0.98), handletextpad=0.2, borderaxespad=0)
        ax = self.grads
        ax.set(yscale="log", ylim=GRADIENTS, yticks=[1e-12, 1e-9, 1e-6, 1e-3, 1, 1e3], xlabel="layer")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.axhline(1, color=self.style.faint, zorder=0)
        ax.set_title("Gradients |∂J/∂h|", pad=6)
        self.violins = self.moving(
            ax.add_collection(PolyCollection([], facecolor=VERMILLION, edgecolor="none"), autolim=False)
        )

    def frame(self, result: PlaygroundFrame) -> tuple:
        s = result.settings
        return s["dataset"], s["layers"], self._span(result), step_up(max(result.step, SHORTEST))

    def set_frame(self, result: PlaygroundFrame) -> None:
        name, depth, (low, high), updates = self.frame(result)
        reach = REACH[name]
        self.plane.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        self.image.set_extent((-reach, reach, -reach, reach))
        self.loss.set(xlim=(0, updates), xticks=[0, updates // 2, updates])
        self.ratio.set(xlim=(0.4, depth + 1.6), xticks=range(1, depth + 2))
        for ax in (self.acts, self.grads):
            ax.set(xlim=(0.4, max(depth, 1) + 0.6), xticks=range(1, depth + 1))
        self.acts.set_title(f"Activations, {low:g} to {high:g}".replace("-", "−"), pad=22)

    def _span(self, result: PlaygroundFrame) -> tuple[float, float]:
        low, high = ACTIVATIONS[result.settings["activation"]].bounds
        return max(low, -UNBOUNDED), min(high, UNBOUNDED)

    def set_artists(self, result: PlaygroundFrame) -> None:
        inputs, layers = result.inputs, result.layers
        self.headline.set_text(headline(result))
        self.details.set_text(details(result))
        self.right.set_text(f"right: training {result.train_accuracy:.0%}, validation {result.val_accuracy:.0%}")
        region, certainty = result.plane
        shade = (np.nan_to_num(certainty) * SHADES).clip(0, SHADES - 1).astype(np.intp)
        self.image.set_data(self.shades[region, shade])
        for points, number in zip(self.points, range(3), strict=True):
            points.set_data(*inputs.points[inputs.y == number].T)
        self.train.set_data(result.steps, _within(result.train_loss, LOSSES))
        self.val.set_data(result.steps, _within(result.val_loss, LOSSES))
        self.ratios.set_data(np.arange(1, len(result.ratio) + 1), _within(result.ratio, RATIOS))
        self.histogram.set_visible(bool(layers.depth))
        if layers.depth:
            self.histogram.set_data(*side_by_side(layers, *self._span(result)))
        self.violins.set_verts(violins(layers))
        self.dead.set_data(np.arange(1, layers.depth + 1), layers.dead)

    def describe(self, result: PlaygroundFrame) -> str:
        layers = result.layers
        train, val = (_loss(curve[-1]) for curve in (result.train_loss, result.val_loss))
        said = (
            f"{headline(result)}. Loss: training {train}, validation {val}; {result.train_accuracy:.0%} and "
            f"{result.val_accuracy:.0%} of the points are right."
        )
        if result.diverged:
            said += " The loss is not finite any more: what is drawn is the last state in which it was."
        if layers.depth:
            said += (
                f" Dead units: {layers.dead.mean():.0%}. The gradient has std {layers.grad_std[-1]:.2g} in the last "
                f"hidden layer and {layers.grad_std[0]:.2g} in the first."
            )
        return f"{said} To bring this back: {result.line}"


def headline(result: PlaygroundFrame) -> str:
    s = result.settings
    net = f"{s['layers']} × {s['units']} {s['activation']}, {s['init']}" if s["layers"] else "no hidden layer"
    end = f"diverged at update {result.step}" if result.diverged else f"update {result.step}"
    return f"{net}, {s['optimizer']} {s['lr']:g}: {end}"


def details(result: PlaygroundFrame) -> str:
    """What else is switched on."""
    s = result.settings
    parts = [f"{s['dataset']}, noise {s['noise']:g}", f"batches of {s['batch_size'] or len(result.inputs.y)}"]
    parts += ["batch norm"] * s["batchnorm"] + [f"dropout {s['dropout']:g}"] * (s["dropout"] > 0)
    parts += [f"λ = {s['weight_decay']:g}"] * (s["weight_decay"] > 0) + [f"seed {s['seed']}"]
    return ", ".join(parts)


def _within(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """On the axis, just inside its ends; NaN stays."""
    return np.clip(values, 1.05 * limits[0], limits[1] / 1.05)


def _loss(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "not finite"
