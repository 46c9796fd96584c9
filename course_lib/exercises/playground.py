"""Chapter 11, the capstone: two small exercises, and the long one in a module of its own."""

import numpy as np

from course_lib.exercises.exercise import Exercise, Mistake, uniform
from course_lib.exercises.playground_capstone import PIPELINE, moved


def luck(right_a: np.ndarray, right_b: np.ndarray) -> float:
    """z = (n_b − n_a)/√(n_a + n_b),   n_a: digits that only A has right, n_b: that only B has right; 0 if none.

    Beyond ±2 the difference is hardly chance.      McNemar 1947
    """
    only_a, only_b = np.sum(right_a & ~right_b), np.sum(right_b & ~right_a)
    return float((only_b - only_a) / np.sqrt(max(only_a + only_b, 1)))


def _images(seed: int, m: int) -> np.ndarray:
    return np.random.RandomState(seed).randint(0, 17, (m, 8, 8)).astype(float)


def _answers(seed: int, share: float) -> np.ndarray:
    return uniform(seed, 359) < share


def _unpaired(right_a, right_b):
    n, p, q = len(right_a), np.mean(right_a), np.mean(right_b)
    return (q - p) / np.sqrt(max((p * (1 - p) + q * (1 - q)) / n, 1e-300))


def _edges(images, down, right):
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    return padded[:, 1 - down : 9 - down, 1 - right : 9 - right]


def _pooled(right_a, right_b):
    p = (np.mean(right_a) + np.mean(right_b)) / 2
    return (np.mean(right_b) - np.mean(right_a)) / np.sqrt(max(2 * p * (1 - p) / len(right_a), 1e-300))


def _framed(images):
    return np.pad(images, ((0, 0), (1, 1), (1, 1)))


def _by_slices(images, down, right):
    """Right for moves of 0 and 1."""
    out = np.zeros_like(images)
    out[:, down:, right:] = images[:, : 8 - down, : 8 - right]
    return out


def _by_indices(images, down, right):
    """Row −1 is taken for the last one; row 8 does not exist."""
    rows, columns = np.arange(8) - down, np.arange(8) - right
    return images[:, rows[:, None], columns]


def _over(count):
    """(n_b − n_a) over the root of some count."""
    return lambda a, b: (np.sum(b & ~a) - np.sum(a & ~b)) / np.sqrt(max(count(a, b), 1))


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
            lambda images, down, right: np.roll(images, (down, right), axis=(0, 1)),
            "You moved along axis 0. That is the list of images: rows are axis 1, columns axis 2.",
            also=(
                lambda images, down, right: np.pad(images, ((1, 1), (1, 1), (0, 0)))[
                    1 - down : len(images) + 1 - down, 1 - right : 9 - right
                ],
            ),
        ),
        Mistake(
            lambda images, down, right: np.roll(images, (down, right)),
            "Without an axis np.roll moves through all numbers as one long row. Rows are axis 1, columns axis 2.",
            also=(lambda images, down, right: np.roll(images, 8 * down + right),),
        ),
        Mistake(lambda images, down, right: images.copy(), "These are the images as they were. Nothing has moved."),
        Mistake(
            lambda images, down, right: moved(images, -down, right),
            "One of the two moves goes the wrong way. Positive is down, and positive is to the right.",
            also=(lambda images, down, right: moved(images, down, -right),),
        ),
        Mistake(
            lambda images, down, right: moved(images, down, 0),
            "You moved along one direction only. `down` and `right` both count.",
            also=(
                lambda images, down, right: moved(images, 0, right),
                lambda images, down, right: moved(images, down, 0) if down else moved(images, 0, right),
            ),
        ),
        Mistake(
            lambda images, down, right: _framed(images),
            "The frame of zeros is still there. Cut the 8 × 8 window out of it that is asked for.",
            also=(lambda images, down, right: np.roll(_framed(images), (down, right), axis=(1, 2)),),
        ),
        Mistake(
            lambda images, down, right: np.pad(images, 1)[:, 1 - down : 9 - down, 1 - right : 9 - right],
            "np.pad(images, 1) puts empty images before and behind the list as well. Pad rows and columns only: "
            "((0, 0), (1, 1), (1, 1)).",
        ),
        Mistake(
            _by_slices,
            "This works for moves of 0 and 1. A slice that starts at −1 starts at the LAST row: a negative move needs "
            "the two slices exchanged, or a frame of zeros around the image.",
        ),
        Mistake(
            _by_indices,
            "Row r − down may lie outside the image. Index −1 is then taken for the last row, and 8 is an error: ask "
            "whether it lies inside, and leave 0 if not.",
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
        (np.array([True, True, False, True, False]), np.array([True, False, True, True, False])),
        (np.array([False, True, False, False, True, False, False]), np.array([True] * 4 + [False] * 3)),
        (np.array([True, True, False, True, True]), np.array([False, True, True, False, False])),
        (_answers(1, 0.97), _answers(2, 0.985)),
        (_answers(4, 0.98), _answers(5, 0.95)),
        (_answers(3, 0.98), _answers(3, 0.98)),
    ),
    mistakes=(
        Mistake(lambda a, b: -luck(a, b), "The sign is turned round: z is positive where B is better."),
        Mistake(
            _unpaired,
            "This compares two networks on two DIFFERENT test sets. They read the same digits, so only those on "
            "which they differ count, and they count with n_a + n_b.",
            also=(_pooled,),
        ),
        Mistake(
            _over(lambda a, b: len(a)),
            "You divided by √n. Digits on which both agree carry no chance: the number that counts is n_a + n_b.",
        ),
        Mistake(
            _over(lambda a, b: np.sum(a | b)),
            "You divided by the root of the number that at least one has right. Digits that both have right do not "
            "count: n_a + n_b.",
        ),
        Mistake(
            _over(lambda a, b: np.sum(a) + np.sum(b)),
            "n_a is the number that ONLY A has right, not all that A has right; n_b likewise.",
        ),
        Mistake(
            _over(lambda a, b: np.sum(a & b)),
            "You divided by the root of a number of digits on which both agree. Those that count are the ones on which "
            "they differ, n_a + n_b.",
            also=(_over(lambda a, b: np.sum(a == b)), _over(lambda a, b: np.sum(~a & ~b))),
        ),
        Mistake(
            lambda a, b: abs(luck(a, b)),
            "The sign is lost. It says who is better: positive for B, negative for A.",
        ),
        Mistake(
            lambda a, b: luck(a, b) ** 2,
            "This is z², McNemar's chi-square. The task asks for z itself, with its sign.",
        ),
        Mistake(
            lambda a, b: (abs(np.sum(b) - np.sum(a)) - 1) / np.sqrt(max(np.sum(a != b), 1)),
            "You took the correction for continuity, |n_b − n_a| − 1. It is a good habit, but the task asks for z "
            "without it.",
            also=(
                lambda a, b: max(abs(np.sum(b) - np.sum(a)) - 1, 0) / np.sqrt(max(np.sum(a != b), 1)),
                lambda a, b: (abs(np.sum(b) - np.sum(a)) - 1) ** 2 / max(np.sum(a != b), 1),
            ),
        ),
        Mistake(
            lambda a, b: float(np.sum(b) - np.sum(a)),
            "This is n_b − n_a. Divide it by its standard deviation, √(n_a + n_b).",
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

EXERCISES = (MOVED, LUCK, PIPELINE)
