"""The same numbers give the same result in whatever type, order or container they come; other things are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.inputs import labels
from course_lib.nn import normal, preprocessing, spaces, surfaces
from course_lib.nn.activations import ACTIVATIONS, Activation, log_softmax, softmax
from course_lib.nn.gradient_check import check_gradients, numerical_gradient, relative_error
from course_lib.nn.layers import Dense, Dropout, Elementwise, Layer, Maxout, PReLU, RReLU
from course_lib.nn.losses import LOSSES, l1, l2, pair_margin
from course_lib.nn.network import MLP
from course_lib.nn.normalization import BatchNorm, GroupNorm, LayerNorm
from course_lib.nn.optimizers import OPTIMIZERS, SGD, Adam, Momentum
from course_lib.nn.schedules import SCHEDULES, Schedule
from course_lib.nn.search import LossExploded, search
from course_lib.nn.sequential import Sequential
from course_lib.nn.stacked import TrainMLP
from course_lib.nn.training import History, train


class Frame:
    """What only says how it becomes an array, as the tables of other libraries do."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


def read_only(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a.flags.writeable = False
    return a


TYPES = ["?", "i1", "u1", "i2", "u4", ">i4", "i8", "u8", "f2", "f4", ">f4", "f8", ">f8", "g", "O"]


def at_odd_address(a: np.ndarray) -> np.ndarray:
    """As a message from another process brings it."""
    return a if a.dtype == object else np.frombuffer(bytearray(b" " + a.tobytes()), a.dtype, offset=1).reshape(a.shape)


FORMS: dict[str, Callable] = {
    "as it is": np.copy,
    "read-only": read_only,
    "at an odd address": at_odd_address,
    "Fortran": np.asfortranarray,
    "list": lambda a: a.tolist(),
    "tuples": lambda a: tuple(map(tuple, a.tolist())),
    "backwards": lambda a: a[::-1].copy()[::-1],
    "every second": lambda a: np.repeat(a, 2, axis=0)[::2],
    "masked": np.ma.masked_array,
    "table": Frame,
    "matrix": lambda a: a.astype(float if a.dtype == object else a.dtype).view(np.matrix),
}
some = settings(max_examples=30, deadline=None)
forms = st.sampled_from(sorted(FORMS)), st.sampled_from(TYPES), st.integers(0, 2**32 - 1)


class Mute:
    """What cannot even say what it is."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


def drawn(form: str, dtype: str, seed: int, shape: tuple[int, int]) -> tuple[object, np.ndarray]:
    """Numbers from 0 to 5 (0 or 1 for bool) in this form and type, and the same in float64 (float32, if they are)."""
    numbers = np.random.default_rng(seed).integers(0, 2 if dtype == "?" else 6, shape)
    plain = np.float32 if dtype == "f4" and form not in ("list", "tuples") else np.float64
    return FORMS[form](numbers.astype(dtype)), numbers.astype(plain)


def same(result: object, expected: object) -> None:
    for a, b in zip(result, expected, strict=True) if isinstance(expected, tuple) else [(result, expected)]:
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b, rtol=32 * np.finfo(np.result_type(b, np.float32)).eps)


def net(loss: str = "softmax_cross_entropy", outputs: int = 4, dtype: type = np.float64) -> MLP:
    return MLP((4, 5, outputs), activation="tanh", loss=loss, dtype=dtype)


def forward_and_back(make: Callable) -> Callable:
    def run(x):
        layer = make()
        y = layer.forward(x, train=True)
        return y, layer.backward(y)

    return run


X, CLASSES = np.random.default_rng(0).standard_normal((6, 4)), np.array([0, 1, 2, 3, 0, 1])


def diverged() -> MLP:
    mine = net()
    mine.theta = np.nan
    return mine


def after_forward() -> MLP:
    mine = net()
    mine.forward(X)
    return mine


class Halved(Layer):
    def forward(self, x, train=False):
        return x / 2

    def backward(self, dy, need_dx=True):
        return dy / 2


LogUniform = spaces.LogUniform
UNIT = spaces.Uniform(0.0, 1.0)
SIX = np.arange(24.0).reshape(6, 4) % 7
ONE = {  # every place where an array comes in: functions of one array (6, 4)
    "softmax": softmax,
    "log_softmax": log_softmax,
    "relative_error": lambda x: relative_error(x, SIX),
    "pair_margin": lambda x: pair_margin(x, SIX),
    **{f"{a.name}.f": a.f for a in ACTIVATIONS.values()},
    **{f"{a.name}.df": a.df for a in ACTIVATIONS.values()},
    **{f"{a.name}.slope_of_output": a.slope_of_output for a in ACTIVATIONS.values() if a.slope_of_output},
    **{name: getattr(normal, name) for name in ("erfc", "density", "cumulative")},
    **{
        f"{name} scores": lambda x, loss=LOSSES[name]: loss(x, CLASSES)
        for name in ("softmax_cross_entropy", "max_margin")
    },
    **{f"{name} scores": lambda x, loss=LOSSES[name]: loss(x, SIX / 7) for name in ("sigmoid_bce", "squared_error")},
    "squared_error targets": lambda x: LOSSES["squared_error"](X, x),
    **{f"{name} weights": lambda x, penalty=penalty: penalty(x, 0.5) for name, penalty in {"l1": l1, "l2": l2}.items()},
    **{
        f"layer {make().__class__.__name__}": forward_and_back(make)
        for make in (
            lambda: Dense(4, 3),
            lambda: Elementwise("silu"),
            lambda: PReLU(4),
            lambda: Maxout(2),
            lambda: RReLU(np.random.default_rng(0)),
            lambda: Dropout(0.5, np.random.default_rng(0)),
            lambda: BatchNorm(4),
            lambda: LayerNorm(4),
            lambda: GroupNorm(4, 2),
        )
    },
    "own layer in a network": forward_and_back(lambda: Sequential([Halved()]).layers[0]),
    **{f"MLP.{name}": lambda x, name=name: getattr(net(), name)(x) for name in ("forward", "predict")},
    **{
        f"MLP.{name}": lambda x, name=name: getattr(net(), name)(x, CLASSES)
        for name in ("loss", "loss_and_grad", "accuracy")
    },
    "MLP.signals": lambda x: net().signals(x, CLASSES).loss,
    "check_gradients": lambda x: check_gradients(net(), x, CLASSES, indices=[0, 9]).analytic,
    "train": lambda x: train(net(), x, CLASSES, SGD(), steps=3, batch_size=2, x_val=x, y_val=CLASSES).val_loss,
    "TrainMLP": lambda x: [
        row["val_loss"]
        for row in TrainMLP((4, 5, 4), x, CLASSES, x, CLASSES, SGD, epochs=1, batch_size=2)({"lr": 0.1}, 0)
    ][-1],
    **{
        f"{name}.fit.transform": lambda x, make=make: make().fit(x).transform(x)
        for name, make in preprocessing.PREPROCESSORS.items()
        if not name.startswith("channel")
    },
    **{f"{name}.step": lambda g, entry=entry: stepped(entry.make(), g) for name, entry in OPTIMIZERS.items()},
    **{f"schedule {name}": lambda t, entry=entry: entry.make()(t) for name, entry in SCHEDULES.items()},
}


def stepped(optimizer, grad) -> np.ndarray:
    theta = np.ones((6, 4))
    optimizer.step(theta, grad, optimizer.init(theta))
    return theta


@pytest.mark.parametrize("name", ONE)
@some
@given(*forms)
def test_the_same_numbers_give_the_same_result(name: str, form: str, dtype: str, seed: int) -> None:
    given_, plain = drawn(form, dtype, seed, (6, 4))
    with np.errstate(all="ignore"):
        same(ONE[name](given_), ONE[name](plain))


NARROW = {"i1": np.int8(100), "u1": np.uint8(200), "f2": np.float16(0.5), "f4": np.float32(0.5), "g": np.longdouble(2)}
SETTINGS = [
    (entry.make, field.name)
    for entry in [*OPTIMIZERS.values(), *SCHEDULES.values()]
    for field in fields(entry.make())
    if field.type in ("Rate", "Strength", "BelowOne", "Positive", "NotNegative")
]


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize(("make", "name"), SETTINGS, ids=[f"{type(make()).__name__}.{name}" for make, name in SETTINGS])
def test_a_setting_means_the_same_in_every_number_type(make: Callable, name: str, dtype: str) -> None:
    number = NARROW[dtype]

    def used(value: object) -> np.ndarray:
        made = replace(make(), **{name: value})
        return made.start()(3) if isinstance(made, Schedule) else stepped(made, SIX)

    for value in (number, np.full((1, 4), number)):
        try:
            plain = used(value.astype(float) if np.ndim(value) else float(value))
        except ValueError:  # 200 is no β
            continue
        np.testing.assert_allclose(used(value), plain, rtol=1e-6)  # float32 stays float32
        if name == "lr" and make().__class__ not in {type(one.make()) for one in SCHEDULES.values()}:
            theta = np.ones((6, 4))
            make().step(theta, SIX, make().init(theta), value)
            np.testing.assert_allclose(theta, plain, rtol=1e-6)


@pytest.mark.parametrize("name", sorted(surfaces.SURFACES))
@some
@given(*forms)
def test_the_same_points_have_the_same_value(name: str, form: str, dtype: str, seed: int) -> None:
    points, plain = drawn(form, dtype, seed, (6, 2))
    same(surfaces.SURFACES[name].value(points), surfaces.SURFACES[name].value(plain))
    same(surfaces.SURFACES[name].grad(points), surfaces.SURFACES[name].grad(plain))


@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "max_margin"])
@pytest.mark.parametrize("column", [False, True])
@some
@given(*forms)
def test_a_class_number_is_one_in_every_form(loss: str, column: bool, form: str, dtype: str, seed: int) -> None:
    y, plain = drawn(form, dtype, seed, (6, 1))
    if not column:
        y, plain = np.asarray(y)[:, 0], plain[:, 0]
    scores = np.random.default_rng(seed).standard_normal((6, 6))  # as many classes as examples
    number = plain.astype(int).ravel()
    same(LOSSES[loss](scores, y), LOSSES[loss](scores, number))
    mine = MLP((4, 6), loss=loss)
    assert mine.accuracy(X, y) == mine.accuracy(X, number)
    history = train(mine.copy(), X, y, SGD(), steps=2, batch_size=3, x_val=X, y_val=y)
    expected = train(mine.copy(), X, number, SGD(), steps=2, batch_size=3, x_val=X, y_val=number)
    np.testing.assert_array_equal(history.accuracy, expected.accuracy)
    np.testing.assert_array_equal(history.val_loss, expected.val_loss)
    assert history.accuracy[0] == mine.accuracy(X, y)


@some
@given(*forms)
def test_a_single_output_takes_classes_as_they_come(form: str, dtype: str, seed: int) -> None:
    number = np.random.default_rng(seed).integers(0, 2, (6, 1))
    y = FORMS[form](number.astype(dtype))
    mine = net("sigmoid_bce", 1)
    assert mine.accuracy(X, y) == mine.accuracy(X, number[:, 0])
    history = train(mine.copy(), X, y, SGD(), steps=2, batch_size=3)
    assert history.accuracy[0] == mine.accuracy(X, y)
    assert mine.loss(X, y) == pytest.approx(mine.loss(X, number))


NO_CLASS = {
    "words": np.array(list("abcdef")),
    "one-hot": np.eye(6),
    "one-hot, fewer": np.eye(6)[:, :4],
    "half": CLASSES + 0.5,
    "too high": CLASSES + 6,
    "negative": CLASSES - 1,
    "NaN": np.full(6, np.nan),
    "inf": np.where(CLASSES > 0, np.inf, 0.0),
    "too few": CLASSES[:5],
    "one": 3,
    "nothing": [],
    "None": None,
    "row": CLASSES[None],
    "objects": [None] * 6,
    "complex": CLASSES * 1j,
    "ragged": [[1], [1, 2]] * 3,
    "masked": np.ma.masked_array(CLASSES, CLASSES == 1),
    "masked one by one": [*np.ma.masked_array(CLASSES, CLASSES == 1)],
}


def said(call: Callable) -> str:
    """The one sentence with which a call is refused."""
    with pytest.raises(ValueError) as caught:
        call()
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 250, sentence
    return sentence


@pytest.mark.parametrize("wrong", NO_CLASS)
@pytest.mark.parametrize("door", ["softmax_cross_entropy", "max_margin", "accuracy", "loss", "loss_and_grad", "train"])
def test_what_is_no_class_number_gets_one_sentence(door: str, wrong: str) -> None:
    y, mine = NO_CLASS[wrong], MLP((4, 6))
    assert said(
        {
            "softmax_cross_entropy": lambda: LOSSES["softmax_cross_entropy"](np.ones((6, 6)), y),
            "max_margin": lambda: LOSSES["max_margin"](np.ones((6, 6)), y),
            "accuracy": lambda: mine.accuracy(X, y),
            "loss": lambda: mine.loss(X, y),
            "loss_and_grad": lambda: mine.loss_and_grad(X, y),
            "train": lambda: train(mine, X, y, SGD(), steps=1),
        }[door]
    )


@pytest.mark.parametrize(
    ("y", "sentence"),
    [
        (
            np.eye(3),
            "y must be one class number from 0 to 2 for each of 3 examples, not numbers of shape (3, 3); of "
            "one-hot rows take .argmax(axis=-1).",
        ),
        ([0, 1, 7], "y must be one class number from 0 to 2 for each of 3 examples; the first that is not is 7."),
        (
            [0.0, 1.0, 1 - 2**-53],
            "y must be one class number from 0 to 2 for each of 3 examples; the first that is not is "
            "0.9999999999999999.",
        ),
        (
            list("abc"),
            "y must be one class number from 0 to 2 for each of 3 examples, not ['a', 'b', 'c']; np.unique(…, "
            "return_inverse=True) numbers classes.",
        ),
    ],
)
def test_the_sentence_says_what_is_wrong_and_what_to_do(y: object, sentence: str) -> None:
    assert said(lambda: labels(y, (3,), 3, "y")) == sentence


def test_trials_have_labels_of_their_own_or_share_them() -> None:
    scores, y = np.random.default_rng(0).standard_normal((2, 6, 4)), np.stack([CLASSES, CLASSES[::-1]])
    for loss in (LOSSES["softmax_cross_entropy"], LOSSES["max_margin"]):
        apart = [loss(scores[i], y[i])[0] for i in range(2)]
        np.testing.assert_allclose(loss(scores, y.astype(float))[0], apart)
        np.testing.assert_allclose(loss(scores, CLASSES[:, None])[0], loss(scores, CLASSES)[0])
    said(lambda: LOSSES["max_margin"](scores, np.stack([CLASSES] * 3)))


NONSENSE = {
    "NaN": X * np.nan,
    "inf": np.where(X > 1, np.inf, X),
    "words": np.array([["a"] * 4] * 6),
    "None": None,
    "objects": np.full((6, 4), None),
    "ragged": [[1], [1, 2]],
    "complex": X * 1j,
    "object": object(),
    "nothing": [],
    "masked": np.ma.masked_array(X, X > 1),
    "masked rows": [np.ma.masked_array(row, row > 1) for row in np.abs(X) + 1],
    "beyond 1e308": [[10**400] * 4] * 6,
    "0-d": np.array(1.0),
    "mute": Mute(),
    "dates": np.full((6, 4), np.datetime64("2020-01-01")),
}
DATA = [name for name in ONE if name.startswith(("MLP", "check", "train", "TrainMLP")) or "fit" in name] + [
    "squared_error targets"
]


@pytest.mark.parametrize("wrong", NONSENSE)
@pytest.mark.parametrize("door", DATA)
def test_data_that_are_not_finite_numbers_get_one_sentence(door: str, wrong: str) -> None:
    assert said(lambda: ONE[door](NONSENSE[wrong]))


@pytest.mark.parametrize("wrong", [wrong for wrong in NONSENSE if wrong not in ("NaN", "inf", "nothing", "0-d")])
@pytest.mark.parametrize("door", sorted(set(ONE) - set(DATA)))
def test_what_is_no_array_of_numbers_gets_one_sentence(door: str, wrong: str) -> None:
    assert said(lambda: ONE[door](NONSENSE[wrong]))


@pytest.mark.parametrize("loss", LOSSES)
def test_scores_of_a_run_that_diverged_have_a_loss_that_says_so(loss: str) -> None:
    targets = CLASSES if loss in ("softmax_cross_entropy", "max_margin") else SIX / 7
    with np.errstate(all="ignore"):
        assert np.isnan(LOSSES[loss](X * np.nan, targets)[0])


@pytest.mark.parametrize("penalty", [l1, l2])
@pytest.mark.parametrize("strength", [0.5, np.float64(0.5), np.array(0.5), np.longdouble(0.5)], ids=repr)
def test_a_penalty_keeps_float32(penalty: Callable, strength: object) -> None:
    assert penalty(X.astype(np.float32), strength)[1].dtype == np.float32


@pytest.mark.parametrize("form", ["list", "table", "objects"])
def test_backward_takes_slopes_in_any_form(form: str) -> None:
    mine, same_net, d = after_forward(), after_forward(), np.ones((6, 4))
    mine.backward({"list": d.tolist(), "table": Frame(d), "objects": d.astype(object)}[form])
    same_net.backward(d)
    np.testing.assert_array_equal(mine.grad, same_net.grad)


@pytest.mark.parametrize("outputs", [1, 4])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_run_that_diverged_has_no_accuracy(broken: float, outputs: int) -> None:
    loss = "softmax_cross_entropy" if outputs > 1 else "sigmoid_bce"
    mine, others = net(loss, outputs), MLP((4, 5, outputs), loss=loss, trials=2)
    mine.theta, y = broken, CLASSES % max(outputs, 2)
    others.theta[0] = broken
    with np.errstate(all="ignore"):
        assert np.isnan(mine.accuracy(X, y))
        history = train(mine, X, y, SGD(), steps=2, x_val=X, y_val=y)
        assert np.isnan([history.accuracy, history.val_accuracy]).all()
        assert np.isnan(others.accuracy(X, y)).tolist() == [True, False]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: LOSSES["softmax_cross_entropy"](X[0], 1), "scores"),
        (lambda: LOSSES["sigmoid_bce"](X, 3 * SIX), "from 0 to 1"),
        (lambda: LOSSES["max_margin"](X, CLASSES, "1"), "margin of max_margin must be a finite number"),
        *((lambda wrong=wrong: pair_margin(X, X, wrong), "finite number") for wrong in (True, np.nan, np.inf)),
        (lambda: pair_margin(X, X, margin=None), "margin of pair_margin must be a finite number"),
        (lambda: relative_error(X, X, floor=[1e-3]), "floor of relative_error must be a finite number"),
        (lambda: LOSSES["squared_error"](X[:, :1], np.ones((1, 6))), "one number for each score"),
        (lambda: train(net(), X, CLASSES, SGD(), epochs=0.4, batch_size=6), "epochs=0.4"),
        (lambda: Dense(4, 2).forward(X[:, :3]), "(…, 4)"),
        (lambda: Dense(4, 4).backward(X), "forward pass first"),
        (lambda: Dense(4, 2).forward(X[0]), "(examples, 4), not (4,)"),
        (lambda: Dense(4, 2).forward(X[None]), "(examples, 4), not (1, 6, 4)"),
        (lambda: PReLU().forward(X[0]), "(examples, units), not (4,)"),
        (lambda: BatchNorm(4).forward(X[None]), "(examples, 4), not (1, 6, 4)"),
        (lambda: net().loss_and_grad(X[:0], CLASSES[:0]), "no examples"),
        (lambda: net().accuracy(X[:0], CLASSES[:0]), "no examples"),
        (lambda: net().copy(np.float16), "np.float32 or np.float64, or None"),
        (lambda: setattr(net(), "loss_function", "squared_error"), "must be a function"),
        (lambda: check_gradients(net(), X, CLASSES, indices=[[0, 1], [2, 3]]), "indices"),
        (lambda: check_gradients(Sequential([Elementwise("tanh")]), X, CLASSES), "indices"),
        (lambda: numerical_gradient(lambda theta: 0.0, np.array([1e10])), "give h"),
        (lambda: numerical_gradient(lambda theta: 0.0, np.array([1e4], np.float32)), "give h"),
        (lambda: LogUniform(1e-3, 1.0).where(-1.0), "positive"),
        (lambda: PReLU(4).forward(X[:, :1]), "(…, 4)"),
        (lambda: Maxout(2).forward(X[:, :3]), "pieces"),
        (lambda: surfaces.SURFACES["bowl"].value(X), "points"),
        (lambda: SCHEDULES["step"].make()(-1), "0 or more"),
        (lambda: stepped(SGD(), np.ones((1, 4))), "shape of theta"),
        (lambda: SGD().step(np.ones(3, int), np.ones(3), None), "floating-point"),
        (lambda: train(net(), X, CLASSES, SGD(), steps=1, schedule=lambda t: "fast"), "schedule"),
        (lambda: numerical_gradient(lambda theta: theta, np.ones(2)), "f must give"),
        (lambda: numerical_gradient(lambda theta: None, np.ones(2)), "f must give"),
        (lambda: numerical_gradient(lambda theta: "1", np.ones(2)), "f must give"),
        (lambda: numerical_gradient(lambda theta: 1j, np.ones(2)), "f must give"),
        (lambda: numerical_gradient(lambda theta: np.float16(theta[0]), np.ones(2)), "float16"),
        (lambda: numerical_gradient(lambda theta: np.float32(theta[0]), np.ones(2)), "float32"),
        (lambda: numerical_gradient(lambda theta: theta.sort() or theta[0], np.array([2.0, 1.0])), "theta.copy()"),
        (lambda: numerical_gradient(lambda theta: 0.0, read_only(np.ones(2))), "read-only"),
        (lambda: stepped(SGD(np.array([0.1, 0.2])), X), "one row per value"),
        (lambda: SGD().step(read_only(X), X, None), "read-only"),
        (lambda: train(net(), X, CLASSES, SGD(), steps=1, schedule=lambda t: None), "schedule"),
        (lambda: train(net(), X, CLASSES, SGD(), steps=1, schedule=lambda t: np.ones(2)), "schedule"),
        (lambda: train(net(), X, CLASSES, SGD(), steps=3, schedule=lambda t: 0.1 if t < 2 else None), "schedule"),
        (lambda: Sequential([Dense(4, 4)] * 2), "different"),
        (lambda: Sequential([Dense(4, 4), None]), "None in it"),
        (lambda: train(net(), X, np.where(CLASSES > 2, np.nan, CLASSES), SGD(), steps=1), "1 NaN or infinite"),
        (lambda: train(net(), np.ma.masked_array(X, X > 1), CLASSES, SGD(), steps=1), "masked entries"),
        (lambda: train(net(), X, CLASSES.astype(str), SGD(), steps=1), "text"),
        (lambda: SGD(lr=np.array([0.1, -0.2])), "from -0.2 to 0.1"),
        (lambda: SGD(lr=True), "not True"),
        *((lambda wrong=wrong: setattr(net(), "l2", wrong), "l2") for wrong in ("0.1", -1, np.nan, True)),
        (lambda: spaces.Uniform(-1e308, 1e308), "too far"),
        (lambda: LogUniform(1e-300, 1e300), "too far"),
        (lambda: spaces.IntUniform(0, 10**400), "too far"),
        (lambda: spaces.Choice([]), "must be a list of one or more, not []"),
        (lambda: MLP((4, 4), l2=10**400), "l2"),
        (lambda: net(dtype=np.float32).forward(X * 1e39), "finite numbers (float32)"),
        (lambda: train(net(dtype=np.float32), X * 1e39, CLASSES, SGD(), steps=1), "finite numbers (float32)"),
        (lambda: net().forward(np.full((2, 4), np.longdouble("1e400"))), "finite numbers (float64)"),
        (lambda: numerical_gradient(lambda theta: 0.0, np.array([1, 2])), "float"),
        (lambda: check_gradients(net(), X, CLASSES, indices=[999]), "indices"),
        (lambda: train(net(), X, CLASSES[:4], SGD(), steps=1), "x and y"),
        (lambda: train(net(), X, CLASSES, SGD(), steps=1, x_val=X), "x_val and y_val"),
        (lambda: train(net("sigmoid_bce", 1), X, CLASSES, SGD(), steps=1), "from 0 to 1"),
        (lambda: MLP((3, 5, 4), init=lambda rng, n_in, n_out: np.ones(3)), "init"),
        (lambda: MLP((3, 5, 4), activation=("relu",)), "activation"),
        (lambda: MLP((3, 5, 4), activation=("prelu", {"per_channel": "no"})), "per_channel"),
        (lambda: Activation("mine", "tanh", np.cos), "f of mine"),
        (lambda: Activation("mine", np.tanh, None), "df of mine"),
        (lambda: setattr(net(), "theta", [1, 2]), "theta"),
        (lambda: spaces.Choice((1, 2)).at(1.0), "below 1"),
        *((lambda wrong=wrong: l2(X, wrong), "strength of l2") for wrong in ("0.1", None, 1j, np.ma.masked)),
        *((lambda wrong=wrong: l1(X, 0.1, axis=wrong), "axis of l1") for wrong in ("x", 2, -3, 1.0, True, (0, 1))),
        *((lambda wrong=wrong: softmax(X, wrong), "axis of softmax") for wrong in ("x", 7, 0.0, np.arange(2))),
        (lambda: log_softmax(scores=X, axis="x"), "axis of log_softmax"),
        (lambda: l2(X, np.ones(3)), "broadcast, not (6, 4) and (3,)"),
        (lambda: relative_error(X, X[0, :3]), "broadcast"),
        (lambda: pair_margin(s=X, s_c=X[:3]), "broadcast"),
        (lambda: Dense(4, 5).params.update(W=X), "W in params of Dense must be numbers of shape (4, 5)"),
        (lambda: setattr(Dense(4, 5), "grads", {"w": 0.0}), "grads of Dense has no 'w', only W, b"),
        (lambda: setattr(Dense(4, 5), "params", None), "must be a dict"),
        (lambda: Layer(dtype="float16"), "dtype of Layer"),
        (lambda: Sequential([Dense(4, 5), Dense(6, 4)]).forward(X), "x of Dense must have shape (…, 6), not (6, 5)"),
        (lambda: net().backward(X), "forward pass first"),
        *((lambda wrong=wrong: after_forward().backward(wrong), "d of backward") for wrong in (None, X[:5], "x", 1j)),
        (lambda: diverged().predict(X), "NaN"),
        (lambda: SGD(Mute()), "not an object of class Mute"),
        (lambda: MLP((4, Mute())), "an object of class Mute in it"),
        (lambda: train(net(outputs=1), X, CLASSES % 2, SGD(), steps=1), "sigmoid_bce"),
        (lambda: net("max_margin", 1).loss(X, CLASSES % 2), "sigmoid_bce"),
        (lambda: check_gradients(diverged(), X, CLASSES), "not finite"),
        (lambda: Momentum().step(np.ones(3), np.ones(3), None), "state of Momentum.step"),
        (lambda: Adam().step(np.ones(3), np.ones(3), Momentum().init(np.ones(3))), "state of Adam.step"),
        (lambda: Momentum().step(np.ones(3), np.ones(3), Momentum().init(np.ones(4))), "state of Momentum.step"),
        *(
            (lambda wrong=wrong: SGD().step(np.ones(3), np.ones(3), None, wrong), "lr of SGD.step must be a number")
            for wrong in (np.ones(2), -0.1, np.nan, True, "0.1")
        ),
        (lambda: SCHEDULES["cosine"].make()(10**400), "t must be"),
        (lambda: History.of([]), "frames of History.of"),
        (lambda: LossExploded()({"score": [1.0]}), "LossExploded follows 'loss'; the objective reports score"),
        (lambda: LossExploded()([1.0, 2.0]), "curves of LossExploded"),
        (lambda: spaces.narrowed({"a": UNIT}, [{"a": 0.5}, {"b": 0.5}]), "settings with 'a' in each"),
        (lambda: spaces.narrowed({"a": UNIT}, [{"a": "x"}]), "value of Uniform.where"),
        (lambda: spaces.narrowed({"a": UNIT}, [{"a": 0.5}], margin=-1), "margin of narrowed"),
        *((lambda make=make: make(1, 2).where("x"), "must be a") for make in (LogUniform, spaces.IntUniform)),
        *((lambda make=make: make(1, 2).at("x"), "must be a") for make in (LogUniform, spaces.IntUniform)),
        (lambda: spaces.Choice((1, 2)).where(3), "value must be one of (1, 2), not 3"),
        (lambda: spaces.Choice([X, X]).where(X + 1), "value must be one of"),
        (lambda: spaces.grid({"a": UNIT}, {}), "points"),
        (lambda: spaces.grid({"a": UNIT}, {"a": 2.5}), "a of points must be a whole number"),
        (lambda: search(lambda s, seed: 1.0, {"a": UNIT}, 2, 0).values("b"), "'b'"),
    ],
)
def test_what_does_not_fit_gets_one_sentence(call: Callable, word: str) -> None:
    assert word in said(call)


@pytest.mark.parametrize("name", [name for name in ONE if name.endswith((".f", ".df"))])
def test_nan_stays_in_its_place(name: str) -> None:
    x = np.array([0.5, np.nan, -np.inf, np.inf, -2.0])
    y, far_out = ONE[name](x), ONE[name](np.array([-1e4, 1e4]))
    np.testing.assert_array_equal(y[[0, 4]], ONE[name](x[[0, 4]]))
    if name not in ("identity.df", "step.df") and not name.endswith("relu.df"):  # pieces of constants
        assert np.isnan(y[1])
    np.testing.assert_allclose(y[2:4], np.where(np.abs(far_out) > 10, np.copysign(np.inf, far_out), far_out))


@pytest.mark.parametrize("activation", ["tanh", "relu", "prelu", "gelu"])
@pytest.mark.parametrize("norm", [None, "batch", "layer"])
@some
@given(seed=st.integers(0, 2**32 - 1))
def test_a_right_gradient_in_float32_is_called_right(activation: str, norm: str | None, seed: int) -> None:
    mine = MLP((4, 5, 4), activation=activation, norm=norm, dtype=np.float32, seed=seed, l2=0.01)
    check = check_gradients(mine, np.random.default_rng(seed).standard_normal((6, 4)), CLASSES)
    assert np.median(check.errors) < 1e-7 and mine.theta.dtype == np.float32
    if activation not in ("relu", "prelu"):  # a kink may lie within h
        assert check.verdict.startswith("right")


def test_a_wrong_gradient_in_float32_is_called_wrong() -> None:
    class Forgetful(Dense):
        def backward(self, dy, need_dx=True):
            dx = super().backward(dy, need_dx)
            self.grads["b"] *= 0.9
            return dx

    mine = net(dtype=np.float32)
    mine.layers[0].__class__ = Forgetful
    mine.layers[0].bind(mine.layers[0].params, mine.layers[0].grads)
    assert check_gradients(mine, X, CLASSES).verdict == "wrong"


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool, np.int64])
def test_a_numerical_gradient_subtracts_in_floats(dtype: type) -> None:
    slope = numerical_gradient(lambda theta: dtype(1) if theta[0] > 1 else dtype(0), np.ones(1), h=0.5)
    np.testing.assert_array_equal(slope, [1.0])
    np.testing.assert_array_equal(numerical_gradient(lambda t: dtype(t[0] < 1), np.ones(1), h=0.5), [-1.0])


def test_a_numerical_gradient_takes_the_byte_order_of_another_machine() -> None:
    theta = np.array([1.0, 2.0], ">f8")
    slope = numerical_gradient(lambda t: float(np.sum(t**2)), theta)
    np.testing.assert_allclose(slope, [2.0, 4.0])
    assert slope.dtype == np.float64


def test_sizes_of_eight_bits_are_multiplied_as_whole_numbers() -> None:
    assert MLP(np.array([4, 100, 3], np.int8), "maxout").sizes == (4, 100, 3)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_that_is_theta_itself_is_the_one_before_the_step(name: str) -> None:
    theta, apart = X.copy(), X.copy()
    entry = OPTIMIZERS[name]
    optimizer = replace(entry.make(), **({"weight_decay": 0.1} if "weight_decay" in entry.settings else {}))
    optimizer.step(theta, theta, optimizer.init(theta))
    optimizer.step(apart, apart.copy(), optimizer.init(apart))
    np.testing.assert_allclose(theta, apart, rtol=1e-6)


def test_a_numerical_gradient_puts_theta_back_even_after_an_error() -> None:
    theta = np.ones(2)
    with pytest.raises(ZeroDivisionError):
        numerical_gradient(lambda t: 1 / 0, theta)
    np.testing.assert_array_equal(theta, [1.0, 1.0])


def test_a_numerical_gradient_in_float32_has_three_digits() -> None:
    theta = np.random.default_rng(0).standard_normal(20).astype(np.float32)
    slope = numerical_gradient(lambda t: float(np.sum(t**3)), theta)
    np.testing.assert_allclose(slope, 3.0 * theta**2, atol=2e-3)


@pytest.mark.parametrize("function", ACTIVATIONS)
@pytest.mark.parametrize("form", [np.uint8, bool, np.float16, list])
def test_a_layer_of_a_network_computes_in_floats_what_it_is_given_by_hand(function: str, form: Any) -> None:
    layer = MLP((4, 3, 2), function).layers[1]
    given = [[0, 1, 1], [1, 0, 1]]
    np.testing.assert_allclose(
        layer.forward(given if form is list else np.array(given, form)),
        layer.forward(np.array(given, float)),
        rtol=1e-12,
    )
