"""Earmarked money: budgets, what waits for payment, batches from preparation to the bank's answer, the register."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries
from niangjia.apps.funds.types import (
    Balances,
    BatchCard,
    BatchState,
    Outcome,
    PaymentCard,
    PaymentState,
    ReceiptLine,
    RegisterRow,
    ReservationCard,
    ReservationState,
)
from niangjia.apps.registry import queries as registry
from niangjia.jobs import pay
from niangjia.kernel.money import ZERO
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form, money_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.design.staleness import watch
from niangjia.portals.design.tags import purpose_choices
from niangjia.portals.officer.narrowing import unknown_in

ROWS = 100
_TURN = {
    BatchState.PREPARED: "funds.approve",
    BatchState.APPROVED: "funds.pay",
    BatchState.SEALED: "funds.pay",
    BatchState.SENT: "funds.confirm",
}
"""The right that a batch in this state waits for."""


class BudgetForm(Form):
    purpose = forms.ChoiceField(label=gettext_lazy("用途"), choices=purpose_choices)
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    amount = forms.DecimalField(label=gettext_lazy("金额（元）"), max_digits=16, decimal_places=2, widget=money_input())
    reason = forms.CharField(label=gettext_lazy("依据"), max_length=300)


@page("funds.view", methods=("GET", "POST"))
def funds_page(request: PageRequest) -> HttpResponse:
    """Budgets with where their money is; finance asks for more, another approves it."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    watch(request)
    can_prepare = permissions.may(viewer, "funds.prepare")
    form = BudgetForm(request.POST or None, initial={"year": timezone.localdate(now).year})
    if request.method == "POST":
        permissions.require(viewer, "funds.prepare")
        if form.is_valid():
            _ask_for_money(viewer, form.cleaned_data, request.POST.get("key") or uuid.uuid4().hex)
            messages.success(request, _("申请已提交，由另一人审批后到账。"))
            return redirect("officer:funds")
    requests = list(queries.list_requests(viewer))
    watch(request, *(f"fund_request:{one.pk}" for one in requests))
    context = {
        "balances": _this_year_first(queries.list_balances(viewer), now),
        "requests": requests,
        "names": accounts.names_of({one.requested_by_id for one in requests}),
        "form": form if can_prepare else None,
        "key": uuid.uuid4().hex,
        "can_approve": permissions.may(viewer, "funds.approve"),
    }
    return show(request, "officer/funds.html", context, status=422 if form.errors else 200)


def _this_year_first(balances: Iterable[Balances], now: datetime) -> list[Balances]:
    year = timezone.localdate(now).year
    return sorted(balances, key=lambda one: one.year != year)


def _ask_for_money(viewer: Viewer, asked: dict[str, Any], key: str) -> None:
    now = timezone.now()
    standing = next(
        (
            one
            for one in queries.list_balances(viewer, year=asked["year"], purpose=asked["purpose"])
            if one.org_id == viewer.org_id
        ),
        None,
    )
    if standing:
        funds.add_to_budget(
            viewer=viewer,
            budget_id=standing.budget_id,
            amount=asked["amount"],
            key=key,
            reason=asked["reason"],
            now=now,
        )
    else:
        funds.open_budget(
            viewer=viewer, org_id=viewer.org_id, purpose=asked["purpose"], year=asked["year"], amount=asked["amount"], key=key,
            reason=asked["reason"], now=now,
        )  # fmt: skip


@page("funds.approve", methods=("POST",), shown_on=funds_page)
def approve_request(request: PageRequest, request_id: int) -> HttpResponse:
    served = funds.approve_request(viewer=request.viewer, request_id=request_id, now=timezone.now())
    messages.success(request, _("已批准，资金到账；排队的 %(count)s 笔已有款。") % {"count": len(served)})
    return redirect("officer:funds")


def _case_numbers(refs: Iterable[str]) -> dict[int, str]:
    """Numbers of the cases that money was given for, by id."""
    parts = [ref.split(":") for ref in refs]
    ids = {whole(part[1]) for part in parts if part[0] == "case" and len(part) > 1}
    return cases.numbers_of(ids) if ids else {}


