"""The picture of dropout's scaling: one unit's outputs over many masks, and what the next layer receives."""

from course_lib.experiments.regularization_dropout import BINS, MASKS, DroppedOut
from course_lib.plots.activations import name_of
from course_lib.plots.picture import Picture
from course_lib.plots.style import BLUE, VERMILLION

LIMITS = (300, 500, MASKS)  # of the histogram's axis
ROWS = ("mean of x̃", "variance of x̃", "output, mean", "output, std")
REACH = 4.5


class DropoutPicture(Picture):
    """Left: histogram of the training output, its mean, and the test output. Right: four numbers, train and test."""

    size = (10.0, 5.0)
    large_print = 1.1

    def build(self) -> None:
        axes = self.outputs = self.figure.add_axes((0.07, 0.13, 0.45, 0.68))
        axes.set(xlim=(BINS[0], BINS[-1]), xlabel="output of the unit")
        axes.set_ylabel(f"masks, of {MASKS}")
        low, high = float(BINS[0]), float(BINS[-1])  # the outermost bins hold everything beyond
        axes.set_xticks([low, 0, 2, 4, high], [f"≤ −{-low:g}", "0", "2", "4", f"≥ {high:g}"])
        for label, side in zip(axes.get_xticklabels()[::4], ("left", "right"), strict=True):
            label.set(horizontalalignment=side)
        self.steps = self.moving_stairs(axes, BINS, fill=True, color=BLUE, alpha=0.4)
        self.mean = self.moving_line(axes, color=BLUE, linewidth=3, label="mean in training")
        self.test = self.moving_line(axes, color=VERMILLION, linewidth=3, linestyle="--", label="test")
        axes.legend(loc="lower right", bbox_to_anchor=(1.02, 1.0), ncols=2)
        bars = self.bars = self.figure.add_axes((0.685, 0.13, 0.225, 0.68))
        bars.set(xlim=(0, REACH), ylim=(len(ROWS) - 0.5, -0.6), yticks=range(len(ROWS)), yticklabels=ROWS)
        bars.tick_params(axis="y", length=0)
        self.lengths, self.values, across = [], [], bars.get_yaxis_transform()
        for row in range(len(ROWS)):
            for part, (colour, name) in enumerate(((BLUE, "training"), (VERMILLION, "test"))):
                y = row - 0.17 + 0.34 * part
                props = {"color": colour, "linewidth": (12, 6)[part], "label": None if row else name}
                self.lengths.append(self.moving_line(bars, solid_capstyle="butt", **props))
                self.values.append(self.moving(bars.text(1.04, y, "", transform=across, va="center")))
        self.legend_above(bars, (-0.05, 1.0), 2, handlelength=1.2)
        self.title = self.heading(0.07, 0.92, 2)

    def background(self, result: DroppedOut) -> int:
        return next(limit for limit in LIMITS if result.counts.max() <= limit)

    def set_background(self, result: DroppedOut) -> None:
        self.outputs.set_ylim(0, self.background(result))

    def set_artists(self, result: DroppedOut) -> None:
        self.steps.set_data(result.counts)
        self.mean.set_data([result.train_mean] * 2, [0, 0.88 * self.background(result)])
        self.test.set_data([result.test_output] * 2, [0, 0.88 * self.background(result)])
        pairs = (result.activations, result.variances, (result.train_mean, result.test_output), (result.train_std, 0.0))
        values = [value for pair in pairs for value in pair]
        for place, (line, text, value) in enumerate(zip(self.lengths, self.values, values, strict=True)):
            y = place // 2 - 0.17 + 0.34 * (place % 2)
            line.set_data([0, min(max(value, 0), REACH)], [y, y])
            text.set_text(f"{value:.2f}" if value <= REACH else f"→ {value:.1f}")  # the bar goes on beyond the axis
        self.title.set_text(f"Drop probability {result.p:g}, scaling {result.mode}: {verdict(result)}")

    def describe(self, result: DroppedOut) -> str:
        train, test = result.variances
        return (
            f"A {name_of(result.unit)} unit with {result.inputs} inputs, drop probability {result.p:g}, scaling "
            f"{result.mode}: over {MASKS} masks its output is {result.train_mean:.2f} on average with std "
            f"{result.train_std:.2f}, at test time {result.test_output:.2f}: {verdict(result)}. The inputs have "
            f"variance {train:.2f} in training and {test:.2f} at test time."
        )


def verdict(result: DroppedOut) -> str:
    if result.p == 0:
        return "nothing is dropped"
    if result.train_mean < 0.02:
        return "hardly anything passes in training"
    return f"test is {result.ratio:.2f} × training"
