"""Answers to the exercises of chapter 04."""

import numpy as np

# 4.1


def standardised_loops(x_train, x_test):
    n, d = x_train.shape
    out = np.zeros(x_test.shape)
    for j in range(d):
        mean = sum(x_train[:, j]) / n
        variance = sum((v - mean) ** 2 for v in x_train[:, j]) / n
        sigma = variance**0.5
        for i in range(len(x_test)):
            out[i, j] = (x_test[i, j] - mean) / sigma if sigma > 0 else x_test[i, j] - mean
    return out


def with_assignment(x_train, x_test):
    mu = np.mean(x_train, axis=0)
    sigma = np.std(x_train, axis=0)
    sigma[sigma == 0] = 1
    return (x_test - mu) / sigma


def cs231n(x_train, x_test):
    """X -= mean, X /= std, on a copy."""
    X = x_test.copy()
    X -= np.mean(x_train, axis=0)
    std = np.std(x_train, axis=0)
    X[:, std > 0] /= std[std > 0]
    return X


def with_divide(x_train, x_test):
    centred = x_test - x_train.mean(axis=0)
    sigma = x_train.std(axis=0)
    return np.divide(centred, sigma, out=centred.copy(), where=sigma > 1e-12)


def feature_by_feature(x_train, x_test):
    columns = []
    for a, b in zip(x_train.T, x_test.T):
        columns.append((b - a.mean()) / (a.std() or 1.0))
    return np.array(columns).T.tolist()


def standardised_float32(x_train, x_test):
    return with_assignment(x_train.astype(np.float32), x_test.astype(np.float32))


def by_squares(x_train, x_test):
    mu = x_train.mean(0)
    sigma = np.sqrt(((x_train - mu) ** 2).sum(0) / x_train.shape[0])
    return (x_test - mu) / (sigma + (sigma == 0))


def safe(sigma):
    return np.where(sigma == 0, 1, sigma)


def plus(epsilon):
    return lambda a, b: (b - np.mean(a, axis=0)) / (np.std(a, axis=0) + epsilon)


def root(epsilon):
    return lambda a, b: (b - np.mean(a, axis=0)) / np.sqrt(np.var(a, axis=0) + epsilon)


def at_least(epsilon):
    return lambda a, b: (b - np.mean(a, axis=0)) / np.maximum(np.std(a, axis=0), epsilon)


def instead_of_0(epsilon):
    return lambda a, b: (b - np.mean(a, axis=0)) / np.where(np.std(a, axis=0) == 0, epsilon, np.std(a, axis=0))


def nan_to_zero(a, b):
    z = (b - a.mean(axis=0)) / a.std(axis=0)
    return np.where(np.isnan(z), 0, z)


def pair(a, b):
    mu, sigma = a.mean(axis=0), safe(a.std(axis=0))
    return (a - mu) / sigma, (b - mu) / sigma


RIGHT = {
    "4.1": {
        "loops": standardised_loops,
        "zeros replaced": with_assignment,
        "CS231n": cs231n,
        "np.divide": with_divide,
        "feature by feature, lists": feature_by_feature,
        "float32": standardised_float32,
        "squares": by_squares,
        "einsum": lambda a, b: np.einsum("ij,j->ij", b - a.mean(axis=0), 1 / safe(a.std(axis=0))),
        "max and min": lambda a, b: (b - a.mean(axis=0)) / np.where(a.max(axis=0) == a.min(axis=0), 1, a.std(axis=0)),
        "np.maximum": lambda a, b: (b - a.mean(axis=0)) / np.where(a.var(axis=0) > 0, np.sqrt(a.var(axis=0)), 1),
    }
}

