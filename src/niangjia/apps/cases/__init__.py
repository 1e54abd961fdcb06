"""Cases: the thread of one matter, from the alert or the request to help that arrived and the day it is no longer needed.

Always true here:
- a household has at most one open case of a kind, one open file, and nobody stands in two open files;
- nothing is paid without a finding that a second officer accepted: verifier, reviewer and approver are three persons;
- every move is a row of `lifecycle.MOVES`; whatever is not in that table is refused in words;
- of two officers who act at once exactly one wins, the other is told so;
- a public notice carries a masked name, the unit, the tier and the amount, nothing else, and is gone after its period;
- a closed case never reopens: a new one refers to it;
- a union that visits opens what is sealed while a matter of the household is with it, the county with a reason at any time.
"""
