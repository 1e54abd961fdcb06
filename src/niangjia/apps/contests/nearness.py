"""Which juror is near to which entry by what the house knows: of one union, or it is their own or their family's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.contests import access
from niangjia.apps.contests.lifecycle import EntryState, Nearness
from niangjia.apps.contests.models import Conflict, Contest, Entry, Juror
from niangjia.apps.registry import queries as registry


def bar(
    contest: Contest, *, now: datetime, entries: Iterable[Entry] | None = None, jurors: Iterable[Juror] | None = None
) -> None:
    """Write down every conflict that is not there yet, of these entries and jurors (all, if not said). Safe to repeat."""
    told = list(Entry.objects.filter(contest=contest, state=EntryState.ADMITTED) if entries is None else entries)
    seats = list(Juror.objects.filter(contest=contest) if jurors is None else jurors)
    same_union = access.pack_of(contest).same_union
    people = {account_id: person for account_id, (_, person) in accounts.people_of(one.account_id for one in seats).items()}  # fmt: skip
    persons = {person for person in people.values() if person is not None}
    family = registry.housemates_of(persons)
    homes = {person: facts.org_id for person, facts in registry.open_memberships_of(persons).items()}
    found = []
    for juror in seats:
        person = people.get(juror.account_id)
        unions = {post.org_id for post in accounts.list_posts(juror.account_id, today=timezone.localdate(now))}
        unions |= {homes[person]} if person in homes else set()
        own = {person, *family.get(person or 0, ())} - {None}
        for entry in told:
            if entry.person_id in own:
                found.append(Conflict(juror=juror, entry=entry, nearness=Nearness.OWN, at=now))
            elif same_union and entry.org_id in unions:
                found.append(Conflict(juror=juror, entry=entry, nearness=Nearness.SAME_UNION, at=now))
    Conflict.objects.bulk_create(found, ignore_conflicts=True)
