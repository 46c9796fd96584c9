"""Explorers that move without a kernel: their pictures are drawn when site and decks are built.

A static explorer shows the controls, presets, picture and caption of the live one. Its pictures come from the very
experiment and picture of the live one: the settings of its cell, a sweep of each control that the text around the cell
names (else the text around other cells of that explorer; else the first control), and every preset. An explorer that
trains live shows a recorded run.

What stands still in a picture is stored once; a frame is what moves, a lossless WebP with nothing else in it. The page
lays it over the background (see explorers.js).
"""

import ast
import base64
import hashlib
import html
import inspect
import io
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from course_lib.explorers import all_explorers
from course_lib.explorers.controls import Choice, Control, LogSlider, Slider, Stops, Toggle
from course_lib.explorers.explorer import Explorer, Settings, one_blas_thread
from course_lib.explorers.live import LiveExplorer
from course_lib.plots.picture import Picture
from course_lib.plots.style import LIGHT, Style, built_in

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "build" / "frames"
MOST = 25  # stops of a sweep; presets and numbers of the text come on top
THINNER = (2, 5, 10, 20, 25, 50, 100, 200)
RECORDED = 100  # frames of a live run
EVERY, PRESET_EVERY = 5, 20  # of which this many are shown
NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?(?:e[-−]?\d+)?")
_ARITHMETIC = (ast.Constant, ast.UnaryOp, ast.USub, ast.BinOp, ast.operator)
DRAWN_BY = ("numpy", "matplotlib", "pillow")  # other versions may draw other pixels

Frame = tuple[str, str, str]  # background and what moves, as WebP in base64, and the text


@dataclass(frozen=True)
class Cell:
    """A call of an explorer in a notebook, the text that stands around it, and around all its calls there."""

    key: str
    explorer: str
    arguments: Mapping[str, Any]
    text: str = ""
    chapter: str = ""

    def made(self) -> Explorer:
        return all_explorers()[self.explorer](**self.arguments)


@dataclass
class StaticExplorer:
    """What a page needs.

    controls  (name, label, kind, values in words); kind is "range", "select", "checkbox" or "still"
    states    (an index into the values of each control, frames); the first is that of the cell
    presets   label -> index of its state
    at        the frame of the first state that is there at first
    """

    cell: Cell
    size: tuple[int, int]
    controls: list[tuple[str, str, str, list[str]]]
    states: list[tuple[list[int], list[Frame]]]
    presets: dict[str, int]
    at: int
    drawn: int = 0  # pictures that no earlier build had drawn
    group: str = ""  # names the script with `shared`,
    shared: Sequence[str] = ()  # the pictures that other explorers of the page show, too

    @property
    def frames(self) -> int:
        return sum(len(frames) for _, frames in self.states)

    def data(self) -> str:
        """The states and their frames as JSON; pictures and texts that occur twice stand there once.

        Places in `parts` count from the first of `shared`, which stand before them.
        """
        kept = {part: place for place, part in enumerate(self.shared)}
        states = [
            [indices, [[kept.setdefault(part, len(kept)) for part in frame] for frame in frames]]
            for indices, frames in self.states
        ]
        values = [values for *_, values in self.controls]
        parts = list(kept)[len(self.shared) :]
        return json.dumps({"states": states, "values": values, "parts": parts}, ensure_ascii=False)

    def scripts(self) -> dict[str, str]:
        """What a page must hold or be able to load, by name."""
        own = {self.cell.key: self.data()}
        return own | {self.group: json.dumps({"parts": list(self.shared)})} if self.shared else own


def cells_of(notebook: Mapping[str, Any], stem: str) -> list[Cell]:
    """The explorers of a notebook."""
    calls: list[tuple[str, str, dict[str, Any]]] = []
    texts = [""]  # before, between and after them
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            texts[-1] += f"{source}\n\n"
        elif (call := explorer_call(source)) is not None and any(
            "image/png" in one.get("data", {}) for one in cell["outputs"]
        ):
            calls.append((f"{stem}-{cell['id']}", *call))
            texts.append("")
    around = [before + after for before, after in zip(texts, texts[1:])]
    of_explorer = {call[1]: "".join(text for one, text in zip(calls, around) if one[1] == call[1]) for call in calls}
    return [Cell(*call, text, of_explorer[call[1]]) for call, text in zip(calls, around)]


def explorer_call(source: str) -> tuple[str, dict[str, Any]] | None:
    """The explorer and the settings of a cell that ends in a plain call of one, like `neuron_explorer(w1=2.0)`."""
    try:
        match ast.parse(source).body[-1:]:
            case [ast.Expr(ast.Call(ast.Name(name), [], settings))] if name in all_explorers():
                return name, {str(one.arg): _value(one.value) for one in settings}
    except (SyntaxError, ValueError):  # no Python, or settings that are computed
        pass
    return None


