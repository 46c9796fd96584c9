"""A training step of course_lib.nn beside the loop of the textbooks, and beside its bare matrix products.

"textbook" is written here in the style of the well-known books (Saito 2016 above all): parameters and gradients in
dictionaries, a layer object per operation, a fresh array for every operation, ReLU by boolean mask, the input gradient
of the first layer computed, the weight penalty computed whatever its strength, and the loss evaluated once more after
the update, for the record. "lean" is the same loop without the penalty and without that last evaluation. "products"
are the matrix products of a step and nothing else: no bias, activation, loss or update.
"""

import itertools
import math
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD, Adam

CASES = (((2, 16, 16, 2), 64), ((64, 32, 10), 32), ((784, 100, 100, 100, 100, 100, 10), 128))
ROUNDS, SECONDS_PER_TURN = 41, 0.006
LR = 1e-4
AT_LEAST = 3.5  # textbook/course on the small networks
AT_MOST = {SGD: 1.15, Adam: 1.25}  # course/products on the large one


class TextbookAffine:
    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self.weights, self.bias = weights, bias

    def forward(self, x):
        self.shape = x.shape
        self.x = x.reshape(x.shape[0], -1)
        return np.dot(self.x, self.weights) + self.bias

    def backward(self, dout):
        dx = np.dot(dout, self.weights.T)
        self.d_weights = np.dot(self.x.T, dout)
        self.d_bias = np.sum(dout, axis=0)
        return dx.reshape(*self.shape)


class TextbookReLU:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        return dout


class TextbookSoftmaxLoss:
    def forward(self, scores, t):
        self.t, m = t, scores.shape[0]
        shifted = scores - np.max(scores, axis=1, keepdims=True)
        self.p = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
        return -np.sum(np.log(self.p[np.arange(m), t] + 1e-7)) / m

    def backward(self):
        m = self.t.shape[0]
        d = self.p.copy()
        d[np.arange(m), self.t] -= 1
        return d / m


class TextbookNet:
    def __init__(self, net: MLP, weight_decay: float | None = 0.0) -> None:
        self.weight_decay = weight_decay
        self.params: dict[str, Any] = {}
        self.layers: dict[str, Any] = {}
        self.depth = len(net.weights())
        dense = [layer for layer in net.layers if layer.params]
        for i, layer in enumerate(dense, start=1):
            self.params[f"W{i}"], self.params[f"b{i}"] = layer.params["W"].copy(), layer.params["b"][0].copy()
            self.layers[f"Affine{i}"] = TextbookAffine(self.params[f"W{i}"], self.params[f"b{i}"])
            if i < self.depth:
                self.layers[f"ReLU{i}"] = TextbookReLU()
        self.last_layer = TextbookSoftmaxLoss()

    def loss(self, x, t):
        for layer in self.layers.values():
            x = layer.forward(x)
        decay = 0
        for i in range(1, self.depth + 1) if self.weight_decay is not None else ():
            decay += 0.5 * self.weight_decay * np.sum(self.params[f"W{i}"] ** 2)
        return self.last_layer.forward(x, t) + decay

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.last_layer.backward()
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        grads = {}
        for i in range(1, self.depth + 1):
            affine = self.layers[f"Affine{i}"]
            grads[f"W{i}"], grads[f"b{i}"] = affine.d_weights, affine.d_bias
            if self.weight_decay is not None:
                grads[f"W{i}"] = grads[f"W{i}"] + self.weight_decay * affine.weights
        return grads


class TextbookSGD:
    def update(self, params, grads):
        for key in params:
            params[key] -= LR * grads[key]


class TextbookAdam:
    def __init__(self) -> None:
        self.t, self.m, self.v = 0, None, None

    def update(self, params, grads):
        if self.m is None:
            self.m = {key: np.zeros_like(value) for key, value in params.items()}
            self.v = {key: np.zeros_like(value) for key, value in params.items()}
        self.t += 1
        rate = LR * math.sqrt(1.0 - 0.999**self.t) / (1.0 - 0.9**self.t)
        for key in params:
            self.m[key] += (1 - 0.9) * (grads[key] - self.m[key])
            self.v[key] += (1 - 0.999) * (grads[key] ** 2 - self.v[key])
            params[key] -= rate * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)


def textbook_step(book: TextbookNet, optimizer, x: np.ndarray, y: np.ndarray, record_loss: bool) -> Callable:
    def step():
        optimizer.update(book.params, book.gradient(x, y))
        if record_loss:
            book.loss(x, y)

    return step


def course_step(net: MLP, optimizer, x: np.ndarray, y: np.ndarray) -> Callable:
    state = optimizer.init(net.theta)

    def step():
        net.loss_and_grad(x, y)
        optimizer.step(net.theta, net.grad, state)

    return step


def products_step(net: MLP, x: np.ndarray) -> Callable:
    """hW forwards, hᵀdz and, but for the first layer, dz Wᵀ backwards; all into arrays kept ready."""
    weights, rng = net.weights(), np.random.default_rng(1)
    h = [x, *(rng.standard_normal((len(x), w.shape[1])) for w in weights)]
    todo = [(h[i], w, np.empty_like(h[i + 1])) for i, w in enumerate(weights)]
    todo += [(h[i].T, h[i + 1], np.empty_like(w)) for i, w in enumerate(weights)]
    todo += [(h[i + 1], w.T, np.empty_like(h[i])) for i, w in enumerate(weights) if i > 0]

    def step():
        for a, b, out in todo:
            np.dot(a, b, out=out)

    return step


