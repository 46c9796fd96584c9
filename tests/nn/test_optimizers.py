"""Optimizers against published trajectories, closed forms, quadratic theory and the laws of each formula."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import nn
from course_lib.experiments.optimizers_conventions import AdamInside, AdamOfSaito, AdamUncorrected
from course_lib.nn.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, AdamW, Lion, Momentum, Nesterov, RMSProp
from course_lib.nn.surfaces import SURFACES

BOWL = SURFACES["bowl"]  # x²/20 + y², eigenvalues 0.1 and 2
ALL = [entry.make(lr=0.1) for entry in OPTIMIZERS.values()]


def path(optimizer, steps=30, surface=BOWL, start=None, dtype=float):
    """The points (steps + 1, ..., 2) visited from the surface's start."""
    theta = np.array(surface.start if start is None else start, dtype)
    state, points = optimizer.init(theta), [theta.copy()]
    for _ in range(steps):
        optimizer.step(theta, surface.grad(theta), state)
        points.append(theta.copy())
    return np.array(points)


def moves(optimizer, gradient, steps):
    """How far a constant gradient moves θ at each step."""
    theta = np.zeros_like(np.asarray(gradient, float))
    state, points = optimizer.init(theta), [theta.copy()]
    for _ in range(steps):
        optimizer.step(theta, np.asarray(gradient, float), state)
        points.append(theta.copy())
    return -np.diff(points, axis=0)


# Saito, Deep Learning from Scratch (2016), 6.1.2-6.1.7, optimizer_compare_naive.py (MIT), from (-7, 2):
# points after 1, 29 (the last one his figure shows) and 30 updates; f after 30; length of the path.
# "paper": Kingma & Ba 2015, algorithm 1.
PUBLISHED = {
    "saito sgd": (
        SGD(0.95),
        [-6.335, -1.8],
        [-0.387174580942, -0.0942025739449],
        [-0.350392995752, 0.0847823165504],
        0.0133268037733,
        36.9926016835,
    ),
    "saito momentum": (
        Momentum(0.1, 0.9),
        [-6.93, 1.6],
        [0.814112149508, 0.27287785238],
        [0.896413858494, 0.0880856017151],
        0.0479369635145,
        12.7985176183,
    ),
    "saito adagrad": (
        AdaGrad(1.5, eps=1e-7),
        [-5.50000021429, 0.5000000375],
        [-0.136185399907, 9.07097872615e-17],
        [-0.120162322314, 2.48638989398e-17],
        0.000721949185197,
        7.57784749632,
    ),
    "saito adam": (
        AdamOfSaito(0.3, eps=1e-7),
        [-6.70000135526, 1.70000023717],
        [0.0201490647175, 0.321957221871],
        [0.136006852395, 0.318245375537],
        0.102205012246,
        8.29502658307,
    ),
    "paper adam": (
        Adam(0.3),
        [-6.70000000429, 1.70000000075],
        [0.0201571963901, 0.3219573891],
        [0.136014617326, 0.318245388896],
        0.10220512636,
        8.2950330806,
    ),
    "adam, no bias correction": (
        AdamUncorrected(0.3),
        [-6.05131713052, 1.05131677695],
        [0.0784119761353, -0.395553784018],
        [0.395171214391, -0.317973792292],
        0.108915347019,
        21.9599355196,
    ),
}


def test_an_entry_exports_its_optimizer(monkeypatch):
    assert {entry.make.__name__ for entry in OPTIMIZERS.values()} <= {*nn.__all__} & {*dir(nn)}
    monkeypatch.setitem(OPTIMIZERS, "plain", replace(OPTIMIZERS["sgd"], make=AdamUncorrected))
    assert nn.AdamUncorrected is AdamUncorrected and "AdamUncorrected" in nn.__all__


