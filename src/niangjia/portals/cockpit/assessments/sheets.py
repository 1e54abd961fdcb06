"""Sheets: how the unions stand by the newest roll-up, each point explained; and as they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.assessments import actions, queries
from niangjia.apps.assessments.score import Standing
from niangjia.apps.assessments.types import Figures, Sheet
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Union
from niangjia.jobs import assessing
from niangjia.portals.cockpit.targets.asked import number
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment, show


@dataclass(frozen=True)
class Row:
    """One union of a sheet."""

    union: Union | None
    standing: Standing


@dataclass(frozen=True)
class Line:
    """One item of one union. `points` empty: not scored. `item_id` with a row page where the sheet still has it."""

    item_id: str
    title: Mapping[str, str]
    clause: str
    weight: Decimal
    figure: str
    rule: Mapping[str, str]
    points: Decimal | None
    rank: int | None
    among: int


@page("assessments.view")
def everything(request: PageRequest) -> HttpResponse:
    context = {
        "sheets": queries.list_sheets(),
        "published": [(card, title_of(card.sheet)) for card in queries.list_publications(request.viewer)],
    }
    return show(request, "assessments/all.html", context)


def title_of(sheet_id: str) -> Mapping[str, str]:
    """Of a sheet whose file may be gone: its id."""
    found = next((one for one in queries.list_sheets() if one.id == sheet_id), None)
    return found.title if found else {"zh": sheet_id, "en": sheet_id}


def drafted(request: PageRequest, sheet: Sheet, org_id: int = 0) -> tuple[Union, list[Standing], assessing.Assessor]:
    """Of a union of the viewer's part of the tree. Raises NotAllowed, NotFound."""
    assessor = queries.get_assessor(request.viewer, org_id)
    counted = assessing.open_assessor(deployment(), today=timezone.localdate())
    figures = counted.figures(sheet, assessor) or Figures(timezone.now(), {})
    return assessor, queries.draft(request.viewer, sheet, assessor, figures), counted


def rows_of(standings: Sequence[Standing]) -> list[Row]:
    unions = organizations.get_unions({one.union for one in standings})
    return [Row(unions.get(one.union), one) for one in standings]


@page("assessments.view")
def sheet(request: PageRequest, sheet_id: str) -> HttpResponse:
    one = queries.get_sheet(sheet_id)
    assessor, standings, counted = drafted(request, one, whole(request.GET.get("union", "")))
    adjusted = queries.list_adjustments(request.viewer, one, assessor.id)
    is_own = assessor.id == request.viewer.org_id and permissions.may(request.viewer, "assessments.manage")
    published = queries.list_publications(request.viewer, sheet_id)
    papers = queries.list_evidence("adjusted", [card.id for card in adjusted])
    context = {
        "sheet": one, "assessor": assessor, "rows": rows_of(standings), "as_of": counted.made_at, "whole": sum(item.weight for item in one.items),
        "adjusted": [(card, papers[card.id]) for card in adjusted], "own_points": {card.id for card in adjusted if request.viewer.has_hand_in([card.proposed_by])},
        "may_manage": is_own, "published": published,
        "stands": any(card.state == "PUBLISHED" and card.org_id == assessor.id for card in published),
    }  # fmt: skip
    return show(request, "assessments/sheet.html", context)


@page("assessments.view")
def union(request: PageRequest, sheet_id: str, org_id: int) -> HttpResponse:
    """One union's draft, compared within the viewer's own part of the tree or `?union=`."""
    one = queries.get_sheet(sheet_id)
    assessor, standings, counted = drafted(request, one, whole(request.GET.get("union", "")))
    standing = _of(standings, org_id)
    rules = {item.id: queries.in_words(item.rule, item.unit.value) for item in one.items}
    points = {point.item: point for point in standing.items}
    lines = [
        Line(
            item.id, item.title, item.clause, item.weight, figure_in_words(points[item.id].figure, item.unit.value),
            {"zh": rules[item.id][0], "en": rules[item.id][1]}, points[item.id].points, points[item.id].rank, points[item.id].among,
        )
        for item in one.items
    ]  # fmt: skip
    context = {"sheet": one, "title": one.title, "assessor": assessor, "union": organizations.get_union(org_id), "standing": standing, "lines": lines,
               "as_of": counted.made_at, "adjusted": [card for card in queries.list_adjustments(request.viewer, one, assessor.id) if card.org_id == org_id]}  # fmt: skip
    return show(request, "assessments/union.html", context)


def _of(standings: Sequence[Standing], org_id: int) -> Standing:
    """Raises NotFound."""
    found = next((one for one in standings if one.union == org_id), None)
    if found is None:
        raise queries.NotFound
    return found


def figure_in_words(figure: Decimal | None, unit: str) -> str:
    """A ratio as a percentage, everything else as it was counted; empty = not known."""
    if figure is None:
        return ""
    return f"{number(100 * figure, 'percent')}%" if unit == "percent" else number(figure, unit)


@page("assessments.manage", methods=("POST",), shown_on=sheet)
def publish(request: PageRequest, sheet_id: str) -> HttpResponse:
    made = assessing.publish(deployment(), viewer=request.viewer, sheet_id=sheet_id, now=timezone.now())
    messages.success(request, _("已公布。数、规则和得分已经固定，随时可以重算核对。"))
    return redirect("assessments:publication", made)


@page("assessments.view")
def publication(request: PageRequest, publication_id: int) -> HttpResponse:
    card = queries.get_publication(request.viewer, publication_id)
    is_own = card.org_id == request.viewer.org_id and permissions.may(request.viewer, "assessments.manage")
    context: dict[str, Any] = {
        "card": card, "title": title_of(card.sheet), "rows": rows_of(card.standings), "may_manage": is_own,
        "assessor": organizations.get_union(card.org_id), "whole": sum(Decimal(rule["weight"]) for rule in card.rules),
    }  # fmt: skip
    return show(request, "assessments/publication.html", context)


@page("assessments.view")
def published_union(request: PageRequest, publication_id: int, org_id: int) -> HttpResponse:
    card = queries.get_publication(request.viewer, publication_id)
    standing, held = _of(card.standings, org_id), organizations.get_union(org_id)
    points = {point.item: point for point in standing.items}
    opens = scope.covers(request.viewer.org_path, held.path)
    lines = [
        Line(
            rule["id"] if opens and rule["id"] in card.behind else "", {"zh": rule["zh"], "en": rule["en"]}, rule["clause"], Decimal(rule["weight"]), figure_in_words(points[rule["id"]].figure, rule["unit"]),
            {"zh": rule["rule_zh"], "en": rule["rule_en"]}, points[rule["id"]].points, points[rule["id"]].rank, points[rule["id"]].among,
        )
        for rule in card.rules
    ]  # fmt: skip
    context = {"card": card, "title": title_of(card.sheet), "assessor": organizations.get_union(card.org_id), "as_of": card.as_of,
               "union": held, "standing": standing, "lines": lines}  # fmt: skip
    return show(request, "assessments/union.html", context)


@page("assessments.manage", methods=("POST",), shown_on=publication)
def withdraw(request: PageRequest, publication_id: int) -> HttpResponse:
    actions.withdraw(
        viewer=request.viewer, publication_id=publication_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, _("已撤回，留在记录里。"))
    return redirect("assessments:publication", publication_id)
