"""Chapter 08, regularisation: three exercises on weight decay, dropout and ensembles."""

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake, normal, uniform
from course_lib.inputs import arrays
from course_lib.nn.activations import softmax


@arrays("w", "b", "grad_w", "grad_b")
def decayed_step(w: np.ndarray, b: np.ndarray, grad_w: np.ndarray, grad_b: np.ndarray, lr: float, decay: float):
    """J = L + ½λΣW²,   W ← W − η(∂L/∂W + λW),   b ← b − η ∂L/∂b

    w, grad_w (n_in, n_out), b, grad_b (n_out,); λ is `decay`. Returns the new W with the new b below it,
    (n_in + 1, n_out).
    """
    return np.vstack([w - lr * (grad_w + decay * w), b - lr * grad_b])


@arrays("x", "u")
def dropout(x: np.ndarray, u: np.ndarray, p: float, train: bool) -> np.ndarray:
    """Training: x ∘ [u ≥ p]/(1 − p).   Test: x.      (inverted dropout; p is the probability to DROP)

    u has the shape of x and holds numbers drawn evenly from 0 to 1.
    """
    return x * (u >= p) / (1 - p) if train else x + 0.0


@arrays("scores")
def average_members(scores: np.ndarray) -> np.ndarray:
    """P(class) = 1/M Σₘ softmax(scoresₘ)

    scores (M, m, classes) of M networks on m examples. Returns (m, classes).
    """
    exp = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.mean(exp / exp.sum(axis=-1, keepdims=True), axis=0)


def _penalised(gradient):
    """The step with another gradient of the penalty, a function of W and λ."""
    return lambda w, b, grad_w, grad_b, lr, decay: decayed_step(w, b, grad_w + gradient(w, decay), grad_b, lr, 0.0)


def _exp_softmax(scores):
    """Softmax as it is written, without a guard."""
    exp = np.exp(scores)
    return exp / exp.sum(axis=-1, keepdims=True)


DECAY = Exercise(
    "8.1",
    "One step with weight decay",
    "A layer has weights `w` and biases `b`; `grad_w` and `grad_b` are the gradients of the loss without penalty. Make "
    "one step of plain SGD on J = loss + ½λΣW², with λ = `decay`; biases are not penalised. Return the new weights "
    "with the new biases as one more row below them.",
    decayed_step,
    cases=(
        (np.array([[2.0]]), np.array([1.0]), np.array([[0.5]]), np.array([-1.0]), 0.1, 0.5),
        (np.array([[1.0, -2.0], [0.0, 4.0]]), np.array([3.0, -1.0]), np.zeros((2, 2)), np.zeros(2), 0.5, 0.1),
        (normal(1, 4, 3), normal(2, 3), normal(3, 4, 3), normal(4, 3), 0.05, 0.3),
    ),
    mistakes=(
        Mistake(
            _penalised(lambda w, decay: 0.0),
            "The penalty is missing. Its gradient λW is added to grad_w.",
        ),
        Mistake(
            _penalised(lambda w, decay: 2 * decay * w),
            "You used 2λW, the gradient of λΣW². The ½ in the penalty is there to cancel that 2.",
        ),
        Mistake(
            _penalised(lambda w, decay: 0.5 * decay * w),
            "You used ½λW. Differentiating W² gives 2W, and the 2 cancels the ½: the gradient is λW.",
        ),
        Mistake(
            _penalised(lambda w, decay: decay * w / np.linalg.norm(w)),
            "λW/‖W‖ is the gradient of the norm ‖W‖. The penalty is half its square, with gradient λW.",
        ),
        Mistake(
            _penalised(lambda w, decay: -decay * w),
            "The sign of λW is wrong: the weights grow. Add λW to the gradient, so that the step takes it away.",
        ),
        Mistake(
            lambda w, b, grad_w, grad_b, lr, decay: decayed_step(w, b, grad_w, grad_b + decay * b, lr, decay),
            "You penalised the biases as well. ΣW² runs over weights only.",
        ),
        Mistake(
            lambda w, b, grad_w, grad_b, lr, decay: np.vstack([w - lr * grad_w - decay * w, b - lr * grad_b]),
            "λW is a part of the gradient, so the learning rate multiplies it too: W shrinks by ηλW.",
        ),
        Mistake(
            _penalised(lambda w, decay: 0.5 * decay * np.sum(w**2)),
            "You added the VALUE of the penalty to the gradient. What is added is its derivative at each weight, λW.",
            also=(_penalised(lambda w, decay: 0.5 * decay * w**2),),
        ),
        Mistake(
            _penalised(lambda w, decay: decay * np.sign(w)),
            "λ sign(W) is the gradient of λΣ|W|, the L1 penalty. The gradient of ½λΣW² is λW.",
        ),
        Mistake(
            lambda w, b, grad_w, grad_b, lr, decay: np.vstack([(w - lr * grad_w) * (1 - lr * decay), b - lr * grad_b]),
            "You decayed the weights after they had moved. Both parts of the gradient are taken at the old W.",
        ),
        Mistake(
            lambda w, b, grad_w, grad_b, lr, decay: np.vstack([w + lr * (grad_w + decay * w), b + lr * grad_b]),
            "You went up. SGD subtracts η times the gradient.",
        ),
        Mistake(
            lambda w, b, grad_w, grad_b, lr, decay: np.roll(decayed_step(w, b, grad_w, grad_b, lr, decay), 1, axis=0),
            "The biases stand above the weights. The task asks for them as the last row.",
        ),
        Mistake(
            lambda w, b, grad_w, grad_b, lr, decay: np.vstack([w - (grad_w + decay * w), b - grad_b]),
            "The learning rate is missing: subtract η times the gradient.",
        ),
        Mistake(
            lambda w, b, grad_w, grad_b, lr, decay: np.vstack([grad_w + decay * w, grad_b]),
            "This is the gradient of J, and right. Make the step with it: W − η times the gradient.",
        ),
        Mistake(
            lambda w, b, grad_w, grad_b, lr, decay: -lr * np.vstack([grad_w + decay * w, grad_b]),
            "This is what is added. Return the new weights and biases.",
        ),
        Mistake(
            lambda w, b, grad_w, grad_b, lr, decay: np.vstack([w - lr * (grad_w + decay * w), b]),
            "The biases have not moved. They are not penalised, but they have a gradient: b − η grad_b.",
        ),
    ),
    hints=(
        "What is the derivative of ½λw² for one weight w?",
        "The gradient of J at W is grad_w + decay * w; at b it is grad_b.",
        "np.vstack([w - lr * (grad_w + decay * w), b - lr * grad_b]).",
    ),
)

