"""Nonsense given to any public name of nn gets one sentence, or a result that is mathematically defined."""
from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import course_lib.nn
from course_lib.arguments import kinds_of, short

_spec = importlib.util.spec_from_file_location("calls", Path(__file__).with_name("calls.py"))
calls = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(calls)
X, Y, S, CALLS = calls.X, calls.Y, calls.S, calls.CALLS
OLD = np.lib.NumpyVersion(np.__version__) < "2.2.0"  # there an empty array is false

NONSENSE = {
    "nan": float("nan"), "inf": float("inf"), "-1": -1, "word": "nonsense", "None": None, "[]": [],
    "empty": np.array([]), "3-d": np.zeros((2, 3, 4)), "words": np.array(["a", "b"]),
    "objects": np.array([None, object()]), "ragged": [[1], [1, 2]], "object": object(),
}

# What is not called by a learner: classes to build on, records that hold what the library found, and steps that look
# at nothing because the methods that take them have looked.
BASES = {"layer.Layer.forward", "layer.Layer.backward", "optimizers.Optimizer", "optimizers.Optimizer.step",
         "preprocessing.Preprocessor", "preprocessing.Preprocessor.transform",
         "preprocessing.Preprocessor.inverse", "schedules.Schedule",
         "schedules.Schedule.__call__", "schedules.Schedule.start", "schedules.Schedule.update", "spaces.Sampler",
         "spaces.Sampler.at", "spaces.Sampler.where", "normalization.Normalization"}
RECORDS = {"gradient_check.GradientCheck", "optimizers.State", "signals.Signals", "training.Frame", "training.History"}
STEPS = {"network.MLP.with_penalty", "training.same_length",
         *(f"normalization.{kind}.{step}" for kind in ("Normalization", "BatchNorm", "GroupNorm")
           for step in ("standardize", "standardize_backward", "observe", "grouped"))}

