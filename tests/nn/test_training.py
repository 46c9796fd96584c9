"""The training loop: published runs, what a History says, stopping, divergence, and many networks as one."""

import warnings

import numpy as np
import pytest

from course_lib.data.clouds import blobs, spiral
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD, Adam, Momentum, State
from course_lib.nn.schedules import Exponential, Plateau, Warmup
from course_lib.nn.training import train, train_frames

X, Y = blobs(n=50, classes=3, noise=0.3, seed=1)
X_VAL, Y_VAL = blobs(n=50, classes=3, noise=0.3, seed=2)


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def net(**settings):
    return MLP((2, 8, 3), **{"activation": "tanh", "init": "xavier", "seed": 3, **settings})


# notes: 19, 117
# CS231n notes, neural-networks-case-study: spiral of seed 0, step 1, reg 1e-3; the notes print 0.786302 and 49 %.
def test_linear_classifier_of_the_case_study():
    x, y = spiral()
    linear = MLP((2, 3), init="zeros", l2=1e-3)
    history = train(linear, x, y, SGD(1.0), steps=190, batch_size=None)
    assert linear.loss(x, y) == pytest.approx(0.7863021594, abs=2e-6)
    assert history.accuracy[-1] * 300 == pytest.approx(148)
    ones = MLP((2, 3), init=lambda rng, n_in, n_out: np.ones((n_in, n_out)), l2=1e-3)
    history = train(ones, x, y, SGD(1.0), steps=191, batch_size=None)
    assert history.batch_loss[190] == pytest.approx(0.7883535247, abs=2e-6)  # J before update 190, as the notes print
    train(linear, x, y, SGD(1.0), steps=19810, batch_size=None, record_every=20000)
    assert linear.loss(x, y) == pytest.approx(0.7862295871, abs=1e-9)


# notes: 19
def test_network_of_the_case_study():
    """2-100-3 ReLU, W = 0.01 N(0, 1) drawn after the data: the notes print 0.245292 and 98 %."""
    x, y = spiral()
    rng = np.random.RandomState(0)
    rng.standard_normal(300)  # the data of the notes come first in the stream
    mlp = MLP((2, 100, 3), "relu", ("normal", {"std": 0.01}), l2=1e-3, seed=rng)
    history = train(mlp, x, y, SGD(1.0), steps=9000, batch_size=None, record_every=9000)
    assert mlp.loss(x, y) == pytest.approx(0.245292, abs=0.002)
    assert history.accuracy[-1] == pytest.approx(0.98, abs=0.01)


# notes: 145, E05, E06
def test_deep_sigmoid_networks_need_a_wider_start():
    """Sigmoid, five hidden layers, full batch: N(0, 1) weights memorise, 0.01 never moves, 4·Xavier generalises.

    The ordering of a run of 100-[100]*5-10 on 300 points (training loss 0.003 / 2.283 / 0.001, test accuracy
    0.47 / 0.08 / 0.90 at lr 1), here with 40 units, 100 points and 300 steps, the three networks side by side.
    """
    rng = np.random.default_rng(0)
    centres, y = 0.5 * rng.standard_normal((10, 100)), np.arange(100) % 10
    x, x_test = (centres[y] + rng.standard_normal((100, 100)) for _ in range(2))
    nets = MLP(
        (100, *[40] * 5, 10),
        "sigmoid",
        [
            ("normal", {"std": 1.0}),
            ("normal", {"std": 0.01}),
            lambda rng, n_in, n_out: 4 * rng.standard_normal((n_in, n_out)) / n_in**0.5,
        ],
        trials=3,
    )
    history = train(nets, x, y, SGD(1.0), steps=300, batch_size=None, x_val=x_test, y_val=y)
    memorised, stuck, learned = history.loss[-1]
    assert memorised < 0.05 and learned < 0.05 and stuck == pytest.approx(np.log(10), abs=0.02)
    memorised, stuck, learned = history.val_accuracy[-1]
    assert stuck < 0.2 < memorised < 0.5 < learned


