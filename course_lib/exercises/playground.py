"""Chapter 11, the capstone: two small exercises, and the long one in a room of its own."""

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake
from course_lib.exercises.playground_capstone import PIPELINE, moved
from course_lib.exercises.playground_questions import PREDICTIONS


def luck(right_a: np.ndarray, right_b: np.ndarray) -> float:
    """z = (n_b − n_a)/√(n_a + n_b),   n_a: digits that only A has right, n_b: that only B has right; 0 if none.

    Beyond ±2 the difference is hardly chance.      McNemar 1947
    """
    only_a, only_b = np.sum(right_a & ~right_b), np.sum(right_b & ~right_a)
    return float((only_b - only_a) / np.sqrt(max(only_a + only_b, 1)))


def _images(seed: int, m: int) -> np.ndarray:
    return np.random.RandomState(seed).randint(0, 17, (m, 8, 8)).astype(float)


def _answers(seed: int, share: float, n: int = 359) -> np.ndarray:
    return np.random.RandomState(seed).uniform(size=n) < share


def _unpaired(right_a, right_b):
    n, p, q = len(right_a), np.mean(right_a), np.mean(right_b)
    return (q - p) / np.sqrt(max((p * (1 - p) + q * (1 - q)) / n, 1e-300))


def _edges(images, down, right):
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    return padded[:, 1 - down : 9 - down, 1 - right : 9 - right]


MOVED = Exercise(
    "11.1",
    "One pixel aside",
    "`images` (m, 8, 8) holds digits. Return them moved by `down` rows down and `right` columns to the right; both are "
    "−1, 0 or 1. What leaves the image is lost, what enters is 0.",
    moved,
    cases=((_images(1, 1), 1, 0), (_images(2, 1), 0, -1), (_images(3, 5), -1, 1), (_images(4, 5), 0, 0)),
    mistakes=(
        Mistake(
            lambda images, down, right: np.roll(images, (down, right), axis=(1, 2)),
            "What leaves on one side comes in on the other: np.roll wraps round. A digit is not a ring: fill with 0.",
        ),
        Mistake(
            lambda images, down, right: moved(images, -down, -right),
            "The digits move the wrong way. Row r of the result is row r − down of the image.",
        ),
        Mistake(
            lambda images, down, right: moved(images, right, down),
            "Rows and columns are exchanged: axis 1 runs down, axis 2 to the right.",
        ),
        Mistake(_edges, "You repeat the border. What enters is empty paper, 0."),
        Mistake(
            lambda images, down, right: np.roll(images, down, axis=0) if down else moved(images, down, right),
            "You moved along axis 0. That is the list of images; rows are axis 1.",
        ),
    ),
    hints=(
        "Make room first: put a frame of zeros around every image.",
        "np.pad(images, ((0, 0), (1, 1), (1, 1))) has shape (m, 10, 10). Which 8 × 8 window of it is the answer?",
        "padded[:, 1 - down : 9 - down, 1 - right : 9 - right].",
    ),
)

LUCK = Exercise(
    "11.2",
    "Better, or lucky?",
    "Two networks have read the same test digits; `right_a` and `right_b` (n,) say True where each is right. Digits "
    "that both read right, or both wrong, say nothing about who is better. Let n_a be the number that only A has "
    "right, n_b that only B has right. If both were equally good, n_b − n_a would have mean 0 and standard deviation "
    "√(n_a + n_b). Return z = (n_b − n_a)/√(n_a + n_b), and 0 if both agree everywhere.",
    luck,
    cases=(
        (np.array([True, True, False, True]), np.array([True, False, True, True])),
        (np.array([False, True, False, False, True]), np.array([True, True, True, True, False])),
        (_answers(1, 0.97), _answers(2, 0.985)),
        (_answers(3, 0.98), _answers(3, 0.98)),
    ),
    mistakes=(
        Mistake(lambda a, b: -luck(a, b), "The sign is turned round: z is positive where B is better."),
        Mistake(
            _unpaired,
            "This compares two networks on two DIFFERENT test sets. They read the same digits, so only those on "
            "which they differ count, and they count with n_a + n_b.",
        ),
        Mistake(
            lambda a, b: (np.sum(b & ~a) - np.sum(a & ~b)) / np.sqrt(len(a)),
            "You divided by √n. Digits on which both agree carry no chance: the number that counts is n_a + n_b.",
        ),
        Mistake(
            lambda a, b: (np.sum(b & ~a) - np.sum(a & ~b)) / max(np.sum(a != b), 1),
            "The root is missing. The standard deviation of n_b − n_a is √(n_a + n_b).",
        ),
        Mistake(
            lambda a, b: (np.sum(b & ~a) - np.sum(a & ~b)) / np.sqrt(np.sum(a != b)),
            "Right, but for two networks that agree everywhere it gives 0/0. Return 0 then.",
        ),
        Mistake(
            lambda a, b: np.mean(b) - np.mean(a),
            "This is the difference of the accuracies. Whether it is large depends on how many digits decide: "
            "divide n_b − n_a by √(n_a + n_b).",
        ),
    ),
    hints=(
        "Count two kinds of digits: right_a & ~right_b, and the other way round.",
        "np.sum of each gives n_a and n_b. What stands under the root may be 0: max(n_a + n_b, 1).",
        "(n_b - n_a) / np.sqrt(max(n_a + n_b, 1)).",
    ),
)

EXERCISES = {exercise.id: exercise for exercise in (MOVED, LUCK, PIPELINE)}

__all__ = ["EXERCISES", "PREDICTIONS"]