# Which nonsense is none: there the result is defined.
EVERYWHERE = "nan inf -1 [] empty 3-d"           # number by number
ANYTHING = " ".join(NONSENSE)                    # not looked at, or only asked whether it is true
FINE = {
    "activations.activation": {"alpha": "-1"},
    "activations.softmax": {"scores": "nan inf -1 3-d", "axis": "-1 None"},
    "activations.log_softmax": {"scores": "nan inf -1 3-d", "axis": "-1 None"},
    "gradient_check.check_gradients": {"indices": "-1"},
    "gradient_check.numerical_gradient": {"theta": "empty 3-d"},
    "gradient_check.relative_error": {"a": "nan inf -1", "n": "nan inf -1", "floor": "nan inf -1"},
    "gradient_check.verdict": {"error": "nan inf -1"},
    "initializers.constant": {"c": "-1"},
    "initializers.gain": {"slope": "-1"},
    "initializers.he": {"slope": "-1"},
    "initializers.he_fan_out": {"slope": "-1"},
    "initializers.initializer": {"slope": "-1"},
    "initializers.initializer_std": {"slope": "-1"},
    "initializers.orthogonal": {"gain": "-1"},
    "layers.Activation.forward": {"x": "[] empty 3-d", "train": ANYTHING},
    "layers.Activation.backward": {"need_dx": ANYTHING},
    "layers.Dense.forward": {"x": "3-d", "train": ANYTHING},
    "layers.Dense.backward": {"need_dx": "nan inf -1 word None [] ragged object"},
    "layers.Dropout": {"p": "3-d"},
    "layers.Dropout.forward": {"x": "[] empty 3-d", "train": "nan inf -1 word None [] ragged object"},
    "layers.Dropout.backward": {"need_dx": ANYTHING},
    "layers.Maxout.forward": {"x": "[] empty 3-d", "train": ANYTHING},
    "layers.Maxout.backward": {"need_dx": ANYTHING},
    "layers.PReLU": {"alpha": "-1"},
    "layers.PReLU.forward": {"x": "3-d", "train": ANYTHING},
    "layers.PReLU.backward": {"need_dx": ANYTHING},
    "layers.RReLU": {"lower": "-1"},
    "layers.RReLU.forward": {"x": "[] empty 3-d", "train": "nan inf -1 word None [] ragged object"},
    "layers.RReLU.backward": {"need_dx": ANYTHING},
    "losses.l1": {"weights": EVERYWHERE, "strength": "nan inf -1", "axis": "-1"},
    "losses.l2": {"weights": EVERYWHERE, "strength": "nan inf -1", "axis": "-1"},
    "losses.max_margin": {"margin": "nan inf -1"},
    "losses.pair_margin": dict.fromkeys(("s", "s_c", "margin"), "nan inf -1 3-d"),
    "network.MLP": {"l2": "3-d", "l1": "3-d", "bias": "-1"},
    "network.MLP.forward": {"train": ANYTHING},
    "network.MLP.loss": {"train": ANYTHING},
    "network.MLP.loss_and_grad": {"train": ANYTHING},
    "normalization.Normalization.forward": {"train": "nan inf -1 word None [] ragged object"},
    "normalization.Normalization.backward": {"need_dx": ANYTHING},
    "optimizers.AdaGrad": {"eps": "3-d"},
    "optimizers.Adam": {"beta1": "3-d", "beta2": "3-d", "eps": "3-d"},
    "optimizers.AdamW": {"beta1": "3-d", "beta2": "3-d", "eps": "3-d", "weight_decay": "3-d"},
    "optimizers.Momentum": {"beta": "3-d"},
    "optimizers.Nesterov": {"beta": "3-d"},
    "optimizers.RMSProp": {"beta": "3-d", "eps": "3-d"},
    "optimizers.SGD.step": {"state": ANYTHING},     # SGD remembers nothing
    "optimizers.Optimizer.init": {"theta": "empty 3-d"},
    "optimizers.Adam.init": {"theta": "empty 3-d"},
    "pointwise.Activation.with_params": {"alpha": "-1"},
    "preprocessing.Rotated": dict.fromkeys(
        ("mean", "components", "variances", "explained", "forward", "backward"), "nan inf -1 3-d"),
    "preprocessing.Scaled": {"mean": "nan inf -1 3-d", "scale": "nan inf -1 3-d"},
    "schedules.Cosine": {"low": "3-d"},
    "schedules.Plateau": {"low": "3-d"},
    "schedules.PlateauRun.update": {"metric": "nan inf -1 3-d"},
    "schedules.Warmup.update": {"metric": "nan inf -1 3-d"},
    "search.SearchResult": {"trials": "[]"},
    "search.Trial": {"score": "nan inf -1", "seconds": "-1"},
    "search.run_jobs": {"jobs": "word [] ragged"},
    "search.search_frames": {"planned": "[]"},
    "spaces.Choice": {"options": "3-d words objects ragged"},
    "spaces.IntUniform": {"low": "-1"},
    "spaces.IntUniform.where": {"value": "-1 empty 3-d"},
    "spaces.LogUniform.at": {"u": "-1 empty 3-d"},
    "spaces.Uniform": {"low": "-1"},
    "spaces.Uniform.at": {"u": "-1 empty 3-d"},
    "spaces.Uniform.where": {"value": "-1 empty 3-d"},
    "stacked.stacked_frames": {"planned": "[]"},
    "surfaces.Surface": {"lowest": "-1"},
    "training.train_frames": {"callbacks": "[]"},
}
FINE |= {name: {"x": EVERYWHERE} for name in calls.ELEMENTWISE}
FINE |= {name: {"lr": "nan inf -1", **FINE.get(name, {})} for name in CALLS if name.endswith(".step")}
FINE |= {f"preprocessing.{name}.fit": {"x_train": "3-d"}
         for name in ("Center", "PCA", "Standardize", "Whiten", "ZCA")}
FINE |= {name: {"t": "3-d"} for name in CALLS if name.startswith("schedules.") and name.endswith("__call__")}