def found_waiting(request: PageRequest, budget_id: int) -> list[ReservationCard]:
    """What waits in one budget, the unapproved first."""
    waiting = [
        card
        for state in (ReservationState.QUEUED, ReservationState.RESERVED, ReservationState.RETURNED)
        for card in queries.list_reservations(request.viewer, budget_id=budget_id, state=state)
    ]
    return sorted(waiting, key=lambda card: (card.is_approved, card.id))


@page("funds.view")
def budget(request: PageRequest, budget_id: int) -> HttpResponse:
    """What waits in one budget: to be approved, to be paid, queued for money."""
    viewer: Viewer = request.viewer
    watch(request, f"budget:{budget_id}")
    balance = next((one for one in queries.list_balances(viewer) if one.budget_id == budget_id), None)
    if balance is None:
        raise queries.NotFound("预算", "budget", budget_id)
    waiting = found_waiting(request, budget_id)
    payable = [card for card in waiting if card.is_approved and card.state == ReservationState.RESERVED]
    rows = Paginator(waiting, ROWS).get_page(request.GET.get("page"))
    watch(request, *(f"reservation:{card.id}" for card in rows))
    context = {
        "balance": balance,
        "rows": rows,
        "names": registry.masked_names(card.person_id for card in rows),
        "numbers": _case_numbers(card.case_ref for card in rows),
        "payable_count": len(payable),
        "payable_total": sum((card.amount for card in payable), ZERO),
        "key": f"{budget_id}-{timezone.localdate():%Y%m%d}-{uuid.uuid4().hex[:8]}",
        "can_approve": permissions.may(viewer, "funds.approve"),
        "can_prepare": permissions.may(viewer, "funds.prepare"),
    }
    return show(request, "officer/budget.html", context)


@page("funds.approve", methods=("POST",), shown_on=budget)
def approve_reservations(request: PageRequest, budget_id: int) -> HttpResponse:
    """Approve those ticked; the first refusal stops there and says so, what went before stays approved."""
    now = timezone.now()
    ids = [number for value in request.POST.getlist("reservation") if (number := whole(value))]
    for reservation_id in ids:
        funds.approve(viewer=request.viewer, reservation_id=reservation_id, now=now)
    messages.success(request, _("已审批 %(count)s 笔。") % {"count": len(ids)})
    return redirect("officer:budget", budget_id)


@page("funds.prepare", methods=("POST",), shown_on=budget)
def prepare(request: PageRequest, budget_id: int) -> HttpResponse:
    card = funds.prepare_batch(
        viewer=request.viewer, budget_id=budget_id, key=request.POST.get("key", ""), now=timezone.now()
    )
    messages.success(request, _("批次 %(number)s 已编制，请另一人审批。") % {"number": card.number})
    return redirect("officer:batch", card.id)


def found_batches(request: PageRequest) -> Sequence[BatchCard]:
    state = request.GET.get("state", "")
    return queries.list_batches(request.viewer, states=[state] if state in BatchState.values else [])


