"""Programmes as staff read them: what is installed, what it says, what is still to be filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import queries
from niangjia.engines.policy import Pack
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import half


class NoSuchPack(Refusal):
    def __init__(self) -> None:
        super().__init__("没有这个项目。请从项目列表打开。", "There is no such programme. Open it from the list.")


@page("programs.view")
def program_list(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    area = organizations.get_union(viewer.org_id).area
    can_draft = permissions.may(viewer, "programs.manage")
    packs = queries.list_packs(viewer)
    drafts = queries.list_drafts(viewer) if can_draft else []
    context = {
        "packs": packs,
        "drafts": drafts,
        "names": accounts.names_of({one.changed_by for one in drafts}),
        "titles": {card.pack_id: half(card, "title") for card in packs},
        "can_draft": can_draft,
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
    named = _Worded(pack, {parameter.name: value for parameter, value in values})
    context = {
        "card": card,
        "can_draft": permissions.may(viewer, "programs.manage") and not card.active_until,
        "pack": pack,
        "values": values,
        "asof": asof,
        "rules": [(rule, named.say(rule.say)) for rule in pack.rules],
        "tiers": [(tier, named.say(tier.say)) for tier in pack.tiers],
        "benefit": [(line, named.say(line.say)) for line in pack.benefit],
        "caps": [(cap, named.say(cap.say)) for cap in pack.caps],
        "triggers": [(trigger, named.say(trigger.say)) for trigger in pack.triggers],
    }
    return show(request, "officer/program.html", context)


class _Worded:
    """A pack's sentences for nobody in particular: a fact stands by its name, a parameter by its value."""

    def __init__(self, pack: Pack, values: Mapping[str, object]) -> None:
        self.titles = {name: fact.title for name, fact in pack.vocabulary.facts.items()}
        self.values = values

    def say(self, pair: Mapping[str, str]) -> dict[str, str]:
        return {language: self._filled(text, language) for language, text in pair.items()}

    def _filled(self, text: str, language: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: self._one(found.group(1), language), text)

    def _one(self, name: str, language: str) -> str:
        if name in self.values:
            value = self.values[name]
            return ("（待填）" if language == "zh" else "(to be filled in)") if value is None else str(value)
        title = self.titles.get(name, {}).get(language, name)
        return f"「{title}」" if language == "zh" else f"“{title}”"
