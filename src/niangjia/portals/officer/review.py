"""Review and approval: what was verified beside what was sensed, the file, and each next step of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import forms, lifecycle, queries
from niangjia.apps.cases.types import CaseAction, CaseFilter, CaseKind, CaseState, EntitlementState, ExitKind, Outcome
from niangjia.apps.organizations import areas
from niangjia.apps.programs.types import DecisionOutcome
from niangjia.apps.registry import queries as registry
from niangjia.kernel.money import typed_number, yuan
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.marks import mark
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.people import household_names, record_seen
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.design.tags import fact_word, say
from niangjia.portals.officer import sheets
from niangjia.portals.officer.household import two_months
from niangjia.portals.officer.narrowing import unknown_in
from niangjia.portals.officer.visit_form import told

ROWS = 25
TO_GO_ON = (CaseState.CONFIRMED, CaseState.FILE_DRAFT, CaseState.FILE_TIERED, CaseState.REPAIR, CaseState.RETRY)


class NotAnAct(Refusal):
    def __init__(self) -> None:
        super().__init__("没有这一步。请从页面上的按钮办理。", "There is no such step. Use the buttons of the page.")


class StillBlocked(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "仍不能列支，原因见“决定与资金”。请先开设预算或核对限额，再试一次。",
            "The money still cannot be set aside; the reason stands with the decision. Open a budget or check the cap, then try again.",
        )


class UnreadableEntry(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "月份应写作 2024-05，金额最多两位小数。请更正后再交。",
            "A month is written 2024-05, an amount has two decimals at most. Please correct it.",
        )


def _piles(viewer: Viewer) -> dict[str, tuple[str, QuerySet[Any]]]:
    return {
        "accept": (_("待复核"), queries.list_waiting_for(viewer, CaseAction.ACCEPT)),
        "next": (_("待建档或处理"), queries.list_cases(viewer, CaseFilter()).filter(state__in=TO_GO_ON)),
        "approve": (_("待批准"), queries.list_waiting_for(viewer, CaseAction.APPROVE)),
        "blocked": (_("没有列支"), queries.list_blocked(viewer)),
    }


FILTERS = ("number", "outcome", "grade", "cause", "month")


def found_in_queue(request: PageRequest) -> QuerySet[Any]:
    """The pile that the address names, narrowed by its filters."""
    piles = _piles(request.viewer)
    return _narrowed(request, piles.get(request.GET.get("desk", ""), piles["accept"])[1])


def _narrowed(request: PageRequest, pile: QuerySet[Any]) -> QuerySet[Any]:
    number, outcome, grade, cause, month = (request.GET.get(name, "").strip() for name in FILTERS)
    narrow = CaseFilter(number=number, outcome=outcome, grade=grade, cause=cause, month=month)
    return queries.narrow_to(request.viewer, pile, narrow)


def _known(months: Iterable[str]) -> dict[str, Iterable[str]]:
    return {
        "month": months,
        "outcome": Outcome.values,
        "grade": words.WORDS["grade"],
        "cause": words.WORDS["cause"],
    }


@page("cases.review")
def queue(request: PageRequest) -> HttpResponse:
    """The desk: findings to accept, files to approve, cases to go on with, grants without money."""
    piles = _piles(request.viewer)
    desk = request.GET.get("desk", "")
    desk = desk if desk in piles else "accept"
    rows = Paginator(_narrowed(request, piles[desk][1]), ROWS).get_page(request.GET.get("page"))
    months = alerts.months_worked(timezone.localdate())
    context = {
        "given": {name: request.GET.get(name, "") for name in FILTERS},
        "months": months,
        "unknown": unknown_in(request, _known(months)),
        "outcomes": words.choices("outcome"),
        "grades": words.choices("grade"),
        "causes": words.choices("cause"),
        "desk": desk,
        "back": request.GET.urlencode(),
        "rows": rows,
        "examines": True,
        "names": household_names(case.household_id for case in rows),
        "desks": [(code, label, found.count()) for code, (label, found) in piles.items()],
    }
    return show(request, "officer/review.html", context)


def _given(request: PageRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in ("state", "outcome", "month", "cause")}


def found_files(request: PageRequest) -> QuerySet[Any]:
    given = _given(request)
    narrow = CaseFilter(
        state=given["state"],
        outcome=given["outcome"],
        month=given["month"],
        cause=given["cause"],
        only_open=not given["state"] and request.GET.get("all") != "1",
    )
    return queries.list_cases(request.viewer, narrow)


@page("cases.view")
def files(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    given = _given(request)
    months = alerts.months_worked(timezone.localdate())
    rows = Paginator(found_files(request), ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "names": household_names(case.household_id for case in rows),
        "given": given,
        "months": months,
        "unknown": unknown_in(request, _known(months) | {"state": CaseState.values}),
        "shows_all": request.GET.get("all") == "1",
        "counts": queries.count_by_state(viewer),
        "states": words.choices("case_state"),
        "outcomes": words.choices("outcome"),
        "examines": permissions.may(viewer, "cases.examine"),
    }
    return show(request, "officer/files.html", context)


@page("cases.view")
def case_page(request: PageRequest, case_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    now = timezone.now()
    watch(request, f"case:{case_id}")
    details = queries.get_details(viewer, case_id, now=now)
    case = details.case
    if case.kind == CaseKind.SPOT_CHECK and permissions.may(viewer, "cases.see_checks"):
        check = queries.find_spot_check_of(case_id)
        if check is not None:
            return redirect("officer:check", check.pk)
    watch(request, *(f"entitlement:{grant.pk}" for grant in details.entitlements))
    record_seen(viewer, case.household_id, "case", now)
    alert = _alert_of(viewer, case) if permissions.may(viewer, "alerts.view") else None
    is_compared = alert is not None and details.file is None  # with a file it is the file that is followed
    months = alerts.compare_with_month_before(viewer, [alert])[alert.household_id] if alert and is_compared else ()
    was_listed = any(one.name == "state" and one.before is not None for one in months)
    accounts_here = {visit.recorded_by_id for visit in details.visits} | {
        each for visit in details.visits for each in visit.verifiers
    }
    accounts_here |= {finding.judged_by_id for finding in details.findings if finding.judged_by_id}
    visit = next((one for one in reversed(details.visits) if one.form), None)
    opened_visit = getattr(request, "opened_visit", 0)
    context: dict[str, Any] = {
        "details": details,
        "history": _history(details),
        "case": case,
        "home": household_names([case.household_id]).get(case.household_id),
        "alert": alert,
        "sentences": alerts.sentences(alert) if alert else (),
        "visit": visit,
        "compared": _compare(alert, visit),
        "was_listed": was_listed,
        "changed": [row for row in two_months(alert, months) if row[0].differs] if was_listed else [],
        "before_month": Month(alert.month).previous() if alert and is_compared else None,
        "finding": next((one for one in reversed(details.findings)), None),
        "effect": lifecycle.EFFECTS.get(Outcome(details.findings[-1].outcome)) if details.findings else None,
        "names": accounts.names_of(accounts_here),
        "turn": lifecycle.find_turn(CaseState(case.state)),
        "turn_path": case.org.path or "",
        "areas": areas.counties_of(_province(case.area)) if details.findings and details.findings[-1].outcome == Outcome.V9 else (),
        "acts": {str(action.value) for action in details.actions},
        "examines": permissions.may(viewer, "cases.examine"),
        "grants": [(one, details.decisions.get(one.decision_id), details.reservation_states.get(queries.refs_of(one))) for one in details.entitlements],
        "tier_decision": details.decisions.get(details.file.decision_id) if details.file and details.file.decision_id else None,
        "adjustments": details.adjustments,
        "can_reconsider": permissions.may(viewer, "programs.manage"),
        "sees_money": permissions.may(viewer, "funds.view"),
        "exit_kinds": ExitKind.choices,
        "can_open_forms": queries.may_open(viewer, case.household_id, today=timezone.localdate(now), read=[case]),
        "can_set_aside": permissions.may(viewer, "cases.review") and permissions.may(viewer, "funds.approve"),
        "visit_files": queries.list_visit_files(one for one in details.visits if one.pk == opened_visit),
        "opened_form": getattr(request, "opened_form", None),
        "opened_visit": opened_visit,
        "opened_file": getattr(request, "opened_file", None),
        "last_month": Month.of(timezone.localdate(now)).previous(),
    }  # fmt: skip
    return show(request, "officer/case.html", context)


def _history(details: queries.CaseDetails) -> list[tuple[Any, Any]]:
    """Each move, and beside it each time that the household said it was in trouble again, the latest first: one of the two is set."""
    lines: list[tuple[Any, Any]] = [(move, None) for move in details.moves]
    lines += [(None, asked) for asked in details.asked_again]
    return sorted(lines, key=lambda line: (line[0] or line[1]).at, reverse=True)


def _alert_of(viewer: Viewer, case: Any) -> Any:
    """What the month's list says of the household: mostly the row that opened the case, which came along with it."""
    if case.alert is not None and case.alert.month == case.month and case.alert.household_id == case.household_id:
        return case.alert if alerts.sees(viewer, case.alert) else None
    return alerts.find_alert_of(viewer, case.household_id, Month(case.month))


