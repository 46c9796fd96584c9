"""The picture of one activation: the curve, its slope, and what a gate with it does to a gradient."""

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from course_lib.experiments.activations import REACH, ActivationGate
from course_lib.nn.activations import ACTIVATIONS
from course_lib.plots.picture import Picture, exponents, log_axes, step_up
from course_lib.plots.style import BLUE, ORANGE, PURPLE, SKY, VERMILLION

SIZES = (1e-11, 100.0)  # of the three numbers that a gate multiplies
TOP = 1.9  # of the slopes: SELU has the largest, 1.76


def name_of(function: str) -> str:
    return ACTIVATIONS[function].label if function in ACTIVATIONS else function


def number(value: float, digits: int = 3) -> str:
    """A few significant digits: −0.25, 4.54e−5, 3e7; 0 without a sign."""
    return exponents(f"{value or 0.0:.{digits}g}").replace("-", "−")


def rounded(value: float) -> str:
    """To two digits, 870 and not 8.7e+02."""
    return f"{float(f'{value:.2g}'):g}"


def percent(share: float) -> str:
    """As a whole number; 0% and 100% only where it is exactly that, and a dash where there is no share."""
    text = f"{share:.0%}" if share == share else "–"
    return {"0%": "under 1%", "100%": "over 99%"}.get(text, text) if 0 < share < 1 else text


