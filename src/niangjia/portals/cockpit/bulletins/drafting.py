"""A kind and a period are chosen, the draft is looked at, and begun."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.bulletins import actions, queries
from niangjia.apps.bulletins.types import Kind, Rhythm
from niangjia.apps.organizations import queries as organizations
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.bulletins.filling import fill
from niangjia.portals.cockpit.bulletins.shown import period_shown, shown_text
from niangjia.portals.cockpit.figures.measuring import open_rollup
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

OFFERED = 12
"""Periods to choose from."""


def periods_of(kind: Kind, last: Month) -> list[str]:
    """The newest first."""
    if kind.rhythm is Rhythm.MONTH:
        return [last.plus(-back).text for back in range(OFFERED)]
    quarters = dict.fromkeys(
        f"{month.year}-Q{(month.number + 2) // 3}" for month in (last.plus(-back) for back in range(3 * OFFERED // 3))
    )
    return list(quarters)


@page("bulletins.manage")
def begin(request: PageRequest) -> HttpResponse:
    """Without a kind, the kinds; with one, its periods; with both, what the draft would say."""
    rollup, _is_broken = open_rollup()
    last = Month.of(timezone.localtime(rollup.as_of if rollup else timezone.now()).date())
    name, period = request.GET.get("kind", ""), request.GET.get("period", "")
    kinds = [(kind, [(one, period_shown(one)) for one in periods_of(kind, last)]) for kind in queries.list_kinds()]
    union = organizations.get_union(request.viewer.org_id)
    context = {
        "kinds": kinds,
        "has_rollup": rollup is not None,
        "key": uuid.uuid4().hex,
        "chosen": name,
        "period": period,
    }
    if name and period:
        kind = queries.get_kind(name)
        filled = fill(request.viewer, kind, period)
        context |= {
            "kind": kind, "period_words": period_shown(period), "content": filled.content,
            "lines": [(block.kind, shown_text(block.text)) for block in filled.content.blocks], "tables": filled.tables,
            "as_of": filled.as_of, "mark": f"{union.name[:1]}总{kind.mark}",
        }  # fmt: skip
    return show(request, "bulletins/begin.html", context)


@page("bulletins.manage", methods=("POST",), shown_on=begin)
def draft(request: PageRequest) -> HttpResponse:
    """The figures are counted anew: what is kept is what the roll-up says now."""
    kind, period = queries.get_kind(request.POST.get("kind", "")), request.POST.get("period", "")
    filled = fill(request.viewer, kind, period)
    number = actions.draft(
        viewer=request.viewer, kind=kind.id, period=period, content=filled.content, figures=filled.figures, tables=filled.tables,
        as_of=filled.as_of, mark=request.POST.get("mark", ""), key=request.POST.get("key", "")[:64] or uuid.uuid4().hex, now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已起草。请改好文字，再请同事核稿、签发。"))
    return redirect("bulletins:edit", number)
