"""Chapter 08, regularisation: the questions asked before each experiment."""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "8.a",
        "A network with 17,610 parameters is trained on 300 digits. How many of them does it get right "
        "after 600 steps, and how many of 297 others?",
        Answer(
            "All 300, and about 95 % of the others.",
            "It has far more parameters than images. It learns these images, not only digits.",
        ),
        Option("All 300, and all of the others.", "300 images do not show every way to write a 9."),
        Option(
            "95 % of both.",
            "Nothing keeps the network from lowering the training loss further. It goes on until all are right.",
        ),
    ),
    Prediction(
        "8.b",
        "Now 20 % of the 300 training labels are wrong, at random. What share of these labels, right and "
        "wrong, does the network reproduce after 600 steps?",
        Option(
            "About 80 %: wrong labels follow no rule.",
            "There is no rule to learn, but there is enough room to learn each image by heart.",
        ),
        Option(
            "About 90 %.",
            "That is about what it reproduces with dropout 0.5 or with λ = 0.01. Without, nothing stops it.",
        ),
        Answer(
            "All of them.",
            "It learns each wrong label by heart. On the validation digits, whose labels are right, it falls to "
            "about 77 %.",
        ),
    ),
    Prediction(
        "8.c",
        "The penalty is the norm λ‖W‖ instead of ½λΣW². All weights become ten times smaller. What "
        "happens to the pull towards 0?",
        Option("It becomes ten times weaker.", "That is the pull λW of the SQUARED norm."),
        Answer(
            "It stays as strong as it was.",
            "The gradient of ‖W‖ is W/‖W‖. It has length 1, however short W is. What weight decay uses is ½λΣW², "
            "whose gradient λW shrinks with W.",
        ),
        Option(
            "It becomes a hundred times weaker.",
            "The penalty ΣW² itself does. The pull is a gradient, one power lower.",
        ),
    ),
    Prediction(
        "8.d",
        "Adam, with ½λΣW² in the loss. One weight sees large gradients from the data, another small "
        "ones, both of changing sign. Which of the two does the penalty shrink more?",
        Answer(
            "The one with the small gradients.",
            "Adam divides ALL of the gradient by √v̂, the penalty's part as well. Large gradients make √v̂ large and "
            "protect their weight.",
        ),
        Option(
            "The one with the large gradients.",
            "It is the other way round: its √v̂ is large, and the penalty's λw is divided by it.",
        ),
        Option(
            "Both lose the same share, λη per step.",
            "That is so with plain SGD, and with decoupled decay. With Adam the penalty passes through √v̂.",
        ),
    ),
    Prediction(
        "8.e",
        "Half of the hidden units are dropped in training, at random, and nothing is scaled, neither "
        "then nor later. What does the next layer receive at test time, compared with training?",
        Option(
            "The same, on average.",
            "In training half the terms of each sum are missing. At test time they are all there.",
        ),
        Option("Half as much.", "It is the training that has half."),
        Answer(
            "Twice as much, on average.",
            "All terms instead of half of them: 1/(1 − p) = 2. Later layers were never trained on such numbers.",
        ),
    ),
    Prediction(
        "8.f",
        "With inverted dropout the mean is right. Is the VARIANCE of what the next layer receives the "
        "same in training and at test time?",
        Option("Yes: that is what the scaling is for.", "One factor cannot set both mean and variance."),
        Answer(
            "No, it is larger in training.",
            "The second moment of x becomes x²/(1 − p) in training and stays x² at test time. A ReLU behind it "
            "then has another mean as well: only for linear units is the scaling exact.",
        ),
        Option(
            "No, it is larger at test time.", "At test time there are no masks, so the noise they bring is missing."
        ),
    ),
    Prediction(
        "8.g",
        "Fifteen networks, trained apart on the same 300 digits, get 91 % of new digits right on "
        "average, the best of them 93 %. How many does the average of their probabilities get right?",
        Option(
            "91 %, as they do on average.",
            "They make different mistakes: more than half of them are outvoted by the others.",
        ),
        Option(
            "93 %, as the best one.",
            "The average does not pick the best member. It lets each member correct the others.",
        ),
        Answer("About 96 %.", "More than any member. The mistakes differ, the right answers agree."),
    ),
    Prediction(
        "8.h",
        "A dropout network is used at test time with all units on. For which network is that EXACTLY the "
        "geometric mean of its probabilities over all masks, normalised to add up to 1?",
        Option(
            "For every network: that is what the scaling does.",
            "With a ReLU layer in between it is only an approximation.",
        ),
        Answer(
            "For a softmax behind one linear layer.",
            "There the scores are linear in the mask, so the mean of the scores is the score of the mean. A curved "
            "unit in between breaks it.",
        ),
        Option("For ReLU networks without biases.", "ReLU of a mean is not the mean of ReLU, with biases or without."),
    ),
)

RECALL = recall(
    "8",
    (
        "What is overfitting seen by?",
        (
            "A gap between training and validation",
            "A training loss that stays high",
            "A number of parameters far above that of images",
        ),
        "The network has learned these examples, not only the rule.",
    ),
    (
        "What does a network with many parameters do with wrong labels, if nothing stops it?",
        ("It learns them by heart", "It ignores them after a while", "It corrects them"),
        "There is room enough for each image.",
    ),
    (
        "What is the pull of ½λΣW²?",
        ("λW", "λ", "λW²"),
        "It shrinks with the weight.",
    ),
    (
        "Adam with an L2 penalty: which weights are shrunk least?",
        ("Those with large gradients", "Those with small gradients", "All alike"),
        "The penalty is divided by √v̂ as well.",
    ),
    (
        "What does AdamW do differently?",
        ("Its decay does not pass through √v̂", "It has no momentum", "It decays the biases and not the weights"),
        "All weights lose the same share per step.",
    ),
    (
        "By what does inverted dropout multiply the units that are kept?",
        ("1/(1 − p)", "1/√(1 − p)", "1 − p"),
        "So the mean is right, and nothing is to be done at test time.",
    ),
    (
        "What does inverted dropout leave different between training and test?",
        ("The variance", "The mean", "Nothing"),
        "It is larger in training: the masks are noise.",
    ),
    (
        "When is a dropout network at test time exactly the geometric mean over all masks?",
        (
            "With one linear layer and a softmax",
            "With any activations, if p is 0.5",
            "With ReLU layers that have no biases",
        ),
        "A curved unit in between breaks it.",
    ),
    (
        "Why is an ensemble better than its members on average?",
        ("Their mistakes differ", "It has more data", "It picks the best member"),
        "Right answers agree, wrong ones do not.",
    ),
    (
        "What does early stopping need?",
        ("Validation data", "A penalty", "A smaller network"),
        "It stops where their loss was lowest; a test set then gives an honest score.",
    ),
)
