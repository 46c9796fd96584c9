"""Answers to the exercises of chapter 05."""

import math

import numpy as np

# 5.1


def he_loops(z):
    rows, columns = z.shape
    W = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            W[i, j] = z[i, j] * math.sqrt(2.0 / rows)
    return W


def saito(z):
    node_num = z.shape[0]
    return z * np.sqrt(2.0 / node_num)


def by_factor(factor):
    """z times `factor(inputs, outputs)`."""
    return lambda z: z * factor(*z.shape)


RIGHT = {
    "5.1": {
        "loops": he_loops,
        "Saito": saito,
        "CS231n": lambda z: z / np.sqrt(z.shape[0] / 2),
        "He et al.": by_factor(lambda n, _: (2 / n) ** 0.5),
        "a list": lambda z: [[math.sqrt(2 / len(z)) * value for value in row] for row in z],
        "float32": lambda z: z.astype("f4") * np.float32(np.sqrt(2 / len(z))),
        "einsum": lambda z: np.einsum("ij,->ij", z, math.sqrt(2 / z.shape[0])),
        "gain and fan": by_factor(lambda n, _: math.sqrt(2) / math.sqrt(n)),
        "through the variance": lambda z: np.sign(z) * np.sqrt(z**2 * 2 / len(z)),
    }
}

WRONG = {
    "5.1": {
        "1/√n": (by_factor(lambda n, _: 1 / np.sqrt(n)), "keeps the signal of a linear layer"),
        "2/√n": (by_factor(lambda n, _: 2 / np.sqrt(n)), "The 2 stands outside the root"),
        "1/√n/2": (lambda z: z / np.sqrt(z.shape[0]) / 2, "Your 2 divides the weights"),
        "1/√(2n)": (by_factor(lambda n, _: 1 / np.sqrt(2 * n)), "on the wrong side"),
        "√n": (by_factor(lambda n, _: np.sqrt(n)), "You multiply by √n"),
        "√(n/2)": (by_factor(lambda n, _: np.sqrt(n / 2)), "The fraction is upside down"),
        "2/n": (by_factor(lambda n, _: 2 / n), "2/n is the variance"),
        "outputs": (by_factor(lambda _, n: np.sqrt(2 / n)), "You counted the outputs"),
        "len of a row": (lambda z: z / np.sqrt(len(z[0]) / 2), "You counted the outputs"),
        "Glorot": (by_factor(lambda n, m: np.sqrt(2 / (n + m))), "This is Glorot's compromise"),
        "0.01": (lambda z: z / 100, "A fixed std of 0.01"),
        "4/(n + m)": (by_factor(lambda n, m: np.sqrt(4 / (n + m))), "the mean of inputs and outputs"),
        "√2/n": (by_factor(lambda n, _: math.sqrt(2) / n), "Only the 2 stands under the root"),
        "z.size": (lambda z: z * np.sqrt(2 / z.size), "the count of all weights"),
        "the scale alone": (lambda z: np.sqrt(2 / len(z)), "This is the standard deviation alone"),
        "nothing": (lambda z: z.copy(), "You left z as it is"),
        "new numbers": (lambda z: np.random.RandomState(0).standard_normal(z.shape) * np.sqrt(2 / len(z)), ""),
        "transposed": (lambda z: saito(z).T, "Transposed, your numbers are right"),
        "uniform bound": (by_factor(lambda n, _: np.sqrt(6 / n)), "the bound of a uniform distribution"),
        "1/n": (by_factor(lambda n, _: 1 / n), ""),
        "flat": (lambda z: saito(z).ravel(), "only the shape is not"),
        "normalised by the sample": (lambda z: z / (np.std(z) + 1e-12) * np.sqrt(2 / len(z)), ""),
    }
}


# 5.2


def squares_loops(scale, widths):
    q, out = 1.0, []
    for layer in range(1, len(widths)):
        variance = 0.0
        for _ in range(widths[layer - 1]):
            variance += scale**2 * q
        q = variance / 2
        out.append(q)
    return out


def recursive(scale, widths):
    def q(layer):
        return 1.0 if layer == 0 else q(layer - 1) * widths[layer - 1] * scale**2 / 2

    return tuple(q(layer) for layer in range(1, len(widths)))


def float32_squares(scale, widths):
    q = np.empty(len(widths) - 1, dtype=np.float32)
    last = np.float32(1)
    for i in range(len(q)):
        last = last * np.float32(widths[i] * scale**2 / 2)
        q[i] = last
    return q


