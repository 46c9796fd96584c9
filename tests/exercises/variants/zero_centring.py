"""Answers to the exercises of chapter 03."""

import numpy as np

# 3.1


def gradient_loops(x, upstream):
    B, d = x.shape
    grad = np.zeros(d)
    for i in range(d):
        for b in range(B):
            grad[i] += upstream[b] * x[b, i]
        grad[i] /= B
    return grad


def gradient_list(x, upstream):
    return [sum(g * value for g, value in zip(upstream, column)) / len(upstream) for column in x.T]


def backward(x, upstream):
    """Saito's Affine layer, with one output and the mean taken at the loss."""
    dout = (upstream / x.shape[0]).reshape(-1, 1)
    return np.dot(x.T, dout).ravel()


RIGHT = {
    "3.1": {
        "loops": gradient_loops,
        "list": gradient_list,
        "Affine.backward": backward,
        "einsum": lambda x, upstream: np.einsum("b,bi->i", upstream, x) / x.shape[0],
        "float32": lambda x, upstream: np.mean(x.astype("f4") * upstream.astype("f4")[:, None], axis=0),
        "mean of the products": lambda x, upstream: (x.T * upstream).mean(axis=1),
        "average": lambda x, upstream: np.add.reduce(upstream.reshape(-1, 1) * x) / len(upstream),
        "row by row": lambda x, upstream: np.mean([g * row for g, row in zip(upstream, x)], axis=0),
    }
}

WRONG = {
    "3.1": {
        "no upstream": (lambda x, upstream: x.sum(axis=0) / len(x), "This is the gradient of f"),
        "sizes": (lambda x, upstream: (abs(upstream)[:, None] * x).mean(0), "You took the size of the upstream"),
        "signs": (lambda x, upstream: (np.where(upstream > 0, 1, -1)[:, None] * x).mean(0), "You kept the sign"),
        "two means": (lambda x, upstream: np.mean(upstream) * np.mean(x, axis=0), "You multiplied two means"),
        "the sum": (lambda x, upstream: (x * upstream[:, None]).sum(axis=0), "This is the sum over the batch"),
        "each example": (lambda x, upstream: (x.T * upstream).T, "gradients of the single examples"),
        "columns by upstream": (
            lambda x, upstream: np.sum(upstream * x, axis=0) / len(x),
            "Each row has its own factor",
        ),
        "descent": (lambda x, upstream: -(x * upstream[:, None]).mean(axis=0), "where gradient descent goes"),
        "over the inputs": (lambda x, upstream: x.T @ upstream / len(x[0]), "You divided by the number of inputs"),
        "over everything": (lambda x, upstream: (x.T @ upstream) / x.size, "how many numbers x holds"),
        "the mean of all": (lambda x, upstream: np.mean(x * upstream[:, None]), "one number for all weights"),
        "the first example": (lambda x, upstream: upstream[0] * x[0], "gradient of the first example alone"),
        "the last example": (lambda x, upstream: upstream[-1] * x[-1], ""),
        "a row": (lambda x, upstream: (upstream[:, None] * x).mean(axis=0, keepdims=True), "only the shape is not"),
        "a column": (lambda x, upstream: x.T @ upstream[:, None] / len(x), "only the shape is not"),
        "the mean of f": (lambda x, upstream: np.mean(upstream[:, None] * x, axis=1), ""),
        "half": (lambda x, upstream: upstream @ x / (2 * len(x)), ""),
        "squares": (lambda x, upstream: upstream**2 @ x / len(x), ""),
        "sizes of x": (lambda x, upstream: upstream @ np.abs(x) / len(x), ""),
        "positive part of x": (lambda x, upstream: upstream @ np.maximum(x, 0) / len(x), ""),
        "over the root of B": (lambda x, upstream: upstream @ x / np.sqrt(len(x)), ""),
    }
}


# 3.2


def gradients(x, upstream):
    return np.mean(x * upstream[:, :, np.newaxis], axis=1)


def share(test):
    """The share of the batches whose gradient passes."""
    return lambda x, upstream: np.mean([bool(test(row)) for row in gradients(x, upstream)])


def one_sign(row):
    return all(v > 0 for v in row) or all(v < 0 for v in row)


