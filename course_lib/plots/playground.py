"""The picture of the playground: the plane as the network divides it, losses, layers, and a map for every unit."""

import math
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PolyCollection

from course_lib.data.clouds import DATASETS
from course_lib.experiments.playground import PlaygroundFrame
from course_lib.experiments.playground_inputs import COARSE
from course_lib.experiments.playground_layers import Layers
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.plots.activations import name_of, percent
from course_lib.plots.initialization import scheme_name
from course_lib.plots.picture import Picture, inside, log_axes, step_up
from course_lib.plots.signals import BeyondAxis, side_by_side, span, violins
from course_lib.plots.style import BLUE, ORANGE, SERIES, SHADES, VERMILLION

CLASSES = SERIES[:3]
BLANK, LINE = 2 * SHADES, 2 * SHADES + 1
LOSSES, RATIOS, GRADIENTS = (1e-3, 10.0), (1e-6, 1.0), (1e-12, 1e3)
SHORTEST = 500  # updates on the axis of a run that has only begun


class PlaygroundPicture(Picture):
    """Left: the plane. Right: losses and update ratios, activations and gradients of each layer. Below: the units."""

    size = (10.0, 6.6)
    large_print = 1.1

    def build(self) -> None:
        self.plane = self.figure.add_axes((0.045, 0.31, 0.36, 0.525))
        self.loss = self.figure.add_axes((0.48, 0.665, 0.22, 0.175))
        self.ratio = self.figure.add_axes((0.77, 0.665, 0.22, 0.175))
        self.acts = self.figure.add_axes((0.48, 0.31, 0.22, 0.195))
        self.grads = self.figure.add_axes((0.77, 0.31, 0.22, 0.195))
        text, font = self.figure.text, self.style.font
        self.headline = self.moving(text(0.045, 0.98, "", weight="bold", va="top", fontsize=font + 2))
        self.details = self.moving(text(0.045, 0.935, "", va="top"))
        self.right = self.moving(text(0.045, 0.848, "", weight="bold", fontsize=font))
        self._build_plane()
        self._build_units()
        self._build_loss()
        self._build_ratio()
        self._build_layers()

    def _build_plane(self) -> None:
        self.image = self.moving_image(self.plane, (2, 2, 3), origin="lower", aspect="auto")
        self.points = self.class_points(self.plane, CLASSES, 5.5, 0.6)
        ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgewidth": 1.2}
        styles = [(props["marker"], props["color"]) for props in CLASSES]
        self.val_points = [self.moving_marks(self.plane, *props, 5, **ring) for props in styles]
        self.plane.set_xlabel("x1", labelpad=1)
        self.plane.set_ylabel("x2", labelpad=-8)
        self.shades = self.style.shades(CLASSES)
        ends = [[255 * np.array(mpl.colors.to_rgb(colour)) + 0.5] for colour in (self.style.paper, self.style.theory)]
        inks = np.vstack([*self.shades[:2], *ends]).astype(np.uint8)  # of the maps: below 0, above 0, paper, line
        self.inks = np.pad(inks, ((0, 0), (0, 1)), constant_values=255)  # opaque: RGBA is drawn as it is

    def _build_units(self) -> None:
        self.units = self.figure.add_axes((0.045, 0.02, 0.945, 0.175))
        self.units.set_axis_off()
        self.units_title = self.heading(0.045, 0.215, 1)
        self.remark(0.99, 0.215, "layer below layer; white 0, blue below, orange above", ha="right")
        width, height = (int(side) for side in self.units.bbox.size)
        self.units.set(xlim=(0, width), ylim=(height, 0))
        self.maps = self.moving_image(self.units, (height, width, 4), extent=(0, width, height, 0), aspect="auto")

    def _build_loss(self) -> None:
        ax = self.loss
        log_axes(ax, "y", ylim=LOSSES, yticks=[1e-3, 1e-2, 0.1, 1, 10], xlabel="updates")
        ax.set_title("Loss", pad=22)
        self.val = self.moving_line(ax, color=VERMILLION, linestyle="--", label="validation")
        self.train = self.moving_line(ax, color=BLUE, label="training")
        narrow: dict[str, Any] = {"columnspacing": 0.8, "handlelength": 1.6, "borderaxespad": 0}
        self.legend_above(ax, (-0.16, 0.98), 2, handles=[self.train, self.val], **narrow)

    def _build_ratio(self) -> None:
        ax = self.ratio
        log_axes(ax, "y", ylim=RATIOS, yticks=[1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1], xlabel="weight matrix")
        ax.set_title("Update / weight", pad=22)
        ax.axhline(1e-3, color=self.style.theory, linestyle="--", linewidth=1.2)
        small: dict[str, Any] = {"ha": "right", "color": self.style.theory, "fontsize": self.style.font - 1}
        ax.text(1.0, 1.03, "about 0.001 is healthy", transform=ax.transAxes, **small)
        self.ratios = self.moving_line(ax, color=BLUE, marker="o", linestyle=":", markersize=7)
        self.ratios_below = self.moving_marks(ax, "v", BLUE, 8, markerfacecolor="none")  # the value lies below the axis

    def _build_layers(self) -> None:
        ax = self.acts
        ax.set(ylim=(-0.04, 1.06), yticks=[0, 0.5, 1], xlabel="layer")
        self.histogram = self.moving_steps(ax, BLUE)
        self.dead = self.moving_marks(ax, "v", ORANGE, 9, markeredgecolor=self.style.ink, label="dead units")
        self.legend_above(ax, (-0.16, 0.98), handletextpad=0.2, borderaxespad=0)
        self.beyond = self.moving_text(ax, 0.99, 1.02, ha="right", va="bottom")
        ax = self.grads
        log_axes(ax, "y", ylim=GRADIENTS, yticks=[1e-12, 1e-9, 1e-6, 1e-3, 1, 1e3], xlabel="layer")
        ax.axhline(1, color=self.style.faint, zorder=0)
        ax.set_title("Gradients |∂J/∂h|", pad=6)
        self.violins = self.moving_collection(ax, PolyCollection([], facecolor=VERMILLION, edgecolor="none"))
        self.beyond_grads = BeyondAxis(self, ax, GRADIENTS)

    def background(self, result: PlaygroundFrame) -> tuple:
        s = result.settings
        return s["dataset"], s["layers"], span(s["activation"]), step_up(max(result.step, SHORTEST))

    def set_background(self, result: PlaygroundFrame) -> None:
        name, depth, (low, high), updates = self.background(result)
        reach = DATASETS[name].reach
        if self.plane.get_xlim() != (-reach, reach):  # what is told nothing need not be drawn again
            self.plane.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            self.image.set_extent((-reach, reach, -reach, reach))
        if self.loss.get_xlim() != (0, updates):
            self.loss.set(xlim=(0, updates), xticks=[0, updates // 2, updates])
        self.ratio.set(xlim=(0.4, depth + 1.6), xticks=range(1, depth + 2))
        for ax in (self.acts, self.grads):
            ax.set(xlim=(0.4, max(depth, 1) + 0.6), xticks=range(1, depth + 1))
        self.acts.set_title(f"Activations, {low:.3g} to {high:.3g}".replace("-", "−"), pad=22)

    def set_artists(self, result: PlaygroundFrame) -> None:
        inputs, layers = result.inputs, result.layers
        self.headline.set_text(headline(result))
        self.details.set_text(details(result))
        self.right.set_text(shares(result))
        region, certainty = result.plane
        shade = (np.nan_to_num(certainty) * SHADES).clip(0, SHADES - 1).astype(np.intp)
        self.image.set_data(self.shades[region, shade])
        for number, (points, val_points) in enumerate(zip(self.points, self.val_points, strict=True)):
            points.set_data(*inputs.points[inputs.y == number].T)
            val_points.set_data(*inputs.val_points[inputs.y_val == number].T)
        self.maps.set_data(self._mosaic(result.units))
        self.units_title.set_text("What each hidden unit computes" if layers.depth else "No hidden unit")
        self.train.set_data(result.steps, _within(result.train_loss, LOSSES))
        self.val.set_data(result.steps, _within(result.val_loss, LOSSES))
        matrix, (ratio, below) = np.arange(1, len(result.ratio) + 1), inside(result.ratio, RATIOS)
        self.ratios.set_data(matrix, ratio)
        self.ratios_below.set_data(matrix[below], np.full(below.sum(), 1.6 * RATIOS[0]))
        low, high = span(result.settings["activation"])
        self.histogram.set_visible(bool(layers.depth))
        if layers.depth:
            self.histogram.set_data(*side_by_side(layers, low, high))
        self.beyond.set_text(beyond(layers, low, high))
        self.violins.set_verts(violins(layers))
        self.beyond_grads.show(layers)
        self.dead.set_data(np.arange(1, layers.depth + 1), layers.dead)

    def _mosaic(self, maps: np.ndarray) -> np.ndarray:
        """All units, layer below layer and as large as the strip allows: (height, width, RGBA)."""
        height, width, _ = self.maps.get_array().shape
        sheet = np.full((height, width), BLANK, np.uint8)  # numbers of `self.inks`
        if maps.size:
            layers, units = maps.shape[:2]
            size, rows = max((min(width * rows // units, height // (layers * rows)), rows) for rows in (1, 2, 4, 8))
            across = -(-units // rows)
            largest = np.abs(maps).max(axis=(2, 3), keepdims=True)
            share = np.divide(maps, largest, out=np.zeros_like(maps), where=(largest > 0) & np.isfinite(largest))
            ink = np.minimum(np.abs(share) * SHADES, SHADES - 1).astype(np.uint8)
            ink[share > 0] += SHADES
            cells = ((np.arange(size - 1) + 0.5) * COARSE / (size - 1)).astype(int)
            tiles = np.full((layers, rows * across, size, size), BLANK, np.uint8)
            tiles[:, :units] = LINE
            tiles[:, :units, :-1, :-1] = ink[:, :, cells[::-1]][:, :, :, cells]  # x2 grows upwards
            block = tiles.reshape(layers * rows, across, size, size).swapaxes(1, 2).reshape(layers * rows * size, -1)
            block[0], block[:, 0] = LINE, LINE
            sheet[: len(block), : block.shape[1]] = block
        return self.inks[sheet]

    def describe(self, result: PlaygroundFrame) -> str:
        layers = result.layers
        train, val = (_loss(curve[-1]) for curve in (result.train_loss, result.val_loss))
        said = (
            f"{headline(result)}. Loss: training {train}, validation {val}; {percent(result.train_accuracy)} and "
            f"{percent(result.val_accuracy)} of the points are right."
        )
        if result.inputs.val_repeats:
            said += " Without noise the validation points are the training points, so their score says nothing new."
        if result.diverged:
            said += " The loss is not finite any more: what is drawn is the last state in which it was."
        if layers.depth:
            said += (
                f" Dead units: {percent(layers.dead.mean())}. The gradient has std {layers.grad_std[-1]:.2g} in the "
                f"last hidden layer and {layers.grad_std[0]:.2g} in the first."
            )
        return f"{said} To bring this back: {result.line}"


def beyond(layers: Layers, low: float, high: float) -> str:
    """The share of the activations that the axis cuts off, where it is not small."""
    centres = (layers.act_edges[:, :-1] + layers.act_edges[:, 1:]) / 2
    off = layers.act_counts[(centres < low) | (centres > high)].sum() / max(layers.act_counts.sum(), 1)
    return f"{off:.0%} beyond" if off > 0.01 else ""


def shares(result: PlaygroundFrame) -> str:
    """How many points are right; without noise the validation points are no new ones, and that must be said."""
    if result.inputs.val_repeats:
        return f"right: {percent(result.train_accuracy)}; validation ◦: the same points"
    train, val = (percent(share).replace("over ", ">") for share in (result.train_accuracy, result.val_accuracy))
    return f"right: training • {train}, validation ◦ {val}"


def headline(result: PlaygroundFrame) -> str:
    s = result.settings
    init, f = scheme_name(s["init"]), name_of(s["activation"])
    net = f"{s['layers']} × {s['units']} {f}, {init}" if s["layers"] else "no hidden layer"
    end = f"diverged at update {result.step}" if result.diverged else f"update {result.step}"
    return f"{net}, {OPTIMIZERS[s['optimizer']].label} {s['lr']:g}: {end}"


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
