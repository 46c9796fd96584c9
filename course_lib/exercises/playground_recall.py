"""Chapter 11: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "11",
    (
        "Which inputs let a network without a hidden layer separate two circles?",
        "The squares of x1 and x2",
        "A circle is a straight border in the squares.",
        ("x1 and x2 alone", "The product x1·x2 alone"),
    ),
    (
        "Deep sigmoid layers with tiny weights and SGD: why do they not learn?",
        "Each layer makes the gradient much smaller",
        "std·√n·¼ per layer: little is left after a few.",
        ("A sigmoid network cannot learn more than a line", "The batches are too small for so many layers"),
    ),
    (
        "Why can Adam wake such a network?",
        "It divides each gradient by its own size",
        "It hides a bad initialisation, and pays with time.",
        ("It draws the first weights again, and larger", "It changes the activation"),
    ),
    (
        "You standardise the inputs of a tuned network and change nothing else. What may happen?",
        "It may become worse",
        "Rate and weights were tuned to the old inputs.",
        ("It becomes better for sure", "Nothing"),
    ),
    (
        "What do copies moved by one pixel teach an MLP?",
        "That a digit stays the same when it moves",
        "No layer of an MLP knows that by itself.",
        ("Nothing: the pixels remain the same", "How other writers write a digit"),
    ),
    (
        "What is the uncertainty of a share p measured on n images?",
        "√(p(1 − p)/n)",
        "It falls with the root of n only.",
        ("√(p(1 − p))/n", "1/n"),
    ),
    (
        "A recipe is 0.3 % better on 359 images. Is it better?",
        "One cannot tell",
        "That is one image, and the spread is that of two.",
        ("Yes", "No"),
    ),
    (
        "In which order does one look for what stops a network from learning?",
        "Data, first loss, a few images by heart, then the rest",
        "From what is quick to check and breaks all, to what is slow.",
        (
            "The size of the network first, then its learning rate",
            "Regularisation first, then everything else, then the data",
        ),
    ),
    (
        "What may be computed from the test digits before the end?",
        "Nothing",
        "Even their mean would tell about them.",
        ("Their mean and std", "The best number of epochs"),
    ),
    (
        "Which of these makes a hidden layer needless on a given problem?",
        "Inputs in which the classes can be split by a plane",
        "What a hidden layer learns, good inputs give at once.",
        ("More training data of the same kind, in larger batches", "A smaller learning rate"),
    ),
)
