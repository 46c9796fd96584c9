"""How each public name of `course_lib.nn` is called rightly, so that a test can then put nonsense for one argument."""
from __future__ import annotations

import numpy as np

from course_lib.nn import (
    activations,
    gradient_check,
    initializers,
    layer,
    layers,
    losses,
    memory,
    network,
    normal,
    normalization,
    optimizers,
    pointwise,
    preprocessing,
    schedules,
    search,
    signals,
    spaces,
    stacked,
    surfaces,
    training,
    trials,
)

X = np.random.default_rng(0).standard_normal((6, 3))
Y = np.array([0, 1, 2, 3, 0, 1])
S = np.random.default_rng(1).standard_normal((6, 4))
MAPS = np.random.default_rng(2).standard_normal((6, 4, 2, 2))
SPACE = {"lr": spaces.LogUniform(1e-4, 1.0), "l2": spaces.Uniform(0.0, 1.0)}
SETTINGS = {"lr": 0.1, "l2": 0.5}
TRIAL = search.Trial(0, SETTINGS, 0)
DONE = search.Trial(0, SETTINGS, 0, score=0.5)


def rng():
    return np.random.default_rng(0)


def net():
    return network.MLP((3, 5, 4))


def score(settings, seed):
    return settings["lr"]


def trained():
    return stacked.TrainMLP((3, 5, 4), X, Y, X, Y, optimizers.SGD, epochs=1, batch_size=2)


def run(layer, x=S):
    """The layer after a forward pass."""
    layer.forward(x, train=True)
    return layer


def bound(layer):
    arrays = {name: np.zeros(shape) for name, shape in layer.shapes.items()}
    return layer.bind, {"params": arrays, "grads": {name: a.copy() for name, a in arrays.items()}}


def stepped(optimizer):
    theta = np.ones((5, 2))
    return optimizer.step, {"theta": theta, "grad": np.ones((5, 2)), "state": optimizer.init(theta)}


FITTED = preprocessing.Standardize().fit(X)
TURNED = preprocessing.PCA().fit(X)
FRAMES = list(training.train_frames(net(), X, Y, optimizers.SGD(), steps=1))
BOWL = surfaces.SURFACES["bowl"]
RESULT = search.SearchResult((DONE,), 1)