@page("funds.view")
def batches(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    state = request.GET.get("state", "")
    balances = _this_year_first(queries.list_balances(viewer), timezone.now())
    payable = queries.count_payable(one.budget_id for one in balances)
    context = {
        "rows": Paginator(found_batches(request), ROWS).get_page(request.GET.get("page")),
        "state": state,
        "states": words.choices("batch"),
        "ready": [one for one in balances if payable.get(one.budget_id)],
        "payable": payable,
        "budgets": {one.budget_id: one for one in balances},
        "can_prepare": permissions.may(viewer, "funds.prepare"),
    }
    return show(request, "officer/batches.html", context)


@page("funds.view")
def batch(request: PageRequest, batch_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    watch(request, f"batch:{batch_id}")
    card = queries.get_batch(viewer, batch_id)
    rows = Paginator(queries.list_batch_payments(viewer, batch_id), ROWS).get_page(request.GET.get("page"))
    payees = registry.payee_accounts(row.person_id for row in rows)
    people = {account for account in (card.prepared_by, card.approved_by, card.sealed_by) if account is not None}
    people |= {payee.entered_by for payee in payees.values() if payee.entered_by is not None}
    context = {
        "batch": card,
        "rows": rows,
        "persons": registry.masked_names(row.person_id for row in rows),
        "numbers": _case_numbers(row.case_ref for row in rows),
        "payees": payees,
        "moved": {row.id for row in rows if row.account_mark and row.account_mark != payees[row.person_id].mark},
        "came_back": _came_back(rows),
        "names": accounts.names_of(people),
        "queue": [entry for entry in queries.list_receipt_queue(viewer) if entry.batch_id == batch_id]
        if card.file_sha256
        else [],
        "turn": _TURN.get(card.state, ""),
        "may": {
            "approve": card.state == BatchState.PREPARED and permissions.may(viewer, "funds.approve"),
            "remove": card.state == BatchState.PREPARED
            and card.line_count > 1
            and permissions.may(viewer, "funds.prepare"),
            "cancel": card.state in (BatchState.PREPARED, BatchState.APPROVED)
            and permissions.may(viewer, "funds.prepare"),
            "seal": card.state == BatchState.APPROVED and permissions.may(viewer, "funds.pay"),
            "file": card.sealed_at is not None and permissions.may(viewer, "funds.pay"),
            "sent": card.state == BatchState.SEALED and bool(card.file_sha256) and permissions.may(viewer, "funds.pay"),
            "receipts": card.state in (BatchState.SENT, BatchState.SETTLED)
            and permissions.may(viewer, "funds.confirm"),
        },
        "report": getattr(request, "report", None),
    }
    return show(request, "officer/batch.html", context)


def _came_back(rows: Iterable[PaymentCard]) -> set[int]:
    """Payments that came back and wait for another account: not yet taken up again."""
    back = [row for row in rows if row.state == PaymentState.RETURNED]
    states = queries.reservation_states([row.case_ref for row in back])
    return {row.id for row in back if states.get(row.case_ref) == ReservationState.RETURNED}


def _done(request: PageRequest, batch_id: int, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("officer:batch", batch_id)


@page("funds.approve", methods=("POST",), shown_on=batch)
def approve_batch(request: PageRequest, batch_id: int) -> HttpResponse:
    funds.approve_batch(viewer=request.viewer, batch_id=batch_id, now=timezone.now())
    return _done(request, batch_id, _("批次已审批，可由第三人封存付款。"))


@page("funds.prepare", methods=("POST",), shown_on=batch)
def cancel_batch(request: PageRequest, batch_id: int) -> HttpResponse:
    funds.cancel_batch(
        viewer=request.viewer, batch_id=batch_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    return _done(request, batch_id, _("批次已作废，名单回到待发。"))


@page("funds.pay", methods=("POST",), shown_on=batch)
def seal_batch(request: PageRequest, batch_id: int) -> HttpResponse:
    pay.export(deployment(), batch_id, viewer=request.viewer, now=timezone.now())
    return _done(request, batch_id, _("批次已封存，款项在途，银行文件已生成。请下载送银行。"))


@page("funds.pay", methods=("POST",), shown_on=batch, changes_nothing=True)
def bank_file(request: PageRequest, batch_id: int) -> HttpResponse:
    """The bank's file, by POST: it opens bank accounts, and every opening is on record."""
    made = pay.export(deployment(), batch_id, viewer=request.viewer, now=timezone.now())
    response = HttpResponse(made.path.read_bytes(), content_type="text/csv; charset=gb18030")
    response.headers["Content-Disposition"] = f'attachment; filename="{made.path.name}"'
    return response


@page("funds.pay", methods=("POST",), shown_on=batch)
def mark_sent(request: PageRequest, batch_id: int) -> HttpResponse:
    funds.mark_sent(viewer=request.viewer, batch_id=batch_id, now=timezone.now())
    return _done(request, batch_id, _("已登记送银行。收到回单后在此登记。"))


@page("funds.confirm", methods=("POST",), shown_on=batch)
def receipts(request: PageRequest, batch_id: int) -> HttpResponse:
    """The bank's answer, as a file or line by line: ``outcome-<reference>`` = PAID or RETURNED."""
    now = timezone.now()
    if upload := request.FILES.get("file"):
        lines = pay.read_receipt(upload.read(pay.LARGEST_RECEIPT + 1))
    else:
        amounts = {row.reference: row.amount for row in queries.list_batch_payments(request.viewer, batch_id)}
        lines = [
            ReceiptLine(
                reference,
                amounts.get(reference, Decimal(0)),
                Outcome(value),
                timezone.localdate(now),
                request.POST.get(f"reason-{reference}", ""),
            )
            for reference, value in (
                (name[8:], value) for name, value in request.POST.items() if name.startswith("outcome-")
            )
            if value in Outcome.values
        ]
    report = funds.receive_receipt(viewer=request.viewer, batch_id=batch_id, lines=lines, now=now)
    text = _("回单已登记：到账 %(settled)s 笔，退回 %(returned)s 笔，重复 %(repeated)s 笔，待核对 %(queued)s 笔。")
    counts = {
        "settled": report.settled_count,
        "returned": report.returned_count,
        "repeated": report.repeated_count,
        "queued": len(report.queued_ids),
    }
    return _done(request, batch_id, text % counts)


@page("funds.prepare", methods=("POST",), shown_on=batch)
def remove_payment(request: PageRequest, batch_id: int) -> HttpResponse:
    """Take a line out before the approval: one without an account, say."""
    line = _line(request, batch_id)
    reason = request.POST.get("reason", "")
    funds.remove_payment(viewer=request.viewer, payment_id=line.id, reason=reason, now=timezone.now())
    return _done(request, batch_id, _("已移出，等待下一批次。"))


@page("funds.confirm", methods=("POST",), shown_on=batch)
def repay(request: PageRequest, batch_id: int) -> HttpResponse:
    """Let what came back be paid again, now that the account is corrected."""
    line = _line(request, batch_id)
    mark = registry.account_marks([line.person_id]).get(line.person_id, "")
    funds.repay(viewer=request.viewer, payment_id=line.id, account_mark=mark, now=timezone.now())
    return _done(request, batch_id, _("已转入下一批次，编制时一并发放。"))


@page("funds.confirm", methods=("POST",), shown_on=batch)
def close_entry(request: PageRequest, batch_id: int) -> HttpResponse:
    """Say what was found about a line of the bank's answer that matched nothing."""
    entry_id = whole(request.POST.get("entry", ""))
    if entry_id not in {one.pk for one in queries.list_receipt_queue(request.viewer) if one.batch_id == batch_id}:
        raise queries.NotFound("回单行", "receipt line", entry_id)
    funds.close_receipt_entry(
        viewer=request.viewer, entry_id=entry_id, note=request.POST.get("note", ""), now=timezone.now()
    )
    return _done(request, batch_id, _("已登记处理结果。"))


def _line(request: PageRequest, batch_id: int) -> PaymentCard:
    """The line of this very batch that was asked for. Raises NotFound."""
    payment_id = whole(request.POST.get("payment", ""))
    lines = {row.id: row for row in queries.list_batch_payments(request.viewer, batch_id)}
    if payment_id not in lines:
        raise queries.NotFound("付款", "payment", payment_id)
    return lines[payment_id]


def found_in_register(request: PageRequest) -> Sequence[RegisterRow]:
    """Latest first."""
    return _register_of(request, _year(request, _years(request.viewer)))


def _register_of(request: PageRequest, year: int) -> Sequence[RegisterRow]:
    return queries.list_register(request.viewer, year=year, state=request.GET.get("state", ""))


def _years(viewer: Viewer) -> list[int]:
    return sorted({one.year for one in queries.list_balances(viewer)} | {timezone.localdate().year}, reverse=True)


def _year(request: PageRequest, years: Sequence[int]) -> int:
    """The year asked for if there is a register of it, else this one."""
    asked = whole(request.GET.get("year", ""))
    return asked if asked in years else timezone.localdate().year


@page("funds.view")
def register(request: PageRequest) -> HttpResponse:
    """The register 台账 of a year, with what reached workers."""
    viewer: Viewer = request.viewer
    years = _years(viewer)
    year = _year(request, years)
    state = request.GET.get("state", "")
    rows = Paginator(_register_of(request, year), ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "names": registry.masked_names(row.person_id for row in rows),
        "numbers": _case_numbers(row.case_ref for row in rows),
        "totals": queries.totals(viewer, year=year),
        "year": year,
        "years": years,
        "unknown": unknown_in(request, {"year": map(str, years), "state": PaymentState.values}),
        "state": state,
        "states": words.choices("payment"),
    }
    return show(request, "officer/register.html", context)
