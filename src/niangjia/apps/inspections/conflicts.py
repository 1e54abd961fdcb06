"""Conflicts of interest by the rules of ``programs/vocabulary/conflicts.yaml``, over the chains of hands of a month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import yaml

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit.types import Hand
from niangjia.apps.cases import queries as cases
from niangjia.apps.inspections.types import Found, Rule
from niangjia.apps.matters import queries as matters
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level
from niangjia.apps.registry import queries as registry
from niangjia.kernel.deployment import programs_folder

Facts = tuple[int | None, int | None, int]
"""Household, person, union of a matter."""


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    read = yaml.safe_load((programs_folder() / "vocabulary" / "conflicts.yaml").read_text(encoding="utf-8"))
    return tuple(
        Rule(
            one["id"], one["kind"], one["say"]["zh"], one["say"]["en"],
            frozenset(one.get("first", ())), frozenset(one.get("second", ())), one.get("what", ""),
        )
        for one in read["conflicts"]
    )  # fmt: skip


def find(chains: Mapping[str, list[Hand]], marked: Iterable[tuple[int, int, int]]) -> list[Found]:
    """What the rules find in these chains, and in these marks of jurors (contest, account, person); in the order of the rules."""
    by_kind: dict[str, list[Rule]] = {}
    for rule in rules():
        by_kind.setdefault(rule.kind, []).append(rule)
    found = [one for of, hands in chains.items() for one in _in_one_chain(by_kind, of, hands)]
    facts = _facts(chains)
    found += _shared(by_kind.get("shares", []), chains, facts)
    found += _own_union(by_kind.get("own_union", []), chains, facts)
    found += _jury(by_kind.get("jury", []), list(marked))
    places = {rule.id: place for place, rule in enumerate(rules())}
    return sorted({one.key: one for one in found}.values(), key=lambda one: (places[one.rule.id], one.of))


def _in_one_chain(by_kind: Mapping[str, list[Rule]], of: str, hands: list[Hand]) -> Iterator[Found]:
    for kind, is_one in (("same", _same), ("stands_in", _stands_in)):
        for rule in by_kind.get(kind, ()):
            for second in (hand for hand in hands if hand.step in rule.second and hand.account_id):
                for first in (hand for hand in hands if hand.step in rule.first and hand.account_id):
                    if is_one(first, second):
                        yield Found(rule, of, _accounts(first, second), (first, second))


def _accounts(*hands: Hand) -> tuple[int, ...]:
    return tuple(sorted({hand.account_id for hand in hands if hand.account_id}))


def _same(first: Hand, second: Hand) -> bool:
    return first.account_id == second.account_id and not (first.for_account_id or second.for_account_id)


def _stands_in(first: Hand, second: Hand) -> bool:
    """Either stood in, and the two count as one: themselves, or the one who was absent."""
    if not (first.for_account_id or second.for_account_id):
        return False
    ones, others = ({hand.account_id, hand.for_account_id} - {None} for hand in (first, second))
    return bool(ones & others)


def _facts(chains: Mapping[str, list[Hand]]) -> dict[str, Facts]:
    ids: dict[str, set[int]] = {"case": set(), "matter": set()}
    for of in chains:
        kind, _colon, number = of.partition(":")
        ids[kind].add(int(number))
    found: dict[str, Facts] = {f"case:{pk}": facts for pk, facts in cases.hands.facts_of(ids["case"]).items()}
    return found | {f"matter:{pk}": facts for pk, facts in matters.hands.facts_of(ids["matter"]).items()}


def _officers(hands: Iterable[Hand]) -> dict[int, Hand]:
    return {hand.account_id: hand for hand in hands if hand.account_id and hand.step != "APPLIED"}


def _shared(wanted: list[Rule], chains: Mapping[str, list[Hand]], facts: Mapping[str, Facts]) -> Iterator[Found]:
    persons_of = accounts.persons_ever_of({account for hands in chains.values() for account in _officers(hands)})
    persons = {person for ever in persons_of.values() for person in ever}
    members = registry.members_of({home for home, _person, _org in facts.values() if home})
    helped = {
        of: {*members.get(home or 0, ()), *([person] if person else ())} for of, (home, person, _org) in facts.items()
    }
    alike: dict[tuple[int, int], set[str]] = {}
    for one, other, what in registry.alike(persons, {pk for home in helped.values() for pk in home}):
        alike.setdefault((one, other), set()).add(what)
    homes = registry.households_of(persons)
    addresses = cases.hands.address_marks({*homes.values(), *(home for home, _p, _o in facts.values() if home)})
    for of, hands in chains.items():
        for account, hand in _officers(hands).items():
            shared: set[str] = set()
            for person in persons_of.get(account, frozenset()):
                what_is_shared = {what for other in helped[of] for what in alike.get((person, other), ())}
                # Oneself shares everything with oneself; and who lives there without being the one it is about lives there.
                shared |= _of_one_person(what_is_shared, is_about=person == facts[of][1])
                theirs, own = facts[of][0] or 0, homes.get(person, 0)
                if own != theirs and addresses.get(own, frozenset()) & addresses.get(theirs, frozenset()):
                    shared.add("address")
            yield from (Found(rule, of, (account,), (hand,)) for rule in wanted if rule.what in shared)


def _of_one_person(shared: set[str], *, is_about: bool) -> set[str]:
    if "self" not in shared:
        return shared
    return {"self"} if is_about else {"household"}


def _own_union(wanted: list[Rule], chains: Mapping[str, list[Hand]], facts: Mapping[str, Facts]) -> Iterator[Found]:
    unions = organizations.get_unions({org for _home, _person, org in facts.values()})
    posts = accounts.unions_of({account for hands in chains.values() for account in _officers(hands)})
    for of, hands in chains.items():
        org = facts[of][2]
        if unions[org].level is not Level.GRASSROOTS:
            continue
        steps = {hand.step for hand in hands}
        for rule in (rule for rule in wanted if not rule.second or rule.second & steps):
            for hand in hands:
                if hand.step in rule.first and hand.account_id and org in posts.get(hand.account_id, frozenset()):
                    yield Found(rule, of, (hand.account_id,), (hand,))


def _jury(wanted: list[Rule], marked: list[tuple[int, int, int]]) -> Iterator[Found]:
    persons_of = accounts.persons_ever_of({account for _contest, account, _person in marked})
    persons = {person for ever in persons_of.values() for person in ever}
    alike = {(one, other) for one, other, _what in registry.alike(persons, {person for _c, _a, person in marked})}
    for contest, account, person in marked:
        if any((own, person) in alike for own in persons_of.get(account, ())):
            hand = Hand(f"contest:{contest}", "MARKED", account, None)
            yield from (Found(rule, hand.of, (account,), (hand,)) for rule in wanted)


def written(found: Iterable[Found]) -> list[list[object]]:
    """As an event of the chain keeps it."""
    return [[one.rule.id, one.of, [_hand_written(hand) for hand in one.hands]] for one in found]


def _hand_written(hand: Hand) -> list[object]:
    return [hand.step, hand.account_id, hand.at.isoformat() if hand.at else None, hand.ref, hand.for_account_id]


def read(kept: Iterable[list[Any]]) -> list[Found]:
    """What an event kept; of rules that are no longer there nothing."""
    by_id = {rule.id: rule for rule in rules()}
    return [_found(by_id[rule], of, hands) for rule, of, hands in kept if rule in by_id]


def _found(rule: Rule, of: str, kept: list[list[Any]]) -> Found:
    hands = tuple(
        Hand(of, step, account, datetime.fromisoformat(at) if at else None, ref, absent)
        for step, account, at, ref, absent in kept
    )
    return Found(rule, of, _accounts(*hands), hands)
