"""Open needs and helpers of unions that end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.volunteers.lifecycle import HelperState, NeedState
from niangjia.apps.volunteers.models import Helper, Need


@transaction.atomic
def rehome_needs(*, viewer: Viewer, from_id: int, to_id: int, now: datetime) -> int:
    """
    Open needs go on at `to_id` at the stage where they are, with their pairs; helpers follow their union. Return how many needs went. Safe to
    repeat. For the journey that has changed the tree and asked for the right.
    """
    needs = Need.objects.filter(org_id=from_id, state=NeedState.OPEN)
    helpers = Helper.objects.filter(org_id=from_id).exclude(state=HelperState.LEFT)
    detail = {"from": from_id, "to": to_id}
    entries = [
        *(Entry("volunteers.rehome", f"need:{pk}", detail) for pk in needs.order_by("pk").values_list("pk", flat=True)),
        *(Entry("volunteers.rehome", f"helper:{pk}", detail) for pk in helpers.order_by("pk").values_list("pk", flat=True)),
    ]  # fmt: skip
    helpers.update(org_id=to_id)
    count = needs.update(org_id=to_id)
    audit.record_many(viewer, entries=entries, now=now)
    return count
