"""Chapter 05, weight initialisation: three exercises on n·Var(w), which decides what a deep network does at birth."""

import math

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake, normal
from course_lib.inputs import arrays
from course_lib.nn.activations import ACTIVATIONS


@arrays("z")
def he_weights(z: np.ndarray) -> np.ndarray:
    """W = Z·√(2/n_in) = Z/√(n_in/2)      (He et al. 2015 eq. 10)

    z (n_in, n_out) standard normal.  Each output sums n_in terms, so Var(y) = n_in Var(w) E[x²].  ReLU keeps half of
    the mean square, hence n_in Var(w) = 2.
    """
    fan_in = z.shape[0]
    return z * math.sqrt(2 / fan_in)


def mean_squares(scale: float, widths: tuple[int, ...]) -> np.ndarray:
    """q_l = ½ n_{l−1} Var(w) q_{l−1},   q_0 = 1,   Var(w) = scale²

    q_l = E[h_l²] after the l-th ReLU layer, for l = 1 … len(widths) − 1.
    """
    q = [1.0]
    for fan_in in widths[:-1]:
        q.append(fan_in * scale**2 * q[-1] / 2)
    return np.array(q[1:])


@arrays("slopes")
def input_gradient(scale: float, width: int, slopes: np.ndarray) -> float:
    """std(∂L/∂x) = Π_l √(n Var(w) E[f′_l²])   for a gradient of std 1 at the top,   Var(w) = scale²

    slopes (layers, units): f′ of each unit.  The weights are as large a factor as the slopes.
    """
    factors = np.sqrt(width * scale**2 * np.mean(slopes**2, axis=1))
    return float(np.prod(factors))


def _slopes(name: str, scale: float, width: int, layers: int, units: int) -> np.ndarray:
    """f′ of units whose pre-activations are N(0, n Var(w)): unit inputs, weights of std `scale`."""
    z = scale * math.sqrt(width) * normal(layers, layers, units)
    return np.asarray(ACTIVATIONS[name].df(z))


def _per_layer(slopes: np.ndarray) -> np.ndarray:
    return np.mean(slopes**2, axis=1)


HE_WEIGHTS = Exercise(
    "5.1",
    "Where the factor of two belongs",
    "`z` holds standard normal numbers in the shape (inputs, outputs). Return the weights of a ReLU layer with these "
    "inputs and outputs, scaled so that the mean square of the signal stays the same from layer to layer.",
    he_weights,
    cases=(
        (np.array([[1.0], [-1.0]]),),
        (np.array([[1.0, -2.0, 0.5]]),),
        (np.array([[0.5, -1.0], [2.0, 0.0], [-0.5, 1.5]]),),
        (np.zeros((4, 3)),),
        (normal(1, 8, 3),),
        (normal(2, 50, 100),),
    ),
    mistakes=(
        Mistake(
            lambda z: z / math.sqrt(len(z)),
            "Var(w) = 1/n keeps the signal of a linear layer. ReLU then zeroes half of the values and with them "
            "half of the mean square: the weights must make up for it.",
        ),
        Mistake(
            lambda z: z * 2 / math.sqrt(len(z)),
            "The 2 stands outside the root. A std of 2/√n lets the signal grow by 1.414 in every layer. "
            "The variance is 2/n, so the 2 belongs under the root.",
        ),
        Mistake(
            lambda z: z / (2 * math.sqrt(len(z))),
            "Your 2 divides the weights. The signal then shrinks to 0.354 of its size in every layer. “Divide "
            "by 2” means n/2 under the root, and 1/√(n/2) makes the weights larger.",
        ),
        Mistake(
            lambda z: z / math.sqrt(2 * len(z)),
            "The 2 is under the root but on the wrong side: 1/√(2n) makes the weights smaller than 1/√n. "
            "ReLU loses half of the mean square, so they must be larger.",
        ),
        Mistake(
            lambda z: z * math.sqrt(len(z)),
            "You multiply by √n. Every output is a sum of n terms, so its variance is n times too large already: "
            "divide by √n.",
        ),
        Mistake(
            lambda z: z * math.sqrt(len(z) / 2),
            "The fraction is upside down. More inputs make a larger sum, so more inputs need smaller weights.",
        ),
        Mistake(
            lambda z: z * 2 / len(z),
            "2/n is the variance. What multiplies a standard normal number is the standard deviation, its root.",
        ),
        Mistake(
            lambda z: z * math.sqrt(2 / z.shape[1]),
            "You counted the outputs, the columns of z. The sum in each output runs over the inputs, the rows.",
        ),
        Mistake(
            lambda z: z * math.sqrt(2 / sum(z.shape)),
            "This is Glorot's compromise between inputs and outputs for linear layers. ReLU asks for 2/n with n "
            "the number of inputs alone.",
        ),
        Mistake(
            lambda z: z * 0.01,
            "A fixed std of 0.01 knows nothing of the width. What counts is n·Var(w), so the scale must shrink "
            "with the number of inputs.",
        ),
        Mistake(
            lambda z: z * math.sqrt(4 / sum(z.shape)),
            "You took the mean of inputs and outputs. He's 2/n counts the inputs alone, the rows of z.",
        ),
        Mistake(
            lambda z: z * math.sqrt(2) / len(z),
            "Only the 2 stands under the root in your scale. n belongs there as well: √(2/n).",
        ),
        Mistake(
            lambda z: z * math.sqrt(2 / z.size),
            "You divided by the count of all weights. One output sums over the inputs alone: n = z.shape[0].",
        ),
        Mistake(lambda z: math.sqrt(2 / len(z)), "This is the standard deviation alone. Multiply z by it."),
        Mistake(
            lambda z: z,
            "You left z as it is. Weights of std 1 make the sums of n inputs √n times as large as the signal.",
        ),
        Mistake(
            lambda z: z * math.sqrt(6 / len(z)),
            "√(6/n) is the bound of a uniform distribution of variance 2/n. These numbers are normal: multiply by "
            "the standard deviation.",
        ),
    ),
    hints=(
        "One output is a sum of n products w·x. Independent terms add their variances: Var(y) = n·Var(w)·E[x²].",
        "ReLU sets the negative half of y to zero, so E[relu(y)²] = Var(y)/2. Choose Var(w) so that this equals E[x²].",
        "Var(w) = 2/n with n = z.shape[0]. Multiply z by the standard deviation, which is the root of that.",
    ),
)

