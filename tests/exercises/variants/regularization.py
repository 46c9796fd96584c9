"""Answers to the exercises of chapter 08."""

import math

import numpy as np

# 8.1


def step_loops(w, b, grad_w, grad_b, lr, decay):
    rows, columns = w.shape
    out = np.zeros((rows + 1, columns))
    for j in range(columns):
        for i in range(rows):
            out[i, j] = w[i, j] - lr * grad_w[i, j] - lr * decay * w[i, j]
        out[rows, j] = b[j] - lr * grad_b[j]
    return out


def saito_step(w, b, grad_w, grad_b, lr, decay):
    params = {"W1": w.copy(), "b1": b.copy()}
    grads = {"W1": grad_w + decay * params["W1"], "b1": grad_b}
    for key in ("W1", "b1"):
        params[key] -= lr * grads[key]
    return np.concatenate([params["W1"], params["b1"][np.newaxis]])


def cs231n_step(w, b, grad_w, grad_b, lr, decay):
    """dW += reg * W, on copies; then W += −step_size · dW."""
    reg, step_size = decay, lr
    dW, W = grad_w.copy(), w.copy()
    dW += reg * W
    W += -step_size * dW
    return np.r_[W, [b + -step_size * grad_b]]


def shrink_first(w, b, grad_w, grad_b, lr, decay):
    return np.vstack(((1 - lr * decay) * w - lr * grad_w, b - lr * grad_b))


def step_lists(w, b, grad_w, grad_b, lr, decay):
    rows = [[v - lr * (g + decay * v) for v, g in zip(vs, gs)] for vs, gs in zip(w.tolist(), grad_w.tolist())]
    return rows + [[v - lr * g for v, g in zip(b, grad_b)]]


def step_float32(w, b, grad_w, grad_b, lr, decay):
    f = np.float32
    return np.vstack([f(w) - f(lr) * (f(grad_w) + f(decay) * f(w)), f(b) - f(lr) * f(grad_b)])


def all_in_one(w, b, grad_w, grad_b, lr, decay):
    theta, grad = np.vstack([w, b]), np.vstack([grad_w, grad_b])
    penalised = np.vstack([np.ones_like(w), np.zeros_like(b)])
    return theta - lr * (grad + decay * penalised * theta)


RIGHT = {
    "8.1": {
        "loops": step_loops,
        "Saito": saito_step,
        "CS231n": cs231n_step,
        "shrink first": shrink_first,
        "lists": step_lists,
        "float32": step_float32,
        "one array": all_in_one,
        "einsum": lambda w, b, gw, gb, lr, d: (
            np.einsum("ij,->ij", np.vstack([w, b]), 1.0) - lr * np.vstack([gw + np.einsum(",ij->ij", d, w), gb])
        ),
    }
}


def step(extra):
    """The gradient with `extra(w, λ)` added to it."""
    return lambda w, b, gw, gb, lr, d: np.vstack([w - lr * (gw + extra(w, d)), b - lr * gb])


