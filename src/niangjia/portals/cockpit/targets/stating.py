"""Another office's figure is stated: its parts, their sum, where it comes from, and the paper."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files.actions import MOST_BYTES
from niangjia.apps.files.problems import TooLarge
from niangjia.apps.targets import actions, queries
from niangjia.apps.targets.problems import NumbersRefused
from niangjia.portals.cockpit.targets.asked import Asked, Unread, read_number
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.uploads import UploadField, hand_out

MOST_PARTS = 8
MOST_PAPERS = 3
_UNREAD = ("读不懂这个数。请写数字，例如 567900 或 56.79万。", "This is no number. Write one, such as 567900.")


@page("targets.manage")
def state(request: PageRequest, programme_id: str, indicator_id: str) -> HttpResponse:
    asked = Asked.of(request, programme_id)
    one = queries.find_indicator(asked.programme, indicator_id)
    refusal = getattr(request, "refusal", None)
    faults: Mapping[str, tuple[str, str]] = refusal.fields if isinstance(refusal, NumbersRefused) else {}
    context = {
        "asked": asked,
        "programme": asked.programme,
        "indicator": one,
        "places": [(place, faults.get(f"name-{place}"), faults.get(f"value-{place}")) for place in range(MOST_PARTS)],
        "total_fault": faults.get("total"),
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "upload": UploadField("papers", _("原件"), _("照片或 PDF，最多 %(n)s 个。") % {"n": MOST_PAPERS}, most=MOST_PAPERS, is_required=True),
    }  # fmt: skip
    return show(request, "targets/state.html", context)


@page("targets.manage", methods=("POST",), shown_on=state)
def send(request: PageRequest, programme_id: str, indicator_id: str) -> HttpResponse:
    viewer: Viewer = request.viewer
    asked = Asked.of(request, programme_id)
    parts, total = _numbers(request)
    actions.state(
        viewer=viewer, programme_id=programme_id, indicator_id=indicator_id, year=asked.year, parts=parts, total=total,
        source=request.POST.get("source", ""), papers=_papers(request), key=request.POST.get("key", "")[:64] or uuid.uuid4().hex,
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已登记，作为引用的数列出，不与清点的数相加。"))
    return redirect(reverse("targets:indicator", args=[programme_id, indicator_id]) + f"?year={asked.year}#t-stated")


def _numbers(request: PageRequest) -> tuple[list[tuple[str, Decimal]], Decimal]:
    """The parts that were filled in, in order, and the total. Raises NumbersRefused."""
    wrong: dict[str, tuple[str, str]] = {}

    def read(field: str) -> Decimal:
        try:
            return read_number(request.POST.get(field, ""))
        except Unread:
            wrong[field] = _UNREAD
            return Decimal(0)

    names = [" ".join(request.POST.get(f"name-{place}", "").split())[:80] for place in range(MOST_PARTS)]
    filled = [place for place, name in enumerate(names) if name or request.POST.get(f"value-{place}", "").strip()] or [
        0
    ]
    parts = [(names[place], read(f"value-{place}")) for place in filled]
    wrong |= {f"name-{place}": ("请写这一部分的名称。", "Name this part.") for place in filled if not names[place]}
    total = read("total")
    if wrong:
        raise NumbersRefused(wrong)
    return parts, total


def _papers(request: PageRequest) -> list[bytes]:
    """Raises TooLarge."""
    found = request.FILES.getlist("papers")[:MOST_PAPERS]
    if any((file.size or 0) > MOST_BYTES for file in found):
        raise TooLarge(MOST_BYTES)
    return [file.read() for file in found]


@page("targets.manage", methods=("POST",))
def withdraw(request: PageRequest, statement_id: int) -> HttpResponse:
    card = queries.get_statement(request.viewer, statement_id)
    actions.withdraw(
        viewer=request.viewer, statement_id=statement_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, _("已撤回。"))
    return redirect(reverse("targets:indicator", args=[card.programme, card.indicator]) + f"?year={card.year}")


@page("targets.view")
def paper(request: PageRequest, statement_id: int, key: str) -> HttpResponse:
    opened = actions.open_paper(viewer=request.viewer, statement_id=statement_id, key=key, now=timezone.now())
    return hand_out(opened)
