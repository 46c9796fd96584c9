"""How those experiments and data sets are called rightly that take arrays, networks or functions."""

from __future__ import annotations

import numpy as np

from course_lib.data.digits import load_digits
from course_lib.experiments import (
    babysitting_patients,
    neurons_window,
    playground_capstone,
)
from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.network import MLP
from course_lib.nn.normalization import BatchNorm
from course_lib.nn.optimizers import SGD
from course_lib.nn.preprocessing import Standardize
from course_lib.nn.search import Trial
from course_lib.nn.spaces import LogUniform, Uniform
from course_lib.nn.surfaces import SURFACES

X = np.random.default_rng(0).standard_normal((6, 3))
Y = np.array([0, 1, 2, 3, 0, 1])
PROBABILITIES = np.full((6, 4), 0.25)
SPACE = {"lr": LogUniform(1e-4, 1.0), "l2": Uniform(0.0, 1.0)}
TRIAL = Trial(0, {"lr": 0.1, "l2": 0.0}, 0, score=0.5, curves={"score": [0.1, 0.5]})
WINDOW = {"x": np.ones((3, 1)), "W": np.ones((4, 3)), "b": np.ones((4, 1)), "U": np.ones((4, 1))}
RUN = babysitting_patients.Run(lr=0.3)
RECIPE = playground_capstone.Recipe()


def net(**settings):
    return MLP((3, 5, 4), **settings)


def seen():
    """A network that has made a step."""
    network = net()
    network.loss_and_grad(X, Y)
    return network


