"""Work orders: what is owed, and each step of one of them. Made for a phone first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.cases import actions as case_actions
from niangjia.apps.cases import queries as cases
from niangjia.apps.cases.types import ContactTry, VisitWay
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry import queries as registry_queries
from niangjia.apps.registry.types import PersonField
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries
from niangjia.apps.workorders.types import OPEN, OrderCard, OrderKind, OrderState
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.people import household_names, record_seen, verifier_of
from niangjia.portals.design.reasons import recall, remember
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.officer.asking import questions
from niangjia.portals.officer.leaving import or_what_changed
from niangjia.portals.officer.narrowing import unknown_in

ROWS = 50
BACK_REASONS = (
    gettext_lazy("已不在本单位上班"),
    gettext_lazy("不住在本辖区"),
    gettext_lazy("应由另一家工会核实"),
    gettext_lazy("查无此人，请核对信息"),
)
FILTERS = ("scope", "state", "kind", "month", "grade", "cause", "step", "due", "union", "own", "number", "late")


def found_orders(request: PageRequest) -> QuerySet[Any]:
    """What the address asks for: without a filter what the viewer's union holds and is open."""
    return asked_for(request.viewer, request.GET)


def asked_for(viewer: Viewer, given: QueryDict) -> QuerySet[Any]:
    """Orders by the filters of an address; what nobody knows is no filter."""
    state, scope, now = given.get("state", ""), given.get("scope", ""), timezone.now()
    under = organizations.get_unions([whole(given.get("union", ""))]).get(whole(given.get("union", "")))
    holder = None if scope == "all" or under else viewer.org_id
    return queries.list_orders(
        viewer,
        now=now,
        state=state if state in OrderState.values else "",
        kind=given.get("kind", "") if given.get("kind", "") in set(OrderKind) else "",
        month=given.get("month", "").strip(),
        grade=given.get("grade", ""),
        cause=given.get("cause", ""),
        clock=given.get("step", ""),
        number=given.get("number", "").strip().upper(),
        under=under.path if under and given.get("own") != "1" else "",
        due_before=now + timedelta(days=7) if given.get("due") == "week" else None,
        org_id=under.id if under and given.get("own") == "1" else holder if scope != "me" else None,
        assignee_id=viewer.account_id if scope == "me" else None,
        only_open=not state,
        only_overdue=given.get("late") == "1",
    )


