"""Every picture draws the numbers of its result, the same by blitting as from scratch, in both styles."""

import dataclasses
import io
import json
import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb, to_rgba_array
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator
from PIL import Image

from course_lib.explorers import all_explorers, neuron_explorer
from course_lib.plots import style
from course_lib.plots.picture import Picture, step_up
from same_picture import said_alike


@pytest.fixture(params=all_explorers(), scope="module")
def explorer(request):
    return all_explorers()[request.param]()


@dataclasses.dataclass
class Visit:
    """A result, what its picture shows, and where that stands and in which colours."""

    result: object
    sources: dict[str, set[str]]
    looks: dict[str, str]
    wrong_ticks: list[str]


@pytest.fixture(scope="module")
def visits(explorer):
    """The start, and four moves by hand, each drawn once; the last one is what the picture shows in the end."""
    rng, found = np.random.default_rng(2), []
    picture = explorer.picture
    for move in range(5):
        if move:
            explorer.drag({key: control.random(rng) for key, control in explorer.controls.items()})
        result = explorer._result
        said = {"caption.text": explorer.description()}
        found.append(Visit(result, sources(picture, result), looks(picture) | said, wrong_ticks(picture)))
    yield found
    explorer.close()


def test_a_picture_reserves_paper_and_is_not_too_large_to_store(explorer):
    png = explorer.picture.png(compress_level=9)
    shown = pixels(png)
    assert len(png) < 80_000
    np.testing.assert_allclose(shown[1, 1], 255, atol=1)
    np.testing.assert_allclose(shown.shape[:2], 100 * np.array(explorer.picture.size[::-1]), atol=1)