def many(count: int, noun: str) -> str:
    """1 step, 2 steps."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def capital(said: str) -> str:
    """With a capital letter in front; the others stay."""
    return said[:1].upper() + said[1:]


def epochs(count: float) -> str:
    return f"{count:.2g} epoch" if count == 1 else f"{count:.2g} epochs"


class GatePicture(Picture):
    """Draws an `ActivationGate`."""

    size = (10.0, 5.3)
    large_print = 1.15

    def build(self) -> None:
        self.curve = self.figure.add_axes((0.06, 0.10, 0.49, 0.73))
        self.slope = self.figure.add_axes((0.635, 0.53, 0.345, 0.30))
        self.gate = self.figure.add_axes((0.755, 0.10, 0.225, 0.23))
        self.headline = self.heading(0.06, 0.975, 1.5, va="top")
        self.flat = [self._flat_zone(ax) for ax in (self.curve, self.slope)]
        self._build_curve()
        self._build_slope()
        self._build_gate()

    def _flat_zone(self, ax) -> PolyCollection:
        zone = PolyCollection([], facecolor=self.style.faint, edgecolor="none", zorder=0)
        zone.set_transform(ax.get_xaxis_transform())  # as high as the axes
        return self.moving_collection(ax, zone)

    def _build_curve(self) -> None:
        ax = self.curve
        ax.set(xlim=(-REACH, REACH), xticks=[-10, -5, 0, 5, 10], xlabel="x")
        self.band = self.moving_collection(ax, PolyCollection([], facecolor=SKY, alpha=0.5))
        self.rival = self.moving_line(ax, color=VERMILLION, linestyle="--")
        self.f = self.moving_line(ax, color=BLUE, linewidth=2.6)
        self.tangent = self.moving_line(ax, color=ORANGE, linewidth=2.2)
        self.here = self.moving_line(ax, color=ORANGE, marker="o", markersize=9)

    def _explain(self, rival: bool) -> None:
        """The legend of the curve; max(αx, x) has a place in it where its line can be seen."""
        handles = [
            Line2D([], [], color=BLUE, linewidth=2.6, label="f(x)"),
            Line2D([], [], color=ORANGE, marker="o", label="slope at x"),
            Patch(color=self.style.faint, label="flat: |f′| < 0.01"),
        ]
        if rival:
            handles.insert(2, Line2D([], [], color=VERMILLION, linestyle="--", label="max(αx, x)"))
        self.legend_above(self.curve, (-0.01, 1.0), 4, handles=handles, columnspacing=1.1, handlelength=1.6)

    def _build_slope(self) -> None:
        ax = self.slope
        ax.set(xlim=(-REACH, REACH), ylim=(-0.65, TOP), xticks=[-10, -5, 0, 5, 10], yticks=[-0.5, 0, 0.25, 1, 1.5])
        ax.set_xlabel("x", labelpad=1)
        ax.set_yticklabels(["−½", "0", "¼", "1", "1½"])
        for level in (0, 0.25, 1):
            ax.axhline(level, color=self.style.faint, linewidth=0.8)
        ax.set_title("Its slope f′(x)")
        self.df = self.moving_line(ax, color=BLUE)
        self.local = self.moving_line(ax, color=ORANGE, marker="o", markersize=9)

    def _build_gate(self) -> None:
        ax = self.gate
        log_axes(ax, "x", xlim=SIZES, xticks=[1e-8, 1e-4, 1], ylim=(2.6, -0.6), yticks=range(3))
        ax.set_yticklabels(["∂L/∂y  upstream", "× f′(x)  local", "= ∂L/∂x  passed on"])
        ax.tick_params(axis="y", length=0)
        ax.set_title("What the gradient becomes (log)", x=-0.69)
        colours = (PURPLE, ORANGE, VERMILLION)
        self.bars = [self.moving(bar) for bar in ax.barh(range(3), 1, left=SIZES[0], color=colours, height=0.62)]

    def background(self, result: ActivationGate) -> tuple:
        low, high = ACTIVATIONS[result.function].bounds if result.function in ACTIVATIONS else (-np.inf, np.inf)
        if np.isfinite([low, high]).all():
            return low - 0.15, high + 0.15, False
        low = min(-2.0, -step_up(-float(result.f.min()), (1.0, 2.0)))
        return low, 20.0 if result.f.max() > 13 else 13.0, _differs(result)

    def set_background(self, result: ActivationGate) -> None:
        low, high, rival = self.background(result)
        self.curve.set_ylim(low, high)
        self._explain(rival)

    def set_artists(self, result: ActivationGate) -> None:
        self.headline.set_text(headline(result))
        zones = [[(a, 0), (b, 0), (b, 1), (a, 1)] for a, b in _runs(result.grid, result.flat)]
        for zone in self.flat:
            zone.set_verts(zones)
        self.f.set_data(result.grid, result.f)
        self.df.set_data(result.grid, np.minimum(result.df, TOP))
        self.rival.set_data(*((result.grid, result.rival) if _differs(result) else ([], [])))
        wedge = [(0, 0), *((-REACH, -slope * REACH) for slope in result.band or ())]  # between two lines through 0
        self.band.set_verts([wedge] if result.band else [])
        reach = np.array([-2.0, 2.0])
        self.tangent.set_data(result.x + reach, result.value + result.local * reach)
        self.here.set_data([result.x], [result.value])
        self.local.set_data([result.x], [result.local])
        for bar, value in zip(self.bars, (result.upstream, result.local, result.downstream), strict=True):
            bar.set_width(max(abs(value) - SIZES[0], 0.0))

    def describe(self, result: ActivationGate) -> str:
        alpha = f" with α = {number(round(result.alpha, 2))}" if result.uses_alpha else ""
        flat = f"{result.flat.mean():.0%} of the interval from −12 to 12 is flat"
        text = (
            f"{name_of(result.function)}{alpha} at x = {number(result.x)}: f = {number(result.value)}, "
            f"f′ = {number(result.local)}. The upstream gradient {number(result.upstream)} becomes "
            f"{number(result.downstream)}; {flat}."
        )
        if _differs(result):
            text += " For α above 1, max(αx, x) takes the wrong branch on both sides."
        if not result.uses_alpha:
            text += f" α plays no part in {name_of(result.function)}."
        if result.band:
            text += " In training the slope for x < 0 is drawn between 1/8 and 1/3; the line is the mean."
        return text


def headline(result: ActivationGate) -> str:
    alpha = f", α = {number(round(result.alpha, 2))}" if result.uses_alpha else ""
    return (
        f"{name_of(result.function)}{alpha}:  f({number(result.x)}) = {number(result.value)},  "
        f"f′ = {number(result.local)},  passed on: {number(result.upstream)} × f′ = {number(result.downstream)}"
    )


def _differs(result: ActivationGate) -> bool:
    """Whether max(αx, x) is another curve than f: for α ≤ 1 it lies under it."""
    return result.rival is not None and result.alpha > 1


def _runs(grid: np.ndarray, flat: np.ndarray) -> list[tuple[float, float]]:
    """Begin and end of every stretch where `flat` holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]]).astype(int)))
    return [(grid[a], grid[b - 1]) for a, b in edges.reshape(-1, 2)]
