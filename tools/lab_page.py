"""One notebook open in JupyterLab or Notebook 7 in a real browser, and its explorers, moved by mouse and keyboard."""

from __future__ import annotations

import ast
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from jupyter_client.blocking.client import BlockingKernelClient
from playwright.sync_api import Browser, Locator

PATIENCE = 600.0  # seconds: only what would never come is given up
PROBE = Path(__file__).with_name("lab_probe.py")

NOTEBOOK = "jupyterapp.shell.currentWidget"

FRONT_ENDS = {"JupyterLab": "lab/tree", "Notebook 7": "notebooks"}  # name -> where its notebooks are

# Marks every explorer in the page with the id of its cell and its place there; gives the marks.
MARK = f"""() => {NOTEBOOK}.content.widgets.flatMap(cell =>
    [...cell.node.querySelectorAll('.jp-OutputArea .widget-vbox:has(.widget-image)')].map(
        (root, place) => root.dataset.explorer = `${{cell.model.id}}/${{place}}`))"""

DIGEST = """async image => {
    if (!image.complete || !image.naturalWidth) return '';
    const bytes = await (await fetch(image.src)).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('');
}"""

# All that is seen of an explorer, in one question to the page.
SEEN = f"""async root => {{
    const words = node => (node?.textContent ?? '').split(/\\s+/).filter(Boolean).join(' ');
    const image = root.querySelector('img.widget-image'), inputs = root.querySelector(':scope > .widget-box').children;
    return {{
        picture: await ({DIGEST})(image),
        caption: words(root.querySelector(':scope > .widget-html')),
        alt: image.alt.split(/\\s+/).filter(Boolean).join(' '),
        inputs: [...inputs].filter(one => one.localName !== 'button').map(one => {{
            const knob = one.querySelector('.noUi-handle'), said = name => knob.getAttribute(`aria-${{name}}`);
            return knob && [Number(said('valuenow')), words(one.querySelector('.widget-readout')), said('label'),
                            said('valuetext')];
        }}),
    }};
}}"""


