"""What a page shows without a kernel is, pixel by pixel and word by word, what the live explorer shows."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import notebooks
import static_explorers
from course_lib.explorers import all_explorers
from course_lib.explorers.controls import Choice
from course_lib.explorers.live import LiveExplorer
from slide_pictures import SHARP
from static_explorers import (
    EVERY,
    RECORDED,
    Cell,
    StaticExplorer,
    Take,
    cells_of,
    fingerprint,
    markup,
    plan,
    share,
    static_explorer,
    sweep,
    told,
)

NOTEBOOKS = sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))
CELLS = [cell for path in NOTEBOOKS for cell in cells_of(notebooks.read(path), path.stem)]
# Controls of every kind, axes that change with the settings, linked controls, a live run.
SAMPLE = {
    "neuron_explorer": "Move *bias b* to 2.",
    "boundary_explorer": "Move *line of each unit*.",
    "zigzag_explorer": "Choose *fed by*.",
    "clinic_explorer": "Choose *your diagnosis*.",
    "optimizer_path_explorer": "Choose *surface*.",
    "live_training_explorer": "Press *Play*, then move *weight decay*.",
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("frames")


@pytest.fixture(scope="module", params=SAMPLE)
def one(request: pytest.FixtureRequest, kept: Path) -> StaticExplorer:
    return static_explorer(Cell("key", request.param, {}, SAMPLE[request.param]), kept=kept)


def laid_over(frame: tuple[str, str, str]) -> np.ndarray:
    """The pixels of a frame as a page puts them together."""
    behind, over = (Image.open(io.BytesIO(base64.b64decode(part))).convert("RGBA") for part in frame[:2])
    behind.alpha_composite(over)
    return np.asarray(behind.convert("RGB"))


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_every_picture_is_the_live_one(one: StaticExplorer) -> None:
    live = all_explorers()[one.cell.explorer]()
    takes = plan(one.cell, live).takes
    assert len(takes) == len(one.states) > len(live.presets)
    for take, (_, frames) in zip(takes, one.states, strict=True):
        if len(frames) == 1:
            live.set(**take.settings)
            assert frames[0][2] == live.text
            assert (laid_over(frames[0]) == pixels(live.picture.png())).all(), take.settings


def test_a_recorded_run_is_the_live_one(kept: Path) -> None:
    one = static_explorer(Cell("key", "live_training_explorer", {}, "Move *weight decay*."), kept=kept)
    live = all_explorers()["live_training_explorer"]()
    wanted = [result for k, result in enumerate(islice(live.frames(**live.settings), RECORDED + 1)) if k % EVERY == 0]
    assert len(one.states[0][1]) == len(wanted)
    for frame, result in zip(one.states[0][1][::5], wanted[::5]):
        assert frame[2] == live.picture.describe(result)
        assert (laid_over(frame) == pixels(live.picture.update(result).png())).all()
    assert one.states[0][1][one.at][2] == live.text  # what is there before anybody presses Play


def test_presets_and_controls_lead_to_their_settings(one: StaticExplorer) -> None:
    live = all_explorers()[one.cell.explorer]()
    names = list(live.controls)
    for label, state in one.presets.items():
        settings = plan(one.cell, live).takes[state].settings
        assert settings == live._checked(live._start, {**live._start, **live.presets[label]})
        assert len(set(one.states[state][0])) > 0
    assert list(one.presets) == list(live.presets)
    for place, (name, _, kind, values) in enumerate(one.controls):
        assert name == names[place]
        if kind != "still":  # from the first state every value can be reached, and moves nothing that is not linked
            first = one.states[0][0]
            for value in range(len(values)):
                state = next(indices for indices, _ in one.states if indices[place] == value)
                moved = [k for k, (a, b) in enumerate(zip(first, state)) if a != b]
                assert live._linked is not None or set(moved) <= {place}


def test_what_was_drawn_is_not_drawn_again(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = Cell("key", "neuron_explorer", {"w1": 2.0}, "Move *activation*.")
    first = static_explorer(cell, SHARP, kept=kept)
    again = static_explorer(cell, SHARP, kept=kept)
    drawn = Image.open(io.BytesIO(base64.b64decode(again.states[0][1][0][0])))
    assert first.size == again.size == drawn.size
    assert first.drawn and not again.drawn and again.states == first.states
    with monkeypatch.context() as other:
        other.setattr(static_explorers, "webp", lambda array: static_explorers.base64.b64encode(array).decode())
        assert static_explorer(cell, SHARP, kept=kept).drawn == first.frames
    monkeypatch.setattr(static_explorers, "fingerprint", lambda *modules: "another experiment")
    assert static_explorer(cell, SHARP, kept=kept).drawn == first.frames


def test_a_picture_depends_on_all_that_its_experiment_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file, text in {"a": "from pack import b\n", "b": "import pack.c\n", "c": "x = 1\n", "d": "y = 1\n"}.items():
        (tmp_path / "pack").mkdir(exist_ok=True)
        (tmp_path / "pack" / f"{file}.py").write_text(text)
    monkeypatch.setattr(static_explorers, "ROOT", tmp_path)
    seen = []
    for file, text in {"d": "y = 2\n", "c": "x = 2\n", "a": "from pack import b, d\n"}.items():
        (tmp_path / "pack" / f"{file}.py").write_text(text)
        fingerprint.cache_clear()
        seen.append(fingerprint("pack.a"))
    fingerprint.cache_clear()
    assert len(set(seen)) == 3
    (tmp_path / "pack" / "e.py").write_text("nobody imports it\n")
    assert fingerprint("pack.a") == seen[-1]
    fingerprint.cache_clear()


def test_the_text_says_which_controls_move() -> None:
    explorer = all_explorers()["minibatch_explorer"]()
    assert told(explorer, "**Move *learning rate* slowly to the right.**") == ["lr"]
    assert told(explorer, "**Move *batch size m* from 1 to 256.** Then *loss\nper*.") == ["batch", "axis"]
    assert told(explorer, "At $w^*$ *loss per* and $2 * 3$ *learning rate*: *loss per*.") == ["axis", "lr"]
    assert told(explorer, "The *rate* is high, *updates and more* are many.") == []
    assert told(all_explorers()["weight_decay_explorer"](), "**Drag λ from none.** Now it is *Adam*.") == [
        "weight_decay",
        "optimizer",
    ]


def test_a_sweep_holds_ends_start_presets_and_what_the_text_says() -> None:
    steps = all_explorers()["optimizer_path_explorer"]().controls["steps"]
    values = sweep(steps, "**Move *steps* to 24:** now SGD is last. Not 37.", 30, 60)
    assert {1, 24, 30, 60, 200} <= set(values) <= set(steps.stops) and 37 not in values and len(values) <= 29
    assert values == sorted(values)
    surface = all_explorers()["optimizer_path_explorer"]().controls["surface"]
    assert isinstance(surface, Choice) and sweep(surface, "") == list(surface.options)


def test_settings_that_are_refused_have_no_picture() -> None:
    explorer = all_explorers()["neuron_explorer"]()

    def refuse(**settings):
        raise ValueError("Not with these.")

    explorer.picture  # noqa: B018 (builds it)
    explorer.experiment = refuse
    assert list(static_explorers.recorded(explorer, Take(explorer.settings))) == []


@pytest.mark.parametrize("cell", CELLS, ids=[cell.key for cell in CELLS])
def test_every_cell_has_its_presets_and_something_to_move(cell: Cell) -> None:
    explorer = cell.made()
    found = plan(cell, explorer)
    assert found.takes[0].settings == explorer.settings and set(found.presets) == set(explorer.presets)
    assert found.moved and all(len(sweep(explorer.controls[name], cell.text)) > 1 for name in found.moved)
    assert len(found.takes) <= 100
    assert (found.takes[0].every > 0) == isinstance(explorer, LiveExplorer)


def test_the_page_holds_every_control_once() -> None:
    cell = Cell("key", "zigzag_explorer", {}, "Move *steps shown*, then *centre* it; *fed by* what?")
    one = StaticExplorer(
        cell,
        (10, 5),
        [("a", "a <b>", "range", ["0", "1"]), ("c", "c", "still", ["x"]), ("d", "d", "checkbox", ["off", "on"])],
        [([1, 0, 1], [("", "", "Text & more")])],
        {"P": 0},
        0,
    )
    page = markup(one, "<img>")
    assert page.count("<label") == 2 and "a &lt;b&gt;" in page and "Text &amp; more" in page
    assert 'type="range" id="key-0" data-control="0" min="0" max="1" value="1" aria-valuetext="1"' in page
    assert re.search(r'<span data-still="1">c: <output>x</output></span>', page) and "JupyterLab" in page
    assert 'type="checkbox" id="key-2" data-control="2" checked' in page
    assert [html.unescape(label) for label in re.findall(r"data-state=\"0\">([^<]*)", page)] == ["P", "Reset"]
    assert json.loads(one.data())["parts"] == ["", "Text & more"]


def test_pictures_of_several_explorers_are_kept_once() -> None:
    """Whoever shares, has every picture in one of its scripts; others, and those of other chapters, share nothing."""
    frames = {"05_x-a": ["same", "own a"], "05_x-b": ["own b", "same"], "05_x-c": ["own c"], "06_x-a": ["same"]}
    found = [
        StaticExplorer(Cell(key, "e", {}), (1, 1), [], [([], [("", part, "text")]) for part in parts], {}, 0)
        for key, parts in frames.items()
    ]
    share(found)
    for one, parts in zip(found, frames.values()):
        own, *more = [json.loads(data) for data in one.scripts().values()]
        every = [part for script in (*more, own) for part in script["parts"]]
        assert [[tuple(every[k] for k in frame) for frame in run] for _, run in own["states"]] == [
            [("", part, "text")] for part in parts
        ]
        assert "same" not in own["parts"] or one is found[-1]
    assert [one.group for one in found] == ["05_x-e", "05_x-e", "05_x-e", ""]
    assert list(found[0].scripts()) == ["05_x-a", "05_x-e"]


def test_the_script_is_small_and_needs_nothing() -> None:
    script = (Path(static_explorers.__file__).with_name("explorers.js")).read_text(encoding="utf-8")
    assert len(script.splitlines()) <= 300
    assert not re.search(r"\bfetch\(|XMLHttpRequest|https?:|\bimport\b|\brequire\(", script)