def share_loops(x, upstream):
    count = 0
    for n in range(x.shape[0]):
        gradient = [sum(upstream[n, b] * x[n, b, i] for b in range(x.shape[1])) for i in range(x.shape[2])]
        if min(gradient) > 0 or max(gradient) < 0:
            count += 1
    return count / x.shape[0]


RIGHT["3.2"] = {
    "loops": share_loops,
    "row by row": share(one_sign),
    "einsum": lambda x, upstream: np.mean(np.ptp(np.sign(np.einsum("nb,nbi->ni", upstream, x)), axis=1) == 0),
    "signs added up": lambda x, upstream: np.mean(np.abs(np.sign(gradients(x, upstream)).sum(axis=1)) == x.shape[2]),
    "matmul": lambda x, upstream: np.mean(abs(np.sign(upstream[:, None] @ x).mean(axis=2)) == 1),
    "float32": lambda x, upstream: np.float32(share(one_sign)(np.float32(x), np.float32(upstream))),
    "like the first sign": lambda x, upstream: np.mean(
        (gradients(x, upstream) * gradients(x, upstream)[:, :1] > 0).all(axis=1)
    ),
    "two shares": lambda x, upstream: (
        share(lambda row: row.min() > 0)(x, upstream) + share(lambda row: row.max() < 0)(x, upstream)
    ),
}

WRONG["3.2"] = {
    "positive": (share(lambda row: min(row) > 0), "You count only the gradients that are all positive"),
    "negative": (share(lambda row: max(row) < 0), "You count only the gradients that are all negative"),
    "each example": (
        lambda x, upstream: np.mean([one_sign(g * row) for gs, rows in zip(upstream, x) for g, row in zip(gs, rows)]),
        "the gradient of every single",
    ),
    "no upstream": (lambda x, upstream: np.mean([one_sign(rows.mean(axis=0)) for rows in x]), "upstream gradient is"),
    "product": (share(lambda row: np.prod(row) > 0), "A positive product"),
    "share of the majority": (
        lambda x, upstream: np.mean([max(np.mean(row > 0), np.mean(row < 0)) for row in gradients(x, upstream)]),
        "of the majority sign",
    ),
    **{
        f"more than {most}": (
            share(lambda row, most=most: max(np.mean(row > 0), np.mean(row < 0)) > most),
            "whether most of the components",
        )
        for most in (0.5, 0.75, 0.8, 0.9)
    },
    "more than 0.95": (share(lambda row: max(np.mean(row > 0), np.mean(row < 0)) > 0.95), ""),
    "with zeros": (share(lambda row: np.all(row >= 0) or np.all(row <= 0)), "exactly 0 is neither"),
    "not mixed": (share(lambda row: not (min(row) < 0 < max(row))), "exactly 0 is neither"),
    "all or none positive": (
        lambda x, upstream: np.mean(abs(np.mean((upstream[:, None] @ x)[:, 0] > 0, axis=1) - 0.5) == 0.5),
        "exactly 0 is neither",
    ),
    "any": (share(lambda row: np.any(row > 0)), "`any` asks"),
    "mixed": (share(lambda row: not one_sign(row)), "the share of gradients with mixed signs"),
    "count": (lambda x, upstream: sum(one_sign(row) for row in gradients(x, upstream)), "This is a count"),
    "upstream": (lambda x, upstream: np.mean([one_sign(gs) for gs in upstream]), "signs of the upstream gradients"),
    "two components": (share(lambda row: row[0] * row[1] > 0), "first two components"),
    "first and last": (share(lambda row: row[0] * row[-1] > 0), ""),
    "the sum": (share(lambda row: row.sum() > 0), ""),
    "a mean upstream": (
        lambda x, upstream: np.mean([one_sign(gs.mean() * rows.mean(axis=0)) for gs, rows in zip(upstream, x)]),
        "You multiplied two means",
    ),
    "one mask": (lambda x, upstream: [one_sign(row) for row in gradients(x, upstream)], "True or False"),
    "in per cent": (lambda x, upstream: 100 * share(one_sign)(x, upstream), ""),
    "down the batches": (lambda x, upstream: np.mean([one_sign(column) for column in gradients(x, upstream).T]), ""),
    "the sign of each component": (lambda x, upstream: np.mean(gradients(x, upstream) > 0), ""),
}


# 3.3


