"""Answers to the exercises of chapter 07."""

import math

import numpy as np

# 7.1


def velocity(gradients, lr, beta):
    v = 0.0
    out = np.zeros(len(gradients))
    for i in range(len(gradients)):
        v *= beta
        v -= lr * gradients[i]
        out[i] = v
    return out


def pytorch(gradients, lr, beta):
    """torch.optim.SGD: buf = momentum * buf + grad, p −= lr * buf."""
    buf, moves = None, []
    for grad in gradients:
        buf = grad if buf is None else beta * buf + grad
        moves.append(-lr * buf)
    return moves


class Saito:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.v = lr, momentum, None

    def update(self, params, grads):
        if self.v is None:
            self.v = {key: np.zeros_like(value) for key, value in params.items()}
        for key in params:
            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]
            params[key] += self.v[key]


def saito(gradients, lr, beta):
    optimizer, params, places = Saito(lr, beta), {"W": np.zeros(1)}, [0.0]
    for g in gradients:
        optimizer.update(params, {"W": np.array([g])})
        places.append(params["W"].item())
    return np.diff(places)


def double_sum(gradients, lr, beta):
    return [-lr * sum(beta ** (t - s) * gradients[s] for s in range(t + 1)) for t in range(len(gradients))]


def as_matrix(gradients, lr, beta):
    n = len(gradients)
    age = np.subtract.outer(np.arange(n), np.arange(n))
    return -lr * np.einsum("ts,s->t", np.where(age >= 0, beta ** np.maximum(age, 0), 0), gradients)


def velocity_float32(gradients, lr, beta):
    v, out = np.float32(0), np.empty(len(gradients), np.float32)
    for i, g in enumerate(gradients.astype(np.float32)):
        v = np.float32(beta) * v - np.float32(lr) * g
        out[i] = v
    return out


RIGHT = {
    "7.1": {
        "in place": velocity,
        "PyTorch, a list": pytorch,
        "Saito's class": saito,
        "double sum": double_sum,
        "einsum": as_matrix,
        "float32": velocity_float32,
        "convolution": lambda g, lr, b: -lr * np.convolve(g, b ** np.arange(len(g)))[: len(g)],
        "heavy ball": lambda g, lr, b: heavy_ball(g, lr, b),
    }
}


def heavy_ball(gradients, lr, beta):
    """θ_{t+1} = θ_t − ηg + β(θ_t − θ_{t−1}), Polyak's form."""
    theta = [0.0, 0.0]
    for g in gradients:
        theta.append(theta[-1] - lr * g + beta * (theta[-1] - theta[-2]))
    return np.diff(theta)[1:]


def moves(step, start=0.0):
    """v ← step(v, g, η, β), collected."""

    def answer(gradients, lr, beta):
        v, out = start, []
        for g in gradients:
            v = step(v, g, lr, beta)
            out.append(v)
        return np.array(out)

    return answer


WRONG = {
    "7.1": {
        "1 − β": (moves(lambda v, g, lr, b: (1 - b) * v - lr * g), "You keep the share 1 − β"),
        "average": (lambda g, lr, b: -lr * moves(lambda m, g, lr, b: b * m + (1 - b) * g)(g, lr, b), "You average"),
        "uphill": (moves(lambda v, g, lr, b: b * v + lr * g), "The sign is turned"),
        "SGD": (lambda g, lr, b: [-lr * one for one in g], "SGD without memory"),
        "positions": (lambda g, lr, b: np.cumsum(velocity(g, lr, b)), "These are the positions"),
        "one late": (lambda g, lr, b: [0.0, *velocity(g, lr, b)[:-1]], "You are one step late"),
        "η twice": (lambda g, lr, b: lr * velocity(g, lr, b), "The learning rate is in it twice"),
        "Nesterov": (lambda g, lr, b: b * velocity(g, lr, b) - lr * g, "These are Nesterov's steps"),
        "−η(βv + g)": (moves(lambda v, g, lr, b: -lr * (b * v + g)), "η multiplies the old velocity"),
        "η(βv − g)": (moves(lambda v, g, lr, b: lr * (b * v - g)), "η multiplies the old velocity"),
        "βv − g": (moves(lambda v, g, lr, b: b * v - g), "The learning rate is missing"),
        "the buffer": (moves(lambda v, g, lr, b: b * v + g), "The learning rate is missing"),
        "nothing forgotten": (lambda g, lr, b: -lr * np.cumsum(g), "β is missing"),
        "last gradient": (
            lambda g, lr, b: [-lr * (g[t] + (b * g[t - 1] if t else 0)) for t in range(len(g))],
            "You remember one gradient",
        ),
        "with v₀": (lambda g, lr, b: [0.0, *velocity(g, lr, b)], "Leave out the first of these"),
        "a column": (lambda g, lr, b: velocity(g, lr, b)[:, None], "only the shape is not"),
        "the last": (lambda g, lr, b: velocity(g, lr, b)[-1], "only the last of what is asked for"),
        "β of g": (moves(lambda v, g, lr, b: v - b * lr * g), ""),
        "β to the t": (lambda g, lr, b: -lr * g * b ** np.arange(len(g)), ""),
        "η − β": (moves(lambda v, g, lr, b: (1 - lr) * v - b * g), ""),
        "v starts at 1": (moves(lambda v, g, lr, b: b * v - lr * g, start=1.0), ""),
        "−βv": (moves(lambda v, g, lr, b: -b * v - lr * g), ""),
    }
}


