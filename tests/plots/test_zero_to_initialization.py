"""Pictures of chapters 03 to 05: titles, legends and markers speak of what is drawn, at the ends of the sliders too."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.experiments.initialization import RACERS, initialization_race, symmetry
from course_lib.experiments.preprocessing import SHOWN, prepared_cloud
from course_lib.experiments.preprocessing_images import RECIPES, prepared_images
from course_lib.experiments.preprocessing_leakage import leakage
from course_lib.experiments.signals import signal_propagation
from course_lib.experiments.zero_centring import zigzag
from course_lib.experiments.zero_centring_conditioning import conditioning
from course_lib.plots.initialization import RacePicture, SymmetryPicture
from course_lib.plots.picture import Beyond, Picture
from course_lib.plots.preprocessing import CloudPicture
from course_lib.plots.preprocessing_images import RecipePicture
from course_lib.plots.preprocessing_leakage import GAP_LIMIT, LeakagePicture
from course_lib.plots.signals import SIZES, SignalPicture
from course_lib.plots.zero_centring import ZigZagPicture, short_headline
from course_lib.plots.zero_centring_conditioning import ConditioningPicture


@pytest.mark.parametrize("steps, said", [(1, "step 53 (1 shown)"), (25, "step 53 (25 shown)"), (60, "step 53")])
def test_the_zigzag_says_how_much_of_the_path_is_shown(steps, said):
    assert short_headline(zigzag(steps=steps)).endswith(f"reaches the target at {said}")


def test_the_mean_of_the_outputs_is_named_so():
    """The slider beside it sets the mean of what goes into f, which is 0 here."""
    assert short_headline(zigzag(mean=0.0, activation="sigmoid")).startswith("Outputs with mean 0.50")


@pytest.mark.parametrize(
    "settings, curves",
    [
        ({}, ["these inputs", "the same, centred"]),
        ({"mean": 0.0}, ["these inputs"]),
        ({"mean": -2.0, "activation": "relu"}, []),
    ],
)
def test_the_legend_of_the_rates_lists_the_curves_that_can_be_seen(settings, curves):
    """Centred inputs have one curve, and inputs that are all 0 have none."""
    picture = ZigZagPicture().update(zigzag(**settings))
    assert [text.get_text() for text in picture.rates.get_legend().get_texts()] == curves


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"mean": 2.0, "activation": "sigmoid", "batch_size": 256}, "within 300 steps; with centred inputs the best, "),
        ({"mean": 2.0, "activation": "sigmoid", "lr": 1.26}, "The best rate tried, 1.3, needs 287 steps"),
        ({"mean": -1.3, "activation": "relu"}, "with centred inputs none of the rates tried arrives within 300 steps."),
        ({"mean": -2.0, "activation": "relu"}, "No learning rate reaches the target."),
    ],
)
def test_only_the_rates_tried_are_said_not_to_arrive(settings, said):
    """With the sigmoid a rate between two of them arrives."""
    assert said in ZigZagPicture().describe(zigzag(**settings))


@pytest.mark.parametrize("rate, said", [(1.9, "26 steps"), (2.0, "never at the target"), (2.1, "diverges")])
def test_the_largest_stable_rate_never_arrives(rate, said):
    assert f":  {said}" in ConditioningPicture().describe(conditioning(rate=rate))


def test_a_path_that_diverges_at_once_is_seen_to_leave():
    picture = ConditioningPicture().update(conditioning(mean=0.0, rate=2.1))
    assert picture.distance.get_ydata()[0] < picture.distance.axes.get_ylim()[1]


@pytest.mark.parametrize("settings", [{"noise": 1.0}, {"noise": 1.0, "steps": 0}, {"steps": 0}])
def test_the_symmetry_shows_the_loss_it_names(settings):
    result = symmetry(**settings)
    picture = SymmetryPicture().update(result)
    assert picture.losses.get_ylim()[1] > result.loss.max()
    assert picture.loss.get_marker() == "o" and picture.loss.get_markevery() == [-1]  # the last step


@pytest.mark.parametrize(
    "settings, said",
    [
        ({}, "the path to 1 % of it"),
        ({"correlation": 0.99}, f"the first {SHOWN} steps"),
        ({"lr_share": 1.0}, f"the first {SHOWN} steps"),
        ({"lr_share": 1.1}, "the path away from it"),
    ],
)
def test_the_loss_names_the_part_of_the_path_it_shows(settings, said):
    result = prepared_cloud(**settings)
    picture = CloudPicture().update(result)
    assert picture.losses.get_title(loc="left") == f"The loss, and {said}"
    assert ("are drawn" in picture.describe(result)) == (result.steps > SHOWN)


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_legend_of_the_eigenvalues_lists_what_is_drawn(recipe):
    picture = RecipePicture().update(prepared_images("digits", recipe, epsilon=1e-6))
    listed = [text.get_text() for text in picture.spectrum.get_legend().get_texts()]
    assert ("ε" in listed) == (len(picture.epsilon.get_xdata()) > 0)
    assert picture.spectrum.get_ylim()[0] < 1e-6  # the smallest ε is a line above the axis


def test_the_legend_of_the_symmetry_stands_above_the_curves():
    picture = SymmetryPicture().update(symmetry(0.05, 1e-6))
    picture.canvas.draw()
    legend, axes = picture.counts.get_legend().get_window_extent(), picture.counts.get_window_extent()
    assert legend.y0 >= axes.y1 - 3


def test_a_vanished_signal_has_no_marker_at_the_edge_of_the_axis():
    result = signal_propagation("tanh", "custom", 0.001, width=16)
    assert result.act_std[-1] < SIZES[0]
    drawn = SignalPicture().update(result).act_std.get_ydata()
    assert np.isnan(drawn[-1]) and np.nanmin(drawn) > SIZES[0]


def test_a_slow_fall_can_be_seen():
    """Xavier on tanh: 0.63 to 0.23 takes a fifth of the height at least."""
    picture = SignalPicture().update(signal_propagation("tanh", "xavier"))
    low, high = np.log(picture.stds.get_ylim())
    top, bottom = np.log(picture.act_std.get_ydata()[[0, -1]])
    assert (top - bottom) / (high - low) > 0.2
    assert tuple(picture.update(signal_propagation("tanh", "0.01")).stds.get_ylim()) == SIZES


def test_the_legend_names_the_theory_only_where_there_is_one():
    """Equal weights have none, and one layer gives no line."""
    picture = SignalPicture()
    for settings, there in [({}, True), ({"init": "constant", "scale": 0.01}, False), ({"depth": 1}, False)]:
        picture.update(signal_propagation(width=64, **settings))
        names = [text.get_text() for text in picture.stds.get_legend().get_texts()]
        assert names == ["activations", "gradients", "n → ∞ theory"][: 2 + there]


def test_bounds_have_two_or_three_digits():
    picture = SignalPicture().update(signal_propagation("gelu", "he", depth=2, width=64))
    assert picture.columns.get_title(loc="left").endswith("from −0.17 to 4")


def test_a_loss_beyond_the_axis_leaves_it_instead_of_running_along_its_edge():
    result = initialization_race("1.0", steps=60)
    curve = RacePicture().update(result).curves[RACERS.index("1.0")].get_ydata()
    assert result.loss[RACERS.index("1.0")].max() > 2.9
    np.testing.assert_array_equal(curve[1:], np.minimum(result.loss[RACERS.index("1.0")], 100)[1:])


def test_the_race_is_told_in_the_words_of_its_axis():
    race = initialization_race("xavier", "gelu", depth=1, scale=0.3, steps=60)
    said = RacePicture().describe(replace(race, accuracy=np.array([0.1, 0.1, 0.2, 0.2, 0.2, 0.9])))
    assert said.startswith("1 hidden GELU layer,") and said.endswith("Best of the six: yours with 90%.")
    assert "ends at loss 4.8e40 with" in RacePicture().describe(replace(race, loss=race.loss * 0 + 4.8e40))


def test_a_racer_that_diverged_has_a_word_and_no_bar_and_is_not_the_best():
    """What is not a number would be counted as digit 0, which one image in nine is."""
    result = initialization_race("he", "selu", 1.0, 10.0, steps=60)
    gone = result.diverged_at >= 0
    picture = RacePicture().update(result)
    assert [bool(word.get_text()) for word in picture.words] == [not bar.get_width() for bar in picture.rectangles]
    assert [bool(word.get_text()) for word in picture.words] == gone.tolist() and gone.any()
    for accuracy, best in (
        ([0.08, 0.1, 0.11], "Best of the six: Xavier with 11%."),
        ([0.1, 0.11, 0.11], "None of the six is above 11%."),
    ):
        said = picture.describe(replace(result, accuracy=np.array([*accuracy, *[np.nan] * 3])))
        assert f": He diverges at step {result.diverged_at[3]}. {best}" in said


@pytest.mark.parametrize(
    "value, above, below", [(0.5, [], []), (1.0, [], []), (1.7, [1], []), (-2, [], [0]), (np.nan, [], [])]
)
def test_points_the_axis_does_not_hold_are_hollow_triangles_at_its_edges(value, above, below):
    class Plain(Picture):
        def build(self):
            self.axes = self.figure.add_axes((0, 0, 1, 1), ylim=(0, 1))
            self.beyond = Beyond(self, self.axes, "black")

    marks = Plain().beyond
    marks.set([3.0], [value])
    assert list(marks.above.get_ydata()) == above and list(marks.below.get_ydata()) == below
    assert marks.above.get_markerfacecolor() == "none"


def test_seeds_whose_gap_is_larger_than_the_axis_stand_hollow_at_its_edge():
    result = leakage("choose 10 of 500 noise columns", 20, seeds=6)
    result = replace(result, leaky=result.leaky + 0.4)
    outside = int((np.abs(result.gap) > GAP_LIMIT).sum())
    picture = LeakagePicture().update(result)
    assert outside > 0 and len(picture.beyond.above.get_ydata()) + len(picture.beyond.below.get_ydata()) == outside
    np.testing.assert_array_equal(np.sort(picture.seeds.get_ydata()), np.sort(result.gap.ravel()))


@pytest.mark.parametrize(
    "settings, below, above, words",
    [
        (("tanh", "custom", 0.001, 16), [1, 2, 3, 4, 5, 6], [], "▽ below 1e−12"),
        (("relu", "custom", 1.0, 500), [], [1, 2, 3], "△ above 1e9"),
        (("tanh", "xavier", None, 64), [], [], ""),
    ],
)
def test_layers_whose_gradients_the_axis_does_not_hold_have_a_hollow_triangle(settings, below, above, words):
    result = signal_propagation(*settings)
    picture = SignalPicture().update(result)
    marked = [list(mark.get_xdata()) for mark in picture.beyond.marks]
    assert marked == [below, above] and picture.beyond.words.get_text() == words
    assert all(result.grad_std[layer - 1] < 3 * SIZES[0] for layer in below)
    assert all(result.grad_std[layer - 1] > SIZES[1] / 3 for layer in above)
