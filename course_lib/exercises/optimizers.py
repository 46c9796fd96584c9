"""Chapter 07, optimisers: three exercises on what is remembered from one step to the next, and what it does."""

import math

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake
from course_lib.exercises.optimizers_questions import PREDICTIONS
from course_lib.inputs import arrays


@arrays("gradients")
def momentum_steps(gradients: np.ndarray, lr: float, beta: float) -> np.ndarray:
    """v_t = βv_{t−1} − ηg_t,   v_0 = 0      (velocity form)

    gradients (steps,).  Returns v_1 … v_steps, what is added to θ at each step.
    """
    v, steps = 0.0, []
    for g in gradients:
        v = beta * v - lr * g
        steps.append(v)
    return np.array(steps)


@arrays("gradients")
def adam_steps(gradients: np.ndarray, lr: float, beta1: float, beta2: float, eps: float) -> np.ndarray:
    """Δθ_t = −η m̂_t / (√v̂_t + ε),   m̂_t = m_t / (1 − β₁ᵗ),   v̂_t = v_t / (1 − β₂ᵗ)

    gradients (steps,).  Kingma & Ba 2015, algorithm 1; t counts from 1.
    """
    m, v, steps = 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        steps.append(-lr * m_hat / (math.sqrt(v_hat) + eps))
    return np.array(steps)


@arrays("losses")
def rates_on_plateau(losses: np.ndarray, lr: float, patience: int) -> np.ndarray:
    """α ← ½α after `patience` losses in a row that are not below the best so far; then the count starts anew.

    losses (evaluations,) of the validation set.  Returns α after each of them.
    """
    best, waited, rates = math.inf, 0, []
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == patience:
            lr, waited = lr / 2, 0
        rates.append(lr)
    return np.array(rates)


def _velocity(gradients, keep, push, start=0.0):
    """v ← keep·v − push·g, collected."""
    v, steps = start, []
    for g in gradients:
        v = keep * v - push * g
        steps.append(v)
    return np.array(steps)


def _nesterov(gradients, lr, beta):
    return beta * _velocity(gradients, beta, lr) - lr * np.asarray(gradients)


def _adam(
    gradients, lr, beta1, beta2, eps, *, correct=(True, True), root=True, add=False, inside=False, late=False, first=1
):
    """Adam with one thing done differently."""
    m, v, steps = 0.0, 0.0, []
    for t, g in enumerate(gradients, start=first):
        m = beta1 * m + (1 - beta1) * g
        v = v + g**2 if add else beta2 * v + (1 - beta2) * g**2
        c1 = 1 - beta1**t if correct[0] else 1.0
        c2 = 1 - beta2**t if correct[1] else 1.0
        if inside:
            below = math.sqrt(v / c2 + eps)
        elif late:
            below = (math.sqrt(v) + eps) / math.sqrt(c2)
        else:
            below = (math.sqrt(v / c2) if root else v / c2) + eps
        steps.append(-lr * m / c1 / below)
    return np.array(steps)


def _plateau(
    losses, lr, patience, *, cut=lambda lr: lr / 2, previous=False, reset=True, forgive=True, reverse=False, extra=0
):
    """Halving with one thing done differently."""
    best, waited, rates = math.inf, 0, []
    for loss in losses:
        better = (loss < best) != (reverse and best < math.inf)
        if better:
            waited = 0 if forgive else waited
        else:
            waited += 1
        best = loss if previous else min(best, loss)
        if waited >= patience + extra:
            lr, waited = cut(lr), 0 if reset else waited
        rates.append(lr)
    return np.array(rates)


