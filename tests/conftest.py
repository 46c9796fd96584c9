"""Hypothesis draws the same examples in every run, and no test fails by the clock of a busy machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
