"""Chapter 09, babysitting: three exercises on the first loss, the size of an update, and what to do about a gap."""

import math

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake, normal
from course_lib.inputs import arrays


def first_loss(sizes: tuple[int, ...], std: float, decay: float) -> float:
    """ln C + ½ λ σ² Σ n_in n_out

    A network of these `sizes` with small weights N(0, std²), softmax and J = loss + ½λΣW², λ = `decay`; biases are
    not penalised.
    """
    return math.log(sizes[-1]) + 0.5 * decay * std**2 * sum(a * b for a, b in zip(sizes[:-1], sizes[1:]))


@arrays("w", "grad")
def update_ratio(w: np.ndarray, grad: np.ndarray, lr: float) -> float:
    """‖ΔW‖/‖W‖,   ΔW = −η g      (plain SGD; ‖·‖ is the root of the sum of all squares)"""
    return float(lr * np.linalg.norm(grad) / np.linalg.norm(w))


def advice(train: float, val: float) -> int:
    """1 if train − val > 0.1 (overfitting);   2 if not, but train < 0.9 (underfitting);   else 0 (leave it)."""
    if train - val > 0.1:
        return 1
    return 2 if train < 0.9 else 0


def _penalty(sizes, std, decay, pairs=slice(None)):
    """½ λ σ² Σ n_in n_out over some of the layers."""
    return 0.5 * decay * std**2 * sum(a * b for a, b in list(zip(sizes[:-1], sizes[1:]))[pairs])


FIRST_LOSS = Exercise(
    "9.1",
    "The loss to expect",
    "A softmax network has layers of these `sizes`, the last one is the number of classes. Its weights are drawn from "
    "N(0, `std`²) and so small that all scores are nearly 0; biases are 0. Which J = loss + ½λΣW², with λ = `decay`, "
    "do you expect before training?",
    first_loss,
    cases=(((3072, 50, 10), 1e-4, 1e3), ((64, 50, 10), 0.01, 0.0), ((4, 3), 0.1, 2.0), ((20, 30, 30, 5), 0.02, 10.0)),
    mistakes=(
        Mistake(
            lambda sizes, std, decay: math.log(sizes[-1]),
            "That is the first part. The penalty raises it: what is ΣW² on average?",
        ),
        Mistake(
            lambda sizes, std, decay: math.log(sizes[-1]) + 2 * _penalty(sizes, std, decay),
            "The ½ of the penalty ½λΣW² is missing.",
        ),
        Mistake(
            lambda sizes, std, decay: math.log(sizes[-1]) + _penalty(sizes, std, decay) / std,
            "You multiplied by σ. A weight squared is σ² on average.",
        ),
        Mistake(
            lambda sizes, std, decay: math.log10(sizes[-1]) + _penalty(sizes, std, decay),
            "The loss uses the natural logarithm: math.log, to the base e.",
            also=(lambda sizes, std, decay: math.log2(sizes[-1]) + _penalty(sizes, std, decay),),
        ),
        Mistake(
            lambda sizes, std, decay: math.log(sizes[-1]) + 0.5 * decay * std**2 * sum(sizes),
            "You counted units. Between layers of n and m units there are n·m weights.",
        ),
        Mistake(
            lambda sizes, std, decay: first_loss(sizes, std, decay) + 0.5 * decay * std**2 * sum(sizes[1:]),
            "You counted the biases as weights. They are 0, and they are not penalised.",
        ),
        Mistake(
            lambda sizes, std, decay: math.log(sizes[0]) + _penalty(sizes, std, decay),
            "The logarithm is of the number of classes, the LAST of the sizes.",
        ),
        Mistake(
            lambda sizes, std, decay: 1 / sizes[-1] + _penalty(sizes, std, decay),
            "1/C is the probability of the right class. The loss is minus its logarithm.",
            also=(lambda sizes, std, decay: 1 - 1 / sizes[-1] + _penalty(sizes, std, decay),),
        ),
        Mistake(
            lambda sizes, std, decay: sizes[-1] + _penalty(sizes, std, decay),
            "You added C itself. The loss of a class with probability 1/C is ln C.",
        ),
        Mistake(
            lambda sizes, std, decay: -math.log(sizes[-1]) + _penalty(sizes, std, decay),
            "The first part is negative here. The loss is MINUS the logarithm of 1/C, so ln C.",
        ),
        Mistake(
            lambda sizes, std, decay: math.log(sizes[-1]) + 0.5 * decay * std**2,
            "This is the penalty of a single weight. Multiply by their number: n·m between layers of n and m units.",
        ),
        Mistake(
            lambda sizes, std, decay: math.log(sizes[-1]) + _penalty(sizes, std, decay, slice(0, 1)),
            "You counted the weights of one layer only. Add up n·m over all pairs of neighbours in `sizes`.",
            also=(lambda sizes, std, decay: math.log(sizes[-1]) + _penalty(sizes, std, decay, slice(-1, None)),),
        ),
        Mistake(
            lambda sizes, std, decay: math.log(sizes[-1]) + 0.5 * decay * std**2 * math.prod(sizes),
            "You multiplied all sizes. Weights lie between neighbouring layers only: add up n·m of each pair.",
        ),
        Mistake(_penalty, "This is the penalty alone. Before training the loss itself is ln C."),
        Mistake(
            lambda sizes, std, decay: math.log(sizes[-1]) + _penalty(sizes, std, 1.0),
            "λ is missing: the penalty is ½λΣW².",
        ),
    ),
    hints=(
        "All classes are equally likely. What is −ln of that probability? And how many weights are there, each with "
        "mean square σ²?",
        "ln C + ½ λ σ² · (number of weights); between layers of n and m units there are n·m.",
        "math.log(sizes[-1]) + 0.5 * decay * std**2 * sum(a * b for a, b in zip(sizes[:-1], sizes[1:]))",
    ),
)

