"""What every explorer says and shows at its start and at each preset is what was looked at when it was stored.

Words must be the same; numbers may differ by 3 % or two units of the last digit shown, because what training gives
differs between processors. Pictures are compared at a quarter of their size, where letters are drawn alike everywhere.
In the large print of a lecture no letter is cut off or written over that is not so in the usual size.
`STORE=1` in the environment writes captions and pictures anew: read and look at the difference, then commit it.
"""

import json
import os
import re
from functools import cache
from itertools import combinations
from operator import gt
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from course_lib.experiments.neurons_update import WINDOW_PARTS
from course_lib.experiments.optimizers import SAITO
from course_lib.explorers import all_explorers
from course_lib.explorers.controls import Control, Slider
from course_lib.explorers.explorer import Explorer, Settings
from course_lib.explorers.live import LiveExplorer
from course_lib.plots.picture import Picture
from course_lib.plots.style import LIGHT, built_in
from same_picture import differs, said_alike

STORED = Path(__file__).with_name("captions.json")
CONTROLS = Path(__file__).with_name("controls.json")
PICTURES = Path(__file__).with_name("pictures")  # one sheet for each explorer: its start, below it the presets
EXPLORERS = all_explorers()
# What rounding decides: the worst weight of a gradient check, a run at the edge of divergence, the best of many rates,
# the third digit of a gradient that grows in float32.
CHAOTIC = {
    "activation_race_explorer": {"too fast"},
    "batchnorm_depth_explorer": {"1.0, after tanh"},
    "boundary_explorer": {"3 units"},
    "gradient_check_explorer": {"", "h too small", "float32"},
    "dying_relu_explorer": {"lr 10, leak 0.01"},
    "batchnorm_training_explorer": {"Large rate"},
    "optimizer_path_explorer": {"Ravine", "Rosenbrock", "Beale"},
    "learning_rate_explorer": {"High", "Very high"},
    "schedule_explorer": {"Digits, rate too high", "Digits, warm-up"},
}
# What a hand moves where words are said that neither the start nor a preset says.
ELSEWHERE: dict[str, list[Settings]] = {
    "neuron_explorer": [{"w1": 0.0, "w2": 0.0}],
    "minibatch_explorer": [{"lr": 2.0, "batch": 256}],
    "window_update_explorer": [{"part": part, "moment": moment} for part in WINDOW_PARTS for moment in (4, 6)],
    "activation_explorer": [{"function": "rrelu"}],
    "zigzag_explorer": [{"activation": "relu", "mean": -2.0}, {"lr": 100.0}, {"lr": 0.01}],
    "conditioning_explorer": [{"rate": 2.0}, {"dimension": 100, "rate": 0.1}, {"mean": 0.0, "rate": 1.5}],
    "preprocessing_explorer": [{"lr_share": 1.0}],
    "image_preprocessing_explorer": [{"recipe": "raw"}],
    "optimizer_path_explorer": [
        dict.fromkeys(SAITO, False),
        {"surface": "ravine", "x": 10.0},
        {"watch": "lion"},
        {"rates": "same", "lr": 10.0},
    ],
    "dropout_explorer": [{"p": 0.0}, {"p": 0.9, "inputs": 5, "unit": "relu"}],
    "initial_loss_explorer": [{"slip": "log10"}, {"scale": 1.0, "pixels": 255, "slip": "sum"}],
    "search_explorer": [{"strategy": "grid"}],
    "playground": [{"noise": 0.0}],
}
# Pixels of a small picture that rounding may put elsewhere: a digit. Curves of training move by more: twice as much
# is allowed as under the rounding jitter of the tests.
STRAY = 24
MOVES = {
    "gradient_check_explorer": 300,
    "activation_race_explorer": 700,
    "maxout_explorer": 50,
    "initialization_race_explorer": 670,
    "batchnorm_training_explorer": 1300,
    "learning_rate_map_explorer": 110,
    "log_scale_explorer": 150,
    "optimizer_race_explorer": 200,
    "overfitting_explorer": 320,
    "learning_rate_explorer": 90,
    "initialization_explorer": 100,
}
MARGIN = 3  # pixels: boxes of letters have one, so much may lie over one another


def small(explorer: Explorer) -> np.ndarray:
    """The picture as it stands on the canvas, a quarter as wide and as high."""
    pixels = np.asarray(explorer.picture.canvas.buffer_rgba())[..., :3]
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).reduce(4), dtype=np.int16)


def still(picture: Picture) -> np.ndarray:
    """Which pixels of the small picture nothing can reach that moves: outside its axes, and where no words change."""
    rests, renderer = np.full(picture.canvas.get_width_height()[::-1], 255, np.uint8), picture.canvas.get_renderer()
    for artist in picture._moving:
        boxes = [artist.axes.bbox] if artist.axes else []
        boxes += [] if artist.get_clip_on() else [artist.get_window_extent(renderer)]
        for box in boxes:
            left, low, right, high = np.clip(np.nan_to_num(box.extents), 0, 9999).astype(int)
            rests[max(len(rests) - high - 12, 0) : len(rests) - low + 12, max(left - 12, 0) : right + 12] = 0
    return np.asarray(Image.fromarray(rests).reduce(4)) == 255


