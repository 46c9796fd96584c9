"""What a learner's own code raises inside the library reaches the learner as it is, with the line that raised it."""

from __future__ import annotations

import copy
import logging
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps

import numpy as np
import pytest

from course_lib.nn.activations import Activation, identity, identity_slope
from course_lib.nn.gradient_check import check_gradients, numerical_gradient
from course_lib.nn.layers import Dense, Elementwise, Layer
from course_lib.nn.losses import LOSSES
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD, Optimizer
from course_lib.nn.schedules import Constant, Schedule, Warmup
from course_lib.nn.search import run_jobs, search, successive_halving
from course_lib.nn.sequential import Sequential
from course_lib.nn.spaces import Sampler, Uniform, draw, grid, narrowed
from course_lib.nn.stacked import TrainMLP, stacked_search
from course_lib.nn.surfaces import Surface
from course_lib.nn.training import train

X = np.random.default_rng(0).standard_normal((6, 3))
Y = np.array([0, 1, 2, 3, 0, 1])
SPACE = {"lr": Uniform(0.1, 1.0)}


def made(base: type, name: str, bug: Callable, **rest) -> type:
    """A learner's subclass of `base` whose method `name` has the bug."""
    return type("Mine", (base,), {name: lambda self, *args, **kwargs: bug(), **rest})


def net(bug=None, **options) -> MLP:
    return MLP((3, 5, 4), **options)


def fitted(net_=None, optimizer=None, **options):
    return train(net_ or net(), X, Y, optimizer or SGD(), steps=2, **options)


def with_layer(name: str, bug: Callable) -> MLP:
    rest = {} if name == "forward" else {"forward": lambda self, x, train=False: x}
    return net(norm=lambda n: made(Layer, name, bug, **rest)())


def with_loss(bug: Callable) -> MLP:
    mine = net()
    mine.loss_function = lambda scores, targets: bug()
    return mine


def surface(f: Callable, df: Callable) -> Surface:
    return Surface("mine", "?", f, df, (0.0, 0.0), ((0.0, 0.0),), 0.0, ((-1.0, 1.0), (-1.0, 1.0)), "nowhere")


HOOKS = {
    "forward of a layer": lambda bug: made(Layer, "forward", bug)().forward(X),
    "backward of a layer": lambda bug: made(Layer, "backward", bug)().backward(X),
    "forward of a subclass": lambda bug: made(Dense, "forward", bug)(3, 2).forward(X),
    "backward of a subclass": lambda bug: (lambda dense: dense.backward(dense.forward(X)))(
        made(Dense, "backward", bug)(3, 2)
    ),
    "__init__ of a layer": lambda bug: net(norm=lambda n: made(Layer, "__init__", bug)()),
    "property of a layer": lambda bug: made(
        Layer, "x", bug, scale=property(lambda _: bug()), forward=lambda self, x: x * self.scale
    )().forward(X),
    "property of a network": lambda bug: fitted(type("Mine", (MLP,), {"theta": property(lambda _: bug())})((3, 5, 4))),
    "property of an optimizer": lambda bug: fitted(optimizer=made(Optimizer, "x", bug, lr=property(lambda _: bug()))()),
    "norm": lambda bug: net(norm=lambda n: bug()),
    "forward in a network": lambda bug: with_layer("forward", bug).forward(X),
    "forward in predict": lambda bug: with_layer("forward", bug).predict(X),
    "forward in accuracy": lambda bug: with_layer("forward", bug).accuracy(X, Y),
    "forward in train": lambda bug: fitted(with_layer("forward", bug)),
    "backward in a network": lambda bug: with_layer("backward", bug).loss_and_grad(X, Y),
    "backward in signals": lambda bug: with_layer("backward", bug).signals(X, Y),
    "backward in a gradient check": lambda bug: check_gradients(with_layer("backward", bug), X, Y),
    "backward in train": lambda bug: fitted(with_layer("backward", bug)),
    "f of an activation": lambda bug: net(activation=Activation("mine", lambda x: bug(), identity_slope)).forward(X),
    "df of an activation": lambda bug: net(activation=Activation("mine", identity, lambda x: bug())).signals(X, Y),
    "f of an activation layer": lambda bug: Elementwise(Activation("mine", lambda x: bug(), identity_slope)).forward(X),
    "f with parameters": lambda bug: (
        Activation("mine", lambda x, a: bug(), identity_slope, params={"a": 1.0}).with_params(a=2.0).f(1.0)
    ),
    "f of an activation of a list": lambda bug: Activation("mine", lambda x: bug(), identity_slope).f([1, 2]),
    "init": lambda bug: net(init=lambda rng, n_in, n_out: bug()),
    "loss": lambda bug: with_loss(bug).loss(X, Y),
    "loss in loss_and_grad": lambda bug: with_loss(bug).loss_and_grad(X, Y),
    "loss in train": lambda bug: fitted(with_loss(bug)),
    "init of an optimizer": lambda bug: fitted(optimizer=made(Optimizer, "init", bug)()),
    "step of an optimizer": lambda bug: made(SGD, "step", bug)().step(np.ones(3), np.ones(3), None),
    "step in train": lambda bug: fitted(optimizer=made(SGD, "step", bug)()),
    "schedule": lambda bug: fitted(schedule=lambda t: bug()),
    "__call__ of a schedule": lambda bug: fitted(schedule=made(Schedule, "__call__", bug)()),
    "start of a schedule": lambda bug: fitted(schedule=made(Constant, "start", bug)()),
    "update of a schedule": lambda bug: fitted(schedule=made(Constant, "update", bug)(), record_every=1),
    "a schedule behind a warm-up": lambda bug: Warmup(made(Constant, "__call__", bug)())(3),
    "callback": lambda bug: fitted(callbacks=[lambda net, frame: bug()]),
    "f of a numerical gradient": lambda bug: numerical_gradient(lambda theta: bug(), np.ones(3)),
    "f of a surface": lambda bug: surface(lambda x, y: bug(), lambda x, y: (x, y)).value([1, 2]),
    "df of a surface": lambda bug: surface(lambda x, y: x, lambda x, y: bug()).grad([1, 2]),
    "at of a sampler": lambda bug: grid({"a": made(Sampler, "at", bug)()}, 3),
    "at of a sampler, drawn": lambda bug: draw({"a": made(Sampler, "at", bug)()}, np.random.default_rng(0)),
    "where of a sampler": lambda bug: narrowed({"lr": made(Uniform, "where", bug)(0.0, 1.0)}, [{"lr": 0.5}]),
    "where of a sampler at the edge": lambda bug: search(lambda settings, seed: 1.0, SPACE, 3, 0).at_the_edge(
        {"lr": made(Uniform, "where", bug)(0.0, 1.0)}
    ),
    "work": lambda bug: list(run_jobs(lambda job: bug(), [1, 2])),
}


