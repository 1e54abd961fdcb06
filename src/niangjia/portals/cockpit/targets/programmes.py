"""The list of programmes with targets, and one programme as a tree: target, reached, light, forecast."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy

from niangjia.apps.targets import queries
from niangjia.apps.targets.types import Action, Measure, Programme, StatementCard
from niangjia.apps.tasks import queries as task_list
from niangjia.apps.tasks.types import TaskCard
from niangjia.portals.cockpit.targets.asked import Asked, Shown, counter
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.officer.exporting import Column, Listing, export_of, word


@dataclass(frozen=True)
class Card:
    """
    One programme in the list. `year`: the one that is shown first; `lights` count its indicators. `is_past`: neither the paper's period nor a
    share that was set reaches into this year.
    """

    programme: Programme
    year: int
    is_past: bool
    indicator_count: int
    measure_count: int
    lights: Sequence[tuple[str, int]]


@page("targets.view")
def programmes(request: PageRequest) -> HttpResponse:
    """What is asked of this union now, then what was of years past, then what was asked elsewhere."""
    union = queries.get_union(request.viewer, 0)
    newest, count = queries.years_by_programme(), counter()
    this_year = timezone.localdate().year
    here: list[Card] = []
    elsewhere: list[Card] = []
    every = [(one, max(newest.get(one.id, 0), one.year)) for one in queries.list_programmes()]
    asked = count.lines_of_each([pair for pair in every if queries.is_here(pair[0], union.area)], union)
    lines = {one.id: found for one, _year, found in asked}
    for one, year in every:
        is_here = one.id in lines
        lights = Tally(
            line.pace.light.value for line in lines.get(one.id, {}).values() if line.pace.light.value != "NONE"
        )
        measures = [measure for action in one.actions for measure in action.measures]
        card = Card(one, year, year < this_year, len(list(one.indicators)), len(measures), sorted(lights.items()))
        (here if is_here else elsewhere).append(card)
    context = {
        "here": [card for card in here if not card.is_past],
        "past": sorted((card for card in here if card.is_past), key=lambda card: -card.year),
        "elsewhere": elsewhere, "as_of": count.made_at, "this_year": this_year,
    }  # fmt: skip
    return show(request, "targets/all.html", context)


@dataclass(frozen=True)
class Branch:
    """A measure with its indicators, and the tasks that serve it: who does it and how far it is."""

    measure: Measure
    rows: Sequence[tuple[Shown, Sequence[StatementCard]]]
    tasks: Sequence[TaskCard] = ()


@dataclass(frozen=True)
class Limb:
    action: Action
    branches: Sequence[Branch]


def _tree(asked: Asked, tasks: Mapping[str, Sequence[TaskCard]]) -> tuple[list[Limb], Any]:
    count = counter()
    statements = asked.statements()
    lines = count.lines(asked.programme, asked.union, year=asked.year, stated=asked.stated(statements))
    limbs = [
        Limb(
            action,
            [
                Branch(
                    measure,
                    [(Shown(lines[one.id]), statements.get(one.id, ())) for one in measure.indicators],
                    tasks.get(measure.id, ()),
                )
                for measure in action.measures
            ],
        )
        for action in asked.programme.actions
    ]
    return limbs, count.made_at


@page("targets.view")
def programme(request: PageRequest, programme_id: str) -> HttpResponse:
    asked = Asked.of(request, programme_id)
    owner = asked.union.id if asked.union.id != request.viewer.org_id else None
    tasks = task_list.list_of_programme(request.viewer, programme_id, today=timezone.localdate(), owner_id=owner)
    limbs, as_of = _tree(asked, tasks)
    context = {
        "asked": asked,
        "programme": asked.programme,
        "limbs": limbs,
        "as_of": as_of,
        "children": [one for one in queries.list_children(request.viewer, asked.union)][:200],
        "indicator_count": len(list(asked.programme.indicators)),
    }
    return show(request, "targets/programme.html", context)


@dataclass(frozen=True)
class Exported:
    action: str
    measure: str
    shown: Shown | None


def _exported(request: PageRequest, programme_id: str) -> list[Exported]:
    limbs, _as_of = _tree(Asked.of(request, programme_id), {})
    found = []
    for limb in limbs:
        for branch in limb.branches:
            title = say(dict(branch.measure.title or branch.measure.unknown))
            rows: list[Shown | None] = [shown for shown, _statements in branch.rows] or [None]
            found += [Exported(say(dict(limb.action.title)), title, shown) for shown in rows]
    return found


def _of(shown: Shown | None, what: str) -> Any:
    """A cell of the workbook: a number stays a number, what has no source says so."""
    if shown is None:
        return None
    line = shown.line
    return {
        "title": say(dict(line.indicator.title)),
        "unit": word("target_unit", line.indicator.unit),
        "is": word("target_comparator", line.asked.goal.comparator) if line.asked.goal else None,
        "goal": line.asked.goal.value if line.asked.goal else None,
        "whose": line.asked.org_name if line.asked.goal else None,
        "reached": line.reached if shown.is_counted else str(lazy("无来源")),
        "part": shown.part if line.pace.part is not None else None,
        "light": word("target_light", line.pace.light) if line.pace.light.value != "NONE" else None,
        "forecast": line.pace.forecast,
        "stated": line.stated.total if line.stated else None,
        "clause": line.indicator.clause,
        "elsewhere": say(dict(line.indicator.elsewhere)) if line.indicator.elsewhere else None,
    }[what]


def columns_of(shown: Callable[[Any], Shown | None]) -> list[Column]:
    """What a line of targets says, of rows that hold one."""
    return [
        Column(lazy("指标"), lambda row: _of(shown(row), "title"), 24),
        Column(lazy("单位"), lambda row: _of(shown(row), "unit"), 8),
        Column(lazy("要求"), lambda row: _of(shown(row), "is"), 8),
        Column(lazy("目标"), lambda row: _of(shown(row), "goal")),
        Column(lazy("谁的目标"), lambda row: _of(shown(row), "whose"), 20),
        Column(lazy("已达到"), lambda row: _of(shown(row), "reached")),
        Column(lazy("完成率"), lambda row: _of(shown(row), "part"), 10),
        Column(lazy("进度"), lambda row: _of(shown(row), "light"), 10),
        Column(lazy("预计年底"), lambda row: _of(shown(row), "forecast")),
        Column(lazy("引用的数"), lambda row: _of(shown(row), "stated")),
        Column(lazy("原句"), lambda row: _of(shown(row), "clause"), 50),
        Column(lazy("为什么没有来源"), lambda row: _of(shown(row), "elsewhere"), 40),
    ]


BOARD = Listing(
    name="targets",
    title=lazy("目标一览"),
    found=_exported,
    columns=lambda request: [
        Column(lazy("行动"), lambda row: row.action, 24),
        Column(lazy("举措"), lambda row: row.measure, 30),
        *columns_of(lambda row: row.shown),
    ],
    filters=("year", "union"),
)
export = export_of(BOARD, programme)
