"""Opens a chapter for a lecture: a copy of it, run already, in large print, with nothing else on the screen.

    python tools/lecture.py 05 [--no-browser]      until Ctrl + C

The notebooks are copied to a temporary folder, so the course's own files stay as they are whatever is typed, saved or
run. JupyterLab has settings of its own there: the lecturer's are neither read nor changed, and no progress is noted.
"""

import argparse
import json
import queue
import shutil
import signal
import sys
import tempfile
import time
import urllib.request
import webbrowser
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient
from jupyterlab_server.workspaces_handler import WorkspacesManager
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary
from nbformat.v4 import output_from_msg

import notebooks
from lab_server import Lab

HERE = Path(__file__).with_suffix("")
SECONDS_PER_CELL = 300


def chapter_file(chapter: str) -> Path:
    """The notebook of a chapter, given as `05` or `5`, or as a file."""
    if chapter.endswith(".ipynb") and Path(chapter).is_file():
        return Path(chapter)
    files = {path.name[:2]: path for path in sorted(notebooks.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
    if not chapter or chapter.zfill(2) not in files:
        wanted = f"There is no chapter {chapter!r}" if chapter else "Which chapter"
        raise ValueError(f"{wanted}: choose one from {min(files)} to {max(files)}, make lecture CHAPTER=05.")
    return files[chapter.zfill(2)]


def lecture_lab(folder: Path) -> Lab:
    """JupyterLab over `folder`, bare, with large print on in its kernels."""
    home = folder / ".jupyter"
    shutil.copytree(HERE, home / "config" / "custom", ignore=shutil.ignore_patterns("*.json"))
    WorkspacesManager(str(home / "workspaces")).save("default", (HERE / "workspace.json").read_text(encoding="utf-8"))
    environment = {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "COURSE_LECTURE": "1",
    }
    # The server extension of the course takes widgets out of files: they end with their kernel. Here both end at once.
    keep = "--ServerApp.jpserver_extensions={'course_lib.jupyter': False}"
    return Lab(folder, "--LabApp.custom_css=True", keep, settings=HERE, environment=environment)


def run(lab: Lab, file: str) -> list[str]:
    """Run the notebook `file` of the lab in a kernel that stays, and write what it shows into it; what went wrong."""
    session = {"path": file, "name": file, "type": "notebook", "kernel": {"name": "python3"}}
    headers = {"Authorization": f"token {lab.token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{lab.address}/api/sessions", json.dumps(session).encode(), headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        kernel = json.load(answer)["kernel"]["id"]
    client = BlockingKernelClient(connection_file=str(lab.runtime / f"kernel-{kernel}.json"))
    client.load_connection_file()
    client.start_channels(hb=False)  # on a busy machine a heart that is late is not dead
    path, problems = lab.folder / file, []
    notebook = notebooks.read(path)
    try:
        client.wait_for_ready(timeout=SECONDS_PER_CELL)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                problems += run_cell(client, cell)
                cell.metadata["jupyter"] = {"source_hidden": True}
    finally:
        client.stop_channels()
    nbformat.write(notebook, path)
    # JupyterLab shows widgets only where it knows that the learner's own kernel made them.
    NotebookNotary(data_dir=str(lab.home / "data")).sign(nbformat.read(path, as_version=4))
    return problems


def run_cell(client: BlockingKernelClient, cell: NotebookNode) -> list[str]:
    """Run a cell as JupyterLab does, which tells the kernel the cell's id."""
    content = {"code": cell.source, "silent": False, "allow_stdin": False, "stop_on_error": False}
    request = client.session.msg("execute_request", content, metadata={"cellId": cell.id})
    client.shell_channel.send(request)
    outputs: list[NotebookNode] = []
    while True:
        message = client.get_iopub_msg(timeout=SECONDS_PER_CELL)
        if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
            continue
        kind, about = message["msg_type"], message["content"]
        if kind == "status" and about["execution_state"] == "idle":
            break
        if kind == "execute_input":
            cell.execution_count = about["execution_count"]
        elif kind == "clear_output":
            outputs.clear()
        elif kind in ("stream", "display_data", "execute_result", "error"):
            outputs.append(output_from_msg(message))
    cell.outputs = notebooks.merged_streams(outputs)
    raised = [one for one in outputs if one.output_type == "error"]
    return [f"Cell [{cell.execution_count}] raised {one.ename}: {one.evalue}" for one in raised]


def stop(*_: Any) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapter", help="its number, 05, or a notebook of your own")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    given = parser.parse_args(arguments)
    try:
        notebooks.read(chapter := chapter_file(given.chapter))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # as Ctrl + C, in the background too
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    try:
        with tempfile.TemporaryDirectory(prefix="course-lecture-", ignore_cleanup_errors=True) as place:
            for part in ("notebooks", "docs"):
                shutil.copytree(
                    notebooks.NOTEBOOKS.with_name(part),
                    Path(place) / part,
                    ignore=shutil.ignore_patterns(".ipynb_checkpoints"),
                )
            shutil.copy(chapter, Path(place) / "notebooks")
            with lecture_lab(Path(place)) as lab:
                print(f"Running a copy of {chapter.name} ...", flush=True)
                file = f"notebooks/{chapter.name}"
                for problem in run(lab, file):
                    print(f"  {problem}", file=sys.stderr)
                address = f"{lab.address}/doc/tree/{file}?token={lab.token}"
                print(f"Open {address}\nCtrl + C ends the lecture and removes the copy.", flush=True)
                if not given.no_browser:
                    webbrowser.open(address)
                while True:
                    time.sleep(3600)
    except KeyboardInterrupt:
        print("\nThe copy is removed.")
    except queue.Empty:
        sys.exit(
            f"The lecture did not begin: a cell of {chapter.name} ran for more than {SECONDS_PER_CELL} s, or its "
            "kernel died."
        )
    except (RuntimeError, OSError) as error:
        sys.exit(f"The lecture did not begin: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
