"""Chapter 07, optimisers: three exercises on what is remembered from one step to the next, and what it does."""

import math

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake, normal
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


def _adam(
    gradients,
    lr,
    beta1,
    beta2,
    eps,
    *,
    correct=(True, True),
    root=True,
    add=False,
    inside=False,
    late=False,
    first=1,
    power=lambda beta, t: beta**t,
    weight=lambda beta: 1 - beta,
    square=lambda g: g**2,
    keep=False,
):
    """Adam with one thing done differently."""
    m, v, steps = 0.0, 0.0, []
    for t, g in enumerate(gradients, start=first):
        m = beta1 * m + weight(beta1) * g
        v = v + g**2 if add else beta2 * v + weight(beta2) * square(g)
        c1 = 1 - power(beta1, t) if correct[0] else 1.0
        c2 = 1 - power(beta2, t) if correct[1] else 1.0
        if inside:
            below = np.sqrt(v / c2 + eps)
        elif late:
            below = (np.sqrt(v) + eps) / np.sqrt(c2)
        else:
            below = (np.sqrt(v / c2) if root else v / c2) + eps
        steps.append(-lr * m / c1 / below)
        if keep:
            m, v = m / c1, v / c2
    return np.array(steps)


def _plateau(
    losses,
    lr,
    patience,
    *,
    cut=lambda lr: lr / 2,
    better=lambda loss, best: loss < best,
    start=lambda losses: math.inf,
    previous=False,
    reset=True,
    forgive=True,
    forget=False,
    extra=0,
):
    """Halving with one thing done differently."""
    best, waited, rates = start(losses), 0, []
    for loss in losses:
        if better(loss, best):
            waited = 0 if forgive else waited
            best = loss
        else:
            waited += 1
            best = loss if previous else best
        if waited >= patience + extra:
            lr, waited = cut(lr), 0 if reset else waited
            best = math.inf if forget else best
        rates.append(lr)
    return np.array(rates)


