"""Chapter 01: its questions with other numbers."""

import numpy as np

from course_lib.exercises.variant import Claim, variant, written
from course_lib.nn.losses import pair_margin


@variant("1.b", hidden=(30, 50), inputs=(3, 4), classes=(5, 7))
def one_layer_is_enough(hidden: int, inputs: int, classes: int) -> tuple:
    u, w = np.ones((classes, hidden)), np.ones((hidden, inputs))
    return (
        f"{inputs} inputs, {hidden} hidden units without an activation function, {classes} classes. How many weights "
        "and biases has the single layer that computes the same?",
        (u @ w).size + classes,
        Claim(classes * (inputs + 1), "U(Wx + b) + c = (UW)x + (Ub + c): one matrix, one bias for each class."),
        Claim(hidden * (inputs + 1) + classes * (hidden + 1), "So many the two layers have. UW is smaller."),
        Claim(hidden, "The hidden units disappear: only inputs and classes count."),
    )


@variant("1.c", copies=(4, 5), weight=(2.0, 3.0))
def copies_share(copies: int, weight: float) -> tuple:
    x, w = np.linspace(-1, 1, 21), np.zeros(copies)
    for _ in range(400):
        w -= 0.1 * np.mean((w.sum() * x - weight * x) * x)
    return (
        f"The best weight of a feature is {weight:g}. You feed it {copies} times, and train from zero by gradient "
        "descent. What weight does each copy get?",
        w[0],
        Claim(weight / copies, "All copies get the same gradient, and only the sum of their weights counts."),
        Claim(weight, "Then the sum, which is what counts, would be too large."),
        Claim(0.0, "Dependent inputs do no harm: the gradient exists, and is followed."),
    )


@variant("1.d", s=(2.3, 4.2), s_c=(0.6, 3.7, 1.9))
def hinge(s: float, s_c: float) -> tuple:
    loss = [float(pair_margin(np.array([s + h]), np.array([s_c]))[0].sum()) for h in (-1e-6, 1e-6)]
    value = 1 - s + s_c
    return (
        f"J = max(0, 1 − s + s_c), s = {s:g}, s_c = {s_c:g}. What is ∂J/∂s?",
        round((loss[1] - loss[0]) / 2e-6, 3),
        Claim(0.0, f"1 − s + s_c = {written(value)}. Below 0 the hinge is flat, above it has the slope −1."),
        Claim(-1.0, f"1 − s + s_c = {written(value)}. Above 0 the hinge has the slope −1, below it is flat."),
        Claim(value, "That is 1 − s + s_c itself, not its slope."),
    )


@variant("1.e", layers=(3, 4, 5), units=(20, 30))
def backward_cost(layers: int, units: int) -> tuple:
    count = sum(units**2 * (2 if layer else 1) for layer in range(layers))  # ∂W, and ∂x but at the lowest
    return (
        f"{layers} layers of {units} × {units} weights. The forward pass of one example makes "
        f"{layers * units**2:,} multiplications. How many does the backward pass make for the matrices?",
        count,
        Claim((2 * layers - 1) * units**2, "Twice as many, but for the lowest layer: nobody needs ∂J/∂x."),
        Claim(layers * units**2, "Each layer needs two products: one for its weights, one to pass δ on."),
        Claim(
            layers * (layers + 1) // 2 * units**2,
            "That would be without using δ again: each layer would start from the loss.",
        ),
    )


@variant("1.f", digits=(9, 12, 18))
def best_step(digits: int) -> tuple:
    h = np.logspace(-digits, 0, 20 * digits + 1)
    best = h[np.argmin(h**2 + 10.0**-digits / h)]
    return (
        f"You check a gradient with (J(θ + h) − J(θ − h))/2h in an arithmetic of {digits} digits. Which h is best?",
        float(round(np.log10(best))),
        Claim(-digits / 3, "The error is about h² + 10^−digits/h: smallest near its cube root.", f"10^−{digits // 3}"),
        Claim(-digits + 1.0, "Rounding is then a tenth of the slope.", f"10^−{digits - 1}"),
        Claim(-1.0, "The chord cuts across the curve.", "10^−1"),
    )