WRONG = {
    "8.1": {
        "no penalty": (step(lambda w, d: 0), "The penalty is missing"),
        "2λW": (step(lambda w, d: 2 * d * w), "You used 2λW"),
        "½λW": (step(lambda w, d: d * w / 2), "You used ½λW"),
        "λW/‖W‖": (step(lambda w, d: d * w / np.sqrt(np.sum(w * w))), "the gradient of the norm"),
        "−λW": (step(lambda w, d: -d * w), "The sign of λW is wrong"),
        "biases too": (
            lambda w, b, gw, gb, lr, d: np.vstack([w - lr * (gw + d * w), b - lr * (gb + d * b)]),
            "You penalised the biases",
        ),
        "λ without η": (
            lambda w, b, gw, gb, lr, d: np.vstack([(1 - d) * w - lr * gw, b - lr * gb]),
            "the learning rate multiplies it too",
        ),
        "the value": (step(lambda w, d: 0.5 * d * np.sum(np.square(w))), "You added the VALUE"),
        "the values": (step(lambda w, d: 0.5 * d * w * w), "You added the VALUE"),
        "L1": (step(lambda w, d: d * np.sign(w)), "the L1 penalty"),
        "decay after the step": (
            lambda w, b, gw, gb, lr, d: np.vstack([w - lr * gw - lr * d * (w - lr * gw), b - lr * gb]),
            "after they had moved",
        ),
        "ascent": (lambda w, b, gw, gb, lr, d: step_loops(w, b, gw, gb, -lr, d), "You went up"),
        "biases above": (lambda *a: np.vstack([step_loops(*a)[-1:], step_loops(*a)[:-1]]), "stand above the weights"),
        "no η": (lambda w, b, gw, gb, lr, d: step_loops(w, b, gw, gb, 1, d), "The learning rate is missing"),
        "the gradient": (lambda w, b, gw, gb, lr, d: np.vstack([gw + d * w, gb]), "This is the gradient of J"),
        "the change": (lambda w, b, *a: step_loops(w, b, *a) - np.vstack([w, b]), "This is what is added"),
        "biases stay": (lambda w, b, gw, gb, lr, d: np.vstack([w - lr * (gw + d * w), b]), "have not moved"),
        "a pair": (lambda *a: (step_loops(*a)[:-1], step_loops(*a)[-1]), "stack them with np.vstack"),
        "transposed": (lambda *a: step_loops(*a).T, "Transposed, your numbers are right"),
        "λW²": (step(lambda w, d: d * w**2), ""),
        "over the batch": (step(lambda w, d: d * w / len(w)), ""),
        "Frobenius squared": (step(lambda w, d: d * np.sum(w**2) * w), ""),
        "decay alone": (lambda w, b, gw, gb, lr, d: np.vstack([w - lr * d * w, b]), ""),
        "decay of the gradient": (lambda w, b, gw, gb, lr, d: np.vstack([w - lr * (1 + d) * gw, b - lr * gb]), ""),
    }
}


# 8.2


def drop_loops(x, u, p, train):
    if not train:
        return x
    out = np.zeros(x.shape)
    for i in range(len(x)):
        for j in range(x.shape[1]):
            if u[i, j] >= p:
                out[i, j] = x[i, j] / (1 - p)
    return out


def drop_cs231n(x, u, p, train):
    """CS231n's p is the probability to keep: U = (rand < p)/p. 1 − u is drawn just as evenly."""
    keep = 1 - p
    if train:
        U = (1 - u <= keep) / keep
        return x * U
    return x


def drop_masked(x, u, p, train):
    out = x.copy()
    if train:
        out[u < p] = 0
        out /= 1 - p
    return out


class SaitoDropout:
    """Saito's layer, with the division his leaves to the test."""

    def __init__(self, dropout_ratio):
        self.dropout_ratio = dropout_ratio

    def forward(self, x, u, train_flg):
        if train_flg:
            self.mask = u >= self.dropout_ratio
            return x * self.mask / (1.0 - self.dropout_ratio)
        return x


def drop_lists(x, u, p, train):
    if not train:
        return x.tolist()
    return [[v / (1 - p) if chance >= p else 0 for v, chance in zip(a, b)] for a, b in zip(x.tolist(), u.tolist())]


RIGHT["8.2"] = {
    "loops": drop_loops,
    "CS231n": drop_cs231n,
    "masked copy": drop_masked,
    "Saito's layer": lambda x, u, p, train: SaitoDropout(p).forward(x, u, train),
    "lists": drop_lists,
    "where": lambda x, u, p, train: np.where(u < p, 0.0, x / (1 - p)) if train else x,
    "float32": lambda x, u, p, train: np.float32(x) * (u >= p) / np.float32(1 - p) if train else np.float32(x),
    "einsum": lambda x, u, p, train: np.einsum("ij,ij->ij", x, (~(u < p)) * (1 / (1 - p))) if train else x * 1,
    "heaviside": lambda x, u, p, train: x * np.heaviside(u - p, 1) / (1 - p) if train else x,
}


def drop(train_factor, test_factor=lambda u, p: 1.0):
    return lambda x, u, p, train: x * (train_factor if train else test_factor)(u, p)


