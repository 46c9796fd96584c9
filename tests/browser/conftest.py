"""One JupyterLab server and one Chromium for all browser tests; `lab_page` of tools/ moves what they show."""
from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, sync_playwright

from lab_page import LabPage
from lab_server import CHROMIUM_FLAGS, NO_CHROMIUM, Lab, chromium

NOTEBOOKS = Path(os.environ.get("NOTEBOOKS") or Path(__file__).resolve().parents[2] / "notebooks")
KERNEL = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}

# The mechanism is tried on a notebook of its own, so that no chapter's text gets in the way: id of a cell -> its code.
MECHANISM = {
    "import": "import time\n\nfrom course_lib.explorers import initialization_explorer",
    "explorer": "initialization_explorer()",
    "sleep": "time.sleep(5)",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "notebook" in metafunc.fixturenames:
        names = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
        metafunc.parametrize("notebook", names, scope="module")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if (path := chromium()) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab over a copy of the notebooks as they are stored."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    cells = [new_code_cell(code, id=id) for id, code in MECHANISM.items()]
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), folder / "mechanism.ipynb")
    with Lab(folder) as lab:
        yield lab


@pytest.fixture(scope="session")
def open_page(lab: Lab, browser: Browser) -> Callable[..., LabPage]:
    return lambda notebook, **size: LabPage(lab, browser, notebook, **size)


@pytest.fixture(scope="module")
def _live(open_page: Callable[..., LabPage], notebook: str) -> Iterator[LabPage]:
    page = open_page(notebook)
    page.run_all()
    yield page
    page.close()


@pytest.fixture
def live(_live: LabPage) -> Iterator[LabPage]:
    """A notebook after *Run All*. Whatever a test does there, the browser's console has nothing to complain of."""
    yield _live
    said, _live.console[:] = list(_live.console), []
    assert said == []
