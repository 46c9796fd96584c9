"""Answers to the exercises of chapter 06."""

import numpy as np

# 6.1


def normal_loops(x, gamma, beta, eps):
    m, n = x.shape
    y = np.zeros((m, n))
    for j in range(n):
        mean = sum(x[i, j] for i in range(m)) / m
        variance = sum((x[i, j] - mean) ** 2 for i in range(m)) / m
        for i in range(m):
            y[i, j] = gamma[j] * (x[i, j] - mean) / (variance + eps) ** 0.5 + beta[j]
    return y


def saito(x, gamma, beta, eps):
    mu = x.mean(axis=0)
    xc = x - mu
    var = np.mean(xc**2, axis=0)
    std = np.sqrt(var + eps)
    xn = xc / std
    return gamma * xn + beta


def cs231n(x, gamma, beta, eps):
    N = x.shape[0]
    mu = 1.0 / N * np.sum(x, axis=0)
    xmu = x - mu
    sqrtvar = np.sqrt(1.0 / N * np.sum(xmu**2, axis=0) + eps)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    return gamma * xhat + beta


def column_by_column(x, gamma, beta, eps):
    columns = [g * (c - np.mean(c)) / np.sqrt(np.var(c) + eps) + b for c, g, b in zip(x.T, gamma, beta)]
    return np.transpose(columns).tolist()


def normal_float32(x, gamma, beta, eps):
    x = x.astype(np.float32)
    return np.float32(gamma) * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + np.float32(eps)) + np.float32(beta)


def scale_and_shift(x, gamma, beta, eps):
    """γ/√(σ² + ε) · x + (β − γμ/√(σ² + ε)), as one layer."""
    scale = gamma / np.sqrt(x.var(0) + eps)
    return x * scale + (beta - x.mean(0) * scale)


def of_squares(x, gamma, beta, eps):
    return gamma * (x - x.mean(0)) / np.sqrt(np.mean(x**2, 0) - x.mean(0) ** 2 + eps) + beta


def xhat(x, eps):
    return (x - x.mean(0)) / np.sqrt(x.var(0) + eps)


RIGHT = {
    "6.1": {
        "loops": normal_loops,
        "Saito": saito,
        "CS231n": cs231n,
        "column by column, lists": column_by_column,
        "float32": normal_float32,
        "one layer": scale_and_shift,
        "E[x²] − μ²": of_squares,
        "transposed twice": lambda x, g, b, e: (
            (g[:, None] * (x.T - x.T.mean(1, keepdims=True)) / np.sqrt(x.T.var(1, keepdims=True) + e) + b[:, None]).T
        ),
        "einsum": lambda x, g, b, e: np.einsum("ij,j->ij", x - x.mean(0), g * (x.var(0) + e) ** -0.5) + b,
    }
}