# notes: 170-171, 174-175, 178, 181, 184
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_trajectory(name):
    optimizer, after_1, after_29, after_30, f, length = PUBLISHED[name]
    points = path(optimizer)
    np.testing.assert_allclose(points[[1, 29, 30]], [after_1, after_29, after_30], atol=1e-9)
    assert BOWL.value(points[30]) == pytest.approx(f, abs=1e-9)
    assert np.linalg.norm(np.diff(points, axis=0), axis=1).sum() == pytest.approx(length, abs=1e-9)


# the same script, whole paths at the steps 5, 10, … 25
@pytest.mark.parametrize(
    "name, expected",
    [
        (
            "saito sgd",
            [
                [-4.24953035721, -1.18098],
                [-2.57978689383, 0.6973568802],
                [-1.56612610293, -0.411782264189],
                [-0.950757202515, 0.243153309181],
                [-0.577181656346, -0.143579597538],
            ],
        ),
        (
            "saito momentum",
            [
                [-6.1014381813, -1.16084],
                [-4.34755378729, 0.0087997412],
                [-2.44025064161, 0.676445292852],
                [-0.824755242901, -0.698505233184],
                [0.294535879824, 0.316484787671],
            ],
        ),
        (
            "saito adagrad",
            [
                [-2.89856197671, 0.00280344627105],
                [-1.48938552938, 4.33778039617e-06],
                [-0.788394852748, 6.71186139275e-09],
                [-0.420468564804, 1.03852844638e-11],
                [-0.224710502309, 1.6069183656e-14],
            ],
        ),
        (
            "saito adam",
            [
                [-5.50728128367, 0.547713702209],
                [-4.0594185726, -0.491846287476],
                [-2.7097823845, -0.682025040874],
                [-1.52145009063, -0.278868002259],
                [-0.557435285501, 0.179818572334],
            ],
        ),
    ],
)
def test_published_points_on_the_way(name, expected):
    np.testing.assert_allclose(path(PUBLISHED[name][0])[5:30:5], expected, atol=1e-9)


# notes: 174, E61
def test_saito_figure_does_not_rank_optimizers():
    """After 30 updates f is AdaGrad < SGD < Momentum < Adam: the figure shows shapes of paths (E61)."""
    names = ("saito adagrad", "saito sgd", "saito momentum", "saito adam")
    paths = [path(PUBLISHED[name][0]) for name in names]
    f = [BOWL.value(points[-1]) for points in paths]
    np.testing.assert_allclose(f, [0.0007219491852, 0.01332680377, 0.04793696351, 0.1022050122], rtol=1e-6)
    assert [int((np.diff(np.sign(p[:, 1])) != 0).sum()) for p in paths] == [0, 30, 4, 2]


# notes: 170
def test_sgd_closed_form():
    n = np.arange(31)
    expected = np.stack([-7 * 0.905**n, 2 * (-0.9) ** n], axis=1)
    np.testing.assert_allclose(path(SGD(0.95)), expected, atol=1e-9)


# notes: 30, E24, E36
def test_gradient_descent_limits_on_a_quadratic():
    """Polyak 1964: eigenvalues 0.1 and 2: SGD diverges from lr 1.0 on, is best at 2/2.1, rate 0.90476."""
    np.testing.assert_allclose(np.abs(path(SGD(1.0), 100)[:, 1]), 2.0)  # neither grows nor shrinks
    assert abs(path(SGD(1.001), 2000)[-1, 1]) > 50 > abs(path(SGD(0.999), 2000)[-1, 1])
    best = np.abs(path(SGD(0.9523809524), 20))
    np.testing.assert_allclose(best[1:] / best[:-1], 0.9047619048, atol=1e-9)


def spectral_radius(optimizer):
    """Largest |eigenvalue| of the linear map (θ, v) → (θ, v) that one step makes on the bowl."""
    columns = []
    for unit in np.eye(4):
        theta, v = unit[:2].copy(), unit[2:].copy()
        state = optimizer.init(theta)
        state.v[:] = v
        optimizer.step(theta, BOWL.grad(theta), state)
        columns.append(np.concatenate([theta, state.v]))
    return np.abs(np.linalg.eigvals(np.array(columns).T)).max()