@cache
def shown(name: str) -> dict[str, tuple[str, tuple[np.ndarray, np.ndarray], set, list]]:
    """Caption, small picture and where it is still, what is worse in large print and wrong on the page: at the start
    ("") and at presets."""
    explorer = EXPLORERS[name]()
    usual = explorer.picture
    explorer._panel = panel = explorer._make_panel()
    stops = {key: panel.inputs[key].options for key, one in explorer.controls.items() if isinstance(one, Slider)}
    with built_in(LIGHT.large()):
        large = type(usual)()
    assert large.style.dpi > usual.style.dpi
    seen = {}
    for label in ("", *explorer.presets):
        if label:
            panel.buttons[label].click()
        wrong = wrong_on_page(explorer, label, stops)
        worse = faults(large.update(explorer.result))
        seen[label] = explorer.text, (small(explorer), still(usual)), worse and worse - faults(usual), wrong
    explorer.close()
    return seen


def wrong_on_page(explorer: Explorer, label: str, stops: dict[str, tuple]) -> list[str]:
    """What does not agree with the preset `label` that was pressed: settings, picture, sliders, the code for them."""
    panel, settings, asked = explorer._panel, explorer.settings, explorer.presets.get(label, {})
    found = [key for key in asked if settings[key] != asked[key]]
    for key in stops:
        widget = panel.inputs[key]
        said = float(widget.options[widget.index][0])
        found += [f"{key} says {said}"] * (abs(said - settings[key]) > 5e-6 * abs(settings[key]) + 1e-12)
        found += [f"{key} has another stop"] * (widget.options != stops[key] and not explorer._linked)
    found += ["picture"] * (panel.image.value != explorer.picture.png())
    found += ["code"] * (repr(EXPLORERS[explorer.name](**asked)) != repr(explorer))
    words = [text.get_text() for text in explorer.picture._moving if isinstance(text, Text)]
    found += [text for text in [explorer.message, *words] if re.search(r"\b(nan|inf)\b", text, re.IGNORECASE)]
    return found


def faults(picture: Picture) -> set[tuple[str, ...]]:
    """Texts that leave the figure, and pairs of texts that lie over one another."""
    figure = picture.figure
    renderer = picture.canvas.get_renderer()
    texts = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    texts += [text for ax in figure.axes if ax.get_visible() for text in texts_of(ax)]
    shown = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in texts
        if text.get_visible() and text.get_text().strip()
    ]
    inside = Bbox.from_bounds(-1, -1, figure.bbox.width + 2, figure.bbox.height + 2)
    found = {(text,) for text, box in shown if not (inside.contains(*box.min) and inside.contains(*box.max))}
    for (text, box), (other, at) in combinations(shown, 2):
        both = Bbox.intersection(box, at)
        if both is not None and min(both.width, both.height) > MARGIN * picture.style.dpi / 100:
            found.add((text, other))
    return found


def texts_of(ax: Axes) -> list[Text]:
    texts = [child for child in ax.get_children() if isinstance(child, Text)]
    if (legend := ax.get_legend()) is not None:
        texts += legend.get_texts()
    for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
        low, high = sorted(axis.get_view_interval())
        place = 0 if axis is ax.xaxis else 1
        labels = axis.get_ticklabels() if axis.get_visible() else []
        texts += [axis.label, *(label for label in labels if low <= label.get_position()[place] <= high)]
    return texts


def panel_of(explorer: Explorer) -> dict[str, str]:
    """What stands beside the controls and where they begin and end, with the presets they are set to."""
    read = {}
    for name, control in explorer.controls.items():
        ends = [f"{end:g}" if isinstance(control, Slider) else str(end) for end in control.extremes()]
        of = f"{ends[0]} to {ends[-1]} by {control.step:g}" if isinstance(control, Slider) else ", ".join(ends)
        labels = getattr(control, "labels", str)
        labels = () if labels is str else control.said()
        read[name] = f"{control.label}: {of}; at first {control.default}" + (
            f" ({', '.join(labels)})" if labels else ""
        )
    more = {"open": explorer.first, "in a draft": explorer.draft} | (
        {"preview": explorer.preview, "foreword": explorer.foreword, "in a preview": explorer.before}
        if isinstance(explorer, LiveExplorer)
        else {}
    )
    read |= {f"({name})": str(value) for name, value in more.items() if value}
    read |= {f"({name})": also for name, control in explorer.controls.items() if (also := follows(explorer, control))}
    return read | {label: str(settings) for label, settings in explorer.presets.items()}


