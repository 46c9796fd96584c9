"""The stored form of a notebook: what is kept, what goes, what is refused, and that nbval still looks at the text."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image, PngImagePlugin

import notebooks

VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "0", "version_major": 2, "version_minor": 0}}


def png(pixels: np.ndarray, **about: str) -> str:
    info = PngImagePlugin.PngInfo()
    for key, value in about.items():
        info.add_text(key, value)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=info)
    return base64.b64encode(buffer.getvalue()).decode()


def pixels(encoded: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB"))


FLAT = np.full((20, 30, 3), 200, np.uint8)
NOISE = np.random.RandomState(0).randint(0, 256, (300, 400, 3)).astype(np.uint8)


def messy() -> nbformat.NotebookNode:
    """As JupyterLab leaves it after an afternoon."""
    explorer = new_output(
        "execute_result",
        {"text/plain": "f()", "image/png": png(FLAT, Software="x"), **VIEW},
        metadata={"image/png": {"alt": "grey", "needs_background": "light"}},
        execution_count=17,
    )
    shown = new_code_cell(
        "f()\n\n",
        execution_count=17,
        outputs=[explorer],
        id="mine",
        metadata={"execution": {"iopub.status.busy": "2024"}, "scrolled": True, "tags": ["E05"]},
    )
    printed = new_code_cell("print(1)", execution_count=3, outputs=[new_output("stream", text=t) for t in ("1", "\n")])
    notebook = new_notebook(cells=[new_markdown_cell("# Title  \r\n"), shown, printed, new_code_cell("")])
    notebook.metadata = nbformat.from_dict({"widgets": {"state": {}}, "language_info": {"version": "3.11.7"}})
    return notebook


def test_what_is_kept_and_what_goes() -> None:
    notebook = notebooks.canonical(messy())
    text = nbformat.writes(notebook)
    for gone in ("widget-view", '"widgets"', "3.11.7", "iopub", "scrolled", "needs_background", "\\r"):
        assert gone not in text
    title, shown, printed = notebook.cells
    assert (shown.id, shown.metadata, shown.source) == ("mine", {"tags": ["E05"]}, "f()")
    assert [shown.execution_count, shown.outputs[0].execution_count, printed.execution_count] == [1, 1, 2]
    assert shown.outputs[0].metadata == {"image/png": {"alt": "grey"}}
    assert np.array_equal(pixels(shown.outputs[0].data["image/png"]), FLAT)
    assert [output.text for output in printed.outputs] == ["1\n"]


def test_the_form_is_valid_and_final() -> None:
    once = notebooks.stored_text(messy())
    assert notebooks.stored_text(nbformat.reads(once, 4)) == once
    assert once.endswith("}\n") and not once.endswith("\n\n")
    nbformat.validate(nbformat.reads(once, 4))


def test_ids_are_kept_or_follow_from_the_text() -> None:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in ("a", "b", "a")]
    cells.append({**cells[0], "id": "kept"})
    notebook = nbformat.from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    first, second = ([cell.id for cell in notebooks.canonical(notebook).cells] for _ in range(2))
    assert first == second and len(set(first)) == 4 and first[3] == "kept"


def test_a_large_picture_is_made_to_fit() -> None:
    smooth = np.linspace(0, 255, 640 * 480 * 3).reshape(480, 640, 3).astype(np.uint8)
    smooth[100:200, 100:200] = NOISE[:100, :100]
    fitted = notebooks.canonical_picture(png(smooth))
    assert len(base64.b64decode(fitted)) <= notebooks.PICTURE_LIMIT
    assert np.abs(pixels(fitted).astype(int) - smooth)[300:].mean() < 4
    assert notebooks.canonical_picture(fitted) == fitted


@pytest.mark.parametrize(
    ("output", "word"),
    [
        (new_output("error", ename="ValueError", evalue="no", traceback=[]), "raised ValueError: no"),
        (new_output("stream", name="stderr", text="RuntimeWarning: overflow\n"), "stderr"),
        (new_output("display_data", {"text/plain": "<Figure at 0x7f3a5c0b1d90>"}), "memory address"),
        (new_output("display_data", {"image/png": png(np.tile(NOISE, (3, 3, 1)))}), "draw it smaller"),
        (new_output("display_data", {"image/png": base64.b64encode(b"GIF89a").decode()}), "not a PNG"),
    ],
)
def test_what_only_the_author_can_mend_is_refused(output, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        notebooks.canonical(new_notebook(cells=[new_code_cell("x", outputs=[output])]))


def test_check_and_tidy(tmp_path: Path, capsys) -> None:
    path = tmp_path / "ä b.ipynb"
    nbformat.write(messy(), path)
    assert notebooks.main(["check", str(path)]) == 1
    assert notebooks.main(["tidy", str(path)]) == 0
    assert notebooks.main(["check", str(path)]) == 0
    assert "make notebooks" in capsys.readouterr().out


def test_a_run_that_fails_stores_nothing(tmp_path: Path, capsys) -> None:
    path = tmp_path / "fails.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1/0")]), path)
    before = path.read_bytes()
    assert notebooks.main(["run", str(path)]) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().out


CELLS = [
    "class Explorer:\n    def _repr_mimebundle_(self, **kwargs):\n"
    f"        return {{'text/plain': 'f(scale=1)', 'image/png': {png(FLAT)!r}, **{VIEW!r}}}\n\n\nExplorer()",
    "print('the printed text')",
    "'the text of a value'",
]


def test_nbval_is_strict_about_text_and_blind_to_pictures(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in [*CELLS, *CELLS]]), path)
    assert notebooks.main(["run", str(path)]) == 0
    notebook = notebooks.read(path)
    assert not any("widget-view" in str(cell.outputs) for cell in notebook.cells)
    same, _, _, explorer, printed, value = notebook.cells
    same.outputs[0].data["image/png"] = png(FLAT[:10])
    explorer.outputs[0].data["text/plain"] = "f(scale=2)"
    printed.outputs[0].text = "another text\n"
    value.outputs[0].data["text/plain"] = "'another text'"
    nbformat.write(notebook, path)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rA",
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
        str(path),
    ]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    verdicts = [f"{verdict} x.ipynb::Cell {i}" for i, verdict in enumerate(["PASSED"] * 3 + ["FAILED"] * 3)]
    assert all(verdict in said for verdict in verdicts), said