def reporting(bug: Callable, settings: dict, seed: int):
    yield 0.5
    bug()


def stacked(bug: Callable):
    mine = Activation("mine", identity, lambda x: bug())
    return stacked_search(
        TrainMLP((3, 5, 4), X, Y, X, Y, SGD, epochs=1, batch_size=2, network={"activation": mine}), SPACE, 3, 0
    )


# A search goes on after an error in one trial, and ends at Ctrl-C; an error in every trial is the objective's.
SEARCHES = {
    "objective": lambda bug: search(lambda settings, seed: bug(), SPACE, 3, 0),
    "objective that reports": lambda bug: search(partial(reporting, bug), SPACE, 3, 0),
    "objective of halving": lambda bug: successive_halving(lambda settings, seed: bug(), SPACE, 3, 0),
    "abandon": lambda bug: search(lambda settings, seed: 1.0, SPACE, 3, 0, abandon=lambda curves: bug()),
    "stop": lambda bug: search(lambda settings, seed: 1.0, SPACE, 3, 0, stop=lambda: bug()),
    "progress": lambda bug: search(lambda settings, seed: 1.0, SPACE, 3, 0, progress=lambda *args: bug()),
    "layers of a stacked search": stacked,
}


def typo() -> None:
    lrr = undefined_name  # noqa: F821, F841


def wrong_type() -> None:
    return "3" + 3


def value_error() -> None:
    raise ValueError("no sentence")


def misspelt() -> None:
    "".uper()


def stopped() -> None:
    raise KeyboardInterrupt


def exhausted() -> None:
    next(iter(()))


BUGS = {
    NameError: typo,
    TypeError: wrong_type,
    ValueError: value_error,
    AttributeError: misspelt,
    StopIteration: exhausted,  # ends a generator in silence, or comes out of it as another error
    KeyboardInterrupt: stopped,
}
CASES = [(hook, error) for hook in HOOKS for error in BUGS if (hook, error) != ("work", StopIteration)]
CASES += [(hook, error) for hook in SEARCHES for error in BUGS if error is not KeyboardInterrupt]


