"""Chapter 10: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "10",
    (
        "Why are data shuffled before they are split?",
        "They may lie sorted",
        "Else the validation part can hold classes that were never trained on.",
        ("Training becomes faster", "It removes noise"),
    ),
    (
        "The best of many settings on the validation data: what will it get on new data?",
        "Rather less",
        "The best was lucky, too.",
        ("The same", "Rather more"),
    ),
    (
        "What is the test set for?",
        "One honest score at the end",
        "Whatever is chosen by it is no longer measured by it.",
        ("Choosing the best hyperparameters", "Early stopping"),
    ),
    (
        "Why does random search beat a grid when only one hyperparameter matters?",
        "Each trial tries another value of it",
        "A grid repeats its few values.",
        ("It needs no range", "Its trials learn from those before them"),
    ),
    (
        "About how many random trials reach the best 5 % with 95 % probability?",
        "60, however many hyperparameters",
        "1 − 0.95⁶⁰ is about 0.95.",
        ("60 for each hyperparameter", "20"),
    ),
    (
        "How are learning rates drawn?",
        "Evenly by exponent",
        "An even draw puts nearly all of them into the highest decade.",
        ("Evenly by value", "From a normal distribution"),
    ),
    (
        "The best trials lie at the border of the range. What next?",
        "Search beyond it",
        "The range was too small.",
        ("Search more finely at the border", "Take the best"),
    ),
    (
        "What does successive halving save on?",
        "Trials that are behind early on",
        "Early scores do not say who wins, but well enough who does not.",
        ("Trials whose settings were tried before", "Validation data"),
    ),
    (
        "When does a search on several processes give the same results as on one?",
        "When settings and seeds are drawn beforehand",
        "Then it does not matter who finishes first.",
        ("Never", "When the processes are equally fast"),
    ),
    (
        "What happens to a score if one looks at it often enough and keeps the best?",
        "It becomes too good",
        "Noise is used in one direction.",
        ("It becomes more exact", "Nothing"),
    ),
)
