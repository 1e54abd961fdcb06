"""How many members a part of the tree has, by area. A large count is made once an hour, and says as of when."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count
from django.db.models.functions import Substr

from niangjia.apps.organizations import scope
from niangjia.apps.registry.models import Membership
from niangjia.apps.registry.types import MemberCount

LARGE, GROWS_OLD = 50_000, timedelta(hours=1)
_kept: dict[tuple[object, str, int], MemberCount] = {}


def count_members_by_area(path: str, digits: int, *, now: datetime) -> MemberCount:
    """
    Persons with a lasting membership within that part of the tree, by the first digits of their union's division. Without scope but `path`.

    Of `LARGE` and more the count of the last hour stands, in this process: a province's takes as long as five pages.
    """
    key = (connection.settings_dict["NAME"], path, digits)
    kept = _kept.get(key)
    if kept is not None and timedelta() <= now - kept.as_of < GROWS_OLD:
        return kept
    counted = MemberCount(_count(path, digits), now)
    _kept.pop(key, None)
    if sum(counted.by_area.values()) >= LARGE:
        _kept[key] = counted
    return counted


def _count(path: str, digits: int) -> dict[str, int]:
    rows = scope.within(Membership.objects.filter(left_on__isnull=True), path, "union__path").order_by()
    told = rows.annotate(code=Substr("union__area", 1, digits)).values("code")
    return dict(told.annotate(persons=Count("person", distinct=True)).values_list("code", "persons"))
