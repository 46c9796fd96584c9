"""Which edition of the course this is: `make class` writes a copy for students, in which this file says False."""

SOLUTIONS = True  # whether `solution` shows the reference answers
