"""Which values count as numbers, when they agree, and how they are shown."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib.exercises.values import agree, difference, numbers, rearranged, shortened, show, show_both

ordinary = st.just(0.0) | st.floats(1e-30, 1e9) | st.floats(-1e9, -1e-30)
finite = arrays(float, st.integers(1, 5), elements=ordinary)


@given(finite)
def test_numbers_agree_with_themselves_in_float32_and_scaled_by_rounding(a):
    assert agree(a, a)
    assert agree(a.astype(np.float32).astype(float), a)
    assert difference(a, a) == ""


@given(finite, st.floats(1e-3, 10.0))
def test_a_thousandth_more_is_a_difference(a, share):
    a = np.abs(a) + 1e-6
    assert not agree(a * (1 + share), a)
    assert re.fullmatch(r"(The|\d of \d) numbers differs?\.", difference(a * (1 + share), a))


@pytest.mark.parametrize("dtype", [float, np.float32, int])
def test_of_many_numbers_the_first_that_differs_is_named(dtype):
    right = np.arange(600.0).reshape(20, 30)
    yours = right.astype(dtype)
    yours[2, 17] += 1
    assert difference(yours, right) == "1 of 600 numbers differs, the first at [2, 17]: 78 where 77 is expected."


def test_objects_that_are_numbers_are_numbers():
    np.testing.assert_array_equal(numbers(np.array([1, Fraction(1, 2)], dtype=object)), [1, 0.5])


@pytest.mark.parametrize(
    "value, words",
    [
        ([1, [2, 3]], "a list of 2 parts of shapes (), (2,), which"),
        ((np.zeros((2, 3)), np.zeros((2, 1))), "a tuple of 2 parts of shapes (2, 3), (2, 1), which"),
        ([np.zeros(i) for i in range(9)], "a list of 9 parts of shapes (0,), (1,), (2,), (3,), …, which"),
        ([1, "x", None], "a list with text in it where"),
        ([1, None], "a list with None in it where"),
        (lambda: 3, "a function where"),
        (np.zeros((4000, 4000), np.uint8), "an array of shape (4000, 4000): far more"),
    ],
)
def test_what_it_is_instead_of_numbers(value, words):
    with pytest.raises(ValueError) as error:
        numbers(value)
    assert str(error.value).startswith(f"It returned {words} ")


def test_half_precision_is_named():
    assert "float16" in difference(np.float16([1.414]), np.array([2**0.5]))


def test_tiny_numbers_are_compared_by_their_own_size():
    assert not agree(np.array(3e-9), np.array(2e-9))
    assert agree(np.zeros(3), np.zeros(3))
    assert not agree(np.array([1e-300]), np.zeros(1))


def test_shapes_are_not_broadcast():
    assert not agree(np.ones((3, 1)), np.ones(3))
    assert not agree(np.ones(()), np.ones(1))


def test_numbers_copies():
    a = np.ones(3)
    b = numbers(a)
    a[:] = 0
    np.testing.assert_array_equal(b, 1)


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), [3], (3.0, 4), np.array([[3]], dtype=np.uint8)])
def test_what_counts_as_numbers(value):
    np.testing.assert_array_equal(numbers(value), value)


@pytest.mark.parametrize(
    "value, text",
    [
        (np.arange(3.0), "[0, 1, 2]"),
        (np.array(2.5), "2.5"),
        (np.array([1.0, -0.0]), "[1, 0]"),
        (np.array([1 / 3]), "[0.3333]"),
        (np.arange(100.0).reshape(10, 10), "an array of shape (10, 10), from 0 to 99"),
        (np.empty((0, 3)), "[]"),
        (np.arange(13.0)[:, None], "an array of shape (13, 1), from 0 to 12"),
        (np.full(99, -0.0), "an array of shape (99,), from 0 to 0"),
        (
            np.arange(6.0, 22.0, 2).repeat(2).reshape(2, 8),
            "[[ 6,  6,  8,  8, 10, 10, 12, 12],\n [14, 14, 16, 16, 18, 18, 20, 20]]",
        ),
        (0.070710678, "0.07071"),
        ((500,) * 4, "(500, 500, 500, 500)"),
        ((500,), "(500,)"),
        ("text", "'text'"),
        (list(range(10**6)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, ...]"),
        (test_shapes_are_not_broadcast, "<function test_shapes_are_not_broadcast>"),
    ],
)
def test_how_values_are_shown(value, text):
    assert show(value) == text


def test_many_equal_numbers_are_counted():
    assert show((500,) * 11) == "(500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500)"


def test_both_are_shown_with_enough_digits_to_differ():
    assert show_both(np.array(1.0), np.array(2.0)) == ("1", "2")
    assert show_both(np.array(1.00001), np.array(1.00002)) == ("1.00001", "1.00002")
    got, expected = show_both(np.linspace(0, 1, 50) + 1e-12, np.linspace(0, 1, 50))
    assert got != expected
    a = np.tile(np.arange(17.0), 6)
    b = np.roll(a, 1)
    assert show_both(a, b) == tuple(f"an array of shape (102,), from 0 to 16; at [0]: {x}" for x in (0, 16))


@given(st.text(min_size=200, max_size=400))
def test_shortened_is_one_short_line(text):
    assert len(shortened(text)) <= 80
    assert len(shortened(text).splitlines()) == 1


@pytest.mark.parametrize(
    "arrange, words",
    [
        (lambda a: a.T, "Transposed"),
        (lambda a: a[None], "only the shape"),
        (np.ravel, "only the shape"),
        (lambda a: tuple(a.T[:, :, None]), "np.hstack"),
        (lambda a: a[::-1], "reverse order"),
        (lambda a: (a, "more"), "The first of these"),
        (lambda a: (0.5, a), "The second of these"),
        (lambda a: [a.T, a + 1, a], "The last of these"),
        (lambda a: np.vstack([0 * a[:1], a]), "Leave out the first of these"),
        (lambda a: np.vstack([a, a]), ""),
        (lambda a: np.hstack([a, a[:, :1]]), "Leave out the last column"),
        (lambda a: a[0], "only the first"),
        (lambda a: a[-1], "only the last"),
        (lambda a: a.T + 1, ""),
        (lambda a: None, ""),
    ],
)
def test_right_numbers_in_another_arrangement(arrange, words):
    rights = [np.arange(6.0).reshape(2, 3), np.arange(20.0, 8.0, -1).reshape(3, 4)]
    found = rearranged([(arrange(right), right) for right in rights])
    assert words in found and bool(words) == bool(found)
    assert not rearranged([(arrange(rights[0]), rights[0]), (np.zeros(7), rights[1])])