DROPOUT = Exercise(
    "8.2",
    "Inverted dropout",
    "`u` has the shape of `x` and holds numbers drawn evenly from 0 to 1. In training, keep an entry of `x` where u is "
    "at least the drop probability `p`, zero the others, and scale so that nothing has to be done at test time. Return "
    "the output for `train` True or False.",
    dropout,
    cases=(
        (np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[0.1, 0.7, 0.3, 0.25]]), 0.25, True),
        (np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[0.1, 0.7, 0.3, 0.25]]), 0.25, False),
        (normal(1, 6, 5), uniform(2, 6, 5), 0.8, True),
        (normal(3, 6, 5), uniform(4, 6, 5), 0.8, False),
    ),
    mistakes=(
        Mistake(
            lambda x, u, p, train: x * (u >= p) if train else x,
            "Nothing is scaled. On average only the share 1 − p of x arrives in training, but all of it at test "
            "time: 1/(1 − p) times too much.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u >= p) if train else x * (1 - p),
            "This is the scaling of the paper: it works, but at test time. Inverted dropout divides by 1 − p in "
            "training instead.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u >= p) / (1 - p) if train else x * (1 - p),
            "You scale twice. Where training divides by 1 − p, the test leaves x as it is.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u < p) / p if train else x,
            "You took p for the probability to KEEP. Here, as in PyTorch, p is the probability to drop.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u >= p) / p if train else x,
            "You divide by p. The share that is kept is 1 − p: divide by that.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u < p) / (1 - p) if train else x,
            "You keep the entries that should be dropped: keep where u ≥ p.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u >= p) / (1 - p),
            "You drop at test time too. At test time chance has no place: return x.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u >= p) * (1 - p) if train else x,
            "You multiply by 1 − p in training and make the signal smaller still. Divide by it.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u >= p) / np.mean(u >= p) if train else x,
            "You divide by the share that happened to be kept. Then units depend on each other's chance; 1 − p is "
            "right on average, which is enough.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u >= p) if train else x / (1 - p),
            "You divide by 1 − p at test time. The division belongs to training: at test time return x.",
            also=(lambda x, u, p, train: x * (u >= p) / (1 - p) if train else x / (1 - p),),
        ),
        Mistake(
            lambda x, u, p, train: x * (u > p) / (1 - p) if train else x,
            "An entry with u exactly p is kept: at least p means u >= p.",
        ),
        Mistake(
            lambda x, u, p, train: x * (u >= p) / np.sqrt(1 - p) if train else x,
            "You divide by the root. What must stay the same is the mean, and the mean is 1 − p times smaller.",
        ),
        Mistake(
            lambda x, u, p, train: dropout(x, u, p, not train),
            "Training and test are exchanged: entries are dropped when `train` is True.",
        ),
        Mistake(
            lambda x, u, p, train: (u >= p) / (1 - p) if train else np.ones_like(x),
            "This is the mask. Multiply x by it.",
        ),
    ),
    hints=(
        "Which share of x survives on average? By what must the survivors be multiplied to make up for it?",
        "The mask is u >= p, and its mean is 1 − p. Divide by 1 − p in training; return x otherwise.",
        "return x * (u >= p) / (1 - p) if train else x",
    ),
)