@page("workorders.view")
def orders(request: PageRequest) -> HttpResponse:
    """Mine first: what my union holds and is open, soonest due first. Everything of my part of the tree by ``scope=all``."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    rows = Paginator(found_orders(request), ROWS).get_page(request.GET.get("page"))
    cards = [queries.card(row, now=now) for row in rows]
    names = household_names(card.household_id for card in cards)
    counts = queries.count_open(viewer, now=now)
    union_id = whole(request.GET.get("union", ""))
    months = alerts.months_worked(timezone.localdate())
    known: dict[str, Iterable[str]] = {
        "month": months,
        "state": OrderState.values,
        "kind": list(OrderKind),
        "grade": words.WORDS["grade"],
        "cause": words.WORDS["cause"],
        "step": words.WORDS["order_clock"],
    }
    assignees = accounts.names_of({card.assignee_id for card in cards if card.assignee_id is not None})
    context = {
        "rows": rows,
        "listed": [(card, names.get(card.household_id), assignees.get(card.assignee_id or 0, "")) for card in cards],
        "open_count": counts.all,
        "late_count": counts.late,
        "given": {name: request.GET.get(name, "") for name in FILTERS},
        "more_count": sum(
            bool(request.GET.get(name)) for name in ("kind", "month", "grade", "cause", "step", "number")
        ),
        "under": organizations.get_unions([union_id]).get(union_id) if union_id else None,
        "months": months,
        "unknown": unknown_in(request, known),
        "states": words.choices("order_state"),
        "kinds": words.choices("order_kind"),
        "grades": words.choices("grade"),
        "causes": words.choices("cause"),
        "clocks": words.choices("order_clock"),
        "back": request.GET.urlencode(),
        "may_forward": permissions.may(viewer, "workorders.forward"),
        "may_assign": permissions.may(viewer, "workorders.assign"),
    }
    return show(request, "officer/orders.html", context)


def order_of(request: PageRequest, order_id: int) -> OrderCard:
    """The order, with its case watched for what others change. Raises NoSuchOrder."""
    watch(request, f"workorder:{order_id}")
    order = queries.get_order(request.viewer, order_id, now=timezone.now())
    if case := cases.find_case_of_order(request.viewer, order_id):
        watch(request, f"case:{case.id}")
    return order


def order_context(request: PageRequest, order_id: int) -> dict[str, Any]:
    """Everything the page of one order shows."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    order = order_of(request, order_id)
    moves = queries.list_history(order_id)
    people = {move.actor_id for move in moves if move.actor_id} | {order.assignee_id or 0}
    is_holder = viewer.org_id == order.org_id
    state = order.state
    steps = {
        "accept": state == OrderState.CREATED and permissions.may(viewer, "workorders.accept"),
        "forward": state in (OrderState.CREATED, OrderState.ACCEPTED) and permissions.may(viewer, "workorders.forward"),
        "hand_back": state in (OrderState.CREATED, OrderState.ACCEPTED, OrderState.ASSIGNED, OrderState.VISITED)
        and permissions.may(viewer, "workorders.return"),
        "urge": state in OPEN
        and permissions.may(viewer, "workorders.forward")
        and viewer.org_id != order.org_id
        and not any(move.action == "URGE" and timezone.localdate(move.at) == timezone.localdate(now) for move in moves),
        "assign": state in (OrderState.ACCEPTED, OrderState.ASSIGNED, OrderState.VISITED, OrderState.RETURNED)
        and permissions.may(viewer, "workorders.assign"),
        "visit": state in (OrderState.ASSIGNED, OrderState.RETURNED, OrderState.VISITED)
        and permissions.may(viewer, "cases.verify"),
        "submit": state in (OrderState.ASSIGNED, OrderState.VISITED, OrderState.RETURNED)
        and permissions.may(viewer, "cases.verify"),
    }
    colleagues = (
        queries.list_capacities([order.org_id], [order], now=now).get(order.org_id, []) if steps["assign"] else []
    )
    return {
        "back_reasons": BACK_REASONS,
        "has_draft": steps["visit"] and cases.has_draft(viewer, order_id),
        "has_address": steps["visit"] and cases.has_address(order.household_id),
        "opened_address": getattr(request, "opened_address", ""),
        "remembered": recall(request, order.household_id),
        "order": order,
        "case": cases.find_case_of_order(viewer, order_id),
        "person": registry_queries.list_person_cards(viewer, [order.person_id]).get(order.person_id),
        "home": household_names([order.household_id]).get(order.household_id),
        "questions": questions(order.cause_group, order.questions),
        "moves": moves,
        "names": accounts.names_of(people),
        "steps": steps,
        "is_holder": is_holder,
        "candidates": queries.list_forward_candidates(viewer, order_id) if steps["forward"] else [],
        "colleagues": colleagues,
        "proposal": queries.propose([order], colleagues)[order.id] if colleagues else None,
        "back": request.GET.get("back", ""),
        "is_mine": order.assignee_id == viewer.account_id,
        "can_reveal": cases.may_open(viewer, order.household_id, today=timezone.localdate(now)),
        "outcomes": words.choices("outcome"),
        "causes": words.choices("cause"),
        "ways": [pair for pair in words.choices("visit_way") if pair[0] in ("PHONE", "NONE")],
    }


@page("workorders.view")
@or_what_changed
def order_page(request: PageRequest, order_id: int) -> HttpResponse:
    context = order_context(request, order_id)
    record_seen(request.viewer, context["order"].household_id, "work order", timezone.now())
    return show(request, "officer/order.html", context | {"opened": getattr(request, "opened", None)})


