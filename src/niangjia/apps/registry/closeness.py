"""Whose matters an officer leaves to others: their own, and those of everyone who lives with them."""

from __future__ import annotations

from collections.abc import Iterable

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit.types import Actor
from niangjia.apps.registry.models import HouseholdMember


def own_people(viewer: Actor) -> frozenset[int]:
    """Those around the viewer and around the one they stand in for."""
    return people_around(one for one in (viewer.account_id, viewer.for_account_id) if one is not None)


def people_around(account_ids: Iterable[int]) -> frozenset[int]:
    """
    The persons behind these accounts, also those they were said to be before they were untied, with everyone who lives with one of them now;
    empty: nobody knows who they are.
    """
    own = {person for ever in accounts.persons_ever_of(account_ids).values() for person in ever}
    if not own:
        return frozenset()
    here = HouseholdMember.objects.filter(ends_before__isnull=True)
    homes = here.filter(person__in=own).values("household")
    return frozenset({*own, *here.filter(household__in=homes).values_list("person_id", flat=True)})


def is_around(viewer: Actor, *, person_id: int | None, household_id: int | None) -> bool:
    """Whether it is about one of the viewer's own people, or about the household where one of them lives now."""
    own = own_people(viewer)
    here = HouseholdMember.objects.filter(ends_before__isnull=True, household=household_id, person__in=own)
    return person_id in own or bool(own) and household_id is not None and here.exists()
