"""*Run All* and then *Run All* again in the same kernel: every cell says and shows the same both times."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LIVE = "application/vnd.jupyter.widget-view+json"  # the number of a widget, which is new at every display
SECONDS_PER_CELL = 300


def code_cells(path: Path) -> list:
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def seen(cell: nbformat.NotebookNode) -> list[tuple[str, object]]:
    """What a reader sees under a cell: text printed in one piece is one piece, however it came."""
    found: list[tuple[str, object]] = []
    for output in cell.outputs:
        if output.output_type != "stream":
            found.append(
                (
                    output.output_type,
                    {kind: value for kind, value in output.data.items() if kind != LIVE}
                    if "data" in output
                    else output.traceback,
                )
            )
        elif found and found[-1][0] == output.name:
            found[-1] = (output.name, found[-1][1] + output.text)
        else:
            found.append((output.name, output.text))
    return found


@pytest.mark.soak
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_all_cells_twice_in_one_kernel(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from nbclient import NotebookClient

    monkeypatch.setenv("COURSE_LIB_PROGRESS", str(tmp_path / "progress.jsonl"))
    twice = [*code_cells(path), *code_cells(path)]
    for number, cell in enumerate(twice):
        cell.update(id=f"{cell.id}-{number}", outputs=[])
    notebook = nbformat.v4.new_notebook(cells=twice)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    once, again = notebook.cells[: len(twice) // 2], notebook.cells[len(twice) // 2 :]
    differing = [
        one.source
        for one, two in zip(once, again, strict=True)
        if "nbval-ignore-output" not in one.metadata.get("tags", ()) and seen(one) != seen(two)
    ]
    assert differing == []
    assert any(seen(cell) for cell in once)
