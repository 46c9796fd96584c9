"""What a learner's own code raises inside the library reaches the learner as it is, with the line that raised it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from course_lib.nn.activations import Activation, identity, identity_slope
from course_lib.nn.gradient_check import check_gradients, numerical_gradient
from course_lib.nn.layers import Dense, Elementwise, Layer
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD, Optimizer
from course_lib.nn.schedules import Constant, Schedule, Warmup
from course_lib.nn.search import run_jobs, search, successive_halving
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


def stopped() -> None:
    raise KeyboardInterrupt


def exhausted() -> None:
    next(iter(()))


BUGS = {
    NameError: typo,
    TypeError: wrong_type,
    ValueError: value_error,
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


@pytest.mark.parametrize("name", ["forward", "backward"])
def test_an_error_in_a_layer_names_the_layer_and_what_it_was_given(name: str) -> None:
    with pytest.raises(NameError) as caught:
        with_layer(name, typo).loss_and_grad(X, Y)
    (note,) = caught.value.__notes__
    assert "layer 2 of 4, Mine" in note and "(6, 5)" in note


def test_a_layer_that_returns_nothing_is_found_by_the_note_of_the_next() -> None:
    with pytest.raises(TypeError) as caught:
        with_layer("forward", lambda: None).forward(X)
    assert "layer 3 of 4, Elementwise, which was given None" in caught.value.__notes__[0]


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
    from functools import wraps

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
