"""The line between two clusters: one function written twice, and what a turn of it does."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.experiments.preprocessing_sensitivity import line_sensitivity


@given(st.floats(-20, 20), st.floats(0, 4))
def test_without_a_wiggle_raw_and_normalised_are_the_same_classifier(offset, gap):
    result = line_sensitivity(offset, 0.0, gap)
    scores = [x @ w + b for x, w, b in zip(result.points, result.weights, result.bias)]
    np.testing.assert_allclose(*scores, atol=1e-8)
    np.testing.assert_allclose(result.loss, result.best, atol=1e-9)


# notes: 107
@pytest.mark.parametrize("offset", [1.0, 5.0, 20.0])
def test_a_turn_moves_all_scores_by_what_the_offset_makes_of_it(offset):
    """Mean score after a turn by φ: |w|·offset·√2·sin φ, with |w| = gap/0.25, since w is at right angles to it."""
    result = line_sensitivity(offset, 10.0)
    shift = float(np.mean(result.points[0] @ result.wiggled[0] + result.bias[0]))
    assert abs(shift) == pytest.approx(8 * offset * math.sqrt(2) * math.sin(math.radians(10)), rel=1e-9)
    assert np.mean(result.points[1] @ result.wiggled[1] + result.bias[1]) == pytest.approx(0, abs=1e-9)


# notes: 107-108
@given(st.floats(0, 20), st.floats(-30, 30))
def test_the_normalised_loss_does_not_feel_the_offset(offset, wiggle):
    assert line_sensitivity(offset, wiggle).loss[1] == pytest.approx(line_sensitivity(0.0, wiggle).loss[1], rel=1e-6)


def test_the_curve_is_the_loss_at_each_angle_and_lowest_near_no_wiggle():
    result = line_sensitivity()
    for angle in (-30.0, -12.5, 0.0, 5.0):
        here = line_sensitivity(wiggle=angle).loss
        np.testing.assert_allclose(result.curve[:, result.angles == angle][:, 0], here, rtol=1e-9)
    assert np.abs(result.angles[result.curve.argmin(axis=1)]).max() <= 4  # a finite sample
    assert result.loss[0] > 5 * result.loss[1]


@pytest.mark.parametrize("change", [{"gap": -1.0}, {"offset": math.nan}, {"wiggle": math.inf}])
def test_impossible_settings_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        line_sensitivity(**change)
