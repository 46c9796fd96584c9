"""The picture of one update: a network as a graph with its numbers, and the chain rule of the part looked at."""

from itertools import chain

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from course_lib.experiments.neurons_update import CORRUPT, PHASES, TRUE, UPDATES, NetworkUpdate
from course_lib.plots.activations import name_of
from course_lib.plots.neurons_update_rules import LINES, number, rules, sentence, subscript, symbol, title
from course_lib.plots.picture import Picture
from course_lib.plots.style import BLUE, GREEN, ORANGE, VERMILLION

WIDTH, HEIGHT = 960, 560  # one unit of the axes is a pixel of the usual style
MIDDLE = 272
GAPS = (  # between neighbours, for each layer by its number of units
    {2: 140.0, 3: 130.0, 4: 112.0, 20: 21.5},
    {2: 120.0, 3: 96.0, 8: 54.0},
    {1: 0.0, 2: 120.0},
)
PANEL = 632
DIGIT, LETTERS = 6.7, 12  # pixels
COLOURS = dict(zip(PHASES, (BLUE, BLUE, VERMILLION, GREEN), strict=True))
READ = {
    "forward": "on the edges: weights;  in the units: x, a, s;  below: z",
    "loss": "on the edges: weights;  in the units: x, a, s",
    "backward": "on the edges: ∂J/∂weight;  below the units: ∂J/∂x, δ = ∂J/∂z, ∂J/∂s",
    "update": "on the edges and above the units: before → after",
}
PARAMETER = {"a": "b", "s": "c"}  # of each unit


