"""Chapter 05: short questions for reviews."""

from course_lib.exercises.recall import recall

RECALL = recall(
    "5",
    (
        "Which variance of the weights keeps the signal in linear layers of n inputs?",
        "1/n",
        "With means 0, Var(w·x) = n·Var(w)·Var(x).",
        ("1/√n", "2/n"),
    ),
    (
        "Which variance of the weights keeps it in ReLU layers?",
        "2/n",
        "ReLU takes half of the mean square.",
        ("1/n", "4/n"),
    ),
    (
        "What goes wrong if all weights start at the same value other than 0, all biases at 0?",
        "The units of a layer stay copies of one another",
        "Equal units get equal gradients.",
        ("No gradient reaches the lower layers, so they stay as they are", "The gradient explodes"),
    ),
    (
        "What goes wrong if all weights and biases of a tanh network start at 0?",
        "At most the output biases move",
        "No activation, hence no gradient for the last weights; no weights, hence none further down.",
        ("All units become equal but learn", "Nothing"),
    ),
    (
        "On what does it depend whether a std of 0.05 saturates tanh?",
        "On the number of inputs",
        "n·Var(w) decides.",
        ("On the depth alone", "On nothing else: 0.05 is too large"),
    ),
    (
        "By what does a layer multiply the gradient on its way down?",
        "√(n·Var(w)·E[f′²])",
        "The weights count as well as the slopes, so saturated units can go with an exploding gradient.",
        ("√E[f′²]", "n·Var(w)"),
    ),
    (
        "Why do Xavier's weights not save a sigmoid network's gradient?",
        "The slope at 0 is ¼, not 1",
        "Xavier assumes a slope of 1.",
        ("The sigmoid is not differentiable", "They are too large"),
    ),
    (
        "What does Glorot's 2/(n_in + n_out) compromise between?",
        "The forward and the backward pass",
        "1/n_in keeps the signal, 1/n_out the gradient.",
        ("Speed and memory", "Weights and biases"),
    ),
    (
        "A ReLU activation is 0. Is its unit dead?",
        "Only if it is 0 for all inputs",
        "Zeros are normal: about half of all in a fresh network.",
        ("Yes, and it stays so in training", "Only in the first layer"),
    ),
    (
        "What does std 1 do to wide sigmoid layers?",
        "Outputs pile up near 0 and 1",
        "In the first layer the sums have std √n, far beyond the steep part.",
        ("Outputs pile up near ½", "Outputs spread evenly"),
    ),
)