def test_momentum_limits_on_a_quadratic():
    """Polyak 1964: stable for lr < 1.9 at β = 0.9; radius √0.9 at lr 0.1; best pair (1.3358, 0.4026)."""
    assert spectral_radius(Momentum(1.8999, 0.9)) < 1 < spectral_radius(Momentum(1.9001, 0.9))
    assert spectral_radius(Momentum(0.1, 0.9)) == pytest.approx(0.9486832981, abs=1e-9)
    best = spectral_radius(Momentum(1.335814747, 0.4026054842))
    assert best == pytest.approx(0.4026054842**0.5, abs=1e-4)  # a double eigenvalue: half the digits
    others = [spectral_radius(Momentum(lr, beta)) for lr in (1.2, 1.336, 1.5) for beta in (0.3, 0.4, 0.5)]
    assert best < min(others)


# notes: 190
def test_nesterov_stores_the_look_ahead_point():
    """Sutskever et al. 2013 write v ← βv − η∇f(x + βv), x ← x + v; what we store is x + βv, exactly."""
    x, v, ahead = np.array([-7.0, 2.0]), np.zeros(2), [np.array([-7.0, 2.0])]
    for _ in range(30):
        v = 0.9 * v - 0.1 * BOWL.grad(x + 0.9 * v)
        x = x + v
        ahead.append(x + 0.9 * v)
    points = path(Nesterov(0.1, 0.9))
    np.testing.assert_allclose(points, ahead, atol=1e-12)
    np.testing.assert_allclose(points[30], [0.689614902, -0.000679906], atol=1e-9)
    np.testing.assert_allclose(x, [0.613073650, 0.005898950], atol=1e-8)


# notes: 182, E11
@settings(max_examples=25, deadline=None)
@given(st.floats(-1e6, 1e6).filter(lambda g: abs(g) > 1e-3))
def test_adam_first_step_is_lr_whatever_the_gradient(g):
    """Kingma & Ba 2015, sec. 2.1 and 3: lr with bias correction, √10 lr without."""
    assert moves(Adam(0.3, eps=1e-12), [g], 1)[0] == pytest.approx(0.3 * np.sign(g), abs=1e-6)
    without = moves(AdamUncorrected(0.3, eps=1e-12), [g], 1)[0]
    assert without == pytest.approx(0.3 * 3.16227766 * np.sign(g), abs=1e-6)


# notes: 182, E11
def test_adam_without_bias_correction_under_a_constant_gradient():
    """The step peaks at 6.5685 lr (t = 12); 6.5279, 3.2408, 1.2576 at t = 10, 100, 1000."""
    factor = moves(AdamUncorrected(1.0), [0.7], 1000)[:, 0]
    np.testing.assert_allclose(factor[[9, 11, 99, 999]], [6.5279, 6.5685, 3.2408, 1.2576], atol=5e-5)
    assert factor.argmax() == 11
    np.testing.assert_allclose(moves(Adam(1.0), [0.7], 1000), 1.0, atol=1e-6)


# notes: 180
@pytest.mark.parametrize("beta, factor", [(0.9, 3.16227766), (0.99, 10.0), (0.999, 31.6227766)])
def test_rmsprop_first_step(beta, factor):
    """Tieleman & Hinton 2012, lecture 6.5: 1/√(1 − β), for lack of a bias correction."""
    assert moves(RMSProp(0.01, beta), [5.0], 1)[0, 0] / 0.01 == pytest.approx(factor, rel=1e-5)


# notes: 176, 179
def test_adagrad_under_a_constant_gradient():
    """Duchi et al. 2011: step t is lr/√t, whatever the gradient; the sum of the steps grows like 2√T."""
    steps = moves(AdaGrad(1.0), [10.0, 0.1], 10000)
    np.testing.assert_allclose(steps[[99, 9999]], [[0.1] * 2, [0.01] * 2], atol=1e-6)
    sums = [steps[:100].sum(0), steps.sum(0)]
    np.testing.assert_allclose(sums, [[18.58960382] * 2, [198.5446454] * 2], rtol=1e-6)