@pytest.mark.parametrize(("hook", "error"), CASES, ids=[f"{hook}-{error.__name__}" for hook, error in CASES])
def test_an_error_in_the_learners_code_reaches_the_learner(hook: str, error: type[BaseException]) -> None:
    raised = []

    def bug():
        try:
            BUGS[error]()
        except BaseException as e:
            raised.append(e)
            raise

    with pytest.raises(error) as caught:
        {**HOOKS, **SEARCHES}[hook](bug)
    assert any(caught.value is one for one in raised), "another error took its place"
    assert traceback.extract_tb(caught.value.__traceback__)[-1].name == BUGS[error].__name__
    assert not caught.value.__suppress_context__


@pytest.mark.parametrize("hook", ["callback", "schedule", "forward in train", "objective that reports", "progress"])
def test_an_error_that_the_learner_made_of_a_stop_iteration_stays(hook: str) -> None:
    def bug():
        try:
            next(iter(()))
        except StopIteration as end:
            raise RuntimeError("no data left") from end

    with pytest.raises(RuntimeError, match="no data left"):
        {**HOOKS, **SEARCHES}[hook](bug)


@pytest.mark.parametrize("name", ["forward", "backward"])
def test_an_error_in_a_layer_names_the_layer_and_what_it_was_given(name: str) -> None:
    with pytest.raises(NameError) as caught:
        with_layer(name, typo).loss_and_grad(X, Y)
    (note,) = caught.value.__notes__
    assert "layer 2 of 4, Mine" in note and "(6, 5)" in note


class Doubled(Layer):
    """y = gx, written as a learner would."""

    def __init__(self, n: int) -> None:
        super().__init__(g=np.full((1, n), 2.0))

    def forward(self, x, train=False):
        self.cache = x
        return self.params["g"] * x

    def backward(self, dy, need_dx=True):
        self.grads["g"] = np.sum(dy * self.cache, axis=0)  # not in place
        return self.params["g"] * dy


def layer_giving(name: str, made_of: Callable) -> Sequential:
    """A network whose second layer hands on what `made_of` makes of the right answer."""

    def method(self, *args, **kwargs):
        return made_of(getattr(Doubled, name)(self, *args, **kwargs))

    return Sequential([Dense(3, 4), type("Mine", (Doubled,), {name: method})(4), Elementwise("tanh"), Dense(4, 4)])


def drawn(net: Sequential) -> Sequential:
    net.theta = np.random.default_rng(1).standard_normal(net.theta.shape)
    return net


FORMS = {
    "a list": lambda a: a.tolist(),
    "objects": lambda a: a.astype(object),
    "more digits": lambda a: a.astype(np.longdouble),
    "a matrix": lambda a: a.view(np.matrix),
    "nothing masked": np.ma.array,
    "the other byte order": lambda a: a.astype(">f8"),
}
NONSENSE = {
    "nothing": lambda a: None,
    "text": lambda a: "x",
    "complex": lambda a: a + 0j,
    "a generator": lambda a: (row for row in a),
    "two": lambda a: (a, None),
    "a number": lambda a: a.sum(),
    "one column": lambda a: a[:, 0],
    "masked": lambda a: np.ma.array(a, mask=True),
}
HANDED_ON = {
    "forward": lambda form: drawn(layer_giving("forward", form)),
    "backward": lambda form: drawn(layer_giving("backward", form)),
    "f": lambda form: net(activation=Activation("mine", lambda x: form(np.tanh(x)), lambda x: 1 - np.tanh(x) ** 2)),
    "df": lambda form: net(activation=Activation("mine", np.tanh, lambda x: form(1 - np.tanh(x) ** 2))),
    "loss": lambda form: with_own_loss(lambda loss, slope: (loss, form(slope))),
}


def with_own_loss(made_of: Callable) -> MLP:
    mine = net()
    mine.loss_function = lambda scores, targets: made_of(*LOSSES["softmax_cross_entropy"](scores, targets))
    return mine


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", HANDED_ON)
def test_what_a_learners_function_gives_may_come_in_any_form(place: str, form: str) -> None:
    mine, plain = HANDED_ON[place](FORMS[form]), HANDED_ON[place](lambda a: a)
    assert mine.loss_and_grad(X, Y) == pytest.approx(plain.loss_and_grad(X, Y))
    np.testing.assert_allclose(mine.grad, plain.grad, rtol=1e-12, atol=1e-15)
    assert np.any(mine.grad)
    np.testing.assert_array_equal(mine.predict(X), plain.predict(X))