@variant("1.g", wrong=(False, True), far=(0.01, 0.02))
def kink_or_mistake(wrong: bool, far: float) -> tuple:
    slope, place = (1.2, 1.0) if wrong else (1.0, 0.003)  # of the code; of the unit, whose kink is at 0
    near, errors = far / 100, []
    for h in (far, near):
        measured = (max(0.0, place + h) - max(0.0, place - h)) / (2 * h)
        errors.append(max(abs(slope - measured) / max(slope, measured), 1e-12))  # rounding leaves no less
    return (
        "You check the gradient of a ReLU network, no unit of which stands exactly at its kink. The relative error is "
        f"{errors[0]:.2g} at h = {far:g} and {errors[1]:.2g} at h = {near:g}. What is it?",
        "a kink" if errors[1] < 1e-6 else "a mistake",
        Claim("a kink", "A kink goes away when h becomes smaller; a mistake stays."),
        Claim("a mistake", "A mistake stays when h becomes smaller; a kink goes away."),
        Claim("rounding", "Rounding grows when h becomes smaller."),
    )


@variant("1.h", c=(2.5, 1.6, 0.4), steps=(3, 5))
def steps_on_a_parabola(c: float, steps: int) -> tuple:
    w = 1.0
    for _ in range(steps):
        w -= c * w
    return (
        f"J(w) = ½λw², steps of α·J′(w) with αλ = {c:g}. By what is w multiplied in {steps} steps?",
        w,
        Claim((1 - c) ** steps, "Each step multiplies w by 1 − αλ."),
        Claim(1 - c * steps, "The gradient is not the same in each step: it shrinks or grows with w."),
        Claim((1 + c) ** steps, "The step goes against the gradient: 1 − αλ, not 1 + αλ."),
    )


@variant("1.i", along=(0.2, 0.5), across=(10.0, 20.0))
def valley(along: float, across: float) -> tuple:
    start = np.array([1.0, 1.0])
    lr = 0.9 * 2 / across
    end = start - lr * np.array([along, across]) * start
    return (
        f"A valley has the second derivative {along:g} along and {across:g} across. The learning rate is 0.9 of the "
        "largest stable one. By what does one step multiply the distance along the valley?",
        end[0],
        Claim(1 - 1.8 * along / across, "The limit 2/λ is set across; along, that rate is small."),
        Claim(-0.8, "That is the factor across: it changes sides at each step."),
        Claim(0.1, "The rate is 0.9 of the limit across, not of the way along."),
    )


@variant("1.j", times=(3, 5, 6, 10))
def less_noise(times: int) -> tuple:
    batch = next(m for m in range(1, 1000) if np.sqrt(m) >= times - 1e-9)
    return (
        f"You want the noise of a mini-batch gradient {times} times smaller. How many times larger is the batch?",
        batch,
        Claim(times**2, "The noise falls like 1/√m, the work grows like m."),
        Claim(times, f"That divides the noise by √{times} only."),
        Claim(times**4, "That is the square once more."),
    )


@variant("1.a", clouds=(4, 5, 7))
def one_border(clouds: int) -> tuple:
    classes = np.arange(clouds) % 2
    right = max(
        ((np.arange(clouds) >= cut) == (classes == above)).mean() for cut in range(clouds + 1) for above in (0, 1)
    )
    return (
        f"{clouds} equal clouds of points stand in a row. Their classes alternate: A, B, A, … What share of the points "
        "can one straight border get right?",
        right,
        Claim((clouds // 2 + 1) / clouds, "One end on one side, the rest on the other.", f"{clouds // 2 + 1}/{clouds}"),
        Claim(1 / clouds, "Guessing gets more: each side gets its more frequent class.", f"1/{clouds}"),
        Claim(1.0, "One border is crossed once; the classes change more often.", "all"),
    )


@variant("1.k", first=(0.4, 1.5), second=(-0.6, 3.0))
def one_delta(first: float, second: float) -> tuple:
    w, x, h = np.array([0.3, -0.2]), np.array([first, second]), 1e-6
    slopes = [(np.tanh((w + step) @ x) - np.tanh((w - step) @ x)) / (2 * h) for step in h * np.eye(2)]
    return (
        f"A hidden unit has the inputs x1 = {first:g} and x2 = {written(second)}. What is the gradient of the weight "
        "from x2, in units of that from x1?",
        float(slopes[1] / slopes[0]),
        Claim(second / first, "∂J/∂W_ij = δ_i·x_j: the unit has one δ, and each weight multiplies it by its input."),
        Claim(1.0, "The unit has one δ, but each weight multiplies it by its own input."),
        Claim(first / second, "The other way round: the larger input gives the larger gradient."),
    )
