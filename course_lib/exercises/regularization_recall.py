"""Chapter 08: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "8",
    (
        "What is overfitting seen by?",
        "A gap between training and validation",
        "The network has learned these examples, not only the rule.",
        ("A training loss that stays high", "A number of parameters far above that of images"),
    ),
    (
        "What does a network with many parameters do with wrong labels, if nothing stops it?",
        "It learns them by heart",
        "There is room enough for each image.",
        ("It ignores them after a while", "It corrects them"),
    ),
    (
        "What is the pull of ½λΣW²?",
        "λW",
        "It shrinks with the weight.",
        ("λ", "λW²"),
    ),
    (
        "Adam with an L2 penalty: which weights are shrunk least?",
        "Those with large gradients",
        "The penalty is divided by √v̂ as well.",
        ("Those with small gradients", "All alike"),
    ),
    (
        "What does AdamW do differently?",
        "Its decay does not pass through √v̂",
        "All weights lose the same share per step.",
        ("It has no momentum", "It decays the biases and not the weights"),
    ),
    (
        "By what does inverted dropout multiply the units that are kept?",
        "1/(1 − p)",
        "So the mean is right, and nothing is to be done at test time.",
        ("1/√(1 − p)", "1 − p"),
    ),
    (
        "What does inverted dropout leave different between training and test?",
        "The variance",
        "It is larger in training: the masks are noise.",
        ("The mean", "Nothing"),
    ),
    (
        "When is a dropout network at test time exactly the geometric mean over all masks?",
        "With one linear layer and a softmax",
        "A curved unit in between breaks it.",
        ("With any activations, if p is 0.5", "With ReLU layers that have no biases"),
    ),
    (
        "Why is an ensemble better than its members on average?",
        "Their mistakes differ",
        "Right answers agree, wrong ones do not.",
        ("It has more data", "It picks the best member"),
    ),
    (
        "What does early stopping need?",
        "Validation data",
        "It stops where their loss was lowest; a test set then gives an honest score.",
        ("A penalty", "A smaller network"),
    ),
)
