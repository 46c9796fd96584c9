"""The picture of normalisation axes: a block N × C × HW with its shared cells coloured, and channel means."""

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb

from course_lib.experiments.batchnorm_axes import CHANNELS, EXAMPLES, SIDE, NormalizationAxes
from course_lib.plots.activations import many
from course_lib.plots.picture import Picture
from course_lib.plots.style import BLUE, VERMILLION

ROWS, LIMIT = SIDE * SIDE, 2.0  # cells of a channel; channel means are shown from −2 to 2
SLANT, LIFT, GAP = 0.55, 0.30, 8.4  # how far a cell leans to the right and rises per channel; distance of examples


class AxesPicture(Picture):
    """Left: the block as one sheet per example. Right: the mean of every example and channel, before and after."""

    size = (10.0, 5.4)
    large_print = 1.05
    colormap = "PuOr"

    def build(self) -> None:
        self.block = self.figure.add_axes((0.02, 0.03, 0.65, 0.74))
        self._build_block(self.block)
        self.before = self._build_means((0.735, 0.555, 0.25, 0.24), "Channel means before")
        self.after = self._build_means((0.735, 0.17, 0.25, 0.24), "Channel means after")
        self.after.axes.set_xlabel("channel")
        self.headline = self.figure.text(0.02, 0.975, "", weight="bold", va="top", fontsize=self.style.font + 1.5)
        self.words = self.figure.text(0.02, 0.915, "", va="top", linespacing=1.5)
        self.figure.text(0.985, 0.03, f"orange −{LIMIT:g},  white 0,  purple +{LIMIT:g}", ha="right")

    def _build_block(self, axes) -> None:
        axes.set(xlim=(-1.2, EXAMPLES * GAP - 0.6), ylim=(-1.6, ROWS + CHANNELS * LIFT + 1.2), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        sheets = PolyCollection(list(_sheets()), edgecolor=self.style.theory, linewidth=0.6)
        self.cells = self.moving_collection(axes, sheets)
        for n in range(EXAMPLES):
            axes.text(n * GAP + 3.2, -1.0, f"example {n + 1}", ha="center", va="center")
        axes.text(-0.3, ROWS / 2, "H × W: 9 places", rotation=90, ha="right", va="center")
        axes.text(3.2, ROWS + CHANNELS * LIFT + 0.55, "channels 1 … 6 →", ha="center")

    def _build_means(self, place: tuple, title: str):
        axes = self.figure.add_axes(place)
        axes.set_title(title)
        image = self.moving_image(axes, (EXAMPLES, CHANNELS), vmin=-LIMIT, vmax=LIMIT, aspect="auto")
        axes.set_xticks(range(CHANNELS), list(map(str, range(1, CHANNELS + 1))))
        axes.set_yticks(range(EXAMPLES), list(map(str, range(1, EXAMPLES + 1))))
        axes.set_ylabel("example")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        image.outline = self.moving_marks(axes, "s", BLUE, 17, markerfacecolor="none", markeredgewidth=2.5)
        return image

    def background(self, result: NormalizationAxes) -> tuple:
        return result.kind, result.values

    def set_background(self, result: NormalizationAxes) -> None:
        self.headline.set_text(_name(result))
        self.words.set_text(
            f"The blue cells share one mean and one variance: {_axes(result)}.\n"
            f"That is {result.values} numbers; there are {result.statistics} means in all."
        )

    def set_artists(self, result: NormalizationAxes) -> None:
        n, c = result.example - 1, result.channel - 1
        colours = np.empty((EXAMPLES, CHANNELS, ROWS, 3))
        colours[...] = to_rgb(self.style.paper)
        colours[result.shares.reshape(EXAMPLES, CHANNELS, ROWS)] = to_rgb(BLUE)
        colours[n, c, ROWS // 2] = to_rgb(VERMILLION)
        self.cells.set_facecolor(colours.reshape(-1, 3))
        rows, columns = np.nonzero(result.shares.any(axis=(2, 3)))
        for image, values in ((self.before, result.x), (self.after, result.y)):
            image.set_data(values.mean(axis=(2, 3)))
            image.outline.set_data(columns, rows)

    def describe(self, result: NormalizationAxes) -> str:
        return (
            f"{_name(result)} of an array of {EXAMPLES} examples, {CHANNELS} channels and {SIDE} × {SIDE} places. The "
            f"mean of the chosen cell is taken over: {_axes(result)}. {result.values} numbers share a mean, "
            f"{result.statistics} means in all. Afterwards the shared cells have mean {abs(result.mean):.2f} and "
            f"variance {result.variance:.2f}."
        )


def _name(result: NormalizationAxes) -> str:
    groups = f", {many(result.groups, 'group')}" if result.kind == "group" else ""
    return f"{result.kind.capitalize()} normalisation{groups}"


def _axes(result: NormalizationAxes) -> str:
    own = {"N": "its own example N", "C": "its own channel C"}
    names = {"N": "examples N", "C": "channels C", "H": "rows H", "W": "columns W"}
    return ", ".join(own[axis] if word == "own" else f"{word} {names[axis]}" for axis, word in result.averaged.items())


def _sheets() -> np.ndarray:
    """The outlines of all cells (N·C·HW, 4, 2): each example a sheet that leans back, channel after channel."""
    n, c, row = np.meshgrid(np.arange(EXAMPLES), np.arange(CHANNELS), np.arange(ROWS), indexing="ij")
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    channel = c[..., None] + corners[:, 0]
    x = n[..., None] * GAP + channel * (0.55 + SLANT)
    y = ROWS - 1 - row[..., None] + corners[:, 1] + channel * LIFT
    return np.stack([x, y], axis=-1).reshape(-1, 4, 2)
