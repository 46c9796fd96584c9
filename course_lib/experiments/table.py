"""Small tables of measurements: the same text in every run, so that a notebook's numbers can be checked.

Source: the course's own.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count
from course_lib.arguments import checked
from course_lib.inputs import short


@dataclass(frozen=True, repr=False)
class Table:
    """Columns of already formatted cells under their headings."""

    columns: dict[str, list[str]]

    def __repr__(self) -> str:
        widths = {name: max(len(cell) for cell in (name, *cells)) for name, cells in self.columns.items()}
        lines = [[name.rjust(widths[name]) for name in self.columns]]
        lines += [[cell.rjust(width) for cell, width in zip(row, widths.values())] for row in self._rows()]
        return "\n".join("  ".join(line) for line in lines)

    def _repr_html_(self) -> str:
        def row(tag: str, cells: Sequence[str]) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        body = "".join(row("td", cells) for cells in self._rows())
        return f"<table><thead>{row('th', list(self.columns))}</thead><tbody>{body}</tbody></table>"

    def _rows(self) -> list[tuple[str, ...]]:
        return list(zip(*self.columns.values()))


@checked
def table(columns: Mapping[str, Sequence], digits: Annotated[Count, Le(4)] = 3, rounding: float = 0.0) -> Table:
    """A table of `columns` (heading -> values of equal number); fractions show `digits` significant digits, at most 4.

    More digits would differ from machine to machine, because the order of additions does. For the same reason fractions
    smaller than `rounding`, of which no digit is true, are shown as that word.

    Raises: ValueError if a column is no list of values, or columns differ in length.
    """
    lists = {str(name): _listed(name, values) for name, values in columns.items()}
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"All columns need the same number of values; they have {lengths}.")
    return Table({name: [_cell(value, digits, rounding) for value in values] for name, values in lists.items()})


def _listed(name: Any, values: Any) -> list:
    if isinstance(values, str) or not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        raise ValueError(f"The column {name!r} must be a list of values, not {short(values)}.")
    return list(values)


def _cell(value: Any, digits: int, rounding: float) -> str:
    if not isinstance(value, (float, np.floating)):
        return str(value)
    value = float(value) + 0.0  # −0 is 0
    if np.isnan(value):
        return "–"
    if abs(value) < rounding:
        return "rounding"
    if 1e-3 <= abs(value) < 1e5:  # where people write numbers without an exponent
        return np.format_float_positional(value, digits, unique=False, fractional=False, trim="-")
    return f"{value:.{digits}g}"
