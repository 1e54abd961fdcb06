"""Tasks on pages: the list, the board, one task with its steps, and setting one."""
