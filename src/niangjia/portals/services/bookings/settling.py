"""A trip settled: the pack's questions about it, each worker's cost, what the rules say, the carrier's payment, and the caps used."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries
from niangjia.apps.bookings.types import CostFacts, OfferCard, SettlementRow, SettleState
from niangjia.apps.files.types import FileCard
from niangjia.apps.matters.queries import Unreadable
from niangjia.kernel.money import show_yuan, typed_number
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.asked import Asked, asked
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.design.tags import say
from niangjia.portals.design.uploads import UploadField, hand_out, receive, wants_small
from niangjia.portals.services.bookings.parts import chosen_in_words, shown

FIELD = "f-"
"""Before the name of a question about the trip."""
_OPEN = (None, SettleState.TOLD, SettleState.GRANTED, SettleState.REFUSED, SettleState.UNKNOWN)


class CostUnreadable(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} 的费用读不懂。请填金额，例如 1800.00；没有到场或不结算的留空。",
            f"The cost of {name} cannot be read. Type an amount such as 1800.00, or leave it blank.",
        )


@page("bookings.view")
def trip(request: PageRequest, offer_id: int) -> HttpResponse:
    watch(request, f"offer:{offer_id}")
    return show(request, "bookings/trip.html", _context(request, offer_id))


def _context(request: PageRequest, offer_id: int) -> dict[str, Any]:
    viewer: Viewer = request.viewer
    card = queries.get_offer(viewer, offer_id)
    found = queries.get_trip(viewer, offer_id)
    may_tell = found.is_own and permissions.may(viewer, "bookings.manage")
    sent = request.POST if request.method == "POST" else QueryDict()
    wrong = getattr(request, "wrong", {})
    return {
        "card": card,
        "one": shown(card),
        "trip": found,
        "invoices": found.invoices,
        "upload": _upload(offer_id, found.invoices) if may_tell else None,
        "fields": [_field(one, found.answers, sent, wrong) for one in found.questions],
        "groups": [(code, say(dict(said))) for code, said in found.group.values.items()] if found.group else [],
        "rows": [_Line.of(row, sent, card) for row in found.rows],
        "open_count": sum(row.state in _OPEN for row in found.rows),
        "can_tell": may_tell,
        "can_pay": permissions.may(viewer, "funds.prepare") and found.count(SettleState.GRANTED),
        "can_give": permissions.may(viewer, "funds.pay") and found.count(SettleState.ORDERED),
    }


def _field(question: Any, answers: dict[str, str], sent: QueryDict, wrong: dict[str, str]) -> Asked:
    typed = sent.get(f"{FIELD}{question.name}", answers.get(question.name, ""))
    return asked(question, typed=typed, wrong=wrong.get(question.name, ""))


class _Line:
    """A row with what was typed over what is kept."""

    def __init__(self, row: SettlementRow, cost: str, paid: str, group: str, chosen: str) -> None:
        self.row, self.cost, self.paid, self.group, self.chosen = row, cost, paid, group, chosen
        self.is_open = row.state in _OPEN

    @classmethod
    def of(cls, row: SettlementRow, sent: QueryDict, card: OfferCard) -> _Line:
        kept_paid = {True: "yes", False: "no", None: ""}[row.companions_paid]
        number = row.booking.id
        return cls(
            row,
            sent.get(f"cost-{number}", "" if row.cost is None else f"{row.cost}"),
            sent.get(f"paid-{number}", kept_paid),
            sent.get(f"group-{number}", row.priority_group),
            chosen_in_words(card, row.booking),
        )


def _upload(offer_id: int, invoices: Iterable[FileCard]) -> UploadField:
    kept = [(one, reverse("bookings:invoice", args=[offer_id, one.key])) for one in invoices]
    return UploadField(
        "invoices", _("发票"), _("承办单位开的发票，照片或 PDF；报付以后不能删。"), files=kept, send_to=reverse("bookings:invoices", args=[offer_id])
    )  # fmt: skip


@page("bookings.manage", methods=("POST",), shown_on=trip)
def invoices(request: PageRequest, offer_id: int) -> HttpResponse:
    viewer, now = request.viewer, timezone.now()

    def keep(content: bytes, key: uuid.UUID | None):  # type: ignore[no-untyped-def]
        return bookings.keep_invoice(viewer=viewer, offer_id=offer_id, content=content, key=key, now=now)

    def drop(key: str) -> None:
        bookings.drop_invoice(viewer=viewer, offer_id=offer_id, key=key, now=now)

    if told := receive(request, "invoices", keep, drop):
        return told
    messages.success(request, _("发票已保存。"))
    return redirect("bookings:trip", offer_id)


@page("bookings.view")
def invoice(request: PageRequest, offer_id: int, key: str) -> HttpResponse:
    opened = bookings.open_invoice(
        viewer=request.viewer, offer_id=offer_id, key=key, is_small=wants_small(request), now=timezone.now()
    )
    return hand_out(opened)


@page("bookings.manage", methods=("POST",), shown_on=trip)
def tell_trip(request: PageRequest, offer_id: int) -> HttpResponse:
    answers = {name.removeprefix(FIELD): str(value) for name, value in request.POST.items() if name.startswith(FIELD)}
    try:
        bookings.tell_trip(viewer=request.viewer, offer_id=offer_id, answers=answers, now=timezone.now())
    except Unreadable as wrong:
        request.wrong = {wrong.name: say(wrong)}  # type: ignore[attr-defined]
        return show(request, "bookings/trip.html", _context(request, offer_id), status=422)
    messages.success(request, _("行程已记下。改过之后要重新核算。"))
    return redirect("bookings:trip", offer_id)


@page("bookings.manage", methods=("POST",), shown_on=trip)
def tell_costs(request: PageRequest, offer_id: int) -> HttpResponse:
    costs: dict[int, CostFacts] = {}
    for row in queries.list_settlements(request.viewer, offer_id):
        typed = request.POST.get(f"cost-{row.booking.id}", "").strip()
        if not typed:
            continue
        try:
            cost = typed_number(typed)
        except ValueError:
            raise CostUnreadable(row.booking.name) from None
        if not 0 <= cost < 10**7 or cost != cost.quantize(Decimal("0.01")):
            raise CostUnreadable(row.booking.name)
        paid = {"yes": True, "no": False}.get(request.POST.get(f"paid-{row.booking.id}", ""))
        costs[row.booking.id] = CostFacts(cost, paid, request.POST.get(f"group-{row.booking.id}", "")[:24])
    count = bookings.tell_costs(viewer=request.viewer, offer_id=offer_id, costs=costs, now=timezone.now())
    messages.success(request, _("录入了 %(count)s 人的费用，可以核算。") % {"count": count})
    return redirect("bookings:trip", offer_id)


@page("bookings.view", methods=("POST",), shown_on=trip)
def act(request: PageRequest, offer_id: int, step: str) -> HttpResponse:
    """Each step asks for its own right: working out is the desk's, paying and handing over are finance's."""
    if step not in _STEPS:
        raise Http404
    messages.success(request, _STEPS[step](request, offer_id))
    return redirect("bookings:trip", offer_id)


def _decide(request: PageRequest, offer_id: int) -> str:
    counts = bookings.decide_trip(viewer=request.viewer, offer_id=offer_id, now=timezone.now())
    granted, rest = counts.get(SettleState.GRANTED, 0), sum(counts.values()) - counts.get(SettleState.GRANTED, 0)
    return _("按规则核算完：可列支 %(granted)s 人，其余 %(rest)s 人写明了原因。") % {"granted": granted, "rest": rest}


def _pay(request: PageRequest, offer_id: int) -> str:
    total = bookings.pay_carrier(viewer=request.viewer, offer_id=offer_id, now=timezone.now())
    return _("已报付承办单位 %(sum)s 元，请另一人在“专项资金”里批准。") % {"sum": show_yuan(total)}


def _give(request: PageRequest, offer_id: int) -> str:
    given, refused = bookings.hand_over(viewer=request.viewer, offer_id=offer_id, now=timezone.now())
    if refused:
        return _("结算了 %(given)s 人；%(refused)s 人超过限额，写明了原因。") % {"given": given, "refused": refused}
    return _("结算了 %(given)s 人，已计入本人当年的次数和金额。") % {"given": given}


_STEPS: dict[str, Callable[[PageRequest, int], str]] = {"decide": _decide, "pay": _pay, "hand-over": _give}
