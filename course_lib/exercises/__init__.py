"""Exercises and predictions by id: what the notebooks import."""

from course_lib.exercises import (
    activations,
    babysitting,
    batchnorm,
    initialization,
    neurons,
    optimizers,
    playground,
    preprocessing,
    regularization,
    search,
    start,
    zero_centring,
)
from course_lib.exercises.desk import Desk
from course_lib.exercises.source import show_source

_desk = Desk(
    [
        start,
        neurons,
        activations,
        zero_centring,
        preprocessing,
        initialization,
        batchnorm,
        optimizers,
        regularization,
        babysitting,
        search,
        playground,
    ]
)

check, hint, solution = _desk.check, _desk.hint, _desk.solution
predict, progress, review, forget = _desk.predict, _desk.progress, _desk.review, _desk.forget

__all__ = ["check", "forget", "hint", "predict", "progress", "review", "show_source", "solution"]
