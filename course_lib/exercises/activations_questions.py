"""Chapter 02, activation functions: the questions asked before each experiment."""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "2.a",
        "A gradient of 1 arrives at a sigmoid unit whose input is x = 10. How much is passed on?",
        Option(
            "Nothing: the unit is saturated, so the gradient is 0.",
            "Nearly. The curve is flat but never exactly horizontal: the slope at 10 is 4.5e-5.",
        ),
        Option("0.25", "That is the slope at 0, the largest a sigmoid has."),
        Option(
            "1: the output is 1, and so is the gradient.",
            "The output is near 1. What counts backwards is the slope of the curve, and there the curve is flat.",
        ),
        Answer(
            "0.0000454",
            "σ′(10) = σ(10)(1 − σ(10)) = 4.54e-5, the same as at −10. The unit hardly learns, but it is not cut off.",
        ),
    ),
    Prediction(
        "2.b",
        "Five sigmoid layers, 100 units each. No slope is above ¼, and ¼⁵ is about 0.001. Can the "
        "gradient at the input be larger than 0.001 of the gradient at the top?",
        Answer(
            "Yes: with large weights most of it arrives.",
            "With weights of std 1 more than half arrives, although about half of the units are saturated: each unit "
            "adds up 100 weighted gradients, which multiplies them by √100 = 10 per layer and makes up for the slopes.",
        ),
        Option(
            "No: each layer multiplies by at most ¼.",
            "Each layer multiplies by its slopes and by its weights. The bound holds for the product of the slopes "
            "alone.",
        ),
        Option(
            "Yes, but only with small weights, because then no unit saturates.",
            "Small weights keep the slopes at ¼ and shrink the gradient all the more: with std 0.01 a hundred "
            "millionth arrives.",
        ),
    ),
    Prediction(
        "2.c",
        "A ReLU unit outputs 0 for 290 of the 300 training points. Is it dead?",
        Answer(
            "No.",
            "Dead means 0 for *all* training points: then no gradient reaches it. Zeros for many points are normal.",
        ),
        Option(
            "Yes: it can hardly learn.",
            "It learns from ten points, which is how a unit that looks for something special works.",
        ),
        Option(
            "It is 97 % dead.", "A unit is dead or not: one point with a positive sum is enough to move its weights."
        ),
    ),
    Prediction(
        "2.d",
        "100 ReLU units learn the spiral with full-batch gradient descent. At learning rate 1 about 8 "
        "are dead at the end. How many at learning rate 10?",
        Option(
            "About 8: a dead unit does not depend on the step size.",
            "It is the step that kills: one long step can carry the line w·x + b = 0 past all data.",
        ),
        Option("About 80.", "It is worse, and it happens in the first few steps."),
        Answer(
            "All 100.",
            "The first steps throw all lines off the data. From then on only the output bias moves, and at this "
            "rate it overshoots for ever: a third of the points is right, one class of three.",
        ),
    ),
    Prediction(
        "2.e",
        "At learning rate 10 you replace ReLU by leaky ReLU with slope 0.01. What happens?",
        Answer(
            "The units are thrown off the data as before, but come back.",
            "Nearly all are off after ten steps. The leak lets a hundredth of the gradient through, and unit after "
            "unit returns: after 500 steps about four in ten are back, in single networks one to seven.",
        ),
        Option(
            "No unit leaves the data any more.",
            "The steps are as long as before. The leak does not prevent the accident, it heals it.",
        ),
        Option(
            "Nothing changes: 0.01 is too small to matter.",
            "It matters: a hundredth of a large gradient for hundreds of steps.",
        ),
    ),
    Prediction(
        "2.f",
        "Many texts write PReLU as max(αx, x). Training moves α to 2. What is max(αx, x) at x = 1, "
        "and what should PReLU give?",
        Option("Both give 1.", "max(2 · 1, 1) = 2. For α > 1 the maximum takes the wrong branch on both sides."),
        Option("Both give 2: PReLU's slope is α.", "α is the slope for x < 0 only."),
        Answer(
            "2 instead of 1.",
            "PReLU is max(0, x) + α·min(0, x): slope 1 for x > 0, whatever α is. The two agree only for α ≤ 1, and "
            "nothing keeps a learned α below 1.",
        ),
    ),
    Prediction(
        "2.g",
        "A maxout unit max_k(w_k x + b_k) with many pieces: which curves can it come close to?",
        Option("Any curve.", "A maximum of straight lines can only bend upwards. sin 3x bends both ways."),
        Answer(
            "Any convex curve.",
            "A maximum of lines is convex, and every convex curve is the maximum of its tangents. For x² the error "
            "falls like 1/k².",
        ),
        Option(
            "Only curves made of k straight pieces.",
            "Convex ones of k pieces exactly, other convex ones closely: more pieces, less error.",
        ),
    ),
    Prediction(
        "2.h",
        "A dense layer of 1024 units with a sigmoid behind it: exp is called “expensive”. What does it "
        "cost beside the matrix product?",
        Option(
            "More than the product: exp is a hard function.",
            "One exp costs as much as ten or twenty multiplications, but the product makes 1024 multiplications "
            "for each unit.",
        ),
        Option(
            "About the same, at any width.",
            "The product costs n multiplications per unit, exp one evaluation. The ratio depends on n.",
        ),
        Answer(
            "A small part of it.",
            "A few per cent. In a layer of 16 units the two are of the same order; the wider the layer, the "
            "smaller the share.",
        ),
    ),
    Prediction(
        "2.i",
        "A sigmoid output should be 1, but its score is −10: very sure and very wrong. Which loss gives "
        "a strong gradient?",
        Option(
            "The squared error: the difference is as large as it can be.",
            "The difference is, but the gradient passes the flat sigmoid: (σ − 1)·σ′ = −4.5e-5.",
        ),
        Answer(
            "The cross-entropy.",
            "Its gradient with respect to the score is σ(s) − 1 = −0.99995: the slope of the sigmoid cancels. This "
            "is why outputs and losses come in pairs.",
        ),
        Option(
            "Neither: a saturated unit cannot learn.",
            "Through the cross-entropy it can: −log σ(s) is steep exactly where σ(s) is flat.",
        ),
    ),
)

