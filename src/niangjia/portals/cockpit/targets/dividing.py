"""A lead hands the unions right below their shares of a target, beside the sum and what is asked of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import actions, queries
from niangjia.apps.targets.problems import NumbersRefused, OutsideThePeriod
from niangjia.apps.targets.types import Asked as Asking
from niangjia.apps.targets.types import Indicator
from niangjia.portals.cockpit.targets.asked import Asked, Unread, number, read_number
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch

_UNREAD = ("读不懂这个数。请写数字，例如 12000 或 1.2万。", "This is no number. Write one, such as 12000.")


@dataclass(frozen=True)
class Row:
    union: Union
    asking: Asking
    value: str
    fault: tuple[str, str] | None
    is_itself: bool = False


def _dividable(asked: Asked) -> list[Union]:
    """Those right below the viewer's union; itself too where none is above it."""
    own = queries.get_union(asked.viewer, 0)
    return [*([own] if own.parent_id is None else []), *queries.list_children(asked.viewer, own)]


@page("targets.manage")
def divide(request: PageRequest, programme_id: str, indicator_id: str) -> HttpResponse:
    asked = _asked(request, programme_id)
    one = queries.find_indicator(asked.programme, indicator_id)
    unions = _dividable(asked)
    watch(request, *(f"orgunit:{union.id}" for union in unions))
    asking = queries.asked_of(asked.programme, unions, year=asked.year, today=timezone.localdate())
    refusal = getattr(request, "refusal", None)
    faults: Mapping[str, tuple[str, str]] = refusal.fields if isinstance(refusal, NumbersRefused) else {}
    rows = [
        Row(union, found, _plain(found), faults.get(str(union.id)), union.id == asked.viewer.org_id)
        for union in unions
        for found in [asking[union.id][one.id]]
    ]
    own = queries.asked_of(asked.programme, [asked.union], year=asked.year, today=timezone.localdate())[asked.union.id][
        one.id
    ]
    shares = [row.asking.goal.value for row in rows if row.asking.is_own and row.asking.goal and not row.is_itself]
    total = sum(shares, Decimal(0))
    gap = total - own.goal.value if own.goal and own.is_own else None
    period = asked.period(one)
    context = {
        "asked": asked,
        "programme": asked.programme,
        "indicator": one,
        "rows": rows,
        "own": own,
        "own_words": number(own.goal.value, one.unit) if own.goal else "",
        "sum_words": number(total, one.unit),
        "gap": gap,
        "gap_words": number(abs(gap or Decimal(0)), one.unit),
        "from_day": min(max(timezone.localdate(), period.starts_on), period.ends_on).isoformat(),
        "years": sorted({*asked.years, timezone.localdate().year}, reverse=True),
    }
    return show(request, "targets/divide.html", context)


def _asked(request: PageRequest, programme_id: str) -> Asked:
    """Of the viewer's own union; any year may be begun here."""
    asked = Asked.of(request, programme_id)
    year = whole(request.GET.get("year") or request.POST.get("year", ""))
    is_year = 2000 <= year <= 2100
    return Asked(
        asked.viewer, asked.programme, queries.get_union(asked.viewer, 0), year if is_year else asked.year, asked.years
    )


def _plain(asking: Asking) -> str:
    return f"{asking.goal.value.normalize():f}" if asking.is_own and asking.org_id and asking.goal else ""


@page("targets.manage", methods=("POST",), shown_on=divide)
def set_shares(request: PageRequest, programme_id: str, indicator_id: str) -> HttpResponse:
    """Every share that was filled in or emptied; what is asked already stays as it is."""
    viewer: Viewer = request.viewer
    asked = _asked(request, programme_id)
    one = queries.find_indicator(asked.programme, indicator_id)
    count = actions.set_shares(
        viewer=viewer, programme_id=programme_id, indicator_id=indicator_id, year=asked.year, values=_values(request, asked, one),
        from_day=_day(request, asked, one), reason=request.POST.get("reason", ""), now=timezone.now(),
    )  # fmt: skip
    messages.success(
        request, _("已分解 %(n)s 个目标。") % {"n": count} if count else _("没有改动：都与现在的目标一样。")
    )
    return redirect(reverse("targets:indicator", args=[programme_id, indicator_id]) + f"?year={asked.year}#t-unions")


def _day(request: PageRequest, asked: Asked, one: Indicator) -> date:
    """Raises OutsideThePeriod: also for what is no day."""
    try:
        return date.fromisoformat(request.POST.get("from_day", ""))
    except ValueError as error:
        period = asked.period(one)
        raise OutsideThePeriod(period.first, period.last) from error


def _values(request: PageRequest, asked: Asked, one: Indicator) -> dict[int, Decimal | None]:
    """By union. What was empty and stays empty is left out. Raises NumbersRefused."""
    unions = _dividable(asked)
    asking = queries.asked_of(asked.programme, unions, year=asked.year, today=timezone.localdate())
    values: dict[int, Decimal | None] = {}
    wrong: dict[str, tuple[str, str]] = {}
    for union in unions:
        said = request.POST.get(f"share-{union.id}")
        if said is None or (not said.strip() and not _plain(asking[union.id][one.id])):
            continue
        try:
            values[union.id] = read_number(said) if said.strip() else None
        except Unread:
            wrong[str(union.id)] = _UNREAD
    if wrong:
        raise NumbersRefused(wrong)
    return values
