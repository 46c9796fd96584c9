"""Training on prepared digits: what is faster, what is not, and what whitening does to noise."""

import numpy as np
import pytest

from course_lib.experiments.preprocessing_training import (
    WAYS,
    digits_race,
    mean_image_against_channel_mean,
    noise_amplification,
)


# notes: 108, E29
def test_a_small_rate_is_enough_for_whitened_digits_only():
    race = digits_race(steps=100, rates=(0.01, 0.1))
    first = dict(zip(WAYS, race.first_step(0.01)))
    assert first["raw"] == first["mean image"] == "–"
    assert max(first[way] for way in WAYS if "ε" in way) <= 40
    assert race.accuracy.shape == (11, len(WAYS), 2)


# notes: 108
def test_centred_digits_bear_a_larger_rate_and_end_no_better():
    race = digits_race((32,))
    largest = dict(zip(WAYS, race.largest_rate))
    assert largest["raw"] == pytest.approx(1)
    assert min(rate for way, rate in largest.items() if way != "raw") > 3
    assert np.ptp(race.best) < 0.03


# notes: 110
def test_mean_image_or_channel_mean_makes_little_difference():
    a, b = mean_image_against_channel_mean(seeds=6)
    assert min(a.mean(), b.mean()) > 0.94
    assert abs(np.mean(a - b)) < 0.01


# notes: 112, E29
def test_noise_in_a_whitened_component_is_divided_by_the_root_of_its_variance():
    result = noise_amplification(0.1, (1e-6, 1e-2))
    expected = 0.1 / np.sqrt(result.variances + np.array([[1e-6], [1e-2]]))
    np.testing.assert_allclose(result.noise, expected, rtol=0.2)  # 360 images
    assert result.clean[0] - result.noisy[0] > 0.3 > 0.1 > result.clean[1] - result.noisy[1]
