"""Chapter 05, weight initialisation: the questions asked before each experiment.

The numbers are those of the experiments: 10 layers of 500 units (6 of 4096, 5 of 100 where it says so), inputs N(0, 1),
no bias, and for gradients an upstream gradient of std 1 at the last layer.
"""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "5.a",
        "A network with tanh or ReLU starts with every weight and bias at 0. What can the first step of "
        "gradient descent change?",
        Option(
            "Every weight, by the same amount in every unit of a layer.",
            "That happens when all weights start at the same value other than 0: the units stay copies of one "
            "another and W keeps rank 1. At exactly 0 even less happens.",
        ),
        Answer(
            "Only the biases of the output layer.",
            "All activations are 0, so the last weights get no gradient. All weights are 0, so no gradient reaches "
            "the layers below. With balanced classes even the output biases stay.",
        ),
        Option(
            "Every weight, but slowly, until the units differ.",
            "Nothing makes the units differ. Slow learning would need a gradient that is small; this one is 0.",
        ),
    ),
    Prediction(
        "5.b",
        "A unit computes w·x with independent inputs and weights of mean 0 and variance 1. You give it four times "
        "as many inputs. What happens to the standard deviation of w·x?",
        Option(
            "It stays the same: the terms average out.",
            "A mean would average out, a sum does not. Every term adds its variance.",
        ),
        Answer(
            "It doubles.",
            "Var(w·x) = n·Var(w)·Var(x), so the variance is four times as large and its root twice. This is why "
            "weights are divided by √n.",
        ),
        Option("It becomes four times as large.", "The variance does. The standard deviation is its root."),
    ),
    Prediction(
        "5.c",
        "Ten layers of 500 tanh units, weights of std 0.01, inputs of std 1. What is the std of the "
        "activations in layer 10?",
        Option("About 1, as at the input.", "That needs n·Var(w) near 1. Here it is 500 · 0.0001 = 0.05."),
        Option(
            "About 0.2.", "That is layer 1: √0.05 = 0.2236. Each of the nine layers above multiplies by 0.2236 again."
        ),
        Answer(
            "About 0.0000003.",
            "tanh is linear for small values, so every layer multiplies by √(n·Var(w)) = 0.2236, and "
            "0.2236¹⁰ = 3e-7. The gradient shrinks on its way down by the same factors.",
        ),
    ),
    Prediction(
        "5.d",
        "The same network with std 1: nine in ten units sit beyond ±0.99. A gradient of std 1 enters at "
        "the top. What arrives at the input?",
        Option(
            "Almost nothing: the slopes are near 0, so the gradient vanishes.",
            "Most local slopes are near 0, true. But the weights are large as well: n·Var(w) = 500 multiplies "
            "E[f′²], and the few units that are not saturated carry the gradient.",
        ),
        Option(
            "About the same: small slopes and large weights cancel.",
            "They do not cancel. The factor per layer is √(n·Var(w)·E[f′²]) = 3.5, not 1.",
        ),
        Answer(
            "A gradient a few hundred thousand times as large.",
            "The factor per layer is √(n·Var(w)·E[f′²]) = 3.48, and ten of them make 2.6e5. Saturated units and "
            "an exploding gradient go together.",
        ),
    ),
    Prediction(
        "5.e",
        "A lecture shows tanh units saturated by weights of std 0.05. Your network has 500 units per "
        "layer. Does std 0.05 saturate it?",
        Answer(
            "No: n·Var(w) is only 1.25.",
            "500 · 0.05² = 1.25, close to Xavier's 1. The std of the activations falls from 0.66 to 0.35. With "
            "4096 units it is 10.24, and 33 to 41 % of the units in each layer sit beyond ±0.99.",
        ),
        Option(
            "Yes: 0.05 is too large for tanh.",
            "The lecture's layers have 4096 units: n·Var(w) = 10.24. The std alone decides nothing.",
        ),
        Option(
            "Only in the deep layers, where the effect adds up.",
            "It goes the other way: tanh shrinks its input, so with n·Var(w) near 1 deep layers are the calmest.",
        ),
    ),
    Prediction(
        "5.f",
        "Which std of the weights keeps the size of the signal through many ReLU layers of n units?",
        Option(
            "1/√n", "That is for linear layers. ReLU loses half of the mean square: the size falls by 0.707 per layer."
        ),
        Option(
            "1/(2√n)",
            "The signal shrinks to 0.354 of its size per layer: after ten layers 3 parts in 100 000 are left.",
        ),
        Answer(
            "√(2/n)",
            "Var(w) = 2/n makes up for the half that ReLU takes. The 2 stands under the root and makes the weights "
            "larger than 1/√n.",
        ),
        Option("2/√n", "The signal grows by 1.414 per layer. The 2 belongs under the root."),
    ),
    Prediction(
        "5.g",
        "A ReLU network of 500 units per layer, He's weights, layer 10 of 10. How many activations are 0, and "
        "how many units are dead, that is 0 for every one of 1000 inputs?",
        Option(
            "Half of the activations, and half of the units.",
            "A unit that is 0 for one input is usually positive for another. Zero is not dead.",
        ),
        Answer(
            "Half of the activations, and about one unit in ten.",
            "About half of the activations are 0 in every layer. Hardly a unit is dead in layers 1 and 2. In "
            "layer 10 it is 10 % on average over many draws, and 8 % in ours.",
        ),
        Option(
            "Half of the activations, and no unit at all.",
            "That nearly holds for the first layers. Deep layers see inputs that resemble one another: some units "
            "never fire.",
        ),
    ),
    Prediction(
        "5.h",
        "Five layers of 100 sigmoid units, std 1. Where do the outputs of layer 1 pile up?",
        Answer(
            "Near 0 and near 1, equally.",
            "37 % lie below 1/30 and 37 % above 29/30. The slope s(1 − s) is small at both ends and largest "
            "where the input is 0.",
        ),
        Option("Near 1.", "The sums are as often negative as positive, so no side wins."),
        Option("Near 0.5.", "That is what std 0.01 does: all sums are near 0. Here they have std 10."),
    ),
    Prediction(
        "5.i",
        "Xavier's weights spread the activations of a sigmoid network. Do they save its gradient?",
        Answer(
            "No: it still shrinks about fourfold per layer.",
            "Xavier assumes a slope of 1 at 0, the sigmoid has 1/4. The factor is 0.212 in the first layer and "
            "0.236 in each of the others, which makes 6.5e-4 after five. Four times Xavier's std leaves 0.08.",
        ),
        Option(
            "Yes: units that are not saturated pass the gradient on.",
            "They pass on at most a quarter: the slope of the sigmoid is never above 0.25.",
        ),
        Option(
            "No: it explodes.", "That would need √(n·Var(w)·E[f′²]) above 1. Here n·Var(w) is 1 and f′ at most 0.25."
        ),
    ),
)