def multiplied(factor):
    """The product of `factor(n, scale)` over the layers before."""

    def answer(scale, widths):
        q, out = 1.0, []
        for n in widths[:-1]:
            q *= factor(n, scale)
            out.append(q)
        return np.array(out)

    return answer


def right_squares(scale, widths):
    return multiplied(lambda n, scale: n * scale * scale / 2)(scale, widths)


def from_the_moments(scale, widths):
    """E[max(0, y)²] for y = N(0, v), by the integral in place of the half."""
    y = np.linspace(0, 12, 20001)
    half = np.sum(y**2 * np.exp(-(y**2) / 2)) * (y[1] - y[0]) / math.sqrt(2 * math.pi)
    return multiplied(lambda n, scale: n * scale**2 * half)(scale, widths)


RIGHT["5.2"] = {
    "loops": squares_loops,
    "recursive, a tuple": recursive,
    "float32": float32_squares,
    "product in place": right_squares,
    "by the integral": from_the_moments,
    "cumprod": lambda scale, widths: np.cumprod(np.array(widths[:-1]) * scale**2 / 2),
    "std of He": lambda scale, widths: np.cumprod([(scale / math.sqrt(2 / n)) ** 2 for n in widths[:-1]]),
    "accumulate": lambda scale, widths: np.multiply.accumulate(0.5 * scale**2 * np.asarray(widths, float))[:-1],
    "products of beginnings": lambda scale, widths: [
        math.prod(widths[:i]) * (scale**2 / 2) ** i for i in range(1, len(widths))
    ],
    "powers with a mean": lambda scale, widths: np.array(
        [np.prod([n * scale**2 / 2 for n in widths[:i]]) for i in range(1, len(widths))]
    ),
}

WRONG["5.2"] = {
    "linear": (multiplied(lambda n, s: n * s**2), "a network without ReLU"),
    "std for variance": (multiplied(lambda n, s: n * s / 2), "`scale` is a standard deviation"),
    "widths of the layer": (
        lambda scale, widths: multiplied(lambda n, s: n * s**2 / 2)(scale, (*widths[1:], 1)),
        "You counted the units of the layer itself",
    ),
    "variance of ReLU": (multiplied(lambda n, s: n * s**2 * (0.5 - 0.5 / np.pi)), "You passed on the variance"),
    "a quarter": (multiplied(lambda n, s: n * (s / 2) ** 2), "not half of the size"),
    "factors": (lambda scale, widths: 0.5 * scale**2 * np.array(widths)[:-1], "the factors of the single layers"),
    "roots": (lambda scale, widths: np.sqrt(right_squares(scale, widths)), "root of the mean square"),
    "the input's 1": (lambda scale, widths: [1.0, *right_squares(scale, widths)], "Leave out the first of these"),
    "all widths": (lambda scale, widths: right_squares(scale, (*widths, 1)), "Leave out the last of these"),
    "the last layer": (lambda scale, widths: right_squares(scale, widths)[-1], "only the last of what is asked for"),
    "the first layer": (lambda scale, widths: right_squares(scale, widths)[:1], ""),
    "times 2": (multiplied(lambda n, s: 2 * n * s**2), "It divides by 2"),
    "the inputs alone": (
        lambda scale, widths: [(widths[0] * scale**2 / 2) ** i for i in range(1, len(widths))],
        "widths[0] for all layers",
    ),
    "backwards": (lambda scale, widths: right_squares(scale, widths)[::-1], "in the reverse order"),
    "a column": (lambda scale, widths: right_squares(scale, widths)[:, None], "only the shape is not"),
    "sums": (lambda scale, widths: np.cumsum([n * scale**2 / 2 for n in widths[:-1]]), ""),
    "half of the scale": (multiplied(lambda n, s: n * s**2 / math.sqrt(2)), ""),
    "no width": (multiplied(lambda n, s: s**2 / 2), "The width is missing"),
    "variance of each sum": (lambda scale, widths: 2 * right_squares(scale, widths), "before ReLU"),
    "passed on whole": (lambda *a: 0.5 * multiplied(lambda n, s: n * s**2)(*a), "You halve what you return"),
    "over n": (multiplied(lambda n, s: s**2 / (2 * n)), ""),
    "means": (lambda scale, widths: np.sqrt(right_squares(scale, widths) / np.pi), ""),
}


# 5.3


def factor(scale, width, row):
    return math.sqrt(width * scale**2 * sum(f * f for f in row) / len(row))


def down_loops(scale, width, slopes):
    std = 1.0
    for row in slopes[::-1]:
        std *= factor(scale, width, row)
    return std


