"""
Assessments: how unions of one level stand by rule, and rounds in which one union looks at those below it.

Always true here:
- a sheet is its file (``programs/assessments/*.yaml``); points follow from figures by `score` alone and are never typed;
- a figure that is not known scores nothing and takes its weight out of what could be had: it is never zero;
- extra points and deductions have a reason, evidence and a second person;
- what was published is recounted from the figures that were pinned and comes out the same;
- who checks a correction is not who made it.
"""
