"""Chapter 01, neurons and backpropagation: score a window of words, its margin gradients, and slopes by measurement."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake
from course_lib.inputs import arrays


@arrays("x", "W", "b", "U")
def window_scores(x: np.ndarray, W: np.ndarray, b: np.ndarray, U: np.ndarray) -> np.ndarray:
    """z = Wx + b,   a = tanh(z),   s = Uᵀa

    x (n, m): m windows as columns;  W (h, n);  b, U (h, 1);  s (1, m).
    """
    z = W @ x + b
    a = np.tanh(z)
    return U.T @ a


@arrays("x", "x_c", "W", "b", "U")
def margin_gradients(x: np.ndarray, x_c: np.ndarray, W: np.ndarray, b: np.ndarray, U: np.ndarray) -> np.ndarray:
    """J = max(0, 1 − s + s_c),   δ = U ∘ (1 − a²):
    ∂J/∂W = 1{J > 0}(δ_c x_cᵀ − δxᵀ),   ∂J/∂b = 1{J > 0}(δ_c − δ),   ∂J/∂U = 1{J > 0}(a_c − a)

    x, x_c (n, 1);  W (h, n);  b, U (h, 1).  The three side by side, (h, n + 2).
    """
    a, a_c = np.tanh(W @ x + b), np.tanh(W @ x_c + b)
    violated = (U.T @ a_c - U.T @ a + 1).item() > 0
    delta, delta_c = U * (1 - a**2), U * (1 - a_c**2)
    return violated * np.hstack([delta_c @ x_c.T - delta @ x.T, delta_c - delta, a_c - a])


@arrays("theta")
def numerical_gradient(f: Callable[[np.ndarray], float], theta: np.ndarray, h: float) -> np.ndarray:
    """∂f/∂θᵢ ≈ (f(θ + h eᵢ) − f(θ − h eᵢ)) / 2h,   one component at a time.      theta (n,)"""
    gradient = np.zeros(len(theta))  # np.zeros_like(theta) would be whole numbers where theta is
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = h
        gradient[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    return gradient


@dataclass(frozen=True)
class Named:
    """A function that is shown as its formula."""

    formula: str
    f: Callable[[np.ndarray], float]

    def __call__(self, theta: np.ndarray) -> float:
        return float(self.f(theta))

    def __repr__(self) -> str:
        return self.formula


def _window(seed: int, inputs: int = 20, hidden: int = 8, windows: int = 1) -> tuple[np.ndarray, ...]:
    """x, W, b, U of a random window network."""
    draw = np.random.RandomState(seed).standard_normal
    return draw((inputs, windows)), 0.5 * draw((hidden, inputs)), 0.5 * draw((hidden, 1)), draw((hidden, 1))


def _pair(seed: int, inputs: int, hidden: int, lead: float) -> tuple[np.ndarray, ...]:
    """x, x_c, W, b, U with s − s_c = `lead`: the margin of 1 is violated below 1."""
    (x, W, b, U), (x_c, *_) = _window(seed, inputs, hidden), _window(seed + 100, inputs, hidden)
    return x, x_c, W, b, U * (lead / _lead(x, x_c, W, b, U))


def _lead(x, x_c, W, b, U) -> float:
    return (window_scores(x, W, b, U) - window_scores(x_c, W, b, U)).item()


def _parts(
    x, x_c, W, b, U, *, on=lambda s, s_c: 1 - s + s_c > 0, sign=1.0, slope=lambda a: 1 - a**2, weight=True, corrupt=1.0
) -> np.ndarray:
    """The margin gradients with one idea changed: what the known mistakes compute."""
    a, a_c = np.tanh(W @ x + b), np.tanh(W @ x_c + b)
    s, s_c = (U.T @ a).item(), (U.T @ a_c).item()
    delta, delta_c = ((U if weight else 1.0) * slope(h) for h in (a, a_c))
    on = on(s, s_c)
    dW, db = corrupt * delta_c @ x_c.T - delta @ x.T, corrupt * delta_c - delta
    return on * sign * np.hstack([dW, db, corrupt * a_c - a])


def _in_order(*blocks: int) -> Callable[..., np.ndarray]:
    """The right gradients with the blocks 0 = ∂J/∂W, 1 = ∂J/∂b, 2 = ∂J/∂U in this order."""

    def answer(*args: np.ndarray) -> np.ndarray:
        columns = np.split(margin_gradients(*args), [-2, -1], axis=1)
        return np.hstack([columns[block] for block in blocks])

    return answer


def _one_input(x, x_c, W, b, U):
    blocks = _parts(x, x_c, W, b, U)
    return np.hstack([blocks[:, [-2]] @ x.T, blocks[:, -2:]])


def _differences_first(x, x_c, W, b, U):
    blocks = _parts(x, x_c, W, b, U)
    return np.hstack([blocks[:, [-2]] @ (x_c - x).T, blocks[:, -2:]])


def _zero_without_shape(x, x_c, W, b, U):
    blocks = _parts(x, x_c, W, b, U)
    return blocks if blocks.any() else 0.0


def _slopes(difference: Callable[..., float]) -> Callable[..., np.ndarray]:
    """`difference(f, theta, step, h)` for a step of h in each component."""
    return lambda f, theta, h: np.array([difference(f, theta, h * e, h) for e in np.eye(len(theta))])


def _with_own_step(own: float) -> Callable[..., np.ndarray]:
    return lambda f, theta, h: numerical_gradient(f, theta, own)


def _never_put_back(f, theta, h):
    here, gradient = theta.copy(), np.zeros_like(theta)
    for i in range(len(here)):
        here[i] += h
        above = f(here)
        here[i] -= 2 * h
        gradient[i] = (above - f(here)) / (2 * h)
    return gradient


WINDOW_SCORES = Exercise(
    "1.1",
    "A score for five words",
    "The columns of `x` are windows: five words of four numbers each, on top of one another. Return the score "
    "s = Uᵀ tanh(Wx + b) of every window, in the shape (1, number of windows).",
    window_scores,
    cases=(
        (
            np.array([[1.0], [2.0]]),
            np.array([[1.0, -1.0], [0.5, 0.0]]),
            np.array([[1.0], [0.0]]),
            np.array([[3.0], [2.0]]),
        ),
        _window(0, 3, 2),
        _window(1),
        _window(2, windows=6),
        _window(3, 12, 12, windows=12),
    ),
    mistakes=(
        Mistake(
            lambda x, W, b, U: U.T @ (W @ x + b),
            "The non-linearity is missing: without tanh two layers are one linear map.",
        ),
        Mistake(
            lambda x, W, b, U: U.T @ np.tanh(W @ x),
            "The bias b is missing. It shifts each hidden unit before the non-linearity.",
        ),
        Mistake(
            lambda x, W, b, U: U.T @ (np.tanh(W @ x) + b), "The bias belongs inside tanh: a = f(Wx + b), not f(Wx) + b."
        ),
        Mistake(
            lambda x, W, b, U: np.tanh(U.T @ (W @ x + b)),
            "You bent the output instead of the hidden layer. tanh acts on z = Wx + b; the score itself is linear "
            "in a, and may be any number.",
        ),
        Mistake(
            lambda x, W, b, U: np.tanh(U.T @ np.tanh(W @ x + b)),
            "One tanh too many: the score s = Uᵀa is not squashed. A margin of 1 could not always be reached if "
            "it were.",
        ),
        Mistake(
            lambda x, W, b, U: U.T @ (1 / (1 + np.exp(-(W @ x + b)))),
            "That is the logistic sigmoid. This network uses tanh, which is 2σ(2z) − 1.",
        ),
        Mistake(lambda x, W, b, U: U.T @ np.maximum(W @ x + b, 0), "That is ReLU. This network uses tanh."),
        Mistake(
            lambda x, W, b, U: np.sum(U.T @ np.tanh(W @ x + b), keepdims=True),
            "You added up the windows. Each column of x has a score of its own.",
        ),
        Mistake(
            lambda x, W, b, U: np.ravel(U.T @ np.tanh(W @ x + b)),
            "The numbers are right, the shape is not. Uᵀ is (1, 8) and a is (8, windows), so their product has the "
            "shape (1, windows).",
        ),
        Mistake(
            lambda x, W, b, U: (U.T @ np.tanh(W @ x + b)).T,
            "The numbers are right, but you stood the scores on end: windows are columns, so the shape is "
            "(1, windows).",
        ),
        Mistake(
            lambda x, W, b, U: np.tanh(W @ x + b),
            "These are the activations of the hidden layer. The score is their weighted sum, with weights U.",
        ),
        Mistake(
            lambda x, W, b, U: U.T @ np.tanh(W.T @ x + b),
            "W already is (units, inputs): the sums are W @ x, without transposing. Where W is square the wrong "
            "product raises no error.",
        ),
        Mistake(
            lambda x, W, b, U: U * np.tanh(W @ x + b),
            "You multiplied each activation by its weight; the products still have to be added up, which the "
            "matrix product Uᵀa does.",
        ),
        Mistake(
            lambda x, W, b, U: np.tanh(W @ x + b).sum(axis=0, keepdims=True),
            "You added up the activations without their weights. The score is s = Uᵀa.",
        ),
    ),
    hints=(
        "Go from the input to the score in three lines: z, then a, then s. `@` is the matrix product.",
        "W is (8, 20) and x is (20, windows), so W @ x is (8, windows); b is one column that is added to each of them.",
        "z = W @ x + b;  a = np.tanh(z);  the score is U.T @ a.",
    ),
)

MARGIN_GRADIENTS = Exercise(
    "1.2",
    "Gradients of the margin",
    "`x` is a true window, `x_c` a corrupt one, and J = max(0, 1 − s + s_c) with s = Uᵀ tanh(Wx + b). Return ∂J/∂W, "
    "∂J/∂b and ∂J/∂U side by side: np.hstack([dW, db, dU]).",
    margin_gradients,
    cases=(
        (np.array([[1.0]]), np.array([[-1.0]]), np.array([[0.5]]), np.array([[0.25]]), np.array([[0.5]])),
        _pair(1, 3, 2, -0.5),
        _pair(2, 3, 2, 3.0),
        _pair(3, 20, 8, 0.5),
        _pair(4, 20, 8, 1.1),
        _pair(5, 20, 8, -3.0),
        _pair(6, 20, 8, 0.9),
        _pair(7, 20, 8, 1.5),
        _pair(8, 20, 8, 0.99),
        _pair(9, 20, 8, 1.01),
    ),
    mistakes=(
        Mistake(
            lambda *a: _parts(*a, on=lambda s, s_c: 1.0),
            "The indicator 1{J > 0} is missing. Where the true window already wins by 1, J is 0 and flat: all "
            "gradients are 0.",
        ),
        Mistake(
            lambda *a: _parts(*a, on=lambda s, s_c: float(s_c > s)),
            "You ask whether the corrupt window wins. J is positive earlier: as soon as the true window leads by "
            "less than 1.",
        ),
        Mistake(
            lambda *a: _parts(*a, on=lambda s, s_c: 1 + s - s_c > 0),
            "Your condition is reversed: it holds where the true window wins. J is positive where 1 − s + s_c > 0.",
            also=(
                lambda *a: _parts(*a, on=lambda s, s_c: s > s_c),
                lambda *a: _parts(*a, on=lambda s, s_c: 1 - s + s_c <= 0),
            ),
        ),
        Mistake(
            lambda *a: _parts(*a, on=lambda s, s_c: abs(s - s_c) < 1),
            "The distance of the scores does not decide. If the corrupt window wins by far, J is large and must "
            "have a gradient: ask for 1 − s + s_c > 0 only.",
        ),
        Mistake(
            lambda *a: max(0.0, 1 - _lead(*a)) * _parts(*a),
            "J itself is a factor in your gradients. The slope of max(0, J) is 1 where J > 0, not J.",
        ),
        Mistake(_one_input, "Both terms of your ∂J/∂W use the same x. δ belongs to x and δ_c to x_c: δ_c x_cᵀ − δxᵀ."),
        Mistake(_differences_first, "δ_c x_cᵀ − δxᵀ is not (δ_c − δ)(x_c − x)ᵀ: multiply first, then subtract."),
        Mistake(
            _zero_without_shape,
            "Where J = 0 you return a single 0. All gradients are 0 there: return zeros in the shape of the gradients.",
        ),
        Mistake(
            lambda *a: _parts(*a, sign=-1.0),
            "The sign is reversed. J falls when s rises, so ∂J/∂s = −1 and ∂J/∂s_c = +1.",
        ),
        Mistake(
            lambda *a: _parts(*a, corrupt=0.0),
            "Only the true window is in your gradient. W, b and U score both windows, so both contribute: ∂s_c − ∂s.",
        ),
        Mistake(
            lambda *a: _parts(*a, corrupt=-1.0),
            "You added the two windows. They pull in opposite directions: s is to rise and s_c to fall.",
            also=(lambda *a: _parts(*a, sign=-1.0, corrupt=-1.0),),
        ),
        Mistake(
            lambda *a: _parts(*a, slope=lambda h: 1.0 + 0 * h),
            "The slope of tanh is missing in δ = U ∘ f′(z). For tanh, f′(z) = 1 − a².",
        ),
        Mistake(
            lambda *a: _parts(*a, slope=lambda h: h * (1 - h)),
            "a(1 − a) is the slope of the logistic sigmoid. For tanh it is 1 − a².",
        ),
        Mistake(
            lambda *a: _parts(*a, slope=lambda h: 1 - np.tanh(h) ** 2),
            "You took the slope at a instead of at z. With a = tanh(z), the slope is 1 − a²; tanh is not applied "
            "twice.",
        ),
        Mistake(
            lambda x, x_c, W, b, U: _parts(x, x_c, W, b, U, slope=lambda a: 1 - np.arctanh(a) ** 2),
            "1 − z² is not the slope. It is 1 − a², with a = tanh(z).",
        ),
        Mistake(
            lambda *a: _parts(*a, weight=False),
            "U is missing in δ = U ∘ f′(z): the error reaches hidden unit i through its weight Uᵢ.",
        ),
        Mistake(
            _in_order(2, 0, 1),
            "The gradients stand in another order than asked for: first ∂J/∂W, then ∂J/∂b, then ∂J/∂U.",
            also=tuple(_in_order(*order) for order in ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 1, 0))),
        ),
    ),
    hints=(
        "J depends on the parameters only through s and s_c. What are ∂J/∂s and ∂J/∂s_c, where J > 0 and where J = 0?",
        "For one window, with δ = U ∘ (1 − a²): ∂s/∂W = δxᵀ, ∂s/∂b = δ, ∂s/∂U = a. Take those of x_c minus those of x.",
        "delta = U * (1 - a**2) and delta_c likewise; dW = delta_c @ x_c.T - delta @ x.T; db = delta_c - delta; "
        "dU = a_c - a. Multiply all by 1.0 if 1 - s + s_c > 0, else by 0.0.",
    ),
)

QUADRATIC = Named("θ₁² + 3θ₁θ₂", lambda t: t[0] ** 2 + 3 * t[0] * t[1])
CUBIC = Named("Σ θᵢ³", lambda t: np.sum(t**3))
WAVES = Named("Σ sin(iθᵢ)", lambda t: np.sum(np.sin(np.arange(1, len(t) + 1) * t)))
KINK = Named("Σ max(0, θᵢ)", lambda t: np.sum(np.maximum(t, 0)))

NUMERICAL_GRADIENT = Exercise(
    "1.3",
    "A slope without calculus",
    "`f` takes an array of n numbers and returns one number. Return the gradient of f at `theta`, measured with "
    "central differences of step `h` in one component after the other.",
    numerical_gradient,
    cases=(
        (QUADRATIC, np.array([1.0, 2.0]), 0.1),
        (CUBIC, np.array([1.0, -2.0, 0.5]), 0.1),
        (CUBIC, np.array([0.3]), 0.5),
        (WAVES, np.array([0.2, 1.0, -0.7, 2.0]), 0.01),
        (KINK, np.array([0.02, -0.03, 1.0]), 0.05),
    ),
    mistakes=(
        Mistake(
            _slopes(lambda f, theta, step, h: (f(theta + step) - f(theta)) / h),
            "This is the one-sided difference. Its error falls like h, that of the central difference like h²: "
            "take a step to either side.",
        ),
        Mistake(
            _slopes(lambda f, theta, step, h: (f(theta) - f(theta - step)) / h),
            "This looks backwards only. Take a step to either side: (f(θ + h) − f(θ − h))/2h.",
        ),
        Mistake(
            _slopes(lambda f, theta, step, h: (f(theta + step) - f(theta - step)) / h),
            "The two points lie 2h apart, so divide by 2h: your slopes are twice too large.",
        ),
        Mistake(
            _slopes(lambda f, theta, step, h: f(theta + step) - f(theta - step)),
            "These are differences of f. A slope is a difference divided by the distance, here 2h.",
        ),
        Mistake(
            _slopes(lambda f, theta, step, h: (f(theta + step) - f(theta - step)) / 2 * h),
            "In `… / 2 * h` Python divides by 2 and then multiplies by h. Write `/ (2 * h)`.",
        ),
        Mistake(
            lambda f, theta, h: numerical_gradient(f, theta, h / 2),
            "You took half the step: θ + h and θ − h are asked for, 2h apart.",
        ),
        Mistake(
            _with_own_step(1e-5),
            "You measured with a step of your own. Use the `h` that is given.",
            also=(_with_own_step(1e-4),),
        ),
        Mistake(
            lambda f, theta, h: -numerical_gradient(f, theta, h),
            "The sign is reversed: the point ahead comes first, f(θ + h) − f(θ − h).",
        ),
        Mistake(
            lambda f, theta, h: np.full_like(theta, (f(theta + h) - f(theta - h)) / (2 * h)),
            "You moved all components at once. Each slope belongs to one component: move θᵢ alone and keep the others.",
        ),
        Mistake(
            lambda f, theta, h: (f(theta + h) - f(theta - h)) / (2 * h),
            "This is the sum of all slopes, what moving all components at once gives. Each component has its own "
            "slope: move θᵢ alone and keep the others.",
        ),
        Mistake(
            _never_put_back,
            "Each component stays where its last step left it, so the next slope is measured at another place. Put "
            "θᵢ back before you go on.",
        ),
    ),
    hints=(
        "Write a loop over the components. In each turn two arrays are needed that differ from theta in one place "
        "only.",
        "Slope = (f at θᵢ + h minus f at θᵢ − h) divided by the distance of the two points.",
        "step = np.zeros(len(theta)); step[i] = h; gradient[i] = (f(theta + step) - f(theta - step)) / (2 * h).",
    ),
)

EXERCISES = (WINDOW_SCORES, MARGIN_GRADIENTS, NUMERICAL_GRADIENT)
