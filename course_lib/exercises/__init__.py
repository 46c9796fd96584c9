"""Exercises and predictions by id: what the notebooks import."""

from importlib import import_module

from course_lib.exercises.source import show_source
from course_lib.exercises.spaced_review import CHAPTERS
from course_lib.exercises.tutor import Tutor

_MODULES = (*CHAPTERS[1:], *(f"{chapter}_questions" for chapter in CHAPTERS))
_tutor = Tutor(import_module(f"course_lib.exercises.{name}") for name in _MODULES)

check, hint, solution = _tutor.check, _tutor.hint, _tutor.solution
predict, why, review = _tutor.predict, _tutor.why, _tutor.review
progress, forget, inventory = _tutor.progress, _tutor.forget, _tutor.inventory

__all__ = ["check", "forget", "hint", "inventory", "predict", "progress", "review", "show_source", "solution", "why"]