@pytest.mark.parametrize("form", NONSENSE)
@pytest.mark.parametrize("place", HANDED_ON)
def test_what_a_learners_function_gives_is_refused_where_it_is_given(place: str, form: str) -> None:
    if (place, form) == ("df", "a number"):
        return  # the slope of a straight line
    name = {"forward": "Mine.forward", "backward": "Mine.backward", "loss": "loss function"}.get(
        place, f"{place} of mine"
    )
    with pytest.raises(ValueError, match=f"{name}.* must ") as caught:
        HANDED_ON[place](NONSENSE[form]).loss_and_grad(X, Y)
    if place != "loss":
        assert "layer 2 of" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("f", "df", "words"),
    [
        (None, np.cos, "f of Surface must be a function"),
        (lambda x, y: None, None, "df of Surface must be a function"),
        (lambda x, y: None, lambda x, y: None, "f of mine must give numbers of shape"),
        (lambda x, y: "x", lambda x, y: x, "f of mine must give numbers of shape"),
        (lambda x, y: x[:1], lambda x, y: (x,), "f of mine must give numbers of shape"),
        (lambda x, y: x * 1j, lambda x, y: (x, y, x), "f of mine must give numbers of shape"),
    ],
)
def test_a_surface_of_ones_own_gives_numbers(f: Callable, df: Callable, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        surface(f, df).value(X[:, :2])
    if callable(f) and callable(df):
        with pytest.raises(ValueError, match="df of mine must give the two slopes"):
            surface(f, df).grad(X[:, :2])


def test_a_surface_may_be_flat() -> None:
    flat = surface(lambda x, y: 1.0, lambda x, y: (0, y))
    assert flat.value(X[:, :2]).tolist() == [1.0] * 6 and flat.value([1, 2]) == 1.0
    np.testing.assert_array_equal(flat.grad(X[:, :2]), np.c_[0 * X[:, 1], X[:, 1]])


def test_a_surface_works_on_a_copy() -> None:
    greedy, p = surface(lambda x, y: np.add(x, y, out=x), lambda x, y: (x, np.multiply(y, 2, out=y))), X[:, :2].copy()
    greedy.value(p), greedy.grad(p)
    np.testing.assert_array_equal(p, X[:, :2])


def test_a_slope_may_be_a_number() -> None:
    mine = net(activation=Activation("double", lambda x: 2.0 * x, lambda x: 2.0))
    assert check_gradients(mine, X, Y).verdict == "right"


def test_dx_of_one_row_is_not_taken_for_all() -> None:
    with pytest.raises(ValueError, match=r"shape of x, \(6, 4\), not \(1, 4\)"):
        drawn(layer_giving("backward", lambda dx: dx[:1])).loss_and_grad(X, Y)


@pytest.mark.parametrize(
    "given",
    [None, 1.0, (1.0,), (1.0, None), (None, X), (np.ones(6), X), (1.0, X[:1]), (1j, X), (1.0, X, X), ("1", X)],
    ids=str,
)
def test_a_loss_function_gives_the_loss_and_its_gradient(given: object) -> None:
    mine = MLP((3, 5, 3))
    mine.loss_function = lambda scores, targets: given
    for call in (mine.loss, mine.loss_and_grad, mine.signals, lambda *data: train(mine, *data, SGD(), steps=1)):
        with pytest.raises(ValueError, match="loss function"):
            call(X, Y % 3)


def test_the_result_of_a_loss_function_with_settings_is_validated_too() -> None:
    mine = net()
    mine.loss_function = partial(lambda weight, scores, targets: None, 2.0)
    with pytest.raises(ValueError, match="loss function"):
        mine.loss_and_grad(X, Y)


def with_new_dict(self, slope):
    self.grads = {"g": slope}


WRITTEN = {
    "update": lambda self, slope: self.grads.update(g=slope),
    "|=": lambda self, slope: self.grads.__ior__({"g": slope}),
    "a new dict": with_new_dict,
}


@pytest.mark.parametrize("shape", [(), (1, 5)], ids=str)
@pytest.mark.parametrize("way", WRITTEN)
def test_gradients_reach_the_network_in_whatever_way_they_are_written(way: str, shape: tuple) -> None:
    def backward(self, dy, need_dx=True):
        slope = dy * self.cache
        WRITTEN[way](self, np.sum(slope, axis=0, keepdims=True) if shape else np.sum(slope))
        return self.params["g"] * dy

    start = lambda self: Layer.__init__(self, g=np.full(shape and (1, 5), 2.0))  # noqa: E731
    mine = drawn(Sequential([Dense(3, 5), type("Mine", (Doubled,), {"__init__": start, "backward": backward})()]))
    assert check_gradients(mine, X, Y).verdict == "right"
    assert check_gradients(net(activation="tanh", norm=lambda n: type(mine.layers[1])()), X, Y).verdict == "right"
    assert check_gradients(Sequential([copy.deepcopy(mine.layers[1])]), np.c_[X, X[:, :2] ** 2], Y).verdict == "right"


def misspelt(self, slope):
    self.grads["G"] = slope


def misspelt_in_a_new_dict(self, slope):
    self.grads = {"G": slope}


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (misspelt, "grads of Mine has no 'G', only g: "),
        (misspelt_in_a_new_dict, "grads of Mine has no 'G', only g: "),
        (
            lambda self, slope: self.grads.update(g=slope[:, None]),
            r"g in grads of Mine must be numbers of shape \(1, 4",
        ),
        (lambda self, slope: self.grads.update(g=None), "g in grads of Mine must be an array of numbers, not None"),
        (lambda self, slope: self.grads.update(g=slope * 1j), "g in grads of Mine must be an array of numbers, not "),
        (lambda self, slope: setattr(self, "grads", None), "grads of Mine must be a dict of arrays, not None"),
        (lambda self, slope: setattr(self, "params", {"h": slope}), "params of Mine has no 'h'"),
    ],
)
def test_gradients_that_reach_no_parameter_are_refused(write: Callable, sentence: str) -> None:
    def backward(self, dy, need_dx=True):
        write(self, np.sum(dy * self.cache, axis=0))
        return self.params["g"] * dy

    mine = drawn(Sequential([Dense(3, 4), type("Mine", (Doubled,), {"backward": backward})(4), Dense(4, 4)]))
    with pytest.raises(ValueError, match=sentence) as caught:
        mine.loss_and_grad(X, Y)
    assert "layer 2 of 3, Mine" in caught.value.__notes__[0]


