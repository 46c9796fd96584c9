"""Mini-batches against sampling theory and the closed form of gradient descent on a quadratic."""

import numpy as np
import pytest

from course_lib.experiments.neurons_minibatch import (
    BATCHES,
    EXAMPLES,
    START,
    batches,
    descend,
    gradient_noise,
    minibatch_run,
    two_weights,
)


# notes: 4, E37
def test_noise_falls_with_the_root_of_the_batch():
    """opt-minibatch-noise: least squares with N = 10000, d = 5: batch 1 has 10 times the noise of batch 100, ±5 %."""
    rng = np.random.RandomState(0)
    x = rng.standard_normal((10000, 5))
    t = x @ np.ones(5) + rng.standard_normal(10000)
    noise = gradient_noise(x, t, np.zeros(5), (1, 10, 100, 1000), draws=3000, repeat=True)
    assert noise[0] / noise[2] == pytest.approx(10, rel=0.05)
    np.testing.assert_allclose(noise * np.sqrt([1, 10, 100, 1000]), noise[0], rtol=0.05)


def test_measured_noise_follows_its_law():
    run = minibatch_run()
    np.testing.assert_allclose(run.noise[:-1], run.noise_law[:-1], rtol=0.12)
    assert run.noise[-1] == 0 == run.noise_law[-1]
    small = run.noise_law[:4] * np.sqrt(BATCHES[:4])
    np.testing.assert_allclose(small, small[0], rtol=0.02)  # N ≫ m: plain 1/√m


# notes: 2, 6
def test_batches_use_every_example_once_per_epoch():
    rows = batches(EXAMPLES, 16, np.random.RandomState(0))
    for _ in range(2):
        epoch = np.concatenate([next(rows) for _ in range(EXAMPLES // 16)])
        np.testing.assert_array_equal(np.sort(epoch), np.arange(EXAMPLES))


# notes: 4, E60
def test_the_mean_of_all_batches_is_the_whole_gradient():
    problem, w = two_weights(), np.array(START)
    rows = batches(EXAMPLES, 8, np.random.RandomState(3))
    steps = [next(descend(problem.x, problem.t, w, 1.0, [next(rows)])) - w for _ in range(EXAMPLES // 8)]
    (whole,) = descend(problem.x, problem.t, w, 1.0, [np.arange(EXAMPLES)])
    np.testing.assert_allclose(np.mean(steps, axis=0), whole - w, rtol=1e-12)


@pytest.mark.parametrize("lr", [0.05, 0.5, 0.95])
def test_all_data_follows_the_closed_form(lr):
    """w_t = w* + (1 − αH)^t (w_0 − w*)"""
    problem, run = two_weights(), minibatch_run(EXAMPLES, lr, 40)
    step = np.eye(2) - lr * problem.x.T @ problem.x / EXAMPLES
    expected = problem.best + np.linalg.matrix_power(step, 40) @ (np.array(START) - problem.best)
    np.testing.assert_allclose(run.path[-1], expected, rtol=1e-9)


# notes: 30, E36
def test_the_learning_rate_limit_is_where_descent_turns_into_divergence():
    limit = minibatch_run().lr_limit
    below, above = minibatch_run(EXAMPLES, 0.99 * limit, 200), minibatch_run(EXAMPLES, 1.05 * limit, 200)
    assert below.diverged_at is None and below.loss[-1] < below.loss[0]
    assert above.diverged_at is not None and (np.diff(above.loss) > 0).sum() > 10


def test_divergence_is_named_at_the_update_that_passes_1000():
    at = minibatch_run(EXAMPLES, 2.0, 200).diverged_at
    assert minibatch_run(EXAMPLES, 2.0, at).diverged_at == at
    assert minibatch_run(EXAMPLES, 2.0, at - 1).diverged_at is None


# notes: 3, E60
def test_all_data_still_zigzags_when_the_valley_is_narrow():
    path = minibatch_run(EXAMPLES, 0.9, 30).path
    _, directions = np.linalg.eigh(two_weights().x.T @ two_weights().x)
    steep = (path - two_weights().best) @ directions[:, 1]
    assert (np.sign(steep[1:]) == -np.sign(steep[:-1])).all()


# notes: 3
def test_small_batches_learn_more_per_epoch_and_jitter_more_at_the_end():
    one, all_data = minibatch_run(1, 0.2, 200), minibatch_run(EXAMPLES, 0.2, 200)
    assert one.against(1, one.loss)[-1] == 200  # updates
    assert minibatch_run(1, 0.2, 200, "epochs").against(1, one.loss)[-1] == pytest.approx(200 / 256)
    assert one.loss[-50:].std() > 10 * np.abs(np.diff(all_data.loss[-50:])).max()
    assert one.loss[200] < all_data.loss[1]  # less than an epoch against one


def test_single_examples_leave_the_loss_of_fifty_orders_between_013_and_050():
    losses = [minibatch_run(1, 0.2, updates=64, seed=order).loss[-1] for order in range(50)]
    assert [round(min(losses), 2), round(max(losses), 2)] == [0.13, 0.50]


def test_fewer_updates_are_the_beginning_of_more():
    long, short = minibatch_run(4, 0.3, 200, seed=7), minibatch_run(4, 0.3, 20, seed=7)
    np.testing.assert_array_equal(long.path[:21], short.path)


@pytest.mark.parametrize("wrong", [{"batch": 3}, {"updates": 0}, {"axis": "time"}])
def test_impossible_settings_say_so(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        minibatch_run(**wrong)
