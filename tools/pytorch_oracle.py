"""Asks PyTorch what the right answers are and stores them in tests/oracle/pytorch.json.

PyTorch is not a dependency of the course: the tests read the file. To make it again (torch 2.13.0 on a CPU,
float64; on another processor the last digits differ, by less than 1 in 10¹³):

    python -m venv oracle-env && oracle-env/bin/pip install torch==2.13.0 numpy
    oracle-env/bin/python tools/pytorch_oracle.py
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

OUT = Path(__file__).parent.parent / "tests" / "oracle" / "pytorch.json"
GRID = [-1e4, -1e3, -100, -30, -10, -5, -3, -2, -1.5, -1, -0.5, -0.1, -1e-3, -1e-6]
GRID = GRID + [0.0] + [-x for x in reversed(GRID)]
ACTIVATIONS = {
    "identity": lambda x: x,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "lecun_tanh": lambda x: 1.7159 * torch.tanh(x * 2 / 3),
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "relu": torch.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.01),
    "leaky_relu(0.3)": lambda x: F.leaky_relu(x, 0.3),
    "prelu": lambda x: F.prelu(x, torch.tensor([0.25], dtype=x.dtype)),
    "rrelu": lambda x: F.rrelu(x, 1 / 8, 1 / 3, training=False),
    "elu": F.elu,
    "elu(0.5)": lambda x: F.elu(x, 0.5),
    "selu": F.selu,
    "gelu": F.gelu,
    "silu": F.silu,
    "mish": F.mish,
}
OPTIMIZERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sgd": (torch.optim.SGD, {"lr": 0.95}),
    "momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "nesterov": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "adagrad": (torch.optim.Adagrad, {"lr": 1.5, "eps": 1e-7}),
    "rmsprop": (torch.optim.RMSprop, {"lr": 0.1, "alpha": 0.9, "eps": 1e-8}),
    "adam": (torch.optim.Adam, {"lr": 0.3, "betas": (0.9, 0.999), "eps": 1e-8}),
    "adam, large eps": (torch.optim.Adam, {"lr": 0.3, "betas": (0.8, 0.99), "eps": 0.1}),
    "adamw": (torch.optim.AdamW, {"lr": 0.3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.1}),
}


def numbers(rng: np.random.RandomState, *shape: int) -> torch.Tensor:
    """Standard normal draws rounded to two decimals, so that the file can hold them exactly."""
    return torch.tensor(np.round(rng.standard_normal(shape), 2))


def leaf(x: torch.Tensor) -> torch.Tensor:
    return x.clone().requires_grad_()


def activations() -> dict:
    out = {}
    for name, f in ACTIVATIONS.items():
        x = leaf(torch.tensor(GRID))
        y = f(x)
        y.sum().backward()
        out[name] = {"f": y, "df": x.grad}
    return {"x": GRID, "values": out}


def softmaxes() -> dict:
    scores = torch.tensor([[1.0, 2.0, 3.0], [1000.0, 1001.0, 0.0], [-1e4, 0.0, 1e4], [0.0, 0.0, 0.0]])
    return {"scores": scores, "softmax": F.softmax(scores, -1), "log_softmax": F.log_softmax(scores, -1)}


def layer(module: torch.nn.Module, x: torch.Tensor, dy: torch.Tensor) -> dict:
    """One forward and backward pass; gradients are those of sum(y · dy)."""
    x = leaf(x)
    module.zero_grad()
    y = module(x)
    (y * dy).sum().backward()
    slopes = {"dgamma": module.weight.grad.clone(), "dbeta": module.bias.grad.clone()}
    return {"x": x, "dy": dy, "y": y, "dx": x.grad} | slopes


def with_affine(module: torch.nn.Module, rng: np.random.RandomState) -> torch.nn.Module:
    module.weight.data = numbers(rng, *module.weight.shape)
    module.bias.data = numbers(rng, *module.bias.shape)
    return module


def affine(module: torch.nn.Module) -> dict:
    return {"gamma": module.weight, "beta": module.bias, "eps": 1e-5}


def normalizations(rng: np.random.RandomState) -> dict:
    batch_norm = with_affine(torch.nn.BatchNorm1d(4), rng)
    batches = []
    for scale in (1.0, 3.0, 0.5):
        step = layer(batch_norm, 2 * scale + scale * numbers(rng, 6, 4), numbers(rng, 6, 4))
        running = {name: getattr(batch_norm, name).clone() for name in ("running_mean", "running_var")}
        batches.append(step | running)
    batch_norm.eval()
    evaluated = layer(batch_norm, numbers(rng, 6, 4), numbers(rng, 6, 4))
    out = {"batch": affine(batch_norm) | {"momentum": 0.1, "train": batches, "eval": evaluated}}
    for name, module, shape in (
        ("layer", torch.nn.LayerNorm(4), (5, 4)),
        ("group", torch.nn.GroupNorm(2, 4), (5, 4)),
        ("group_maps", torch.nn.GroupNorm(2, 4), (3, 4, 2, 3)),
        ("instance_maps", torch.nn.InstanceNorm2d(4, affine=True), (3, 4, 2, 3)),
        ("batch_maps", torch.nn.BatchNorm2d(4), (3, 4, 2, 3)),
    ):
        with_affine(module, rng)
        out[name] = affine(module) | layer(module, 1 + 2 * numbers(rng, *shape), numbers(rng, *shape))
    return out


def loss(function, scores: torch.Tensor, targets: torch.Tensor, **settings) -> dict:
    scores = leaf(scores)
    value = function(scores, targets, reduction="sum", **settings)
    value.backward()
    return {"scores": scores, "targets": targets, "sum": value, "dscores": scores.grad}


def losses(rng: np.random.RandomState) -> dict:
    classes = torch.tensor([0, 3, 1, 2, 3])
    scores, bits = 3 * numbers(rng, 5, 4), torch.tensor(rng.uniform(size=(5, 4)).round())
    return {
        "softmax_cross_entropy": loss(F.cross_entropy, scores, classes),
        "softmax_cross_entropy, large": loss(F.cross_entropy, 500 * scores, classes),
        "sigmoid_bce": loss(F.binary_cross_entropy_with_logits, scores, bits),
        "sigmoid_bce, large": loss(F.binary_cross_entropy_with_logits, 500 * scores, bits),
        "squared_error": loss(F.mse_loss, scores, numbers(rng, 5, 4)),
        "multi_margin": loss(F.multi_margin_loss, scores, classes),  # divided by the number of classes
    }


def trajectory(make, settings: dict) -> dict:
    """Points after 0, 1, 2, … 30 updates on f = x²/20 + y² from (−7, 2)."""
    p = leaf(torch.tensor([-7.0, 2.0]))
    optimizer, points = make([p], **settings), [p.tolist()]
    for _ in range(30):
        optimizer.zero_grad()
        (p[0] ** 2 / 20 + p[1] ** 2).backward()
        optimizer.step()
        points.append(p.tolist())
    return {"settings": settings, "points": points}


def networks(rng: np.random.RandomState) -> dict:
    """Cross-entropy and all gradients of a 3-4-4-3 network with two hidden layers of one activation."""
    sizes, classes = (3, 4, 4, 3), torch.tensor([0, 1, 2, 2, 1, 0])
    x = numbers(rng, 6, 3)
    weights = [numbers(rng, n, m) for n, m in zip(sizes, sizes[1:])]
    biases = [numbers(rng, m) for m in sizes[1:]]
    out = {}
    for name, f in ACTIVATIONS.items():
        ws, bs, h = [leaf(w) for w in weights], [leaf(b) for b in biases], x
        for i, (w, b) in enumerate(zip(ws, bs)):
            h = h @ w + b
            h = f(h) if i < 2 else h
        value = F.cross_entropy(h, classes)
        value.backward()
        out[name] = {"scores": h, "loss": value, "dW": [w.grad for w in ws], "db": [b.grad for b in bs]}
    given = {"x": x, "targets": classes, "W": weights, "b": biases}
    return given | {"values": out, "batch norm, relu": normalized_network(x, classes, weights, biases)}


def normalized_network(x, classes, weights, biases) -> dict:
    """The same network with BatchNorm (γ = 1, β = 0, training mode) between each product and its ReLU."""
    ws, bs, norms, h = [leaf(w) for w in weights], [leaf(b) for b in biases], [], x
    for i, (w, b) in enumerate(zip(ws, bs)):
        h = h @ w + b
        if i < 2:
            norms.append(torch.nn.BatchNorm1d(w.shape[1]))
            h = torch.relu(norms[-1](h))
    value = F.cross_entropy(h, classes)
    value.backward()
    slopes = {"dgamma": [n.weight.grad for n in norms], "dbeta": [n.bias.grad for n in norms]}
    return {"loss": value, "dW": [w.grad for w in ws], "db_last": bs[-1].grad} | slopes


def plain(value):
    """Tensors to nested lists, all numbers to 16 significant digits."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, torch.Tensor):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return float(f"{value:.16g}") if isinstance(value, float) else value


def main() -> None:
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    rng = np.random.RandomState(0)
    answers = {
        "torch": torch.__version__,
        "script": "tools/pytorch_oracle.py",
        "dtype": "float64",
        "activations": activations(),
        "softmax": softmaxes(),
        "normalizations": normalizations(rng),
        "losses": losses(rng),
        "optimizers": {k: trajectory(*v) for k, v in OPTIMIZERS.items()},
        "networks": networks(rng),
    }
    lines = [f"{json.dumps(k)}: {json.dumps(plain(v), separators=(',', ':'))}" for k, v in answers.items()]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")
    print(f"{OUT}: {OUT.stat().st_size / 1024:.0f} kB, torch {torch.__version__}")


if __name__ == "__main__":
    main()