WRONG = {
    "6.1": {
        "no square": (
            lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt((x - x.mean(0)).mean(0) + e) + b,
            "lacks its square",
        ),
        "m − 1": (lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + e) + b, "by m − 1"),
        **{
            f"ε = {own}": (lambda x, g, b, e, own=own: g * (x - x.mean(0)) / np.sqrt(x.var(0) + own) + b, "")
            for own in (1e-8, 1e-7, 1e-5)
        },
        "ε + 1e-6": (lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt(x.var(0) + e + 1e-6) + b, ""),
        "ε outside": (lambda x, g, b, e: g * (x - x.mean(0)) / (x.std(0) + e) + b, "outside the root"),
        "variance": (lambda x, g, b, e: g * (x - x.mean(0)) / (x.var(0) + e) + b, "You divide by the variance"),
        "layer normalisation": (lambda x, g, b, e: g * xhat(x.T, e).T + b, "that is layer normalisation"),
        "one mean": (lambda x, g, b, e: g * (x - np.mean(x)) / np.sqrt(np.var(x) + e) + b, "mixes the units"),
        "x̂": (lambda x, g, b, e: xhat(x, e), "This is x̂"),
        "γ and β swapped": (lambda x, g, b, e: b * xhat(x, e) + g, "have changed places"),
        "γ(x̂ + β)": (lambda x, g, b, e: g * (xhat(x, e) + b), "added after the scaling"),
        "mean of squares": (
            lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt((x * x).mean(0) + e) + b,
            "This is the mean of x²",
        ),
        "no ε": (lambda x, g, b, e: g * (x - np.mean(x, axis=0)) / np.std(x, axis=0) + b, "ε is missing"),
        "no γ": (lambda x, g, b, e: xhat(x, e) + b, "γ is missing"),
        "no β": (lambda x, g, b, e: g * xhat(x, e), "β is missing"),
        "not centred": (lambda x, g, b, e: g * x / np.sqrt(x.var(axis=0) + e) + b, "inside the variance only"),
        "not divided": (lambda x, g, b, e: g * (x - x.mean(axis=0)) + b, "The division is missing"),
        "sum of squares": (
            lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt(((x - x.mean(0)) ** 2).sum(0) + e) + b,
            "added up and not averaged",
        ),
        "transposed": (lambda x, g, b, e: saito(x, g, b, e).T, "Transposed, your numbers are right"),
        "with x̂": (lambda x, g, b, e: (saito(x, g, b, e), xhat(x, e)), "The first of these is the answer"),
        "median": (lambda x, g, b, e: g * (x - np.median(x, 0)) / np.sqrt(x.var(0) + e) + b, ""),
        "multiplied": (lambda x, g, b, e: g * (x - x.mean(0)) * np.sqrt(x.var(0) + e) + b, ""),
        "μ added": (lambda x, g, b, e: g * (x + x.mean(0)) / np.sqrt(x.var(0) + e) + b, ""),
        "range": (lambda x, g, b, e: g * (x - x.min(0)) / (np.ptp(x, axis=0) + e) + b, ""),
        "ε = 1e-5": (lambda x, g, b, e: saito(x, g, b, 1e-5), ""),
    }
}


# 6.2


def staged(dy, x, gamma, eps):
    """CS231n, one node of the graph at a time."""
    N = len(dy)
    xmu = x - x.mean(axis=0)
    sqrtvar = np.sqrt(np.mean(xmu**2, axis=0) + eps)
    ivar = 1.0 / sqrtvar
    dxhat = dy * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / sqrtvar**2 * divar
    dvar = 0.5 * ivar * dsqrtvar
    dsq = np.ones(dy.shape) / N * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -np.sum(dx1, axis=0)
    return dx1 + np.ones(dy.shape) / N * dmu


def saito_back(dy, x, gamma, eps):
    batch_size = len(x)
    xc = x - x.mean(axis=0)
    std = np.sqrt(np.mean(xc**2, axis=0) + eps)
    xn = xc / std
    dxn = gamma * dy
    dxc = dxn / std
    dstd = -np.sum((dxn * xc) / (std * std), axis=0)
    dvar = 0.5 * dstd / std
    dxc += (2.0 / batch_size) * xc * dvar
    dmu = np.sum(dxc, axis=0)
    assert xn.shape == x.shape
    return dxc - dmu / batch_size


def one_line(dy, x, gamma, eps):
    n, h, root = len(x), xhat(x, eps), np.sqrt(x.var(0) + eps)
    return gamma / root / n * (n * dy - dy.sum(axis=0) - h * np.sum(dy * h, axis=0))


def jacobian(dy, x, gamma, eps):
    m = len(x)
    dx = np.empty_like(dy)
    for k, h in enumerate(xhat(x, eps).T):
        J = (np.eye(m) - 1 / m - np.outer(h, h) / m) * gamma[k] / np.sqrt(x[:, k].var() + eps)
        dx[:, k] = J @ dy[:, k]
    return dx


