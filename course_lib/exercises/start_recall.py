"""Chapter 00 asks nothing of its own later: it shows how the notebooks work."""

RECALL = ()
