"""Chapter 01: what to predict before each experiment on neurons, gradients and mini-batches."""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "1.a",
        "Three spiral arms, 100 points each. A linear classifier may draw three straight borders. What "
        "share of the points does it get right once it is trained?",
        Option(
            "About a third, as by guessing.", "It does better: each arm spends part of its way in a sector of its own."
        ),
        Answer(
            "About half.",
            "49 %. It stops at a loss of 0.786, and this is no accident of training: the loss is convex, a single "
            "bowl, so every start ends there.",
        ),
        Option(
            "About nine in ten, if it is trained long enough.",
            "Training does not help. No straight border follows an arm that bends.",
        ),
    ),
    Prediction(
        "1.b",
        "You put 64 hidden units in front, but without an activation function: f(z) = z. What happens to the borders?",
        Answer(
            "They stay straight.",
            "U(Wx + b) = (UW)x + Ub: two linear layers are one. The activation is what lets borders bend.",
        ),
        Option(
            "They bend a little.", "A linear map of a linear map is linear: U(Wx + b) = (UW)x + Ub. Nothing can bend."
        ),
        Option(
            "They bend as much as with ReLU, only training takes longer.",
            "No training helps. The network can compute nothing that one layer could not.",
        ),
    ),
    Prediction(
        "1.c",
        "You feed the feature x2 twice: (x1, x2, x2). The inputs are now linearly dependent. What does training do?",
        Option(
            "It fails: the inputs of a network must be linearly independent.",
            "There is no such condition. The gradient exists, and gradient descent follows it.",
        ),
        Answer(
            "It reaches the same loss; the two copies share the weight.",
            "Only the sum of the two weights counts, so many solutions are equally good. From zero both copies get "
            "the same gradient and end with half each.",
        ),
        Option(
            "It reaches a lower loss, for there is more input.",
            "The second copy tells nothing new. The network can compute the same functions as before.",
        ),
    ),
    Prediction(
        "1.d",
        "The true window scores s = 3.1, the corrupt one s_c = 1.4. J = max(0, 1 − s + s_c). What is "
        "the gradient of J?",
        Answer(
            "Zero, for every parameter.",
            "1 − 3.1 + 1.4 = −0.7, so J = 0, and it stays 0 if a parameter moves a little. A pair that is won by "
            "more than the margin teaches nothing.",
        ),
        Option(
            "It still pushes s up and s_c down, only more gently.",
            "A hinge has no gentle end: it is a straight slope, then flat. The cross-entropy, the loss of chapter "
            "02, would push gently for ever.",
        ),
        Option(
            "It pushes s down, back to a lead of exactly 1.",
            "J never punishes a lead that is too large. It is 0 there, and flat.",
        ),
    ),
    Prediction(
        "1.e",
        "Backpropagation saves work by using derivatives twice. Which ones? (The lower a layer, the "
        "nearer to the input.)",
        Option(
            "Those of lower layers, for the layers above.",
            "That is the forward pass: *activations* travel up. Derivatives of the loss begin at the loss.",
        ),
        Option(
            "Those of the last mini-batch, for the next one.",
            "Every batch has its own activations, so its derivatives are computed afresh.",
        ),
        Answer(
            "Those of higher layers, for the layers below.",
            "δ of layer l is computed from δ of layer l + 1. With this reuse the backward pass makes at most twice "
            "the multiplications of the forward pass, however deep the network is.",
        ),
    ),
    Prediction(
        "1.k",
        "In the next picture x1 = 0.5 and x2 = −1 feed the hidden unit a1. One update lowers the weight from x1 by "
        "0.0245. What does it do to the weight from x2?",
        Option(
            "It lowers it by 0.0245 too: both lead to the same unit.",
            "The unit has one δ for both, but ∂J/∂W_ij = δ_i·x_j: each weight multiplies it by its own input.",
        ),
        Answer(
            "It raises it by 0.049: the input is −2 times as large.",
            "∂J/∂W_ij = δ_i·x_j. One δ for the unit, one factor for each input, so the changes go like the inputs.",
        ),
        Option(
            "That depends on how large the two weights are.",
            "They decide z, and with it δ, which both share. The ratio of the two changes is that of the inputs.",
        ),
    ),
    Prediction(
        "1.f",
        "You check a gradient with (J(θ + h) − J(θ − h))/2h in double precision (16 digits). Which h "
        "gives the smallest error?",
        Option(
            "1e-13: the smaller the step, the better the slope.",
            "J(θ + h) and J(θ − h) then agree in nearly all of their 16 digits. Of their difference two or "
            "three digits are left, of a small slope none.",
        ),
        Option(
            "1e-1: the larger the step, the less rounding.",
            "Rounding is smallest there, but the chord cuts across the curve: you measure the slope of something else.",
        ),
        Answer(
            "Somewhere near 1e-5.",
            "The error of the formula falls like h², the error of rounding grows like 1/h. They meet near the "
            "cube root of 1e-16.",
        ),
    ),
    Prediction(
        "1.g",
        "A ReLU network: the relative error is 0.5 at h = 3e-3 and 3e-8 at h = 1e-5. Is the code of "
        "the gradient wrong?",
        Answer(
            "No. The large step crossed a kink.",
            "θ + h and θ − h lie on two sides of a corner, and the chord averages two slopes. A smaller step "
            "stays on one side, and there code and measurement agree.",
        ),
        Option("Yes: 0.5 is far above 1e-2.", "A real mistake stays where it is when h shrinks. This error vanishes."),
        Option(
            "One cannot tell without the analytic solution.",
            "One can: change h. Here the error goes away; a mistake would stay.",
        ),
    ),
    Prediction(
        "1.h",
        "J(w) = ½λw². You take steps of α·J′(w) with αλ = 2.1. What happens?",
        Answer(
            "w changes sign at every step and grows without end.",
            "1 − αλ = −1.1: overshoot by 10 % more each time. Stable is α < 2/λ, and that is why the gradient is "
            "multiplied by a small learning rate.",
        ),
        Option(
            "It converges quickly: large steps arrive sooner.",
            "Each step multiplies w by 1 − αλ = −1.1. The step overshoots, and lands higher up on the other side.",
        ),
        Option(
            "w stays where it is, jumping between two points.",
            "That is αλ = 2 exactly: w, −w, w, … At 2.1 the jumps grow.",
        ),
    ),
    Prediction(
        "1.i",
        "With all data in each step there is no noise. Does the path go straight to the minimum?",
        Option(
            "Yes: the negative gradient points to the minimum.",
            "It points in the direction of steepest descent. From every place that is towards the minimum only if "
            "the contours are circles.",
        ),
        Answer(
            "Not in a narrow valley: it bends or swings.",
            "Across the valley the gradient is large, along it small, so the path first goes across. Near the "
            "largest stable learning rate every step lands on the opposite slope.",
        ),
        Option("No: without noise it cannot move at all.", "The gradient moves it. Noise only shakes the path."),
    ),
    Prediction(
        "1.j",
        "The gradient of a mini-batch of 32 is a noisy estimate of that of all data, a million examples. You want half "
        "the noise. How much larger must the batch be?",
        Option("Twice as large.", "Twice the batch divides the noise by √2 = 1.41 only."),
        Option("Sixteen times as large.", "That would leave a quarter of the noise: √16 = 4."),
        Answer(
            "Four times as large.",
            "The noise falls like 1/√m, and √4 = 2. The work grows like m: large batches are a poor bargain, were "
            "it not for hardware that computes many examples at once.",
        ),
    ),
)