def back_loops(dy, x, gamma, eps):
    m, n = x.shape
    out = [[0.0] * n for _ in range(m)]
    for j in range(n):
        mean = sum(x[:, j]) / m
        root = (sum((v - mean) ** 2 for v in x[:, j]) / m + eps) ** 0.5
        h = [(v - mean) / root for v in x[:, j]]
        d = [gamma[j] * v for v in dy[:, j]]
        straight, spread = sum(d) / m, sum(a * b for a, b in zip(d, h)) / m
        for i in range(m):
            out[i][j] = (d[i] - straight - h[i] * spread) / root
    return out


def back_float32(dy, x, gamma, eps):
    return one_line(*(np.float32(a) for a in (dy, x, gamma)), np.float32(eps))


def measured(dy, x, gamma, eps):
    """Central differences of the loss Σ dy ∘ y."""
    dx, h = np.zeros_like(x), 1e-5
    for place in np.ndindex(x.shape):
        for sign in (1, -1):
            moved = x.copy()
            moved[place] += sign * h
            dx[place] += sign * np.sum(dy * gamma * xhat(moved, eps)) / (2 * h)
    return dx


RIGHT["6.2"] = {
    "CS231n, staged": staged,
    "CS231n, one line": one_line,
    "Saito": saito_back,
    "Jacobian": jacobian,
    "loops, lists": back_loops,
    "float32": back_float32,
    "measured": measured,
    "einsum": lambda dy, x, g, e: (
        g / np.sqrt(x.var(0) + e) * (dy - dy.mean(0) - xhat(x, e) * np.einsum("ij,ij->j", dy, xhat(x, e)) / len(x))
    ),
    "inverse root": lambda dy, x, g, e: (
        g * (x.var(0) + e) ** -0.5 * (dy - np.mean(dy, 0) - xhat(x, e) * np.mean(dy * xhat(x, e), 0))
    ),
}


def root(x, eps):
    return np.sqrt(x.var(axis=0) + eps)


def wrong_back(straight, spread):
    """γ/root · (dy − straight − spread)."""
    return lambda dy, x, g, e: g / root(x, e) * (dy - straight(dy) - spread(dy, xhat(x, e), x))


def none(*_):
    return 0


def by_mean(dy):
    return dy.mean(axis=0)


def by_spread(dy, h, _):
    return h * np.mean(dy * h, axis=0)


