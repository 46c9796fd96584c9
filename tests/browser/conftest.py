"""One JupyterLab server and one Chromium for all browser tests; `lab_page` of tools/ moves what they show."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from lab_page import LabPage
from lab_server import CHROMIUM_FLAGS, KERNEL, NO_CHROMIUM, Lab, chromium
from static_probe import MOVING

NOTEBOOKS = Path(os.environ.get("NOTEBOOKS") or Path(__file__).resolve().parents[2] / "notebooks")

# The mechanism is tried on a notebook of its own, so that no chapter's text gets in the way: id of a cell -> its code.
MECHANISM = {
    "import": "import pathlib\nimport time\n\nfrom course_lib.explorers import initialization_explorer",
    "explorer": "initialization_explorer()",
    "busy": "while pathlib.Path('busy').exists():\n    time.sleep(0.01)",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "notebook" in metafunc.fixturenames:
        names = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
        metafunc.parametrize("notebook", names, scope="module")


class ByNotebook(LoadScopeScheduling):
    """With several workers, all that looks at one notebook stays together, all that looks at the site, and every file.

    Lectures have servers of their own: they come one by one, and last, when they fill what time a worker has left.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if notebook := re.search(r"\[(\w+\.ipynb)", nodeid):
            return notebook[1]
        if file.endswith("test_lecture.py"):
            return nodeid
        return "site" if re.search(r"test_(site|static)\w*\.py$", file) else file


@pytest.hookimpl(optionalhook=True)  # there may be no xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByNotebook:
    return ByNotebook(config, log)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if (path := chromium()) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The website as built, or the one in the folder SITE. Explorers of some chapters move, in SITE those it has."""
    if built := os.environ.get("SITE"):
        return Path(built).resolve()
    folder = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, "-m", "tools.site", str(folder), "--moving", *MOVING]
    done = subprocess.run(command, cwd=NOTEBOOKS.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab over a copy of the notebooks as they are stored."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    cells = [new_code_cell(code, id=id) for id, code in MECHANISM.items()]
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), folder / "mechanism.ipynb")
    with Lab(folder) as lab:
        yield lab


@contextmanager
def opened(lab: Lab, browser: Browser, notebook: str, **how: Any) -> Iterator[LabPage]:
    page = LabPage(lab, browser, notebook, **how)
    try:
        yield page
    finally:
        page.close()


@pytest.fixture
def opens(lab: Lab, browser: Browser) -> Callable:
    """`with opens(notebook) as page`: a notebook of the folder, in a browser window of its own."""
    return lambda notebook: opened(lab, browser, notebook)


@contextmanager
def quiet(page: LabPage) -> Iterator[LabPage]:
    """Whatever a test does in the page, the browser's console has nothing to complain of."""
    yield page
    said, page.console[:] = list(page.console), []
    assert said == []


@pytest.fixture(scope="session")
def own(lab: Lab, browser: Browser) -> Callable:
    """`with own(name, cells) as page`: a notebook of a test's own; cells: id -> code."""

    @contextmanager
    def written(name: str, cells: dict[str, str], **how: Any) -> Iterator[LabPage]:
        notebook = new_notebook(cells=[new_code_cell(code, id=id) for id, code in cells.items()], metadata=KERNEL)
        nbformat.write(notebook, lab.folder / name)
        with opened(lab, browser, name, **how) as page, quiet(page):
            yield page

    return written


@pytest.fixture(scope="module")
def _opened(lab: Lab, browser: Browser, notebook: str) -> Iterator[LabPage]:
    with opened(lab, browser, notebook) as page:
        yield page


@pytest.fixture
def unrun(_opened: LabPage) -> Iterator[LabPage]:
    """A notebook as a reader opens it: for tests that come before those of `live`, in the same page."""
    with quiet(_opened) as page:
        yield page


@pytest.fixture(scope="module")
def _live(_opened: LabPage) -> LabPage:
    _opened.run_all()
    return _opened


@pytest.fixture
def live(_live: LabPage) -> Iterator[LabPage]:
    """A notebook after *Run All*."""
    with quiet(_live) as page:
        yield page


@pytest.fixture(scope="module")
def _mechanism(lab: Lab, browser: Browser) -> Iterator[LabPage]:
    with opened(lab, browser, "mechanism.ipynb") as page:
        page.run("import")
        page.run("explorer")
        yield page


@pytest.fixture
def mechanism(_mechanism: LabPage) -> Iterator[LabPage]:
    """The notebook above with its explorer on show."""
    with quiet(_mechanism) as page:
        yield page
