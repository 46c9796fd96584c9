"""Answers to the exercises of chapter 01."""

import math

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# 1.1


def loops(x, W, b, U):
    h, n = W.shape
    scores = np.zeros((1, x.shape[1]))
    for m in range(x.shape[1]):
        for i in range(h):
            z = b[i, 0]
            for j in range(n):
                z += W[i, j] * x[j, m]
            scores[0, m] += U[i, 0] * math.tanh(z)
    return scores


def list_of_lists(x, W, b, U):
    return [[sum(u * math.tanh(w @ window + c) for u, w, c in zip(U[:, 0], W, b[:, 0])) for window in x.T]]


def window_by_window(x, W, b, U):
    columns = [U.T @ np.tanh(W @ x[:, [m]] + b) for m in range(x.shape[1])]
    return np.hstack(columns)


def in_float32(x, W, b, U):
    x, W, b, U = (a.astype(np.float32) for a in (x, W, b, U))
    return U.T @ np.tanh(W @ x + b)


def samples_as_rows(x, W, b, U):
    hidden = np.tanh(np.dot(x.T, W.T) + b.T)
    return np.dot(hidden, U).T


def bias_as_a_weight(x, W, b, U):
    return U.T @ np.tanh(np.hstack([W, b]) @ np.vstack([x, np.ones((1, x.shape[1]))]))


RIGHT = {
    "1.1": {
        "loops": loops,
        "lists": list_of_lists,
        "window by window": window_by_window,
        "float32": in_float32,
        "samples as rows": samples_as_rows,
        "the bias as a weight": bias_as_a_weight,
        "einsum": lambda x, W, b, U: np.einsum("ho,hm->om", U, np.tanh(np.einsum("hn,nm->hm", W, x) + b)),
        "tanh from sigmoid": lambda x, W, b, U: U.T @ (2 * sigmoid(2 * (W @ x + b)) - 1),
        "products added up": lambda x, W, b, U: (U * np.tanh(W.dot(x) + b)).sum(axis=0, keepdims=True),
    }
}

WRONG = {
    "1.1": {
        "no tanh": (lambda x, W, b, U: np.dot(U.T, np.dot(W, x) + b), "The non-linearity is missing"),
        "no bias": (lambda x, W, b, U: np.dot(U.T, np.tanh(np.dot(W, x))), "The bias b is missing"),
        "bias outside": (lambda x, W, b, U: np.dot(U.T, np.tanh(np.dot(W, x)) + b), "belongs inside tanh"),
        "tanh of the score alone": (lambda x, W, b, U: np.tanh(np.dot(U.T, np.dot(W, x) + b)), "You bent the output"),
        "tanh of both": (lambda x, W, b, U: np.tanh(np.dot(U.T, np.tanh(np.dot(W, x) + b))), "One tanh too many"),
        "sigmoid": (lambda x, W, b, U: np.dot(U.T, sigmoid(W @ x + b)), "That is the logistic sigmoid"),
        "twice a sigmoid less 1": (lambda x, W, b, U: U.T @ (2 * sigmoid(W @ x + b) - 1), ""),
        "ReLU": (lambda x, W, b, U: np.dot(U.T, np.where(W @ x + b > 0, W @ x + b, 0)), "That is ReLU"),
        "one sum": (lambda x, W, b, U: [[np.sum(U.T @ np.tanh(W @ x + b))]], "You added up the windows"),
        "one dimension": (lambda x, W, b, U: (U.T @ np.tanh(W @ x + b))[0], "the shape is not"),
        "standing": (lambda x, W, b, U: np.tanh(x.T @ W.T + b.T) @ U, "stood the scores on end"),
        "no second layer": (lambda x, W, b, U: np.tanh(np.dot(W, x) + b), "These are the activations"),
        "U element by element": (lambda x, W, b, U: U * np.tanh(W @ x + b), "still have to be added up"),
        "all weights 1": (lambda x, W, b, U: np.tanh(W @ x + b).sum(axis=0, keepdims=True), "without their weights"),
        "minus the bias": (lambda x, W, b, U: U.T @ np.tanh(W @ x - b), ""),
        "the mean of the units": (lambda x, W, b, U: (U * np.tanh(W @ x + b)).mean(axis=0, keepdims=True), ""),
        "W transposed": (lambda x, W, b, U: U.T @ np.tanh(W.T @ x + b), "W already is (units, inputs)"),
        "U not transposed": (lambda x, W, b, U: U @ np.tanh(W @ x + b), ""),
        "the first window's score": (lambda x, W, b, U: (U.T @ np.tanh(W @ x + b)).item(0), ""),
    }
}


