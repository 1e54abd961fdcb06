"""Unions that recognise each other's places and send each other workers: agreements proposed, confirmed and ended, and who counted whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries
from niangjia.apps.places.types import ExchangeYear, PairingRow
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.services.places.acting import day_of


class NobodyChosen(Refusal):
    def __init__(self) -> None:
        super().__init__("请选择对方工会和开始日期。", "Choose the other union and the first day.")


class CountUnread(Refusal):
    def __init__(self) -> None:
        super().__init__("请写年份和人数（整数）。", "Give the year and the number of people.")


@page("places.view")
def exchanges(request: PageRequest) -> HttpResponse:
    kinds = queries.kinds()
    rows = queries.list_pairings(request.viewer)
    counted = _counted(request.viewer, rows)
    can_agree = permissions.may(request.viewer, "places.agree")
    in_force = [row for row in rows if row.is_in_force(timezone.localdate())]
    context = {
        "rows": [(row, say(dict(kinds[row.kind].short)), _years(row, counted)) for row in rows],
        "kinds": [(one.id, say(dict(one.short))) for one in kinds.values() if one.is_public],
        "unions": _partners(request.viewer.org_id) if can_agree else [],
        "can_agree": can_agree,
        "can_write": permissions.may(request.viewer, "places.manage"),
        "in_force": len(in_force),
        "waiting": sum(row.state == "PROPOSED" for row in rows),
        "year": timezone.localdate().year,
        "today": timezone.localdate(),
        "sent": sum(row.sent for row in rows),
        "received": sum(row.received for row in rows),
    }
    return show(request, "places/exchanges.html", context)


_NOBODY = bookings.Exchanged(0, 0)
_Counts = Mapping[tuple[int, str, int], bookings.Exchanged]


def _counted(viewer: Viewer, rows: Sequence[PairingRow]) -> _Counts:
    """What the check-ins say, for who may see bookings."""
    if not rows or not permissions.may(viewer, "bookings.view"):
        return {}
    return bookings.count_exchanged(viewer, {row.with_id for row in rows if row.with_id}, {row.kind for row in rows})


def _years(row: PairingRow, counted: _Counts) -> list[tuple[ExchangeYear, bookings.Exchanged]]:
    """What was typed and what was counted, of each year of which either is known; newest first."""
    typed = {one.year: one for one in row.years}
    found = {year: one for (with_id, kind, year), one in counted.items() if (with_id, kind) == (row.with_id, row.kind)}
    return [
        (typed.get(year) or ExchangeYear(year, None, None, None, None), found.get(year, _NOBODY))
        for year in sorted({*typed, *found}, reverse=True)
    ]


def _partners(org_id: int) -> list[Union]:
    """Unions of the same level, and cities and counties elsewhere in the house: who agrees with whom is not a matter of the tree."""
    root = organizations.find_root()
    if root is None:
        return []
    rows = organizations.list_subtree(root.path).filter(level__in=[Level.CITY, Level.COUNTY]).exclude(pk=org_id)
    return [row.as_type() for row in rows if row.as_type().is_active]


@page("places.agree", methods=("POST",), shown_on=exchanges)
def pair(request: PageRequest) -> HttpResponse:
    sent = request.POST
    since, other = day_of(sent.get("since", "")), whole(sent.get("with", ""))
    if since is None or not other:
        raise NobodyChosen
    places.propose_pairing(
        viewer=request.viewer, kind=sent.get("kind", ""), with_org_id=other, since=since, until=day_of(sent.get("until", "")),
        paper=sent.get("paper", "").strip()[:120], now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已提出，对方确认后生效。"))
    return redirect("places:exchanges")


@page("places.agree", methods=("POST",), shown_on=exchanges)
def pair_outside(request: PageRequest) -> HttpResponse:
    sent = request.POST
    since = day_of(sent.get("since", ""))
    if since is None:
        raise NobodyChosen
    places.pair_outside(
        viewer=request.viewer, kind=sent.get("kind", ""), partner=sent.get("partner", "")[:80], confirmed_by=sent.get("confirmed_by", "")[:60],
        paper=sent.get("paper", "")[:120], since=since, until=day_of(sent.get("until", "")), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已登记协议。"))
    return redirect("places:exchanges")


@page("places.agree", methods=("POST",), shown_on=exchanges)
def confirm(request: PageRequest, pairing_id: int) -> HttpResponse:
    places.confirm_pairing(viewer=request.viewer, pairing_id=pairing_id, now=timezone.now())
    messages.success(request, _("已确认，协议生效，对方会收到消息。"))
    return redirect("places:exchanges")


@page("places.agree", methods=("POST",), shown_on=exchanges)
def decline(request: PageRequest, pairing_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    places.decline_pairing(viewer=request.viewer, pairing_id=pairing_id, reason=reason, now=timezone.now())
    messages.success(request, _("已办，对方会收到消息。"))
    return redirect("places:exchanges")


@page("places.manage", methods=("POST",), shown_on=exchanges)
def count(request: PageRequest, pairing_id: int) -> HttpResponse:
    sent = request.POST
    year, persons = whole(sent.get("year", "")), whole(sent.get("persons", ""), -1)
    if not 2000 <= year <= 2100 or not 0 <= persons < 10**7:
        raise CountUnread
    places.record_sent(
        viewer=request.viewer, pairing_id=pairing_id, year=year, persons=persons, source=sent.get("source", "").strip()[:120],
        is_received=sent.get("way") == "received", now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已登记人数。"))
    return redirect("places:exchanges")


@page("places.agree", methods=("POST",), shown_on=exchanges)
def end(request: PageRequest, pairing_id: int) -> HttpResponse:
    until = day_of(request.POST.get("until", "")) or timezone.localdate()
    places.end_pairing(viewer=request.viewer, pairing_id=pairing_id, until=until, now=timezone.now())
    messages.success(request, _("已写明终止日期。"))
    return redirect("places:exchanges")
