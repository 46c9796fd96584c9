"""Chapter 09: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "9",
    (
        "Which loss does a fresh classifier of k classes start with?",
        "ln k",
        "All classes get 1/k.",
        ("1 − 1/k", "1/k"),
    ),
    (
        "The first mean loss, without a penalty, is far above that. What is wrong?",
        "The scores are too large",
        "The network is sure of what it does not know: weights or inputs are too large.",
        ("The learning rate is too small", "There are too few data"),
    ),
    (
        "Why should a network first learn twenty images by heart?",
        "A program that cannot has a mistake",
        "At a fair learning rate it shows in seconds, not after hours of training.",
        ("It trains better afterwards", "It avoids overfitting"),
    ),
    (
        "The loss hardly moves, but accuracy rises. How can that be?",
        "The right score need only be the largest",
        "All probabilities may still be near 1/k.",
        ("The labels of some images are wrong", "Not at all: accuracy follows from the loss"),
    ),
    (
        "The loss becomes NaN. What is the prime suspect?",
        "A learning rate that is too high",
        "Steps overshoot and grow.",
        ("A learning rate that is too low", "First weights that are far too small"),
    ),
    (
        "Which ratio of update to weights is about right?",
        "About 0.001",
        "Far more shakes the weights, far less hardly moves them.",
        ("About 0.5", "About 0.0000001"),
    ),
    (
        "Training and validation accuracy are both low and close together. What does one do?",
        "Use a larger network or train longer",
        "It underfits: there is no gap to close.",
        ("Regularise more", "Collect more images, or move those one has"),
    ),
    (
        "There is a large gap between training and validation. What does one do?",
        "Regularise, or collect more data",
        "It overfits.",
        ("Use a larger network, or train longer", "Raise the learning rate"),
    ),
    (
        "The loss is flat for long and then falls. What is the prime suspect?",
        "The first weights",
        "Too small, they let signal and gradient fade until they have grown.",
        ("A rate that is too high", "The batch size"),
    ),
    (
        "Inputs become 255 times larger. What must be looked at again?",
        "The learning rate and the first weights",
        "The inputs enter every sum and every gradient of the first layer.",
        ("The labels and the batch size", "The number of layers and units"),
    ),
)
