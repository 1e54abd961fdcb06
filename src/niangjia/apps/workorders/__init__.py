"""Work orders: a task sent down the union tree, and the answer owed.

Always true here:
- an order belongs to exactly one union at a time, and every change of hands is kept: moves are numbered without a gap;
- a closed order never reopens; a new one refers to it;
- the household goes with its order: the union that visits is responsible for it, a transferred one is the new area's;
- whoever stands above may ask for one once a day, which changes nothing that anybody saw;
- for one subject and kind at most one order is open;
- due dates count Chinese working days; a returned order keeps its due date.
"""
