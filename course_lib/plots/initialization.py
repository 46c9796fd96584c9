"""Pictures of chapter 05 beside `signals`: symmetry and the race of initial scales."""

import math
from typing import Any

import numpy as np

from course_lib.experiments.initialization import RACERS, SYMMETRY_STEPS, UNITS, InitializationRace, Symmetry
from course_lib.plots.activations import many, name_of, number, percent
from course_lib.plots.picture import Picture, step_up
from course_lib.plots.style import BLUE, GREEN, SERIES, VERMILLION

FAR = 100.0  # a loss far beyond the axis, and still within what the canvas can hold
NAMES = {"xavier": "Xavier", "glorot": "Glorot", "he": "He"}  # the other schemes are called as they are set
TILES = (3, 4)  # rows and columns of small weight images, one per hidden unit


class SymmetryPicture(Picture):
    """Left: distinct units, rank of W1 and loss while training. Right: the weights of each hidden unit as an image."""

    size = (9.6, 5.0)
    colormap = "PuOr"

    def build(self) -> None:
        self.counts = self.figure.add_axes((0.065, 0.57, 0.44, 0.29))
        self.losses = self.figure.add_axes((0.065, 0.12, 0.44, 0.29))
        self.tiles = self.figure.add_axes((0.56, 0.12, 0.42, 0.70))
        self.counts.set(xlim=(0, SYMMETRY_STEPS), ylim=(0, UNITS + 0.8), yticks=[1, 4, 8, 12])
        self.counts.set_title("How many hidden units are different?", pad=26)
        self.counts.axhline(UNITS, color=self.style.faint)
        last: Any = {"marker": "o", "markevery": [-1], "markersize": 5}  # at step 0 there is no line yet
        self.distinct = self.moving_line(self.counts, color=BLUE, label="distinct units (to 1 %)", **last)
        self.rank = self.moving_line(self.counts, color=VERMILLION, linestyle="--", label="rank of W1 (to 1 %)", **last)
        self.legend_above(self.counts, (-0.02, 0.985), 2, borderaxespad=0)
        self.losses.set(xlim=(0, SYMMETRY_STEPS), yticks=[0, 1, math.log(10)], xlabel="step")
        self.losses.set_yticklabels(["0", "1", "ln 10"])
        self.losses.axhline(math.log(10), color=self.style.faint)
        self.losses.set_title("Training loss")
        self.loss = self.moving_line(self.losses, color=GREEN, **last)
        self.tiles.set(xticks=[], yticks=[])
        self.tiles.spines[:].set_visible(False)
        self.tiles.set_title("What each of the 12 hidden units weighs", pad=26)
        self.mosaic = self.moving_image(self.tiles, (9 * TILES[0] - 1, 9 * TILES[1] - 1))
        self.range = self.moving_text(self.tiles, 0, 1.02, va="bottom")

    def background(self, result: Symmetry) -> float:
        top = float(result.loss.max())
        return step_up(top) if top > 2.8 else 2.8

    def set_background(self, result: Symmetry) -> None:
        self.losses.set_ylim(0, self.background(result))

    def set_artists(self, result: Symmetry) -> None:
        self.distinct.set_data(result.step, result.distinct)
        self.rank.set_data(result.step, result.rank)
        self.loss.set_data(result.step, result.loss)
        limit = step_up(float(np.abs(result.weights).max()))
        self.mosaic.set_data(_mosaic(result.weights))
        self.mosaic.set_clim(-limit, limit)
        self.range.set_text(f"orange −{limit:g},  white 0,  purple +{limit:g}")

    def describe(self, result: Symmetry) -> str:
        noise = f" plus noise of size {result.noise:.2g}" if result.noise else ""
        return (
            f"All weights start at {number(result.constant)}{noise}. After "
            f"{result.step[-1]} steps the {UNITS} hidden units make {many(result.distinct[-1], 'distinct unit')}, "
            f"W1 has rank {result.rank[-1]} (both to 1 %), the loss is {result.loss[-1]:.3f} and "
            f"{percent(result.accuracy)} of the 300 training digits are right."
        )


