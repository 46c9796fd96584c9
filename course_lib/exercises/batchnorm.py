"""Chapter 06, batch normalisation: three exercises, forwards, backwards and after training."""

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake, normal
from course_lib.inputs import arrays


@arrays("x", "gamma", "beta")
def batch_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float) -> np.ndarray:
    """x̂ = (x − μ)/√(σ² + ε),   y = γx̂ + β      (Ioffe & Szegedy 2015, algorithm 1)

    x (m, n): m examples of n units.  μ = 1/m Σ x and σ² = 1/m Σ (x − μ)² of each unit over the batch.
    """
    mean = x.mean(axis=0)
    variance = np.mean((x - mean) ** 2, axis=0)
    return gamma * (x - mean) / np.sqrt(variance + eps) + beta


@arrays("dy", "x", "gamma")
def batch_norm_backward(dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, eps: float) -> np.ndarray:
    """dx = (dx̂ − mean(dx̂) − x̂ mean(dx̂ ∘ x̂))/√(σ² + ε),   dx̂ = γ dy

    The two means, over the batch, are what arrives by way of μ and by way of σ².  dy, x (m, n).
    """
    mean, std = x.mean(axis=0), np.sqrt(x.var(axis=0) + eps)
    x_hat, dx_hat = (x - mean) / std, gamma * dy
    return (dx_hat - dx_hat.mean(axis=0) - x_hat * np.mean(dx_hat * x_hat, axis=0)) / std


@arrays("w", "gamma", "beta", "mean", "variance")
def fold(w: np.ndarray, gamma: np.ndarray, beta: np.ndarray, mean: np.ndarray, variance: np.ndarray, eps: float):
    """W′ = W γ/√(v + ε),   b′ = β − μγ/√(v + ε):   after training, BN(xW) = xW′ + b′

    w (n_in, n_out).  μ and v are the running mean and variance, constants by then.  Returns W′ with b′ below it,
    (n_in + 1, n_out).
    """
    factor = gamma / np.sqrt(variance + eps)
    return np.vstack([w * factor, beta - mean * factor])


def _vector(seed: int, n: int) -> np.ndarray:
    return np.random.RandomState(seed).uniform(0.5, 2.0, n)


def _standard(x, eps):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


def _folded(factor, bias):
    """Weights times `factor` above `bias`, two functions of γ, β, μ and s = √(v + ε)."""

    def answer(w, gamma, beta, mean, variance, eps):
        given = gamma, beta, mean, np.sqrt(variance + eps)
        return np.vstack([w * factor(*given), bias(*given)])

    return answer


def _back(dy, x, gamma, eps, *, left=None, right=None, axis=0, by_mean=1.0, by_spread=1.0):
    """`batch_norm_backward` with one thing done differently: (dx̂ − mean(dx̂) − left · mean(dx̂ ∘ right))/√(σ² + ε)."""
    x_hat, dx_hat = _standard(x, eps), gamma * dy
    left, right = x_hat if left is None else left, x_hat if right is None else right
    mean = by_mean * dx_hat.mean(axis=axis, keepdims=True)
    spread = by_spread * left * np.mean(dx_hat * right, axis=axis, keepdims=True)
    return (dx_hat - mean - spread) / np.sqrt(x.var(axis=0) + eps)


