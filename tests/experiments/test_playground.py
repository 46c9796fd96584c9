"""The playground trains what its settings say, can be moved while it trains, and its line brings a frame back."""

from itertools import islice

import numpy as np
import pytest

from course_lib.data.clouds import DATASETS
from course_lib.experiments.curves import Curves
from course_lib.experiments.histograms import activation_histogram
from course_lib.experiments.playground import (
    DEFAULTS,
    DURING,
    MOST_LOOKS,
    UPDATES,
    PlaygroundFrame,
    playground_at,
    playground_frames,
)
from course_lib.experiments.playground_inputs import COARSE, FEATURES, GRID, playground_inputs
from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Adam


def same(a: PlaygroundFrame, b: PlaygroundFrame) -> bool:
    """Identical, to the last bit."""
    return (
        a.line == b.line
        and np.array_equal(a.net.theta, b.net.theta)
        and np.array_equal(a.train_loss, b.train_loss)
        and np.array_equal(a.steps, b.steps)
        and np.array_equal(a.ratio, b.ratio, equal_nan=True)
        and all(np.array_equal(p, q) for p, q in zip(a.plane, b.plane, strict=True))
    )


def again(line: str) -> PlaygroundFrame:
    """What the line says, run anew: with the experiment alone."""
    return eval(line, {"playground": playground_at})


def test_the_first_frame_is_the_untrained_network():
    frame = next(playground_frames())
    assert frame.step == 0 and np.isnan(frame.ratio).all() and len(frame.steps) == 1
    fresh = MLP((2, 16, 16, 3), seed=0)
    np.testing.assert_allclose(frame.net.theta, fresh.theta, rtol=1e-14)


def test_each_frame_is_twenty_updates_of_the_library():
    frame = playground_at(20, batch_size=0)
    inputs, net, rule = frame.inputs, MLP((2, 16, 16, 3), seed=0), Adam(0.01)
    state = rule.init(net.theta)
    for _ in range(20):
        net.loss_and_grad(inputs.x, inputs.y)
        rule.step(net.theta, net.grad, state)
    np.testing.assert_allclose(frame.net.theta, net.theta, atol=1e-12)


def test_a_frame_stays_as_it_was_while_training_goes_on():
    run = playground_frames()
    first = next(run)
    theta = first.net.theta.copy()
    list(islice(run, 3))
    np.testing.assert_array_equal(first.net.theta, theta)
    assert same(first, again(first.line))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"dataset": "moons", "features": "all", "noise": 0.35, "batchnorm": True, "dropout": 0.2, "seed": 3},
        {"optimizer": "adamw", "weight_decay": 0.03, "lr": 10**-1.85, "activation": "gelu", "layers": 4, "units": 8},
        {"layers": 0, "batch_size": 0, "optimizer": "nesterov"},
        {"optimizer": "momentum", "lr": 10.0, "activation": "identity", "init": "1.0"},
    ],
)
def test_the_line_brings_the_frame_back(settings):
    frame = playground_at(200, **settings)
    assert same(frame, again(frame.line))


def test_the_line_brings_back_what_was_moved_on_the_way():
    run = playground_frames(seed=1)
    next(run)
    moves = {3: {"lr": 0.0316227}, 5: {"dropout": 0.3, "weight_decay": 0.01}, 8: {"lr": 0.1, "dropout": 0.0}}
    for number in range(1, 12):
        frame = run.send(moves.get(number))
    assert frame.settings["lr"] == 0.1 and frame.settings["weight_decay"] == 0.01 and frame.settings["dropout"] == 0
    assert frame.before == (
        (40, "lr", 0.01),
        (80, "dropout", 0.0),
        (80, "weight_decay", 0.0),
        (140, "lr", 0.03162),
        (140, "dropout", 0.3),
    )
    assert same(frame, again(frame.line))
    middle = again(frame.line.replace(f"step={frame.step}", "step=100"))
    assert middle.settings["lr"] == 0.03162 and middle.settings["dropout"] == 0.3 and middle.net.dropout == 0.3


def test_a_move_acts_at_the_next_update_and_on_nothing_else():
    plain, moved = playground_frames(), playground_frames()
    for run in (plain, moved):
        next(run)
    a, b = plain.send(None), moved.send({"lr": 1e-5})
    start = next(playground_frames()).net.theta
    assert np.abs(b.net.theta - start).max() < 1e-3 < np.abs(a.net.theta - start).max()


# notes: E66
@pytest.mark.parametrize("optimizer, l2", [("adam", 0.5), ("adamw", 0.0)])
def test_weight_decay_is_decoupled_in_adamw_only(optimizer, l2):
    frame = playground_at(400, optimizer=optimizer, weight_decay=0.5)
    assert frame.net.l2 == l2
    plain = playground_at(400, optimizer=optimizer)
    assert sum(np.sum(w**2) for w in frame.net.weights()) < 0.5 * sum(np.sum(w**2) for w in plain.net.weights())


def test_divergence_is_a_result_and_ends_the_run():
    frames = list(playground_frames(layers=4, activation="leaky_relu", optimizer="momentum", lr=3.0))
    assert frames[-1].diverged and not any(f.diverged for f in frames[:-1])
    assert np.isfinite(frames[-1].train_loss).all() and frames[-1].step < 100