def spoilt(a: np.ndarray) -> np.ndarray:
    """The right answer is worked out first; then what was given is overwritten."""
    a[...] = 7.0
    return a


class Spoiler(Doubled):
    def forward(self, x, train=False):
        y = super().forward(x.copy(), train)
        spoilt(x)
        return y

    def backward(self, dy, need_dx=True):
        dx = super().backward(dy.copy())
        spoilt(dy)
        return dx


def tanh_in_place(x):
    return np.tanh(x, out=x)


def tanh_slope_in_place(x):
    np.tanh(x, out=x)
    x *= -x
    x += 1.0
    return x


def loss_in_place(scores, targets):
    loss, slope = LOSSES["softmax_cross_entropy"](scores.copy(), targets.copy())
    spoilt(scores)
    targets[...] = 0
    return loss, slope


def with_own(place: str) -> Sequential:
    if place == "loss":
        mine = Sequential([Dense(3, 4), Elementwise("tanh")])
        mine.loss_function = loss_in_place
        return drawn(mine)
    own = Activation("mine", tanh_in_place, tanh_slope_in_place)
    layers = {"first": [Spoiler(3), Dense(3, 4)], "middle": [Dense(3, 4), Elementwise("tanh"), Spoiler(4)]}
    return drawn(Sequential(layers.get(place) or [Dense(3, 4), Elementwise(own), Dense(4, 4)]))


@pytest.mark.parametrize("place", ["first", "middle", "activation", "loss"])
def test_what_a_learners_function_changes_in_place_spoils_nothing(place: str) -> None:
    mine, x, y = with_own(place), X.copy(), Y.copy()
    assert check_gradients(mine, x, y).verdict == "right"
    mine.signals(x, y)
    mine.predict(x)
    history = train(mine, x, y, SGD(), steps=2, batch_size=None, x_val=x, y_val=y)
    np.testing.assert_array_equal(history.accuracy, history.val_accuracy)
    assert history.accuracy[-1] == mine.accuracy(x, y)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


@pytest.mark.parametrize("made_of", [lambda y: y[:3], lambda y: y.T, lambda y: y[None]], ids=["rows", "turned", "more"])
def test_a_layer_keeps_the_rows(made_of: Callable) -> None:
    with pytest.raises(ValueError, match=r"Mine.forward returns must have one row for each row of x, \(6, 4\)"):
        drawn(layer_giving("forward", made_of)).loss_and_grad(X, Y)


@pytest.mark.parametrize("place", ["params", "grads"])
def test_an_array_put_in_the_place_of_another_is_copied_into_the_network(place: str) -> None:
    mine = drawn(Sequential([Dense(3, 4), Doubled(4), Dense(4, 4)]))
    assert check_gradients(mine, X, Y).verdict == "right"
    getattr(mine.layers[1], place)["g"] = 7.0
    vector = mine.theta if place == "params" else mine.grad
    assert np.count_nonzero(vector == 7.0) == 4
    assert np.count_nonzero(mine.copy().theta == 7.0) == (4 if place == "params" else 0)


