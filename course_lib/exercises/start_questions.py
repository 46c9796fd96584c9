"""Chapter 00: two questions on one neuron, to try out how predicting works."""

from course_lib.exercises.prediction import Answer, Option, Prediction

QUESTIONS = (
    Prediction(
        "0.a",
        "A neuron draws the line w1·x1 + w2·x2 + b = 0. You move the slider of w1 and nothing else. "
        "What does the line do?",
        Option(
            "It moves sideways and keeps its direction.",
            "That is the work of b. The direction of the line is set by w1 and w2 together.",
        ),
        Answer(
            "It turns about the point where it crosses the x2 axis.",
            "Where x1 = 0, w1 has no say: x2 = −b/w2 stays on the line. The slope −w1/w2 changes.",
        ),
        Option("It turns about the origin.", "Only if b = 0, for then the line crosses the x2 axis at the origin."),
    ),
    Prediction(
        "0.b",
        "You double w1, w2 and b of a sigmoid neuron at once. What changes?",
        Option(
            "The line moves away from the origin.", "Doubling both sides of w1·x1 + w2·x2 + b = 0 gives the same line."
        ),
        Option("The line turns.", "Its slope −w1/w2 is the same after doubling both."),
        Answer(
            "The line stays, and the step from 0 to 1 across it becomes steeper.",
            "The line is where the sum is 0, and twice 0 is 0. Everywhere else the sum is twice as large, so the "
            "output is nearer to 0 or 1.",
        ),
    ),
)
