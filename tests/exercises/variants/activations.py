"""Answers to the exercises of chapter 02."""

import math

import numpy as np

# 2.1


def dead_loops(z):
    dead = 0
    for j in range(z.shape[1]):
        for i in range(z.shape[0]):
            if z[i, j] > 0:
                break
        else:
            dead += 1
    return dead / z.shape[1]


def never_fires(z):
    relu = np.maximum(0, z)
    return np.count_nonzero(relu.sum(axis=0) == 0) / relu.shape[1]


def slope_is_zero(z):
    slope = np.zeros_like(z)
    slope[z > 0] = 1
    return np.mean(slope.max(axis=0) == 0)


def dead_counted_once(z):
    flags = [all(value <= 0 for value in column) for column in zip(*z)]
    return sum(flags) / len(flags)


def one_after_another(z):
    alive = np.zeros(z.shape[1], bool)
    for example in z:
        alive |= example > 0
    return 1 - alive.mean()


RIGHT = {
    "2.1": {
        "loops": dead_loops,
        "outputs that never fire": never_fires,
        "slopes": slope_is_zero,
        "lists": dead_counted_once,
        "example by example": one_after_another,
        "all": lambda z: np.mean(np.all(z <= 0, axis=0)),
        "largest sum": lambda z: (z.max(axis=0) <= 0).mean(),
        "float32": lambda z: np.float32(np.mean(np.float32(z).max(0) <= 0)),
        "1 − any": lambda z: 1 - np.sum(np.any(z > 0, axis=0)) / z.shape[1],
    }
}

WRONG = {
    "2.1": {
        "single outputs": (lambda z: np.sum(z <= 0) / z.size, "You counted single outputs"),
        "some example": (lambda z: (z.min(axis=0) <= 0).mean(), "for *some* example"),
        "the other axis": (lambda z: sum(all(v <= 0 for v in row) for row in z) / len(z), "the wrong axis"),
        "a count": (lambda z: int(np.sum(z.max(axis=0) <= 0)), "the number of dead units"),
        "alive": (lambda z: np.mean(z.max(axis=0) > 0), "share of the units that are alive"),
        "below 0": (lambda z: np.mean(z.max(axis=0) < 0), "A sum of exactly 0"),
        "the mean sum": (lambda z: (z.sum(axis=0) <= 0).mean(), "A negative mean"),
        "a count over the examples": (lambda z: np.sum(z.max(axis=0) <= 0) / len(z), "the number of examples"),
        "per cent": (lambda z: 100 * np.mean(z.max(axis=0) <= 0), "in per cent"),
        "the first example": (lambda z: (z[0] <= 0).mean(), ""),
        "the last example": (lambda z: (z[-1] <= 0).mean(), ""),
        "the majority": (lambda z: ((z <= 0).mean(axis=0) > 0.5).mean(), ""),
        "the median": (lambda z: (np.median(z, axis=0) <= 0).mean(), ""),
        "always exactly 0": (lambda z: (z == 0).all(axis=0).mean(), ""),
        "which": (lambda z: np.flatnonzero(z.max(axis=0) <= 0), ""),
        "one flag per unit": (lambda z: (z <= 0).all(axis=0), "True or False"),
    }
}


# 2.2


def alpha_loops(x, dy):
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] < 0:
                total += dy[i, j] * x[i, j]
    return total


def alpha_masked(x, dy):
    dalpha = dy.copy()
    dalpha[x > 0] = 0
    return np.sum(dalpha * x)


def alpha_by_difference(x, dy):
    def J(alpha):
        return np.sum(dy * (np.maximum(0, x) + alpha * np.minimum(0, x)))

    return (J(1.0) - J(-1.0)) / 2  # J is linear in α


RIGHT["2.2"] = {
    "loops": alpha_loops,
    "masked, as Saito's Relu": alpha_masked,
    "a difference": alpha_by_difference,
    "einsum": lambda x, dy: np.einsum("ij,ij->", dy, np.minimum(x, 0)),
    "float32": lambda x, dy: np.sum(np.float32(dy) * np.minimum(np.float32(x), 0)),
    "where": lambda x, dy: np.where(x > 0, 0, x * dy).sum(),
    "selected": lambda x, dy: dy[x < 0] @ x[x < 0],
    "ravel": lambda x, dy: np.dot(dy.ravel(), np.clip(x, None, 0).ravel()),
    "lists": lambda x, dy: math.fsum(d * v for d, v in zip(dy.ravel().tolist(), x.ravel().tolist()) if v < 0),
    "keeps the sum exact": lambda x, dy: -np.vdot(np.maximum(-x, 0), dy),
}