RECALL = recall(
    "2",
    (
        "What is the largest slope of the sigmoid?",
        ("¼", "½", "1"),
        "σ′ = σ(1 − σ), largest where σ = ½.",
    ),
    (
        "What is the derivative of tanh, written with its output y?",
        ("1 − y²", "y(1 − y)", "1 − y"),
        "At 0 it is 1, four times that of the sigmoid.",
    ),
    (
        "What makes a ReLU unit dead?",
        ("It is 0 for all training points", "It is 0 for most training points", "Its weights are 0"),
        "Then no gradient reaches its weights.",
    ),
    (
        "What kills ReLU units during training?",
        ("A step that is too long", "A learning rate that is too small", "Too many inputs"),
        "It can carry the line w·x + b = 0 past all data.",
    ),
    (
        "What does leaky ReLU do about dying?",
        ("Units are thrown off the data, but come back", "Units are never thrown off", "Nothing"),
        "A little of the gradient passes left of 0.",
    ),
    (
        "How does tanh follow from the sigmoid?",
        ("tanh x = 2σ(2x) − 1", "tanh x = σ(x) − ½", "tanh x = 1/σ(x)"),
        "It is the same curve, stretched and moved to be symmetric about 0.",
    ),
    (
        "Which curves can a maxout unit become?",
        ("Convex ones", "All continuous ones", "Increasing ones"),
        "A maximum of lines only bends upwards.",
    ),
    (
        "For which α is PReLU equal to max(αx, x)?",
        ("α ≤ 1", "All α", "α ≥ 1"),
        "Above 1 the maximum takes the wrong branch on both sides.",
    ),
    (
        "Which loss goes with a sigmoid output?",
        ("The cross-entropy", "The squared error", "The hinge"),
        "The slope of the sigmoid cancels: the gradient of the score is σ − target.",
    ),
    (
        "Why can the gradient of a sigmoid network shrink or grow on its way down?",
        ("Each layer multiplies by slopes and by weights", "Each layer multiplies by ¼", "The loss changes"),
        "Small slopes and large weights can make up for each other.",
    ),
)