FORWARD = Exercise(
    "6.1",
    "Normalise a batch",
    "`x` holds m examples (rows) of n units (columns). Return γx̂ + β as batch normalisation computes it in training, "
    "with the biased variance and `eps` added to it.",
    batch_norm,
    cases=(
        (np.array([[1.0], [3.0]]), np.array([1.0]), np.array([0.5]), 0.1),
        (np.array([[1.0, 4.0], [2.0, 4.0], [6.0, 4.0]]), np.array([1.0, 2.0]), np.array([0.0, -1.0]), 1e-2),
        (3 + 2 * normal(1, 4, 3), _vector(2, 3), normal(3, 3), 1e-5),
        (5 * normal(4, 32, 4) - 7, _vector(5, 4), normal(6, 4), 0.5),
        (1e-3 * normal(7, 6, 2), _vector(8, 2), normal(9, 2), 1e-5),  # ε outweighs σ²
    ),
    mistakes=(
        Mistake(
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / np.sqrt(eps) + beta,
            "Your variance lacks its square. The deviations from a mean always add up to 0, so you divide by √ε.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps) + beta,
            "You divide the squares by m − 1. That is the unbiased variance, which goes into the running value; "
            "the batch itself is normalised with 1/m.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta,
            "ε stands outside the root here. The task, the paper and PyTorch add it to the variance: √(σ² + ε).",
        ),
        Mistake(
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + eps) + beta,
            "You divide by the variance. Divide by its root, the standard deviation.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: gamma * _standard(x.T, eps).T + beta,
            "You average over the units of each example: that is layer normalisation. Batch normalisation averages "
            "over the examples, axis 0.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta,
            "One mean for the whole array mixes the units. Each unit has its own: give mean and var an axis.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: _standard(x, eps), "This is x̂. Scale and shift are still missing: y = γx̂ + β."
        ),
        Mistake(
            lambda x, gamma, beta, eps: beta * _standard(x, eps) + gamma,
            "γ and β have changed places: γ multiplies, β is added.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: gamma * (_standard(x, eps) + beta),
            "β is added after the scaling: γx̂ + β, not γ(x̂ + β).",
        ),
        Mistake(
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / np.sqrt(np.mean(x**2, axis=0) + eps) + beta,
            "This is the mean of x². The variance is the mean of (x − μ)²: subtract the mean first.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: batch_norm(x, gamma, beta, 0.0),
            "ε is missing. It is added to the variance, √(σ² + ε), so that a unit that never changes gives no 0/0.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: _standard(x, eps) + beta, "γ is missing: it multiplies x̂ before β is added."
        ),
        Mistake(lambda x, gamma, beta, eps: gamma * _standard(x, eps), "β is missing: add it at the end."),
        Mistake(
            lambda x, gamma, beta, eps: gamma * x / np.sqrt(x.var(axis=0) + eps) + beta,
            "The mean is subtracted inside the variance only. x̂ = (x − μ)/√(σ² + ε): subtract it above as well.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) + beta,
            "The division is missing: x − μ is divided by √(σ² + ε).",
        ),
        Mistake(
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / np.sqrt(len(x) * x.var(axis=0) + eps) + beta,
            "Your squares are added up and not averaged: divide their sum by m.",
        ),
    ),
    hints=(
        "Each column is a unit. Which axis runs over the examples of the batch?",
        "μ = x.mean(axis=0), σ² = np.mean((x − μ)**2, axis=0). Divide x − μ by the root of σ² + ε.",
        "mean = x.mean(axis=0); variance = np.mean((x - mean)**2, axis=0); then gamma times (x - mean) / "
        "np.sqrt(variance + eps), plus beta.",
    ),
)

