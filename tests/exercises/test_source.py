"""`show_source` shows the lines themselves, without docstrings unless asked."""

import functools
from dataclasses import dataclass

import numpy as np
import pytest

from course_lib.exercises import show_source
from course_lib.exercises.initialization import mean_squares
from course_lib.nn.initializers import he


def plain(x):
    """One line."""

    # keep this comment
    return x + 1


@dataclass(frozen=True)
class Thing:
    """A class.

    Of two paragraphs.
    """

    size: int = 3

    @property
    def double(self) -> int:
        """Twice."""
        return 2 * self.size


def only_a_docstring():
    """Nothing else."""


def one_line():
    "doc"
    return 1


def test_without_docstring():
    lines = repr(show_source(plain)).splitlines()
    assert lines == [f"# {__name__}", "def plain(x):", "    # keep this comment", "    return x + 1"]


def test_with_docstring():
    assert '    """One line."""\n' in repr(show_source(plain, docstring=True))


def test_a_class_with_its_decorators():
    assert repr(show_source(Thing)).splitlines()[1:] == [
        "@dataclass(frozen=True)",
        "class Thing:",
        "    size: int = 3",
        "",
        "    @property",
        "    def double(self) -> int:",
        "        return 2 * self.size",
    ]


def test_what_stays_valid_python():
    for obj in (plain, Thing, only_a_docstring, one_line, mean_squares, he, show_source):
        for docstring in (False, True):
            compile(repr(show_source(obj, docstring=docstring)), "shown", "exec")


def test_a_docstring_that_is_the_whole_body_stays():
    assert "Nothing else." in repr(show_source(only_a_docstring))


def test_the_shown_code_is_the_code_that_runs():
    scope = {"np": np}
    exec(repr(show_source(mean_squares)), scope)
    np.testing.assert_array_equal(scope["mean_squares"](0.5, (3, 5, 4)), mean_squares(0.5, (3, 5, 4)))


def test_a_partial_and_a_method():
    assert repr(show_source(functools.partial(plain, 1))) == repr(show_source(plain))
    assert "return 2 * self.size" in repr(show_source(Thing.double.fget))


def test_in_a_notebook_it_is_a_highlighted_fence():
    text = repr(show_source(plain))
    assert show_source(plain)._repr_markdown_() == f"```python\n{text}\n```"


@pytest.mark.parametrize("obj", [3, "text", len, np.exp, None, Thing()])
def test_what_has_no_source_is_refused_in_a_sentence(obj):
    with pytest.raises(ValueError, match="show_source shows functions, methods and classes"):
        show_source(obj)


def test_the_look_at_the_arguments_is_no_part_of_the_equation():
    from course_lib.experiments.zero_centring_signs import agreement_limit

    assert repr(show_source(agreement_limit)).splitlines()[1].startswith("def agreement_limit(")