def kappa(H):
    values = np.linalg.eigvalsh(H)
    return values.max() / values.min()


def H(x):
    return np.einsum("ni,nj->ij", x, x) / x.shape[0]


def both(measure):
    """The pair of `measure(x)` for x as it is and centred."""
    return lambda x: np.array([measure(x), measure(x - np.mean(x, axis=0))])


def condition_loops(x):
    n, d = x.shape
    found = []
    for centre in (False, True):
        mean = [sum(x[:, i]) / n if centre else 0.0 for i in range(d)]
        h = [[sum((x[b, i] - mean[i]) * (x[b, j] - mean[j]) for b in range(n)) / n for j in range(d)] for i in range(d)]
        found.append(kappa(np.array(h)))
    return found


def condition_svd(x):
    s = np.linalg.svd(x, compute_uv=False)
    s_c = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    return (s[0] / s[-1]) ** 2, (s_c[0] / s_c[-1]) ** 2


RIGHT["3.3"] = {
    "loops": condition_loops,
    "singular values, a tuple": condition_svd,
    "einsum": both(lambda x: kappa(H(x))),
    "np.linalg.cond": both(lambda x: np.linalg.cond(x.T @ x)),
    "cond squared": both(lambda x: np.linalg.cond(x) ** 2),
    "float32": lambda x: both(lambda x: kappa(H(x)))(np.float32(x)),
    "covariance": lambda x: [kappa(H(x)), kappa(np.cov(x, rowvar=False))],
    "eigvals": both(lambda x: max(np.linalg.eigvals(H(x))) / min(np.linalg.eigvals(H(x)))),
    "norms": both(lambda x: np.linalg.norm(H(x), 2) * np.linalg.norm(np.linalg.inv(H(x)), 2)),
}

WRONG["3.3"] = {
    "covariance twice": (lambda x: [kappa(np.cov(x, rowvar=False, ddof=0))] * 2, "np.cov subtracts the mean"),
    "of x": (both(np.linalg.cond), "These are the condition numbers of x"),
    "one mean": (lambda x: [kappa(H(x)), kappa(H(x - np.mean(x)))], "You subtracted one number"),
    "each example's mean": (
        lambda x: [kappa(H(x)), np.linalg.cond(H((x.T - x.mean(axis=1)).T))],
        "Your second H has an eigenvalue 0",
    ),
    "the Hessian centred": (lambda x: [kappa(H(x)), np.linalg.cond(H(x) - H(x).mean(axis=0))], "Your second H has"),
    "standardised": (lambda x: [kappa(H(x)), kappa(H((x - x.mean(0)) / x.std(0)))], "You also divided by the standard"),
    "order": (lambda x: both(lambda x: kappa(H(x)))(x)[::-1], "in the wrong order"),
    "largest": (both(lambda x: np.linalg.eigvalsh(H(x)).max()), "These are the largest eigenvalues"),
    "upside down": (both(lambda x: 1 / kappa(H(x))), "The fraction is upside down"),
    "as it is, twice": (lambda x: [kappa(H(x))] * 2, "Both of your numbers belong to x as it is"),
    "white inputs": (lambda x: [1 + np.sum(x.mean(axis=0) ** 2), 1.0], "1 + ‖μ‖² holds for white inputs"),
    "diagonal": (both(lambda x: np.mean(x**2, axis=0).max() / np.mean(x**2, axis=0).min()), "of its diagonal"),
    "the first alone": (lambda x: kappa(H(x)), "only the first of what is asked for"),
    "the second alone": (lambda x: kappa(H(x - x.mean(axis=0))), "only the last of what is asked for"),
    "a column": (lambda x: both(lambda x: kappa(H(x)))(x)[:, None], "only the shape is not"),
    "the smallest": (both(lambda x: np.linalg.eigvalsh(H(x)).min()), ""),
    "their difference": (both(lambda x: np.ptp(np.linalg.eigvalsh(H(x)))), ""),
    "the trace": (both(lambda x: np.trace(H(x))), ""),
    "x xᵀ": (both(lambda x: np.linalg.cond(x @ x.T)), ""),
    "the median": (lambda x: [kappa(H(x)), kappa(H(x - np.median(x, axis=0)))], ""),
    "κ squared": (both(lambda x: kappa(H(x)) ** 2), ""),
}