MEAN_SQUARES = Exercise(
    "5.2",
    "Ten layers without running them",
    "A ReLU network has `widths[0]` inputs of mean square 1, then layers of `widths[1]`, `widths[2]`, … units, weights "
    "of standard deviation `scale` and no bias. Return the mean square E[h²] of the activations of every layer.",
    mean_squares,
    cases=(
        (1.0, (2, 1)),
        (0.5, (3, 5, 4)),
        (0.0, (4, 4, 4)),
        (0.01, (500,) * 11),
        (0.05, (4096,) * 7),
        (math.sqrt(2 / 100), (100, 400, 100, 25, 100)),
    ),
    mistakes=(
        Mistake(
            lambda scale, widths: np.cumprod([n * scale**2 for n in widths[:-1]]),
            "This is a network without ReLU. Half of the pre-activations are negative, and ReLU takes their half "
            "of the mean square away.",
        ),
        Mistake(
            lambda scale, widths: np.cumprod([n * scale / 2 for n in widths[:-1]]),
            "`scale` is a standard deviation. Variances add, standard deviations do not: use scale².",
        ),
        Mistake(
            lambda scale, widths: np.cumprod([n * scale**2 / 2 for n in widths[1:]]),
            "You counted the units of the layer itself. Each of them sums over the layer before: take its width.",
        ),
        Mistake(
            lambda scale, widths: np.cumprod([n * scale**2 * (1 - 1 / math.pi) / 2 for n in widths[:-1]]),
            "You passed on the variance of the activations. After ReLU their mean is not 0, and the next sum feels "
            "the mean as well: pass on the mean square E[h²] = Var(h) + E[h]².",
        ),
        Mistake(
            lambda scale, widths: np.cumprod([n * scale**2 / 4 for n in widths[:-1]]),
            "ReLU takes away half of the mean square, not half of the size: the factor is 1/2, not 1/4.",
        ),
        Mistake(
            lambda scale, widths: np.array([n * scale**2 / 2 for n in widths[:-1]]),
            "These are the factors of the single layers. Every layer starts from what the layer before passed on: "
            "multiply them up.",
        ),
        Mistake(
            lambda scale, widths: np.sqrt(np.cumprod([n * scale**2 / 2 for n in widths[:-1]])),
            "This is the root of the mean square. The task asks for the mean square itself.",
        ),
        Mistake(
            lambda scale, widths: np.cumprod([2 * n * scale**2 for n in widths[:-1]]),
            "ReLU does not double the mean square. It divides by 2: half of the sums are negative and become 0.",
        ),
        Mistake(
            lambda scale, widths: np.cumprod([widths[0] * scale**2 / 2 for _ in widths[:-1]]),
            "You took widths[0] for all layers. Each layer sums over the units of the layer before it.",
        ),
        Mistake(
            lambda scale, widths: np.cumprod([scale**2 / 2 for _ in widths[:-1]]),
            "The width is missing: each sum has n terms, and their variances add.",
        ),
        Mistake(
            lambda scale, widths: 2 * mean_squares(scale, widths),
            "This is the mean square of the sums before ReLU in every layer. ReLU keeps half of it.",
        ),
        Mistake(
            lambda scale, widths: np.cumprod([n * scale**2 for n in widths[:-1]]) / 2,
            "You halve what you return and pass on the whole: the next layer receives what ReLU left.",
        ),
    ),
    hints=(
        "Go layer by layer. What must you know of a layer's inputs to say how large its sums become?",
        "A sum over n inputs has variance n·scale²·E[h²] of the layer before. ReLU keeps half of that as mean square.",
        "Start with q = 1. For each n in widths[:-1] replace q by n * scale**2 * q / 2 and collect it in a list.",
    ),
)

