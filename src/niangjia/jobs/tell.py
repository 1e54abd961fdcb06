"""
What the audit chain says happened becomes messages to those it waits for.

The chain is the outbox: its events were committed with what they tell of, are numbered without a gap and never change. What was told
is a number in the same transaction as the messages, so that a crash loses none and doubles none (docs/decisions/0010).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit import queries as audit
from niangjia.apps.audit.types import Event
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.cases import queries as cases
from niangjia.apps.contests import queries as contests
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import BatchNote, PaymentState
from niangjia.apps.matters import queries as matters
from niangjia.apps.messages import actions as messages
from niangjia.apps.messages import queries
from niangjia.apps.messages.queries import Kind, ValueRefused, load_kinds
from niangjia.apps.messages.types import Channel, Ending, Telling
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import queries as programs
from niangjia.apps.volunteers import queries as volunteers
from niangjia.apps.workorders import queries as workorders
from niangjia.apps.workorders.types import OPEN, OrderCard

log = logging.getLogger(__name__)

# A month's dispatch of ten thousand orders is read in one go, so that each union hears of it in one message.
READ = 20_000


def tell(*, channels: Collection[Channel] = (), now: datetime) -> int:
    """
    Make messages of everything that was recorded since the last time; return how many tellings. Safe to repeat, and beside another worker.

    `channels`: over which the deployment can send.
    """
    told = 0
    while True:
        after, head = queries.told_up_to(), audit.last_seq()
        if after >= head:
            return told
        up_to = min(head, after + READ)
        events = audit.list_between(after=after, up_to=up_to, actions=load_kinds().actions)
        tellings = [telling for telling in _tellings(events, now) if _is_fit(telling)] if events else []
        endings = [
            Ending(kind, event.object, event.at) for event in events for kind in load_kinds().ended_by(event.action)
        ]
        if messages.tell(tellings=tellings, endings=endings, after=after, up_to=up_to, channels=channels, now=now):
            told += len(tellings)


def _is_fit(telling: Telling) -> bool:
    """One whose values no message may hold is set aside, and the others are told; what it held is not said again."""
    try:
        load_kinds().by_id[telling.kind].check(telling.params)
    except ValueRefused:
        log.error("%s about %s is not told: a value of it may stand in no message", telling.kind, telling.subject)
        return False
    return True


def _tellings(events: Sequence[Event], now: datetime) -> Iterable[Telling]:
    known = _Known(now)
    wanted: dict[str, list[tuple[Kind, Event]]] = {}
    for event in events:
        for kind in load_kinds().following(event.action):
            if kind.holds(event.detail):
                wanted.setdefault(kind.to, []).append((kind, event))
    for to, pairs in wanted.items():
        yield from RECEIVERS[to](known, pairs)


@dataclass
class _Known:
    """What is looked up once for all events of a reading."""

    now: datetime
    _holders: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    def holders(self, pairs: Iterable[tuple[int, str]]) -> Mapping[tuple[int, str], list[int]]:
        """Who holds a post at that union which allows that."""
        fresh = set(pairs) - set(self._holders)
        for action in {action for _, action in fresh}:
            org_ids = {org_id for org_id, of_action in fresh if of_action == action}
            found = accounts.holders_at(org_ids, action=action, today=timezone.localdate(self.now))
            self._holders |= {(org_id, action): found.get(org_id, []) for org_id in org_ids}
        return self._holders


_Pairs = Sequence[tuple[Kind, Event]]
_Receivers = Callable[[_Known, _Pairs], Iterable[Telling]]


def _id(event: Event) -> int:
    return int(event.object.partition(":")[2])


def _one(kind: Kind, event: Event, account_ids: Iterable[int], thing: int, **params: object) -> Iterable[Telling]:
    """To each but whoever did it. Of several together the subject is their moment alone."""
    for account_id in account_ids:
        if account_id != event.account_id:
            yield Telling(
                account_id,
                kind.id,
                "together" if kind.is_together else event.object,
                event.at.isoformat() if kind.is_together else f"audit:{event.seq}",
                kind.path.format(id=thing),
                event.at,
                {"count": 1} | params,
            )


def _to_assignee(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    for kind, event in pairs:
        if assignee := event.detail.get("assignee"):
            yield from _one(kind, event, [assignee], _id(event), number=event.detail["number"])


def _to_holders(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    holders = known.holders((event.detail["org"], kind.may) for kind, event in pairs)
    for kind, event in pairs:
        number = {} if kind.is_together else {"number": event.detail["number"]}
        yield from _one(kind, event, holders[event.detail["org"], kind.may], _id(event), **number)


def _to_told(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    holders = known.holders((event.detail["told_org"], kind.may) for kind, event in pairs)
    for kind, event in pairs:
        yield from _one(kind, event, holders[event.detail["told_org"], kind.may], _id(event))


def _to_keeper(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    """Whoever is to visit it; before and after, those at the union that holds it; nobody, if it ended in the meantime."""
    cards = workorders.get_cards([_id(event) for _, event in pairs], now=known.now)
    held: list[tuple[Kind, Event, OrderCard]] = [
        (kind, event, cards[_id(event)]) for kind, event in pairs if _id(event) in cards
    ]
    held = [one for one in held if one[2].state in OPEN]
    holders = known.holders((card.org_id, kind.may) for kind, _, card in held)
    for kind, event, card in held:
        keepers = [card.visitor_id] if card.visitor_id else holders[card.org_id, kind.may]
        number = {} if kind.is_together else {"number": card.number}
        yield from _one(kind, event, keepers, card.id, **number)


def _notes(pairs: _Pairs) -> dict[int, BatchNote]:
    return funds.batch_notes({_id(event) for _, event in pairs})


def _to_payer(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    notes = _notes(pairs)
    holders = known.holders((note.org_id, kind.may) for kind, event in pairs for note in [notes[_id(event)]])
    for kind, event in pairs:
        note = notes[_id(event)]
        count = event.detail.get("returned", 1)
        if count:  # receipts of which none came back are told to nobody
            yield from _one(kind, event, holders[note.org_id, kind.may], _id(event), number=note.number, count=count)


def _to_payees(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    """Each payment once: a second receipt of its batch says nothing new of it."""
    notes = _notes(pairs)
    persons = {person_id for note in notes.values() for _, person_id, _ in note.payees}
    their = accounts.accounts_of_persons(persons)
    for kind, event in pairs:
        is_return = event.action == "funds.receive_receipt"
        for payment_id, person_id, state in notes[_id(event)].payees:
            if person_id in their and (state == PaymentState.RETURNED or not is_return):
                yield Telling(
                    their[person_id], kind.id, f"payment:{payment_id}", "once", kind.path, event.at, {"count": 1}
                )


def _to_worker(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    persons = cases.persons_to_tell({_id(event) for _, event in pairs})
    their = accounts.accounts_of_persons(person_id for some in persons.values() for person_id in some)
    last_days = cases.last_days_to_object({_id(event) for _, event in pairs})
    for kind, event in pairs:
        params: dict[str, object] = {}
        if "{day}" in kind.text["zh"]:
            if _id(event) not in last_days:  # withdrawn in the meantime
                continue
            params["day"] = last_days[_id(event)].isoformat()
        of_them = [their[one] for one in persons.get(_id(event), []) if one in their]
        yield from _one(kind, event, of_them, _id(event), **params)


def _to_applicant(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    persons = matters.persons_to_tell({_id(event) for _, event in pairs})
    their = accounts.accounts_of_persons(persons.values())
    for kind, event in pairs:
        person_id = persons.get(_id(event))
        if person_id in their:
            yield from _one(kind, event, [their[person_id]], _id(event), number=event.detail["number"])


def _to_entrant(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    persons = contests.persons_to_tell({_id(event) for _, event in pairs})
    their = accounts.accounts_of_persons(persons.values())
    for kind, event in pairs:
        account_id = their.get(persons.get(_id(event), 0))
        if account_id is not None:
            yield from _one(kind, event, [account_id], _id(event), number=event.detail["number"])


def _to_jurors(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    juries = contests.jurors_to_tell({_id(event) for _, event in pairs})
    for kind, event in pairs:
        yield from _one(kind, event, juries.get(_id(event), ()), _id(event), number=event.detail["number"])


def _to_booker(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    """Whose booking it is; of one that has no time any more, only what needs none is told."""
    found = bookings.people_to_tell({_id(event) for _, event in pairs})
    their = accounts.accounts_of_persons(person_id for person_id, _ in found.values())
    for kind, event in pairs:
        person_id, begins = found[_id(event)]
        params: dict[str, object] = {}
        if "{day}" in kind.text["zh"]:
            if begins is None:
                continue
            params["day"] = timezone.localdate(begins).isoformat()
        if person_id in their:
            yield from _one(kind, event, [their[person_id]], _id(event), **params)


def _to_bookers(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    found = bookings.bookings_to_tell({_id(event) for _, event in pairs})
    their = accounts.accounts_of_persons(person_id for some in found.values() for person_id in some)
    for kind, event in pairs:
        yield from _one(kind, event, [their[one] for one in found.get(_id(event), []) if one in their], _id(event))


def _to_hosts(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    """Of everything that is to come at a place, whoever offers it; of each offer one."""
    held = {place_id: bookings.list_held_at(place_id, now=known.now) for place_id in {_id(event) for _, event in pairs}}
    holders = known.holders((card.org_id, kind.may) for kind, event in pairs for card in held[_id(event)])
    for kind, event in pairs:
        for card in held[_id(event)]:
            about = replace(event, object=f"offer:{card.id}")
            yield from _one(kind, about, holders[card.org_id, kind.may], card.id)


def _to_helper(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    """Of the pair that the event names; its own page, not the need's."""
    persons = volunteers.persons_of_pairs({event.detail["pair"] for _, event in pairs})
    their = accounts.accounts_of_persons(persons.values())
    for kind, event in pairs:
        if (person_id := persons.get(event.detail["pair"])) in their:
            yield from _one(kind, event, [their[person_id]], event.detail["pair"])


