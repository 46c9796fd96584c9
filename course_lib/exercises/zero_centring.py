"""Chapter 03, zero-centring: the gradient of one unit, how often its signs agree, and what a mean does to the loss."""

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake, normal, uniform
from course_lib.inputs import arrays


@arrays("x", "upstream")
def weight_gradient(x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """∂L/∂w = 1/B Σ_b g_b x_b      for f_b = w·x_b,  g_b = ∂ℓ_b/∂f_b,  L = 1/B Σ_b ℓ_b

    x (B, d) and upstream g (B,) give (d,).  One example: g x, so its signs are those of x, or all opposite.
    """
    return upstream @ x / len(x)


@arrays("x", "upstream")
def share_of_one_sign(x: np.ndarray, upstream: np.ndarray) -> float:
    """Share of the batches whose gradient 1/B Σ_b g_b x_b has components of one sign only.

    x (n, B, d) and upstream (n, B): n mini-batches of B examples.
    """
    gradients = np.einsum("nb,nbd->nd", upstream, x)  # the factor 1/B changes no sign
    return float(np.mean((gradients > 0).all(axis=1) | (gradients < 0).all(axis=1)))


@arrays("x")
def condition_numbers(x: np.ndarray) -> np.ndarray:
    """(κ of the inputs as they are, κ of the centred inputs),   κ = λ_max/λ_min of H = xᵀx/n

    x (n, d).  H is the Hessian of ½ mean (w·x − y)².
    """

    def condition(x: np.ndarray) -> float:
        eigenvalues = np.linalg.eigvalsh(x.T @ x / len(x))
        return eigenvalues[-1] / eigenvalues[0]

    return np.array([condition(x), condition(x - x.mean(axis=0))])


def _batches(seed: int, n: int, size: int, d: int, mean: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(seed)
    return mean + rng.standard_normal((n, size, d)), rng.standard_normal((n, size))


def _cloud(seed: int, n: int, mean: list[float], spread: list[float]) -> np.ndarray:
    rng = np.random.RandomState(seed)
    return np.array(mean) + np.array(spread) * rng.standard_normal((n, len(mean)))


def _gradients(x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    return np.einsum("nb,nbd->nd", upstream, x)


def _majority(x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """The share of the components that have the more frequent sign, of each batch."""
    gradients = _gradients(x, upstream)
    return np.maximum((gradients > 0).mean(axis=1), (gradients < 0).mean(axis=1))


def _one_sign(gradients: np.ndarray) -> np.ndarray:
    """Whether all components, along the last axis, are positive or all are negative."""
    return np.logical_or((gradients > 0).all(axis=-1), (gradients < 0).all(axis=-1))


def _ratio(matrix: np.ndarray) -> float:
    eigenvalues = np.linalg.eigvalsh(matrix)
    return eigenvalues[-1] / eigenvalues[0]


def _hessian(x: np.ndarray) -> np.ndarray:
    return x.T @ x / len(x)


WEIGHT_GRADIENT = Exercise(
    "3.1",
    "The gradient of one unit",
    "A unit computes f = w·x for each of the B rows of `x`. `upstream[b]` is the derivative of example b's loss with "
    "respect to its f, and the loss of the batch is the mean over its examples. Return the gradient of that loss with "
    "respect to w.",
    weight_gradient,
    cases=(
        (np.array([[2.0, 1.0]]), np.array([-3.0])),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1.0, -1.0])),
        (np.array([[1.0, 0.5, 2.0], [0.5, 4.0, 1.0]]), np.array([2.0, -0.5])),
        (np.array([[1.0, -2.0], [-0.5, 1.0], [-1.0, 3.0]]), np.array([1.0, -2.0, 0.5])),
        (uniform(1, 8, 5), normal(2, 8)),
    ),
    mistakes=(
        Mistake(
            lambda x, upstream: x.mean(axis=0),
            "This is the gradient of f, which is x. The loss feels f through the upstream gradient: multiply each "
            "row by its own ∂ℓ/∂f, which may be negative.",
        ),
        Mistake(
            lambda x, upstream: np.abs(upstream) @ x / len(x),
            "You took the size of the upstream gradient. Its sign is what decides whether the weights rise or "
            "fall: the gradient is not always positive.",
        ),
        Mistake(
            lambda x, upstream: np.sign(upstream) @ x / len(x),
            "You kept the sign of the upstream gradient and lost its size. An example with a large error must "
            "pull harder.",
        ),
        Mistake(
            lambda x, upstream: upstream.mean() * x.mean(axis=0),
            "You multiplied two means. Each example has its own upstream gradient and its own inputs: multiply "
            "first, then average.",
        ),
        Mistake(
            lambda x, upstream: upstream @ x,
            "This is the sum over the batch. The loss of the batch is a mean: divide by the number of examples.",
        ),
        Mistake(
            lambda x, upstream: upstream[:, None] * x,
            "These are the gradients of the single examples, one per row. The batch takes their mean: average over "
            "axis 0.",
        ),
        Mistake(
            lambda x, upstream: (upstream * x).mean(axis=0),
            "`upstream * x` multiplies column i by upstream[i]. Each row has its own factor: `upstream[:, None] * x`.",
        ),
        Mistake(
            lambda x, upstream: -upstream @ x / len(x),
            "This is where gradient descent goes, not the gradient. The minus sign comes with the update.",
        ),
        Mistake(
            lambda x, upstream: upstream @ x / x.shape[1],
            "You divided by the number of inputs. The mean runs over the examples, the rows of x.",
        ),
        Mistake(
            lambda x, upstream: upstream @ x / x.size,
            "You divided by how many numbers x holds. The mean runs over the examples only: divide by len(x).",
        ),
        Mistake(
            lambda x, upstream: np.mean(upstream[:, None] * x),
            "This is one number for all weights. Average over the examples only, axis 0: each weight has a slope "
            "of its own.",
        ),
        Mistake(
            lambda x, upstream: upstream[0] * x[0],
            "This is the gradient of the first example alone. The loss of the batch is a mean over all of them.",
        ),
    ),
    hints=(
        "Begin with one example. If w_i grows by a little, by how much does f grow? And the loss?",
        "Chain rule: ∂ℓ/∂w_i = ∂ℓ/∂f · ∂f/∂w_i = upstream · x_i. Do it for every row, then average over the rows.",
        "`upstream @ x` sums upstream[b] * x[b] over the batch. Divide by len(x).",
    ),
)

SIGN_AGREEMENT = Exercise(
    "3.2",
    "How often do the signs agree?",
    "`x` holds n mini-batches of B examples with d inputs, shape (n, B, d); `upstream` holds their upstream gradients, "
    "shape (n, B). Return the share of the n batches whose gradient has components that are all positive or all "
    "negative; 0 is neither.",
    share_of_one_sign,
    cases=(
        (
            np.array([[[1.0, 2.0]], [[1.0, -2.0]], [[3.0, 0.5]], [[-1.0, -0.5]]]),
            np.array([[1.0], [1.0], [-2.0], [-1.0]]),
        ),
        (
            np.array([[[1.0, 2.0], [2.0, 1.0]], [[1.0, 2.0], [0.5, 0.6]], [[1.0, 1.0], [0.1, 3.0]]]),
            np.array([[1.0, -1.0], [1.0, -1.0], [-1.0, -2.0]]),
        ),
        (
            np.array([[[1.0, -1.0, 2.0, -3.0]], [[1.0, 1.0, 2.0, 3.0]], [[1.0, 1.0, 2.0, 3.0]]]),
            np.array([[1.0], [1.0], [-1.0]]),
        ),
        (np.array([[[1.0, 0.0]], [[2.0, 1.0]], [[-1.0, 0.0]]]), np.array([[1.0], [1.0], [1.0]])),  # 0 is neither
        _batches(3, 200, 4, 3, 1.0),
        _batches(4, 400, 8, 5, 0.8),
        _batches(5, 300, 1, 24, 1.6),  # often 23 of 24 agree
    ),
    mistakes=(
        Mistake(
            lambda x, upstream: np.mean((_gradients(x, upstream) > 0).all(axis=1)),
            "You count only the gradients that are all positive. All negative is agreement as well: it happens "
            "whenever the upstream gradient is negative.",
        ),
        Mistake(
            lambda x, upstream: np.mean((_gradients(x, upstream) < 0).all(axis=1)),
            "You count only the gradients that are all negative. All positive is agreement as well.",
        ),
        Mistake(
            lambda x, upstream: np.mean(_one_sign(upstream)),
            "You looked at the signs of the upstream gradients. The gradient of the weights is the mean of "
            "upstream times x: look at the signs of its components.",
        ),
        Mistake(
            lambda x, upstream: np.mean(np.prod(_gradients(x, upstream)[:, :2], axis=1) > 0),
            "You compared the first two components. All d of them must agree.",
        ),
        Mistake(
            lambda x, upstream: np.mean(_one_sign(upstream[..., None] * x)),
            "You looked at the gradient of every single example. The update follows the mean over the batch: sum "
            "over axis 1 first, then look at the signs.",
        ),
        Mistake(
            lambda x, upstream: np.mean(_one_sign(x.mean(axis=1))),
            "The upstream gradient is missing. Examples pull in opposite directions when theirs differ in sign, "
            "and that is what lets the signs of a batch mix.",
        ),
        Mistake(
            lambda x, upstream: np.mean(_one_sign(upstream.mean(axis=1)[:, None] * x.mean(axis=1))),
            "You multiplied two means. Each example has its own upstream gradient and its own inputs: multiply "
            "first, then average over the batch.",
        ),
        Mistake(
            lambda x, upstream: np.mean(np.prod(np.sign(_gradients(x, upstream)), axis=1) > 0),
            "A positive product tells agreement for two components only. With three, two minus signs and one plus "
            "give a positive product too.",
        ),
        Mistake(
            lambda x, upstream: np.mean(_majority(x, upstream)),
            "This is the average share of the majority sign. The question is how often the majority is everybody.",
        ),
        Mistake(
            lambda x, upstream: np.mean(_majority(x, upstream) > 0.8),
            "You ask whether most of the components have one sign. All of them must.",
            also=tuple(
                lambda x, upstream, most=most: np.mean(_majority(x, upstream) > most) for most in (0.5, 0.75, 0.9)
            ),
        ),
        Mistake(
            lambda x, upstream: np.mean(
                (_gradients(x, upstream) >= 0).all(axis=1) | (_gradients(x, upstream) <= 0).all(axis=1)
            ),
            "A component of exactly 0 is neither positive nor negative: ask for > 0 and < 0.",
            also=(
                lambda x, upstream: np.mean(
                    (_gradients(x, upstream) > 0).all(axis=1) | ~(_gradients(x, upstream) > 0).any(axis=1)
                ),
            ),
        ),
        Mistake(
            lambda x, upstream: np.mean((_gradients(x, upstream) > 0).any(axis=1)),
            "`any` asks whether some component is positive. Agreement means that all are.",
        ),
        Mistake(
            lambda x, upstream: 1 - share_of_one_sign(x, upstream),
            "This is the share of gradients with mixed signs: one minus what is asked.",
        ),
        Mistake(
            lambda x, upstream: np.sum(_one_sign(_gradients(x, upstream))),
            "This is a count. Divide by the number of batches.",
        ),
    ),
    hints=(
        "First the gradients, one per batch, in an array of shape (n, d). Then a question about each row.",
        "The gradient of batch n sums upstream[n, b] * x[n, b] over b. A row agrees if all of it is > 0 or all < 0.",
        "g = (upstream[..., None] * x).sum(axis=1). Then np.mean((g > 0).all(axis=1) | (g < 0).all(axis=1)).",
    ),
)

CONDITION_NUMBERS = Exercise(
    "3.3",
    "What the mean does to the valley",
    "For inputs `x` of shape (n, d) the loss ½ mean (w·x − y)² has the Hessian H = xᵀx/n. Return two numbers: its "
    "condition number λ_max/λ_min for `x` as it is, and for `x` after centring every input over the examples.",
    condition_numbers,
    cases=(
        (np.array([[3.0, 0.0], [1.0, 0.0], [2.0, 2.0], [2.0, -2.0]]),),
        (np.array([[1.0, 2.0], [1.5, 3.0], [2.0, 1.0]]),),
        (_cloud(5, 40, [1.0, 3.0], [1.0, 0.5]),),
        (_cloud(6, 200, [1.0, 0.5, 2.0, 1.0], [1.0, 1.0, 0.7, 1.2]),),
    ),
    mistakes=(
        Mistake(
            lambda x: np.array([_ratio(np.cov(x.T)), _ratio(np.cov(x.T))]),
            "np.cov subtracts the mean by itself, so both of your numbers belong to centred inputs. For the first "
            "take x.T @ x / n.",
        ),
        Mistake(
            lambda x: np.array([np.linalg.cond(x), np.linalg.cond(x - x.mean(axis=0))]),
            "These are the condition numbers of x. The singular values of x are the roots of the eigenvalues of "
            "xᵀx: the Hessian has the squares of your numbers.",
        ),
        Mistake(
            lambda x: np.array([_ratio(_hessian(x)), _ratio(_hessian(x - x.mean()))]),
            "You subtracted one number, the mean of everything. Every input has its own mean over the examples: "
            "x.mean(axis=0).",
        ),
        Mistake(
            lambda x: np.array([_ratio(_hessian(x)), _ratio(_hessian(x - x.mean(axis=1, keepdims=True)))]),
            "Your second H has an eigenvalue 0. Centring runs down the columns of x: x − x.mean(axis=0).",
        ),
        Mistake(
            lambda x: np.array([_ratio(_hessian(x)), _ratio(_hessian((x - x.mean(axis=0)) / x.std(axis=0)))]),
            "You also divided by the standard deviation. That helps too, and is the next chapter. Here only the "
            "mean is taken away.",
        ),
        Mistake(
            lambda x: np.array([_ratio(_hessian(x - x.mean(axis=0))), _ratio(_hessian(x))]),
            "The two numbers are right, in the wrong order: first x as it is, then centred.",
        ),
        Mistake(
            lambda x: np.array([np.linalg.eigvalsh(_hessian(v))[-1] for v in (x, x - x.mean(axis=0))]),
            "These are the largest eigenvalues. They set the largest stable learning rate; the condition number "
            "divides by the smallest.",
        ),
        Mistake(
            lambda x: np.array([1 / _ratio(_hessian(x)), 1 / _ratio(_hessian(x - x.mean(axis=0)))]),
            "The fraction is upside down: the largest eigenvalue goes on top, so that a condition number is never "
            "below 1.",
        ),
        Mistake(
            lambda x: np.array([_ratio(_hessian(x)), _ratio(_hessian(x))]),
            "Both of your numbers belong to x as it is. For the second subtract x.mean(axis=0) first.",
        ),
        Mistake(
            lambda x: np.array([1 + np.sum(x.mean(axis=0) ** 2), 1.0]),
            "1 + ‖μ‖² holds for white inputs: variance 1 in every direction. These inputs are not white: take the "
            "eigenvalues of H.",
        ),
        Mistake(
            lambda x: np.array([_ratio(np.diag(np.diag(_hessian(v)))) for v in (x, x - x.mean(axis=0))]),
            "You took the largest over the smallest of its diagonal. H also holds the products of different "
            "inputs: the eigenvalues are those of the whole matrix.",
        ),
    ),
    hints=(
        "Two matrices of shape (d, d), each a mean of x xᵀ over the examples. NumPy finds the eigenvalues.",
        "np.linalg.eigvalsh(x.T @ x / len(x)) gives the eigenvalues in rising order. Centred: x - x.mean(axis=0).",
        "For each of the two: e = np.linalg.eigvalsh(h), then e[-1] / e[0]. Put both into np.array([..., ...]).",
    ),
)

EXERCISES = (WEIGHT_GRADIENT, SIGN_AGREEMENT, CONDITION_NUMBERS)
