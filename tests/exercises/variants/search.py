"""Answers to the exercises of chapter 10."""

import math

import numpy as np

# 10.1


def rates_loops(u, low, high):
    out = np.zeros_like(u)
    for place, value in np.ndenumerate(u):
        out[place] = 10 ** (math.log10(low) + value * (math.log10(high) - math.log10(low)))
    return out


def through_interp(u, low, high):
    return np.exp(np.interp(u, [0, 1], np.log([low, high])))


def rates_lists(u, low, high):
    def rate(value):
        return [rate(v) for v in value] if isinstance(value, list) else low ** (1 - value) * high**value

    return rate(u.tolist())


def saito_uniform(u, low, high):
    """Saito draws 10 ** np.random.uniform(a, b): a + (b − a)u is what that is."""
    a, b = np.log10(low), np.log10(high)
    return 10 ** (a + (b - a) * u)


def rates_float32(u, low, high):
    u, low, high = np.float32(u), np.float32(low), np.float32(high)
    return low * (high / low) ** u


RIGHT = {
    "10.1": {
        "loops": rates_loops,
        "interp": through_interp,
        "lists": rates_lists,
        "Saito, CS231n": saito_uniform,
        "float32": rates_float32,
        "logspace, one by one": lambda u, low, high: np.vectorize(
            lambda v: np.logspace(np.log10(low), np.log10(high), 2, base=10)[0] * (high / low) ** v
        )(u),
        "base 2": lambda u, low, high: np.exp2((1 - u) * np.log2(low) + u * np.log2(high)),
        "from above": lambda u, low, high: high * (low / high) ** (1 - u),
        "einsum": lambda u, low, high: np.exp(np.einsum("...k,k", np.stack([1 - u, u], -1), np.log([low, high]))),
    }
}

WRONG = {
    "10.1": {
        "linear": (lambda u, low, high: low + u * (high - low), "even on a linear scale"),
        "rates as exponents": (lambda u, low, high: 10 ** ((1 - u) * low + u * high), "for exponents"),
        "exponents": (lambda u, low, high: np.log10(low) + u * np.log10(high / low), "The last step is missing"),
        "natural exponents": (lambda u, low, high: np.log(low) + u * np.log(high / low), "The last step is missing"),
        "log10 and exp": (lambda u, low, high: np.exp(np.log10(low) + u * np.log10(high / low)), "do not undo"),
        "log and 10": (lambda u, low, high: 10 ** (np.log(low) + u * np.log(high / low)), "do not undo"),
        "backwards": (lambda u, low, high: low**u * high ** (1 - u), "but backwards"),
        "high − low": (lambda u, low, high: low * (high - low) ** u, "At u = 1 this gives low"),
        "one decade": (lambda u, low, high: low * np.power(10, u), "one decade only"),
        "geomspace": (lambda u, low, high: np.geomspace(low, high, u.size).reshape(u.shape), "left `u` out"),
        "logspace": (
            lambda u, low, high: np.logspace(np.log10(low), np.log10(high), u.size).reshape(u.shape),
            "left `u` out",
        ),
        "linspace": (lambda u, low, high: np.linspace(low, high, u.size).reshape(u.shape), "left `u` out"),
        "the factor": (lambda u, low, high: np.exp(u * np.log(high / low)), "This is the factor"),
        "times u": (lambda u, low, high: low * (high / low) * u, "u is the exponent"),
        "high · u": (lambda u, low, high: high * u, "u is the exponent"),
        "u to the factor": (lambda u, low, high: low * u ** (high / low), "Base and exponent are exchanged"),
        "highᵘ": (lambda u, low, high: high**u, "At u = 0 this gives 1"),
        "low · highᵘ": (lambda u, low, high: low * high**u, ""),
        "own numbers": (
            lambda u, low, high: 10 ** np.random.RandomState(0).uniform(np.log10(low), np.log10(high), u.shape),
            "",
        ),
        "squares": (lambda u, low, high: low + (high - low) * u**2, ""),
        "lowᵘ": (lambda u, low, high: low**u, ""),
        "the middle": (lambda u, low, high: np.sqrt(low * high) * np.ones_like(u), ""),
        "the ratio's logarithm": (lambda u, low, high: low * np.log(high / low) ** u, ""),
        "flat": (lambda u, low, high: saito_uniform(u, low, high).ravel(), "only the shape is not"),
        "one number": (lambda u, low, high: saito_uniform(u, low, high).flat[0], ""),
        "cut off": (lambda u, low, high: np.clip(u, low, high), ""),
    }
}