CALLS = {
    "activations.softmax": lambda: (activations.softmax, {"scores": S}),
    "activations.log_softmax": lambda: (activations.log_softmax, {"scores": S}),
    "activations.activation": lambda: (activations.activation, {"name": "leaky_relu", "alpha": 0.1}),
    "pointwise.Activation": lambda: (pointwise.Activation, {"name": "id", "f": abs, "df": abs}),
    "pointwise.Activation.with_params": lambda: (activations.ACTIVATIONS["elu"].with_params, {"alpha": 2.0}),
    "pointwise.pointwise": lambda: (pointwise.pointwise, {"formula": np.tanh}),
    "pointwise.bare": lambda: (pointwise.bare, {"formula": activations.relu}),
    "gradient_check.numerical_gradient": lambda: (
        gradient_check.numerical_gradient, {"f": lambda t: float(np.sum(t * t)), "theta": np.ones(3)}),
    "gradient_check.relative_error": lambda: (gradient_check.relative_error, {"a": X, "n": X}),
    "gradient_check.verdict": lambda: (gradient_check.verdict, {"error": 0.1}),
    "gradient_check.check_gradients": lambda: (
        gradient_check.check_gradients, {"net": net(), "x": X, "y": Y, "indices": [0, 1]}),
    "initializers.variance_scaling": lambda: (initializers.variance_scaling, {"rng": rng(), "fan_in": 3, "fan_out": 4}),
    "initializers.scaled_std": lambda: (initializers.scaled_std, {"fan_in": 3, "fan_out": 4}),
    "initializers.gain": lambda: (initializers.gain, {"activation": "leaky_relu"}),
    "initializers.initializer": lambda: (initializers.initializer, {"name": "he", "slope": 0.1}),
    "initializers.initializer_std": lambda: (
        initializers.initializer_std, {"name": "he", "fan_in": 3, "fan_out": 4, "slope": 0.1}),
    "initializers.conv_fan_in": lambda: (initializers.conv_fan_in, {"channels": 3, "kh": 3, "kw": 3}),
    "layer.Layer": lambda: (layer.Layer, {}),
    "layer.Layer.bind": lambda: bound(layers.PReLU()),
    "layers.Dense": lambda: (layers.Dense, {"n_in": 4, "n_out": 2}),
    "layers.Dense.bind": lambda: bound(layers.Dense(4, 2)),
    "layers.Dense.forward": lambda: (layers.Dense(4, 2).forward, {"x": S}),
    "layers.Dense.backward": lambda: (run(layers.Dense(4, 4)).backward, {"dy": S}),
    "layers.Activation": lambda: (layers.Activation, {"function": "relu"}),
    "layers.Activation.forward": lambda: (layers.Activation("relu").forward, {"x": S}),
    "layers.Activation.backward": lambda: (run(layers.Activation("silu")).backward, {"dy": S}),
    "layers.PReLU": lambda: (layers.PReLU, {}),
    "layers.PReLU.forward": lambda: (layers.PReLU(4).forward, {"x": S}),
    "layers.PReLU.backward": lambda: (run(layers.PReLU(4)).backward, {"dy": S}),
    "layers.RReLU": lambda: (layers.RReLU, {"rng": rng()}),
    "layers.RReLU.forward": lambda: (layers.RReLU(rng()).forward, {"x": S, "train": True}),
    "layers.RReLU.backward": lambda: (run(layers.RReLU(rng())).backward, {"dy": S}),
    "layers.Maxout": lambda: (layers.Maxout, {}),
    "layers.Maxout.forward": lambda: (layers.Maxout(2).forward, {"x": S}),
    "layers.Maxout.backward": lambda: (run(layers.Maxout(1)).backward, {"dy": S}),
    "layers.Dropout": lambda: (layers.Dropout, {"p": 0.5, "rng": rng()}),
    "layers.Dropout.forward": lambda: (layers.Dropout(0.5, rng()).forward, {"x": S, "train": True}),
    "layers.Dropout.backward": lambda: (run(layers.Dropout(0.5, rng())).backward, {"dy": S}),
    "layers.hidden_unit": lambda: (layers.hidden_unit, {"activation": "relu", "n": 4, "rng": rng()}),
    "losses.softmax_cross_entropy": lambda: (losses.softmax_cross_entropy, {"scores": S, "targets": Y}),
    "losses.max_margin": lambda: (losses.max_margin, {"scores": S, "targets": Y}),
    "losses.sigmoid_bce": lambda: (losses.sigmoid_bce, {"scores": S, "targets": np.ones((6, 4))}),
    "losses.squared_error": lambda: (losses.squared_error, {"scores": S, "targets": S}),
    "losses.pair_margin": lambda: (losses.pair_margin, {"s": S[0], "s_c": S[1]}),
    "losses.l1": lambda: (losses.l1, {"weights": S, "strength": 0.1}),
    "losses.l2": lambda: (losses.l2, {"weights": S, "strength": 0.1}),
    "memory.keep_freed_memory": lambda: (memory.keep_freed_memory, {}),
    "network.MLP": lambda: (network.MLP, {"sizes": (3, 5, 4)}),
    "network.MLP.forward": lambda: (net().forward, {"x": X}),
    "network.MLP.loss_and_grad": lambda: (net().loss_and_grad, {"x": X, "y": Y}),
    "network.MLP.loss": lambda: (net().loss, {"x": X, "y": Y}),
    "network.MLP.predict": lambda: (net().predict, {"x": X}),
    "network.MLP.accuracy": lambda: (net().accuracy, {"x": X, "y": Y}),
    "network.MLP.signals": lambda: (net().signals, {"x": X, "y": Y}),
    "network.MLP.weights": lambda: (net().weights, {}),
    "network.MLP.copy": lambda: (net().copy, {}),
    "network.MLP.without_traces": lambda: (net().without_traces, {}),
    "normalization.BatchNorm": lambda: (normalization.BatchNorm, {"n": 4}),
    "normalization.BatchNorm.bind": lambda: bound(normalization.BatchNorm(4)),
    "normalization.LayerNorm": lambda: (normalization.LayerNorm, {"shape": 4}),
    "normalization.GroupNorm": lambda: (normalization.GroupNorm, {"n": 4, "groups": 2}),
    "normalization.InstanceNorm": lambda: (normalization.InstanceNorm, {"n": 4}),
    "normalization.Normalization.forward": lambda: (normalization.BatchNorm(4).forward, {"x": S, "train": True}),
    "normalization.Normalization.backward": lambda: (run(normalization.BatchNorm(4)).backward, {"dy": S}),
    "optimizers.Optimizer.init": lambda: (optimizers.Adam().init, {"theta": np.ones(3)}),
    "preprocessing.Scaled": lambda: (preprocessing.Scaled, {"mean": X[0], "scale": X[0]}),
    "preprocessing.Scaled.transform": lambda: (FITTED.transform, {"x": X}),
    "preprocessing.Scaled.inverse": lambda: (FITTED.inverse, {"z": X}),
    "preprocessing.Rotated": lambda: (preprocessing.Rotated, dict(vars(TURNED))),
    "preprocessing.Rotated.transform": lambda: (TURNED.transform, {"x": X}),
    "preprocessing.Rotated.inverse": lambda: (TURNED.inverse, {"z": X}),
    "schedules.PlateauRun": lambda: (schedules.PlateauRun, {"settings": schedules.Plateau()}),
    "schedules.PlateauRun.__call__": lambda: (schedules.Plateau().start().__call__, {"t": 3}),
    "schedules.PlateauRun.start": lambda: (schedules.Plateau().start().start, {}),
    "schedules.PlateauRun.update": lambda: (schedules.Plateau().start().update, {"metric": 0.5}),
    "schedules.Warmup.update": lambda: (schedules.Warmup(schedules.Plateau()).start().update, {"metric": 0.5}),
    "search.Trial": lambda: (search.Trial, {"number": 0, "settings": SETTINGS, "seed": 0}),
    "search.SearchResult": lambda: (search.SearchResult, {"trials": (DONE,), "planned": 1}),
    "search.SearchResult.values": lambda: (RESULT.values, {"name": "lr"}),
    "search.SearchResult.at_the_edge": lambda: (RESULT.at_the_edge, {"space": SPACE}),
    "search.LossExploded": lambda: (search.LossExploded, {}),
    "search.LossExploded.__call__": lambda: (search.LossExploded().__call__, {"curves": {"loss": [1.0, 2.0]}}),
    "search.plan": lambda: (search.plan, {"space": SPACE, "trials": 2, "rng": 0}),
    "search.run_trial": lambda: (search.run_trial, {"objective": score, "trial": TRIAL}),
    "search.search": lambda: (search.search, {"objective": score, "space": SPACE, "trials": 2, "rng": 0}),
    "search.gather": lambda: (
        search.gather, {"frames": (trial for trial in (DONE,)), "planned": 1, "maximise": True, "progress": None}),
    "search.successive_halving": lambda: (
        search.successive_halving, {"objective": score, "space": SPACE, "trials": 2, "rng": 0}),
    "search.search_frames": lambda: (search.search_frames, {"objective": score, "planned": [TRIAL]}),
    "search.failed": lambda: (search.failed, {"trial": TRIAL, "error": KeyError("lr")}),
    "search.run_jobs": lambda: (search.run_jobs, {"work": str, "jobs": [1, 2]}),
    "signals.record": lambda: (signals.record, {"net": net(), "x": X, "y": Y}),
    "spaces.Uniform": lambda: (spaces.Uniform, {"low": 0.0, "high": 1.0}),
    "spaces.LogUniform": lambda: (spaces.LogUniform, {"low": 0.1, "high": 1.0}),
    "spaces.IntUniform": lambda: (spaces.IntUniform, {"low": 0, "high": 2}),
    "spaces.Choice": lambda: (spaces.Choice, {"options": (1, 2)}),
    "spaces.draw": lambda: (spaces.draw, {"space": SPACE, "rng": rng()}),
    "spaces.grid": lambda: (spaces.grid, {"space": SPACE, "points": 2}),
    "spaces.narrowed": lambda: (spaces.narrowed, {"space": SPACE, "best": [SETTINGS]}),
    "stacked.TrainMLP": lambda: (stacked.TrainMLP, {
        "sizes": (3, 5, 4), "x": X, "y": Y, "x_val": X, "y_val": Y, "optimizer": optimizers.SGD}),
    "stacked.TrainMLP.__call__": lambda: (trained().__call__, {"settings": SETTINGS, "seed": 0}),
    "stacked.TrainMLP.reports": lambda: (trained().reports, {"settings": SETTINGS, "seed": 0}),
    "stacked.TrainMLP.is_rate": lambda: (trained().is_rate, {"name": "lr"}),
    "stacked.TrainMLP.shape": lambda: (trained().shape, {"trial": TRIAL}),
    "stacked.TrainMLP.stacked": lambda: (trained().stacked, {"trials": [TRIAL]}),
    "stacked.stacked_search": lambda: (
        stacked.stacked_search, {"objective": trained(), "space": SPACE, "trials": 2, "rng": 0}),
    "stacked.stacked_frames": lambda: (stacked.stacked_frames, {"objective": trained(), "planned": [TRIAL]}),
    "stacked.run_stack": lambda: (
        stacked.run_stack, {"objective": trained(), "abandon": None, "trials": [TRIAL]}),
    "surfaces.Surface": lambda: (surfaces.Surface, dict(vars(BOWL))),
    "surfaces.Surface.value": lambda: (BOWL.value, {"p": np.ones((5, 2))}),
    "surfaces.Surface.grad": lambda: (BOWL.grad, {"p": np.ones((5, 2))}),
    "training.History.of": lambda: (training.History.of, {"frames": FRAMES}),
    "training.train": lambda: (training.train, {
        "net": net(), "x": X, "y": Y, "optimizer": optimizers.SGD(), "steps": 2}),
    "training.train_frames": lambda: (training.train_frames, {
        "net": net(), "x": X, "y": Y, "optimizer": optimizers.SGD(), "steps": 2, "x_val": X, "y_val": Y}),
    "trials.generator": lambda: (trials.generator, {"seed": 0}),
    "trials.per_trial": lambda: (trials.per_trial, {"name": "seed", "value": 0, "trials": None}),
    "trials.scheme_of": lambda: (trials.scheme_of, {"init": "he", "params": {}}),
}

