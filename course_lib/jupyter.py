"""What Jupyter Server does with notebooks while the course is installed beside it; `course_lib.json` switches it on.

A widget lives in one kernel. A file that holds its view opens, in any later kernel, as "Error displaying widget" in
front of the picture stored beside it. So the file keeps the picture, the text, the table, and not the view.

JupyterLab notes the version of Python in every notebook it opens, and then calls the notebook changed. The stored form
names no version, so it is put in when the notebook is opened and taken out again when it is saved.
"""

import inspect
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
LIVE_ONLY = (WIDGET_VIEW, "application/vnd.jupyter.widget-state+json")
STILL = ("text/html", "text/markdown", "image/png", "image/jpeg", "image/svg+xml")  # shown without a kernel


def without_live_only(notebook: dict[str, Any]) -> None:
    """Take widget views out of outputs that hold something to show without a kernel; then the state nobody needs."""
    views_left = False
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if any(kind in data for kind in STILL):
                for kind in LIVE_ONLY:
                    data.pop(kind, None)
            views_left |= WIDGET_VIEW in data  # another library's, which its stored state may show
    if not views_left:
        notebook.get("metadata", {}).pop("widgets", None)


def _opened(model: dict[str, Any]) -> dict[str, Any]:
    """A model of the contents service on its way to the page."""
    notebook = model.get("content")
    if model.get("type") == "notebook" and notebook:
        with suppress(AttributeError, KeyError, TypeError):  # what other programs wrote is opened as it is
            without_live_only(notebook)  # as servers without this module save them
            language = notebook["metadata"].get("language_info", {})
            if language.get("name") == "python" and notebook["metadata"].get("kernelspec", {}).get("name") == "python3":
                language.setdefault("version", sys.version.split()[0])
    return model


def _saved(model: dict[str, Any], path: str, contents_manager: Any, **_: Any) -> None:
    """A model of the contents service on its way to the disk."""
    notebook = model.get("content")
    if model.get("type") == "notebook" and notebook:
        without_live_only(notebook)
        if not _names_a_version(path, contents_manager):
            notebook["metadata"].get("language_info", {}).pop("version", None)


def _names_a_version(path: str, contents_manager: Any) -> bool:
    """Whether the file that is there names the version of its language; yes if none is there."""
    from jupyter_server.utils import ApiPath, to_os_path

    try:
        file = Path(to_os_path(ApiPath(path), contents_manager.root_dir))
        return "version" in json.loads(file.read_text(encoding="utf-8"))["metadata"]["language_info"]
    except (AttributeError, OSError, ValueError, KeyError, TypeError):  # no such file, no notebook, or no files at all
        return True


def _load_jupyter_server_extension(server: Any) -> None:
    # Once the server starts: until then another extension, such as Jupytext's, may put a manager of its own in place.
    server.io_loop.add_callback(lambda: _attach(server.contents_manager))


def _attach(contents: Any) -> None:
    """See every notebook that this contents manager opens or saves."""
    get = contents.get

    async def awaited(model: Any) -> dict[str, Any]:
        return _opened(await model)

    def opened(*arguments: Any, **named: Any) -> Any:
        model = get(*arguments, **named)
        return awaited(model) if inspect.isawaitable(model) else _opened(model)

    contents.get = opened
    contents.register_pre_save_hook(_saved)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]