WRONG = {
    "4.1": {
        "of the test data": (lambda a, b: with_assignment(b, b), "You measured mean and spread on the test data"),
        "of all data": (lambda a, b: with_assignment(np.vstack((a, b)), b), "on all data together"),
        "the training data": (lambda a, b: with_assignment(a, a), "This is x_train, prepared"),
        "mean of the test data": (lambda a, b: (b - b.mean(0)) / safe(a.std(0)), "the mean from the test data"),
        "spread of the test data": (lambda a, b: (b - a.mean(0)) / safe(b.std(0)), "the spread from the test data"),
        "variance": (lambda a, b: (b - a.mean(0)) / safe(a.std(0)) ** 2, "You divided by the variance"),
        "centred": (lambda a, b: b - np.mean(a, axis=0), "centred and not yet scaled"),
        "scaled": (lambda a, b: b / safe(np.std(a, axis=0)), "scaled and not centred"),
        "one mean": (lambda a, b: (b - np.mean(a)) / np.std(a), "You used one mean and one spread"),
        "n − 1": (lambda a, b: (b - a.mean(0)) / safe(a.std(0, ddof=1)), "by n − 1"),
        "samples": (lambda a, b: ((b.T - b.mean(1)) / safe(b.std(1))).T, "You standardised each sample"),
        **{
            f"{name} {e}": (denominator(e), "A small number in the")
            for name, denominator in {
                "+": plus,
                "√(var + ε)": root,
                "np.maximum": at_least,
                "for 0": instead_of_0,
            }.items()
            for e in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)
        },
        "√(var + ε) 1e-15": (root(1e-15), "A small number in the"),
        "+ 1e-15": (plus(1e-15), "divided by 0 or by almost 0"),
        "np.maximum 1e-15": (at_least(1e-15), "divided by 0 or by almost 0"),
        "for 0 1e-15": (instead_of_0(1e-15), "divided by 0 or by almost 0"),
        "np.nan_to_num": (lambda a, b: np.nan_to_num((b - a.mean(0)) / a.std(0)), "Putting 0 for NaN hides it only"),
        "0 for NaN": (nan_to_zero, "Putting 0 for NaN hides it only"),
        "no guard": (
            lambda a, b: (b - np.mean(a, axis=0)) / np.std(a, axis=0),
            "constant in the training data has σ = 0",
        ),
        "constant as it is": (lambda a, b: np.where(a.std(0) == 0, b, with_assignment(a, b)), "not centred either"),
        "constant to 0": (lambda a, b: np.where(a.std(0) == 0, 0, with_assignment(a, b)), "set it to 0"),
        "NaN to 0": (lambda a, b: np.nan_to_num((b - a.mean(0)) / a.std(0), nan=0, posinf=0, neginf=0), "set it to 0"),
        **{
            f"constant below {least}": (
                lambda a, b, e=least: (b - a.mean(0)) / np.where(a.std(0) < e, 1, a.std(0)),
                "Small is not constant: you do not divide",
            )
            for least in (1e-3, 1e-5, 1e-7)
        },
        "np.isclose": (
            lambda a, b: (b - a.mean(0)) / np.where(np.isclose(a.std(0), 0), 1, a.std(0)),
            "Small is not constant",
        ),
        "min-max": (lambda a, b: (b - a.min(0)) / safe(np.ptp(a, axis=0)), "This is scaling to the range"),
        "both": (pair, "The second of these is the answer"),
        "a list": (lambda a, b: list(pair(a, b)), "The second of these is the answer"),
        "median": (lambda a, b: (b - np.median(a, axis=0)) / safe(a.std(0)), ""),
        "multiplied": (lambda a, b: (b - a.mean(0)) * safe(a.std(0)), ""),
        "b / σ − μ": (lambda a, b: b / safe(a.std(0)) - a.mean(0), "Subtract the mean first"),
        "absolute": (lambda a, b: (b - a.mean(0)) / safe(np.abs(a - a.mean(0)).mean(0)), ""),
        "transposed": (lambda a, b: pair(a, b)[1].T, "Transposed, your numbers are right"),
        "the spread of zero mean": (lambda a, b: (b - a.mean(0)) / np.sqrt(np.mean(a**2, axis=0)), ""),
    }
}


# 4.2


def covariance(x, n=0):
    c = x - x.mean(axis=0)
    return c.T @ c / (len(x) + n)


def zca_eigh(x, epsilon):
    centred = x - np.mean(x, axis=0)
    values, vectors = np.linalg.eigh(np.cov(centred, rowvar=False, bias=True))
    W = vectors @ np.diag(1 / np.sqrt(values + epsilon)) @ vectors.T
    return centred @ W


def cs231n_zca(x, epsilon):
    """CS231n: SVD of the covariance; Xrot, Xwhite, and turned back."""
    X = x - np.mean(x, axis=0)
    U, S, _ = np.linalg.svd(np.dot(X.T, X) / X.shape[0])
    Xrot = np.dot(X, U)
    return np.dot(Xrot / np.sqrt(S + epsilon), U.T)


def svd_of_data(x, epsilon):
    X = x - x.mean(axis=0)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return (U * (s / np.sqrt(s**2 / len(X) + epsilon))) @ Vt


def zca_loops(x, epsilon):
    n, d = x.shape
    c = x - x.mean(axis=0)
    cov = np.array([[sum(c[b, i] * c[b, j] for b in range(n)) / n for j in range(d)] for i in range(d)])
    values, U = np.linalg.eigh(cov)
    out = np.zeros((n, d))
    for value, u in zip(values, U.T):
        out += np.outer(c @ u, u) / (value + epsilon) ** 0.5
    return out


def zca_float32(x, epsilon):
    return zca_eigh(x.astype(np.float32), np.float32(epsilon)).astype(np.float32)


def columns_are_samples(x, epsilon):
    X = x.T - x.T.mean(axis=1, keepdims=True)
    values, E = np.linalg.eig(X @ X.T / X.shape[1])
    return ((E / np.sqrt(values + epsilon)) @ E.T @ X).T


