"""Chapter 04, data preprocessing: three exercises on statistics, directions and the largest learning rate."""

from collections.abc import Callable

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake
from course_lib.inputs import arrays


@arrays("x_train", "x_test")
def standardised(x_train: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """z = (x − μ)/σ,   μ and σ of each feature over the TRAINING data (divided by n)

    A feature that is constant in the training data has σ = 0, but for rounding; it is centred and not divided.
    """
    mu, sigma = x_train.mean(axis=0), x_train.std(axis=0)
    rounding = len(x_train) * np.finfo(x_train.dtype).eps * np.abs(x_train).max(axis=0)
    return (x_test - mu) / np.where(sigma <= rounding, 1.0, sigma)


@arrays("x")
def zca(x: np.ndarray, epsilon: float) -> np.ndarray:
    """z = (x − μ)U(Λ + ε)^(−½)Uᵀ,   (x − μ)ᵀ(x − μ)/n = UΛUᵀ

    Turn to the principal axes, bring each to variance λ/(λ + ε), turn back.
    """
    centred = x - x.mean(axis=0)
    variances, U = np.linalg.eigh(centred.T @ centred / len(x))
    return (centred @ U / np.sqrt(variances + epsilon)) @ U.T


@arrays("x")
def largest_learning_rate(x: np.ndarray) -> float:
    """2/λ₁,   λ₁ the largest eigenvalue of H = xᵀx/n

    J = ½E[(w·x − t)²] has the Hessian H. Along an eigenvector the error is multiplied by 1 − lr·λ per step, and
    |1 − lr·λ| < 1 for every λ means lr < 2/λ₁.
    """
    return float(2 / np.linalg.eigvalsh(x.T @ x / len(x))[-1])


def _data(seed: int, n: int, d: int, offset: float = 3.0) -> np.ndarray:
    rng = np.random.RandomState(seed)
    return rng.standard_normal((n, d)) @ rng.standard_normal((d, d)) + offset * np.arange(1, d + 1)


def _plus(epsilon: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda a, b: (b - a.mean(axis=0)) / (a.std(axis=0) + epsilon)


def _under_root(epsilon: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda a, b: (b - a.mean(axis=0)) / np.sqrt(a.var(axis=0) + epsilon)


def _at_least(epsilon: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda a, b: (b - a.mean(axis=0)) / np.maximum(a.std(axis=0), epsilon)


def _instead_of_0(epsilon: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda a, b: (b - a.mean(axis=0)) / np.where(a.std(axis=0) == 0, epsilon, a.std(axis=0))


def _varies_above(least: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda a, b: (b - a.mean(axis=0)) / np.where(a.std(axis=0) < least, 1.0, a.std(axis=0))


def _safe(sigma: np.ndarray) -> np.ndarray:
    return np.where(sigma == 0, 1.0, sigma)


def _axes(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    centred = x - x.mean(axis=0)
    return centred, *np.linalg.eigh(centred.T @ centred / len(x))


def _whitened(x: np.ndarray, epsilon: float) -> np.ndarray:
    centred, variances, U = _axes(x)
    return centred @ U / np.sqrt(variances + epsilon)


def _symmetric(x: np.ndarray, factors, centre: bool = True, n: int = 0) -> np.ndarray:
    """(x − μ)U·factors(Λ)·Uᵀ with the covariance divided by n + `n`."""
    centred = x - x.mean(axis=0)
    variances, U = np.linalg.eigh(centred.T @ centred / (len(x) + n))
    return ((centred if centre else x) @ U * factors(variances)) @ U.T


def _root(covariance: np.ndarray, epsilon: float) -> np.ndarray:
    """U(Λ + ε)^(−½)Uᵀ"""
    variances, U = np.linalg.eigh(covariance)
    return U / np.sqrt(variances + epsilon) @ U.T


def _eigenvalues(x: np.ndarray) -> np.ndarray:
    return np.linalg.eigvalsh(x.T @ x / len(x))


STANDARDISED = Exercise(
    "4.1",
    "Statistics from the training data",
    "Bring each feature of the training data `x_train` (samples, features) to mean 0 and standard deviation 1, and "
    "return `x_test` treated in exactly the same way. A feature that is constant in the training data is only centred.",
    standardised,
    cases=(
        (np.array([[0.0], [2.0]]), np.array([[3.0]])),
        (np.array([[1.0, 5.0], [3.0, 9.0], [5.0, 1.0]]), np.array([[2.0, 2.0], [7.0, 5.0]])),
        (np.array([[1.0, 4.0], [2.0, 4.0], [6.0, 4.0]]), np.array([[1.0, 6.0], [4.0, 4.0], [0.0, 5.0]])),
        (_data(1, 30, 3), _data(2, 8, 3)),
        (3e-8 * _data(11, 20, 2), 3e-8 * _data(12, 4, 2)),  # small is not constant
        (_data(3, 200, 5, -20.0), _data(4, 50, 5, -20.0)),
    ),
    mistakes=(
        Mistake(
            lambda a, b: (b - b.mean(axis=0)) / _safe(b.std(axis=0)),
            "You measured mean and spread on the test data. Then training and test data are shifted differently, "
            "and a single test example could not be prepared at all. Take both from x_train.",
        ),
        Mistake(
            lambda a, b: standardised(np.concatenate([a, b]), b),
            "You measured mean and spread on all data together. That is leakage: the test data must not take "
            "part in anything that is fitted. Take both from x_train alone.",
        ),
        Mistake(
            lambda a, b: (a - a.mean(axis=0)) / _safe(a.std(axis=0)),
            "This is x_train, prepared. Keep its statistics and apply them to x_test.",
        ),
        Mistake(
            lambda a, b: (b - b.mean(axis=0)) / _safe(a.std(axis=0)),
            "The spread is from the training data, the mean from the test data. Both must come from x_train.",
        ),
        Mistake(
            lambda a, b: (b - a.mean(axis=0)) / _safe(b.std(axis=0)),
            "The mean is from the training data, the spread from the test data. Both must come from x_train.",
        ),
        Mistake(
            lambda a, b: (b - a.mean(axis=0)) / _safe(a.var(axis=0)),
            "You divided by the variance. The standard deviation is its root.",
        ),
        Mistake(
            lambda a, b: b - a.mean(axis=0),
            "The data are centred and not yet scaled: divide by the standard deviation of each feature.",
        ),
        Mistake(
            lambda a, b: b / _safe(a.std(axis=0)),
            "The data are scaled and not centred: subtract the mean of the training data first.",
        ),
        Mistake(
            lambda a, b: (b - a.mean()) / _safe(a.std()),
            "You used one mean and one spread for all features together. Every feature needs its own: axis=0.",
        ),
        Mistake(
            lambda a, b: (b - a.mean(axis=0)) / _safe(a.std(axis=0, ddof=1)),
            "You divided the sum of squares by n − 1. The course divides by n, which brings the training data "
            "themselves to standard deviation 1; NumPy does so unless told otherwise.",
        ),
        Mistake(
            lambda a, b: (b - b.mean(axis=1, keepdims=True)) / _safe(b.std(axis=1, keepdims=True)),
            "You standardised each sample across its features. The statistics belong to the features: axis=0 "
            "runs down the samples.",
        ),
        Mistake(
            _plus(1e-8),
            "A small number in the denominator keeps NaN away and blows a constant feature up: 1/1e-8 is a "
            "hundred million. Divide such a feature by 1.",
            also=tuple(
                guard(10.0**-digits)
                for guard in (_plus, _under_root, _at_least, _instead_of_0)
                for digits in (5, 6, 7, 8, 9, 10, 12, 15)
                if digits < 15 or guard is _under_root
            ),
        ),
        Mistake(
            lambda a, b: np.nan_to_num((b - a.mean(axis=0)) / a.std(axis=0)),
            "A feature that is constant in the training data is divided by 0 or by almost 0. Putting 0 for NaN hides "
            "it only where x = μ. Divide such a feature by 1.",
            also=(_plus(1e-15), _at_least(1e-15)),  # quotients as large tell the two apart no more
        ),
        Mistake(
            lambda a, b: (b - a.mean(axis=0)) / a.std(axis=0),
            "A feature that is constant in the training data has σ = 0, and you divide by it. Divide such a "
            "feature by 1.",
        ),
        Mistake(
            _varies_above(1e-8),
            "Small is not constant: you do not divide a feature that varies, if only by 1e-8. Ask whether its largest "
            "and smallest value are equal.",
            also=(_varies_above(1e-5),),
        ),
        Mistake(
            lambda a, b: np.where(a.std(axis=0) == 0, b, standardised(a, b)),
            "A feature that is constant in the training data is not scaled, but in your answer not centred either: "
            "subtract its mean.",
        ),
        Mistake(
            lambda a, b: np.where(a.std(axis=0) == 0, 0.0, standardised(a, b)),
            "A feature that is constant in the training data may differ in the test data: you set it to 0. "
            "Subtract its mean and divide by 1.",
        ),
        Mistake(
            lambda a, b: (b - a.min(axis=0)) / _safe(np.ptp(a, axis=0)),
            "This is scaling to the range from 0 to 1. Asked for are mean 0 and standard deviation 1.",
        ),
        Mistake(
            lambda a, b: b / _safe(a.std(axis=0)) - a.mean(axis=0),
            "Subtract the mean first, then divide: in x/σ − μ the mean is not in units of σ.",
        ),
    ),
    hints=(
        "Three numbers per feature play a part: its mean, its spread, and the value at hand. Which of the two arrays "
        "may each of them come from?",
        "mu = x_train.mean(axis=0) and sigma = x_train.std(axis=0). What happens where sigma is 0?",
        "Replace the zeros, np.where(sigma == 0, 1.0, sigma), and return (x_test - mu) divided by that. (With rounding "
        "a constant feature may have a sigma of 1e-17: x_train.max(axis=0) == x_train.min(axis=0) finds it, too.)",
    ),
)

ZCA = Exercise(
    "4.2",
    "Whiten, then turn back",
    "Return the ZCA-whitened `x` (samples, features): centred, uncorrelated, each principal component with variance "
    "λ/(λ + `epsilon`), in the original axes. np.linalg.eigh gives the eigenvalues and eigenvectors of a symmetric "
    "matrix; covariances divide by n.",
    zca,
    cases=(
        (np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]) @ np.array([[2.0, 0.0], [1.0, 0.5]]), 0.0),
        (_data(5, 12, 2), 0.1),
        (_data(6, 40, 3), 0.0),
        (_data(7, 100, 4), 1e-3),
        (_data(8, 100, 4, 0.0), 5.0),
    ),
    mistakes=(
        Mistake(
            _whitened,
            "These are whitened components, in the order of the eigenvalues. ZCA turns them back into the "
            "original axes: one more product, with Uᵀ.",
        ),
        Mistake(
            lambda x, e: _axes(x)[0] @ _axes(x)[2],
            "You turned the data to their principal axes, which is PCA. Whitening divides each component by "
            "√(λ + ε), and ZCA then turns back.",
        ),
        Mistake(
            lambda x, e: _whitened(x, e) @ _axes(x)[2],
            "The last product turns once more in the same direction. To turn back, multiply by U transposed.",
        ),
        Mistake(
            lambda x, e: _symmetric(x, lambda v: 1 / (v + e)),
            "You divided by λ + ε. That is a variance; what brings the variance to 1 is its root.",
        ),
        Mistake(
            lambda x, e: _symmetric(x, lambda v: 1 / (np.sqrt(np.maximum(v, 0)) + e)),
            "ε stands outside the root. Here it is added to the variance: √(λ + ε).",
        ),
        Mistake(
            lambda x, e: _symmetric(x, lambda v: np.sqrt(v + e)),
            "You multiplied by √(λ + ε). That stretches the long directions further; divide.",
        ),
        Mistake(
            lambda x, e: _symmetric(x, lambda v: 1 / np.sqrt(v + e), centre=False),
            "The covariance is right, but the data you turned are not centred. Subtract the mean before the "
            "first product.",
        ),
        Mistake(
            lambda x, e: _symmetric(x, lambda v: 1 / np.sqrt(v + e), n=-1),
            "You divided the covariance by n − 1. The course divides by n.",
        ),
        Mistake(
            lambda x, e: (x - x.mean(axis=0)) @ _root(x.T @ x / len(x), e),
            "The covariance is not centred: it is cᵀc/n of the centred data c, not xᵀx/n.",
        ),
        Mistake(
            lambda x, e: zca(x / x.std(axis=0), e),
            "You divided each feature by its standard deviation first. Whitening sees to that itself, and ZCA then "
            "starts from other data.",
        ),
        Mistake(
            lambda x, e: x @ _root(x.T @ x / len(x), e),
            "You centred nothing: subtract the mean of each feature before you take the covariance.",
        ),
        Mistake(
            lambda x, e: _symmetric(x, lambda v: 1 / np.sqrt(v * len(x) + e)),
            "You did not divide the covariance by n. It is a mean over the samples: cᵀc/n.",
        ),
        Mistake(
            lambda x, e: zca(x, e) + x.mean(axis=0),
            "You added the mean again at the end. Whitened data are centred: leave it out.",
        ),
        Mistake(
            lambda x, e: _axes(x)[0] @ _axes(x)[2].T / np.sqrt(_axes(x)[1] + e) @ _axes(x)[2],
            "U and Uᵀ are swapped. The eigenvectors are the columns of U, so c @ U gives the components and Uᵀ "
            "turns back.",
        ),
        Mistake(
            lambda x, e: x - x.mean(axis=0),
            "The data are only centred: nothing was divided. Turn, divide by √(λ + ε), turn back.",
        ),
        Mistake(
            lambda x, e: (
                np.linalg.solve(np.linalg.cholesky(np.cov(x.T, ddof=0) + e * np.eye(x.shape[1])), _axes(x)[0].T).T
            ),
            "This whitens by Cholesky: uncorrelated and of variance 1, but turned against the data. ZCA uses the "
            "symmetric root U(Λ + ε)^(−½)Uᵀ.",
        ),
        Mistake(
            lambda x, e: (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + e),
            "This is standardising: each feature by itself. Correlations between features are all still there.",
        ),
        Mistake(
            lambda x, e: _symmetric(x, lambda v: 1 / np.sqrt(v)),
            "`epsilon` is missing: add it to every eigenvalue before you take the root.",
        ),
    ),
    hints=(
        "Three stations: turn the centred data to the principal axes, scale each component, turn back. Only the "
        "middle one changes lengths.",
        "variances, U = np.linalg.eigh(c.T @ c / len(c)) for the centred data c. c @ U has uncorrelated columns; "
        "divide each by what brings its variance to λ/(λ + ε).",
        "(c @ U / np.sqrt(variances + epsilon)) @ U.T",
    ),
)

LARGEST_LEARNING_RATE = Exercise(
    "4.3",
    "The largest stable learning rate",
    "A linear neuron ŷ = w·x without a bias learns with the loss J = ½ · mean of (ŷ − t)² over the rows of `x` "
    "(samples, features). Return the learning rate above which full-batch gradient descent diverges.",
    largest_learning_rate,
    cases=(
        (np.array([[2.0]]),),
        (np.array([[1.0, 0.0], [0.0, 3.0]]),),
        (np.array([[1.0, 2.0], [3.0, 1.0], [2.0, 2.0]]),),
        (_data(9, 50, 3, 0.0),),
        (_data(10, 200, 6),),
    ),
    mistakes=(
        Mistake(
            lambda x: 2 / np.linalg.eigvalsh(np.cov(x, rowvar=False, ddof=0).reshape(x.shape[1], -1))[-1],
            "You took the eigenvalues of the covariance, which is centred. The neuron has no bias, so an offset "
            "of the data counts: H = xᵀx/n.",
        ),
        Mistake(
            lambda x: 2 / np.linalg.eigvalsh(x.T @ x)[-1],
            "The loss is a mean over the samples, so its Hessian is one as well: divide xᵀx by n.",
        ),
        Mistake(
            lambda x: 1 / _eigenvalues(x)[-1],
            "At 1/λ₁ the steepest direction is solved in one step. Stability lasts twice as far: at 2/λ₁ the "
            "step jumps exactly to the other side.",
        ),
        Mistake(
            lambda x: 2 / _eigenvalues(x)[0],
            "You took the smallest eigenvalue. The steepest direction diverges first: it is the largest that "
            "sets the limit.",
        ),
        Mistake(
            lambda x: 2 / np.sqrt(_eigenvalues(x)[-1]),
            "This is 2 over a singular value of x/√n. The eigenvalue of H is its square.",
        ),
        Mistake(
            lambda x: 2 / np.trace(x.T @ x / len(x)),
            "You divided by the sum of all eigenvalues, the trace. That is safe, but not the limit: only the "
            "largest counts.",
        ),
        Mistake(
            lambda x: _eigenvalues(x)[-1] / _eigenvalues(x)[0],
            "This is the condition number. It says how many steps are needed, not how large they may be.",
        ),
        Mistake(
            lambda x: 2 / np.max(np.mean(x**2, axis=0)),
            "You looked at each feature by itself. Correlated features add up along a direction between the "
            "axes: take the eigenvalues of xᵀx/n, not its diagonal.",
        ),
        Mistake(
            lambda x: 1 / (2 * _eigenvalues(x)[-1]),
            "This is a quarter of the limit. With ½ in front of the square the Hessian is xᵀx/n, without a 2, and "
            "the limit is 2/λ₁.",
        ),
        Mistake(
            lambda x: 4 / _eigenvalues(x)[-1],
            "The ½ of the loss cancels the 2 of the square. The Hessian is xᵀx/n, and the limit is 2/λ₁.",
        ),
        Mistake(
            lambda x: _eigenvalues(x)[-1],
            "This is λ₁ itself, the steepest curvature. The rate goes as its inverse: |1 − lr·λ₁| < 1.",
        ),
        Mistake(
            lambda x: _eigenvalues(x)[-1] / 2,
            "The fraction is upside down. The steeper the loss, the smaller the rate.",
        ),
        Mistake(
            lambda x: 2 / np.linalg.eigvalsh(x.T @ x / x.shape[1])[-1],
            "You divided by the number of features. The loss is a mean over the samples: divide by len(x).",
        ),
        Mistake(
            lambda x: 2 / (_eigenvalues(x)[0] + _eigenvalues(x)[-1]),
            "This is the rate that converges fastest. The limit lies higher: it does not depend on the smallest "
            "eigenvalue.",
        ),
    ),
    hints=(
        "Write the gradient as H(w − w*). What does one step do to w − w* along an eigenvector of H with eigenvalue λ?",
        "It multiplies by 1 − lr·λ. The size of that must stay below 1 for every eigenvalue.",
        "2 / np.linalg.eigvalsh(x.T @ x / len(x))[-1]",
    ),
)

EXERCISES = (STANDARDISED, ZCA, LARGEST_LEARNING_RATE)
