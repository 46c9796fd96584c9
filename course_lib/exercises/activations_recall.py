"""Chapter 02: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "2",
    (
        "What is the largest slope of the sigmoid?",
        "¼",
        "σ′ = σ(1 − σ), largest where σ = ½.",
        ("½", "1"),
    ),
    (
        "What is the derivative of tanh, written with its output y?",
        "1 − y²",
        "At 0 it is 1, four times that of the sigmoid.",
        ("y(1 − y)", "1 − y"),
    ),
    (
        "What makes a ReLU unit dead?",
        "It is 0 for all training points",
        "Then no gradient reaches its weights.",
        ("It is 0 for most training points", "Its weights are 0"),
    ),
    (
        "What kills ReLU units during training?",
        "A step that is too long",
        "It can carry the line w·x + b = 0 past all data.",
        ("A learning rate that is too small", "Too many inputs"),
    ),
    (
        "What does leaky ReLU do about dying?",
        "Units are thrown off the data, but come back",
        "A little of the gradient passes left of 0.",
        ("Units are never thrown off", "Nothing"),
    ),
    (
        "How does tanh follow from the sigmoid?",
        "tanh x = 2σ(2x) − 1",
        "It is the same curve, stretched and moved to be symmetric about 0.",
        ("tanh x = σ(x) − ½", "tanh x = 1/σ(x)"),
    ),
    (
        "Which curves can a maxout unit become?",
        "Convex ones",
        "A maximum of lines only bends upwards.",
        ("All continuous ones", "Increasing ones"),
    ),
    (
        "For which α is PReLU equal to max(αx, x)?",
        "α ≤ 1",
        "Above 1 the maximum takes the wrong branch on both sides.",
        ("All α", "α ≥ 1"),
    ),
    (
        "Which loss goes with a sigmoid output?",
        "The cross-entropy",
        "The slope of the sigmoid cancels: the gradient of the score is σ − target.",
        ("The squared error", "The hinge"),
    ),
    (
        "Why can the gradient of a sigmoid network shrink or grow on its way down?",
        "Each layer multiplies by slopes and by weights",
        "Small slopes and large weights can make up for each other.",
        ("Each layer multiplies by ¼", "The loss changes"),
    ),
)
