"""Tables must read the same everywhere."""

import numpy as np
import pytest

from course_lib.experiments.table import table


def test_columns_line_up_and_numbers_are_rounded():
    shown = repr(table({"n": [4, 100], "std": [0.21354, 500.4], "name": ["a", "bc"]}, digits=2))
    assert shown.splitlines() == ["  n   std  name", "  4  0.21     a", "100   500    bc"]


@pytest.mark.parametrize(
    "value, text",
    [
        (2.978e-7, "2.98e-07"),
        (0.0123456, "0.0123"),
        (1.0, "1"),
        (263139.0, "2.63e+05"),
        (0.0, "0"),
        (float("nan"), "–"),
        (np.float32(0.5), "0.5"),
        (True, "True"),
        (np.int64(12345), "12345"),
        (99999.7, "100000"),
        (-0.25, "-0.25"),
        (-0.0, "0"),
    ],
)
def test_cells(value, text):
    assert table({"x": [value]}).columns["x"] == [text]


def test_html_has_the_same_cells():
    html = table({"a<b": [1], "c": ["√n"]})._repr_html_()
    head, body = "<tr><th>a&lt;b</th><th>c</th></tr>", "<tr><td>1</td><td>√n</td></tr>"
    assert html == f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def test_unequal_columns_are_refused():
    with pytest.raises(ValueError, match="same number"):
        table({"a": [1], "b": [1, 2]})
    with pytest.raises(ValueError, match="digits"):
        table({"a": [1.0]}, digits=9)


@pytest.mark.parametrize("wrong", [1, "abc", None, np.array(1.0), len], ids=repr)
def test_what_is_no_column_is_refused(wrong):
    with pytest.raises(ValueError, match=r"^The column 'a' must be a list of values, not .*\.$"):
        table({"a": wrong})


def test_a_column_may_come_in_any_form_and_a_heading_be_a_number():
    assert table({1: (n for n in (1, 2)), "b": {3: 4, 5: 6}, "c": np.array([0.5, -0.0])}).columns == {
        "1": ["1", "2"],
        "b": ["3", "5"],
        "c": ["0.5", "0"],
    }


def test_what_is_smaller_than_rounding_is_called_so_and_nothing_else_is():
    values = [0.0, -3e-16, 1e-12, 2e-11, 1.0]
    assert table({"a": values}, rounding=1e-11).columns["a"] == ["rounding"] * 3 + ["2e-11", "1"]
    assert "rounding" not in table({"a": values}).columns["a"]