def _to_settlers(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    areas = programs.areas_of_open({_id(event) for _, event in pairs})
    today = timezone.localdate(known.now)
    by_area = {
        (area, kind.may): accounts.holders_of_area(area, action=kind.may, today=today)
        for kind, event in pairs
        for area, _ in [areas.get(_id(event), ("", ()))]
        if area
    }
    for kind, event in pairs:
        if _id(event) in areas:
            area, barred = areas[_id(event)]
            fit = [account_id for account_id in by_area[area, kind.may] if account_id not in barred]
            yield from _one(kind, event, fit, _id(event))


def _to_account(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    for kind, event in pairs:
        params = {"day": event.detail["starts_on"]} if "{day}" in kind.text["zh"] else {}
        yield from _one(kind, event, [_id(event)], _id(event), **params)


def _to_raiser(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    for kind, event in pairs:
        yield from _one(kind, event, [event.detail["account"]], _id(event))


def _to_below(known: _Known, pairs: _Pairs) -> Iterable[Telling]:
    for kind, event in pairs:
        path = organizations.get_union(event.detail["org"]).path
        unions = list(organizations.list_subtree(path).values_list("pk", flat=True))
        holders = known.holders((org_id, kind.may) for org_id in unions)
        told = {account for org_id in unions for account in holders[org_id, kind.may]}
        yield from _one(kind, event, sorted(told), _id(event))


RECEIVERS: Mapping[str, _Receivers] = {
    "below": _to_below,
    "assignee": _to_assignee,
    "holders": _to_holders,
    "told": _to_told,
    "keeper": _to_keeper,
    "payer": _to_payer,
    "payees": _to_payees,
    "worker": _to_worker,
    "applicant": _to_applicant,
    "entrant": _to_entrant,
    "jurors": _to_jurors,
    "booker": _to_booker,
    "bookers": _to_bookers,
    "hosts": _to_hosts,
    "helper": _to_helper,
    "settlers": _to_settlers,
    "account": _to_account,
    "raiser": _to_raiser,
}
