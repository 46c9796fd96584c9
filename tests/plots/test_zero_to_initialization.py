"""Pictures of chapters 03 to 05: titles, legends and markers speak of what is drawn, at the ends of the sliders too."""

import numpy as np
import pytest

from course_lib.experiments.initialization import symmetry
from course_lib.experiments.preprocessing import SHOWN, prepared_cloud
from course_lib.experiments.preprocessing_images import RECIPES, prepared_images
from course_lib.experiments.signals import signal_propagation
from course_lib.experiments.zero_centring import zigzag
from course_lib.plots.initialization import SymmetryPicture
from course_lib.plots.preprocessing import CloudPicture
from course_lib.plots.preprocessing_images import RecipePicture
from course_lib.plots.signals import SIZES, SignalPicture
from course_lib.plots.zero_centring import short_headline


@pytest.mark.parametrize("steps, said", [(1, "step 53 (1 shown)"), (25, "step 53 (25 shown)"), (60, "step 53")])
def test_the_zigzag_says_how_much_of_the_path_is_shown(steps, said):
    assert short_headline(zigzag(steps=steps)).endswith(f"reaches the target at {said}")


def test_the_mean_of_the_outputs_is_named_so():
    """The slider beside it sets the mean of what goes into f, which is 0 here."""
    assert short_headline(zigzag(mean=0.0, activation="sigmoid")).startswith("Outputs with mean 0.50")


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
    assert ("ε" in listed) == (len(picture.floor.get_xdata()) > 0)
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


def test_bounds_have_two_or_three_digits():
    picture = SignalPicture().update(signal_propagation("gelu", "he", depth=2, width=64))
    assert picture.columns.get_title(loc="left").endswith("from −0.17 to 4")
