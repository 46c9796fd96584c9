"""Pictures of chapter 01."""

import math

import numpy as np

from course_lib.experiments.neurons import EXTENT, REACH, NeuronResponse
from course_lib.plots.activations import name_of, number
from course_lib.plots.picture import Picture, step_up
from course_lib.plots.style import BLUE, VERMILLION


class NeuronPicture(Picture):
    """Left: the output over the plane, with the decision line and w. Right: the same output along w·x + b."""

    size = (9.6, 4.4)
    large_print = 1.25

    def build(self) -> None:
        plane = self.plane = self.figure.add_axes((0.06, 0.13, 0.38, 0.72))
        bar = self.bar = self.figure.add_axes((0.455, 0.13, 0.018, 0.72))
        curve = self.curve_axes = self.figure.add_axes((0.575, 0.13, 0.40, 0.72))
        plane.set(xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT), xlabel="x1", ylabel="x2", aspect="equal")
        plane.set_title("Output over the plane")
        self.image = self.moving_image(plane, (2, 2), extent=(-EXTENT, EXTENT, -EXTENT, EXTENT), origin="lower")
        self.line = self.moving_line(plane, color="#ffffff", linewidth=2.5)
        self.arrow = self.moving_line(plane, color=VERMILLION, linewidth=3, marker="o", markevery=[1], markersize=8)
        self.colour_bar(bar, 0, 1)
        bar.set_yticks([])
        curve.axvline(0, ymax=0.86, color=self.style.faint)  # above it stand the weights
        curve.set(xlim=(-REACH, REACH), xlabel="z = w1·x1 + w2·x2 + b")
        self.curve = self.moving_line(curve, color=BLUE)
        self.reached = self.moving_line(curve, color=BLUE, linewidth=6, solid_capstyle="butt")
        curve.legend([self.reached], ["in the square"], loc="lower right")
        self.where = self.moving_text(curve, 0.02, 0.97, va="top")

    def background(self, result: NeuronResponse) -> tuple:
        return result.activation, *self._limits(result), *self._colours(result)

    def _limits(self, result: NeuronResponse) -> tuple[float, float]:
        low, high = result.bounds
        top = step_up(float(np.abs(result.output).max()))
        return (low if math.isfinite(low) else -top), (high if math.isfinite(high) else top)

    def _colours(self, result: NeuronResponse) -> tuple[float, float]:
        """The range of the output in the plane, in steps, where the function itself has no bounds."""
        low, top = self._limits(result)
        if not math.isfinite(result.bounds[0]):
            low = -step_up(max(-float(result.output.min()), 0.01 * top))
        return low, top if math.isfinite(result.bounds[1]) else step_up(max(float(result.output.max()), 0.01 * top))

    def set_background(self, result: NeuronResponse) -> None:
        low, high = self._limits(result)
        pad = 0.06 * (high - low)
        self.curve_axes.set(ylim=(low - pad, high + 3 * pad))
        self.curve_axes.set_title(f"Output y = f(z), f: {name_of(result.activation)}")
        low, high = self._colours(result)
        self.bar.set(yticks=[0, 0.5, 1], yticklabels=[number(v, 2) for v in (low, (low + high) / 2, high)])
        self.image.set_clim(low, high)

    def set_artists(self, result: NeuronResponse) -> None:
        self.image.set_data(result.output)
        self.line.set_data(result.line[:, 0], result.line[:, 1])
        self.arrow.set_data([0, result.w1], [0, result.w2])
        self.curve.set_data(result.z_axis, result.curve)
        low, high = result.reach
        inside = (result.z_axis >= low - 0.05) & (result.z_axis <= high + 0.05)  # half a point of the curve
        self.reached.set_data(result.z_axis[inside], result.curve[inside])
        self.where.set_text(f"w = ({result.w1:.2f}, {result.w2:.2f}),  b = {result.b:.2f}".replace("-", "−"))

    def describe(self, result: NeuronResponse) -> str:
        if result.w1 == 0 and result.w2 == 0:
            where = "Both weights are 0, so the output is the same everywhere and there is no decision line."
        elif np.isnan(result.line).any():
            where = "The decision line lies outside the square."
        else:
            distance = abs(result.b) / math.hypot(result.w1, result.w2)
            where = (
                f"z grows fastest towards {result.angle:.0f}°; the white decision line stands at right "
                f"angles to that, {distance:.2f} from the origin."
            )
        low, high = result.reach
        least, most = result.output_range
        said = (
            f"One {name_of(result.activation)} neuron with w = ({result.w1:.2f}, {result.w2:.2f}), b = {result.b:.2f}. "
            f"In the square its sum z goes from {number(low)} to {number(high)}, its output "
            f"from {least:.3g} to {most:.3g}. {where}"
        )
        return said.replace("-", "−")
