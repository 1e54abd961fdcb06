"""Task lists (清单) and the open-bid board (揭榜挂帅): who owes what, to whom, until when, and how far it is.

Always true here:
- a task is set by one union for one below it; on the board it is nobody's until the setter picks a bid or assigns it;
- its state is that of its last move, and every move is kept with who and why;
- who reports a task done never accepts it; a report has evidence or says why there is none;
- typed progress is a statement of the owner, shown beside what was counted and never in its place.
"""