# 10.2


def while_loop(share, chance):
    n = 0
    while 1 - (1 - share) ** n < chance:
        n += 1
    return n


def while_missing(share, chance):
    n, missed = 0, 1.0
    while missed > 1 - chance:
        missed *= 1 - share
        n += 1
    return n


def first_of_many(share, chance):
    n = np.arange(1, 1000)
    return n[np.argmax(1 - (1 - share) ** n >= chance)]


def bisection(share, chance):
    low, high = 0, 10_000
    while high - low > 1:
        middle = (low + high) // 2
        if 1 - (1 - share) ** middle >= chance:
            high = middle
        else:
            low = middle
    return high


def added_up(share, chance):
    """The first hit is in trial n with probability share · (1 − share)ⁿ⁻¹."""
    n, total = 0, 0.0
    while total < chance:
        total += share * (1 - share) ** n
        n += 1
    return n


RIGHT["10.2"] = {
    "while": while_loop,
    "while, product": while_missing,
    "first of many": first_of_many,
    "bisection": bisection,
    "first hits added up": added_up,
    "log1p": lambda share, chance: math.ceil(math.log1p(-chance) / math.log1p(-share)),
    "log2": lambda share, chance: np.ceil(np.log2(1 - chance) / np.log2(1 - share)),
    "log10": lambda share, chance: -int(-math.log10(1 - chance) // math.log10(1 - share)),
    "any base": lambda share, chance: int(np.ceil(math.log(1 - chance, 1 - share))),
    "float32": lambda share, chance: np.ceil(np.log1p(np.float32(-chance)) / np.log1p(np.float32(-share))),
    "a list": lambda share, chance: [n for n in range(2000) if 1 - (1 - share) ** n >= chance][0],
}


def ratio(share, chance):
    return np.log(1 - chance) / np.log(1 - share)


WRONG["10.2"] = {
    "not rounded": (ratio, "trials are whole"),
    "floor": (lambda s, c: np.floor(ratio(s, c)), "You rounded down"),
    "int": (lambda s, c: int(ratio(s, c)), "You rounded down"),
    "round": (lambda s, c: np.rint(ratio(s, c)), "Rounding to the nearest"),
    "round of the ratio + ½": (lambda s, c: round(ratio(s, c) + 0.5), ""),
    "floor + 1": (lambda s, c: int(ratio(s, c)) + 1, "One too many where the ratio"),
    "strictly more": (
        lambda s, c: next(n for n in range(2000) if 1 - (1 - s) ** n > c),
        "One too many where the ratio",
    ),
    "n · share": (lambda s, c: math.ceil(c / s), "You added up the probabilities"),
    "1/share": (lambda s, c: math.ceil(1 / s), "After 1/share trials"),
    "log chance": (lambda s, c: math.ceil(np.log(c) / np.log(1 - s)), "when the chance of NO hit"),
    "log share": (lambda s, c: math.ceil(np.log(1 - c) / np.log(s)), "You took share for the chance of a miss"),
    "chance / (1 − share)": (lambda s, c: math.ceil(c / (1 - s)), ""),
    "both logs": (lambda s, c: math.ceil(np.log(c) / np.log(s)), "made of other logarithms"),
    "upside down": (lambda s, c: math.ceil(1 / ratio(s, c)), "It is upside down"),
    "upside down, not rounded": (lambda s, c: 1 / ratio(s, c), ""),
    "60": (lambda s, c: 60, "for the best 5 %"),
    "59": (lambda s, c: 59, "for the best 5 %"),
    "small share": (lambda s, c: math.ceil(-np.log(1 - c) / s), "You took log(1 − share) for −share"),
    "one too few": (lambda s, c: while_loop(s, c) - 1, "One too few"),
    "one too many": (lambda s, c: while_loop(s, c) + 1, "One too many: with one trial less"),
    "the chance": (lambda s, c: 1 - (1 - s) ** while_loop(s, c), "This is the chance"),
    "an array of one": (lambda s, c: [while_loop(s, c)], "only the shape is not"),
    "all hit": (lambda s, c: next(n for n in range(2000) if s**n <= 1 - c), "You took share for the chance"),
    "chance over share, squared": (lambda s, c: math.ceil((c / s) ** 2), ""),
    "the odds": (lambda s, c: math.ceil(c / (1 - c) * (1 - s) / s), ""),
    "nothing": (lambda s, c: 0, ""),
    "all but the last": (lambda s, c: list(range(while_loop(s, c))), ""),
    "both": (lambda s, c: (while_loop(s, c), c), "The first of these is the answer"),
}


# 10.3


def halving_loops(scores, budgets):
    epochs = [0] * len(scores)
    alive = list(range(len(scores)))
    for b in budgets:
        for i in alive:
            epochs[i] = b
        alive = sorted(alive, key=lambda i: scores[i][b - 1], reverse=True)[: -(-len(alive) // 2)]
    return epochs


def dropping_the_worst(scores, budgets):
    epochs = np.zeros(len(scores))
    alive = set(range(len(scores)))
    for b in budgets:
        epochs[list(alive)] = b
        for _ in range(len(alive) // 2):
            alive.remove(min(alive, key=lambda i: scores[i, b - 1]))
    return epochs


def by_mask(scores, budgets):
    alive = np.ones(len(scores), bool)
    epochs = np.zeros(len(scores), np.int32)
    for b in budgets:
        epochs[alive] = b
        now = np.where(alive, scores[:, b - 1], -np.inf)
        keep = np.argsort(now)[::-1][: math.ceil(alive.sum() / 2)]
        alive = np.isin(np.arange(len(scores)), keep)
    return epochs


def by_median(scores, budgets):
    """At least the median is the better half, rounded up."""
    epochs, alive = np.zeros(len(scores), np.float32), np.arange(len(scores))
    for b in budgets:
        epochs[alive] = b
        now = np.float32(scores[alive, b - 1])
        alive = alive[now >= np.median(now)]
    return epochs


def dead_made_minus_infinite(scores, budgets):
    left, epochs, n = scores.copy(), np.zeros(len(scores), int), len(scores)
    for b in budgets:
        order = np.argsort(-left[:, b - 1], kind="stable")
        epochs[order[:n]] = b
        n = n - n // 2
        left[order[n:]] = -np.inf
    return epochs


def recursive(scores, budgets):
    if not budgets:
        return np.zeros(len(scores), int)
    epochs = np.full(len(scores), budgets[0])
    better = np.argsort(scores[:, budgets[0] - 1])[len(scores) // 2 :]
    epochs[better] = np.maximum(epochs[better], recursive(scores[better], budgets[1:]))
    return epochs


def increments(scores, budgets):
    """The epochs that are added, each time to fewer."""
    ran, alive = np.zeros(len(scores), int), np.arange(len(scores))
    for more, b in zip(np.diff([0, *budgets]), budgets):
        np.add.at(ran, alive, more)
        alive = np.flip(alive[np.argsort(scores[alive, b - 1])])[: (1 + alive.size) // 2]
    return ran


def at_least_the_median(scores, budgets):
    alive, ran = np.ones(len(scores), bool), np.zeros(len(scores), int)
    for b in budgets:
        ran[alive] = b
        alive &= scores[:, b - 1] >= np.median(scores[alive, b - 1])
    return ran


RIGHT["10.3"] = {
    "loops, lists": halving_loops,
    "dropping the worst": dropping_the_worst,
    "mask": by_mask,
    "median, float32": by_median,
    "−∞ for the dead": dead_made_minus_infinite,
    "recursive": recursive,
    "increments": increments,
    "at least the median": at_least_the_median,
    "argpartition": lambda scores, budgets: partitioned(scores, budgets),
}


def partitioned(scores, budgets):
    epochs, alive = np.zeros(len(scores), int), np.arange(len(scores))
    for b in budgets:
        epochs[alive] = b
        dropped = len(alive) // 2
        alive = alive[np.argpartition(scores[alive, b - 1], dropped)[dropped:]]
    return epochs


def halving(judge=lambda curve, b: curve[b - 1], size=lambda n: (n + 1) // 2, count=lambda ran, b: b, best=True):
    def answer(scores, budgets):
        ran, alive = np.zeros(len(scores), int), list(range(len(scores)))
        for b in budgets:
            for i in alive:
                ran[i] = count(ran[i], b)
            alive = sorted(alive, key=lambda i: judge(scores[i], b), reverse=best)[: size(len(alive))]
        return ran

    return answer


def lost(scores, budgets):
    """Indices within the survivors, taken for numbers of trials."""
    ran, alive = np.zeros(len(scores), int), np.arange(len(scores))
    for b in budgets:
        ran[alive] = b
        alive = np.argsort(-scores[alive, b - 1])[: (len(alive) + 1) // 2]
    return ran


def revived(scores, budgets):
    ran, k = np.zeros(len(scores), int), len(scores)
    alive = np.arange(k)
    for b in budgets:
        ran[alive] = b
        k = (k + 1) // 2
        alive = np.argsort(-scores[:, b - 1])[:k]
    return ran


def half_of_all(scores, budgets):
    half = -(-len(scores) // 2)
    return halving(size=lambda n: half)(scores, budgets)


def halved_once(scores, budgets):
    ran = np.full(len(scores), budgets[0])
    ran[np.argsort(scores[:, budgets[0] - 1])[::-1][: (len(scores) + 1) // 2]] = budgets[-1]
    return ran


WRONG["10.3"] = {
    "off by one": (halving(lambda curve, b: curve[b]), "Off by one"),
    "the next epoch": (halving(lambda curve, b: curve[min(b, len(curve) - 1)]), ""),
    "worse half": (halving(best=False), "You kept the worse half"),
    "the future": (halving(lambda curve, b: curve[-1]), "by the future"),
    "rounded down": (halving(size=lambda n: max(1, n // 2)), "is rounded up here"),
    "indices lost": (lost, "Your indices count within the survivors"),
    "added up": (halving(count=lambda ran, b: ran + b), "You added up the budgets"),
    "all get the last": (lambda scores, budgets: [budgets[-1]] * len(scores), "All trials got the last budget"),
    "all get the first": (lambda scores, budgets: [budgets[0]] * len(scores), "the first budget only"),
    "revived": (revived, "one that was dropped comes back"),
    "best so far": (halving(lambda curve, b: max(curve[:b])), "the best accuracy so far"),
    "mean so far": (halving(lambda curve, b: np.mean(curve[:b])), "the mean of the epochs so far"),
    "mean of the last two": (halving(lambda curve, b: np.mean(curve[max(0, b - 2) : b])), ""),
    "half of all": (half_of_all, "Half of ALL trials"),
    "halved once": (halved_once, "Half of ALL trials run to the end"),
    "best first": (lambda *a: sorted(halving_loops(*a), reverse=True), "Your numbers are sorted"),
    "rising": (lambda *a: np.sort(halving_loops(*a)), "Your numbers are sorted"),
    "gain": (halving(lambda curve, b: curve[b - 1] - curve[0]), ""),
    "one dropped at a time": (halving(size=lambda n: n - 1), ""),
    "a third": (halving(size=lambda n: -(-n // 3)), ""),
    "never dropped": (halving(size=lambda n: n), "All trials got the last budget"),
    "the first half": (halving(lambda curve, b: 0), "Your numbers are sorted"),
    "only the survivors": (lambda *a: [e for e in halving_loops(*a) if e == max(halving_loops(*a))], ""),
    "rounds": (lambda scores, budgets: [list(budgets).index(e) + 1 for e in halving_loops(scores, budgets)], ""),
    "the winner": (lambda *a: int(np.argmax(halving_loops(*a))), ""),
    "in reverse": (lambda *a: halving_loops(*a)[::-1], "in the reverse order"),
    "a column": (lambda *a: np.array(halving_loops(*a))[:, None], "only the shape is not"),
}
