"""The picture of what a layer of neurons separates: decision regions on the spiral, and the loss on the way there."""

import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection

from course_lib.experiments.neurons_boundary import MOST_STEPS, REACH, SpiralFit
from course_lib.plots.activations import many, name_of, percent
from course_lib.plots.picture import Beyond, Picture
from course_lib.plots.style import BLUE, SERIES, SHADES

CLASSES = SERIES[:3]
BEST_LINEAR = 0.786


class BoundaryPicture(Picture):
    """Left: the plane in the colour of the predicted class, paler where less certain, borders dark. Right: the loss."""

    size = (9.6, 4.8)

    def build(self) -> None:
        plane = self.plane = self.figure.add_axes((0.055, 0.125, 0.39, 0.78))
        losses = self.losses = self.figure.add_axes((0.56, 0.125, 0.415, 0.78))
        plane.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xlabel="x1", ylabel="x2", xticks=[-1, 0, 1])
        plane.set(yticks=[-1, 0, 1])
        self.plane_title = self.moving_text(plane, 0, 1.03, weight="bold", size="large")
        self.image = self.moving_image(plane, (2, 2, 3), extent=(-REACH, REACH, -REACH, REACH), origin="lower")
        self.lines = self.moving_collection(plane, LineCollection([], colors=self.style.ink, linewidths=1.0))
        self.points = self.class_points(plane, CLASSES, 5.5, 0.6)
        losses.set(xscale="log", xlim=(1, MOST_STEPS), ylim=(0, 1.3), xlabel="step of gradient descent")
        losses.set_title("Loss")
        losses.axhline(BEST_LINEAR, color=self.style.theory, linestyle="--", linewidth=1.2)
        losses.text(1.1, BEST_LINEAR - 0.02, "linear: 0.786", color=self.style.theory, va="top")
        self.loss = self.moving_line(losses, color=BLUE)
        self.end = self.moving_line(losses, color=BLUE, marker="o", markersize=8)
        self.beyond = Beyond(self, losses, BLUE)
        self.where = self.moving_text(losses, 0.99, 0.98, ha="right", va="top")
        self.ink = (255 * np.array(mpl.colors.to_rgb(self.style.ink)) + 0.5).astype(np.uint8)
        self.shades = self.style.shades(CLASSES)

    def set_artists(self, result: SpiralFit) -> None:
        self.plane_title.set_text(_network(result))
        certainty = (result.confidence - 1 / 3) * 1.5  # 1/3 is a guess, 1 is certain
        shade = np.clip(certainty * SHADES, 0, SHADES - 1).astype(np.intp)
        pixels = self.shades[result.region, shade]
        pixels[_borders(result.region)] = self.ink
        self.image.set_data(pixels)
        self.lines.set_segments(list(result.lines))
        for points, number in zip(self.points, range(3), strict=True):
            points.set_data(*result.x[result.y == number].T)
        shown = slice(1, None) if len(result.step) > 1 else slice(None)
        at = np.maximum(result.step[shown], 1)
        self.loss.set_data(at, result.losses[shown])
        self.end.set_data(at[-1:], result.losses[-1:])
        self.beyond.set(at[-1:], result.losses[-1:])
        self.where.set_text(f"step {result.steps}\nloss {result.loss:.3f}\n{percent(result.accuracy)} right")

    def describe(self, result: SpiralFit) -> str:
        said = (
            f"{_network(result)}, after {many(result.steps, 'step')}: loss {result.loss:.3f}, "
            f"{percent(result.accuracy)} of 300 points right."
        )
        if result.hidden == 0:
            return f"{said} There are no hidden units to activate, and no three straight borders fit."
        if result.activation == "identity":
            return f"{said} Without a curved activation all borders are straight, and no three straight borders fit."
        if result.accuracy > 0.95:
            return f"{said} The borders bend with the arms."
        return f"{said} A trained linear classifier reaches 0.786 and 49 %."


def _network(result: SpiralFit) -> str:
    if result.hidden == 0:
        return "Linear classifier"
    if result.activation == "identity":
        return f"{many(result.hidden, 'unit')} without a curve"
    return many(result.hidden, f"{name_of(result.activation)} unit")


def _borders(region: np.ndarray) -> np.ndarray:
    """The points whose right or upper neighbour belongs to another class."""
    border = np.zeros(region.shape, bool)
    border[:, :-1] |= region[:, :-1] != region[:, 1:]
    border[:-1] |= region[:-1] != region[1:]
    return border