RIGHT["4.2"] = {
    "matrix W": zca_eigh,
    "CS231n": cs231n_zca,
    "SVD of the data": svd_of_data,
    "loops": zca_loops,
    "float32": zca_float32,
    "samples as columns, eig": columns_are_samples,
    "einsum": lambda x, e: np.einsum("nd,di,i,ji->nj", x - x.mean(0), *spectrum(x, e)),
    "a list": lambda x, e: zca_eigh(x, e).tolist(),
    "added to the covariance": lambda x, e: zca_eigh_of(x, covariance(x) + e * np.eye(x.shape[1])),
}


def spectrum(x, epsilon):
    values, U = np.linalg.eigh(covariance(x))
    return U, (values + epsilon) ** -0.5, U


def zca_eigh_of(x, matrix, data=None):
    """The data, centred unless given, times matrix^(−½)."""
    values, U = np.linalg.eigh(matrix)
    return (x - x.mean(0) if data is None else data) @ U @ np.diag(values**-0.5) @ U.T


def turned(x, factor, *last):
    """Centred, turned, each component times `factor(λ)`, then the products with `last`."""
    values, U = np.linalg.eigh(covariance(x))
    y = (x - x.mean(axis=0)) @ U @ np.diag(factor(values))
    for name in last:
        y = y @ (U if name == "U" else U.T)
    return y


def raw(x, epsilon):
    """Without centring at all."""
    values, U = np.linalg.eigh(np.dot(x.T, x) / x.shape[0])
    return np.dot(np.dot(x, U) / np.sqrt(values + epsilon), U.T)


def swapped(x, epsilon):
    c = x - x.mean(0)
    values, U = np.linalg.eigh(c.T @ c / len(c))
    return c @ U.T / np.sqrt(values + epsilon) @ U


def undivided(x, epsilon):
    c = x - x.mean(0)
    values, U = np.linalg.eigh(c.T @ c)
    return c @ U / np.sqrt(values + epsilon) @ U.T


WRONG["4.2"] = {
    "not turned back": (lambda x, e: turned(x, lambda v: (v + e) ** -0.5), "These are whitened components"),
    "only turned": (lambda x, e: turned(x, lambda v: np.ones_like(v)), "which is PCA"),
    "U again": (lambda x, e: turned(x, lambda v: (v + e) ** -0.5, "U"), "once more in the same direction"),
    "no root": (lambda x, e: turned(x, lambda v: 1 / (v + e), "U.T"), "You divided by λ + ε"),
    "ε outside": (lambda x, e: turned(x, lambda v: 1 / (v**0.5 + e), "U.T"), "ε stands outside the root"),
    "multiplied": (lambda x, e: turned(x, lambda v: (v + e) ** 0.5, "U.T"), "You multiplied by"),
    "data not centred": (lambda x, e: zca_eigh_of(x, covariance(x) + e * np.eye(x.shape[1]), x), "are not centred"),
    "not centred at all": (raw, "You centred nothing"),
    "xᵀx/n": (lambda x, e: zca_eigh_of(x, x.T @ x / len(x) + e * np.eye(x.shape[1])), "The covariance is not centred"),
    "standardised first": (lambda x, e: zca_eigh((x - x.mean(0)) / x.std(0), e), "by its standard deviation first"),
    "n − 1": (lambda x, e: zca_eigh_of(x, np.cov(x.T) + e * np.eye(x.shape[1])), "by n − 1"),
    "no n": (undivided, "You did not divide"),
    "standardised": (lambda x, e: (x - x.mean(0)) * (x.var(0) + e) ** -0.5, "This is standardising"),
    "no ε": (lambda x, e: turned(x, lambda v: v**-0.5, "U.T"), "`epsilon` is missing"),
    "ε squared": (lambda x, e: turned(x, lambda v: (v + e**2) ** -0.5, "U.T"), ""),
    "the mean put back": (lambda x, e: zca_eigh(x, e) + x.mean(axis=0), "You added the mean again"),
    "U and Uᵀ swapped": (swapped, "U and Uᵀ are swapped"),
    "only centred": (lambda x, e: turned(x, lambda v: np.ones_like(v), "U.T"), "only centred"),
    "Cholesky": (
        lambda x, e: np.linalg.solve(np.linalg.cholesky(covariance(x) + e * np.eye(x.shape[1])), (x - x.mean(0)).T).T,
        "by Cholesky",
    ),
    "the matrix": (lambda x, e: zca_eigh_of(x, covariance(x) + e * np.eye(x.shape[1]), np.eye(x.shape[1])), ""),
    "ε at least": (lambda x, e: turned(x, lambda v: np.maximum(v, e) ** -0.5, "U.T"), ""),
    "ε subtracted": (lambda x, e: turned(x, lambda v: np.abs(v - e) ** -0.5, "U.T"), ""),
    "transposed": (lambda x, e: zca_eigh(x, e).T, "Transposed, your numbers are right"),
    "correlation": (lambda x, e: zca_eigh_of(x, np.corrcoef(x.T) + e * np.eye(x.shape[1])), ""),
    "each sample centred": (
        lambda x, e: zca_eigh_of(x, covariance(x) + e * np.eye(x.shape[1]), x - x.mean(axis=1, keepdims=True)),
        "",
    ),
}


