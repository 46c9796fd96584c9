"""Answers to the exercises of chapter 09."""

import math

import numpy as np

# 9.1


def loss_loops(sizes, std, decay):
    weights = 0
    for i in range(len(sizes) - 1):
        weights += sizes[i] * sizes[i + 1]
    return math.log(sizes[-1]) + decay / 2 * weights * std**2


def equal_scores(sizes, std, decay):
    """Softmax and loss of scores that are 0, and the penalty layer by layer."""
    scores = np.zeros(sizes[-1])
    p = np.exp(scores) / np.sum(np.exp(scores))
    loss = -np.log(p[0])
    for n, m in zip(sizes, sizes[1:]):
        loss += 0.5 * decay * n * m * std * std
    return loss


def loss_float32(sizes, std, decay):
    s = np.float32(sizes)
    return np.log(s[-1]) + np.float32(0.5 * decay) * np.float32(std) ** 2 * (s[:-1] * s[1:]).sum()


def as_variance(sizes, std, decay):
    shapes = [(sizes[i - 1], sizes[i]) for i in range(1, len(sizes))]
    return -math.log(1 / sizes[-1]) + 0.5 * decay * std**2 * sum(np.empty(shape).size for shape in shapes)


def weights_of_std(sizes, std, decay):
    """Weights that are +σ and −σ have a mean square of exactly σ²."""
    return np.log(sizes[-1]) + sum(
        0.5 * decay * np.sum(np.full((n, m), std) ** 2) for n, m in zip(sizes[:-1], sizes[1:])
    )


RIGHT = {
    "9.1": {
        "loops": loss_loops,
        "equal scores": equal_scores,
        "float32": loss_float32,
        "sizes of arrays": as_variance,
        "arrays": weights_of_std,
        "einsum": lambda n, s, d: np.log(n[-1]) + 0.5 * d * s**2 * np.einsum("i,i->", n[:-1], n[1:]),
        "np.dot, an array": lambda n, s, d: np.array(math.log(n[-1]) + d * s**2 * np.dot(n[:-1], n[1:]) / 2),
        "base 2": lambda n, s, d: (
            math.log2(n[-1]) * math.log(2) + math.fsum(a * b * d * s * s / 2 for a, b in pairs(n))
        ),
    }
}


def pairs(sizes):
    return list(zip(sizes[:-1], sizes[1:]))


def sum_of(first, weights=lambda n: sum(a * b for a, b in pairs(n)), each=lambda std, decay: decay * std**2 / 2):
    """`first(C)` plus what each weight adds times their number."""
    return lambda sizes, std, decay: first(sizes[-1]) + each(std, decay) * weights(sizes)


def drawn(sizes, std, decay):
    rng = np.random.RandomState(0)
    return math.log(sizes[-1]) + sum(0.5 * decay * np.sum(rng.normal(0, std, pair) ** 2) for pair in pairs(sizes))


WRONG = {
    "9.1": {
        "ln C": (lambda sizes, std, decay: np.log(sizes[-1]), "That is the first part"),
        "no ½": (sum_of(math.log, each=lambda std, decay: decay * std**2), "The ½ of the penalty"),
        "σ": (sum_of(math.log, each=lambda std, decay: decay * std / 2), "You multiplied by σ"),
        "log10": (sum_of(np.log10), "the natural logarithm"),
        "log2": (sum_of(np.log2), "the natural logarithm"),
        "units": (sum_of(math.log, sum), "You counted units"),
        "biases": (sum_of(math.log, lambda n: sum((a + 1) * b for a, b in pairs(n))), "You counted the biases"),
        "ln of the inputs": (lambda n, *a: loss_loops(n, *a) + math.log(n[0] / n[-1]), "the LAST of the sizes"),
        "1/C": (sum_of(lambda C: 1 / C), "1/C is the probability"),
        "1 − 1/C": (sum_of(lambda C: 1 - 1 / C), "1/C is the probability"),
        "C": (sum_of(float), "You added C itself"),
        "ln 1/C": (sum_of(lambda C: math.log(1 / C)), "The first part is negative"),
        "one weight": (sum_of(math.log, lambda n: 1), "the penalty of a single weight"),
        "first layer": (sum_of(math.log, lambda n: n[0] * n[1]), "the weights of one layer only"),
        "last layer": (sum_of(math.log, lambda n: n[-2] * n[-1]), "the weights of one layer only"),
        "product of all": (sum_of(math.log, np.prod), "You multiplied all sizes"),
        "the penalty": (sum_of(lambda C: 0), "This is the penalty alone"),
        "no λ": (sum_of(math.log, each=lambda std, decay: std**2 / 2), "λ is missing"),
        "drawn": (drawn, ""),
        "(σn)²": (sum_of(math.log, lambda n: sum(a * b for a, b in pairs(n)) ** 2), ""),
        "minus the penalty": (sum_of(math.log, each=lambda std, decay: -decay * std**2 / 2), ""),
        "per image": (lambda n, s, d: loss_loops(n, s, d) / n[0], ""),
        "both": (lambda n, s, d: (math.log(n[-1]), loss_loops(n, s, d)), "The second of these is the answer"),
        "Xavier": (sum_of(math.log, lambda n: sum(n[1:])), ""),
        "squares of the sizes": (sum_of(math.log, lambda n: sum(a * a for a in n)), ""),
    }
}


