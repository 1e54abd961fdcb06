"""The visit: the form on a phone, tries to reach somebody, the finding handed in."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries as case_queries
from niangjia.apps.cases.forms import VISIT_FORM, FormIncomplete
from niangjia.apps.cases.types import Outcome, Outsider, VisitWay
from niangjia.apps.registry import queries as registry
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.people import record_seen
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import require_fresh
from niangjia.portals.officer import sheets
from niangjia.portals.officer.orders import order_context, order_page


class OutcomeMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请先选一个核实结论，再上报。", "Choose what was found first, then hand it in.")


_SECTIONS = (
    (gettext_lazy("本人同意"), ("has_consent", "authorisation_no")),
    (gettext_lazy("家庭成员"), ("people", "members")),
    (gettext_lazy("困难原因"), ("main_cause", "other_cause", "onset_date")),
    (gettext_lazy("收入与支出（近 12 个月）"), ("income_items", "rigid_items", "other_aid")),
    (gettext_lazy("财产与需要"), ("property_note", "job_wish", "urgent_need")),
    (
        gettext_lazy("陈述与意见"),
        ("statement", "is_signed", "worker_objects", "verifier_opinion", "suggested_tier", "suggested_help", "photos"),
    ),
)


def case_of(request: PageRequest, order_id: int):
    case = case_queries.find_case_of_order(request.viewer, order_id)
    if case is None:
        raise case_queries.NotFound
    return case


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@page("cases.verify", methods=("GET", "POST"))
def visit(request: PageRequest, order_id: int) -> HttpResponse:
    """The whole form of a visit. Nothing typed is lost: what cannot be taken comes back with a word at its field."""
    case = case_of(request, order_id)
    now = timezone.now()
    record_seen(request.viewer, case.household_id, "visit", now)
    values: dict[str, Any] = _known(request, case.household_id)
    head = {
        "visited_on": timezone.localdate(now).isoformat(), "way": "HOME", "outsider_name": "", "outsider_post": "", "key": uuid.uuid4().hex,
    }  # fmt: skip
    went: list[int] = []
    problems: list[tuple[str, str, str]] = []
    more = request.POST.get("more", "")
    if request.method == "POST":
        values = sheets.read(VISIT_FORM, request.POST)
        head = {name: request.POST.get(name, "").strip() for name in head}
        went = [account for each in request.POST.getlist("with") if (account := whole(each))]
        if not more:
            problems = _record(request, case.id, head, went, values, now)
            if not problems:
                messages.success(request, _("走访已登记。请接着提交核实结论。"))
                return redirect("officer:order", order_id)
    found = {cell.name: cell for cell in sheets.cells(VISIT_FORM, values, problems, more=more)}
    context = {
        "sections": [(title, [found[name] for name in names]) for title, names in _SECTIONS],
        "head": head,
        "companions": case_queries.list_companions(request.viewer, case.id, now=now),
        "went": went,
        "wrong_day": any(name == "visited_on" for name, *_rest in problems),
        "problem_count": len(problems),
    }
    return show(
        request, "officer/visit.html", context | order_context(request, order_id), status=422 if problems else 200
    )


def _known(request: PageRequest, household_id: int) -> dict[str, Any]:
    """What the register knows already, to be confirmed rather than typed: relations and birth dates, never names."""
    members = registry.list_household_members(request.viewer, household_id)
    rows = [
        {
            "relation": str(words.word("relation", member.relation)[0]),
            "birth_date": member.person.birth_date.isoformat() if member.person.birth_date else "",
        }
        for member in members
    ]
    return {"people": len(rows) or "", "members": rows}


def _record(
    request: PageRequest, case_id: int, head: dict[str, str], went: list[int], values: dict[str, Any], now
) -> list[tuple[str, str, str]]:
    """Take the visit in; what is wrong with the form comes back, every other refusal passes on."""
    day = _day(head["visited_on"])
    if day is None:
        return [("visited_on", "走访日期应写作 2024-05-31", "the day of the visit is written 2024-05-31")]
    outsider = Outsider(head["outsider_name"], head["outsider_post"])
    try:
        require_fresh(request)
        cases.record_visit(
            viewer=request.viewer,
            case_id=case_id,
            visited_on=day,
            way=VisitWay.WORKPLACE if head["way"] == "WORKPLACE" else VisitWay.HOME,
            verifiers=went,
            outsider=outsider if outsider.name or outsider.post else None,
            form={name: value for name, value in values.items() if value not in (None, "", [])},
            key=uuid.UUID(head["key"]) if re.fullmatch(r"[0-9a-f]{32}", head["key"]) else None,
            now=now,
        )
    except FormIncomplete as refusal:
        return list(refusal.problems)
    except Refusal as refusal:
        if status_of(refusal) != 409:
            raise
        request.refusal = refusal
        return [("", refusal.zh, refusal.en)]
    return []


@page("cases.verify", methods=("POST",), shown_on=order_page)
def submit_finding(request: PageRequest, order_id: int) -> HttpResponse:
    given = {name: request.POST.get(name, "").strip() for name in ("outcome", "main_cause", "suggested_tier", "reason")}
    if given["outcome"] not in Outcome.values:
        raise OutcomeMissing
    cases.submit_finding(
        viewer=request.viewer,
        case_id=case_of(request, order_id).id,
        outcome=Outcome(given["outcome"]),
        main_cause=given["main_cause"],
        suggested_tier=given["suggested_tier"],
        reason=given["reason"],
        now=timezone.now(),
    )
    messages.success(request, _("核实结论已上报县级复核。"))
    return redirect("officer:orders")
