"""Short questions on what a chapter has told, for reviews: one right answer, its reason, and what it is not."""

from course_lib.exercises.prediction import Answer, Option, Prediction


def recall(chapter: str, *questions: tuple[str, tuple[str, ...], str]) -> tuple[Prediction, ...]:
    """`questions`: question, options with the right one first, and why that is right."""
    return tuple(
        Prediction(
            f"{chapter}.r{number}",
            question,
            Answer(right, why),
            *(Option(text, "") for text in wrong),
            occasion="Review",
        )
        for number, (question, (right, *wrong), why) in enumerate(questions, 1)
    )