class NetworkUpdatePicture(Picture):
    """Left: the graph, with the numbers of the present phase. Right: what was computed for the part looked at."""

    size = (WIDTH / 100, HEIGHT / 100)
    columns = (50, 300, 562)
    units, edges = 9, 18  # the most that carry numbers
    above = below = 36  # how far from the middle of a unit

    def build(self) -> None:
        axes = self.axes = self.figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
        axes.axis("off")
        axes.plot([PANEL - 14] * 2, [12, HEIGHT - 14], color=self.style.faint, linewidth=1)
        self.lines = self.moving_collection(axes, LineCollection([]))
        self.circles = self.moving(axes.scatter([], []))
        self.boxes = self.moving_collection(axes, PolyCollection([], facecolors=self.style.paper, linewidths=0))

        def text(x: float, y: float, size: float, **props):
            return self.moving(axes.text(x, y, "", fontsize=size, **props))

        centred = {"ha": "center", "va": "center"}
        self.numbers = [text(0, 0, 8.8, **centred) for _ in range(self.edges + 3 * self.units)]
        self.title = text(20, 535, 12.5, weight="bold")
        self.read = text(20, 514, 9.5, color=self.style.theory)
        self.history = text(20, 14, 10)
        axes.text(PANEL - 24, 32, "dashed: negative weights", fontsize=9, color=self.style.theory, ha="right")
        self.chosen, y = text(PANEL, 535, 12.5, weight="bold"), 535
        self.headings, self.panel = {}, {}
        for phase in PHASES:
            y -= 32
            self.headings[phase] = text(PANEL, y, 10.5)
            self.panel[phase] = [text(PANEL + 12, y - 19 * (row + 1), 10) for row in range(LINES[phase])]
            y -= 19 * LINES[phase]

    def set_artists(self, result: NetworkUpdate) -> None:
        layers = self.places(result)
        words = [*self._draw_edges(result, layers), *self._draw_units(result, layers)]
        words += [(0.0, 0.0, "", False)] * (len(self.numbers) - len(words))
        for text, (x, y, said, bold) in zip(self.numbers, words, strict=True):
            text.set(position=(x, y), text=said, weight="bold" if bold else "normal")
        self.boxes.set_verts([_box(x, y, said) for x, y, said, _ in words if said])
        self.title.set_text(f"Update {result.update + 1} of {UPDATES}: {result.phase}")
        self.read.set_text(self.reading(result))
        losses = [*result.losses[: result.update + (result.phase != "forward")]]
        losses += [result.loss_after] if result.phase == "update" else []
        self.history.set_text(f"J: {' → '.join(map(number, losses))}" if losses else "")
        self._write_panel(result)

    def places(self, result: NetworkUpdate) -> list[list[tuple[float, float]]]:
        """Where the units of each layer stand, the first on top."""
        return [
            [(x, MIDDLE + gaps[count] * ((count - 1) / 2 - i)) for i in range(count)]
            for x, count, gaps in zip(self.columns, result.sizes, GAPS, strict=True)
        ]

    def reading(self, result: NetworkUpdate) -> str:
        return READ[result.phase]

    def has_number(self, result: NetworkUpdate, key: str, at: tuple[int, int]) -> bool:
        """Whether the edge of this weight carries a number."""
        return True

    def _draw_edges(self, result: NetworkUpdate, layers: list) -> list[tuple[float, float, str, bool]]:
        segments, widths, colours, styles, words = [], [], [], [], []
        for layer, key in enumerate("WU"):
            sources, targets = layers[layer : layer + 2]
            near, far = GAPS[layer][len(sources)], len(targets) * GAPS[layer + 1][len(targets)]
            few = 1 < len(targets) < 5  # then the numbers of all edges stand evenly, one below the other
            along = near / (near + far) if few else 0.4
            for i, (x0, y0) in enumerate(sources):
                for j, (x1, y1) in enumerate(targets):
                    at = (j, i) if key == "W" else (i, j)
                    chosen, passed = result.place == (key, at), self._passes(result, key, at)
                    numbered = self.has_number(result, key, at)
                    plain = self.style.theory if numbered else self.style.faint
                    segments.append([(x0, y0), (x1, y1)])
                    widths.append(3.5 if chosen else 2.0 if passed else 0.8)
                    colours.append(ORANGE if chosen else COLOURS[result.phase] if passed else plain)
                    styles.append("--" if result.before[key][at] < 0 and (numbered or passed) else "-")
                    if numbered:
                        place = (x0 + along * (x1 - x0) + 6 * few, y0 + along * (y1 - y0))  # clear of the circles
                        words.append((*place, _parameter(result, key, at), chosen))
        self.lines.set(segments=segments, linewidths=widths, colors=colours, linestyles=styles)
        return words

    def _passes(self, result: NetworkUpdate, key: str, at: tuple[int, int]) -> bool:
        """Whether what is looked at depends on this edge: forward on those before it, backward on those behind."""
        name, place = result.place
        if result.phase == "backward":
            if name == "x":
                return key == "U" or at[1] == place[0]
            return key == "U" and name in ("W", "b", "a") and at[0] == place[0]
        if result.phase == "update":
            return False
        if name in ("s", "c"):
            return key == "U" and at[1] == place[0]
        return key == "W" and name in ("a", "b") and at[0] == place[0]

    def _draw_units(self, result: NetworkUpdate, layers: list) -> list[tuple[float, float, str, bool]]:
        name, at = result.place
        edges, widths, words = [], [], []
        for letter, units in zip("xas", layers, strict=True):
            for i, (x, y) in enumerate(units):
                chosen = name in (letter, PARAMETER.get(letter)) and at == (i,)
                edges.append(ORANGE if chosen else self.style.ink)
                widths.append(3.5 if chosen else 1.2)
                words += [(*place, said, False) for place, said in self.unit_words(result, letter, i, x, y)]
        self.circles.set_offsets(list(chain(*layers)))
        self.circles.set(sizes=self.sizes(result), linewidths=widths, edgecolors=edges, facecolors=self.style.paper)
        return words

    def sizes(self, result: NetworkUpdate) -> list[float]:
        """Of the circles, in square points."""
        return [1400.0] * sum(result.sizes)

    def unit_words(self, result: NetworkUpdate, letter: str, i: int, x: float, y: float) -> list:
        """What stands in, above and below a unit, and where."""
        name = symbol(result, letter, (i,))
        key = PARAMETER.get(letter)
        if key and result.phase != "backward":
            name += f"  {key} {_parameter(result, key, (i,))}"
        below = ""
        if result.phase == "forward" and letter == "a":
            below = f"z {brief(result.z[0, i])}"
        elif result.phase == "loss" and letter == "s":
            below = f"p {brief(result.probability[i])}" if len(result.probability) else "should be 1"
        elif result.phase == "backward":
            slope = {"x": result.dx, "a": result.delta, "s": result.ds}[letter][0, i]
            below = f"{'δ' if letter == 'a' else '∂' + letter} {brief(slope)}"
        inside = brief(getattr(result, letter)[0, i])
        # away from the numbers on the edges behind
        left = {"a": 40, "s": 30}.get(letter, 0) if result.phase == "update" else 0
        lower = 8 if letter == "x" else 0
        return [((x, y), inside), ((x - left, y + self.above), name), ((x - lower, y - self.below), below)]

    def _write_panel(self, result: NetworkUpdate) -> None:
        self.chosen.set_text(title(result))
        reached = PHASES.index(result.phase)
        for at, phase in enumerate(PHASES):
            now, lines = at == reached, rules(result, phase) if at <= reached else []
            self.headings[phase].set(text=f"{at + 1}  {phase}", weight="bold" if now else "normal")
            self.headings[phase].set_color(self.style.ink if at <= reached else self.style.theory)
            for row, text in enumerate(self.panel[phase]):
                text.set_text(lines[row] if row < len(lines) else "")
                text.set_weight("bold" if now and row == len(lines) - 1 else "normal")

    def describe(self, result: NetworkUpdate) -> str:
        numbers = "" if result.is_window else _numbers(result)
        return (
            f"Network {'-'.join(map(str, result.sizes))}, {name_of(result.activation)}, learning rate {result.lr:.3g}, "
            f"update {result.update + 1} of {UPDATES}, {result.phase}.{numbers} {title(result)}: "
            f"{sentence(rules(result, result.phase))}."
        )