def _done(request: PageRequest, order_id: int, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("officer:order", order_id)


def _step(request: PageRequest) -> int | None:
    """The order's step as the page showed it: of two who press at once, one wins and the other is told."""
    step = request.POST.get("step", "")
    return whole(step, -1) if step else None


@page("workorders.accept", methods=("POST",), shown_on=order_page)
@or_what_changed
def accept(request: PageRequest, order_id: int) -> HttpResponse:
    workorders.accept(viewer=request.viewer, order_id=order_id, step=_step(request), now=timezone.now())
    return _done(request, order_id, _("已签收。"))


@page("workorders.forward", methods=("POST",), shown_on=order_page)
@or_what_changed
def forward(request: PageRequest, order_id: int) -> HttpResponse:
    to_org = request.POST.get("to_org", "")
    card = workorders.forward(
        viewer=request.viewer, order_id=order_id, to_org_id=whole(to_org), step=_step(request), now=timezone.now()
    )
    messages.success(request, _("已转给%(union)s。") % {"union": card.org_name})
    return redirect("officer:orders")


@page("workorders.return", methods=("POST",), shown_on=order_page)
@or_what_changed
def hand_back(request: PageRequest, order_id: int) -> HttpResponse:
    card = workorders.hand_back(
        viewer=request.viewer,
        order_id=order_id,
        reason=request.POST.get("reason", ""),
        step=_step(request),
        now=timezone.now(),
    )
    messages.success(request, _("已退回%(union)s。") % {"union": card.org_name})
    return redirect("officer:orders")


@page("workorders.assign", methods=("POST",), shown_on=order_page)
@or_what_changed
def assign(request: PageRequest, order_id: int) -> HttpResponse:
    account = request.POST.get("account", "")
    verifier = verifier_of(whole(account) if account else request.viewer.account_id)
    workorders.assign(
        viewer=request.viewer, order_id=order_id, assignee=verifier, step=_step(request), now=timezone.now()
    )
    return _done(request, order_id, _("已指派%(name)s走访。") % {"name": verifier.name})


@page("cases.verify", methods=("POST",), shown_on=order_page)
@or_what_changed
def stand_aside(request: PageRequest, order_id: int) -> HttpResponse:
    workorders.declare_conflict(
        viewer=request.viewer,
        order_id=order_id,
        reason=request.POST.get("reason", ""),
        step=_step(request),
        now=timezone.now(),
    )
    return _done(request, order_id, _("已登记回避，请另行指派。"))


@page("cases.verify", methods=("POST",), shown_on=order_page)
@or_what_changed
def contact_try(request: PageRequest, order_id: int) -> HttpResponse:
    """A try is kept as a visit of the case that saw nobody: case and order both have it."""
    now = timezone.now()
    way = VisitWay.PHONE if request.POST.get("way") == "PHONE" else VisitWay.NONE
    case = cases.find_case_of_order(request.viewer, order_id)
    if case is None:
        raise cases.NotFound
    case_actions.record_visit(
        viewer=request.viewer,
        case_id=case.id,
        visited_on=timezone.localdate(now),
        way=way,
        contact_tries=[ContactTry(at=now, way=way.value, is_reached=False)],
        now=now,
    )
    return _done(request, order_id, _("已记下这次联系。"))


@page("registry.reveal", methods=("POST",), shown_on=order_page, changes_nothing=True)
@or_what_changed
def reveal(request: PageRequest, order_id: int) -> HttpResponse:
    """Open one field of the worker to be visited; shown once, on this answer only."""
    order = queries.get_order(request.viewer, order_id, now=timezone.now())
    column = PersonField(request.POST["field"]) if request.POST.get("field") in set(PersonField) else PersonField.PHONE
    value = case_actions.open_field(
        viewer=request.viewer,
        household_id=order.household_id,
        person_id=order.person_id,
        field=column,
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )
    remember(request, order.household_id, request.POST.get("reason", ""))
    request.opened = {"person_id": order.person_id, "field": column.value, "value": value}
    return order_page.unguarded(request, order_id=order_id)


@page("registry.reveal", methods=("POST",), shown_on=order_page, changes_nothing=True)
@or_what_changed
def open_address(request: PageRequest, order_id: int) -> HttpResponse:
    """Where the household lives; shown once, on this answer only, with a link to the phone's own map."""
    order = queries.get_order(request.viewer, order_id, now=timezone.now())
    request.opened_address = case_actions.open_address(
        viewer=request.viewer,
        household_id=order.household_id,
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )
    remember(request, order.household_id, request.POST.get("reason", ""))
    return order_page.unguarded(request, order_id=order_id)