def _province(area: str) -> str:
    return area[:2] or "33"


def _compare(alert: Any, visit: Any) -> list[tuple[object, Any, Any]]:
    """What was sensed beside what was found, one row a fact; None = not known on that side."""
    if alert is None and visit is None:
        return []
    form = visit.form if visit else {}
    total = {name: forms.total(form[name]) if form.get(name) else None for name in ("income_items", "rigid_items")}
    return [
        (_("家庭收入（12个月，元）"), alert.I2 if alert else None, total["income_items"]),
        (_("刚性支出（12个月，元）"), alert.M4 if alert else None, total["rigid_items"]),
        (_("家庭人口"), alert.size if alert else None, form.get("people")),
        (
            _("主要原因"),
            mark("、").join(str(words.word("cause", code)[0]) for code in alerts.split(alert.causes))
            if alert
            else None,
            str(words.word("cause", form["main_cause"])[0]) if form.get("main_cause") else None,
        ),
    ]


@page("registry.reveal", methods=("POST",), shown_on=case_page, changes_nothing=True)
def open_form(request: PageRequest, case_id: int) -> HttpResponse:
    """Open the sealed part of a visit's form; shown once, on record with its reason."""
    visit_id = whole(request.POST.get("visit", ""))
    values = cases.open_visit_form(
        viewer=request.viewer, visit_id=visit_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    request.opened_form, request.opened_visit = (
        sheets.cells((forms.OUTSIDER, *forms.VISIT_FORM), told(values)),
        visit_id,
    )
    return case_page.unguarded(request, case_id=case_id)


@page("registry.reveal", methods=("POST",), shown_on=case_page, changes_nothing=True)
def open_file(request: PageRequest, case_id: int) -> HttpResponse:
    """Open the sealed part of the file; shown once, on record with its reason."""
    file = queries.get_details(request.viewer, case_id, now=timezone.now()).file
    if file is None:
        raise queries.NotFound
    values = cases.open_file_form(
        viewer=request.viewer, file_id=file.pk, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    members = [one | {"relation": words.word("relation", one.get("relation"))[0]} for one in values.get("members", ())]
    request.opened_file = sheets.cells(forms.FILE_FORM, values | {"members": members})
    return case_page.unguarded(request, case_id=case_id)


@page("cases.review", methods=("POST",), shown_on=case_page)
def retry_grant(request: PageRequest, case_id: int) -> HttpResponse:
    """Set aside a grant that a missing budget or a cap stood against."""
    grants = queries.get_details(request.viewer, case_id, now=timezone.now()).entitlements
    grant_id = whole(request.POST.get("grant", ""))
    if grant_id not in {grant.pk for grant in grants}:
        raise queries.NotFound
    state = cases.retry_entitlement(viewer=request.viewer, entitlement_id=grant_id, now=timezone.now())
    if state is EntitlementState.BLOCKED:
        raise StillBlocked
    messages.success(request, _("已列支，等待审批和发放。"))
    return redirect("officer:case", case_id)


# --- the steps ---------------------------------------------------------------------------------------------------


def _start_file(request: PageRequest, case_id: int) -> None:
    case = queries.get_case(request.viewer, case_id)
    members = registry.list_household_members(request.viewer, case.household_id)
    cases.start_file(
        viewer=request.viewer,
        case_id=case_id,
        members={member.person.id: member.relation for member in members},
        now=timezone.now(),
    )


def _decide_tier(request: PageRequest, case_id: int) -> None:
    decision = cases.decide_tier(viewer=request.viewer, case_id=case_id, now=timezone.now())
    if decision.outcome is not DecisionOutcome.CANNOT_TELL:
        return
    if decision.unknown:
        names = mark("、").join(fact_word(name) for name in decision.unknown)
        said = _("还不能判定档次，缺：%(names)s。请由填档的工会补填档案，再核定。") % {"names": names}
    else:
        lines = mark("；").join(str(say(line)) for line in decision.because)
        said = _("还不能判定档次，用所填的数算不出：%(lines)s。请由填档的工会核对档案，再核定。") % {"lines": lines}
    messages.warning(request, said)


def _record_income(request: PageRequest, case_id: int) -> None:
    try:
        month = Month(request.POST.get("month", "").strip())
        income = yuan(typed_number(request.POST.get("income", "")))
    except ValueError as error:
        raise UnreadableEntry from error
    cases.record_income(
        viewer=request.viewer, case_id=case_id, month=month, income_per_capita=income, now=timezone.now()
    )


def _propose_exit(request: PageRequest, case_id: int) -> None:
    kind = request.POST.get("kind", "")
    cases.propose_exit(
        viewer=request.viewer,
        case_id=case_id,
        kind=ExitKind(kind) if kind in ExitKind.values else ExitKind.NATURAL,
        are_causes_gone=request.POST.get("causes_gone") == "on",
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )


def _plain(action: Callable[..., Any]) -> Callable[[PageRequest, int], None]:
    return lambda request, case_id: action(viewer=request.viewer, case_id=case_id, now=timezone.now())


def _with_reason(action: Callable[..., Any]) -> Callable[[PageRequest, int], None]:
    return lambda request, case_id: action(
        viewer=request.viewer, case_id=case_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )


def _accept(request: PageRequest, case_id: int) -> None:
    cases.accept_finding(
        viewer=request.viewer,
        case_id=case_id,
        target_area=(request.POST.get("target_area", "") or request.POST.get("target_beyond", "")).strip(),
        now=timezone.now(),
    )


def _approve(request: PageRequest, case_id: int) -> None:
    paper = request.POST.get("higher_approval", "").strip()
    cases.approve(viewer=request.viewer, case_id=case_id, higher_approval=paper, now=timezone.now())


ACTS: dict[str, tuple[str, Callable[[PageRequest, int], None]]] = {
    "accept": ("cases.review", _accept),
    "return": ("cases.review", _with_reason(cases.return_finding)),
    "close-without-file": ("cases.review", _with_reason(cases.close_without_file)),
    "start-file": ("cases.review", _start_file),
    "decide-tier": ("cases.review", _decide_tier),
    "announce": ("cases.announce", _plain(cases.announce)),
    "withdraw-notice": ("cases.announce", _with_reason(cases.withdraw_notice)),
    "approve": ("cases.approve", _approve),
    "refuse-file": ("cases.approve", _with_reason(cases.refuse_file)),
    "record-income": ("cases.verify", _record_income),
    "propose-exit": ("cases.review", _propose_exit),
    "confirm-exit": ("cases.approve", _plain(cases.confirm_exit)),
    "stop-exit": ("cases.approve", _with_reason(cases.stop_exit)),
    "end-watch": ("cases.review", _with_reason(cases.end_watch)),
    "finish-repair": ("cases.review", _with_reason(cases.finish_repair)),
    "hand-to-community": ("cases.review", _with_reason(cases.hand_to_community)),
    "cancel": ("cases.review", _with_reason(cases.cancel_case)),
}


@page("cases.view", methods=("POST",), shown_on=case_page)
def act(request: PageRequest, case_id: int, act: str) -> HttpResponse:
    """One step of a case; each names its own permission, what is not in the table is refused."""
    if act not in ACTS:
        raise NotAnAct
    action, do = ACTS[act]
    permissions.require(request.viewer, action)
    do(request, case_id)
    messages.success(
        request, _("已办理：%(step)s。") % {"step": words.word("case_action", act.upper().replace("-", "_"))[0]}
    )
    return redirect("officer:case", case_id)