WRONG["8.2"] = {
    "not scaled": (drop(lambda u, p: u >= p), "Nothing is scaled"),
    "the paper": (drop(lambda u, p: u >= p, lambda u, p: 1 - p), "the scaling of the paper"),
    "twice": (drop(lambda u, p: (u >= p) / (1 - p), lambda u, p: 1 - p), "You scale twice"),
    "p keeps": (drop(lambda u, p: (u < p) / p), "the probability to KEEP"),
    "over p": (drop(lambda u, p: (u >= p) / p), "You divide by p"),
    "the others": (drop(lambda u, p: (u < p) / (1 - p)), "the entries that should be dropped"),
    "at the test too": (drop(lambda u, p: (u >= p) / (1 - p), lambda u, p: (u >= p) / (1 - p)), "at test time too"),
    "multiplied": (drop(lambda u, p: (u >= p) * (1 - p)), "You multiply by 1 − p"),
    "the realised share": (drop(lambda u, p: (u >= p) * u.size / np.sum(u >= p)), "happened to be kept"),
    "divided at the test": (drop(lambda u, p: u >= p, lambda u, p: 1 / (1 - p)), "You divide by 1 − p at test time"),
    "divided always": (
        drop(lambda u, p: (u >= p) / (1 - p), lambda u, p: 1 / (1 - p)),
        "You divide by 1 − p at test time",
    ),
    "u > p": (drop(lambda u, p: (u > p) / (1 - p)), "An entry with u exactly p"),
    "the root": (drop(lambda u, p: (u >= p) / math.sqrt(1 - p)), "You divide by the root"),
    "exchanged": (drop(lambda u, p: 1.0, lambda u, p: (u >= p) / (1 - p)), "Training and test are exchanged"),
    "the mask": (lambda x, u, p, train: (u >= p) / (1 - p) if train else 1 + 0 * x, "This is the mask"),
    "own numbers": (drop(lambda u, p: (np.random.RandomState(0).uniform(size=u.shape) >= p) / (1 - p)), ""),
    "what is kept": (lambda x, u, p, train: x[u >= p] / (1 - p) if train else x, ""),
    "nothing dropped": (lambda x, u, p, train: x, ""),
    "scaled by u": (drop(lambda u, p: u * (u >= p) / (1 - p)), ""),
    "1 + p": (drop(lambda u, p: (u >= p) * (1 + p)), ""),
    "x compared": (lambda x, u, p, train: x * (x >= p) / (1 - p) if train else x, ""),
    "one chance per column": (drop(lambda u, p: (u[:1] >= p) / (1 - p)), ""),
    "transposed": (lambda *a: drop_loops(*a).T, "Transposed, your numbers are right"),
}


# 8.3


def softmax_row(row):
    largest = max(row)
    exp = [math.exp(value - largest) for value in row]
    return [value / sum(exp) for value in exp]


def members_lists(scores):
    M, m, classes = scores.shape
    each = [[softmax_row(row) for row in member] for member in scores.tolist()]
    return [[sum(each[k][i][c] for k in range(M)) / M for c in range(classes)] for i in range(m)]


def saito_softmax(x):
    x = x.T
    x = x - np.max(x, axis=0)
    return (np.exp(x) / np.sum(np.exp(x), axis=0)).T


def running_mean(scores):
    mean = np.zeros(scores.shape[1:])
    for n, member in enumerate(scores, 1):
        p = saito_softmax(member)
        mean += (p - mean) / n
    return mean


def through_logarithms(scores):
    largest = scores.max(axis=2, keepdims=True)
    log_p = scores - largest - np.log(np.sum(np.exp(scores - largest), axis=2, keepdims=True))
    return np.exp(log_p).mean(axis=0)


def by_differences(scores):
    """P(c) = 1/Σ exp(s_d − s_c): overflow ends as 1/∞ = 0."""
    with np.errstate(over="ignore"):
        return np.mean(1 / np.exp(scores[..., None, :] - scores[..., :, None]).sum(axis=-1), axis=0)


def members_float32(scores):
    s = scores.astype(np.float32)
    e = np.exp(s - s.max(-1, keepdims=True))
    return (e / e.sum(-1, keepdims=True)).mean(0)


