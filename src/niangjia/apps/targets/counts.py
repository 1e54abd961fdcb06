"""``counts`` in a file: what is counted, held against the sources that the house declares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from niangjia.apps.targets import words
from niangjia.apps.targets.types import Counts, Unit
from niangjia.engines import counting
from niangjia.engines.counting.holding import hold
from niangjia.engines.policy.words import Section
from niangjia.engines.policy.yamltext import Item, Reader


def sources_of(programs: Path) -> Mapping[str, counting.Source]:
    """Empty where none are declared: then nothing is held against them."""
    return counting.load_sources(programs) if (programs / "vocabulary" / "counted.yaml").is_file() else {}


def measure_of(name: str, counts: Counts, unit: Unit) -> counting.Measure:
    whole = measure_of(f"{name}.of", counts.of, Unit.PIECES) if counts.of else None
    return counting.Measure(name, {}, counts.source, unit.value, counts.where, counts.value, whole)


class CountsReader(Reader):
    def __init__(self, sources: Mapping[str, counting.Source] | None = None) -> None:
        super().__init__()
        self.sources = sources or {}

    def counts(self, item: Item, unit: str, section: Section = words.COUNTS) -> Counts:
        table = self.table(item, required=section.required, optional=section.optional)
        of = self.counts(table["of"], Unit.PIECES, words.WHOLE) if "of" in table else None
        source, where, value = (self.word(table.get(key)) for key in ("source", "where", "value"))
        if section is words.COUNTS and unit in words.UNITS and (unit == Unit.PERCENT) != (of is not None):
            self.refuse(
                item.fault(
                    "比率要有分母 of，其他单位没有。", "A percentage needs its denominator `of`; no other unit has one."
                )
            )
        elif self.sources and source:
            own = Unit.PIECES if unit not in words.UNITS or unit == Unit.PERCENT else Unit(unit)
            hold(self, item, table, measure_of("counts", Counts(source, where, value), own), self.sources)
        return Counts(source, where, value, of)