RECALL = recall(
    "5",
    (
        "Which variance of the weights keeps the signal in linear layers of n inputs?",
        ("1/n", "1/√n", "2/n"),
        "With means 0, Var(w·x) = n·Var(w)·Var(x).",
    ),
    (
        "Which variance of the weights keeps it in ReLU layers?",
        ("2/n", "1/n", "4/n"),
        "ReLU takes half of the mean square.",
    ),
    (
        "What goes wrong if all weights start at the same value other than 0, all biases at 0?",
        (
            "The units of a layer stay copies of one another",
            "No gradient reaches the lower layers, so they stay as they are",
            "The gradient explodes",
        ),
        "Equal units get equal gradients.",
    ),
    (
        "What goes wrong if all weights and biases of a tanh network start at 0?",
        ("At most the output biases move", "All units become equal but learn", "Nothing"),
        "No activation, hence no gradient for the last weights; no weights, hence none further down.",
    ),
    (
        "On what does it depend whether a std of 0.05 saturates tanh?",
        ("On the number of inputs", "On the depth alone", "On nothing else: 0.05 is too large"),
        "n·Var(w) decides.",
    ),
    (
        "By what does a layer multiply the gradient on its way down?",
        ("√(n·Var(w)·E[f′²])", "√E[f′²]", "n·Var(w)"),
        "The weights count as well as the slopes, so saturated units can go with an exploding gradient.",
    ),
    (
        "Why do Xavier's weights not save a sigmoid network's gradient?",
        ("The slope at 0 is ¼, not 1", "The sigmoid is not differentiable", "They are too large"),
        "Xavier assumes a slope of 1.",
    ),
    (
        "What does Glorot's 2/(n_in + n_out) compromise between?",
        ("The forward and the backward pass", "Speed and memory", "Weights and biases"),
        "1/n_in keeps the signal, 1/n_out the gradient.",
    ),
    (
        "A ReLU activation is 0. Is its unit dead?",
        ("Only if it is 0 for all inputs", "Yes, and it stays so in training", "Only in the first layer"),
        "Zeros are normal: about half of all in a fresh network.",
    ),
    (
        "What does std 1 do to wide sigmoid layers?",
        ("Outputs pile up near 0 and 1", "Outputs pile up near ½", "Outputs spread evenly"),
        "In the first layer the sums have std √n, far beyond the steep part.",
    ),
)
