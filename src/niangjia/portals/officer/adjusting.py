"""补发与追回: what deciding anew found to differ, both decisions side by side, and a person who settles it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.types import (
    AdjustmentCard,
    AdjustmentState,
    DecisionOutcome,
    Payee,
    Settlement,
    Subject,
    SubjectKind,
)
from niangjia.apps.registry import queries as registry
from niangjia.kernel.money import ZERO, show_yuan
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form, money_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.people import household_names, record_seen
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.design.tags import in_words, say
from niangjia.portals.officer import differing

ROWS = 25
WAITING = (AdjustmentState.OPEN, AdjustmentState.RECOVERING)


class NoSuchSettlement(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这种处理。请从页面上的按钮办理。", "There is no such way to settle it. Use the buttons of the page."
        )


# --- the list ----------------------------------------------------------------------------------------------------


def found_adjustments(request: PageRequest) -> QuerySet[Any]:
    return queries.visible_adjustments(
        request.viewer,
        states=_states(request.GET.get("state", "")),
        kind=request.GET.get("kind", ""),
        program=request.GET.get("program", ""),
        reconsideration_id=whole(request.GET.get("cause", "")) or None,
    )


@page("funds.view")
def adjustments(request: PageRequest) -> HttpResponse:
    """Oldest first; without a filter those that wait. Every filter stands in the address."""
    viewer: Viewer = request.viewer
    given = {name: request.GET.get(name, "") for name in ("state", "kind", "program")}
    cause = whole(request.GET.get("cause", ""))
    rows = Paginator(found_adjustments(request), ROWS).get_page(request.GET.get("page"))
    cards = queries.cards_of(viewer, rows)
    named = whose(card.subject for card in cards)
    context = {
        "rows": rows,
        "cards": [(card, named[card.subject.kind.value, card.subject.id]) for card in cards],
        "given": given,
        "cause": cause,
        "states": words.choices("adjustment_state"),
        "kinds": words.choices("adjustment_kind"),
        "programs": [(pack, say({"zh": zh, "en": en})) for pack, zh, en in queries.list_adjusted_programs(viewer)],
        "waiting": queries.tally_waiting(viewer),
    }
    return show(request, "officer/adjustments.html", context)


def _states(asked: str) -> tuple[AdjustmentState, ...]:
    if asked == "all":
        return tuple(AdjustmentState)
    return (AdjustmentState(asked),) if asked in AdjustmentState.values else WAITING


def whose(subjects: Iterable[Subject]) -> dict[tuple[str, int], str]:
    """Kind and id → a masked name, or the unit's word and number; a few questions however many."""
    found = {(subject.kind.value, subject.id): subject for subject in subjects}
    homes = household_names(one.id for one in found.values() if one.kind is SubjectKind.HOUSEHOLD)
    persons = registry.masked_names(one.id for one in found.values() if one.kind is SubjectKind.PERSON)
    named: dict[tuple[str, int], str] = {}
    for key, subject in found.items():
        if subject.kind is SubjectKind.HOUSEHOLD and subject.id in homes:
            home = homes[subject.id]
            named[key] = _("%(name)s 一家 %(count)s 口") % {"name": home.name or "—", "count": home.size}
        elif subject.kind is SubjectKind.PERSON and subject.id in persons:
            named[key] = persons[subject.id]
        else:
            named[key] = f"{subject.kind.label} {subject.id}"
    return named


# --- one ---------------------------------------------------------------------------------------------------------