def test_texts_and_background_are_those_of_the_style(explorer):
    kind, result = type(explorer.picture), explorer.result  # built in the style that all other tests expect
    with style.built_in(dataclasses.replace(style.LIGHT, ink="#f0f0f0", paper="#1e1e1e", theory="#b5b5b5")):
        picture = kind().update(result)
    np.testing.assert_allclose(pixels(picture.png())[2, 2], 0x1E, atol=1)
    for ax in picture.figure.axes:
        texts = [ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
        assert all(contrast(text.get_color(), "#1e1e1e") > 4.5 for text in texts)


# Which field of the result the coordinates of each moving artist hold, for each picture; empty for what a picture works
# out itself: ellipses, contours, rows of its layout.
SOURCES = Path(__file__).with_name("sources.json")
LOOKS = Path(__file__).with_name("looks.json")  # limits and colours that change with the result, at each visit
# Words whose numbers rounding decides.
DECIDED_BY_ROUNDING = {
    "batchnorm_training_explorer": "text",
    "gradient_check_explorer": "caption.text",
    "optimizer_race_explorer": "text",
    "playground": "text",
}
# What is measured for the text and the tests alone, and settings that the sliders show.
UNSEEN = {
    "neuron_explorer": "axis",
    "window_update_explorer": "da probability",
    "gradient_check_explorer": "crossings",
    "minibatch_explorer": "noise",
    "prelu_explorer": "diverged_at",
    "zigzag_explorer": "mean",
    "network_signs_explorer": "accuracy of_units ratio",
    "preprocessing_explorer": "hessian loss",
    "initialization_explorer": "act_mean slope_median",
    "batchnorm_depth_explorer": "act_mean slope_median",
    "adam_bias_explorer": "gradient",
    "weight_decay_explorer": "distance",
    "initial_loss_explorer": "reg",
    "clinic_explorer": "factor",
    "grid_vs_random_explorer": "loss",
}


def numbers(value: object) -> Iterator[np.ndarray]:
    """All numbers in a result: in its fields, its properties and what these hold."""
    if dataclasses.is_dataclass(value):
        worked_out = [name for name, one in vars(type(value)).items() if isinstance(one, property | cached_property)]
        for name in [*(field.name for field in dataclasses.fields(value)), *worked_out]:
            yield from numbers(getattr(value, name))
    elif isinstance(value, dict | list | tuple):
        for one in [*value, *(value.values() if isinstance(value, dict) else ())]:
            yield from numbers(one)
    elif isinstance(value, int | float | np.number | np.ndarray):
        array = np.asarray(value)
        if array.dtype.kind in "fiub":
            yield array.ravel().astype(float)
            if array.ndim == 2:
                yield array.mean(axis=1)


def held(artist: Artist) -> dict[str, np.ndarray]:
    """The numbers that the position of a moving artist stands for."""
    match artist:
        case Line2D():
            return {"x": artist.get_xdata(), "y": artist.get_ydata()}
        case StepPatch():
            return {"values": artist.get_data().values}
        case Rectangle():
            return {"width": artist.get_width(), "height": artist.get_height()}
    return {}


def holds(known: np.ndarray, values: np.ndarray) -> bool:
    """Whether all of the values are among the known ones, which ascend."""
    place = np.clip(np.searchsorted(known, values), 1, len(known) - 1)
    away = np.minimum(abs(known[place] - values), abs(known[place - 1] - values))
    return bool((away <= 1e-9 * np.maximum(abs(values), 1)).all())


def sources(picture: Picture, result: object) -> dict[str, set[str]]:
    """The fields that hold the numbers of each moving artist, or negatives, per cent and means of them.

    What holds small whole numbers alone is a count, whatever else it may be.
    """
    fields: dict[str, np.ndarray] = {}
    for name in dir(type(result)) + [field.name for field in dataclasses.fields(result)]:
        if not name.startswith("_") and not callable(one := getattr(result, name)):
            known = np.concatenate([np.arange(2.0), *numbers(one)])
            known = known[np.isfinite(known)]
            fields[name] = np.unique([known, -known, 100 * known])
    counts = np.arange(-1.0, 1000.0)
    held_in: dict[str, set[str]] = {}
    for name, artist in named(picture):
        for part, values in held(artist).items():
            values = np.ravel(np.asarray(values, dtype=float))
            values = values[np.isfinite(values)]
            if holds(counts, values):
                continue
            found = {field for field, known in fields.items() if holds(known, values)}
            if not found and artist.axes and holds(np.sort([*artist.axes.get_xlim(), *artist.axes.get_ylim()]), values):
                found = {"limits"}
            held_in[f"{name}.{part}"] = held_in.get(f"{name}.{part}", found) & found
    return held_in


def named(picture: Picture) -> Iterator[tuple[str, Artist]]:
    """The moving artists, and how the picture names them."""
    names = {}
    for name, one in vars(picture).items():
        if name != "_moving":
            inside = one.items() if isinstance(one, dict) else enumerate(one) if isinstance(one, list) else ()
            names |= {id(part): f"{name}[{key}]" for key, part in inside} | {id(one): name}
    for artist in picture._moving:
        yield names.get(id(artist), "unnamed"), artist


def looks(picture: Picture) -> dict[str, str]:
    """The limits of axes and colour maps, ticks that the picture sets, words and colour of what is seen to move."""
    found = {}
    for number, ax in enumerate(picture.figure.axes):
        for axis, (low, high) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            own = isinstance(axis.get_major_locator(), FixedLocator)
            ticks = [text.get_text() for text in axis.get_ticklabels() if own]
            ticks += ["and minor ones"] * bool(len(axis.get_minorticklocs()))
            found[f"axes {number}.{axis.axis_name}"] = " ".join([f"{low:.3g} to {high:.3g}:", *filter(None, ticks)])
    for number, ax in enumerate([picture.figure, *picture.figure.axes]):
        legends = [*getattr(ax, "legends", []), *filter(None, [getattr(ax, "legend_", None)])]
        words = [*ax.texts, *(text for legend in legends for text in legend.get_texts())]
        if isinstance(ax, Axes):
            words += [ax.title, ax._left_title, ax._right_title, ax.xaxis.label, ax.yaxis.label]
        still = [text.get_text() for text in words if text.get_text() and not text.get_animated()]
        found[f"words {number}.text"] = " · ".join(still)
    for number, (name, artist) in enumerate(named(picture)):
        if getattr(artist, "get_array", lambda: None)() is not None:
            found[f"{number} {name}.shades"] = "{:.3g} to {:.3g}".format(*artist.get_clim())
        elif artist.get_visible() and isinstance(artist, Legend):
            found[f"{number} {name}.text"] = ", ".join(text.get_text() for text in artist.get_texts())
        elif artist.get_visible():
            get = getattr(artist, "get_color", None) or artist.get_facecolor
            colours = {to_hex(one, True) for one in to_rgba_array(get(), artist.get_alpha())}
            found[f"{number} {name}.colour"] = " ".join(sorted(colours))
            if isinstance(artist, Text):
                found[f"{number} {name}.text"] = artist.get_text()
                found[f"{number} {name}.place"] = "{:.3g}, {:.3g} ".format(*artist.get_position()) + artist.get_weight()
            elif isinstance(artist, Line2D):
                found[f"{number} {name}.line"] = f"{artist.get_linewidth():.3g} {artist.get_marker()}"
    return found


def wrong_ticks(picture: Picture) -> list[str]:
    """Axes whose numbers do not stand at themselves, at their logarithms or evenly, as per cent and rows do."""
    found = []
    for ax in picture.figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            ticks, read = axis.get_ticklocs(), [tick_number(text.get_text()) for text in axis.get_ticklabels()]
            pairs = [pair for pair in zip(ticks, read) if pair[1] is not None]
            places, labels = np.array(pairs).reshape(-1, 2).T
            right = [places, 10.0 ** np.clip(places, -99, 99)]
            right += [np.poly1d(np.polyfit(places, labels, 1))(places)] if len(pairs) > 2 else []
            right += [labels] if np.array_equal(ticks, range(len(ticks))) else []  # names of rows
            if not any(np.allclose(labels, one, rtol=0.02, atol=1e-9) for one in right):
                found.append(f"{ax.get_title(loc='left')}: {dict(pairs)}")
    return found


def tick_number(label: str) -> float | None:
    """What stands at a tick as a number: −0.5, 50 %, ≥ 7, 10⁻⁴, 1½, 2h; None for words."""
    plain = label.translate(str.maketrans({"½": ".5", "¼": ".25", "−": "-", " ": "", "≤": "", "≥": ""})).rstrip("%°h")
    power = re.fullmatch("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", plain)
    plain = "1e" + power[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) if power else plain
    return float(plain) if re.fullmatch(r"[+-]?\d*\.?\d+(e-?\d+)?", plain) else None


def test_numbers_at_ticks_stand_where_they_belong(visits):
    assert not [wrong for visit in visits for wrong in visit.wrong_ticks]


def test_the_numbers_of_its_artists_are_those_of_the_result(explorer, visits):
    found: dict[str, set[str]] = {}
    for visit in visits:
        for name, fields in visit.sources.items():
            found[name] = found.get(name, fields) & fields
    stored = read(SOURCES, explorer.name, {name: " ".join(sorted(fields)) for name, fields in found.items()})
    lost = {name: set(fields.split()) - found.get(name, {""}) for name, fields in stored.items()}
    assert not {name: fields for name, fields in lost.items() if fields}
    assert found.keys() <= stored.keys(), "numbers where there were counts"


def test_axes_words_and_colours_follow_the_result_as_was_looked_at(explorer, visits):
    """Colours, and words without numbers, that are the same at all visits are seen in the stored pictures."""
    found = {}
    for name in dict.fromkeys(name for visit in visits for name in visit.looks):
        seen = [visit.looks.get(name, "unseen") for visit in visits]
        if len(set(seen)) > 1:
            found[name] = " | ".join(seen)
        elif re.search(r"\d", seen[0]) and not name.endswith(("colour", "line", "place")):
            found[name] = seen[0]
    stored = read(LOOKS, explorer.name, found)
    assert found.keys() == stored.keys()
    wrong = {name: (one, stored[name]) for name, one in found.items() if one != stored[name]}
    said = {name for name in wrong if name.endswith(("text", "place")) and said_alike(*wrong[name])}
    said |= {name for name in wrong if name.endswith(DECIDED_BY_ROUNDING.get(explorer.name, "none"))}
    assert not {name: pair for name, pair in wrong.items() if name not in said}


def read(file: Path, name: str, now: dict) -> dict:
    """What is stored of an explorer; `STORE=1` in the environment stores what it is now: read the difference."""
    stored = json.loads(file.read_text(encoding="utf-8"))
    if os.environ.get("STORE"):
        stored[name] = now
        file.write_text(json.dumps(stored, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return stored[name]


def changed(value: object) -> object:
    """Other numbers than these, None for what is none."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "b":
        return ~value
    is_number = isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")
    return value + 0.1 * (1 + abs(value)) if is_number else None


def test_axes_drawn_by_themselves_look_as_the_whole_figure(explorer, visits):
    picture = explorer.picture
    picture._lay_background()
    alone = np.array(picture.canvas.buffer_rgba())
    picture.canvas.draw()
    whole = np.array(picture.canvas.buffer_rgba())
    picture.update(visits[-1].result)
    assert np.array_equal(alone, whole)


def test_blitting_draws_what_a_fresh_picture_draws(explorer, visits):
    moved = pixels(explorer.picture.update(visits[-1].result).png())
    fresh = type(explorer.picture)().update(visits[-1].result)
    difference = np.abs(moved.astype(int) - pixels(fresh.png()))
    assert (difference.max(axis=-1) > 0).mean() < 1e-3, explorer.settings  # a stray subpixel of antialiasing may differ


def test_every_number_of_the_result_shows(explorer, visits):
    def shown(result):
        try:
            return bytes(picture.update(result).canvas.buffer_rgba()), picture.describe(result)
        except ValueError as error:  # a setting that is one of a few
            return str(error)

    picture, known = explorer.picture, set(UNSEEN.get(explorer.name, "").split())
    unseen = {field.name for field in dataclasses.fields(visits[0].result)}
    for result in (visit.result for visit in visits):
        fields = {name: changed(getattr(result, name)) for name in unseen}
        before = shown(result)
        unseen = {
            name
            for name, value in fields.items()
            if value is not None and shown(dataclasses.replace(result, **{name: value})) == before
        }
        if unseen <= known:
            break
    assert unseen <= known


def test_text_contrast_meets_wcag_aa():
    for colour in (style.LIGHT.ink, style.LIGHT.theory):
        assert contrast(colour, style.LIGHT.paper) >= 4.5


def test_series_differ_without_colour():
    keys = {(str(series["linestyle"]), series["marker"]) for series in style.SERIES}
    assert len(keys) == len(style.SERIES)


def test_indexing_keeps_the_style_colours():
    colours = [style.LIGHT.paper, style.LIGHT.ink, *(series["color"] for series in style.SERIES)]
    image = Image.new("RGB", (len(colours), 1))
    image.putdata([tuple(round(255 * c) for c in to_rgb(colour)) for colour in colours])
    indexed = np.array(style.LIGHT.to_indexed(image).convert("RGB")).astype(int)
    assert np.abs(indexed - np.array(image)).max() <= 4


class OneLine(Picture):
    colour = style.BLUE

    def build(self):
        ax = self.figure.add_subplot()
        self.line = self.moving(ax.plot([0, 1], [0, 1], color=self.colour, alpha=0.5)[0])

    def set_artists(self, result):
        self.line.set_ydata([0, result])


@pytest.mark.parametrize("colour", ["#123456", "#CC0000", "tab:purple"])
def test_a_colour_outside_the_palette_is_refused(monkeypatch, colour):
    OneLine().update(1)
    monkeypatch.setattr(OneLine, "colour", colour)
    with pytest.raises(ValueError, match=r"^Line2D has the colour #\w{6}, which is not in the palette: .*style\.py"):
        OneLine().update(1)


@pytest.mark.parametrize(
    "value, limit",
    [
        (1, 1),
        (1.01, 2),
        (3, 5),
        (7, 10),
        (0.03, 0.05),
        (99, 100),
        (1e-300, 1e-300),
        (1e300, 1e300),
        (0, 1),
        (-3, 1),
        (float("nan"), 1),
        (float("inf"), 1),
    ],
)
def test_limits_move_in_steps(value, limit):
    assert step_up(value) == pytest.approx(limit)


def pixels(png: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(png)).convert("RGB"))


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, 1 to 21)."""

    def luminance(colour: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_pictures_of_one_size_take_turns_on_the_same_pixels():
    pictures = [neuron_explorer(w1=w1).picture for w1 in (-1.0, 2.0)]
    alone = [picture.png() for picture in pictures]
    assert alone[0] != alone[1]
    behind = pictures[0].background_png()
    for picture, png in [*zip(pictures, alone)] * 2:
        assert picture.png() == png
    assert pictures[1].background_png() == behind and pictures[1].png() == alone[1]
    assert pictures[0].canvas.get_renderer() is pictures[1].canvas.get_renderer()
    moved = neuron_explorer(w1=0.5).result
    assert pictures[0].update(moved).png() == pictures[1].update(moved).png() != alone[0]
