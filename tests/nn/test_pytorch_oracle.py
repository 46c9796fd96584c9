"""All of `course_lib.nn` against PyTorch: values made by tools/pytorch_oracle.py, kept in tests/oracle/pytorch.json."""

import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.nn import normalization
from course_lib.nn.activations import ACTIVATIONS, activation, log_softmax, softmax
from course_lib.nn.losses import LOSSES
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.nn.surfaces import SURFACES

ORACLE = json.loads((Path(__file__).parents[1] / "oracle" / "pytorch.json").read_text(encoding="utf-8"))


def close(ours, theirs, rtol=1e-12, atol=1e-14):
    np.testing.assert_allclose(ours, np.array(theirs), rtol=rtol, atol=atol)


def by_name(name):
    """ "elu(0.5)" is ELU with α = 0.5."""
    plain, _, alpha = name.rstrip(")").partition("(")
    return activation(plain, alpha=float(alpha)) if alpha else ACTIVATIONS[plain]


def test_the_oracle_says_where_it_comes_from():
    assert ORACLE["torch"].startswith("2.13.0") and ORACLE["script"] == "tools/pytorch_oracle.py"
    assert {name.partition("(")[0] for name in ORACLE["activations"]["values"]} == set(ACTIVATIONS) - {"step"}


@pytest.mark.parametrize("name", ORACLE["activations"]["values"])
def test_activation_and_slope(name):
    """At 0, ±1e-6 … ±1e4; the kinks included, where PyTorch takes the slope from the left as we do."""
    x, theirs, ours = np.array(ORACLE["activations"]["x"]), ORACLE["activations"]["values"][name], by_name(name)
    close(ours.f(x), theirs["f"])
    # PyTorch computes tanh′ and σ′ from the output, which has lost its digits far out: hence the absolute tolerance
    close(ours.df(x), theirs["df"], atol=1e-15)
    if ours.slope_of_output is not None:
        close(ours.slope_of_output(ours.f(x)), theirs["df"], atol=1e-15)


def test_softmax():
    scores = np.array(ORACLE["softmax"]["scores"])
    close(softmax(scores), ORACLE["softmax"]["softmax"])
    close(log_softmax(scores), ORACLE["softmax"]["log_softmax"])


def check_layer(layer, theirs, train=True):
    y = layer.forward(np.array(theirs["x"]), train=train)
    close(y, theirs["y"], atol=1e-13)
    close(layer.backward(np.array(theirs["dy"])), theirs["dx"], atol=1e-13)
    for name in ("gamma", "beta"):
        close(layer.grads[name].ravel(), theirs[f"d{name}"], atol=1e-13)


def with_affine(layer, theirs):
    assert layer.eps == theirs["eps"]
    for name in ("gamma", "beta"):
        layer.params[name][...] = np.reshape(theirs[name], layer.params[name].shape)
    return layer


# notes: 153-156, 166, E02
def test_batch_norm_over_three_batches_and_in_evaluation():
    theirs = ORACLE["normalizations"]["batch"]
    layer = with_affine(normalization.BatchNorm(4), theirs)
    assert layer.momentum == theirs["momentum"]
    for batch in theirs["train"]:
        check_layer(layer, batch)
        close(layer.running_mean.ravel(), batch["running_mean"])
        close(layer.running_var.ravel(), batch["running_var"])
    check_layer(layer, theirs["eval"], train=False)


@pytest.mark.parametrize(
    "name, make",
    [
        ("layer", lambda: normalization.LayerNorm(4)),
        ("group", lambda: normalization.GroupNorm(4, 2)),
        ("group_maps", lambda: normalization.GroupNorm(4, 2, maps=True)),
        ("instance_maps", lambda: normalization.InstanceNorm(4)),
        ("batch_maps", lambda: normalization.BatchNorm(4, maps=True)),
    ],
)
def test_normalization(name, make):
    theirs = ORACLE["normalizations"][name]
    check_layer(with_affine(make(), theirs), theirs)