def rebinds(self, theta, g, state, lr):
    theta = theta - lr * g  # what many write first


class Rebinds:
    """No subclass of anything."""

    lr = 0.1

    def init(self, theta):
        return None

    def step(self, theta, grad, state, lr=None):
        theta = theta - lr * grad


@pytest.mark.skipif("JITTER" in os.environ, reason="the jitter itself moves theta")
@pytest.mark.parametrize("make", [type("Mine", (Optimizer,), {"lr": 0.1, "update": rebinds}), Rebinds])
def test_a_step_that_moves_nothing_is_pointed_out(make: type) -> None:
    with pytest.warns(UserWarning, match="^(Mine|Rebinds) has not moved theta: to learn, change it in place"):
        fitted(optimizer=make())


@pytest.mark.filterwarnings("error")
def test_a_rate_that_moves_nothing_is_taken_at_its_word() -> None:
    still = fitted(optimizer=Rebinds(), schedule=lambda t: 0.0).loss
    assert still[0] == still[-1] == fitted(optimizer=SGD(1e-300)).loss[-1]


@pytest.mark.parametrize("memory", [3, None, (1,)], ids=str)
def test_the_memory_of_an_optimizer_has_names(memory: object) -> None:
    with pytest.raises(ValueError, match="memory of Mine must be names"):
        fitted(optimizer=made(SGD, "update", lambda: None, memory=memory)())


@pytest.mark.parametrize("made", [made(Optimizer, "update", lambda: np.ones(3), lr=0.1), made(SGD, "step", lambda: X)])
def test_a_step_that_returns_the_new_theta_is_refused(made: type) -> None:
    with pytest.raises(ValueError, match="must change theta in place"):
        fitted(optimizer=made())


@pytest.mark.parametrize(
    "answer",
    [np.array([True, False]), np.nan, "no", 0.3, (x for x in ()), len, []],
    ids=lambda answer: type(answer).__name__,
)
def test_a_question_is_answered_with_true_or_false(answer: object) -> None:
    ask = {
        "callback": lambda: fitted(callbacks=[lambda net, frame: answer]),
        "abandon": lambda: search(lambda settings, seed: 1.0, SPACE, 3, 0, abandon=lambda curves: answer),
        "stop": lambda: search(lambda settings, seed: 1.0, SPACE, 3, 0, stop=lambda: answer),
    }
    for name, call in ask.items():
        with pytest.raises(ValueError, match=f"{name} must give True or False, or nothing, not "):
            call()


@pytest.mark.parametrize("lr", [np.nan, np.inf, -0.1, True, None, "0.1", 1j, np.array([0.1, 0.2])], ids=str)
def test_a_schedule_gives_a_rate(lr: object) -> None:
    with pytest.raises(ValueError, match="must give a number, 0 or more, not "):
        fitted(schedule=lambda t: lr)


def test_a_schedule_is_an_object_not_its_class() -> None:
    with pytest.raises(ValueError, match=r"an object, Constant\(…\), not a class"):
        fitted(schedule=Constant)
    with pytest.raises(ValueError, match="Mine.start must return a schedule, not None"):
        fitted(schedule=made(Constant, "start", lambda: None)())
    with pytest.raises(ValueError, match="lr of the optimizer, must give a number"):
        fitted(optimizer=made(Optimizer, "update", lambda: None)())


@pytest.mark.parametrize("weights", [None, "he", 1j, np.nan, [[1], [1, 2]], 10**400, np.ma.masked, X], ids=str)
def test_init_gives_weights(weights: object) -> None:
    with pytest.raises(ValueError, match="init"):
        net(init=lambda rng, n_in, n_out: weights)


def test_a_layer_is_part_of_one_network() -> None:
    mine = net()
    with pytest.raises(ValueError, match="Layer 1, Dense, is part of a network"):
        Sequential([*mine.layers[:-1], Dense(5, 2)])
    copied = Sequential([*copy.deepcopy(mine.layers[:-1]), Dense(5, 2)])
    copied.theta = 0.0
    assert np.any(mine.forward(X))
    shallow = copy.copy(mine)
    shallow.theta = 0.0
    assert np.any(mine.forward(X)) and not np.any(shallow.forward(X))


