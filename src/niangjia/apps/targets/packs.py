"""``programs/targets/*.yaml``: read with every word's place, and refused where a word, a sum or a sentence is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from niangjia.apps.targets import counts, words
from niangjia.apps.targets.counts import CountsReader
from niangjia.apps.targets.problems import NoSuchProgramme
from niangjia.apps.targets.types import (
    Action,
    Comparator,
    Goal,
    Indicator,
    Measure,
    Part,
    Period,
    Programme,
    Stated,
    Title,
    Unit,
)
from niangjia.engines import counting
from niangjia.engines.policy.files import check_files, read_file
from niangjia.engines.policy.problems import Problem
from niangjia.engines.policy.words import ID, Section
from niangjia.engines.policy.yamltext import Item
from niangjia.kernel.deployment import programs_folder

FOLDER = "targets"


def list_programmes() -> Sequence[Programme]:
    """By area and id. Raises PackError."""
    return tuple(_all(programs_folder()).values())


def get_programme(programme_id: str) -> Programme:
    """Raises NoSuchProgramme."""
    found = _all(programs_folder()).get(programme_id)
    if found is None:
        raise NoSuchProgramme(programme_id)
    return found


def find_indicator(programme: Programme, indicator_id: str) -> Indicator:
    """Raises NoSuchProgramme."""
    for indicator in programme.indicators:
        if indicator.id == indicator_id:
            return indicator
    raise NoSuchProgramme(f"{programme.id}/{indicator_id}")


def find_measure(programme: Programme, measure_id: str) -> Measure:
    """Raises NoSuchProgramme."""
    for measure in programme.measures:
        if measure.id == measure_id:
            return measure
    raise NoSuchProgramme(f"{programme.id}/{measure_id}")


@lru_cache(maxsize=4)
def _all(programs: Path) -> dict[str, Programme]:
    found = [read(path) for path in sorted((programs / FOLDER).glob("*.yaml"))]
    return {one.id: one for one in sorted(found, key=lambda one: (one.area, one.id))}


def measure_of(programme: Programme, indicator: Indicator) -> counting.Measure:
    """How a roll-up counts it. Raises KeyError: nothing here counts it."""
    if indicator.counts is None:
        raise KeyError(indicator.id)
    return counts.measure_of(f"{programme.id}.{indicator.id}", indicator.counts, indicator.unit)


def check_folder(programs: Path) -> list[Problem]:
    """Every fault of every file of targets in this folder of programs, also what the declared sources (where they are there) cannot count."""
    sources = counts.sources_of(programs)
    return check_files(sorted((programs / FOLDER).glob("*.yaml")), lambda path: read(path, sources))


def read(path: Path, sources: Mapping[str, counting.Source] | None = None) -> Programme:
    """What it counts is held against `sources`, where they are given. Raises PackError with every fault found."""
    return read_file(path, _TargetsReader(sources), _TargetsReader.programme)


class _TargetsReader(CountsReader):
    def part(self, item: Item | None, section: Section) -> dict[str, Item]:
        return self.table(item, required=section.required, optional=section.optional)

    def text(self, table: dict[str, Item], key: str, **kind: object) -> str:
        return self.word(table.get(key), **kind) if key in table else ""  # type: ignore[arg-type]

    def pair(self, table: dict[str, Item], key: str) -> Title:
        return self.bilingual(table[key]) if key in table else {}

    def day(self, table: dict[str, Item], key: str) -> date | None:
        item = table.get(key)
        if item is None:
            return None
        if not isinstance(item.value, date):
            self.refuse(
                item.fault("这里应是日期，如 2022-12-31。", "A day such as 2022-12-31 belongs here.", item.text)
            )
            return None
        return item.value

    def amount(self, item: Item | None) -> Decimal:
        if item is None:
            return Decimal(0)
        if isinstance(item.value, bool) or not isinstance(item.value, int | Decimal) or item.value < 0:
            self.refuse(item.fault("这里应是不小于零的数。", "A number, not below zero, belongs here.", item.text))
            return Decimal(0)
        return Decimal(item.value)

    def programme(self, root: Item) -> Programme:
        table = self.part(root, words.PROGRAMME)
        source = self.part(table.get("source"), words.SOURCE)
        period = self.period(table.get("period"))
        self._ids: set[str] = set()
        return Programme(
            id=self.text(table, "id", pattern=ID),
            title=self.pair(table, "title"),
            about=self.pair(table, "about"),
            issuer=self.text(table, "issuer"),
            area=self.text(table, "area", pattern="[0-9]{2}|[0-9]{4}|[0-9]{6}"),
            source={key: self.text(source, key) for key in source},
            period=period,
            actions=tuple(self.action(one, period) for one in self.list(table.get("actions"))),
        )

    def period(self, item: Item | None) -> Period:
        table = self.part(item, words.PERIOD)
        year, by = self.whole(table.get("year"), 2000, 2100), self.whole(table.get("by"), 2000, 2100)
        first, last = self.whole(table.get("from"), 2000, 2100), self.whole(table.get("to"), 2000, 2100)
        spans = [Period(year, year)] if year else []
        spans += [Period(first, last)] if first and last and first < last else []
        spans += [Period(by, by, is_standing=True)] if by else []
        if len(spans) != 1 or (first is None) != (last is None):
            if item is not None:
                self.refuse(
                    item.fault(
                        "期间写 year，或 from 与 to（先后），或 by，只写一种。",
                        "Write year, or from and to in order, or by: one of them.",
                    )
                )
            return Period(2000, 2000)
        return spans[0]

    def new_id(self, table: dict[str, Item], kind: str) -> str:
        said = self.text(table, "id", pattern=ID)
        if (kind + said) in self._ids and said:
            self.refuse(table["id"].fault(f"{said} 写了两次。", f"{said} is written twice.", said))
        self._ids.add(kind + said)
        return said

    def action(self, item: Item, period: Period) -> Action:
        table = self.part(item, words.ACTION)
        owner = self.pair(table, "owner")
        return Action(
            id=self.new_id(table, "action"), title=self.pair(table, "title"), clause=self.text(table, "clause"), owner=owner,
            measures=tuple(self.measure(one, period, owner) for one in self.list(table.get("measures"))),
        )  # fmt: skip

    def measure(self, item: Item, period: Period, owner: Title) -> Measure:
        table = self.part(item, words.MEASURE)
        if ("title" in table) == ("unknown" in table):
            self.refuse(
                item.fault(
                    "写 title，或写 unknown（报道中没有），只写一种。",
                    "Write title, or unknown where the paper does not say: one of them.",
                )
            )
        if "unknown" in table and "indicators" in table:
            self.refuse(item.fault("没有名称的举措不能有指标。", "A measure that nobody named has no indicators."))
        owner = self.pair(table, "owner") or owner
        evidence, due = self.pair(table, "evidence"), self.day(table, "due")
        return Measure(
            id=self.new_id(table, "measure"), title=self.pair(table, "title"), unknown=self.pair(table, "unknown"), clause=self.text(table, "clause"),
            owner=owner, due=due, evidence=evidence, programs=tuple(self.word(one, pattern=ID) for one in self.list(table.get("programs"))),
            indicators=tuple(self.indicator(one, period, owner, due, evidence) for one in self.list(table.get("indicators"))),
        )  # fmt: skip

    def indicator(self, item: Item, period: Period, owner: Title, due: date | None, evidence: Title) -> Indicator:
        table = self.part(item, words.INDICATOR)
        if ("counts" in table) == ("elsewhere" in table):
            self.refuse(
                item.fault(
                    "写 counts（怎样清点）或 elsewhere（为什么这里清点不了），只写一种。",
                    "Write counts, or elsewhere with the reason: one of them.",
                )
            )
        if "goal" in table and "clause" not in table:
            self.refuse(
                item.fault(
                    "有目标值就要有 clause（哪句话说的）。",
                    "A goal needs its clause: the sentence it comes from.",
                    "clause",
                )
            )
        unit = self.text(table, "unit", among=words.UNITS)
        counted = self.counts(table["counts"], unit) if "counts" in table else None
        return Indicator(
            id=self.new_id(table, "indicator"), title=self.pair(table, "title"), unit=Unit(unit) if unit in words.UNITS else Unit.PIECES,
            period=self.period(table["period"]) if "period" in table else period, goal=self.goal(table.get("goal")), counts=counted,
            elsewhere=self.pair(table, "elsewhere"), clause=self.text(table, "clause"), owner=self.pair(table, "owner") or owner,
            due=self.day(table, "due") or due, evidence=self.pair(table, "evidence") or evidence,
            stated=tuple(self.stated(one) for one in self.list(table.get("stated"))),
        )  # fmt: skip

    def goal(self, item: Item | None) -> Goal | None:
        if item is None:
            return None
        table = self.part(item, words.GOAL)
        said = self.text(table, "is", among=words.COMPARATORS)
        return Goal(Comparator(said) if said in words.COMPARATORS else Comparator.PLAN, self.amount(table.get("value")))

    def stated(self, item: Item) -> Stated:
        table = self.part(item, words.STATEMENT)
        parts = tuple(self.stated_part(one) for one in self.list(table.get("parts")))
        total, sum_of = self.amount(table.get("total")), sum((one.value for one in parts), Decimal(0))
        if "total" in table and sum_of != total:
            self.refuse(
                table["total"].fault(
                    f"各部分之和是 {sum_of:,f}，合计写的是 {total:,f}。",
                    f"The parts add up to {sum_of:,f}, the total says {total:,f}.",
                )
            )
        return Stated(parts, total, self.text(table, "clause"), self.pair(table, "said"))

    def stated_part(self, item: Item) -> Part:
        table = self.part(item, words.PART)
        return Part(self.pair(table, "title"), self.amount(table.get("value")))
