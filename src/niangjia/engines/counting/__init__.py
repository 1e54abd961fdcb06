"""
Counting: how many persons, person-times, pieces, yuan or days, in a part of the union tree and a span of days; and the rows behind each number.

Always true here:
- what is counted are rows of a roll-up: files that a job wrote at one moment and nobody edits; a roll-up holds no names, numbers of IDs or free text;
- what a row may say is declared as data (``programs/vocabulary/counted.yaml``); a measure's condition is parsed against it, never run unparsed;
- a person counts once within one part of the tree and one span, person-times as often as they came;
- as many rows are listed as were counted; a rate lists the rows above its line;
- a rate, or a mean, of nothing is null, never zero.
"""

from niangjia.engines.counting.hiding import SMALLEST, hide_small, is_small
from niangjia.engines.counting.measures import Figure, Measure, MeasureError, Row, Unit, columns_of
from niangjia.engines.counting.rollup import RECENT_MONTHS, Rollup, RollupDamaged
from niangjia.engines.counting.sources import Source, Tag, load_sources
from niangjia.engines.counting.writing import POINTER, UnionRow, whole_as_of, write_rollup

__all__ = [
    "POINTER", "RECENT_MONTHS", "SMALLEST", "Figure", "Measure", "MeasureError", "Rollup", "RollupDamaged", "Row", "Source", "Tag", "UnionRow", "Unit",
    "columns_of", "hide_small", "is_small", "load_sources", "whole_as_of", "write_rollup",
]  # fmt: skip
