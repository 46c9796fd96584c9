"""What every explorer says at its start and at each preset is what was read when it was stored.

Words must be the same; numbers may differ by 3 % or two units of the last digit shown, because what training gives
differs between processors. `STORE=1` in the environment writes the file anew: read the difference, then commit it.
"""

import json
import os
import re
from pathlib import Path

import pytest

from course_lib.explorers import all_explorers

STORED = Path(__file__).with_name("captions.json")
EXPLORERS = all_explorers()
# What rounding decides: the worst weight of a gradient check, a run at the edge of divergence, the best of many rates.
CHAOTIC = {
    "boundary_explorer": {"3 units"},
    "gradient_check_explorer": {"", "h too small", "float32"},
    "dying_relu_explorer": {"lr 10, leak 0.01"},
    "batchnorm_training_explorer": {"Large rate"},
    "optimizer_path_explorer": {"Ravine", "Rosenbrock", "Beale"},
    "learning_rate_explorer": {"High", "Very high"},
    "schedule_explorer": {"Digits, rate too high", "Digits, warm-up"},
}
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+−-]?\d+)?")


def captions(name: str) -> dict[str, str]:
    explorer = EXPLORERS[name]()
    said = {"": explorer.text}
    for label in explorer.presets:
        explorer.reset()
        said[label] = explorer.preset(label).text
    explorer.close()
    return said


def apart(shown: str, stored: str) -> bool:
    """Whether two numbers differ by more than 3 % and two units of the last digit shown."""
    digits, _, exponent = stored.replace("−", "-").partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
    shown, stored = (float(number.replace("−", "-")) for number in (shown, stored))
    return abs(shown - stored) > max(0.03 * abs(stored), 2.001 * unit)


def differ(caption: str, stored: str) -> bool:
    if NUMBER.sub("#", caption) != NUMBER.sub("#", stored):
        return True
    pairs = zip(NUMBER.findall(caption), NUMBER.findall(stored), strict=True)
    return any(apart(*pair) for pair in pairs)


@pytest.mark.parametrize("name", EXPLORERS)
def test_captions_are_those_that_were_read(name: str) -> None:
    said = captions(name)
    if os.environ.get("STORE"):
        stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
        stored = {one: said if one == name else stored.get(one, {}) for one in EXPLORERS}
        STORED.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    stored = json.loads(STORED.read_text(encoding="utf-8"))[name]
    assert said.keys() == stored.keys()
    assert not [label for label, caption in said.items() if caption != caption.strip()]
    chaotic = CHAOTIC.get(name, set())
    assert chaotic <= said.keys()
    wrong = [label for label in said.keys() - chaotic if differ(said[label], stored[label])]
    assert not wrong, "\n".join(f"{label}:\n  now    {said[label]}\n  stored {stored[label]}" for label in wrong)