# 4.3


def power_iteration(x):
    """The largest eigenvalue by multiplying on and on."""
    H = x.T @ x / len(x)
    v = np.ones(len(H)) + 0.1 * np.arange(len(H))
    for _ in range(2000):
        v = H @ v
        v /= np.linalg.norm(v)
    return 2 / (v @ H @ v)


def rate_loops(x):
    n, d = x.shape
    H = [[sum(x[b, i] * x[b, j] for b in range(n)) / n for j in range(d)] for i in range(d)]
    return 2 / max(np.linalg.eigvalsh(H))


def eigenvalues(x):
    return np.linalg.eigvalsh(x.T @ x / len(x))


RIGHT["4.3"] = {
    "loops": rate_loops,
    "power iteration": power_iteration,
    "eig": lambda x: 2 / np.max(np.linalg.eig(np.dot(x.T, x) / x.shape[0])[0]),
    "SVD of the data": lambda x: 2 * len(x) / np.linalg.svd(x)[1][0] ** 2,
    "norm": lambda x: 2 / np.linalg.norm(np.einsum("ni,nj->ij", x, x) / len(x), ord=2),
    "float32": lambda x: np.float32(2) / np.linalg.eigvalsh(np.float32(x).T @ np.float32(x) / np.float32(len(x)))[-1],
    "x xᵀ": lambda x: 2 / np.linalg.eigvalsh(x @ x.T / len(x))[-1],
    "smallest rate": lambda x: min(2 / value for value in eigenvalues(x) if value > 1e-9),
    "mean of outer products": lambda x: 2 / eigenvalues(x).max(initial=0),
}

WRONG["4.3"] = {
    "covariance": (
        lambda x: 2 / np.max(np.linalg.eigvalsh((x - x.mean(0)).T @ (x - x.mean(0)) / len(x))),
        "the covariance, which is centred",
    ),
    "no n": (lambda x: 2 / np.linalg.norm(x.T @ x, 2), "divide xᵀx by n"),
    "1/λ": (lambda x: 1 / eigenvalues(x).max(), "At 1/λ₁"),
    "H = 2xᵀx/n": (lambda x: 2 / np.linalg.eigvalsh(2 * x.T @ x / len(x))[-1], "At 1/λ₁"),
    "1/λ of 2xᵀx/n": (lambda x: 1 / np.linalg.eigvalsh(2 * x.T @ x / len(x))[-1], "a quarter of the limit"),
    "smallest": (lambda x: 2 / eigenvalues(x).min(), "You took the smallest eigenvalue"),
    "singular value": (lambda x: 2 / np.linalg.svd(x / np.sqrt(len(x)))[1].max(), "2 over a singular value"),
    "trace": (lambda x: 2 / np.mean(np.sum(x**2, axis=1)), "the trace"),
    "condition number": (lambda x: np.linalg.cond(x.T @ x), "This is the condition number"),
    "diagonal": (lambda x: 2 / np.diag(x.T @ x / len(x)).max(), "each feature by itself"),
    "λ": (lambda x: eigenvalues(x).max(), "This is λ₁ itself"),
    "λ/2": (lambda x: eigenvalues(x).max() / 2, "The fraction is upside down"),
    "4/λ": (lambda x: 4 / eigenvalues(x).max(), "The ½ of the loss cancels"),
    "over d": (lambda x: 2 / np.linalg.eigvalsh(x.T @ x / x.shape[1]).max(), "by the number of features"),
    "over n − 1": (lambda x: 2 / np.linalg.eigvalsh(x.T @ x / max(len(x) - 1, 1)).max(), ""),
    "all rates": (lambda x: 2 / eigenvalues(x), "The last of these is the answer"),
    "all rates, largest eigenvalue first": (lambda x: 2 / np.sort(np.abs(eigenvalues(x)))[::-1], "The first of these"),
    "an array of one": (lambda x: 2 / eigenvalues(x)[-1:], "only the shape is not"),
    "mean eigenvalue": (lambda x: 2 / eigenvalues(x).mean(), ""),
    "best rate": (lambda x: 2 / (eigenvalues(x)[0] + eigenvalues(x)[-1]), "converges fastest"),
    "largest number": (lambda x: 2 / np.max(x**2), ""),
    "just below": (lambda x: 1.99 / eigenvalues(x)[-1], ""),
}