# 9.2


def ratio_loops(w, grad, lr):
    above = below = 0.0
    for row, slopes in zip(w, grad):
        for weight, slope in zip(row, slopes):
            above += (lr * slope) ** 2
            below += weight**2
    return math.sqrt(above / below)


def ratio_cs231n(w, grad, lr):
    """CS231n: param_scale, update_scale, of the raveled arrays."""
    param_scale = np.linalg.norm(w.ravel())
    update = -lr * grad
    update_scale = np.linalg.norm(update.ravel())
    return update_scale / param_scale


def before_and_after(w, grad, lr):
    after = w.copy()
    after -= lr * grad
    return np.linalg.norm(after - w, "fro") / np.linalg.norm(w, "fro")


def ratio_float32(w, grad, lr):
    w, update = np.float32(w), np.float32(lr) * np.float32(grad)
    return np.sqrt(np.sum(update * update) / np.sum(w * w))


RIGHT["9.2"] = {
    "loops": ratio_loops,
    "CS231n": ratio_cs231n,
    "before and after": before_and_after,
    "float32": ratio_float32,
    "einsum": lambda w, g, lr: lr * (np.einsum("ij,ij", g, g) / np.einsum("ij,ij", w, w)) ** 0.5,
    "root mean squares": lambda w, g, lr: lr * np.sqrt(np.mean(g**2)) / np.sqrt(np.mean(w**2)),
    "lists": lambda w, g, lr: lr * math.hypot(*g.ravel().tolist()) / math.hypot(*w.ravel().tolist()),
    "trace": lambda w, g, lr: np.sqrt(np.trace(lr * g.T @ g * lr)) / np.sqrt(np.trace(w.T @ w)),
}


def length(a):
    return np.sum(a**2) ** 0.5


WRONG["9.2"] = {
    "the gradient": (lambda w, g, lr: length(g) / length(w), "the ratio of the GRADIENT"),
    "upside down": (lambda w, g, lr: length(w) / length(lr * g), "Upside down"),
    "squares": (lambda w, g, lr: np.sum((lr * g) ** 2) / np.sum(w**2), "You compared sums of squares"),
    "mean of ratios": (lambda w, g, lr: np.abs(lr * g / w).mean(), "You took the mean of the ratios"),
    "absolute values": (lambda w, g, lr: np.mean(np.abs(lr * g)) / np.mean(np.abs(w)), "sums of absolute values"),
    "new weights below": (lambda w, g, lr: length(lr * g) / length(w - lr * g), "the weights AFTER the update"),
    "norm with a 2": (lambda w, g, lr: np.linalg.norm(lr * g, ord=2) / np.linalg.norm(w, ord=2), "Leave the 2 out"),
    "negative": (lambda w, g, lr: -lr * length(g) / length(w), "A length has no sign"),
    "sum of ratios": (lambda w, g, lr: np.sum(lr * np.abs(g) / np.abs(w)), "You made one number of the ratios"),
    "largest ratio": (lambda w, g, lr: (lr * np.abs(g / w)).max(), "You made one number of the ratios"),
    "norm of ratios": (lambda w, g, lr: length(lr * g / w), "You made one number of the ratios"),
    "median of ratios": (lambda w, g, lr: np.median(np.abs(lr * g / w)), "You made one number of the ratios"),
    "elementwise, as they are": (lambda w, g, lr: lr * g / w, "the ratios of single weights"),
    "elementwise": (lambda w, g, lr: np.abs(lr * g) / np.abs(w), "the ratios of single weights"),
    "elementwise, signed": (lambda w, g, lr: -lr * g / w, "the ratios of single weights"),
    "columns": (
        lambda w, g, lr: lr * np.sqrt((g**2).sum(axis=0)) / np.sqrt((w**2).sum(axis=0)),
        "one ratio per column or row",
    ),
    "rows": (
        lambda w, g, lr: lr * np.sqrt((g**2).sum(axis=1)) / np.sqrt((w**2).sum(axis=1)),
        "one ratio per column or row",
    ),
    "std": (lambda w, g, lr: np.std(lr * g) / np.std(w), "np.std subtracts the mean"),
    "√η": (lambda w, g, lr: np.sqrt(lr * np.sum(g**2) / np.sum(w**2)), "under the root"),
    "new over old": (lambda w, g, lr: length(w - lr * g) / length(w), "the length of the NEW weights"),
    "change of length": (
        lambda w, g, lr: abs(length(w - lr * g) - length(w)) / length(w),
        "not the difference of the lengths",
    ),
    "length gained": (
        lambda w, g, lr: (length(w - lr * g) - length(w)) / length(w),
        "not the difference of the lengths",
    ),
    "length lost": (lambda w, g, lr: 1 - length(w - lr * g) / length(w), "not the difference of the lengths"),
    "an array of one": (lambda w, g, lr: np.atleast_1d(lr * length(g) / length(w)), "only the shape is not"),
    "both lengths": (lambda w, g, lr: (lr * length(g), length(w)), ""),
    "largest entries": (lambda w, g, lr: lr * np.abs(g).max() / np.abs(w).max(), ""),
    "per cent": (lambda w, g, lr: 100 * lr * length(g) / length(w), ""),
    "of the sum": (lambda w, g, lr: lr * length(g) / (length(w) + lr * length(g)), ""),
    "over the count": (lambda w, g, lr: lr * length(g) / length(w) / w.size, ""),
}