MOMENTUM = Exercise(
    "7.1",
    "What the ball remembers",
    "A parameter sees one gradient per step, `gradients[0]`, `gradients[1]`, … Return what momentum in velocity form "
    "adds to the parameter at each step. The velocity starts at 0; `beta` is 0.9 in most programs.",
    momentum_steps,
    cases=(
        (np.array([1.0]), 0.1, 0.9),
        (np.array([1.0, 1.0, 1.0]), 0.1, 0.9),
        (np.array([2.0, -2.0, 2.0, -2.0]), 0.5, 0.8),
        (np.array([0.0, 3.0, 0.0, 0.0]), 1.0, 0.5),
        (np.ones(60), 0.01, 0.9),
        (np.random.RandomState(0).standard_normal(40), 0.3, 0.95),
    ),
    mistakes=(
        Mistake(
            lambda g, lr, beta: _velocity(g, 1 - beta, lr),
            "You keep the share 1 − β of the velocity. β is not the resistance: it is the share that is KEPT, and "
            "the friction is 1 − β.",
        ),
        Mistake(
            lambda g, lr, beta: _velocity(g, beta, lr * (1 - beta)),
            "You average: a weight of 1 − β on the new gradient. Here the new gradient enters in full, −ηg. That "
            "is why the speed can grow to 1/(1 − β) times that of SGD.",
        ),
        Mistake(
            lambda g, lr, beta: -_velocity(g, beta, lr),
            "The sign is turned: this climbs. The velocity points against the gradient, −ηg.",
        ),
        Mistake(
            lambda g, lr, beta: -lr * np.asarray(g),
            "This is SGD without memory. Each step adds β times the step before.",
        ),
        Mistake(
            lambda g, lr, beta: np.cumsum(_velocity(g, beta, lr)),
            "These are the positions. Asked is the velocity, what is added at each step: leave out the sum.",
        ),
        Mistake(
            lambda g, lr, beta: np.append(0.0, _velocity(g, beta, lr))[:-1],
            "You are one step late: the first entry must already contain the first gradient. Update v, then keep it.",
        ),
        Mistake(
            lambda g, lr, beta: lr * _velocity(g, beta, lr),
            "The learning rate is in it twice. In velocity form it stands inside, v ← βv − ηg; θ then moves by v "
            "itself.",
        ),
        Mistake(_nesterov, "These are Nesterov's steps, βv − ηg with the new v. Plain momentum moves by v itself."),
    ),
    hints=(
        "Step 1 is plain SGD, −ηg. What is left of it in step 2?",
        "Keep one number v. At each step replace it by β times itself minus η times the gradient.",
        "v = 0.0, then for g in gradients: v = beta * v - lr * g, and collect v in a list.",
    ),
)

ADAM = Exercise(
    "7.2",
    "Adam from its averages",
    "Return what Adam adds to one parameter at each step, given its `gradients` and the settings. Both averages start "
    "at 0 and are corrected for that; ε is added outside the root, after the correction.",
    adam_steps,
    cases=(
        (np.array([3.0]), 0.1, 0.9, 0.999, 1e-8),
        (np.array([3.0, 3.0]), 0.1, 0.9, 0.99, 0.5),
        (np.array([1.0, -2.0, 0.5]), 0.5, 0.8, 0.9, 0.1),
        (np.full(12, 0.02), 0.001, 0.9, 0.999, 1e-8),
        (np.random.RandomState(1).standard_normal(40), 0.01, 0.9, 0.99, 0.01),
    ),
    mistakes=(
        Mistake(
            lambda *a: _adam(*a, correct=(False, False)),
            "The bias correction is missing. m and v start at 0 and are too small at first: divide m by 1 − β₁ᵗ "
            "and v by 1 − β₂ᵗ. Without it the first step is 3.16 η long instead of η.",
        ),
        Mistake(
            lambda *a: _adam(*a, correct=(True, False)),
            "Only m is corrected. v starts at 0 as well and is even slower: divide it by 1 − β₂ᵗ.",
        ),
        Mistake(
            lambda *a: _adam(*a, correct=(False, True)),
            "Only v is corrected. m starts at 0 as well: divide it by 1 − β₁ᵗ.",
        ),
        Mistake(
            lambda *a: _adam(*a, add=True, correct=(True, False)),
            "You add up all squared gradients, as AdaGrad does. Adam forgets: v ← β₂v + (1 − β₂)g².",
        ),
        Mistake(
            lambda *a: _adam(*a, root=False),
            "The root is missing. v̂ is a mean of SQUARED gradients; only √v̂ has the unit of a gradient.",
        ),
        Mistake(
            lambda *a: _adam(*a, inside=True),
            "Your ε is under the root. Here it is added outside, √v̂ + ε; with a large ε that is not the same.",
        ),
        Mistake(
            lambda *a: _adam(*a, late=True),
            "Your ε is added to √v before the correction (the ε̂ of the paper's section 2). Correct first: √v̂ + ε.",
        ),
        Mistake(lambda *a: -_adam(*a), "The sign is turned: this climbs. θ moves by −η m̂ / (√v̂ + ε)."),
        Mistake(
            lambda g, lr, beta1, beta2, eps: _adam(g, lr, beta2, beta1, eps),
            "The two betas are swapped. β₁ belongs to m, the average of g; β₂ to v, the average of g².",
        ),
        Mistake(
            lambda *a: _adam(*a, first=2),
            "Your t is one too large: the first step is t = 1, so that the first correction is 1 − β.",
        ),
    ),
    hints=(
        "Two averages that forget: m of the gradients, v of their squares. Both start at 0.",
        "After t steps the weights in m add up to 1 − β₁ᵗ only. Divide by that; the same for v with β₂.",
        "In a loop with t from 1: update m and v, m_hat = m / (1 - beta1**t), v_hat = v / (1 - beta2**t), and collect "
        "-lr * m_hat / (np.sqrt(v_hat) + eps).",
    ),
)

