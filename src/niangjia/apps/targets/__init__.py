"""Targets: what a programme set out to reach, whose share of it is how large, and what other offices said of it.

Always true here:
- a programme is its file (``programs/targets/*.yaml``): programme → action → measure → indicator; every goal has the sentence it comes from;
- what was reached is counted elsewhere (`engines.counting`) and never typed; an indicator that nothing here counts says so and shows no number;
- a share is asked of one union, from a day on, for a reason; rows never change, the newest one that has begun holds;
- a statement of another office has parts, a total that is their sum, a source and a paper; it is shown as a statement and never added to what was counted.
"""
