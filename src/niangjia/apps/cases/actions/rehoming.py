"""Cases of a union that ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.cases.models import Case
from niangjia.apps.cases.moving import living_at


@transaction.atomic
def rehome_cases(*, viewer: Viewer | None, from_id: int, to_id: int, now: datetime) -> int:
    """
    Whatever of a case is not over goes to the union that goes on: the case itself, its file, money under way, an objection, a call that is
    owed. What is over stays with the union as it was. Return how many went. Safe to repeat. For the journey that asked for the right.
    """
    ids = sorted(set(living_at(from_id).values_list("pk", flat=True)))
    for start in range(0, len(ids), 500):
        Case.objects.filter(pk__in=ids[start : start + 500]).update(org_id=to_id)
    audit.record_many(
        viewer,
        entries=[Entry("cases.rehome", f"case:{case_id}", {"from": from_id, "to": to_id}) for case_id in ids],
        now=now,
    )
    return len(ids)