# 7.2


def adam_loops(gradients, lr, beta1, beta2, eps):
    m = v = 0.0
    out = []
    for i in range(len(gradients)):
        g = gradients[i]
        m += (1 - beta1) * (g - m)
        v += (1 - beta2) * (g * g - v)
        mhat = m / (1 - beta1 ** (i + 1))
        vhat = v / (1 - beta2 ** (i + 1))
        out.append(-lr * mhat / (vhat**0.5 + eps))
    return out


def paper(gradients, lr, beta1, beta2, eps):
    """Kingma and Ba, algorithm 1, θ in full."""
    theta, m, v, t, path = 0.0, 0.0, 0.0, 0, [0.0]
    while t < len(gradients):
        t = t + 1
        g = gradients[t - 1]
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mhat, vhat = m / (1 - beta1**t), v / (1 - beta2**t)
        theta = theta - lr * mhat / (np.sqrt(vhat) + eps)
        path.append(theta)
    return np.diff(path)


def torch_adam(gradients, lr, beta1, beta2, eps):
    """torch.optim.Adam: denom = √v/√c₂ + ε, step size η/c₁."""
    exp_avg = exp_avg_sq = 0.0
    out = np.zeros_like(gradients)
    for step, grad in enumerate(gradients, 1):
        exp_avg = exp_avg * beta1 + grad * (1 - beta1)
        exp_avg_sq = exp_avg_sq * beta2 + grad * grad * (1 - beta2)
        denom = math.sqrt(exp_avg_sq) / math.sqrt(1 - beta2**step) + eps
        out[step - 1] = -(lr / (1 - beta1**step)) * exp_avg / denom
    return out


def saito_adam(gradients, lr, beta1, beta2, eps):
    """Saito's rate η√c₂/c₁ with ε moved to where the task wants it."""
    m, v, steps = np.zeros(1), np.zeros(1), []
    for n, g in enumerate(gradients):
        lr_t = lr * np.sqrt(1.0 - beta2 ** (n + 1)) / (1.0 - beta1 ** (n + 1))
        m += (1 - beta1) * (g - m)
        v += (1 - beta2) * (g**2 - v)
        steps.append(-lr_t * m / (np.sqrt(v) + eps * np.sqrt(1.0 - beta2 ** (n + 1))))
    return np.concatenate(steps)


def weighted_means(gradients, lr, beta1, beta2, eps):
    """m̂ and v̂ are weighted means: the corrections are the sums of the weights."""
    steps = []
    for t in range(1, len(gradients) + 1):
        w1, w2 = beta1 ** np.arange(t)[::-1], beta2 ** np.arange(t)[::-1]
        mean, square = np.average(gradients[:t], weights=w1), np.average(gradients[:t] ** 2, weights=w2)
        steps.append(-lr * mean / (np.sqrt(square) + eps))
    return steps


def as_matrices(gradients, lr, beta1, beta2, eps):
    t = np.arange(len(gradients))
    age = t[:, None] - t

    def averaged(values, beta):
        weights = np.where(age >= 0, beta ** np.abs(age), 0)
        return np.einsum("ts,s->t", weights, values) / weights.sum(axis=1)

    return -lr * averaged(gradients, beta1) / (np.sqrt(averaged(gradients**2, beta2)) + eps)


