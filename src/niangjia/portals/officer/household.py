"""One household, one page: who lives there, why it is on the list, what each programme says, what was done and paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.cases import actions as case_actions
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import queries as funds
from niangjia.apps.matters import queries as matters
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import Subject, SubjectKind
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as registry_queries
from niangjia.apps.registry.types import HouseholdCard, MemberCard, PersonField
from niangjia.apps.workorders import queries as workorders
from niangjia.jobs import feed_health
from niangjia.kernel.identity import fold
from niangjia.kernel.money import ZERO
from niangjia.kernel.months import Month
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.people import record_seen
from niangjia.portals.design.reasons import recall, remember
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.design.staleness import watch
from niangjia.portals.officer.foreseen import foresee
from niangjia.portals.officer.reconsidering import followed


def two_months(alert: Any, figures: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Each figure of a row beside the month before: it, its name and unit, and the feeds it comes from, each with the month they reach."""
    came = feed_health.latest_until(deployment(), Month(alert.month))
    return [
        (one, *words.FIGURES[one.name], [(feed, came.get(feed)) for feed in words.FIGURE_FEEDS.get(one.name, ())])
        for one in figures
    ]


def _sensed(viewer: Viewer, household_id: int) -> dict[str, Any]:
    if not permissions.may(viewer, "alerts.view"):
        return {"sees_alerts": False}
    rows = alerts.list_alerts_of(viewer, household_id)
    alert = rows[0] if rows else None
    compared = two_months(alert, alerts.compare_latest(rows)) if alert else []
    changed = [row for row in compared if row[0].differs]
    return {
        "sees_alerts": True,
        "alert": alert,
        "sentences": alerts.sentences(alert) if alert else (),
        "changed": changed,
        "unchanged": [row for row in compared if not row[0].differs],
        "changed_count": len(changed),
        "data_age": (timezone.localdate() - Month(alert.month).last_day).days if alert else 0,
        "before_month": Month(alert.month).previous() if alert else None,
        "timeline": alerts.moments(rows),
    }


@dataclass(frozen=True)
class Happened:
    """One thing that happened to the household; `kind` says which of the others is set."""

    kind: str
    at: datetime
    move: Any = None
    moment: Any = None
    decision: Any = None
    payment: Any = None
    matter: Any = None
    booking: Any = None


def _happened(
    viewer: Viewer,
    household: HouseholdCard,
    moves: Iterable[Any],
    decided: Iterable[Any],
    payments: Iterable[Any],
    months: Iterable[Any],
) -> list[Happened]:
    """
    Lists, steps of cases, decisions, payments, applications and bookings as one line through time, the latest first: what the viewer may see
    of each. A list stands at its month's end.
    """
    here = timezone.get_default_timezone()
    found = [Happened("move", move.at, move=move) for move in moves]
    found += [
        Happened("list", datetime.combine(moment.month.last_day, time.min, here), moment=moment) for moment in months
    ]
    found += [Happened("decision", decision.made_at, decision=decision) for decision in decided]
    found += [Happened("payment", payment.sealed_at, payment=payment) for payment in payments if payment.sealed_at]
    people = household.member_ids
    found += [Happened("matter", one.handed_in_at, matter=one) for one in matters.list_of_people(viewer, people)]
    found += [Happened("booking", one.asked_at, booking=one) for one in bookings.list_of_people(viewer, people)]
    return sorted(found, key=lambda one: one.at, reverse=True)


