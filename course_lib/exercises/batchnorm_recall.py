"""Chapter 06: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "6",
    (
        "What does batch normalisation do to the shape of a distribution?",
        "Nothing",
        "It shifts and stretches.",
        ("It makes it normal", "It makes it symmetric"),
    ),
    (
        "What are γ and β for?",
        "The layer can still represent what it could before",
        "With γ = √(σ² + ε) and β = μ it gives back the batch it received.",
        ("They keep the mean at 0 and the variance at 1 in training", "They replace the weights"),
    ),
    (
        "Over what does batch normalisation take mean and variance?",
        "The examples of a batch, unit by unit",
        "So an example's output depends on its neighbours in training.",
        ("The units of one example", "All layers"),
    ),
    (
        "Over what does layer normalisation take them?",
        "The units of one example",
        "So it needs no batch and is the same in training and test.",
        ("The examples of a batch", "All training data"),
    ),
    (
        "What does batch normalisation use at test time?",
        "Running averages from training",
        "So the answer to one image does not depend on the others.",
        ("The statistics of the test batch", "Mean 0 and variance 1"),
    ),
    (
        "What is the gradient of a bias in front of batch normalisation?",
        "0",
        "The mean is subtracted. β does its work.",
        ("That of β", "Half of that of β"),
    ),
    (
        "You multiply the weights in front of batch normalisation by 10. What happens to their gradient?",
        "It becomes a tenth",
        "The output stays the same.",
        ("It grows tenfold", "It stays"),
    ),
    (
        "Why is a batch of one useless for checking its backward pass?",
        "x̂ is 0 whatever x is",
        "All slopes in x are 0, and a backward pass that takes σ for a constant says 0 too.",
        ("It is too slow", "The variance is infinite"),
    ),
    (
        "A test batch of one class in training mode: why does it fail?",
        "The batch's mean carries the class and is subtracted",
        "Shuffled batches hide this mistake.",
        ("The variance is too large", "The running averages belong to all classes, not to this one"),
    ),
    (
        "Deep, with ReLU and batch normalisation, at the start: what does the gradient do on its way down?",
        "It grows",
        "By √(π/(π − 1)) per layer: the division by a small std outweighs what ReLU takes.",
        ("It shrinks", "It keeps its size"),
    ),
)
