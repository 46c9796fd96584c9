"""With this folder on PYTHONPATH every Python process starts in other surroundings, chosen by environment variables.

OFFLINE=1     no network but this machine (`offline.py`)
JITTER=seed   training starts one rounding error beside where it would (`jitter.py`)
"""

import os

if os.environ.get("OFFLINE"):
    import offline  # noqa: F401
if os.environ.get("JITTER"):
    import jitter  # noqa: F401