BACKWARD = Exercise(
    "6.2",
    "And back again",
    "`dy` is the gradient of the loss at the output γx̂ + β. Return its gradient at the input `x`; remember that μ and "
    "σ² depend on x too.",
    batch_norm_backward,
    cases=(
        (np.array([[1.0], [0.0], [0.0], [0.0]]), np.array([[1.0], [2.0], [4.0], [5.0]]), np.array([2.0]), 0.1),
        (normal(1, 4, 2), 1 + 3 * normal(2, 4, 2), np.array([1.0, 0.5]), 1e-2),
        (1 + normal(8, 5, 3), normal(3, 5, 3), _vector(4, 3), 1e-5),
        (normal(5, 20, 4), 2 * normal(6, 20, 4), _vector(7, 4), 0.3),
    ),
    mistakes=(
        Mistake(
            lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, by_mean=0, by_spread=0),
            "You took μ and σ for constants. That is right after training; in training both move when x moves, and "
            "two terms are missing.",
        ),
        Mistake(
            lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, by_spread=0),
            "The path through μ is there, the one through σ² is missing: subtract x̂ · mean(dx̂ ∘ x̂) as well. (The mean "
            "of the products; the product of the means is 0.)",
        ),
        Mistake(
            lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, by_mean=0),
            "The path through σ² is there, the one through μ is missing: subtract mean(dx̂) as well.",
        ),
        Mistake(
            lambda dy, x, gamma, eps: batch_norm_backward(dy, x, np.ones_like(gamma), eps),
            "γ is missing. The gradient at x̂ is γ dy.",
        ),
        Mistake(
            lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, by_mean=len(x), by_spread=len(x)),
            "Both averages became sums. μ = 1/m Σ x, so its slope is 1/m: take means over the batch.",
        ),
        Mistake(
            lambda dy, x, gamma, eps: batch_norm_backward(dy, x, gamma, eps) * np.sqrt(x.var(axis=0) + eps),
            "The division by √(σ² + ε) is missing. x̂ = (x − μ)/√(σ² + ε), so dx̂ is divided by it on its way to x.",
        ),
        Mistake(
            lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, by_spread=-1),
            "The sign of the last term is wrong. A larger σ² makes x̂ smaller, so what comes by way of σ² is "
            "subtracted.",
        ),
        Mistake(
            lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, left=x, right=x),
            "You used x, or x − μ, in the last term. What comes by way of σ² is x̂ · mean(dx̂ ∘ x̂), with x̂ both times.",
            also=(
                lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, left=x),
                lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, right=x),
                lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, left=x - x.mean(axis=0)),
                lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, left=x - x.mean(axis=0), right=x - x.mean(axis=0)),
            ),
        ),
        Mistake(
            lambda dy, x, gamma, eps: batch_norm_backward(dy, x, gamma, 0.0),
            "ε is missing. The layer divided by √(σ² + ε), so its gradient does too.",
        ),
        Mistake(
            lambda dy, x, gamma, eps: batch_norm_backward(dy, x, gamma, eps) / np.sqrt(x.var(axis=0) + eps),
            "You divide by σ² + ε. Divide by its root, once.",
        ),
        Mistake(
            lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, axis=1),
            "Your means run over the units of each example, axis 1. μ and σ² belong to a column: average over axis 0.",
            also=(lambda dy, x, gamma, eps: batch_norm_backward((gamma * dy).T, x.T, np.ones(1), eps).T,),
        ),
        Mistake(
            lambda dy, x, gamma, eps: batch_norm_backward(dy, x, gamma**2, eps),
            "γ is in it twice. It turns dy into dx̂ = γ dy, and that is all.",
        ),
        Mistake(
            lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, by_spread=2),
            "The last term has a wrong factor. The ½ in the slope of the root, −½(σ² + ε)^(−3/2), and the 2 in the "
            "slope of the square, 2(x − μ)/m, cancel each other.",
            also=(lambda dy, x, gamma, eps: _back(dy, x, gamma, eps, by_spread=0.5),),
        ),
        Mistake(
            lambda dy, x, gamma, eps: -batch_norm_backward(dy, x, gamma, eps),
            "The sign is turned round. Only the two means are subtracted; dx̂ itself keeps its sign.",
        ),
    ),
    hints=(
        "There are three ways from x to the loss: straight through x̂, by way of μ, and by way of σ².",
        "Moving all x of a column together changes no output, so the column of dx must add up to 0. Stretching the "
        "column changes hardly any output either. Each rule subtracts one mean.",
        "With x_hat, std and dx_hat = gamma * dy: (dx_hat - dx_hat.mean(axis=0) - x_hat * np.mean(dx_hat * x_hat, "
        "axis=0)) / std.",
    ),
)

