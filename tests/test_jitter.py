"""The rounding jitter of tests/surroundings: it moves what training starts from by one rounding error, else nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SURROUNDINGS = Path(__file__).parent / "surroundings"

# Where training starts, in every way in which the course starts it.
STARTS = """
import json, multiprocessing
import numpy as np
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Adam

x, y = np.linspace(-1, 1, 12).reshape(4, 3), np.array([0, 1, 0, 1])

def drawn(dtype=np.float64, **more):
    return MLP((3, 50, 2), dtype=dtype, **more).theta

def by_hand(steps):
    net = MLP((3, 50, 2), init="zeros")
    for w in net.weights():
        w[...] = np.linspace(0.1, 1.1, w.size).reshape(w.shape)
    for _ in range(steps):
        net.loss_and_grad(x, y)
    return net.theta

def first_gradient_from_zeros():
    net = MLP((3, 2), init="zeros")
    net.loss_and_grad(x, y)
    return net.grad

def start_of_a_path():
    theta = np.linspace(1.0, 2.0, 100)
    Adam().init(theta)
    return theta

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        worker = pool.apply(drawn)
    starts = {
        "drawn": drawn(), "drawn32": drawn(np.float32), "trials": drawn(trials=2, seed=[0, 0]), "worker": worker,
        "by hand": by_hand(1), "by hand, later": by_hand(5), "from zeros": first_gradient_from_zeros(),
        "path": start_of_a_path(),
    }
    print(json.dumps({name: start.tolist() for name, start in starts.items()}))
"""


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, np.ndarray]]:
    """Under no seed, under seed 1 twice and under seed 2."""
    script = tmp_path_factory.mktemp("jitter") / "starts.py"
    script.write_text(STARTS, encoding="utf-8")
    found = {}
    for name, seed in (("none", ""), ("one", "1"), ("again", "1"), ("two", "2")):
        done = subprocess.run(
            [sys.executable, str(script)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(SURROUNDINGS), "JITTER": seed},
        )
        assert done.returncode == 0, done.stderr
        found[name] = {start: np.array(theta) for start, theta in json.loads(done.stdout).items()}
    return found


def test_every_start_moves_by_one_rounding_error_or_two(starts) -> None:
    """Drawn weights are moved as they are drawn and again at the first gradient."""
    for name, exact in starts["none"].items():
        eps = np.finfo(np.float32 if "32" in name else np.float64).eps
        moved = np.abs(starts["one"][name] - exact)[exact != 0] / np.abs(exact[exact != 0]) / eps
        assert 0.3 < np.mean(moved > 0.4) < 0.95, name
        assert moved.max() < 2.5, name
        assert not starts["one"][name][exact == 0].any(), name


def test_one_seed_is_one_processor_and_another_another(starts) -> None:
    for name, theta in starts["one"].items():
        assert np.array_equal(theta, starts["again"][name]), name
        assert not np.array_equal(theta, starts["two"][name]), name


def test_equal_networks_stay_equal(starts) -> None:
    one = starts["one"]
    assert np.array_equal(one["trials"][0], one["trials"][1])
    assert np.array_equal(one["trials"][0], one["drawn"])
    assert np.array_equal(one["worker"], one["drawn"])
    assert np.array_equal(one["by hand"], one["by hand, later"]), "only the first gradient starts anything"