RECALL = recall(
    "1",
    (
        "What lets the borders of a network bend?",
        ("The activation function", "The number of layers", "The biases"),
        "Without it any number of linear layers is one linear layer.",
    ),
    (
        "What is ∂J/∂W of a dense layer z = Wx + b, if δ = ∂J/∂z?",
        ("δxᵀ", "Wᵀδ", "xδ′"),
        "Each weight gets the error of its unit times the input it multiplies.",
    ),
    (
        "What does a dense layer z = Wx + b pass down, if δ = ∂J/∂z?",
        ("Wᵀδ", "Wδ", "δxᵀ"),
        "Each input gets the errors of all units, by the weights that lead to them.",
    ),
    (
        "When is the gradient of the loss max(0, 1 − s + s_c) zero?",
        ("When s is ahead of s_c by more than 1", "When s = s_c", "Never"),
        "The hinge is flat there: a pair that is won teaches nothing.",
    ),
    (
        "How does the error of a central difference depend on h, before rounding sets in?",
        ("Like h²", "Like h", "Like 1/h"),
        "The terms of first order cancel between the two sides.",
    ),
    (
        "A gradient check, no unit exactly at its kink: the error stays the same when h shrinks. What is it?",
        ("A mistake in the code", "A kink", "Rounding"),
        "A kink would go away; rounding would grow.",
    ),
    (
        "Which learning rates are stable on ½λw²?",
        ("Those below 2/λ", "Those below λ", "Those below 1/(2λ)"),
        "Each step multiplies w by 1 − αλ, which must lie between −1 and 1.",
    ),
    (
        "What does the negative gradient point at?",
        ("The steepest way down from here", "The minimum", "The nearest saddle"),
        "It is the way to the minimum only where the contours are circles, or on an axis of the ellipse.",
    ),
    (
        "How does the noise of a mini-batch gradient depend on the batch size m?",
        ("Like 1/√m", "Like 1/m", "Not at all"),
        "Variances of independent examples add up, so that of their mean is divided by m.",
    ),
    (
        "Why does the backward pass begin at the loss?",
        (
            "δ of a layer is computed from δ of the layer above",
            "The upper layers have more weights",
            "Activations travel downwards",
        ),
        "So each derivative is computed once and used again.",
    ),
)
