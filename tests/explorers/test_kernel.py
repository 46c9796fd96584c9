"""In a real kernel, with the messages that JupyterLab sends: a cell draws while sliders move.

JupyterLab's setting `commsOverSubshells` decides which thread of the kernel hears a slider: the one that runs cells
("disabled"), one for all widgets ("perCommTarget", the default) or one for each widget ("perComm").
"""

import ast
import itertools
import queue
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from jupyter_client import BlockingKernelClient, KernelManager

EXPLORERS = ["optimizer_path_explorer", "initialization_explorer", "live_training_explorer"]
VIEW = "application/vnd.jupyter.widget-view+json"
FIGURES = 8
SECONDS = 300  # until an answer counts as missing

SET_UP = f"""
from IPython.display import display
from course_lib import explorers
made = [getattr(explorers, name)() for name in {EXPLORERS}]
display(*made)
made[-1]._panel.play()
moved = [next(name for name in one.controls if hasattr(one.controls[name], "low")) for one in made]
inputs = [one._panel.inputs[name] for one, name in zip(made, moved)]
widgets = [(one.comm.comm_id, len(one.options)) for one in inputs]
widgets.append((made[-1]._panel.clock.comm.comm_id, None))
drawn = [0] * len(made)
for place, one in enumerate(made):
    one._panel.image.observe(lambda _, place=place: drawn.__setitem__(place, drawn[place] + 1), names="value")
"""
LEARNER = """
import matplotlib.pyplot as plt
import numpy as np
for _ in range({figures}):
    figure, ax = plt.subplots()
    x = np.linspace(0.1, 6, 50)
    ax.semilogy(x, np.exp(x), "o--", label=r"$e^{{x_1}}$")
    ax.set(title=r"mine $\\alpha^2$", xlabel="x")
    ax.legend()
    plt.show()
"""


@pytest.fixture
def client() -> Iterator[BlockingKernelClient]:
    manager = KernelManager()
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=SECONDS)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def pictures(client: BlockingKernelClient, code: str, moves: Iterable[dict] = ()) -> list[str]:
    """What a cell with this code shows, as encoded PNG files; meanwhile the page sends `moves`, 20 a second."""
    request, shown, moves = client.execute(code), [], iter(moves)
    while True:
        try:
            message = client.get_iopub_msg(timeout=0.05)
        except queue.Empty:
            message = None
        if (move := next(moves, None)) is not None:
            client.shell_channel.send(move)
        if message is None or message["parent_header"].get("msg_id") != request:
            continue
        data, kind = message["content"].get("data", {}), message["msg_type"]
        assert kind != "error", message["content"]["traceback"]
        if kind == "display_data" and VIEW not in data:
            shown.append(data["image/png"])
        if kind == "status" and message["content"]["execution_state"] == "idle":
            return shown


def value(client: BlockingKernelClient, expression: str) -> Any:
    reply = client.execute_interactive("", user_expressions={"it": expression}, timeout=SECONDS)
    return ast.literal_eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])


def new_subshell(client: BlockingKernelClient) -> str:
    message = client.session.msg("create_subshell_request")
    client.control_channel.send(message)
    while True:
        reply = client.control_channel.get_msg(timeout=SECONDS)
        if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            return reply["content"]["subshell_id"]


def moves(client: BlockingKernelClient, widgets: list[tuple[str, str | None, int | None]]) -> Iterator[dict]:
    """For ever one widget (comm, subshell, stops) after the other, each from stop to stop; a clock counts."""
    for count in itertools.count(1):
        for comm, subshell, stops in widgets:
            state = {"value": count} if stops is None else {"index": 7 * count % stops}
            message = client.session.msg("comm_msg", {"comm_id": comm, "data": {"method": "update", "state": state}})
            if subshell is not None:
                message["header"]["subshell_id"] = subshell
            yield message


@pytest.mark.parametrize("comms_over_subshells", ["disabled", "perCommTarget", "perComm"])
def test_a_cell_draws_the_same_figures_while_explorers_move_and_play(client, comms_over_subshells):
    (alone,) = pictures(client, LEARNER.format(figures=1))
    pictures(client, SET_UP)
    shared = new_subshell(client) if comms_over_subshells == "perCommTarget" else None
    widgets = [
        (comm, new_subshell(client) if comms_over_subshells == "perComm" else shared, stops)
        for comm, stops in value(client, "widgets")
    ]
    before, hands = value(client, "drawn"), moves(client, widgets)
    for _ in range(50):
        assert set(pictures(client, LEARNER.format(figures=FIGURES), hands)) == {alone}
        if all(now > then for now, then in zip(value(client, "drawn"), before)):
            return
    pytest.fail("an explorer did not move")