def _value(setting: ast.expr) -> Any:
    """A literal, or arithmetic like 10**-2.5; `ValueError` for anything else."""
    if all(isinstance(node, _ARITHMETIC) for node in ast.walk(setting)):
        return eval(compile(ast.Expression(setting), "settings", "eval"), {"__builtins__": {}})
    return ast.literal_eval(setting)


def told(explorer: Explorer, text: str) -> list[str]:
    """The controls that `text` names in italics, as it does where it says what to move; the first named first."""
    plain = re.sub(r"(\$+).*?\1", "", text.replace("**", ""), flags=re.DOTALL)  # formulas have stars too
    italics = r"\*([^*]+)\*|(?:Drag|Move) (\w)\b"  # or: Drag λ from left to right
    names = [" ".join((one[1] or one[2]).split()) for one in re.finditer(italics, plain)]
    controls = explorer.controls.items()
    return list(dict.fromkeys(name for words in names for name, control in controls if _names(control, words)))


def _names(control: Control, words: str) -> bool:
    if re.match(rf"{re.escape(words)}(?!\w)", control.label) or (len(words) == 1 and words in control.label.split()):
        return True
    return type(control) is Choice and words in control.said()


def values_of(control: Control) -> tuple:
    """Every value that a hand can choose."""
    return control.stops if isinstance(control, Slider) else getattr(control, "options", (False, True))


def sweep(control: Control, text: str, *more: Any) -> list[Any]:
    """The values at which `control` is drawn: all, or round ones of them, those the text says, and `more`."""
    values = list(values_of(control))
    if not isinstance(control, Slider):
        return values
    few = values
    for every in THINNER:
        if len(few) <= MOST:
            break
        step = every * control.step
        log = isinstance(control, LogSlider)
        few = values[::every] if log else [value for value in values if abs(value / step - round(value / step)) < 1e-6]
    said: set[float] = set()
    for sentence in re.split(r"(?<=[.:!?])\s", text):
        if control.label.split(" (")[0].split()[0] in sentence:
            said |= {float(number.replace("−", "-")) for number in NUMBER.findall(sentence)}
    return sorted({*few, values[0], values[-1], *(value for value in values if value in said), *more})


@dataclass(frozen=True)
class Take:
    """Settings to draw, and of a live run every how many frames; 0: one picture."""

    settings: Settings
    every: int = 0


@dataclass
class Plan:
    """What is drawn of a cell: its own settings first, then the sweeps, then the presets."""

    takes: list[Take]
    moved: list[str]
    presets: dict[str, int] = field(default_factory=dict)


def plan(cell: Cell, explorer: Explorer, sweeps: int | None = None) -> Plan:
    """The takes of a static explorer; `sweeps` limits the controls that move, and records less of a live run."""
    moved = told(explorer, cell.text) or told(explorer, cell.chapter) or list(explorer.controls)[:1]
    start, live = dict(explorer.settings), isinstance(explorer, LiveExplorer)
    first = EVERY if sweeps is None else PRESET_EVERY
    pressed = {label: explorer._checked(start, {**start, **preset}) for label, preset in explorer.presets.items()}
    found = Plan([Take(start, first if live else 0)], moved[:sweeps])
    for name in found.moved:
        control = explorer.controls[name]
        for value in sweep(control, cell.text, start[name], *(settings[name] for settings in pressed.values())):
            _add(found.takes, Take(explorer._checked(start, {name: value})))
    for label, settings in pressed.items():
        found.presets[label] = _add(found.takes, Take(settings, PRESET_EVERY if live and sweeps is None else 0))
    return found


def _add(takes: list[Take], take: Take) -> int:
    for number, one in enumerate(takes):
        if one.settings == take.settings:
            if take.every and not one.every:
                takes[number] = take
            return number
    takes.append(take)
    return len(takes) - 1