# 1.2


def pieces(x, x_c, W, b, U):
    a, a_c = np.tanh(W @ x + b), np.tanh(W @ x_c + b)
    s, s_c = float((U.T @ a)[0, 0]), float((U.T @ a_c)[0, 0])
    return a, a_c, s, s_c, U * (1 - a * a), U * (1 - a_c * a_c)


def full(x, x_c, W, b, U):
    """The gradients as if J were positive."""
    a, a_c, _, _, delta, delta_c = pieces(x, x_c, W, b, U)
    return np.hstack([np.outer(delta_c, x_c) - np.outer(delta, x), delta_c - delta, a_c - a])


def where(condition):
    """The right gradients, where `condition(s, s_c)` holds."""

    def answer(x, x_c, W, b, U):
        _, _, s, s_c, _, _ = pieces(x, x_c, W, b, U)
        return full(x, x_c, W, b, U) if condition(s, s_c) else np.zeros((len(W), len(x) + 2))

    return answer


def with_slope(slope):
    """The right gradients but for the slope of tanh, a function of z and a."""

    def answer(x, x_c, W, b, U):
        z, z_c = W @ x + b, W @ x_c + b
        a, a_c = np.tanh(z), np.tanh(z_c)
        if 1 - U.T @ a + U.T @ a_c <= 0:
            return np.zeros((len(W), len(x) + 2))
        delta, delta_c = U * slope(z, a), U * slope(z_c, a_c)
        return np.concatenate([delta_c @ x_c.T - delta @ x.T, delta_c - delta, a_c - a], axis=1)

    return answer


def put_together(join):
    """The right gradients, joined otherwise; `join(dW, db, dU)`."""

    def answer(x, x_c, W, b, U):
        right = margin(x, x_c, W, b, U)
        return join(right[:, :-2], right[:, [-2]], right[:, [-1]])

    return answer


def margin(x, x_c, W, b, U):
    """As the chapter writes it."""

    def gradients(x):
        a = np.tanh(W @ x + b)
        delta = U * (1 - a**2)
        return (U.T @ a)[0, 0], delta @ x.T, delta, a

    s, dW, db, dU = gradients(x)
    s_c, dW_c, db_c, dU_c = gradients(x_c)
    if 1 - s + s_c > 0:
        return np.hstack([dW_c - dW, db_c - db, dU_c - dU])
    return np.hstack([np.zeros_like(W), np.zeros_like(b), np.zeros_like(U)])


def margin_loops(x, x_c, W, b, U):
    h, n = W.shape
    out = np.zeros((h, n + 2))
    a = [math.tanh(sum(W[i, j] * x[j, 0] for j in range(n)) + b[i, 0]) for i in range(h)]
    a_c = [math.tanh(sum(W[i, j] * x_c[j, 0] for j in range(n)) + b[i, 0]) for i in range(h)]
    if 1 - sum(U[i, 0] * a[i] for i in range(h)) + sum(U[i, 0] * a_c[i] for i in range(h)) <= 0:
        return out
    for i in range(h):
        d, d_c = U[i, 0] * (1 - a[i] ** 2), U[i, 0] * (1 - a_c[i] ** 2)
        for j in range(n):
            out[i, j] = d_c * x_c[j, 0] - d * x[j, 0]
        out[i, n], out[i, n + 1] = d_c - d, a_c[i] - a[i]
    return out


def margin_float32(x, x_c, W, b, U):
    return margin(*(a.astype(np.float32) for a in (x, x_c, W, b, U)))


def both_windows_as_columns(x, x_c, W, b, U):
    """CS224n's windows side by side, and the signal from the loss as a row."""
    both = np.hstack([x, x_c])
    a = np.tanh(W @ both + b)
    s, s_c = (U.T @ a)[0]
    ds = np.array([[-1.0, 1.0]]) * (1 - s + s_c > 0)
    dz = (U @ ds) * (1 - a**2)
    return np.hstack([dz @ both.T, dz.sum(axis=1, keepdims=True), a @ ds.T])


