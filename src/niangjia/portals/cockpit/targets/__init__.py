"""Targets on pages: the tree of a programme with what was reached, a number with its months, unions and rows, shares and statements."""
