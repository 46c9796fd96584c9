"""The pictures of chapter 08: what they say agrees with what they draw."""

import numpy as np
import pytest

from course_lib.experiments.regularization import overfitting
from course_lib.experiments.regularization_decay import weight_decay
from course_lib.experiments.regularization_dropout import dropped_out
from course_lib.experiments.regularization_ensemble import ensemble
from course_lib.plots.regularization import OverfittingPicture, settings
from course_lib.plots.regularization_decay import DecayPicture, size, verdict
from course_lib.plots.regularization_dropout import DropoutPicture
from course_lib.plots.regularization_ensemble import EnsemblePicture
from course_lib.plots.style import LIGHT, built_in


def test_overfitting_names_what_is_switched_on():
    plain, both = overfitting(steps=40), overfitting(steps=40, weight_decay=0.01, dropout=0.2)
    assert settings(plain) == "no regularisation" and settings(both) == "λ = 0.01, dropout 0.2"
    assert "With λ" in OverfittingPicture().update(both).describe(both)
    assert "With λ" not in OverfittingPicture().describe(plain)


@pytest.mark.parametrize("large", [False, True])
def test_the_longest_heading_stays_in_the_picture(large):
    result = overfitting(1500, 0.00032, 0.8, 150, wrong=0.4, max_norm=0.25, steps=20)
    with built_in(LIGHT.large() if large else LIGHT):
        picture = OverfittingPicture().update(result)
    box = picture.title.get_window_extent(picture.canvas.get_renderer())
    assert "max-norm 0.25" in picture.title.get_text() and box.x1 < picture.figure.bbox.width


def test_a_loss_below_the_axis_stays_on_it():
    picture = OverfittingPicture()
    result = overfitting()
    picture.update(result)
    for line in picture.curves[:4]:
        low, high = picture.loss.get_ylim()
        assert np.all((line.get_ydata() >= low) & (line.get_ydata() <= high))


def test_decay_draws_both_ways_and_does_not_quote_rounding():
    result = weight_decay("sgd", 0.32, steps=20)
    picture = DecayPicture().update(result)
    assert verdict(result) == "agree" and size(1e-16) == "< 0.001" and size(27.21) == "= 27.2"
    assert np.array_equal(picture.images[0].get_array(), picture.images[1].get_array())


# notes: 196
@pytest.mark.parametrize(("p", "unit", "inputs"), [(0.0, "linear", 100), (0.5, "linear", 100), (0.9, "relu", 10)])
def test_the_histogram_of_masks_has_true_heights(p, unit, inputs):
    result = dropped_out(p, "none", inputs, unit)
    picture = DropoutPicture().update(result)
    np.testing.assert_array_equal(picture.steps.get_data().values, result.counts)
    assert result.counts.max() <= picture.outputs.get_ylim()[1]


# notes: 198
def test_an_ensembles_caption_speaks_of_the_members_that_it_counts():
    picture, one, five = EnsemblePicture(), ensemble(1), ensemble(5)
    assert f"each alone {five.alone[:5].mean():.1%} right on average" in picture.describe(five)
    assert "each alone" not in picture.describe(one) and f": {one.alone[0]:.1%} right" in picture.describe(one)