def adam_float32(gradients, lr, beta1, beta2, eps):
    f = np.float32
    m, v, out = f(0), f(0), []
    for t, g in enumerate(f(gradients), 1):
        m, v = f(beta1) * m + f(1 - beta1) * g, f(beta2) * v + f(1 - beta2) * g * g
        out.append(-f(lr) * m / f(1 - beta1**t) / (np.sqrt(v / f(1 - beta2**t)) + f(eps)))
    return np.array(out, f)


RIGHT["7.2"] = {
    "loops": adam_loops,
    "the paper": paper,
    "PyTorch": torch_adam,
    "Saito's rate": saito_adam,
    "weighted means": weighted_means,
    "einsum": as_matrices,
    "float32": adam_float32,
}


def adam(
    average=lambda a, b, new: b * a + (1 - b) * new,
    square=np.square,
    step=lambda lr, m, v, g, eps: -lr * m / (np.sqrt(v) + eps),
    c1=lambda b, t: 1 - b**t,
    c2=lambda b, t: 1 - b**t,
    t0=1,
):
    def answer(gradients, lr, beta1, beta2, eps):
        m = v = 0.0
        out = []
        for i, g in enumerate(gradients):
            m, v = average(m, beta1, g), average(v, beta2, square(g))
            out.append(step(lr, m / c1(beta1, t0 + i), v / c2(beta2, t0 + i), g, eps))
        return np.array(out)

    return answer


def one(beta, t):
    return 1.0


def overwritten(gradients, lr, beta1, beta2, eps):
    m = v = 0.0
    out = []
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m = m / (1 - beta1**t)
        v = v / (1 - beta2**t)
        out.append(-lr * m / (np.sqrt(v) + eps))
    return out


def adagrad_below(gradients, lr, beta1, beta2, eps):
    m, h, out = 0.0, 0.0, []
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        h += g * g
        out.append(-lr * m / (1 - beta1**t) / (np.sqrt(h) + eps))
    return out


