"""Momentum's speed and swings, Adam's and AdaGrad's step sizes, conventions: closed forms and published numbers."""

import numpy as np
import pytest

from course_lib.experiments.optimizers_adam import adam_bias, constant_gradient, effective_rates
from course_lib.experiments.optimizers_conventions import CONVENTIONS, conventions
from course_lib.experiments.optimizers_momentum import (
    alternating_speed,
    critical,
    damping,
    momentum_run,
    roots,
)
from course_lib.nn.optimizers import AdaGrad, RMSProp


# notes: 172, E13
@pytest.mark.parametrize("beta, speed", [(0.0, 1.0), (0.5, 2.0), (0.9, 10.0), (0.95, 20.0)])
def test_terminal_speed(beta, speed):
    run = momentum_run(beta, steps=200)
    assert run.terminal == pytest.approx(speed) and run.speed[-1] == pytest.approx(speed, rel=1e-4)
    assert run.speed[run.half_speed_at] >= speed / 2 - 1e-9 > (run.speed[run.half_speed_at - 1] if beta > 0.5 else -1)


# notes: 173
def test_opposite_pushes_cancel():
    """The fixed point of |v| ← g − β|v| is g/(1 + β)."""
    for beta in (0.0, 0.5, 0.9):
        assert alternating_speed(beta) == pytest.approx(1 / (1 + beta))


# notes: E13
@pytest.mark.parametrize(
    "beta, curvature, regime",
    [
        (0.0, 0.5, "creeps"),
        (0.0, 1.0, "arrives"),
        (0.0, 1.5, "flips"),
        (0.0, 2.0, "jumps"),
        (0.9, 0.2, "swings"),
        (0.9, 0.002, "creeps"),
        (0.9, 3.79, "swings"),
        (0.9, 3.8, "jumps"),
        (0.9, 3.81, "diverges"),
        (0.5, 2.95, "flips"),
        (0.25, 0.26, "swings"),
    ],
)
def test_damping_regimes(beta, curvature, regime):
    x = momentum_run(beta, curvature, 200).x
    assert damping(beta, curvature) == regime
    crossings = int((np.diff(np.sign(x[:60])) != 0).sum())
    if regime == "arrives":
        assert (x[1:] == 0).all()
    elif regime == "creeps":
        assert crossings == 0 and x[-1] < 1
    elif regime == "flips":
        assert crossings >= 58
    elif regime == "swings":
        assert crossings > 0 and abs(x[-1]) < 1
    elif regime == "jumps":
        np.testing.assert_allclose(np.abs(x[-20:]), (1 + beta) / (1 - beta))  # for ever
    else:
        assert abs(x[-1]) > 100


def test_roots_give_the_path():
    beta, curvature = 0.9, 0.2
    run, z = momentum_run(beta, curvature, 100), roots(beta, curvature)
    assert run.rate == pytest.approx(0.9486832981)  # √0.9, both axes of the bowl at lr 0.1
    t = np.arange(101)
    a = np.linalg.solve([[1, 1], z], [1, 1 - curvature])  # from x₀ = 1 and x₁ = 1 − ηλ
    np.testing.assert_allclose(run.x, (a[0] * z[0] ** t + a[1] * z[1] ** t).real, atol=1e-12)


def test_critical_damping_is_where_swings_begin():
    for beta in (0.3, 0.9):
        assert damping(beta, critical(beta) * 0.999) == "creeps" and damping(beta, critical(beta) * 1.001) == "swings"
    with pytest.raises(ValueError, match="beta of critical must be a number from 0 to 1"):
        critical(-1.0)


def test_momentum_refuses_what_cannot_be():
    for wrong in ({"beta": 1.0}, {"curvature": 0.0}, {"steps": 0}):
        with pytest.raises(ValueError):
            momentum_run(**wrong)


