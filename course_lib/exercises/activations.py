"""Chapter 02, activation functions: who is dead, how a slope learns, and a softmax that survives large scores."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake, normal
from course_lib.inputs import arrays
from course_lib.nn.activations import log_softmax


@arrays("z")
def dead_share(z: np.ndarray) -> float:
    """The share of units with zᵢⱼ ≤ 0 for every example i;   z (examples, units) are sums w·x + b.

    ReLU′ is 0 for all of them, so no example sends a gradient to their weights.
    """
    active_somewhere = (z > 0).any(axis=0)
    return float(np.mean(~active_somewhere))


@arrays("x", "dy")
def alpha_gradient(x: np.ndarray, dy: np.ndarray) -> float:
    """∂J/∂α = Σ ∂J/∂y · ∂y/∂α = Σ dy · min(0, x)      for y = max(0, x) + α min(0, x), one α for all values.

    x, dy (examples, units).  He et al. 2015 eq. 2 and 3: every value that used α adds its share.
    """
    return float(np.sum(dy * np.minimum(x, 0)))


@arrays("scores")
def stable_softmax(scores: np.ndarray) -> np.ndarray:
    """pᵢⱼ = e^(sᵢⱼ − mᵢ) / Σₖ e^(sᵢₖ − mᵢ),   mᵢ = maxₖ sᵢₖ;      scores (examples, classes).

    Subtracting mᵢ multiplies numerator and denominator by the same e^−mᵢ. Then no exponent is above 0, and the
    denominator is at least 1.
    """
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _sums(seed: int, examples: int, units: int, shift: float) -> np.ndarray:
    """Sums w·x + b of units whose biases lie around `shift`."""
    rng = np.random.RandomState(seed)
    return rng.standard_normal((examples, units)) + rng.standard_normal(units) + shift


def _pair(seed: int, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(seed)
    return rng.standard_normal(shape), rng.standard_normal(shape)


def _without_shift(scores: np.ndarray) -> np.ndarray:
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def _row_max(scores: np.ndarray) -> np.ndarray:
    return scores.max(axis=1, keepdims=True)


def _guarded(shift: Callable[[np.ndarray], Any], guard: float) -> Callable[[np.ndarray], np.ndarray]:
    """A small number is added to the sum, as against a division by 0."""

    def answer(scores: np.ndarray) -> np.ndarray:
        e = np.exp(scores - shift(scores))
        return e / (e.sum(axis=1, keepdims=True) + guard)

    return answer


DEAD_SHARE = Exercise(
    "2.1",
    "Zero is not dead",
    "`z[i, j]` is the sum w·x + b of ReLU unit j for example i of the training set. Return the share of the units that "
    "are dead.",
    dead_share,
    cases=(
        (np.array([[-1.0, 2.0], [-3.0, -1.0]]),),
        (np.array([[-1.0, 0.0, 1.0, -2.0], [-2.0, -1.0, -1.0, -1.0], [0.0, 0.0, 3.0, 1.0]]),),
        (np.array([[0.5, 1.0, -2.0, 1.0], [2.0, 1.0, -1.0, -0.5]]),),
        (np.zeros((3, 5)),),
        (_sums(1, 20, 30, -1.0),),
        (_sums(2, 200, 50, -3.0),),
    ),
    mistakes=(
        Mistake(
            lambda z: np.mean(z <= 0),
            "You counted single outputs that are 0. A unit that is 0 for one example and positive for another is "
            "healthy: a unit is dead only when it is 0 for all examples.",
        ),
        Mistake(
            lambda z: np.mean((z <= 0).any(axis=0)),
            "You counted the units that are 0 for *some* example. Nearly every ReLU unit is. Dead means 0 for "
            "*every* example.",
        ),
        Mistake(
            lambda z: np.mean((z <= 0).all(axis=1)),
            "You looked along the wrong axis: these are the examples for which no unit fires. Look down the rows, "
            "axis 0, to judge each unit by all examples.",
        ),
        Mistake(
            lambda z: np.sum((z <= 0).all(axis=0)),
            "You returned the number of dead units. Divide by the number of units to get the share.",
        ),
        Mistake(lambda z: np.mean((z > 0).any(axis=0)), "This is the share of the units that are alive."),
        Mistake(
            lambda z: np.mean((z < 0).all(axis=0)),
            "A sum of exactly 0 gives output 0 and, by convention, slope 0: it does not save the unit. Count z ≤ 0.",
        ),
        Mistake(
            lambda z: np.mean(z.mean(axis=0) <= 0),
            "A negative mean is no death sentence: one example with a positive sum keeps the unit learning.",
        ),
        Mistake(
            lambda z: np.sum((z <= 0).all(axis=0)) / len(z),
            "You divided the number of dead units by the number of examples. The share is one of the units, the "
            "columns of z.",
        ),
        Mistake(
            lambda z: 100 * np.mean((z <= 0).all(axis=0)),
            "This is the share in per cent. A share lies between 0 and 1.",
        ),
    ),
    hints=(
        "The slope of ReLU is 0 where the sum is not positive. For which units is it 0 on the whole training set?",
        "`z > 0` is a table of True and False. `.any(axis=0)` says for each unit whether it fires for any example.",
        "The dead units are `~(z > 0).any(axis=0)`; the mean of True and False is a share.",
    ),
)

ALPHA_GRADIENT = Exercise(
    "2.2",
    "How PReLU learns its slope",
    "All values of a layer share one α: y = max(0, x) + α·min(0, x), element by element. Given `x` and `dy` = ∂J/∂y, "
    "both of shape (examples, units), return ∂J/∂α.",
    alpha_gradient,
    cases=(
        (np.array([[-2.0]]), np.array([[3.0]])),
        (np.array([[-1.0, 2.0]]), np.array([[0.5, 4.0]])),
        (np.array([[1.0, -0.5], [-3.0, 2.0], [-1.0, -2.0]]), np.array([[1.0, 2.0], [-1.0, 0.5], [0.0, 3.0]])),
        (np.array([[1.0, 2.0]]), np.array([[1.0, 1.0]])),
        _pair(3, 8, 5),
        _pair(4, 50, 20),
    ),
    mistakes=(
        Mistake(
            lambda x, dy: np.sum(dy * x),
            "You let all values vote. Where x > 0, y does not depend on α: only min(0, x) belongs in the sum.",
        ),
        Mistake(
            lambda x, dy: np.sum(np.minimum(x, 0)),
            "This is ∂y/∂α summed up. The chain rule multiplies each value by what arrives from above, dy.",
        ),
        Mistake(
            lambda x, dy: np.sum(dy * (x < 0)),
            "∂y/∂α is min(0, x), not 1: a value far below 0 turns more on the same α. You left x out.",
        ),
        Mistake(
            lambda x, dy: np.mean(dy * np.minimum(x, 0)),
            "You took the mean. One α feeds all values, so their gradients add up; the 1/m of a mean loss is "
            "already inside dy.",
        ),
        Mistake(
            lambda x, dy: np.sum(dy * np.minimum(x, 0)) / len(x),
            "You divided by the number of examples. The 1/m of a mean loss is already inside dy.",
        ),
        Mistake(lambda x, dy: np.sum(dy * np.maximum(x, 0)), "This is the other side. α is the slope for x < 0."),
        Mistake(
            lambda x, dy: -np.sum(dy * np.minimum(x, 0)),
            "The sign is wrong: min(0, x) is negative, so raising α pushes y *down*. The minus of "
            "α ← α − η ∂J/∂α belongs to the optimiser's step, not to the gradient.",
        ),
        Mistake(
            lambda x, dy: np.sum(dy * np.minimum(x, 0), axis=0),
            "This is one gradient per unit, right for one α per unit. Here all units share α: sum over them too.",
        ),
        Mistake(
            lambda x, dy: np.sum(dy * np.minimum(x, 0), axis=1),
            "This is one number per example. All examples share α: sum over them too.",
        ),
        Mistake(
            lambda x, dy: dy * np.minimum(x, 0),
            "These are the right terms. All of them use the same α, so add them up.",
        ),
        Mistake(
            lambda x, dy: np.sum(dy * np.where(x > 0, 1, x)),
            "You put ∂y/∂α = 1 where x > 0. That is ∂y/∂x: y does not contain α there, so where x > 0 it is 0.",
        ),
        Mistake(
            lambda x, dy: np.sum(dy) * np.sum(np.minimum(x, 0)),
            "You multiplied two sums. The chain rule multiplies each value by its own dy; add up afterwards.",
        ),
    ),
    hints=(
        "Differentiate y with respect to α, not to x. What is it where x > 0, and what where x < 0?",
        "∂y/∂α = min(0, x). The chain rule multiplies by dy, value by value.",
        "One α serves all values, so the contributions add up: the sum over everything of dy * np.minimum(x, 0).",
    ),
)

STABLE_SOFTMAX = Exercise(
    "2.3",
    "A softmax that survives",
    "Each row of `scores` belongs to one example. Return the softmax probabilities, row by row, also for scores like "
    "1000 and −1000.",
    stable_softmax,
    cases=(
        (np.array([[0.0, 0.0]]),),
        (np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 5.0]]),),
        (np.array([[1000.0, 1000.0, 1000.0]]),),
        (np.array([[-1000.0, -1001.0], [3000.0, 0.0]]),),
        (np.array([[0.0, -1000.0]]),),
        (np.array([[0.0, 1000.0], [1100.0, 1000.0]]),),  # the largest may stand anywhere
        (np.array([[3.0, 1.0], [2.0, 2.0], [-4.0, 0.5]]),),
        (10 * normal(5, 6, 4),),
    ),
    mistakes=(
        Mistake(
            _without_shift,
            "The formula is right and the machine is not: e^1000 overflows, and ∞/∞ is NaN. Subtract the largest "
            "score of each row first, which leaves the probabilities as they are.",
            also=(_guarded(lambda s: 0.0, 1e-12),),
        ),
        Mistake(
            lambda s: _without_shift(s - s.max()),
            "You subtract the largest score of the whole table. A row far below it becomes e^−1000 = 0 everywhere, "
            "and 0/0 is NaN. Each row needs its own maximum.",
        ),
        Mistake(
            _guarded(np.max, 1e-8),
            "The small number in the denominator turns 0/0 into 0, and the probabilities of a row no longer sum to 1. "
            "Each row needs its own maximum. Then the sum is at least 1 and needs no guard.",
            also=(_guarded(np.max, 1e-12),),
        ),
        Mistake(
            _guarded(_row_max, 1e-3),
            "The number you add in the denominator is no longer small: the probabilities of a row do not sum to 1. "
            "With the largest score subtracted the sum is at least 1 and needs no guard.",
        ),
        Mistake(
            lambda s: np.exp(s - s.max(axis=0)) / np.exp(s - s.max(axis=0)).sum(axis=0),
            "Your columns sum to 1. Each row is one example, so work along axis=1 and keep the axis with "
            "keepdims=True.",
        ),
        Mistake(
            lambda s: np.exp(s - s.max()) / np.exp(s - s.max()).sum(),
            "All probabilities together sum to 1. Each row must do so by itself: sum along axis=1.",
            also=(lambda s: np.exp(s - _row_max(s)) / np.exp(s - _row_max(s)).sum(),),
        ),
        Mistake(
            lambda s: _without_shift(s - s.mean(axis=1, keepdims=True)),
            "Subtracting the mean helps when all scores are large, but 3000 beside 0 still leaves e^1500. Subtract "
            "the largest score of the row: then no exponent is positive.",
        ),
        Mistake(lambda s: np.exp(s - _row_max(s)), "Every row still has to be divided by its sum."),
        Mistake(log_softmax, "These are the logarithms of the probabilities. Take the exponential."),
        Mistake(
            lambda s: _without_shift(s - s.min(axis=1, keepdims=True)),
            "You subtract the smallest score of the row: then 3000 beside 0 still leaves e^3000. Subtract the largest.",
        ),
        Mistake(
            lambda s: np.exp(s - s.max(axis=1)) / np.exp(s - s.max(axis=1)).sum(axis=1),
            "A maximum or sum along axis=1 has the shape (examples,), which NumPy spreads over the columns, not "
            "the rows. With keepdims=True it stays a column.",
            also=(
                lambda s: _without_shift(s - s.max(axis=1)),
                lambda s: np.exp(s - _row_max(s)) / np.exp(s - _row_max(s)).sum(axis=1),
            ),
        ),
        Mistake(
            lambda s: _without_shift(np.clip(s, -500, 500)),
            "You cut off large values. That keeps e^s finite and makes 1100 and 1000 the same. Subtract the largest "
            "score of the row instead: it changes nothing.",
            also=(
                lambda s: _without_shift(np.clip(s, -700, 700)),
                lambda s: _without_shift(np.minimum(s, 500)),
                lambda s: _without_shift(np.minimum(s, 700)),
            ),
        ),
        Mistake(
            lambda s: (s == _row_max(s)) * 1.0,
            "The largest score gets 1 and all others 0. Softmax is soft: e^s shares the 1 among the classes.",
        ),
        Mistake(
            lambda s: 1 / (1 + np.exp(-s)),
            "This is the sigmoid of every score by itself. The classes compete: divide by the sum of the row.",
        ),
    ),
    hints=(
        "e^(s − m) / Σ e^(s − m) is the same for every m. Which m makes all exponents harmless?",
        "With m the largest score of the row, every exponent is at most 0 and one of them is exactly 0. So the sum is "
        "at least 1, and needs no small number against 0/0.",
        "`e = np.exp(scores - scores.max(axis=1, keepdims=True))`, then divide by `e.sum(axis=1, keepdims=True)`.",
    ),
)

EXERCISES = (DEAD_SHARE, ALPHA_GRADIENT, STABLE_SOFTMAX)