# notes: 177, E10
def test_adagrad_gives_the_large_gradient_the_smaller_rate():
    """Effective rates lr/(10√t) and lr/(0.1√t) (E10)."""
    rates = moves(AdaGrad(1.0), [10.0, 0.1], 25)[-1] / [10.0, 0.1]
    np.testing.assert_allclose(rates, [1 / 50, 1 / 0.5], rtol=1e-6)


# notes: 172, E13
@pytest.mark.parametrize("beta, speed", [(0.5, 2.0), (0.9, 10.0), (0.99, 100.0)])
def test_momentum_terminal_speed(beta, speed):
    assert moves(Momentum(0.1, beta), [3.0], 4000)[-1, 0] / (0.1 * 3.0) == pytest.approx(speed, rel=1e-9)


# notes: 181, E11
def test_adam_special_cases():
    """Kingma & Ba 2015, sec. 5: β₁ = 0 is RMSProp (with bias correction); β₂ → 1 and lr/√t make AdaGrad."""
    plain = AdamUncorrected(0.1, beta1=0, beta2=0.9)
    np.testing.assert_allclose(path(plain), path(RMSProp(0.1, 0.9)))
    adam, points = Adam(1.5, beta1=0, beta2=1 - 1e-9, eps=0), []
    theta = np.array(BOWL.start)
    state = adam.init(theta)
    for t in range(1, 31):
        adam.step(theta, BOWL.grad(theta), state, lr=1.5 / t**0.5)
        points.append(theta.copy())
    np.testing.assert_allclose(points, path(AdaGrad(1.5, eps=0))[1:], atol=1e-5)


def test_lion_is_the_algorithm_of_its_paper():
    """Chen et al. 2023 (arXiv 2302.06675), algorithm 2, number by number."""
    beta1, beta2, eta, decay, x, m = 0.9, 0.99, 0.3, 0.1, [-7.0, 2.0], [0.0, 0.0]
    points = [list(x)]
    for _ in range(30):
        for i, g in enumerate((x[0] / 10, 2 * x[1])):
            c = beta1 * m[i] + (1 - beta1) * g
            x[i] -= eta * ((c > 0) - (c < 0) + decay * x[i])
            m[i] = beta2 * m[i] + (1 - beta2) * g
        points.append(list(x))
    np.testing.assert_allclose(path(Lion(0.3, weight_decay=0.1)), points, atol=1e-12)


def test_lion_moves_by_the_rate_whatever_the_gradient():
    np.testing.assert_allclose(moves(Lion(0.3), [1e-6, 5.0, -1e6, 0.0], 50), np.tile([0.3, 0.3, -0.3, 0.0], (50, 1)))


# notes: E66
def test_adamw_decays_beside_adam():
    """With no gradient AdamW is θ(1 − ηλ)ᵗ; with λ = 0 it is Adam."""
    theta = np.array([3.0, -2.0])
    optimizer = AdamW(0.1, weight_decay=0.5)
    state = optimizer.init(theta)
    for _ in range(10):
        optimizer.step(theta, np.zeros(2), state)
    np.testing.assert_allclose(theta, np.array([3.0, -2.0]) * 0.95**10)
    np.testing.assert_array_equal(path(AdamW(0.3, weight_decay=0)), path(Adam(0.3)))


def test_where_eps_stands():
    """One step from zero memory with g² = ε: g/(√(2ε)) inside, g/(2√ε) when √ε stands outside."""
    g = np.array([0.01])
    assert moves(AdamInside(1.0, eps=1e-4), g, 1)[0, 0] == pytest.approx(2**-0.5)
    for outside in (AdaGrad(1.0, eps=1e-2), Adam(1.0, eps=1e-2), RMSProp(1.0, 0.0, eps=1e-2)):
        assert moves(outside, g, 1)[0, 0] == pytest.approx(0.5)
    # ε added before the correction: m/(√v + ε) with √v = 0.01·√0.001
    assert moves(AdamOfSaito(1.0, eps=0.01 * 0.001**0.5), g, 1)[0, 0] == pytest.approx(0.5)