RATIO = Exercise(
    "9.2",
    "The size of an update",
    "Plain SGD is about to move the weights `w` (n_in, n_out) with the gradient `grad` and the learning rate `lr`. "
    "Return the length of the update divided by the length of the weights, both as the root of the sum of all squares.",
    update_ratio,
    cases=(
        (np.array([[3.0, 4.0]]), np.array([[0.6, 0.8]]), 0.01),
        (np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([[0.0, 0.0], [0.0, 4.0]]), 0.1),
        (normal(1, 6, 4), 0.1 * normal(2, 6, 4), 0.3),
    ),
    mistakes=(
        Mistake(
            lambda w, grad, lr: np.linalg.norm(grad) / np.linalg.norm(w),
            "That is the ratio of the GRADIENT. The update is η times the gradient.",
        ),
        Mistake(
            lambda w, grad, lr: np.linalg.norm(w) / (lr * np.linalg.norm(grad)),
            "Upside down: it is the update over the weights.",
        ),
        Mistake(
            lambda w, grad, lr: (lr * np.linalg.norm(grad) / np.linalg.norm(w)) ** 2,
            "You compared sums of squares. Take the roots.",
        ),
        Mistake(
            lambda w, grad, lr: np.mean(np.abs(lr * grad / w)),
            "You took the mean of the ratios. One weight near 0 then decides alone; compare the two lengths.",
        ),
        Mistake(
            lambda w, grad, lr: lr * np.abs(grad).sum() / np.abs(w).sum(),
            "These are sums of absolute values. The task asks for roots of sums of squares.",
        ),
        Mistake(
            lambda w, grad, lr: lr * np.linalg.norm(grad) / np.linalg.norm(w - lr * grad),
            "You divided by the weights AFTER the update. The task asks for those before.",
        ),
        Mistake(
            lambda w, grad, lr: lr * np.linalg.norm(grad, 2) / np.linalg.norm(w, 2),
            "np.linalg.norm(a, 2) of a matrix is its largest singular value. Leave the 2 out.",
        ),
        Mistake(
            lambda w, grad, lr: -lr * np.linalg.norm(grad) / np.linalg.norm(w),
            "A length has no sign: the update is −ηg, and its length is positive.",
        ),
        Mistake(
            lambda w, grad, lr: np.sum(np.abs(lr * grad / w)),
            "You made one number of the ratios of single weights. Take the two lengths first, then one ratio.",
            also=(
                lambda w, grad, lr: np.max(np.abs(lr * grad / w)),
                lambda w, grad, lr: np.linalg.norm(lr * grad / w),
                lambda w, grad, lr: np.median(np.abs(lr * grad / w)),
            ),
        ),
        Mistake(
            lambda w, grad, lr: np.abs(lr * grad / w),
            "These are the ratios of single weights. The task asks for one number, the ratio of the two lengths.",
            also=(lambda w, grad, lr: lr * grad / w, lambda w, grad, lr: -lr * grad / w),
        ),
        Mistake(
            lambda w, grad, lr: lr * np.linalg.norm(grad, axis=0) / np.linalg.norm(w, axis=0),
            "You have one ratio per column or row. The length of a matrix is the root of the sum of ALL its squares.",
            also=(lambda w, grad, lr: lr * np.linalg.norm(grad, axis=1) / np.linalg.norm(w, axis=1),),
        ),
        Mistake(
            lambda w, grad, lr: lr * np.std(grad) / np.std(w),
            "np.std subtracts the mean first. Take the root of the sum of the squares themselves.",
        ),
        Mistake(
            lambda w, grad, lr: np.sqrt(lr) * np.linalg.norm(grad) / np.linalg.norm(w),
            "The learning rate is under the root. ηg is η times as long as g.",
        ),
        Mistake(
            lambda w, grad, lr: np.linalg.norm(w - lr * grad) / np.linalg.norm(w),
            "This is the length of the NEW weights over that of the old. The update itself is −ηg.",
        ),
        Mistake(
            lambda w, grad, lr: abs(np.linalg.norm(w - lr * grad) - np.linalg.norm(w)) / np.linalg.norm(w),
            "This is how much the length changes. An update may turn the weights and leave their length: take the "
            "length of the difference, not the difference of the lengths.",
            also=(
                lambda w, grad, lr: (np.linalg.norm(w - lr * grad) - np.linalg.norm(w)) / np.linalg.norm(w),
                lambda w, grad, lr: (np.linalg.norm(w) - np.linalg.norm(w - lr * grad)) / np.linalg.norm(w),
            ),
        ),
    ),
    hints=(
        "Which array does SGD add to w?",
        "The update is −lr * grad. np.linalg.norm(a) is the root of the sum of all squares of a.",
        "lr * np.linalg.norm(grad) / np.linalg.norm(w)",
    ),
)

