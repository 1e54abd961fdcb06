"""One number: how it stands, its months, the unions below, what was set and what was stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import queries
from niangjia.apps.targets.types import Indicator
from niangjia.portals.cockpit.targets.asked import Asked, Shown, counter, number
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.officer.exporting import Column, Listing, export_of, word


@dataclass(frozen=True)
class Below:
    """One union below with its line; `has_children`: one can go further down."""

    union: Union
    shown: Shown


@dataclass(frozen=True)
class Shares:
    """The sum of the shares right below against the own target; `gap` positive: more was handed down than is asked. Null: nothing to compare."""

    total: Decimal
    count: int
    gap: Decimal | None


def below_of(asked: Asked, indicator: Indicator) -> list[Below]:
    children = queries.list_children(asked.viewer, asked.union)
    lines = counter().children(asked.programme, indicator, asked.union, children, asked.year)
    return [Below(one, Shown(lines[one.id])) for one in children]


def shares_of(below: Sequence[Below], shown: Shown) -> Shares:
    own = [
        one.shown.line.asked.goal.value for one in below if one.shown.line.asked.is_own and one.shown.line.asked.goal
    ]
    total, goal = sum(own, Decimal(0)), shown.line.asked.goal
    is_comparable = goal is not None and shown.line.asked.is_own and bool(own) and shown.unit != "percent"
    return Shares(total, len(own), total - goal.value if goal and is_comparable else None)


@page("targets.view")
def indicator(request: PageRequest, programme_id: str, indicator_id: str) -> HttpResponse:
    asked = Asked.of(request, programme_id)
    one = queries.find_indicator(asked.programme, indicator_id)
    count, statements = counter(), asked.statements()
    lines = count.lines(asked.programme, asked.union, year=asked.year, stated=asked.stated(statements), only=one.id)
    shown = Shown(lines[one.id])
    below = below_of(asked, one)
    shares = queries.list_shares(request.viewer, asked.programme, one.id, asked.year)
    own = statements.get(one.id, [])
    context = {
        "asked": asked,
        "programme": asked.programme,
        "indicator": one,
        "shown": shown,
        "line": shown.line,
        "as_of": count.made_at,
        "file_name": f"{say(dict(one.title))}_{asked.union.name}_{asked.year}",
        "below": below,
        "sum": shares_of(below, shown),
        "sum_words": number(shares_of(below, shown).total, one.unit),
        "gap_words": number(abs(shares_of(below, shown).gap or Decimal(0)), one.unit),
        "months": _months(count.months(asked.programme, one, asked.union, asked.period(one)), one),
        "shares": [(card, number(card.value, one.unit)) for card in shares],
        "names": accounts.names_of({card.set_by for card in shares} | {card.stated_by for card in own}),
        "stated": one.stated if asked.year == asked.programme.year else (),
        "statements": own,
        "papers": queries.list_papers(card.id for card in own),
        "may_divide": queries.may_divide(request.viewer, asked.union),
        "may_state": permissions.may(request.viewer, "targets.manage") and asked.union.id == request.viewer.org_id,
    }
    return show(request, "targets/indicator.html", context)


def _months(found: Sequence[tuple[Any, Decimal | None]], one: Indicator) -> list[tuple[Any, str, str]]:
    """Month, its number in words, and plain for the chart."""
    return [(month, number(value, one.unit), "" if value is None else f"{value:f}") for month, value in found]


def _exported(request: PageRequest, programme_id: str, indicator_id: str) -> list[Below]:
    asked = Asked.of(request, programme_id)
    return below_of(asked, queries.find_indicator(asked.programme, indicator_id))


def _goal(row: Below) -> Decimal | None:
    asked = row.shown.line.asked
    return asked.goal.value if asked.goal and asked.is_own else None


UNIONS = Listing(
    name="target-unions",
    title=lazy("各地完成情况"),
    found=_exported,
    columns=lambda request: [
        Column(lazy("工会"), lambda row: row.union.name, 30),
        Column(lazy("目标"), _goal),
        Column(lazy("已达到"), lambda row: row.shown.line.reached),
        Column(lazy("完成率"), lambda row: row.shown.part if row.shown.line.pace.part is not None else None, 10),
        Column(lazy("进度"), lambda row: word("target_light", row.shown.line.pace.light) if row.shown.line.pace.part is not None else None, 10),
        Column(lazy("预计年底"), lambda row: row.shown.line.pace.forecast),
    ],
    filters=("year", "union"),
)  # fmt: skip
export = export_of(UNIONS, indicator)