class LabPage:
    """A notebook opened in a tab of its own; `console` collects what the browser calls errors and warnings."""

    def __init__(
        self,
        lab: Any,
        browser: Browser,
        notebook: str,
        width: int = 1600,
        height: int = 1000,
        front_end: str = "JupyterLab",
    ) -> None:
        self.lab = lab
        self.console: list[str] = []
        self._context = browser.new_context(viewport={"width": width, "height": height})
        self._context.set_default_timeout(1000 * PATIENCE)
        self.page = self._context.new_page()
        if front_end == "JupyterLab":  # Notebook 7 complains of itself at every start
            self.page.on("console", self._said)
            self.page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        self.notebook, self.front_end = notebook, front_end
        self._client: BlockingKernelClient | None = None
        self._open()

    def _open(self) -> None:
        self.page.goto(f"{self.lab.address}/{FRONT_ENDS[self.front_end]}/{self.notebook}?reset&token={self.lab.token}")
        self._wait_for_notebook()
        self.page.evaluate("() => jupyterapp.shell.collapseLeft()")

    def _wait_for_notebook(self) -> None:
        # Asked again and again: a promise of a tab that JupyterLab replaces while it starts would never be kept.
        self.page.wait_for_function(
            f"window.jupyterapp && {NOTEBOOK}?.content?.widgets?.length > 0 && {NOTEBOOK}.context.isReady"
        )

    def _said(self, message: Any) -> None:
        slow = re.match(r"Plugin .* to activate|Item .* did not appear within", message.text)  # the machine is busy
        if message.type in ("error", "warning") and not slow:
            self.console.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
        """The first value of `condition()` that is true."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > end:
                raise TimeoutError(f"After {seconds} seconds there is still no {what}.")
            self.page.wait_for_timeout(20)
        return value

    # The notebook -----------------------------------------------------------------------------------------------

    def wait_for_kernel(self) -> None:
        self.page.wait_for_function(f"{NOTEBOOK}.sessionContext.session?.kernel?.status === 'idle'")

    def run_all(self) -> None:
        """*Run All*, until the last cell is done and all explorers are there."""
        self.wait_for_kernel()
        self.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells').then(() => window.ran = 1) }")
        self.page.wait_for_function("window.ran === 1", timeout=2000 * PATIENCE)
        self.wait_for_explorers()

    def run(self, cell: str, wait: bool = True) -> None:
        """Run one cell, like Ctrl + Enter in it."""
        self.wait_for_kernel() if wait else None
        self.page.evaluate(
            f"""async ([id, wait]) => {{
            const notebook = {NOTEBOOK}.content;
            notebook.deselectAll();
            notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
            const done = jupyterapp.commands.execute('notebook:run-cell');
            if (wait) await done;
        }}""",
            [cell, wait],
        )

    def cells(self) -> list[dict[str, Any]]:
        """The notebook as JupyterLab holds it, outputs included."""
        return self.page.evaluate(f"() => {NOTEBOOK}.content.model.toJSON().cells")

    def cell(self, id: str) -> Locator:
        """The cell with this id, scrolled to."""
        mark = f"""id => {{
            const notebook = {NOTEBOOK}.content;
            const index = notebook.widgets.findIndex(cell => cell.model.id === id);
            notebook.widgets[index].node.dataset.cell = id;
            return notebook.scrollToItem(index);
        }}"""
        self.page.evaluate(mark, id)
        return self.page.locator(f'[data-cell="{id}"]')

    def save(self) -> None:
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    def is_changed(self) -> bool:
        """Whether the tab shows the dot of what is not saved."""
        return self.page.evaluate(f"{NOTEBOOK}.content.model.dirty")

    def come_back(self) -> None:
        """Save the notebook, shut its kernel down, and open it in a new page with a new kernel."""
        self.save()
        self.forget_kernel()
        self.page.evaluate(f"() => {NOTEBOOK}.sessionContext.shutdown()")
        self.page.goto("about:blank")
        self._open()
        self.wait_for_kernel()

    def violations(self) -> list[tuple[str, ...]]:
        """What axe-core calls serious or critical in the outputs of cells: rule, element, what to do."""
        options = {"resultTypes": ["violations"]}
        found = Axe().run(self.page, context=".jp-OutputArea-output", options=options).response["violations"]
        return [
            (one["id"], node["html"][:200], node["failureSummary"])
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def reopen(self) -> None:
        """Save the notebook, close it, which leaves its kernel running, and open it again."""
        self.save()
        self.page.evaluate(f"() => {NOTEBOOK}.close()")
        self.page.wait_for_function(f"!({NOTEBOOK}?.content?.widgets)")
        self.page.evaluate("path => { jupyterapp.commands.execute('docmanager:open', {path}) }", self.notebook)
        self._wait_for_notebook()
        self.wait_for_kernel()

    # The kernel -------------------------------------------------------------------------------------------------

    def forget_kernel(self) -> None:
        """The next `evaluate_in_kernel` speaks to the kernel that is there then."""
        if self._client is not None:
            self._client.stop_channels()
            self._client = None

    def evaluate_in_kernel(self, expression: str, seconds: float = PATIENCE) -> Any:
        """The value of a Python expression in the notebook's kernel; `probe` is tools/lab_probe.py."""
        if self._client is None:
            kernel = self.page.evaluate(f"{NOTEBOOK}.sessionContext.session.kernel.id")
            self._client = BlockingKernelClient(connection_file=str(self.lab.runtime / f"kernel-{kernel}.json"))
            self._client.load_connection_file()
            self._client.start_channels()
        code = f"""if "_probe" not in globals():
            from importlib.util import spec_from_file_location as _at, module_from_spec as _module
            _probe = _module(_at("lab_probe", {str(PROBE)!r}))
            _probe.__spec__.loader.exec_module(_probe)"""
        values = {"value": f"__import__('json').dumps((lambda probe: {expression})(_probe))"}
        message = self._client.execute(code, silent=True, user_expressions=values, reply=True, timeout=seconds)
        value = message["content"].get("user_expressions", {}).get("value", message["content"])
        if value["status"] != "ok":
            raise RuntimeError(f"{expression}: {value.get('ename')}: {value.get('evalue')}")
        return json.loads(ast.literal_eval(value["data"]["text/plain"]))

    # The explorers ----------------------------------------------------------------------------------------------

    def wait_for_explorers(self) -> list[ShownExplorer]:
        """All explorers, once the page shows as many as the kernel holds, each with its picture."""
        shown = self.evaluate_in_kernel("probe.shown()")
        names = [f"{one['cell']}/{one['place']}" for one in shown]
        self.wait(lambda: self.page.evaluate(MARK) == names, f"view of each of {names}")
        while (fold := self.page.get_by_role("button", name=re.compile("^More controls"))).count():
            fold.first.click()  # opens, and is called otherwise from then on
            self.page.wait_for_timeout(200)
        explorers = [ShownExplorer(self, **one) for one in shown]
        for explorer in explorers:
            explorer.settled()
        return explorers

    def close(self) -> None:
        """Close the tab and shut its kernel down."""
        self.forget_kernel()
        self.page.evaluate(f"() => {NOTEBOOK}.sessionContext.shutdown()")
        self._context.close()


