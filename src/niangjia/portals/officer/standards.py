"""Standards by area: what holds today, since when, from where, and where nothing does; the other values of the programmes stand beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import queries
from niangjia.engines.policy.parameters import area_prefix
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import half, parameter_word


@page("standards.view")
def standards(request: PageRequest) -> HttpResponse:
    """Each county of the viewer's division (or the one around it), one of them with its history; beside it, for who reads programmes, their values."""
    viewer, today = request.viewer, timezone.localdate()
    home = organizations.get_union(viewer.org_id).area
    counties = areas.counties_of(home)
    rows = queries.list_standards(viewer, [code for code, _name, _city in counties], asof=today)
    asked = area_prefix(request.GET.get("area", ""))
    chosen = next((code for code, _name, _city in counties if code == asked), counties[0][0] if counties else "")
    reads_programs = permissions.may(viewer, "programs.view")
    context = {
        "reads_programs": reads_programs,
        "rows": list(zip(counties, rows, strict=True)),
        "gaps": sum(row.monthly is None for row in rows),
        "old": sum(row.is_old for row in rows),
        "chosen": chosen,
        "steps": queries.list_standard_steps(viewer, chosen) if chosen else [],
        "today": today,
        **(_values(viewer, home, today) if reads_programs else {}),
    }
    return show(request, "officer/standards.html", context)


def _values(viewer: Viewer, home: str, today: date) -> dict[str, Any]:
    """The local values of programmes that hold here or below, with who entered and approved them; and those that have none."""
    here = area_prefix(home)
    values = [
        one
        for one in queries.list_parameters(viewer)
        if not one.area or here.startswith(area_prefix(one.area)) or area_prefix(one.area).startswith(here)
    ]
    missing = queries.list_missing(viewer, area=home, asof=today)
    titles: dict[str, object] = {}
    units: dict[str, str] = {}
    for pack_id in {one.pack_id for one in values} | {one.pack_id for one in missing}:
        for card in queries.list_parameters_in_force(viewer, pack_id, area=home, asof=today):
            titles[f"{pack_id}:{card.name}"] = parameter_word(card)
            units[f"{pack_id}:{card.name}"] = card.unit
    return {
        "programs": {card.pack_id: half(card, "title") for card in queries.list_packs(viewer)},
        "values": [
            (one, titles.get(f"{one.pack_id}:{one.name}", one.name), units.get(f"{one.pack_id}:{one.name}", ""))
            for one in values[:200]
        ],
        "missing": [(one, titles.get(f"{one.pack_id}:{one.name}", one.name)) for one in missing],
        "names": accounts.names_of(
            {one.entered_by for one in values} | {one.approved_by for one in values if one.approved_by}
        ),
    }