class SettleForm(Form):
    """`payees`: whom to ask about where nobody was paid before. The prefix keeps the forms of one page apart."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("本人看得到"),
    )
    payee = forms.ChoiceField(label=gettext_lazy("收款人"))

    def __init__(self, how: Settlement, data: Mapping[str, Any] | None, payees: list[tuple[int, str]] | None) -> None:
        super().__init__(data, prefix=how.value.lower())
        if how is Settlement.PAY:
            self.fields["reason"].required = False
            self.fields["reason"].label = _("说明（可不填）")
        if how is Settlement.PAY and payees is not None:
            payee = self.fields["payee"]
            assert isinstance(payee, forms.ChoiceField)
            payee.choices = [("", _("请选择")), *((str(person), label) for person, label in payees)]
            payee.error_messages |= {"required": _("请选择收款人。"), "invalid_choice": _("请从名单里选择收款人。")}
        else:
            del self.fields["payee"]


class RecoveryForm(Form):
    amount = forms.DecimalField(
        label=gettext_lazy("收回金额（元）"),
        max_digits=16,
        decimal_places=2,
        min_value=Decimal("0.01"),
        widget=money_input(),
        help_text=gettext_lazy("收到多少登记多少，可以分几次"),
        error_messages={
            "invalid": gettext_lazy("请填金额，例如 120.50。"),
            "min_value": gettext_lazy("金额须大于零。"),
            "max_decimal_places": gettext_lazy("金额最多两位小数。"),
        },
    )
    seen = forms.DecimalField(widget=forms.HiddenInput())
    key = forms.CharField(max_length=64, widget=forms.HiddenInput())


@page("funds.view")
def adjustment(request: PageRequest, adjustment_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    watch(request, f"adjustment:{adjustment_id}")
    card = queries.get_adjustment(viewer, adjustment_id)
    chain = queries.list_decision_chain(card.root_id)
    by_id = {decision.id: cases.as_seen_by(viewer, decision) for decision in chain}
    old, new = by_id[card.old_id], by_id[card.new_id]
    household_id = household_of(card.subject)
    if household_id is not None:
        record_seen(viewer, household_id, "adjustment", timezone.now())
    money = queries.list_money_of(chain)
    recoveries = queries.list_recoveries(card.id)
    hands = {*card.barred, *(one.booked_by for one in recoveries)}
    hands |= {account for account in (card.asked_by, card.settled_by) if account is not None}
    siblings = [one for one in queries.list_adjustments_of([card.root_id]).get(card.root_id, []) if one.id != card.id]
    pack = differing.find_pack(new)
    facts = pack.vocabulary.facts if pack else {}
    context = {
        "card": card,
        "old": old,
        "new": new,
        "whose": whose([card.subject])[card.subject.kind.value, card.subject.id],
        "household_id": household_id if household_id and _may_open(viewer, household_id) else None,
        "why": differing.cause_in_words(card.cause, card.reason, card.program, card.area, card.asof),
        "parts": differing.compare(old, new),
        "corrections": [
            (differing.fact_title(facts.get(name), name), differing.fact_text(facts.get(name), value))
            for name, value in card.corrections.items()
        ],
        "money": money,
        "paid": sum((one.amount for one in money if one.state is ReservationState.PAID), ZERO),
        "recoveries": recoveries,
        "siblings": siblings,
        "successor": next((one for one in siblings if one.id > card.id), None),
        "names": accounts.names_of(hands),
        "is_barred": viewer.has_hand_in(card.barred),
        **_forms(request, card),
    }
    status = 422 if any(form.errors for form in context["settling"].values()) else 200
    if context["booking"] is not None and context["booking"].errors:
        status = 422
    return show(request, "officer/adjustment.html", context, status=status)


def household_of(subject: Subject) -> int | None:
    if subject.kind is SubjectKind.HOUSEHOLD:
        return subject.id
    return registry.household_of(subject.id) if subject.kind is SubjectKind.PERSON else None


def _may_open(viewer: Viewer, household_id: int) -> bool:
    """Divisions and unions cut the town differently: the page of a household is its union's."""
    return registry.visible_households(viewer).filter(pk=household_id).exists()


def _forms(request: PageRequest, card: AdjustmentCard) -> dict[str, Any]:
    """What the viewer may do about it; a form that was sent and did not go through keeps what was typed."""
    viewer = request.viewer
    settling: dict[str, SettleForm] = {}
    if permissions.may(viewer, "funds.approve") and not viewer.has_hand_in(card.barred):
        sent = request.POST if request.method == "POST" else None
        how_sent = sent.get("how", "") if sent is not None else ""
        for how in _ways(card):
            bound = sent if how_sent == how.value else None
            payees = _payees(viewer, card) if how is Settlement.PAY and _needs_payee(card) else None
            settling[how.value] = SettleForm(how, bound, payees)
            if bound is not None:
                settling[how.value].is_valid()
    booking = None
    if permissions.may(viewer, "funds.confirm") and card.state is AdjustmentState.RECOVERING:
        fresh = {"seen": card.recovered, "key": uuid.uuid4().hex, "amount": request.POST.get("amount")}
        was_refused = getattr(request, "refusal", None) is not None
        booking = RecoveryForm(initial=fresh) if was_refused else getattr(request, "form", RecoveryForm(initial=fresh))
    needs = {"needs_payee": Settlement.PAY.value in settling and "payee" in settling[Settlement.PAY.value].fields}
    return {"settling": settling, "booking": booking, **needs}