def window_sums(x, x_c, W, b, U):
    a, a_c, s, s_c, _, _ = pieces(x, x_c, W, b, U)
    indicator = np.heaviside(1 - s + s_c, 0.0)
    slope, slope_c = 1 / np.cosh(W @ x + b) ** 2, 1 / np.cosh(W @ x_c + b) ** 2
    dW = np.einsum("ho,no->hn", U * slope_c, x_c) - np.einsum("ho,no->hn", U * slope, x)
    return (indicator * np.hstack([dW, U * slope_c - U * slope, a_c - a])).tolist()


def loss_times_gradient(x, x_c, W, b, U):
    _, _, s, s_c, _, _ = pieces(x, x_c, W, b, U)
    return max(0, 1 - s + s_c) * full(x, x_c, W, b, U)


def one_x(x, x_c, W, b, U):
    a, a_c, s, s_c, delta, delta_c = pieces(x, x_c, W, b, U)
    return (1 - s + s_c > 0) * np.hstack([(delta_c - delta) @ x.T, delta_c - delta, a_c - a])


def differences_first(x, x_c, W, b, U):
    a, a_c, s, s_c, delta, delta_c = pieces(x, x_c, W, b, U)
    return (1 - s + s_c > 0) * np.hstack([(delta_c - delta) @ (x_c - x).T, delta_c - delta, a_c - a])


def zero_alone(x, x_c, W, b, U):
    _, _, s, s_c, _, _ = pieces(x, x_c, W, b, U)
    return full(x, x_c, W, b, U) if 1 - s + s_c > 0 else 0


def only_true(x, x_c, W, b, U):
    a, _, s, s_c, delta, _ = pieces(x, x_c, W, b, U)
    return -(1 - s + s_c > 0) * np.hstack([delta @ x.T, delta, a])


def added(x, x_c, W, b, U):
    a, a_c, s, s_c, delta, delta_c = pieces(x, x_c, W, b, U)
    return -(1 - s + s_c > 0) * np.hstack([delta @ x.T + delta_c @ x_c.T, delta + delta_c, a + a_c])


def without_U(x, x_c, W, b, U):
    a, a_c, s, s_c, _, _ = pieces(x, x_c, W, b, U)
    d, d_c = 1 - a**2, 1 - a_c**2
    return (1 - s + s_c > 0) * np.hstack([d_c @ x_c.T - d @ x.T, d_c - d, a_c - a])


def U_for_a(x, x_c, W, b, U):
    _, _, s, s_c, delta, delta_c = pieces(x, x_c, W, b, U)
    return (1 - s + s_c > 0) * np.hstack([delta_c @ x_c.T - delta @ x.T, delta_c - delta, delta_c - delta])


RIGHT["1.2"] = {
    "as in the chapter": margin,
    "loops": margin_loops,
    "float32": margin_float32,
    "both windows as columns": both_windows_as_columns,
    "einsum, 1/cosh², lists": window_sums,
    "the true window leads by less than 1": where(lambda s, s_c: s < s_c + 1),
    "np.where": lambda *a: np.where(1 - pieces(*a)[2] + pieces(*a)[3] > 0, full(*a), 0.0),
}

