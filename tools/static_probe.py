"""What a page or a deck must show after a static explorer was moved, and a wait until it does."""

import base64
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator

# The chapters whose explorers move on the site of the tests: sliders, choices, switches, a recorded run.
MOVING = ("",) if os.environ.get("SITE") else ("00", "03", "10")

HASH = """async canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
    const hash = await crypto.subtle.digest("SHA-256", data);
    return [...new Uint8Array(hash)].map(byte => byte.toString(16).padStart(2, "0")).join("");
}"""


def frames_of(site: Path, root: Locator) -> dict[str, Any]:
    """The frames of an explorer of the website in the folder `site`, read from its scripts."""
    own, shared = (root.get_attribute(name) for name in ("data-key", "data-group"))
    frames, *more = [
        json.loads(text[text.index("{") : text.rindex("}") + 1])
        for name in (own, shared)
        if name and (text := (site / "_static" / "explorers" / f"{name}.js").read_text(encoding="utf-8"))
    ]
    return {**frames, "parts": [*(more[0]["parts"] if more else []), *frames["parts"]]}


def target(frames: dict[str, Any], place: int, value: int, before: list[int]) -> int:
    """The state that the page must go to when control `place` moves to `value`."""
    wanted = [value if k == place else one for k, one in enumerate(before)]
    states = [indices for indices, _ in frames["states"]]
    return states.index(wanted) if wanted in states else next(k for k, one in enumerate(states) if one[place] == value)


def shows(root: Locator, frames: dict[str, Any], state: int, number: int | None = None) -> None:
    """Wait until the explorer shows this very state, and compare pixels and words.

    A wait for anything less - some picture, some text - may be over while a move is still being decoded.
    """
    if number is None:
        number = min(int(root.get_attribute("data-at") or 0), len(frames["states"][state][1]) - 1)
    behind, over, text = (frames["parts"][part] for part in frames["states"][state][1][number])
    root.page.wait_for_function(
        """([key, shown, text]) => {
            const root = document.querySelector(`[data-key='${key}']`);
            return root.dataset.shown === shown && root.querySelector(".explorer-text").textContent === text;
        }""",
        arg=[root.get_attribute("data-key"), f"{state}.{number}", text],
    )
    picture, moving = (Image.open(io.BytesIO(base64.b64decode(part))).convert("RGBA") for part in (behind, over))
    picture.alpha_composite(moving)
    canvas = root.locator("canvas")
    assert canvas.evaluate(HASH) == hashlib.sha256(picture.tobytes()).hexdigest()
    assert canvas.get_attribute("aria-label") == text
