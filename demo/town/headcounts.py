"""How many workers some unions of the invented county say they have: most tell, some do not, and the sector federations tell by the registers of their trade."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from demo.town.office import COUNTY, Office, chance
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import Level, Union, UnionState
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries

TELLING = (Level.GRASSROOTS, Level.FEDERATION)


def tell(office: Office, now: datetime) -> int:
    """How many told."""
    county = unions.find_county_union(COUNTY + "000000")
    assert county is not None, "the invented city has a Xinchang county union"
    rows = unions.list_subtree(county.path).filter(level__in=TELLING, state=UnionState.ACTIVE)
    telling = [one for one in (row.as_type() for row in rows) if chance("tells", one.code) < 70]
    members = queries.count_members_at(one.id for one in telling)
    with_members = [one for one in telling if members.get(one.id)]
    for one in with_members:
        _one(office, one, members[one.id], now)
    return len(with_members)


def _one(office: Office, union: Union, members: int, now: datetime) -> None:
    """Between six and nine tenths of the workers are members, as it is drawn."""
    workers = members * 100 // (60 + chance("share", union.code) % 31) + 1
    source = "邮政管理局名录（虚构）" if union.level is Level.FEDERATION else "单位花名册（虚构）"
    on = timezone.localdate(now) - timedelta(days=chance("day", union.code))
    registry.tell_headcount(viewer=office.officer(union.id, now), org_id=union.id, workers=workers, on=on, source=source, now=now)  # fmt: skip