WRONG["1.2"] = {
    "no indicator": (full, "The indicator 1{J > 0} is missing"),
    "corrupt wins": (where(lambda s, s_c: s_c > s), "You ask whether the corrupt window wins"),
    "J > 1": (where(lambda s, s_c: max(0, 1 - s + s_c) > 1), "You ask whether the corrupt window wins"),
    "true wins": (where(lambda s, s_c: s > s_c), "Your condition is reversed"),
    "reversed scores": (where(lambda s, s_c: 1 + s - s_c > 0), "Your condition is reversed"),
    "J is 0": (where(lambda s, s_c: 1 - s + s_c <= 0), "Your condition is reversed"),
    "a distance below 1": (where(lambda s, s_c: abs(s - s_c) < 1), "The distance of the scores"),
    "0 < J < 2": (where(lambda s, s_c: 0 < 1 - s + s_c < 2), "The distance of the scores"),
    "margin 2": (where(lambda s, s_c: s - s_c < 2), ""),
    "margin 0.6": (where(lambda s, s_c: s - s_c < 0.6), ""),
    **{f"margin {m}": (where(lambda s, s_c, m=m: s - s_c < m), "") for m in (0.95, 1.05)},
    "J > 0.4": (where(lambda s, s_c: 1 - s + s_c > 0.4), ""),
    "the sign": (lambda *a: -margin(*a), "The sign is reversed"),
    "only the true window": (only_true, "Only the true window"),
    "added": (added, "You added the two windows"),
    "added, with a plus": (lambda *a: -added(*a), "You added the two windows"),
    "differences first": (differences_first, "multiply first, then subtract"),
    "no slope": (with_slope(lambda z, a: 1), "The slope of tanh is missing"),
    "the sigmoid's slope": (with_slope(lambda z, a: a * (1 - a)), "a(1 − a) is the slope of the logistic"),
    "tanh twice": (with_slope(lambda z, a: 1 - np.tanh(a) ** 2), "You took the slope at a"),
    "1 − z²": (with_slope(lambda z, a: 1 - z**2), "1 − z² is not the slope"),
    "1 − a": (with_slope(lambda z, a: 1 - a), ""),
    "1 + a²": (with_slope(lambda z, a: 1 + a**2), ""),
    "without U": (without_U, "U is missing in δ"),
    "∂J/∂U like ∂J/∂b": (U_for_a, ""),
    "J times the gradient": (loss_times_gradient, "J itself is a factor"),
    "x for both": (one_x, "the same x"),
    "0 without a shape": (zero_alone, "in the shape of the gradients"),
    "U, W, b": (put_together(lambda W, b, U: np.hstack([U, W, b])), "in another order"),
    "b, W, U": (put_together(lambda W, b, U: np.hstack([b, W, U])), "in another order"),
    "W, U, b": (put_together(lambda W, b, U: np.hstack([W, U, b])), "in another order"),
    "b, U, W": (put_together(lambda W, b, U: np.hstack([b, U, W])), "in another order"),
    "U, b, W": (put_together(lambda W, b, U: np.hstack([U, b, W])), "in another order"),
    "a tuple": (put_together(lambda W, b, U: (W, b, U)), "side by side with np.hstack"),
    "transposed": (put_together(lambda W, b, U: np.vstack([W.T, b.T, U.T])), "Transposed, your numbers are right"),
    "no ∂J/∂U": (put_together(lambda W, b, U: np.hstack([W, b])), ""),
}


# 1.3


def cs231n(f, x, h):
    """The loop of CS231n, central and with the old value put back."""
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        ix = it.multi_index
        old_value = x[ix]
        x[ix] = old_value + h
        fxph = f(x)
        x[ix] = old_value - h
        fxmh = f(x)
        x[ix] = old_value
        grad[ix] = (fxph - fxmh) / (2 * h)
        it.iternext()
    return grad


def saito(f, x, h):
    """numerical_gradient of Deep Learning from Scratch, with its step."""
    grad = np.zeros_like(x)
    for idx in range(x.size):
        tmp_val = x[idx]
        x[idx] = float(tmp_val) + h
        fxh1 = f(x)
        x[idx] = tmp_val - h
        fxh2 = f(x)
        grad[idx] = (fxh1 - fxh2) / (2 * h)
        x[idx] = tmp_val
    return grad


def two_copies(f, theta, h):
    slopes = []
    for i in range(len(theta)):
        ahead, behind = theta.copy(), theta.copy()
        ahead[i] += h
        behind[i] -= h
        slopes.append((f(ahead) - f(behind)) / (2 * h))
    return slopes


def steps_of(measure):
    """The slopes `measure(f, theta, step, h)` for a step in each component."""
    return lambda f, theta, h: np.array([measure(f, theta, h * e, h) for e in np.eye(len(theta))])


def restored_by_arithmetic(f, theta, h):
    grad = np.zeros(len(theta))
    for i in range(len(theta)):
        theta[i] += h
        above = f(theta)
        theta[i] -= 2 * h
        grad[i] = (above - f(theta)) / (2 * h)
        theta[i] += h
    return grad