# 9.3


def statements(train, val):
    gap = train - val
    if gap > 0.1:
        return 1
    elif train < 0.9:
        return 2
    else:
        return 0


def last_word(train, val):
    """From the weakest reason to the strongest; the last one that holds counts."""
    answer = 0
    if train < 0.9:
        answer = 2
    if val < train - 0.1:
        answer = 1
    return answer


def conditions(train, val):
    overfits = train > val + 0.1
    underfits = not overfits and train < 0.9
    return 1 * overfits + 2 * underfits


RIGHT["9.3"] = {
    "statements": statements,
    "last word": last_word,
    "conditions": conditions,
    "np.select": lambda train, val: np.select([train - val > 0.1, train < 0.9], [1, 2], 0),
    "np.where": lambda train, val: np.where(train - val > 0.1, 1, np.where(train < 0.9, 2, 0)),
    "a list": lambda train, val: [0, 2, 1, 1][(train < 0.9) + 2 * (train - val > 0.1)],
    "per cent": lambda train, val: 1 if round(100 * (train - val), 6) > 10 else 2 * (round(100 * train, 6) < 90),
    "float": lambda train, val: 1.0 if train - val > 0.1 else 0.0 if train >= 0.9 else 2.0,
    "float32": lambda train, val: np.float32(1 if train - val > 0.1 else 2 if not train >= 0.9 else 0),
}


def if_else(gap, low):
    return lambda train, val: 1 if gap(train, val) else 2 if low(train, val) else 0


def gap(train, val):
    return train - val > 0.1


def low(train, val):
    return train < 0.9


WRONG["9.3"] = {
    "the notes": (if_else(gap, lambda t, v: True), "the rule of the notes"),
    "absolute": (if_else(lambda t, v: abs(t - v) > 0.1, low), "is no overfitting"),
    "level first": (lambda t, v: 2 if low(t, v) else 1 if gap(t, v) else 0, "You asked for the level first"),
    "two ifs": (lambda t, v: 2 if low(t, v) else int(gap(t, v)), "You asked for the level first"),
    "validation": (if_else(gap, lambda t, v: v < 0.9), "You looked at the validation accuracy"),
    "swapped": (lambda t, v: 2 if gap(t, v) else 1 if low(t, v) else 0, "You swapped 1 and 2"),
    "val − train": (if_else(lambda t, v: v - t > 0.1, low), "The gap is training minus validation"),
    "no enlarging": (if_else(gap, lambda t, v: False), "You never enlarge"),
    "relative": (if_else(lambda t, v: (t - v) / t > 0.1, low), "You divided the gap"),
    "relative to validation": (if_else(lambda t, v: t > 1.1 * v, low), "You divided the gap"),
    "both low": (if_else(gap, lambda t, v: t < 0.9 and v < 0.9), "You ask for both to be low"),
    "one of both low": (if_else(gap, lambda t, v: min(t, v) < 0.9), "without a gap asks for nothing"),
    "≥ 0.1": (if_else(lambda t, v: t - v >= 0.1, low), "does not exceed 0.1"),
    "≤ 0.9": (if_else(gap, lambda t, v: t <= 0.9), "is not below 0.9"),
    "10 in place of 0.1": (if_else(lambda t, v: t - v > 10, low), "You never find a gap"),
    "no gap": (lambda t, v: 2 * low(t, v), "You never find a gap"),
    "leave it": (lambda t, v: 0, ""),
    "a mean": (if_else(gap, lambda t, v: (t + v) / 2 < 0.9), "The training accuracy alone decides"),
    "both": (lambda t, v: (1 if gap(t, v) else 0) + (2 if low(t, v) else 0), ""),
    "0.01": (if_else(lambda t, v: t - v > 0.01, low), ""),
    **{f"{least}": (if_else(lambda t, v, d=least: t - v > d, low), "") for least in (0.09, 0.12, 0.14, 0.2)},
    **{f"below {most}": (if_else(gap, lambda t, v, m=most: t < m), "") for most in (0.8, 0.86, 0.91, 0.95)},
    "twice the errors": (if_else(lambda t, v: gap(t, v) and 1 - v > 2 * (1 - t), low), ""),
    "high": (if_else(gap, lambda t, v: t > 0.9), ""),
    "0.95": (if_else(gap, lambda t, v: t < 0.95), ""),
    "flags": (lambda t, v: (gap(t, v), low(t, v)), "True or False"),
}