# notes: 4, E37
def test_minibatch_noise_falls_like_one_over_root_m():
    """Ioffe & Szegedy 2015, introduction: least squares, N = 10000, d = 5; batches of 100 are 10 times less noisy."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((10000, 5))
    y = x @ rng.standard_normal(5) + rng.standard_normal(10000)
    model = MLP((5, 1), init="zeros", loss="squared_error")
    model.loss_and_grad(x, y)
    full, noise = model.grad.copy(), {}

    class Watch(SGD):  # looks at each batch's gradient and stays where it is
        def step(self, theta, grad, state, lr=None):
            state.errors.append(np.sum((grad - full) ** 2))

        def init(self, theta):
            self.__dict__["state"] = State(errors=[])
            return self.state

    for m in (1, 10, 100):
        watch = Watch()
        with pytest.warns(UserWarning, match="Watch has not moved theta"):
            train(model, x, y, watch, epochs=4 if m == 100 else 1, batch_size=m, record_every=10000)
        noise[m] = np.sqrt(np.mean(watch.state.errors))
    assert noise[1] / noise[100] == pytest.approx(10, rel=0.05)
    assert noise[1] / noise[10] == pytest.approx(10**0.5, rel=0.05)


def test_history_of_a_run():
    model = net()
    history = train(model, X, Y, Adam(0.05), epochs=6, batch_size=32, x_val=X_VAL, y_val=Y_VAL)
    np.testing.assert_array_equal(history.step, np.arange(7) * 4)  # 150 examples make 4 whole batches
    np.testing.assert_array_equal(history.epoch, np.arange(7))
    assert history.batch_loss.shape == (24,) and history.lr.tolist() == [0.05] * 7
    assert history.loss.shape == history.val_accuracy.shape == (7,)
    assert history.loss[-1] < 0.3 * history.loss[0] and history.accuracy[-1] > 0.9 < history.val_accuracy[-1]
    assert history.loss[-1] == model.loss(X, Y) and history.val_accuracy[-1] == model.accuracy(X_VAL, Y_VAL)
    assert history.best_step == history.step[history.val_loss.argmin()] and history.diverged_at is None


def test_no_validation_data_and_no_class_numbers():
    model = MLP((2, 8, 1), loss="squared_error", seed=0)
    history = train(model, X, X[:, :1] * X[:, 1:], Momentum(0.1), epochs=20)
    assert history.val_loss is None is history.val_accuracy and np.isnan(history.accuracy).all()
    assert history.loss[-1] < history.loss[0]


def test_frames_are_the_same_run_and_may_be_left_at_any_time():
    a, b = net(), net()
    history = train(a, X, Y, SGD(0.3), steps=10, record_every=3, rng=7)
    frames = []
    for frame in train_frames(b, X, Y, SGD(0.3), steps=10**9, record_every=3, rng=7):
        frames.append(frame)
        assert np.geterr()["over"] == "warn"  # the caller's floating-point settings are not touched between frames
        if frame.step == 9:
            break
    np.testing.assert_array_equal(history.step, [0, 3, 6, 9, 10])
    np.testing.assert_array_equal(history.loss[:4], [f.loss for f in frames])
    np.testing.assert_array_equal(history.batch_loss[:9], np.concatenate([f.batch_loss for f in frames]))


def test_same_seed_same_run_and_any_kind_of_generator():
    thetas = []
    for rng in (5, 5, np.random.default_rng(5), 6, np.random.RandomState(5)):
        model = net()
        train(model, X, Y, SGD(0.1), epochs=2, rng=rng)
        thetas.append(model.theta)
    np.testing.assert_array_equal(thetas[0], thetas[1])
    np.testing.assert_array_equal(thetas[0], thetas[2])
    assert all(np.any(thetas[0] != other) for other in thetas[3:])


class Spy:
    """A network that only writes down which examples it was shown."""

    theta, grad, layers = np.zeros(1), np.zeros(1), []

    def __init__(self):
        self.seen = []

    def loss_and_grad(self, x, y):
        np.testing.assert_array_equal(x[:, 0], y)
        self.seen.append(y.tolist())
        return 1.0

    def forward(self, x):
        return x[:, :2]

    def loss_function(self, scores, y):
        return 1.0, None


# notes: 6
@pytest.mark.parametrize("n, size", [(10, 3), (12, 3), (7, 7), (5, 100), (9, 1)])
def test_an_epoch_shows_each_example_once(n, size):
    spy, x = Spy(), np.arange(n)[:, None] * np.ones((n, 40000))  # rows so long that they are copied in several blocks
    train(spy, x, np.arange(n), SGD(), epochs=2, batch_size=size, rng=0)
    per_epoch = n // min(size, n)
    for epoch in (spy.seen[:per_epoch], spy.seen[per_epoch:]):
        shown = sum(epoch, [])
        assert len(set(shown)) == len(shown) == per_epoch * min(size, n)
    if 1 < per_epoch:
        assert spy.seen[:per_epoch] != spy.seen[per_epoch:]


def test_without_shuffling_the_order_is_the_given_one():
    spy = Spy()
    train(spy, np.arange(7.0)[:, None], np.arange(7), SGD(), epochs=2, batch_size=3, shuffle=False)
    assert spy.seen == [[0, 1, 2], [3, 4, 5]] * 2


# notes: 203
def test_divergence_is_a_result():
    history = train(net(activation="relu"), X, Y, SGD(1e6), steps=200, record_every=200)
    k = history.diverged_at
    assert 0 < k < 200 and np.isfinite(history.batch_loss[:k]).all() and not np.isfinite(history.batch_loss[k:]).any()
    assert history.step[-1] == k and len(history.batch_loss) == k + 1
    start = net(activation="relu")
    start.theta[:] = np.nan
    assert train(start, X, Y, SGD(), epochs=5).diverged_at == 0


def test_divergence_trial_by_trial():
    nets = MLP((2, 8, 3), "relu", trials=3, seed=3)
    history = train(nets, X, Y, SGD(np.array([[0.1], [1e6], [0.2]])), epochs=30)
    assert history.diverged_at[0] == history.diverged_at[2] == -1 < history.diverged_at[1]
    assert history.loss.shape == (31, 3) and np.isfinite(history.loss[-1, [0, 2]]).all()
    first = history.diverged_at[1]
    assert np.isfinite(history.batch_loss[:first, 1]).all() and not np.isfinite(history.batch_loss[first, 1])


@pytest.mark.parametrize("optimizer", [SGD, Adam])
@pytest.mark.parametrize("norm", [None, "batch"])
def test_many_networks_as_one_are_the_networks_one_by_one(optimizer, norm):
    lr, l2 = np.array([0.03, 0.1, 0.3]), np.array([0.0, 1e-3, 1e-2])
    together = net(trials=3, seed=[10, 11, 12], l2=l2, norm=norm)
    history = train(together, X, Y, optimizer(lr=lr[:, None]), epochs=4, x_val=X_VAL, y_val=Y_VAL, rng=1)
    np.testing.assert_array_equal(history.lr, np.tile(lr, (5, 1)))
    for i in range(3):
        alone = net(seed=10 + i, l2=l2[i], norm=norm)
        one = train(alone, X, Y, optimizer(lr=lr[i]), epochs=4, x_val=X_VAL, y_val=Y_VAL, rng=1)
        np.testing.assert_allclose(history.batch_loss[:, i], one.batch_loss, rtol=1e-9)
        np.testing.assert_allclose(history.val_loss[:, i], one.val_loss, rtol=1e-9)
        assert history.val_accuracy[-1, i] == one.val_accuracy[-1] and history.best_step[i] == one.best_step


@pytest.mark.parametrize("norm", [None, "batch"])
@pytest.mark.parametrize("schedule", [None, Plateau(2.0, patience=1), Warmup(Plateau(2.0, patience=1), 3)], ids=str)
def test_each_of_many_networks_stops_where_it_would_alone(schedule, norm):
    options = {"steps": 40, "record_every": 2, "batch_size": 7, "x_val": X_VAL[::-5], "y_val": Y_VAL[::-5]}
    options |= {"schedule": schedule, "patience": 2}
    lr = np.array([0.3, 1.0, 2.0, 3.0])
    together = net(trials=4, seed=[1, 2, 3, 4], norm=norm)
    history = train(together, X, Y, SGD(lr[:, None]), **options)
    ends = set()
    for i in range(4):
        alone = net(seed=1 + i, norm=norm)
        one = train(alone, X, Y, SGD(lr[i]), **options)
        np.testing.assert_allclose(history.lr[: len(one.lr), i], one.lr)
        assert history.best_step[i] == one.best_step
        np.testing.assert_allclose(together.theta[i], alone.theta, rtol=1e-6, atol=1e-9)
        ends.add(len(one.step))
    assert len(history.step) == max(ends)


def overfit(lr=0.05, **settings):
    """Few noisy labels, so that the validation loss turns up again."""
    y = Y.copy()
    y[::4] = (y[::4] + 1) % 3
    model = MLP((2, 50, 3), "tanh", "xavier", seed=0, **settings)
    return model, train(
        model, X[::3], y[::3], Adam(lr), epochs=300, batch_size=10, x_val=X_VAL, y_val=Y_VAL, patience=8
    )


# notes: 9
@pytest.mark.parametrize("norm", [None, "batch"])
def test_early_stopping_keeps_the_best_weights(norm):
    model, history = overfit(norm=norm)
    assert len(history.step) < 300
    best = history.val_loss.argmin()
    assert best == len(history.step) - 1 - 8 and history.best_step == history.step[best]
    assert model.loss(X_VAL, Y_VAL) == history.val_loss[best]  # running statistics put back as well


def test_the_same_loss_again_is_no_progress():
    x, y = np.arange(4.0)[:, None] * np.ones((4, 2)), np.arange(4)
    history = train(Spy(), x, y, SGD(), epochs=9, x_val=x, y_val=y, patience=2)
    assert history.step.tolist() == [0, 1, 2] and history.best_step == 0


def test_early_stopping_trial_by_trial():
    model, history = overfit(lr=np.array([[0.02], [0.05], [0.2]]), norm="batch", trials=3)
    best = history.val_loss.argmin(axis=0)
    assert len(set(best)) > 1 and (best <= len(history.step) - 1 - 8).all()
    np.testing.assert_array_equal(history.best_step, history.step[best])
    np.testing.assert_allclose(model.loss(X_VAL, Y_VAL), history.val_loss.min(axis=0))


def test_a_frame_may_look_at_some_examples_only():
    model = net(l2=0.1)
    history = train(model, X, Y, SGD(0.1), epochs=2, eval_size=30)
    picked = np.linspace(0, 149, 30).astype(int)
    assert history.accuracy[-1] == model.accuracy(X[picked], Y[picked])
    model.l2 = 0.0  # a frame's loss is without penalties, that of a batch with them
    assert history.loss[-1] == model.loss(X[picked], Y[picked])
    assert history.batch_loss[0] > history.loss[0] + 0.5


def test_without_patience_the_last_weights_stay():
    model = net()
    history = train(model, X, Y, SGD(3.0), epochs=5, x_val=X_VAL, y_val=Y_VAL)
    assert model.loss(X_VAL, Y_VAL) == history.val_loss[-1]


def test_schedules_act():
    model = net()
    history = train(model, X, Y, SGD(99.0), epochs=3, batch_size=50, schedule=Exponential(0.5, k=0.1))
    np.testing.assert_allclose(history.lr, 0.5 * np.exp(-0.1 * np.array([0, 3, 6, 9])))
    assert history.diverged_at is None and history.loss[-1] < history.loss[0]
    plateau = Plateau(lr=50.0, patience=1)
    rates = train(net(), X, Y, SGD(), epochs=12, schedule=plateau).lr
    assert rates[0] == 50.0 > rates[-1] and set(rates[1:] / rates[:-1]) == {0.5, 1.0}
    slider = iter(np.linspace(0.1, 0.2, 100))
    assert train(net(), X, Y, SGD(), epochs=3, schedule=lambda t: next(slider)).loss[-1] < history.loss[0]


def test_callbacks_see_each_frame_and_can_end_the_run():
    seen = []

    def watch(model, frame):
        seen.append((frame.step, model.loss(X, Y) == frame.loss))
        return frame.step >= 8

    history = train(net(), X, Y, SGD(), epochs=50, callbacks=[watch])
    assert seen == [(0, True), (4, True), (8, True)] and history.step[-1] == 8


def test_float32_stays_float32():
    model = net(dtype=np.float32)
    history = train(model, X, Y, Adam(0.05), epochs=3, schedule=Exponential(0.05, k=0.01), x_val=X_VAL, y_val=Y_VAL)
    assert model.theta.dtype == np.float32 and history.loss[-1] < history.loss[0]


@pytest.mark.parametrize(
    "options, message",
    [
        ({}, "either epochs or steps"),
        ({"epochs": 1, "steps": 1}, "either epochs or steps"),
        ({"epochs": 1, "batch_size": 0}, "batch_size of train_frames must be a whole number, 1 or more"),
        ({"epochs": 1, "record_every": 0}, "record_every of train_frames must be a whole number, 1 or more"),
        ({"epochs": 1, "patience": 3}, "patience needs x_val"),
    ],
)
def test_impossible_options(options, message):
    with pytest.raises(ValueError, match=message):
        train(net(), X, Y, SGD(), **options)
