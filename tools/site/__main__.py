"""Builds the website of the course from the notebooks as they are stored; none is run.

    python -m tools.site [--instructors] [--moving CHAPTER ...] [FOLDER]      (build/site)

The pictures that explorers move among are drawn first, see `tools/static_explorers.py`; `--moving 00 05` limits this to
some chapters, `--moving none` leaves it out.

Sphinx reads a staged copy of notebooks/, docs/ and README.md, in which everything stands where Sphinx looks for it; see
`tools/site/staging.py`. Every warning is an error. The guide for instructors, which gives answers away, is left out
unless it is asked for.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sphinx.cmd.build import build_main

from tools import notebooks
from tools.site.staging import FRAMES, ROOT, stage
from tools.static_explorers import cells_of, draw_all, share

HERE = Path(__file__).resolve().parent


def main(output: Path, instructors: bool = False, moving: Sequence[str] = ("",)) -> int:
    """Build the site into `output`; the explorers of chapters whose names begin with one of `moving` can be moved."""
    chapters = sorted((ROOT / "notebooks").glob("*.ipynb"))
    notebooks.refuse_unstored(chapters)
    notebooks.folder_to_write(output.parent)
    start = time.perf_counter()
    moved = [chapter for chapter in chapters if chapter.stem.startswith(tuple(moving))]
    cells = [cell for chapter in moved for cell in cells_of(notebooks.read(chapter), chapter.stem)]
    explorers = {explorer.cell.key: explorer for explorer in draw_all(cells)}
    share(explorers.values())
    with tempfile.TemporaryDirectory(prefix="course-site-") as work:
        source = Path(work) / "source"
        stage(source, instructors, explorers)
        built = Path(work) / "site"
        folders = ["-c", str(HERE), "-d", str(Path(work) / "trees"), str(source), str(built)]
        status = build_main([*"-b html -q -W --keep-going".split(), *folders])
        if status:
            return status
        (built / ".buildinfo").unlink(missing_ok=True)
        if explorers:
            shutil.move(source / FRAMES, built / FRAMES)
        shutil.rmtree(output, ignore_errors=True)
        shutil.move(built, output)
    pages = list(output.rglob("*.html"))
    size = sum(file.stat().st_size for file in output.rglob("*") if file.is_file())
    print(
        f"{output}: {len(pages)} pages, {size / 1e6:.1f} MB, in {time.perf_counter() - start:.0f} s. "
        f"Open {output / 'index.html'}"
    )
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "build" / "site")
    parser.add_argument("--instructors", action="store_true", help="with the guide for instructors")
    parser.add_argument("--moving", nargs="+", default=[""], help="chapters whose explorers move")
    given = parser.parse_args()
    try:
        sys.exit(main(given.folder, given.instructors, given.moving))
    except ValueError as error:
        sys.exit(str(error))
