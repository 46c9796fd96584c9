"""Chapter 03: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "3",
    (
        "All inputs of a unit are positive, one example. What is true of its weights' gradient?",
        "All components have one sign",
        "∂L/∂w is one number times the inputs.",
        ("All components are positive", "It is zero"),
    ),
    (
        "Which directions can one step take then?",
        "All weights up or all weights down",
        "So a target up and to the left is reached in a zig-zag only.",
        ("Every direction", "Only along one weight"),
    ),
    (
        "What is the Hessian of ½ mean (w·x − y)²?",
        "The mean of xxᵀ",
        "It holds the mean of the inputs as well as their covariance.",
        ("The covariance of x", "The mean of x"),
    ),
    (
        "Inputs of std 1, independent, with mean vector μ. What is the condition number?",
        "1 + ‖μ‖²",
        "H = I + μμᵀ has one large eigenvalue, along μ.",
        ("1", "‖μ‖"),
    ),
    (
        "Uncorrelated inputs of equal std: what does centring buy gradient descent?",
        "A larger learning rate",
        "The steepest direction, along the mean, becomes flatter; the flattest one stays as it was.",
        ("A flat direction that is steeper", "Fewer weights"),
    ),
    (
        "Positive inputs, independent upstream gradients of mean 0: what do larger batches do to the common sign?",
        "It becomes rarer, down to a limit",
        "The components share the mean of the inputs, however large the batch.",
        ("It goes away", "It stays as with one example"),
    ),
    (
        "Batch normalisation in front of a sigmoid: what does the next layer see?",
        "Positive numbers only",
        "It sees the sigmoid's output.",
        ("Numbers of mean 0", "Numbers of both signs"),
    ),
    (
        "Which of these has outputs of both signs?",
        "tanh",
        "Sigmoid and ReLU have no negative output.",
        ("Sigmoid", "ReLU"),
    ),
    (
        "When does full-batch gradient descent go straight to the minimum from anywhere?",
        "When the condition number is 1",
        "Then the contours are circles.",
        ("When the batch is large enough", "When the learning rate is small"),
    ),
    (
        "What causes the zig-zag of full-batch gradient descent in a valley?",
        "A rate near the limit of the steep direction",
        "Its factor 1 − ηλ is then negative: each step changes sides.",
        ("The signs of single examples", "Noise"),
    ),
)
