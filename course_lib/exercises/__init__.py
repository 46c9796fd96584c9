"""Exercises and predictions by id: what the notebooks import."""

from importlib import import_module

from course_lib.exercises.desk import Desk
from course_lib.exercises.source import show_source
from course_lib.exercises.spaced_review import CHAPTERS

_desk = Desk(import_module(f"course_lib.exercises.{chapter}") for chapter in CHAPTERS)

check, hint, solution = _desk.check, _desk.hint, _desk.solution
predict, why, review = _desk.predict, _desk.why, _desk.review
progress, forget, inventory = _desk.progress, _desk.forget, _desk.inventory

__all__ = ["check", "forget", "hint", "inventory", "predict", "progress", "review", "show_source", "solution", "why"]
