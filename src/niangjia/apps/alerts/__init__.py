"""Alerts: the monthly list of households that sensing found, its diff, its sample and its release.

Always true here:
- one household has one row in one list, and a month has one list; a second list with other content is refused;
- a late correction is kept as differences beside the list and changes nothing in it;
- a list is shown whole or not at all: while its rows are coming in, nobody sees it;
- nothing is dispatched from a list before the city released it, after its sample was looked at;
- `active(T-1) + NEW + RETURNED - EXITED - (active -> HELD) = active(T)`;
- who sees a row is decided by the path of the responsible union, in every query.
"""
