"""Chapter 03, zero-centring: the questions asked before each experiment.

The numbers are those of `experiments/zero_centring*`: two weights that start at (0, 0) with the target at
(1.5, −1), the shares of 8000 random batches, and 64-10-10-10 networks on the digits.
"""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "3.a",
        "A unit f = w·x sees one example, and all its inputs are positive. Which signs can the "
        "components of ∂L/∂w have?",
        Option(
            "All positive, because all inputs are.",
            "That is ∂f/∂w = x. The loss brings in its own factor ∂L/∂f, which can be negative, and then all "
            "components are.",
        ),
        Answer(
            "All the same: that of ∂L/∂f.",
            "∂L/∂w = ∂L/∂f · x is one number times a positive vector. All positive or all negative: 2 of the 2^d "
            "combinations of signs.",
        ),
        Option(
            "Any mixture.", "Every component is the same number ∂L/∂f times a positive x_i. They cannot differ in sign."
        ),
    ),
    Prediction(
        "3.b",
        "Both inputs are always positive. The target lies in the fourth quadrant: w1 must rise, w2 must "
        "fall. You take one example per step. What does w2 do?",
        Option(
            "It falls step by step, more slowly than w1 rises.",
            "No single step can raise w1 and lower w2: with positive inputs both rise or both fall.",
        ),
        Option("It stays, for its two pulls cancel.", "A step moves both weights. Nothing holds w2 still."),
        Answer(
            "It rises and falls together with w1, by different amounts.",
            "The first step takes w2 from 0 up to 0.38, the next ones take it down. Over many steps the ups are "
            "larger for w1 and the downs for w2, which adds up to the way into the fourth quadrant: a zig-zag.",
        ),
    ),
    Prediction(
        "3.c",
        "You centre the inputs (mean 1.5 becomes 0) and leave the learning rate at 0.1. The zig-zag "
        "needed 53 steps. How many now?",
        Answer(
            "About as many, 50 to 60.",
            "57. The path has a third of its length, but with a small rate the pace is set by the flattest "
            "direction of the loss, and centring leaves that one as it was. What centring buys is a larger rate.",
        ),
        Option(
            "About 10.",
            "That takes a larger learning rate as well: 12 steps at 0.45, where the shifted inputs do not "
            "arrive at all.",
        ),
        Option(
            "About 25.",
            "24 is what the shifted inputs need at their own best rate, 0.18. At 0.1 centring alone saves no step.",
        ),
    ),
    Prediction(
        "3.d",
        "Ten inputs |z| with normal z, normal upstream gradients, and a mini-batch of only two examples. "
        "How often do all ten components of the gradient still have one sign?",
        Option(
            "Always.",
            "It is sure only when both upstream gradients have one sign, in every second batch. Otherwise the two "
            "examples pull against each other.",
        ),
        Answer(
            "In 59 of 100 batches.",
            "½ for upstream gradients of one sign, and 1/(d + 1) = 0.09 because one of two opposite examples "
            "may win in all ten inputs. A batch of two lifts the rule for 41 % of the updates.",
        ),
        Option(
            "In 2 of 1000, as if every sign were tossed.",
            "Tossing gives 2^−9 = 0.002, and centred inputs come near it. Components "
            "with a common mean do not vary independently.",
        ),
    ),
    Prediction(
        "3.e",
        "The same in larger batches: 8, 32, 1000 examples. Where does the share go?",
        Option(
            "To 0.002: large batches toss the signs.",
            "The components share the mean of the inputs, however large the batch: their correlation stays.",
        ),
        Option(
            "To 0.5.",
            "A half is what equal signs of two upstream gradients gave. It has no meaning for larger batches.",
        ),
        Answer(
            "To 0.287, and stays there.",
            "The gradient becomes normal, with a covariance proportional to E[xxᵀ], which holds the mean. For x = |z| "
            "with normal z ten such components agree in 0.2873 of the cases, 147 times as often as tossed signs.",
        ),
    ),
    Prediction(
        "3.f",
        "A network of sigmoids gets batch normalisation in front of every sigmoid, as in the paper. Does "
        "the next layer now see inputs of both signs?",
        Answer(
            "No: what it sees is still the output of a sigmoid.",
            "σ(z) lies between 0 and 1. In four trained networks 47 to 63 % of the units' gradients still have one "
            "sign at batch size 32; with the normalisation behind the sigmoid, at most 1 %.",
        ),
        Option(
            "Yes: batch normalisation makes the mean 0.",
            "It makes the mean of z zero, in front of the sigmoid. What the next layer sees is σ(z), which is "
            "positive whatever z is.",
        ),
        Option(
            "Yes, as soon as γ and β are learned.",
            "γ and β act in front of the sigmoid too. No choice of theirs makes σ negative.",
        ),
    ),
    Prediction(
        "3.g",
        "The gradient of all examples at once may point anywhere. Does gradient descent on it go "
        "straight to the target, wherever it starts?",
        Option(
            "Yes: the zig-zag came from single examples.",
            "The rule for signs did. A narrow valley makes a zig-zag of its own: with mean 1.5 and a rate near the "
            "limit the path crosses the valley at every step.",
        ),
        Answer(
            "Only if the loss is equally steep in all directions.",
            "The negative gradient is the steepest descent at this point. It points at the minimum only from the "
            "axes of the ellipse, or if the ellipse is a circle: condition number 1.",
        ),
        Option(
            "No: it turns at random.",
            "Nothing is random in a full batch. Its zig-zag is regular: one factor per step and direction.",
        ),
    ),
    Prediction(
        "3.h",
        "100 inputs, each with mean 1 and standard deviation 1, independent of each other. What is the "
        "condition number of the loss ½ mean (w·x − y)²?",
        Answer(
            "101", "H = I + μμᵀ has the eigenvalue 1 + ‖μ‖² along μ, and ‖μ‖² = 100 · 1². All other eigenvalues are 1."
        ),
        Option("2", "The mean vector has 100 components, and its length counts: ‖μ‖² = 100."),
        Option(
            "1, because all inputs have the same scale.",
            "That needs mean 0 as well. The Hessian is the mean of xxᵀ, not the covariance.",
        ),
    ),
)