def take_turns(steps: dict[str, Callable]) -> dict[str, np.ndarray]:
    """Processor time per step in µs, round by round; candidates take turns, so that a busy moment hits all of them."""
    repeats = {}
    for name, step in steps.items():
        step()
        start = time.process_time()
        step()
        repeats[name] = max(1, round(SECONDS_PER_TURN / (time.process_time() - start)))
    times = {name: np.empty(ROUNDS) for name in steps}
    for r in range(ROUNDS):
        for name, step in steps.items():
            start = time.process_time()
            for _ in range(repeats[name]):
                step()
            times[name][r] = (time.process_time() - start) / repeats[name] * 1e6
    return times


def scikit_learn_step(sizes: tuple[int, ...], m: int, adam: bool, x: np.ndarray, y: np.ndarray) -> Callable:
    """One `partial_fit` is one update on the batch; it looks at the loss as well."""
    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier(
        sizes[1:-1],
        solver="adam" if adam else "sgd",
        learning_rate_init=LR,
        batch_size=m,
        alpha=0.0,
        momentum=0.0,
        nesterovs_momentum=False,
    )
    net.partial_fit(x, y, classes=np.arange(sizes[-1]))
    return lambda: net.partial_fit(x, y)


def pytorch_step(sizes: tuple[int, ...], adam: bool, x: np.ndarray, y: np.ndarray) -> Callable:
    """PyTorch in eager mode, in float64 and on one thread like the others."""
    import torch

    torch.set_num_threads(1)
    layers = [
        part
        for n_in, n_out in itertools.pairwise(sizes)
        for part in (torch.nn.Linear(n_in, n_out, dtype=torch.float64), torch.nn.ReLU())
    ]
    net = torch.nn.Sequential(*layers[:-1])
    optimizer = (torch.optim.Adam if adam else torch.optim.SGD)(net.parameters(), lr=LR)
    loss, inputs, targets = torch.nn.CrossEntropyLoss(), torch.from_numpy(x), torch.from_numpy(y)

    def step():
        optimizer.zero_grad()
        loss(net(inputs), targets).backward()
        optimizer.step()

    return step


def peers(sizes: tuple[int, ...], m: int, adam: bool, x: np.ndarray, y: np.ndarray) -> dict[str, Callable]:
    """The step of each library that is installed."""
    found = {}
    with suppress(ImportError):
        found["scikit-learn"] = scikit_learn_step(sizes, m, adam, x, y)
    with suppress(ImportError):
        found["PyTorch"] = pytorch_step(sizes, adam, x, y)
    return found


def difference(book: TextbookNet, net: MLP) -> float:
    """The largest difference between the weights of the two, which have made equally many steps."""
    return max(float(np.max(np.abs(book.params[f"W{i}"] - w))) for i, w in enumerate(net.weights(), start=1))


def compare(sizes: tuple[int, ...], m: int, optimizer: type, book_optimizer: type) -> dict[str, np.ndarray]:
    """Processor time per step of every candidate in µs, one entry per round."""
    rng, net = np.random.default_rng(0), MLP(sizes)
    x, y = rng.standard_normal((m, sizes[0])), rng.integers(0, sizes[-1], m)
    book, lean = TextbookNet(net), TextbookNet(net, weight_decay=None)
    return take_turns(
        {
            "products": products_step(net, x),
            "textbook": textbook_step(book, book_optimizer(), x, y, record_loss=True),
            "lean": textbook_step(lean, book_optimizer(), x, y, record_loss=False),
            "course": course_step(net, optimizer(LR), x, y),
            **peers(sizes, m, optimizer is Adam, x, y),
        }
    )


def main() -> list[str]:
    print("median µs per step        products  textbook  lean  course | textbook/course  lean/course  course/products")
    ratios = []
    with threadpool_limits(1):
        for sizes, m in CASES:
            for optimizer, book_optimizer in ((SGD, TextbookSGD), (Adam, TextbookAdam)):
                t = compare(sizes, m, optimizer, book_optimizer)
                micro = {name: np.median(values) for name, values in t.items()}
                book, lean, over = (
                    np.median(a / b)
                    for a, b in ((t["textbook"], t["course"]), (t["lean"], t["course"]), (t["course"], t["products"]))
                )
                name = f"{'-'.join(map(str, sizes))} {optimizer.__name__}".replace("100-100-100-100-100", "100×5")
                print(
                    f"{name:26}{micro['products']:8.0f}{micro['textbook']:10.0f}{micro['lean']:6.0f}"
                    f"{micro['course']:8.0f} |{book:16.2f}{lean:13.2f}{over:17.2f}"
                )
                others = [
                    f"{other} {np.median(t[other] / t['course']):.1f}"
                    for other in ("scikit-learn", "PyTorch")
                    if other in t
                ]
                print(f"{'':26}over course: {', '.join(others) or 'no other library installed'}")
                met = book >= AT_LEAST if sizes[0] < 100 else over <= AT_MOST[optimizer]
                bar = (
                    f"at least {AT_LEAST} times" if sizes[0] < 100 else f"at most {AT_MOST[optimizer]} of the products"
                )
                ratios.append(
                    f"A training step, {name}, batch {m}: the textbook loop takes {book:.1f} times as long, "
                    f"without its two extras {lean:.1f}{''.join(f', {other}' for other in others)}; bare "
                    f"matrix products {1 / over:.2f} (bar: {bar}, {'met' if met else 'NOT met'})."
                )
    return ratios


if __name__ == "__main__":
    main()