def test_a_layer_that_forgets_to_start_says_so() -> None:
    with pytest.raises(ValueError, match=r"__init__ of Mine, layer 2, must call super\(\).__init__\(\)"):
        Sequential([Dense(3, 4), made(Doubled, "__init__", lambda: None)()])


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (
            lambda self: (Layer.__init__(self), self.params.update(g=np.ones(4))),
            "with their first values",
        ),
        (
            lambda self: (Layer.__init__(self, g=np.ones(4)), self.params.update(g=np.ones(3))),
            r"g in params of Mine must be numbers of shape \(4,\), not an array of shape \(3,\)",
        ),
        (lambda self: Layer.__init__(self, g=None), "g of Mine must be an array of numbers, not None"),
    ],
)
def test_a_layer_gives_its_parameters_at_the_start(start: Callable, sentence: str) -> None:
    mine = type("Mine", (Doubled,), {"__init__": lambda self: start(self) and None})
    with pytest.raises(ValueError, match=sentence):
        Sequential([Dense(3, 4), mine()])


@pytest.mark.parametrize(
    ("call", "method"),
    [
        (lambda: fitted(optimizer=made(Optimizer, "upd", len, lr=0.1)()), "update"),
        (lambda: fitted(schedule=made(Schedule, "rates", len)()), "rate"),
        (lambda: fitted(with_layer("backwards", len)), "backward"),
        (lambda: Sequential([made(Layer, "forwards", len)()]).forward(X), "forward"),
        (lambda: grid({"a": Sampler()}, 3), "at"),
        (lambda: Sampler().where(3), "where"),
    ],
)
def test_a_method_that_is_missing_is_named(call: Callable, method: str) -> None:
    with pytest.raises(NotImplementedError, match=rf"(Mine|Sampler) must define {method}\("):
        call()


@dataclass(frozen=True)
class Clipped(Optimizer):
    """Settings that are no numbers, and one memory written without a comma."""

    lr: float = 0.1
    limit: float | None = None
    label: str = "clipped"
    marks: tuple[int, ...] = (3, 4)
    memory = "speed"

    def update(self, theta, g, state, lr):
        state.speed += g
        theta -= lr * state.speed


def test_an_optimizer_may_have_settings_that_are_no_numbers() -> None:
    mine = Clipped(np.array(np.float32(0.1)))
    assert type(mine.lr) is float and (mine.limit, mine.label, mine.marks) == (None, "clipped", (3, 4))
    assert fitted(optimizer=mine).loss[-1] != fitted(optimizer=SGD(0.1)).loss[-1]


def test_an_optimizer_that_is_no_dataclass_can_be_searched() -> None:
    class Plain(Optimizer):
        def __init__(self, lr=0.1):
            self.lr = lr

        def update(self, theta, g, state, lr):
            theta -= lr * g

    mine, same = (TrainMLP((3, 5, 4), X, Y, X, Y, make, epochs=1, batch_size=2) for make in (Plain, SGD))
    assert search(mine, SPACE, 3, 0).best.curves == search(same, SPACE, 3, 0).best.curves
    assert stacked_search(mine, SPACE, 3, 0).best.curves == stacked_search(same, SPACE, 3, 0).best.curves


def test_settings_of_init_reach_a_function_of_ones_own() -> None:
    def mine(rng, n_in, n_out, *, size=1.0):
        return np.full((n_in, n_out), size)

    assert net(init=mine, size=2.0).theta[0] == pytest.approx(2.0)
    with pytest.raises(TypeError, match="l_2"):
        net(init=mine, l_2=0.1)


class Table:
    """A network that is no subclass of anything: theta is a score for each class, whatever x."""

    def __init__(self, name: str = "", given: object = None) -> None:
        self.theta, self.grad, self.layers = np.zeros(4), np.ones(4), []
        if name in ("theta", "grad"):
            setattr(self, name, given)
        elif name:
            setattr(self, name, lambda *args, **kwargs: given)

    def forward(self, x, train=False):
        return np.tile(self.theta, (len(x), 1))

    def loss_function(self, scores, targets):
        return LOSSES["softmax_cross_entropy"](scores, targets)

    def loss_and_grad(self, x, y, train=True):
        loss, slope = self.loss_function(self.forward(x), y)
        self.grad[...] = slope.sum(axis=0)
        return loss


NO_LOSS = {
    "None": None,
    "array": np.ones(3),
    "one in an array": np.ones(1),
    "text": "1.0",
    "complex": 1j,
    "two": (1.0, 2.0),
    "list": [1.0],
    "object": object(),
    "function": len,
    "masked": np.ma.masked,
}


