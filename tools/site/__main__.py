"""Builds the website of the course from the notebooks as they are stored; nothing is run.

    python -m tools.site [--instructors] [FOLDER]      (build/site)

Sphinx reads a staged copy of notebooks/, docs/ and README.md, in which everything stands where Sphinx looks for it; see
`tools/site/staging.py`. Every warning is an error. The guide for instructors, which gives answers away, is left out
unless it is asked for.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from sphinx.cmd.build import build_main

from tools import notebooks
from tools.site.staging import ROOT, stage

HERE = Path(__file__).resolve().parent


def main(output: Path, instructors: bool = False) -> int:
    notebooks.refuse_unstored(sorted((ROOT / "notebooks").glob("*.ipynb")))
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="course-site-") as work:
        source = Path(work) / "source"
        stage(source, instructors)
        built = Path(work) / "site"
        status = build_main(
            [
                "-b",
                "html",
                "-q",
                "-W",
                "--keep-going",
                "-c",
                str(HERE),
                "-d",
                str(Path(work) / "trees"),
                str(source),
                str(built),
            ]
        )
        if status:
            return status
        (built / ".buildinfo").unlink(missing_ok=True)
        shutil.rmtree(output, ignore_errors=True)
        output.parent.mkdir(parents=True, exist_ok=True)
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
    given = parser.parse_args()
    try:
        sys.exit(main(given.folder, given.instructors))
    except ValueError as error:
        sys.exit(str(error))
