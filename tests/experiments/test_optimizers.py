"""Paths and the map of learning rates: the book's end points, the quadratic's limits, paths that agree with runs."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.experiments.optimizers import (
    SAITO,
    descend,
    make,
    optimizer_path,
    optimizer_paths,
    saito_paths,
)
from course_lib.experiments.optimizers_map import (
    EIGENVALUES,
    WITH_BETA,
    best_rate,
    learning_rate_map,
    stability_limit,
)
from course_lib.nn.optimizers import OPTIMIZERS, SGD
from course_lib.nn.surfaces import SURFACES

# Saito, Deep Learning from Scratch (2016), 6.1, optimizer_compare_naive.py: after 29 updates (the last point of his
# figure), after 30, length of the path, sign changes of y
BOOK = {
    "sgd": ([-0.387174580942, -0.0942025739449], [-0.350392995752, 0.0847823165504], 36.9926016835, 30),
    "momentum": ([0.814112149508, 0.27287785238], [0.896413858494, 0.0880856017151], 12.7985176183, 4),
    "adagrad": ([-0.136185399907, 9.07097872615e-17], [-0.120162322314, 2.48638989398e-17], 7.57784749632, 0),
    "adam": ([0.0201490647175, 0.321957221871], [0.136006852395, 0.318245375537], 8.29502658307, 2),
}
LAST = {"adagrad": 0.0007219491852, "sgd": 0.01332680377, "momentum": 0.04793696351, "adam": 0.1022050122}


# notes: 174, 178, 184
@pytest.mark.parametrize(
    "runs",
    [saito_paths(), {run.name: run for run in optimizer_paths().runs}],
    ids=["saito_paths", "the explorer's start"],
)
def test_the_books_paths(runs):
    assert list(runs) == list(SAITO) == list(BOOK)
    for name, (after_29, after_30, length, flips) in BOOK.items():
        np.testing.assert_allclose(runs[name].points[[29, 30]], [after_29, after_30], atol=1e-6)
        assert runs[name].length == pytest.approx(length, abs=1e-6)
        assert runs[name].flips == flips and runs[name].far_from is None


# notes: 174, E61
def test_the_ranking_after_30_steps_is_not_the_pictures():
    ranking = optimizer_paths().ranking
    assert [run.name for run in ranking] == list(LAST)
    np.testing.assert_allclose([run.loss[-1] for run in ranking], list(LAST.values()), rtol=1e-6)


# notes: 184, E61
def test_tuned_rates_turn_the_ranking_over():
    tuned = optimizer_paths(rates="tuned").ranking
    assert [run.name for run in tuned] != list(LAST)
    for run in tuned:
        assert run.loss[-1] <= next(r for r in optimizer_paths().runs if r.name == run.name).loss[-1] * 1.01


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_a_finer_search_finds_rates_whose_swing_is_at_the_minimum_at_step_30(name):
    """Chapter 07: both get below 0.0001. The best of 201 rates is far above."""
    rates = np.geomspace(0.1, 2, 8001)
    finer = descend(make(name, rates, 0.9), SURFACES["bowl"], (-7.0, 2.0), rates.shape, 30)
    assert np.nanmin(finer) < 1e-4
    assert np.sum((finer[1:-1] < np.minimum(finer[:-2], finer[2:])) & (finer[1:-1] < 0.05)) > 2
    assert optimizer_paths(rates="tuned", optimizers=(name,)).runs[0].loss[-1] > 1e-3


def test_effective_rate_is_the_rate_of_plain_descent():
    np.testing.assert_allclose(optimizer_path(SGD(0.3), "bowl").rate, 0.3, rtol=1e-6)


def test_a_path_may_be_longer_than_the_square_root_of_the_largest_number():
    with np.errstate(all="raise"):  # y multiplies by 1 − 2·10 = −19, and by 20 is what the way grows by
        length = optimizer_path(SGD(10.0), "bowl", steps=160).length
    assert 0.9 < length / (2 * 20 * sum(19.0**k for k in range(160))) < 1.1


def test_who_ends_far_outside_is_no_rival():
    run = optimizer_path(SGD(1.2), "bowl", steps=50)  # y multiplies by 1 − 2·1.2 = −1.4: 2·1.4¹² > 100
    assert run.far_from == 12
    run = optimizer_path(SGD(1.0), "rosenbrock", steps=50)
    assert run.far_from is not None and run.far_from < 3
    far = {"rates": "same", "lr": 3.0, "beta": 0.99, "optimizers": ("adam", "rmsprop")}  # RMSProp leaves and comes back
    first, late = (optimizer_paths("ravine", **far, steps=steps) for steps in (1, 200))
    assert first.runs[1].far_from == 1 and late.runs[1].far_from is None and late.ranking[0].name == "rmsprop"


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_many_points_at_once_are_many_paths(name, surface):
    ground, lrs, betas = SURFACES[surface], np.array([0.001, 0.003]), np.array([[0.5], [0.9]])
    final = descend(make(name, lrs, betas), ground, ground.start, (2, 2), 20)
    for i, beta in enumerate(betas[:, 0]):
        for j, lr in enumerate(lrs):
            run = optimizer_path(make(name, lr, beta), surface, steps=20)
            assert (run.name, run.lr) == (name, lr)
            assert run.loss[-1] + ground.lowest == pytest.approx(final[i, j], rel=1e-9, abs=1e-12)


def test_settings_that_cannot_be_are_refused():
    for wrong in (
        {"surface": "moon"},
        {"rates": "best"},
        {"steps": 0},
        {"steps": 201},
        {"optimizers": ("lbfgs",)},
        {"eps_at": "under"},
    ):
        with pytest.raises(ValueError):
            optimizer_paths(**wrong)
    for wrong in ({"optimizer": "lbfgs"}, {"surface": "moon"}, {"steps": 0}, {"cells": 1}):
        with pytest.raises(ValueError):
            learning_rate_map(**wrong)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
@pytest.mark.parametrize("surface", EIGENVALUES)
def test_the_border_of_the_map_is_the_theory(optimizer, surface):
    """Polyak 1964; on the bowl SGD diverges from 1.0 on and Momentum with 0.9 from 1.9 on."""
    ground = SURFACES[surface]
    for beta in (0.0, 0.5, 0.9):
        limit = float(stability_limit(optimizer, EIGENVALUES[surface][1], beta))
        lrs = limit * np.array([0.97, 1.03])
        final = descend(make(optimizer, lrs, beta), ground, (1.0, 1.5), lrs.shape, 1500)
        assert final[0] < 1 < final[1] or not np.isfinite(final[1])
    if surface == "bowl":
        assert {"sgd": 1.0, "momentum": 1.9, "nesterov": 1.9 / 2.8}[optimizer] == pytest.approx(limit)


# notes: E24
def test_the_best_rate_of_the_bowl():
    assert best_rate(EIGENVALUES["bowl"]) == pytest.approx((0.9523809524, 0.9047619048), abs=1e-9)
    slow = learning_rate_map("sgd", steps=200)
    assert slow.best_on_slice[0] == pytest.approx(0.952, rel=0.025)  # the grid's own step is 2.3 %


def test_the_map_is_what_single_runs_give():
    result = learning_rate_map("momentum", "bowl", 30, lr=0.1, beta=0.9, cells=20)
    assert result.here == pytest.approx(0.04793696351 / 6.45, rel=1e-6)  # f(−7, 2) = 6.45; Saito's Momentum
    assert result.left.shape == (20, 20) and result.slice.shape == result.fine_lrs.shape
    lr, beta, left = result.best
    run = optimizer_path(make("momentum", lr, beta), "bowl")
    assert run.loss[-1] / 6.45 == pytest.approx(left, rel=1e-6)
    assert left == np.nanmin(result.left) and 0 < result.lost < 1
    assert replace(result, left=np.array([[0.5, 1.0], [1.5, np.nan]])).lost == 0.5


@pytest.mark.parametrize("optimizer", sorted(set(OPTIMIZERS) - set(WITH_BETA)))
def test_without_beta_the_map_is_a_band(optimizer):
    left = learning_rate_map(optimizer, cells=8).left
    np.testing.assert_array_equal(left[0], left[-1])