ENSEMBLE = Exercise(
    "8.3",
    "The answer of an ensemble",
    "`scores` holds the scores of M networks for m examples and some classes, shape (M, m, classes). Return the "
    "ensemble's class probabilities (m, classes): the mean of the members' softmax outputs. Scores may be as large as "
    "1000.",
    average_members,
    cases=(
        (np.array([[[0.0, 2.0]], [[3.0, 0.0]]]),),
        (2 * normal(1, 5, 4, 3),),
        (np.array([[[1000.0, 999.0, 0.0]], [[0.0, 1.0, 0.0]], [[0.0, 0.0, -1000.0]]]),),
        (np.array([[[1000.0, 0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, 0.0]]]),),  # far above mean and median
    ),
    mistakes=(
        Mistake(
            lambda scores: softmax(scores.mean(axis=0)),
            "This is the normalised GEOMETRIC mean of the probabilities, the softmax of the mean scores. The task asks "
            "for the arithmetic mean of the probabilities.",
        ),
        Mistake(
            lambda scores: np.exp(scores).sum(axis=0) / np.exp(scores).sum(axis=(0, 2))[..., None],
            "You normalised after adding up the exponentials: a member with large scores then outvotes the others. "
            "Give each member its own softmax first.",
        ),
        Mistake(
            lambda scores: np.mean(_exp_softmax(scores), axis=0),
            "Right for small scores, but exp(1000) overflows. Subtract each row's largest score before exp.",
        ),
        Mistake(
            lambda scores: np.mean(softmax(scores, axis=0), axis=0),
            "Your softmax runs over the members. It belongs to the classes, the last axis.",
        ),
        Mistake(
            lambda scores: np.sum(softmax(scores), axis=0),
            "You summed over the members. Divide by their number, so that the probabilities add up to 1.",
        ),
        Mistake(
            lambda scores: np.mean(scores.argmax(axis=-1)[..., None] == np.arange(scores.shape[-1]), axis=0),
            "This is the share of votes. Average the probabilities instead: they also say how sure each member is.",
        ),
        Mistake(
            lambda scores: np.mean(softmax(scores), axis=1), "You averaged over the examples. The members are axis 0."
        ),
        Mistake(
            lambda scores: np.mean(_exp_softmax(scores - scores.max()), axis=0),
            "You subtract one number from all rows. Where that is 1000, rows with small scores become exp(−1000) = 0, "
            "and 0/0. Subtract each row's own largest score.",
        ),
        Mistake(
            lambda scores: np.mean(_exp_softmax(scores - scores.max(axis=0, keepdims=True)), axis=0),
            "What you subtract differs from class to class, and that changes the softmax. Subtract each row's largest "
            "score: max over the last axis.",
            also=(lambda scores: np.mean(_exp_softmax(scores - scores.max(axis=1, keepdims=True)), axis=0),),
        ),
        Mistake(
            lambda scores: np.mean(softmax(np.minimum(scores, 500)), axis=0),
            "You cut large scores off. 1000 and 999 are then the same, and are not: subtract each row's largest score.",
        ),
        Mistake(
            lambda scores: np.mean(_exp_softmax(scores - scores.mean(axis=-1, keepdims=True)), axis=0),
            "You subtract a middle score. The largest can lie so far above it that exp overflows: subtract each row's "
            "largest score.",
        ),
        Mistake(softmax, "These are the members' answers. Average them over axis 0."),
        Mistake(
            lambda scores: np.mean(softmax(scores, axis=1), axis=0),
            "Your softmax runs over the examples. It belongs to the classes, the last axis.",
        ),
        Mistake(
            lambda scores: np.exp(np.mean(np.log(softmax(scores)), axis=0)),
            "This is the geometric mean of the probabilities. The task asks for the arithmetic mean.",
        ),
        Mistake(
            lambda scores: scores.mean(axis=0),
            "These are mean scores. Give each member its softmax first, then average the probabilities.",
        ),
        Mistake(
            lambda scores: np.mean(softmax(scores), axis=(0, 1)),
            "You averaged over the examples as well. Each example keeps its own row: average over axis 0 alone.",
        ),
    ),
    hints=(
        "Two steps: what does each member say, in probabilities? Then the mean over which axis?",
        "softmax over axis -1, with keepdims=True in the sum; np.mean over axis 0.",
        "exp = np.exp(scores - scores.max(axis=-1, keepdims=True)); then np.mean(exp / exp.sum(axis=-1, "
        "keepdims=True), axis=0).",
    ),
)

EXERCISES = (DECAY, DROPOUT, ENSEMBLE)
