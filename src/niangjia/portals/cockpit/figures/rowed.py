"""The rows behind a number: found as the number was counted, in words, with the way into their rooms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, overload

from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.engines import counting
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import Figure, Span, declared
from niangjia.portals.cockpit.figures.measuring import open_rollup
from niangjia.portals.cockpit.figures.problems import NoRollup, NoSuchFigure
from niangjia.portals.cockpit.figures.shown import Cell
from niangjia.portals.cockpit.figures.wording import row_name, tag_title, value_word, words_of_rows
from niangjia.portals.cockpit.rooms import address_of
from niangjia.portals.design.requests import PageRequest

Counted = tuple[str, counting.Row]
"""The source's id and the row."""


@dataclass(frozen=True)
class RowShown:
    """One row in words; `url` empty: the viewer has no way there."""

    name: str
    url: str
    day: date
    union: str
    tags: tuple[str, ...]
    amount: Decimal | None
    days: int | None


class Rows(Sequence[Counted]):
    """The rows of one number, as many as it says, each with its source, less what would say a hidden rate; a page of them at a time."""

    def __init__(self, counter: Counter, figure: Figure, tag: str, code: str) -> None:
        self.counter, self.figure, self.tag, self.code = counter, figure, tag, code
        self.cell: Cell = counter.one(figure, tag, code)

    def __len__(self) -> int:
        return 0 if self.cell.is_hidden else self.cell.rows

    @overload
    def __getitem__(self, asked: int) -> Counted: ...
    @overload
    def __getitem__(self, asked: slice) -> list[Counted]: ...
    def __getitem__(self, asked: int | slice) -> Counted | list[Counted]:
        if isinstance(asked, int):
            return self[asked : asked + 1][0]
        start, stop = asked.start or 0, len(self) if asked.stop is None else min(asked.stop, len(self))
        found = self.counter.rows(self.figure, self.tag, self.code, offset=start, limit=max(0, stop - start))
        return [(self.figure.measure.source, self._said(row)) for row in found]

    def _said(self, row: counting.Row) -> counting.Row:
        return replace(row, tags={name: value for name, value in row.tags.items() if name not in self.unsaid})

    @cached_property
    def unsaid(self) -> frozenset[str]:
        return self.counter.unsaid(self.figure, self.tag, self.code)

    def __iter__(self) -> Iterator[Counted]:
        """All of them, asked for once."""
        return iter(self[:])

    @property
    def narrowed(self) -> list[tuple[str, str]]:
        source, month = self.figure.measure.source, self.counter.asked.month
        if self.counter.asked.is_own:
            return [(self.counter.asked.union.name, _("本级，不含下级"))]
        return [(tag_title(self.tag, source), value_word(self.tag, self.code, source, month))] if self.tag else []


def rows_of(request: PageRequest, figure: str) -> Rows:
    """
    As the address says. Raises NoSuchFigure: no figure, or no such tag; NoRollup; NoSuchUnion.
    """
    found = declared().figures.get(figure)
    if found is None:
        raise NoSuchFigure
    rollup, _is_broken = open_rollup()
    if rollup is None:
        raise NoRollup
    span = request.GET.get("span", "")
    asked = Asked.of(request, rollup)
    if span in set(Span):
        asked = asked.over(Span(span))
    if request.GET.get("own") == "1":
        asked = asked.own()
    tag = request.GET.get("tag", "")
    if tag and tag not in declared().tags:
        raise NoSuchFigure
    return Rows(Counter(rollup, asked), found, tag, request.GET.get("is", "")[:80])


def record_opened(viewer: Viewer, rows: Rows) -> None:
    """That somebody opened the rows of a number is on record."""
    asked = rows.counter.asked
    detail: dict[str, Any] = {"month": asked.month.text, "area": asked.union.area, "rows": len(rows)}
    if asked.is_own:
        detail["own"] = True
    if rows.tag:
        detail |= {"tag": rows.tag, "is": rows.code}
    audit.record(viewer, action="cockpit.rows", object=f"figure:{rows.figure.id}", detail=detail, now=timezone.now())


def shown(viewer: Viewer, rows: Iterable[Counted]) -> list[RowShown]:
    found = list(rows)
    unions = organizations.get_unions({row.union_id for _source, row in found})
    return [
        RowShown(
            name=row_name(source, row.ref),
            url=address_of(viewer, row),
            day=row.day,
            union=unions[row.union_id].name if row.union_id in unions else "",
            tags=tags,
            amount=row.amount,
            days=row.days,
        )
        for (source, row), tags in zip(found, words_of_rows(found), strict=True)
    ]


def how_counted(figure: Figure) -> str:
    """In a sentence: how the rows make the number."""
    return {
        "persons": _("一人一行，有几个人就有几行"),
        "person_times": _("每行写明人次，加起来就是这个数"),
        "pieces": _("有几行就是几"),
        "yuan": _("各行的金额加起来就是这个数"),
        "days": _("各行的天数平均就是这个数"),
        "percent": _("这些行是分子；分母另列"),
    }[figure.unit]


def beside(rows: Rows) -> Sequence[dict[str, Any]]:
    """Of a rate: the number above and below its line."""
    if rows.figure.of is None or rows.cell.is_hidden:
        return ()
    whole = rows.counter.one(rows.figure.of, rows.tag, rows.code)
    return ({"title": _("分母"), "cell": whole, "note": _("点开看分母的行")},)