def not_put_back(f, theta, h):
    theta = np.array(theta)
    grad = []
    for i in range(len(theta)):
        theta[i] = theta[i] + h
        above = f(theta)
        theta[i] = theta[i] - 2 * h
        grad.append((above - f(theta)) / (2 * h))
    return grad


def second_name(f, theta, h):
    grad = np.zeros(len(theta))
    for i in range(len(theta)):
        ahead = behind = theta
        ahead[i] += h
        behind[i] -= h
        grad[i] = (f(ahead) - f(behind)) / (2 * h)
    return grad


def whole_numbers(f, theta, h):
    grad = np.zeros(len(theta), dtype=int)
    for i, e in enumerate(np.eye(len(theta))):
        grad[i] = (f(theta + h * e) - f(theta - h * e)) / (2 * h)
    return grad


RIGHT["1.3"] = {
    "CS231n": cs231n,
    "Saito": saito,
    "two copies, a list": two_copies,
    "rows of the identity": steps_of(lambda f, t, step, h: (f(t + step) - f(t - step)) / (2 * h)),
    "divided twice": steps_of(lambda f, t, step, h: (f(t + step) - f(t - step)) / 2 / h),
    "mean of forward and backward": steps_of(
        lambda f, t, step, h: ((f(t + step) - f(t)) / h + (f(t) - f(t - step)) / h) / 2
    ),
    "apply_along_axis": lambda f, theta, h: (
        (
            np.apply_along_axis(f, 1, theta + h * np.eye(len(theta)))
            - np.apply_along_axis(f, 1, theta - h * np.eye(len(theta)))
        )
        / (2 * h)
    ),
    "float32 result": lambda f, theta, h: np.float32(two_copies(f, theta, h)),
}

WRONG["1.3"] = {
    "forward": (steps_of(lambda f, t, step, h: (f(t + step) - f(t)) / h), "This is the one-sided difference"),
    "backward": (steps_of(lambda f, t, step, h: (f(t) - f(t - step)) / h), "This looks backwards only"),
    "forward over 2h": (steps_of(lambda f, t, step, h: (f(t + step) - f(t)) / (2 * h)), ""),
    "over h": (steps_of(lambda f, t, step, h: (f(t + step) - f(t - step)) / h), "The two points lie 2h apart"),
    "no division": (steps_of(lambda f, t, step, h: f(t + step) - f(t - step)), "These are differences of f"),
    "/ 2 * h": (steps_of(lambda f, t, step, h: (f(t + step) - f(t - step)) / 2 * h), "Python divides by 2 and then"),
    "half a step": (steps_of(lambda f, t, step, h: (f(t + step / 2) - f(t - step / 2)) / h), "half the step"),
    "own h": (
        steps_of(lambda f, t, step, h: (f(t + step / h * 1e-5) - f(t - step / h * 1e-5)) / 2e-5),
        "with a step of your own",
    ),
    "own h, 1e-4": (
        steps_of(lambda f, t, step, h: (f(t + step / h * 1e-4) - f(t - step / h * 1e-4)) / 2e-4),
        "with a step of your own",
    ),
    "reversed": (steps_of(lambda f, t, step, h: (f(t - step) - f(t + step)) / (2 * h)), "The sign is reversed"),
    "the sum": (steps_of(lambda f, t, step, h: (f(t + step) + f(t - step)) / (2 * h)), ""),
    "all at once": (
        lambda f, theta, h: [(f(theta + h) - f(theta - h)) / (2 * h)] * len(theta),
        "You moved all components at once",
    ),
    "all at once, one number": (
        lambda f, theta, h: (f(theta + h) - f(theta - h)) / (2 * h),
        "This is the sum of all slopes",
    ),
    "not put back": (not_put_back, "Each component stays where its last step left it"),
    "put back by arithmetic": (restored_by_arithmetic, "only up to rounding"),
    "a second name": (second_name, ""),
    "whole numbers": (whole_numbers, ""),
    "a column": (lambda *a: np.array(two_copies(*a))[:, None], "only the shape is not"),
    "the sum of the slopes": (lambda *a: np.sum(two_copies(*a)), "This is the sum of all slopes"),
    "only the first": (lambda *a: two_copies(*a)[0], "only the first of what is asked for"),
}