def _mosaic(weights: np.ndarray) -> np.ndarray:
    """The rows of `weights` (12, 64) as 8 × 8 images side by side, a line of NaN between them."""
    rows, columns = TILES
    mosaic = np.full((rows * 9 - 1, columns * 9 - 1), math.nan)
    for unit, image in enumerate(weights.reshape(-1, 8, 8)):
        r, c = divmod(unit, columns)
        mosaic[9 * r : 9 * r + 8, 9 * c : 9 * c + 8] = image
    return mosaic


def scheme_name(init: str) -> str:
    """As people write it."""
    return NAMES.get(init, init)


def racer_name(racer: str) -> str:
    return "yours" if racer == "custom" else scheme_name(racer)


class RacePicture(Picture):
    """Training loss of each scheme against the step, and the validation accuracy it reached."""

    size = (9.6, 4.6)
    large_print = 1.1

    def build(self) -> None:
        self.losses = self.figure.add_axes((0.065, 0.125, 0.55, 0.75))
        self.bars = self.figure.add_axes((0.77, 0.125, 0.19, 0.75))
        self.losses.set(ylim=(0, 2.9), yticks=[0, 1, 2, math.log(10)], xlabel="step (mini-batches of 64 digits)")
        self.losses.set_yticklabels(["0", "1", "2", "ln 10"])
        self.losses.axhline(math.log(10), color=self.style.faint)
        self.losses.set_title("Training loss")
        styles = SERIES[: len(RACERS)]
        self.curves = [self.moving_line(self.losses, markevery=0.2, markersize=5, **props) for props in styles]
        self.bars.set(xlim=(0, 1), ylim=(len(RACERS) - 0.5, -0.5), xticks=[0, 0.5, 1], yticks=range(len(RACERS)))
        self.bars.set_xticklabels(["0", "50", "100"])
        self.bars.set_yticklabels([racer_name(name) for name in RACERS])
        self.bars.axvline(0.1, color=self.style.faint)
        self.bars.set_title("Validation accuracy, %", loc="right")
        colours = [props["color"] for props in styles]
        self.rectangles = [self.moving(bar) for bar in self.bars.barh(range(len(RACERS)), 0, color=colours, height=0.6)]
        self.words = [self.moving(self.bars.text(0.14, row, "", va="center")) for row in range(len(RACERS))]
        self.marker = self.moving_line(self.bars, marker="<", color=self.style.ink, clip_on=False, markersize=9)
        self.row_keys(self.bars, -0.66, -0.50, styles)

    def background(self, result: InitializationRace) -> tuple:
        return (float(result.step[-1]),)

    def set_background(self, result: InitializationRace) -> None:
        self.losses.set_xlim(0, float(result.step[-1]))

    def set_artists(self, result: InitializationRace) -> None:
        for row, (name, accuracy) in enumerate(zip(result.names, result.accuracy, strict=True)):
            self.curves[row].set_data(result.step, np.minimum(result.loss[row], FAR))
            self.curves[row].set_linewidth(self.style.line * (2 if name == result.init else 0.8))
            self.rectangles[row].set_width(0.0 if np.isnan(accuracy) else accuracy)
            self.words[row].set_text("diverges" if np.isnan(accuracy) else "")
        self.marker.set_data([1.08], [result.names.index(result.init)])

    def describe(self, result: InitializationRace) -> str:
        row = result.names.index(result.init)
        name = f"N(0, {result.scale:.3g}²)" if result.init == "custom" else scheme_name(result.init)
        if result.diverged_at[row] >= 0:
            fate = f"diverges at step {result.diverged_at[row]}"
        else:
            correct = f"{percent(result.accuracy[row])} of the validation digits right"
            loss = result.loss[row, -1]
            fate = f"ends at loss {f'{loss:.3f}' if loss < 1000 else number(loss)} with {correct}"
        best = np.nanmax(result.accuracy)
        leaders = [racer_name(name) for name, value in zip(result.names, result.accuracy, strict=True) if value == best]
        alone = len(leaders) == 1
        most = (
            f"Best of the six: {leaders[0]} with {percent(best)}" if alone else f"None of the six is above {best:.0%}"
        )
        return (
            f"{many(result.depth, f'hidden {name_of(result.activation)} layer')}, SGD with learning rate "
            f"{result.lr:.3g}: {name} {fate}. {most}."
        )