# notes: 92
@pytest.mark.parametrize("name", [n for n in ORACLE["losses"] if n != "multi_margin"])
def test_loss(name):
    """PyTorch's are sums here; ours are means over the examples, and the squared error carries a ½."""
    theirs = ORACLE["losses"][name]
    half = 0.5 if name == "squared_error" else 1.0
    scores = np.array(theirs["scores"])
    loss, dscores = LOSSES[name.partition(",")[0]](scores, np.array(theirs["targets"]))
    close(loss * len(scores), half * theirs["sum"])
    close(dscores * len(scores), half * np.array(theirs["dscores"]))


def test_max_margin():
    """PyTorch divides the multi-class hinge by the number of classes."""
    theirs = ORACLE["losses"]["multi_margin"]
    scores = np.array(theirs["scores"])
    loss, dscores = LOSSES["max_margin"](scores, np.array(theirs["targets"]))
    close(loss * len(scores), theirs["sum"] * 4)
    close(dscores * len(scores), np.array(theirs["dscores"]) * 4)


# notes: 171, 175, 180-181
@pytest.mark.parametrize("name", ORACLE["optimizers"])
def test_optimizer_trajectory(name):
    """Thirty updates on x²/20 + y² from (−7, 2)."""
    theirs = ORACLE["optimizers"][name]
    renamed = {"momentum": "beta", "alpha": "beta", "lr": "lr", "eps": "eps", "weight_decay": "weight_decay"}
    settings = {renamed[k]: v for k, v in theirs["settings"].items() if k in renamed}
    if "betas" in theirs["settings"]:
        settings["beta1"], settings["beta2"] = theirs["settings"]["betas"]
    optimizer = OPTIMIZERS[name.partition(",")[0]].make(**settings)
    theta = np.array(theirs["points"][0])
    state, points = optimizer.init(theta), [theta.copy()]
    for _ in range(30):
        optimizer.step(theta, SURFACES["bowl"].grad(theta), state)
        points.append(theta.copy())
    close(points, theirs["points"], rtol=1e-10, atol=1e-14)


def network(**settings):
    """The oracle's 3-4-4-3 network, with its weights."""
    theirs = ORACLE["networks"]
    net = MLP((3, 4, 4, 3), **settings)
    dense = [layer for layer in net.layers if "W" in layer.params]
    for layer, w, b in zip(dense, theirs["W"], theirs["b"]):
        layer.params["W"][...] = w
        if layer.bias:  # there is none in front of batch normalisation, which would subtract it again
            layer.params["b"][...] = b
    return net, dense, np.array(theirs["x"]), np.array(theirs["targets"])


# notes: 27
@pytest.mark.parametrize("name", ORACLE["networks"]["values"])
def test_network_gradients(name):
    net, dense, x, y = network(activation=by_name(name))
    theirs = ORACLE["networks"]["values"][name]
    close(net.forward(x), theirs["scores"])
    close(net.loss_and_grad(x, y), theirs["loss"])
    for layer, dw, db in zip(dense, theirs["dW"], theirs["db"]):
        close(layer.grads["W"], dw)
        close(layer.grads["b"].ravel(), db)


def test_network_gradients_with_batch_norm():
    net, dense, x, y = network(activation="relu", norm="batch")
    theirs = ORACLE["networks"]["batch norm, relu"]
    close(net.loss_and_grad(x, y), theirs["loss"])
    norms = [layer for layer in net.layers if "gamma" in layer.params]
    for layer, dw in zip(dense, theirs["dW"]):
        close(layer.grads["W"], dw, atol=1e-13)
    close(dense[-1].grads["b"].ravel(), theirs["db_last"])
    for layer, dgamma, dbeta in zip(norms, theirs["dgamma"], theirs["dbeta"]):
        close(layer.grads["gamma"].ravel(), dgamma, atol=1e-13)
        close(layer.grads["beta"].ravel(), dbeta, atol=1e-13)