@settings(max_examples=30, deadline=None)
@given(st.floats(-8, 8), st.sampled_from([AdaGrad(0.3, eps=0), RMSProp(0.3, eps=0), Adam(0.3, eps=0)]))
def test_adaptive_methods_do_not_see_the_scale_of_the_loss(exponent, optimizer):
    theta = np.tile(BOWL.start, (2, 1))
    scale, state = np.array([[1.0], [10.0**exponent]]), optimizer.init(theta)
    for _ in range(12):
        optimizer.step(theta, scale * BOWL.grad(theta), state)
    np.testing.assert_allclose(theta[0], theta[1], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rates_are_the_default_and_that_of_the_nearest_relative_in_the_book(name):
    entry = OPTIMIZERS[name]
    relative = {"nesterov": "momentum", "rmsprop": "adam", "adamw": "adam", "lion": "adam"}.get(name, name)
    assert entry.common_rate == entry.make().lr and entry.book_rate == OPTIMIZERS[relative].book_rate


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_learning_rates_at_once_are_fifty_runs(name):
    lr = np.geomspace(1e-3, 0.5, 50)
    together = path(OPTIMIZERS[name].make(lr=lr[:, None]), start=np.tile(BOWL.start, (50, 1)))
    apart = [path(OPTIMIZERS[name].make(lr=float(a))) for a in lr]
    np.testing.assert_array_equal(together, np.stack(apart, axis=1))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_every_setting_broadcasts(seed):
    rng = np.random.default_rng(seed)
    column = {
        "lr": rng.uniform(0.01, 0.3, (4, 1)),
        "beta": rng.uniform(0, 0.99, (4, 1)),
        "beta1": rng.uniform(0, 0.99, (4, 1)),
        "beta2": rng.uniform(0.5, 0.999, (4, 1)),
        "eps": rng.uniform(1e-8, 1e-2, (4, 1)),
        "weight_decay": rng.uniform(0, 0.5, (4, 1)),
    }
    for make in (entry.make for entry in OPTIMIZERS.values()):
        names = [n for n in make.__dataclass_fields__ if n in column]
        together = path(make(**{n: column[n] for n in names}), 5, start=np.tile(BOWL.start, (4, 1)))
        apart = [path(make(**{n: float(column[n][i, 0]) for n in names}), 5) for i in range(4)]
        np.testing.assert_allclose(together, np.stack(apart, axis=1), rtol=1e-12)


@pytest.mark.parametrize("optimizer", ALL, ids=list(OPTIMIZERS))
def test_steps_are_in_place_and_keep_the_dtype(optimizer):
    for dtype in (np.float32, np.float64):
        theta, grad = np.ones((3, 2), dtype), np.full((3, 2), 0.5, dtype)
        view, before, state = theta, grad.copy(), optimizer.init(theta)
        optimizer.step(theta, grad, state)
        optimizer.step(theta, grad, state, lr=np.float64(0.01))
        assert theta is view and theta.dtype == dtype and np.all(theta < 1)
        assert all(a.dtype == dtype and a.shape == theta.shape for a in vars(state).values() if np.ndim(a))
        np.testing.assert_array_equal(grad, before)


def test_numpy_scalars_do_not_lift_float32():
    assert type(SGD(lr=np.float64(0.1)).lr) is float
    assert SGD(lr=np.float64(0.1)) == SGD(lr=0.1)


@pytest.mark.parametrize("optimizer", ALL, ids=list(OPTIMIZERS))
def test_lr_of_the_step_overrides_the_settings(optimizer):
    a, b = np.array([1.0, -2.0]), np.array([1.0, -2.0])
    other, g = type(optimizer)(lr=0.03), np.array([0.3, -0.1])
    optimizer.step(a, g, optimizer.init(a), lr=0.03)
    other.step(b, g, other.init(b))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: SGD(lr=0), "lr of .* must be a positive number"),
        (lambda: SGD(lr=-1e-3), "lr of .* must be a positive number"),
        (lambda: Adam(lr=float("nan")), "lr of .* must be a positive number"),
        (lambda: Adam(lr=float("inf")), "lr of .* must be a positive number"),
        (lambda: AdaGrad(lr="fast"), "lr of AdaGrad must be a positive number, or an array of them, not 'fast'"),
        (lambda: SGD(lr=np.array([0.1, -0.1])), "lr of .* must be a positive number"),
        (lambda: Momentum(beta=1.0), "beta of .* must be at least 0 and below 1"),
        (lambda: RMSProp(beta=-0.1), "beta of .* must be at least 0 and below 1"),
        (lambda: Adam(beta1=1.5), "beta1 of Adam must be"),
        (lambda: Adam(beta2=1.0), "beta2 of Adam must be"),
        (lambda: Adam(eps=-1e-8), "eps of Adam must be a number, 0 or more"),
        (lambda: AdamW(weight_decay=-1), "weight_decay of AdamW must be"),
        (lambda: SGD(lr=np.ones((3, 1))).init(np.zeros(2)), "does not broadcast"),
        (lambda: SGD(lr=np.ones(3)).init(np.zeros(2)), "broadcast"),
        (lambda: Adam().init(np.zeros(2, int)), "floating-point"),
    ],
)
def test_impossible_settings_are_refused_in_one_sentence(make, message):
    with pytest.raises(ValueError, match=message) as error:
        make()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_goes_down_every_surface(name, surface):
    """One of twelve learning rates brings every method down every surface in 2000 updates."""
    entry, where, rates = OPTIMIZERS[name], SURFACES[surface], np.geomspace(5e-4, 2, 12)[:, None]
    decay = {"weight_decay": 1e-4} if "weight_decay" in entry.settings else {}
    with np.errstate(all="ignore"):
        ends = path(entry.make(lr=rates, **decay), 2000, where, np.tile(where.start, (12, 1)))[-1]
    ends = ends[np.isfinite(ends).all(axis=1)]
    to_minimum = np.linalg.norm(ends[:, None] - np.array(where.minima), axis=-1).min(axis=1)
    # RMSProp ends in a dance of ±lr/2 around the minimum; Rosenbrock's valley is long
    near, low = (0.3, 2e-2) if surface == "rosenbrock" else (0.01, 1e-3)
    assert np.any((to_minimum < near) & (where.value(ends) - where.lowest < low))


