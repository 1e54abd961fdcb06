"""``counts`` in a file: what is counted, held against the sources that the house declares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from niangjia.apps.targets import words
from niangjia.apps.targets.types import Counts, Unit
from niangjia.engines import counting
from niangjia.engines.counting.measures import condition
from niangjia.engines.policy.problems import nearest_word
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
            self.hold(item, table, measure_of("counts", Counts(source, where, value), own))
        return Counts(source, where, value, of)

    def hold(self, item: Item, table: Mapping[str, Item], measure: counting.Measure) -> None:
        """The source, the columns of its condition and the column that is added up are there."""
        try:
            condition(measure, self.sources)
        except counting.MeasureError as error:
            place, said = table.get(error.key, item), str(error).partition(": ")[2]
            zh, en = f"清点不了：{said}。", f"It cannot be counted: {said}."
            at = place.text.find(error.word) if error.word else 0
            self.refuse(place.at(max(at, 0)).fault(zh, en, error.word, nearest_word(error.word, error.among)))
