"""A learner without a browser: a kernel of one's own, and the messages that a moved slider sends to it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from typing import Any, Self

import psutil
from jupyter_client.manager import KernelManager

PATIENCE = 600.0  # seconds


class Learner:
    """A kernel in which `code` has run; its widgets, and what a move of one costs.

    The messages are those of a page: `comm_msg` in a subshell, as JupyterLab sends them, and every answer is read.
    """

    def __init__(self, code: str, environment: Mapping[str, str] | None = None) -> None:
        self.manager = KernelManager()
        extra = {} if environment is None else {"env": dict(environment)}
        self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **extra)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.process = psutil.Process(self.manager.provisioner.pid)  # type: ignore[union-attr]
        self.models: dict[str, dict[str, Any]] = {}  # comm id -> the state of the widget as it was opened
        self.run(code)
        self._subshell = self._ask("create_subshell_request", {}, control=True)["content"].get("subshell_id")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code: str) -> None:
        """Run a cell to its end."""
        asked = self.client.execute(code)
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["msg_type"] == "error":
                raise RuntimeError(f"{message['content']['ename']}: {message['content']['evalue']}")
            if message["msg_type"] == "comm_open":
                self.models[message["content"]["comm_id"]] = message["content"]["data"].get("state", {})
            if self._is_end(message, asked):
                return

    def _is_end(self, message: dict[str, Any], asked: str) -> bool:
        return (
            message["msg_type"] == "status"
            and message["content"]["execution_state"] == "idle"
            and message["parent_header"].get("msg_id") == asked
        )

    def _ask(self, kind: str, content: dict[str, Any], control: bool = False) -> dict[str, Any]:
        channel = self.client.control_channel if control else self.client.shell_channel
        message = self.client.session.msg(kind, content)
        channel.send(message)
        while (reply := channel.get_msg(timeout=PATIENCE))["parent_header"].get("msg_id") != message["msg_id"]:
            pass
        return reply

    def find(self, model: str, description: str | None = None) -> str:
        """The comm of the first widget of this kind, with this label if one is given."""
        return next(
            comm
            for comm, state in self.models.items()
            if state.get("_model_name") == model and description in (None, state.get("description"))
        )

    def move(self, comm: str, state: dict[str, Any]) -> dict[str, Any]:
        """Send a widget's new state, and wait until the kernel rests.

        Returns seconds to the picture and to the rest, how many messages came and how many bytes they had.
        """
        message = self.client.session.msg(
            "comm_msg", {"comm_id": comm, "data": {"method": "update", "state": state, "buffer_paths": []}}
        )
        message["header"]["subshell_id"] = self._subshell
        start = time.perf_counter()
        self.client.shell_channel.send(message)
        picture, kinds, size = 0.0, [], 0
        while True:
            answer = self.client.get_iopub_msg(timeout=PATIENCE)
            if answer["parent_header"].get("msg_id") != message["msg_id"]:
                continue
            kinds.append(answer["content"].get("data", {}).get("method", answer["msg_type"]))
            size += sum(len(buffer) for buffer in answer["buffers"])
            if answer["buffers"]:
                picture = picture or time.perf_counter() - start
            if self._is_end(answer, message["msg_id"]):
                return {"picture": picture, "rest": time.perf_counter() - start, "kinds": kinds, "bytes": size}
