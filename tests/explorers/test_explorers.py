"""Every explorer of the course, by its registry: each control at both ends, every option, every preset, at random."""

import inspect
import os
import pickle
import re

import hypothesis.strategies as st
import ipywidgets
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from matplotlib.collections import Collection
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from course_lib.explorers import all_explorers
from course_lib.explorers.controls import LogSlider, Slider, Toggle
from course_lib.plots.style import drawn_in

EXPLORERS = all_explorers()
SOAK = int(os.environ.get("SOAK", 0))
STATES = 200 * SOAK or 6
FRAMES = 4
pytestmark = pytest.mark.filterwarnings("error")


def made_for_tests(name, **start):
    """A live explorer trains a few frames for each state here, not all that a reader sees."""
    explorer = EXPLORERS[name](**start)
    if hasattr(explorer, "preview"):
        explorer.preview = min(explorer.preview, FRAMES)
    return explorer


@pytest.fixture(params=EXPLORERS, scope="module")
def made(request):
    explorer = made_for_tests(request.param)
    yield explorer
    explorer.close()


@pytest.fixture
def explorer(made):
    made.reset()
    assert made.picture  # built now, so that every later move is drawn
    return made


@pytest.fixture
def panel(explorer):
    explorer._panel = explorer._make_panel()
    yield explorer._panel
    explorer._panel.close()
    explorer._panel = None  # the picture stays for the next test


# Where an explorer starts at what its text begins with, and not as its experiment does.
STARTS_ELSEWHERE = set(
    "zigzag_explorer.steps sign_agreement_explorer.batch_size network_signs_explorer.batch_size "
    "image_preprocessing_explorer.recipe image_preprocessing_explorer.epsilon initialization_explorer.init "
    "initialization_explorer.scale initialization_race_explorer.scale batchnorm_depth_explorer.batchnorm "
    "batchnorm_depth_explorer.scale normalization_axes_explorer.example normalization_axes_explorer.channel "
    "learning_rate_map_explorer.optimizer learning_rate_map_explorer.lr weight_decay_explorer.weight_decay".split()
)


def assert_sound(explorer):
    """What every state must show: whole words, finite numbers, none of them −0 or ten digits long, one text form."""
    words = [explorer.description(), repr(explorer)]
    picture = explorer.picture
    renderer, (width, height) = picture.canvas.get_renderer(), picture.canvas.get_width_height()
    for text in (artist for artist in picture._moving if isinstance(artist, Text) and artist.get_visible()):
        words.append(text.get_text())
        box = text.get_window_extent(renderer)
        inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
        assert inside or not text.get_text().strip(), ("cut off", text.get_text(), explorer.settings)
    for sentence in words:
        assert not re.search(r"\b(nan|inf)\b", sentence, re.IGNORECASE), (sentence, explorer.settings)
        assert not re.search(r"(?<![\d.⁻e])[−-]0(\.0+)?(?![\d.,·])|\d{10}", sentence), (sentence, explorer.settings)
    assert explorer.message == "", explorer.settings


def test_its_name_is_the_function_that_makes_it_and_it_can_be_pickled(explorer):
    assert EXPLORERS[explorer.name].__doc__, "the docstring is what a learner reads first"
    assert repr(explorer) == f"{explorer.name}()" == repr(pickle.loads(pickle.dumps(EXPLORERS[explorer.name]())))


def test_a_hand_leads_each_control_to_its_ends_and_options_and_each_changes_something(explorer, panel, monkeypatch):
    """A slider that changes nothing is a defect; so is a picture that keeps something of the one before."""
    unmoved, shown = [], []
    for control in explorer.controls.values():
        explorer.drag(explorer._start)  # a draft, as every move from it
        before, changed = pixels(explorer), False
        middle = [0.0] if isinstance(control, Slider) and control.low < 0 < control.high else []
        for value in [*control.extremes(), *middle]:
            panel.inputs[control.name].value = value
            assert explorer.settings[control.name] == value
            assert_sound(explorer)
            changed = changed or pixels(explorer) != before
            shown.append((explorer._result, parts(explorer.picture)))
        assert panel.image.value == explorer.picture.png()
        if not changed:
            unmoved.append(control)
    for result, before in reversed(shown):
        assert arranged(explorer.picture, result) == before
    explorer.settle()
    assert_sound(explorer)
    if hasattr(explorer, "preview"):
        monkeypatch.setattr(explorer, "preview", EXPLORERS[explorer.name]().preview)  # some matter only later
    for control in unmoved:  # and some only at a preset
        assert any(_changes_the_picture(explorer, control, base) for base in [{}, *explorer.presets.values()]), (
            f"{control.name} changes nothing"
        )


def arranged(picture, result):
    """The parts of the picture of `result`, drawn no further than to know where they are."""
    with drawn_in(picture.style):
        picture.arrange(result)
    return parts(picture)


