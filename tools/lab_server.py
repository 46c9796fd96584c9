"""A JupyterLab server for browser tests and benchmarks: the settings of `make lab`, nothing of the user's own."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Self

import matplotlib

SETTINGS = Path(__file__).resolve().parent / "jupyterlab"
CHROMIUM_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-default-apps --no-first-run"
).split()
KERNEL = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
NO_CHROMIUM = (
    "No Chromium found: install it (Debian, Ubuntu: sudo apt-get install chromium; macOS: brew install "
    "--cask chromium) or say where one is with CHROMIUM=/path/to/chromium."
)


def chromium() -> str | None:
    """The path of a Chromium, or None: $CHROMIUM if set, else the first that is installed."""
    names = [
        os.environ.get("CHROMIUM") or "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ]
    return next((path for name in names if (path := shutil.which(name))), None)


class Lab:
    """JupyterLab over `folder` on a free port of this machine, with its token; a context manager.

    Home, configuration, workspaces and the learner's progress live in a temporary folder: nothing of the user's own
    set-up changes what is seen, and nothing of it is changed. `options` are more of JupyterLab's own; `environment`
    holds variables that are different there.
    """

    def __init__(
        self, folder: Path, *options: str, settings: Path = SETTINGS, environment: dict[str, str] | None = None
    ) -> None:
        self.folder = folder
        self._home = tempfile.TemporaryDirectory(prefix="course-lab-", ignore_cleanup_errors=True)
        self.home = Path(self._home.name)
        self.runtime = self.home / "runtime"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        server = {
            "ip": "127.0.0.1",
            "port": port,
            "port_retries": 0,
            "root_dir": folder,
            "kernel_websocket_connection_class": "tools.prompt_socket.PromptConnection",
        }
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *(f"--ServerApp.{name}={value}" for name, value in server.items()),
            *(f"--{app}.expose_app_in_browser=True" for app in ("LabApp", "JupyterNotebookApp")),
            f"--LabApp.app_settings_dir={settings}",
            *options,
        ]
        self._log = open(self.home / "server.log", "w+", encoding="utf-8")
        self._process = subprocess.Popen(
            command,
            stdout=self._log,
            stderr=self._log,
            cwd=SETTINGS.parents[1],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl + C is not for it
            env=self._environment() | (environment or {}),
        )
        try:
            self.token = self._wait()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _environment(self) -> dict[str, str]:
        own = {"HOME": ".", "IPYTHONDIR": "ipython", "COURSE_LIB_PROGRESS": "progress.jsonl"}
        own |= {f"JUPYTER_{part.upper()}_DIR": part for part in ("config", "data", "runtime")}
        own |= {f"JUPYTERLAB_{part.upper()}_DIR": part for part in ("workspaces", "settings")}
        fonts = matplotlib.get_cachedir()  # a new home would make Matplotlib list all fonts anew, which takes seconds
        return {**os.environ, **{name: str(self.home / part) for name, part in own.items()}, "MPLCONFIGDIR": fonts}

    def _wait(self) -> str:
        """The token, once the server answers."""
        end = time.monotonic() + 600
        while time.monotonic() < end and self._process.poll() is None:
            for file in self.runtime.glob("jpserver-*.json"):
                with contextlib.suppress(OSError, ValueError):  # the file is there before the server listens
                    token = json.loads(file.read_text(encoding="utf-8"))["token"]
                    with urllib.request.urlopen(f"{self.address}/api?token={token}", timeout=60):
                        return token
            time.sleep(0.1)
        self._log.seek(0)
        raise RuntimeError(f"JupyterLab did not start:\n{self._log.read()}")

    def close(self) -> None:
        """Stop the server, and with it the kernels."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._home.cleanup()
