"""The register of helpers and the list of needs as workbooks: as their pages show them, names masked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.apps.volunteers import queries
from niangjia.apps.volunteers.types import NeedState
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.tags import area_name, say
from niangjia.portals.officer.exporting import Column, Listing, export_of, word
from niangjia.portals.services.volunteers import officer, register
from niangjia.portals.services.volunteers.forms import DAYS


def _cards(request: PageRequest, rows: list[Any]) -> Iterable[Any]:
    return queries.helper_cards(rows).values()


def _many(codes: Iterable[str], words: Any) -> str:
    return "、".join(str(words(code)) for code in codes)


def _skill(code: str) -> str:
    title = queries.skills().get(code)
    return f"{code} {say(dict(title))}" if title else code


_DAYS = dict(DAYS)

HELPERS = Listing(
    "helpers",
    _("能人名册"),
    register.found,
    lambda request: (
        Column(_("编号"), lambda card: card.number, 12),
        Column(_("姓名"), lambda card: card.name, 10),
        Column(_("所在工会"), lambda card: card.org_name, 24),
        Column(_("队伍"), lambda card: card.team, 16),
        Column(_("工种"), lambda card: _many(card.skills, _skill), 30),
        Column(_("住在"), lambda card: area_name(card.home), 12),
        Column(_("愿意去"), lambda card: _many(card.areas, area_name), 20),
        Column(_("有空"), lambda card: _many(card.days, lambda code: _DAYS[code]), 16),
        Column(_("同时最多"), lambda card: card.capacity, 8),
        Column(_("手上"), lambda card: card.load, 8),
        Column(_("评价（百分）"), lambda card: card.satisfaction, 10),
        Column(_("状态"), lambda card: word("helper_state", card.state), 12),
    ),
    lines=_cards,
    filters=("kind", "state", "skill", "q"),
)
export_helpers = export_of(HELPERS, register.helpers)


def _needs(request: PageRequest, rows: list[Any]) -> Iterable[Any]:
    return [queries.need_card(row) for row in rows]


def _stage(card: Any) -> str:
    """Where an open one is; of one that is closed, how it ended."""
    if card.state != NeedState.OPEN:
        return word("need_state", card.state)
    return say(queries.kind_of(card.kind).stages[card.stage].title)


NEEDS = Listing(
    "needs",
    _("需求"),
    officer.found,
    lambda request: (
        Column(_("编号"), lambda card: card.number, 14),
        Column(_("需求"), lambda card: card.title, 36),
        Column(_("提出的工会"), lambda card: card.org_name, 24),
        Column(_("单位"), lambda card: card.firm, 24),
        Column(_("在哪里"), lambda card: area_name(card.area), 14),
        Column(_("工种"), lambda card: _many(card.skills, _skill), 24),
        Column(_("已到人数"), lambda card: card.filled, 10),
        Column(_("要几人"), lambda card: card.seats, 8),
        Column(_("期限"), lambda card: card.due_on, 12),
        Column(_("步骤"), _stage, 14),
    ),
    lines=_needs,
    filters=("kind", "stage", "state", "q"),
)
export_needs = export_of(NEEDS, officer.needs)
