"""The picture of a running search: how far it is, where its trials lie, what they reached, and the best curves."""

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection

from course_lib.experiments.search_digits import FEWEST, SearchState, best_curves
from course_lib.experiments.search_strategies import EPOCHS, TOP
from course_lib.plots.picture import Picture
from course_lib.plots.style import BLUE, GREEN, SERIES, VERMILLION

TITLES = {"random": "Random search", "grid": "Grid search", "coarse": "Coarse to fine", "halving": "Successive halving"}
GONE = {"abandoned": "given up early", "dropped": "not taken further"}
ENDS = {
    ("lr", "low"): "lower end of the learning rate",
    ("lr", "high"): "upper end of the learning rate",
    ("l2", "low"): "lower end of λ",
    ("l2", "high"): "upper end of λ",
}


class SearchPicture(Picture):
    """Above: a progress bar. Left: the trials; middle: accuracy along either axis; right: the curves."""

    size = (10.0, 6.2)
    large_print = 1.1

    def build(self) -> None:
        self.bar = self.figure.add_axes((0.07, 0.805, 0.915, 0.028))
        self.bar.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        self.bar.spines[:].set_visible(True)
        self.filled = self.moving(self.bar.barh([0.5], [0.0], height=1.0, color=BLUE)[0])
        self.plane = self.figure.add_axes((0.07, 0.11, 0.29, 0.56))
        self.plane.set(xscale="log", yscale="log", xlabel="learning rate", title="Trials")
        self.plane.set_ylabel("weight decay λ", labelpad=1)
        self.range = self.moving_line(self.plane, color=self.style.ink, linestyle="--", linewidth=1.2)
        self.gone = self.moving_marks(self.plane, "x", VERMILLION, 6, markeredgewidth=1.6)
        colours: dict[str, Any] = {"c": [], "cmap": self.colormap, "vmin": 0, "vmax": 100}
        rim: dict[str, Any] = {"edgecolors": self.style.theory, "linewidths": 0.6}
        self.dots = self.moving(self.plane.scatter([], [], s=44, **colours, **rim))
        self.along_lr = self.figure.add_axes((0.425, 0.44, 0.235, 0.23))
        self.along_l2 = self.figure.add_axes((0.425, 0.11, 0.235, 0.23))
        self.along_lr.set(title="Right, %, against …")
        self.projections = []
        for axes, name in ((self.along_lr, "learning rate"), (self.along_l2, "weight decay λ")):
            axes.set(xscale="log", ylim=(0, 112), yticks=[0, 50, 100], xlabel=name)
            crosses = self.moving_marks(axes, "x", VERMILLION, 5)
            self.projections.append((crosses, self.moving_marks(axes, "o", self.style.theory, 4)))
        self.curves = self.figure.add_axes((0.725, 0.11, 0.26, 0.56))
        self.curves.set(xlim=(-0.2, EPOCHS + 0.2), ylim=(0, 118), xlabel="epoch", title="Right, %: the best five")
        self.curves.set(xticks=[0, 3, 6, 9], yticks=range(0, 101, 20))
        faint = LineCollection([], colors=self.style.theory, linewidths=0.7, alpha=0.5)
        self.others = self.moving_collection(self.curves, faint)
        self.best, self.rings = [], []
        for i in range(TOP):
            props = SERIES[i]
            self.best.append(self.moving_line(self.curves, markersize=5, label=f"{i + 1}", **props))
            panels, hollow = (self.plane, self.along_lr, self.along_l2), {"markerfacecolor": "none"}
            ring: dict[str, Any] = {"color": props["color"], "size": 11, "markeredgewidth": 2.2, **hollow}
            self.rings.append([self.moving_marks(axes, props["marker"], **ring) for axes in panels])
        narrow: dict[str, Any] = {"handlelength": 1.1, "handletextpad": 0.3, "columnspacing": 0.7, "borderaxespad": 0.1}
        self.curves.legend(loc="upper left", ncols=TOP, **narrow)
        self.title = self.heading(0.07, 0.945, 2)
        self.second = self.moving(self.figure.text(0.07, 0.90, ""))
        self.count = self.moving(self.figure.text(0.07, 0.853, "", color=BLUE, weight="bold"))
        small: dict[str, Any] = {"fontsize": self.style.font - 1, "color": self.style.theory}
        self.legend = self.moving(self.figure.text(0.07, 0.765, "", **small))
        self.test = self.moving(self.figure.text(0.985, 0.853, "", ha="right", color=GREEN, weight="bold"))

    def background(self, result: SearchState):
        pairs: Any = zip(result.space.values(), result.present.values(), strict=True)
        return tuple((min(a.low, b.low), max(a.high, b.high)) for a, b in pairs)

    def set_background(self, result: SearchState) -> None:
        lr, l2 = ((low / 1.6, high * 1.6) for low, high in self.background(result))
        self.plane.set(xlim=lr, ylim=l2)
        self.along_lr.set(xlim=lr)
        self.along_l2.set(xlim=l2)

    def set_artists(self, result: SearchState) -> None:
        trials, leaders = result.result.trials, result.leaders
        gone = np.array([t.status != "done" for t in trials], bool)
        why = "left behind" if any(t.status == "dropped" for t in trials) else "given up early"
        x, y = (np.array([t.settings[name] for t in trials]) for name in ("lr", "l2"))
        right = 100 * np.nan_to_num([t.score for t in trials])
        self.filled.set_width(result.progress)
        axes: Any = result.present.values()
        lr, l2 = axes
        fine = result.present != result.space
        around = [lr.low, lr.high, lr.high, lr.low, lr.low], [l2.low, l2.low, l2.high, l2.high, l2.low]
        self.range.set_data(*around if fine else ([], []))
        self.gone.set_data(x[gone], y[gone])
        self.dots.set_offsets(np.column_stack([x[~gone], y[~gone]]))
        self.dots.set_array(right[~gone])
        for values, (crosses, points) in zip((x, y), self.projections):
            crosses.set_data(values[gone], right[gone])
            points.set_data(values[~gone], right[~gone])
        best = {t.number for t in leaders}
        others = (100 * np.array(t.curves["score"]) for t in trials if t.number not in best)
        whole = (np.column_stack([np.arange(len(score)), score]) for score in others if np.isfinite(score).all())
        self.others.set_segments(list(whole))
        rows = best_curves(leaders)
        for i, (line, rings) in enumerate(zip(self.best, self.rings)):
            here = i < len(leaders)
            at = leaders[i].settings if here else {}
            line.set_data(*(np.arange(EPOCHS + 1), 100 * rows[i]) if here else ([], []))
            for ring, spot in zip(rings, _spots(at, leaders[i].score if here else 0.0)):
                ring.set_data(*spot)
        self.title.set_text(f"{TITLES[result.strategy]}: {_best(result)}")
        self.second.set_text(_second(result))
        spent = f"{result.epochs_spent} of {result.epochs_planned} epochs"
        self.count.set_text(f"{_count(result)}, {spent}, {gone.sum()} {why}" + ", ended" * result.ended)
        self.test.set_text(_test(result))
        signs = ["light: most digits right    dark: few"] + [f"× {why}"] * bool(gone.any())
        signs += ["dashed: the fine range"] * fine + ["faint lines: all other trials"] * (len(trials) > len(leaders))
        self.legend.set_text("    ".join(signs) if trials else "")

    def describe(self, result: SearchState) -> str:
        said = f"{TITLES[result.strategy]} on the digits: {_count(result)} after {result.epochs_spent} epochs"
        said += f", {_gone(result)}. Best: {_best(result)}." if result.result.trials else "."
        return f"{said} {_second(result)}. {_test(result)}."


