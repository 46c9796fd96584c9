"""Chapter 07: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "7",
    (
        "What sets the largest stable learning rate of gradient descent on a bowl?",
        "The steepest direction",
        "2/λmax.",
        ("The flattest direction", "The starting point"),
    ),
    (
        "What does momentum with β reach in a constant gradient?",
        "1/(1 − β) times the speed of SGD",
        "What is lost, (1 − β)v, equals what comes in.",
        ("β times the speed of SGD", "A speed that grows with every step"),
    ),
    (
        "Where does Nesterov's method take the gradient?",
        "Ahead, where the momentum leads",
        "So it brakes before it overshoots.",
        ("At the last point", "At the mean of all points so far"),
    ),
    (
        "Which weights get the larger rate from AdaGrad?",
        "Those with small gradients",
        "It divides by the root of the sum of squared gradients.",
        ("Those with large gradients", "All get the same"),
    ),
    (
        "How does RMSProp differ from AdaGrad?",
        "It forgets old gradients",
        "An average that moves instead of a sum that only grows.",
        ("It has momentum", "It has no learning rate"),
    ),
    (
        "What is Adam's bias correction for?",
        "Both averages start at 0",
        "Without it the first steps have the wrong length: too long with the usual β1 and β2.",
        ("The gradients are biased", "The biases of the layers"),
    ),
    (
        "About how long is Adam's first step, with bias correction?",
        "η, whatever the gradient",
        "m̂/√v̂ is ±1, as long as the gradient is well above ε.",
        ("η times the gradient", "About 3.2 η with the usual β"),
    ),
    (
        "Noise that never fades and a fixed rate: what happens to the loss in the end?",
        "It stays at a level that depends on the rate",
        "A falling rate gets below it.",
        ("It reaches the minimum, only later than without", "It rises after having been lowest"),
    ),
    (
        "Velocity and buffer form of momentum: when do they differ?",
        "When the rate changes",
        "The velocity still holds steps of the old rate.",
        ("Always, by the factor 1 − β", "Never: they are one and the same"),
    ),
    (
        "A figure shows one path per optimiser, each with its own rate. What can be read from it?",
        "The shapes of their paths",
        "A ranking needs rates tuned alike, and several starts.",
        ("Which method is the best", "Which one converges faster"),
    ),
)