class ShownExplorer:
    """One explorer in a `LabPage`: `controls` as the probe describes them, and hands to move them."""

    def __init__(self, lab_page: LabPage, cell: str, place: int, name: str, controls: list, presets: list) -> None:
        self.lab_page, self.page = lab_page, lab_page.page
        self.cell, self.place, self.name = cell, place, name
        self.controls = {control["name"]: control for control in controls}
        self.presets = presets
        self.root = self.page.locator(f'[data-explorer="{cell}/{place}"]')
        self.picture = self.root.locator("img.widget-image")
        self._inputs = self.root.locator("> .widget-box").nth(0).locator("> :not(button)")

    def ask(self, question: str, *more: Any) -> Any:
        """What a function of the probe says about this explorer."""
        return self.lab_page.evaluate_in_kernel(f"probe.{question}(*{[self.cell, self.place, *more]!r})")

    def pixels(self) -> str:
        """A digest of the PNG file on the screen."""
        return self.picture.evaluate(DIGEST)

    def caption(self) -> str:
        return " ".join((self.root.locator("> .widget-html").first.text_content() or "").split())

    def settled(self, settings: dict[str, Any] | None = None) -> dict[str, Any]:
        """The explorer's state, once it is at rest (with these settings, if given) and the page shows it."""
        state = self.ask("state")

        def at_rest() -> bool:
            nonlocal state
            state = self.ask("state")
            return settings in (None, state["settings"]) and not state["draft"] and not self.differences(state)

        try:
            self.lab_page.wait(at_rest, "rest")
        except TimeoutError as error:
            seen = f"{state}, and in the page differs {self.differences(state) or 'nothing'}"
            raise TimeoutError(f"{self.name}: {error} Wanted {settings or 'any settings'}, is {seen}.") from None
        return state

    def moved(self, before: dict[str, Any]) -> dict[str, Any]:
        """The state at rest after the settings are no longer those of `before`."""
        settings = before["settings"]
        self.lab_page.wait(lambda: self.ask("state")["settings"] != settings, f"move of {self.name} from {settings}")
        return self.settled()

    def differences(self, state: dict[str, Any]) -> list[str]:
        """Where the page does not show `state`: picture, text, knobs and what they are said to stand at."""
        seen = self.root.evaluate(SEEN)
        seen |= dict(zip(self.controls, seen.pop("inputs"), strict=True))
        wanted = {"picture": state["picture"], "caption": state["caption"], "alt": state["caption"]}
        for name, control in self.controls.items():
            if control["kind"] == "slider":
                value = state["readout"][name]
                wanted[name] = [state["stop"][name], value, control["label"], value]
        return [f"{name}: {seen[name]}" for name in wanted if seen[name] != wanted[name]]

    def input(self, name: str) -> Locator:
        return self._inputs.nth(list(self.controls).index(name))

    def handle(self, name: str) -> Locator:
        """The knob of a slider."""
        return self.input(name).locator(".noUi-handle")

    def stop(self, name: str) -> float:
        """Where a slider stands: the number of the stop."""
        return self._number(name, "valuenow")

    def _number(self, name: str, what: str) -> float:
        return float(self.handle(name).get_attribute(f"aria-{what}") or "nan")

    def share(self, name: str) -> float:
        """Where a slider stands on its track: 0 at the left end, 1 at the right."""
        low, high = (self._number(name, f"value{end}") for end in ("min", "max"))
        return (self.stop(name) - low) / (high - low)

    def _still(self, thing: Locator) -> Any:
        """The box of `thing`, scrolled to, once cells that come into view no longer push it about."""
        box: Any = None
        while box != (box := thing.bounding_box()):
            thing.hover()
            self.page.wait_for_timeout(100)
        return box

    def drag(
        self, name: str, *path: float, seconds: float = 0.2, events: int = 8, held: Callable[[], Any] = lambda: None
    ) -> None:
        """Take the knob with the mouse and lead it evenly along `path`, shares of its track, in so many mouse moves.

        `held` is called before the knob is let go.
        """
        track: Any
        knob, track = self._still(self.handle(name)), self.input(name).locator(".noUi-base").bounding_box()
        x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
        corners = [x, *(track["x"] + share * track["width"] for share in path)]
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        began = time.perf_counter()
        for event in range(1, events + 1):
            x = np.interp(event / events, np.linspace(0, 1, len(corners)), corners)
            self.page.mouse.move(float(x), y)
            self.page.wait_for_timeout(max(0, 1000 * (began + seconds * event / events - time.perf_counter())))
        held()
        self.page.mouse.up()

    def key(self, name: str, *keys: str) -> None:
        """Press keys with the focus on the knob."""
        self.handle(name).focus()
        for key in keys:
            self.page.keyboard.press(key)

    def press(self, label: str) -> None:
        self.root.get_by_role("button", name=label, exact=True).click()