MOMENTUM = Exercise(
    "7.1",
    "What the ball remembers",
    "A parameter sees one gradient per step, `gradients[0]`, `gradients[1]`, … Return the velocity that momentum "
    "adds to the parameter at each step. It is 0 at first; `beta` is 0.9 in most programs.",
    momentum_steps,
    cases=(
        (np.array([1.0]), 0.1, 0.9),
        (np.array([1.0, 1.0, 1.0]), 0.1, 0.9),
        (np.array([2.0, -2.0, 2.0, -2.0]), 0.5, 0.8),
        (np.array([0.0, 3.0, 0.0, 0.0]), 1.0, 0.5),
        (np.ones(60), 0.01, 0.9),
        (normal(0, 40), 0.3, 0.95),
    ),
    mistakes=(
        Mistake(
            lambda g, lr, beta: momentum_steps(g, lr, 1 - beta),
            "You keep the share 1 − β of the velocity. β is not the resistance: it is the share that is KEPT, and "
            "the friction is 1 − β.",
        ),
        Mistake(
            lambda g, lr, beta: momentum_steps(g, lr * (1 - beta), beta),
            "You average: a weight of 1 − β on the new gradient. Here the new gradient enters in full, −ηg. That "
            "is why the speed can grow to 1/(1 − β) times that of SGD.",
        ),
        Mistake(
            lambda g, lr, beta: -momentum_steps(g, lr, beta),
            "The sign is turned: this climbs. The velocity points against the gradient, −ηg.",
        ),
        Mistake(
            lambda g, lr, beta: -lr * np.asarray(g),
            "This is SGD without memory. Each step adds β times the step before.",
        ),
        Mistake(
            lambda g, lr, beta: np.cumsum(momentum_steps(g, lr, beta)),
            "These are the positions. Asked is the velocity, what is added at each step: leave out the sum.",
        ),
        Mistake(
            lambda g, lr, beta: np.append(0.0, momentum_steps(g, lr, beta))[:-1],
            "You are one step late: the first entry must already contain the first gradient. Update v, then keep it.",
        ),
        Mistake(
            lambda g, lr, beta: lr * momentum_steps(g, lr, beta),
            "The learning rate is in it twice. In velocity form it stands inside, v ← βv − ηg; θ then moves by v "
            "itself.",
        ),
        Mistake(
            lambda g, lr, beta: beta * momentum_steps(g, lr, beta) - lr * np.asarray(g),
            "These are Nesterov's steps, βv − ηg with the new v. Plain momentum moves by v itself.",
        ),
        Mistake(
            lambda g, lr, beta: momentum_steps(g, lr, lr * beta),
            "η multiplies the old velocity as well. It belongs to the new gradient alone: v ← βv − ηg.",
            also=(lambda g, lr, beta: momentum_steps(g, lr, -lr * beta),),
        ),
        Mistake(
            lambda g, lr, beta: momentum_steps(g, 1, beta),
            "The learning rate is missing: v ← βv − ηg.",
            also=(lambda g, lr, beta: momentum_steps(g, -1, beta),),
        ),
        Mistake(
            lambda g, lr, beta: momentum_steps(g, lr, 1),
            "β is missing: nothing is ever forgotten, and the ball never slows down. v ← βv − ηg.",
        ),
        Mistake(
            lambda g, lr, beta: -lr * (np.asarray(g) + beta * np.append(0.0, g)[:-1]),
            "You remember one gradient, the one before. The velocity remembers all: multiply v by β, not the last g.",
        ),
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
        (normal(1, 40), 0.01, 0.9, 0.99, 0.01),
        (np.array([0.01] * 10 + [2.0, 1.0]), 0.1, 0.5, 0.999, 1e-8),  # a surprise: a step longer than lr
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
        Mistake(
            lambda *a: _adam(*a, first=0),
            "Your t starts at 0: a division by 1 − β⁰ = 0. Count from 1: enumerate(gradients, start=1).",
        ),
        Mistake(
            lambda *a: _adam(*a, keep=True),
            "You wrote the corrected m̂ and v̂ back into m and v. The averages go on uncorrected: give m̂ and v̂ names of "
            "their own.",
        ),
        Mistake(
            lambda *a: _adam(*a, power=lambda beta, t: beta),
            "Your m and v are sums: the new gradient enters with weight 1, or you divide by 1 − β at every step. Give "
            "it weight 1 − β, then divide by 1 − βᵗ.",
        ),
        Mistake(
            lambda *a: _adam(*a, power=lambda beta, t: beta * t),
            "You correct by 1 − βt. The t is an exponent: 1 − β ** t.",
        ),
        Mistake(
            lambda *a: _adam(*a, weight=lambda beta: 1),
            "The new gradient enters with weight 1 − β, the new square as well; with weight 1 these are sums.",
        ),
        Mistake(
            lambda g, lr, beta1, beta2, eps: _adam(g, lr, 0.0, beta2, eps),
            "This is RMSProp with a correction: the gradient itself is not averaged. Adam moves along m̂, not g.",
        ),
        Mistake(
            lambda *a: _adam(*a, square=lambda g: g),
            "v averages the gradients once more. It averages their SQUARES.",
            also=(lambda *a: _adam(*a, square=np.abs),),
        ),
        Mistake(lambda g, lr, beta1, beta2, eps: _adam(g, lr, beta1, beta2, 0.0), "ε is missing: divide by √v̂ + ε."),
        Mistake(
            lambda *a: np.cumsum(_adam(*a)), "These are the positions. Asked is what is added at each step: no sum."
        ),
        Mistake(lambda g, lr, *a: _adam(g, 1.0, *a), "The learning rate is missing: each step is −η m̂ / (√v̂ + ε)."),
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
        (np.array([1.0, 0.99999, 0.99998, 1.1, 1.2, 0.9]), 0.2, 2),
        (np.abs(normal(2, 40)), 0.5, 4),
        (np.array([5000.0, 4000.0, 3000.0, 3500.0, 3600.0]), 0.1, 2),
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
        Mistake(
            lambda *a: _plateau(*a, better=lambda loss, best: loss >= best or best == math.inf),
            "You halve when the loss improves. Halve when it does NOT.",
            also=(
                lambda *a: _plateau(*a, better=lambda loss, best: loss > best, start=lambda losses: -math.inf),
                lambda *a: _plateau(*a, better=lambda loss, best: loss >= best, start=lambda losses: -math.inf),
            ),
        ),
        Mistake(
            lambda *a: _plateau(*a, extra=1),
            "You wait one loss too long: halve as soon as the count reaches `patience`.",
        ),
        Mistake(
            lambda *a: _plateau(*a, better=lambda loss, best: loss <= best),
            "A loss equal to the best counts as progress here. Only a loss BELOW the best does: `<`, not `<=`.",
        ),
        Mistake(
            lambda losses, lr, patience: np.append(lr, rates_on_plateau(losses, lr, patience))[:-1],
            "You note the rate before you look at the loss. The halving belongs to the evaluation that caused it.",
        ),
        Mistake(
            lambda *a: _plateau(*a, forget=True),
            "You forget the best loss at a halving. Only the count starts anew; the best stays the best.",
        ),
        Mistake(
            lambda losses, lr, patience: _plateau(losses, lr, patience, cut=lambda _: lr / 2),
            "You always return to half of the FIRST rate. Each halving halves what the rate is by then.",
        ),
        Mistake(
            lambda *a: _plateau(*a, start=lambda losses: losses[0]),
            "You start with the first loss as the best, and then count it as not better than itself. Start with "
            "infinity.",
        ),
        Mistake(
            lambda *a: _plateau(*a, start=lambda losses: 0.0),
            "With you no loss ever counts as better, and every `patience`-th evaluation halves. The best so far starts "
            "at infinity and becomes each loss below it.",
        ),
        Mistake(
            lambda *a: _plateau(*a, start=lambda losses: 10.0),
            "Your best loss starts at a number that losses may exceed. Start with infinity.",
        ),
        Mistake(
            lambda *a: _plateau(*a, better=lambda loss, best: loss < best - 1e-4),
            "You ask for a certain gain. Here every loss below the best counts, however little it is below.",
        ),
    ),
    hints=(
        "Remember two things from one loss to the next: the best so far, and how many in a row were not better.",
        "Better: new best, count 0. Not better: count + 1. Count equal to patience: halve, count 0.",
        "best, waited = np.inf, 0. In the loop: if loss < best: best, waited = loss, 0, else: waited += 1. Then, if "
        "waited == patience: lr, waited = lr / 2, 0. Collect lr.",
    ),
)

EXERCISES = (MOMENTUM, ADAM, PLATEAU)