def _spots(settings: dict, score: float) -> list[tuple[list, list]]:
    """Where a ring goes in the plane and in both projections; nowhere without settings."""
    if not settings:
        return [([], [])] * 3
    lr, l2, right = [settings["lr"]], [settings["l2"]], [100 * score]
    return [(lr, l2), (lr, right), (l2, right)]


def _count(result: SearchState) -> str:
    return f"{len(result.result.trials)} of {result.result.planned} trials"


def _gone(result: SearchState) -> str:
    """How many trials were left behind, and why; a strategy without stages drops none."""
    status = [t.status for t in result.result.trials]
    return ", ".join(f"{status.count(s)} {word}" for s, word in GONE.items() if s == "abandoned" or s in status)


def _best(result: SearchState) -> str:
    if not result.leaders:
        return "no trial yet" if not result.result.trials else "no trial that learns"
    best = result.leaders[0]
    lr, l2 = best.settings["lr"], best.settings["l2"]
    return f"{100 * best.score:.1f} % with learning rate {lr:.2g} and λ {l2:.2g}"


def _second(result: SearchState) -> str:
    if result.strategy == "grid" and not result.ended:
        return "A grid goes from low to high learning rates: where its best lie shows at the end"
    edges = " and ".join(ENDS[edge] for edge in result.edges.items())
    if edges:
        return f"The best crowd the {edges}: search beyond it"
    if not result.leaders:
        return "Nothing to rank yet"
    if len(result.good) < FEWEST:
        return "Too few good trials to see whether they crowd an end of the range"
    return "The best do not crowd any end of the range"


def _test(result: SearchState) -> str:
    if result.test_accuracy is None:
        return "Test digits: not looked at"
    return f"Test digits, one look: {100 * result.test_accuracy:.1f} %"