RIGHT["8.3"] = {
    "lists": members_lists,
    "Saito, member by member": lambda scores: sum(saito_softmax(member) for member in scores) / len(scores),
    "running mean": running_mean,
    "logarithms": through_logarithms,
    "differences": by_differences,
    "float32": members_float32,
    "einsum": lambda scores: np.einsum("mic->ic", np.array([saito_softmax(s) for s in scores])) / scores.shape[0],
    "CS231n": lambda scores: np.mean([cs231n_softmax(s.copy()) for s in scores], axis=0),
}


def cs231n_softmax(f):
    f -= np.max(f, axis=1, keepdims=True)
    return np.exp(f) / np.sum(np.exp(f), axis=1, keepdims=True)


def each_softmax(scores):
    return np.array([saito_softmax(member) for member in scores])


def unguarded(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)


WRONG["8.3"] = {
    "mean scores": (lambda s: saito_softmax(np.mean(s, axis=0)), "the softmax of the mean scores"),
    "geometric, normalised": (
        lambda s: (q := each_softmax(s).prod(axis=0) ** (1 / len(s))) / q.sum(axis=-1, keepdims=True),
        "the softmax of the mean scores",
    ),
    "mean subtracted": (lambda s: unguarded(s - s.mean(-1, keepdims=True)).mean(axis=0), "a middle score"),
    "median subtracted": (lambda s: unguarded(s - np.median(s, -1, keepdims=True)).mean(axis=0), "a middle score"),
    "exponentials added": (
        lambda s: np.exp(s).sum(0) / np.exp(s).sum(0).sum(-1, keepdims=True),
        "You normalised after adding up",
    ),
    "no guard": (lambda s: np.mean(unguarded(s), axis=0), "exp(1000) overflows"),
    "over the members": (lambda s: np.mean(saito_softmax(s.T).T, axis=0), "Your softmax runs over the members"),
    "sum": (lambda s: each_softmax(s).sum(axis=0), "You summed over the members"),
    "votes": (lambda s: np.mean(np.eye(s.shape[-1])[s.argmax(-1)], axis=0), "the share of votes"),
    "mean over the examples": (lambda s: each_softmax(s).mean(1), "You averaged over the examples."),
    "one maximum": (lambda s: unguarded(s - np.max(s)).mean(axis=0), "You subtract one number from all rows"),
    "maximum of the members": (lambda s: unguarded(s - s.max(axis=0)).mean(axis=0), "differs from class to class"),
    "maximum of the examples": (
        lambda s: unguarded(s - s.max(1, keepdims=True)).mean(axis=0),
        "differs from class to class",
    ),
    "cut off at 700": (lambda s: unguarded(np.clip(s, -700, 700)).mean(axis=0), "You cut large scores off"),
    "cut off at 50": (lambda s: unguarded(np.minimum(s, 50)).mean(axis=0), "You cut large scores off"),
    "all members": (each_softmax, "These are the members' answers"),
    "over the examples": (
        lambda s: np.mean([saito_softmax(member.T).T for member in s], axis=0),
        "Your softmax runs over the examples",
    ),
    "geometric": (
        lambda s: np.prod(each_softmax(s) ** (1 / len(s)), axis=0),
        "the geometric mean of the probabilities",
    ),
    "geometric, logarithms": (
        lambda s: np.exp(np.log(each_softmax(s)).mean(axis=0)),
        "the geometric mean of the probabilities",
    ),
    "scores": (lambda s: s.mean(axis=0), "These are mean scores"),
    "one answer": (lambda s: each_softmax(s).mean(axis=(0, 1)), "over the examples as well"),
    "transposed": (lambda s: each_softmax(s).mean(axis=0).T, "Transposed, your numbers are right"),
    "classes": (lambda s: each_softmax(s).mean(axis=0).argmax(axis=-1), ""),
    "median": (lambda s: np.median(each_softmax(s), axis=0), ""),
    "largest": (lambda s: each_softmax(s).max(axis=0), ""),
    "product": (lambda s: each_softmax(s).prod(axis=0), ""),
    "the first member": (lambda s: each_softmax(s)[0], ""),
    "softmax of probabilities": (lambda s: saito_softmax(each_softmax(s).mean(axis=0)), ""),
}
