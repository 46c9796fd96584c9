"""The server's part: what a front end saves keeps what can be seen without a kernel, and opening changes no byte."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager, LargeFileManager
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_lib import jupyter

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
VIEW = {jupyter.WIDGET_VIEW: {"model_id": "1", "version_major": 2, "version_minor": 0}}
STATE = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}}


class Server:
    """The contents of `folder`, as a page asks for them."""

    def __init__(self, manager: type, folder: Path) -> None:
        self.folder = folder
        at_the_start: list[Callable] = []
        app = SimpleNamespace(io_loop=SimpleNamespace(add_callback=at_the_start.append), contents_manager=None)
        app.contents_manager = LargeFileManager(root_dir=str(folder))
        jupyter._load_jupyter_server_extension(app)
        self.contents = app.contents_manager = manager(root_dir=str(folder))  # as the extension of Jupytext does
        for call in at_the_start:
            call()

    @staticmethod
    def done(answer: Any) -> Any:
        async def awaited() -> Any:
            return await answer

        return asyncio.run(awaited()) if inspect.isawaitable(answer) else answer

    def open(self, name: str) -> dict:
        return json.loads(json.dumps(self.done(self.contents.get(name, type="notebook"))["content"]))

    def save(self, name: str, content: dict) -> dict:
        self.done(self.contents.save({"type": "notebook", "format": "json", "content": content}, name))
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


@pytest.fixture(params=[LargeFileManager, AsyncLargeFileManager])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    return Server(request.param, tmp_path)


def notebook(*data: dict, **metadata: Any) -> dict:
    outputs = [new_output("display_data", {"text/plain": "f()", **one}) for one in data]
    return json.loads(nbformat.writes(new_notebook(cells=[new_code_cell("f()", outputs=outputs)], metadata=metadata)))


def kinds(content: dict) -> list[set[str]]:
    return [set(output["data"]) for cell in content["cells"] for output in cell["outputs"]]


@pytest.mark.parametrize("still", [{"image/png": "AAAA"}, {"text/html": "<p>1</p>"}])
def test_a_view_goes_where_something_can_be_shown_without_it(server: Server, still: dict) -> None:
    saved = server.save("a.ipynb", notebook(VIEW | still, **STATE))
    assert kinds(saved) == [{"text/plain", *still}]
    assert "widgets" not in saved["metadata"]


def test_another_librarys_view_and_its_state_stay(server: Server) -> None:
    saved = server.save("a.ipynb", notebook(VIEW, VIEW | {"image/png": "AAAA"}, **STATE))
    assert kinds(saved) == [{"text/plain", *VIEW}, {"text/plain", "image/png"}]
    assert saved["metadata"]["widgets"] == STATE["widgets"]


def test_what_another_server_saved_is_opened_without_views(server: Server) -> None:
    (server.folder / "a.ipynb").write_text(json.dumps(notebook(VIEW | {"image/png": "AAAA"})))
    assert kinds(server.open("a.ipynb")) == [{"text/plain", "image/png"}]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_opened_and_saved_a_notebook_is_the_same_file(server: Server, path: Path) -> None:
    (server.folder / "a.ipynb").write_bytes(path.read_bytes())
    content = server.open("a.ipynb")
    assert content["metadata"]["language_info"]["version"] == sys.version.split()[0]
    server.save("a.ipynb", content)
    assert (server.folder / "a.ipynb").read_bytes() == path.read_bytes()


def test_a_version_that_was_there_stays(server: Server) -> None:
    language = {
        "language_info": {"name": "python", "version": "2.7"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
    }
    assert server.save("a.ipynb", notebook(**language))["metadata"]["language_info"]["version"] == "2.7"
    content = server.open("a.ipynb")
    assert content["metadata"]["language_info"]["version"] == "2.7"
    assert server.save("a.ipynb", content)["metadata"]["language_info"]["version"] == "2.7"


def test_another_language_gets_no_version(server: Server) -> None:
    server.save("a.ipynb", notebook(language_info={"name": "R"}, kernelspec={"name": "ir", "display_name": "R"}))
    assert "version" not in server.open("a.ipynb")["metadata"]["language_info"]


def odd(minor: int = 5, cell: dict | None = None, **metadata: Any) -> dict:
    """A notebook as another program may have written it."""
    code = {"cell_type": "code", "metadata": {}, "execution_count": None, "source": "", "outputs": [], **(cell or {})}
    code |= {"id": "a"} if minor > 4 else {}
    return {"cells": [code], "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}


ODD = {
    "no ids": odd(4),
    "4.0": odd(0),
    "a later version": odd(99),
    "language null": odd(language_info=None, kernelspec=None),
    "language a word": odd(language_info="python", kernelspec="python3"),
    "data null": odd(cell={"outputs": [{"output_type": "display_data", "data": None, "metadata": {}}]}),
    "data a list": odd(cell={"outputs": [{"output_type": "display_data", "data": [1], "metadata": {}}]}),
    "source a list": odd(cell={"source": ["1\n", "2"]}),
    "attachments": odd(cell={"attachments": {"a.png": {"image/png": "AAAA"}}}),
    "cells null": {"cells": None, "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
    "no metadata": {"cells": [], "nbformat": 4, "nbformat_minor": 5},
    "version 3": {"worksheets": [{"cells": []}], "metadata": {"name": "a"}, "nbformat": 3, "nbformat_minor": 0},
    "empty": {},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_notebook_opens_as_without_the_course(server: Server, name: str) -> None:
    (server.folder / "a.ipynb").write_text(json.dumps(ODD[name]))
    plain = type(server.contents)(root_dir=str(server.folder))

    def of(manager: Any) -> Any:
        try:
            return server.done(manager.get("a.ipynb", type="notebook"))["content"]
        except Exception as error:
            return type(error), str(error)

    assert of(server.contents) == of(plain)


def test_other_files_and_folders_are_let_through(server: Server) -> None:
    (server.folder / "a.txt").write_text("hello")
    assert server.done(server.contents.get("a.txt"))["content"] == "hello"
    assert [one["name"] for one in server.done(server.contents.get(""))["content"]] == ["a.txt"]
    server.save("a.ipynb", notebook())
    assert server.done(server.contents.get("a.ipynb", content=False))["content"] is None


def test_the_installation_switches_it_on() -> None:
    file = Path(sys.prefix, "etc", "jupyter", "jupyter_server_config.d", "course_lib.json")
    switched_on = json.loads(file.read_text(encoding="utf-8"))["ServerApp"]["jpserver_extensions"]
    assert switched_on == {point["module"]: True for point in jupyter._jupyter_server_extension_points()}