FOLD = Exercise(
    "6.3",
    "Free at test time",
    "A dense layer with weights `w` and no bias is followed by batch normalisation with running `mean` and "
    "`variance`. Return one dense layer that does the work of both after training: its weights, and its bias as one "
    "more row below them.",
    fold,
    cases=(
        (np.array([[2.0]]), np.array([3.0]), np.array([1.0]), np.array([4.0]), np.array([0.75]), 0.25),
        (
            np.array([[1.0, -2.0], [0.5, 0.0]]),
            np.array([1.0, 2.0]),
            np.array([0.5, -0.5]),
            np.array([1.0, -1.0]),
            np.array([4.0, 0.25]),
            0.01,
        ),
        (normal(1, 5, 3), _vector(2, 3), normal(3, 3), normal(4, 3), _vector(5, 3), 1e-5),
        (normal(6, 3, 4), _vector(7, 4), normal(8, 4), normal(9, 4), _vector(10, 4), 0.5),
    ),
    mistakes=(
        Mistake(
            _folded(lambda gamma, beta, mean, s: gamma / s, lambda gamma, beta, mean, s: beta),
            "The running mean is missing. It is subtracted before the scaling, so the bias is β − μγ/√(v + ε).",
        ),
        Mistake(
            _folded(lambda gamma, beta, mean, s: gamma / s, lambda gamma, beta, mean, s: beta - mean),
            "The mean is subtracted before the scaling: it is scaled with the weights, μγ/√(v + ε).",
        ),
        Mistake(
            _folded(lambda gamma, beta, mean, s: gamma / s, lambda gamma, beta, mean, s: beta - mean / s),
            "The mean is divided by the root, but γ is missing: it multiplies all of (xW − μ)/√(v + ε).",
        ),
        Mistake(
            _folded(lambda gamma, beta, mean, s: gamma / s**2, lambda gamma, beta, mean, s: beta - mean * gamma / s**2),
            "You divide by the variance. Divide by its root.",
        ),
        Mistake(
            lambda w, gamma, *rest: fold(w, np.ones_like(gamma), *rest),
            "γ is missing. Both the weights and the mean are multiplied by it.",
        ),
        Mistake(
            lambda w, gamma, beta, mean, variance, eps: fold(w, gamma, beta, -mean, variance, eps),
            "The sign of the mean is wrong: batch normalisation subtracts it.",
        ),
        Mistake(
            lambda w, gamma, beta, mean, variance, eps: fold(w, gamma, beta, mean, variance, 0.0),
            "ε is missing: the layer divides by √(v + ε).",
        ),
        Mistake(
            lambda w, gamma, beta, mean, variance, eps: fold(w, gamma, beta, mean @ w, variance, eps),
            "`mean` is the mean of the layer's outputs xW, one number per unit: it is not multiplied by `w` again.",
        ),
        Mistake(
            _folded(lambda gamma, beta, mean, s: gamma / s, lambda gamma, beta, mean, s: (beta - mean) * gamma / s),
            "β is scaled as well here. It is added last, after the scaling: the bias is β − μγ/√(v + ε).",
        ),
        Mistake(
            lambda w, gamma, beta, mean, variance, eps: np.vstack([w, fold(w, gamma, beta, mean, variance, eps)[-1]]),
            "The weights are as they were. Each column of `w` is multiplied by its γ/√(v + ε).",
        ),
        Mistake(
            lambda w, gamma, beta, mean, variance, eps: np.roll(fold(w, gamma, beta, mean, variance, eps), 1, axis=0),
            "The bias stands above the weights. The task asks for it as the last row.",
        ),
        Mistake(
            _folded(
                lambda gamma, beta, mean, s: (gamma / s)[:, None], lambda gamma, beta, mean, s: beta - mean * gamma / s
            ),
            "You scaled the rows of `w`. A unit is a column: its γ/√(v + ε) multiplies the column.",
        ),
        Mistake(
            lambda w, gamma, beta, mean, variance, eps: fold(w, gamma, beta, mean, (np.sqrt(variance) + eps) ** 2, 0.0),
            "ε stands outside the root. The layer divides by √(v + ε).",
        ),
        Mistake(
            lambda w, gamma, beta, mean, variance, eps: fold(w, beta, gamma, mean, variance, eps),
            "γ and β have changed places: γ multiplies, β is added.",
        ),
        Mistake(
            lambda w, gamma, beta, mean, variance, eps: fold(w, gamma, 0 * beta, mean, variance, eps),
            "β is missing: the bias is β − μγ/√(v + ε).",
        ),
    ),
    hints=(
        "After training mean and variance are constants. What kind of function of x is γ(xW − μ)/√(v + ε) + β?",
        "Multiply out: x times something, plus something. The first is a matrix with one factor per column of W.",
        "factor = gamma / np.sqrt(variance + eps). The weights are w * factor, the bias is beta - mean * factor; "
        "np.vstack puts one below the other.",
    ),
)

EXERCISES = (FORWARD, BACKWARD, FOLD)
