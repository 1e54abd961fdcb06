"""Programmes as staff read them: what is installed, what it says, what is still to be filled in."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import queries
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show


class NoSuchPack(Refusal):
    def __init__(self) -> None:
        super().__init__("没有这个项目。请从项目列表打开。", "There is no such programme. Open it from the list.")


@page("programs.view")
def program_list(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    area = organizations.get_union(viewer.org_id).area
    context = {
        "packs": queries.list_packs(viewer),
        "parameters": queries.list_parameters(viewer),
        "missing": queries.list_missing(viewer, area=area, asof=timezone.localdate()),
    }
    return show(request, "officer/programs.html", context)


@page("programs.view")
def program(request: PageRequest, pack_id: int) -> HttpResponse:
    """The published rule page of one pack: who, what, how much, by which clause; from the pack itself."""
    viewer: Viewer = request.viewer
    card = next((one for one in queries.list_packs(viewer) if one.id == pack_id), None)
    if card is None:
        raise NoSuchPack
    asof = min(filter(None, [timezone.localdate(), card.active_until]))
    asof = max(filter(None, [asof, card.active_from]))
    pack = queries.get_pack(card.pack_id, area=card.area, asof=asof)
    values = [(parameter, parameter.at(asof, card.area)) for parameter in pack.parameters.values()]
    return show(request, "officer/program.html", {"card": card, "pack": pack, "values": values, "asof": asof})
