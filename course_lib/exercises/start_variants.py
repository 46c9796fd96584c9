"""Chapter 00: its questions with other numbers."""

import numpy as np

from course_lib.exercises.variant import Claim, variant
from course_lib.nn.activations import sigmoid


@variant("0.a", w2=(2.0, 4.0), b=(3.0, -5.0), w1=(6.0, 8.0))
def crossing(w2: float, b: float, w1: float) -> tuple:
    truth = np.linalg.solve([[1.0, 0.0], [w1, w2]], [0.0, -b])[1]
    return (
        f"The line w1·x1 + {w2:g}·x2 {'+' if b > 0 else '−'} {abs(b):g} = 0. You set w1 to {w1:g}. "
        "Where does it cross the x2 axis now?",
        truth,
        Claim(-b / w2, "On the x2 axis x1 = 0, so w1 has no say: x2 = −b/w2. The line turns about this point."),
        Claim(-b / w1, "That is where it crosses the x1 axis, and this point does move."),
        Claim(0.0, "Only a line with b = 0 goes through the origin."),
    )


@variant("0.b", z=(0.5, 1.5), k=(3.0, 4.0))
def steeper(z: float, k: float) -> tuple:
    return (
        f"At some point the sum w1·x1 + w2·x2 + b of a sigmoid neuron is {z:g}. You multiply w1, w2 and b by {k:g}. "
        "What is the output there now?",
        float(sigmoid(np.array(k * z))),
        Claim(1 / (1 + np.exp(-k * z)), f"The sum is {k * z:g} now: the line stays, the step across it is steeper."),
        Claim(1 / (1 + np.exp(-z)), "The line stays, so the point is on the same side. But the sum has grown."),
        Claim(k / (1 + np.exp(-z)), "The factor acts on the sum, before the sigmoid. No output exceeds 1."),
    )
