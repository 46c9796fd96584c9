"""Runs the notebooks and keeps every one of them in the single form in which it is stored in git.

    python tools/notebooks.py run [NOTEBOOK ...]     run from top to bottom, store with outputs
    python tools/notebooks.py tidy [NOTEBOOK ...]    bring into stored form without running
    python tools/notebooks.py check [NOTEBOOK ...]   name those that are not in stored form

The stored form: outputs kept; pictures are PNG of at most 60 kB with their alt text; no widget views or state, no
timings, no versions; cells numbered as after *Run All*; ids stable. A reader on a code host sees every picture.
"""

import argparse
import base64
import hashlib
import io
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image

from course_lib.jupyter import LIVE_ONLY

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
PICTURE_LIMIT = 60_000
SECONDS_PER_CELL = 300

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
CELL_METADATA = ("tags", "slideshow", "editable", "deletable")  # what an author means, not what an editor notes
PICTURE_METADATA = ("alt", "width", "height")


def canonical(notebook: NotebookNode) -> NotebookNode:
    """A copy of `notebook` in stored form; ValueError where only its author can mend it."""
    cells, count = [], 0
    seen: set[str] = set()
    for cell in notebook.cells:
        source = cell.source.replace("\r\n", "\n").rstrip()
        if not source:
            continue
        kept = {"cell_type": cell.cell_type, "metadata": cell_metadata(cell), "source": source}
        kept["id"] = stable_id(cell.get("id"), cell.cell_type, source, seen)
        if cell.cell_type == "code":
            count += 1
            kept["execution_count"] = count
            where = f"cell {count} ({source.splitlines()[0]!r})"
            kept["outputs"] = [canonical_output(o, count, where) for o in merged_streams(cell.outputs)]
        elif cell.get("attachments"):
            kept["attachments"] = cell.attachments
        cells.append(kept)
    return nbformat.from_dict({"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})


def cell_metadata(cell: NotebookNode) -> dict:
    kept = {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key) not in (None, [], {})}
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        kept["jupyter"] = {"source_hidden": True}
    return kept


def stable_id(current: str | None, kind: str, source: str, seen: set[str]) -> str:
    """The id the cell has; for a cell without one (or with another's), a digest of what it says."""
    identifier, attempt = current, 0
    while not identifier or identifier in seen:
        identifier = hashlib.sha1(f"{kind}\n{source}\n{attempt}".encode()).hexdigest()[:8]
        attempt += 1
    seen.add(identifier)
    return identifier


def merged_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Kernels cut what is printed into pieces as it comes; neighbours of one name are one output."""
    merged: list[NotebookNode] = []
    for output in outputs:
        previous = merged[-1] if merged else {}
        if output.output_type == "stream" and previous.get("name") == output.name:
            merged[-1] = nbformat.from_dict({**previous, "text": previous["text"] + output.text})
        else:
            merged.append(output)
    return merged


def canonical_output(output: NotebookNode, count: int, where: str) -> dict:
    kind = output.output_type
    if kind == "error":
        raise ValueError(f"{where} raised {output.ename}: {output.evalue}")
    if kind == "stream":
        if output.name == "stderr":
            raise ValueError(f"{where} writes to stderr: {output.text.strip().splitlines()[-1]}")
        return {"output_type": kind, "name": output.name, "text": output.text}
    data = {mime: value for mime, value in output.data.items() if mime not in LIVE_ONLY}
    kept = {"output_type": kind, "data": data, "metadata": {}}
    if address := re.search(r" at 0x[0-9a-f]{6,}", str(data.get("text/plain", ""))):
        raise ValueError(f"{where} shows a memory address ({address[0].strip()}), new in every run")
    if "image/png" in data:
        data["image/png"] = canonical_picture(data["image/png"], where)
        about = output.metadata.get("image/png", {})
        kept["metadata"] = {"image/png": {k: about[k] for k in PICTURE_METADATA if k in about}}
    if kind == "execute_result":
        kept["execution_count"] = count
    return kept


def canonical_picture(encoded: str, where: str = "picture") -> str:
    """Base64 PNG of at most 60 kB without remarks in it; one that is so already stays as it is, byte for byte."""
    png = base64.b64decode(encoded)
    try:
        picture: Image.Image = Image.open(io.BytesIO(png), formats=["PNG"])
    except OSError:
        raise ValueError(f"{where}: an image/png output is not a PNG file") from None
    if len(png) <= PICTURE_LIMIT and picture.info.keys() <= {"transparency"}:
        return base64.b64encode(png).decode()
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    for colours in (None, 256, 128, 64, 32):
        method = Image.Quantize.FASTOCTREE if picture.mode == "RGBA" else Image.Quantize.MEDIANCUT
        candidate = picture.quantize(colours, method, dither=Image.Dither.NONE) if colours else picture
        buffer = io.BytesIO()
        candidate.save(buffer, "PNG", optimize=True)
        if buffer.tell() <= PICTURE_LIMIT:
            return base64.b64encode(buffer.getvalue()).decode()
    raise ValueError(
        f"{where} shows a picture of {picture.width} × {picture.height} pixels that takes more than "
        f"{PICTURE_LIMIT // 1000} kB even with 32 colours: draw it smaller"
    )


def stored_text(notebook: NotebookNode) -> str:
    """The characters of the file."""
    return nbformat.writes(canonical(notebook)).rstrip("\n") + "\n"


def read(path: Path) -> NotebookNode:
    try:
        notebook = nbformat.reader.reads(path.read_text(encoding="utf-8"))  # as it is: nothing mended on the way in
        notebook = notebook if notebook.nbformat == 4 else nbformat.convert(notebook, 4)
        [cell.source + cell.cell_type for cell in notebook.cells]  # JSON may be anything: what all code reads is there
    except (ValueError, TypeError, AttributeError, KeyError, nbformat.ValidationError):
        raise ValueError(f"{path.name} is no notebook.") from None
    return notebook


def store(path: Path, notebook: NotebookNode) -> bool:
    """Write `notebook` in stored form; True if that changed the file."""
    text = stored_text(notebook)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def run(path: Path) -> NotebookNode:
    """The notebook as it is after *Run All* in a fresh kernel, one thread for linear algebra; pictures that are the
    same up to rounding stay as they are."""
    from nbclient import NotebookClient  # here: reading and tidying need no kernel
    from nbclient.exceptions import CellExecutionError

    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    notebook = nbformat.convert(canonical(notebook), 4)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        return keep_pictures(read(path), client.execute())
    except CellExecutionError as error:
        raise ValueError(f"a cell raised {error.ename}: {error.evalue}\n{error.traceback}") from None


def keep_pictures(old: NotebookNode, new: NotebookNode) -> NotebookNode:
    """`new` with the pictures of `old` where they are the same up to rounding, so that git sees no change."""
    from same_picture import as_drawn, same_picture, strip  # here: they need the whole library

    before = {cell.id: cell for cell in old.cells if cell.cell_type == "code"}
    for cell in new.cells:
        if cell.cell_type == "code" and cell.id in before and before[cell.id].source == cell.source:
            for kept, drawn in zip(pictures(before[cell.id]), pictures(cell)):
                same_strip = strip(kept) == strip(drawn)
                if same_strip and same_picture(as_drawn(kept), as_drawn(drawn), cell.source):
                    drawn.data["image/png"] = kept.data["image/png"]
                    drawn.metadata["image/png"] = kept.metadata.get("image/png", {})
    return new


def pictures(cell: NotebookNode) -> list[NotebookNode]:
    return [output for output in cell.outputs if "image/png" in output.get("data", {})]


def is_stored_form(path: Path) -> bool:
    return path.read_text(encoding="utf-8") == stored_text(read(path))


def refuse_unstored(paths: list[Path]) -> None:
    """ValueError if any of `paths` is not in stored form: saved from an editor, it holds what no reader should get."""
    wrong = []
    for path in paths:
        try:
            stored = is_stored_form(path)
        except Exception:  # an error among its outputs, or other JSON, which nbformat meets with errors of any kind
            stored = False
        wrong += [] if stored else [path.name]
    if wrong:
        raise ValueError(
            f"Not in stored form: {', '.join(wrong)}; `git restore notebooks` brings back what git has, "
            "`make notebooks` stores what you changed or added."
        )


def folder_to_write(folder: Path) -> None:
    """Make `folder` if it is not there; ValueError where nothing can be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ValueError(f"Nothing can be written into {folder} ({error.strerror}): make that folder yours.") from None


def each(paths: list[Path], action) -> int:
    """Apply `action(path) -> str` to every notebook, one line each; the number refused."""
    refused = 0
    for path in paths:
        start = time.perf_counter()
        try:
            said = action(path)
        except ValueError as error:
            refused, said = refused + 1, f"not stored: {error}"
        print(f"{path.name:32} {time.perf_counter() - start:5.1f} s  {said}", flush=True)
    return refused


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in ("run", "tidy", "check"):
        commands.add_parser(command).add_argument("notebook", nargs="*", type=Path)
    given = parser.parse_args(arguments)
    if missing := [str(path) for path in given.notebook if not path.is_file()]:
        parser.error(f"no such file: {missing[0]}")
    paths = [path.resolve() for path in given.notebook] or sorted(NOTEBOOKS.glob("*.ipynb"))
    if given.command == "check":
        return each(paths, require_stored_form)
    for name in ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM"):
        os.environ[f"{name}_THREADS"] = "1"
    source = run if given.command == "run" else read
    return each(paths, lambda path: "changed" if store(path, source(path)) else "unchanged")


def require_stored_form(path: Path) -> str:
    if not is_stored_form(path):
        raise ValueError("differs from its stored form; `make notebooks` brings it there")
    return "in stored form"


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