WRONG["6.2"] = {
    "constants": (wrong_back(none, none), "You took μ and σ for constants"),
    "no σ²": (wrong_back(by_mean, none), "the one through σ² is missing"),
    "product of means": (
        wrong_back(by_mean, lambda dy, h, x: h * dy.mean(0) * h.mean(0)),
        "the product of the means is 0",
    ),
    "no μ": (wrong_back(none, by_spread), "the one through μ is missing"),
    "no γ": (lambda dy, x, g, e: one_line(dy, x, np.ones(len(g)), e), "γ is missing"),
    "sums": (
        wrong_back(lambda dy: dy.sum(0), lambda dy, h, x: h * np.sum(dy * h, axis=0)),
        "Both averages became sums",
    ),
    "not divided": (lambda dy, x, g, e: root(x, e) * one_line(dy, x, g, e), "The division by √(σ² + ε) is missing"),
    "plus": (wrong_back(by_mean, lambda dy, h, x: -h * np.mean(dy * h, 0)), "The sign of the last term"),
    "x for x̂": (wrong_back(by_mean, lambda dy, h, x: x * np.mean(dy * x, 0)), "You used x, or x − μ, in the"),
    "x outside": (
        wrong_back(by_mean, lambda dy, h, x: x * np.mean(dy * h, 0)),
        "You used x, or x − μ, in the",
    ),
    "x inside": (
        wrong_back(by_mean, lambda dy, h, x: h * np.mean(dy * x, 0)),
        "You used x, or x − μ, in the",
    ),
    "x − μ for x̂": (
        wrong_back(by_mean, lambda dy, h, x: (x - x.mean(0)) * np.mean(dy * (x - x.mean(0)), 0)),
        "You used x, or x − μ, in the",
    ),
    "x − μ outside": (
        wrong_back(by_mean, lambda dy, h, x: (x - x.mean(0)) * np.mean(dy * h, 0)),
        "You used x, or x − μ, in the",
    ),
    "no ε": (lambda dy, x, g, e: staged(dy, x, g, 0), "ε is missing"),
    "σ² + ε": (lambda dy, x, g, e: staged(dy, x, g, e) / root(x, e), "You divide by σ² + ε"),
    "axis 1": (
        wrong_back(lambda dy: dy.mean(1, keepdims=True), lambda dy, h, x: h * np.mean(dy * h, axis=1, keepdims=True)),
        "",
    ),
    "axis 1 of dx̂": (
        lambda dy, x, g, e: (
            (g * dy - np.mean(g * dy, 1)[:, None] - xhat(x, e) * np.mean(g * dy * xhat(x, e), 1)[:, None]) / root(x, e)
        ),
        "Your means run over the units",
    ),
    "layer normalisation": (
        lambda dy, x, g, e: one_line((g * dy).T, x.T, np.ones(len(x)), e).T,
        "Your means run over the units",
    ),
    "γ twice": (lambda dy, x, g, e: g * one_line(dy, x, g, e), "γ is in it twice"),
    "no ½": (wrong_back(by_mean, lambda dy, h, x: 2 * by_spread(dy, h, x)), "The last term has a wrong factor"),
    "no 2": (wrong_back(by_mean, lambda dy, h, x: by_spread(dy, h, x) / 2), "The last term has a wrong factor"),
    "descent": (lambda dy, x, g, e: -saito_back(dy, x, g, e), "The sign is turned round"),
    "m − 1": (lambda dy, x, g, e: np.sqrt(x.var(0, ddof=1)) * one_line(dy, x, g, e), ""),
    "the gradient of γ": (lambda dy, x, g, e: np.sum(dy * xhat(x, e), axis=0), ""),
    "all three": (
        lambda dy, x, g, e: (one_line(dy, x, g, e), np.sum(dy * xhat(x, e), axis=0), dy.sum(axis=0)),
        "The first of these is the answer",
    ),
    "means added": (wrong_back(lambda dy: -dy.mean(0), by_spread), ""),
}


# 6.3


def fold_loops(w, gamma, beta, mean, variance, eps):
    n_in, n_out = w.shape
    out = np.zeros((n_in + 1, n_out))
    for j in range(n_out):
        factor = gamma[j] / (variance[j] + eps) ** 0.5
        for i in range(n_in):
            out[i, j] = w[i, j] * factor
        out[n_in, j] = beta[j] - mean[j] * factor
    return out


def probed(w, gamma, beta, mean, variance, eps):
    """What both layers do to 0 is the bias; what they do to the unit vectors, less that, the weights."""

    def both(x):
        return gamma * (x @ w - mean) / np.sqrt(variance + eps) + beta

    bias = both(np.zeros((1, len(w))))
    return np.concatenate([both(np.eye(len(w))) - bias, bias])


def with_diag(w, gamma, beta, mean, variance, eps):
    D = np.diag(gamma / np.sqrt(variance + eps))
    return np.r_[w @ D, (beta - mean @ D)[None]]


def row_below(w, gamma, beta, mean, variance, eps):
    """W with −μ below it, both times the factor, and β added to the last row."""
    stacked = np.vstack([w, -mean]) * gamma / np.sqrt(variance + eps)
    stacked[-1] += beta
    return stacked


def fold_float32(w, gamma, beta, mean, variance, eps):
    w, gamma, beta, mean, variance = map(np.float32, (w, gamma, beta, mean, variance))
    inverse = 1 / np.sqrt(variance + np.float32(eps))
    return np.vstack([w * gamma * inverse, beta - mean * gamma * inverse])


def fold_lists(w, gamma, beta, mean, variance, eps):
    factors = [g / (v + eps) ** 0.5 for g, v in zip(gamma, variance)]
    rows = [[value * f for value, f in zip(row, factors)] for row in w.tolist()]
    return [*rows, [b - m * f for b, m, f in zip(beta, mean, factors)]]


