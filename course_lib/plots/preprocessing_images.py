"""The picture of image preprocessing: the images at each station, and the eigenvalues that training feels."""

from typing import Any

import numpy as np
from PIL import Image

from course_lib.experiments.preprocessing_images import PreparedImages
from course_lib.plots.activations import capital
from course_lib.plots.picture import Picture, step_up
from course_lib.plots.style import BLUE, VERMILLION, Style

TILE, PITCH_X, PITCH_Y = 64, 71, 104  # pixels: an image, and from one to the next across and down
COLUMNS, ROWS = 8, 4
NAMES = {
    "mean image": "Mean image (AlexNet)",
    "channel mean": "Channel mean (VGG)",
    "channel mean + std": "Channel mean and std (ResNet)",
}


class PhotographStyle(Style):
    """A style whose 256 colours are taken from the picture itself, as photographs need them."""

    def to_indexed(self, image: Image.Image, colormap: str = "cividis") -> Image.Image:
        indexed = image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        colours: Any = indexed.getpalette()
        paper: Any = indexed.getpixel((0, 0))  # the octree takes it for a neighbouring shade
        colours[3 * paper : 3 * paper + 3] = image.getpixel((0, 0))
        indexed.putpalette(colours)
        return indexed


class RecipePicture(Picture):
    """Four rows of eight images: before, after, taken back, learnt. Beside them the eigenvalues before and after."""

    size = (10.0, 4.75)
    large_print = 1.1

    def build(self) -> None:
        self.style = PhotographStyle(**vars(self.style))
        width, height = 100 * self.size[0], 100 * self.size[1]
        across, down = PITCH_X * COLUMNS, PITCH_Y * ROWS
        ax = self.mosaic = self.figure.add_axes((16 / width, 10 / height, across / width, down / height))
        ax.set_axis_off()
        white = np.full((down, across, 4), 255, np.uint8)
        self.pixels = self.moving(ax.imshow(white, interpolation="nearest", aspect="auto"))
        self.headline = self.heading(16 / width, 0.98, 1.5, va="top")
        tops = [(10 + down - PITCH_Y * row - 24) / height for row in range(ROWS)]
        self.labels = [self.moving(self.figure.text(16 / width, top, "", va="bottom")) for top in tops]
        self._build_spectrum()

    def _build_spectrum(self) -> None:
        ax = self.spectrum = self.figure.add_axes((0.675, 0.12, 0.31, 0.635))
        ax.set(yscale="log", xscale="log", ylim=(4e-7, 300), yticks=[1e-6, 1e-4, 1e-2, 1, 100])
        ax.set_title("Eigenvalues of E[zzᵀ]", pad=42)
        self.before = self.moving_line(ax, "--", color=self.style.theory, label="raw")
        self.after = self.moving_line(ax, color=BLUE, label="prepared")
        self.first = self.moving_line(ax, "o", color=BLUE, markersize=7)
        self.epsilon = self.moving_line(ax, ":", color=VERMILLION, label="ε")

    def background(self, result: PreparedImages) -> tuple[int, bool]:
        return result.original[0].size, result.recipe in ("whitened", "ZCA")

    def set_background(self, result: PreparedImages) -> None:
        d, regularised = self.background(result)
        lines = [self.before, self.after, *([self.epsilon] if regularised else [])]
        self.legend_above(self.spectrum, (-0.03, 0.985), 3, handles=lines, borderaxespad=0)
        ticks = [1, 2, 4, 8, 16, 32, 64] if d == 64 else [1, 3, 10, 30, 100]
        self.spectrum.set(xlim=(0.9, 1.1 * d), xticks=ticks, xticklabels=map(str, ticks), xlabel="component")
        self.spectrum.minorticks_off()

    def set_artists(self, result: PreparedImages) -> None:
        limit = _limit(result)
        rate = f"largest stable learning rate {result.largest_lr:.3g}"
        self.headline.set_text(f"{_name(result)}:   {_stored(result)}, {rate}")
        one_each = "one number per component, row by row; " if result.recipe in ("PCA", "whitened") else ""
        done = f"{one_each}grey is 0, white {limit:g}, black −{limit:g}"
        after = 0.5 + result.prepared / (2 * limit)
        if result.recipe == "raw":
            done, after = "nothing is done", result.original
        told = "before", f"after: {done}", f"taken back to pixels: {_kept(result)}", _learnt(result)
        for label, text in zip(self.labels, told, strict=True):
            label.set_text(text)
        self.pixels.set_data(_mosaic([result.original, after, result.returned, result.learnt]))
        for line, values in ((self.before, result.before), (self.after, result.after)):
            line.set_data(np.arange(1, len(values) + 1), values)
        self.first.set_data([1], result.after[:1])
        d, regularised = self.background(result)
        self.epsilon.set_data(*([0.9, 1.1 * d], [result.epsilon] * 2) if regularised else ([], []))

    def describe(self, result: PreparedImages) -> str:
        return (
            f"{_name(result)} on {'colour patches' if result.images == 'patches' else 'digits'} of 8 × 8 pixels: "
            f"{_stored(result)}. The largest eigenvalue goes from {result.before[0]:.3g} to {result.after[0]:.3g}, the "
            f"smallest of the {len(result.after)} above 0 is {result.after[-1]:.2g}. The largest stable learning rate "
            f"of a linear neuron is {result.largest_lr:.3g}. Taken back to pixels: {_kept(result)}."
        )


def _name(result: PreparedImages) -> str:
    return NAMES.get(result.recipe, capital(result.recipe))


def _stored(result: PreparedImages) -> str:
    if not result.learnt_numbers:
        return "nothing learnt"
    return f"{result.learnt_numbers:,} number{'s' * (result.learnt_numbers > 1)} learnt".replace(",", " ")


def _kept(result: PreparedImages) -> str:
    if result.error < 1e-6:
        return "exact"
    share = f"{result.explained:.1%}" if result.explained < 0.9995 else "nearly all"
    return f"{share} of the variance, error {result.error:.2g} per pixel"


def _learnt(result: PreparedImages) -> str:
    """What the last row shows."""
    one = result.images == "digits"
    return {
        "raw": "",
        "mean image": "learnt: the mean image",
        "channel mean": f"learnt: {'one grey' if one else 'one red, one green, one blue'}",
        "channel mean + std": "learnt: mean and std of each channel",
        "PCA": "learnt: the mean and the directions (here the first seven)",
        "whitened": "learnt: the mean, the directions (the first seven) and their variances",
        "ZCA": "learnt: the mean, and for each pixel a filter (here seven)",
    }[result.recipe]


def _limit(result: PreparedImages) -> float:
    """The value shown as white: all but 1 % of the numbers stay within it."""
    return step_up(float(np.quantile(np.abs(result.prepared), 0.99)))


def _mosaic(rows: list[np.ndarray]) -> np.ndarray:
    """The images of all rows as one picture in RGBA, each enlarged to 64 pixels across, on white."""
    canvas = np.full((PITCH_Y * ROWS, PITCH_X * COLUMNS, 4), 255, np.uint8)
    for row, images in enumerate(rows):
        for column, image in enumerate(images):
            zoom = TILE // image.shape[1]
            small = (255 * np.clip(image, 0, 1) + 0.5).astype(np.uint8)
            large = small.repeat(zoom, axis=0).repeat(zoom, axis=1)
            y, x = PITCH_Y * row + 28, PITCH_X * column
            canvas[y : y + len(large), x : x + TILE, :3] = large
    return canvas
