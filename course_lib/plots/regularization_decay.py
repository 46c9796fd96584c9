"""The picture of weight decay: the boundary with L2 in the loss, with decoupled decay, and the weights of both."""

from typing import Any

import numpy as np

from course_lib.experiments.regularization_decay import BINS, REACH, WAYS, WeightDecay
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.plots.activations import percent
from course_lib.plots.picture import Picture
from course_lib.plots.style import BLUE, SERIES, SHADES, VERMILLION

CLASSES = SERIES[:2]
STYLES: tuple[dict[str, Any], ...] = (
    {"color": BLUE, "linewidth": 2.2, "fill": False, "alpha": 1.0},
    {"color": VERMILLION, "linewidth": 1.0, "fill": True, "alpha": 0.45},
)


class DecayPicture(Picture):
    """Left and middle: probability of each class in the plane. Right: histogram of |W|, both ways."""

    size = (10.0, 5.0)

    def build(self) -> None:
        self.images, self.points, self.notes = [], [], []
        for way, left in enumerate((0.045, 0.365)):
            axes = self.figure.add_axes((left, 0.20, 0.29, 0.62))
            axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
            if way:
                axes.set_yticklabels([])
            axes.set_title(WAYS[way], color=(BLUE, VERMILLION)[way])
            square = (-REACH, REACH, -REACH, REACH)
            self.images.append(self.moving_image(axes, (2, 2, 3), extent=square, origin="lower", aspect="auto"))
            self.points.append(self.class_points(axes, CLASSES, 7, 0.8))
            self.notes.append(self.moving(self.figure.text(left, 0.085, "", va="center")))
        axes = self.weights = self.figure.add_axes((0.715, 0.20, 0.27, 0.62))
        axes.set(xlim=(0, BINS[-1]), yscale="log", ylim=(0.7, 1500), xlabel="|weight|")
        axes.set_title("Number of weights")
        edge = float(BINS[-1])  # the last bin holds everything beyond
        axes.set_xticks([0, edge / 3, 2 * edge / 3, edge], ["0", f"{edge / 3:g}", f"{2 * edge / 3:g}", f"≥ {edge:g}"])
        axes.get_xticklabels()[-1].set_horizontalalignment("right")
        styles = zip(WAYS, STYLES, strict=True)
        self.steps = [self.moving_stairs(axes, BINS, baseline=0.5, label=name, **props) for name, props in styles]
        axes.legend(loc="upper right")
        self.title = self.heading(0.045, 0.925, 2)
        self.shades = self.style.shades(CLASSES)

    def set_artists(self, result: WeightDecay) -> None:
        strength = f"λ = {result.weight_decay:g}" if result.weight_decay else "no decay"
        self.title.set_text(f"{OPTIMIZERS[result.optimizer].label}, {strength}: the two ways {verdict(result)}")
        for way in range(2):
            p = result.probability[way]
            sure = np.clip(np.abs(2 * p - 1) * SHADES, 0, SHADES - 1).astype(np.intp)
            self.images[way].set_data(self.shades[(p > 0.5).astype(np.intp), sure])
            for points, number in zip(self.points[way], range(2), strict=True):
                points.set_data(*result.x[result.y == number].T)
            training, test = percent(result.train_accuracy[way]), percent(result.test_accuracy[way])
            self.notes[way].set_text(f"right: training {training}, test {test}\nΣW² {size(result.squares[way])}")
            self.steps[way].set_data(np.maximum(result.counts[way], 0.5))

    def describe(self, result: WeightDecay) -> str:
        name = OPTIMIZERS[result.optimizer].label
        ways = "; ".join(
            f"{way}: {percent(result.train_accuracy[i])} of the training and {percent(result.test_accuracy[i])} of the "
            f"test points right, sum of squared weights {size(result.squares[i])}"
            for i, way in enumerate(WAYS)
        )
        return f"40 points, {name}, λ = {result.weight_decay:g}. {ways}. The two ways {verdict(result)}."


def verdict(result: WeightDecay) -> str:
    """Whether the two networks are the same, where both may amplify rounding."""
    if result.weight_decay == 0:
        return "are the same network"
    return "agree" if result.optimizer == "sgd" else "differ"


def size(squares: float) -> str:
    """A sum of squares; one that is nothing but rounding is not quoted."""
    return f"= {squares:.3g}" if squares > 1e-3 else "< 0.001"
