"""Chapter 01: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "1",
    (
        "What lets the borders of a network bend?",
        "The activation function",
        "Without it any number of linear layers is one linear layer.",
        ("The number of layers", "The biases"),
    ),
    (
        "What is ∂J/∂W of a dense layer z = Wx + b, if δ = ∂J/∂z?",
        "δxᵀ",
        "Each weight gets the error of its unit times the input it multiplies.",
        ("Wᵀδ", "xδ′"),
    ),
    (
        "What does a dense layer z = Wx + b pass down, if δ = ∂J/∂z?",
        "Wᵀδ",
        "Each input gets the errors of all units, by the weights that lead to them.",
        ("Wδ", "δxᵀ"),
    ),
    (
        "When is the gradient of the loss max(0, 1 − s + s_c) zero?",
        "When s is ahead of s_c by more than 1",
        "The hinge is flat there: a pair that is won teaches nothing.",
        ("When s = s_c", "Never"),
    ),
    (
        "How does the error of a central difference depend on h, before rounding sets in?",
        "Like h²",
        "The terms of first order cancel between the two sides.",
        ("Like h", "Like 1/h"),
    ),
    (
        "A gradient check, no unit exactly at its kink: the error stays the same when h shrinks. What is it?",
        "A mistake in the code",
        "A kink would go away; rounding would grow.",
        ("A kink", "Rounding"),
    ),
    (
        "Which learning rates are stable on ½λw²?",
        "Those below 2/λ",
        "Each step multiplies w by 1 − αλ, which must lie between −1 and 1.",
        ("Those below λ", "Those below 1/(2λ)"),
    ),
    (
        "What does the negative gradient point at?",
        "The steepest way down from here",
        "It is the way to the minimum only where the contours are circles, or on an axis of the ellipse.",
        ("The minimum", "The nearest saddle"),
    ),
    (
        "How does the noise of a mini-batch gradient depend on the batch size m?",
        "Like 1/√m",
        "Variances of independent examples add up, so that of their mean is divided by m.",
        ("Like 1/m", "Not at all"),
    ),
    (
        "Why does the backward pass begin at the loss?",
        "δ of a layer is computed from δ of the layer above",
        "So each derivative is computed once and used again.",
        ("The upper layers have more weights", "Activations travel downwards"),
    ),
)