def follows(explorer: Explorer, control: Control) -> str:
    """What else moves when a hand moves the control to an end or an option, at the start and at the presets."""
    found = {}
    for base in ({}, *explorer.presets.values()):
        before = explorer._checked(explorer.settings, base)
        for value in control.extremes():
            after = explorer._checked(before, {control.name: value})
            also = [f"{key} {one:.4g}" if type(one) is float else f"{key} {one}" for key, one in after.items()]
            moved = [said for said, key in zip(also, after) if key != control.name and after[key] != before[key]]
            found |= {f"{value}: {', '.join(moved)}": None} if moved else {}
    return "; ".join(found)


def test_controls_and_presets_are_those_that_were_read() -> None:
    read = {name: panel_of(make()) for name, make in EXPLORERS.items()}
    if os.environ.get("STORE"):
        CONTROLS.write_text(json.dumps(read, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert read == json.loads(CONTROLS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXPLORERS)
def test_captions_are_those_that_were_read(name: str) -> None:
    said = {label: one[0] for label, one in shown(name).items()} | said_elsewhere(name)
    if os.environ.get("STORE"):
        stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
        stored = {one: said if one == name else stored.get(one, {}) for one in EXPLORERS}
        STORED.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    stored = json.loads(STORED.read_text(encoding="utf-8"))[name]
    assert said.keys() == stored.keys()
    assert not [label for label, caption in said.items() if caption != caption.strip()]
    chaotic = CHAOTIC.get(name, set())
    assert chaotic <= said.keys()
    wrong = [label for label in said.keys() - chaotic if not said_alike(said[label], stored[label])]
    assert not wrong, "\n".join(f"{label}:\n  now    {said[label]}\n  stored {stored[label]}" for label in wrong)


def said_elsewhere(name: str) -> dict[str, str]:
    said = {}
    for settings in ELSEWHERE.get(name, []):
        explorer = EXPLORERS[name]()
        assert explorer.picture
        explorer.drag(settings)
        assert not explorer.message
        said[str(settings)] = explorer.description()
    return said


def moved_pixels(drawn: dict[str, tuple[np.ndarray, np.ndarray]], file: Path) -> dict[str, tuple[int, int]] | None:
    """How many pixels of each picture have no like in the stored one, there or beside, and how many of them nothing
    reaches that moves; None if there is none."""
    sheet = np.asarray(Image.open(file).convert("RGB"), dtype=np.int16) if file.exists() else np.empty((0, 0, 3))
    if sheet.shape[0] != sum(len(picture) for picture, _ in drawn.values()):
        return None
    found = {}
    for (label, (picture, rests)), stored in zip(drawn.items(), np.split(sheet, len(drawn)), strict=True):
        elsewhere = differs(picture, stored)
        found[label] = int(elsewhere.sum()), int((elsewhere & rests).sum())
    return found


@pytest.mark.parametrize("name", EXPLORERS)
def test_pictures_are_those_that_were_looked_at(name: str) -> None:
    drawn = {label: one[1] for label, one in shown(name).items()}
    file, allowed = PICTURES / f"{name}.webp", (MOVES.get(name, STRAY), STRAY)
    moved = moved_pixels(drawn, file)
    if os.environ.get("STORE") and (moved is None or any(map(gt, map(max, zip(*moved.values())), allowed))):
        sheet = np.minimum((np.vstack([picture for picture, _ in drawn.values()]) + 8) // 16 * 16, 255)  # half the file
        Image.fromarray(sheet.astype(np.uint8)).save(file, lossless=True, quality=100, method=6)
        moved = moved_pixels(drawn, file)
    assert moved, "there is no sheet with as many pictures"
    looked_at = drawn.keys() - CHAOTIC.get(name, set())
    wrong = {label: moved[label] for label in looked_at if any(map(gt, moved[label], allowed))}
    assert not wrong, f"pixels elsewhere, and of these still ones: {wrong}"


@pytest.mark.parametrize("name", EXPLORERS)
def test_no_letter_is_cut_off_or_written_over_in_large_print(name: str) -> None:
    """Where one is, lower `large_print` of the picture."""
    assert not {label: worse for label, (_, _, worse, _) in shown(name).items() if worse}


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_button_leads_picture_sliders_and_code_to_its_preset(name: str) -> None:
    assert not {label: wrong for label, (*_, wrong) in shown(name).items() if wrong}


def test_a_missing_line_and_swapped_colours_are_refused() -> None:
    explorer = EXPLORERS["activation_explorer"]()
    assert explorer.text
    picture = explorer.picture
    before = small(explorer)
    curves = [one for one in picture._moving if isinstance(one, Line2D) and len(one.get_xdata()) > 100]
    assert len(curves) == 2
    for curve in curves:
        for change in ({"alpha": 0}, {"color": "#d55e00" if curve.get_color() != "#d55e00" else "#0072b2"}):
            usual = {name: getattr(curve, f"get_{name}")() for name in change}
            curve.set(**change)
            picture.update(explorer.result)
            assert differs(small(explorer), before).sum() > STRAY
            curve.set(**usual)
    picture.update(explorer.result)
    assert not differs(small(explorer), before).any()
    explorer.close()