class WindowUpdatePicture(NetworkUpdatePicture):
    """The same for the window network: two windows pass through it, so each unit has two numbers."""

    columns = (195, 345, 560)
    units, edges = 20 + 8 + 1, 9

    def build(self) -> None:
        super().build()
        for place, (word, other) in enumerate(zip(TRUE, CORRUPT, strict=True)):
            y = MIDDLE + GAPS[0][20] * (8 - 4 * place)
            said = word if word == other else f"{word} /\n{other}"
            self.axes.text(10, y, said, fontsize=9.5, va="center")

    def sizes(self, result: NetworkUpdate) -> list[float]:
        return [30.0] * result.sizes[0] + [1300.0] * result.sizes[1] + [1400.0]

    def has_number(self, result: NetworkUpdate, key: str, at: tuple[int, int]) -> bool:
        return key == "U" or result.place == (key, at)

    def reading(self, result: NetworkUpdate) -> str:
        if result.phase == "backward":
            return "on the edges: ∂J/∂weight;  in the units: ∂J/∂x, δ, ∂J/∂s;  true window above, corrupt below"
        edges = "before → after on the edges;  " if result.phase == "update" else ""
        return f"{edges}in the units: x, a, s;  true window above, corrupt below"

    def unit_words(self, result: NetworkUpdate, letter: str, i: int, x: float, y: float) -> list:
        names = {"x": "dx", "a": "delta", "s": "ds"} if result.phase == "backward" else {}
        numbers = getattr(result, names.get(letter, letter))[:, i]
        small = 0.00995 if letter == "x" else 0.0995  # of which one digit fits into its place
        values = [number(one, 1 if abs(one) < small else 2) for one in numbers]
        if letter == "x":
            words = values[0] if values[0] == values[1] else " / ".join(values)
            return [((x - 58, y), words)]
        above = [((x, y + self.above), "s, s_c")] if letter == "s" else [((x - 33, y + 9), f"a{subscript(i + 1)}")]
        return [((x, y + 7.5), values[0]), ((x, y - 7.5), values[1]), *above]


def brief(value: float) -> str:
    """Three significant digits, two where zeros come first: what fits on an edge and into a unit."""
    return number(value, 3 if abs(value) >= 0.01 else 2)


def _parameter(result: NetworkUpdate, key: str, at: tuple[int, ...]) -> str:
    """A weight or bias, its gradient, or what the update makes of it."""
    if result.phase == "backward":
        return brief(result.gradient[key][at])
    before = brief(result.before[key][at])
    return f"{before}→{brief(result.after[key][at])}" if result.phase == "update" else before


def _numbers(result: NetworkUpdate) -> str:
    shown = {"x": result.x, "a": result.a, "s": result.s}
    if result.phase == "backward":
        shown |= {"∂J/∂s": result.ds, "δ": result.delta}
    return " " + ", ".join(f"{name} = ({', '.join(map(number, row[0]))})" for name, row in shown.items()) + "."


def _box(x: float, y: float, said: str) -> np.ndarray:
    """Paper behind a number, as the edges would strike it through."""
    half = (DIGIT * len(said) / 2, LETTERS / 2 + 1)
    return np.array([x, y]) + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
