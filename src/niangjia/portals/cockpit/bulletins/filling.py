"""A draft from the figures: the kind's sentences with numbers in place, each as a reference; tables by union beneath."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone, translation

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bulletins import queries
from niangjia.apps.bulletins.types import BlockText, Content, FigureValue, Kind, Rhythm, TableKind, TableText
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import queries as targets
from niangjia.engines import counting
from niangjia.jobs.target_figures import Counter as TargetCounter
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.portals.cockpit.figures.asked import MONTHS, Asked
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import Figure, declared
from niangjia.portals.cockpit.figures.hidden import own_part
from niangjia.portals.cockpit.figures.mapped import children_of
from niangjia.portals.cockpit.figures.measuring import open_rollup
from niangjia.portals.cockpit.figures.problems import NoRollup
from niangjia.portals.cockpit.figures.shown import Cell, heading, noun, written
from niangjia.portals.cockpit.targets.asked import Shown, number, part

HIDDEN, NOTHING, NOT_COMPARED = "（不足十人，不列出）", "（无数据）", "不作比较"
_UNITS = {"persons": "人", "person_times": "人次", "pieces": "个", "yuan": "元", "days": "天", "percent": "%"}


class NotCounted(Refusal):
    def __init__(self, first: Month, last: Month) -> None:
        super().__init__(
            f"这个期间没有清点的数字。请选择 {first.text} 至 {last.text} 之间的期间。",
            f"Nothing was counted for this period. Choose one between {first.text} and {last.text}.",
        )


@dataclass(frozen=True)
class Filled:
    content: Content
    figures: list[FigureValue]
    tables: list[TableText]
    as_of: datetime


def fill(viewer: Viewer, kind: Kind, period: str, rollup: counting.Rollup | None = None) -> Filled:
    """Of the viewer's own union, in Chinese whatever the page's language; by the newest roll-up unless another is given. Raises PeriodRefused, NoRollup, NotCounted."""
    month = queries.last_month(kind, period)
    rollup = rollup or open_rollup()[0]
    if rollup is None:
        raise NoRollup
    last = Month.of(timezone.localtime(rollup.as_of).date())
    first = last.plus(1 - MONTHS)
    if kind.rhythm is Rhythm.QUARTER and month.plus(-2) <= last:
        month = min(month, last)  # a quarter that is not over, as far as it is
    if not first <= month <= last:
        raise NotCounted(first, last)
    union = organizations.get_union(viewer.org_id)
    with translation.override("zh-hans"):
        return _Filling(kind, period, union, rollup, Asked(union, (union,), month, last, rollup.as_of)).all()


@dataclass
class _Filling:
    kind: Kind
    period: str
    union: Union
    rollup: counting.Rollup
    asked: Asked
    figures: dict[str, FigureValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counter = Counter(self.rollup, self.asked, figures_asked(self.kind))
        self.words = {
            "period": queries.period_words(self.period),
            "union": self.union.name,
            "year": str(self.asked.month.year),
        }

    def all(self) -> Filled:
        blocks = [block for kind, template in self.kind.blocks for block in self._blocks(kind, template)]
        content = Content(self._say(self.kind.heading), self.kind.to, self.kind.copies, blocks)
        tables = [self._table(one) for one in self.kind.tables]
        return Filled(content, list(self.figures.values()), tables, self.rollup.as_of)

    def _blocks(self, kind: str, template: str) -> list[BlockText]:
        if kind == "targets":
            return [BlockText("text", line) for line in self._targets(template)]
        return [BlockText(kind, self._say(template))]

    def _say(self, template: str) -> str:
        return queries.PLACE.sub(lambda found: self._place(found[1], found[2]), template)

    def _place(self, name: str, what: str | None) -> str:
        if name in self.words:
            return self.words[name]
        figure = declared().figures[name]
        return self._change(figure) if what == "change" else self._refer(figure)

    def _refer(self, figure: Figure) -> str:
        cell = self.counter.figure(figure)
        return self._keep(
            str(figure.title["zh"]),
            said(cell),
            source_of(figure),
            cell.url if cell.rows and cell.value is not None else "",
            is_hidden=cell.is_hidden,
        )

    def _change(self, figure: Figure) -> str:
        now, before = self.counter.figure(figure), self.counter.before(figure)
        sentences = self.kind.sentences
        if now.value is None:
            return NOT_COMPARED
        if before is None or before.value is None:
            return sentences["none"]
        step = now.value - before.value
        text = step_said(figure, abs(step))
        if text == step_said(figure, Decimal(0)):
            return sentences["equal"]
        chip = self._keep(f"{figure.title['zh']}比上期", text, source_of(figure), "")
        return sentences["up" if step > 0 else "down"].replace("{step}", chip)

    def _keep(self, title: str, text: str, source: str, link: str, as_of: str = "", *, is_hidden: bool = False) -> str:
        told = FigureValue(title, text, source, as_of or self._as_of(self.rollup.as_of), link, is_hidden=is_hidden)
        while (known := self.figures.get(told.title)) is not None and known != told:
            told = replace(told, title=told.title + "（续）")
        self.figures[told.title] = told
        return queries.chip(told)

    @staticmethod
    def _as_of(at: datetime) -> str:
        local = timezone.localtime(at)
        return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"

    def _table(self, table: TableKind) -> TableText:
        figures = [declared().figures[name] for name in table.figures]
        found = [self.counter.children(figure) for figure in figures]
        rows: list[list[Any]] = []
        shown: list[list[str]] = []
        is_any_hidden = False
        parts = [(child.id, child.name) for child in children_of(self.union)]
        own = own_part(self.union.id)
        if any(own in cells for cells in found):
            parts.append((own, "本级"))  # without it the lines are fewer than their total
        for key, name in parts:
            cells = [cells.get(key) or self.counter.none(one) for one, cells in zip(figures, found, strict=True)]
            is_any_hidden |= any(cell.is_hidden for cell in cells)
            rows.append([name, *(plain_value(cell) for cell in cells)])
            shown.append([name, *("不列" if cell.is_hidden else cell.text for cell in cells)])
        totals = [self.counter.figure(one) for one in figures]
        rows.append(["合计", *(plain_value(cell) for cell in totals)])
        shown.append(["合计", *("不列" if cell.is_hidden else cell.text for cell in totals)])
        note = "注：“不列”为不足十人的比率，或据此可以推算出来的。" if is_any_hidden else ""
        return TableText(table.title, ["工会", *(heading(one) for one in figures)], rows, shown, note)

    def _targets(self, programme_id: str) -> list[str]:
        programme = targets.get_programme(programme_id)
        year, until = self.asked.month.year, min(self.asked.month.last_day, self.asked.today)
        counter = TargetCounter(self.rollup, until)
        counter.as_of = until  # a quarter that is over counts to its own end
        lines = counter.lines(programme, self.union, year=year, stated={})
        return [self._target(programme.id, Shown(line), year, until) for line in lines.values() if line.figure is not None]  # fmt: skip

    def _target(self, programme_id: str, shown: Shown, year: int, until: date) -> str:
        line, title = shown.line, str(shown.line.indicator.title["zh"])
        unit = _UNITS.get(str(shown.unit), "")
        address = reverse("targets:indicator", args=[programme_id, line.indicator.id])
        link = f"{address}?{urlencode({'year': year, 'union': self.union.id})}"
        as_of = f"{until.year}年{until.month}月{until.day}日"
        reached = self._keep(title, f"{number(line.reached, shown.unit)}{unit}", "目标清点", link, as_of)
        goal = line.asked.goal if line.asked.is_own else None
        if goal is None:
            return self.kind.target_line["open"].replace("{title}", title).replace("{reached}", reached)
        parts = {
            "title": title,
            "goal": self._keep(f"{title}目标", f"{number(goal.value, shown.unit)}{unit}", "目标分解", link, as_of),
            "reached": reached,
            "part": self._keep(f"{title}完成率", part(line.pace.part), "目标清点", link, as_of),
        }
        return queries.PLACE.sub(lambda found: parts[found[1]], self.kind.target_line["asked"])


def figures_asked(kind: Kind) -> tuple[Figure, ...]:
    """Every figure that a bulletin of this kind says: they are counted together."""
    said = (kind.heading, *(template for what, template in kind.blocks if what != "targets"))
    named = [name for template in said for name, _what in queries.PLACE.findall(template) if name not in queries.WORDS]
    named += [name for table in kind.tables for name in table.figures]
    return tuple(declared().figures[name] for name in dict.fromkeys(named))


def said(cell: Cell) -> str:
    """The number with its unit, or why there is none."""
    if cell.is_hidden:
        return HIDDEN
    return NOTHING if cell.value is None else f"{written(cell.figure, cell.value)}{noun(cell.figure)}"


def step_said(figure: Figure, step: Decimal) -> str:
    return f"{step * 100:.1f}个百分点" if figure.is_rate else f"{written(figure, step)}{noun(figure)}"


def plain_value(cell: Cell) -> Any:
    """For a workbook: a whole number as such, others as text with their places; null for none."""
    if cell.is_hidden or cell.value is None:
        return None
    if cell.figure.unit in ("persons", "person_times", "pieces"):
        return int(cell.value)
    return cell.plain if cell.figure.is_rate else f"{cell.value:.2f}"


def source_of(figure: Figure) -> str:
    """Which rows were counted: 名单上的一户."""
    sources = counting.load_sources(programs_folder())
    return f"{sources[figure.measure.source].title['zh']}的清点"