def late(gradients, lr, beta1, beta2, eps):
    """The paper's section 2."""
    m, v, out = 0.0, 0.0, []
    for t, g in enumerate(gradients, 1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        out.append(-lr * math.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (math.sqrt(v) + eps))
    return out


WRONG["7.2"] = {
    "uncorrected": (adam(c1=one, c2=one), "The bias correction is missing"),
    "only m corrected": (adam(c2=one), "Only m is corrected"),
    "only v corrected": (adam(c1=one), "Only v is corrected"),
    "no step above η": (lambda g, lr, *more: np.clip(adam_loops(g, lr, *more), -lr, lr), ""),
    "AdaGrad's sum": (adagrad_below, "as AdaGrad does"),
    "no root": (adam(step=lambda lr, m, v, g, eps: -lr * m / (v + eps)), "The root is missing"),
    "ε inside": (adam(step=lambda lr, m, v, g, eps: -lr * m / np.sqrt(v + eps)), "Your ε is under the root"),
    "ε late": (late, "before the correction"),
    "uphill": (lambda *a: -adam()(*a), "The sign is turned"),
    "betas swapped": (lambda g, lr, b1, b2, eps: paper(g, lr, b2, b1, eps), "The two betas are swapped"),
    "t from 2": (adam(t0=2), "Your t is one too large"),
    "t from 0": (adam(t0=0), "Your t starts at 0"),
    "m overwritten": (overwritten, "back into m and v"),
    "corrected by 1 − β": (adam(c1=lambda b, t: 1 - b, c2=lambda b, t: 1 - b), "Your m and v are sums"),
    "β times t": (adam(c1=lambda b, t: 1 - b * t, c2=lambda b, t: 1 - b * t), "The t is an exponent"),
    "sums": (adam(average=lambda a, b, new: b * a + new), "with weight 1 these are sums"),
    "sums, uncorrected": (adam(average=lambda a, b, new: b * a + new, c1=one, c2=one), "Your m and v are sums"),
    "RMSProp": (adam(step=lambda lr, m, v, g, eps: -lr * g / (np.sqrt(v) + eps)), "This is RMSProp"),
    "no square": (adam(square=lambda g: g), "It averages their SQUARES"),
    "absolute": (adam(square=abs), "It averages their SQUARES"),
    "no ε": (adam(step=lambda lr, m, v, g, eps: -lr * m / np.sqrt(v)), "ε is missing"),
    "positions": (lambda *a: np.cumsum(paper(*a)), "These are the positions"),
    "no η": (adam(step=lambda lr, m, v, g, eps: -m / (np.sqrt(v) + eps)), "The learning rate is missing"),
    "the last": (lambda *a: paper(*a)[-1], "only the last of what is asked for"),
    "with m and v": (lambda *a: (paper(*a), 0 * a[0], 1 + a[0]), "The first of these is the answer"),
    "corrections multiplied": (adam(c1=lambda b, t: 1 / (1 - b**t), c2=lambda b, t: 1 / (1 - b**t)), ""),
    "weights the wrong way": (adam(average=lambda a, b, new: (1 - b) * a + b * new), ""),
    "the sign alone": (lambda g, lr, *_: -lr * np.sign(g), ""),
    "AdaMax's largest": (adam(square=lambda g: 1.0, c2=one), ""),
    "η over √t": (lambda *a: paper(*a) / np.sqrt(1 + np.arange(len(a[0]))), ""),
}


# 7.3


def halvings(losses, lr, patience):
    best = losses[0]
    bad = 0
    out = [lr]
    for loss in losses[1:]:
        bad = 0 if loss < best else bad + 1
        best = min(best, loss)
        if bad == patience:
            lr *= 0.5
            bad = 0
        out.append(lr)
    return out


def halvings_with_patience_one(losses, lr, patience):
    """`halvings` is right for every patience: the first loss is below infinity."""
    return np.array(halvings(losses, lr, patience))


def pytorch_plateau(losses, lr, patience):
    """ReduceLROnPlateau cuts when MORE than its patience are bad; threshold 0."""
    best, bad, rates = float("inf"), 0, []
    for loss in losses:
        if loss < best:
            best, bad = loss, 0
        else:
            bad += 1
        if bad > patience - 1:
            lr, bad = max(lr * 0.5, 0), 0
        rates.append(lr)
    return rates


def by_remainder(losses, lr, patience):
    """The count goes on; every `patience`-th bad loss halves."""
    best, bad, rates = np.inf, 0, []
    for loss in losses:
        if loss < best:
            best, bad = loss, 0
        else:
            bad += 1
        lr = lr / 2 if bad and bad % patience == 0 else lr
        rates.append(lr)
    return np.array(rates)


def by_running_minimum(losses, lr, patience):
    before = np.concatenate([[np.inf], np.minimum.accumulate(losses)[:-1]])
    last_better, cuts = 0, np.zeros(len(losses), int)
    for i, better in enumerate(losses < before):
        if better:
            last_better = i
        elif (i - last_better) % patience == 0:
            cuts[i] = 1
    return lr * 0.5 ** np.cumsum(cuts)


def looking_back(losses, lr, patience):
    """Since when has nothing been better? Asked anew at every loss."""
    rates = []
    for i in range(len(losses)):
        first_best = int(np.argmin(losses[: i + 1]))
        if i > first_best and (i - first_best) % patience == 0:
            lr = lr / 2
        rates.append(lr)
    return rates


def plateau_float32(losses, lr, patience):
    return np.array(halvings(losses.astype(np.float32), lr, patience), np.float32)


def exponents(losses, lr, patience):
    best, bad, k, rates = math.inf, 0, 0, []
    for loss in losses:
        best, bad = (loss, 0) if loss < best else (best, bad + 1)
        if bad == patience:
            k, bad = k + 1, 0
        rates.append(lr * 2.0**-k)
    return tuple(rates)


RIGHT["7.3"] = {
    "from the second loss on": halvings,
    "an array": halvings_with_patience_one,
    "PyTorch's count": pytorch_plateau,
    "by the remainder": by_remainder,
    "running minimum": by_running_minimum,
    "looking back": looking_back,
    "float32": plateau_float32,
    "powers of two, a tuple": exponents,
    "from the largest float": lambda *a: plateau(best=np.finfo(float).max)(*a),
    "from a million": lambda *a: plateau(best=1e6)(*a),
}


def plateau(
    better=lambda loss, best: loss < best,
    then=lambda lr, first: lr / 2,
    when=lambda bad, patience: bad == patience,
    best=math.inf,
    good=lambda bad: 0,
    after=lambda bad: 0,
    kept=lambda best: best,
):
    def answer(losses, lr, patience):
        first, lowest, bad, rates = lr, best(losses) if callable(best) else best, 0, []
        for loss in losses:
            if better(loss, lowest):
                lowest, bad = loss, good(bad)
            else:
                bad += 1
            if when(bad, patience):
                lr, bad, lowest = then(lr, first), after(bad), kept(lowest)
            rates.append(lr)
        return rates

    return answer


def compares_with_the_last(losses, lr, patience):
    bad, rates = 0, []
    for i, loss in enumerate(losses):
        bad = bad + 1 if i > 0 and loss >= losses[i - 1] else 0
        if bad == patience:
            lr, bad = lr / 2, 0
        rates.append(lr)
    return rates


def noted_too_early(losses, lr, patience):
    best, bad, rates = np.inf, 0, []
    for loss in losses:
        rates.append(lr)
        best, bad = (loss, 0) if loss < best else (best, bad + 1)
        if bad == patience:
            lr, bad = lr / 2, 0
    return rates


WRONG["7.3"] = {
    "minus a half": (plateau(then=lambda lr, first: lr - 0.5), "You subtract 0.5"),
    "a tenth": (plateau(then=lambda lr, first: lr * 0.1), "You divide by ten"),
    "the loss before": (compares_with_the_last, "You compare with the loss before"),
    "no patience": (plateau(when=lambda bad, patience: bad > 0), "at every loss that is not better"),
    "no new count": (plateau(when=lambda bad, p: bad >= p, after=lambda bad: bad), "the count must start anew"),
    "not in a row": (plateau(good=lambda bad: bad), "A better loss must set the count back"),
    "larger is better": (plateau(better=lambda loss, best: loss > best, best=-math.inf), "when the loss improves"),
    "not smaller is better": (
        plateau(better=lambda loss, best: loss >= best, best=-math.inf),
        "when the loss improves",
    ),
    "one too long": (plateau(when=lambda bad, patience: bad > patience), "one loss too long"),
    "<=": (plateau(better=lambda loss, best: loss <= best), "A loss equal to the best"),
    "noted too early": (noted_too_early, "before you look at the loss"),
    "best forgotten": (plateau(kept=lambda best: math.inf), "You forget the best loss"),
    "half of the first": (plateau(then=lambda lr, first: first / 2), "half of the FIRST rate"),
    "first loss counted": (plateau(best=lambda losses: losses[0]), "count it as not better than itself"),
    "best from 0": (plateau(best=0.0), "With you no loss ever counts as better"),
    "best from −∞": (plateau(best=-math.inf), "With you no loss ever counts as better"),
    "best of all": (plateau(best=min), "With you no loss ever counts as better"),
    "nothing compared": (plateau(better=lambda loss, best: False), "With you no loss ever counts as better"),
    "best from 10": (plateau(best=10.0), "a number that losses may exceed"),
    "best from 1000": (plateau(best=1000.0), "a number that losses may exceed"),
    "the last rate": (lambda *a: halvings(*a)[-1], "only the last of what is asked for"),
    "with the first rate": (lambda losses, lr, p: [lr, *halvings(losses, lr, p)], "Leave out the first of these"),
    "doubled": (plateau(then=lambda lr, first: 2 * lr), ""),
    "cut by the root": (plateau(then=lambda lr, first: lr / math.sqrt(2)), ""),
    "one too early": (plateau(when=lambda bad, patience: bad == patience - 1), ""),
    "every evaluation": (lambda losses, lr, patience: lr * 0.5 ** np.arange(len(losses)), ""),
    "step decay": (lambda losses, lr, patience: lr * 0.5 ** (np.arange(len(losses)) // patience), ""),
    "1 % better": (plateau(better=lambda loss, best: loss < 0.99 * best), "You ask for a certain gain"),
    "PyTorch's threshold": (plateau(better=lambda loss, best: loss < best * (1 - 1e-4)), "You ask for a certain gain"),
    "once only": (lambda losses, lr, p: [max(rate, lr / 2) for rate in halvings(losses, lr, p)], "FIRST rate"),
}