# What one line can say of many.
ELEMENTWISE = {f"activations.{name}": formula for name, formula in vars(activations).items()
                if getattr(formula, "__module__", None) == activations.__name__ and hasattr(formula, "__wrapped__")
                and f"activations.{name}" not in CALLS}
ELEMENTWISE |= {f"normal.{name}": getattr(normal, name) for name in ("erfc", "density", "cumulative")}
for _name, _formula in ELEMENTWISE.items():
    _argument = "y" if _name.endswith("of_output") else "z" if _name == "normal.erfc" else "x"
    CALLS[_name] = lambda formula=_formula: (lambda x: formula(x), {"x": X})
for _scheme in {*initializers.INITIALIZERS.values()}:
    CALLS[f"initializers.{_scheme.__name__}"] = lambda scheme=_scheme: (
        scheme, {"rng": rng(), "fan_in": 3, "fan_out": 4})
for _optimizer in optimizers.OPTIMIZERS.values():
    CALLS[f"optimizers.{_optimizer.__name__}"] = lambda optimizer=_optimizer: (optimizer, {})
    CALLS[f"optimizers.{_optimizer.__name__}.step"] = lambda optimizer=_optimizer: stepped(optimizer())
CALLS["optimizers.Adam.init"] = CALLS["optimizers.Optimizer.init"]
for _schedule in schedules.SCHEDULES.values():
    CALLS[f"schedules.{_schedule.__name__}"] = lambda schedule=_schedule: (schedule, {})
    CALLS[f"schedules.{_schedule.__name__}.__call__"] = lambda schedule=_schedule: (schedule().__call__, {"t": 3})
    if "start" in vars(_schedule):
        CALLS[f"schedules.{_schedule.__name__}.start"] = lambda schedule=_schedule: (schedule().start, {})
for _sampler in (spaces.Uniform(0, 1), spaces.LogUniform(0.1, 1), spaces.IntUniform(0, 2), spaces.Choice((1, 2))):
    _of = f"spaces.{type(_sampler).__name__}"
    CALLS[f"{_of}.at"] = lambda sampler=_sampler: (lambda u: sampler.at(u), {"u": 0.5})
    CALLS[f"{_of}.where"] = lambda sampler=_sampler: (lambda value: sampler.where(value), {"value": 1})
for _preprocessor in preprocessing.PREPROCESSORS.values():
    _of, _data = f"preprocessing.{_preprocessor.__name__}", (
        MAPS if _preprocessor.__name__.startswith("Channel") else X)
    CALLS[_of] = lambda preprocessor=_preprocessor: (preprocessor, {})
    if "fit" in vars(_preprocessor):
        CALLS[f"{_of}.fit"] = lambda preprocessor=_preprocessor, data=_data: (
            preprocessor().fit, {"x_train": data})