def _ways(card: AdjustmentCard) -> list[Settlement]:
    if card.state is AdjustmentState.RECOVERING:
        return [Settlement.WAIVE]
    if card.state is not AdjustmentState.OPEN:
        return []
    if card.new_outcome is DecisionOutcome.CANNOT_TELL or card.difference == ZERO:
        return [Settlement.WAIVE]
    return [Settlement.PAY if card.difference > 0 else Settlement.RECOVER, Settlement.WAIVE]


def _needs_payee(card: AdjustmentCard) -> bool:
    return not funds.list_reservations_of(queries.ref_of(card.root_id))


def _payees(viewer: Viewer, card: AdjustmentCard) -> list[tuple[int, str]]:
    """Who lives there, or the person it is about; nobody for a union or a firm: money goes to persons."""
    if card.subject.kind is SubjectKind.PERSON:
        return list(registry.masked_names([card.subject.id]).items())
    if card.subject.kind is not SubjectKind.HOUSEHOLD or not _may_open(viewer, card.subject.id):
        return []
    return [
        (one.person.id, " · ".join(filter(None, [one.person.name, in_words(one.relation, "relation"), _born(one)])))
        for one in registry.list_household_members(viewer, card.subject.id)
    ]


def _born(member: Any) -> str:
    return str(member.person.birth_date.year) if member.person.birth_date else ""


@page("funds.approve", methods=("POST",), shown_on=adjustment)
def settle(request: PageRequest, adjustment_id: int) -> HttpResponse:
    """Pay on top, have back, or leave as it is. Sent twice by the same person it is done once."""
    viewer: Viewer = request.viewer
    asked = request.POST.get("how", "")
    if asked not in Settlement.values:
        raise NoSuchSettlement
    how = Settlement(asked)
    card = queries.get_adjustment(viewer, adjustment_id)
    asks = how is Settlement.PAY and card.state is AdjustmentState.OPEN and _needs_payee(card)
    form = SettleForm(how, request.POST, _payees(viewer, card) if asks else None)
    is_open = how in _ways(card) and not viewer.has_hand_in(card.barred)
    if is_open and not form.is_valid():
        return adjustment.unguarded(request, adjustment_id=adjustment_id)
    form.is_valid()  # of one that is closed or barred the action itself says why
    reason = form.cleaned_data.get("reason") or ("" if is_open else "—")
    payee = _payee(viewer, card, whole(form.cleaned_data.get("payee", ""))) if asks and is_open else None
    settled = programs.settle(
        viewer=viewer, adjustment_id=adjustment_id, how=how, reason=reason, payee=payee, now=timezone.now()
    )
    messages.success(request, _said_of(settled))
    return redirect("officer:adjustment", adjustment_id)


def _payee(viewer: Viewer, card: AdjustmentCard, person_id: int) -> Payee:
    """The fund that is asked first is that of the payee's own union."""
    membership = registry.open_memberships_of([person_id]).get(person_id)
    union = organizations.get_unions([membership.org_id]).get(membership.org_id) if membership else None
    return Payee(person_id, household_of(card.subject), union.path if union else viewer.org_path)


def _said_of(card: AdjustmentCard) -> str:
    amount = {"amount": show_yuan(abs(card.difference))}
    if card.state is AdjustmentState.PAID:
        queued = card.reservation_id and funds.get_reservation(card.reservation_id).state is ReservationState.QUEUED
        if queued:
            return _("已同意补发 %(amount)s 元。资金不足，已排队，到款后自动预留。") % amount
        return _("已同意补发 %(amount)s 元，等待审批和发放。") % amount
    if card.state is AdjustmentState.RECOVERING:
        return _("已决定追回 %(amount)s 元，由财务在收到后登记。") % amount
    return _("已结案：不予调整。")


@page("funds.confirm", methods=("POST",), shown_on=adjustment)
def book_recovery(request: PageRequest, adjustment_id: int) -> HttpResponse:
    """Book what has come back, whole or in parts. Sent twice it is booked once."""
    form = RecoveryForm(request.POST)
    request.form = form
    if not form.is_valid():
        return adjustment.unguarded(request, adjustment_id=adjustment_id)
    card = programs.book_recovery(
        viewer=request.viewer,
        adjustment_id=adjustment_id,
        amount=form.cleaned_data["amount"],
        recovered_before=form.cleaned_data["seen"],
        key=form.cleaned_data["key"],
        now=timezone.now(),
    )
    if card.left:
        said = {"amount": show_yuan(form.cleaned_data["amount"]), "left": show_yuan(card.left)}
        messages.success(request, _("已登记收回 %(amount)s 元，还差 %(left)s 元。") % said)
    else:
        messages.success(request, _("已全部收回，此事办结。"))
    return redirect("officer:adjustment", adjustment_id)