@pytest.mark.parametrize("wrong", NO_LOSS)
@pytest.mark.parametrize("name", ["loss_and_grad", "loss_function"])
def test_a_network_of_ones_own_gives_its_loss(name: str, wrong: str) -> None:
    bad = NO_LOSS[wrong]
    for given in [bad if wrong != "two" else (1.0,), (bad, np.zeros((6, 4)))] if name == "loss_function" else [bad]:
        with pytest.raises(ValueError, match=f"{name.replace('_f', ' f')} must return the loss"):
            fitted(Table(name, given))

    class Mine(MLP):
        def loss_and_grad(self, x, y, train=True):
            return bad

    with pytest.raises(ValueError, match="loss_and_grad must return the loss"):
        fitted(Mine((3, 5, 4)))


@pytest.mark.parametrize("loss", [1, True, np.float16(1), np.array(1.0)], ids=repr)
def test_a_loss_may_be_any_number(loss: object) -> None:
    assert fitted(Table("loss_and_grad", loss)).batch_loss.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("theta", [0.0, 0.0], "theta of the network must be an array of floating-point numbers, not "),
        ("theta", np.zeros(3, int), "theta of the network must be an array of floating-point numbers, not "),
        ("grad", None, "grad of SGD.step must be an array of numbers, not None"),
        ("grad", np.zeros(3), "grad of SGD.step must have the shape of theta"),
        ("forward", None, "forward of the network returns must be an array of numbers, not None"),
        ("forward", np.zeros(4), "forward of the network returns must be an array of numbers, not "),
    ],
)
def test_a_network_of_ones_own_is_validated(name: str, given: object, words: str) -> None:
    mine = Table(name, given)
    if name == "grad":
        mine.loss_and_grad = lambda x, y: 1.0
    with pytest.raises(ValueError, match=words):
        fitted(mine)


@pytest.mark.parametrize("batch_size", [2, None])
def test_a_network_of_ones_own_learns_and_works_on_copies(batch_size: int | None) -> None:
    class Greedy(Table):
        def loss_and_grad(self, x, y, train=True):
            loss = super().loss_and_grad(x, y)
            x[...], y[...] = 0.0, 0
            return loss

    x, y = X.copy(), Y.copy()
    history = train(Greedy(), x, y, SGD(), steps=9, batch_size=batch_size)
    assert history.loss[-1] < history.loss[0]
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_theta_that_is_a_new_copy_each_time_is_refused() -> None:
    copies = type("Mine", (Table,), {"theta": property(lambda self: np.zeros(4), lambda self, given: None)})
    with pytest.raises(ValueError, match="theta of the network must be one array"):
        fitted(copies())


def test_a_learners_decorator_around_a_method_is_not_taken_off() -> None:
    @wraps(Dense.forward)
    def twice(self, x, train=False):
        return 2.0 * Dense.forward(self, x, train)

    mine = drawn(Sequential([type("Mine", (Dense,), {"forward": twice})(3, 4)]))
    np.testing.assert_array_equal(mine.forward(X), 2.0 * Dense.forward(mine.layers[0], X))


def test_an_error_outside_of_the_layers_has_no_note() -> None:
    net = MLP((3, 5, 4), l2=0.1)
    for arguments in ((), (X, Y[:2])):
        with pytest.raises((TypeError, ValueError)) as caught:
            net.loss_and_grad(*arguments)
        assert not hasattr(caught.value, "__notes__")
    net.l2 = np.ones((2, 3))
    with pytest.raises(ValueError, match="penalty") as caught:
        net.loss_and_grad(X, Y)
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("score", [None, "good", [1, 2], np.ones(2), 1j, {"loss": 1.0}, {"score": None}, iter(())])
def test_an_objective_that_gives_no_score_is_told_what_to_give(score: object) -> None:
    with pytest.raises(ValueError, match="score"):
        search(lambda settings, seed: score, SPACE, 3, 0)


def test_one_failing_trial_keeps_its_error_and_its_traceback() -> None:
    result = search(lambda settings, seed: typo() if settings["lr"] > 0.5 else 1.0, SPACE, 10, 0)
    bad = [trial for trial in result.trials if trial.status == "failed"]
    assert 0 < len(bad) < 10
    assert traceback.extract_tb(bad[0].exception.__traceback__)[-1].name == "typo"


def test_a_stack_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "course_lib"), pytest.raises(NameError):
        stacked(typo)
    assert any(record.exc_info and record.exc_info[0] is NameError for record in caplog.records)


def test_a_learners_decorator_is_not_taken_off() -> None:
    def doubled(formula):
        @wraps(formula)
        def twice(x):
            return 2.0 * formula(x)

        return twice

    @doubled
    def same(x):
        return x

    layer = Elementwise(Activation("mine", same, identity_slope))
    np.testing.assert_array_equal(layer.forward(X), 2.0 * X)
    assert net(activation=Activation("mine", same, identity_slope)).layers[1].forward(X).tolist() == (2.0 * X).tolist()