def test_where_eps_stands_hardly_matters_on_the_way():
    """Saito's Adam (ε = 1e-7 on the uncorrected root) and the paper's differ by at most 9.5e-6 in thirty updates."""
    saito, paper = path(PUBLISHED["saito adam"][0]), path(PUBLISHED["paper adam"][0])
    assert np.abs(saito - paper).max() == pytest.approx(9.5e-6, abs=1e-7)


def test_buffer_and_velocity_form_part_when_the_rate_changes():
    """b ← βb + g, θ ← θ − ηb: the velocity form while η is constant, another path under a schedule."""

    def buffer_form(rates):
        theta, b = np.array(BOWL.start), np.zeros(2)
        for lr in rates:
            b = 0.9 * b + BOWL.grad(theta)
            theta = theta - lr * b
        return theta

    def velocity_form(rates):
        theta, optimizer = np.array(BOWL.start), Momentum(0.1, 0.9)
        state = optimizer.init(theta)
        for lr in rates:
            optimizer.step(theta, BOWL.grad(theta), state, lr=lr)
        return theta

    np.testing.assert_allclose(velocity_form([0.1] * 20), buffer_form([0.1] * 20), rtol=1e-12)
    halved = [0.1] * 10 + [0.01] * 10
    assert np.linalg.norm(velocity_form(halved) - buffer_form(halved)) > 0.1
