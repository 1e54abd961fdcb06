"""Who is a member of which union, as unions themselves settle it: joining, leaving, and taking in somebody whom no feed has told of."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Actor
from niangjia.apps.registry.fields import keys
from niangjia.apps.registry.models import HouseholdMember, Membership, Person
from niangjia.apps.registry.problems import NotFound
from niangjia.kernel.identity import birth_date, sex


@transaction.atomic
def join_union(*, viewer: Actor | None, person_id: int, org_id: int, now: datetime) -> None:
    """
    A member of that union from today on. Safe to repeat: who is one stays one. Right and scope are asked by the room that calls.

    Raises:
        NotFound.
    """
    person = _for_update(person_id)
    today = timezone.localdate(now)
    if Membership.objects.filter(person=person, union_id=org_id, left_on__isnull=True).exists():
        return
    Membership.objects.update_or_create(person=person, union_id=org_id, joined_on=today, defaults={"left_on": None})
    lives_with_others = HouseholdMember.objects.filter(person=person, ends_before__isnull=True).exists()
    if person.home_id is None or not lives_with_others:  # a household's union looks after those who live in it
        Person.objects.filter(pk=person_id).update(home_id=org_id, updated_at=now)
    audit.record(viewer, action="registry.join_union", object=f"person:{person_id}", detail={"union": org_id}, now=now)


@transaction.atomic
def leave_unions(*, viewer: Actor | None, person_id: int, now: datetime) -> int:
    """No member of any union from today on; how many they left. Safe to repeat. Raises NotFound."""
    person = _for_update(person_id)
    lasting = Membership.objects.filter(person=person, left_on__isnull=True)
    unions = sorted(lasting.values_list("union_id", flat=True))
    lasting.update(left_on=timezone.localdate(now))
    if unions:
        detail = {"unions": unions}
        audit.record(viewer, action="registry.leave_unions", object=f"person:{person_id}", detail=detail, now=now)
    return len(unions)


@transaction.atomic
def take_in(*, viewer: Actor | None, name: str, id_number: str, phone: str, org_id: int, now: datetime) -> int:
    """
    The person with this ID number, taken into the register if it has nobody of it: their id. What the register says of somebody whom it
    knows is left as it is. Safe to repeat.
    """
    pseudonym = keys().pseudonym_of(id_number)
    blind = keys().blind(id_number, "registry.person.id_number")
    known = Person.objects.filter(pseudonym=pseudonym).first() or Person.objects.filter(id_number_blind=blind).first()
    if known is not None:
        return known.pk
    person = Person(
        pseudonym=pseudonym, birth_date=birth_date(id_number), sex=sex(id_number), home_id=org_id, updated_at=now
    )
    for column, plain in (("name", name), ("id_number", id_number), ("phone", phone)):
        person.write(column, plain)
    person.save(force_insert=True)
    audit.record(viewer, action="registry.take_in", object=f"person:{person.pk}", detail={"union": org_id}, now=now)
    return person.pk


def _for_update(person_id: int) -> Person:
    found = Person.objects.select_for_update().filter(pk=person_id).first()
    if found is None:
        raise NotFound
    return found