RIGHT["6.3"] = {
    "loops": fold_loops,
    "probed": probed,
    "a diagonal matrix": with_diag,
    "−μ below": row_below,
    "float32": fold_float32,
    "lists": fold_lists,
    "einsum": lambda w, g, b, m, v, e: np.vstack(
        [np.einsum("ij,j->ij", w, g * (v + e) ** -0.5), b - np.einsum("j,j->j", m, g * (v + e) ** -0.5)]
    ),
    "transposed twice": lambda w, g, b, m, v, e: (
        np.column_stack([w.T * (g / np.sqrt(v + e))[:, None], b - m * g / np.sqrt(v + e)]).T
    ),
}


def folded(weights, bias):
    """Both as functions of W, γ, β, μ and s = √(v + ε)."""
    return lambda w, g, b, m, v, e: np.vstack([weights(w, g, b, m, np.sqrt(v + e)), bias(w, g, b, m, np.sqrt(v + e))])


def scaled(w, g, b, m, s):
    return w * g / s


def bias(w, g, b, m, s):
    return b - m * g / s


WRONG["6.3"] = {
    "no μ": (folded(scaled, lambda w, g, b, m, s: b), "The running mean is missing"),
    "μ not scaled": (folded(scaled, lambda w, g, b, m, s: b - m), "it is scaled with the weights"),
    "μ without γ": (folded(scaled, lambda w, g, b, m, s: b - m / s), "but γ is missing: it multiplies all"),
    "no root": (lambda w, g, b, m, v, e: fold_loops(w, g, b, m, (v + e) ** 2, 0), "You divide by the variance"),
    "no γ": (lambda w, g, b, m, v, e: fold_loops(w, 0 * g + 1, b, m, v, e), "Both the weights and the mean"),
    "+ μ": (folded(scaled, lambda w, g, b, m, s: b + m * g / s), "The sign of the mean is wrong"),
    "no ε": (lambda w, g, b, m, v, e: fold_loops(w, g, b, m, v, 0), "ε is missing"),
    "μ @ W": (folded(scaled, lambda w, g, b, m, s: b - np.dot(m, w) * g / s), "one number per unit"),
    "(β − μ) scaled": (folded(scaled, lambda w, g, b, m, s: (b - m) * g / s), "β is scaled as well"),
    "W as it is": (folded(lambda w, *_: w, bias), "The weights are as they were"),
    "bias above": (lambda *a: np.vstack([fold_loops(*a)[-1:], fold_loops(*a)[:-1]]), "stands above the weights"),
    "rows scaled": (folded(lambda w, g, b, m, s: np.diag(g / s) @ w, bias), "You scaled the rows"),
    "ε outside": (
        lambda w, g, b, m, v, e: np.vstack([w * g / (np.sqrt(v) + e), b - m * g / (np.sqrt(v) + e)]),
        "ε stands outside the root",
    ),
    "γ and β swapped": (lambda w, g, b, m, v, e: fold_loops(w, b, g, m, v, e), "have changed places"),
    "no β": (folded(scaled, lambda w, g, b, m, s: -m * g / s), "β is missing"),
    "a tuple": (lambda *a: (fold_loops(*a)[:-1], fold_loops(*a)[-1]), "stack them with np.vstack"),
    "transposed": (lambda *a: fold_loops(*a).T, "Transposed, your numbers are right"),
    "weights alone": (folded(scaled, lambda *_: 0), ""),
    "only the weights": (lambda *a: fold_loops(*a)[:-1], ""),
    "the bias alone": (lambda *a: fold_loops(*a)[-1], "only the last of what is asked for"),
    "as a column": (lambda *a: np.hstack([fold_loops(*a)[:-1].T, fold_loops(*a)[-1:].T]), "Transposed"),
    "upside down": (folded(lambda w, g, b, m, s: w * s / g, lambda w, g, b, m, s: b - m * s / g), ""),
    "μ − β": (folded(scaled, lambda w, g, b, m, s: m * g / s - b), ""),
    "multiplied by the root": (folded(lambda w, g, b, m, s: w * g * s, lambda w, g, b, m, s: b - m * g * s), ""),
}