@page("registry.view")
def household_page(request: PageRequest, household_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    now = timezone.now()
    watch(request, f"household:{household_id}")
    household = registry_queries.get_household_card(viewer, household_id)
    members = registry_queries.list_household_members(viewer, household_id)
    watch(request, *(f"person:{member.person.id}" for member in members))
    record_seen(viewer, household_id, "household", now, person_ids=household.member_ids)
    subjects = _subjects(household_id, members)
    sensed = _sensed(viewer, household_id)
    moves, own_cases = cases.timeline(viewer, household_id)
    # Whoever visits again is not shown what the first visit led to.
    is_blind = cases.is_blind(viewer, household_id)
    decided = [] if is_blind else programs.list_decisions_about(*subjects)
    decisions = followed(viewer, decided)
    examines = permissions.may(viewer, "cases.examine")
    payments = [] if is_blind else funds.list_payments_to(member.person.id for member in members)
    sees_orders = permissions.may(viewer, "workorders.view")
    orders = workorders.visible_orders(viewer).filter(household_id=household_id).order_by("-pk") if sees_orders else []
    union = organizations.get_unions([household.org_id]).get(household.org_id) if household.org_id else None
    context = {
        "is_blind": is_blind,
        "household": household,
        "union": union,
        "members": members,
        "past_members": registry_queries.list_past_members(viewer, household_id),
        "decisions": decisions,
        "can_reconsider": permissions.may(viewer, "programs.manage"),
        "sees_money": permissions.may(viewer, "funds.view"),
        "examines": examines,
        "payments": payments,
        "paid": sum((payment.amount for payment in payments if payment.state == "SETTLED"), ZERO),
        "orders": [workorders.card(row, now=now) for row in orders],
        "cases": own_cases,
        "happened": []
        if is_blind
        else _happened(viewer, household, moves, decided, payments, sensed.get("timeline", ())),
        "waiting": sum((payment.amount for payment in payments if payment.state in ("PREPARED", "IN_TRANSIT")), ZERO),
        "can_reveal": cases.may_open(viewer, household_id, today=timezone.localdate(now), read=own_cases),
        "can_enter_account": permissions.may(viewer, "cases.verify"),
        "opened": getattr(request, "opened", None),
        "remembered": recall(request, household_id),
    }
    return show(request, "officer/household.html", context | sensed)


@page("cases.examine")
def household_programs(request: PageRequest, household_id: int) -> HttpResponse:
    """What every programme that has not decided says of the household so far."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    household = registry_queries.get_household_card(viewer, household_id)
    members = registry_queries.list_household_members(viewer, household_id)
    record_seen(viewer, household_id, "household", now, person_ids=household.member_ids)
    subjects = _subjects(household_id, members)
    decided = (
        set()
        if cases.is_blind(viewer, household_id)
        else {one.pack_id for one in programs.list_decisions_about(*subjects)}
    )
    area = organizations.get_union(household.org_id).area if household.org_id else ""
    foreseen = foresee(members, area, decided, timezone.localdate(now)) if area else []
    context = {"household": household, "members": members, "foreseen": foreseen}
    return show(request, "officer/household_programs.html", context)


def _subjects(household_id: int, members: Iterable[MemberCard]) -> list[Subject]:
    return [
        Subject(SubjectKind.HOUSEHOLD, household_id),
        *(Subject(SubjectKind.PERSON, member.person.id) for member in members),
    ]


@page("registry.reveal", methods=("POST",), shown_on=household_page, changes_nothing=True)
def reveal(request: PageRequest, household_id: int) -> HttpResponse:
    """Open one field of a member; shown once, on this answer only, and on record with its reason."""
    person_id = whole(request.POST.get("person", ""))
    column = PersonField(request.POST["field"]) if request.POST.get("field") in set(PersonField) else PersonField.NAME
    value = case_actions.open_field(
        viewer=request.viewer,
        household_id=household_id,
        person_id=person_id,
        field=column,
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )
    remember(request, household_id, request.POST.get("reason", ""))
    request.opened = {"person_id": person_id, "field": column.value, "value": value}
    return household_page.unguarded(request, household_id=household_id)


@page("cases.verify", methods=("POST",), shown_on=household_page)
def enter_account(request: PageRequest, household_id: int) -> HttpResponse:
    """Keep the account that a member's help is paid to; who pays it out may not enter it."""
    members = registry_queries.get_household_card(request.viewer, household_id).member_ids
    person_id = whole(request.POST.get("person", ""))
    if person_id not in members:
        raise registry_queries.NotFound
    account, bank_name = request.POST.get("account", "").strip(), request.POST.get("bank_name", "")[:60]
    registry.set_bank_account(
        viewer=request.viewer, person_id=person_id, account=account, bank_name=bank_name, now=timezone.now()
    )
    messages.success(request, _("收款账号已登记，尾号 %(tail)s。") % {"tail": fold(account)[-4:]})
    return redirect("officer:household", household_id)
