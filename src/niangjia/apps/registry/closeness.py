"""Whose matters an officer leaves to others: their own, and those of everyone who lives with them."""

from __future__ import annotations

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit.types import Actor
from niangjia.apps.registry.models import HouseholdMember


def own_people(viewer: Actor) -> frozenset[int]:
    """The person behind the viewer and behind the one they stand in for, with everyone who lives with either now; empty: nobody knows who they are."""
    asked = (viewer.account_id, viewer.for_account_id)
    own = {accounts.person_of(account_id) for account_id in asked if account_id is not None} - {None}
    if not own:
        return frozenset()
    here = HouseholdMember.objects.filter(ends_before__isnull=True)
    homes = here.filter(person__in=own).values("household")
    return frozenset({*own, *here.filter(household__in=homes).values_list("person_id", flat=True)})