def parts(picture):
    """Where everything stands that may move, by what Matplotlib is told, for what can be seen."""
    found = []
    for ax in picture.figure.axes:
        found += [ax.get_xlim(), ax.get_ylim(), ax.get_title(loc="left"), ax.get_title(loc="right")]
        found += [ax.get_xlabel(), ax.get_ylabel()]
    for legend in [*picture.figure.legends, *(ax.get_legend() for ax in picture.figure.axes)]:
        found += [text.get_text() for text in legend.get_texts()] if legend else []
    for number, artist in enumerate(picture._moving):
        if not artist.get_visible():
            continue
        match artist:
            case Line2D():
                seen = [artist.get_xydata(), artist.get_color(), str(artist.get_linestyle()), artist.get_marker()]
            case Text():
                seen = [artist.get_position(), artist.get_color()] if artist.get_text() else []
                seen.append(artist.get_text())
            case Patch():
                seen = [artist.get_path().vertices, artist.get_patch_transform().get_matrix(), artist.get_facecolor()]
            case AxesImage():
                seen = [artist.get_array(), artist.get_extent()]
            case Collection():
                seen = [*(path.vertices for path in artist.get_paths()), artist.get_offsets(), artist.get_array()]
                seen += [artist.get_facecolor()] if artist.get_array() is None else []  # else by colour map, when drawn
        found.append((number, *(one.tobytes() if isinstance(one, np.ndarray) else one for one in seen)))
    return found


def _changes_the_picture(explorer, control, base):
    explorer.drag({**explorer._start, **base})
    before = pixels(explorer)
    for value in control.extremes():
        explorer.drag({control.name: value})
        if pixels(explorer) != before:
            return True
    return False


def pixels(explorer):
    """What is drawn, without making a file of it."""
    return bytes(explorer.picture.canvas.buffer_rgba())


def test_all_controls_at_their_ends_together_and_the_same_settings_give_the_same_picture_and_text(explorer):
    for end in (0, -1):
        explorer.set(**{name: control.extremes()[end] for name, control in explorer.controls.items()})
        assert_sound(explorer)
    other = made_for_tests(explorer.name).set(**explorer.settings)
    assert explorer.settings == other.settings and explorer.text == other.text
    assert explorer.picture.png() == other.picture.png()


@pytest.mark.parametrize(
    "name, start, labels",
    [
        ("zigzag_explorer", {"mean": 0.0, "lr": 0.45, "activation": "sigmoid", "batch_size": 256, "steps": 100}, None),
        ("sign_agreement_explorer", {"batch_size": 2, "dimension": 5, "mean": 0.0}, None),
        ("network_signs_explorer", {"batch_size": 32, "steps": 50}, None),
        ("conditioning_explorer", {"mean": 0.0, "dimension": 2, "rate": 1.0, "bias": True}, None),
        ("learning_rate_explorer", {"lr": 1e-4, "pixels": 255}, None),
        ("playground", {"layers": 5, "activation": "sigmoid", "init": "0.01", "optimizer": "sgd", "lr": 0.1}, None),
        ("initialization_explorer", {"activation": "relu", "width": 100, "depth": 5, "batchnorm": True}, None),
        (
            "preprocessing_explorer",
            {"stage": "whitened", "correlation": 0.98, "offset": 0.0, "scale_ratio": 1.0},
            ["Off centre", "Centring makes it worse", "Unequal scales", "Correlated, equal scales"],
        ),
        (
            "image_preprocessing_explorer",
            {"recipe": "PCA", "components": 20},
            ["PCA, 20 components", "Whitened", "ZCA, ε too small", "Digits, ZCA"],
        ),
        ("boundary_explorer", {"hidden": 0, "steps": 190}, None),
        (
            "overfitting_explorer",
            {"wrong": 0.2, "max_norm": 0.5},
            ["300 images", "Weight decay", "Dropout", "1500 images", "20 % wrong labels"]
            + ["… with decay", "… with dropout", "… with max-norm"],
        ),
    ],
)
def test_a_button_that_names_a_setting_leads_there_from_every_start(name, start, labels):
    """A notebook starts these explorers elsewhere, and its text says what the buttons show."""
    elsewhere, usual = EXPLORERS[name](**start), EXPLORERS[name]()
    for label in labels or usual.presets:
        pressed = [one._checked(one._start, {**one._start, **one.presets[label]}) for one in (elsewhere, usual)]
        assert pressed[0] == pressed[1], label


@pytest.mark.parametrize("name", [name for name in EXPLORERS if EXPLORERS[name]()._linked])
def test_linked_controls_come_back_with_the_line_of_code_from_every_state(name):
    explorer, rng = EXPLORERS[name](), np.random.default_rng(3)
    for _ in range(100):
        control = list(explorer.controls.values())[rng.integers(len(explorer.controls))]
        moved = {control.name: control.random(rng)}
        explorer.settings = explorer._checked(explorer.settings, moved)
        assert explorer.settings == explorer.settings | moved, "others make way for what a hand moves"
        assert EXPLORERS[name](**explorer.settings).settings == explorer.settings
        again = eval(repr(explorer), dict(EXPLORERS)).settings
        for setting, value in explorer.settings.items():
            rounded = pytest.approx(value, rel=1e-3) if type(value) is float else value
            assert again[setting] == rounded, (setting, repr(explorer))