# notes: 182, E11
def test_adam_first_step_and_peak():
    """With the correction η at every step; without √10 η at first, 6.5685 η at t = 12 (Kingma & Ba 2015, sec. 3)."""
    result = adam_bias(correction=False, steps=1000)
    np.testing.assert_allclose(result.corrected, 1.0, atol=1e-6)
    assert result.uncorrected[0] == pytest.approx(3.16227766, abs=1e-6)
    assert result.peak == (12, pytest.approx(6.5685, abs=1e-4))
    np.testing.assert_allclose(result.uncorrected[[9, 99, 999]], [6.5279, 3.2408, 1.2576], atol=1e-4)
    assert adam_bias(correction=True).step[0] == pytest.approx(1.0)


# notes: 182, E11
def test_the_correction_makes_the_averages_unbiased():
    result = adam_bias(noise=0.5, seed=3)
    assert abs(result.m[0]) < 0.11 * abs(result.gradient[0])
    assert result.m_hat[0] == pytest.approx(result.gradient[0]) and result.v_hat[0] == pytest.approx(
        result.gradient[0] ** 2
    )
    assert result.v_hat[-1] == pytest.approx(1.25, abs=0.15)  # E[g²] = 1 + 0.5²


# notes: 180
@pytest.mark.parametrize("beta, first", [(0.9, 3.16227766), (0.99, 10.0), (0.999, 31.6227766)])
def test_rmsprop_first_step(beta, first):
    assert constant_gradient(RMSProp(1.0, beta=beta), steps=1)[0, 0] == pytest.approx(first, rel=1e-5)


# notes: 179
def test_adagrad_fades_as_one_over_root_t():
    """The sum of T steps still grows without limit: 18.58960382 after 100, 198.5446454 after 10 000."""
    moves = constant_gradient(AdaGrad(1.0, eps=0.0), steps=10_000)[:, 0]
    np.testing.assert_allclose(moves[[99, 9999]], [0.1, 0.01], atol=1e-6)
    np.testing.assert_allclose([moves[:100].sum(), moves.sum()], [18.58960382, 198.5446454], atol=1e-6)


# notes: 177, E10
def test_the_larger_gradient_gets_the_smaller_rate():
    """Gradients 10 and 0.1 (Duchi et al. 2011): η / (10√t) and η / (0.1√t), equal moves (E10)."""
    for steps in (1, 100):
        rates = effective_rates(steps)["adagrad"]
        np.testing.assert_allclose(rates, [1 / (10 * steps**0.5), 1 / (0.1 * steps**0.5)], rtol=1e-6)
        np.testing.assert_allclose(rates * [10, 0.1], steps**-0.5, rtol=1e-6)


def test_velocity_and_buffer_differ_only_when_the_rate_changes():
    same, cut = conventions("momentum", cut=1.0), conventions("momentum", cut=0.1)
    assert same.largest[0] < 1e-12 and cut.largest[0] > 0.1
    assert cut.gap[0, :11].max() < 1e-12  # nothing before the cut
    np.testing.assert_allclose(same.paths[1, -1], [0.896413858494, 0.0880856017151], atol=1e-9)  # torch.optim.SGD


def test_epsilon_placement_on_the_bowl():
    """ε = 1e-7 on the uncorrected root moves the path by at most 9.5e-6; PyTorch's end point has ε outside, 1e-8."""
    result = conventions("epsilon", lr=0.3, eps=1e-7)
    assert result.largest[1] < 9.6e-6
    outside = conventions("epsilon", lr=0.3, eps=1e-8).paths[0]
    np.testing.assert_allclose(outside[-1], [0.136014617326, 0.318245388896], atol=1e-9)


def test_bias_correction_on_the_bowl():
    result = conventions("bias", lr=0.3)
    np.testing.assert_allclose(result.paths[1, -1], [0.395171214391, -0.317973792292], atol=1e-9)


# notes: 190
def test_nesterov_look_ahead_and_iterate():
    points = conventions("nesterov").paths[:, -1]
    np.testing.assert_allclose(points, [[0.689614902, -0.000679906], [0.613073650, 0.005898950]], atol=1e-8)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_every_convention_starts_at_one_point(convention):
    result = conventions(convention, steps=7)
    assert result.paths.shape == (len(result.forms), 8, 2) and not result.gap[:, 0].any()


def test_unknown_conventions_are_refused():
    with pytest.raises(ValueError, match="epsilon"):
        conventions("sign")
    with pytest.raises(ValueError, match="steps"):
        conventions(steps=0)