# Right in itself, but not together with the other arguments.
WORSE = [
    ("network.MLP.loss", "x", X[:, :2]), ("network.MLP.loss", "x", X[0]), ("network.MLP.loss", "x", X[:5]),
    ("network.MLP.loss", "y", Y[:5]), ("network.MLP.loss", "y", Y + 1), ("network.MLP.loss", "y", Y - 1),
    ("network.MLP.loss", "y", Y + 0.5), ("network.MLP.loss_and_grad", "y", Y + 1), ("network.MLP.loss", "x", X[:0]),
    ("network.MLP.accuracy", "y", Y[:5]), ("network.MLP.accuracy", "y", Y + 1),
    ("network.MLP.accuracy", "y", Y[:, None]), ("network.MLP.accuracy", "x", X * np.nan),
    ("network.MLP.predict", "x", X * np.inf),
    ("network.MLP", "sizes", (3,)), ("network.MLP", "sizes", (3, 2.5, 4)), ("network.MLP", "activation", "rleu"),
    ("network.MLP", "activation", ("relu",)), ("network.MLP", "init", ("he", 3)), ("network.MLP", "init", []),
    ("network.MLP", "init", lambda rng, n_in, n_out: np.ones(3)), ("network.MLP", "norm", "bacth"),
    ("network.MLP", "dropout", 1.0), ("network.MLP", "dtype", int), ("network.MLP", "seed", [1, 2]),
    ("training.train", "x", X[:, :2]), ("training.train", "y", Y[:4]), ("training.train", "y", Y + 7),
    ("training.train", "x", X * np.nan), ("training.train", "optimizer", calls.optimizers.SGD),
    ("training.train", "net", calls.network.MLP((3, 5, 1), loss="sigmoid_bce")),
    ("training.train_frames", "y_val", None), ("training.train_frames", "x_val", None),
    ("training.train_frames", "x_val", X[:2]), ("training.train_frames", "epochs", 1),
    ("training.train_frames", "callbacks", [3]), ("training.train_frames", "schedule", lambda t: "fast"),
    ("layers.Dense.forward", "x", S[:, :3]), ("layers.Dense.backward", "dy", S[:, :3]),
    ("layers.Dense.backward", "dy", S[:1]), ("layers.Activation.backward", "dy", S[:1]),
    ("losses.softmax_cross_entropy", "targets", Y[:, None]), ("losses.squared_error", "targets", S[:, 0]),
    ("losses.pair_margin", "s", np.ones(3)), ("losses.l2", "strength", np.ones(3)),
    ("optimizers.Adam.step", "grad", np.ones((1, 2))), ("optimizers.Adam.step", "theta", np.ones((5, 2), int)),
    ("optimizers.SGD", "lr", 0.0), ("optimizers.Adam", "beta1", 1.0), ("optimizers.Adam", "eps_at", "top"),
    ("surfaces.Surface.value", "p", np.ones((5, 3))), ("surfaces.Surface.grad", "p", np.float64(1.0)),
    ("preprocessing.Scaled.transform", "x", X[:, :2]), ("preprocessing.PCA.fit", "x_train", X[:1]),
    ("preprocessing.PCA.fit", "x_train", X[:, 0]), ("preprocessing.ChannelMean.fit", "x_train", X),
    ("gradient_check.check_gradients", "indices", [99999]), ("gradient_check.check_gradients", "h", 0.0),
    ("gradient_check.numerical_gradient", "f", lambda theta: theta),
    ("gradient_check.numerical_gradient", "theta", np.array([1, 2])),
    ("spaces.narrowed", "best", [{"lr": 0.1}]), ("spaces.grid", "points", {"lr": 2}),
    ("spaces.Choice.where", "value", 7), ("spaces.Choice.at", "u", 1.0), ("spaces.LogUniform.at", "u", 1e6),
    ("search.successive_halving", "keep", 0.0), ("search.search", "space", {"lr": 0.1}),
    ("search.search", "trials", 0), ("search.search", "trials", [0.1]),
    ("stacked.TrainMLP", "y", Y[:3]), ("stacked.TrainMLP", "optimizer", dict),
]


