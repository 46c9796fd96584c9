"""Chapter 09, babysitting: the questions asked before each experiment."""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "9.a",
        "A network for ten classes has small random weights and has not been trained. Which "
        "cross-entropy does it start with?",
        Answer(
            "2.30: minus the logarithm of a tenth.",
            "All scores are nearly 0, so each class gets the probability 1/10, and −ln(1/10) = 2.302585.",
        ),
        Option(
            "0.9: it is wrong nine times out of ten.",
            "That is the error rate. The loss is minus the logarithm of the probability of the right class.",
        ),
        Option(
            "Anything: the weights are random.",
            "Random, but small. Then all scores are nearly equal, whatever the weights are.",
        ),
    ),
    Prediction(
        "9.b",
        "Now its weights have std 1 instead of 0.01, and the scores are 10,000 times larger. It still "
        "knows nothing. What happens to the loss?",
        Option(
            "It stays at 2.30: it is right as often as before.",
            "It is. But where it is wrong it is now SURE, and the logarithm punishes that.",
        ),
        Option(
            "It falls: large scores mean large probabilities.",
            "Large probabilities for some class, and nine times out of ten for the wrong one.",
        ),
        Answer(
            "It rises far above 2.30: it is sure, and mostly wrong.",
            "One class gets nearly all the probability, mostly a wrong one. A first loss that is too high says: "
            "weights or inputs too large (or a sum in place of the mean, or a penalty).",
        ),
    ),
    Prediction(
        "9.c",
        "In every epoch your program shuffles the images anew, but not their labels. Twenty images, 200 "
        "epochs. What do you see?",
        Option(
            "A loss near 0: a network can learn any labels by heart.",
            "It can, if each image always has the SAME wrong label. Here it has another one every time.",
        ),
        Answer(
            "A loss that stays near 2 and few images right.",
            "What it learned in one epoch is wrong in the next. A program that cannot learn twenty images has a "
            "mistake, and now you need not search for it in ten hours of training.",
        ),
        Option("The loss is no longer a number.", "Nothing grows without bounds here."),
    ),
    Prediction(
        "9.d",
        "Pixels from 0 to 255, learning rate 1e-6. After 2,690 updates the loss has gone from 2.3028 "
        "to 2.3011. How many digits are right, if it was 12 % before?",
        Option(
            "Still about 12 %: the loss has not moved.",
            "It has moved by less than 0.1 %. But the right score need only be the LARGEST, not large.",
        ),
        Answer(
            "About 23 %.",
            "All probabilities are still near 0.1, so the loss is near 2.30. But more and more often the largest "
            "of them is the right one.",
        ),
        Option("About 90 %.", "Possible at such a loss, but at this rate it takes far more updates."),
    ),
    Prediction(
        "9.e",
        "The same network on the same images, with pixels 0 to 255 instead of 0 to 1. Before training, "
        "both layers' weights are made √255 times smaller: the first scores stay the same. Which rates work now?",
        Answer(
            "Rates some 255 times lower.",
            "The weights are √255 times smaller, and their gradients √255 times larger. So a rate means nothing by "
            "itself.",
        ),
        Option("The same ones.", "The inputs enter every gradient, and the weights to be moved are smaller."),
        Option("Rates some 255 times higher.", "Larger inputs make larger gradients, so the steps are longer already."),
    ),
    Prediction(
        "9.f",
        "Weights are of length 0.02, updates of length 0.0002. What do you do with the learning rate?",
        Option(
            "Raise it: the updates are tiny.", "Compared with what? They are a hundredth of the weights, which is much."
        ),
        Option(
            "Nothing can be said without the loss.",
            "The loss decides in the end. But the ratio speaks after ONE update.",
        ),
        Answer(
            "It is about right, rather high.",
            "The ratio is 0.01. A rule of thumb says about 0.001; the runs in this chapter's tables that go well "
            "have 0.004 to 0.07 after 15 updates.",
        ),
    ),
    Prediction(
        "9.g",
        "The loss stays at 2.30 for 150 updates and then falls quickly. What is the prime suspect?",
        Option(
            "Chance: it met good weights in the end.",
            "Gradient descent does not jump about until it meets something. It moved all the time, as the update "
            "ratio shows.",
        ),
        Answer(
            "The first weights, which were too small.",
            "Too small weights let the signal fade from layer to layer, and the gradients with it. The weights "
            "grow slowly until the signal gets through. It is a suspicion, not a proof: try other weights.",
        ),
        Option(
            "A learning rate that is too high.", "Then the loss would jump, or stand still for good: all units dead."
        ),
    ),
    Prediction(
        "9.h",
        "At the end 56 % of the training and 53 % of the validation digits are right. What now?",
        Option("More regularisation, to close the gap.", "There is no gap to close. It would make both lower."),
        Option("More training images, as always.", "The network does not even learn those it has."),
        Answer(
            "A larger network, or longer training.",
            'Both are low and close together: underfitting. Without the "both are low" it would be no reason.',
        ),
    ),
)

RECALL = recall(
    "9",
    (
        "Which loss does a fresh classifier of k classes start with?",
        ("ln k", "1 − 1/k", "1/k"),
        "All classes get 1/k.",
    ),
    (
        "The first mean loss, without a penalty, is far above that. What is wrong?",
        ("The scores are too large", "The learning rate is too small", "There are too few data"),
        "The network is sure of what it does not know: weights or inputs are too large.",
    ),
    (
        "Why should a network first learn twenty images by heart?",
        ("A program that cannot has a mistake", "It trains better afterwards", "It avoids overfitting"),
        "At a fair learning rate it shows in seconds, not after hours of training.",
    ),
    (
        "The loss hardly moves, but accuracy rises. How can that be?",
        (
            "The right score need only be the largest",
            "The labels of some images are wrong",
            "Not at all: accuracy follows from the loss",
        ),
        "All probabilities may still be near 1/k.",
    ),
    (
        "The loss becomes NaN. What is the prime suspect?",
        ("A learning rate that is too high", "A learning rate that is too low", "First weights that are far too small"),
        "Steps overshoot and grow.",
    ),
    (
        "Which ratio of update to weights is about right?",
        ("About 0.001", "About 0.5", "About 0.0000001"),
        "Far more shakes the weights, far less hardly moves them.",
    ),
    (
        "Training and validation accuracy are both low and close together. What does one do?",
        ("Use a larger network or train longer", "Regularise more", "Collect more images, or move those one has"),
        "It underfits: there is no gap to close.",
    ),
    (
        "There is a large gap between training and validation. What does one do?",
        ("Regularise, or collect more data", "Use a larger network, or train longer", "Raise the learning rate"),
        "It overfits.",
    ),
    (
        "The loss is flat for long and then falls. What is the prime suspect?",
        ("The first weights", "A rate that is too high", "The batch size"),
        "Too small, they let signal and gradient fade until they have grown.",
    ),
    (
        "Inputs become 255 times larger. What must be looked at again?",
        ("The learning rate and the first weights", "The labels and the batch size", "The number of layers and units"),
        "The inputs enter every sum and every gradient of the first layer.",
    ),
)
