"""Matters of unions that move or end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.matters import moving
from niangjia.apps.matters.models import Matter
from niangjia.apps.matters.types import OPEN


@transaction.atomic
def rehome_matters(*, viewer: Viewer | None, from_id: int, to_id: int | None, path: str, now: datetime) -> int:
    """
    Whatever is not over goes on where the tree now leads: matters of the union that ends (`from_id`), and those that were given to it, are
    `to_id`'s, null when it only moved; and every open matter at or below `path`, or at a desk of `from_id`, goes to the desk whose turn it is there. Day and stage
    stay. Return how many went. Safe to repeat. For the journey that has changed the tree and asked for the right.
    """
    went: dict[int, dict[str, int]] = {}
    heir = {from_id: to_id} if to_id is not None else {}
    for matter in moving.living_at(from_id, path).select_related("version").order_by("pk"):
        org_id = heir.get(matter.org_id, matter.org_id)
        assigned_id = heir.get(matter.assigned_id, matter.assigned_id) if matter.assigned_id else None
        flow = moving.flow_for(matter)
        desk, role = moving.desk_of(matter, flow, org_id)
        columns = {"org_id": org_id, "assigned_id": assigned_id, "desk_id": desk.id, "role": role.value}
        if all(getattr(matter, name) == value for name, value in columns.items()):
            continue
        Matter.objects.filter(pk=matter.pk, state__in=OPEN).update(**columns)
        went[matter.pk] = {"from": matter.desk_id, "to": desk.id}
    entries = [Entry("matters.rehome", f"matter:{pk}", detail) for pk, detail in went.items()]
    audit.record_many(viewer, entries=entries, now=now)
    return len(went)
