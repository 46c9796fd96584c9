"""Chapter 04: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "4",
    (
        "What does standardising leave as it was?",
        "The correlations",
        "It moves and scales each feature by itself.",
        ("The means", "The variances"),
    ),
    (
        "What is the covariance of whitened data?",
        "The identity",
        "All directions have variance 1, and none is correlated with another.",
        ("Diagonal, with the old variances", "That of the raw data"),
    ),
    (
        "How do PCA-whitened and ZCA-whitened data differ?",
        "By a rotation",
        "ZCA turns back, so that each point stays close to where it was.",
        ("By their covariance", "By their mean"),
    ),
    (
        "From which data are mean and standard deviation taken?",
        "The training data",
        "The same numbers are then used for validation and test.",
        ("All data", "Each part from itself"),
    ),
    (
        "What is ε in whitening for?",
        "It keeps faint directions from becoming loud",
        "1/√(λ + ε) stays bounded where λ is nearly 0.",
        ("It makes the mean 0", "It makes all variances exactly 1 in spite of rounding"),
    ),
    (
        "What does whitening do to noise in directions of small variance?",
        "It multiplies it",
        "Noise is divided by the same small standard deviation as the data.",
        ("It removes it", "Nothing"),
    ),
    (
        "What does AlexNet's recipe subtract?",
        "The mean image",
        "One number for each pixel and channel; VGG subtracts one for each channel.",
        ("One mean for each picture", "The median"),
    ),
    (
        "Columns are chosen with the labels of all data, then one tests. What is wrong?",
        "The test labels took part",
        "Columns that fit them by chance were picked, so the score is too good.",
        ("Nothing, if training is proper", "There are too few columns"),
    ),
    (
        "Why does a small turn of the weights matter more when the data lie far from 0?",
        "The line turns about the origin",
        "It moves by distance times angle.",
        ("The loss is not convex there", "The gradient vanishes"),
    ),
    (
        "PCA keeps the k directions with …",
        "the largest variance",
        "They lose least in the mean square. Whether they tell classes apart is another matter.",
        ("the smallest variance", "the best accuracy"),
    ),
)
