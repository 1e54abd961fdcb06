"""The invented city: people, firms, unions, and months of feed files, for any size from 2,000 to 10,000,000 persons.

Always true here:
- nobody is real: divisions are, everything on them is computed from (seed, number);
- the same arguments give the same rows; no clock, no chance;
- whoever has no story (`stories`) is unremarkable, so what sensing must find is known beforehand and stands in `truth.json`.
"""

from demo.town.generator import TownReport, generate

__all__ = ["TownReport", "generate"]