def by_variances(scale, width, slopes):
    variance = 1.0
    for row in slopes:
        variance = width * scale**2 * np.mean(row**2) * variance
    return np.sqrt(variance)


def down_float32(scale, width, slopes):
    s = slopes.astype(np.float32)
    return np.prod(np.float32(scale * width**0.5) * np.sqrt((s * s).mean(axis=1)))


def each_layer(measure):
    """The product of `measure(scale, n, row)` over the layers."""
    return lambda scale, width, slopes: math.prod(measure(scale, width, row) for row in slopes)


def through_logarithms(scale, width, slopes):
    return np.exp(np.sum(np.log(width * scale**2 * np.mean(slopes**2, axis=1)) / 2))


RIGHT["5.3"] = {
    "loops": down_loops,
    "variances": by_variances,
    "float32": down_float32,
    "layer by layer": each_layer(lambda s, n, row: s * n**0.5 * np.sqrt(np.mean(np.square(row)))),
    "logarithms": through_logarithms,
    "norms": each_layer(lambda s, n, row: s * math.sqrt(n / len(row)) * np.linalg.norm(row)),
    "einsum": lambda scale, width, slopes: (
        np.prod(width * scale**2 * np.einsum("li,li->l", slopes, slopes) / slopes.shape[1]) ** 0.5
    ),
    "mean and variance": each_layer(lambda s, n, row: s * math.sqrt(n * (np.var(row) + np.mean(row) ** 2))),
    "sum over the units": each_layer(lambda s, n, row: s * math.sqrt(sum(f**2 for f in row))),
}

WRONG["5.3"] = {
    "slopes alone": (each_layer(lambda s, n, row: np.mean(row)), "These are the local derivatives alone"),
    "median": (each_layer(lambda s, n, row: np.median(row)), "slope of the typical unit"),
    "no weights": (each_layer(lambda s, n, row: np.sqrt(np.mean(row**2))), "but the weights are missing"),
    "mean slope": (each_layer(lambda s, n, row: s * np.sqrt(n) * np.mean(row)), "Square the slopes before"),
    "no width": (each_layer(lambda s, n, row: s * np.sqrt(np.mean(row**2))), "The width is missing"),
    "n for √n": (each_layer(lambda s, n, row: s * n * np.sqrt(np.mean(row**2))), "Your factor holds n"),
    "sum and width": (each_layer(lambda s, n, row: np.sqrt(n * s**2 * np.sum(row**2))), "Your factor holds n"),
    "variance": (each_layer(lambda s, n, row: n * s**2 * np.mean(row**2)), "This is the variance of the gradient"),
    "all layers at once": (
        lambda scale, width, slopes: (scale**2 * width * (slopes**2).mean()) ** (len(slopes) / 2),
        "You averaged over all layers at once",
    ),
    "factors": (
        lambda scale, width, slopes: [factor(scale, width, row) for row in slopes],
        "factors of the single layers",
    ),
    "weights alone": (each_layer(lambda s, n, row: s * math.sqrt(n)), "The slopes are missing"),
    "std of the slopes": (each_layer(lambda s, n, row: s * math.sqrt(n) * np.std(row)), "np.std subtracts the mean"),
    "the largest slope": (each_layer(lambda s, n, row: s * math.sqrt(n) * np.max(row)), "the largest slope"),
    "without the top layer": (lambda scale, width, slopes: down_loops(scale, width, slopes[:-1]), "left out a layer"),
    "without the first layer": (lambda scale, width, slopes: down_loops(scale, width, slopes[1:]), "left out a layer"),
    "scale as a variance": (
        each_layer(lambda s, n, row: math.sqrt(n * s * np.mean(row**2))),
        "is a standard deviation",
    ),
    "the sum of the factors": (lambda scale, width, slopes: sum(factor(scale, width, row) for row in slopes), ""),
    "an array of one": (lambda *a: np.array([down_loops(*a)]), "only the shape is not"),
    "down and on the way": (
        lambda scale, width, slopes: np.cumprod([factor(scale, width, row) for row in slopes]),
        "The last of these is the answer",
    ),
    "per unit": (lambda scale, width, slopes: np.prod(scale * math.sqrt(width) * slopes, axis=0), ""),
    "absolute": (each_layer(lambda s, n, row: s * n * np.mean(np.abs(row))), ""),
    "the other axis": (lambda scale, width, slopes: down_loops(scale, width, slopes.T), "axis 0"),
    "He's half": (each_layer(lambda s, n, row: s * math.sqrt(n / 2 * np.mean(row**2))), ""),
}
