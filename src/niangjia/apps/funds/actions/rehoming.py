"""Budgets of a union that ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.funds.models import Budget
from niangjia.apps.funds.problems import BatchUnderWay, BudgetsCollide
from niangjia.apps.funds.queries import list_living_budgets


@transaction.atomic
def rehome_budgets(*, viewer: Viewer | None, from_id: int, to_id: int, now: datetime) -> int:
    """
    Budgets with money or anything open become the union's that goes on, with their books as they are; empty ones stay as history. Return how
    many went. Safe to repeat. For the journey that asked for the right.

    Raises:
        BatchUnderWay: a batch is neither settled nor cancelled.
        BudgetsCollide: the other has one of the same purpose and year.
    """
    living = list_living_budgets(from_id, to_id)
    for one in living:
        if one.batch_numbers:
            raise BatchUnderWay(one.purpose, one.year, one.batch_numbers)
        if one.collides:
            raise BudgetsCollide(one.purpose, one.year)
    Budget.objects.filter(pk__in=[one.id for one in living]).update(org_id=to_id)
    audit.record_many(
        viewer,
        entries=[Entry("funds.rehome_budget", f"budget:{one.id}", {"from": from_id, "to": to_id}) for one in living],
        now=now,
    )
    return len(living)