PLATEAU = Exercise(
    "7.3",
    "Halve when it stops improving",
    "`losses` are validation losses, one per evaluation. Halve the learning rate when `patience` of them in a row were "
    "not below the best loss so far; then start to count anew. Return the learning rate after each evaluation.",
    rates_on_plateau,
    cases=(
        (np.array([1.0, 1.0]), 0.1, 1),
        (np.array([1.0, 0.9, 0.95, 0.92, 0.93]), 0.8, 2),
        (np.array([2.0, 1.0, 1.5, 1.2, 0.9, 1.0, 0.95, 0.8, 0.85]), 0.4, 2),
        (np.array([1.0, 1.1, 1.0, 0.9, 1.2, 1.1, 1.0, 1.3, 1.2, 1.1, 1.0]), 1.0, 3),
        (np.ones(12), 0.1, 3),
        (np.abs(np.random.RandomState(2).standard_normal(40)), 0.5, 4),
    ),
    mistakes=(
        Mistake(
            lambda *a: _plateau(*a, cut=lambda lr: lr - 0.5),
            "You subtract 0.5. “Reduce by 0.5” means MULTIPLY by 0.5; a rate of 0.1 minus 0.5 would be negative.",
        ),
        Mistake(
            lambda *a: _plateau(*a, cut=lambda lr: lr / 10),
            "You divide by ten. That is another usual recipe; asked is halving.",
        ),
        Mistake(
            lambda *a: _plateau(*a, previous=True),
            "You compare with the loss before. Compare with the BEST loss so far: otherwise a loss that swings up "
            "and down looks like progress every second time.",
        ),
        Mistake(
            lambda losses, lr, patience: _plateau(losses, lr, 1),
            "You halve at every loss that is not better. Wait for `patience` of them in a row.",
        ),
        Mistake(
            lambda *a: _plateau(*a, reset=False),
            "After a halving the count must start anew. Yours goes on, so every further loss halves again.",
        ),
        Mistake(
            lambda *a: _plateau(*a, forgive=False),
            "A better loss must set the count back to 0. You count all bad losses, not those in a row.",
        ),
        Mistake(lambda *a: _plateau(*a, reverse=True), "You halve when the loss improves. Halve when it does NOT."),
        Mistake(
            lambda *a: _plateau(*a, extra=1),
            "You wait one loss too long: halve as soon as the count reaches `patience`.",
        ),
    ),
    hints=(
        "Remember two things from one loss to the next: the best so far, and how many in a row were not better.",
        "Better: new best, count 0. Not better: count + 1. Count equal to patience: halve, count 0.",
        "best, waited = np.inf, 0. In the loop: if loss < best: best, waited = loss, 0, else: waited += 1. Then, if "
        "waited == patience: lr, waited = lr / 2, 0. Collect lr.",
    ),
)

EXERCISES = {exercise.id: exercise for exercise in (MOMENTUM, ADAM, PLATEAU)}

__all__ = ["EXERCISES", "PREDICTIONS"]
