"""Contests: calls and nominations, rounds with juries and votes, the shortlist in public, and what the best are given.

Always true here:
- a contest is its pack (``programs/contests/*.yaml``), pinned when it is set up: rounds, weights, quotas, ties, votes and awards are data;
- a vote counts once: a person has so many in a round as the rule says, each for another entry, and nobody can read from the table whose it was;
- no mark counts that a juror gave to somebody near to them, whoever found out and when;
- a closed round is a sheet that never changes: whoever has the sheet and its rule counts the same ranking;
- nothing is given before the shortlist has been up for its days and every objection is answered.
"""
