"""Chapter 07, optimisers: the questions asked before each experiment.

The toy is f = x²/20 + y² from (−7, 2), as in Saito's book; its eigenvalues are 0.1 and 2.
"""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "7.a",
        "f = x²/20 + y² is steep in y (second derivative 2) and flat in x (0.1). You raise the learning "
        "rate of plain gradient descent. From which rate on does it diverge?",
        Answer(
            "From 1.0 on.",
            "y is multiplied by 1 − 2η at each step. At η = 1 that is −1: it jumps from side to side for ever. "
            "Above, every jump is longer than the last. The steepest direction sets the limit, 2/λmax.",
        ),
        Option("From 20 on.", "That is the limit of the flat direction, 2/0.1. The steep one diverges long before."),
        Option(
            "Never: the gradient always points downhill.",
            "It does, at the point where you stand. A step that is too long lands higher up on the other side.",
        ),
    ),
    Prediction(
        "7.b",
        "The famous figure compares SGD, Momentum, AdaGrad and Adam on this function. SGD zig-zags, the "
        "others look smooth. Who has the higher loss after 30 steps?",
        Option(
            "SGD, clearly: it zig-zags.",
            "It zig-zags with a rate of 0.95, almost the best in the long run (0.952), and every step "
            "brings it closer.",
        ),
        Answer(
            "Momentum and Adam.",
            "AdaGrad 0.00072, SGD 0.0133, Momentum 0.048, Adam 0.102. The figure shows the shapes of paths, each "
            "with its own hand-picked rate. It does not rank the methods.",
        ),
        Option("All about the same.", "The losses differ by a factor of 140 from first to last."),
    ),
    Prediction(
        "7.c",
        "In v ← βv − ηg with β = 0.9 the gradient stays the same for a long time. How fast does the ball "
        "become, compared with plain SGD?",
        Option("A tenth as fast: β is the friction.", "β is what is KEPT. The friction is 1 − β = 0.1."),
        Option("0.9 times as fast.", "0.9 is what is kept of v; the gradient comes on top, in full."),
        Answer(
            "Ten times as fast.",
            "The speed settles where what is lost, (1 − β)v, equals what comes in, ηg: v = ηg/(1 − β) = 10 ηg. At "
            "β = 0.99 it would be a hundred times.",
        ),
    ),
    Prediction(
        "7.d",
        "AdaGrad divides by the root of the sum of squared gradients. One weight always sees the "
        "gradient 10, another 0.1. Which one gets the larger learning rate?",
        Answer(
            "The one with the gradient 0.1.",
            "η/(0.1√t) against η/(10√t): a hundred times as large. The moves of the two then come out equal.",
        ),
        Option(
            "The one with the gradient 10: it is more influential.",
            "This is what some notes say, and it is the wrong way round. A large gradient makes a large sum, and "
            "AdaGrad divides by it.",
        ),
        Option(
            "Both the same.", "The moves are the same. The rates, move divided by gradient, differ by a factor of 100."
        ),
    ),
    Prediction(
        "7.e",
        "Adam without bias correction, β1 = 0.9, β2 = 0.999. How long is its first step?",
        Option(
            "Far too short, since both averages start at 0.",
            "m is too small by a factor of 10. But √v stands below and is too small by 31.6.",
        ),
        Option(
            "Just η, as with the correction.",
            "With the correction it is η whatever the gradient. Without, the two errors do not cancel.",
        ),
        Answer(
            "About 3.2 η.",
            "0.1 g / √(0.001 g²) = 3.16, and under a constant gradient the steps still grow, to 6.57 η at "
            "step 12. The correction makes training gentle at its start, not fast.",
        ),
    ),
    Prediction(
        "7.f",
        "Gradients carry noise of the same size everywhere, also at the minimum, and the learning rate stays at a "
        "fixed α. You train ten times as long. What happens to the loss?",
        Option(
            "It falls to 0, only slowly.",
            "Each new step brings new noise in. What was won is shaken up again. Where a network fits every "
            "example the noise of mini-batches fades, and there the loss can fall to 0.",
        ),
        Answer(
            "It stays at a level that depends on α.",
            "The noise floor: on ½x², with noise of std σ, it is ½ασ²/(2 − α). That is 0.167 for α = 0.5 and σ = "
            "1. A falling rate gets below it.",
        ),
        Option("It rises again.", "Not with a rate below the limit of divergence."),
    ),
    Prediction(
        "7.g",
        "The optimisers race on the digits. First all with the rates programs suggest (from 0.01 "
        "down to 0.0001), then each with the best of eight rates. What changes?",
        Option(
            "Hardly anything: Adam leads both times.",
            "With 0.001 Adam comes behind Momentum and AdaGrad; its rate is too small for so short a race.",
        ),
        Answer(
            "Order and distances: tuned, all come close together.",
            "The first race ranks learning rates, not methods. Before, the highest mean loss was more than four "
            "times the lowest. Tuned, even the highest is below the lowest of before.",
        ),
        Option(
            "The adaptive methods fall behind.",
            "RMSProp and Adam catch up: their common rate was too small for so short a race. Only AdaGrad falls "
            "behind, and even its loss is far lower than before.",
        ),
    ),
    Prediction(
        "7.h",
        "Two programs both call it “SGD with momentum 0.9”. One computes v ← βv − ηg, θ ← θ + v, the "
        "other b ← βb + g, θ ← θ − ηb. Halfway through you cut η to a tenth. Do they still agree?",
        Option(
            "Yes: v is just −ηb.",
            "Only while η is constant. v still contains steps of the old rate, b contains bare gradients.",
        ),
        Option("No: they never agreed.", "With a constant rate they agree to the last digits."),
        Answer(
            "No: the buffer form brakes at once, the velocity form rolls on.",
            "b is multiplied by the new η in full. v was built with the old one and fades over about ten steps.",
        ),
    ),
)