WRONG["2.2"] = {
    "all values": (lambda x, dy: np.vdot(dy, x), "You let all values vote"),
    "no dy": (lambda x, dy: x[x < 0].sum(), "what arrives from above, dy"),
    "a mask for x": (lambda x, dy: dy[x < 0].sum(), "You left x out"),
    "the mean": (lambda x, dy: np.sum(dy * np.minimum(x, 0)) / x.size, "You took the mean"),
    "over the examples": (lambda x, dy: np.sum(dy * np.minimum(x, 0)) / len(x), "divided by the number of examples"),
    "the other side": (lambda x, dy: dy[x > 0] @ x[x > 0], "This is the other side"),
    "the size": (lambda x, dy: np.sum(dy * np.abs(np.minimum(x, 0))), "The sign is wrong"),
    "descent": (lambda x, dy: -np.sum(dy * np.minimum(x, 0)), "The sign is wrong"),
    "per unit": (lambda x, dy: (dy * np.minimum(x, 0)).sum(0), "one gradient per unit"),
    "per example": (lambda x, dy: (dy * np.minimum(x, 0)).sum(1), "one number per example"),
    "not added up": (lambda x, dy: np.where(x < 0, x, 0) * dy, "add them up"),
    "the gradient of x": (lambda x, dy: dy * np.where(x > 0, 1, 0.25), ""),
    "1 where x > 0": (lambda x, dy: np.sum(dy * np.where(x > 0, 1, x)), "where x > 0 it is 0"),
    "|x|": (lambda x, dy: np.sum(dy * np.abs(x)), ""),
    "two sums": (lambda x, dy: dy.sum() * np.minimum(x, 0).sum(), "each value by its own dy"),
    "α of 0.25 times": (lambda x, dy: np.sum(0.25 * dy * np.minimum(x, 0)), ""),
    "an array of one": (lambda x, dy: np.array([[np.sum(dy * np.minimum(x, 0))]]), "only the shape is not"),
    "a matrix product": (lambda x, dy: dy.T @ np.minimum(x, 0), ""),
}


# 2.3


def softmax_loops(scores):
    p = np.zeros(scores.shape)
    for i, row in enumerate(scores):
        m = max(row)
        e = [math.exp(s - m) for s in row]
        for k in range(len(row)):
            p[i, k] = e[k] / sum(e)
    return p


def saito_transposed(x):
    x = x.T
    x = x - np.max(x, axis=0)
    y = np.exp(x) / np.sum(np.exp(x), axis=0)
    return y.T


def saito_rows(x):
    x = x - x.max(axis=1)[:, np.newaxis]
    x = np.exp(x)
    return x / x.sum(axis=1).reshape(-1, 1)


def cs231n(scores):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return np.exp(log_p)


def row_by_row(scores):
    def softmax(s):
        e = np.exp(s - s.max())
        return e / e.sum()

    return [list(softmax(row)) for row in scores]


def softmax_float32(scores):
    s = scores.astype("float32")
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def after(shift, guard=0.0):
    """The softmax after `shift` was subtracted, with a number added to the sum against a division by 0."""
    return lambda s: np.exp(s - shift(s)) / (np.sum(np.exp(s - shift(s)), axis=1, keepdims=True) + guard)


RIGHT["2.3"] = {
    "loops": softmax_loops,
    "Saito, transposed": saito_transposed,
    "newaxis and reshape": saito_rows,
    "CS231n, through the logarithm": cs231n,
    "row by row, lists": row_by_row,
    "float32": softmax_float32,
    "logaddexp": lambda s: np.exp(s - np.logaddexp.reduce(s, axis=1)[:, None]),
    "differences of scores": lambda s: 1 / np.exp(np.minimum(s[:, None, :] - s[:, :, None], 700)).sum(axis=2),
    "einsum": lambda s: np.einsum("nk,n->nk", np.exp(s - s.max(1)[:, None]), 1 / np.exp(s - s.max(1)[:, None]).sum(1)),
    "apply_along_axis": lambda s: np.apply_along_axis(lambda r: np.exp(r - r.max()) / np.exp(r - r.max()).sum(), 1, s),
    # Needless, and no mistake: the sum is at least 1, so it changes less than float32 does.
    "a guard that does nothing": after(lambda s: s.max(axis=1, keepdims=True), 1e-8),
}

