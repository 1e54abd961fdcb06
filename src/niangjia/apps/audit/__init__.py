"""Audit: who did or saw what, when, in a chain that shows tampering.

Always true here:
- an event is written in the transaction of the change it tells of: no event, no change;
- events are numbered without gaps, each carries the hash of the one before; the database refuses to edit or delete them;
- no personal data: ids, codes and counts only.
"""
