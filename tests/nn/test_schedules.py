"""Schedules against published values and the laws they are named for."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.nn.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    OneOverT,
    Plateau,
    Schedule,
    Step,
    Warmup,
)

each = pytest.mark.parametrize("make", [entry.make for entry in SCHEDULES.values()], ids=list(SCHEDULES))


# notes: 187
def test_inverse_time_of_cs224n():
    """Bottou 2012, Bengio 2012 sec. 3.1.1: α₀ τ / max(t, τ) with α₀ = 0.1, τ = 100."""
    schedule = InverseTime(0.1, tau=100)
    rates = [schedule(t) for t in (0, 50, 100, 200, 1000)]
    assert rates == pytest.approx([0.1, 0.1, 0.1, 0.05, 0.01], abs=1e-15)


# notes: 190
def test_decays_of_cs231n():
    """CS231n notes, neural-networks-3: step, a₀ e^(−kt), a₀/(1 + kt)."""
    halved = Step(0.4, factor=0.5, every=5)
    assert [halved(t) for t in (0, 4, 5, 10, 14)] == pytest.approx([0.4, 0.4, 0.2, 0.1, 0.1])
    tenth = Step(1.0, factor=0.1, every=20)
    assert [tenth(t) for t in (19, 20, 40)] == pytest.approx([1, 0.1, 0.01])
    half_life = Exponential(0.3, k=math.log(2) / 10)
    assert [half_life(t) for t in (0, 10, 30)] == pytest.approx([0.3, 0.15, 0.0375])
    assert [OneOverT(0.3, k=0.1)(t) for t in (0, 10, 20)] == pytest.approx([0.3, 0.15, 0.1])


# notes: 190
def test_cosine_lands_softly():
    schedule = Cosine(0.2, steps=100, low=0.02)
    assert [schedule(t) for t in (0, 50, 100, 500)] == pytest.approx([0.2, 0.11, 0.02, 0.02])
    assert schedule(1) - schedule(2) < 0.1 * (schedule(50) - schedule(51))


def test_warmup_rises_to_any_schedule():
    schedule = Warmup(Step(0.8, factor=0.5, every=10), steps=4)
    assert [schedule(t) for t in (0, 1, 3, 4, 13, 14)] == pytest.approx([0.2, 0.4, 0.8, 0.8, 0.8, 0.4])
    table = type("Table", (Schedule,), {"rate": lambda self, t: [0.4, 0.2, 0.1][t]})()
    assert [Warmup(table, steps=1)(t) for t in (0, 1, 3)] == pytest.approx([0.4, 0.4, 0.1])
    assert table(np.int8(2)) == 0.1


@each
def test_a_thousand_times_at_once(make):
    t = np.arange(1000)
    together = make()(t)
    assert together.shape == t.shape
    np.testing.assert_allclose(together, [make()(int(k)) for k in t])
    if make is not Warmup:
        assert np.all(np.diff(together) <= 0) and together[0] == 1


@each
def test_one_rate_per_trial(make):
    lr = np.array([[0.1], [0.2]])
    schedule = Warmup(Constant(lr)) if make is Warmup else make(lr=lr)
    assert schedule(7).shape == (2, 1)
    np.testing.assert_allclose(schedule(7)[1], 2 * schedule(7)[0])


# notes: 186, E23
def test_plateau_halves_after_patience():
    run = Plateau(0.8, factor=0.5, patience=2, low=0.15).start()
    seen = []
    for loss in (1.0, 0.9, 0.95, 0.9, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6):
        run.update(loss)
        seen.append(run(0))
    assert seen == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2, 0.15, 0.15, 0.15]
    assert type(run(3)) is float


def test_plateau_starts_afresh_and_passes_through_warmup():
    settings = Plateau(0.8, patience=1)
    first = settings.start()
    for _ in range(3):
        first.update(1.0)
    assert first(0) == 0.2 and settings(0) == 0.8 and first.start()(0) == 0.8
    warm = Warmup(settings, steps=2).start()
    for _ in range(2):
        warm.update(1.0)
    assert warm(0) == 0.2 and warm(5) == 0.4


def test_plateau_follows_each_trial():
    run = Plateau(np.array([[0.8], [0.4]]), patience=1).start()
    for losses in ([1.0, 1.0], [0.5, 1.1], [0.4, 1.0]):
        run.update(np.array(losses))
    np.testing.assert_allclose(run(0), [[0.8], [0.1]])


def test_a_nan_loss_is_no_progress():
    run = Plateau(0.8, patience=1).start()
    run.update(float("nan"))
    assert run(0) == 0.4


def test_a_rate_falls_to_nothing_unless_a_least_is_given():
    run = Plateau(patience=1).start()
    for _ in range(60):
        run.update(1.0)
    assert run(0) < 1e-15 and Cosine(steps=10)(10) == 0


# notes: 187-188, E23
@given(st.integers(0, 10**6), st.floats(1e-6, 10))
def test_inverse_time_never_exceeds_its_start_and_tends_to_one_over_t(t, lr):
    rate = InverseTime(lr, tau=50)(t)
    assert rate <= lr and (t < 50 or rate * t == pytest.approx(lr * 50))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Constant(0),
        lambda: InverseTime(0.1, tau=0),
        lambda: OneOverT(0.1, k=-1),
        lambda: Step(every=0),
        lambda: Exponential(float("nan")),
        lambda: Cosine(steps=0),
        lambda: Warmup(steps=0),
        lambda: Plateau(factor=1.5),
        lambda: Plateau(patience=0),
    ],
)
def test_impossible_settings(make):
    with pytest.raises(ValueError, match="must be"):
        make()