def static_explorer(cell: Cell, style: Style = LIGHT, sweeps: int | None = None, kept: Path = CACHE) -> StaticExplorer:
    """`cell` with all its pictures; those that an earlier build left in `kept` are not drawn again."""
    with built_in(style):
        explorer = cell.made()
        found = plan(cell, explorer, sweeps)
        drawn, takes = 0, []
        for take in found.takes:
            file = kept / f"{_hash(cell, explorer, style, take)}.json"
            if not file.exists():
                frames = list(recorded(explorer, take))
                drawn += len(frames)
                kept.mkdir(parents=True, exist_ok=True)
                part = file.with_suffix(f".{os.getpid()}")
                part.write_text(json.dumps(frames, ensure_ascii=False), encoding="utf-8")
                part.replace(file)
            takes.append(json.loads(file.read_text(encoding="utf-8")))
        width, height = explorer.picture.canvas.get_width_height()  # a picture is made in the style of its first use
    # Settings that the experiment refuses have no picture; whatever shows a preset that is gone has no button either.
    numbers = {old: new for new, old in enumerate(number for number, frames in enumerate(takes) if frames)}
    used = [found.takes[number].settings for number in numbers]
    controls = [_described(control, used, name in found.moved) for name, control in explorer.controls.items()]
    order = {name: _order(control, used) for name, control in explorer.controls.items()}
    states = [
        ([order[name].index(settings[name]) for name in explorer.controls], [tuple(frame) for frame in takes[number]])
        for number, settings in zip(numbers, used)
    ]
    presets = {label: numbers[number] for label, number in found.presets.items() if number in numbers}
    at = -(-explorer.preview // max(found.takes[0].every, 1)) if isinstance(explorer, LiveExplorer) else 0
    return StaticExplorer(cell, (width, height), controls, states, presets, min(at, len(states[0][1]) - 1), drawn)


def _order(control: Control, used: list[Settings]) -> list[Any]:
    values = list(dict.fromkeys(settings[control.name] for settings in used))
    return sorted(values) if isinstance(control, Slider) else sorted(values, key=list(values_of(control)).index)


def _described(control: Control, used: list[Settings], moves: bool) -> tuple[str, str, str, list[str]]:
    values = _order(control, used)
    if isinstance(control, Slider):
        words, kind = [control.readout(value) for value in values], "range"
    elif isinstance(control, Toggle):
        words, kind = [("off", "on")[value] for value in values], "checkbox"
    else:
        labels = {option: label for label, option in control.said().items()}
        words, kind = [str(labels[value]) for value in values], "range" if isinstance(control, Stops) else "select"
    return control.name, control.label, kind if moves and len(values) > 1 else "still", words


def recorded(explorer: Any, take: Take) -> Iterator[Frame]:
    """The frames of a take; none if the experiment refuses the settings."""
    if take.every:
        run = explorer.frames(**take.settings)
        with one_blas_thread():
            for number, result in enumerate(islice(run, RECORDED + 1)):
                if number % take.every == 0 or number == explorer.preview:
                    yield layers(explorer.picture, result)
        run.close()
        return
    try:
        explorer.set(**take.settings)
    except ValueError:
        return
    yield layers(explorer.picture, explorer.result)


def layers(picture: Picture, result: Any) -> Frame:
    """What stands still, what moves, and what is said."""
    whole, behind = (pixels(png) for png in (picture.update(result).png(), picture.background_png()))
    moves = (whole != behind).any(axis=-1)
    over = np.dstack([np.where(moves[..., None], whole, 0), 255 * moves]).astype(np.uint8)
    return webp(behind), webp(over), picture.caption(result)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def webp(array: np.ndarray) -> str:
    out = io.BytesIO()
    Image.fromarray(array).save(out, "WEBP", lossless=True, method=2)  # methods above 2 take longer and save nothing
    return base64.b64encode(out.getvalue()).decode()


def _hash(cell: Cell, explorer: Explorer, style: Style, take: Take) -> str:
    """Names a take by everything that its pixels and words depend on."""
    experiment = explorer.frames if isinstance(explorer, LiveExplorer) else explorer.experiment
    others = {name: value for name, value in cell.arguments.items() if name not in explorer.controls}
    here = "".join(inspect.getsource(function) for function in (recorded, layers, pixels, webp))
    parts = (cell.explorer, sorted(take.settings.items()), take.every, sorted(others.items()), style, RECORDED, here)
    sources = fingerprint(experiment.__module__, explorer._make_picture.__module__, "course_lib.plots.picture")
    return hashlib.sha256(repr((*parts, sources)).encode()).hexdigest()[:32]


@cache
def fingerprint(*modules: str) -> str:
    """A hash of the sources of `modules`, of all of the course that they import, and of its data."""
    seen: dict[Path, bytes] = {}
    queue = [ROOT / f"{module.replace('.', '/')}.py" for module in modules]
    while queue:
        file = queue.pop()
        if file in seen or not file.is_file():
            continue
        seen[file] = file.read_bytes()
        if file.parent.name == "data":
            seen |= {data: data.read_bytes() for data in file.parent.glob("*.npz")}
        for node in ast.walk(ast.parse(seen[file])):
            if isinstance(node, ast.ImportFrom) and node.module:
                base = ROOT / node.module.replace(".", "/")
                queue += [base.with_suffix(".py"), *(base / f"{name.name}.py" for name in node.names)]
            elif isinstance(node, ast.Import):
                queue += [(ROOT / name.name.replace(".", "/")).with_suffix(".py") for name in node.names]
    total = hashlib.sha256(repr([version(package) for package in DRAWN_BY]).encode())
    for file in sorted(seen):
        total.update(file.name.encode() + seen[file])
    return total.hexdigest()


def draw_all(cells: Iterable[Cell], style: Style = LIGHT, sweeps: int | None = None) -> Iterator[StaticExplorer]:
    """Every cell with its pictures, in the order in which they are ready; all cores draw."""
    cells, pictures, drawn = list(cells), 0, 0
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(cells) or 1)) as pool:
        waiting = [pool.submit(static_explorer, cell, style, sweeps) for cell in cells]
        for number, done in enumerate(as_completed(waiting), 1):
            one = done.result()
            pictures, drawn = pictures + one.frames, drawn + one.drawn
            end = "\n" if number == len(cells) else ""
            if sys.stdout.isatty() or end:
                print(f"\r{number} of {len(cells)} explorers, {pictures} pictures, {drawn} new ", end=end, flush=True)
            yield one