RECALL = recall(
    "3",
    (
        "All inputs of a unit are positive, one example. What is true of its weights' gradient?",
        ("All components have one sign", "All components are positive", "It is zero"),
        "∂L/∂w is one number times the inputs.",
    ),
    (
        "Which directions can one step take then?",
        ("All weights up or all weights down", "Every direction", "Only along one weight"),
        "So a target up and to the left is reached in a zig-zag only.",
    ),
    (
        "What is the Hessian of ½ mean (w·x − y)²?",
        ("The mean of xxᵀ", "The covariance of x", "The mean of x"),
        "It holds the mean of the inputs as well as their covariance.",
    ),
    (
        "Inputs of std 1, independent, with mean vector μ. What is the condition number?",
        ("1 + ‖μ‖²", "1", "‖μ‖"),
        "H = I + μμᵀ has one large eigenvalue, along μ.",
    ),
    (
        "Uncorrelated inputs of equal std: what does centring buy gradient descent?",
        ("A larger learning rate", "A flat direction that is steeper", "Fewer weights"),
        "The steepest direction, along the mean, becomes flatter; the flattest one stays as it was.",
    ),
    (
        "Positive inputs, independent upstream gradients of mean 0: what do larger batches do to the common sign?",
        ("It becomes rarer, down to a limit", "It goes away", "It stays as with one example"),
        "The components share the mean of the inputs, however large the batch.",
    ),
    (
        "Batch normalisation in front of a sigmoid: what does the next layer see?",
        ("Positive numbers only", "Numbers of mean 0", "Numbers of both signs"),
        "It sees the sigmoid's output.",
    ),
    (
        "Which of these has outputs of both signs?",
        ("tanh", "Sigmoid", "ReLU"),
        "Sigmoid and ReLU have no negative output.",
    ),
    (
        "When does full-batch gradient descent go straight to the minimum from anywhere?",
        ("When the condition number is 1", "When the batch is large enough", "When the learning rate is small"),
        "Then the contours are circles.",
    ),
    (
        "What causes the zig-zag of full-batch gradient descent in a valley?",
        ("A rate near the limit of the steep direction", "The signs of single examples", "Noise"),
        "Its factor 1 − ηλ is then negative: each step changes sides.",
    ),
)