RECALL = recall(
    "7",
    (
        "What sets the largest stable learning rate of gradient descent on a bowl?",
        ("The steepest direction", "The flattest direction", "The starting point"),
        "2/λmax.",
    ),
    (
        "What does momentum with β reach in a constant gradient?",
        ("1/(1 − β) times the speed of SGD", "β times the speed of SGD", "A speed that grows with every step"),
        "What is lost, (1 − β)v, equals what comes in.",
    ),
    (
        "Where does Nesterov's method take the gradient?",
        ("Ahead, where the momentum leads", "At the last point", "At the mean of all points so far"),
        "So it brakes before it overshoots.",
    ),
    (
        "Which weights get the larger rate from AdaGrad?",
        ("Those with small gradients", "Those with large gradients", "All get the same"),
        "It divides by the root of the sum of squared gradients.",
    ),
    (
        "How does RMSProp differ from AdaGrad?",
        ("It forgets old gradients", "It has momentum", "It has no learning rate"),
        "An average that moves instead of a sum that only grows.",
    ),
    (
        "What is Adam's bias correction for?",
        ("Both averages start at 0", "The gradients are biased", "The biases of the layers"),
        "Without it the first steps have the wrong length: too long with the usual β1 and β2.",
    ),
    (
        "About how long is Adam's first step, with bias correction?",
        ("η, whatever the gradient", "η times the gradient", "About 3.2 η with the usual β"),
        "m̂/√v̂ is ±1, as long as the gradient is well above ε.",
    ),
    (
        "Noise that never fades and a fixed rate: what happens to the loss in the end?",
        (
            "It stays at a level that depends on the rate",
            "It reaches the minimum, only later than without",
            "It rises after having been lowest",
        ),
        "A falling rate gets below it.",
    ),
    (
        "Velocity and buffer form of momentum: when do they differ?",
        ("When the rate changes", "Always, by the factor 1 − β", "Never: they are one and the same"),
        "The velocity still holds steps of the old rate.",
    ),
    (
        "A figure shows one path per optimiser, each with its own rate. What can be read from it?",
        ("The shapes of their paths", "Which method is the best", "Which one converges faster"),
        "A ranking needs rates tuned alike, and several starts.",
    ),
)