def test_the_stories_the_presets_tell():
    deep = {"layers": 5, "optimizer": "sgd", "lr": 0.1}
    dies = playground_at(400, activation="sigmoid", init="0.01", **deep)
    assert dies.train_accuracy < 0.4 and dies.layers.grad_std[0] < 1e-8
    assert playground_at(400, activation="sigmoid", init="xavier", **deep).train_accuracy < 0.6
    assert playground_at(400, **deep).train_accuracy > 0.95
    assert playground_at(400, lr=3.0, optimizer="sgd").layers.dead.mean() > 0.5
    assert playground_at(400, layers=0).train_accuracy < 0.55
    assert playground_at(400, layers=0, dataset="circles", features="squares", noise=0.1).val_accuracy > 0.97
    zeros = playground_at(400, init="zeros", activation="tanh")
    assert all(not w.any() for w in zeros.net.weights())
    few = {"dataset": "moons", "noise": 0.5, "layers": 4, "units": 32}
    assert playground_at(400, **few).val_loss[-1] > 1.5 * playground_at(400, weight_decay=0.01, **few).val_loss[-1]


# notes: E25
def test_dead_units_are_those_without_slope_on_all_points():
    frame = playground_at(400, lr=3.0, optimizer="sgd")
    outputs = frame.net.signals(frame.inputs.x, frame.inputs.y).activations
    np.testing.assert_array_equal(frame.layers.dead, [np.mean(~h.any(axis=0)) for h in outputs])


def test_the_ratio_is_that_of_one_update():
    run = playground_frames(optimizer="sgd", batch_size=0, lr=0.05)
    next(run)
    frame = next(run)
    net = frame.net.copy()
    net.loss_and_grad(frame.inputs.x, frame.inputs.y)  # the next gradient is hardly another one
    expected = [
        0.05 * np.linalg.norm(net.layers[i].grads["W"]) / np.linalg.norm(w)
        for i, w in zip((0, 2, 4), net.weights(), strict=True)
    ]
    np.testing.assert_allclose(frame.ratio, expected, rtol=0.1)


def test_curves_stay_short_and_keep_both_ends():
    curves = Curves(UPDATES, MOST_LOOKS)
    for step in range(0, 20_001, UPDATES):
        curves.add(step, 1.0, 2.0)
        steps = curves.arrays()[0]
        assert steps[0] == 0 and steps[-1] == step and len(steps) <= MOST_LOOKS + 1
        assert (np.diff(steps) > 0).all()


def test_a_map_is_the_output_of_its_unit_in_the_plane():
    for settings in ({"batchnorm": True, "dropout": 0.3}, {"activation": "identity", "features": "all", "layers": 3}):
        frame = playground_at(60, **settings)
        x = frame.inputs.coarse
        assert frame.units.shape == (frame.settings["layers"], 16, COARSE, COARSE)
        last = frame.units[-1].reshape(16, -1).T
        w, b = (frame.net.layers[-1].params[name] for name in "Wb")
        np.testing.assert_allclose(last @ w + b, frame.net.forward(x), atol=1e-12)
    assert playground_at(0, layers=0).units.shape == (0, 16, COARSE, COARSE)


# notes: 113, E28
def test_inputs_use_the_training_points_alone_and_scale_one_draw():
    for dataset in DATASETS:
        for features in FEATURES:
            inputs = playground_inputs(dataset, features, 0.2, 0)
            np.testing.assert_allclose(inputs.x.mean(axis=0), 0, atol=1e-6)
            np.testing.assert_allclose(inputs.x.std(axis=0), 1, atol=1e-5)
            assert len(inputs.plane) == GRID**2 and inputs.plane.shape[1] == inputs.x.shape[1]
            assert abs(inputs.x_val.mean()) > 1e-6
    none, some, more = (playground_inputs("xor", "plain", noise, 0).points for noise in (0.0, 0.1, 0.2))
    np.testing.assert_allclose(more - none, 2 * (some - none), atol=1e-12)


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"dataset": "mars"}, "dataset"),
        ({"features": "cubes"}, "features"),
        ({"activation": "step"}, "activation"),
        ({"init": "2.0"}, "init"),
        ({"optimizer": "lbfgs"}, "optimizer"),
        ({"layers": 7}, "layers"),
        ({"batchnorm": True, "batch_size": 1}, "larger batches"),
        ({"lr": 0.0}, "lr"),
        ({"dropout": 1.0}, "dropout"),
        ({"weight_decay": -1.0}, "weight_decay"),
        ({"noise": -0.1}, "noise"),
        ({"before": ((1, "seed", 2),)}, "before"),
    ],
)
def test_impossible_settings_say_what_fits(wrong, words):
    with pytest.raises(ValueError, match=words):
        next(playground_frames(**wrong))


def test_what_acts_while_training_is_among_the_settings():
    assert set(DURING) <= set(DEFAULTS) and "before" not in DEFAULTS


def test_a_layer_whose_units_all_say_the_same_has_a_histogram():
    edges, counts = activation_histogram(np.full((300, 16), 7.017441, np.float32), ACTIVATIONS["silu"])
    assert counts.sum() == 4800 and counts.max() == 4800 and np.isfinite(edges).all()


def test_whether_adam_wakes_a_dead_network_soon_depends_on_the_seed():
    dead = {"layers": 5, "activation": "sigmoid", "init": "0.01", "optimizer": "adam", "lr": 0.01}
    soon, late = (playground_at(2000, **dead, seed=seed).train_accuracy for seed in (0, 2))
    assert soon > 0.9 and late < 0.6  # 0.93 and 0.54


def test_the_map_of_a_dead_unit_is_white_at_the_points_and_not_everywhere():
    frame = playground_at(400, optimizer="sgd", lr=3.0)
    dead, white = frame.layers.dead[0] * 16, (frame.units[0] == 0).all(axis=(1, 2)).sum()
    assert 0 < white < dead
    assert frame.layers.dead[1] == 1 and not frame.ratio.any()
