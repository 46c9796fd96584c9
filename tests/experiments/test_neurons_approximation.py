"""One hidden layer: XOR by hand, what is learned of it, and curves of straight pieces."""

import numpy as np
import pytest

from course_lib.experiments.neurons_approximation import CORNERS, XOR, approximation, xor_by_hand, xor_learned


def test_two_units_score_each_corner_with_its_class_and_no_straight_border_does():
    xor = xor_by_hand()
    np.testing.assert_array_equal(xor.score, XOR)
    np.testing.assert_array_equal(XOR, [a != b for a, b in CORNERS])
    assert xor.straight == 3


def test_more_units_find_xor_more_often():
    shares = [xor_learned(units, starts=60, steps=1500, seed=3) for units in (1, 2, 8)]
    assert shares[0] == 0 < shares[1] < 0.6 < 0.8 < shares[2]


@pytest.mark.parametrize("units", [2, 4, 8])
def test_another_hundred_starts_give_about_the_same_share(units):
    first, *others = (xor_learned(units, seed=seed) for seed in range(5))
    assert others == pytest.approx([first] * 4, abs=0.2)


@pytest.mark.parametrize("units", [4, 8, 16, 64])
def test_the_pieces_end_on_the_curve_and_keep_within_the_bound(units):
    run = approximation(units)
    assert 0.6 * run.bound < run.error <= run.bound
    assert approximation(2 * units).error == pytest.approx(run.error / 4, rel=0.35)
