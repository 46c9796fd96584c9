"""Pictures of results. Matplotlib is first imported here, without what it says of its own caches.

A folder that it may not write in, a list of fonts that it has to make: it helps itself, and a learner can do nothing
about it, but it would be the first thing the course shows, in red. Whoever imports Matplotlib earlier hears it as ever.
"""

import logging

_log = logging.getLogger("matplotlib")
_level = _log.level
_log.setLevel(logging.ERROR)
try:
    import matplotlib.font_manager  # noqa: F401
finally:
    _log.setLevel(_level)