CALLS = {
    "activations_output.naive_softmax": lambda: {"scores": PROBABILITIES},
    "activations_race.in_step": lambda: {"names": ["relu", "tanh"]},
    "babysitting.softmax_probability": lambda: {"scores": PROBABILITIES, "y": Y},
    "babysitting_clinic.course": lambda: {"run": RUN},
    "babysitting_live.first_frames": lambda: {"count": 1},
    "babysitting_patients.treated": lambda: {"run": RUN, "treatment": next(iter(babysitting_patients.TREATMENTS))},
    "babysitting_vitals.dead_share": lambda: {"net": net(), "x": X},
    "babysitting_vitals.update_ratios": lambda: {"net": seen(), "lr": 0.1},
    "babysitting_vitals.vitals": lambda: {"net": seen(), "lr": 0.1, "x": X},
    "batchnorm.mean_deviation": lambda: {"x": X},
    "batchnorm.moments": lambda: {"x": X},
    "batchnorm_axes.influence": lambda: {"layer": BatchNorm(3), "x": X, "cell": (0, 1)},
    "batchnorm_modes.running": lambda: {"values": X[0], "start": 0.0, "momentum": 0.1},
    "bundled.read_bundled": lambda: {"name": "digits.npz", "sha256": "0" * 64},
    "digits.load_digits": lambda: {},
    "histograms.activation_histogram": lambda: {"h": X, "f": ACTIVATIONS["tanh"]},
    "histograms.median": lambda: {"x": X},
    "histograms.size_histogram": lambda: {"g": X},
    "infinite_width.infinite_width": lambda: {"f": ACTIVATIONS["tanh"], "std": 0.1, "width": 100, "depth": 2},
    "mnist.load_mnist": lambda: {"path_or_url": "/nowhere"},
    "neurons_minibatch.batches": lambda: {"examples": 6, "size": 2, "rng": np.random.RandomState(0)},
    "neurons_minibatch.descend": lambda: {
        "x": X,
        "t": X[:, 0],
        "w": np.zeros(3),
        "lr": 0.1,
        "rows": [np.array([0, 1])],
    },
    "neurons_minibatch.gradient_noise": lambda: {"x": X, "t": X[:, 0], "w": np.zeros(3), "sizes": [1, 2], "draws": 3},
    "neurons_window.pair_gradients": lambda: {
        "x": np.ones((20, 1)),
        "x_c": np.zeros((20, 1)),
        "params": neurons_window.window_parameters(),
    },
    "neurons_window.score_gradients": lambda: WINDOW,
    "neurons_window.window_score": lambda: WINDOW,
    "optimizers.descend": lambda: {
        "optimizer": SGD(),
        "surface": SURFACES["bowl"],
        "start": (1.0, 1.0),
        "shape": (2,),
        "steps": 2,
    },
    "optimizers.make": lambda: {"name": "sgd", "lr": 0.1},
    "optimizers.optimizer_path": lambda: {"optimizer": SGD()},
    "optimizers_adam.constant_gradient": lambda: {"optimizer": SGD(), "steps": 2},
    "optimizers_conventions.buffer_momentum": lambda: {
        "theta": np.ones(2),
        "grad": np.ones(2),
        "b": np.zeros(2),
        "lr": 0.1,
        "beta": 0.9,
    },
    "optimizers_map.stability_limit": lambda: {"optimizer": "momentum", "curvature": 1.0, "beta": np.array([0.5])},
    "playground.playground_at": lambda: {"step": 0},
    "playground.playground_frames": lambda: {},
    "playground_capstone.final_look": lambda: {},
    "playground_capstone.fit": lambda: {"recipe": RECIPE, "x": X, "y": Y, "seed": 0},
    "playground_capstone.shifted": lambda: {"x": np.zeros((2, 64)), "y": np.array([0, 1])},
    "playground_capstone.validated": lambda: {"recipe": RECIPE},
    "playground_layers.layers_of": lambda: {"net": net(), "x": X, "y": Y, "f": ACTIVATIONS["relu"]},
    "playground_layers.update_ratio": lambda: {"before": [X], "after": [X]},
    "preprocessing.hessian_condition": lambda: {"z": X},
    "preprocessing.prepare": lambda: {"x": X, "stage": "raw"},
    "preprocessing_leakage.accuracies": lambda: {"step": Standardize(), "x": X, "y": Y, "n": 3},
    "preprocessing_leakage.mean_and_error": lambda: {"accuracy": X},
    "preprocessing_leakage.nearest_class_mean": lambda: {"z_train": X, "y_train": Y, "z": X},
    "regularization.spoiled_labels": lambda: {"y": load_digits().y_train, "share": 0.5},
    "regularization_decay.descend": lambda: {
        "net": net(trials=1),
        "rule": SGD(),
        "x": X,
        "y": Y,
        "decay": np.zeros(1),
        "steps": 1,
    },
    "regularization_dropout.mean_ratios": lambda: {},
    "regularization_ensemble.calibration": lambda: {"p": PROBABILITIES, "y": Y},
    "search_digits.best_curves": lambda: {"trials": [TRIAL]},
    "search_digits.final_accuracy": lambda: {"trial": TRIAL},
    "search_digits.finished": lambda: {},
    "search_digits.run": lambda: {"trials": (TRIAL,), "epochs": 1, "abandon": False},
    "search_strategies.at_random": lambda: {"space": SPACE, "trials": 2, "seed": 0},
    "search_strategies.coarse_to_fine": lambda: {"space": SPACE, "trials": 2, "seed": 0},
    "search_strategies.halving": lambda: {"space": SPACE, "trials": 2, "seed": 0},
    "search_strategies.on_a_grid": lambda: {"space": SPACE, "trials": 2, "seed": 0},
    "search_strategies.ranked": lambda: {"trials": [TRIAL]},
    "signals.propagate": lambda: {
        "x": X,
        "weights": [np.eye(3)],
        "upstream": np.ones_like(X),
        "f": ACTIVATIONS["tanh"],
    },
    "table.table": lambda: {"columns": {"a": [1, 2]}},
    "zero_centring.best_rate": lambda: {"steps_needed": np.array([3.0, np.nan])},
    "zero_centring.descend": lambda: {"hessians": np.stack([np.eye(2)]), "lr": np.array([[0.1]])},
    "zero_centring_conditioning.condition_of_shift": lambda: {"s": 1.0},
    "zero_centring_networks.inputs_and_deltas": lambda: {"net": net(), "x": X, "y": Y, "layer": 0},
    "zero_centring_networks.share_agreeing": lambda: {"gradients": X},
}
# These train: nothing that fits is tried.
SLOW = {
    "preprocessing_leakage.accuracies",
    "babysitting_clinic.course",
    "babysitting_live.first_frames",
    "playground.playground_at",
    "playground.playground_frames",
    "playground_capstone.final_look",
    "playground_capstone.fit",
    "playground_capstone.validated",
    "search_digits.finished",
    "search_digits.run",
    "search_strategies.at_random",
    "search_strategies.coarse_to_fine",
    "search_strategies.halving",
    "search_strategies.on_a_grid",
    "mnist.load_mnist",
    "bundled.read_bundled",
}