ADVICE = Exercise(
    "9.3",
    "What to do next",
    "From the training and the validation accuracy at the end of a run return what to do next: 1 (more data, or more "
    "regularisation) if `train` exceeds `val` by more than 0.1; otherwise 2 (a larger model, or longer training) if "
    "`train` is below 0.9; otherwise 0 (leave it).",
    advice,
    cases=(
        (1.0, 0.76),
        (0.56, 0.53),
        (1.0, 0.97),
        (0.85, 0.6),
        (0.92, 0.84),
        (0.95, 0.8),
        (0.4, 0.55),
        (0.95, 0.99),
        (0.7, 0.7),
        (0.65, 0.58),
        (0.85, 0.92),
        (0.9, 0.9),
        (0.97, 0.86),
        (0.995, 0.9),
        (0.905, 0.9),
        (0.89, 0.85),
        (0.85, 0.8),
        (0.6, 0.45),
        (0.1, 0.0),  # a gap of exactly 0.1, whether subtracted or added
    ),
    mistakes=(
        Mistake(
            lambda train, val: 1 if train - val > 0.1 else 2,
            "This is the rule of the notes: no gap, enlarge the model. But no gap between 100 % and 97 % is what "
            "you want. Enlarge only if both are low.",
        ),
        Mistake(
            lambda train, val: 1 if abs(train - val) > 0.1 else 2 if train < 0.9 else 0,
            "A validation accuracy ABOVE the training accuracy is no overfitting. Leave out the absolute value.",
        ),
        Mistake(
            lambda train, val: 2 if train < 0.9 else 1 if train - val > 0.1 else 0,
            "You asked for the level first. A large gap comes first, whatever the level.",
        ),
        Mistake(
            lambda train, val: 1 if train - val > 0.1 else 2 if val < 0.9 else 0,
            "You looked at the validation accuracy. Whether the model is large enough is seen on what it was "
            "trained on.",
        ),
        Mistake(
            lambda train, val: 2 if train - val > 0.1 else 1 if train < 0.9 else 0,
            "You swapped 1 and 2: a gap calls for data or regularisation, a low level for a larger model.",
        ),
        Mistake(
            lambda train, val: 1 if val - train > 0.1 else 2 if train < 0.9 else 0,
            "The gap is training minus validation.",
        ),
        Mistake(
            lambda train, val: 1 if train - val > 0.1 else 0,
            "You never enlarge. With 56 % and 53 % the model is too small, or training too short.",
        ),
        Mistake(
            lambda train, val: 1 if (train - val) / train > 0.1 else 2 if train < 0.9 else 0,
            "You divided the gap by the accuracy. Asked is the difference itself, train − val.",
            also=(lambda train, val: 1 if train - val > 0.1 * val else 2 if train < 0.9 else 0,),
        ),
        Mistake(
            lambda train, val: 1 if train - val > 0.1 else 2 if train < 0.9 and val < 0.9 else 0,
            "You ask for both to be low. The training accuracy alone decides: 85 % on what it was trained on is low, "
            "however well it does elsewhere.",
            also=(lambda train, val: 1 if train - val > 0.1 else 2 if max(train, val) < 0.9 else 0,),
        ),
        Mistake(
            lambda train, val: 1 if train - val > 0.1 else 2 if train < 0.9 or val < 0.9 else 0,
            "A low validation accuracy without a gap asks for nothing here. The training accuracy alone decides.",
        ),
        Mistake(
            lambda train, val: 1 if train - val >= 0.1 else 2 if train < 0.9 else 0,
            "A gap of exactly 0.1 does not exceed 0.1: `>`, not `>=`.",
        ),
        Mistake(
            lambda train, val: 1 if train - val > 0.1 else 2 if train <= 0.9 else 0,
            "Exactly 0.9 is not below 0.9: `<`, not `<=`.",
        ),
        Mistake(
            lambda train, val: 2 if train < 0.9 else 0,
            "You never find a gap. If train − val exceeds 0.1, return 1, before anything else. (Accuracies run from 0 "
            "to 1.)",
        ),
    ),
    hints=(
        "Two questions, in this order: is there a gap? If not, is the level high enough?",
        "First `if train - val > 0.1`, then `if train < 0.9`.",
        "1 if train - val > 0.1 else 2 if train < 0.9 else 0",
    ),
)

EXERCISES = (FIRST_LOSS, RATIO, ADVICE)
