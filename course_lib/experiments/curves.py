"""Rows of numbers that grow while training runs, thinned so that a long run needs no more room than a short one.

Source: the course's own.
"""

from typing import Any

import numpy as np


class Curves:
    """Rows that begin with a step, one for every `every` steps; of more than `most`, every second one goes."""

    def __init__(self, every: int, most: int) -> None:
        self.every, self.most = every, most
        self.rows: list[tuple] = []
        self.last: tuple = ()

    def add(self, *row: Any) -> None:
        """Keep the row if its step is one to be kept; the latest is always there."""
        self.last = row
        if row[0] % self.every == 0:
            self.rows.append(row)
        if len(self.rows) > self.most:
            self.rows, self.every = self.rows[::2], 2 * self.every

    def arrays(self) -> list[np.ndarray]:
        """One array (rows, …) per column."""
        rows = self.rows if self.rows[-1] is self.last else [*self.rows, self.last]
        return [np.array(column) for column in zip(*rows, strict=True)]