WRONG["2.3"] = {
    "not shifted": (after(lambda s: 0), "the machine is not"),
    "one maximum": (after(np.max), "the largest score of the whole table"),
    "not shifted, a guard": (after(lambda s: 0, 1e-12), "the machine is not"),
    "one maximum, a guard": (after(np.max, 1e-8), "turns 0/0 into 0"),
    "one maximum, a smaller guard": (after(np.max, 1e-12), "turns 0/0 into 0"),
    "a large guard": (after(lambda s: s.max(axis=1, keepdims=True), 1e-3), "no longer small"),
    "columns": (lambda s: softmax_float32(s.T).T, "Your columns sum to 1"),
    "one sum": (lambda s: np.exp(s - s.max()) / np.sum(np.exp(s - s.max())), "All probabilities together sum to 1"),
    "one sum, the maximum of each row": (
        lambda s: np.exp(s - s.max(1)[:, None]) / np.exp(s - s.max(1)[:, None]).sum(),
        "All probabilities together sum to 1",
    ),
    "mean": (after(lambda s: s.mean(axis=1)[:, None]), "Subtracting the mean helps"),
    "not divided": (lambda s: np.exp(s - s.max(axis=1)[:, None]), "has to be divided by its sum"),
    "logarithms": (lambda s: s - np.logaddexp.reduce(s, axis=1, keepdims=True), "These are the logarithms"),
    "sigmoid": (
        lambda s: np.where(
            s < 0, np.exp(np.minimum(s, 0)) / (1 + np.exp(np.minimum(s, 0))), 1 / (1 + np.exp(-np.maximum(s, 0)))
        ),
        "This is the sigmoid of every score",
    ),
    "the minimum": (after(lambda s: s.min(axis=1, keepdims=True)), "smallest score"),
    "no keepdims": (lambda s: np.exp(s - s.max(axis=1)) / np.exp(s - s.max(axis=1)).sum(axis=1), "keepdims=True"),
    "no keepdims in the maximum": (after(lambda s: s.max(axis=1)), "keepdims=True"),
    "no keepdims in the sum": (
        lambda s: np.exp(s - s.max(axis=1, keepdims=True)) / np.exp(s - s.max(axis=1, keepdims=True)).sum(axis=1),
        "keepdims=True",
    ),
    "divided by the largest": (lambda s: after(lambda s: 0)(s / s.max(axis=1, keepdims=True)), ""),
    "cut off at 500": (lambda s: after(lambda s: 0)(np.clip(s, -500, 500)), "cut off large values"),
    "cut off at 700": (lambda s: after(lambda s: 0)(np.clip(s, -700, 700)), "cut off large values"),
    "only large ones cut off at 500": (lambda s: after(lambda s: 0)(np.minimum(s, 500)), "cut off large values"),
    "only large ones cut off at 700": (lambda s: after(lambda s: 0)(np.minimum(s, 700)), "cut off large values"),
    "the exponentials cut off": (
        lambda s: (e := np.clip(np.exp(s), None, 1e300)) / e.sum(axis=1, keepdims=True),
        "cut off large",
    ),
    "the first score": (after(lambda s: s[:, :1]), ""),
    "the last score": (after(lambda s: s[:, -1:]), ""),
    "shares of the scores": (lambda s: s / s.sum(axis=1, keepdims=True), ""),
    "the maximum added": (after(lambda s: -s.max(axis=1, keepdims=True)), ""),
    "powers of 2": (lambda s: 2 ** (s - s.max(1)[:, None]) / (2 ** (s - s.max(1)[:, None])).sum(1)[:, None], ""),
    "the winner": (lambda s: s.argmax(axis=1), ""),
    "one-hot": (lambda s: (s == s.max(axis=1, keepdims=True)) * 1.0, "largest score gets 1"),
    "transposed": (lambda s: cs231n(s).T, "Transposed, your numbers are right"),
    "backwards": (lambda s: cs231n(-s), ""),
}