def share(explorers: Iterable[StaticExplorer]) -> None:
    """Give explorers of one name and one chapter the pictures that more than one of them shows, as `shared`."""
    groups: dict[str, list[StaticExplorer]] = {}
    for one in explorers:
        groups.setdefault(f"{one.cell.key.rpartition('-')[0]}-{one.cell.explorer}", []).append(one)
    for name, group in groups.items():
        seen = Counter(
            part
            for one in group
            for part in {part for _, frames in one.states for frame in frames for part in frame[:2]}
        )
        if shared := sorted(part for part, number in seen.items() if number > 1):
            for one in group:
                one.group, one.shared = name, shared


def markup(one: StaticExplorer, picture: str, source: str = "") -> str:
    """The explorer as HTML around `picture`, an `<img>`; `source` is the script that brings its frames."""
    start = one.states[0][0]
    moving = [
        _control(one.cell.key, number, label, kind, values, start[number])
        for number, (_, label, kind, values) in enumerate(one.controls)
        if kind != "still"
    ]
    still = [
        f'<span data-still="{number}">{html.escape(label)}: '
        f"<output>{html.escape(values[start[number]])}</output></span>"
        for number, (_, label, kind, values) in enumerate(one.controls)
        if kind == "still"
    ]
    buttons = [
        f'<button type="button" data-state="{number}">{html.escape(label)}</button>'
        for label, number in {**one.presets, "Reset": 0}.items()
    ]
    if any(len(frames) > 1 for _, frames in one.states):
        play = '<button type="button" data-play>Play</button> <button type="button" data-step>Step</button>'
        buttons.insert(0, play)
    here = (
        f'<p class="explorer-still">Still on this page, moved in JupyterLab: {", ".join(still)}.</p>' if still else ""
    )
    width, height = one.size
    frame = one.states[0][1][one.at]
    return (
        f'<div class="explorer" role="group" aria-label="Explorer" data-key="{one.cell.key}" data-source="{source}" '
        f'data-group="{one.group}" '
        f'data-width="{width}" data-height="{height}" data-at="{one.at}">'
        f'<div class="explorer-controls" hidden><div class="explorer-moving">{" ".join(moving)}</div>'
        f'<div class="explorer-buttons">{" ".join(buttons)}</div>{here}'
        '<p class="explorer-note" role="status"></p></div>'
        f'<div class="explorer-picture">{picture}</div>'
        f'<p class="explorer-text" aria-live="polite">{html.escape(frame[2])}</p></div>'
    )


def _control(key: str, number: int, label: str, kind: str, values: list[str], at: int) -> str:
    place, words = f'id="{key}-{number}" data-control="{number}"', html.escape(label)
    if kind == "checkbox":
        box = f'<input type="checkbox" {place}{" checked" if values[at] == "on" else ""}>'
        return f'<span class="explorer-control">{box} <label for="{key}-{number}">{words}</label></span>'
    if kind == "select":
        options = "".join(
            f'<option value="{k}"{" selected" if k == at else ""}>{html.escape(value)}</option>'
            for k, value in enumerate(values)
        )
        field = f"<select {place}>{options}</select>"
    else:
        now = html.escape(values[at], quote=True)
        field = (
            f'<input type="range" {place} min="0" max="{len(values) - 1}" value="{at}" aria-valuetext="{now}"> '
            f'<output for="{key}-{number}">{now}</output>'
        )
    return f'<span class="explorer-control"><label for="{key}-{number}">{words}</label> {field}</span>'
