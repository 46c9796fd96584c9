"""Spaces: the published arithmetic of random and grid search, and samplers that take their values back."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.nn.search import plan
from course_lib.nn.spaces import Choice, IntUniform, LogUniform, Uniform, grid, narrowed

SPACE = {
    "lr": LogUniform(1e-6, 1e-2),
    "l2": LogUniform(1e-8, 1e-4),
    "units": IntUniform(8, 64),
    "activation": Choice(("tanh", "relu")),
    "dropout": Uniform(0.0, 0.5),
}


# notes: E64
# hp-60-trials: P(at least one of n random trials in the best 5 %) = 1 − 0.95ⁿ
# (elementary probability; popularised by Zheng 2015 citing Bergstra & Bengio 2012)
@pytest.mark.parametrize("n, p", [(10, 0.4012630608), (59, 0.9515054748), (100, 0.9940794708)])
def test_sixty_trials_find_the_best_five_percent(n, p):
    runs = 1500
    u = np.array([t.settings["u"] for t in plan({"u": Uniform(0, 1)}, n * runs, rng=0)]).reshape(runs, n)
    assert np.mean((u > 0.95).any(axis=1)) == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / runs))


# notes: 216, E16
def test_nine_trials():
    """Bergstra & Bengio 2012, figure 1: nine grid points try 3 values of the important axis, random ones 9."""
    space = {"important": Uniform(0, 1), "other": Uniform(0, 1)}
    assert len({s["important"] for s in grid(space, 3)}) == 3 and len(grid(space, 3)) == 9
    assert len({t.settings["important"] for t in plan(space, 9, rng=0)}) == 9


# notes: 216, E64
def test_nine_trials_distance():
    """Optimum uniform on [0, 1]: mean distance to the nearest tried value 0.08333 (grid of 3), 0.05455 (9 random);
    share of optima with a tried value within ±0.05: about 0.3 and 0.61."""
    optimum = np.random.default_rng(1).uniform(size=4000)
    axis = {"a": Uniform(0, 1)}
    three = np.array([s["a"] for s in grid(axis, 3)])
    nine = np.array([t.settings["a"] for t in plan(axis, 9 * 4000, rng=2)]).reshape(4000, 9)
    distance = [np.abs(tried - optimum[:, None]).min(axis=1) for tried in (three, nine)]
    assert distance[0].mean() == pytest.approx(0.08333333333, abs=0.003)
    assert distance[1].mean() == pytest.approx(0.05454545455, abs=0.004)
    assert (distance[0] < 0.05).mean() == pytest.approx(0.3, abs=0.03)
    assert (distance[1] < 0.05).mean() == pytest.approx(0.5955, abs=0.03)


# notes: 219
# hp-log-sampling (CS231n notes, neural-networks-3): lr in [1e-6, 1e-2], share above 1e-3 and below 1e-4
@pytest.mark.parametrize(
    "sampler, above, below", [(Uniform(1e-6, 1e-2), 0.900090009, 0.0099009901), (LogUniform(1e-6, 1e-2), 0.25, 0.5)]
)
def test_log_sampling(sampler, above, below):
    assert 1 - sampler.where(1e-3) == pytest.approx(above, abs=1e-9)
    assert sampler.where(1e-4) == pytest.approx(below, abs=1e-9)
    drawn = np.array([t.settings["lr"] for t in plan({"lr": sampler}, 4000, rng=0)])
    assert (drawn > 1e-3).mean() == pytest.approx(above, abs=0.03)
    assert (drawn < 1e-4).mean() == pytest.approx(below, abs=0.03)


@given(st.floats(0, 1, exclude_max=True))
def test_where_takes_a_value_back(u):
    for name, sampler in SPACE.items():
        value = sampler.at(u)
        if name in ("units", "activation"):
            assert sampler.at(sampler.where(value)) == value
        else:
            assert sampler.where(value) == pytest.approx(u, abs=1e-9)
            assert sampler.low <= value <= sampler.high


def test_whole_numbers_include_both_ends_equally():
    drawn = [t.settings["n"] for t in plan({"n": IntUniform(1, 3)}, 3000, rng=0)]
    assert {n: round(drawn.count(n) / 3000, 1) for n in (1, 2, 3)} == {1: 0.3, 2: 0.3, 3: 0.3}


def test_grid_by_axis():
    points = grid({"lr": LogUniform(1e-4, 1e0), "kind": Choice(["a", "b"])}, {"lr": 4, "kind": 2})
    np.testing.assert_allclose([p["lr"] for p in points[::2]], [10**-3.5, 10**-2.5, 10**-1.5, 10**-0.5])
    assert [p["kind"] for p in points[:2]] == ["a", "b"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Uniform(1, 1),
        lambda: LogUniform(0, 1),
        lambda: LogUniform(-1, 1),
        lambda: IntUniform(3, 2),
        lambda: Uniform(0, math.nan),
        lambda: Uniform(0, math.inf),
        lambda: Choice([]),
    ],
)
def test_impossible_ranges(make):
    with pytest.raises(ValueError, match="low < high|one or more|finite number"):
        make()


# notes: 214
def test_the_fine_range_surrounds_the_best_and_may_reach_beyond_the_old_one():
    """Saito 6.5.3: his five best lie at the top of lr 10^U(−6, −2) and in the lower half of decay 10^U(−8, −4)."""
    best = [
        {"lr": lr, "l2": l2, "units": 8}
        for lr, l2 in [
            (0.0092, 3.86e-07),
            (0.00956, 6.04e-07),
            (0.00571, 1.27e-06),
            (0.00626, 1.43e-05),
            (0.0052, 8.97e-06),
        ]
    ]
    space = {"lr": LogUniform(1e-6, 1e-2), "l2": LogUniform(1e-8, 1e-4), "units": IntUniform(8, 64)}
    fine = narrowed(space, best)
    # a tenth of four decades at both ends: 10^0.4 = 2.512
    assert (fine["lr"].low, fine["lr"].high) == pytest.approx((0.0052 / 2.511886, 0.00956 * 2.511886), rel=1e-6)
    assert (fine["l2"].low, fine["l2"].high) == pytest.approx((3.86e-07 / 2.511886, 1.43e-05 * 2.511886), rel=1e-6)
    assert fine["lr"].high > space["lr"].high and fine["units"] is space["units"]
    around = narrowed({"a": Uniform(0, 10)}, [{"a": 4.0}])["a"]
    assert (around.low, around.high) == pytest.approx((3.0, 5.0))
