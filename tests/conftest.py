"""For all tests: Hypothesis draws the same examples in every run, and the clock of a busy machine fails none of them."""
from __future__ import annotations

from hypothesis import settings

settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
