"""Pictures of optimisers that walk over a surface: paths, losses, effective learning rates."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_lib.experiments.optimizers import OptimizerPath, OptimizerPaths
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.nn.surfaces import Surface
from course_lib.plots.activations import many
from course_lib.plots.picture import Picture, cut_off, log_axes
from course_lib.plots.style import COLOURS

STYLES: dict[str, dict[str, Any]] = {  # every optimizer looks the same in every picture of the chapter
    name: dict(zip(("color", "linestyle", "marker"), (COLOURS[entry.line[0]], *entry.line[1:]), strict=True))
    for name, entry in OPTIMIZERS.items()
}
UPPER = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LOSS_LOWS, LOSS_HIGH = (1e-4, 1e-10), 1e4
RATE_LOWS, RATE_HIGH = (1e-3, 1e-6), 1e2
BOWL_VIEW = (-10.0, 10.0), (-5.0, 5.0)  # half as high as the book's, for the paths are flat
STEP_LIMITS = (30, 60, 100, 200)


class PathPicture(Picture):
    """Left: the paths over the surface. Right: rates and last losses in numbers, the losses, the effective rates."""

    size = (10.0, 6.2)
    large_print = 1.05

    def build(self) -> None:
        self.plane = self.figure.add_axes((0.055, 0.085, 0.475, 0.845))
        self.losses = self.figure.add_axes((0.64, 0.375, 0.345, 0.215))
        self.rates = self.figure.add_axes((0.64, 0.085, 0.345, 0.19))
        self._build_list()
        self.contours = None
        self.paths, self.ends, self.curves, self.steps = {}, {}, {}, {}
        for name, props in STYLES.items():
            mark: dict[str, Any] = {"color": props["color"], "marker": props["marker"]}
            self.paths[name] = self.moving_line(self.plane, linewidth=1.4, markersize=4, **props)
            self.ends[name] = self.moving_line(self.plane, markersize=10, markeredgecolor=self.style.ink, **mark)
            line: dict[str, Any] = {"color": props["color"], "linestyle": props["linestyle"], "linewidth": 1.8}
            self.curves[name] = self.moving_line(self.losses, **line)
            self.steps[name] = self.moving_line(self.rates, **line)
        self.start = self.moving_line(self.plane, "s", color=self.style.ink, markersize=8)
        self.losses.set_title("Loss f − lowest f, against the step")
        self.rates.set_title("Effective rate: step / gradient")
        self.rates.set_xlabel("step", labelpad=0)

    def _build_list(self) -> None:
        """Only what is drawn is listed: a name with its line, its rate and its last loss."""
        ax = self.list = self.figure.add_axes((0.58, 0.67, 0.405, 0.30))
        ax.set(xlim=(0, 1), ylim=(len(OPTIMIZERS), -1.0))
        ax.axis("off")
        ax.text(0.64, -1, "rate η", ha="right", va="center", weight="bold")
        ax.text(0.97, -1, "last loss", ha="right", va="center", weight="bold")
        self.keys, self.cells = {}, {}
        for row, (name, entry) in enumerate(OPTIMIZERS.items()):
            sample = self.moving(ax.plot([0.02, 0.13], [row, row], markersize=5, **STYLES[name])[0])
            self.keys[name] = sample, self.moving(ax.text(0.17, row, entry.label, va="center"))
        for row, name in enumerate(OPTIMIZERS):
            self.cells[name] = [self.moving(ax.text(x, row, "", ha="right", va="center")) for x in (0.64, 0.97)]

    def background(self, result: OptimizerPaths) -> tuple:
        ends = [run.loss.min() for run in result.runs if run.far_from is None]
        low = LOSS_LOWS[int(min(ends, default=1.0) < LOSS_LOWS[0])]
        rates = [rate for run in result.runs for rate in run.rate if math.isfinite(rate)]
        slow = RATE_LOWS[int(np.median(rates or [1.0]) < 3 * RATE_LOWS[0])]
        return result.surface.name, next(limit for limit in STEP_LIMITS if result.steps <= limit), low, slow

    def set_background(self, result: OptimizerPaths) -> None:
        name, steps, low, slow = self.background(result)
        if self.contours is not None:
            self.contours.remove()
        self.contours = draw_surface(self.plane, result.surface, self.style.theory)
        self.plane.set_title(
            f"{surface_name(name)}: {result.surface.formula}", fontsize=self.style.font - (name == "beale")
        )
        decades(self.losses, "y", low, LOSS_HIGH, every=2 if low == LOSS_LOWS[0] else 4)
        decades(self.rates, "y", slow, RATE_HIGH, every=1 if slow == RATE_LOWS[0] else 2)
        for ax in (self.losses, self.rates):
            ax.set_xlim(0, steps)

    def set_artists(self, result: OptimizerPaths) -> None:
        runs = {run.name: run for run in result.runs}
        t = np.arange(result.steps + 1)
        (left, right), (low, high) = view_of(result.surface)
        for name in OPTIMIZERS:
            run = runs.get(name)
            for cell in self.cells[name]:
                cell.set_text("")
            for artist in (self.paths[name], self.ends[name], self.curves[name], self.steps[name], *self.keys[name]):
                artist.set_visible(run is not None)
            if run is None:
                continue
            for artist in (self.paths[name], self.ends[name], self.curves[name], self.steps[name]):
                artist.set_alpha(1.0 if result.watch in ("all", name) else 0.2)
                artist.set_zorder(3 if name == result.watch else 2)
            points = seen(run.points, result.surface)
            self.paths[name].set_data(*points.T)
            x, y = run.points[-1]
            inside = left <= x <= right and low <= y <= high
            self.ends[name].set_data([x] if inside else [], [y] if inside else [])
            self.curves[name].set_data(t, cut_off(run.loss, LOSS_LOWS[1], LOSS_HIGH, lost=math.inf))
            self.steps[name].set_data(t[1:], cut_off(run.rate, RATE_LOWS[1], RATE_HIGH))
            self.steps[name].set_marker(STYLES[name]["marker"] if result.steps == 1 else "None")  # a point is no line
            self.cells[name][0].set_text(f"{run.lr:.3g}")
            self.cells[name][1].set_text(fate(run))
        self.start.set_data([result.start[0]], [result.start[1]])

    def describe(self, result: OptimizerPaths) -> str:
        if not result.runs:
            return f"The surface {result.surface.formula}; no optimiser is switched on."
        fates = [f"{OPTIMIZERS[run.name].label} (η = {run.lr:.3g}) {_ends(run)}" for run in result.ranking]
        start = f"({result.start[0]:.3g}, {result.start[1]:.3g})"
        text = f"On {result.surface.formula} from {start}, after {many(result.steps, 'step')}: {', '.join(fates)}."
        (left, right), (low, high) = view_of(result.surface)
        if not (left <= result.start[0] <= right and low <= result.start[1] <= high):
            text += " The start lies outside the picture."
        if result.watch != "all":
            text += f" {OPTIMIZERS[result.watch].label} is drawn strongly, the others faintly."
        return text.replace("-", "−")


def fate(run: OptimizerPath) -> str:
    """The last loss, in few letters."""
    return "far outside" if run.far_from is not None else short(run.loss[-1])


def _ends(run: OptimizerPath) -> str:
    if run.far_from is not None:
        return f"is far outside from step {run.far_from} on"
    return f"at loss {short(run.loss[-1])}"


def short(value: float) -> str:
    """Three digits; powers of ten as people write them."""
    if not math.isfinite(value):
        return "lost"
    value = 0.0 if value < 1e-99 else value
    if value == 0 or 1e-4 <= value < 1e4:
        return f"{value:.0f}" if value >= 999.5 else f"{value:.3g}"
    mantissa, power = f"{value:.1e}".split("e")
    return f"{mantissa}·10{str(int(power)).translate(UPPER)}"


def surface_name(name: str) -> str:
    """As people write it: two surfaces are called after their authors."""
    return name.capitalize() if name in ("rosenbrock", "beale") else name


def seen(points: np.ndarray, surface: Surface) -> np.ndarray:
    """The path as far as it is worth drawing: cut where it leaves for good, never beyond what the canvas can hold."""
    reach = 3 * max(abs(limit) for limits in surface.view for limit in limits)
    near = np.flatnonzero(np.abs(points).max(axis=1) <= reach)
    points, far = points[: near[-1] + 2] if len(near) else points[:1], 100 * reach
    return np.clip(np.nan_to_num(points, nan=far, posinf=far, neginf=-far), -far, far)


def view_of(surface: Surface) -> tuple[tuple[float, float], tuple[float, float]]:
    """Limits of x and of y in the pictures."""
    return BOWL_VIEW if surface.name == "bowl" else surface.view


def draw_surface(ax: Axes, surface: Surface, colour: str):
    """Contour lines at every factor of four of f − lowest, and crosses at the minima."""
    (left, right), (low, high) = view_of(surface)
    ax.set(xlim=(left, right), ylim=(low, high))
    ax.set_xlabel("x", labelpad=0)
    ax.set_ylabel("y", labelpad=-6)
    x, y = np.meshgrid(np.linspace(left, right, 161), np.linspace(low, high, 161))
    z = surface.f(x, y) - surface.lowest
    levels = z.max() * 4.0 ** -np.arange(12, 0, -1)
    for line in [line for line in ax.lines if line.get_label() == "minima"]:
        line.remove()
    ax.plot(*np.array(surface.minima).T, "+", color=colour, markersize=13, label="minima")
    return ax.contour(x, y, z, levels=levels, colors=colour, linewidths=0.6)


def decades(ax: Axes, axis: str, low: float, high: float, every: int = 1) -> None:
    """A logarithmic axis whose ticks are written without mathtext."""
    powers = list(range(round(math.log10(low)), round(math.log10(high)) + 1, every))
    words = {-2: "0.01", -1: "0.1", 0: "1", 1: "10", 2: "100"}
    labels = [words.get(p, f"10{str(p).translate(UPPER)}") for p in powers]
    ticks = [10.0**p for p in powers]
    log_axes(ax, axis, **{f"{axis}lim": (low, high), f"{axis}ticks": ticks, f"{axis}ticklabels": labels})
