"""γ and β per channel: what they give back, and what only a pair for each place could."""

import numpy as np
import pytest

from course_lib.experiments.batchnorm_channels import channel_pairs
from course_lib.experiments.regularization import shared_digits


@pytest.mark.parametrize("eps", [1e-5, 0.01, 1.0])
def test_a_pair_for_each_channel_gives_it_back_and_one_for_all_does_not(eps):
    maps = channel_pairs(images=50, eps=eps)
    assert maps.own.max() < 1e-12
    assert (maps.shared > 0.15 * maps.std).all() and (maps.shared < maps.std).any()
    np.testing.assert_allclose(maps.normalised, maps.std / np.sqrt(maps.std**2 + eps))


def test_a_mean_change_is_what_is_left_at_the_edge():
    """The changes along a row add up to its last pixel, those along a column to its lowest."""
    ink = shared_digits().x_train[:50].reshape(-1, 8, 8)
    means = [ink.mean(), ink[:, :, -1].mean() / 8, ink[:, -1].mean() / 8]
    np.testing.assert_allclose(channel_pairs(images=50).mean, means, rtol=1e-5)


def test_places_of_a_channel_keep_their_differences():
    maps = channel_pairs()
    assert (maps.places > 0.3).all()  # all 0 if each place had statistics of its own
    assert ((maps.shared / maps.std > 0.25) & (maps.shared / maps.std < 0.55)).all()
