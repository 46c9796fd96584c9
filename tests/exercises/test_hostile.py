"""Answers that fight back, and garbage drawn at random: `judge` never raises and is never won over."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.exercises.exercise import Exercise


def double(values, offset):
    return 2 * values + offset


TASK = Exercise(
    "9.1",
    "Doubling",
    "Return twice the values, plus the offset.",
    double,
    cases=((np.array([1.0, 2.0, 3.0]), 1.0), (np.array([1.0]), 0.0)),
    mistakes=(),
    hints=("Add.",),
)


def judge(yours):
    verdict = TASK.judge(yours)
    assert verdict.message.startswith("9.1: ")
    return verdict


def test_a_right_answer_is_right():
    assert judge(double).solved


class FightsBack:
    """Everything Python may ask of an object raises."""

    def __getattribute__(self, name):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")

    __str__ = __eq__ = __bool__ = __len__ = __iter__ = __array__ = __deepcopy__ = __repr__


class CallableThatFights(FightsBack):
    def __call__(self, *args):
        return FightsBack()


class Meta(type):
    @property
    def __name__(cls):
        raise RuntimeError("no")


class NamelessType(metaclass=Meta):
    pass


@pytest.mark.parametrize(
    "make",
    [  # makers, because pytest itself looks into its parameters
        lambda: FightsBack(),
        lambda: CallableThatFights(),
        lambda: NamelessType(),
        lambda: FightsBack,
        lambda: lambda values, offset: FightsBack(),
        lambda: lambda values, offset: NamelessType(),
        lambda: Meta,
        lambda: TASK,
        lambda: TASK.judge,
        lambda: print,
        lambda: type,
        object,
        lambda: float("nan"),
        lambda: NotImplemented,
    ],
)
def test_objects_that_fight_back(make):
    assert not judge(make()).solved


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.just(...)
    | st.dates()
    | st.functions()
    | st.builds(np.float32)
    | st.builds(object),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner, max_size=3)
        | st.builds(lambda v: np.array([v], dtype=object), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=50)
@given(anything)
def test_garbage_never_raises(garbage):
    assert not judge(garbage).solved
    assert not judge(lambda values, offset: garbage).solved


@settings(max_examples=40)
@given(st.lists(st.floats(width=32), min_size=1, max_size=6), st.integers(0, 3))
def test_arrays_of_any_shape_and_value_never_raise(values, axes):
    array = np.array(values)[(...,) + (None,) * axes]
    assert not judge(lambda v, offset: array).solved


def test_a_defect_of_the_judge_is_logged(monkeypatch, caplog):
    monkeypatch.setattr(Exercise, "_verdict", lambda self, attempts: 1 / 0)
    assert "could not be checked (ZeroDivisionError)" in judge(double).message
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]