def test_what_a_slider_says_is_the_value_in_force(explorer, panel):
    """To six digits, at every stop."""
    for name in [name for name, control in explorer.controls.items() if isinstance(control, Slider)]:
        options = panel.inputs[name].options
        assert len(dict(options)) == len(options), "two stops read alike"
        assert all(len(label) <= 10 for label, _ in options)
        assert [float(label) for label, _ in options] == pytest.approx([x for _, x in options], rel=5e-6, abs=1e-12)
        assert options[panel.inputs[name].index][1] == pytest.approx(explorer.settings[name], rel=5e-6, abs=1e-12)


def test_it_starts_where_its_experiment_does(explorer):
    for name, argument in inspect.signature(explorer.experiment).parameters.items():
        if name in explorer.controls and f"{explorer.name}.{name}" not in STARTS_ELSEWHERE:
            assert argument.default in (explorer.controls[name].default, argument.empty), name


def test_a_slider_goes_in_whole_steps_from_end_to_end(explorer):
    """On a logarithmic scale from 1, 2, 3 or 5 of a decade to 1, 2, 3 or 5 of another."""
    for control in explorer.controls.values():
        if isinstance(control, LogSlider):
            assert all(float(f"{end:.0e}") == end and f"{end:e}"[0] in "1235" for end in control.extremes())
        elif isinstance(control, Slider):
            steps = (control.high - control.low) / control.step
            assert steps == pytest.approx(round(steps), abs=1e-9)


def values(control):
    """Where a hand can put it."""
    match control:
        case Slider(stops=stops):
            return st.sampled_from(stops)
        case Toggle():
            return st.booleans()
    return st.sampled_from(control.options)


def test_any_state_and_any_move_from_it_and_reset_moves_the_widgets(explorer, panel):
    """The states are drawn by Hypothesis, the same in every run; a failure is shrunk to the plainest that shows it."""
    states = st.fixed_dictionaries({name: values(control) for name, control in explorer.controls.items()})
    moves = st.one_of([st.fixed_dictionaries({name: values(control)}) for name, control in explorer.controls.items()])

    @trials(max_examples=STATES, deadline=None, derandomize=True, database=None, suppress_health_check=HealthCheck)
    @given(states, moves)
    def looked_at(state, move):
        for moved in (state, move):
            explorer.drag(moved)
            assert_sound(explorer)

    looked_at()
    explorer.settle()
    assert_sound(explorer)
    explorer.reset()
    assert {name: widget.value for name, widget in panel.inputs.items()} == explorer.settings == explorer._start


def test_bad_values_say_what_fits_and_change_nothing(explorer):
    before = dict(explorer.settings)
    for name in explorer.controls:
        for bad in (None, "what", float("nan"), float("inf"), -1e9, [1], np.zeros(3)):
            with pytest.raises(ValueError, match=name):
                explorer.set(**{name: bad})
            assert explorer.drag({name: bad}) is False
            assert name in explorer.message
    with pytest.raises(ValueError, match="it has"):
        explorer.set(no_such_control=1)
    assert explorer.settings == before
    explorer.reset()
    assert_sound(explorer)


def test_closing_leaves_no_widget_and_showing_again_works(explorer):
    before = len(ipywidgets.widgets.widget._instances)
    explorer._panel = explorer._make_panel()
    assert len(ipywidgets.widgets.widget._instances) > before
    explorer.close()
    assert len(ipywidgets.widgets.widget._instances) <= before
    assert explorer.picture.png()


def test_without_a_kernel_it_shows_its_picture(explorer):
    bundle, metadata = explorer._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png"}
    assert bundle["text/plain"] == repr(explorer)
    assert len(bundle["image/png"]) < 80_000
    assert len(metadata["image/png"]["alt"]) > 40


def test_before_play_a_search_has_not_looked_at_the_test_digits_nor_judged_half_a_grid():
    explorer = EXPLORERS["search_explorer"](trials=20)
    assert explorer.result.ended and "not looked at" in explorer.text
    explorer.set(strategy="grid", trials=100, lr_high=1.0, seed=6)
    assert explorer.result.edges and "crowd" not in explorer.text
    explorer.close()


@pytest.mark.parametrize("mean", [-8, 8])
def test_the_sliders_reach_the_gamma_and_beta_that_give_the_widest_batch_back(mean):
    explorer = EXPLORERS["batchnorm_by_hand_explorer"]()
    for shape in explorer.controls["shape"].options:
        for size in (2, 5, 32, 1000):
            explorer.set(shape=shape, size=size, mean=mean, spread=3, eps=10, restore=True)
            for name in ("gamma", "beta"):
                assert explorer.settings[name] == getattr(explorer.result, name)
    explorer.close()
