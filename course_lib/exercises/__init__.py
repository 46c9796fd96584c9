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
predict, why, review = _desk.predict, _desk.why, _desk.review
progress, forget, inventory = _desk.progress, _desk.forget, _desk.inventory

__all__ = ["check", "forget", "hint", "inventory", "predict", "progress", "review", "show_source", "solution", "why"]
