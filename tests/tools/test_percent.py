"""Scripts with `# %%` cells: into a notebook and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from percent import to_notebook, to_script

SCRIPT = '''"""Not part of any cell."""
# %% [markdown] id="top"
# # Title
#
# Text with $\\sigma$.

# %% tags=["slide", "E05"]
x = 1

# a comment stays a comment

# %% [markdown]
r"""
## Part
$\\alpha$
"""
'''


def test_cells() -> None:
    title, code, part = to_notebook(SCRIPT, new_notebook()).cells
    assert title == {"cell_type": "markdown", "metadata": {}, "id": "top", "source": "# Title\n\nText with $\\sigma$."}
    assert (code.source, code.metadata) == ("x = 1\n\n# a comment stays a comment", {"tags": ["slide", "E05"]})
    assert part.source == "## Part\n$\\alpha$"


def test_unchanged_cells_keep_ids_and_outputs() -> None:
    output = new_output("stream", text="1\n")
    old = new_notebook(
        cells=[
            new_markdown_cell("# Title", id="a"),
            new_code_cell("print(1)", id="b", outputs=[output]),
            new_code_cell("y", id="c"),
            new_markdown_cell("end", id="d"),
        ]
    )
    new = to_notebook("# %%\nnew\n# %%\nprint(1)\n# %%\ny + 1\n# %% [markdown]\n# end", old)
    assert [cell.id for cell in new.cells] == [None, "b", "c", "d"]
    assert [cell.get("outputs") for cell in new.cells] == [[], [output], [], None]


def test_a_marker_that_is_not_json() -> None:
    with pytest.raises(ValueError, match="double quotes"):
        to_notebook("# %% tags=['a']\nx", new_notebook())


# Lines of letters, numbers, signs and blanks. What a script cannot say: "%%" at the start of a text line, which would
# read as a marker, blanks at the end of a line, and a text that begins with three quotes.
line = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=20).map(str.rstrip)
source = (
    st.lists(line, min_size=1)
    .map("\n".join)
    .map(str.strip)
    .filter(lambda text: text and "%%" not in text and '"""' not in text and "'''" not in text)
)


@given(st.lists(st.tuples(st.sampled_from([new_code_cell, new_markdown_cell]), source), max_size=4))
def test_export_and_import_are_inverse(cells) -> None:
    notebook = new_notebook(cells=[make(text) for make, text in cells])
    again = to_notebook(to_script(notebook), new_notebook())
    said = [[(cell.cell_type, cell.source, cell.id) for cell in book.cells] for book in (again, notebook)]
    assert said[0] == said[1]
