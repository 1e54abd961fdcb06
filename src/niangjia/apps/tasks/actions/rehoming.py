"""Tasks of a union that ends go to its successor."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.tasks import moving
from niangjia.apps.tasks.lifecycle import LIVE, Step
from niangjia.apps.tasks.models import Bid, Task


def rehome(*, viewer: Viewer, from_id: int, to_id: int, now: datetime) -> int:
    """
    What the ending union still owes or has set, and its bids on the board, are its successor's; return how many tasks. What is over stays
    as it was. Safe to repeat.
    """
    with transaction.atomic():
        held = Task.objects.select_for_update(of=("self",)).filter(Q(setter=from_id) | Q(owner=from_id), state__in=LIVE)
        rows = list(held.order_by("pk"))
        for task in rows:
            task.setter_id = to_id if task.setter_id == from_id else task.setter_id
            task.owner_id = to_id if task.owner_id == from_id else task.owner_id
            task.save(update_fields=["setter", "owner"])
            moving.keep(viewer, task, Step.REHOME, now, told=[to_id])
        bids = Bid.objects.filter(task__state__in=LIVE, withdrawn_at__isnull=True)
        going = bids.filter(org=from_id)
        # One union, one bid: of two the picked one stands, else the successor's own.
        picked = list(going.filter(picked_at__isnull=False).values_list("task", flat=True))
        bids.filter(org=to_id, task__in=picked).update(withdrawn_at=now)
        going.filter(task__in=list(bids.filter(org=to_id).values_list("task", flat=True))).update(withdrawn_at=now)
        going.update(org=to_id)
    return len(rows)