INPUT_GRADIENT = Exercise(
    "5.3",
    "From local slopes to the gradient at the input",
    "`slopes[l, i]` is the local derivative f′ of unit i in layer l; every layer has `width` units and weights of "
    "standard deviation `scale`. A gradient of std 1 enters at the top: return its std when it has come down to the "
    "input.",
    input_gradient,
    cases=(
        (1.0, 2, np.array([[1.0, 0.0]])),
        (0.5, 3, np.array([[1.0, 0.5, 0.0]])),
        (2.0, 3, np.array([[1.0, 0.4, 0.1], [0.3, 0.0, 0.2]])),
        (1.0, 2, np.array([[1.0, 0.5], [0.0, 0.0]])),
        (0.01, 100, _slopes("sigmoid", 0.01, 100, 5, 100)),
        (1.0, 500, _slopes("tanh", 1.0, 500, 10, 500)),
        (math.sqrt(2 / 500), 500, _slopes("relu", math.sqrt(2 / 500), 500, 10, 500)),
    ),
    mistakes=(
        Mistake(
            lambda scale, width, slopes: np.prod(np.mean(slopes, axis=1)),
            "These are the local derivatives alone. The gradient also passes through the weights, and each of its "
            "entries is a sum over n of them: n·Var(w) is part of the factor.",
        ),
        Mistake(
            lambda scale, width, slopes: np.prod(np.median(slopes, axis=1)),
            "This is the slope of the typical unit. The few units that are not saturated carry the gradient, and "
            "the weights multiply it: the factor is √(n·Var(w)·E[f′²]).",
        ),
        Mistake(
            lambda scale, width, slopes: np.sqrt(np.prod(_per_layer(slopes))),
            "The slopes are averaged rightly, but the weights are missing: multiply E[f′²] by n·Var(w).",
        ),
        Mistake(
            lambda scale, width, slopes: np.prod(scale * math.sqrt(width) * np.mean(slopes, axis=1)),
            "Square the slopes before you average them. Variances multiply by f′², and a mean of squares is "
            "larger than the square of the mean.",
        ),
        Mistake(
            lambda scale, width, slopes: np.prod(scale * np.sqrt(_per_layer(slopes))),
            "The width is missing. Each entry of the gradient is a sum of `width` terms, and variances add.",
        ),
        Mistake(
            lambda scale, width, slopes: np.prod(width * scale * np.sqrt(_per_layer(slopes))),
            "Your factor holds n where √n belongs: a sum of n independent terms has n times the variance, so √n "
            "times the standard deviation. (A sum over the units already contains the width; a mean does not.)",
        ),
        Mistake(
            lambda scale, width, slopes: np.prod(width * scale**2 * _per_layer(slopes)),
            "This is the variance of the gradient. Take the root for its standard deviation.",
        ),
        Mistake(
            lambda scale, width, slopes: math.sqrt(width * scale**2 * np.mean(slopes**2)) ** len(slopes),
            "You averaged over all layers at once. Each layer multiplies by its own factor: average along axis 1, "
            "then take the product.",
        ),
        Mistake(
            lambda scale, width, slopes: np.sqrt(width * scale**2 * _per_layer(slopes)),
            "These are the factors of the single layers. The gradient meets one after the other: multiply them.",
        ),
        Mistake(
            lambda scale, width, slopes: (scale * math.sqrt(width)) ** len(slopes),
            "The slopes are missing. Each layer multiplies by the weights and by f′: √(n·Var(w)·E[f′²]).",
        ),
        Mistake(
            lambda scale, width, slopes: np.prod(scale * math.sqrt(width) * slopes.std(axis=1)),
            "np.std subtracts the mean of the slopes first. The gradient meets the slopes themselves: take the "
            "root of their mean square.",
        ),
        Mistake(
            lambda scale, width, slopes: np.prod(scale * math.sqrt(width) * slopes.max(axis=1)),
            "You took the largest slope of each layer. The gradient passes all units: take the root of the mean "
            "square.",
        ),
        Mistake(
            lambda scale, width, slopes: input_gradient(scale, width, slopes[:-1]),
            "You left out a layer. The gradient enters above the top one and passes every row of `slopes`.",
            also=(lambda scale, width, slopes: input_gradient(scale, width, slopes[1:]),),
        ),
        Mistake(
            lambda scale, width, slopes: np.prod(np.sqrt(width * scale * _per_layer(slopes))),
            "`scale` is a standard deviation. The variance of the weights is scale².",
        ),
        Mistake(
            lambda scale, width, slopes: input_gradient(scale, width, slopes.T),
            "You averaged over the layers, axis 0. Average over the units of each layer, axis 1, then take the "
            "product over the layers.",
        ),
    ),
    hints=(
        "Going down through one layer, the gradient is multiplied by f′ of each unit and then by the weights.",
        "One layer multiplies the variance of the gradient by n·Var(w)·E[f′²]. Which average over the units is E[f′²]?",
        "Per layer: np.sqrt(width * scale**2 * np.mean(slopes**2, axis=1)). The answer is the product over the layers.",
    ),
)

EXERCISES = (HE_WEIGHTS, MEAN_SQUARES, INPUT_GRADIENT)