def public_names() -> dict[str, Callable]:
    found = {}
    for room in pkgutil.iter_modules(course_lib.nn.__path__):
        module = importlib.import_module(f"course_lib.nn.{room.name}")
        for name, thing in vars(module).items():
            if name.startswith("_") or not callable(thing) or getattr(thing, "__module__", None) != module.__name__:
                continue
            found[f"{room.name}.{name}"] = thing
            for method, function in vars(thing).items() if isinstance(thing, type) else ():
                if inspect.isroutine(function) and (not method.startswith("_") or method == "__call__"):
                    found[f"{room.name}.{name}.{method}"] = function
    return found


def outcome(name: str, argument: str, value: object) -> ValueError | None:
    """What comes of the right call with this value for one argument; None if a result."""
    function, arguments = CALLS[name]()
    try:
        with np.errstate(all="ignore"):  # ∞ − ∞ in a sum is NaN, as it should be
            result = function(**{**arguments, argument: value})
            if isinstance(result, Iterator):
                list(result)
    except ValueError as error:
        return error
    return None


def is_one_sentence(error: ValueError, argument: str, value: object) -> bool:
    said = str(error)
    named = any(word in said for word in (argument, short(value), *SYNONYMS.get(argument, ())))
    return named and said.endswith(".") and "\n" not in said and len(said) < 250


# A network calls its y targets when it asks the loss; a preparation speaks of the data.
SYNONYMS = {"y": ["targets"], "x_train": ["data", "images", "samples"], "dropout": ["drop probability"],
            "x": ["This loss", "array of shape"], "scores": ["per score"],
            "value": ["seed"], "schedule": ["lr"], "net": ["sigmoid_bce"], "z": ["array of shape"],
            "margin": ["LogUniform"], "init": ["weights"]}


def test_it_is_said_how_every_public_name_is_called():
    names = set(public_names())
    assert names - set(CALLS) <= BASES | RECORDS | STEPS, "say in calls.py how it is called"
    assert set(CALLS) <= names and set(FINE) <= set(CALLS)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_nonsense_gets_one_sentence(name: str) -> None:
    function, arguments = CALLS[name]()
    function(**arguments)
    kinds = kinds_of(function.__init__ if isinstance(function, type) else function)
    for argument, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        fine = FINE.get(name, {}).get(argument, "").split()
        for label, value in NONSENSE.items():
            error = outcome(name, argument, value)
            if error is not None:
                assert is_one_sentence(error, argument, value), f"{argument} {label}: {error}"
            fits = label in ("None", "word") and argument in kinds and kinds[argument].fits(value)
            false = label == "empty" and isinstance(parameter.default, bool) and OLD
            may_return = label in fine or fits or false or value is None and parameter.default is None
            assert error is not None or may_return, f"{argument} may be {label}?"
            assert error is None or label not in fine, f"{argument} {label} is fine no more: {error}"


@pytest.mark.parametrize(("name", "argument", "value"), WORSE,
                         ids=[f"{row[0]}-{row[1]}-{i}" for i, row in enumerate(WORSE)])
def test_what_does_not_fit_the_rest_gets_one_sentence(name: str, argument: str, value: object) -> None:
    error = outcome(name, argument, value)
    assert error is not None and is_one_sentence(error, argument, value), str(error)


@pytest.mark.parametrize("name", sorted(calls.ELEMENTWISE))
def test_nan_stays_in_its_place(name: str) -> None:
    x = np.array([0.5, np.nan, -np.inf, np.inf, -2.0])
    y = calls.ELEMENTWISE[name](x)
    np.testing.assert_array_equal(y[[0, 4]], calls.ELEMENTWISE[name](x[[0, 4]]))
    if not name.endswith(("relu_slope", "step_slope", "identity_slope", "relu_slope_of_output")):  # pieces of constants
        assert np.isnan(y[1])
    if not name.endswith("of_output"):
        far_out = calls.ELEMENTWISE[name](np.array([-1e4, 1e4]))
        np.testing.assert_allclose(y[2:4], np.where(np.abs(far_out) > 10, np.copysign(np.inf, far_out), far_out))
