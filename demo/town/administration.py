"""The invented city's administrator at work: a union renamed, two merged, a move planned; and a worker who has something corrected."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from demo.town.office import COUNTY, Office
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import ChangeKind, Level, Union
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as persons
from niangjia.apps.registry.types import CorrectionField
from niangjia.apps.workorders import queries as orders
from niangjia.jobs import reorganise

REASON = "演示批复（虚构）〔2023〕1号"
FEDERATION = {"code": f"{COUNTY}000000FX", "level": Level.FEDERATION.value, "sector": "汽修检测"}
"""A sector federation that the city approved; its name stands in the matter."""


def keep_house(office: Office, now: datetime) -> None:
    """Through the same doors as people do; what stands in the way of a merger is left alone."""
    administrator = viewer("administrator", now)
    if administrator is None:
        return
    today = timezone.localdate(now)
    county = unions.find_county_union(COUNTY + "000000")
    assert county
    reorganise.edit_union(
        administrator,
        org_id=county.id,
        values={"leader": "例主席（虚构）", "sector": "综合"},
        from_day=today,
        reason=REASON,
        now=now,
    )
    towns = [one for one in unions.list_children(county.id) if one.level is Level.TOWN and one.is_active]
    firms = [firm for town in towns for firm in _firms(town)]
    if len(firms) > 3:
        # The firm with most at work, so that there is something to hand over; not the first, where the printed logins sit.
        ended = max(firms[1:], key=lambda firm: len(orders.list_open_at(firm.path)))
        moves, stays = [firm for firm in firms[1:] if firm != ended][:2]
        asked = reorganise.Asked(ChangeKind.MERGE, ended.id, stays.id, today, REASON, posts_go_along=True)
        outlook = reorganise.look(administrator, asked, now=now)
        if not outlook.blocks:
            reorganise.carry_out(administrator, asked, mark=outlook.mark, now=now)
        town = next(one for one in towns if one.id != moves.parent_id)
        later = reorganise.Asked(ChangeKind.MOVE, moves.id, town.id, today + timedelta(days=30), REASON)
        reorganise.plan(administrator, later, now=now)
    _correct(office, now)


def _firms(town: Union) -> list[Union]:
    return [one for one in unions.list_children(town.id) if one.level is Level.GRASSROOTS and one.is_active]


def viewer(username: str, now: datetime) -> Viewer | None:
    account_id = accounts.find_account_id(username)
    held = accounts.list_posts(account_id, today=timezone.localdate(now)) if account_id else []
    return (
        accounts.get_viewer(account_id=account_id or 0, post_id=held[0].id, today=timezone.localdate(now))
        if held
        else None
    )


def _correct(office: Office, now: datetime) -> None:
    """One that the county accepted, one that waits."""
    worker, county = viewer("worker", now), viewer("county", now)
    if worker is None or county is None or worker.person_id is None:
        return
    first = registry.raise_correction(
        viewer=worker,
        field=CorrectionField.PHONE,
        value="12900000001",
        note="换了号码（虚构）",
        key=uuid.UUID(int=1),
        now=now,
    )
    if any(card.id == first for card in persons.list_corrections(county)):
        registry.decide_correction(
            viewer=county, correction_id=first, is_accepted=True, basis="看了本人手机（虚构）", now=now
        )
    registry.raise_correction(
        viewer=worker,
        field=CorrectionField.HOUSEHOLD,
        value="",
        note="孩子已经成家另住（虚构）",
        key=uuid.UUID(int=2),
        now=now,
    )
