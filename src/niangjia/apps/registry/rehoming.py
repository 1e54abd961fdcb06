"""Households, persons and memberships of a union that ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Actor
from niangjia.apps.organizations.types import Ending
from niangjia.apps.registry.models import Household, Membership, Person
from niangjia.apps.registry.types import MembershipFacts

_CHUNK = 500


@transaction.atomic
def rehome_people(*, viewer: Actor | None, from_id: int, to_id: int, from_day: date, now: datetime) -> dict[str, int]:
    """
    Households and persons of one union become another's; memberships that last end on `from_day` and go on at the other from then. What was
    over stays with the union as it was. Return the counts. Safe to repeat: nothing is left to move.
    """
    counts = {
        "households": Household.objects.filter(home_id=from_id).update(home_id=to_id),
        "persons": Person.objects.filter(home_id=from_id).update(home_id=to_id, updated_at=now),
    }
    lasting = Membership.objects.filter(union_id=from_id, left_on__isnull=True)
    rows = list(lasting.values_list("person_id", "joined_on", "group"))
    members_there = set(
        Membership.objects.filter(union_id=to_id, left_on__isnull=True).values_list("person_id", flat=True)
    )
    going_on = {
        person_id: Membership(person_id=person_id, union_id=to_id, joined_on=max(from_day, joined_on), group=group)
        for person_id, joined_on, group in rows
        if person_id not in members_there
    }
    Membership.objects.bulk_create(
        going_on.values(), batch_size=_CHUNK, update_conflicts=True, unique_fields=["person", "union", "joined_on"], update_fields=["left_on", "group"]
    )  # fmt: skip
    lasting.filter(joined_on__gt=from_day).update(left_on=F("joined_on"))
    lasting.update(left_on=from_day)
    counts["members"] = len(rows)
    if any(counts.values()):
        audit.record(
            viewer, action="registry.rehome_people", object=f"union:{from_id}", detail={"to": to_id, **counts}, now=now
        )
    return counts


def as_it_stands(rows: Iterable[MembershipFacts], endings: Mapping[int, Ending]) -> list[MembershipFacts]:
    """Memberships as a feed says them, with those at unions that ended split at that day: what a feed has not heard of is not undone."""
    found: list[MembershipFacts] = []
    for row in rows:
        ending = endings.get(row.org_id)
        if ending is None or (row.left_on is not None and row.left_on <= ending.day):
            found.append(row)
            continue
        if row.joined_on < ending.day:
            found.append(replace(row, left_on=ending.day))
        found.append(replace(row, org_id=ending.standing_id, joined_on=max(row.joined_on, ending.day)))
    return found
